/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyring.c - see keyring.h. The system calls of keyctl(2), which the C library does not have. */
#include "gate/enforce/keyring.h"

#include "base/cleanup.h"

#include <errno.h>
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

/* NULL: it counts. */
static const char *examine(uint32_t serial, const struct description *d)
{
	if (d->uid)
		return "it is not owned by root";
	if (d->perm & MAY_CHANGE_ANY)
		return "somebody can still add keys to it (take \"write\" and \"setattr\" from all its permissions)";
	return examine_keys(serial);
}

static bool hold(uint32_t serial)
{
	return syscall(SYS_keyctl, KEYCTL_LINK, serial, KEY_SPEC_PROCESS_KEYRING) == 0;
}

/* One that is called so. */
static void consider(uint32_t serial, const struct description *d, struct kfg_gate_keyring *found, size_t *n)
{
	const char *why = examine(serial, d);

	if (why) {
		if (!*n)
			found->why = why;
		return;
	}
	found->serial = serial;
	++*n;
}

void kfg_gate_find_keyring(const char *name, struct kfg_gate_keyring *ret_found)
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
		if (sscanf(line, "%8" SCNx32 " ", &serial) == 1 && strstr(line, name) && describe(serial, &d) &&
		    !strcmp(d.type, "keyring") && !strcmp(d.name, name))
			consider(serial, &d, &found, &n);
	if (n > 1)
		found = (struct kfg_gate_keyring){ 0, "there are several" };
	else if (n == 1 && !hold(found.serial))
		found = (struct kfg_gate_keyring){ 0, "it cannot be held (root needs \"link\" among its permissions)" };
	*ret_found = found;
}
