/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.c - see words.h and verdict.h. Program types are those of enum bpf_prog_type, named as
 * bpftool names them. */
#include "words.h"

#include "edit_distance.h"
#include "model.h"

#include "verdict.h"

#include <errno.h>
#include <kfgate/decide.h>
#include <linux/bpf.h>
#include <string.h>
#include <strings.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* One word for each value below max, so that a new value without a word does not build */
#define COMPLETE(items, max) _Static_assert(ARRAY_LEN(items) == (max), "a word for each value")
#define WORDS(name, max)                                                                                               \
	COMPLETE(name##_items, max);                                                                                   \
	const struct kfg_words name = { name##_items, ARRAY_LEN(name##_items) }

static const char *const kfg_action_words_items[] = {
	[KFG_ALLOW] = "allow",
	[KFG_AUDIT] = "audit",
	[KFG_WARN] = "warn",
	[KFG_REFUSE] = "refuse",
};
WORDS(kfg_action_words, KFG_ACTION_MAX);

static const char *const kfg_mode_words_items[] = {
	[KFG_MODE_ENFORCE] = "enforce",
	[KFG_MODE_AUDIT] = "audit",
	[KFG_MODE_SEALED] = "sealed",
};
WORDS(kfg_mode_words, KFG_MODE_MAX);

static const char *const kfg_scope_words_items[] = {
	[KFG_SCOPE_LIVE] = "live",
	[KFG_SCOPE_ANY] = "any",
};
WORDS(kfg_scope_words, KFG_SCOPE_MAX);

static const char *const kfg_present_words_items[] = {
	[KFG_PRESENT_REPORT] = "report",
	[KFG_PRESENT_REFUSE] = "refuse",
};
WORDS(kfg_present_words, KFG_PRESENT_MAX);

static const char *const kfg_guarding_words_items[] = {
	[KFG_GUARDING_AUTO] = "auto",
	[KFG_GUARDING_ON] = "on",
	[KFG_GUARDING_STRICT] = "strict",
	[KFG_GUARDING_OFF] = "off",
};
WORDS(kfg_guarding_words, KFG_GUARDING_MAX);

static const char *const kfg_on_stop_words_items[] = {
	[KFG_STOP_DETACH] = "detach",
	[KFG_STOP_KEEP] = "keep",
};
WORDS(kfg_on_stop_words, KFG_STOP_MAX);

static const char *const kfg_on_failure_words_items[] = {
	[KFG_FAILURE_OPEN] = "open",
	[KFG_FAILURE_CLOSED] = "closed",
};
WORDS(kfg_on_failure_words, KFG_FAILURE_MAX);

static const char *const kfg_without_words_items[] = {
	[KFG_WITHOUT_REFUSE_TO_START] = "refuse-to-start",
	[KFG_WITHOUT_AUDIT] = "audit",
	[KFG_WITHOUT_ENFORCE] = "enforce",
};
WORDS(kfg_without_words, KFG_WITHOUT_MAX);

static const char *const kfg_userns_words_items[] = {
	[KFG_USERNS_ANY] = "any",
	[KFG_USERNS_INIT] = "initial",
};
WORDS(kfg_userns_words, KFG_USERNS_MAX);

static const char *const kfg_token_words_items[] = {
	[KFG_TOKEN_ANY] = "any",
	[KFG_TOKEN_NO] = "false",
	[KFG_TOKEN_YES] = "true",
};
WORDS(kfg_token_words, KFG_TOKEN_MAX);

#define SIGNATURE(kind) [KFG_SIGNATURE_##kind - KFG_SIGNATURE_KINDS]
static const char *const kfg_signature_words_items[] = {
	SIGNATURE(NO) = "no",
	SIGNATURE(BUILTIN) = "builtin",
	SIGNATURE(SECONDARY) = "secondary",
	SIGNATURE(PLATFORM) = "platform",
};
WORDS(kfg_signature_words, 4);

static const char *const signed_by_words_items[] = {
	[KFG_SIGNED_BY_NOBODY] = "nobody",
	[KFG_SIGNED_BY_PROGRAM] = "program",
	[KFG_SIGNED_BY_LOADER] = "loader",
};
COMPLETE(signed_by_words_items, KFG_SIGNED_BY_MAX);
static const struct kfg_words signed_by_words = { signed_by_words_items, ARRAY_LEN(signed_by_words_items) };

static const char *const kfg_confidence_words_items[] = { "high", "medium", "low", "machine" };
WORDS(kfg_confidence_words, 4);

static const char *const kfg_setting_words_items[] = {
	[KFG_SETTING_NAME] = "name",
	[KFG_SETTING_SERIAL] = "serial",
	[KFG_SETTING_MODE] = "mode",
	[KFG_SETTING_SCOPE] = "scope",
	[KFG_SETTING_PRESENT] = "present",
	[KFG_SETTING_GUARD] = "guard",
	[KFG_SETTING_ON_STOP] = "on-stop",
	[KFG_SETTING_ON_FAILURE] = "on-failure",
	[KFG_SETTING_WITHOUT_LSM] = "without-bpf-lsm",
	[KFG_SETTING_ERRNO] = "errno",
	[KFG_SETTING_LIFECYCLE_MAX_AGE] = "lifecycle-max-age",
	[KFG_SETTING_UNLISTED] = "unlisted",
	[KFG_SETTING_DEPRECATED] = "deprecated",
	[KFG_SETTING_EXPIRED] = "expired",
	[KFG_SETTING_UNSCANNABLE] = "unscannable",
};
WORDS(kfg_setting_words, KFG_SETTING_MAX);

static const char *const reason_words_items[] = {
	[KFG_REASON_NONE] = "none",
	[KFG_REASON_RULE] = "rule",
	[KFG_REASON_UNLISTED] = "unlisted",
	[KFG_REASON_DEPRECATED] = "deprecated",
	[KFG_REASON_EXPIRED] = "expired",
	[KFG_REASON_WAIVED] = "waived",
	[KFG_REASON_SHORT_SCAN] = "short-scan",
	[KFG_REASON_MANY_KFUNCS] = "many-kfuncs",
	[KFG_REASON_TABLE_FULL] = "table-full",
	[KFG_REASON_WALK] = "walk",
	[KFG_REASON_NO_TABLE] = "no-table",
	[KFG_REASON_FOREIGN_FD] = "foreign-fd",
	[KFG_REASON_OVERRIDE] = "override",
};
COMPLETE(reason_words_items, KFG_REASON_MAX);
static const struct kfg_words reason_words = { reason_words_items, ARRAY_LEN(reason_words_items) };

/* include/uapi/linux/bpf.h, 6.1..7.3: none was added after BPF_PROG_TYPE_NETFILTER (6.4) */
#define PROG_TYPE_NETFILTER 32
static const char *const kfg_prog_type_words_items[] = {
	[BPF_PROG_TYPE_UNSPEC] = NULL, /* the kernel loads none of that type */
	[BPF_PROG_TYPE_SOCKET_FILTER] = "socket_filter",
	[BPF_PROG_TYPE_KPROBE] = "kprobe",
	[BPF_PROG_TYPE_SCHED_CLS] = "sched_cls",
	[BPF_PROG_TYPE_SCHED_ACT] = "sched_act",
	[BPF_PROG_TYPE_TRACEPOINT] = "tracepoint",
	[BPF_PROG_TYPE_XDP] = "xdp",
	[BPF_PROG_TYPE_PERF_EVENT] = "perf_event",
	[BPF_PROG_TYPE_CGROUP_SKB] = "cgroup_skb",
	[BPF_PROG_TYPE_CGROUP_SOCK] = "cgroup_sock",
	[BPF_PROG_TYPE_LWT_IN] = "lwt_in",
	[BPF_PROG_TYPE_LWT_OUT] = "lwt_out",
	[BPF_PROG_TYPE_LWT_XMIT] = "lwt_xmit",
	[BPF_PROG_TYPE_SOCK_OPS] = "sock_ops",
	[BPF_PROG_TYPE_SK_SKB] = "sk_skb",
	[BPF_PROG_TYPE_CGROUP_DEVICE] = "cgroup_device",
	[BPF_PROG_TYPE_SK_MSG] = "sk_msg",
	[BPF_PROG_TYPE_RAW_TRACEPOINT] = "raw_tracepoint",
	[BPF_PROG_TYPE_CGROUP_SOCK_ADDR] = "cgroup_sock_addr",
	[BPF_PROG_TYPE_LWT_SEG6LOCAL] = "lwt_seg6local",
	[BPF_PROG_TYPE_LIRC_MODE2] = "lirc_mode2",
	[BPF_PROG_TYPE_SK_REUSEPORT] = "sk_reuseport",
	[BPF_PROG_TYPE_FLOW_DISSECTOR] = "flow_dissector",
	[BPF_PROG_TYPE_CGROUP_SYSCTL] = "cgroup_sysctl",
	[BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE] = "raw_tracepoint_writable",
	[BPF_PROG_TYPE_CGROUP_SOCKOPT] = "cgroup_sockopt",
	[BPF_PROG_TYPE_TRACING] = "tracing",
	[BPF_PROG_TYPE_STRUCT_OPS] = "struct_ops",
	[BPF_PROG_TYPE_EXT] = "ext",
	[BPF_PROG_TYPE_LSM] = "lsm",
	[BPF_PROG_TYPE_SK_LOOKUP] = "sk_lookup",
	[BPF_PROG_TYPE_SYSCALL] = "syscall",
	[PROG_TYPE_NETFILTER] = "netfilter",
};
WORDS(kfg_prog_type_words, PROG_TYPE_NETFILTER + 1);

/* What a loader may be told. All of them mean "refused" or "cannot" to the libraries that load
 * programs. */
static const struct {
	const char *name;
	int number;
} errnos[] = {
	{ "EACCES", EACCES },
	{ "EPERM", EPERM },
	{ "EINVAL", EINVAL },
	{ "ENOSYS", ENOSYS },
	{ "ENOENT", ENOENT },
	{ "EBUSY", EBUSY },
	{ "ENOEXEC", ENOEXEC },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "EROFS", EROFS },
	{ "ECONNREFUSED", ECONNREFUSED },
	{ "EKEYREJECTED", EKEYREJECTED },
};

static const char *word(const struct kfg_words *words, unsigned i)
{
	return i < words->n && words->items[i] ? words->items[i] : "?";
}

const char *kfg_action_str(unsigned action)
{
	return word(&kfg_action_words, action);
}

const char *kfg_reason_str(unsigned reason)
{
	return word(&reason_words, reason);
}

const char *kfg_mode_str(unsigned mode)
{
	return word(&kfg_mode_words, mode);
}

const char *kfg_scope_str(unsigned scope)
{
	return word(&kfg_scope_words, scope);
}

const char *kfg_present_str(unsigned present)
{
	return word(&kfg_present_words, present);
}

const char *kfg_guarding_str(unsigned guarding)
{
	return word(&kfg_guarding_words, guarding);
}

const char *kfg_without_str(unsigned without)
{
	return word(&kfg_without_words, without);
}

const char *kfg_signed_by_str(unsigned signed_by)
{
	return word(&signed_by_words, signed_by);
}

const char *kfg_signature_str(uint32_t signature)
{
	if (!(signature & KFG_SIGNATURE_KINDS))
		return NULL;
	return word(&kfg_signature_words, signature - KFG_SIGNATURE_KINDS);
}

#define KEYRING_PREFIX "keyring:"
const char *kfg_signature_keyring(const char *text)
{
	size_t len = sizeof(KEYRING_PREFIX) - 1;

	return strncmp(text, KEYRING_PREFIX, len) ? NULL : text + len;
}

uint32_t kfg_signature_of_name(const char *keyring)
{
	uint32_t h = KFG_HASH_INIT;

	while (*keyring)
		h = kfg_hash_byte(h, (uint8_t)*keyring++);
	return (h & ~KFG_SIGNATURE_KINDS) | 1;
}

int kfg_signature_parse(const char *text, uint32_t *ret_signature)
{
	const char *keyring = kfg_signature_keyring(text);
	int i = kfg_words_find(&kfg_signature_words, text);

	if (i >= 0)
		*ret_signature = KFG_SIGNATURE_KINDS + (uint32_t)i;
	else if (keyring && *keyring && strlen(keyring) < KFG_KEYRING_LEN)
		*ret_signature = kfg_signature_of_name(keyring);
	else
		return -EINVAL;
	return 0;
}

const char *kfg_prog_type_str(unsigned type)
{
	return word(&kfg_prog_type_words, type);
}

int kfg_prog_type_parse(const char *text, uint32_t *ret_type)
{
	int i = kfg_words_find(&kfg_prog_type_words, text);

	if (i < 0)
		return -EINVAL;
	*ret_type = (uint32_t)i;
	return 0;
}

int kfg_errno_parse(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(errnos); i++)
		if (!strcmp(errnos[i].name, text))
			return errnos[i].number;
	return 0;
}

int kfg_words_find(const struct kfg_words *words, const char *text)
{
	for (size_t i = 0; i < words->n; i++)
		if (words->items[i] && !strcmp(words->items[i], text))
			return (int)i;
	return -1;
}

/* Words of other tools for the same thing */
static const char *const synonyms[][2] = {
	{ "deny", "refuse" },	   { "block", "refuse" },
	{ "reject", "refuse" },	   { "error", "refuse" },
	{ "permit", "allow" },	   { "accept", "allow" },
	{ "warning", "warn" },	   { "log", "audit" },
	{ "tc", "sched_cls" },	   { "classifier", "sched_cls" },
	{ "fentry", "tracing" },   { "fexit", "tracing" },
	{ "fmod_ret", "tracing" }, { "iter", "tracing" },
	{ "tp", "tracepoint" },	   { "raw_tp", "raw_tracepoint" },
	{ "kretprobe", "kprobe" }, { "uprobe", "kprobe" },
	{ "freplace", "ext" },	   { "socket", "socket_filter" },
	{ "permissive", "audit" }, { "enforcing", "enforce" },
	{ "dead", "any" },	   { "all", "any" },
};

static const char *synonym(const struct kfg_words *words, const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(synonyms); i++)
		if (!strcasecmp(synonyms[i][0], text) && kfg_words_find(words, synonyms[i][1]) >= 0)
			return synonyms[i][1];
	return NULL;
}

const char *kfg_words_nearest(const struct kfg_words *words, const char *text)
{
	static const char kernel_prefix[] = "BPF_PROG_TYPE_"; /* as enum bpf_prog_type has it */
	const char *found = synonym(words, text);
	unsigned best;
	size_t len;

	if (found)
		return found;
	if (words == &kfg_prog_type_words && !strncmp(text, kernel_prefix, sizeof(kernel_prefix) - 1))
		text += sizeof(kernel_prefix) - 1;
	len = strlen(text);
	best = len < 4 ? 2 : len < 8 ? 3 : 4; /* one, two or three edits off at most */
	for (size_t i = 0; i < words->n; i++) {
		const char *w = words->items[i];
		unsigned d = w ? kfg_edit_distance(w, text, true) : best;

		if (d < best && d < strlen(w ? w : "")) {
			best = d;
			found = w;
		}
	}
	return found;
}
