/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog_internal.h - the state of a log that is being read; shared by the files of this room only. */
#pragma once

#include "analysis/explain/explain_release.h"
#include "analysis/explain/lines.h"
#include "analysis/explain/vlog.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* POISON_CALL_KFUNC_BASE of libbpf 1.2 to 1.8 is 2002000000; the rest numbers the kfunc in the object. */
#define KFG_VLOG_POISON_UNIT 1000000
#define KFG_VLOG_POISON_KFUNC 2002
/* kfuncCallPoisonBase of cilium/ebpf, 0xdedc0de */
#define KFG_VLOG_POISON_CILIUM 0xdedc0de
#define KFG_VLOG_CALLS 256u /* calls remembered, by instruction */
#define KFG_VLOG_WRAP_MAX 2048u /* bytes of a line that may go on in the next */
#define KFG_VLOG_WRAP_LINES 3u
#define KFG_VLOG_RESULTS 64u /* results remembered, by number */
#define KFG_VLOG_REGISTERS 11u
#define KFG_VLOG_REGIONS 3u
#define KFG_VLOG_PAST 3u
#define KFG_VLOG_MENTIONS 4u
#define KFG_VLOG_PROGRAMS 128u /* whose types are remembered */
#define KFG_VLOG_GIVENS (KFG_VLOG_REGISTERS + 64u) /* registers, then slots of the stack from fp-8 down */
#define KFG_VLOG_OBJECTS 16u
#define KFG_VLOG_ENDINGS 16u

/* A call that was printed, of a kfunc or a helper. Of no worth unless `log` is the number of the log at hand. */
struct kfg_vlog_call {
	unsigned log;
	long long insn;
	char name[KFG_VLOG_NAME_MAX]; /* of the kfunc; "": a helper */
	char type[KFG_VLOG_NAME_MAX]; /* of what bpf_kptr_xchg() returned; "": not said */
	char place[KFG_VLOG_TEXT_MAX];
};

/* The result of a call that may be NULL. Of no worth unless `log` is the number of the log at hand. */
struct kfg_vlog_result {
	unsigned log;
	long long id, insn; /* its number, and the call's */
	bool exchanges; /* it is bpf_kptr_xchg() */
	char name[KFG_VLOG_NAME_MAX]; /* the kfunc; "": a helper */
	char place[KFG_VLOG_TEXT_MAX];
};

/* What a register holds. */
struct kfg_vlog_value {
	enum kfg_vlog_passed passed;
	long long offset; /* into the struct; 0: none, or not said */
	char type[KFG_VLOG_NAME_MAX]; /* the struct or the map whose value it points to; "": neither */
	bool is_map_value;
	enum kfg_vlog_origin from;
	char from_name[KFG_VLOG_NAME_MAX];
	long long from_offset;
};

/* A program of an object. */
struct kfg_vlog_program {
	char name[KFG_VLOG_NAME_MAX];
	const char *type; /* as kfg_prog_type_str() has it */
};

/* What is open behind an instruction. Of no worth unless `log` is the number of the log at hand. */
struct kfg_vlog_branch {
	unsigned log;
	long long insn;
	uint8_t depth[KFG_VLOG_REGIONS];
};

/* Whose result a register or a slot of the stack holds. */
struct kfg_vlog_given {
	int call; /* the instruction that called the kfunc, and 1; 0: no kfunc's */
	int ended; /* the instruction that made it invalid, and 1; 0: none did */
	bool put; /* it is what that call put into a list or tree, and not its result */
};

struct kfg_vlog_givens {
	struct kfg_vlog_given all[KFG_VLOG_GIVENS];
};

/* What is held behind an instruction. Of no worth unless `log` is the number of the log at hand. */
struct kfg_vlog_given_branch {
	unsigned log;
	long long insn;
	struct kfg_vlog_givens given;
};

/* What made results invalid. Of no worth unless `log` is the number of the log at hand. */
struct kfg_vlog_ending {
	unsigned log;
	long long insn;
	char name[KFG_VLOG_NAME_MAX]; /* of what was called; "": the program wrote over the dynptr */
};

/* An iterator, a dynptr or a flag of interrupts on the stack, from its first byte to behind its last. */
struct kfg_vlog_object {
	long long from, to;
	char name[KFG_VLOG_NAME_MAX]; /* the kfunc that made it; "": there is none */
};

/* The memory that the instruction printed last reads or writes. */
struct kfg_vlog_access {
	bool is, stores, on_stack;
	unsigned reg;
	int bytes;
	long long at; /* on_stack: the offset there */
	struct kfg_vlog_given given; /* what the register held before */
};

/* Sections of a report of the verifier since Linux 7.3 (kernel/bpf/diagnostics.c). */
enum kfg_vlog_report { KFG_VLOG_REPORT_NONE, KFG_VLOG_REPORT_OTHER, KFG_VLOG_REPORT_REASON };

struct kfg_vlog {
	unsigned log; /* counts logs */
	bool inside; /* between the marks that libbpf puts around a log */
	bool failed; /* a loader said that it gave up */

	/* the instruction printed last */
	long long insn; /* -1: none yet */
	bool is_returned_call; /* the state of its result is printed, so the verifier took it */
	unsigned part; /* counts blank lines outside of libbpf's marks */
	bool is_cut_call; /* its line was broken behind "call" */
	bool is_kfunc_call;
	bool is_numbered_call; /* with a BTF id for which the kernel had no name */
	char name[KFG_VLOG_NAME_MAX]; /* what it calls; "": the log does not know */
	bool explained; /* a finding was made since */
	size_t alone; /* findings before the one that was made of words without instructions, and that one; 0: none */
	unsigned frame; /* of the function that the instruction is in; 0: the program itself */
	bool parted; /* a blank line was read since */
	char said[KFG_VLOG_TEXT_MAX]; /* what the verifier said since, first line; "": nothing */
	size_t said_line;

	/* the first call that libbpf marked as one that it could not bind */
	long long unbound_insn;
	size_t unbound_line; /* 0: none */
	char unbound_message[KFG_VLOG_TEXT_MAX];

	char prog[KFG_VLOG_NAME_MAX];
	char place[KFG_VLOG_TEXT_MAX];
	const char *type; /* of the program; NULL: neither a source line nor its section said so */
	struct kfg_vlog_call calls[KFG_VLOG_CALLS];

	/* vlog_result.c */
	struct kfg_vlog_result results[KFG_VLOG_RESULTS], called;
	bool result_awaited; /* the state of R0 behind the last call was not printed yet */
	long long register_ids[KFG_VLOG_REGISTERS]; /* which result that may be NULL each holds; 0: none */

	struct kfg_vlog_result drained; /* the call that found its iterator at the end */
	unsigned drained_registers; /* bits of those that hold its NULL */

	/* vlog_value.c */
	struct kfg_vlog_value values[KFG_VLOG_REGISTERS];
	unsigned values_end; /* bits of those that the call printed last ends */

	/* vlog_given.c */
	struct kfg_vlog_givens given;
	struct kfg_vlog_given_branch given_branches[KFG_VLOG_CALLS];
	struct kfg_vlog_ending endings[KFG_VLOG_ENDINGS];
	struct kfg_vlog_object objects[KFG_VLOG_OBJECTS];
	struct kfg_vlog_access accessed;
	int put; /* the last call that put an object into a list or tree, and 1; 0: none, or its lock was given back */
	long long rcu_left; /* the last bpf_rcu_read_unlock(); -1: none */
	bool stack_known[KFG_VLOG_REGISTERS]; /* the register points into the stack, there: */
	int stack_offset[KFG_VLOG_REGISTERS];

	/* vlog_argument.c */
	unsigned argument_registers; /* bits of those that hold an argument that is not trusted */
	unsigned argument_call; /* bits of those that the call printed last ends */
	int argument_load; /* the register that the last instruction loaded; -1: none */
	bool argument_said; /* that was an argument */

	/* vlog_region.c */
	uint8_t depth[KFG_VLOG_REGIONS]; /* how often each region is open */
	struct kfg_vlog_branch branches[KFG_VLOG_CALLS];

	enum kfg_vlog_report report;
	char reason[KFG_VLOG_WRAP_MAX]; /* the lines of its reason as one */
	size_t reason_size, reason_line;

	/* a line that was not understood, and may go on in the next */
	char held[KFG_VLOG_WRAP_MAX];
	size_t held_size, held_line;
	unsigned held_lines;
	bool held_concerns; /* it is about a kfunc in any case */

	/* a load that failed with EACCES, of which nothing more was said yet */
	bool denied;
	bool denied_verified; /* the verifier had no objection */
	bool objected; /* the verifier had one, outside of libbpf's marks, to a load of which nothing was said yet */
	char denied_message[KFG_VLOG_TEXT_MAX];
	char denied_prog[KFG_VLOG_NAME_MAX];
	size_t denied_line;

	struct kfg_vlog_finding circumstance; /* KFG_VLOG_NONE: none; the last one */
	bool went_on; /* a loader did more after that */
	bool other; /* a load failed for something that is no kfunc */
	bool bound; /* a loader found a kfunc that the object declares */

	/* vlog_beside.c */
	char inserted[KFG_VLOG_NAME_MAX]; /* the module that insmod could not insert */
	char built[KFG_VLOG_NAME_MAX]; /* the module that is being built */
	char without_vmlinux[KFG_VLOG_NAME_MAX]; /* the module that was built without it */
	bool more_without_vmlinux; /* others were, too */
	bool bad_btf; /* the kernel said what it does not like about a module's BTF */
	unsigned refused_calls; /* the log in which the JIT refused calls within the program; 0: none */
	size_t not_loaded_line; /* that says of a module that it is not loaded; 0: none */
	char space_message[KFG_VLOG_TEXT_MAX]; /* of the compiler, about address spaces */
	size_t space_line; /* 0: none, or a kfunc was found to it */
	struct {
		char name[KFG_VLOG_NAME_MAX];
		size_t line; /* 0: none */
	} mentions[KFG_VLOG_MENTIONS]; /* calls of kfuncs that people wrote, the last ones */
	size_t n_mentions;
	char past[KFG_VLOG_PAST][KFG_VLOG_TEXT_MAX]; /* the line at hand, and those before it */

	/* vlog_behind.c */
	char no_btf_message[KFG_VLOG_TEXT_MAX]; /* libbpf found no BTF of the kernel */
	size_t no_btf_line; /* 0: it does not say so */
	char cloned[KFG_VLOG_NAME_MAX]; /* the function that a compiler's clone was last seen of */
	size_t cloned_line; /* 0: none */
	char global[KFG_VLOG_NAME_MAX]; /* the last function that a table of symbols has itself */

	/* vlog_told.c */
	char returned_message[KFG_VLOG_TEXT_MAX]; /* "returned -22 from", before the name of what did */
	size_t returned_line; /* 0: none */
	char named[KFG_VLOG_NAME_MAX]; /* a kfunc that somebody spoke of as weak, or as poisoned */
	size_t named_line; /* 0: none */
	bool named_others; /* more than one, near to each other */
	bool told_lto; /* link time optimization was named */
	bool told_set8; /* the macros of sets that do not say that they are of kfuncs were named */

	/* vlog_section.c */
	struct kfg_vlog_program programs[KFG_VLOG_PROGRAMS];
	size_t n_programs; /* that were found; the last of them are kept */

	struct kfg_explain_release kernel;
	struct kfg_vlog_facts facts;
	struct kfg_vlog_finding findings[KFG_VLOG_FINDINGS_MAX];
	size_t n_findings, n_more;
	bool half; /* the last one's message may go on in the next line */
	size_t line_no; /* of the line at hand */
	struct kfg_lines lines;
};

/* Of a name in C. */
static inline bool kfg_span_is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static inline bool kfg_span_is_digit(char c)
{
	return isdigit((unsigned char)c);
}

static inline struct kfg_span kfg_span_of(const char *at, size_t n)
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
	memset(buf + n, 0, size - n);
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
/*
 * The second half of a call that mail broke: "NAME#NUMBER", and perhaps words of the verifier behind it, which are in
 * *ret_rest then. False: it is none.
 */
bool kfg_vlog_trace_end(struct kfg_vlog *v, struct kfg_span line, struct kfg_span *ret_rest);
/* Whether the verifier prints that on its way; else it may be a verdict. */
bool kfg_vlog_is_state(struct kfg_span line);
/* Whether somebody else speaks, or the verifier of something other than the instruction printed last. */
bool kfg_vlog_is_other(struct kfg_span line);
/* Whether it is the text of a program or of a test that holds a wording, so nobody said it. */
bool kfg_vlog_is_quoted(struct kfg_span line);
/* The call of bpf_kptr_xchg() at that instruction of the log at hand, if it is known what it returned; or NULL. */
const struct kfg_vlog_call *kfg_vlog_exchange_at(const struct kfg_vlog *v, long long insn);
/* The kfunc called at that instruction of the log at hand, or NULL. */
const struct kfg_vlog_call *kfg_vlog_call_at(const struct kfg_vlog *v, long long insn);
/* The instruction printed last is no longer what is spoken of. */
void kfg_vlog_stop_trace(struct kfg_vlog *v);
/*
 * A call that the verifier took, or of which it had its say before a blank line, is not what words behind are about: no
 * instruction is spoken of.
 */
void kfg_vlog_leave_call(struct kfg_vlog *v);
/* Another load begins. */
void kfg_vlog_start_log(struct kfg_vlog *v);

/* vlog_insn.c */

/* "bf) r6 = r0" */
bool kfg_vlog_insn_copies(struct kfg_span insn, unsigned *ret_to, unsigned *ret_from);
/* Bits of the registers that an instruction writes: "b7) r6 = 0", "b4) w6 = 0"; of a call r0 to r5, which it ends. */
unsigned kfg_vlog_insn_writes(struct kfg_span insn);

/* vlog_result.c */

/* A call was printed, of that kfunc; "": of a helper. */
void kfg_vlog_result_note_call(struct kfg_vlog *v, const char *kfunc);
/* Takes notes of an instruction, from its opcode on, and of the states of registers behind it. */
void kfg_vlog_result_note_insn(struct kfg_vlog *v, struct kfg_span insn);
/* Takes notes of states of registers that stand in a line. */
void kfg_vlog_result_note_states(struct kfg_vlog *v, struct kfg_span line);
/* The kfunc's result in a register ("R0"), where it may be NULL; else NULL. */
const struct kfg_vlog_result *kfg_vlog_result_in(const struct kfg_vlog *v, struct kfg_span arg);

/* The iterator's next whose NULL, of an iterator at its end, a register holds; else NULL. */
const struct kfg_vlog_result *kfg_vlog_result_drained_in(const struct kfg_vlog *v, struct kfg_span arg);

/* vlog_argument.c */

/* Takes notes of an instruction, from its opcode on. */
void kfg_vlog_argument_note_insn(struct kfg_vlog *v, struct kfg_span insn);
/* Takes notes of any line, also of one with an instruction. */
void kfg_vlog_argument_note_line(struct kfg_vlog *v, struct kfg_span line);
/* Whether a register ("R1") holds an argument of the program that the kernel does not vouch for. */
bool kfg_vlog_argument_in(const struct kfg_vlog *v, const char *arg);

/* vlog_value.c */

/* Takes notes of an instruction, from its opcode on. */
void kfg_vlog_value_note_insn(struct kfg_vlog *v, struct kfg_span insn);
/* The state of a register was printed. */
void kfg_vlog_value_note_state(struct kfg_vlog *v, unsigned reg, struct kfg_span text);
/* What follows is about another path, or another program. */
void kfg_vlog_value_forget(struct kfg_vlog *v);
/* What the argument that a finding is about holds, and where that is from. */
void kfg_vlog_value_tell(const struct kfg_vlog *v, struct kfg_vlog_finding *f);

/* vlog_given.c */

/* Takes notes of an instruction, from its opcode on, before the states behind it. */
void kfg_vlog_given_note_insn(struct kfg_vlog *v, struct kfg_span insn);
/* Takes notes of a line about the verifier's way, before the states in it. */
void kfg_vlog_given_note_line(struct kfg_vlog *v, struct kfg_span line);
/* The state of a register was printed. */
void kfg_vlog_given_note_state(struct kfg_vlog *v, unsigned reg, struct kfg_span value);
/* What follows is about another program. */
void kfg_vlog_given_forget(struct kfg_vlog *v);
/*
 * Whose memory a message about a load, a store or a helper is about, of that register where it names one. False: no
 * kfunc's, or the message does not fit what is known of it.
 */
bool kfg_vlog_given_tell(const struct kfg_vlog *v, struct kfg_span line, struct kfg_span arg,
			 struct kfg_vlog_finding *f);

/* vlog_region.c */

/* The instruction printed last was printed. */
void kfg_vlog_region_note_insn(struct kfg_vlog *v);
/* It calls a kfunc. */
void kfg_vlog_region_note_call(struct kfg_vlog *v);
/* Takes notes of a line about the verifier's way. */
void kfg_vlog_region_note_state(struct kfg_vlog *v, struct kfg_span line);
/* The kfunc that opened a region that is open; NULL: none is, as far as the log says. */
const char *kfg_vlog_region_open(const struct kfg_vlog *v);

/* vlog_kept.c */

/* What is known of where a finding was made. */
struct kfg_vlog_finding kfg_vlog_finding_start(const struct kfg_vlog *v, enum kfg_vlog_kind kind);
/* An instruction follows: what was said before the first one is of no call. */
void kfg_vlog_finding_take_back(struct kfg_vlog *v);
/* Keeps a finding, or what is new in it where it was made before. */
void kfg_vlog_finding_add(struct kfg_vlog *v, const struct kfg_vlog_finding *finding);
/* What the last finding lacks, and this one, of the same call, says. */
void kfg_vlog_finding_add_to_last(struct kfg_vlog *v, const struct kfg_vlog_finding *finding);
/* libbpf binds kfuncs before it loads a program, so what was read of one before does not belong there. */
void kfg_vlog_finding_drop_program(struct kfg_vlog_finding *finding);
/* Puts findings of one cause into groups, at last. */
void kfg_vlog_finding_group(struct kfg_vlog *v);
/* Takes the finding at i out of those that are kept. */
void kfg_vlog_finding_remove(struct kfg_vlog *v, size_t i);

/* vlog_beside.c */

/* Takes notes of any line but the verifier's reports, before it is looked up. */
void kfg_vlog_beside_note(struct kfg_vlog *v, struct kfg_span line);
/* Takes notes of a line that is in no table: which module is being loaded. */
void kfg_vlog_beside_loading(struct kfg_vlog *v, struct kfg_span line);
/* What lines before say of a finding that was made of this line. */
void kfg_vlog_beside_tell(const struct kfg_vlog *v, struct kfg_span line, struct kfg_vlog_finding *f);
/* After the end: what other lines say of findings. */
void kfg_vlog_beside_conclude(struct kfg_vlog *v);

/* vlog_behind.c */

/* Takes notes of any line but the verifier's reports, before it is looked up. */
void kfg_vlog_behind_note(struct kfg_vlog *v, struct kfg_span line);
/* After the end, before findings are sorted: what failed behind others. */
void kfg_vlog_behind_conclude(struct kfg_vlog *v);

/* vlog_told.c */

/* Takes notes of any line, before it is looked up: which kfunc it speaks of as poisoned, or weak. */
void kfg_vlog_told_named(struct kfg_vlog *v, struct kfg_span line);
/* Takes notes of a line that is in no table. */
void kfg_vlog_told_note(struct kfg_vlog *v, struct kfg_span line);

/* vlog_section.c */

/* Takes notes of a line of libbpf about a program that it found in an object. */
void kfg_vlog_section_note(struct kfg_vlog *v, struct kfg_span line);
/* Of which type that program is; NULL: not said. */
const char *kfg_vlog_section_type(const struct kfg_vlog *v, const char *prog);

/* vlog_finding.c */

/* What its message says beyond the wording. */
void kfg_vlog_finding_refine(struct kfg_vlog_finding *finding);
/* What its message, a line of libbpf that broke off, says as far as it goes. */
void kfg_vlog_finding_cut(struct kfg_vlog_finding *finding);
/* What a wording says of a line, or of two that are one. boundary: it has to begin before and end behind; 0:
 * anywhere. */
bool kfg_vlog_look_up(struct kfg_vlog *v, struct kfg_span line, size_t boundary);
/* After the end: circumstances become causes or nothing. */
void kfg_vlog_conclude(struct kfg_vlog *v);
