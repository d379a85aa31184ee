/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c - runs a fuzz target over the files of its corpus, without a fuzzer: replay FILE|DIR...
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned n_files;

static int replay(const char *path);

static int replay_dir(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), r = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		char *child = NULL;

		if (names[i]->d_name[0] != '.') {
			if (asprintf(&child, "%s/%s", path, names[i]->d_name) < 0)
				abort();
			r |= replay(child);
			free(child);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return r;
}

static int replay(const char *path)
{
	struct stat st;
	uint8_t *data;
	size_t size;
	FILE *in;

	if (stat(path, &st)) {
		perror(path);
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return replay_dir(path);
	in = fopen(path, "rbe");
	/* as large as the input, so that a read beyond it is seen */
	data = malloc(st.st_size ? (size_t)st.st_size : 1);
	if (!in || !data) {
		perror(path);
		exit(1);
	}
	size = fread(data, 1, (size_t)st.st_size, in);
	fclose(in);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	n_files++;
	return 0;
}

int main(int argc, char **argv)
{
	int r = 0;

	for (int i = 1; i < argc; i++)
		r |= replay(argv[i]);
	printf("%u inputs\n", n_files);
	return r || !n_files;
}
