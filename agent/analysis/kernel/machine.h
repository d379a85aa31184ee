/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h - machines by their name. Prefix: kfg_machine. */
#pragma once

#include <elf.h>

/* An EM_* of elf.h as uname(2) has it: "x86_64"; "" for those of which no kernel is known here. */
static inline const char *kfg_machine_arch(unsigned machine)
{
	switch (machine) {
	case EM_X86_64:
		return "x86_64";
	case EM_AARCH64:
		return "aarch64";
	case EM_S390:
		return "s390x";
	case EM_RISCV:
		return "riscv64";
	case EM_PPC64:
		return "ppc64le";
	default:
		return "";
	}
}
