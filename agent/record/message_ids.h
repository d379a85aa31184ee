/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message_ids.h - one MESSAGE_ID (sd_journal_print(3)) per kind of record, with its word
 * (KFGATE_KIND) and its usual priority. An ID never changes its meaning.
 * packaging/catalog/kfgate.catalog explains each.
 *
 * Prefix: kfg_message.
 */
#pragma once

#include <syslog.h>

/* X(enumerator, word, priority, id) */
#define KFG_MESSAGES(X)                                                                                                \
	X(REFUSED, "refused", LOG_ERR, "b6a967b7927f45bbbf00fecec511cfb3")                                             \
	X(WOULD_REFUSE, "would-refuse", LOG_WARNING, "932bb4e6683a4fb18c1afcddd99d4b7b")                               \
	X(WARNED, "warned", LOG_WARNING, "59aac7cb383746049458bfe9c34d69ac")                                           \
	X(AUDITED, "audited", LOG_NOTICE, "321f382102b647038d1eaae6af2b71b8")                                          \
	X(PRESENT, "present", LOG_WARNING, "0926fe9daa7c40c8a72183c597a5159d")                                         \
	X(EVENTS_LOST, "events-lost", LOG_WARNING, "68c27180ad1847139fed0e24fc56df76")                                 \
	X(RECORDS_DROPPED, "records-dropped", LOG_WARNING, "234db4d6912348958f83a318e9ab32b3")                         \
	X(STARTED, "started", LOG_NOTICE, "2a37e9b9b8974c3e9835b513ad29fd20")                                          \
	X(STOPPED, "stopped", LOG_NOTICE, "211bdcdb7a1f403c88371aae148c4705")                                          \
	X(POLICY_LOADED, "policy-loaded", LOG_NOTICE, "96bafbb6e8d44090aff0cd07be4f2ab9")                              \
	X(POLICY_REJECTED, "policy-rejected", LOG_ERR, "2340c1a9f0874fe7b440b2ac571bc321")                             \
	X(UNPROVEN, "unproven", LOG_CRIT, "8bd74aabf0d949ed91a2bad83e6971a6")                                          \
	X(KEPT, "kept", LOG_NOTICE, "5e8d86dc54d4463bb085240049367a05")                                                \
	X(CLOSED, "closed", LOG_CRIT, "30e17df08d884889943ff69f7165172e")                                              \
	X(SWEPT, "swept", LOG_INFO, "8d9ff4a7fe2c49c3bd72222860a41ccf")                                                \
	X(TAMPERING, "tampering", LOG_ALERT, "0ccf4b1b27d44030976c968d5b478dbf")                                       \
	X(OVERRIDE, "override", LOG_ALERT, "a159f8d7fd4447dbbe6022193e8224b4")                                         \
	X(LIFECYCLE_OLD, "lifecycle-old", LOG_WARNING, "ae444994bf6f4ebc943abc495454daf4")                             \
	X(LISTING, "listing", LOG_INFO, "781fbed959fe46d9afd6d150f285108e")                                            \
	X(MANAGER, "manager", LOG_INFO, "f844a132b830414180fc1e599a6e71d4")                                            \
	X(MISSED, "missed", LOG_ALERT, "a87e4f3e3e41451b8099e2c3aed37fe9")

enum kfg_message {
#define KFG_MESSAGE_ENUM(name, word, priority, id) KFG_MESSAGE_##name,
	KFG_MESSAGES(KFG_MESSAGE_ENUM)
#undef KFG_MESSAGE_ENUM
		KFG_MESSAGE_MAX
};

struct kfg_message_kind {
	const char *word;
	const char *id; /* 32 lower-case hexadecimal digits */
	int priority;
};

/* Defined in record.c; one entry per enum kfg_message. */
extern const struct kfg_message_kind kfg_message_kinds[KFG_MESSAGE_MAX];
