/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h - the bytes of a log as the lines that its first writer wrote. Whoever passed them on may have put a time
 * and a name before each, coloured them, quoted them, put each into JSON or key=value pairs (envelope.h), or packed
 * many into one by escapes (JSON, Go's %q, Rust's Debug, rsyslog's #012): that is undone here. An instruction of the
 * verifier inside of another line becomes a line of its own, and so does what follows a call in the same line, as
 * cilium/ebpf has it. Memory is fixed, work linear in the input, for any bytes.
 *
 * Prefix: kfg_line.
 */
#pragma once

#include "analysis/explain/messages.h"

#define KFG_LINES_MAX (64u * 1024) /* bytes of a line; a longer one is read in pieces */
#define KFG_LINES_PREFIX_MAX 160u

struct kfg_line {
	struct kfg_span text; /* without what stands before it; trailing blanks are cut off */
	size_t number; /* of the input, from 1 */
	bool indented; /* text followed blanks */
	bool whole; /* neither part of a longer line nor a packed one */
	bool last; /* nothing follows in its line of the input, so it may go on in the next */
};

typedef void (*kfg_line_fn)(void *arg, const struct kfg_line *line);

struct kfg_lines {
	kfg_line_fn fn;
	void *arg;
	size_t number; /* of lines that are complete */
	size_t size;
	size_t prefix_size; /* of what stood before the last instruction */
	char prefix[KFG_LINES_PREFIX_MAX];
	char raw[KFG_LINES_MAX];
	char clean[KFG_LINES_MAX];
};

void kfg_lines_init(struct kfg_lines *lines, kfg_line_fn fn, void *arg);
void kfg_lines_feed(struct kfg_lines *lines, const void *data, size_t size);
void kfg_lines_end(struct kfg_lines *lines);

/* Bytes of the times, names, levels and quote marks that loggers put before a line. */
size_t kfg_line_prefix_size(struct kfg_span line);
