/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * byte_order.h - objects for machines of the other byte order (bpf2go makes a pair of objects, one for each). What is
 * read of such a file is converted once, so that nobody who reads objects has to think of it: libelf converts headers,
 * symbols and relocations, analysis/btf converts BTF, and the rest is here. Data sections stay as they are: what is in
 * them, their users alone know.
 */
#pragma once

#include "analysis/scan/code.h"

/* Converts instructions and .BTF.ext. Returns 0 or -ENOMEM. Work and memory: linear in the size of the file. */
int kfg_byte_order_convert(struct kfg_object_code *code);
