/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_vlog.c - a log, to findings, to text and JSON. Whatever it says, and however it is cut into
 * pieces, the findings are the same, are strings, and what is printed of them is one printable line each.
 */
#include "analysis/explain/advice.h"
#include "analysis/explain/report.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static struct kfg_vlog *read_log(const uint8_t *data, size_t size, size_t piece)
{
	struct kfg_vlog *vlog = NULL;

	must(kfg_vlog_new(&vlog) == 0);
	for (size_t at = 0; at < size; at += piece)
		kfg_vlog_feed(vlog, data + at, size - at < piece ? size - at : piece);
	kfg_vlog_end(vlog);
	return vlog;
}

static void look_at(const struct kfg_vlog *vlog)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(16u * 1024 * 1024), json = KFG_STRBUF(16u * 1024 * 1024);
	const struct kfg_advice_input input = { .policy = NULL };
	size_t n;
	const struct kfg_vlog_finding *f = kfg_vlog_findings(vlog, &n);

	must(n <= KFG_VLOG_FINDINGS_MAX && (n == KFG_VLOG_FINDINGS_MAX || !kfg_vlog_n_more(vlog)));
	for (size_t i = 0; i < n; i++)
		must(f[i].kind > KFG_VLOG_NONE && f[i].kind < KFG_VLOG_KIND_MAX && f[i].line > 0);
	must(kfg_explain_text(vlog, &input, &text) == 0 && kfg_explain_json(vlog, &input, &json) == 0);
	must(text.size);
	for (size_t i = 0; i < text.size; i++)
		must((unsigned char)text.data[i] >= ' ' || text.data[i] == '\n');
	must(strlen(kfg_strbuf_text(&json)) == json.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kfg_vlog *whole = read_log(data, size, SIZE_MAX / 2), *pieces = read_log(data, size, 7);
	size_t n, m;
	const struct kfg_vlog_finding *a = kfg_vlog_findings(whole, &n), *b = kfg_vlog_findings(pieces, &m);

	must(n == m && kfg_vlog_n_more(whole) == kfg_vlog_n_more(pieces));
	must(n == 0 || memcmp(a, b, n * sizeof(*a)) == 0);
	look_at(whole);
	kfg_vlog_free(whole);
	kfg_vlog_free(pieces);
	return 0;
}
