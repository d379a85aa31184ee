/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_record.h - what the kernel decided, as a record: event and policy to fields. Pure. */
#pragma once

#include "record/policy_names.h"
#include "record/record.h"
#include <kfgate/abi.h>

struct kfg_event_record_context {
	const struct kfg_policy_names *policy; /* of the event's generation; NULL: no longer known */
	const char *kernel_release; /* utsname.release */
};

/* Builds the record of a checked event. -ENOMEM. */
int kfg_event_record(const struct kfg_event *event, const struct kfg_event_record_context *context,
		     struct kfg_record **ret_record);
