/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_hits.h - kfgate status --rules. */
#pragma once

#include <stdbool.h>

/*
 * Asks the running agent how often each part of its policy decided, and prints it; through a pager if it is not printed
 * again and again. Returns an enum kfg_exit.
 */
int kfg_rule_hits_show(const char *runtime_dir, bool as_json, bool again);
