/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config.h - what a kernel's configuration says that decides about BPF programs. */
#pragma once

#include "base/strbuf.h"

/*
 * text: a file as /boot/config-RELEASE. Adds its lines ("CONFIG_BPF_JIT=y") for the options that decide; one that is
 * not set is a line "CONFIG_BPF_JIT=n".
 */
void kfg_kernel_config_pick(const char *text, size_t size, struct kfg_strbuf *out);
