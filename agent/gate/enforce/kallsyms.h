/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms.h - addresses of the kernel's own symbols, which the gate reads without help of the kernel's type
 * information.
 *
 * They are in /proc/kallsyms, for whoever has CAP_SYSLOG when the file is opened (kallsyms_open(), kernel/kallsyms.c,
 * 6.1..7.3). The service manager opens it as our standard input, so that we need neither the capability nor the path.
 */
#pragma once

#include <kfgate/abi.h>
#include <stdio.h>

/* Reads lines of /proc/kallsyms. -ENOENT: one is not there; -EACCES: the kernel does not tell addresses. */
int kfg_kallsyms_parse(FILE *in, struct kfg_addresses *ret_symbols);

/* The same from standard input, if it is that file, else from the file. */
int kfg_kallsyms_read(struct kfg_addresses *ret_symbols);
