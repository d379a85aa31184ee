/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_json.c - an input is JSON lines, read as from a pipe. Whatever they are, each line is counted once, and a
 * record that is given out is clean.
 */
#include "base/text.h"
#include "history/json_record.h"
#include "history/read.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static int take(void *userdata, const struct kfg_entry *entry)
{
	char buf[KFG_ENTRY_TEXT];

	must(entry->kind < KFG_MESSAGE_MAX && entry->n_kfuncs <= KFG_EVENT_KFUNCS && entry->time_usec);
	must(kfg_text_clean(entry->host, KFG_ENTRY_TEXT, buf, sizeof(buf)));
	must(kfg_text_clean(entry->unit, KFG_ENTRY_TEXT, buf, sizeof(buf)));
	++*(uint64_t *)userdata;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	const char *paths[] = { path };
	struct kfg_history_source source = { .paths = paths,
					     .n_paths = 1,
					     .until_usec = UINT64_MAX,
					     .unit = "kfgate.service",
					     .trust_pipeline = true,
					     .kinds = UINT32_MAX };
	struct kfg_history_stats stats;
	int fd = memfd_create("lines", MFD_CLOEXEC);
	uint64_t records = 0;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	must(kfg_history_read(&source, take, &records, &stats) == 0);
	must(stats.records == records && stats.n_files == 1);
	must(stats.records + stats.foreign + stats.malformed + stats.other_lines + stats.invalid_lines <= size + 1 ||
	     stats.n_damaged || data[0] == 0x1f);
	must(!stats.invalid_lines == !stats.first_invalid[0]);
	close(fd);
	return 0;
}
