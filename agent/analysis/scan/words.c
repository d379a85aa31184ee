/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/scan/scan.h"

static const char *const fits[] = {
	[KFG_FIT_OK] = "ok",
	[KFG_FIT_UNUSED] = "unused",
	[KFG_FIT_GUARDED] = "guarded",
	[KFG_FIT_UNCHECKED] = "unchecked",
	[KFG_FIT_DEPRECATED] = "deprecated",
	[KFG_FIT_CAPABILITY] = "capability",
	[KFG_FIT_MODULE] = "module",
	[KFG_FIT_TYPE] = "type",
	[KFG_FIT_PROTO] = "prototype",
	[KFG_FIT_ADDRESS] = "address",
	[KFG_FIT_UNDECLARED] = "undeclared",
	[KFG_FIT_NOT_KFUNC] = "not-kfunc",
	[KFG_FIT_MISSING] = "missing",
	[KFG_FIT_STRUCT_OPS] = "struct-ops",
};
_Static_assert(sizeof(fits) / sizeof(fits[0]) == KFG_FIT_MAX, "a word for each");

static const char *const reaches[] = {
	[KFG_REACH_NEVER] = "never",
	[KFG_REACH_LOADER] = "loader",
	[KFG_REACH_LIVE] = "live",
};
_Static_assert(sizeof(reaches) / sizeof(reaches[0]) == KFG_REACH_MAX, "a word for each");

const char *kfg_fit_str(enum kfg_fit fit)
{
	return (unsigned)fit < KFG_FIT_MAX ? fits[fit] : "?";
}

const char *kfg_reach_str(enum kfg_reach reach)
{
	return (unsigned)reach < KFG_REACH_MAX ? reaches[reach] : "?";
}
