/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_facts.c - see host_facts.h. */
#include "cli/host_facts.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/read_file.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define FILE_SIZE_MAX (1024u * 1024)
#define CMDLINE_SEPARATORS " \n"

static char *read_text(const char *root, const char *path)
{
	char full[PATH_MAX], *text = NULL;
	size_t size;

	(void)snprintf(full, sizeof(full), "%s%s", root, path);
	return kfg_read_file(AT_FDCWD, full, FILE_SIZE_MAX, &text, &size) < 0 ? NULL : text;
}

/* The first line of a file. */
static void add_file(const char *root, const char *key, const char *path, struct kfg_json *j)
{
	_cleanup_free_ char *text = read_text(root, path);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	kfg_json_string(j, key, text);
}

static void add_btf(const char *root, struct kfg_json *j)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux", root);
	if (stat(path, &st) < 0)
		kfg_json_null(j, "btf_bytes");
	else
		kfg_json_uint(j, "btf_bytes", (uint64_t)st.st_size);
}

/* Others may hold passwords: those words alone. */
static void add_cmdline(const char *root, struct kfg_json *j)
{
	static const char *const wanted[] = { "lsm=", "security=", "lockdown=", "kfgate=",
					      "bpf",  "apparmor=", "selinux=" };
	_cleanup_free_ char *text = read_text(root, "/proc/cmdline");
	char *rest = NULL;

	kfg_json_array(j, "command_line");
	for (char *word = text ? strtok_r(text, CMDLINE_SEPARATORS, &rest) : NULL; word;
	     word = strtok_r(NULL, CMDLINE_SEPARATORS, &rest))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (kfg_text_begins(word, wanted[i]))
				kfg_json_string(j, NULL, word);
	kfg_json_array_end(j);
}

static void add_sysctls(const char *root, struct kfg_json *j)
{
	static const char *const names[] = { "kernel/unprivileged_bpf_disabled", "kernel/kptr_restrict",
					     "kernel/perf_event_paranoid",	 "kernel/ftrace_enabled",
					     "net/core/bpf_jit_enable",		 "net/core/bpf_jit_harden" };

	kfg_json_object(j, "sysctls");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/sys/%s", names[i]);
		add_file(root, names[i], path, j);
	}
	kfg_json_object_end(j);
}

static void add_config(const char *root, const char *release, struct kfg_json *j)
{
	static const char *const wanted[] = { "CONFIG_BPF",
					      "CONFIG_DEBUG_INFO_BTF",
					      "CONFIG_LSM=",
					      "CONFIG_SECURITY_LOCKDOWN",
					      "CONFIG_DYNAMIC_FTRACE",
					      "CONFIG_FPROBE",
					      "CONFIG_MODULES=" };
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], *rest = NULL;

	(void)snprintf(path, sizeof(path), "/boot/config-%s", release);
	text = read_text(root, path);
	if (!text) {
		kfg_json_null(j, "config");
		return;
	}
	kfg_json_array(j, "config");
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (kfg_text_begins(line, wanted[i]))
				kfg_json_string(j, NULL, line);
	kfg_json_array_end(j);
}

static void add_distribution(const char *root, struct kfg_json *j)
{
	_cleanup_free_ char *text = read_text(root, "/etc/os-release");
	char *name = text ? strstr(text, "PRETTY_NAME=") : NULL;

	if (name) {
		name += strlen("PRETTY_NAME=");
		name += strspn(name, "\"");
		name[strcspn(name, "\"\n")] = '\0';
	}
	kfg_json_string(j, "distribution", name);
}

void kfg_host_facts_json(const char *root, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };
	struct utsname uts = { 0 };

	(void)uname(&uts); /* cannot fail with a valid pointer */
	kfg_json_object(&j, NULL);
	kfg_json_int(&j, "version", 1);
	kfg_json_string(&j, "release", uts.release);
	kfg_json_string(&j, "kernel_version", uts.version);
	kfg_json_string(&j, "architecture", uts.machine);
	add_distribution(root, &j);
	add_file(root, "lsm", "/sys/kernel/security/lsm", &j);
	add_file(root, "lockdown", "/sys/kernel/security/lockdown", &j);
	add_btf(root, &j);
	add_cmdline(root, &j);
	add_sysctls(root, &j);
	add_config(root, uts.release, &j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}
