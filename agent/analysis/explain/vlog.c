/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog.c - lines to findings. */
#include "analysis/explain/vlog_internal.h"

#include "analysis/lifecycle/kfunc_data.h"
#include <errno.h>
#include <stdlib.h>

int kfg_vlog_new(struct kfg_vlog **ret_vlog)
{
	struct kfg_vlog *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
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

/* The name that libbpf looks up: up to the last "___" (libbpf 1.1 to 1.8, bpf_core_essential_name_len()).
 */
static void drop_suffix(char *name)
{
	for (size_t n = strlen(name); n >= 5; n--)
		if (strncmp(name + n - 4, "___", 3) == 0 && name[n - 5] != '_' && name[n - 1] != '_') {
			name[n - 4] = '\0';
			return;
		}
}

/* One problem may be said in several ways: in the old wording, in a report, and by libbpf. */
static bool same(const struct kfg_vlog_finding *a, const struct kfg_vlog_finding *b)
{
	if (a->kind != b->kind || strcmp(a->prog, b->prog) != 0 || strcmp(a->module, b->module) != 0)
		return false;
	if (a->kind == KFG_LOG_UNCLEAR && strcmp(a->message, b->message) != 0)
		return false;
	if (strcmp(a->kfunc, b->kfunc) == 0)
		return a->kfunc[0] || a->insn == b->insn;
	return a->insn >= 0 && a->insn == b->insn && (!a->kfunc[0] || !b->kfunc[0]);
}

static void add(struct kfg_vlog *v, const struct kfg_vlog_finding *f)
{
	v->explained = true;
	v->denied = false;
	for (size_t i = 0; i < v->n_findings; i++) {
		struct kfg_vlog_finding *old = &v->findings[i];

		if (!same(old, f))
			continue;
		if (!old->kfunc[0]) {
			memcpy(old->kfunc, f->kfunc, sizeof(old->kfunc));
			memcpy(old->symbol, f->symbol, sizeof(old->symbol));
		}
		return;
	}
	if (v->n_findings == KFG_VLOG_FINDINGS_MAX)
		v->n_more++;
	else
		v->findings[v->n_findings++] = *f;
}

/* What is known of where a finding was made. */
static struct kfg_vlog_finding start_finding(const struct kfg_vlog *v, enum kfg_log_kind kind)
{
	struct kfg_vlog_finding f = { .kind = kind, .insn = v->insn, .line = v->line_no };

	memcpy(f.prog, v->prog, sizeof(f.prog));
	memcpy(f.place, v->place, sizeof(f.place));
	return f;
}

static void copy(const char *text, char *buf, size_t size)
{
	kfg_span_copy(kfg_span(text, strlen(text)), buf, size);
}

/* Whom a message is about. False: no kfunc, so it is no finding. */
static bool find_kfunc(const struct kfg_vlog *v, const struct kfg_message *msg,
		       const struct kfg_message_match *m, struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_call *acquired = kfg_vlog_call_at(v, m->number);

	if (msg->flags & KFG_MSG_POISON && m->number / KFG_VLOG_POISON_UNIT != KFG_VLOG_POISON_KFUNC)
		return false;
	if (msg->flags & KFG_MSG_ALLOC) {
		if (!acquired)
			return false;
		copy(acquired->name, f->symbol, sizeof(f->symbol));
		copy(acquired->place, f->place, sizeof(f->place));
		f->insn = m->number;
	} else if (msg->flags & KFG_MSG_CALL) {
		if (!v->is_kfunc_call)
			return false;
		copy(v->name, f->symbol, sizeof(f->symbol));
	} else if (m->kfunc.n) {
		kfg_span_copy(m->kfunc, f->symbol, sizeof(f->symbol));
	} else if (msg->kfunc) {
		copy(msg->kfunc, f->symbol, sizeof(f->symbol));
	}
	memcpy(f->kfunc, f->symbol, sizeof(f->kfunc));
	if (msg->flags & KFG_MSG_DECLARED)
		drop_suffix(f->kfunc);
	return !(msg->flags & KFG_MSG_KNOWN) || kfg_kfunc_history_find(f->kfunc);
}

/* libbpf binds kfuncs before it loads a program, so what was read of one before does not belong here. */
static void drop_program(struct kfg_vlog_finding *f)
{
	f->prog[0] = f->place[0] = '\0';
	f->insn = -1;
}

static bool look_up(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_message_match m;

	for (const struct kfg_message *msg = kfg_messages; msg->pattern; msg++) {
		struct kfg_vlog_finding f;

		if (!kfg_message_match(msg->pattern, line.at, line.n, &m))
			continue;
		f = start_finding(v, msg->kind);
		if (!find_kfunc(v, msg, &m, &f))
			continue;
		kfg_span_copy(line, f.message, sizeof(f.message));
		kfg_span_copy(m.arg, f.arg, sizeof(f.arg));
		if (msg->kind == KFG_LOG_MODULE_BTF)
			kfg_span_copy(m.word, f.module, sizeof(f.module));
		if (!v->inside && kfg_span_find(line, "libbpf: "))
			drop_program(&f);
		if (msg->kind != KFG_LOG_NONE)
			add(v, &f);
		return true;
	}
	return false;
}

/* What the verifier said of a kfunc call in words that are not in the table. */
static void settle_call(struct kfg_vlog *v)
{
	struct kfg_vlog_finding f = start_finding(v, KFG_LOG_UNCLEAR);

	if (!v->said[0] || v->explained)
		return;
	copy(v->name, f.symbol, sizeof(f.symbol));
	copy(v->name, f.kfunc, sizeof(f.kfunc));
	copy(v->said, f.message, sizeof(f.message));
	f.line = v->said_line;
	add(v, &f);
	v->said[0] = '\0';
}

static void settle_denied(struct kfg_vlog *v)
{
	struct kfg_vlog_finding f = start_finding(v, KFG_LOG_REFUSED);

	/* said by who called the loader, it is no news */
	if (!v->denied || (!v->prog[0] && v->n_findings))
		return;
	f.insn = -1;
	f.place[0] = '\0';
	f.line = v->denied_line;
	copy(v->denied_message, f.message, sizeof(f.message));
	add(v, &f);
}

static void settle_reason(struct kfg_vlog *v)
{
	if (v->reason_size)
		(void)look_up(v, kfg_span(v->reason, v->reason_size));
	v->reason_size = 0;
}

static bool is_title(struct kfg_span line)
{
	return line.n > 1 && line.n < 32 && line.at[0] >= 'A' && line.at[0] <= 'Z' &&
	       line.at[line.n - 1] == ':';
}

/* A line of a report of Linux 7.3 and later: titles, blank and indented lines. False: the report is over. */
static bool read_report(struct kfg_vlog *v, struct kfg_span line, bool indented)
{
	size_t room = sizeof(v->reason) - v->reason_size;

	if (is_title(line)) {
		settle_reason(v);
		v->report = kfg_span_starts(line, "Reason:") ? KFG_REPORT_REASON : KFG_REPORT_OTHER;
		return true;
	}
	if ((line.n && !indented) || kfg_span_starts(line, "processed ") ||
	    kfg_span_starts(line, "Verification failed: ")) {
		settle_reason(v);
		v->report = KFG_REPORT_NONE;
		return false;
	}
	if (v->report == KFG_REPORT_REASON && line.n && line.n + 1 < room) {
		if (v->reason_size)
			v->reason[v->reason_size++] = ' ';
		memcpy(v->reason + v->reason_size, line.at, line.n);
		v->reason_size += line.n;
	}
	return true;
}

static bool ends_with(struct kfg_span line, const char *text)
{
	size_t n = strlen(text);

	return line.n >= n && memcmp(line.at + line.n - n, text, n) == 0;
}

/* libbpf until 1.5 and from 1.6 on, systemd, cilium/ebpf: the kernel said EACCES. */
static bool is_denied(struct kfg_span line)
{
	return ends_with(line, "BPF program load failed: Permission denied") ||
	       ends_with(line, "BPF program load failed: -EACCES") ||
	       ends_with(line, "oad BPF object: Permission denied") ||
	       ends_with(line, "load program: permission denied");
}

/* Marks of a loader. False: it is none. */
static bool read_marks(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_message_match m;
	bool begins = kfg_span_find(line, "-- BEGIN PROG LOAD LOG --");
	bool failed = kfg_message_match("prog '{w}': BPF program load failed: ", line.at, line.n, &m) ||
		      is_denied(line);

	if (begins || failed)
		settle_call(v);
	if (failed) {
		settle_denied(v);
		kfg_vlog_start_log(v);
		v->inside = false;
		v->denied = is_denied(line);
		v->denied_line = v->line_no;
		kfg_span_copy(line, v->denied_message, sizeof(v->denied_message));
		v->prog[0] = '\0';
	}
	if (begins) {
		kfg_vlog_start_log(v);
		v->inside = true;
	}
	if ((begins || failed) && kfg_message_match("prog '{w}': ", line.at, line.n, &m))
		kfg_span_copy(m.word, v->prog, sizeof(v->prog));
	if (begins || failed)
		return true;
	if (!kfg_span_starts(line, "processed ") && !kfg_span_starts(line, "-- END PROG LOAD LOG --"))
		return false;
	settle_call(v);
	kfg_vlog_stop_trace(v);
	v->inside = v->inside && kfg_span_starts(line, "processed ");
	return true;
}

/* libbpf speaks of kfuncs, other than in names it quotes. */
static bool concerns_kfuncs(struct kfg_span line)
{
	const char *at = kfg_span_find(line, "libbpf: ");
	bool quoted = false;

	for (; at && at < line.at + line.n; at++) {
		struct kfg_span rest = kfg_span(at, (size_t)(line.at + line.n - at));

		quoted ^= *at == '\'';
		if (!quoted && (kfg_span_starts(rest, " kfunc ") || kfg_span_starts(rest, "(func ksym)")))
			return true;
	}
	return false;
}

static void read_other(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_finding f = start_finding(v, KFG_LOG_UNCLEAR);

	if (concerns_kfuncs(line)) {
		drop_program(&f);
		kfg_span_copy(line, f.message, sizeof(f.message));
		add(v, &f);
		return;
	}
	if (!line.n || kfg_vlog_is_state(line))
		return;
	if (v->inside)
		v->denied = false;
	if (v->is_kfunc_call && !v->said[0]) {
		kfg_span_copy(line, v->said, sizeof(v->said));
		v->said_line = v->line_no;
	}
}

static void read_line(struct kfg_vlog *v)
{
	struct kfg_span line = kfg_span(v->line, v->size);

	while (line.n && (line.at[0] == ' ' || line.at[0] == '\t')) {
		line.at++;
		line.n--;
	}
	while (line.n && (line.at[line.n - 1] == '\r' || line.at[line.n - 1] == ' '))
		line.n--;
	if (v->report != KFG_REPORT_NONE && read_report(v, line, line.at != v->line))
		return;
	if (kfg_span_starts(line, "Verification failed: ")) {
		v->report = KFG_REPORT_OTHER;
		v->denied = false;
	} else if (!kfg_vlog_trace(v, line) && !read_marks(v, line) && !look_up(v, line)) {
		read_other(v, line);
	}
}

void kfg_vlog_feed(struct kfg_vlog *vlog, const void *data, size_t size)
{
	const char *at = data, *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at),
		       room = KFG_VLOG_LINE_MAX - vlog->size;

		memcpy(vlog->line + vlog->size, at, n < room ? n : room);
		vlog->size += n < room ? n : room;
		at += n;
		if (!newline)
			return;
		at++;
		vlog->line_no++;
		read_line(vlog);
		vlog->size = 0;
	}
}

void kfg_vlog_end(struct kfg_vlog *vlog)
{
	if (vlog->size) {
		vlog->line_no++;
		read_line(vlog);
		vlog->size = 0;
	}
	settle_reason(vlog);
	settle_call(vlog);
	settle_denied(vlog);
}
