/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Everything that a program of the object reaches by calls. */
static void give_up(const struct kfg_world *world, struct kfg_flow_options options, struct kfg_flow *flow)
{
	const struct kfg_object_code *code = world->code;

	flow->gave_up = true;
	for (uint32_t i = 0; i < code->n_funcs; i++) {
		const struct kfg_program *program =
			code->funcs[i].user == KFG_NONE ? NULL : &world->object->programs[code->funcs[i].user];

		if (!program || (!program->autoload && !options.any_loader))
			continue;
		flow->types[i] = 1ull << (program->type & 63);
		for (uint32_t place = code->funcs[i].first; place < code->funcs[i].first + code->funcs[i].n; place++)
			flow->reached[place / 64] |= 1ull << (place % 64);
	}
}

int kfg_flow_run(struct kfg_world *world, struct kfg_flow_options options, struct kfg_flow *ret_flow)
{
	ret_flow->reached = calloc(world->code->n_insns / 64 + 1, sizeof(*ret_flow->reached));
	ret_flow->types = calloc((size_t)world->code->n_funcs + 1, sizeof(*ret_flow->types));
	if (!ret_flow->reached || !ret_flow->types)
		return -ENOMEM;
	give_up(world, options, ret_flow);
	return 0;
}

void kfg_flow_done(struct kfg_flow *flow)
{
	free(flow->reached);
	free(flow->types);
	*flow = (struct kfg_flow){ 0 };
}
