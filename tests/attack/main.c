/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - see attack.h. usage: attack VERB [ARG...], or attack list */
#include "attack.h"

#include <bpf/libbpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct attack *const tables[] = {
	attacks_answer, attacks_bpf,	 attacks_files,	    attacks_mounts,  attacks_process,
	attacks_code,	attacks_objects, attacks_units,	    attacks_handles, attacks_manager,
	attacks_reads,	attacks_busy,	 attacks_interrupt, attacks_sockets,
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN && getenv("ATTACK_VERBOSE") ? vfprintf(stderr, fmt, args) : 0;
}

pid_t find_agent(void)
{
	const char *given = getenv("KFGATE_AGENT");
	DIR *dir = given ? NULL : opendir("/proc");
	struct dirent *e;
	pid_t found = given ? atoi(given) : 0;

	while (dir && !found && (e = readdir(dir))) {
		char path[300], comm[32] = "", args[256] = "";
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		(void)!read(fd, comm, sizeof(comm) - 1);
		close(fd);
		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		(void)!read(fd, args, sizeof(args) - 1);
		close(fd);
		if ((!strcmp(comm, "kfgate-agent\n") || !strcmp(comm, "kfgate-next\n")) &&
		    !strcmp(args + strlen(args) + 1, "run"))
			found = atoi(e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

const char *find_path(const char *pattern)
{
	static char path[512];
	glob_t g;
	bool found = !glob(pattern, 0, NULL, &g) && g.gl_pathc;

	if (found)
		snprintf(path, sizeof(path), "%s", g.gl_pathv[0]);
	globfree(&g);
	return found ? path : NULL;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int perform(const struct attack *a, int argc, char **argv)
{
	int r = a->run(argc, argv);

	if (r == NOTHING)
		printf("%s has nothing to be tried on\n", a->verb);
	else if (r < 0)
		printf("%s refused %s\n", a->verb, strerrorname_np(-r));
	else
		printf("%s worked\n", a->verb);
	return r == NOTHING ? NOTHING : r ? 3 : 0;
}

/* Two attacks of one name would hide the second. */
static bool is_taken(const struct attack *attack)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct attack *a = tables[i]; a->verb; a++)
			if (a != attack && !strcmp(a->verb, attack->verb))
				return true;
	return false;
}

static int list(void)
{
	int twice = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct attack *a = tables[i]; a->verb; a++) {
			printf("%-16s %s%s\n", a->verb, a->what, is_taken(a) ? " (NAME TAKEN TWICE)" : "");
			twice |= is_taken(a);
		}
	return twice;
}

int main(int argc, char **argv)
{
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	libbpf_set_print(quiet);
	if (argc < 2)
		return 1;
	if (!strcmp(argv[1], "list"))
		return list();
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct attack *a = tables[i]; a->verb; a++)
			if (!strcmp(argv[1], a->verb))
				return perform(a, argc - 2, argv + 2);
	return 1;
}
