/* SPDX-License-Identifier: GPL-2.0-or-later */
/* first_policy.h - the policy that a host begins with, from what was seen on it. It never enforces. Pure. */
#pragma once

#include "analysis/programs/programs.h"
#include "base/strbuf.h"

struct kfg_first_policy {
	const char *host, *release; /* as uname(2) has them: any bytes */
	int32_t today; /* days since 1970-01-01 UTC */
	const struct kfg_programs *programs; /* NULL: they could not be listed, */
	const char *unlisted; /* and why */
	const char *const *newer; /* releases of installed kernels that are newer than the running one */
	size_t n_newer;
};

/* As YAML, with comments for people. What is not known is said there. */
void kfg_first_policy_write(const struct kfg_first_policy *in, struct kfg_strbuf *out);
