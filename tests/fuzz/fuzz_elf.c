/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_elf.c - bytes as a BPF object, held against two kernels. Whatever they are: reading ends, what is read is whole,
 * and each use gets an answer.
 */
#include "analysis/scan/fake_kernel.h"
#include "analysis/scan/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_bytes; /* of all strings: a sanitizer looks at what is read */

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at(const struct kfg_object *object)
{
	for (size_t i = 0; i < object->n_programs; i++)
		n_bytes += strlen(object->programs[i].name) + strlen(object->programs[i].section) +
			   strlen(object->programs[i].attach);
	for (size_t i = 0; i < object->n_uses; i++) {
		const struct kfg_object_use *use = &object->uses[i];

		n_bytes += strlen(use->symbol);
		must(strncmp(use->symbol, use->kfunc, strlen(use->kfunc)) == 0);
		for (size_t k = 0; k < use->n_sites; k++) {
			must(use->sites[k].program < object->n_programs);
			n_bytes += strlen(use->sites[k].function) + strlen(use->sites[k].section);
			n_bytes += use->sites[k].file ? strlen(use->sites[k].file) : 0;
		}
	}
	for (size_t i = 0; i < object->n_struct_ops; i++)
		n_bytes += strlen(object->struct_ops[i].map) + strlen(object->struct_ops[i].type);
	n_bytes += strlen(object->license) + strlen(object->limits) + strlen(object->label);
}

static void look_at_result(const struct kfg_compat_report *report, const struct kfg_compat_result *result)
{
	must(*kfg_compat_str(result->compat) != '?' && *kfg_reach_str(result->reach) != '?');
	must(!result->fails || !report->loads);
	must(result->compat != KFG_COMPAT_UNCHECKED || report->unchecked);
	must(result->compat <= KFG_COMPAT_UNUSED || *result->detail);
	must(memchr(result->detail, '\0', sizeof(result->detail)) != NULL);
}

static void compat(const struct kfg_object *object, const struct kfg_kernel *kernel)
{
	struct kfg_compat_report *report;

	must(kfg_compat_check(object, kernel, &report) == 0);
	for (size_t i = 0; i < object->n_uses; i++) {
		look_at_result(report, &report->uses[i]);
		for (size_t k = 0; k < object->uses[i].n_sites; k++)
			must(report->sites[i][k] <= report->uses[i].reach);
	}
	for (size_t i = 0; i < object->n_struct_ops; i++)
		look_at_result(report, &report->struct_ops[i]);
	kfg_compat_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kfg_kernel *old, *new; /* live as long as the process */
	struct kfg_object_error error = { 0 };
	struct kfg_object *object;
	int r;

	if (!old) {
		old = kfg_fake_kernel(KFG_FIXTURE_DIR "/scan/kernel_old.o");
		new = kfg_fake_kernel(KFG_FIXTURE_DIR "/scan/kernel_new.o");
	}
	r = kfg_object_open(data, size, "fuzz", &object, &error);
	must(r == 0 || (*error.text && error.offset <= size));
	if (r < 0)
		return 0;
	look_at(object);
	compat(object, old);
	compat(object, new);
	kfg_object_free(object);
	return 0;
}
