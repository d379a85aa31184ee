/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64_image.h - the boot images of arm64: Image (Documentation/arch/arm64/booting.rst) is the kernel as it lies in
 * memory, without sections and symbols; an EFI zboot image (drivers/firmware/efi/libstub/zboot-header.S) holds a packed
 * one.
 * Prefixes: kfg_arm64, kfg_zboot.
 */
#pragma once

#include "analysis/kernel/image.h"

bool kfg_arm64_image_is(const void *data, size_t size);

/*
 * The kernel's BTF in it, found by its form, and the image around it; both end with the data. .BTF_ids is what lies
 * behind .BTF, as in include/asm-generic/vmlinux.lds.h (6.1..7.3). The address that the kernel is linked to is the one
 * by which most pointers lead to sets of kfuncs; the image has no parts where none does. Returns 0; -EBADMSG: no BTF;
 * -ENOMEM. Free with kfg_image_done().
 */
int kfg_arm64_image_open(const void *data, size_t size, struct kfg_image *ret_image, const uint8_t **ret_btf,
			 size_t *ret_btf_size);

bool kfg_zboot_is(const void *data, size_t size);

/* What is packed in it. Returns 0; -EBADMSG: beyond the end, *ret_offset says which number does not fit. */
int kfg_zboot_open(const void *data, size_t size, const uint8_t **ret_payload, size_t *ret_size, size_t *ret_offset);
