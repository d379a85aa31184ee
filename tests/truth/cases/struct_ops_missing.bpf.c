/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

struct no_such_ops {
	int (*run)(void);
};

SEC("struct_ops") int run(void *ctx)
{
	return 0;
}

SEC("?.struct_ops")
struct no_such_ops optional = {
	.run = (void *)run,
};

SEC("syscall") int other(void *ctx)
{
	return 0;
}
