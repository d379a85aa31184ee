/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find.c - one file's bytes: what in them is, or unpacks to, a BPF object. */
#include "analysis/find/find_internal.h"

#include "base/strbuf.h"
#include "analysis/elf/elf.h"
#include "analysis/find/search.h"
#include "analysis/find/decompress.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX (64u << 10)
#define TRY_COST ((size_t)64 << 10) /* what looking at a stream or an archive counts where nothing is unpacked of it */
#define COMPRESS_ZSTD 2 /* ELFCOMPRESS_ZSTD of newer elf.h */

static const uint64_t default_limits[] = {
#define LIMIT_VALUE(name, value, text) value,
	KFG_FIND_LIMITS(LIMIT_VALUE)
#undef LIMIT_VALUE
};

int kfg_find_new(const struct kfg_find_ops *ops, struct kfg_find **ret_find)
{
	struct kfg_find *find = calloc(1, sizeof(*find));

	if (!find)
		return -ENOMEM;
	find->ops = ops;
	memcpy(find->limits, default_limits, sizeof(find->limits));
	*ret_find = find;
	return 0;
}

void kfg_find_free(struct kfg_find *find)
{
	if (!find)
		return;
	free(find->seen);
	kfg_slots_done(&find->slots);
	free(find);
}

void kfg_find_set_limit(struct kfg_find *find, enum kfg_find_limit limit, uint64_t value)
{
	find->limits[limit] = value;
}

/* A label that could not be made. */
static int long_name(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, int error)
{
	return error == -ENOMEM ? -ENOMEM : kfg_search_problem(s, piece, at, "its name is too long");
}

static int tell(struct kfg_search *s, const struct kfg_search_piece *piece, const struct kfg_find_object *what)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	struct kfg_find_object found = *what;
	size_t offset = found.light_skeleton ? found.at : (size_t)(found.data - piece->data);

	kfg_strbuf_adds(&label, piece->label);
	if (found.light_skeleton || found.size < piece->size)
		kfg_strbuf_printf(&label, "@0x%zx", offset);
	if (label.error)
		return long_name(s, piece, offset, label.error);
	found.label = kfg_strbuf_text(&label);
	found.path = s->path;
	return s->find->ops->found(s->find->ops->userdata, &found);
}

/* The rest of the piece behind an object that starts at `at`. */
static int object_at(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, size_t *ret_next)
{
	struct kfg_find_object found = { .data = piece->data + at };
	const char *why;
	int r = kfg_elf_extent(piece->data + at, piece->size - at, &s->sections, &found.size, &why);

	*ret_next = at + 4;
	if (r == -E2BIG)
		return kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_SECTIONS);
	if (r == -EBADMSG && at > 0)
		return kfg_search_problem(s, piece, at, why);
	if (at == 0) /* the file itself: what is wrong with it is said best by who reads it */
		found.size = piece->size;
	*ret_next = at + found.size;
	s->n_objects++;
	return tell(s, piece, &found);
}

static void unpacked_done(struct kfg_decompressed *unpacked)
{
	free(unpacked->data);
}

static int stream_problem(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, int error)
{
	if (error == -EFBIG)
		return kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_UNPACKED);
	if (error == -ENOBUFS)
		return kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_WINDOW);
	if (error == -EBADMSG)
		return kfg_search_problem(s, piece, at, "a compressed stream is damaged");
	return error == -ENOMSG ? 0 : error;
}

/* A bzip2 stream inside of something else. */
static int bzip2_at(struct kfg_search *s, const struct kfg_search_piece *piece, size_t *at)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	struct kfg_search_piece inner = { .data = piece->data + *at, .size = piece->size - *at };
	struct kfg_search_region rest = { 0, inner.size };
	size_t before, max;
	int r = kfg_search_may_unpack(s, piece, *at, &max);

	if (r <= 0) {
		*at += 4;
		return r;
	}
	kfg_strbuf_printf(&label, "%s@0x%zx", piece->label, *at);
	if (label.error)
		return long_name(s, piece, *at, label.error);
	inner.label = kfg_strbuf_text(&label);
	before = s->unpacked;
	r = kfg_search_archive(s, &inner, &rest);
	s->unpacked += s->unpacked == before ? TRY_COST : 0;
	*at += rest.from > 4 ? rest.from : 4;
	return r;
}

static int stream_at(struct kfg_search *s, const struct kfg_search_piece *piece, size_t *at, enum kfg_magic magic)
{
	static const char *const names[KFG_MAGIC_MAX] = {
		[KFG_MAGIC_GZIP] = "gzip",
		[KFG_MAGIC_ZSTD] = "zstd",
		[KFG_MAGIC_XZ] = "xz",
	};
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	_cleanup_(unpacked_done) struct kfg_decompressed unpacked = { 0 };
	size_t start = *at;
	struct kfg_decompress_limits how = { .window = s->find->limits[KFG_FIND_LIMIT_WINDOW], .is_file = !start };
	int r = kfg_search_may_unpack(s, piece, start, &how.max);

	*at = start + 4;
	if (r <= 0)
		return r;
	r = kfg_decompress_stream(magic, piece->data + start, piece->size - start, &how, &unpacked);
	if (r < 0) {
		/* what was unpacked in vain counts, too */
		s->unpacked += r == -ENOMSG ? TRY_COST : how.max;
		return stream_problem(s, piece, start, r);
	}
	kfg_strbuf_adds(&label, piece->label);
	if (start)
		kfg_strbuf_printf(&label, "@0x%zx", start);
	kfg_strbuf_printf(&label, "(%s)", names[magic]);
	*at = start + unpacked.packed;
	if (label.error)
		return long_name(s, piece, start, label.error);
	return kfg_search_unpacked(s, kfg_strbuf_text(&label), unpacked.data, unpacked.size);
}

static const char unknown_compression[] = "a section is compressed in an unknown way";

/* One compressed section of an ELF file. Streams of zstd are found by their magic, see stream_at(). */
static int section_unpack(struct kfg_search *s, const struct kfg_search_piece *piece,
			  const struct kfg_elf_section *section)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	_cleanup_free_ uint8_t *data = NULL;
	Elf64_Chdr c;
	size_t max;
	int r;

	if (section->size < sizeof(c))
		return kfg_search_problem(s, piece, 0, "a compressed section lies beyond the end");
	memcpy(&c, section->data, sizeof(c));
	if (c.ch_type != ELFCOMPRESS_ZLIB)
		return c.ch_type == COMPRESS_ZSTD ? 0 :
						    kfg_search_problem(s, piece, section->offset, unknown_compression);
	r = kfg_search_may_unpack(s, piece, section->offset, &max);
	if (r <= 0)
		return r;
	r = kfg_decompress_zlib(section->data + sizeof(c), section->size - sizeof(c), c.ch_size, max, &data);
	if (r < 0) {
		s->unpacked += max;
		return stream_problem(s, piece, section->offset, r);
	}
	kfg_strbuf_printf(&label, "%s:%s(zlib)", piece->label, section->name);
	if (label.error)
		return long_name(s, piece, section->offset, label.error);
	return kfg_search_unpacked(s, kfg_strbuf_text(&label), data, c.ch_size);
}

/* Compressed sections of the ELF64 file that the piece is; debug information holds no objects. */
static int search_sections(struct kfg_search *s, const struct kfg_search_piece *piece)
{
	struct kfg_elf_error why;
	struct kfg_elf elf;
	int r = kfg_elf_open_damaged(piece->data, piece->size, &elf, &why);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (uint32_t i = 1; i < elf.n_sections && !elf.foreign && elf.machine != EM_BPF && r == 0; i++) {
		const struct kfg_elf_section *section = &elf.sections[i];

		if ((section->flags & SHF_COMPRESSED) && section->type != SHT_NOBITS &&
		    strncmp(section->name, ".debug_", 7) != 0)
			r = section_unpack(s, piece, section);
	}
	kfg_elf_done(&elf);
	return r;
}

/* What stands in the bytes as it is: objects, light skeletons, compressed streams. */
static int search_bytes(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at)
{
	const uint64_t *limits = s->find->limits;
	int r = 0;

	while (r == 0) {
		struct kfg_find_object found = { .data = piece->data, .size = piece->size, .light_skeleton = true };
		enum kfg_magic magic;

		at = kfg_search_next(piece->data, piece->size, at, &magic);
		if (magic == KFG_MAGIC_NONE)
			return 0;
		if (s->n_objects >= limits[KFG_FIND_LIMIT_OBJECTS])
			return kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_OBJECTS);
		if (s->n_light >= limits[KFG_FIND_LIMIT_LIGHT])
			return kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_LIGHT);
		if (magic == KFG_MAGIC_OBJECT || magic == KFG_MAGIC_OBJECT_BE) {
			r = object_at(s, piece, at, &at);
			continue;
		}
		if (magic == KFG_MAGIC_LIGHT_SKELETON) {
			found.at = at;
			s->n_light++;
			r = tell(s, piece, &found);
		} else if (magic == KFG_MAGIC_BZIP2 && at) {
			r = bzip2_at(s, piece, &at);
			continue;
		} else if (magic == KFG_MAGIC_BZIP2) {
			at += 4; /* the piece as a whole was tried before */
			continue;
		} else {
			r = stream_at(s, piece, &at, magic);
			continue;
		}
		at += 4;
	}
	return r;
}

/*
 * Archives that stand one behind the other, with zeros between them, as in an initrd: early microcode, then the rest in
 * another compression. rest->from: where the last one ends.
 */
static int search_archives(struct kfg_search *s, const struct kfg_search_piece *piece, struct kfg_search_region *rest)
{
	int r = kfg_search_archive(s, piece, rest);
	size_t from = rest->from, at, max;

	while (r == 0 && from && rest->to == piece->size) {
		struct kfg_search_piece next;
		struct kfg_search_region region;
		_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);

		rest->from = from;
		for (at = from; at < piece->size && !piece->data[at];)
			at++;
		if (at == piece->size || (r = kfg_search_may_unpack(s, piece, at, &max)) <= 0)
			return r;
		kfg_strbuf_printf(&label, "%s@0x%zx", piece->label, at);
		if (label.error)
			return long_name(s, piece, at, label.error);
		next = (struct kfg_search_piece){ kfg_strbuf_text(&label), piece->data + at, piece->size - at };
		region = (struct kfg_search_region){ 0, next.size };
		s->unpacked += TRY_COST;
		r = kfg_search_archive(s, &next, &region);
		from = region.from ? at + region.from : 0;
	}
	return r;
}

static int search_piece(struct kfg_search *s, const struct kfg_search_piece *piece)
{
	struct kfg_search_region rest = { 0, piece->size };
	int r = search_archives(s, piece, &rest);

	if (r == 0 && rest.from == 0)
		r = search_sections(s, piece);
	if (r == 0 && rest.from == 0)
		r = kfg_search_encoded(s, piece);
	if (r == 0) {
		const struct kfg_search_piece known = { piece->label, piece->data, rest.to };

		r = search_bytes(s, &known, rest.from);
	}
	return r;
}

int kfg_find_bytes(struct kfg_find *find, const char *path, const void *data, size_t size)
{
	struct kfg_search s = {
		.find = find, .path = path, .search = search_piece, .sections = find->limits[KFG_FIND_LIMIT_SECTIONS]
	};
	const struct kfg_search_piece piece = { path, data, size };

	return search_piece(&s, &piece);
}
