/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which keyring a name means, by a kernel that the test stands in for: its list, keyctl(2) and the gate's map. */
#include "cmocka_all.h"
#include "gate/enforce/gate_internal.h"
#include "gate/enforce/keyring.h"
#include "scratch_dir.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define CLOSED 0x1b1b1b1bu /* view, read, search and link for all; no "write", no "setattr" */

struct key {
	uint32_t serial;
	const char *type, *name;
	unsigned uid, perm;
	uint32_t members[2]; /* of a keyring; UINT32_MAX: it cannot be read, behind another: it is too long */
};
static const struct key *keys;
static size_t n_keys;
static char held[256]; /* what the agent made keyrings of its own for */
static int hold_error, restrict_error, room_error;
static struct {
	char name[KFG_KEYRING_LEN];
	uint32_t serial;
} meant;

static const struct key *find(uint32_t serial)
{
	for (size_t i = 0; i < n_keys; i++)
		if (keys[i].serial == serial)
			return &keys[i];
	return NULL;
}

static long fail_with(int error)
{
	errno = error;
	return -1;
}

static long describe(uint32_t serial, char *buf, size_t size)
{
	const struct key *key = find(serial);

	if (!key)
		return fail_with(ENOKEY);
	return 1 + snprintf(buf, size, "%s;%u;0;%08x;%s", key->type, key->uid, key->perm, key->name);
}

static long read_keys(uint32_t serial, uint32_t *to)
{
	const struct key *key = find(serial);
	long n = 0;

	if (!key || key->members[0] == UINT32_MAX)
		return fail_with(key ? EACCES : ENOKEY);
	for (size_t i = 0; i < 2 && key->members[i]; i++, n++)
		to[i] = key->members[i];
	return key->members[1] == UINT32_MAX ? 1 << 20 : n * (long)sizeof(*to);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_add_key) {
		if (hold_error)
			return fail_with(hold_error);
		strncat(held, (const char *)b, sizeof(held) - strlen(held) - 1);
		return 4242;
	}
	if (number != SYS_keyctl)
		return __real_syscall(number, a, b, c, d, e, f);
	switch (a) {
	case KEYCTL_DESCRIBE:
		return describe((uint32_t)b, (char *)c, (size_t)d);
	case KEYCTL_READ:
		return read_keys((uint32_t)b, (uint32_t *)c);
	case KEYCTL_SEARCH:
		return strstr(held, (const char *)d) ? 4242 : fail_with(ENOKEY);
	case KEYCTL_RESTRICT_KEYRING:
		assert_int_equal(b, 4242);
		assert_string_equal((const char *)c, "asymmetric");
		strcat(strcat(held, " by "), (const char *)d);
		return restrict_error ? fail_with(restrict_error) : 0;
	case KEYCTL_UNLINK:
		held[0] = '\0';
		return 0;
	}
	return fail_with(EOPNOTSUPP);
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	return __real_fopen(strcmp(path, "/proc/keys") == 0 ? scratch_path("keys") : path, mode);
}

int kfg_gate_keyrings_fd(const struct kfg_gate *gate)
{
	(void)gate;
	return 77;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	assert_int_equal(fd, 77);
	if (!meant.serial || memcmp(key, meant.name, sizeof(meant.name)) != 0)
		return -ENOENT;
	memcpy(value, &meant.serial, sizeof(meant.serial));
	return 0;
}

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	assert_int_equal(fd, 77);
	assert_int_equal(flags, BPF_ANY);
	if (room_error)
		return -room_error;
	memcpy(meant.name, key, sizeof(meant.name));
	memcpy(&meant.serial, value, sizeof(meant.serial));
	return 0;
}

/* The kernel's list of them, as /proc/keys shows it; line breaks in a name and all. */
static void list(const struct key *all, size_t n)
{
	char text[4096] = "";

	keys = all;
	n_keys = n;
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%08x I------     1 perm %08x %5u     0 %-9.9s %s: 1\n", all[i].serial, all[i].perm,
			 all[i].uid, all[i].type, all[i].name);
	scratch_write("keys", text);
}
#define LIST(...)                                                                                                      \
	static const struct key all[] = { __VA_ARGS__ };                                                               \
	list(all, sizeof(all) / sizeof(all[0]))

static struct kfg_gate_keyring look(const char *name)
{
	struct kfg_gate_keyring found;

	kfg_gate_find_keyring(NULL, name, &found);
	assert_true(found.serial || found.why);
	return found;
}

static int forget(void **state)
{
	if (scratch_setup(state))
		return -1;
	held[0] = '\0';
	memset(&meant, 0, sizeof(meant));
	hold_error = restrict_error = room_error = 0;
	return 0;
}

#define CERTIFICATE                                                                                                    \
	{                                                                                                              \
		.serial = 0x10, .type = "asymmetric", .name = "a: b", .perm = CLOSED                                   \
	}
#define RING_CALLED(name_, serial_, uid_, perm_, ...)                                                                  \
	{                                                                                                              \
		.serial = serial_, .type = "keyring", .name = name_, .uid = uid_, .perm = perm_, .members = {          \
			__VA_ARGS__                                                                                    \
		}                                                                                                      \
	}
#define RING(serial, uid, perm, ...) RING_CALLED("ours", serial, uid, perm, __VA_ARGS__)
#define GOOD(serial) RING(serial, 0, CLOSED, 0x10)

static void test_counts(void **state)
{
	(void)state;
	LIST(CERTIFICATE, GOOD(0x2a));
	assert_int_equal(look("ours").serial, 0x2a);
	assert_string_equal(held, "kfgate:42 by key_or_keyring:42");
	assert_int_equal(meant.serial, 0x2a);
	assert_string_equal(meant.name, "ours");
	assert_int_equal(look("ours").serial, 0x2a); /* held once */
	assert_string_equal(held, "kfgate:42 by key_or_keyring:42");
}

static void test_none(void **state)
{
	(void)state;
	LIST(CERTIFICATE, GOOD(0x2a));
	assert_string_equal(look("our").why, "there is none that root may view");
	assert_string_equal(look("a: b").why, "there is none that root may view"); /* no keyring */
	scratch_write("keys", "");
	assert_string_equal(look("ours").why, "there is none that root may view");
	assert_string_equal(held, "");
}

static void test_cannot_be_listed(void **state)
{
	(void)state;
	unlink(scratch_path("keys"));
	assert_string_equal(look("ours").why, "the kernel's keys cannot be listed");
}

/* A name with line breaks makes lines of its own: that of another keyring's number, and none. */
static void test_made_up_line(void **state)
{
	(void)state;
	LIST(CERTIFICATE,
	     RING_CALLED("x\n0000002a I--- 1 perm 1b1b1b1b 0 0 keyring ours: 1", 0x30, 1000, CLOSED, 0x10));
	assert_string_equal(look("ours").why, "there is none that root may view");
}

static void test_owner(void **state)
{
	(void)state;
	LIST(CERTIFICATE, RING(0x2a, 1000, CLOSED, 0x10));
	assert_string_equal(look("ours").why, "it is not owned by root");
}

static void test_permissions(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 32; shift += 8)
		for (unsigned bit = 0x04; bit <= 0x20; bit *= 8) { /* "write" and "setattr" */
			const struct key all[] = { CERTIFICATE, RING(0x2a, 0, bit << shift, 0x10) };

			list(all, 2);
			assert_non_null(strstr(look("ours").why, "somebody can still add keys to it"));
		}
	LIST(CERTIFICATE, GOOD(0x2a));
	assert_int_equal(look("ours").serial, 0x2a);
}

static void test_content(void **state)
{
	(void)state;
	{
		LIST(CERTIFICATE, RING(0x2a, 0, CLOSED, 0x10, 0x11), { .serial = 0x11, .type = "user", .name = "x" });
		assert_non_null(strstr(look("ours").why, "something else than certificates"));
	}
	{
		LIST(RING(0x2a, 0, CLOSED, 0x2b), RING_CALLED("inner", 0x2b, 0, CLOSED, 0x10), CERTIFICATE);
		assert_non_null(strstr(look("ours").why, "something else than certificates")); /* it is searched, too */
	}
	{
		LIST(GOOD(0x2a)); /* its key is not for root to see */
		assert_non_null(strstr(look("ours").why, "something else than certificates"));
	}
	{
		LIST(CERTIFICATE, RING(0x2a, 0, CLOSED, UINT32_MAX));
		assert_string_equal(look("ours").why, "root may not read it");
	}
	{
		LIST(CERTIFICATE, RING(0x2a, 0, CLOSED, 0x10, UINT32_MAX));
		assert_string_equal(look("ours").why, "it holds too many keys");
	}
}

static void test_several(void **state)
{
	(void)state;
	{
		LIST(CERTIFICATE, GOOD(0x2a), GOOD(0x2b));
		assert_string_equal(look("ours").why, "there are several");
		assert_string_equal(held, "");
	}
	{
		LIST(CERTIFICATE, RING(0x2a, 1000, CLOSED, 0x10), GOOD(0x2b), RING(0x2c, 0, 0x3f, 0x10));
		assert_int_equal(look("ours").serial, 0x2b); /* of which all is true */
	}
}

/* The name means what it meant first, or none. */
static void test_meant_before(void **state)
{
	(void)state;
	{
		LIST(CERTIFICATE, GOOD(0x2a));
		assert_int_equal(look("ours").serial, 0x2a);
	}
	{
		LIST(CERTIFICATE, GOOD(0x2b));
		assert_non_null(strstr(look("ours").why, "the one that it meant before is gone"));
		assert_int_equal(meant.serial, 0x2a);
	}
	{
		LIST(CERTIFICATE, GOOD(0x2a), GOOD(0x2b));
		assert_int_equal(look("ours").serial, 0x2a);
	}
	{
		LIST(CERTIFICATE, RING(0x2a, 0, 0x3f3f0000, 0x10));
		assert_non_null(strstr(look("ours").why, "the one that it meant before is gone"));
	}
}

static void test_cannot_be_held(void **state)
{
	(void)state;
	LIST(CERTIFICATE, GOOD(0x2a));
	hold_error = EDQUOT;
	assert_string_equal(look("ours").why, "it cannot be held");
	hold_error = 0;
	restrict_error = EOPNOTSUPP;
	assert_string_equal(look("ours").why, "it cannot be held");
	assert_string_equal(held, ""); /* what holds nothing is let go */
	assert_int_equal(meant.serial, 0);
	restrict_error = 0;
	room_error = E2BIG;
	assert_string_equal(look("ours").why, "there is no room to remember it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_none, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cannot_be_listed, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_made_up_line, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_owner, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_permissions, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_content, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_several, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_meant_before, forget, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_cannot_be_held, forget, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
