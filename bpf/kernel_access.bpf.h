/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_access.bpf.h - marks the kernel's structs: where their fields are, CO-RE finds on the running kernel. */
#pragma once

#define KFG_KERNEL __attribute__((preserve_access_index))
