/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c - the report of scan: its memory, what is in it. */
#include "analysis/report/report_internal.h"

#include "analysis/report/baseline.h"
#include "policy/array.h"
#include <errno.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 << 10)

/* Memory is handed out of blocks and given back all at once. */
struct kfg_report_block {
	struct kfg_report_block *next;
	size_t used, size;
	max_align_t data[];
};

void *kfg_report_alloc(struct kfg_report *report, size_t n, size_t size)
{
	struct kfg_report_block *block = report->blocks;
	size_t want, at;

	if (__builtin_mul_overflow(n, size, &want) || want > SIZE_MAX / 2)
		return NULL;
	want = (want + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (!block || block->size - block->used < want) {
		size_t room = want > BLOCK_SIZE ? want : BLOCK_SIZE;

		block = calloc(1, sizeof(*block) + room);
		if (!block)
			return NULL;
		block->size = room;
		block->next = report->blocks;
		report->blocks = block;
	}
	at = block->used;
	block->used += want;
	return (char *)block->data + at;
}

const char *kfg_report_copy(struct kfg_report *report, const char *text, bool *lost)
{
	size_t size;
	char *copy;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	if (size == 1)
		return "";
	copy = kfg_report_alloc(report, size, 1);
	if (!copy) {
		*lost = true;
		return NULL;
	}
	memcpy(copy, text, size);
	return copy;
}

static int add_kernels(struct kfg_report *report, const struct kfg_kernel *const *kernels, size_t n)
{
	bool lost = false;

	report->kernels = kfg_report_alloc(report, n, sizeof(*report->kernels));
	if (!report->kernels)
		return -ENOMEM;
	report->n_kernels = n;
	for (size_t i = 0; i < n; i++) {
		struct kfg_kernel_facts facts;

		kfg_kernel_facts(kernels[i], &facts);
		report->kernels[i].path = kfg_report_copy(report, facts.path, &lost);
		report->kernels[i].release = kfg_report_copy(report, facts.release, &lost);
		report->kernels[i].limits = kfg_report_copy(report, facts.limits, &lost);
		report->kernels[i].signatures = kfg_policy_asks_signature(report->judge.policy) ?
							kfg_signatures_of(kfg_kernel_btf(kernels[i])) :
							KFG_SIGNATURES_TOLD;
	}
	return lost ? -ENOMEM : 0;
}

int kfg_report_new(const struct kfg_report_judge *judge, const struct kfg_kernel *const *kernels, size_t n_kernels,
		   struct kfg_report **ret_report)
{
	struct kfg_report *report = calloc(1, sizeof(*report));
	bool lost = false;

	if (!report)
		return -ENOMEM;
	report->judge = *judge;
	report->policy = kfg_report_copy(report, kfg_policy_name(judge->policy), &lost);
	report->policy_source = kfg_report_copy(report, judge->source, &lost);
	report->digest = kfg_report_copy(report, kfg_policy_digest(judge->policy), &lost);
	report->serial = kfg_policy_serial(judge->policy);
	report->mode = kfg_policy_mode(judge->policy);
	report->loader_known = judge->loader_known;
	report->today = judge->loader.today;
	if (lost || add_kernels(report, kernels, n_kernels) < 0) {
		kfg_report_free(report);
		return -ENOMEM;
	}
	*ret_report = report;
	return 0;
}

void kfg_report_free(struct kfg_report *report)
{
	if (!report)
		return;
	while (report->blocks) {
		struct kfg_report_block *next = report->blocks->next;

		free(report->blocks);
		report->blocks = next;
	}
	free(report->objects);
	free(report->problems);
	free(report);
}

struct kfg_report_object *kfg_report_next_object(struct kfg_report *report)
{
	struct kfg_report_object *object;

	if (kfg_array_grow(&report->objects, &report->objects_allocated, report->n_objects, sizeof(*object)) < 0)
		return NULL;
	object = &report->objects[report->n_objects];
	*object = (struct kfg_report_object){
		.kernels = kfg_report_alloc(report, report->n_kernels, sizeof(*object->kernels)),
	};
	return object->kernels ? object : NULL;
}

int kfg_report_add_problem(struct kfg_report *report, const char *label, const char *why)
{
	struct kfg_report_problem problem;
	bool lost = false;

	if (kfg_baseline_covers(report->judge.baseline, KFG_REPORT_UNCHECKED, label, "", "")) {
		report->n_ignored++;
		return 0;
	}
	if (kfg_array_grow(&report->problems, &report->problems_allocated, report->n_problems, sizeof(problem)) < 0)
		return -ENOMEM;
	problem.label = kfg_report_copy(report, label, &lost);
	problem.why = kfg_report_copy(report, why, &lost);
	if (lost)
		return -ENOMEM;
	report->problems[report->n_problems++] = problem;
	return 0;
}

enum kfg_report_state kfg_report_worst(const struct kfg_report *report)
{
	enum kfg_report_state worst = report->n_problems ? KFG_REPORT_UNCHECKED : KFG_REPORT_OK;

	for (size_t i = 0; i < report->n_objects; i++)
		if (report->objects[i].state > worst)
			worst = report->objects[i].state;
	return worst;
}
