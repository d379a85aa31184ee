/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container.c - see container.h */
#include "record/container.h"

#include <stdio.h>
#include <string.h>

#define ID_LEN (KFG_CONTAINER_ID_SIZE - 1)
#define POD_LEN (KFG_POD_UID_SIZE - 1)

/* A component that holds an id: PREFIX id SUFFIX. */
struct layout {
	enum { ANYWHERE, BELOW_DOCKER, BELOW_POD } where; /* what the component above must be */
	const char *prefix, *suffix, *runtime;
};

static const struct layout layouts[] = {
	/* the systemd driver: a scope, or below a service that delegates, a cgroup named as the scope would be */
	{ ANYWHERE, "cri-containerd-", ".scope", "containerd" },
	{ ANYWHERE, "crio-", ".scope", "cri-o" },
	{ ANYWHERE, "docker-", ".scope", "docker" },
	{ ANYWHERE, "libpod-", ".scope", "podman" },
	/* the cgroupfs driver */
	{ ANYWHERE, "crio-", "", "cri-o" },
	{ ANYWHERE, "libpod-", "", "podman" },
	{ BELOW_DOCKER, "", "", "docker" },
	{ BELOW_POD, "", "", NULL }, /* Kubernetes: the path does not tell which runtime */
};

/* The systemd driver of a containerd that was configured for cgroupfs: SLICE:PREFIX:ID. */
static const char mixed[] = ":cri-containerd:";

static bool is_id(const char *s, size_t len)
{
	return len == ID_LEN && strspn(s, "0123456789abcdef") >= len;
}

static bool begins(const char *s, size_t len, const char *prefix)
{
	return len >= strlen(prefix) && !memcmp(s, prefix, strlen(prefix));
}

static bool ends(const char *s, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len >= n && !memcmp(s + len - n, suffix, n);
}

static void take_id(struct kfg_container *c, const char *runtime, const char *id)
{
	c->runtime = runtime;
	(void)snprintf(c->id, sizeof(c->id), "%.*s", ID_LEN, id);
}

static bool is_below(int where, const char *above, size_t len)
{
	if (where == BELOW_DOCKER)
		return len == strlen("docker") && begins(above, len, "docker");
	return where == ANYWHERE || begins(above, len, "pod");
}

static bool parse_id(const char *s, size_t len, const char *above, size_t above_len, struct kfg_container *c)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		const struct layout *l = &layouts[i];
		size_t prefix = strlen(l->prefix), suffix = strlen(l->suffix);

		if (!is_below(l->where, above, above_len) || !begins(s, len, l->prefix) || !ends(s, len, l->suffix) ||
		    len < prefix + suffix)
			continue;
		if (!is_id(s + prefix, len - prefix - suffix))
			continue;
		take_id(c, l->runtime, s + prefix);
		return true;
	}
	if (len > ID_LEN + strlen(mixed) && is_id(s + len - ID_LEN, ID_LEN) &&
	    !memcmp(s + len - ID_LEN - strlen(mixed), mixed, strlen(mixed))) {
		take_id(c, "containerd", s + len - ID_LEN);
		return true;
	}
	return false;
}

/* UUID, with '_' for '-' in the name of a slice, where that means a level; then the end, or ".slice" and it or ':'. */
static bool parse_pod_uid(const char *s, size_t len, struct kfg_container *c)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	char uid[KFG_POD_UID_SIZE] = "";

	if (len < POD_LEN)
		return false;
	for (size_t i = 0; i < POD_LEN; i++) {
		uid[i] = s[i] == '_' ? '-' : s[i];
		if (shape[i] == '-' ? uid[i] != '-' : !strchr("0123456789abcdef", uid[i]))
			return false;
	}
	s += POD_LEN;
	len -= POD_LEN;
	if (len && !(begins(s, len, ".slice") && (len == 6 || s[6] == ':')))
		return false;
	memcpy(c->pod_uid, uid, sizeof(uid));
	return true;
}

/*
 * podUID, or kubepods-CLASS-podUID.slice, which may have more before it (kubelet-, in kind). Where the UID stands, or
 * NULL.
 */
static const char *parse_pod(const char *s, size_t len, struct kfg_container *c)
{
	for (size_t at = 0; at + 3 <= len; at++)
		if ((!at || s[at - 1] == '-') && !memcmp(s + at, "pod", 3) &&
		    parse_pod_uid(s + at + 3, len - at - 3, c))
			return s + at + 3;
	return NULL;
}

void kfg_container_parse(const char *cgroup, struct kfg_container *ret_container)
{
	const char *above = "", *at = cgroup;
	struct kfg_container c = { 0 };
	size_t above_len = 0;

	while (*at) {
		size_t len = strcspn(at, "/");

		(void)parse_pod(at, len, &c);
		(void)parse_id(at, len, above, above_len, &c);
		above = at;
		above_len = len;
		at += len + (at[len] == '/');
	}
	*ret_container = c;
}

/* One component, with '*' for what is an id in it: how many bytes of it are written to `to`, which has room for len. */
static size_t class_of(const char *s, size_t len, const char *above, size_t above_len, char *to)
{
	struct kfg_container c = { 0 };
	const char *ids[2] = { parse_pod(s, len, &c), NULL };
	const size_t lens[2] = { POD_LEN, ID_LEN };
	size_t n = 0, from = 0;

	if (parse_id(s, len, above, above_len, &c))
		ids[1] = memmem(s, len, c.id, ID_LEN);
	for (size_t i = 0; i < 2; i++) { /* the id of the container is behind the UID of its pod */
		size_t at = ids[i] ? (size_t)(ids[i] - s) : 0;

		if (!ids[i])
			continue;
		memcpy(to + n, s + from, at - from);
		n += at - from;
		to[n++] = '*';
		from = at + lens[i];
	}
	memcpy(to + n, s + from, len - from);
	return n + len - from;
}

bool kfg_container_class(const char *cgroup, char *buf, size_t size)
{
	const char *above = "", *at = cgroup;
	size_t above_len = 0, n = 0;

	if (strpbrk(cgroup, "*?") || strlen(cgroup) >= size)
		return false;
	while (*at) {
		size_t len = strcspn(at, "/");

		n += class_of(at, len, above, above_len, buf + n);
		if (at[len])
			buf[n++] = '/';
		above = at;
		above_len = len;
		at += len + (at[len] == '/');
	}
	if (!memchr(buf, '*', n))
		n = 0;
	buf[n] = '\0';
	return n;
}
