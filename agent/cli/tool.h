/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool.h - kfgate, the tool. */
#pragma once

#include "base/verbs.h"

extern const struct kfg_verbs_program kfg_tool;
