/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container.c - see container.h */
#include "record/container.h"

#include <stdbool.h>
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

/* podUID, or kubepods-CLASS-podUID.slice, which may have more before it (kubelet-, in kind). */
static void parse_pod(const char *s, size_t len, struct kfg_container *c)
{
	for (size_t at = 0; at + 3 <= len; at++)
		if ((!at || s[at - 1] == '-') && !memcmp(s + at, "pod", 3) &&
		    parse_pod_uid(s + at + 3, len - at - 3, c))
			return;
}

void kfg_container_parse(const char *cgroup, struct kfg_container *ret_container)
{
	const char *above = "", *at = cgroup;
	struct kfg_container c = { 0 };
	size_t above_len = 0;

	while (*at) {
		size_t len = strcspn(at, "/");

		parse_pod(at, len, &c);
		(void)parse_id(at, len, above, above_len, &c);
		above = at;
		above_len = len;
		at += len + (at[len] == '/');
	}
	*ret_container = c;
}
