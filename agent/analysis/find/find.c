/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find.c - one file's bytes: what in them is, or unpacks to, a BPF object. */
#include "analysis/find/find_internal.h"

#include "base/strbuf.h"
#include "analysis/find/search.h"
#include "analysis/find/unpack.h"
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX 8192u
#define PROBLEMS_MAX 16u /* told of one file; more say nothing new */
#define SECTIONS_MAX ((size_t)1 << 20) /* section headers looked at in one file */
#define COMPRESS_ZSTD 2 /* ELFCOMPRESS_ZSTD of newer elf.h */

/* One file's search; what it unpacks to is searched as part of it. */
struct search {
	struct kfg_find *find;
	const char *path;
	size_t unpacked; /* bytes, in all */
	size_t sections; /* budget of section headers */
	unsigned depth;
	unsigned n_problems, n_objects, n_light;
};

/* Bytes being searched. */
struct piece {
	const char *label;
	const uint8_t *data;
	size_t size;
};

int kfg_find_new(const struct kfg_find_ops *ops, struct kfg_find **ret_find)
{
	struct kfg_find *find = calloc(1, sizeof(*find));

	if (!find)
		return -ENOMEM;
	find->ops = ops;
	*ret_find = find;
	return 0;
}

void kfg_find_free(struct kfg_find *find)
{
	if (!find)
		return;
	free(find->seen);
	free(find);
}

int kfg_find_problem(struct kfg_find *find, const char *label, const char *format, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	return find->ops->problem(find->ops->userdata, label, why);
}

static int problem(struct search *s, const struct piece *piece, size_t at, const char *why)
{
	if (s->n_problems++ > PROBLEMS_MAX)
		return 0;
	if (s->n_problems > PROBLEMS_MAX)
		return kfg_find_problem(s->find, piece->label, "more than %u problems in this file", PROBLEMS_MAX);
	return kfg_find_problem(s->find, piece->label, "offset 0x%zx: %s", at, why);
}

static int search_piece(struct search *s, const struct piece *piece);

static int tell(struct search *s, const struct piece *piece, const struct kfg_found *what)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	struct kfg_found found = *what;
	size_t offset = found.light ? found.at : (size_t)(found.data - piece->data);

	kfg_strbuf_adds(&label, piece->label);
	if (found.light || found.size < piece->size)
		kfg_strbuf_printf(&label, "@0x%zx", offset);
	if (label.error)
		return label.error;
	found.label = kfg_strbuf_text(&label);
	found.path = s->path;
	return s->find->ops->found(s->find->ops->userdata, &found);
}

/* The rest of the piece behind an object that starts at `at`. */
static int object_at(struct search *s, const struct piece *piece, size_t at, size_t *ret_next)
{
	struct kfg_found found = { .data = piece->data + at };
	const char *why;
	int r = kfg_search_elf_size(piece->data + at, piece->size - at, &s->sections, &found.size, &why);

	*ret_next = at + 4;
	if (r == -E2BIG)
		return problem(s, piece, at, "too many section headers in this file");
	if (r == -EBADMSG && at > 0)
		return problem(s, piece, at, why);
	if (at == 0) /* the file itself: what is wrong with it is said best by who reads it */
		found.size = piece->size;
	*ret_next = at + found.size;
	s->n_objects++;
	return tell(s, piece, &found);
}

/* Searches what was unpacked from the piece. */
static int search_unpacked(struct search *s, const char *label, uint8_t *data, size_t size)
{
	const struct piece inner = { label, data, size };
	int r;

	s->unpacked += size;
	s->find->live += size;
	s->depth++;
	r = search_piece(s, &inner);
	s->depth--;
	s->find->live -= size;
	return r;
}

static void unpacked_done(struct kfg_unpacked *unpacked)
{
	free(unpacked->data);
}

static int stream_problem(struct search *s, const struct piece *piece, size_t at, int error)
{
	if (error == -EFBIG)
		return problem(s, piece, at, "a compressed stream unpacks to more than 40 MiB");
	if (error == -EBADMSG)
		return problem(s, piece, at, "a compressed stream is damaged");
	return error == -ENOMSG ? 0 : error;
}

static int stream_at(struct search *s, const struct piece *piece, size_t *at, enum kfg_magic magic)
{
	static const char *const names[KFG_MAGIC_MAX] = {
		[KFG_MAGIC_GZIP] = "gzip", [KFG_MAGIC_ZSTD] = "zstd", [KFG_MAGIC_XZ] = "xz",
	};
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	_cleanup_(unpacked_done) struct kfg_unpacked unpacked = { 0 };
	size_t start = *at;
	int r;

	*at = start + 4;
	if (s->depth >= KFG_FIND_NESTED_MAX)
		return problem(s, piece, start, "a compressed stream, too deep in others");
	if (s->unpacked >= KFG_FIND_FILE_UNPACKED_MAX)
		return problem(s, piece, start, "too many compressed streams in this file");
	r = kfg_unpack_stream(magic, piece->data + start, piece->size - start,
			      KFG_FIND_UNPACKED_MAX - s->find->live, &unpacked);
	if (r < 0) {
		/* what was unpacked in vain counts, too */
		s->unpacked += r == -ENOMSG ? (size_t)64 << 10 : KFG_FIND_UNPACKED_MAX;
		return stream_problem(s, piece, start, r);
	}
	kfg_strbuf_adds(&label, piece->label);
	if (start)
		kfg_strbuf_printf(&label, "@0x%zx", start);
	kfg_strbuf_printf(&label, "(%s)", names[magic]);
	*at = start + unpacked.packed;
	return label.error ? label.error : search_unpacked(s, kfg_strbuf_text(&label), unpacked.data, unpacked.size);
}

/* One compressed section of an ELF file. Streams of zstd are found by their magic, see stream_at(). */
static int section_unpack(struct search *s, const struct piece *piece, const Elf64_Shdr *h, const char *name)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	_cleanup_free_ uint8_t *data = NULL;
	Elf64_Chdr c;
	int r;

	if (h->sh_size < sizeof(c) || h->sh_offset > piece->size || h->sh_size > piece->size - h->sh_offset)
		return problem(s, piece, 0, "a compressed section lies beyond the end");
	memcpy(&c, piece->data + h->sh_offset, sizeof(c));
	if (c.ch_type != ELFCOMPRESS_ZLIB)
		return c.ch_type == COMPRESS_ZSTD ? 0 :
			problem(s, piece, h->sh_offset, "a section is compressed in an unknown way");
	if (s->unpacked >= KFG_FIND_FILE_UNPACKED_MAX)
		return problem(s, piece, h->sh_offset, "too many compressed sections in this file");
	r = kfg_unpack_zlib(piece->data + h->sh_offset + sizeof(c), h->sh_size - sizeof(c), c.ch_size,
			    KFG_FIND_UNPACKED_MAX - s->find->live, &data);
	if (r < 0) {
		s->unpacked += KFG_FIND_UNPACKED_MAX;
		return stream_problem(s, piece, h->sh_offset, r);
	}
	kfg_strbuf_printf(&label, "%s:%s(zlib)", piece->label, name);
	return label.error ? label.error : search_unpacked(s, kfg_strbuf_text(&label), data, c.ch_size);
}

/* The name of a section; "" where there is none. */
static const char *section_name(const struct piece *piece, const Elf64_Ehdr *e, uint64_t n, const Elf64_Shdr *h)
{
	Elf64_Shdr names;
	uint64_t at;

	if (e->e_shstrndx >= n)
		return "";
	memcpy(&names, piece->data + e->e_shoff + e->e_shstrndx * sizeof(names), sizeof(names));
	at = names.sh_offset + h->sh_name;
	if (names.sh_offset >= piece->size || at < names.sh_offset || at >= piece->size ||
	    !memchr(piece->data + at, 0, piece->size - at))
		return "";
	return (const char *)piece->data + at;
}

/* Compressed sections of the ELF64 file that the piece is; debug information holds no objects. */
static int search_sections(struct search *s, const struct piece *piece)
{
	Elf64_Ehdr e;
	int r = 0;

	if (piece->size < sizeof(e) || memcmp(piece->data, ELFMAG, SELFMAG))
		return 0;
	memcpy(&e, piece->data, sizeof(e));
	if (e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_ident[EI_DATA] != ELFDATA2LSB || e.e_machine == EM_BPF ||
	    e.e_shentsize != sizeof(Elf64_Shdr) || e.e_shoff > piece->size ||
	    e.e_shnum > (piece->size - e.e_shoff) / sizeof(Elf64_Shdr))
		return 0;
	for (uint64_t i = 1; i < e.e_shnum && r == 0; i++) {
		const char *name;
		Elf64_Shdr h;

		memcpy(&h, piece->data + e.e_shoff + i * sizeof(h), sizeof(h));
		if (!(h.sh_flags & SHF_COMPRESSED) || h.sh_type == SHT_NOBITS)
			continue;
		name = section_name(piece, &e, e.e_shnum, &h);
		if (strncmp(name, ".debug_", 7) != 0)
			r = section_unpack(s, piece, &h, name);
	}
	return r;
}

static int search_piece(struct search *s, const struct piece *piece)
{
	size_t at = 0;
	int r = search_sections(s, piece);

	while (r == 0) {
		const struct kfg_found light = { .data = piece->data, .size = piece->size, .light = true };
		struct kfg_found found = light;
		enum kfg_magic magic;

		at = kfg_search_next(piece->data, piece->size, at, &magic);
		if (magic == KFG_MAGIC_NONE)
			return 0;
		if (s->n_objects >= KFG_FIND_OBJECTS_MAX || s->n_light >= KFG_FIND_LIGHT_MAX)
			return problem(s, piece, at, "more objects in this file than are looked at");
		if (magic == KFG_MAGIC_OBJECT) {
			r = object_at(s, piece, at, &at);
			continue;
		}
		if (magic == KFG_MAGIC_OBJECT_BE) {
			r = problem(s, piece, at, "a BPF object for big-endian machines");
		} else if (magic == KFG_MAGIC_LIGHT) {
			found.at = at;
			s->n_light++;
			r = tell(s, piece, &found);
		} else {
			r = stream_at(s, piece, &at, magic);
			continue;
		}
		at += 4;
	}
	return r;
}

int kfg_find_bytes(struct kfg_find *find, const char *path, const void *data, size_t size)
{
	struct search s = { .find = find, .path = path, .sections = SECTIONS_MAX };
	const struct piece piece = { path, data, size };

	return search_piece(&s, &piece);
}
