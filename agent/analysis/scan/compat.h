/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compat.h - the parts of kfg_compat_check(). */
#pragma once

#include "analysis/scan/flow.h"
#include "analysis/scan/linkage.h"

/* The flow of the object as it is loaded by default, and as any loader may load it. */
struct kfg_compat_flows {
	struct kfg_flow by_default;
	struct kfg_flow any; /* empty if no loader can make a difference */
	struct kfg_flow off, on; /* as far as the kernel's configuration is asked; else empty */
};

/* Decides about one use; reach is known. */
void kfg_compat_use(struct kfg_linkage *linkage, const struct kfg_compat_flows *flows, size_t use,
		    struct kfg_compat_result *result);
/* What fails only because a call is live. */
bool kfg_compat_by_reach(const struct kfg_object_use *use, const struct kfg_compat_result *result);
/* *result is unchecked; *nearest is what the nearest kernel of the catalogue would make of it. */
void kfg_compat_borrow(const struct kfg_linkage *linkage, const struct kfg_compat_result *nearest,
		       struct kfg_compat_result *result);
/* Decides about one struct_ops map. */
void kfg_compat_struct_ops(const struct kfg_linkage *linkage, size_t map, struct kfg_compat_result *result);
