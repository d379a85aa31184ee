/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect.h - takes a kernel and its modules, in any order, and keeps of them what matters: BTF, the kfuncs that they
 * register, the BTF of modules that have kfuncs or struct_ops. Modules that come before their kernel wait for it.
 *
 * Prefix: kfg_collector.
 */
#pragma once

#include "analysis/kernel/kernel.h"
#include "analysis/kernel/blob.h"
#include "analysis/kernel/memory.h"

struct kfg_collector;

/*
 * memory: where what is added as BTF has registered its kfuncs, for the kernel that runs; must live on. NULL: unknown.
 */
int kfg_collector_new(const struct kfg_kernel_memory *memory, struct kfg_collector **ret_collector);
void kfg_collector_free(struct kfg_collector *collector); /* accepts NULL */

/*
 * size bytes that are vmlinux (ELF) or BTF. Returns 0; -EEXIST: there was a kernel already, this one is not looked at;
 * -EBADMSG with *ret_error, which names path; -ENOMEM.
 */
int kfg_collector_add_kernel(struct kfg_collector *collector, const char *path, const void *data, size_t size,
			     struct kfg_kernel_error *ret_error);
/* A module (ELF) or its BTF. One that cannot be read is counted and named, no error. Returns 0 or -ENOMEM. */
int kfg_collector_add_module(struct kfg_collector *collector, const char *path, const void *data, size_t size);
/* How the kernel calls itself; the first one told counts. */
void kfg_collector_add_release(struct kfg_collector *collector, const char *release);
/* The rest of how it calls itself ("#1 SMP Debian 7.3.4-1"), and its machine, as uname(2) has it. The first counts. */
void kfg_collector_add_version(struct kfg_collector *collector, const char *version);
void kfg_collector_add_arch(struct kfg_collector *collector, const char *arch);
/* Its configuration, as a file of /boot has it; see config.h. The first counts. */
void kfg_collector_add_config(struct kfg_collector *collector, const char *text, size_t size);

bool kfg_collector_has_kernel(const struct kfg_collector *collector);
size_t kfg_collector_n_modules(const struct kfg_collector *collector);
const char *kfg_collector_release(const struct kfg_collector *collector);

/* All of it, to be freed. origin is kept in it. Returns 0 or -ENOMEM. */
int kfg_collector_blob(struct kfg_collector *collector, const char *origin, struct kfg_blob **ret_blob);
