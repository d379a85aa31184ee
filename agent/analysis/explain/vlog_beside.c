/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_beside.c - what the lines around a message say of it: which module is being loaded or built, what the JIT
 * refused, whose name stands in the line before, which kfunc the compiler's line of source calls.
 */
#include "analysis/explain/vlog_internal.h"

#include "analysis/lifecycle/kfunc_data.h"

#define NEAR_LINES 8u /* so far away a hint still belongs to a message */
#define PAST_MAX (2 * KFG_VLOG_TEXT_MAX)
#define TRACE_LINES 80u /* of a warning of the kernel, before what the module says of it */

static void copy(const char *text, char *buf, size_t size)
{
	kfg_span_copy(kfg_span_of(text, strlen(text)), buf, size);
}

static bool has(struct kfg_span line, const char *text)
{
	return kfg_span_find(line, text);
}

/* "DIRECTORY/NAME.ko" to "NAME" */
static struct kfg_span module_of(struct kfg_span path)
{
	const char *end = path.at + path.n, *slash = memrchr(path.at, '/', path.n), *from = slash ? slash + 1 : path.at;
	const char *dot = memmem(from, (size_t)(end - from), ".ko", 3);

	return kfg_span_of(from, (size_t)((dot ? dot : end) - from));
}

/*
 * "could not insert module DIRECTORY/NAME.ko" of insmod, "could not insert 'NAME'" of modprobe: whose registration the
 * kernel warns of next
 */
static void note_module(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_message_match m;

	if (kfg_vlog_message_match("could not insert module {w}", line.at, line.n, &m) ||
	    kfg_vlog_message_match("could not insert '{w}'", line.at, line.n, &m))
		kfg_span_copy(module_of(m.word), v->inserted, sizeof(v->inserted));
}

static bool is_warned_set(enum kfg_vlog_kind kind)
{
	return kind == KFG_VLOG_REGISTER_SET || kind == KFG_VLOG_REGISTER_AGAIN;
}

/* "FUNCTION+0x10/0x20 [NAME]" in the trace of a warning: the first function of a module, which is its own */
static void note_caller(struct kfg_span line, struct kfg_vlog_finding *f)
{
	const char *open = line.n && line.at[line.n - 1] == ']' ? memrchr(line.at, '[', line.n) : NULL;

	if (open && open > line.at && open[-1] == ' ' && has(line, "+0x"))
		kfg_span_copy(kfg_span_of(open + 1, (size_t)(line.at + line.n - 1 - (open + 1))), f->module,
			      sizeof(f->module));
}

/* "Modules linked in: NAME(OE+) ...": the one that is being loaded */
static void note_loading(struct kfg_span line, struct kfg_vlog_finding *f)
{
	const char *at = kfg_span_find(line, "Modules linked in: "), *end = line.at + line.n, *plus, *from;

	if (!at)
		return;
	plus = memmem(at, (size_t)(end - at), "+)", 2);
	for (from = plus; from && from > at && *from != '('; from--)
		;
	end = from;
	while (from && from > at && from[-1] != ' ')
		from--;
	if (plus)
		kfg_span_copy(kfg_span_of(from, (size_t)(end - from)), f->module, sizeof(f->module));
}

void kfg_vlog_beside_loading(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_finding *last = v->n_findings ? &v->findings[v->n_findings - 1] : NULL;

	note_module(v, line);
	if (!last || !is_warned_set(last->kind) || last->module[0] || last->beside == KFG_VLOG_BESIDE_KERNEL)
		return;
	/* the kernel while it starts, before there is a process that could load a module, init_idle() */
	if (has(line, "Comm: swapper/")) {
		last->beside = KFG_VLOG_BESIDE_KERNEL;
		return;
	}
	note_caller(line, last);
	note_loading(line, last);
}

/* scripts/Makefile.modfinal: "BTF [M] NAME.ko", and where there is no vmlinux; then the kernel's own */
static void note_build(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_message_match m;

	if (kfg_vlog_message_match("Skipping BTF generation for {w}", line.at, line.n, &m)) {
		char name[KFG_VLOG_NAME_MAX];

		kfg_span_copy(module_of(m.word), name, sizeof(name));
		v->more_without_vmlinux |= v->without_vmlinux[0] && strcmp(v->without_vmlinux, name) != 0;
		memcpy(v->without_vmlinux, name, sizeof(name));
	} else if (kfg_vlog_message_match("BTF [M] {w}", line.at, line.n, &m)) {
		kfg_span_copy(module_of(m.word), v->built, sizeof(v->built));
	} else if (has(line, "vmlinux") && (has(line, "LD ") || has(line, "BTFIDS ") || has(line, "BTF "))) {
		v->built[0] = '\0';
	}
}

/* The first kfunc of arenas that a line of source calls. False: it calls none. */
static bool find_arena_call(struct kfg_span line, char *buf, size_t size)
{
	static const char begins[] = "bpf_arena_";
	const char *at = kfg_span_find(line, begins), *end = line.at + line.n;

	for (; at; at = memmem(at, (size_t)(end - at), begins, sizeof(begins) - 1)) {
		const char *from = at;

		while (at < end && kfg_span_is_name(*at))
			at++;
		if (at == end || *at != '(' || (from > line.at && kfg_span_is_name(from[-1])))
			continue;
		kfg_span_copy(kfg_span_of(from, (size_t)(at - from)), buf, size);
		if (kfg_kfunc_history_find(buf))
			return true;
	}
	return false;
}

/* A line of the past and the one before it, as one: mail breaks lines. Bytes that were written. */
static size_t join_past(const struct kfg_vlog *v, size_t i, char buf[static PAST_MAX])
{
	size_t a = strlen(v->past[i + 1]), b = strlen(v->past[i]);

	memcpy(buf, v->past[i + 1], a);
	buf[a] = ' ';
	memcpy(buf + a + 1, v->past[i], b);
	return a + 1 + b;
}

/* The end of what the compiler says of address spaces, in this line; NULL: it says nothing of them. */
static const char *find_space(const struct kfg_vlog *v, struct kfg_span line)
{
	static const char says[] = " changes address space of pointer";
	const char *at = kfg_span_find(line, says);
	char text[PAST_MAX];

	if (at)
		return at + sizeof(says) - 1;
	if (strstr(v->past[1], says) || !kfg_span_find(kfg_span_of(text, join_past(v, 0, text)), says))
		return NULL;
	return line.at;
}

/* clang names the types that differ by their address space, and the kfunc stands in the source that it quotes. */
static void note_space(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, KFG_VLOG_ADDRESS_SPACE);
	const char *end = find_space(v, line);

	if (end) {
		kfg_span_copy(line, v->space_message, sizeof(v->space_message));
		v->space_line = v->line_no;
		line = kfg_span_of(end, (size_t)(line.at + line.n - end));
	}
	if (!v->space_line)
		return;
	if (v->line_no - v->space_line > NEAR_LINES) {
		v->space_line = 0;
		return;
	}
	if (!find_arena_call(line, f.symbol, sizeof(f.symbol)))
		return;
	memcpy(f.kfunc, f.symbol, sizeof(f.kfunc));
	memcpy(f.message, v->space_message, sizeof(f.message));
	kfg_vlog_finding_drop_program(&f);
	f.line = v->space_line;
	v->space_line = 0;
	kfg_vlog_finding_add(v, &f);
}

/* "is the NAME kernel module loaded?", "module is not loaded" */
static bool says_not_loaded(struct kfg_span line)
{
	return has(line, "odule") && (has(line, "odule loaded?") || has(line, "not loaded") || has(line, "n't loaded"));
}

/* A message about an argument that names neither a kfunc nor an instruction. */
static bool is_nameless(const struct kfg_vlog_finding *f)
{
	return !f->kfunc[0] && f->insn < 0 &&
	       (f->kind == KFG_VLOG_ARGUMENT || f->kind == KFG_VLOG_HIDDEN || f->kind == KFG_VLOG_MEMORY);
}

static void add_near(struct kfg_vlog_finding *f, const char *name)
{
	f->near_others |= f->near[0] && strcmp(f->near, name) != 0;
	copy(name, f->near, sizeof(f->near));
}

static void add_mention(struct kfg_vlog *v, const char *name)
{
	struct kfg_vlog_finding *last = v->n_findings ? &v->findings[v->n_findings - 1] : NULL;
	size_t at = v->n_mentions++ % KFG_VLOG_MENTIONS;

	copy(name, v->mentions[at].name, sizeof(v->mentions[at].name));
	v->mentions[at].line = v->line_no;
	if (last && is_nameless(last) && v->line_no - last->line <= NEAR_LINES)
		add_near(last, name);
}

/* Calls of known kfuncs in text: "bpf_task_acquire(p", "calling bpf_task_acquire()". What helps is none. */
static void note_mentions(struct kfg_vlog *v, struct kfg_span line)
{
	const char *end = line.at + line.n, *at = line.at;
	const bool calls = has(line, "call");
	char name[KFG_VLOG_NAME_MAX];

	if (v->inside || has(line, "instead") || has(line, "works") || has(line, "eplace") || has(line, "ixed by"))
		return;
	while ((at = memchr(at, '(', (size_t)(end - at)))) {
		const char *from = at++;

		while (from > line.at && kfg_span_is_name(from[-1]))
			from--;
		if ((at < end && *at == ')' && !calls) || at - 1 - from >= (long)sizeof(name))
			continue;
		kfg_span_copy(kfg_span_of(from, (size_t)(at - 1 - from)), name, sizeof(name));
		if (kfg_kfunc_history_find(name))
			add_mention(v, name);
	}
}

/* Only where one kfunc is called around it. */
static void name_nameless(struct kfg_vlog_finding *f)
{
	if (!is_nameless(f) || !f->near[0] || f->near_others)
		return;
	memcpy(f->symbol, f->near, sizeof(f->symbol));
	memcpy(f->kfunc, f->near, sizeof(f->kfunc));
	f->beside = KFG_VLOG_BESIDE_TOLD;
}

void kfg_vlog_beside_note(struct kfg_vlog *v, struct kfg_span line)
{
	memmove(v->past[1], v->past[0], sizeof(v->past) - sizeof(v->past[0]));
	kfg_span_copy(line, v->past[0], sizeof(v->past[0]));
	note_build(v, line);
	note_space(v, line);
	note_mentions(v, line);
	v->bad_btf |= kfg_span_starts(line, "BPF:");
	/* jit_subprogs() */
	if (has(line, "JIT doesn't support bpf-to-bpf calls"))
		v->refused_calls = v->log;
	if (says_not_loaded(line))
		v->not_loaded_line = v->line_no;
}

/* "NAME is KF_RCU", "the kfunc NAME" */
static bool find_told(struct kfg_span line, char *buf, size_t size)
{
	struct kfg_vlog_message_match m;

	if (!kfg_vlog_message_match("{k} is KF_", line.at, line.n, &m) &&
	    !(kfg_vlog_message_match(" kfunc {k}", line.at, line.n, &m) && memchr(m.kfunc.at, '_', m.kfunc.n)))
		return false;
	kfg_span_copy(m.kfunc, buf, size);
	return true;
}

static bool is_near(size_t a, size_t b)
{
	return a && b && (a > b ? a - b : b - a) <= NEAR_LINES;
}

/* cilium/ebpf's mark of a kfunc that it did not find has no name. */
static bool tell_poisoned(const struct kfg_vlog *v, struct kfg_span line, struct kfg_vlog_finding *f)
{
	if (f->kfunc[0] || f->kind != KFG_VLOG_UNRESOLVED || v->inside || v->named_others ||
	    !is_near(v->line_no, v->named_line) || !(has(line, "unknown kfunc") || has(line, "233685214")))
		return false;
	memcpy(f->symbol, v->named, sizeof(f->symbol));
	memcpy(f->kfunc, v->named, sizeof(f->kfunc));
	f->beside = KFG_VLOG_BESIDE_TOLD;
	return true;
}

/* Who tells of a message, outside of a log, names the kfunc in what goes before. */
static void tell_name(const struct kfg_vlog *v, struct kfg_span line, struct kfg_vlog_finding *f)
{
	char past[PAST_MAX];

	if (f->kfunc[0] || f->insn >= 0 || v->inside || f->kind != KFG_VLOG_ARGUMENT)
		return;
	if (find_told(line, f->symbol, sizeof(f->symbol)) ||
	    find_told(kfg_span_of(past, join_past(v, 1, past)), f->symbol, sizeof(f->symbol)))
		memcpy(f->kfunc, f->symbol, sizeof(f->kfunc));
}

void kfg_vlog_beside_tell(const struct kfg_vlog *v, struct kfg_span line, struct kfg_vlog_finding *f)
{
	tell_name(v, line, f);
	for (size_t i = 0; i < KFG_VLOG_MENTIONS && is_nameless(f) && !v->inside; i++)
		if (is_near(v->mentions[i].line, v->line_no))
			add_near(f, v->mentions[i].name);
	if (tell_poisoned(v, line, f))
		return;
	if (f->kind == KFG_VLOG_JIT && v->refused_calls == v->log) {
		f->beside = KFG_VLOG_BESIDE_CALLS;
	} else if (f->kind == KFG_VLOG_REGISTER && v->bad_btf) {
		f->beside = KFG_VLOG_BESIDE_BAD_BTF;
	} else if (f->kind == KFG_VLOG_BUILD && v->built[0] && has(line, "unresolved symbol")) {
		f->beside = KFG_VLOG_BESIDE_BUILD;
		memcpy(f->module, v->built, sizeof(f->module));
	}
}

/* What a module says when the kernel did not take its kfuncs, other than the kernel itself. */
static bool is_said_by_module(const struct kfg_vlog_finding *f)
{
	return f->kind == KFG_VLOG_REGISTER && !strstr(f->message, "missing module BTF");
}

/* The kernel warns of a set, and the module says that it was not taken: one problem, and the module's name. */
static void join_warning(struct kfg_vlog *v)
{
	for (size_t i = 1; i < v->n_findings; i++) {
		struct kfg_vlog_finding *set = &v->findings[i - 1], *said = &v->findings[i];

		if (!is_warned_set(set->kind) || !is_said_by_module(said) || said->line - set->line > TRACE_LINES ||
		    set->beside == KFG_VLOG_BESIDE_KERNEL ||
		    (set->module[0] && said->module[0] && strcmp(set->module, said->module) != 0))
			continue;
		if (!set->module[0])
			copy(said->module, set->module, sizeof(set->module));
		kfg_vlog_finding_remove(v, i--);
	}
}

/* Functions that no kernel looked at has as kfuncs: a module's from elsewhere, or a mistake. */
static bool is_strange(const struct kfg_vlog_finding *f)
{
	return f->kind == KFG_VLOG_MISSING && f->kfunc[0] && !kfg_kfunc_history_find(f->kfunc);
}

void kfg_vlog_beside_conclude(struct kfg_vlog *v)
{
	bool unbuilt = v->without_vmlinux[0];

	join_warning(v);
	for (size_t i = 0; i < v->n_findings; i++) {
		struct kfg_vlog_finding *f = &v->findings[i];

		name_nameless(f);
		if (unbuilt && f->kind == KFG_VLOG_REGISTER && f->beside == KFG_VLOG_BESIDE_NOTHING &&
		    (!f->module[0] || v->more_without_vmlinux || strcmp(f->module, v->without_vmlinux) == 0)) {
			f->beside = KFG_VLOG_BESIDE_NO_VMLINUX;
			if (!v->more_without_vmlinux)
				memcpy(f->module, v->without_vmlinux, sizeof(f->module));
		} else if (v->told_set8 && f->kind == KFG_VLOG_REGISTER && f->beside == KFG_VLOG_BESIDE_NOTHING) {
			f->beside = KFG_VLOG_BESIDE_OLD_SET;
		} else if (v->told_lto && f->kind == KFG_VLOG_PROTO && f->beside == KFG_VLOG_BESIDE_NOTHING) {
			f->beside = KFG_VLOG_BESIDE_LTO;
		} else if (is_strange(f) && is_near(f->line, v->not_loaded_line)) {
			f->beside = KFG_VLOG_BESIDE_NOT_LOADED;
		}
	}
}
