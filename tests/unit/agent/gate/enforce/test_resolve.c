/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_resolve.c - what a kernel says of its kfuncs by the tags of its BTF, as the agent reads it: made BTF. */
#include "gate/enforce/gate.h"

#include "base/strbuf.h"
#include "cmocka_all.h"
#include <bpf/btf.h>
#include <string.h>

static void add_func(struct btf *btf, const char *name, const char *tag)
{
	int proto = btf__add_func_proto(btf, 0), func = btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto);

	assert_true(proto > 0 && func > 0);
	assert_true(btf__add_decl_tag(btf, "bpf_kfunc", func, -1) > 0);
	assert_true(btf__add_decl_tag(btf, tag, func, -1) > 0);
}

static void assert_rows(const struct btf *btf, unsigned first, const char *module, const char *wanted)
{
	_cleanup_strbuf_ struct kfg_strbuf rows = KFG_STRBUF(4096);

	assert_int_equal(kfg_gate_btf_deprecations(btf, first, module, &rows), 0);
	assert_string_equal(kfg_strbuf_text(&rows), wanted);
}

static void test_tags(void **state)
{
	struct btf *base = btf__new_empty(), *module;

	(void)state;
	add_func(base, "bpf_plain", "bpf_fastcall");
	add_func(base, "bpf_old", "bpf_kfunc_deprecated");
	add_func(base, "bpf_older", "bpf_kfunc_deprecated:bpf_new");
	add_func(base, "bpf_part", "deprecated_in_part");
	/* what could be more than a name is none: this text becomes a policy */
	add_func(base, "bpf_evil", "deprecated:x\n  - kfunc: bpf_all");
	assert_rows(base, 1, NULL,
		    "  - kfunc: \"bpf_old [vmlinux]\"\n    source: said by the kernel itself\n"
		    "  - kfunc: \"bpf_older [vmlinux]\"\n    source: said by the kernel itself\n"
		    "    replacement: bpf_new\n"
		    "  - kfunc: \"bpf_evil [vmlinux]\"\n    source: said by the kernel itself\n");
	module = btf__new_empty_split(base);
	add_func(module, "bpf_mod", "deprecated=bpf_new");
	assert_rows(module, btf__type_cnt(base), "nf_x",
		    "  - kfunc: \"bpf_mod [nf_x]\"\n    source: said by the kernel itself\n    replacement: bpf_new\n");
	assert_rows(module, btf__type_cnt(base), "a b]", "");
	btf__free(module);
	btf__free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
