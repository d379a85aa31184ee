/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_bytes.c - numbers and names from bytes that nobody has checked. */
#include "analysis/kernel/facts_bytes.h"

#include <errno.h>
#include <string.h>

int kfg_facts_fail(struct kfg_facts_bytes *from, const char *why)
{
	if (!from->error) {
		from->error = why;
		from->error_at = from->at;
	}
	from->at = from->end;
	return -EBADMSG;
}

unsigned kfg_facts_take_byte(struct kfg_facts_bytes *from)
{
	if (from->at >= from->end) {
		kfg_facts_fail(from, "cut short");
		return 0;
	}
	return (uint8_t)from->data[from->at++];
}

uint64_t kfg_facts_take_number(struct kfg_facts_bytes *from)
{
	uint64_t number = 0;

	if (from->at < from->end && !(from->data[from->at] & 0x80)) /* most have one byte */
		return (uint8_t)from->data[from->at++];
	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned byte = kfg_facts_take_byte(from);

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
	kfg_facts_fail(from, "a number is too long");
	return 0;
}

int64_t kfg_facts_take_signed(struct kfg_facts_bytes *from)
{
	uint64_t number = kfg_facts_take_number(from);

	return (int64_t)(number >> 1 ^ -(number & 1));
}

uint32_t kfg_facts_take_small(struct kfg_facts_bytes *from, uint64_t max, const char *why)
{
	uint64_t number = kfg_facts_take_number(from);

	if (number > max) {
		kfg_facts_fail(from, why);
		return 0;
	}
	return (uint32_t)number;
}

uint32_t kfg_facts_take_name_len(struct kfg_facts_bytes *from, uint32_t *ret_len)
{
	size_t at = from->at, left = from->end - from->at;
	size_t len = strnlen(from->data + at, left < KFG_FACTS_NAME_MAX + 1 ? left : KFG_FACTS_NAME_MAX + 1);

	*ret_len = 0;
	if (len == left || len > KFG_FACTS_NAME_MAX) {
		kfg_facts_fail(from, len == left ? "a name is cut short" : "a name is too long");
		return 0;
	}
	from->at = at + len + 1;
	*ret_len = (uint32_t)len;
	return len ? (uint32_t)at : 0;
}

uint32_t kfg_facts_take_name(struct kfg_facts_bytes *from)
{
	uint32_t len;

	return kfg_facts_take_name_len(from, &len);
}
