/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.h - another program run for what it prints, with next to nothing of this one's environment. */
#pragma once

#include "base/strbuf.h"

/*
 * Runs argv (NULL terminated; the first is a path, or a name to look for in PATH) and adds what it writes to standard
 * output and standard error. Of the environment it gets PATH, HOME and KFGATE_KERNELS, and LC_ALL=C.UTF-8, TZ=UTC; its
 * standard input is /dev/null. *ret_code is its exit code. Negative errno: it could not be run; -ETIMEDOUT: it took
 * more than that many seconds and was killed; -ECANCELED: a signal ended it.
 */
int kfg_child_run(const char *const *argv, unsigned seconds, struct kfg_strbuf *out, struct kfg_strbuf *errors,
		  int *ret_code);
