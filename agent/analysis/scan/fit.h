/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.h - the parts of kfg_fit_object(). */
#pragma once

#include "analysis/scan/flow.h"
#include "analysis/scan/world.h"

/* The flow of the object as it is loaded by default, and as any loader may load it. */
struct kfg_flows {
	struct kfg_flow by_default;
	struct kfg_flow any; /* empty if no loader can make a difference */
	struct kfg_flow off, on; /* as far as the kernel's configuration is asked; else empty */
};

/* Decides about one use; reach is known. */
void kfg_fit_use(struct kfg_world *world, const struct kfg_flows *flows, size_t use, struct kfg_fit_result *result);
/* What fails only because a call is live. */
bool kfg_fit_by_reach(const struct kfg_use *use, const struct kfg_fit_result *result);
/* *result is unchecked; *nearest is what the nearest kernel of the catalogue would make of it. */
void kfg_fit_borrow(const struct kfg_world *world, const struct kfg_fit_result *nearest, struct kfg_fit_result *result);
/* Decides about one struct_ops map. */
void kfg_fit_struct_ops(const struct kfg_world *world, size_t map, struct kfg_fit_result *result);
