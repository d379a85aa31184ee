/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_facts.c - a facts file ('f' and the bytes), or its unpacked part ('b' and the bytes), which is packed here in
 * the simplest way zstd has. What is read, all at once or piece by piece, is a kernel that can be opened, asked, and
 * written again.
 */
#include "analysis/btf/print.h"
#include "analysis/kernel/facts.h"
#include "analysis/kernel/kernel_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX 0x1ffffu /* bytes of a block: RFC 8878, 3.1.1.2.4 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at(const struct kfg_kernel *kernel)
{
	struct kfg_strbuf body = KFG_STRBUF(KFG_FACTS_BODY_MAX);
	struct kfg_kernel_error error = { "" };
	struct kfg_kernel_facts facts;
	size_t n;
	const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(kernel, &n);

	kfg_kernel_facts(kernel, &facts);
	must(facts.release && facts.version && facts.arch && facts.config && facts.limits);
	for (size_t i = 0; i < n; i++) {
		struct kfg_strbuf text = KFG_STRBUF(4096);

		must(kfg_kernel_kfunc_find(kernel, kfuncs[i].name) != NULL);
		kfg_btf_print_func(kfuncs[i].btf, kfuncs[i].id, &text);
		kfg_strbuf_done(&text);
	}
	if (kfg_facts_write_body(kernel, &body, &error) < 0)
		must(error.text[0]);
	kfg_strbuf_done(&body);
}

/* Returns true if it was read. */
static bool try_way(const uint8_t *data, size_t size, bool whole)
{
	struct kfg_kernel_error error = { "" };
	struct kfg_kernel *kernel = NULL;
	struct kfg_facts *facts;
	const struct kfg_blob *blob;

	if (kfg_facts_read("fuzz", data, size, &facts, &error) < 0) {
		must(error.text[0] && !strchr(error.text, '\n'));
		return false;
	}
	if (whole && kfg_facts_check(facts, "fuzz", &error) < 0) {
		must(error.text[0] && !strchr(error.text, '\n'));
		kfg_facts_free(facts);
		return false;
	}
	blob = kfg_facts_blob(facts);
	must(kfg_blob_check(blob, blob->size));
	if (kfg_kernel_open_facts("fuzz", facts, &kernel) == 0)
		look_at(kernel);
	kfg_kernel_free(kernel);
	return true;
}

/* What is good as a whole is good piece by piece, too. */
static void try_file(const uint8_t *data, size_t size)
{
	bool good = try_way(data, size, true);

	must(try_way(data, size, false) || !good);
}

/* A frame of raw blocks. */
static void try_body(const uint8_t *data, size_t size)
{
	struct kfg_strbuf file = KFG_STRBUF(KFG_FACTS_FILE_MAX);
	uint32_t size32 = (uint32_t)size;

	kfg_strbuf_printf(&file, KFG_FACTS_MAGIC "release: 7.3\nkfuncs: 1 registered\ndata: %zu\n\n", size);
	kfg_strbuf_add(&file, "\x28\xb5\x2f\xfd\xa0", 5);
	kfg_strbuf_add(&file, &size32, sizeof(size32));
	do {
		uint32_t n = size < BLOCK_MAX ? (uint32_t)size : BLOCK_MAX, head = n << 3 | (n == size);

		kfg_strbuf_add(&file, &head, 3);
		kfg_strbuf_add(&file, data, n);
		data += n;
		size -= n;
	} while (size);
	try_file((const uint8_t *)file.data, file.size);
	kfg_strbuf_done(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] == 'b')
		try_body(data + 1, size - 1);
	else
		try_file(data + 1, size - 1);
	return 0;
}
