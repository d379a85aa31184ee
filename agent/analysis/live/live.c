/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.c - the only user of the skeleton of peek.bpf.c. */
#include "analysis/live/live.h"

#include <kfgate/peek.h>

#include "base/cleanup.h"
#include "peek.skel.h"
#include "policy/array.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

struct known_btf {
	char name[64];
	uint32_t id;
};

struct kfg_live {
	struct peek *skel; /* owned */
	struct known_btf *btfs; /* owned; of the kernel and of loaded modules */
	size_t n, allocated;
};

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Runs one of the programs. -ENOENT: it says no. */
static int run(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts) < 0)
		return -errno;
	return opts.retval ? -ENOENT : 0;
}

static int add_btf(struct kfg_live *live, uint32_t id)
{
	struct bpf_btf_info info = { 0 };
	uint32_t size = sizeof(info);
	char name[64] = "";
	_cleanup_close_ int fd = bpf_btf_get_fd_by_id(id);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	info.name = (uintptr_t)name;
	info.name_len = sizeof(name);
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (!info.kernel_btf)
		return 0;
	if (kfg_array_grow(&live->btfs, &live->allocated, live->n, sizeof(*live->btfs)) < 0)
		return -ENOMEM;
	live->btfs[live->n].id = id;
	memcpy(live->btfs[live->n].name, name, sizeof(name));
	live->btfs[live->n++].name[sizeof(name) - 1] = '\0';
	return 0;
}

static int list_btfs(struct kfg_live *live)
{
	uint32_t id = 0;
	int r = 0;

	while (r == 0 && bpf_btf_get_next_id(id, &id) == 0)
		r = add_btf(live, id);
	if (r == 0 && errno != ENOENT)
		r = -errno;
	return r;
}

static int load(struct kfg_live *live)
{
	libbpf_print_fn_t before = libbpf_set_print(silent);
	int r;

	live->skel = peek__open();
	r = live->skel ? peek__load(live->skel) : -errno;
	libbpf_set_print(before);
	return r;
}

int kfg_live_open(struct kfg_live **ret_live)
{
	struct kfg_live *live = calloc(1, sizeof(*live));
	int r = live ? list_btfs(live) : -ENOMEM;

	if (r == 0)
		r = load(live);
	if (r < 0) {
		kfg_live_free(live);
		return r == -EACCES ? -EPERM : r;
	}
	*ret_live = live;
	return 0;
}

void kfg_live_free(struct kfg_live *live)
{
	if (!live)
		return;
	peek__destroy(live->skel);
	free(live->btfs);
	free(live);
}

static int find_btf(void *arg, const char *name, uint64_t *ret_addr)
{
	struct kfg_live *live = arg;
	struct kfg_peek *ask = &live->skel->bss->kfg_peek;
	_cleanup_close_ int fd = KFG_NO_FD;
	int r;

	for (size_t i = 0; i < live->n && fd < 0; i++)
		if (strcmp(live->btfs[i].name, name) == 0)
			fd = bpf_btf_get_fd_by_id(live->btfs[i].id);
	if (fd < 0)
		return -ENOENT;
	ask->fd = (uint32_t)fd;
	r = run(live->skel->progs.kfgate_peek_btf);
	*ret_addr = ask->address;
	return r;
}

static int find_symbol(void *arg, const char *name, uint64_t *ret_addr)
{
	struct kfg_live *live = arg;
	struct kfg_peek *ask = &live->skel->bss->kfg_peek;
	size_t n = strlen(name);
	int r;

	if (n >= sizeof(ask->name))
		return -ENOENT;
	memset(ask->name, 0, sizeof(ask->name));
	memcpy(ask->name, name, n);
	r = run(live->skel->progs.kfgate_peek_symbol);
	*ret_addr = ask->address;
	return r;
}

static int read_bytes(void *arg, uint64_t addr, void *buf, size_t size)
{
	struct kfg_live *live = arg;
	struct kfg_peek *ask = &live->skel->bss->kfg_peek;
	int r;

	if (size > sizeof(ask->bytes))
		return -EFAULT;
	ask->address = addr;
	ask->size = (uint32_t)size;
	r = run(live->skel->progs.kfgate_peek_bytes);
	if (r == 0)
		memcpy(buf, ask->bytes, size);
	return r == -ENOENT ? -EFAULT : r;
}

void kfg_live_memory(struct kfg_live *live, struct kfg_kernel_memory *ret_memory)
{
	*ret_memory = (struct kfg_kernel_memory){
		.arg = live, .find_btf = find_btf, .find_symbol = find_symbol, .read = read_bytes
	};
}
