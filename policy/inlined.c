/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inlined.c - kfuncs that leave no call behind: after verification nothing shows that a program
 * used them, so they are judged by presence. kernel: fixup_kfunc_call()
 * (kernel/bpf/verifier.c 6.1..7.2) and bpf_fixup_kfunc_call() (7.3).
 */
#include "inlined.h"

const char *const kfg_inlined[] = {
	"bpf_cast_to_kern_ctx",	 /* 6.2: one mov */
	"bpf_rdonly_cast",	 /* 6.2: one mov */
	"bpf_session_is_return", /* 7.2: in fsession programs */
	"bpf_session_cookie",	 /* 7.2: in fsession programs */
	"bpf_iter_num_new",	 /* 7.3 */
	"bpf_iter_num_next",	 /* 7.3 */
	"bpf_iter_num_destroy",	 /* 7.3 */
};
const size_t kfg_n_inlined = sizeof(kfg_inlined) / sizeof(kfg_inlined[0]);
