/* SPDX-License-Identifier: GPL-2.0-or-later */
/* object_error.c - why an object is not taken. */
#include "analysis/scan/code.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int kfg_object_refuse(struct kfg_object_error *error, size_t offset, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	error->offset = offset;
	error->not_bpf = false;
	return -EBADMSG;
}

int kfg_object_refuse_elf(int r, const struct kfg_elf_error *why, struct kfg_object_error *error)
{
	return r == -EBADMSG ? kfg_object_refuse(error, why->offset, "%s", why->text) : r;
}
