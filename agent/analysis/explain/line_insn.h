/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line_insn.h - an instruction of the verifier in a line.
 *
 * Prefix: kfg_line_insn.
 */
#pragma once

#include "analysis/explain/messages.h"

/*
 * "123: (85) ..." in a line: where its number begins, the number, and what follows the opcode. NULL: none. What the
 * verifier prints of an instruction while it walks back ("before 12: (85) ...") is none.
 */
const char *kfg_line_insn_find(struct kfg_span line, long long *ret_insn, struct kfg_span *ret_rest);
