/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect.c - a kernel and its modules, in any order, to a blob. */
#include "analysis/kernel/collect.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "analysis/kernel/arm64_image.h"
#include "analysis/kernel/config.h"
#include "analysis/kernel/deprecated.h"
#include "analysis/kernel/machine.h"
#include "analysis/kernel/sets.h"
#include "policy/array.h"
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WAITING_MAX (256u << 20) /* bytes of modules that came before their kernel */
#define MODULES_KEPT_MAX 4096u
#define NAMES_MAX 2048u
#define CONFIG_MAX 4096u

struct bytes {
	char name[64];
	uint8_t *data; /* owned */
	size_t size;
};

struct list {
	void *items; /* owned */
	size_t n, room;
};

struct kfg_collector {
	const struct kfg_kernel_memory *memory; /* NULL: none */
	char release[65], version[160], arch[16];
	struct kfg_strbuf config; /* see config.h */
	uint8_t *btf_data; /* owned */
	size_t btf_size;
	struct kfg_btf *btf; /* owned; NULL: no kernel yet */
	struct kfg_hooks hooks;
	struct list waiting; /* struct bytes: whole modules */
	size_t waiting_size;
	struct list modules; /* struct bytes: their BTF */
	struct list kfuncs; /* struct kfg_blob_kfunc */
	struct kfg_strbuf bad_modules;
	size_t n_modules, n_bad_modules, n_odd, n_unknown; /* unknown: modules whose sets were not read */
	bool sets_known, is_image, foreign;
};

/* Appends size bytes; the lists of this file are of one type each. */
static int append(struct list *list, const void *item, size_t size)
{
	if (kfg_array_grow(&list->items, &list->room, list->n, size) < 0)
		return -ENOMEM;
	memcpy((char *)list->items + list->n * size, item, size);
	list->n++;
	return 0;
}

static void free_bytes(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(((struct bytes *)list->items)[i].data);
	free(list->items);
	*list = (struct list){ 0 };
}

int kfg_collector_new(const struct kfg_kernel_memory *memory, struct kfg_collector **ret_collector)
{
	struct kfg_collector *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->memory = memory;
	c->bad_modules = (struct kfg_strbuf)KFG_STRBUF(NAMES_MAX);
	c->config = (struct kfg_strbuf)KFG_STRBUF(CONFIG_MAX);
	*ret_collector = c;
	return 0;
}

void kfg_collector_free(struct kfg_collector *c)
{
	if (!c)
		return;
	free_bytes(&c->waiting);
	free_bytes(&c->modules);
	free(c->kfuncs.items);
	kfg_strbuf_done(&c->bad_modules);
	kfg_strbuf_done(&c->config);
	kfg_btf_free(c->btf);
	free(c->btf_data);
	free(c);
}

bool kfg_collector_has_kernel(const struct kfg_collector *c)
{
	return c->btf != NULL;
}

size_t kfg_collector_n_modules(const struct kfg_collector *c)
{
	return c->n_modules + c->n_bad_modules + c->waiting.n;
}

const char *kfg_collector_release(const struct kfg_collector *c)
{
	return c->release;
}

void kfg_collector_add_release(struct kfg_collector *c, const char *release)
{
	size_t n = 0;

	if (c->release[0])
		return;
	while (n < sizeof(c->release) - 1 && release[n] > ' ' && release[n] <= '~')
		n++;
	memcpy(c->release, release, n);
}

void kfg_collector_add_version(struct kfg_collector *c, const char *version)
{
	size_t n = 0;

	if (c->version[0])
		return;
	while (n < sizeof(c->version) - 1 && version[n] >= ' ' && version[n] <= '~')
		n++;
	memcpy(c->version, version, n);
}

void kfg_collector_add_arch(struct kfg_collector *c, const char *arch)
{
	if (!c->arch[0])
		snprintf(c->arch, sizeof(c->arch), "%s", arch);
}

void kfg_collector_add_config(struct kfg_collector *c, const char *text, size_t size)
{
	if (!c->config.size)
		kfg_kernel_config_pick(text, size, &c->config);
}

/* "Linux version 7.3.4-amd64 (who) (compiler) #1 SMP ...\n": linux_banner, init/version-timestamp.c. */
static void take_banner(struct kfg_collector *c, const char *text, size_t size)
{
	char line[512];
	const char *number;
	size_t n = 0;

	while (n < size && n < sizeof(line) - 1 && text[n] >= ' ' && text[n] <= '~')
		n++;
	memcpy(line, text, n);
	line[n] = '\0';
	kfg_collector_add_release(c, line);
	number = strstr(line, " #");
	if (number)
		kfg_collector_add_version(c, number + 1);
}

static void find_banner(struct kfg_collector *c, const struct kfg_image *image)
{
	static const char banner[] = "Linux version ";

	for (size_t i = 0; i < image->n_parts; i++) {
		const uint8_t *p = image->parts[i].data, *end = p + image->parts[i].size;

		while ((p = memmem(p, (size_t)(end - p), banner, sizeof(banner) - 1))) {
			p += sizeof(banner) - 1;
			if (p >= end || *p < '0' || *p > '9')
				continue;
			take_banner(c, (const char *)p, (size_t)(end - p));
			return;
		}
	}
}

static int add_registered(struct kfg_collector *c, const struct kfg_btf *btf, uint32_t module,
			  const struct kfg_registrations *registrations)
{
	int r = 0;

	for (size_t i = 0; i < registrations->n && r == 0; i++) {
		const struct kfg_registration *reg = &registrations->items[i];
		struct kfg_blob_kfunc k = {
			.prog_types = reg->prog_types,
			.id = reg->id,
			.flags = reg->flags,
			.module = module,
			.bits = KFG_BLOB_REGISTERED | (reg->types_known ? KFG_BLOB_TYPES_KNOWN : 0) |
				(reg->filtered ? KFG_BLOB_FILTERED : 0) |
				(kfg_btf_has_tag(btf, reg->id, "bpf_kfunc") ? KFG_BLOB_TAGGED : 0),
		};

		r = append(&c->kfuncs, &k, sizeof(k));
	}
	c->n_odd += registrations->n_odd;
	return r;
}

/* Where sets are not known, what is tagged is what there is: pahole and resolve_btfids tag the functions of sets. */
static int add_tagged(struct kfg_collector *c, const struct kfg_btf *btf, uint32_t module)
{
	int r = 0;

	for (uint32_t id = kfg_btf_first_own(btf); id < kfg_btf_n_types(btf) && r == 0; id++) {
		const struct btf_type *t = kfg_btf_type(btf, id), *of;
		struct kfg_blob_kfunc k = { .module = module, .bits = KFG_BLOB_TAGGED };

		if (KFG_BTF_INFO_KIND(t->info) != BTF_KIND_DECL_TAG ||
		    strcmp(kfg_btf_type_name(btf, id), "bpf_kfunc") != 0)
			continue;
		of = kfg_btf_type(btf, t->type);
		k.id = t->type;
		if (of && KFG_BTF_INFO_KIND(of->info) == BTF_KIND_FUNC && k.id >= kfg_btf_first_own(btf))
			r = append(&c->kfuncs, &k, sizeof(k));
	}
	return r;
}

/* The kfuncs of a kernel or a module. image NULL: only its BTF is there, and perhaps memory. */
static int add_kfuncs(struct kfg_collector *c, const char *name, const struct kfg_btf *btf, uint32_t module,
		      struct kfg_image *image)
{
	struct kfg_registrations registrations = { 0 };
	int r = image ? kfg_sets_read(image, btf, &c->hooks, &registrations) : 0;

	if (!image && c->memory)
		r = kfg_memory_sets_read(c->memory, name, btf, &c->hooks, &registrations);

	if (r == 0 && registrations.known)
		r = add_registered(c, btf, module, &registrations);
	else if (r == 0)
		r = add_tagged(c, btf, module);
	if (module == KFG_BLOB_NO_MODULE)
		c->sets_known = registrations.known;
	else
		c->n_unknown += !registrations.known;
	kfg_registrations_done(&registrations);
	return r;
}

/* bytes: somebody's BTF; if it is sound, a copy of it, which is aligned. */
static int copy_btf(struct bytes *bytes, const struct kfg_btf *base, struct kfg_btf **ret_btf,
		    struct kfg_btf_error *ret_error)
{
	uint8_t *copy = malloc(bytes->size + 1);
	int r;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes->data, bytes->size);
	r = kfg_btf_open(copy, bytes->size, base, ret_btf, ret_error);
	if (r < 0) {
		free(copy);
		return r;
	}
	bytes->data = copy;
	return 0;
}

static int take_kernel_btf(struct kfg_collector *c, const void *data, size_t size, const char *path,
			   struct kfg_kernel_error *error)
{
	struct bytes bytes = { .data = (uint8_t *)data, .size = size };
	struct kfg_btf_error why = { 0 };
	int r = copy_btf(&bytes, NULL, &c->btf, &why);

	if (r == -EBADMSG)
		snprintf(error->text, sizeof(error->text), "%s: BTF: offset %zu: %s", path, why.offset, why.text);
	if (r < 0)
		return r;
	c->btf_data = bytes.data;
	c->btf_size = bytes.size;
	return 0;
}

static int take_image(struct kfg_collector *c, const char *path, const struct kfg_elf *elf,
		      struct kfg_kernel_error *error)
{
	const struct kfg_elf_section *btf = kfg_elf_section_named(elf, ".BTF");
	struct kfg_image image;
	int r;

	if (elf->type == ET_REL) {
		snprintf(error->text, sizeof(error->text), "%s: a module or an object file, no kernel", path);
		return -EBADMSG;
	}
	if (!btf || !btf->data) {
		snprintf(error->text, sizeof(error->text), "%s: no BTF in it", path);
		return -EBADMSG;
	}
	r = take_kernel_btf(c, btf->data, btf->size, path, error);
	if (r < 0)
		return r;
	r = kfg_image_open(elf, &image);
	if (r < 0) {
		snprintf(error->text, sizeof(error->text), "%s: sections beyond the end of memory", path);
		return r;
	}
	c->is_image = true;
	c->foreign = !image.amd64 && !image.arm64;
	kfg_collector_add_arch(c, kfg_machine_arch(elf->machine));
	find_banner(c, &image);
	r = add_kfuncs(c, "vmlinux", c->btf, KFG_BLOB_NO_MODULE, &image);
	kfg_image_done(&image);
	return r;
}

/* As kfg_elf_open(), of files that are as a linker makes them: what is read twice could be read for ever. */
static int open_elf(const void *data, size_t size, struct kfg_elf *ret_elf, struct kfg_elf_error *error)
{
	int r = kfg_elf_open(data, size, ret_elf, error);

	if (r < 0)
		return r;
	if (!ret_elf->foreign && ret_elf->sum <= size)
		return 0;
	*error = (struct kfg_elf_error){ .offset = ret_elf->foreign ? EI_DATA : 0 };
	snprintf(error->text, sizeof(error->text), "%s",
		 ret_elf->foreign ? "not of this machine's byte order" : "sections lie over each other");
	kfg_elf_done(ret_elf);
	return -EBADMSG;
}

static int take_arm64_image(struct kfg_collector *c, const char *path, const void *data, size_t size,
			    struct kfg_kernel_error *error)
{
	const uint8_t *btf;
	struct kfg_image image;
	size_t btf_size;
	int r = kfg_arm64_image_open(data, size, &image, &btf, &btf_size);

	if (r == -EBADMSG)
		snprintf(error->text, sizeof(error->text), "%s: no BTF in it", path);
	if (r < 0)
		return r;
	r = take_kernel_btf(c, btf, btf_size, path, error);
	if (r == 0) {
		c->is_image = true;
		kfg_collector_add_arch(c, kfg_machine_arch(EM_AARCH64));
		find_banner(c, &image);
		r = add_kfuncs(c, "vmlinux", c->btf, KFG_BLOB_NO_MODULE, &image);
	}
	kfg_image_done(&image);
	return r;
}

int kfg_collector_add_kernel(struct kfg_collector *c, const char *path, const void *data, size_t size,
			     struct kfg_kernel_error *ret_error)
{
	struct kfg_elf_error why = { 0 };
	struct kfg_elf elf;
	int r;

	if (c->btf)
		return -EEXIST;
	if (kfg_arm64_image_is(data, size))
		return take_arm64_image(c, path, data, size, ret_error);
	if (size < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0) {
		r = take_kernel_btf(c, data, size, path, ret_error);
		return r < 0 ? r : add_kfuncs(c, "vmlinux", c->btf, KFG_BLOB_NO_MODULE, NULL);
	}
	r = open_elf(data, size, &elf, &why);
	if (r == -EBADMSG)
		snprintf(ret_error->text, sizeof(ret_error->text), "%s: offset %zu: %s", path, why.offset, why.text);
	if (r < 0)
		return r;
	r = take_image(c, path, &elf, ret_error);
	kfg_elf_done(&elf);
	return r;
}

/* "a/nf-nat.ko.xz" -> "nf_nat", as the kernel calls it; "nf_nat.btf": a copy from /sys/kernel/btf. */
static void module_name(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path, *dot = strstr(base, ".ko");
	size_t n = dot ? (size_t)(dot - base) : strlen(base);

	if (n > 4 && !dot && strcmp(base + n - 4, ".btf") == 0)
		n -= 4;
	snprintf(name, size, "%.*s", (int)(n < size ? n : size - 1), base);
	for (char *p = name; *p; p++) {
		if (*p == '-')
			*p = '_';
		if (*p <= ' ' || *p > '~')
			*p = '?';
	}
}

static int bad_module(struct kfg_collector *c, const char *name)
{
	kfg_strbuf_printf(&c->bad_modules, "%s%s", c->n_bad_modules++ ? ", " : "", name);
	return 0;
}

/* A type bpf_struct_ops_NAME goes with each struct that programs may implement (include/linux/bpf.h, 6.9..7.3). */
static bool has_struct_ops(const void *btf, size_t size)
{
	return memmem(btf, size, "bpf_struct_ops_", strlen("bpf_struct_ops_")) != NULL;
}

/* Most modules have neither kfuncs nor struct_ops, and are only counted. */
static bool may_matter(const struct kfg_elf *elf, const struct kfg_elf_section *btf)
{
	return kfg_elf_section_named(elf, ".BTF_ids") || has_struct_ops(btf->data, btf->size);
}

/* elf NULL: data is its BTF. */
static int add_module(struct kfg_collector *c, const char *name, const void *data, size_t size,
		      const struct kfg_elf *elf)
{
	struct bytes bytes = { .data = (uint8_t *)data, .size = size };
	struct kfg_btf_error why;
	struct kfg_btf *btf = NULL;
	struct kfg_image image = { 0 };
	size_t n_kfuncs = c->kfuncs.n;
	int r = copy_btf(&bytes, c->btf, &btf, &why);
	bool keep;

	if (r == 0 && elf)
		r = kfg_image_open(elf, &image);
	if (r == 0)
		r = add_kfuncs(c, name, btf, (uint32_t)c->modules.n, elf ? &image : NULL);
	if (r == 0) {
		c->n_modules++;
		snprintf(bytes.name, sizeof(bytes.name), "%s", name);
	}
	keep = r == 0 && (c->kfuncs.n > n_kfuncs || has_struct_ops(data, size));
	if (keep)
		r = append(&c->modules, &bytes, sizeof(bytes));
	if (btf && (!keep || r < 0))
		free(bytes.data);
	kfg_image_done(&image);
	kfg_btf_free(btf);
	return r == -EBADMSG ? bad_module(c, name) : r;
}

/* A module beside a kernel that is there already. */
static int look_at_module(struct kfg_collector *c, const char *name, const void *data, size_t size)
{
	const struct kfg_elf_section *btf;
	struct kfg_elf_error why;
	struct kfg_elf elf;
	int r;

	if (size < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return add_module(c, name, data, size, NULL);
	r = open_elf(data, size, &elf, &why);
	if (r == -EBADMSG)
		return bad_module(c, name);
	if (r < 0)
		return r;
	btf = kfg_elf_section_named(&elf, ".BTF");
	/* a module that was built outside brings a part of its base, to be matched when it is loaded */
	if (!btf || !btf->data || kfg_elf_section_named(&elf, ".BTF.base") || c->modules.n == MODULES_KEPT_MAX)
		r = bad_module(c, name);
	else if (may_matter(&elf, btf))
		r = add_module(c, name, btf->data, btf->size, &elf);
	else
		c->n_modules++;
	kfg_elf_done(&elf);
	return r;
}

static int wait_for_kernel(struct kfg_collector *c, const char *name, const void *data, size_t size)
{
	struct bytes bytes = { .size = size };
	int r;

	if (size > WAITING_MAX - c->waiting_size)
		return bad_module(c, name);
	bytes.data = malloc(size + 1);
	if (!bytes.data)
		return -ENOMEM;
	memcpy(bytes.data, data, size);
	snprintf(bytes.name, sizeof(bytes.name), "%s", name);
	r = append(&c->waiting, &bytes, sizeof(bytes));
	if (r < 0) {
		free(bytes.data);
		return r;
	}
	c->waiting_size += size;
	return 0;
}

/* Of the modules that come too early, only those that may matter are kept. */
static bool is_worth_waiting(const void *data, size_t size)
{
	struct kfg_elf_error why;
	const struct kfg_elf_section *btf;
	struct kfg_elf elf;
	bool may;

	if (open_elf(data, size, &elf, &why) < 0)
		return true;
	btf = kfg_elf_section_named(&elf, ".BTF");
	may = !btf || !btf->data || may_matter(&elf, btf);
	kfg_elf_done(&elf);
	return may;
}

int kfg_collector_add_module(struct kfg_collector *c, const char *path, const void *data, size_t size)
{
	char name[64];

	module_name(path, name, sizeof(name));
	if (c->btf)
		return look_at_module(c, name, data, size);
	if (is_worth_waiting(data, size))
		return wait_for_kernel(c, name, data, size);
	c->n_modules++;
	return 0;
}

static int serve_waiting(struct kfg_collector *c)
{
	int r = 0;

	for (size_t i = 0; i < c->waiting.n && r == 0; i++) {
		const struct bytes *b = &((struct bytes *)c->waiting.items)[i];

		r = look_at_module(c, b->name, b->data, b->size);
	}
	free_bytes(&c->waiting);
	return r;
}

static void say_limits(const struct kfg_collector *c, struct kfg_strbuf *out)
{
	if (!c->is_image && !c->memory)
		kfg_strbuf_adds(out, "BTF alone does not tell which functions are registered as kfuncs, for which "
				     "program types and with which flags; ");
	else if (!c->sets_known)
		kfg_strbuf_printf(out, "the sets of kfuncs in the %s were not understood; ",
				  c->memory ? "kernel's memory" : "image");
	else if (c->foreign || !c->hooks.n_types)
		kfg_strbuf_adds(out, "for which program types kfuncs are registered is not known; ");
	if (!c->n_modules && !c->n_bad_modules)
		kfg_strbuf_adds(out, "no modules: module kfuncs not checked; ");
	else if (c->sets_known && c->n_unknown)
		kfg_strbuf_printf(out, "of %zu modules the registration of kfuncs is not known; ", c->n_unknown);
	if (c->memory && c->n_modules)
		kfg_strbuf_adds(out, "modules that were not loaded: not checked; ");
	if (c->n_bad_modules)
		kfg_strbuf_printf(out, "the BTF of %zu modules could not be read; ", c->n_bad_modules);
	if (out->size >= 2)
		out->data[out->size -= 2] = '\0';
}

int kfg_collector_blob(struct kfg_collector *c, const char *origin, struct kfg_blob **ret_blob)
{
	_cleanup_strbuf_ struct kfg_strbuf limits = KFG_STRBUF(1024);
	const struct bytes *modules;
	struct kfg_blob_build build;
	int r = serve_waiting(c);

	if (r < 0)
		return r;
	say_limits(c, &limits);
	kfg_blob_start(&build);
	build.head.sets_known = c->sets_known;
	build.head.modules_known = c->n_modules || c->n_bad_modules;
	build.head.n_modules = (uint32_t)c->n_modules;
	build.head.n_bad_modules = (uint32_t)c->n_bad_modules;
	build.head.n_odd = (uint32_t)c->n_odd;
	build.head.btf_size = c->btf_size;
	build.head.btf_hash = kfg_blob_btf_hash(c->btf_data, c->btf_size);
	kfg_blob_put_text(&build, KFG_BLOB_ORIGIN, origin);
	kfg_blob_put_text(&build, KFG_BLOB_RELEASE, c->release);
	kfg_blob_put_text(&build, KFG_BLOB_LIMITS, kfg_strbuf_text(&limits));
	kfg_blob_put_text(&build, KFG_BLOB_BAD_MODULES, kfg_strbuf_text(&c->bad_modules));
	kfg_blob_put_text(&build, KFG_BLOB_VERSION, c->version);
	kfg_blob_put_text(&build, KFG_BLOB_ARCH, c->arch);
	kfg_blob_put_text(&build, KFG_BLOB_CONFIG, kfg_strbuf_text(&c->config));
	kfg_blob_put(&build, KFG_BLOB_BTF, c->btf_data, c->btf_size);
	kfg_deprecated_mark(c->btf, c->kfuncs.items, c->kfuncs.n);
	kfg_blob_put(&build, KFG_BLOB_KFUNCS, c->kfuncs.items, c->kfuncs.n * sizeof(struct kfg_blob_kfunc));
	modules = c->modules.items;
	for (size_t i = 0; i < c->modules.n; i++)
		kfg_blob_put_module(&build, modules[i].name, modules[i].data, modules[i].size);
	return kfg_blob_finish(&build, ret_blob);
}
