/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc_text.h - a kfunc of a kernel in words, for people and for JSON. */
#pragma once

#include "base/json.h"
#include "base/strbuf.h"
#include "analysis/kernel/kernel.h"
#include "policy/policy.h"

/* "name", or "name [module]". */
void kfg_kfunc_text_name(const struct kfg_kfunc *kfunc, struct kfg_strbuf *out);
/* "KF_ACQUIRE|KF_RET_NULL"; "0" for none; bits without a name as "1<<20". */
void kfg_kfunc_text_flags(uint32_t flags, struct kfg_strbuf *out);
/* "sched_cls, xdp"; "all"; "?" where they are not known; "... (filtered)" where the kernel asks further. */
void kfg_kfunc_text_types(const struct kfg_kfunc *kfunc, struct kfg_strbuf *out);
/*
 * "since 6.12; deprecated in 7.0, removed in 7.3; use X (since 6.17)": since which upstream release there is a kfunc of
 * that name, and its deprecation (NULL: there is none). "": nothing is known.
 */
void kfg_kfunc_text_lifecycle(const char *name, const struct kfg_deprecation_info *info, struct kfg_strbuf *out);

/* The members of a kfunc in a JSON object that is open; info NULL: "lifecycle" is null. */
void kfg_kfunc_text_json(const struct kfg_kfunc *kfunc, const struct kfg_deprecation_info *info, struct kfg_json *json);
/* An array of flags. */
void kfg_kfunc_text_json_flags(uint32_t flags, const char *key, struct kfg_json *json);
/* What a report says of a kernel as a whole, in an object that is open. */
void kfg_kfunc_text_json_kernel(const struct kfg_kernel *kernel, struct kfg_json *json);
