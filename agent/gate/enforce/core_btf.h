/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core_btf.h - a small BTF for libbpf's CO-RE relocations: of the running kernel's types only those that our programs
 * read. libbpf compares each name of a local struct with every type there is (bpf_core_add_cands(), libbpf 1.1 to 1.5):
 * 40 structs times 120,000 types were most of what loading the gate cost beside the verifier.
 *
 * Ids in it are its own: programs that are relocated by it may not use bpf_core_type_id_kernel().
 */
#pragma once

struct bpf_object;

#define KFG_CORE_BTF_PATH 32

/*
 * Makes a file in memory with the kernel's structs, unions and enums that bear the name of one in the object's own BTF,
 * with all that they hold by value. Returns its descriptor, and its path for btf_custom_path as long as that is
 * open; or a negative errno.
 */
int kfg_core_btf_make(const struct bpf_object *object, char ret_path[static KFG_CORE_BTF_PATH]);
