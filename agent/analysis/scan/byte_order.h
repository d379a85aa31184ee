/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * byte_order.h - objects for machines of the other byte order (bpf2go makes a pair of objects, one for each). Such a
 * file is turned round once, as a whole, so that nobody who reads objects has to think of it. The contents of data
 * sections stay as they are: what is in them, their users alone know. analysis/btf turns BTF round itself.
 */
#pragma once

#include "analysis/scan/scan.h"

/* Whether it is a BPF ELF64 file of the other byte order. */
bool kfg_byte_order_is_foreign(const void *data, size_t size);
/* A copy of it in this machine's, to be freed; -EBADMSG with *ret_error; -ENOMEM. Work: linear in size. */
int kfg_byte_order_swap(const void *data, size_t size, uint8_t **ret_copy, struct kfg_object_error *ret_error);
