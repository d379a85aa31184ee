/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyring.c - see keyring.h. The system calls of keyctl(2), which the C library does not have. */
#include "gate/enforce/keyring.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "gate/enforce/gate_internal.h"

#include <bpf/bpf.h>
#include <inttypes.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEYS_FILE "/proc/keys"
#define KEYS_MAX 1024u /* in one keyring */
#define DESCRIPTION_MAX 4096u /* KEY_MAX_DESC_SIZE (security/keys/keyctl.c, 6.1..7.3), and the fields before it */
#define MAY_CHANGE                                                                                                     \
	0x24u /* KEY_OTH_WRITE, KEY_OTH_SETATTR (include/linux/key.h); the others are shifted by 8 bits each */
#define MAY_CHANGE_ANY (MAY_CHANGE | MAY_CHANGE << 8 | MAY_CHANGE << 16 | MAY_CHANGE << 24)

struct description {
	char text[DESCRIPTION_MAX + 64];
	const char *type, *name; /* in text */
	unsigned uid, perm;
};

/* "type;uid;gid;perm;description" (keyctl_describe_key()); false: it is not for us to see. */
static bool describe(uint32_t serial, struct description *d)
{
	long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, serial, d->text, sizeof(d->text));
	char *at = d->text, *fields[5];

	if (n <= 0 || (size_t)n > sizeof(d->text))
		return false;
	for (size_t i = 0; i < 5; i++) {
		fields[i] = i < 4 ? strsep(&at, ";") : at;
		if (!fields[i])
			return false;
	}
	d->type = fields[0];
	d->name = fields[4];
	d->uid = (unsigned)strtoul(fields[1], NULL, 10);
	d->perm = (unsigned)strtoul(fields[3], NULL, 16);
	return true;
}

/* NULL, or what else it holds than certificates. */
static const char *examine_keys(uint32_t keyring)
{
	_cleanup_free_ uint32_t *keys = calloc(KEYS_MAX, sizeof(*keys));
	struct description d;
	long n;

	if (!keys)
		return "there is no memory to read it";
	n = syscall(SYS_keyctl, KEYCTL_READ, keyring, keys, KEYS_MAX * sizeof(*keys));
	if (n < 0 || (size_t)n > KEYS_MAX * sizeof(*keys))
		return n < 0 ? "root may not read it" : "it holds too many keys";
	for (size_t i = 0; i < (size_t)n / sizeof(*keys); i++)
		if (!describe(keys[i], &d) || strcmp(d.type, "asymmetric") != 0)
			return "it holds something else than certificates that root may view";
	return NULL;
}

/* NULL: it counts, if its keys do. */
static const char *examine(const struct description *d)
{
	if (d->uid)
		return "it is not owned by root";
	if (d->perm & MAY_CHANGE_ANY)
		return "somebody can still add keys to it (take \"write\" and \"setattr\" from all its permissions)";
	return NULL;
}

static bool is_called(uint32_t serial, const char *name, struct description *d)
{
	return describe(serial, d) && !strcmp(d->type, "keyring") && !strcmp(d->name, name);
}

/*
 * A link to it would not do: whoever may search a keyring can invalidate it (keyctl_invalidate(3)), and then the kernel
 * takes all links to it away, and gives its number away. What a keyring is restricted by stays (struct key_restriction,
 * include/linux/key.h, 6.1..7.3). So each is held by a keyring of the agent's own, of which others may see that it is
 * there.
 */
static bool hold(uint32_t serial)
{
	char name[sizeof("kfgate:") + 16], what[sizeof("key_or_keyring:") + 16];
	long holder;

	(void)snprintf(name, sizeof(name), "kfgate:%" PRIu32, serial);
	(void)snprintf(what, sizeof(what), "key_or_keyring:%" PRIu32, serial);
	if (syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING, "keyring", name, 0) >= 0)
		return true;
	holder = syscall(SYS_add_key, "keyring", name, NULL, 0, KEY_SPEC_PROCESS_KEYRING);
	if (holder < 0)
		return false;
	if (!syscall(SYS_keyctl, KEYCTL_RESTRICT_KEYRING, holder, "asymmetric", what))
		return true;
	(void)syscall(SYS_keyctl, KEYCTL_UNLINK, holder, KEY_SPEC_PROCESS_KEYRING);
	return false;
}

/* The name as a key of kfg_keyrings. */
struct name {
	char text[KFG_KEYRING_LEN];
};

static struct name key_of(const char *name)
{
	struct name key = { "" };

	memcpy(key.text, name, strnlen(name, sizeof(key.text) - 1));
	return key;
}

/* What the name meant before, to this agent or to one whose gate it took over; 0: nothing. */
static uint32_t recall(const struct kfg_gate *gate, const char *name)
{
	const struct name key = key_of(name);
	__u32 serial = 0;

	(void)bpf_map_lookup_elem(kfg_gate_keyrings_fd(gate), &key, &serial);
	return serial;
}

static bool remember(const struct kfg_gate *gate, const char *name, __u32 serial)
{
	const struct name key = key_of(name);

	return !bpf_map_update_elem(kfg_gate_keyrings_fd(gate), &key, &serial, BPF_ANY);
}

/* One that is called so, and was not meant before: the name is whose it is first. */
static void consider(uint32_t serial, const struct description *d, struct kfg_gate_keyring *found, size_t *n)
{
	const char *why = examine(d);

	if (!why)
		why = examine_keys(serial);
	if (why) {
		if (!*n)
			found->why = why;
		return;
	}
	found->serial = serial;
	++*n;
}

static struct kfg_gate_keyring search(const char *name)
{
	struct kfg_gate_keyring found = { 0, "there is none that root may view" };
	_cleanup_fclose_ FILE *f = fopen(KEYS_FILE, "re");
	_cleanup_free_ char *line = NULL;
	struct description d;
	size_t size = 0, n = 0;
	uint32_t serial;

	if (!f)
		found.why = "the kernel's keys cannot be listed";
	/* a description may hold line breaks, and so make up lines: each is asked of the kernel again */
	while (f && getline(&line, &size, f) > 0)
		if (sscanf(line, "%8" SCNx32 " ", &serial) == 1 && strstr(line, name) && is_called(serial, name, &d))
			consider(serial, &d, &found, &n);
	return n > 1 ? (struct kfg_gate_keyring){ 0, "there are several" } : found;
}

/* What it holds was seen when it was meant first, and cannot have got more since. */
static struct kfg_gate_keyring look_again(uint32_t serial, const char *name)
{
	struct description d;

	if (is_called(serial, name, &d) && !examine(&d))
		return (struct kfg_gate_keyring){ serial, NULL };
	return (struct kfg_gate_keyring){
		0, "the one that it meant before is gone, and it means no other one while a gate is in force"
	};
}

void kfg_gate_find_keyring(const struct kfg_gate *gate, const char *name, struct kfg_gate_keyring *ret_found)
{
	KFG_CAPS_RAISED;
	uint32_t before = recall(gate, name);
	struct kfg_gate_keyring found = before ? look_again(before, name) : search(name);

	if (found.serial && !hold(found.serial))
		found = (struct kfg_gate_keyring){ 0, "it cannot be held" };
	if (found.serial && !before && !remember(gate, name, found.serial))
		found = (struct kfg_gate_keyring){ 0, "there is no room to remember it" };
	*ret_found = found;
}
