/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_facts.c - a kernel written to a facts file and read back says the same; damaged files say so. */
#include "analysis/kernel/facts.h"
#include "analysis/kernel/kernel.h"

#include "analysis/btf/print.h"
#include "btf_build.h"
#include "cmocka_all.h"
#include "kernel_build.h"
#include "scratch_dir.h"

#include <errno.h>
#include <stdlib.h>

static const struct kfg_build_set sets[] = {
	{ .kfuncs = { { .name = "bpf_a", .flags = 5, .params = "ip" }, { .name = "bpf_b", .params = "la" } },
	  .types = { 7, 2 } },
	{ .kfuncs = { { .name = "scx_c", .flags = 1 << 16, .params = "i", .untagged = true } },
	  .types = { 28 },
	  .filtered = true },
};
static const char *const functions[] = { "plain", "__x64_sys_bpf", NULL };
static const struct kfg_build_plan plan = {
	.release = "7.3.4-test",
	.sets = sets,
	.n_sets = 2,
	.functions = functions,
};
static const struct kfg_build_set module_sets[] = {
	{ .kfuncs = { { .name = "bpf_of_module", .params = "pi" } }, .types = { 7 } },
};
static const struct kfg_build_plan module_plan = { .release = "", .sets = module_sets, .n_sets = 1 };
static const struct kfg_facts_made made = { .day = "2026-11-29", .source = "test" };

static void write_bytes(const char *name, const void *bytes, size_t size)
{
	FILE *out = fopen(scratch_path(name), "wbe");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	fclose(out);
}

static struct kfg_kernel *open_kernel(const char *path)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;

	if (kfg_kernel_open(path, NULL, &kernel, &error) < 0)
		fail_msg("%s", error.text);
	return kernel;
}

/* An image with a module beside it. */
static struct kfg_kernel *open_image(void)
{
	size_t size;
	void *bytes = kfg_build_kernel(&plan, &size);

	write_bytes("vmlinux", bytes, size);
	free(bytes);
	bytes = kfg_build_module(&plan, &module_plan, &size);
	write_bytes("some_module.ko", bytes, size);
	free(bytes);
	scratch_write("config-7.3.4-test", "# made\nCONFIG_BPF_JIT=y\nCONFIG_LSM=\"landlock,bpf\"\n"
					   "# CONFIG_SCHED_CLASS_EXT is not set\n");
	return open_kernel(scratch);
}

static void write_facts(const struct kfg_kernel *kernel, struct kfg_strbuf *out)
{
	struct kfg_kernel_error error = { "" };

	if (kfg_facts_write(kernel, &made, out, &error) < 0)
		fail_msg("%s", error.text);
}

static void same_kfuncs(const struct kfg_kernel *a, const struct kfg_kernel *b)
{
	size_t n, m;
	const struct kfg_kfunc *x = kfg_kernel_kfunc_list(a, &n), *y = kfg_kernel_kfunc_list(b, &m);

	assert_int_equal(n, m);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		struct kfg_strbuf mine = KFG_STRBUF(4096), theirs = KFG_STRBUF(4096);

		assert_string_equal(x[i].name, y[i].name);
		assert_int_equal(!x[i].module, !y[i].module);
		assert_true(!x[i].module || strcmp(x[i].module, y[i].module) == 0);
		assert_int_equal(x[i].flags, y[i].flags);
		assert_int_equal(x[i].prog_types, y[i].prog_types);
		assert_int_equal(x[i].types_known << 3 | x[i].filtered << 2 | x[i].registered << 1 | x[i].tagged,
				 y[i].types_known << 3 | y[i].filtered << 2 | y[i].registered << 1 | y[i].tagged);
		assert_int_equal(kfg_btf_has_tag(x[i].btf, x[i].id, "bpf_kfunc"),
				 kfg_btf_has_tag(y[i].btf, y[i].id, "bpf_kfunc"));
		kfg_btf_print_func(x[i].btf, x[i].id, &mine);
		kfg_btf_print_func(y[i].btf, y[i].id, &theirs);
		assert_string_equal(kfg_strbuf_text(&mine), kfg_strbuf_text(&theirs));
		kfg_strbuf_done(&mine);
		kfg_strbuf_done(&theirs);
	}
}

/* piece by piece: as a file of the catalogue is read. */
static void check_same(bool piece_by_piece)
{
	struct kfg_strbuf out = KFG_STRBUF(KFG_FACTS_FILE_MAX), again = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	struct kfg_kernel *image = open_image(), *facts;
	struct kfg_kernel_facts a, b;
	const struct kfg_btf *btf;
	const char *module;

	setenv("KFGATE_KERNELS", piece_by_piece ? scratch : "/nowhere", 1);
	write_facts(image, &out);
	write_bytes("kernel.facts", out.data, out.size);
	facts = open_kernel(scratch_path("kernel.facts"));
	kfg_kernel_facts(image, &a);
	kfg_kernel_facts(facts, &b);
	assert_string_equal(b.release, "7.3.4-test");
	assert_string_equal(b.arch, "x86_64");
	assert_string_equal(a.config, b.config);
	assert_non_null(strstr(b.config, "CONFIG_BPF_JIT=y\n"));
	assert_non_null(strstr(b.config, "CONFIG_LSM=\"landlock,bpf\"\n"));
	assert_non_null(strstr(b.config, "CONFIG_SCHED_CLASS_EXT=n\n"));
	assert_string_equal(a.limits, b.limits);
	assert_int_equal(a.n_modules, b.n_modules);
	assert_int_equal(a.btf_hash, b.btf_hash);
	assert_true(b.sets_known && b.modules_known);
	same_kfuncs(image, facts);
	assert_int_not_equal(kfg_kernel_func_find(facts, "plain", &btf, &module), 0);
	assert_int_not_equal(kfg_kernel_func_find(facts, "__x64_sys_bpf", &btf, &module), 0);
	assert_int_equal(kfg_kernel_func_find(facts, "absent", &btf, &module), 0);
	/* what was read is written as it was */
	write_facts(facts, &again);
	assert_int_equal(out.size, again.size);
	assert_memory_equal(out.data, again.data, out.size);
	kfg_kernel_free(image);
	kfg_kernel_free(facts);
	kfg_strbuf_done(&out);
	kfg_strbuf_done(&again);
}

static void test_same(void **state)
{
	(void)state;
	check_same(false);
	check_same(true);
}

/* All kinds of types, named and unnamed, and two of one name. */
static void *build_types(size_t *ret_size)
{
	struct kfg_btf_build b;
	uint32_t integer, first, second, inner, pointer, list;
	void *bytes;

	kfg_btf_build_start(&b, NULL);
	integer = kfg_btf_build_int(&b, "int", 4, 1);
	first = kfg_btf_build_type(&b, BTF_KIND_STRUCT, "twice", 1, 4);
	kfg_btf_build_word(&b, kfg_btf_build_string(&b, "one"));
	kfg_btf_build_word(&b, integer);
	kfg_btf_build_word(&b, 0);
	second = kfg_btf_build_type(&b, BTF_KIND_STRUCT, "twice", 1, 8);
	kfg_btf_build_word(&b, kfg_btf_build_string(&b, "two"));
	kfg_btf_build_word(&b, integer);
	kfg_btf_build_word(&b, 32);
	inner = kfg_btf_build_type(&b, BTF_KIND_UNION, NULL, 2, 4);
	for (int i = 0; i < 2; i++) {
		kfg_btf_build_word(&b, kfg_btf_build_string(&b, i ? "u" : "v"));
		kfg_btf_build_word(&b, i ? second : first);
		kfg_btf_build_word(&b, 0);
	}
	pointer = kfg_btf_build_type(&b, BTF_KIND_PTR, NULL, 0, b.next_id + 1);
	list = kfg_btf_build_type(&b, BTF_KIND_STRUCT, "list", 2, 16);
	kfg_btf_build_word(&b, kfg_btf_build_string(&b, "next"));
	kfg_btf_build_word(&b, pointer);
	kfg_btf_build_word(&b, 0);
	kfg_btf_build_word(&b, 0);
	kfg_btf_build_word(&b, inner);
	kfg_btf_build_word(&b, 64);
	kfg_btf_build_type(&b, BTF_KIND_ENUM, "color", 2, 4);
	for (int i = 0; i < 2; i++) {
		kfg_btf_build_word(&b, kfg_btf_build_string(&b, i ? "RED" : "BLUE"));
		kfg_btf_build_word(&b, i ? (uint32_t)-7 : 9);
	}
	kfg_btf_build_type(&b, BTF_KIND_TYPEDEF, "list_t", 0, list);
	kfg_btf_build_type(&b, BTF_KIND_FWD, "somewhere", 0, 0);
	kfg_btf_build_type(&b, BTF_KIND_VAR, "jiffies", 0, integer);
	kfg_btf_build_word(&b, 1);
	bytes = kfg_btf_build_bytes(&b, ret_size);
	kfg_btf_build_done(&b);
	return bytes;
}

static void check_types(bool piece_by_piece)
{
	struct kfg_strbuf out = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	struct kfg_kernel *image, *facts;
	const struct btf_member *m;
	const struct btf_type *t;
	const struct btf_enum *e;
	const struct kfg_btf *btf;
	size_t size;
	void *bytes = build_types(&size);
	uint32_t id;

	setenv("KFGATE_KERNELS", piece_by_piece ? scratch : "/nowhere", 1);
	write_bytes("vmlinux", bytes, size);
	free(bytes);
	image = open_kernel(scratch_path("vmlinux"));
	write_facts(image, &out);
	write_bytes("kernel.facts", out.data, out.size);
	facts = open_kernel(scratch_path("kernel.facts"));
	btf = kfg_kernel_btf(facts);
	t = kfg_btf_type(btf, kfg_btf_find(btf, "list", BTF_KIND_STRUCT));
	assert_non_null(t);
	assert_int_equal(t->size, 16);
	m = (const struct btf_member *)(t + 1);
	assert_string_equal(kfg_btf_str(btf, m[0].name_off), "next");
	assert_int_equal(m[1].offset, 64);
	t = kfg_btf_type(btf, m[1].type);
	assert_int_equal(KFG_BTF_INFO_KIND(t->info), BTF_KIND_UNION);
	m = (const struct btf_member *)(t + 1);
	assert_string_equal(kfg_btf_str(btf, m[1].name_off), "u");
	/* the second of that name, not the first */
	assert_int_equal(kfg_btf_type(btf, m[1].type)->size, 8);
	assert_int_equal(kfg_btf_type(btf, m[0].type)->size, 4);
	t = kfg_btf_type(btf, kfg_btf_find(btf, "color", BTF_KIND_ENUM));
	e = (const struct btf_enum *)(t + 1);
	assert_int_equal(e[0].val, 9);
	assert_int_equal(e[1].val, -7);
	assert_int_not_equal(kfg_btf_find(btf, "somewhere", BTF_KIND_FWD), 0);
	assert_int_not_equal(kfg_btf_find(btf, "jiffies", BTF_KIND_VAR), 0);
	id = kfg_btf_find(btf, "list_t", BTF_KIND_TYPEDEF);
	assert_string_equal(kfg_btf_type_name(btf, kfg_btf_type(btf, id)->type), "list");
	kfg_kernel_free(image);
	kfg_kernel_free(facts);
	kfg_strbuf_done(&out);
}

static void test_types(void **state)
{
	(void)state;
	check_types(false);
	check_types(true);
}

/* More enumerators than 16 bits count. */
static void test_long(void **state)
{
	struct kfg_strbuf out = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	struct kfg_kernel *image, *facts;
	const struct btf_type *t;
	struct kfg_btf_build b;
	uint32_t name;
	size_t size;
	void *bytes;

	(void)state;
	setenv("KFGATE_KERNELS", "/nowhere", 1);
	kfg_btf_build_start(&b, NULL);
	name = kfg_btf_build_string(&b, "ONE");
	kfg_btf_build_type(&b, BTF_KIND_ENUM, "many", 70000, 4);
	for (uint32_t i = 0; i < 70000; i++) {
		kfg_btf_build_word(&b, name);
		kfg_btf_build_word(&b, i);
	}
	bytes = kfg_btf_build_bytes(&b, &size);
	kfg_btf_build_done(&b);
	write_bytes("vmlinux", bytes, size);
	free(bytes);
	image = open_kernel(scratch_path("vmlinux"));
	write_facts(image, &out);
	write_bytes("kernel.facts", out.data, out.size);
	facts = open_kernel(scratch_path("kernel.facts"));
	t = kfg_btf_type(kfg_kernel_btf(facts), kfg_btf_find(kfg_kernel_btf(facts), "many", BTF_KIND_ENUM));
	assert_non_null(t);
	assert_int_equal(KFG_BTF_INFO_VLEN(t->info), 70000);
	assert_int_equal(((const struct btf_enum *)(t + 1))[69999].val, 69999);
	kfg_kernel_free(image);
	kfg_kernel_free(facts);
	kfg_strbuf_done(&out);
}

/* A kernel of those types, whose records are changed: one text for another of the same length. */
static void write_changed(const char *name, const char *from, const char *to, size_t n)
{
	struct kfg_strbuf body = KFG_STRBUF(KFG_FACTS_BODY_MAX), out = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	struct kfg_kernel_error error = { "" };
	size_t size;
	void *bytes = build_types(&size), *packed;
	struct kfg_kernel *image;
	char *at;

	write_bytes("vmlinux", bytes, size);
	free(bytes);
	image = open_kernel(scratch_path("vmlinux"));
	assert_int_equal(kfg_facts_write_body(image, &body, &error), 0);
	at = memmem(body.data, body.size, from, n);
	assert_non_null(at);
	memcpy(at, to, n);
	assert_int_equal(kfg_facts_pack(NULL, body.data, body.size, &packed, &size), 0);
	kfg_strbuf_printf(&out, KFG_FACTS_MAGIC "release: 7.3\nkfuncs: 0 registered\ndata: %zu\n\n", body.size);
	kfg_strbuf_add(&out, packed, size);
	write_bytes(name, out.data, out.size);
	free(packed);
	kfg_kernel_free(image);
	kfg_strbuf_done(&body);
	kfg_strbuf_done(&out);
}

/* Of a type with an error in its record the rest is left out, which is told, and no other type suffers. */
static void check_piece(const char *path)
{
	struct kfg_kernel *facts = open_kernel(path);
	const struct kfg_btf *btf = kfg_kernel_btf(facts);
	struct kfg_kernel_error error;
	const struct btf_type *good = kfg_btf_type(btf, kfg_btf_find(btf, "twice", BTF_KIND_STRUCT)), *bad;
	const struct btf_member *m;

	assert_int_equal(kfg_kernel_was_read(facts, &error), 0);
	bad = kfg_btf_type(btf, kfg_btf_find(btf, "list", BTF_KIND_STRUCT));
	m = (const struct btf_member *)(bad + 1);
	assert_int_equal(kfg_kernel_was_read(facts, &error), -EBADMSG);
	assert_non_null(strstr(error.text, ": a type that is not there"));
	assert_int_equal(KFG_BTF_INFO_KIND(bad->info), BTF_KIND_STRUCT);
	assert_int_equal(KFG_BTF_INFO_VLEN(bad->info), 2);
	assert_string_equal(kfg_btf_str(btf, m[0].name_off), "next");
	assert_int_equal(m[0].type, 0);
	assert_int_equal(m[1].type, 0);
	assert_string_equal(kfg_btf_str(btf, ((const struct btf_member *)(good + 1))[0].name_off), "one");
	for (uint32_t id = 1; id < kfg_btf_n_types(btf); id++)
		assert_non_null(kfg_btf_type(btf, id));
	kfg_kernel_free(facts);
}

/* A file of the catalogue is read piece by piece, one from elsewhere is refused for what nobody asked about. */
static void test_piece_by_piece(void **state)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *facts = NULL;
	const char *path;

	(void)state;
	write_changed("kernel.facts", "next\0\0\2\x84list", "next\0\0\2\x84lost", 12);
	path = scratch_path("kernel.facts");
	setenv("KFGATE_KERNELS", scratch, 1);
	check_piece(path);
	setenv("KFGATE_KERNELS", "/nowhere", 1);
	assert_int_equal(kfg_kernel_open(path, NULL, &facts, &error), -EBADMSG);
	assert_non_null(strstr(error.text, ": a type that is not there"));
}

/* Each changed byte, and each shorter file, gives a kernel or an error, never both and never a crash. */
static void test_damage(void **state)
{
	struct kfg_strbuf out = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	struct kfg_kernel *image = open_image();
	struct kfg_kernel_error error;
	struct kfg_facts *facts;

	(void)state;
	write_facts(image, &out);
	for (size_t at = 0; at < out.size; at++) {
		error.text[0] = '\0';
		out.data[at] ^= 0x11;
		if (kfg_facts_read("f", out.data, out.size, &facts, &error) == 0) {
			if (kfg_facts_check(facts, "f", &error) < 0)
				assert_true(error.text[0] != '\0');
			kfg_facts_free(facts);
		} else {
			assert_true(error.text[0] != '\0');
		}
		out.data[at] ^= 0x11;
		error.text[0] = '\0';
		assert_true(kfg_facts_read("f", out.data, at, &facts, &error) < 0);
		assert_true(error.text[0] != '\0');
	}
	kfg_kernel_free(image);
	kfg_strbuf_done(&out);
}

static void write_dictionary(const char *name, const struct kfg_facts_dictionary *prefix, const char *text)
{
	struct kfg_strbuf out = KFG_STRBUF(KFG_FACTS_FILE_MAX);

	assert_int_equal(kfg_facts_pack_dictionary(prefix, text, strlen(text), &out), 0);
	write_bytes(name, out.data, out.size);
	kfg_strbuf_done(&out);
}

/* A dictionary may be packed with the first one, which has to be the very one. */
static void test_dictionaries(void **state)
{
	static const struct kfg_facts_dictionary other = { .name = "facts-1", .data = "other", .size = 5, .hash = 1 };
	const struct kfg_facts_dictionary *first, *second;

	(void)state;
	setenv("KFGATE_KERNELS", scratch, 1);
	assert_string_equal(kfg_facts_dictionary_of("x86_64"), "facts-1");
	assert_string_equal(kfg_facts_dictionary_of("aarch64"), "arm64-1");
	assert_int_equal(kfg_facts_dictionary("facts-1", &first), -ENOENT);
	write_dictionary("facts-1.dictionary", &other, "with itself");
	assert_int_equal(kfg_facts_dictionary("facts-1", &first), -EBADMSG);
	write_dictionary("arm64-1.dictionary", &other, "with another one");
	write_dictionary("facts-1.dictionary", NULL, "records of one kernel");
	assert_int_equal(kfg_facts_dictionary("arm64-1", &second), -EBADMSG);
	assert_int_equal(kfg_facts_dictionary("facts-1", &first), 0);
	write_dictionary("arm64-1.dictionary", first, "records of one kernel, and of another one");
	assert_int_equal(kfg_facts_dictionary("arm64-1", &second), 0);
	assert_int_equal(second->size, 41);
	assert_memory_equal(second->data, "records of one kernel, and of another one", 41);
	assert_string_equal(first->name, "facts-1");
}

static void refused(const char *text, const char *why)
{
	struct kfg_kernel_error error = { "" };
	struct kfg_facts *facts;

	assert_true(kfg_facts_read("f", text, strlen(text), &facts, &error) < 0);
	assert_string_equal(error.text, why);
}

static void test_errors(void **state)
{
	(void)state;
	refused("kfgate-facts 2\n\n", "f: offset 0: facts of a version that is not known here");
	refused("kfgate-facts 1\nrelease 7\n\n", "f: offset 15: a line that is not \"KEY: VALUE\"");
	refused("kfgate-facts 1\nbtf: x\n\n", "f: offset 15: a value that is not understood");
	refused("kfgate-facts 1\nlater: what this version does not know\n\n", "f: offset 55: no line \"data\"");
	refused("kfgate-facts 1\ndata: 99999999999\n\n", "f: offset 15: a value that is not understood");
	refused("kfgate-facts 1\ndata: 9\n\nX", "f: offset 24: the packed part is damaged");
	refused("kfgate-facts 1\ndictionary: none-such 0\ndata: 9\n\nX",
		"f: the dictionary none-such, which it was packed with, is not installed");
	refused("kfgate-facts 1\ndictionary: ../../etc/x 0\ndata: 9\n\nX",
		"f: the dictionary ../../etc/x, which it was packed with, is not installed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_long, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_types, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_piece_by_piece, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_damage, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_errors),
		cmocka_unit_test_setup_teardown(test_dictionaries, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
