/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_section.c - of which type the programs of an object are, by the names of their sections: "libbpf: sec
 * 'kprobe/do_unlinkat': found program 'do_unlinkat' at insn offset 0" (bpf_object__add_programs(), libbpf 0.2 to 1.8;
 * it is said with debugging on).
 */
#include "analysis/explain/vlog_internal.h"
#include "analysis/scan/section_name.h"

#include "policy/verdict.h"

/* The text between two parts, the second of which may be cut off. False: it is not there. */
static bool between(struct kfg_span line, const char *before, char *buf, size_t size)
{
	const char *at = kfg_span_find(line, before), *end = line.at + line.n, *to;

	if (!at)
		return false;
	at += strlen(before);
	to = memchr(at, '\'', (size_t)(end - at));
	if (!to || to == at || (size_t)(to - at) >= size)
		return false;
	kfg_span_copy(kfg_span_of(at, (size_t)(to - at)), buf, size);
	return true;
}

void kfg_vlog_section_note(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_program *program = &v->programs[v->n_programs % KFG_VLOG_PROGRAMS];
	char section[KFG_VLOG_NAME_MAX], name[KFG_VLOG_NAME_MAX];
	unsigned type;

	if (!kfg_span_find(line, ": found program '") || !between(line, "libbpf: sec '", section, sizeof(section)) ||
	    !between(line, ": found program '", name, sizeof(name)))
		return;
	type = kfg_section_name(section).type;
	if (!type)
		return;
	*program = (struct kfg_vlog_program){ .type = kfg_prog_type_str(type) };
	memcpy(program->name, name, sizeof(program->name));
	v->n_programs++;
}

const char *kfg_vlog_section_type(const struct kfg_vlog *v, const char *prog)
{
	/* the last object's program of that name */
	for (size_t n = v->n_programs < KFG_VLOG_PROGRAMS ? v->n_programs : KFG_VLOG_PROGRAMS, i = 1; i <= n; i++) {
		const struct kfg_vlog_program *program = &v->programs[(v->n_programs - i) % KFG_VLOG_PROGRAMS];

		if (strcmp(program->name, prog) == 0)
			return program->type;
	}
	return NULL;
}
