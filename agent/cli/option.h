/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option.h - options that several verbs have. What is wrong with one is logged, with the verb's name. */
#pragma once

#include "base/args.h"
#include <stdint.h>

/* Index of the value of --NAME in n words; the first is what there is without the option. -EINVAL: none of them. */
int kfg_option_word(const struct kfg_args *args, const char *verb, const char *name, const char *const *words,
		    size_t n);
/* The day of --at, or today. Returns 0 or -EINVAL. */
int kfg_option_day(const struct kfg_args *args, const char *verb, int32_t *ret_day);
