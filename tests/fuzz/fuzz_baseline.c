/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_baseline.c - a baseline of findings from any hand: it is taken, or refused with a line and a sentence. */
#include "analysis/report/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kfg_baseline_error error = { 0 };
	struct kfg_baseline *b = NULL;

	if (kfg_baseline_parse((const char *)data, size, 20778, &b, &error) < 0) {
		must(error.line && error.text[0] && !b);
		return 0;
	}
	(void)kfg_baseline_covers(b, KFG_REPORT_WARNED, "a.o", "7.3", "bpf_x"); /* the sanitizer looks */
	kfg_baseline_free(b);
	return 0;
}
