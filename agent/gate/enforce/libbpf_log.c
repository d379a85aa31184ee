/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf_log.c - see libbpf_log.h. One message of libbpf can be the whole log of the verifier. */
#include "gate/enforce/libbpf_log.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

int kfg_libbpf_log(enum libbpf_print_level level, const char *format, va_list args)
{
	_cleanup_free_ char *text = NULL;

	if (level == LIBBPF_DEBUG)
		return 0;
	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		return 0;
	}
	kfg_log_lines(LOG_DEBUG, text);
	return 0;
}
