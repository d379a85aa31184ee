/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inlined.c - kfuncs that leave no call of their own behind: after verification nothing shows for certain that a
 * program used them, so they are judged by presence. kernel: fixup_kfunc_call() and specialize_kfunc()
 * (kernel/bpf/verifier.c 6.1..7.2), bpf_fixup_kfunc_call() (7.3).
 */
#include "inlined.h"

const char *const kfg_inlined[] = {
	"bpf_cast_to_kern_ctx", /* 6.2: one mov */
	"bpf_rdonly_cast", /* 6.2: one mov */
	"bpf_session_is_return", /* 7.2: in fsession programs */
	"bpf_session_cookie", /* 7.2: in fsession programs */
	"bpf_iter_num_new", /* 7.3 */
	"bpf_iter_num_next", /* 7.3 */
	"bpf_iter_num_destroy", /* 7.3 */
	/*
	 * Replaced by another function, specialize_kfunc(): which one shows after verification, but a dead call of the
	 * replacement could stand for it, so nothing after verification can clear these either.
	 */
	"bpf_dynptr_from_skb", /* 6.4: _rdonly */
	"bpf_xdp_metadata_rx_timestamp", /* 6.3: the driver's, in device-bound programs */
	"bpf_xdp_metadata_rx_hash", /* 6.3 */
	"bpf_xdp_metadata_rx_vlan_tag", /* 6.8 */
	"bpf_set_dentry_xattr", /* in 7.2: _locked */
	"bpf_remove_dentry_xattr", /* in 7.2: _locked */
	"bpf_dynptr_from_file", /* in 7.2: _sleepable */
	"bpf_arena_alloc_pages", /* in 7.2: _non_sleepable */
	"bpf_arena_free_pages", /* in 7.2: _non_sleepable */
};
const size_t kfg_inlined_n = sizeof(kfg_inlined) / sizeof(kfg_inlined[0]);
