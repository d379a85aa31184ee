/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strbuf.h - a text buffer that grows up to a maximum it is born with. The first failure sticks
 * (error is then -E2BIG or -ENOMEM) and later additions do nothing, so that it is enough to look
 * once, at the end.
 */
#pragma once

#include "base/cleanup.h"
#include <stdarg.h>
#include <stddef.h>

struct kfg_strbuf {
	char *data; /* owned; NUL terminated once something was added, NULL before */
	size_t size; /* bytes without the final NUL */
	size_t allocated;
	size_t max; /* most bytes, final NUL included */
	int error;
};

#define KFG_STRBUF(most)                                                                                               \
	{                                                                                                              \
		.max = (most)                                                                                          \
	}

void kfg_strbuf_done(struct kfg_strbuf *b);
void kfg_strbuf_add(struct kfg_strbuf *b, const void *data, size_t size);
void kfg_strbuf_adds(struct kfg_strbuf *b, const char *text);
void kfg_strbuf_printf(struct kfg_strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kfg_strbuf_vprintf(struct kfg_strbuf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* The text so far, never NULL; owned by the buffer. */
const char *kfg_strbuf_text(const struct kfg_strbuf *b);

#define _cleanup_strbuf_ _cleanup_(kfg_strbuf_done)
