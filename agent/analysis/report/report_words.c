/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_words.c - states, actions and kernels of a report in words, and how many objects are in a state. */
#include "analysis/report/report.h"

#include "policy/outcomes.h"
#include <stdio.h>

size_t kfg_report_count(const struct kfg_report *report, enum kfg_report_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_objects; i++)
		n += report->objects[i].state == state;
	return n;
}

const char *kfg_report_state_str(enum kfg_report_state state)
{
	static const char *const words[] = {
		[KFG_REPORT_OK] = "ok",		[KFG_REPORT_IGNORED] = "ignored",     [KFG_REPORT_FOREIGN] = "foreign",
		[KFG_REPORT_WARNED] = "warned", [KFG_REPORT_UNCHECKED] = "unchecked", [KFG_REPORT_REFUSED] = "refused",
		[KFG_REPORT_FAILS] = "fails",
	};

	_Static_assert(sizeof(words) / sizeof(words[0]) == KFG_REPORT_STATE_MAX, "a word for each");
	return state < KFG_REPORT_STATE_MAX ? words[state] : "?";
}

const char *kfg_report_action_str(const struct kfg_report *report, const struct kfg_report_verdict *verdict)
{
	if (verdict->action == KFG_REFUSE && !kfg_mode_enforces(report->mode))
		return "would refuse";
	return kfg_action_str(verdict->action);
}

const char *kfg_report_depends(const struct kfg_report *report, const struct kfg_report_verdict *verdict,
			       char buf[static KFG_REPORT_DEPENDS_TEXT])
{
	char actions[KFG_OUTCOMES_TEXT], depends[KFG_OUTCOMES_TEXT], options[KFG_OUTCOMES_TEXT];
	bool any = *kfg_outcomes_options(verdict->depends, options) != '\0';

	snprintf(buf, KFG_REPORT_DEPENDS_TEXT, "%s: depends on %s, not known%s%s%s",
		 kfg_outcomes_actions(verdict->actions, kfg_mode_enforces(report->mode), actions),
		 kfg_outcomes_depends(verdict->depends, depends), any ? " (" : "", options, any ? ")" : "");
	return buf;
}

const char *kfg_report_kernel_name(const struct kfg_report *report, size_t kernel)
{
	const struct kfg_report_kernel *k = &report->kernels[kernel];

	return k->release[0] ? k->release : k->path;
}
