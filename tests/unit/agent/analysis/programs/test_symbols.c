/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/programs/programs.h"
#include "scratch_dir.h"

#include <errno.h>

static const char shown[] = "0000000000000000 A fixed_percpu_data\n"
			    "ffffffff81000000 T _text\n"
			    "not a line of symbols\n"
			    "ffffffff81200000 d data_there\n"
			    "ffffffff81200000 T bpf_key_put\n"
			    "ffffffff81200000 T alias_of_it\n"
			    "ffffffff81100000 T __bpf_call_base\n"
			    "ffffffffc0000010 t bpf_xdp_ct_lookup\t[nf_conntrack]\n";

static int read_text(const char *text, const int32_t *imms, size_t n, struct kfg_symbols **ret)
{
	scratch_write("kallsyms", text);
	return kfg_symbols_read(scratch_path("kallsyms"), imms, n, ret);
}

static void names_of_addresses(void **state)
{
	const int32_t imms[] = { 0x3ef00010, 0x100000, 0x100000, 0x100001 };
	struct kfg_symbols *symbols = NULL;
	const char *name, *module;

	(void)state;
	assert_int_equal(read_text(shown, imms, 4, &symbols), 0);
	assert_true(kfg_symbols_shown(symbols));
	assert_true(kfg_symbols_find(symbols, 0x100000, &name, &module));
	assert_string_equal(name, "bpf_key_put");
	assert_null(module);
	assert_true(kfg_symbols_find(symbols, 0x3ef00010, &name, &module));
	assert_string_equal(name, "bpf_xdp_ct_lookup");
	assert_string_equal(module, "nf_conntrack");
	assert_false(kfg_symbols_find(symbols, 0x100001, &name, &module)); /* nothing begins there */
	assert_false(kfg_symbols_find(symbols, 0, &name, &module)); /* not asked for */
	kfg_symbols_free(symbols);
}

static void hidden_addresses_name_nothing(void **state)
{
	const int32_t imms[] = { 0 };
	struct kfg_symbols *symbols = NULL;
	const char *name, *module;

	(void)state;
	assert_int_equal(read_text("0000000000000000 T __bpf_call_base\n0000000000000000 T bpf_key_put\n", imms, 1,
				   &symbols),
			 0);
	assert_false(kfg_symbols_shown(symbols));
	assert_false(kfg_symbols_find(symbols, 0, &name, &module));
	kfg_symbols_free(symbols);
	kfg_symbols_free(NULL);
}

static void no_such_file(void **state)
{
	struct kfg_symbols *symbols = NULL;

	(void)state;
	assert_int_equal(kfg_symbols_read(scratch_path("none"), NULL, 0, &symbols), -ENOENT);
	assert_null(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_addresses),
		cmocka_unit_test(hidden_addresses_name_nothing),
		cmocka_unit_test(no_such_file),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
