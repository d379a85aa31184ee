/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_write.c - a kernel written as a file of facts. */
#include "analysis/kernel/facts.h"

#include "analysis/kernel/facts_types.h"
#include "analysis/kernel/kernel_internal.h"
#include "base/cleanup.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

KFG_DEFINE_CLEANUP(struct kfg_facts_writer *, kfg_facts_writer_free)

/* The decl tags of a BTF that stand on functions themselves. */
struct tags {
	uint32_t *ids; /* owned; of the DECL_TAGs */
	size_t n;
};

static int find_tags(const struct kfg_btf *btf, struct tags *ret_tags)
{
	uint32_t first = kfg_btf_first_own(btf), end = kfg_btf_n_types(btf);

	*ret_tags = (struct tags){ .ids = calloc(end - first + 1, sizeof(uint32_t)) };
	if (!ret_tags->ids)
		return -ENOMEM;
	for (uint32_t id = first; id < end; id++) {
		const struct btf_type *t = kfg_btf_type(btf, id);

		if (KFG_BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG &&
		    ((const struct btf_decl_tag *)(t + 1))->component_idx == -1)
			ret_tags->ids[ret_tags->n++] = id;
	}
	return 0;
}

static void put_tags(const struct kfg_btf *btf, const struct tags *tags, uint32_t func, struct kfg_strbuf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < tags->n; i++)
		n += kfg_btf_type(btf, tags->ids[i])->type == func;
	kfg_facts_put_number(out, n);
	for (size_t i = 0; i < tags->n; i++)
		if (kfg_btf_type(btf, tags->ids[i])->type == func)
			kfg_facts_put_name(out, kfg_btf_type_name(btf, tags->ids[i]));
}

static unsigned bits_of(const struct kfg_kfunc *k)
{
	return (k->types_known ? KFG_BLOB_TYPES_KNOWN : 0u) | (k->filtered ? KFG_BLOB_FILTERED : 0u) |
	       (k->registered ? KFG_BLOB_REGISTERED : 0u) | (k->tagged ? KFG_BLOB_TAGGED : 0u) |
	       (k->flagged_deprecated ? KFG_BLOB_DEPRECATED : 0u);
}

static void put_kfunc(const struct kfg_facts_writer *w, const struct kfg_kfunc *k, const struct tags *tags,
		      struct kfg_strbuf *out)
{
	bool of_base = k->id < kfg_btf_first_own(k->btf);

	kfg_facts_put_number(out, bits_of(k) | (of_base ? KFG_FACTS_OF_BASE : 0));
	kfg_facts_put_name(out, k->name);
	kfg_facts_put_number(out, kfg_facts_writer_ordinal(w, k->id));
	kfg_facts_put_number(out, k->flags);
	kfg_facts_put_number(out, k->prog_types);
	put_tags(k->btf, tags, k->id, out);
}

/* The kernel, or a module of it: types, then kfuncs. */
static int put_part(const struct kfg_kernel *kernel, const struct kfg_btf *btf, struct kfg_facts_writer *w,
		    struct kfg_strbuf *out)
{
	size_t n, own = 0;
	const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(kernel, &n);
	struct tags tags;
	int r = find_tags(btf, &tags);

	for (size_t i = 0; i < n; i++) {
		if (kfuncs[i].btf != btf)
			continue;
		own++;
		kfg_facts_writer_keep_names(w, kfuncs[i].id);
	}
	if (r == 0)
		r = kfg_facts_writer_write(w, out);
	kfg_facts_put_number(out, own);
	for (size_t i = 0; i < n && r == 0; i++)
		if (kfuncs[i].btf == btf)
			put_kfunc(w, &kfuncs[i], &tags, out);
	free(tags.ids);
	return r < 0 ? r : out->error;
}

static int put_module(const struct kfg_kernel *kernel, size_t i, const struct kfg_facts_writer *base,
		      struct kfg_strbuf *out)
{
	_cleanup_(kfg_facts_writer_free_cleanup) struct kfg_facts_writer *w = NULL;
	const struct kfg_btf *btf;
	const char *name = kfg_kernel_module(kernel, i, &btf);
	int r = kfg_facts_writer_new(btf, base, &w);

	kfg_facts_put_name(out, name);
	return r < 0 ? r : put_part(kernel, btf, w, out);
}

int kfg_facts_write_body(const struct kfg_kernel *kernel, struct kfg_strbuf *out, struct kfg_kernel_error *ret_error)
{
	_cleanup_(kfg_facts_writer_free_cleanup) struct kfg_facts_writer *base = NULL;
	size_t n = kfg_kernel_n_modules(kernel);
	int r = kfg_facts_writer_new(kfg_kernel_btf(kernel), NULL, &base);

	kfg_strbuf_add(out, "", 1);
	if (r == 0)
		r = put_part(kernel, kfg_kernel_btf(kernel), base, out);
	kfg_facts_put_number(out, n);
	for (size_t i = 0; i < n && r == 0; i++)
		r = put_module(kernel, i, base, out);
	kfg_strbuf_add(out, "", 1);
	r = r < 0 ? r : out->error;
	if (r == -EBADMSG || r == -E2BIG) {
		snprintf(ret_error->text, sizeof(ret_error->text), "its types are none that a compiler makes");
		return -EBADMSG;
	}
	return r;
}

static void put_config(const char *config, struct kfg_strbuf *out)
{
	while (*config) {
		size_t n = strcspn(config, "\n");

		kfg_strbuf_printf(out, "config: %.*s\n", (int)n, config);
		config += n + (config[n] == '\n');
	}
}

static void put_head(const struct kfg_blob *blob, const struct kfg_kernel *kernel, const struct kfg_facts_made *made,
		     struct kfg_strbuf *out)
{
	struct kfg_kernel_facts facts;
	size_t n;

	kfg_kernel_facts(kernel, &facts);
	kfg_kernel_kfunc_list(kernel, &n);
	kfg_strbuf_printf(out, KFG_FACTS_MAGIC "release: %s\nversion: %s\narchitecture: %s\n", facts.release,
			  facts.version, facts.arch);
	kfg_strbuf_printf(out, "made: %s\nsource: %s\n", made->day, made->source);
	kfg_strbuf_printf(out, "btf: %" PRIu64 " %016" PRIx64 "\n", blob->btf_size, blob->btf_hash);
	put_config(facts.config, out);
	kfg_strbuf_printf(out, "kfuncs: %zu %s\n", n, facts.sets_known ? "registered" : "tagged");
	if (facts.modules_known)
		kfg_strbuf_printf(out, "modules: %zu %zu\n", facts.n_modules, facts.n_bad_modules);
	if (facts.bad_modules[0])
		kfg_strbuf_printf(out, "bad-modules: %s\n", facts.bad_modules);
	if (facts.n_odd)
		kfg_strbuf_printf(out, "odd: %zu\n", facts.n_odd);
	if (facts.limits[0])
		kfg_strbuf_printf(out, "limits: %s\n", facts.limits);
	if (made->dictionary)
		kfg_strbuf_printf(out, "dictionary: %s %016" PRIx64 "\n", made->dictionary->name,
				  made->dictionary->hash);
}

int kfg_facts_write(const struct kfg_kernel *kernel, const struct kfg_facts_made *made, struct kfg_strbuf *out,
		    struct kfg_kernel_error *ret_error)
{
	_cleanup_strbuf_ struct kfg_strbuf body = KFG_STRBUF(KFG_FACTS_BODY_MAX);
	_cleanup_free_ void *packed = NULL;
	size_t packed_size;
	int r = kfg_facts_write_body(kernel, &body, ret_error);

	if (r == 0)
		r = kfg_facts_pack(made->dictionary, body.data, body.size, &packed, &packed_size);
	if (r < 0)
		return r;
	put_head(kfg_kernel_blob(kernel), kernel, made, out);
	kfg_strbuf_printf(out, "data: %zu\n\n", body.size);
	kfg_strbuf_add(out, packed, packed_size);
	return out->error;
}
