/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_facts.h - what a host's kernel and system are, as far as the gate depends on it. */
#pragma once

#include "base/strbuf.h"

/*
 * Adds a JSON document about the host whose files are below root ("" for this one): kernel, distribution, security
 * modules, BTF, sysctls, what the kernel was built with for BPF, and of its command line the words about security
 * modules, lockdown, BPF and kfgate alone. No names of hosts and users. What cannot be read is null. Errors stick in
 * out.
 */
void kfg_host_facts_json(const char *root, struct kfg_strbuf *out);
