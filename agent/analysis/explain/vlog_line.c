/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_line.c - the verifier's trace: instructions, the source lines between them, states. What it prints
 * about a call often does not name it; it is the call printed last (kernel/bpf/verifier.c,
 * do_check(), 6.1 to 7.3).
 */
#include "analysis/explain/vlog_internal.h"

#include "analysis/explain/line_insn.h"
#include <ctype.h>

/* Helpers have small numbers (7.3: up to 211), kfuncs the BTF id of a function, which is far above. */
#define HELPER_MAX 1000
#define PROMPT_MAX 80u /* bytes of a line in which a shell's prompt ends */

/* The slot of the call at hand, emptied. */
static struct kfg_vlog_call *new_call(struct kfg_vlog *v)
{
	struct kfg_vlog_call *call = &v->calls[(unsigned long long)v->insn % KFG_VLOG_CALLS];

	*call = (struct kfg_vlog_call){ .log = v->log, .insn = v->insn };
	memcpy(call->place, v->place, sizeof(call->place));
	return call;
}

static void note_call(struct kfg_vlog *v, struct kfg_span rest)
{
	struct kfg_vlog_message_match m;

	kfg_vlog_result_note_call(v, "");
	if (!kfg_vlog_message_match("85) call {k}#{n}", rest.at, rest.n, &m)) {
		/* the disassembler has no name for it, kernel/bpf/disasm.c */
		v->is_kfunc_call = kfg_span_starts(rest, "85) call kernel-function");
		return;
	}
	if (m.number >= 0 && m.number <= HELPER_MAX) {
		(void)new_call(v);
		return;
	}
	/* what loaders put in place of a call that they could not bind; other numbers are ids of BTF */
	if (m.kfunc.n == strlen("unknown") && memcmp(m.kfunc.at, "unknown", m.kfunc.n) == 0) {
		v->is_kfunc_call = m.number / KFG_VLOG_POISON_UNIT == KFG_VLOG_POISON_KFUNC ||
				   m.number == KFG_VLOG_POISON_CILIUM;
		v->is_numbered_call = !v->is_kfunc_call;
		return;
	}
	v->is_kfunc_call = true;
	kfg_span_copy(m.kfunc, v->name, sizeof(v->name));
	kfg_vlog_result_note_call(v, v->name);
	memcpy(new_call(v)->name, v->name, sizeof(v->name));
	kfg_vlog_region_note_call(v);
}

void kfg_vlog_stop_trace(struct kfg_vlog *v)
{
	v->is_kfunc_call = v->is_numbered_call = v->is_cut_call = v->is_returned_call = false;
	v->name[0] = '\0';
	v->explained = v->parted = false;
	v->said[0] = '\0';
	v->report = KFG_VLOG_REPORT_NONE;
	v->reason_size = 0;
}

void kfg_vlog_leave_call(struct kfg_vlog *v)
{
	if (v->inside || !(v->is_returned_call || (v->parted && v->is_kfunc_call && v->explained)))
		return;
	kfg_vlog_stop_trace(v);
	v->insn = -1;
}

/* "85) call NAME#1234 ; R0_w=scalar()", also in a function that the program calls */
static bool is_returned(struct kfg_span rest)
{
	const char *state = memchr(rest.at, ';', rest.n), *end = rest.at + rest.n;
	struct kfg_span states = kfg_span_of(state ? state : end, state ? (size_t)(end - state) : 0);

	return kfg_span_find(states, " R0=") || kfg_span_find(states, " R0_w=") || kfg_span_find(states, " R0_rw=");
}

/* "; frame1: R1=..." behind an instruction: it is in a function that the program calls. "; R1=...": it is not. */
static void note_frame(struct kfg_vlog *v, struct kfg_span rest)
{
	static const char frame[] = "; frame";
	const char *end = rest.at + rest.n, *state = kfg_span_find(rest, "; "), *in = kfg_span_find(rest, frame);

	/* one digit: MAX_CALL_FRAMES is 8 */
	if (in && in + sizeof(frame) - 1 < end)
		v->frame = (unsigned)in[sizeof(frame) - 1] - '0';
	else if (state && state + 2 < end && state[2] == 'R')
		v->frame = 0;
}

static void note_insn(struct kfg_vlog *v, long long insn)
{
	if (insn == 0 && v->insn < 0)
		kfg_vlog_finding_take_back(v);
	kfg_vlog_stop_trace(v);
	v->insn = insn;
	kfg_vlog_region_note_insn(v);
}

/* "int NAME(struct xdp_md *ctx)": a context that one type of programs has only, include/linux/bpf_types.h */
static const char *find_type(struct kfg_span line)
{
	static const struct {
		const char *context, *type;
	} types[] = {
		{ "(struct xdp_md *", "xdp" },
		{ "(struct sk_msg_md *", "sk_msg" },
		{ "(struct bpf_sk_lookup *", "sk_lookup" },
		{ "(struct bpf_sock_ops *", "sock_ops" },
		{ "(struct bpf_sock_addr *", "cgroup_sock_addr" },
		{ "(struct bpf_sysctl *", "cgroup_sysctl" },
		{ "(struct bpf_sockopt *", "cgroup_sockopt" },
		{ "(struct bpf_cgroup_dev_ctx *", "cgroup_device" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const char *at = kfg_span_find(line, types[i].context);

		/* a cast has no name there */
		if (at && (at += strlen(types[i].context)) < line.at + line.n && isalpha((unsigned char)*at))
			return types[i].type;
	}
	return NULL;
}

/* "; text @ FILE:LINE" (since 6.9), or "; text". */
static void note_source(struct kfg_vlog *v, struct kfg_span line)
{
	const char *at = memrchr(line.at, '@', line.n);
	size_t skip = at && at > line.at && at[-1] == ' ' ? (size_t)(at - line.at) + 1 : 1;

	while (skip < line.n && line.at[skip] == ' ')
		skip++;
	kfg_span_copy(kfg_span_of(line.at + skip, line.n - skip), v->place, sizeof(v->place));
	if (!v->type)
		v->type = find_type(line);
}

/* What the verifier prints on its way, that is no verdict. */
bool kfg_vlog_is_state(struct kfg_span line)
{
	static const char *const starts[] = {
		"from ",
		"frame",
		"caller",
		"callee",
		"returning from",
		"to caller",
		"last_idx",
		"first_idx",
		"regs=",
		"parent ",
		"mark_precise",
		"propagating",
		"Func#",
		"func#",
		"Global func",
		"Validating ",
		"processed ",
		"verification time",
		"stack depth",
		"max_states",
		"Live regs",
		"insns processed",
		"subprog",
		"hash ",
		"fp-",
		"reg type unsupported for arg#",
		"arg#0 reference type('UNKNOWN ')",
		"force_precise",
		"old state",
		"refs=",
		"=3D",
		"cur state",
	};
	size_t i = 1;

	for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++)
		if (kfg_span_starts(line, starts[k]))
			return true;
	if (kfg_span_find(line, " before ") && kfg_span_find(line, ": ("))
		return true;
	if (!line.n || line.at[0] != 'R')
		return !line.n || isdigit((unsigned char)line.at[0]);
	while (i < line.n && isdigit((unsigned char)line.at[i]))
		i++;
	return i > 1 && i < line.n && (line.at[i] == '=' || line.at[i] == '_');
}

/* "user@host:~$ ", "[user@host dir]# " of a shell, near the front of a line */
static bool is_prompt(struct kfg_span line)
{
	struct kfg_span front = kfg_span_of(line.at, line.n < PROMPT_MAX ? line.n : PROMPT_MAX);
	const char *root = kfg_span_find(front, "# "), *user = kfg_span_find(front, "$ "), *end = root ? root : user;

	return end && memchr(front.at, '@', (size_t)(end - front.at));
}

/* Who speaks is not the verifier, or it speaks of the program as a whole. */
bool kfg_vlog_is_other(struct kfg_span line)
{
	static const char *const starts[] = {
		"libbpf: ",
		"-- ",
		"Error",
		"error:",
		"ERROR",
		"Caused by",
		"thread '",
		"make",
		"panic",
		"goroutine",
		"level=",
		"time=",
		"Traceback",
		"note:",
		"Failed ",
		"failed to load",
		"#",
		"$ ",
		"```",
		/* the verifier before it comes to the next instruction, or at the end */
		"infinite loop detected",
		"BPF program is too large",
		"The sequence of ",
		"back-edge",
		"unreachable insn",
		"combined stack size",
		"the call stack of",
		"stack size ",
		"math between",
		"too many states",
	};

	for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++)
		if (kfg_span_starts(line, starts[k]))
			return true;
	return is_prompt(line) || (line.n && strchr("{}()<|", line.at[0]));
}

/* "{ "NAME", "WORDING" }," in C */
static bool is_initializer(struct kfg_span line)
{
	size_t at = line.n && strchr("+-", line.at[0]) ? 1 : 0;

	while (at < line.n && (line.at[at] == ' ' || line.at[at] == '\t'))
		at++;
	return at < line.n && line.at[at] == '{' && line.at[line.n - 1] == ',' && kfg_span_find(line, "\", \"") &&
	       !kfg_span_find(line, "\":");
}

bool kfg_vlog_is_quoted(struct kfg_span line)
{
	/* test_loader.c of the kernel's selftests, up to 6.10 and later; the kernel and libbpf themselves */
	static const char *const starts[] = { "EXPECTED MSG:",	    "EXPECTED   SUBSTR:", "EXPECTED   REGEX:",
					      "UNEXPECTED SUBSTR:", "UNEXPECTED REGEX:",  "MATCHED    SUBSTR:",
					      "MATCHED    REGEX:" };
	static const char *const calls[] = { "__msg(\"",	"__msg_unpriv(\"",     "__xlated(\"",
					     "verbose(env, \"", "verbose_linfo(env, ", "bpf_log(",
					     "bpf_log_error(",	"pr_warn(\"",	       "pr_err(\"",
					     "pr_warn_once(\"", "fmt.Errorf(\"" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (kfg_span_starts(line, starts[i]))
			return true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (kfg_span_find(line, calls[i]))
			return true;
	return is_initializer(line);
}

bool kfg_vlog_trace(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_message_match m;
	struct kfg_span rest;
	long long insn;

	if (kfg_span_starts(line, "; ")) {
		note_source(v, line);
		return true;
	}
	if (kfg_line_insn_find(line, &insn, &rest) == line.at) {
		note_insn(v, insn);
		note_frame(v, rest);
		if (kfg_span_starts(rest, "85) call "))
			note_call(v, rest);
		v->is_returned_call = v->is_kfunc_call && is_returned(rest);
		v->is_cut_call = rest.n == strlen("85) call") && kfg_span_starts(rest, "85) call");
		kfg_vlog_value_note_insn(v, rest);
		kfg_vlog_argument_note_insn(v, rest);
		kfg_vlog_argument_note_line(v, rest);
		kfg_vlog_given_note_insn(v, rest);
		kfg_vlog_result_note_insn(v, rest);
		return true;
	}
	kfg_vlog_argument_note_line(v, line);
	/* libbpf puts this in place of the instruction and of what was said of it, libbpf.c
	 * fixup_log_missing_kfunc_call() */
	if (kfg_vlog_message_match("{n}: <invalid kfunc call>", line.at, line.n, &m)) {
		note_insn(v, m.number);
		if (!v->unbound_line) {
			v->unbound_line = v->line_no;
			v->unbound_insn = m.number;
			kfg_span_copy(line, v->unbound_message, sizeof(v->unbound_message));
		}
		return true;
	}
	if (kfg_vlog_is_state(line)) {
		/* in a line of its own, where somebody broke the line, and until 5.17 */
		v->is_returned_call |= v->is_kfunc_call &&
				       (kfg_span_starts(line, "R0=") || kfg_span_starts(line, "R0_"));
		kfg_vlog_given_note_line(v, line);
		kfg_vlog_result_note_states(v, line);
		kfg_vlog_region_note_state(v, line);
	}
	return false;
}

bool kfg_vlog_trace_end(struct kfg_vlog *v, struct kfg_span line, struct kfg_span *ret_rest)
{
	static const char call[] = "85) call ";
	char text[sizeof(call) + 2 * KFG_VLOG_NAME_MAX];
	struct kfg_vlog_message_match m;
	struct kfg_span rest;
	size_t n;

	if (!v->is_cut_call)
		return false;
	v->is_cut_call = false;
	if (!kfg_vlog_message_match("{k}#{n}", line.at, line.n, &m) || m.begin != line.at)
		return false;
	n = (size_t)(m.end - line.at);
	if (n > 2 * KFG_VLOG_NAME_MAX)
		return false;
	memcpy(text, call, sizeof(call) - 1);
	memcpy(text + sizeof(call) - 1, line.at, n);
	note_call(v, kfg_span_of(text, sizeof(call) - 1 + n));
	rest = kfg_span_of(m.end, line.n - n);
	while (rest.n && strchr(": ", rest.at[0]))
		rest = kfg_span_of(rest.at + 1, rest.n - 1);
	if (rest.n && rest.at[0] == ';')
		kfg_vlog_result_note_states(v, rest);
	*ret_rest = rest.n && rest.at[0] != ';' ? rest : kfg_span_of(m.end, 0);
	return true;
}

const struct kfg_vlog_call *kfg_vlog_call_at(const struct kfg_vlog *v, long long insn)
{
	const struct kfg_vlog_call *call = insn < 0 ? NULL : &v->calls[insn % KFG_VLOG_CALLS];

	return call && call->log == v->log && call->insn == insn && call->name[0] ? call : NULL;
}

const struct kfg_vlog_call *kfg_vlog_exchange_at(const struct kfg_vlog *v, long long insn)
{
	const struct kfg_vlog_call *call = insn < 0 ? NULL : &v->calls[insn % KFG_VLOG_CALLS];

	return call && call->log == v->log && call->insn == insn && call->type[0] ? call : NULL;
}

void kfg_vlog_start_log(struct kfg_vlog *v)
{
	v->log++;
	v->insn = -1;
	v->alone = 0;
	v->frame = 0;
	kfg_vlog_stop_trace(v);
	v->place[0] = '\0';
	v->type = NULL;
	v->result_awaited = false;
	memset(v->register_ids, 0, sizeof(v->register_ids));
	v->drained_registers = 0;
	v->argument_registers = v->argument_call = 0;
	v->argument_load = -1;
	v->argument_said = false;
	kfg_vlog_value_forget(v);
	kfg_vlog_given_forget(v);
	memset(v->depth, 0, sizeof(v->depth));
}
