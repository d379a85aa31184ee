/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_retired.c - tells the programs of a guard that they are to refuse nothing any more: kfg_guard_retired. */
#include "gate/enforce/guard.h"

#include "base/cleanup.h"

#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

#define MAPS_MAX 64 /* of one program: MAX_USED_MAPS (include/linux/bpf_verifier.h, 6.1..7.3) */

void kfg_guard_retire_map(int fd)
{
	const __u32 key = 0;
	const __u64 retired = 1;

	(void)bpf_map_update_elem(fd, &key, &retired, BPF_ANY);
}

void kfg_guard_retire_older(unsigned prog_id)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(prog_id);
	__u32 maps[MAPS_MAX], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)maps };

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	for (__u32 i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
		_cleanup_close_ int map = bpf_map_get_fd_by_id(maps[i]);
		struct bpf_map_info found = {};

		size = sizeof(found);
		if (map >= 0 && !bpf_obj_get_info_by_fd(map, &found, &size) && !strcmp(found.name, KFG_GUARD_RETIRED) &&
		    found.value_size == sizeof(__u64))
			kfg_guard_retire_map(map);
	}
}
