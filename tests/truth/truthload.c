/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * truthload - what a kernel really does with BPF objects: each is opened and loaded by libbpf as it stands and, where a
 * program of it is refused, its first ALONE_MAX programs each by itself. usage: truthload [-t SECONDS] OBJECT...
 *
 * A line per attempt: OBJECT, tab, PROGRAM ("-": the object as it stands), tab, RESULT, tab, the line of the log that
 * tells. RESULT: loads, missing, proto, poisoned, type, not-kfunc, capability, licence, struct-ops (a kfunc or a
 * struct_ops type decided), other (it failed for another reason), open (libbpf cannot read it), timeout.
 * Each attempt is a child: a verifier that takes too long, or a crash of libbpf, ends one attempt only.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MAX (1u << 20)
#define ALONE_MAX 16 /* the kernel's own BTF is read anew for each attempt: a second under emulation */
#define EXIT_REFUSED 10 /* of a child: a program was refused, others may not be */

static char log_text[LOG_MAX]; /* the last LOG_MAX / 2 to LOG_MAX bytes that libbpf said */
static size_t log_len;

/* What libbpf 1.7 (libbpf.c) and kernels 6.1..7.3 (kernel/bpf/verifier.c, btf.c) say where kfuncs decide. */
static const struct {
	const char *words[2];
	const char *result;
} tells[] = {
	{ { "extern (func ksym) '", "not found" }, "missing" },
	{ { "extern (func ksym) '", "func_proto" }, "proto" },
	{ { "is referenced but wasn't resolved" }, "poisoned" },
	{ { "calling kernel function ", " is not allowed" }, "type" },
	{ { "calling invalid kernel function" }, "type" },
	{ { "invalid kernel function call" }, "poisoned" },
	{ { "must be sleepable to call sleepable kfunc" }, "type" },
	{ { "metadata kfuncs require device-bound program" }, "type" },
	{ { "cannot call kernel function from non-GPL compatible program" }, "licence" },
	{ { "destructive kfunc calls require" }, "capability" },
	{ { "kernel function ", "requires CAP_PERFMON" }, "capability" },
	{ { "kernel btf_id ", " is not a function" }, "not-kfunc" },
	{ { "struct_ops init_kern" }, "struct-ops" },
	{ { "struct bpf_struct_ops_", "not found" }, "struct-ops" },
	{ { "is not supported as struct_ops" }, "struct-ops" },
};

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
	int n;

	if (level == LIBBPF_DEBUG)
		return 0;
	if (log_len > LOG_MAX / 2 + LOG_MAX / 4) {
		memmove(log_text, log_text + LOG_MAX / 4, log_len - LOG_MAX / 4);
		log_len -= LOG_MAX / 4;
	}
	n = vsnprintf(log_text + log_len, LOG_MAX - log_len, format, args);
	if (n > 0)
		log_len += (size_t)n < LOG_MAX - log_len ? (size_t)n : LOG_MAX - log_len - 1;
	return 0;
}

static const char *result_of(const char *line)
{
	for (size_t i = 0; i < sizeof(tells) / sizeof(tells[0]); i++) {
		const char *at = strstr(line, tells[i].words[0]);

		if (at && (!tells[i].words[1] || strstr(at, tells[i].words[1])))
			return tells[i].result;
	}
	return NULL;
}

static void say(const char *object, const char *program, const char *result, const char *line)
{
	char text[200];

	snprintf(text, sizeof(text), "%s", line ? line : "");
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	printf("%s\t%s\t%s\t%s\n", object, program, result, text);
	fflush(stdout);
}

/* Returns false if the failure is the whole object's, so that no program of it can be loaded. */
static bool say_failure(const char *object, const char *program, const char *result)
{
	char *save = NULL, *last = NULL;

	for (char *line = strtok_r(log_text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *found = result_of(line);

		if (found) {
			say(object, program, found, line);
			return strcmp(found, "missing") && strcmp(found, "proto") && strcmp(found, "struct-ops");
		}
		if (!strstr(line, "-- BEGIN PROG") && !strstr(line, "processed ") && !strstr(line, "failed to load") &&
		    !strstr(line, "-- END PROG") && *line)
			last = line;
	}
	say(object, program, result, last);
	return true;
}

/* only: the one program to load, or -1: as it stands. In a child; ends it. */
static void attempt(const char *path, const char *name, int only)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	const char *label = "-";
	int i = 0;

	if (!object) {
		say_failure(name, label, "open");
		exit(0);
	}
	if (only >= 0)
		bpf_object__for_each_program(program, object)
		{
			bpf_program__set_autoload(program, i == only);
			if (i++ == only)
				label = bpf_program__name(program);
		}
	if (bpf_object__load(object))
		exit(say_failure(name, label, "other") ? EXIT_REFUSED : 0);
	say(name, label, "loads", NULL);
	exit(0);
}

/* Returns true if a program was refused for a reason of its own. */
static bool in_child(const char *path, const char *name, int only, unsigned seconds)
{
	pid_t pid = fork();
	int status;

	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0) {
		alarm(seconds);
		attempt(path, name, only);
	}
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status)) {
		char program[16] = "-";

		if (only >= 0)
			snprintf(program, sizeof(program), "#%d", only);
		say(name, program, WTERMSIG(status) == SIGALRM ? "timeout" : "crash", NULL);
		return WTERMSIG(status) == SIGALRM;
	}
	return WEXITSTATUS(status) == EXIT_REFUSED;
}

/* struct_ops programs cannot be loaded without their map, so they are no attempts by themselves. */
static int count_programs(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	int n = 0;

	if (!object)
		return 0;
	bpf_object__for_each_program(program, object) n++;
	bpf_object__close(object);
	log_len = 0;
	return n;
}

int main(int argc, char **argv)
{
	unsigned seconds = 20;
	int opt;

	while ((opt = getopt(argc, argv, "t:")) != -1) {
		if (opt != 't') {
			fprintf(stderr, "usage: truthload [-t SECONDS] OBJECT...\n");
			return 2;
		}
		seconds = (unsigned)atoi(optarg);
	}
	libbpf_set_print(keep);
	for (int i = optind; i < argc; i++) {
		char *copy = strdup(argv[i]);
		const char *name = copy ? basename(copy) : argv[i];
		int n = 0;

		if (in_child(argv[i], name, -1, seconds))
			n = count_programs(argv[i]);
		for (int k = 0; n > 1 && k < n && k < ALONE_MAX; k++)
			in_child(argv[i], name, k, seconds);
		free(copy);
	}
	return 0;
}
