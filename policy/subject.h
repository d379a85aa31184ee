/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subject.h - inside of verdict.c and why.c: a question about one kfunc, in the form that decide.h takes.
 *
 * Prefixes: kfg_evaluation, kfg_verdict.
 */
#pragma once

#include <kfgate/decide.h>
#include "table.h"
#include "verdict.h"

struct kfg_evaluation {
	struct kfg_cells cells; /* the table's, which must outlive this */
	struct kfg_decision decision;
};

/* Fills in the table's cells and the decision's subject; the rest of the decision is zero. */
void kfg_verdict_subject(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc,
			 const char *module, struct kfg_evaluation *ret_evaluation);
