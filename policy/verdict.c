/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.c - the decision rule of decide.h over a table in memory. */
#include "subject.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Copies text with zeros behind it. Returns false, leaving the field empty, where it does not fit.
 */
static bool put(struct kfg_subject *s, uint32_t at, size_t size, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len >= size)
		return false;
	memcpy(s->text + at, text ? text : "", len);
	return true;
}

/* The kernel keeps the first 15 characters of a program's name, and so do libraries that load one.
 */
static void put_prog(struct kfg_subject *s, const char *prog)
{
	size_t len = prog ? strlen(prog) : 0;

	memcpy(s->text + KFG_TEXT_PROG, prog ? prog : "", len < KFG_PROG_LEN ? len : KFG_PROG_LEN - 1);
}

void kfg_verdict_subject(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc,
			 const char *module, struct kfg_evaluation *ret_evaluation)
{
	struct kfg_cells *cells = &ret_evaluation->cells;
	struct kfg_subject *s = &ret_evaluation->decision.subject;
	struct kfg_walk walk = { cells, &ret_evaluation->decision };
	bool fits;

	ret_evaluation->decision = (struct kfg_decision){
		.subject =
			{
				.uid = load->uid,
				.prog_type = load->prog_type,
				.today = load->today,
				.is_agent = load->is_agent,
				.initial = load->initial,
				.token = load->token,
				.signature = load->signature,
			},
	};
	cells->cells = kfg_table_cells(table, &cells->n_cells);
	/* a module's name that does not fit cannot be either: the kernel has 55 characters for it
	 */
	fits = put(s, KFG_TEXT_KFUNC, KFG_KFUNC_LEN, kfunc) &&
	       put(s, KFG_TEXT_MODULE, KFG_MODULE_LEN, module && module[0] ? module : "vmlinux");
	s->name_long = !fits;
	(void)put(s, KFG_TEXT_UNIT, KFG_UNIT_LEN, load->unit); /* too long: unknown */
	(void)put(s, KFG_TEXT_EXE, KFG_EXE_LEN, load->exe);
	(void)put(s, KFG_TEXT_CGROUP, KFG_CGROUP_LEN, load->cgroup);
	put_prog(s, load->prog);
	for (unsigned dim = 0; dim < KFG_DIM_MAX; dim++)
		if (dim != KFG_DIM_UID && dim != KFG_DIM_CGROUP && dim != KFG_DIM_SIGNATURE)
			kfg_subject_hash(&walk, dim);
}

void kfg_verdict_eval(const struct kfg_table *table, const struct kfg_load *load, const char *kfunc, const char *module,
		      struct kfg_verdict *ret_verdict)
{
	struct kfg_evaluation e;
	struct kfg_walk walk = { &e.cells, &e.decision };

	kfg_verdict_subject(table, load, kfunc, module, &e);
	(void)kfg_decide(&walk); /* -1: no table, and then the verdict says failed */
	*ret_verdict = e.decision.verdict;
}

int kfg_verdict_eval_text(const struct kfg_table *table, const struct kfg_load *load, const char *text,
			  struct kfg_verdict *ret_verdict)
{
	char name[KFG_KFUNC_LEN + KFG_MODULE_LEN + 4], *module;
	int n = snprintf(name, sizeof(name), "%s", text);

	if (n < 0 || (size_t)n >= sizeof(name))
		return -EINVAL;
	module = strstr(name, " [");
	if (module) {
		*module = '\0';
		module += 2;
		module[strcspn(module, "]")] = '\0';
	}
	kfg_verdict_eval(table, load, name, module, ret_verdict);
	return 0;
}

uint8_t kfg_verdict_action(const struct kfg_table *table, const struct kfg_verdict *verdict, bool live,
			   uint8_t *ret_reason)
{
	uint32_t n;
	const struct kfg_table_header *header = kfg_table_cells(table, &n);

	return kfg_effective(verdict, live, header->unscannable, ret_reason);
}

const char *kfg_load_unit_fault(const char *unit)
{
	return !strchr(unit, '.')	    ? "names no unit: it has no suffix such as .service" :
	       strchr(unit, '/')	    ? "names no unit: a unit's name has no /" :
	       strlen(unit) >= KFG_UNIT_LEN ? "is too long for a unit" :
					      NULL;
}

const char *kfg_load_exe_fault(const char *exe)
{
	return exe[0] != '/'		  ? "is not an absolute path: an executable is named by its whole path" :
	       strlen(exe) >= KFG_EXE_LEN ? "is too long for the path of an executable" :
					    NULL;
}

const char *kfg_load_cgroup_fault(const char *cgroup)
{
	return cgroup[0] != '/' ?
		       "is not the whole path of a cgroup, from the root of the hierarchy: it begins with /" :
	       strlen(cgroup) >= KFG_CGROUP_LEN ? "is too long for the path of a cgroup" :
						  NULL;
}
