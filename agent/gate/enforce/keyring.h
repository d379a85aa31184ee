/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keyring.h - which keyring a policy means by a name. Anybody may call a keyring so, and who can add a key to one can
 * sign with it, so a keyring counts only if
 *
 *   - root owns it, and the agent may view and read it
 *   - nobody can add a key to it, not even root: no permission of it is "write", and none is "setattr", by which its
 *     permissions could be changed. Nothing else gives a link to a keyring, or changes what is permitted; CAP_SYS_ADMIN
 *     does not (keyctl_setperm_key(), security/keys/keyctl.c; key_task_permission(), permission.c, 6.1..7.3)
 *   - it holds certificates alone (keys of type "asymmetric", which cannot be changed), and no other keyring, which is
 *     searched, too (keyring_search(), security/keys/keyring.c)
 *   - no other keyring is called so of which all this is true
 *   - the name did not mean another one before: whoever may make keyrings of that name could otherwise take the first
 *     one away, and be meant by the next reload. What a name meant is kept with the gate (kfg_keyrings), for the agents
 *     that take it over, too, and is forgotten when the gate is taken off.
 *
 * Its serial number is what the gate knows it by. The number stays its own while the agent runs, which holds it: a
 * number that is free can be given to a new keyring (key_alloc_serial(), security/keys/key.c).
 */
#pragma once

#include <stdint.h>

struct kfg_gate;

struct kfg_gate_keyring {
	uint32_t serial; /* 0: none counts */
	const char *why; /* then: why not, for a sentence; static */
};

/* Looks for it among the keyrings of the kernel, and holds it from then on. */
void kfg_gate_find_keyring(const struct kfg_gate *gate, const char *name, struct kfg_gate_keyring *ret_found);
