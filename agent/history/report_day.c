/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_day.c - days in the cells of all sections. */
#include "history/report_internal.h"

const char *kfg_history_report_day(uint32_t seconds, char buf[static KFG_DAY_TEXT])
{
	return kfg_day_format(seconds / 86400, buf);
}

void kfg_history_report_deadline(struct kfg_document *doc, struct kfg_document_cell *cells, int32_t day, int32_t today)
{
	char text[KFG_DAY_TEXT];

	if (day == KFG_DAY_MAX)
		return;
	kfg_document_set_text(doc, &cells[0], kfg_day_format(day, text));
	kfg_document_set_number(&cells[1], (int64_t)day - today);
}
