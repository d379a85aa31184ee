/* SPDX-License-Identifier: GPL-2.0-or-later */
/* take.c - a record that was read, of whichever kind of file: counted, and given out if it is the gate's. */
#include "history/read_internal.h"

#include <errno.h>

int kfg_history_take(struct kfg_history_reader *r, enum kfg_entry_class class)
{
	switch (class) {
	case KFG_ENTRY_FOREIGN:
		r->stats->foreign++;
		return 0;
	case KFG_ENTRY_MALFORMED:
		r->stats->malformed++;
		return 0;
	default:
		r->stats->records++;
		return r->fn(r->userdata, &r->entry) < 0 ? -ECANCELED : 0;
	}
}
