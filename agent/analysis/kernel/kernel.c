/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.c - a kernel opened from whatever names it, and asked about kfuncs, functions and types. */
#include "analysis/kernel/kernel_internal.h"

#include "analysis/kernel/blob.h"
#include "analysis/kernel/cache.h"
#include "analysis/kernel/catalogue.h"
#include "analysis/kernel/catalogue_dir.h"
#include "analysis/kernel/collect.h"
#include "analysis/kernel/deprecated.h"
#include "analysis/kernel/facts.h"
#include "analysis/kernel/running.h"
#include "analysis/kernel/source.h"
#include "base/cleanup.h"
#include "base/read_file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

struct module {
	const char *name;
	struct kfg_btf *btf; /* owned */
};

struct kfg_kernel {
	char *path; /* owned */
	char *catalogued; /* owned: the file of the catalogue that it was found in by its BTF; NULL: none */
	struct kfg_facts *facts; /* owned: have the blob, and the types; NULL: the blob has all */
	const struct kfg_blob *blob; /* owned, but for that of facts */
	bool mapped; /* else allocated */
	struct kfg_btf *btf; /* owned */
	struct module *modules; /* owned */
	size_t n_modules;
	struct kfg_kfunc *kfuncs; /* owned */
	size_t n_kfuncs;
	struct kfg_kernel *nearest; /* owned; see kfg_kernel_find_nearest(); NULL: none */
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
	if (k->facts)
		kfg_facts_free(k->facts);
	else
		free_blob(k->blob, k->mapped);
	free(k->path);
	free(k->catalogued);
	kfg_kernel_free(k->nearest);
	free(k);
}

KFG_DEFINE_CLEANUP(struct kfg_kernel *, kfg_kernel_free)
KFG_DEFINE_CLEANUP(struct kfg_facts *, kfg_facts_free)

static const void *part(const struct kfg_blob *blob, enum kfg_blob_part_index index)
{
	return (const char *)blob + blob->parts[index].at;
}

static int open_btf(const struct kfg_kernel *k, uint32_t module, const struct kfg_blob_part *where,
		    struct kfg_btf **ret)
{
	struct kfg_btf_error why;

	if (k->facts)
		return kfg_facts_btf(k->facts, module, k->btf, ret);
	return kfg_btf_open((const char *)k->blob + where->at, where->size, k->btf, ret, &why);
}

static int open_btfs(struct kfg_kernel *k)
{
	const struct kfg_blob_module *modules = part(k->blob, KFG_BLOB_MODULES);
	size_t n = k->blob->parts[KFG_BLOB_MODULES].size / sizeof(*modules);
	int r = open_btf(k, KFG_BLOB_NO_MODULE, &k->blob->parts[KFG_BLOB_BTF], &k->btf);

	k->modules = calloc(n + 1, sizeof(*k->modules));
	if (!k->modules)
		return -ENOMEM;
	for (; r == 0 && k->n_modules < n; k->n_modules++) {
		struct module *m = &k->modules[k->n_modules];

		m->name = modules[k->n_modules].name;
		r = open_btf(k, (uint32_t)k->n_modules, &modules[k->n_modules].btf, &m->btf);
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
	if (!t || KFG_BTF_INFO_KIND(t->info) != BTF_KIND_FUNC)
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
	ret->replacement = "";
	ret->flagged_deprecated = from->bits & KFG_BLOB_DEPRECATED;
	ret->deprecated = kfg_deprecated_by_tag(btf, from->id, &ret->replacement) || ret->flagged_deprecated;
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

/* facts: NULL, or where the blob is from. They are the kernel's from now on. */
static int open_parts(const char *path, struct kfg_facts *facts, const struct kfg_blob *blob, bool mapped,
		      struct kfg_kernel **ret_kernel)
{
	_cleanup_(kfg_kernel_free_cleanup) struct kfg_kernel *k = calloc(1, sizeof(*k));
	int r;

	if (!k) {
		if (facts)
			kfg_facts_free(facts);
		else
			free_blob(blob, mapped);
		return -ENOMEM;
	}
	k->facts = facts;
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

int kfg_kernel_open_blob(const char *path, const struct kfg_blob *blob, bool mapped, struct kfg_kernel **ret_kernel)
{
	return open_parts(path, NULL, blob, mapped, ret_kernel);
}

int kfg_kernel_open_facts(const char *path, struct kfg_facts *facts, struct kfg_kernel **ret_kernel)
{
	return open_parts(path, facts, kfg_facts_blob(facts), false, ret_kernel);
}

KFG_DEFINE_CLEANUP(struct kfg_kernel_source *, kfg_kernel_source_free)
KFG_DEFINE_CLEANUP(struct kfg_collector *, kfg_collector_free)

static int read_source(const struct kfg_kernel_source *source, const struct kfg_kernel_progress *progress,
		       struct kfg_blob **ret_blob, struct kfg_kernel_error *error)
{
	_cleanup_(kfg_collector_free_cleanup) struct kfg_collector *collector = NULL;
	int r = kfg_collector_new(NULL, &collector);

	if (r == 0)
		r = kfg_kernel_source_read(source, progress, collector, error);
	return r < 0 ? r : kfg_collector_blob(collector, kfg_kernel_source_origin(source), ret_blob);
}

/* A file from elsewhere is checked whole first, one of the catalogue as far as it is read. -ENOENT: no facts file. */
static int open_facts(const char *path, struct kfg_kernel **ret_kernel, struct kfg_kernel_error *error)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_free_ char *data = NULL;
	_cleanup_(kfg_facts_free_cleanup) struct kfg_facts *facts = NULL;
	char start[16];
	size_t size;
	int r;

	if (fd < 0 || pread(fd, start, sizeof(start), 0) != (ssize_t)sizeof(start) ||
	    !kfg_facts_is(start, sizeof(start)))
		return -ENOENT;
	r = kfg_read_file(AT_FDCWD, path, KFG_FACTS_FILE_MAX, &data, &size);
	if (r == 0)
		r = kfg_facts_read(path, data, size, &facts, error);
	if (r == 0 && !kfg_catalogue_dir_has(path))
		r = kfg_facts_check(facts, path, error);
	if (r == 0)
		r = kfg_kernel_open_facts(path, KFG_TAKE_PTR(facts), ret_kernel);
	return r == -ENOENT ? -EINVAL : r;
}

static int open_source(const char *path, const char *cache_dir, const struct kfg_kernel_progress *progress,
		       struct kfg_kernel **ret_kernel, struct kfg_kernel_error *error)
{
	_cleanup_(kfg_kernel_source_free_cleanup) struct kfg_kernel_source *source = NULL;
	const struct kfg_blob *cached;
	struct kfg_blob *blob;
	int r = kfg_kernel_source_open(path, &source, error);

	if (r < 0)
		return r;
	if (cache_dir && kfg_cache_load(cache_dir, path, kfg_kernel_source_origin(source), &cached) == 0) {
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

static int set_path(struct kfg_kernel *k, const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	free(k->path);
	k->path = copy;
	return 0;
}

/* The kernel that a BTF is of, if the catalogue has it; else *kernel stays. Returns 0 or -ENOMEM. */
static int look_up(struct kfg_kernel **kernel)
{
	_cleanup_(kfg_kernel_free_cleanup) struct kfg_kernel *found = NULL;
	const struct kfg_blob *blob = (*kernel)->blob;
	const struct kfg_catalogue_entry *entry;
	struct kfg_catalogue catalogue;
	struct kfg_kernel_error error;
	int r = blob->sets_known ? -ENOENT : kfg_catalogue_open(kfg_catalogue_dir(), &catalogue);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	entry = kfg_catalogue_find_btf(&catalogue, blob->btf_size, blob->btf_hash);
	r = entry ? open_facts(entry->path, &found, &error) : -ENOENT;
	if (r == 0) {
		r = set_path(found, (*kernel)->path);
		found->catalogued = strdup(entry->path);
		if (!found->catalogued)
			r = -ENOMEM;
	}
	kfg_catalogue_done(&catalogue);
	if (r == 0) {
		kfg_kernel_free(*kernel);
		*kernel = KFG_TAKE_PTR(found);
	}
	return r == -ENOMEM ? r : 0;
}

static int open_path(const char *path, const char *cache_dir, const struct kfg_kernel_progress *progress,
		     struct kfg_kernel **ret_kernel, struct kfg_kernel_error *error)
{
	_cleanup_(kfg_kernel_free_cleanup) struct kfg_kernel *k = NULL;
	int r = open_facts(path, ret_kernel, error);

	if (r != -ENOENT)
		return r;
	r = open_source(path, cache_dir, progress, &k, error);
	if (r == 0)
		r = look_up(&k);
	if (r == 0)
		*ret_kernel = KFG_TAKE_PTR(k);
	return r;
}

static int open_running(const char *cache_dir, const struct kfg_kernel_progress *progress,
			struct kfg_kernel **ret_kernel, struct kfg_kernel_error *error)
{
	_cleanup_free_ char *image = kfg_running_image();
	_cleanup_(kfg_kernel_free_cleanup) struct kfg_kernel *k = NULL;
	struct kfg_blob *blob;
	int r;

	if (image && open_source(image, cache_dir, progress, &k, error) == 0 &&
	    kfg_running_is(k->blob->btf_size, k->blob->btf_hash)) {
		r = set_path(k, "running");
		if (r == 0)
			*ret_kernel = KFG_TAKE_PTR(k);
		return r;
	}
	kfg_kernel_free(k);
	k = NULL;
	error->text[0] = '\0';
	r = kfg_running_read(NULL, &blob, error);
	if (r == 0)
		r = kfg_kernel_open_blob("running", blob, false, &k);
	if (r == 0)
		r = look_up(&k);
	if (r == 0)
		*ret_kernel = KFG_TAKE_PTR(k);
	return r;
}

int kfg_kernel_open_memory(const struct kfg_kernel_memory *memory, struct kfg_kernel **ret_kernel,
			   struct kfg_kernel_error *ret_error)
{
	struct kfg_blob *blob;
	int r;

	ret_error->text[0] = '\0';
	r = kfg_running_read(memory, &blob, ret_error);
	if (r == 0)
		r = kfg_kernel_open_blob("running", blob, false, ret_kernel);
	if (r < 0 && !ret_error->text[0])
		snprintf(ret_error->text, sizeof(ret_error->text), "running: %s", strerror(-r));
	return r;
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
		.catalogued = k->catalogued ? k->catalogued : "",
		.release = part(k->blob, KFG_BLOB_RELEASE),
		.version = part(k->blob, KFG_BLOB_VERSION),
		.arch = part(k->blob, KFG_BLOB_ARCH),
		.config = part(k->blob, KFG_BLOB_CONFIG),
		.btf_size = k->blob->btf_size,
		.btf_hash = k->blob->btf_hash,
		.sets_known = k->blob->sets_known,
		.modules_known = k->blob->modules_known,
		.n_modules = k->blob->n_modules,
		.n_bad_modules = k->blob->n_bad_modules,
		.bad_modules = part(k->blob, KFG_BLOB_BAD_MODULES),
		.n_odd = k->blob->n_odd,
		.limits = part(k->blob, KFG_BLOB_LIMITS),
	};
}

int kfg_kernel_was_read(const struct kfg_kernel *k, struct kfg_kernel_error *ret_error)
{
	int r = 0;

	for (; k && r == 0; k = k->nearest) {
		ret_error->text[0] = '\0';
		r = k->facts ? kfg_facts_error(k->facts, k->path, ret_error) : 0;
		if (r < 0 && !ret_error->text[0])
			snprintf(ret_error->text, sizeof(ret_error->text), "%.180s: %s", k->path, strerror(-r));
	}
	return r;
}

const struct kfg_blob *kfg_kernel_blob(const struct kfg_kernel *k)
{
	return k->blob;
}

void kfg_kernel_set_nearest(struct kfg_kernel *k, struct kfg_kernel *nearest)
{
	kfg_kernel_free(k->nearest);
	k->nearest = nearest;
}

const struct kfg_kernel *kfg_kernel_nearest(const struct kfg_kernel *k)
{
	return k->nearest;
}

size_t kfg_kernel_n_modules(const struct kfg_kernel *k)
{
	return k->n_modules;
}

const char *kfg_kernel_module(const struct kfg_kernel *k, size_t index, const struct kfg_btf **ret_btf)
{
	*ret_btf = k->modules[index].btf;
	return k->modules[index].name;
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
