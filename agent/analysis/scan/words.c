/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.c - names of results for people and programs. */
#include "analysis/scan/scan.h"

static const char *const reports[] = {
	[KFG_COMPAT_OK] = "ok",
	[KFG_COMPAT_UNUSED] = "unused",
	[KFG_COMPAT_GUARDED] = "guarded",
	[KFG_COMPAT_UNCHECKED] = "unchecked",
	[KFG_COMPAT_DEPRECATED] = "deprecated",
	[KFG_COMPAT_CAPABILITY] = "capability",
	[KFG_COMPAT_MODULE] = "module",
	[KFG_COMPAT_TYPE] = "type",
	[KFG_COMPAT_PROTO] = "prototype",
	[KFG_COMPAT_ADDRESS] = "address",
	[KFG_COMPAT_UNDECLARED] = "undeclared",
	[KFG_COMPAT_NOT_KFUNC] = "not-kfunc",
	[KFG_COMPAT_MISSING] = "missing",
	[KFG_COMPAT_STRUCT_OPS] = "struct-ops",
};
_Static_assert(sizeof(reports) / sizeof(reports[0]) == KFG_COMPAT_MAX, "a word for each");

static const char *const reaches[] = {
	[KFG_REACH_NEVER] = "never",
	[KFG_REACH_LOADER] = "loader",
	[KFG_REACH_LIVE] = "live",
};
_Static_assert(sizeof(reaches) / sizeof(reaches[0]) == KFG_REACH_MAX, "a word for each");

const char *kfg_compat_str(enum kfg_compat compat)
{
	return (unsigned)compat < KFG_COMPAT_MAX ? reports[compat] : "?";
}

const char *kfg_reach_str(enum kfg_reach reach)
{
	return (unsigned)reach < KFG_REACH_MAX ? reaches[reach] : "?";
}
