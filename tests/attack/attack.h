/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attack.h - what an attacker with all capabilities tries against the gate, one verb each. Every verb finds its target
 * by itself, tries, and says what came of it, on one line: "VERB worked" or "VERB refused ERRNO-NAME".
 * Exit status: 0 it worked, 3 it was refused, 77 there is nothing to try it on, 1 it could not be tried.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PINS "/sys/fs/bpf/kfgate"
#define NOTHING 77

/* A verb returns 0 for success, a negative errno, or NOTHING. argv: what came after the verb. */
struct attack {
	const char *verb;
	int (*run)(int argc, char **argv);
	const char *what;
};

extern const struct attack attacks_answer[], attacks_bpf[], attacks_files[], attacks_mounts[], attacks_process[];
extern const struct attack attacks_code[], attacks_objects[], attacks_units[], attacks_handles[], attacks_manager[];
extern const struct attack attacks_reads[], attacks_busy[], attacks_interrupt[], attacks_sockets[];

/* The agent's process, by the name of its program; 0: none. KFGATE_AGENT in the environment goes before. */
pid_t find_agent(void);
/* First path that matches a pattern, in static memory; NULL: none. */
const char *find_path(const char *pattern);
/* A file that the agent has mapped, whose path holds argv[0], or its C library; in static memory. NULL: none. */
const char *mapped_file(int argc, char **argv);
/* The directory of the agent's cgroup, or, up, of the one above. false: it has none. */
bool cgroup_dir(char *dir, size_t size, bool up);
/* Writes text to a file that is there. 0 or a negative errno. */
int write_file(const char *path, const char *text);

static inline int result(long r)
{
	return r < 0 ? -errno : 0;
}
