/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog_internal.h - the state of a log that is being read; shared by the files of this room only. */
#pragma once

#include "analysis/explain/vlog.h"

#include <string.h>

/* POISON_CALL_KFUNC_BASE of libbpf 1.3 to 1.8 is 2002000000; the rest numbers the kfunc in the object. */
#define KFG_VLOG_POISON_UNIT 1000000
#define KFG_VLOG_POISON_KFUNC 2002
#define KFG_VLOG_CALLS 256u /* calls remembered, by instruction */

/* A kfunc call that was printed. Of no worth unless `log` is the number of the log at hand. */
struct kfg_vlog_call {
	unsigned log;
	long long insn;
	char name[KFG_VLOG_NAME_MAX];
	char place[KFG_VLOG_TEXT_MAX];
};

/* Sections of a report of the verifier since Linux 7.3 (kernel/bpf/diagnostics.c). */
enum kfg_vlog_report { KFG_REPORT_NONE, KFG_REPORT_OTHER, KFG_REPORT_REASON };

struct kfg_vlog {
	char line[KFG_VLOG_LINE_MAX];
	size_t size; /* of the line so far */
	size_t line_no;
	unsigned log; /* counts logs */
	bool inside; /* between the marks that libbpf puts around a log */

	/* the instruction printed last */
	long long insn; /* -1: none yet */
	bool is_kfunc_call;
	char name[KFG_VLOG_NAME_MAX]; /* what it calls; "": the log does not know */
	bool explained; /* a finding was made since */
	char said[KFG_VLOG_TEXT_MAX]; /* what the verifier said since, first line; "": nothing */
	size_t said_line;

	char prog[KFG_VLOG_NAME_MAX];
	char place[KFG_VLOG_TEXT_MAX];
	struct kfg_vlog_call calls[KFG_VLOG_CALLS];

	enum kfg_vlog_report report;
	char reason[KFG_VLOG_LINE_MAX]; /* the lines of its reason as one */
	size_t reason_size, reason_line;

	/* a load that failed with EACCES, of which nothing more was said yet */
	bool denied;
	char denied_message[KFG_VLOG_TEXT_MAX];
	size_t denied_line;

	struct kfg_vlog_finding findings[KFG_VLOG_FINDINGS_MAX];
	size_t n_findings, n_more;
};

static inline struct kfg_span kfg_span(const char *at, size_t n)
{
	return (struct kfg_span){ at, n };
}

/* Copies to buf of size bytes, NUL terminated; what does not fit and what follows a NUL is left out. */
static inline void kfg_span_copy(struct kfg_span s, char *buf, size_t size)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	n = n ? strnlen(s.at, n) : 0;
	if (n)
		memcpy(buf, s.at, n);
	buf[n] = '\0';
}

static inline const char *kfg_span_find(struct kfg_span s, const char *text)
{
	return memmem(s.at, s.n, text, strlen(text));
}

static inline bool kfg_span_starts(struct kfg_span s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.at, text, n) == 0;
}

/* vlog_line.c, all on lines without the blanks before them */

/* Takes notes of an instruction or a source line. False: it is neither. */
bool kfg_vlog_trace(struct kfg_vlog *v, struct kfg_span line);
/* Whether the verifier prints that on its way; else it may be a verdict. */
bool kfg_vlog_is_state(struct kfg_span line);
/* The kfunc called at that instruction of the log at hand, or NULL. */
const struct kfg_vlog_call *kfg_vlog_call_at(const struct kfg_vlog *v, long long insn);
/* The instruction printed last is no longer what is spoken of. */
void kfg_vlog_stop_trace(struct kfg_vlog *v);
/* Another load begins. */
void kfg_vlog_start_log(struct kfg_vlog *v);
