/* SPDX-License-Identifier: GPL-2.0-or-later */
/* make_kernels.c - the kernels that the golden files are about. usage: make_kernels DIR */
#include "kernel_build.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REG(type) ((type) + 1)
#define IMPLICIT_ARGS (1u << 16)
#define PERFMON (1u << 18)

static const struct kfg_build_set old_sets[] = {
	{ .kfuncs = { { .name = "bpf_acquire", .flags = 5, .params = "ip" },
		      { .name = "bpf_cast", .params = "l" },
		      { .name = "bpf_wider", .params = "i" } },
	  .types = { REG(BPF_PROG_TYPE_UNSPEC) } },
	{ .kfuncs = { { .name = "scx_bpf_consume", .params = "l" },
		      { .name = "scx_bpf_cpu_rq", .params = "i" },
		      { .name = "scx_bpf_gone", .params = "i" },
		      { .name = "scx_bpf_kick_cpu", .params = "il" } },
	  .types = { REG(BPF_PROG_TYPE_STRUCT_OPS), REG(BPF_PROG_TYPE_TRACING) },
	  .filtered = true },
};
static const struct kfg_build_plan old = { .release = "6.12.0-test", .sets = old_sets, .n_sets = 2 };

/* As 7.2 was built: two kfuncs with a leaked argument, one without its tag, an odd entry. */
static const struct kfg_build_set new_sets[] = {
	{ .kfuncs = { { .name = "bpf_acquire", .flags = 7, .params = "ip" },
		      { .name = "bpf_cast", .flags = PERFMON, .params = "l" },
		      { .name = "bpf_wider", .params = "l" } },
	  .types = { REG(BPF_PROG_TYPE_UNSPEC) } },
	{ .kfuncs = { { .name = "odd", .odd = true },
		      { .name = "scx_bpf_dsq_move_to_local", .params = "l" },
		      { .name = "scx_bpf_cpu_rq", .params = "i", .untagged = true },
		      { .name = "scx_bpf_kick_cpu", .params = "ila", .untagged = true, .flags = IMPLICIT_ARGS } },
	  .types = { REG(BPF_PROG_TYPE_STRUCT_OPS) },
	  .filtered = true },
};
static const struct kfg_build_plan new = { .release = "7.2.0-test", .sets = new_sets, .n_sets = 2 };

/* For packaging/kernels/refresh.sh: one kfunc under another name, one that nobody knows yet, one gone as announced. */
static const struct kfg_build_set next_sets[] = {
	{ .kfuncs = { { .name = "bpf_acquire", .flags = 7, .params = "ip" },
		      { .name = "bpf_recast", .flags = PERFMON, .params = "l" },
		      { .name = "bpf_wider", .params = "l" } },
	  .types = { REG(BPF_PROG_TYPE_UNSPEC) } },
	{ .kfuncs = { { .name = "scx_bpf_dsq_move_to_local", .params = "l" },
		      { .name = "scx_bpf_never_seen", .params = "il" } },
	  .types = { REG(BPF_PROG_TYPE_STRUCT_OPS) },
	  .filtered = true },
};
static const struct kfg_build_plan next = { .release = "7.4.0-test", .sets = next_sets, .n_sets = 2 };

/* Names that terminals, spreadsheets and Markdown would act on. */
static const struct kfg_build_set hostile_sets[] = {
	{ .kfuncs = { { .name = "=1+1|\"x\",\n\x1b[2J", .params = "i" },
		      { .name = "@a|<b>`c`&*_[d](e)\r", .params = "l" },
		      { .name = "\xc2\x9b\xe2\x80\xae\xff", .params = "l" } },
	  .types = { REG(BPF_PROG_TYPE_UNSPEC) } },
};
static const struct kfg_build_plan hostile = { .release = "7.2.0-test", .sets = hostile_sets, .n_sets = 1 };

static void write_file(const char *dir, const char *name, void *bytes, size_t size)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "wbe");
	if (!out || fwrite(bytes, 1, size, out) != size || fclose(out)) {
		perror(path);
		exit(1);
	}
	free(bytes);
}

int main(int argc, char **argv)
{
	size_t size;
	void *bytes;

	if (argc != 2)
		return 2;
	bytes = kfg_build_kernel(&old, &size);
	write_file(argv[1], "vmlinux-old", bytes, size);
	bytes = kfg_build_kernel(&new, &size);
	write_file(argv[1], "vmlinux-new", bytes, size);
	bytes = kfg_build_kernel(&next, &size);
	write_file(argv[1], "vmlinux-next", bytes, size);
	bytes = kfg_build_kernel_btf(&hostile, &size);
	write_file(argv[1], "=hostile\x1b[31m.btf", bytes, size);
	bytes = kfg_build_kernel_btf(&new, &size);
	write_file(argv[1], "new.btf", bytes, size);
	return 0;
}
