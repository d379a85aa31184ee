/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_light.c - reads the light skeletons of tests/tools/lskel, made by bpftool from the fixtures. */
#include "analysis/find/light_skeleton.h"
#include "base/read_file.h"
#include "analysis/find/search.h"
#include "analysis/find/tiny.h"

#include <fcntl.h>
#include <linux/bpf.h>

static uint8_t *data;
static size_t size;

static int setup(void **state)
{
	(void)state;
	return kfg_read_file(AT_FDCWD, KFG_LSKEL, 16u << 20, (char **)&data, &size);
}

static int teardown(void **state)
{
	(void)state;
	free(data);
	return 0;
}

/* The first light skeleton that asks for the kfunc. */
static bool find_one(const char *kfunc, struct kfg_light_skeleton *ret_light, size_t *ret_at)
{
	enum kfg_magic magic;
	const char *why;

	for (size_t at = 0; (at = kfg_search_next(data, size, at, &magic)) < size; at++) {
		if (magic != KFG_MAGIC_LIGHT_SKELETON)
			continue;
		assert_int_equal(kfg_light_skeleton_read(data, size, at, ret_light, &why), 0);
		*ret_at = at;
		if (ret_light->n_calls && strcmp(ret_light->calls[0].kfunc, kfunc) == 0)
			return true;
		kfg_light_skeleton_done(ret_light);
	}
	return false;
}

static void reads_programs_and_calls(void **state)
{
	struct kfg_light_skeleton skeleton = { 0 };
	size_t at;

	(void)state;
	assert_true(find_one("bpf_lookup_system_key", &skeleton, &at));
	assert_int_equal(skeleton.n_programs, 1);
	assert_string_equal(skeleton.programs[0].name, "key_live");
	assert_int_equal(skeleton.programs[0].type, BPF_PROG_TYPE_LSM);
	assert_int_equal(skeleton.n_calls, 2);
	assert_string_equal(skeleton.calls[1].kfunc, "bpf_key_put");
	assert_false(skeleton.calls[1].weak);
	assert_int_equal(skeleton.calls[1].program, 0);
	assert_true(skeleton.calls[0].insn < skeleton.calls[1].insn);
	assert_true(skeleton.calls[1].insn < 64);
	assert_true(strlen(skeleton.limits) > 0);
	kfg_light_skeleton_done(&skeleton);
}

static void a_loader_that_breaks_off(void **state)
{
	struct kfg_light_skeleton skeleton = { 0 };
	const char *why = NULL;
	size_t at;

	(void)state;
	assert_true(find_one("bpf_lookup_system_key", &skeleton, &at));
	kfg_light_skeleton_done(&skeleton);
	assert_int_equal(kfg_light_skeleton_read(data, at + 64, at, &skeleton, &why), -EBADMSG);
	assert_string_equal(why, "the loader of a light skeleton breaks off");
	/* the names are not where they were */
	for (size_t i = 0; i + 12 < size; i++)
		if (memcmp(data + i, "bpf_key_put", 12) == 0)
			data[i] = '%';
	assert_int_equal(kfg_light_skeleton_read(data, size, at, &skeleton, &why), -EBADMSG);
	assert_string_equal(why, "the data of a light skeleton was not found near its loader");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_programs_and_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(a_loader_that_breaks_off, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
