/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_find.c - bytes in which BPF objects are searched for. What is found lies inside of what was searched, or of what
 * was unpacked from it, and is searched no more often than it has magics.
 */
#include "analysis/find/find.h"
#include "analysis/find/light_skeleton.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at(const struct kfg_find_object *found)
{
	struct kfg_light_skeleton light = { 0 };
	const char *why;

	if (kfg_light_skeleton_read(found->data, found->size, found->at, &light, &why) < 0) {
		must(why[0]);
		return;
	}
	for (size_t i = 0; i < light.n_calls; i++) {
		must(light.calls[i].kfunc >= (const char *)found->data);
		must(light.calls[i].kfunc + strlen(light.calls[i].kfunc) < (const char *)found->data + found->size);
		must(light.calls[i].program <= light.n_programs);
	}
	for (size_t i = 0; i < light.n_programs; i++)
		must(strlen(light.programs[i].name) < KFG_LIGHT_SKELETON_NAME_LEN);
	kfg_light_skeleton_done(&light);
}

static int found(void *userdata, const struct kfg_find_object *what)
{
	size_t *n = userdata;

	must(++*n < 100000 && what->label[0]);
	if (what->light_skeleton) {
		look_at(what);
		return 0;
	}
	must(what->size >= 64 && what->data[0] == 0x7f);
	(void)*(const volatile uint8_t *)&what->data[what->size - 1]; /* the sanitizer looks */
	return 0;
}

static int problem(void *userdata, const char *label, const char *why)
{
	(void)userdata;
	must(label[0] && why[0]);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0;
	const struct kfg_find_ops ops = { .found = found, .problem = problem, .userdata = &n };
	struct kfg_find *find = NULL;

	must(kfg_find_new(&ops, &find) == 0);
	must(kfg_find_bytes(find, "input", data, size) == 0);
	kfg_find_free(find);
	return 0;
}
