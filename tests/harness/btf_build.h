/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf_build.h - BTF made by hand for tests, well-formed or not: nothing is checked, so that what is wrong can be said.
 * Types get ids in the order of their addition, from first_id on. Failure to allocate ends the test.
 */
#pragma once

#include <linux/btf.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_btf_build {
	uint8_t *types, *strings;
	size_t types_size, strings_size;
	uint32_t next_id; /* 1, or where the base ends */
	uint32_t first_string; /* 0, or the size of the base's strings */
};

/* base: what this continues as a split BTF, or NULL. */
void kfg_btf_build_start(struct kfg_btf_build *b, const struct kfg_btf_build *base);
void kfg_btf_build_done(struct kfg_btf_build *b);

/* The offset of a string, added as it is. */
uint32_t kfg_btf_build_string(struct kfg_btf_build *b, const char *text);
/* Any type: name NULL is no name. Returns its id. */
uint32_t kfg_btf_build_type(struct kfg_btf_build *b, unsigned kind, const char *name, unsigned vlen,
			    uint32_t size_or_type);
/* Words after the last type: its records. */
void kfg_btf_build_word(struct kfg_btf_build *b, uint32_t word);

uint32_t kfg_btf_build_int(struct kfg_btf_build *b, const char *name, uint32_t size, uint32_t encoding);
uint32_t kfg_btf_build_tag(struct kfg_btf_build *b, const char *text, uint32_t target);
/* A function: its prototype, then it. names and types: n parameters. Returns the id of the FUNC. */
uint32_t kfg_btf_build_func(struct kfg_btf_build *b, const char *name, uint32_t returns, unsigned n,
			    const char *const *names, const uint32_t *types);

/* The whole, to be freed. */
void *kfg_btf_build_bytes(const struct kfg_btf_build *b, size_t *ret_size);
