/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * envelope.h - lines that a logger wrote as JSON ({"level":"error","msg":"..."}, also as one member of an object that
 * is printed over many lines) or as key=value pairs (level=error msg="..."): the texts in them, without the escapes.
 *
 * Prefix: kfg_line_envelope.
 */
#pragma once

#include "analysis/explain/messages.h"

/*
 * A text. named: the name of its member is part of what it says ("kernel_version"), else it is a message. Both lie in
 * the line that was opened, and may be changed.
 */
typedef void (*kfg_line_envelope_fn)(void *arg, struct kfg_span name, struct kfg_span text);

/*
 * Opens n bytes at `line`, which it changes, and calls fn for each text of a message, in order; name is empty but
 * where it says something. Values that are no text (times, names of files) are left out. False: it is no such line,
 * nothing was called and nothing changed. Work is linear in n.
 */
bool kfg_line_envelope_open(char *line, size_t n, kfg_line_envelope_fn fn, void *arg);
