/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kconfig.c - values of .kconfig, as libbpf takes them from a kernel. */
#include "analysis/scan/kconfig.h"

#include <stdio.h>
#include <string.h>

/* "7.3.4+deb13-amd64" as KERNEL_VERSION() has it; 0: not known. */
static uint32_t version_of(const char *release)
{
	unsigned major, minor, patch = 0;

	if (sscanf(release, "%3u.%3u.%5u", &major, &minor, &patch) < 2)
		return 0;
	return major << 16 | minor << 8 | (patch > 255 ? 255 : patch);
}

static bool has_syscall_wrapper(const struct kfg_linkage *linkage)
{
	const struct kfg_btf *vmlinux = kfg_kernel_btf(linkage->kernel);

	return kfg_btf_find(vmlinux, "__x64_sys_bpf", BTF_KIND_FUNC) ||
	       kfg_btf_find(vmlinux, "__arm64_sys_bpf", BTF_KIND_FUNC) ||
	       kfg_btf_find(vmlinux, "__s390x_sys_bpf", BTF_KIND_FUNC);
}

uint64_t kfg_kconfig_extreme(const struct kfg_linkage *linkage, uint32_t ext, bool on)
{
	if (on && strcmp(linkage->code->externs[ext].name, "LINUX_KERNEL_VERSION") == 0)
		return 0xffffff;
	return on;
}

/*
 * The names that libbpf knows (libbpf 1.7.0, src/libbpf.c, bpf_object__resolve_externs()); others that are weak and
 * start with LINUX_ are 0. CONFIG_ ones are in the kernel's configuration, which is not at hand.
 */
struct kfg_value kfg_kconfig_value(const struct kfg_linkage *linkage, uint32_t ext, uint32_t size)
{
	const char *name = linkage->code->externs[ext].name;
	uint32_t version = version_of(linkage->facts.release);
	struct kfg_value any = kfg_value_truncate(KFG_VALUE_ANY, size);

	if (strcmp(name, "LINUX_KERNEL_VERSION") == 0)
		return version ? kfg_value_truncate(kfg_value_number(version), size) : any;
	/* bpf_get_attach_cookie() is of 5.15, as old as anything that has kfuncs in modules */
	if (strcmp(name, "LINUX_HAS_BPF_COOKIE") == 0)
		return version >= (5u << 16 | 15u << 8) ? kfg_value_number(1) : any;
	if (strcmp(name, "LINUX_HAS_SYSCALL_WRAPPER") == 0)
		return has_syscall_wrapper(linkage) ? kfg_value_number(1) : any;
	return strncmp(name, "LINUX_", 6) == 0 ? kfg_value_number(0) : any;
}

bool kfg_kconfig_is_known(const char *name, bool weak)
{
	static const char *const virtual[] = { "LINUX_KERNEL_VERSION", "LINUX_HAS_BPF_COOKIE",
					       "LINUX_HAS_SYSCALL_WRAPPER" };

	for (size_t i = 0; i < sizeof(virtual) / sizeof(virtual[0]); i++)
		if (strcmp(name, virtual[i]) == 0)
			return true;
	return strncmp(name, "CONFIG_", 7) == 0 || (weak && strncmp(name, "LINUX_", 6) == 0);
}

bool kfg_kconfig_is_off(const struct kfg_linkage *linkage, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = linkage->facts.config; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (strncmp(at, name, n) == 0 && strncmp(at + n, "=n", 2) == 0 && (!at[n + 2] || at[n + 2] == '\n'))
			return true;
	return false;
}
