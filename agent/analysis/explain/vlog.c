/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog.c - lines to findings: which load is spoken of, how it ended, and what the verifier's last words are about.
 */
#include "analysis/explain/vlog_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define WRAPPED_MIN 40u /* bytes of a line that somebody may have broken; mail is broken at 72 and more */

static void read_line(void *arg, const struct kfg_line *line);

int kfg_vlog_new(struct kfg_vlog **ret_vlog)
{
	struct kfg_vlog *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	kfg_lines_init(&v->lines, read_line, v);
	kfg_vlog_start_log(v);
	*ret_vlog = v;
	return 0;
}

void kfg_vlog_free(struct kfg_vlog *vlog)
{
	free(vlog);
}

const struct kfg_vlog_finding *kfg_vlog_findings(const struct kfg_vlog *vlog, size_t *ret_n)
{
	*ret_n = vlog->n_findings;
	return vlog->findings;
}

size_t kfg_vlog_n_more(const struct kfg_vlog *vlog)
{
	return vlog->n_more;
}

const struct kfg_vlog_facts *kfg_vlog_facts(const struct kfg_vlog *vlog)
{
	return &vlog->facts;
}

static void copy(const char *text, char *buf, size_t size)
{
	kfg_span_copy(kfg_span_of(text, strlen(text)), buf, size);
}

/* What the verifier said of a kfunc call in words that are not in the tables. ended: these were its last. */
static void settle_call(struct kfg_vlog *v, bool ended)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, ended ? KFG_VLOG_REJECTED : KFG_VLOG_UNCLEAR);

	if (!v->said[0] || v->explained)
		return;
	copy(v->name, f.symbol, sizeof(f.symbol));
	memcpy(f.kfunc, f.symbol, sizeof(f.kfunc));
	copy(v->said, f.message, sizeof(f.message));
	f.line = v->said_line;
	kfg_vlog_finding_add(v, &f);
	v->said[0] = '\0';
}

/*
 * EACCES: a security module's where the log shows that the verifier had no objection, else it is only said. That
 * libbpf prints no log of the verifier shows nothing: it does not where the program that loads has given it a buffer
 * (bpf_program__set_log_buf(), kernel_log_buf; bpf_object_load_prog(), libbpf 0.7 to 1.8).
 */
static void settle_denied(struct kfg_vlog *v)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, KFG_VLOG_REFUSED);

	if (!v->denied)
		return;
	v->denied = false;
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].kind == KFG_VLOG_REFUSED)
			return;
	if (!v->denied_verified) {
		if (!v->facts.refused_line) {
			memcpy(v->facts.refused, v->denied_message, sizeof(v->facts.refused));
			v->facts.refused_line = v->denied_line;
		}
		return;
	}
	kfg_vlog_finding_drop_program(&f);
	f.line = v->denied_line;
	memcpy(f.prog, v->denied_prog, sizeof(f.prog));
	memcpy(f.message, v->denied_message, sizeof(f.message));
	kfg_vlog_finding_add(v, &f);
}

static void settle_held(struct kfg_vlog *v)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, KFG_VLOG_UNCLEAR);

	if (v->held_concerns) {
		kfg_vlog_finding_drop_program(&f);
		kfg_span_copy(kfg_span_of(v->held, v->held_size), f.message, sizeof(f.message));
		f.line = v->held_line;
		kfg_vlog_finding_cut(&f);
		kfg_vlog_finding_add(v, &f);
	}
	v->held_size = 0;
	v->held_concerns = false;
}

static void settle_reason(struct kfg_vlog *v)
{
	if (v->reason_size)
		(void)kfg_vlog_look_up(v, kfg_span_of(v->reason, v->reason_size), 0);
	v->reason_size = 0;
}

static bool is_title(struct kfg_span line)
{
	return line.n > 1 && line.n < 32 && line.at[0] >= 'A' && line.at[0] <= 'Z' && line.at[line.n - 1] == ':';
}

/* A line of a report of Linux 7.3 and later: titles, blank and indented lines. False: the report is over. */
static bool read_report(struct kfg_vlog *v, struct kfg_span line, bool indented)
{
	size_t room = sizeof(v->reason) - v->reason_size;

	if (is_title(line)) {
		settle_reason(v);
		v->report = kfg_span_starts(line, "Reason:") ? KFG_VLOG_REPORT_REASON : KFG_VLOG_REPORT_OTHER;
		return true;
	}
	if ((line.n && !indented) || kfg_span_starts(line, "processed ") ||
	    kfg_span_starts(line, "Verification failed: ")) {
		settle_reason(v);
		v->report = KFG_VLOG_REPORT_NONE;
		return false;
	}
	if (v->report == KFG_VLOG_REPORT_REASON && line.n && line.n + 1 < room) {
		if (v->reason_size)
			v->reason[v->reason_size++] = ' ';
		memcpy(v->reason + v->reason_size, line.at, line.n);
		v->reason_size += line.n;
	}
	return true;
}

/* cilium/ebpf: where the verifier had something to say, a colon and its last line follow, or come in the next line. */
static bool is_denied_to_cilium(struct kfg_span line)
{
	static const char denied[] = "load program: permission denied";
	const char *at = kfg_span_find(line, denied);

	return at && (at + sizeof(denied) - 1 == line.at + line.n || at[sizeof(denied) - 1] != ':');
}

/* libbpf until 1.5 and from 1.6 on, systemd, cilium/ebpf: the kernel said EACCES. */
static bool is_denied(struct kfg_span line)
{
	return kfg_span_find(line, "BPF program load failed: Permission denied") ||
	       kfg_span_find(line, "BPF program load failed: -EACCES") ||
	       kfg_span_find(line, "oad BPF object: Permission denied") || is_denied_to_cilium(line);
}

/* Whose load is spoken of: libbpf, cilium/ebpf, bpftrace. */
static bool find_program(struct kfg_span line, struct kfg_span *ret_name)
{
	struct kfg_vlog_message_match m;

	if (kfg_vlog_message_match("prog '{w}': BPF program load failed: ", line.at, line.n, &m) ||
	    kfg_vlog_message_match("prog '{w}': -- BEGIN PROG LOAD LOG --", line.at, line.n, &m) ||
	    kfg_vlog_message_match("Error loading BPF program for {w}. Error code: ", line.at, line.n, &m))
		*ret_name = m.word;
	else if (kfg_vlog_message_match("program {k}: load program: ", line.at, line.n, &m) ||
		 kfg_vlog_message_match("program {k}: fixing up kfuncs: ", line.at, line.n, &m))
		*ret_name = m.kfunc;
	else
		return false;
	return true;
}

static void start_load(struct kfg_vlog *v, struct kfg_span line, bool failed)
{
	struct kfg_span name = { 0 };

	settle_call(v, false);
	if (failed)
		settle_denied(v);
	kfg_vlog_start_log(v);
	if (find_program(line, &name) || failed)
		kfg_span_copy(name, v->prog, sizeof(v->prog));
	v->type = kfg_vlog_section_type(v, v->prog);
	if (!failed)
		return;
	/* whoever owns the log may print it first */
	v->denied = is_denied(line) && !v->objected;
	v->denied_verified = v->objected = false;
	v->denied_line = v->line_no;
	memcpy(v->denied_prog, v->prog, sizeof(v->denied_prog));
	kfg_span_copy(line, v->denied_message, sizeof(v->denied_message));
}

/* The verifier's statistics, or the mark behind its log: it has said all. */
static bool read_end(struct kfg_vlog *v, struct kfg_span line)
{
	bool processed = kfg_span_starts(line, "processed ");

	if (!processed && !kfg_span_starts(line, "-- END PROG LOAD LOG --"))
		return false;
	settle_call(v, true);
	kfg_vlog_stop_trace(v);
	v->alone = 0;
	/* an objection to the program as a whole, before the first instruction, would be in its log */
	v->denied_verified = v->denied && (v->inside || v->insn >= 0);
	v->inside = v->inside && processed;
	return true;
}

/* Marks of a loader. False: it is none, or says more. */
static bool read_marks(struct kfg_vlog *v, struct kfg_span line)
{
	bool begins = kfg_span_find(line, "-- BEGIN PROG LOAD LOG --");
	struct kfg_span name;

	kfg_vlog_section_note(v, line);
	if (begins) {
		start_load(v, line, false);
		v->inside = true;
		return true;
	}
	if (kfg_span_find(line, "failed to load object") || kfg_span_find(line, "failed to load BPF skeleton"))
		v->failed = true;
	if (find_program(line, &name) || is_denied(line)) {
		v->inside = false;
		start_load(v, line, true);
		return !kfg_span_find(line, "fixing up kfuncs: ") && !kfg_span_find(line, "load program: ");
	}
	return read_end(v, line);
}

/* A loader speaks of kfuncs, other than in names it quotes. */
static bool concerns_kfuncs(struct kfg_span line)
{
	const char *at = kfg_span_find(line, "libbpf: ");
	bool quoted = false;

	for (; at && at < line.at + line.n; at++) {
		struct kfg_span rest = kfg_span_of(at, (size_t)(line.at + line.n - at));

		quoted ^= *at == '\'';
		if (!quoted && (kfg_span_starts(rest, " kfunc ") || kfg_span_starts(rest, "(func ksym)")))
			return true;
	}
	return false;
}

/* Whether it can be the beginning of a wording: of all others the next line is not tried together with. */
static bool may_go_on(const struct kfg_vlog *v, struct kfg_span line)
{
	static const char *const words[] = { "libbpf", "kfunc", "ksym",	       "extern",	  "kernel func",
					     "BTF",    "ksyms", "kernel/bpf/", "validate module", "resolve_btfids" };

	if (v->is_kfunc_call || v->inside || line.n >= WRAPPED_MIN)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (kfg_span_find(line, words[i]))
			return true;
	return false;
}

/* It may go on in the next line. */
static void hold(struct kfg_vlog *v, const struct kfg_line *line)
{
	bool concerns = concerns_kfuncs(line->text), fits = line->text.n <= sizeof(v->held) / 2;

	settle_held(v);
	if (!concerns && (!line->last || !fits || !may_go_on(v, line->text)))
		return;
	v->held_concerns = concerns;
	v->held_size = fits ? line->text.n : sizeof(v->held) / 2;
	memcpy(v->held, line->text.at, v->held_size);
	v->held_line = v->line_no;
	v->held_lines = line->last ? 1 : KFG_VLOG_WRAP_LINES;
}

/* Whether a line ends a wording that the one before began, with or without a blank in between. */
static bool joins(struct kfg_vlog *v, struct kfg_span line)
{
	size_t n = v->held_size, this = v->line_no;
	char text[KFG_VLOG_WRAP_MAX];
	bool joined = false;

	if (!n || !line.n || line.n > sizeof(text) - n - 1 || kfg_span_starts(line, "libbpf: "))
		return false;
	memcpy(text, v->held, n);
	/* a soft break of mail */
	n -= n > 1 && text[n - 1] == '=';
	v->line_no = v->held_line;
	for (size_t blank = 1; !joined && blank <= 1; blank--) {
		text[n] = ' ';
		memcpy(text + n + blank, line.at, line.n);
		joined = kfg_vlog_look_up(v, kfg_span_of(text, n + blank + line.n), n - 1);
	}
	v->line_no = this;
	if (!joined && v->held_concerns && v->held_lines < KFG_VLOG_WRAP_LINES) {
		text[n] = ' ';
		memcpy(text + n + 1, line.at, line.n);
		memcpy(v->held, text, n + 1 + line.n);
		v->held_size = n + 1 + line.n;
		v->held_lines++;
		return true;
	}
	if (joined)
		v->held_size = v->held_concerns = 0;
	return joined;
}

/* Neither the verifier's trace nor in the tables. */
static void read_other(struct kfg_vlog *v, const struct kfg_line *line)
{
	struct kfg_span text = line->text;
	bool omitted = kfg_span_find(text, " line(s) omitted)");

	/* the verifier says its last words right behind the call: behind a blank line people may speak */
	if (!text.n)
		v->parted = true;
	if (!text.n || kfg_vlog_is_state(text))
		return;
	v->went_on |= kfg_span_starts(text, "libbpf: ") && !kfg_span_find(text, "failed") &&
		      !kfg_span_find(text, "rror");
	/* words between the trace and its statistics are the verifier's objection */
	if (v->inside || !line->whole || (v->insn >= 0 && !v->denied_verified)) {
		v->objected = !v->denied && !v->inside && v->insn >= 0;
		v->denied = false;
	}
	if (kfg_vlog_is_other(text)) {
		kfg_vlog_stop_trace(v);
	} else if (v->is_kfunc_call && !v->said[0] && !v->parted) {
		kfg_span_copy(text, v->said, sizeof(v->said));
		v->said_line = v->line_no;
		if (omitted)
			settle_call(v, true);
	}
}

/* Logs are cut in the middle by who pastes them: what follows does not belong to what stands before. */
static bool is_cut(struct kfg_span line)
{
	static const char *const marks[] = { "[...]",  "...",	   "[..]",	 "(...)",	"<snip>",
					     "[snip]", "--snip--", "-- snip --", "\xe2\x80\xa6" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (line.n == strlen(marks[i]) && kfg_span_starts(line, marks[i]))
			return true;
	return false;
}

/* Whether it begins as no second half of a message does. */
static bool is_line_of_its_own(struct kfg_span line)
{
	return kfg_vlog_is_state(line) || kfg_span_starts(line, "libbpf: ") || kfg_span_starts(line, "-- ");
}

/* "[NUMBER] section: " behind the extern that libbpf finds no BTF for */
static bool is_end_of_extern(struct kfg_span line)
{
	struct kfg_vlog_message_match m;

	return kfg_vlog_message_match("[{n}] section: ", line.at, line.n, &m) && m.begin == line.at;
}

/* The two types that a message names, or the section of an extern, where it goes on in the next line. */
static void end_half(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_finding *last = v->half ? &v->findings[v->n_findings - 1] : NULL;
	size_t n = last ? strlen(last->message) : 0;

	v->half = false;
	if (!last || !line.n || n + line.n + 2 > sizeof(last->message) || is_line_of_its_own(line) ||
	    (last->kind == KFG_VLOG_DECLARATION && !is_end_of_extern(line)))
		return;
	/* a soft break of mail has no blank of its own */
	if (n && last->message[n - 1] == '=')
		n--;
	last->message[n++] = ' ';
	kfg_span_copy(line, last->message + n, sizeof(last->message) - n);
	kfg_vlog_finding_refine(last);
}

/* Of two types only one was said, or of an extern only its name. */
static void note_half(struct kfg_vlog *v, struct kfg_span line)
{
	const struct kfg_vlog_finding *last = v->n_findings ? &v->findings[v->n_findings - 1] : NULL;

	static const char wants[] = " expected pointer to";
	const char *at = kfg_span_find(line, wants), *end = line.at + line.n;

	v->half = last && last->line == v->line_no && last->kind == KFG_VLOG_DECLARATION && line.n &&
		  line.at[line.n - 1] == '\'';
	if (v->half)
		return;
	if (at)
		at += sizeof(wants) - 1;
	/* "pointer to STRUCT NAME but R1 has a pointer to STRUCT NAME"; nothing goes on behind "pointer to func" */
	v->half = last && last->line == v->line_no && last->kind == KFG_VLOG_ARGUMENT && at &&
		  (end - at < 2 || isupper((unsigned char)at[1])) && !kfg_span_find(line, "has a pointer to ");
}

static void read_text(struct kfg_vlog *v, const struct kfg_line *line)
{
	bool looked_up = false;

	v->part += !line->text.n && !v->inside;
	end_half(v, line->text);
	if (kfg_vlog_is_quoted(line->text)) {
		settle_held(v);
		return;
	}
	if (line->text.n && !kfg_vlog_is_state(line->text))
		kfg_vlog_leave_call(v);
	kfg_vlog_beside_note(v, line->text);
	kfg_vlog_behind_note(v, line->text);
	kfg_vlog_told_named(v, line->text);
	if (is_cut(line->text)) {
		settle_call(v, v->inside);
		kfg_vlog_stop_trace(v);
	} else if (kfg_span_starts(line->text, "Verification failed: ")) {
		v->report = KFG_VLOG_REPORT_OTHER;
		v->denied = false;
	} else if (!kfg_vlog_trace(v, line->text) && !read_marks(v, line->text) &&
		   !(looked_up = kfg_vlog_look_up(v, line->text, 0))) {
		if (joins(v, line->text))
			return;
		hold(v, line);
		read_other(v, line);
		kfg_vlog_beside_loading(v, line->text);
		kfg_vlog_told_note(v, line->text);
		return;
	}
	if (looked_up)
		note_half(v, line->text);
	settle_held(v);
}

static void read_line(void *arg, const struct kfg_line *line)
{
	struct kfg_vlog *v = arg;

	struct kfg_line end = *line;

	v->line_no = line->number;
	kfg_explain_release_read(&v->kernel, line->text, line->number);
	if (v->report != KFG_VLOG_REPORT_NONE && read_report(v, line->text, line->indented))
		return;
	if (!kfg_vlog_trace_end(v, line->text, &end.text))
		read_text(v, line);
	else if (end.text.n)
		read_text(v, &end);
}

void kfg_vlog_feed(struct kfg_vlog *vlog, const void *data, size_t size)
{
	kfg_lines_feed(&vlog->lines, data, size);
}

void kfg_vlog_end(struct kfg_vlog *vlog)
{
	kfg_lines_end(&vlog->lines);
	settle_held(vlog);
	settle_reason(vlog);
	settle_call(vlog, false);
	settle_denied(vlog);
	kfg_vlog_conclude(vlog);
	vlog->facts.n_lines = vlog->lines.number;
	vlog->facts.kernel_line = vlog->kernel.line;
	copy(vlog->kernel.release, vlog->facts.kernel, sizeof(vlog->facts.kernel));
	copy(vlog->kernel.doubted, vlog->facts.doubted, sizeof(vlog->facts.doubted));
	vlog->facts.doubted_line = vlog->kernel.doubted_line;
}
