/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - the closed vocabularies of the policy language, and the nearest word to a misspelt one.
 *
 * Prefixes: kfg_errno, kfg_confidence, kfg_signature.
 */
#pragma once

#include <stddef.h>

struct kfg_words {
	const char *const *items; /* index: the value; NULL: a value without a word */
	size_t n;
};

extern const struct kfg_words kfg_action_words, kfg_mode_words, kfg_scope_words, kfg_present_words, kfg_on_stop_words,
	kfg_on_failure_words, kfg_without_words, kfg_guarding_words, kfg_userns_words, kfg_token_words,
	kfg_confidence_words, kfg_prog_type_words, kfg_setting_words, kfg_signature_words;

/* Index of text, or -1. */
int kfg_words_find(const struct kfg_words *words, const char *text);
/* The word that text was probably meant to be, or NULL. */
const char *kfg_words_nearest(const struct kfg_words *words, const char *text);

/* The name in "keyring:NAME", or NULL: the text is something else. */
const char *kfg_signature_keyring(const char *text);

/* Positive errno of a symbolic name that a refused load may get, or 0. */
int kfg_errno_parse(const char *text);
