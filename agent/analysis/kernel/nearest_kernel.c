/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nearest_kernel.c - the kernel of the catalogue that is most like one of which only BTF is at hand: the one with the
 * fewest kfuncs that are not the same on both sides.
 */
#include "analysis/kernel/catalogue.h"
#include "analysis/kernel/catalogue_dir.h"
#include "analysis/kernel/kernel_internal.h"
#include <errno.h>
#include <string.h>

struct choice {
	struct kfg_kernel *kernel; /* owned; NULL: none yet */
	size_t differences;
	uint64_t size_differs; /* bytes of BTF: tells flavours apart */
};

static uint32_t n_params(const struct kfg_btf *btf, uint32_t func)
{
	const struct btf_type *t = kfg_btf_type(btf, func), *proto = t ? kfg_btf_type(btf, t->type) : NULL;

	return proto ? KFG_BTF_INFO_VLEN(proto->info) : 0;
}

/* How many kfuncs of the kernels themselves are on one side only, or take another number of arguments. */
static size_t count_differences(const struct kfg_kernel *mine, const struct kfg_kernel *theirs)
{
	const struct kfg_btf *btf = kfg_kernel_btf(mine);
	size_t n, differences = 0;
	const struct kfg_kfunc *list = kfg_kernel_kfunc_list(theirs, &n);

	for (size_t i = 0; i < n && !list[i].module; i++) {
		uint32_t id = kfg_btf_find(btf, list[i].name, BTF_KIND_FUNC);

		differences += !id || n_params(btf, id) != n_params(list[i].btf, list[i].id);
	}
	list = kfg_kernel_kfunc_list(mine, &n);
	for (size_t i = 0; i < n; i++)
		differences += !list[i].module && !kfg_kernel_kfunc_find(theirs, list[i].name);
	return differences;
}

/* "6.12" of "6.12.117+deb13-amd64". */
static size_t line_length(const char *release)
{
	size_t n = strspn(release, "0123456789");

	return release[n] == '.' ? n + 1 + strspn(release + n + 1, "0123456789") : n;
}

static bool same_line(const char *a, const char *b)
{
	size_t n = line_length(a);

	return n && n == line_length(b) && strncmp(a, b, n) == 0;
}

static bool has_line(const struct kfg_catalogue *catalogue, const char *release)
{
	for (size_t i = 0; i < catalogue->n; i++)
		if (same_line(catalogue->entries[i].head.release, release))
			return true;
	return false;
}

static bool may_be(const struct kfg_catalogue_entry *entry, const struct kfg_kernel_facts *facts)
{
	return entry->head.sets_known && (!facts->arch[0] || strcmp(facts->arch, entry->head.arch) == 0);
}

/* Holds one entry against the best so far; one that cannot be read is passed over. */
static void consider(const struct kfg_kernel *kernel, const struct kfg_catalogue_entry *entry, struct choice *best)
{
	uint64_t mine = kfg_kernel_blob(kernel)->btf_size, theirs = entry->head.btf_size;
	struct choice this = { .size_differs = mine > theirs ? mine - theirs : theirs - mine };
	struct kfg_kernel_error error;

	if (kfg_kernel_open(entry->path, NULL, &this.kernel, &error) < 0)
		return;
	this.differences = count_differences(kernel, this.kernel);
	if (best->kernel && (this.differences > best->differences ||
			     (this.differences == best->differences && this.size_differs >= best->size_differs))) {
		kfg_kernel_free(this.kernel);
		return;
	}
	kfg_kernel_free(best->kernel);
	*best = this;
}

int kfg_kernel_find_nearest(struct kfg_kernel *kernel)
{
	struct kfg_catalogue catalogue;
	struct kfg_kernel_facts facts;
	struct choice best = { 0 };
	bool by_line;
	int r;

	kfg_kernel_facts(kernel, &facts);
	if (facts.sets_known || kfg_btf_is_foreign(kfg_kernel_btf(kernel)))
		return 0;
	r = kfg_catalogue_open(kfg_catalogue_dir(), &catalogue);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	by_line = has_line(&catalogue, facts.release);
	for (size_t i = 0; i < catalogue.n; i++)
		if (may_be(&catalogue.entries[i], &facts) &&
		    (!by_line || same_line(catalogue.entries[i].head.release, facts.release)))
			consider(kernel, &catalogue.entries[i], &best);
	kfg_catalogue_done(&catalogue);
	kfg_kernel_set_nearest(kernel, best.kernel);
	return 0;
}
