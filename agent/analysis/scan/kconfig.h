/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kconfig.h - what libbpf puts into .kconfig for a kernel. */
#pragma once

#include "analysis/scan/value.h"
#include "analysis/scan/linkage.h"

/* The value of an extern (index into code->externs) of that many bytes; anything where it is not known. */
struct kfg_value kfg_kconfig_value(const struct kfg_linkage *linkage, uint32_t ext, uint32_t size);
/*
 * Whether libbpf takes a variable of that name (libbpf 1.8, bpf_object__resolve_externs()): options, its own, and weak
 * ones that begin as its own.
 */
bool kfg_kconfig_is_known(const char *name, bool weak);
/* Whether the configuration is known, and says that an option is not set: a strong variable is refused then. */
bool kfg_kconfig_is_off(const struct kfg_linkage *linkage, const char *name);
/* One of the two ends of what is not known: an option that is off or on, the oldest version or the newest. */
uint64_t kfg_kconfig_extreme(const struct kfg_linkage *linkage, uint32_t ext, bool on);
