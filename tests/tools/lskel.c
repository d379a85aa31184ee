/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lskel.c - loads fixtures as light skeletons (bpftool gen skeleton -L): a loader program in the kernel issues the
 * loads, and the process itself none but the loader program's.
 * usage: lskel NAME...    a line each: "NAME loaded" or "NAME refused ERRNO-NAME"; exit status 3 if one was refused
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "key.lskel.h"
#include "task.lskel.h"

static int load_key(void)
{
	struct key *skel = key__open();
	int r = skel ? key__load(skel) : -errno;

	key__destroy(skel);
	return r;
}

static int load_task(void)
{
	struct task *skel = task__open();
	int r = skel ? task__load(skel) : -errno;

	task__destroy(skel);
	return r;
}

static const struct {
	const char *name;
	int (*load)(void);
} skeletons[] = {
	{ "key", load_key },
	{ "task", load_task },
};

static int load(const char *name)
{
	for (size_t i = 0; i < sizeof(skeletons) / sizeof(skeletons[0]); i++) {
		int r;

		if (strcmp(skeletons[i].name, name) != 0)
			continue;
		r = skeletons[i].load();
		if (r)
			printf("%s refused %s\n", name, strerrorname_np(r < 0 ? -r : r));
		else
			printf("%s loaded\n", name);
		return r ? 3 : 0;
	}
	fprintf(stderr, "no such skeleton: %s\n", name);
	return 1;
}

int main(int argc, char **argv)
{
	int ret = 0;

	for (int i = 1; i < argc && ret != 1; i++) {
		int r = load(argv[i]);

		ret = r ? r : ret;
	}
	return ret;
}
