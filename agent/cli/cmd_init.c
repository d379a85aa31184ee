/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_init.c - a first policy for this host, which refuses nothing. */
#include "analysis/programs/programs.h"
#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/first_policy.h"
#include "cli/output.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#define MODULES "/lib/modules"
#define OUTPUT_MAX (1024u * 1024)
#define NEWER_MAX 16u

static const char *running;

static int is_newer(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strverscmp(entry->d_name, running) > 0;
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

/* Kernels whose modules are installed; how many. Freed with the names. */
static size_t find_newer(const char *release, const char *ret_names[static NEWER_MAX], struct dirent ***ret_entries,
			 int *ret_n_entries)
{
	size_t n = 0;

	running = release;
	*ret_n_entries = scandir(MODULES, ret_entries, is_newer, by_version);
	for (int i = 0; i < *ret_n_entries && n < NEWER_MAX; i++)
		ret_names[n++] = (*ret_entries)[i]->d_name;
	return n;
}

/* A file that is there is somebody's policy already. */
static int write_new(const char *path, const struct kfg_strbuf *text)
{
	_cleanup_fclose_ FILE *file = fopen(path, "wxe");

	if (!file)
		return -errno;
	if (fwrite(kfg_strbuf_text(text), 1, text->size, file) != text->size || fflush(file) != 0)
		return -EIO;
	return 0;
}

static int print(const struct kfg_args *args, const struct kfg_strbuf *text)
{
	const char *path = kfg_args_value(args, "output", NULL);
	int r;

	if (text->error)
		return kfg_log_errno(-ENOMEM, "init: %m");
	if (!path)
		return kfg_output_print(text, "init");
	r = write_new(path, text);
	return r < 0 ? kfg_log_errno(r, "init: cannot write %s: %m", path) : 0;
}

int kfg_cmd_init(const struct kfg_args *args)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(OUTPUT_MAX);
	struct kfg_programs programs = { 0 };
	const char *newer[NEWER_MAX];
	struct dirent **entries = NULL;
	struct utsname uts;
	int n_entries, r;

	if (uname(&uts) < 0)
		return KFG_EXIT_FAILURE;
	r = kfg_programs_list(NULL, 0, &programs);
	kfg_first_policy_write(
		&(struct kfg_first_policy){
			.host = uts.nodename,
			.release = uts.release,
			.today = (int32_t)(time(NULL) / 86400),
			.programs = r < 0 ? NULL : &programs,
			.unlisted = r == -EPERM ? "only root may" :
				    r < 0	? strerror(-r) :
						  NULL,
			.newer = newer,
			.n_newer = find_newer(uts.release, newer, &entries, &n_entries),
		},
		&text);
	kfg_programs_done(&programs);
	for (int i = 0; i < n_entries; i++)
		free(entries[i]);
	free(entries);
	if (print(args, &text) < 0)
		return KFG_EXIT_FAILURE;
	return r < 0 ? KFG_EXIT_UNCHECKED : KFG_EXIT_OK;
}
