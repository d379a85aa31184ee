/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fitdump - what the scanner predicts, in the lines of truthload: OBJECT, tab, PROGRAM ("-": the object as it stands),
 * tab, PREDICTION (loads, fails, unchecked), tab, FIT of what decides, tab, DETAIL.
 * usage: fitdump [--assume-nearest] KERNEL OBJECT...   (KERNEL: as after --kernel)
 */
#include "analysis/scan/scan.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct kfg_deployment deployment;

static const char *prediction(const struct kfg_compat_report *report)
{
	if (!report->loads)
		return "fails";
	return report->unchecked ? "unchecked" : "loads";
}

/* The result that decides: what fails, else what is not certain, else nothing. */
static void find_worst(const struct kfg_compat_result *results, size_t n, const struct kfg_compat_result **worst)
{
	for (size_t i = 0; i < n; i++) {
		bool uncertain = results[i].compat == KFG_COMPAT_UNCHECKED || results[i].compat == KFG_COMPAT_MODULE;

		if ((results[i].fails && (!*worst || !(*worst)->fails)) || (uncertain && !*worst))
			*worst = &results[i];
	}
}

static int say(const struct kfg_object *object, const struct kfg_kernel *kernel, const char *name, const char *program)
{
	const struct kfg_compat_result *worst = NULL;
	struct kfg_compat_report *report;

	if (kfg_compat_check(object, kernel, &report)) {
		fprintf(stderr, "fitdump: out of memory\n");
		return -1;
	}
	find_worst(report->uses, object->n_uses, &worst);
	find_worst(report->struct_ops, object->n_struct_ops, &worst);
	printf("%s\t%s\t%s\t%s\t%s\n", name, program, prediction(report), worst ? kfg_compat_str(worst->compat) : "-",
	       worst ? worst->detail : "");
	kfg_compat_free(report);
	return 0;
}

static int each_program(struct kfg_object *object, const struct kfg_kernel *kernel, const char *name)
{
	if (object->n_programs < 2)
		return 0;
	for (size_t i = 0; i < object->n_programs; i++) {
		for (size_t k = 0; k < object->n_programs; k++)
			object->programs[k].autoload = k == i;
		if (say(object, kernel, name, object->programs[i].name))
			return -1;
	}
	return 0;
}

static int dump(const char *path, const struct kfg_kernel *kernel)
{
	struct kfg_object_error error;
	struct kfg_object *object;
	char *copy = strdup(path);
	struct stat st;
	void *data;
	int r, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!copy || fd < 0 || fstat(fd, &st)) {
		perror(path);
		return -1;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED) {
		perror(path);
		return -1;
	}
	r = kfg_object_open(data, (size_t)st.st_size, basename(copy), &object, &error);
	if (r) {
		printf("%s\t-\tunchecked\topen\t%s\n", basename(copy), error.text);
		r = 0;
	} else {
		object->deployment = &deployment;
		r = say(object, kernel, basename(copy), "-") ?: each_program(object, kernel, basename(copy));
		kfg_object_free(object);
	}
	munmap(data, (size_t)st.st_size);
	free(copy);
	return r;
}

int main(int argc, char **argv)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel;
	int r = 0;

	if (argc > 1 && strcmp(argv[1], "--assume-nearest") == 0) {
		deployment.assume_nearest = true;
		argv++;
		argc--;
	}
	if (argc < 3) {
		fprintf(stderr, "usage: fitdump [--assume-nearest] KERNEL OBJECT...\n");
		return 2;
	}
	if (kfg_kernel_open(argv[1], NULL, &kernel, &error) || kfg_kernel_find_nearest(kernel)) {
		fprintf(stderr, "fitdump: %s\n", error.text);
		return 1;
	}
	for (int i = 2; i < argc && !r; i++)
		r = dump(argv[i], kernel);
	kfg_kernel_free(kernel);
	return r ? 1 : 0;
}
