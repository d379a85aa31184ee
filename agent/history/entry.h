/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.h - one record of kfgate, read back from a journal, as one flat checked struct. Fields are
 * those of kfgate-events(7) and the trusted ones of systemd.journal-fields(7). Any process may
 * write KFGATE_* fields of its own, so a record counts only if its trusted fields are the agent's.
 *
 * Fields of one name that comes several times have no order in a journal file (journald sorts them
 * by their place on disk), so what belongs together is taken from KFGATE_DETAIL alone.
 */
#pragma once

#include "record/message_ids.h"
#include <kfgate/abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_ENTRY_TEXT (16u * 1024) /* all texts of a record; a longer one is malformed */
#define KFG_ENTRY_DECISIONS 5u /* kinds up to KFG_MESSAGE_PRESENT are decisions */

/* A kfunc with a finding. Strings are "" where the record does not say. */
struct kfg_entry_kfunc {
	const char *name; /* "name" or "name [module]" */
	const char *rule, *waiver, *replacement;
	enum kfg_action action;
	enum kfg_reason reason;
	int32_t deadline; /* KFG_DAY_MAX: none */
	bool live;
};

/* Strings are never NULL, "" where the record does not say; they are clean as base/text.h has it. */
struct kfg_entry {
	enum kfg_message kind;
	uint64_t time_usec; /* CLOCK_REALTIME */
	const char *host, *machine; /* _HOSTNAME, _MACHINE_ID */
	const char *prog, *unit, *exe, *cgroup, *comm;
	const char *signature; /* "no", or by which keyring the program was verified: KFGATE_KEYRING */
	const char *rule, *policy, *release;
	const char *deprecated_in, *removed_in, *replacement; /* of the kfunc that decided */
	const char *waivers[KFG_EVENT_KFUNCS]; /* at work on any kfunc of the load */
	size_t n_waivers;
	int32_t waiver_until; /* of the waiver, where there is one only; KFG_DAY_MAX: not known */
	enum kfg_action action; /* decisions only */
	enum kfg_reason reason; /* decisions only */
	uint32_t prog_type; /* enum bpf_prog_type; UINT32_MAX: not given */
	uint32_t uid; /* of the loader, or who tampered; UINT32_MAX: not given */
	bool loader_known, initial, token;
	const char *attempt, *exe_name; /* tampering only: KFGATE_ATTEMPT, KFGATE_EXE_NAME */
	uint64_t suppressed; /* KFGATE_UNTOLD: attempts that were left out before this one */
	uint64_t count; /* KFGATE_COUNT */
	uint64_t more; /* KFGATE_MORE */
	struct kfg_entry_kfunc kfuncs[KFG_EVENT_KFUNCS];
	size_t n_kfuncs;
	size_t worst; /* index of the kfunc that decided; n_kfuncs: none did */

	/* while it is read */
	const char *message_id, *sender_uid, *sender_unit;
	const char *loader_uid, *type, *action_word, *reason_word, *userns, *token_word, *count_text, *signed_word;
	const char *more_text, *until_text, *suppressed_text, *pid;
	bool broken;
	size_t used;
	char text[KFG_ENTRY_TEXT];
};

enum kfg_entry_class {
	KFG_ENTRY_GATE, /* a record of the agent */
	KFG_ENTRY_FOREIGN, /* somebody else's: looks like a record, and is not from the agent */
	KFG_ENTRY_MALFORMED, /* from the agent, or who has its unit, and not understood */
};

/* Starts a record that was written at that time. */
void kfg_entry_begin(struct kfg_entry *entry, uint64_t time_usec);
/* Adds one field, "NAME=value" of size bytes, any bytes; those not wanted are passed over. */
void kfg_entry_field(struct kfg_entry *entry, const void *data, size_t size);

enum kfg_entry_wants {
	KFG_ENTRY_UNWANTED,
	KFG_ENTRY_ONE, /* a field of which a record has one */
	KFG_ENTRY_SEVERAL,
};

/* Whether a field of that name is looked at. */
enum kfg_entry_wants kfg_entry_wants(const char *name, size_t len);
/* Adds one field, as kfg_entry_field() does. value NULL: there was one that could not be read. */
void kfg_entry_value(struct kfg_entry *entry, const char *name, const char *value, size_t size);
/*
 * All fields were added: checks them and fills in what is made of several. unit: of the service whose records
 * count, written by root (_SYSTEMD_UNIT, _UID). Only after KFG_ENTRY_GATE the struct holds a record.
 */
enum kfg_entry_class kfg_entry_end(struct kfg_entry *entry, const char *unit);
