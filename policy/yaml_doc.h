/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * yaml_doc.h - bytes of YAML to a tree of nodes that remember their place. The subset: one
 * document, plain data; no anchors, aliases or tags, no key twice.
 *
 * Prefixes: kfg_doc, kfg_node.
 */
#pragma once

#include "arena.h"

#include "diag.h"
#include "policy.h"
#include <stdbool.h>
#include <stddef.h>

#define KFG_DOC_SIZE_MAX ((size_t)4 * 1024 * 1024)
#define KFG_DOC_DEPTH_MAX 16u
#define KFG_DOC_NODES_MAX 1000000u
#define KFG_DOC_KEYS_MAX 256u /* keys of one mapping */

enum kfg_node_kind { KFG_NODE_SCALAR, KFG_NODE_SEQUENCE, KFG_NODE_MAPPING };

struct kfg_node {
	enum kfg_node_kind kind;
	bool plain; /* a scalar without quotes */
	bool again; /* a key that the mapping has already: a finding was made */
	bool half; /* a mapping that is being read: a key waits for its value */
	unsigned line, col; /* from 1, characters */
	const char *text; /* of a scalar, NUL terminated, no NUL inside */
	struct kfg_node *first, *last; /* children; of a mapping: key, value, key, value, ... keys are scalars */
	struct kfg_node *next;
	size_t n; /* children; of a mapping: pairs */
};

struct kfg_doc {
	struct kfg_arena arena;
	struct kfg_node *root;
};

/*
 * Findings go to diags. 0: *ret_doc has a root and is to be given to kfg_doc_done(); there may be
 * findings. -EBADMSG: not to be read any further, the finding says why. -ENOMEM.
 */
int kfg_doc_load(const struct kfg_source *source, struct kfg_diags *diags, struct kfg_doc *ret_doc);
void kfg_doc_done(struct kfg_doc *doc);

const char *kfg_node_kind_str(enum kfg_node_kind kind);
