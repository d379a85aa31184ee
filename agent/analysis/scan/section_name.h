/* SPDX-License-Identifier: GPL-2.0-or-later */
/* section_name.h - what the name of a program's section says about it, by libbpf's rules. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct kfg_section_name {
	uint32_t type; /* enum bpf_prog_type; 0: libbpf does not know the name */
	bool autoload; /* false: it starts with '?' */
	bool sleepable;
	const char *attach; /* what follows the '/'; "" if nothing. Part of the name given */
};

struct kfg_section_name kfg_section_name(const char *name);
