/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/status/status.h"
#include "cmocka_all.h"

#include "gate/control/protocol.h"
#include "policy/policy.h"
#include <string.h>

static const char *const files[] = { "/etc/kfgate/policy.d/10-a.yaml", "/usr/lib/kfgate/lifecycle/upstream.yaml" };

static struct kfg_status sample(void)
{
	struct kfg_status s = {
		.pid = 77,
		.uptime_sec = 90061,
		.version = "0.1.0",
		.kernel_release = "6.12.1",
		.mode = KFG_MODE_AUDIT,
		.present = KFG_PRESENT_REPORT,
		.policy = "web-fleet",
		.serial = 14,
		.digest = "0123456789abcdef",
		.generation = 2,
		.loaded_usec = 1767225600000000,
		.n_rules = 3,
		.lifecycle = { "/usr/lib/kfgate/lifecycle/upstream.yaml", 20574, 180 },
		.n_deprecations = 2,
		.n_waivers = 1,
		.files = files,
		.n_files = 2,
		.hooks = { { true, true, "" }, { true, true, "" } },
		.proven_usec = 1767225601000000,
		.records_written = 9,
		.duplicates = 4,
		.sweep_seen = 57,
		.sweep_failed = 1,
		.guarded = true,
		.attempts = 5,
		.listings = 3,
		.n_deadlines = 2,
		.n_expired = 1,
	};

	(void)kfg_day_parse("2026-12-30", &s.today);
	s.deadlines[0] = (struct kfg_status_deadline){ "bpf_old", NULL, "bpf_new", s.today, 0 };
	s.deadlines[1] = (struct kfg_status_deadline){ "bpf_other_one", "nf_x", NULL, s.today + 1, 0 };
	s.kernel.n[KFG_STAT_LOADS] = 1000;
	s.kernel.n[KFG_STAT_KFUNC_LOADS] = 11;
	s.kernel.n[KFG_STAT_CANARY1] = s.kernel.n[KFG_STAT_CANARY2] = 2;
	s.kernel.n[KFG_STAT_WOULD_REFUSE] = 3;
	s.kernel.n[KFG_STAT_LOST] = 2;
	return s;
}

static void test_text(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(8192);
	struct kfg_status s = sample();

	(void)state;
	kfg_status_text(&s, &out);
	assert_string_equal(
		out.data,
		"      kfgate: 0.1.0, pid 77, up 1d 1h\n"
		"        Mode: audit (nothing is refused)\n"
		"      Kernel: 6.12.1, fully supported\n"
		"       Hooks: before verification (bpf_prog_load): proven 2026-01-01 00:00:01 "
		"UTC\n"
		"              after verification (bpf_prog): proven 2026-01-01 00:00:01 UTC\n"
		"      Policy: web-fleet, serial 14, digest 0123456789abcdef\n"
		"              rules: 3, deprecations: 2 (past their deadline: 1), waivers: 1\n"
		"              generation 2, since 2026-01-01 00:00:00 UTC\n"
		"       Files: /etc/kfgate/policy.d/10-a.yaml\n"
		"              /usr/lib/kfgate/lifecycle/upstream.yaml\n"
		"   Lifecycle: of 2026-05-01, 243 days old, TOO OLD: /usr/lib/kfgate/lifecycle/upstream.yaml\n"
		"       Guard: on, 5 attempts refused; left out of 3 lists of all BPF objects\n"
		"       Loads: 996 seen, 7 with kfunc calls; beside them 4 canaries of the agent\n"
		"    Verdicts: 0 audited, 0 warned, 0 refused, 3 would refuse, 0 unscannable\n"
		"     Present: 57 programs examined, 1 could not be\n"
		"     Records: 9 written, 0 dropped, 0 failed, 4 duplicates left out\n"
		"      Events: 0 sent, 2 lost, 0 malformed\n"
		"   Deadlines: 2026-12-30  last day   bpf_old        use bpf_new\n"
		"              2026-12-31  1 day      bpf_other_one\n");
}

#define SINCE 1767225607000000
static struct kfg_status_part parts[9];

static struct kfg_status sample_with_parts(void)
{
	static const struct kfg_status_part all[] = {
		{ "unlisted", NULL, NULL, 6, 0, 0, SINCE },
		{ "rule", "a", NULL, 0, 0, 0, SINCE },
		{ "rule", "b\\", NULL, 12, 0, SINCE + 2000000, SINCE - 2000000 },
		{ "rule", "c", NULL, 0, 0, 0, SINCE },
		{ "rule", "d", NULL, 0, 0, 0, SINCE },
		{ "rule", "e", NULL, 0, 0, 0, SINCE },
		{ "waiver", "w", NULL, 0, 0, 0, SINCE },
		{ "deprecation", "bpf_old", NULL, 0, 1, 0, SINCE },
		{ "deprecation", "bpf_x", "nf_x", 0, 0, 0, SINCE },
	};
	struct kfg_status s = sample();

	memcpy(parts, all, sizeof(all));
	s.parts = parts;
	s.n_parts = 9;
	s.n_rules = 5;
	return s;
}

static void test_hits(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(8192), json = KFG_STRBUF(16384), lines = KFG_STRBUF(8192);
	_cleanup_strbuf_ struct kfg_strbuf metrics = KFG_STRBUF(65536), part = KFG_STRBUF(1100);
	struct kfg_status s = sample_with_parts();

	(void)state;
	s.deadlines[0].hits = 1;
	kfg_status_text(&s, &text);
	assert_non_null(strstr(text.data, "       Rules: 1 of 5 decided something since 2026-01-01 00:00:05 UTC; "
					  "6 kfuncs of loads matched none\n"
					  "              did not: a, c, d and 1 more (kfgate status --rules)\n"));
	assert_non_null(strstr(text.data, "bpf_old        IN USE  use bpf_new\n"));
	kfg_status_json(&s, &json);
	assert_non_null(strstr(json.data, "    \"rules_used\": 1,\n    \"unlisted\": 6,\n"));
	assert_non_null(strstr(json.data, "      \"in_use\": true\n"));
	kfg_status_metrics(&s, &metrics);
	assert_non_null(strstr(metrics.data, "kfgate_hits_total{part=\"unlisted\",name=\"\"} 6\n"
					     "kfgate_hits_total{part=\"rule\",name=\"a\"} 0\n"
					     "kfgate_hits_total{part=\"rule\",name=\"b\\\\\"} 12\n"));
	assert_null(strstr(metrics.data, "part=\"deprecation\""));
	kfg_status_parts(&s, 0, &lines);
	assert_string_equal(lines.data, "unlisted\t\t6\t0\t0\t1767225607000000\n"
					"rule\ta\t0\t0\t0\t1767225607000000\n"
					"rule\tb\\\t12\t0\t1767225609000000\t1767225605000000\n"
					"rule\tc\t0\t0\t0\t1767225607000000\n"
					"rule\td\t0\t0\t0\t1767225607000000\n"
					"rule\te\t0\t0\t0\t1767225607000000\n"
					"waiver\tw\t0\t0\t0\t1767225607000000\n"
					"deprecation\tbpf_old\t0\t1\t0\t1767225607000000\n"
					"deprecation\tbpf_x [nf_x]\t0\t0\t0\t1767225607000000\n");
	kfg_status_parts(&s, 0, &part);
	assert_string_equal(part.data, "unlisted\t\t6\t0\t0\t1767225607000000\n"
				       "rule\ta\t0\t0\t0\t1767225607000000\n"
				       "rule\tb\\\t12\t0\t1767225609000000\t1767225605000000\n"
				       "more\t3\n");
}

static void test_text_of_trouble(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(8192);
	struct kfg_status s = sample();

	(void)state;
	s.hooks[0].supported = s.hooks[0].proven = false;
	s.hooks[1] = (struct kfg_status_hook){ true, false, "a canary was loaded" };
	s.rejected = "a.yaml:1:1: error: no\n 1 | x\n";
	s.n_deadlines = 0;
	kfg_status_text(&s, &out);
	assert_non_null(strstr(out.data, "stage 2 alone"));
	assert_non_null(strstr(out.data, "(bpf_prog_load): not in this kernel\n"));
	assert_non_null(strstr(out.data, "(bpf_prog): NOT PROVEN: a canary was loaded\n"));
	assert_non_null(strstr(out.data, "    Rejected: a.yaml:1:1: error: no\n"));
	assert_non_null(strstr(out.data, "   Deadlines: none ahead\n"));
	assert_false(kfg_status_proven(&s));
	s.hooks[1].proven = true;
	assert_true(kfg_status_proven(&s));
}

static void test_without_lsm(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(8192), json = KFG_STRBUF(16384),
					   metrics = KFG_STRBUF(65536);
	_cleanup_strbuf_ struct kfg_strbuf audit = KFG_STRBUF(8192);
	struct kfg_status s = sample();

	(void)state;
	s.without_lsm = "enforce";
	s.mode = KFG_MODE_ENFORCE;
	s.may_preempt = true;
	s.guarded = false;
	s.missed = (struct kfg_missed){ 5, 6, 7 };
	kfg_status_text(&s, &text);
	assert_non_null(strstr(text.data,
			       "     BPF LSM: NOT ACTIVE: the gate refuses what it sees; 5 loads were missed\n"
			       "              6 missed before verification alone; 7 times what notes units\n"
			       "              this kernel may preempt, and leave the gate out of loads"));
	assert_non_null(strstr(text.data, "Guard: off, as it needs BPF LSM: "));
	kfg_status_json(&s, &json);
	assert_non_null(strstr(json.data, "  \"bpf_lsm\": false,\n  \"without_bpf_lsm\": \"enforce\",\n"
					  "  \"may_preempt\": true,\n"));
	assert_non_null(strstr(json.data, "    \"loads_missed\": 5,\n"));
	kfg_status_metrics(&s, &metrics);
	assert_non_null(strstr(metrics.data, "\nkfgate_bpf_lsm 0\n"));
	assert_non_null(strstr(metrics.data, "\nkfgate_loads_missed_total 5\n"));
	s.without_lsm = "audit";
	s.mode = KFG_MODE_AUDIT;
	kfg_status_text(&s, &audit);
	assert_non_null(strstr(audit.data, "NOT ACTIVE: the gate refuses nothing; 5 loads were missed\n"));
	assert_null(strstr(audit.data, "may preempt"));
}

static void test_json(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(16384);
	struct kfg_status s = sample();

	(void)state;
	kfg_status_json(&s, &out);
	assert_int_equal(out.error, 0);
	assert_non_null(strstr(out.data, "  \"mode\": \"audit\",\n"));
	assert_non_null(strstr(out.data, "    \"would_refuse\": 3,\n"));
	assert_non_null(strstr(out.data, "    \"events_lost\": 2,\n"));
	assert_non_null(
		strstr(out.data, "      \"days_left\": 1,\n      \"replacement\": null,\n      \"in_use\": false\n"));
	assert_non_null(strstr(out.data, "  \"proven\": true,\n"));
	assert_non_null(strstr(out.data, "      \"why\": null\n"));
}

/* Each line is a comment or "NAME VALUE", each metric was declared before, the end is marked. */
static void test_metrics(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(65536);
	struct kfg_status s = sample();
	char name[128], type[160];

	(void)state;
	s.policy = "a\"b\\c\nd";
	kfg_status_metrics(&s, &out);
	assert_int_equal(out.error, 0);
	assert_non_null(strstr(out.data, "policy=\"a\\\"b\\\\c\\nd\""));
	assert_non_null(strstr(out.data, "\nkfgate_up 1\n"));
	assert_non_null(strstr(out.data, "\nkfgate_refused_total "));
	assert_string_equal(out.data + out.size - strlen("# EOF\n"), "# EOF\n");
	for (char *line = out.data; *line; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, " {\n");

		if (line[0] == '#')
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len, line);
		if (len > 6 && strcmp(name + len - 6, "_total") == 0)
			name[len - 6] = '\0';
		if (strcmp(name, "kfgate_info") == 0)
			name[6] = '\0';
		snprintf(type, sizeof(type), "# TYPE %s ", name);
		assert_non_null(strstr(out.data, type));
	}
}

static void test_metrics_by_label(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(KFG_CONTROL_REPLY_MAX);
	struct kfg_tally tally = { .n_kfuncs = 1 };
	struct kfg_status s = sample();

	(void)state;
	tally.reasons[KFG_REASON_EXPIRED][KFG_TALLY_WOULD_REFUSE] = 3;
	(void)strcpy(tally.kfuncs[0].name, "bpf_old");
	(void)strcpy(tally.kfuncs[0].module, "nf\n");
	tally.kfuncs[0].n[KFG_TALLY_WARNED] = 4;
	tally.kfuncs[KFG_TALLY_KFUNCS].n[KFG_TALLY_REFUSED] = 5;
	s.tally = &tally;
	s.attempts_by_kind[3] = (struct kfg_status_attempts){ "pin", 5 };
	kfg_status_metrics(&s, &out);
	assert_non_null(strstr(out.data, "\nkfgate_decisions_total{outcome=\"would-refuse\",reason=\"expired\"} 3\n"
					 "kfgate_decisions_total{outcome=\"refused\",reason=\"expired\"} 0\n"));
	assert_null(strstr(out.data, "reason=\"none\""));
	assert_non_null(
		strstr(out.data,
		       "\nkfgate_kfunc_decisions_total{kfunc=\"bpf_old\",module=\"nf\\\\x0a\",outcome=\"warned\"} 4\n"
		       "kfgate_kfunc_decisions_total{kfunc=\"\",module=\"\",outcome=\"refused\"} 5\n# "));
	assert_non_null(strstr(out.data, "\nkfgate_attempts_total{attempt=\"pin\"} 5\n# "));
}

/* The longest of everything there can be: it fits into one answer. */
static void test_metrics_fit(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(KFG_CONTROL_REPLY_MAX - 16);
	static struct kfg_status_part many[1000];
	static struct kfg_tally tally;
	struct kfg_status s = sample();
	char name[64], module[64];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[63] = '\0';
	memcpy(module, name, sizeof(module));
	module[55] = '\0';
	for (size_t i = 0; i < 1000; i++)
		many[i] = (struct kfg_status_part){ "deprecation", name, module, UINT64_MAX, 0, 0, 0 };
	memset(&tally, 0xff, sizeof(tally));
	tally.n_kfuncs = KFG_TALLY_KFUNCS;
	for (size_t i = 0; i <= KFG_TALLY_KFUNCS; i++) {
		memcpy(tally.kfuncs[i].name, name, sizeof(name));
		memcpy(tally.kfuncs[i].module, module, sizeof(module));
	}
	for (size_t i = 0; i < KFG_ATTEMPT_MAX; i++)
		s.attempts_by_kind[i] = (struct kfg_status_attempts){ "program", UINT64_MAX };
	memset(&s.kernel, 0xff, sizeof(s.kernel));
	s.parts = many;
	s.n_parts = 1000;
	s.tally = &tally;
	kfg_status_metrics(&s, &out);
	assert_int_equal(out.error, 0);
	assert_string_equal(out.data + out.size - strlen("# EOF\n"), "# EOF\n");
}

static void test_metrics_of_modes(void **state)
{
	static const bool enforces[KFG_MODE_MAX] = { [KFG_MODE_ENFORCE] = true, [KFG_MODE_SEALED] = true };

	(void)state;
	for (unsigned mode = 0; mode < KFG_MODE_MAX; mode++) {
		_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(32768);
		struct kfg_status s = sample();

		s.mode = mode;
		kfg_status_metrics(&s, &out);
		assert_non_null(strstr(out.data, enforces[mode] ? "\nkfgate_enforcing 1\n" : "\nkfgate_enforcing 0\n"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_metrics_of_modes),
		cmocka_unit_test(test_metrics_by_label),
		cmocka_unit_test(test_metrics_fit),
		cmocka_unit_test(test_text_of_trouble),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_without_lsm),
		cmocka_unit_test(test_hits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
