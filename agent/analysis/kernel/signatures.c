/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signatures.c - see signatures.h. */
#include "analysis/kernel/signatures.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include <fcntl.h>
#include <string.h>

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define KERNEL_BTF_MAX ((size_t)256 << 20)

/* bpf_prog_aux.sig: include/linux/bpf.h, 7.2 and later */
enum kfg_signatures kfg_signatures_of(const struct kfg_btf *btf)
{
	uint32_t id = btf ? kfg_btf_find(btf, "bpf_prog_aux", BTF_KIND_STRUCT) : 0;
	const struct btf_type *type = id ? kfg_btf_type(btf, id) : NULL;
	const struct btf_member *members = type ? (const void *)(type + 1) : NULL;

	if (!type)
		return KFG_SIGNATURES_UNKNOWN;
	for (unsigned i = 0; i < KFG_BTF_INFO_VLEN(type->info); i++)
		if (strcmp(kfg_btf_str(btf, members[i].name_off), "sig") == 0)
			return KFG_SIGNATURES_TOLD;
	return KFG_SIGNATURES_UNTOLD;
}

enum kfg_signatures kfg_signatures_of_running(void)
{
	enum kfg_signatures signatures = KFG_SIGNATURES_UNKNOWN;
	_cleanup_free_ char *data = NULL;
	struct kfg_btf_error error;
	struct kfg_btf *btf = NULL;
	size_t size;

	if (kfg_read_file(AT_FDCWD, KERNEL_BTF, KERNEL_BTF_MAX, &data, &size) < 0)
		return KFG_SIGNATURES_UNKNOWN;
	if (kfg_btf_open(data, size, NULL, &btf, &error) == 0)
		signatures = kfg_signatures_of(btf);
	kfg_btf_free(btf);
	return signatures;
}
