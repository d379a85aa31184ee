/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockets.c - what a process receives, taken from it by a map of sockets, which an iterator enters its socket into:
 * nobody has to have a descriptor of that.
 */
#include "attack.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OBJECT "/t/sockets.o"

struct variables {
	__u32 target, n;
};

static struct bpf_program *program(const struct bpf_object *obj, const char *name)
{
	return bpf_object__find_program_by_name(obj, name);
}

static int load(struct bpf_object *obj, __u32 target)
{
	struct bpf_map *bss = bpf_object__find_map_by_name(obj, ".bss");
	size_t size;
	struct variables *v = bpf_map__initial_value(bss, &size);

	if (!v || size < sizeof(*v))
		return -EINVAL;
	v->target = target;
	if (bpf_object__load(obj))
		return -errno;
	return bpf_prog_attach(bpf_program__fd(program(obj, "verdict")),
			       bpf_map__fd(bpf_object__find_map_by_name(obj, "taken")), BPF_SK_SKB_VERDICT, 0);
}

/* The iterator comes to every socket there is. */
static int iterate(struct bpf_object *obj)
{
	struct bpf_link *link = bpf_program__attach(program(obj, "take"));
	char nothing[64];
	int fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return -errno;
	while (read(fd, nothing, sizeof(nothing)) > 0)
		;
	close(fd);
	return 0;
}

/* Another process waits for a byte, which does not come: its exit status is what poll(2) said. */
static int take_sockets(int argc, char **argv)
{
	struct bpf_object *obj = bpf_object__open(OBJECT);
	int pair[2], status, r = obj ? load(obj, getpid()) : -errno;
	pid_t other;

	(void)argc;
	(void)argv;
	if (r)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return -errno;
	other = fork();
	if (other < 0)
		return -errno;
	if (!other) {
		struct pollfd p = { .fd = pair[1], .events = POLLIN };

		close(pair[0]);
		_exit(poll(&p, 1, 5000));
	}
	close(pair[1]);
	r = iterate(obj);
	if (!r && write(pair[0], "", 1) != 1)
		r = -errno;
	if (r)
		kill(other, SIGKILL);
	if (waitpid(other, &status, 0) < 0)
		return -errno;
	return r ? r : status ? -EALREADY : 0;
}

const struct attack attacks_sockets[] = {
	{ "take-sockets", take_sockets, "take what another process receives, by a map of sockets and an iterator" },
	{ 0 },
};
