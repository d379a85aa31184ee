/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decompress.c - streams of gzip, zstd, xz and zlib to bytes, within limits. */
#include "analysis/find/decompress.h"

#include "base/cleanup.h"
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define CHUNK ((size_t)64 << 10)
#define TAR_MAGIC_AT 257u

struct output {
	uint8_t *data; /* owned */
	size_t size, allocated;
};

static void output_done(struct output *out)
{
	free(out->data);
}

static int make_room(struct output *out, size_t max)
{
	size_t want = out->allocated ? out->allocated * 2 : CHUNK;
	uint8_t *data;

	if (out->allocated - out->size > 0)
		return 0;
	if (out->allocated > max)
		return -EFBIG;
	if (want > max + 1)
		want = max + 1; /* one more: to see that there is more */
	data = realloc(out->data, want);
	if (!data)
		return -ENOMEM;
	out->data = data;
	out->allocated = want;
	return 0;
}

/* Whether what begins so may hold programs. */
static bool promising(const struct output *out)
{
	const uint8_t *p = out->data;

	if (out->size < 8)
		return false;
	return !memcmp(p, ELFMAG, SELFMAG) || !memcmp(p, "0707", 4) || !memcmp(p, "!<arch>\n", 8) ||
	       (out->size > TAR_MAGIC_AT + 5 && !memcmp(p + TAR_MAGIC_AT, "ustar", 5));
}

/* One of three libraries at work. */
struct decoder {
	const uint8_t *in; /* not taken yet */
	size_t in_left;
	/* Fills at most room bytes; *ret_n: how many. 1: the stream ends there; 0; -EBADMSG, -ENOBUFS, -ENOMEM */
	int (*decode)(struct decoder *d, uint8_t *out, size_t room, size_t *ret_n);
	z_stream zlib;
	lzma_stream xz;
	ZSTD_DCtx *zstd;
	const uint8_t *start; /* the whole stream, size bytes at most */
	size_t size;
	bool is_file;
};

static int decode_zlib(struct decoder *d, uint8_t *out, size_t room, size_t *ret_n)
{
	int r;

	d->zlib.next_in = (uint8_t *)d->in; /* zlib does not write there */
	d->zlib.avail_in = d->in_left > UINT_MAX ? UINT_MAX : d->in_left;
	d->zlib.next_out = out;
	d->zlib.avail_out = room;
	r = inflate(&d->zlib, Z_NO_FLUSH);
	d->in_left -= d->zlib.next_in - d->in;
	d->in = d->zlib.next_in;
	*ret_n = room - d->zlib.avail_out;
	if (r == Z_STREAM_END)
		return 1;
	return r == Z_OK ? 0 : r == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int decode_xz(struct decoder *d, uint8_t *out, size_t room, size_t *ret_n)
{
	lzma_ret r;

	d->xz.next_in = d->in;
	d->xz.avail_in = d->in_left;
	d->xz.next_out = out;
	d->xz.avail_out = room;
	r = lzma_code(&d->xz, LZMA_RUN);
	d->in = d->xz.next_in;
	d->in_left = d->xz.avail_in;
	*ret_n = room - d->xz.avail_out;
	if (r == LZMA_STREAM_END)
		return 1;
	if (r == LZMA_MEMLIMIT_ERROR)
		return -ENOBUFS;
	return r == LZMA_OK ? 0 : r == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int decode_zstd(struct decoder *d, uint8_t *out, size_t room, size_t *ret_n)
{
	ZSTD_outBuffer to = { out, room, 0 };
	ZSTD_inBuffer from = { d->in, d->in_left, 0 };
	size_t r = ZSTD_decompressStream(d->zstd, &to, &from);

	d->in += from.pos;
	d->in_left -= from.pos;
	*ret_n = to.pos;
	if (!ZSTD_isError(r))
		return r == 0;
	switch (ZSTD_getErrorCode(r)) {
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	case ZSTD_error_frameParameter_windowTooLarge:
		/* four bytes are a magic by chance sometimes, a chain of blocks is not */
		return d->is_file || !ZSTD_isError(ZSTD_findFrameCompressedSize(d->start, d->size)) ? -ENOBUFS :
												      -EBADMSG;
	default:
		return -EBADMSG;
	}
}

static int decoder_open(struct decoder *d, enum kfg_magic magic, size_t window)
{
	int window_log = 63 - __builtin_clzll(window | 1);

	if (magic == KFG_MAGIC_GZIP) {
		d->decode = decode_zlib;
		return inflateInit2(&d->zlib, 15 + 16) == Z_OK ? 0 : -ENOMEM; /* the largest window, gzip's header */
	}
	if (magic == KFG_MAGIC_XZ) {
		d->decode = decode_xz;
		return lzma_stream_decoder(&d->xz, window, 0) == LZMA_OK ? 0 : -ENOMEM;
	}
	d->decode = decode_zstd;
	d->zstd = ZSTD_createDCtx();
	if (!d->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, window_log)))
		return -ENOMEM;
	return 0;
}

static void decoder_done(struct decoder *d)
{
	if (d->decode == decode_zlib)
		(void)inflateEnd(&d->zlib);
	lzma_end(&d->xz); /* accepts an unused one */
	ZSTD_freeDCtx(d->zstd); /* accepts NULL */
}

static int unpack(struct decoder *d, size_t max, struct output *out)
{
	for (;;) {
		size_t n, room;
		int r = make_room(out, max), end;

		if (r < 0)
			return r;
		room = out->allocated - out->size;
		end = d->decode(d, out->data + out->size, room, &n);
		if (end == -ENOMEM)
			return end;
		out->size += n;
		if (end == -ENOBUFS)
			return end;
		if ((end || !d->in_left || out->size >= CHUNK) && !d->is_file && !promising(out))
			return -ENOMSG;
		if (out->size > max)
			return -EFBIG;
		if (end)
			return end > 0 ? 0 : end;
		if (!d->in_left && n < room)
			return -EBADMSG;
	}
}

int kfg_decompress_stream(enum kfg_magic magic, const uint8_t *data, size_t size,
			  const struct kfg_decompress_limits *how, struct kfg_decompressed *ret_unpacked)
{
	_cleanup_(decoder_done) struct decoder d = {
		.in = data,
		.in_left = size,
		.xz = LZMA_STREAM_INIT,
		.start = data,
		.size = size,
		.is_file = how->is_file,
	};
	_cleanup_(output_done) struct output out = { 0 };
	int r = decoder_open(&d, magic, how->window);

	if (r == 0)
		r = unpack(&d, how->max, &out);
	if (r < 0)
		return r;
	*ret_unpacked = (struct kfg_decompressed){ KFG_TAKE_PTR(out.data), out.size, size - d.in_left };
	return 0;
}

int kfg_decompress_zlib(const uint8_t *data, size_t size, uint64_t full, size_t max, uint8_t **ret_data)
{
	_cleanup_free_ uint8_t *out = NULL;
	uLongf len = full;

	if (full > max)
		return -EFBIG;
	if (full / 1032 > size) /* deflate packs 1032 bytes into one at best */
		return -EBADMSG;
	out = malloc(full ? full : 1);
	if (!out)
		return -ENOMEM;
	if (uncompress(out, &len, data, size) != Z_OK || len != full)
		return -EBADMSG;
	*ret_data = KFG_TAKE_PTR(out);
	return 0;
}

int kfg_decompress_zlib_object(const uint8_t *data, size_t size, size_t max, uint8_t **ret_data, size_t *ret_size)
{
	_cleanup_(decoder_done) struct decoder d = {
		.in = data, .in_left = size, .xz = LZMA_STREAM_INIT, .decode = decode_zlib
	};
	_cleanup_(output_done) struct output out = { 0 };
	int r = inflateInit(&d.zlib) == Z_OK ? unpack(&d, max, &out) : -ENOMEM;

	if (r < 0)
		return r;
	*ret_size = out.size;
	*ret_data = KFG_TAKE_PTR(out.data);
	return 0;
}
