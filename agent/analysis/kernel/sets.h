/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets.h - the kfuncs that a kernel or a module registers, read from its image: .BTF_ids holds sets of kfuncs
 * (BTF_SET8_START, include/linux/btf_ids.h), struct btf_kfunc_id_set points to one, and code calls
 * register_btf_kfunc_id_set() with the address of that and a program type.
 *
 * Prefix: kfg_registration.
 */
#pragma once

#include "analysis/btf/btf.h"
#include "analysis/kernel/hooks.h"
#include "analysis/kernel/image.h"

struct kfg_registration {
	uint32_t id; /* of the FUNC */
	uint32_t flags; /* KF_*, of all sets that name it */
	uint64_t prog_types; /* valid if types_known */
	bool types_known;
	bool filtered;
};

struct kfg_registrations {
	struct kfg_registration *items; /* owned; by id, each once */
	size_t n;
	size_t n_odd; /* entries of sets that are not functions */
	bool known; /* the image was understood; else there are no items */
};

/*
 * btf: of what the image is of. Of a kernel (not a module) *hooks is filled; of a module it is used. Returns 0 or
 * -ENOMEM. Work and memory are linear in the size of the image.
 */
int kfg_sets_read(struct kfg_image *image, const struct kfg_btf *btf, struct kfg_hooks *hooks,
		  struct kfg_registrations *ret_registrations);
/* Of one id, one entry: what all sets say of it. Sorts; returns how many are left. */
size_t kfg_registration_merge(struct kfg_registration *items, size_t n);
void kfg_registrations_done(struct kfg_registrations *registrations);
