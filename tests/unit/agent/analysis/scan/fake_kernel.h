/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_kernel.h - kernel/kernel.h over a fixture (tests/fixtures/scan/kernel.h): what the fixture says is there. */
#pragma once

#include "analysis/kernel/kernel.h"

/* Reads the fixture at path; ends the test where that fails. */
struct kfg_kernel *kfg_fake_kernel(const char *path);
/* From now on nothing is known of it but its BTF. nearest: see kfg_kernel_nearest(); the caller's, may be NULL. */
void kfg_fake_kernel_reduce(struct kfg_kernel *kernel, const struct kfg_kernel *nearest);
/* And some modules are beside it, as in a copy of /sys/kernel/btf. */
void kfg_fake_kernel_some_modules(struct kfg_kernel *kernel);
