/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container.h - which container a process is in, by the path of its cgroup in the unified hierarchy. The path is what
 * container managers make of it, and anybody who may write to the cgroup file system can make the like.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define KFG_CONTAINER_ID_SIZE 65 /* 64 hexadecimal digits */
#define KFG_POD_UID_SIZE 37 /* a UUID */

struct kfg_container {
	const char *runtime; /* static: containerd, cri-o, docker, podman, or NULL: not told by the path */
	char id[KFG_CONTAINER_ID_SIZE]; /* "": in no container */
	char pod_uid[KFG_POD_UID_SIZE]; /* as Kubernetes has it, with '-'; "": in no pod */
};

/* The innermost container that the path names. A path whose beginning was cut off does as well. */
void kfg_container_parse(const char *cgroup, struct kfg_container *ret_container);

/*
 * The class of containers that a path is of, into buf: the path with '*' for each id of a container and each UID of a
 * pod. False, and nothing in buf: there are none in it, it has '*' or '?' of its own, or its class is not shorter than
 * size.
 */
bool kfg_container_class(const char *cgroup, char *buf, size_t size);
