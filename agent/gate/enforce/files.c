/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.c - which files the exes of a policy are. The numbers are not those of stat(2), which btrfs and overlayfs make
 * up: a BPF program reads them from the open file, as the gate reads them from a loader's executable.
 */
#include "gate/enforce/gate_internal.h"

#include "base/caps.h"
#include "base/cleanup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <kfgate/decide.h>

/* The key of kfg_files: what kfg_subject_hash() makes of the path in the gate. */
static __u32 path_hash(const char *path)
{
	__u32 h = KFG_HASH_INIT;

	while (*path)
		h = kfg_hash_byte(h, (__u8)*path++);
	return h;
}

/* -ENOENT: it is not there. */
static int identify(const struct kfg_gate *gate, const char *path, struct kfg_file_id *ret_id)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	struct kfg_file_query query = { .fd = (__u32)fd };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &query, .ctx_size_in = sizeof(query));
	int r;

	if (fd < 0)
		return errno == ENOMEM || errno == EMFILE || errno == ENFILE ? -errno : -ENOENT;
	r = bpf_prog_test_run_opts(kfg_gate_file_prog(gate), &opts);
	if (r)
		return r;
	if (!query.found)
		return -ENOENT;
	*ret_id = query.id;
	return 0;
}

int kfg_gate_peer(const struct kfg_gate *gate, int fd, struct kfg_gate_peer *ret_peer)
{
	KFG_CAPS_RAISED;
	struct kfg_file_query query = { .fd = (__u32)fd, .connected = 1 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &query, .ctx_size_in = sizeof(query));
	int r = bpf_prog_test_run_opts(kfg_gate_file_prog(gate), &opts);

	if (r)
		return r;
	if (!query.found)
		return -EBADF;
	ret_peer->pid = query.peer;
	(void)snprintf(ret_peer->path, sizeof(ret_peer->path), "%.*s", (int)sizeof(query.peer_path), query.peer_path);
	return 0;
}

/* Deletes what is in the map and not in the n sorted keys. */
static int forget_others(int map, const __u32 *keys, size_t n)
{
	__u32 key, next, *at = NULL;
	int r;

	while (!(r = bpf_map_get_next_key(map, at, &next))) {
		size_t i = 0;

		while (i < n && keys[i] != next)
			i++;
		if (i < n) {
			key = next;
			at = &key;
			continue;
		}
		r = bpf_map_delete_elem(map, &next);
		if (r && r != -ENOENT)
			return r;
	}
	return r == -ENOENT ? 0 : r;
}

int kfg_gate_set_files(struct kfg_gate *gate, const char *const *paths, size_t n, bool keep, size_t *ret_missing)
{
	KFG_CAPS_RAISED;
	_cleanup_free_ __u32 *keys = calloc(n + 1, sizeof(*keys));
	int map = kfg_gate_files_map(gate), r;
	size_t known = 0;

	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < n && known < KFG_FILES_MAX; i++) {
		struct kfg_file_id id;

		keys[known] = path_hash(paths[i]);
		r = identify(gate, paths[i], &id);
		if (!r)
			r = bpf_map_update_elem(map, &keys[known], &id, BPF_ANY);
		if (!r)
			known++;
		else if (r != -ENOENT && r != -E2BIG)
			return r;
	}
	r = keep || gate->sealed ? 0 : forget_others(map, keys, known);
	if (!r)
		*ret_missing = n - known;
	return r;
}
