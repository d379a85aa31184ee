/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strbuf.c - text that grows, up to a limit. */
#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void kfg_strbuf_done(struct kfg_strbuf *b)
{
	free(b->data);
	*b = (struct kfg_strbuf){ .max = b->max };
}

/* Room for extra bytes and the final NUL. */
static int reserve(struct kfg_strbuf *b, size_t extra)
{
	size_t want = b->allocated ? b->allocated : 256;
	char *data;

	if (b->error)
		return b->error;
	if (b->max == 0 || extra > b->max - 1 || b->size > b->max - 1 - extra)
		return b->error = -E2BIG;
	if (b->size + extra < b->allocated)
		return 0;
	while (want <= b->size + extra)
		want *= 2;
	if (want > b->max)
		want = b->max;
	data = realloc(b->data, want);
	if (!data)
		return b->error = -ENOMEM;
	b->data = data;
	b->allocated = want;
	return 0;
}

void kfg_strbuf_add(struct kfg_strbuf *b, const void *data, size_t size)
{
	if (reserve(b, size) < 0)
		return;
	if (size)
		memcpy(b->data + b->size, data, size);
	b->size += size;
	b->data[b->size] = '\0';
}

void kfg_strbuf_adds(struct kfg_strbuf *b, const char *text)
{
	kfg_strbuf_add(b, text, strlen(text));
}

void kfg_strbuf_vprintf(struct kfg_strbuf *b, const char *format, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0) {
		b->error = b->error ? b->error : -ENOMEM;
		return;
	}
	if (reserve(b, n) < 0)
		return;
	vsnprintf(b->data + b->size, (size_t)n + 1, format, ap);
	b->size += n;
}

void kfg_strbuf_printf(struct kfg_strbuf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	kfg_strbuf_vprintf(b, format, ap);
	va_end(ap);
}

const char *kfg_strbuf_text(const struct kfg_strbuf *b)
{
	return b->data ? b->data : "";
}
