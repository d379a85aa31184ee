/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff.c - recorded uses asked of two policies; what they decide otherwise as a document. */
#include "history/diff.h"

#include "base/text.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <kfgate/decide.h>
#include "policy/verdict.h"
#include <stdlib.h>

struct answer {
	uint8_t action, reason;
	const char *rule; /* id of the rule or waiver that decided; NULL: none */
};

static bool ask(const struct kfg_diff_input *in, size_t side, const struct kfg_usage_use *use, struct answer *ret)
{
	const struct kfg_policy *policy = in->sides[side].policy;
	struct kfg_waiver_info waiver;
	struct kfg_verdict v;

	if (kfg_usage_evaluate(in->usage, use, in->sides[side].table, in->today, &v) < 0)
		return false;
	*ret = (struct answer){ 0 };
	/* what cannot be walked is refused: the default of unscannable, and no sensible policy gets there */
	ret->action = kfg_effective(&v, use->key.live, KFG_REFUSE, &ret->reason);
	if (ret->reason == KFG_REASON_RULE)
		ret->rule = kfg_policy_rule_id(policy, v.rule);
	else if (ret->reason == KFG_REASON_WAIVED && kfg_policy_waiver(policy, v.waiver, &waiver))
		ret->rule = waiver.id;
	return true;
}

static void answer_cells(const struct answer *a, struct kfg_document *doc, struct kfg_document_cell *cells)
{
	kfg_document_set_text(doc, &cells[0], kfg_action_str(a->action));
	if (a->reason == KFG_REASON_NONE)
		return;
	kfg_document_printf(doc, &cells[1].text, "%s%s%s", kfg_reason_str(a->reason), a->rule ? " " : "",
			    a->rule ? a->rule : "");
	cells[1].kind = cells[1].text ? KFG_DOCUMENT_CELL_TEXT : KFG_DOCUMENT_CELL_EMPTY;
}

static void add_row(const struct kfg_diff_input *in, struct kfg_document *doc, const struct kfg_usage_use *use,
		    const struct answer answers[static 2], struct kfg_document_section *s)
{
	struct kfg_document_cell *row = s->n_rows < in->rows_max ? kfg_document_add_row(doc, s) : NULL;
	const char *type = use->key.prog_type == UINT32_MAX ? "" : kfg_prog_type_str(use->key.prog_type);

	if (!row) {
		s->more++;
		return;
	}
	kfg_document_set_text(doc, &row[0], kfg_usage_text(in->usage, use->key.kfunc));
	kfg_document_set_text(doc, &row[1], kfg_usage_text(in->usage, kfg_usage_owner(use)));
	kfg_document_set_text(doc, &row[2], kfg_usage_text(in->usage, use->key.exe));
	kfg_document_set_text(doc, &row[3], type);
	kfg_document_set_number(&row[4], kfg_usage_total(use->n));
	kfg_document_set_number(&row[5], use->n_hosts);
	answer_cells(&answers[0], doc, &row[6]);
	answer_cells(&answers[1], doc, &row[8]);
}

/* One section: uses whose action gets stricter (sign > 0), milder, or keeps and has another reason (0). */
static uint64_t add_section(const struct kfg_diff_input *in, struct kfg_document *doc, int sign,
			    struct kfg_document_section *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < in->usage->uses.n; i++) {
		const struct kfg_usage_use *use = kfg_usage_use_at(in->usage, i);
		struct answer a[2];
		int change;

		if (!ask(in, 0, use, &a[0]) || !ask(in, 1, use, &a[1]))
			continue;
		change = (a[1].action > a[0].action) - (a[1].action < a[0].action);
		if (change != sign || (sign == 0 && a[0].reason == a[1].reason))
			continue;
		add_row(in, doc, use, a, s);
		n++;
	}
	return n;
}

int kfg_diff_build(const struct kfg_diff_input *input, struct kfg_document *doc, uint64_t *ret_changed)
{
	static const struct kfg_document_column columns[] = {
		{ "kfunc", "kfunc" }, { "unit", "unit" },	   { "exe", "executable" }, { "type", "type" },
		{ "loads", "loads" }, { "hosts", "hosts" },	   { "old", "old" },	    { "old_reason", "because" },
		{ "new", "new" },     { "new_reason", "because" },
	};
	static const struct {
		const char *key, *title, *empty;
		int sign;
	} parts[] = {
		{ "stricter", "Stricter under the new policy", "Nothing.", 1 },
		{ "milder", "Milder under the new policy", "Nothing.", -1 },
		{ "reason", "As before, for another reason", NULL, 0 },
	};
	const struct kfg_policy *old = input->sides[0].policy, *new = input->sides[1].policy;
	bool same_names = strcmp(kfg_policy_name(old), kfg_policy_name(new)) == 0 &&
			  kfg_policy_serial(old) == kfg_policy_serial(new);
	uint64_t changed = 0;

	for (size_t i = 0; i < 3; i++) {
		const struct kfg_document_section like = { .key = parts[i].key,
							   .title = parts[i].title,
							   .empty = parts[i].empty,
							   .columns = columns,
							   .n_columns = 10 };

		changed += add_section(input, doc, parts[i].sign, kfg_document_add_section(doc, &like));
	}
	kfg_document_printf(doc, &doc->title, "kfgate diff-policy");
	kfg_document_printf(doc, &doc->summary,
			    "%zu use%s of kfuncs %s known from the records; of these %" PRIu64
			    " would be decided otherwise by %s%s %" PRId64 " than by %s%s %" PRId64
			    ". Loads that the policy of the time allowed left no record.",
			    input->usage->uses.n, kfg_text_s(input->usage->uses.n),
			    input->usage->uses.n == 1 ? "is" : "are", changed, same_names ? "the new " : "",
			    kfg_policy_name(new), kfg_policy_serial(new), same_names ? "the old " : "",
			    kfg_policy_name(old), kfg_policy_serial(old));
	*ret_changed = changed;
	return doc->error;
}
