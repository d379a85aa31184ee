/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seams.h - where lines meet that somebody joined, as in a title, a chat, a table, or a list of a program's lines: at
 * the words with which a loader or the verifier begins or ends a line, and behind an instruction.
 *
 * Prefix: kfg_line_seam.
 */
#pragma once

#include "analysis/explain/messages.h"

/* What is known of the joined lines before the rest is looked at. */
struct kfg_line_seams {
	bool list; /* of strings in quotes: "['libbpf: ...', '...']" */
	bool libbpf; /* its name stood in an earlier line */
	char joiner; /* stands between the lines, before a blank: '|', ';'; 0: none */
};

void kfg_line_seam_start(struct kfg_line_seams *seams, struct kfg_span s);
/*
 * Bytes of the first line in s, the rest of what was started with, without the blanks behind it, and in *ret_next where
 * the second begins; s.n, and *ret_next s.n: it is one line. Work is linear in what it returns.
 */
size_t kfg_line_seam_find(struct kfg_line_seams *seams, struct kfg_span s, size_t *ret_next);

/*
 * Bytes of the instruction that s begins with, "123: (b7) r2 = 5", with the states behind it ("; R2_w=5 R10=fp0"),
 * where words follow that are none of it; 0: nothing follows, or it is not known where it ends.
 */
size_t kfg_line_seam_insn(struct kfg_span s);
