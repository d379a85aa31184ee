/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/kernel_internal.h"

#include "base/cleanup.h"
#include "analysis/kernel/blob.h"
#include "analysis/kernel/cache.h"
#include "analysis/kernel/collect.h"
#include "analysis/kernel/running.h"
#include "analysis/kernel/source.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

struct module {
	const char *name;
	struct kfg_btf *btf; /* owned */
};

struct kfg_kernel {
	char *path; /* owned */
	const struct kfg_blob *blob; /* owned */
	bool mapped; /* else allocated */
	struct kfg_btf *btf; /* owned */
	struct module *modules; /* owned */
	size_t n_modules;
	struct kfg_kfunc *kfuncs; /* owned */
	size_t n_kfuncs;
};

static void free_blob(const struct kfg_blob *blob, bool mapped)
{
	if (blob && mapped)
		munmap((void *)blob, blob->size);
	else
		free((void *)blob);
}

void kfg_kernel_free(struct kfg_kernel *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n_modules; i++)
		kfg_btf_free(k->modules[i].btf);
	free(k->modules);
	free(k->kfuncs);
	kfg_btf_free(k->btf);
	free_blob(k->blob, k->mapped);
	free(k->path);
	free(k);
}

KFG_DEFINE_CLEANUP(struct kfg_kernel *, kfg_kernel_free)

static const void *part(const struct kfg_blob *blob, enum kfg_blob_part_index index)
{
	return (const char *)blob + blob->parts[index].at;
}

static int open_btfs(struct kfg_kernel *k)
{
	const struct kfg_blob_module *modules = part(k->blob, KFG_BLOB_MODULES);
	size_t n = k->blob->parts[KFG_BLOB_MODULES].size / sizeof(*modules);
	struct kfg_btf_error why;
	int r = kfg_btf_open(part(k->blob, KFG_BLOB_BTF), k->blob->parts[KFG_BLOB_BTF].size, NULL, &k->btf, &why);

	k->modules = calloc(n + 1, sizeof(*k->modules));
	if (!k->modules)
		return -ENOMEM;
	for (; r == 0 && k->n_modules < n; k->n_modules++) {
		const struct kfg_blob_module *m = &modules[k->n_modules];

		k->modules[k->n_modules].name = m->name;
		r = kfg_btf_open((const char *)k->blob + m->btf.at, m->btf.size, k->btf,
				 &k->modules[k->n_modules].btf, &why);
	}
	return r;
}

static int compare_kfuncs(const void *a, const void *b)
{
	const struct kfg_kfunc *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	if (!x->module || !y->module)
		return !y->module - !x->module;
	return strcmp(x->module, y->module);
}

static int fill_kfunc(const struct kfg_kernel *k, const struct kfg_blob_kfunc *from, struct kfg_kfunc *ret)
{
	const struct kfg_btf *btf = k->btf;
	const struct btf_type *t;

	if (from->module != KFG_BLOB_NO_MODULE) {
		if (from->module >= k->n_modules)
			return -EBADMSG;
		btf = k->modules[from->module].btf;
	}
	t = kfg_btf_type(btf, from->id);
	if (!t || BTF_INFO_KIND(t->info) != BTF_KIND_FUNC)
		return -EBADMSG;
	*ret = (struct kfg_kfunc){
		.name = kfg_btf_str(btf, t->name_off),
		.module = from->module == KFG_BLOB_NO_MODULE ? NULL : k->modules[from->module].name,
		.btf = btf,
		.id = from->id,
		.flags = from->flags,
		.prog_types = from->prog_types,
		.types_known = from->bits & KFG_BLOB_TYPES_KNOWN,
		.filtered = from->bits & KFG_BLOB_FILTERED,
		.registered = from->bits & KFG_BLOB_REGISTERED,
		.tagged = from->bits & KFG_BLOB_TAGGED,
	};
	return 0;
}

static int fill_kfuncs(struct kfg_kernel *k)
{
	const struct kfg_blob_kfunc *from = part(k->blob, KFG_BLOB_KFUNCS);
	size_t n = k->blob->parts[KFG_BLOB_KFUNCS].size / sizeof(*from);
	int r = 0;

	k->kfuncs = calloc(n + 1, sizeof(*k->kfuncs));
	if (!k->kfuncs)
		return -ENOMEM;
	for (; r == 0 && k->n_kfuncs < n; k->n_kfuncs++)
		r = fill_kfunc(k, &from[k->n_kfuncs], &k->kfuncs[k->n_kfuncs]);
	if (r == 0)
		qsort(k->kfuncs, k->n_kfuncs, sizeof(*k->kfuncs), compare_kfuncs);
	return r;
}

int kfg_kernel_open_blob(const char *path, const struct kfg_blob *blob, bool mapped, struct kfg_kernel **ret_kernel)
{
	_cleanup_(kfg_kernel_free_cleanup) struct kfg_kernel *k = calloc(1, sizeof(*k));
	int r;

	if (!k) {
		free_blob(blob, mapped);
		return -ENOMEM;
	}
	k->blob = blob;
	k->mapped = mapped;
	k->path = strdup(path);
	if (!k->path)
		return -ENOMEM;
	r = open_btfs(k);
	if (r == 0)
		r = fill_kfuncs(k);
	if (r < 0)
		return r;
	*ret_kernel = KFG_TAKE_PTR(k);
	return 0;
}

KFG_DEFINE_CLEANUP(struct kfg_source *, kfg_source_free)
KFG_DEFINE_CLEANUP(struct kfg_collector *, kfg_collector_free)

static int read_source(const struct kfg_source *source, const struct kfg_kernel_progress *progress,
		       struct kfg_blob **ret_blob, struct kfg_kernel_error *error)
{
	_cleanup_(kfg_collector_free_cleanup) struct kfg_collector *collector = NULL;
	int r = kfg_collector_new(&collector);

	if (r == 0)
		r = kfg_source_read(source, progress, collector, error);
	return r < 0 ? r : kfg_collect_blob(collector, kfg_source_origin(source), ret_blob);
}

static int open_path(const char *path, const char *cache_dir, const struct kfg_kernel_progress *progress,
		     struct kfg_kernel **ret_kernel, struct kfg_kernel_error *error)
{
	_cleanup_(kfg_source_free_cleanup) struct kfg_source *source = NULL;
	const struct kfg_blob *cached;
	struct kfg_blob *blob;
	int r = kfg_source_open(path, &source, error);

	if (r < 0)
		return r;
	if (cache_dir && kfg_cache_load(cache_dir, path, kfg_source_origin(source), &cached) == 0) {
		r = kfg_kernel_open_blob(path, cached, true, ret_kernel);
		if (r != -EBADMSG)
			return r;
	}
	r = read_source(source, progress, &blob, error);
	if (r < 0)
		return r;
	/* the cache is a help: where it cannot be written, kernels are read each time */
	if (cache_dir)
		(void)kfg_cache_store(cache_dir, path, blob);
	return kfg_kernel_open_blob(path, blob, false, ret_kernel);
}

/* Is this what runs? */
static bool is_running(const struct kfg_kernel *k)
{
	return kfg_running_is(part(k->blob, KFG_BLOB_BTF), k->blob->parts[KFG_BLOB_BTF].size);
}

static int open_running(const char *cache_dir, const struct kfg_kernel_progress *progress,
			struct kfg_kernel **ret_kernel, struct kfg_kernel_error *error)
{
	_cleanup_free_ char *image = kfg_running_image();
	_cleanup_(kfg_kernel_free_cleanup) struct kfg_kernel *k = NULL;
	struct kfg_blob *blob;
	int r;

	if (image && open_path(image, cache_dir, progress, &k, error) == 0 && is_running(k)) {
		free(k->path);
		k->path = strdup("running");
		if (!k->path)
			return -ENOMEM;
		*ret_kernel = KFG_TAKE_PTR(k);
		return 0;
	}
	r = kfg_running_read(&blob, error);
	return r < 0 ? r : kfg_kernel_open_blob("running", blob, false, ret_kernel);
}

int kfg_kernel_open_slowly(const char *path, const char *cache_dir, const struct kfg_kernel_progress *progress,
			   struct kfg_kernel **ret_kernel, struct kfg_kernel_error *ret_error)
{
	int r;

	ret_error->text[0] = '\0';
	r = strcmp(path, "running") == 0 ? open_running(cache_dir, progress, ret_kernel, ret_error) :
					   open_path(path, cache_dir, progress, ret_kernel, ret_error);
	if (r < 0 && !ret_error->text[0])
		snprintf(ret_error->text, sizeof(ret_error->text), "%.180s: %s", path, strerror(-r));
	return r;
}

int kfg_kernel_open(const char *path, const char *cache_dir, struct kfg_kernel **ret_kernel,
		    struct kfg_kernel_error *ret_error)
{
	return kfg_kernel_open_slowly(path, cache_dir, NULL, ret_kernel, ret_error);
}

void kfg_kernel_facts(const struct kfg_kernel *k, struct kfg_kernel_facts *ret_facts)
{
	*ret_facts = (struct kfg_kernel_facts){
		.path = k->path,
		.release = part(k->blob, KFG_BLOB_RELEASE),
		.sets_known = k->blob->sets_known,
		.modules_known = k->blob->modules_known,
		.n_modules = k->blob->n_modules,
		.n_bad_modules = k->blob->n_bad_modules,
		.bad_modules = part(k->blob, KFG_BLOB_BAD_MODULES),
		.n_odd = k->blob->n_odd,
		.limits = part(k->blob, KFG_BLOB_LIMITS),
	};
}

const struct kfg_btf *kfg_kernel_btf(const struct kfg_kernel *k)
{
	return k->btf;
}

const struct kfg_kfunc *kfg_kernel_kfunc_list(const struct kfg_kernel *k, size_t *ret_n)
{
	*ret_n = k->n_kfuncs;
	return k->kfuncs;
}

/* The first of that name: those of the kernel itself are sorted before those of modules. */
const struct kfg_kfunc *kfg_kernel_kfunc_find(const struct kfg_kernel *k, const char *name)
{
	size_t low = 0, high = k->n_kfuncs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(k->kfuncs[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < k->n_kfuncs && strcmp(k->kfuncs[low].name, name) == 0 ? &k->kfuncs[low] : NULL;
}

uint32_t kfg_kernel_type_find(const struct kfg_kernel *k, const char *name, unsigned kind,
			      const struct kfg_btf **ret_btf, const char **ret_module)
{
	uint32_t id = kfg_btf_find(k->btf, name, kind);

	if (id) {
		*ret_btf = k->btf;
		*ret_module = NULL;
		return id;
	}
	for (size_t i = 0; i < k->n_modules; i++) {
		id = kfg_btf_find_own(k->modules[i].btf, name, kind);
		if (!id)
			continue;
		*ret_btf = k->modules[i].btf;
		*ret_module = k->modules[i].name;
		return id;
	}
	return 0;
}

uint32_t kfg_kernel_func_find(const struct kfg_kernel *k, const char *name, const struct kfg_btf **ret_btf,
			      const char **ret_module)
{
	return kfg_kernel_type_find(k, name, BTF_KIND_FUNC, ret_btf, ret_module);
}
