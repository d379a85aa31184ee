/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kallsyms.c - see kallsyms.h */
#include "gate/enforce/kallsyms.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"

struct wanted {
	const char *name;
	__u64 *address;
	bool found;
};

/* "ffffffff81000000 T name", and for a module's symbol "\t[module]" behind it: that is another's of the same name. */
static void match(const char *line, struct wanted *wanted, size_t n)
{
	char *end;
	__u64 address = strtoull(line, &end, 16);

	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return;
	for (size_t i = 0; i < n; i++)
		if (!wanted[i].found && strcmp(end + 3, wanted[i].name) == 0) {
			*wanted[i].address = address;
			wanted[i].found = true;
		}
}

int kfg_kallsyms_parse(FILE *in, struct kfg_addresses *ret_symbols)
{
	struct kfg_addresses symbols = { 0 };
	struct wanted wanted[] = {
		{ "__bpf_call_base", &symbols.bpf_call_base, false },
		{ "btf_vmlinux", &symbols.btf_vmlinux, false },
		{ "init_pid_ns", &symbols.init_pid_ns, false },
	};
	const size_t n = sizeof(wanted) / sizeof(wanted[0]);
	char line[1024]; /* kernel: KSYM_NAME_LEN is 512 */
	size_t found = 0;

	while (found < n && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		match(line, wanted, n);
		found = 0;
		for (size_t i = 0; i < n; i++)
			found += wanted[i].found;
	}
	if (ferror(in))
		return -EIO;
	if (found < n)
		return -ENOENT;
	for (size_t i = 0; i < n; i++)
		if (!*wanted[i].address)
			return -EACCES;
	*ret_symbols = symbols;
	return 0;
}

static bool is_kallsyms(int fd)
{
	char path[32], target[sizeof(KALLSYMS) + 1] = "";

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strcmp(target, KALLSYMS) == 0;
}

int kfg_kallsyms_read(struct kfg_addresses *ret_symbols)
{
	_cleanup_fclose_ FILE *in = NULL;
	int fd = is_kallsyms(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) :
					     open(KALLSYMS, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_SET) == 0)
		in = fdopen(fd, "re");
	if (!in) {
		int r = -errno;

		close(fd);
		return r;
	}
	return kfg_kallsyms_parse(in, ret_symbols);
}
