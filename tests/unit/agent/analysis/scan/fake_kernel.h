/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_kernel.h - kernel/kernel.h over a fixture (tests/fixtures/scan/kernel.h): what the fixture says is there. */
#pragma once

#include "analysis/kernel/kernel.h"

/* Reads the fixture at path; ends the test where that fails. */
struct kfg_kernel *kfg_fake_kernel(const char *path);
