/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf_log.h - what libbpf has to say, for --verbose. */
#pragma once

#include <bpf/libbpf.h>
#include <stdarg.h>

/*
 * For libbpf_set_print(): each line of what libbpf warns about or tells becomes a message of level debug, for warnings
 * come with every load that fails on purpose, too. What it says for debugging libbpf itself is left out. Returns 0.
 */
int kfg_libbpf_log(enum libbpf_print_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
