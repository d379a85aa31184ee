/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_read.c - a facts file to a blob. Nothing in it is believed before it was looked at. */
#include "analysis/kernel/facts.h"

#include "analysis/kernel/facts_types.h"
#include "base/cleanup.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULES_MAX 4096u
#define MODULE_NAME_MAX 63u
#define KFUNCS_MAX ((size_t)64 << 20)

struct kfg_facts {
	char *body; /* owned */
	size_t body_size;
	struct kfg_blob *blob; /* owned */
	struct kfg_facts_reader **parts; /* owned: of the kernel, then of its modules */
	size_t n_parts;
};

KFG_DEFINE_CLEANUP(struct kfg_facts *, kfg_facts_free)

bool kfg_facts_is(const void *data, size_t size)
{
	static const char start[] = "kfgate-facts ";

	return size >= sizeof(start) - 1 && memcmp(data, start, sizeof(start) - 1) == 0;
}

/* The lines while they are read. */
struct lines {
	const char *path;
	const char *data;
	size_t at, end;
	struct kfg_facts_head *head;
	struct kfg_strbuf *config, *limits, *bad_modules; /* may be NULL */
	struct kfg_kernel_error *error;
};

static int refuse(const struct lines *l, const char *why)
{
	snprintf(l->error->text, sizeof(l->error->text), "%.150s: offset %zu: %s", l->path, l->at, why);
	return -EBADMSG;
}

static bool copy(char *to, size_t room, const char *text)
{
	return (size_t)snprintf(to, room, "%s", text) < room;
}

/* "NUMBER HASH". Returns true if that is all. */
static bool take_sum(const char *text, uint64_t *ret_number, uint64_t *ret_hash)
{
	int n = 0;

	return text[0] >= '0' && text[0] <= '9' &&
	       sscanf(text, "%" SCNu64 " %16" SCNx64 "%n", ret_number, ret_hash, &n) == 2 && !text[n];
}

static bool take_dictionary(struct kfg_facts_head *head, const char *text)
{
	const char *space = strchr(text, ' ');
	uint64_t zero;
	char sum[40];

	if (!space || (size_t)(space - text) >= sizeof(head->dictionary))
		return false;
	memcpy(head->dictionary, text, (size_t)(space - text));
	snprintf(sum, sizeof(sum), "0 %.32s", space + 1);
	return take_sum(sum, &zero, &head->dictionary_hash);
}

static bool take_kfuncs(struct kfg_facts_head *head, const char *text)
{
	char word[16] = "";

	if (sscanf(text, "%" SCNu32 " %15s", &head->n_kfuncs, word) != 2)
		return false;
	head->sets_known = strcmp(word, "registered") == 0;
	return head->sets_known || strcmp(word, "tagged") == 0;
}

static bool take_modules(struct kfg_facts_head *head, const char *text)
{
	head->modules_known = true;
	return sscanf(text, "%" SCNu32 " %" SCNu32, &head->n_modules, &head->n_bad_modules) == 2;
}

static bool add_text(struct kfg_strbuf *buf, const char *text, const char *end)
{
	if (buf)
		kfg_strbuf_printf(buf, "%s%s", text, end);
	return true;
}

/* Lines that are not known are for later versions of kfgate, and change nothing that is said here. */
static bool take_line(struct lines *l, const char *key, const char *value)
{
	struct kfg_facts_head *head = l->head;
	uint64_t number;

	if (strcmp(key, "release") == 0)
		return copy(head->release, sizeof(head->release), value);
	if (strcmp(key, "version") == 0)
		return copy(head->version, sizeof(head->version), value);
	if (strcmp(key, "architecture") == 0)
		return copy(head->arch, sizeof(head->arch), value);
	if (strcmp(key, "made") == 0)
		return copy(head->made, sizeof(head->made), value);
	if (strcmp(key, "source") == 0)
		return copy(head->source, sizeof(head->source), value);
	if (strcmp(key, "btf") == 0)
		return take_sum(value, &head->btf_size, &head->btf_hash);
	if (strcmp(key, "dictionary") == 0)
		return take_dictionary(head, value);
	if (strcmp(key, "kfuncs") == 0)
		return take_kfuncs(head, value);
	if (strcmp(key, "modules") == 0)
		return take_modules(head, value);
	if (strcmp(key, "odd") == 0)
		return sscanf(value, "%" SCNu32, &head->n_odd) == 1;
	if (strcmp(key, "config") == 0)
		return add_text(l->config, value, "\n");
	if (strcmp(key, "limits") == 0)
		return add_text(l->limits, value, "");
	if (strcmp(key, "bad-modules") == 0)
		return add_text(l->bad_modules, value, "");
	if (strcmp(key, "data") == 0) {
		if (sscanf(value, "%" SCNu64, &number) != 1 || number > KFG_FACTS_BODY_MAX)
			return false;
		head->body_size = (size_t)number;
	}
	return true;
}

/* One line: "KEY: VALUE". 1: the empty one that ends them. */
static int next_line(struct lines *l)
{
	const char *start = l->data + l->at, *stop = memchr(start, '\n', l->end - l->at);
	char line[KFG_FACTS_LINE_MAX], *colon;
	size_t len;

	if (!stop || (len = (size_t)(stop - start)) >= sizeof(line))
		return refuse(l, "a line without end");
	for (size_t i = 0; i < len; i++)
		if (start[i] < ' ' || start[i] > '~')
			return refuse(l, "a byte that is no text");
	memcpy(line, start, len);
	line[len] = '\0';
	colon = strstr(line, ": ");
	if (len && !colon)
		return refuse(l, "a line that is not \"KEY: VALUE\"");
	if (colon) {
		*colon = '\0';
		if (!take_line(l, line, colon + 2))
			return refuse(l, "a value that is not understood");
	}
	l->at += len + 1;
	return !len;
}

static int read_lines(struct lines *l)
{
	int r = 0;

	*l->head = (struct kfg_facts_head){ 0 };
	if (l->end < strlen(KFG_FACTS_MAGIC) || memcmp(l->data, KFG_FACTS_MAGIC, strlen(KFG_FACTS_MAGIC)) != 0)
		return refuse(l, "facts of a version that is not known here");
	l->at = strlen(KFG_FACTS_MAGIC);
	while (r == 0)
		r = next_line(l);
	if (r < 0)
		return r;
	l->head->body_at = l->at;
	return l->head->body_size ? 0 : refuse(l, "no line \"data\"");
}

int kfg_facts_read_head(const char *path, const void *data, size_t size, struct kfg_facts_head *ret_head,
			struct kfg_kernel_error *ret_error)
{
	struct lines l = { .path = path, .data = data, .end = size, .head = ret_head, .error = ret_error };

	return read_lines(&l);
}

static int unpack(const struct lines *l, const struct kfg_facts_head *head, char **ret_body)
{
	const struct kfg_facts_dictionary *dictionary = NULL;
	_cleanup_free_ char *body = malloc(head->body_size + 1);
	int r = head->dictionary[0] ? kfg_facts_dictionary(head->dictionary, &dictionary) : 0;

	if (!body || r == -ENOMEM)
		return -ENOMEM;
	if (r < 0) {
		snprintf(l->error->text, sizeof(l->error->text),
			 "%.90s: the dictionary %s, which it was packed with, is %s", l->path, head->dictionary,
			 r == -ENOENT ? "not installed" : "damaged");
		return r;
	}
	if (dictionary && dictionary->hash != head->dictionary_hash)
		return refuse(l, "packed with another dictionary than the one that is installed");
	r = kfg_facts_unpack(dictionary, l->data + head->body_at, l->end - head->body_at, body, head->body_size);
	if (r < 0)
		return refuse(l, "the packed part is damaged");
	*ret_body = KFG_TAKE_PTR(body);
	return 0;
}

/* The body while it is read. */
struct reading {
	struct kfg_facts_bytes from;
	struct kfg_facts *facts;
	struct kfg_strbuf kfuncs; /* struct kfg_blob_kfunc */
	struct kfg_blob_build build;
};

static int read_tags(struct kfg_facts_bytes *from, struct kfg_facts_reader *reader, uint32_t id)
{
	uint64_t n = kfg_facts_take_number(from);
	int r = 0;

	for (; n && !from->error && r == 0; n--) {
		uint32_t name = kfg_facts_take_name(from);

		if (name)
			r = kfg_facts_reader_tag(reader, name, id);
	}
	return from->error ? -EBADMSG : r;
}

static int read_kfunc(struct reading *rd, struct kfg_facts_reader *reader, uint32_t module)
{
	struct kfg_facts_bytes *from = &rd->from;
	uint64_t bits = kfg_facts_take_number(from), ordinal, flags;
	uint32_t name = kfg_facts_take_name(from);
	struct kfg_blob_kfunc k = { .module = module, .bits = bits & KFG_BLOB_BITS };
	int r;

	ordinal = kfg_facts_take_number(from);
	flags = kfg_facts_take_number(from);
	k.prog_types = kfg_facts_take_number(from);
	if (ordinal > UINT32_MAX || flags > UINT32_MAX || bits & ~(uint64_t)(KFG_BLOB_BITS | KFG_FACTS_OF_BASE))
		return kfg_facts_fail(from, "a number that no kfunc has");
	k.flags = (uint32_t)flags;
	k.id = kfg_facts_reader_find(bits & KFG_FACTS_OF_BASE ? rd->facts->parts[0] : reader, BTF_KIND_FUNC,
				     from->data + name, (uint32_t)ordinal);
	if (!k.id)
		return kfg_facts_fail(from, "a kfunc without a function");
	r = read_tags(from, reader, k.id);
	kfg_strbuf_add(&rd->kfuncs, &k, sizeof(k));
	return r < 0 ? r : rd->kfuncs.error;
}

static int read_kfuncs(struct reading *rd, struct kfg_facts_reader *reader, uint32_t module)
{
	uint64_t n = kfg_facts_take_number(&rd->from);
	int r = 0;

	for (; n && r == 0 && !rd->from.error; n--)
		r = read_kfunc(rd, reader, module);
	return rd->from.error ? -EBADMSG : r;
}

/* Types and kfuncs of the kernel, or of a module. */
static int read_part(struct reading *rd, uint32_t module)
{
	struct kfg_facts *f = rd->facts;
	struct kfg_facts_reader **more = reallocarray(f->parts, f->n_parts + 1, sizeof(*more));
	struct kfg_facts_reader *reader;
	int r;

	if (!more)
		return -ENOMEM;
	f->parts = more;
	r = kfg_facts_reader_new(&rd->from, f->n_parts ? f->parts[0] : NULL, &reader);
	if (r < 0)
		return r;
	f->parts[f->n_parts++] = reader;
	return read_kfuncs(rd, reader, module);
}

static int read_module(struct reading *rd, uint32_t module)
{
	const char *name = rd->from.data + kfg_facts_take_name(&rd->from);

	if (!*name || strlen(name) > MODULE_NAME_MAX || strspn(name, "\n\r\t "))
		return kfg_facts_fail(&rd->from, "a name that no module has");
	kfg_blob_put_module(&rd->build, name, "", 0);
	return read_part(rd, module);
}

static int read_body(struct reading *rd)
{
	uint64_t n;
	int r;

	if (rd->from.data[0] || rd->from.data[rd->from.end - 1])
		return kfg_facts_fail(&rd->from, "it does not start and end with an empty name");
	rd->from.at = 1;
	r = read_part(rd, KFG_BLOB_NO_MODULE);
	if (r < 0)
		return r;
	n = kfg_facts_take_number(&rd->from);
	if (n > MODULES_MAX)
		return kfg_facts_fail(&rd->from, "more modules than any kernel has");
	for (uint64_t i = 0; i < n && r == 0 && !rd->from.error; i++)
		r = read_module(rd, (uint32_t)i);
	if (r == 0 && !rd->from.error && rd->from.at != rd->from.end - 1)
		return kfg_facts_fail(&rd->from, "something behind the end");
	return rd->from.error ? -EBADMSG : r;
}

static void put_texts(struct kfg_blob_build *build, const struct kfg_facts_head *head, const struct lines *l)
{
	build->head.sets_known = head->sets_known;
	build->head.modules_known = head->modules_known;
	build->head.n_modules = head->n_modules;
	build->head.n_bad_modules = head->n_bad_modules;
	build->head.n_odd = head->n_odd;
	build->head.btf_size = head->btf_size;
	build->head.btf_hash = head->btf_hash;
	kfg_blob_put_text(build, KFG_BLOB_ORIGIN, "facts");
	kfg_blob_put_text(build, KFG_BLOB_RELEASE, head->release);
	kfg_blob_put_text(build, KFG_BLOB_LIMITS, kfg_strbuf_text(l->limits));
	kfg_blob_put_text(build, KFG_BLOB_BAD_MODULES, kfg_strbuf_text(l->bad_modules));
	kfg_blob_put_text(build, KFG_BLOB_VERSION, head->version);
	kfg_blob_put_text(build, KFG_BLOB_ARCH, head->arch);
	kfg_blob_put_text(build, KFG_BLOB_CONFIG, kfg_strbuf_text(l->config));
}

static int refuse_body(const char *path, const struct kfg_facts_bytes *from, struct kfg_kernel_error *error)
{
	snprintf(error->text, sizeof(error->text), "%.150s: unpacked: offset %zu: %s", path, from->error_at,
		 from->error);
	return -EBADMSG;
}

static int make_blob(struct reading *rd, const struct kfg_facts_head *head, const struct lines *l)
{
	int r;

	kfg_blob_start(&rd->build);
	put_texts(&rd->build, head, l);
	r = read_body(rd);
	kfg_blob_put(&rd->build, KFG_BLOB_KFUNCS, rd->kfuncs.data, rd->kfuncs.size);
	if (r == 0)
		return kfg_blob_finish(&rd->build, &rd->facts->blob);
	kfg_strbuf_done(&rd->build.bytes);
	kfg_strbuf_done(&rd->build.modules);
	return r == -EBADMSG ? refuse_body(l->path, &rd->from, l->error) : r;
}

int kfg_facts_read(const char *path, const void *data, size_t size, struct kfg_facts **ret_facts,
		   struct kfg_kernel_error *ret_error)
{
	_cleanup_strbuf_ struct kfg_strbuf config = KFG_STRBUF(KFG_FACTS_LINE_MAX),
					   limits = KFG_STRBUF(KFG_FACTS_LINE_MAX),
					   bad_modules = KFG_STRBUF(KFG_FACTS_LINE_MAX);
	_cleanup_(kfg_facts_free_cleanup) struct kfg_facts *facts = calloc(1, sizeof(*facts));
	struct kfg_facts_head head;
	struct lines l = { .path = path,
			   .data = data,
			   .end = size,
			   .head = &head,
			   .config = &config,
			   .limits = &limits,
			   .bad_modules = &bad_modules,
			   .error = ret_error };
	struct reading rd = { .facts = facts, .kfuncs = KFG_STRBUF(KFUNCS_MAX) };
	int r = facts ? read_lines(&l) : -ENOMEM;

	if (r == 0)
		r = unpack(&l, &head, &facts->body);
	if (r < 0)
		return r;
	facts->body_size = head.body_size;
	rd.from = (struct kfg_facts_bytes){ .data = facts->body, .end = facts->body_size };
	r = make_blob(&rd, &head, &l);
	kfg_strbuf_done(&rd.kfuncs);
	if (r == 0)
		*ret_facts = KFG_TAKE_PTR(facts);
	return r;
}

int kfg_facts_error(const struct kfg_facts *facts, const char *path, struct kfg_kernel_error *ret_error)
{
	struct kfg_facts_bytes from = { 0 };
	int r = 0;

	for (size_t i = 0; i < facts->n_parts && r == 0; i++)
		r = kfg_facts_reader_error(facts->parts[i], &from);
	return r == -EBADMSG ? refuse_body(path, &from, ret_error) : r;
}

int kfg_facts_check(const struct kfg_facts *facts, const char *path, struct kfg_kernel_error *ret_error)
{
	for (size_t i = 0; i < facts->n_parts; i++)
		kfg_facts_reader_all(facts->parts[i]);
	return kfg_facts_error(facts, path, ret_error);
}

void kfg_facts_free(struct kfg_facts *facts)
{
	if (!facts)
		return;
	for (size_t i = 0; i < facts->n_parts; i++)
		kfg_facts_reader_free(facts->parts[i]);
	free(facts->parts);
	free(facts->blob);
	free(facts->body);
	free(facts);
}

const struct kfg_blob *kfg_facts_blob(const struct kfg_facts *facts)
{
	return facts->blob;
}

static const struct btf_type *type_of(void *reader, uint32_t id)
{
	return kfg_facts_reader_type(reader, id);
}

static uint32_t find_in(void *reader, const char *name, unsigned kind)
{
	return kfg_facts_reader_find(reader, kind, name, 0);
}

static uint32_t end_of(void *reader)
{
	return kfg_facts_reader_all(reader);
}

/* Names of all modules are strings of the kernel's BTF. */
int kfg_facts_btf(const struct kfg_facts *facts, uint32_t module, const struct kfg_btf *base, struct kfg_btf **ret_btf)
{
	bool of_kernel = module == KFG_BLOB_NO_MODULE;
	struct kfg_facts_reader *reader = facts->parts[of_kernel ? 0 : module + 1];
	struct kfg_btf_source source = {
		.type = type_of,
		.find = find_in,
		.end = end_of,
		.arg = reader,
		.first = kfg_facts_reader_first(reader),
		.strings = facts->body,
		.n_strings = of_kernel ? (uint32_t)facts->body_size : 0,
	};

	source.first_tag = kfg_facts_reader_tags(reader, &source.n_tags);
	return kfg_btf_open_source(&source, base, ret_btf);
}
