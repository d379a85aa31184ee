/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the agent does while it runs. */
#include "run_agent.h"

#include <sys/stat.h>

static void sealed_reloads(void)
{
	struct kfg_event *e = fake_gate.events;

	scratch_write("policy.yaml", POLICY_14);
	ask("reload check force");
	ask("reload");
	scratch_write("policy.yaml", "version: 1\nname: second\nserial: 15\nmode: sealed\n");
	fake_gate.publish_error = -ENOSPC;
	ask("reload");
	fake_gate.publish_error = 0;
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 13\nmode: sealed\n");
	ask("reload force");
	scratch_write("policy.yaml", "version: 1\nname: second\nserial: 15\nmode: sealed\n");
	ask("reload");
	scratch_write("policy.yaml", "version: 1\nname: third\nserial: 16\nmode: sealed\n");
	ask("reload");
	e[0] = sample_event();
	e[0].generation = 1;
	send_events(1);
}

/* Sealed policies stay in force, and with them their names. */
static void test_sealed(void **state)
{
	(void)state;
	scratch_write("policy.yaml", POLICY_14 "mode: sealed\n");
	assert_int_equal(run_with(sealed_reloads, false), KFG_EXIT_OK);
	assert_string_equal(seen, ":1:the gate is sealed until the next boot: "
				  "a policy that does not say \"mode: sealed\" is not taken\n"
				  "a reload would not take the policy, t 14 would stay in force\n"
				  ":1:the gate is sealed until the next boot: "
				  "a policy that does not say \"mode: sealed\" is not taken\n"
				  "policy not taken, t 14 stays in force\n"
				  ":1:the gate is sealed until the next boot, "
				  "and the 4 policies that are in force are as many as can be\n"
				  "policy not taken, t 14 stays in force\n"
				  ":1:serial 13 is lower than 14 of the policy in force, which is sealed\n"
				  "policy not taken, t 14 stays in force\n"
				  ":0:policy second 15 is in force\n"
				  ":0:policy third 16 is in force\n");
	assert_non_null(strstr(captured, "listed by no rule [default for unlisted, policy t 14]"));
	assert_null(strstr(fake_gate.calls, "D"));
	assert_non_null(strstr(kinds(), "kept "));
	assert_non_null(strstr(captured, "it is sealed until the next boot"));
}

static void reloads(void)
{
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 15\n");
	ask("reload");
	scratch_write("policy.yaml", POLICY_14);
	ask("reload");
	ask("reload force");
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	ask("reload");
	scratch_write("policy.yaml", POLICY_14);
	fake_gate.publish_error = -E2BIG;
	ask("reload");
	fake_gate.publish_error = 0;
	fake_gate.canary_passes = true;
	ask("reload");
	ask("no such thing");
}

static bool gate_asked;

static void reload_checks(void)
{
	size_t calls = strlen(fake_gate.calls);

	ask("reload check");
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 15\nmode: audit\n");
	ask("reload check");
	scratch_write("policy.yaml", "version: 1\nname: other\nserial: 14\n");
	ask("reload check");
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 13\n");
	ask("reload check");
	ask("reload check force");
	scratch_write("policy.yaml", POLICY_14 "mode: no\n");
	ask("reload check");
	gate_asked = strlen(fake_gate.calls) != calls;
}

/* What a reload would come to, and nothing comes of it. */
static void test_reload_check(void **state)
{
	char expected[2048];

	(void)state;
	assert_int_equal(run_with(reload_checks, false), KFG_EXIT_OK);
	snprintf(expected, sizeof(expected),
		 ":0:it is the policy in force, unchanged\n"
		 "a reload would put policy t 14 into force in place of t 14\n"
		 ":0:the policy before refuses loads; this one, in mode audit, refuses none\n"
		 "a reload would put policy t 15 into force in place of t 14\n"
		 ":0:it has the serial of the policy before, and other content\n"
		 "a reload would put policy other 14 into force in place of t 14\n"
		 ":1:serial 13 is lower than 14 of the policy in force; --force takes it all the same\n"
		 "a reload would not take the policy, t 14 would stay in force\n"
		 ":0:a reload would put policy t 13 into force in place of t 14\n"
		 ":1:%s:4:7: error:",
		 scratch_path("policy.yaml"));
	assert_memory_equal(seen, expected, strlen(expected));
	assert_non_null(strstr(seen, "\na reload would not take the policy, t 14 would stay in force\n"));
	assert_false(gate_asked);
	assert_null(strstr(kinds(), "rejected"));
}

static void weaker(void)
{
	scratch_write("policy.yaml", POLICY_14 "defaults: {unlisted: refuse}\nrules:\n"
					       "  - {id: a, kfuncs: [bpf_a], action: allow}\n");
	ask("reload check");
	ask("reload");
	scratch_write("policy.yaml", POLICY_14 "guard: off\ndefaults: {unlisted: audit}\nrules:\n"
					       "  - {id: c, kfuncs: [bpf_c], action: refuse}\n"
					       "  - {id: a, kfuncs: [bpf_a], action: allow}\n");
	ask("reload check");
	ask("reload");
}

/* What is refused less is said before and after it is so; what is refused more, by a check alone. */
static void test_reload_weakens(void **state)
{
	static const char *const kfuncs[] = { "bpf_a", "bpf_b [mod]", "bpf_c",	     "bpf_d",
					      "bpf_e", "bpf_f",	      "bpf_g [mod]", "bpf_h" };

	(void)state;
	fake_gate.kfuncs = kfuncs;
	fake_gate.n_kfuncs = sizeof(kfuncs) / sizeof(kfuncs[0]);
	assert_int_equal(run_with(weaker, false), KFG_EXIT_OK);
	assert_string_equal(
		seen,
		":0:it has the serial of the policy before, and other content\n"
		"refused from now on, to who is in no rule: bpf_b [mod], bpf_c, bpf_d, bpf_e, bpf_f and 2 more\n"
		"a reload would put policy t 14 into force in place of t 14\n"
		":0:it has the serial of the policy before, and other content\n"
		"policy t 14 is in force\n"
		":0:it has the serial of the policy before, and other content\n"
		"not refused any more, to who is in no rule: bpf_b [mod], bpf_d, bpf_e, bpf_f, bpf_g [mod] and 1 more\n"
		"guard: off takes effect when the agent is started again, until then it stays auto\n"
		"a reload would put policy t 14 into force in place of t 14\n"
		":0:it has the serial of the policy before, and other content\n"
		"not refused any more, to who is in no rule: bpf_b [mod], bpf_d, bpf_e, bpf_f, bpf_g [mod] and 1 more\n"
		"guard: off takes effect when the agent is started again, until then it stays auto\n"
		"policy t 14 is in force\n");
}

static void test_reload(void **state)
{
	char expected[2048];

	(void)state;
	assert_int_equal(run_with(reloads, false), KFG_EXIT_OK);
	snprintf(expected, sizeof(expected),
		 ":0:policy t 15 is in force\n"
		 ":1:serial 14 is lower than 15 of the policy in force; --force takes it all the "
		 "same\n"
		 "policy not taken, t 15 stays in force\n"
		 ":0:policy t 14 is in force\n"
		 ":1:%s/policy.yaml:4:7: error: \"no\" is not what \"mode\" can be, which is "
		 "enforce, audit or sealed\n"
		 "    4 | mode: no\n"
		 "      |       ^\n"
		 "policy not taken, t 14 stays in force\n"
		 ":1:cannot put the policy into the kernel: Argument list too long\n"
		 "policy not taken, t 14 stays in force\n"
		 ":1:policy t 14 is in force, but NOT PROVEN: a canary was loaded\n"
		 ":1:unknown request; is the running agent older than this kfgate?\n",
		 scratch);
	assert_string_equal(seen, expected);
	assert_string_equal(fake_gate.calls, "OPARTRS"
					     "PRS"
					     "PRS"
					     "P"
					     "PRS"
					     "DC");
	assert_string_equal(kinds(), "policy-loaded swept started "
				     "policy-loaded swept policy-rejected policy-loaded swept policy-rejected "
				     "policy-rejected policy-loaded unproven swept stopped ");
}

static void hangups(void)
{
	scratch_write("policy.yaml", "version: 1\nname: t\nserial: 13\n");
	kill(getpid(), SIGHUP);
	wait_for("READY=1");
	ask("status json");
}

static void test_hangup(void **state)
{
	(void)state;
	assert_int_equal(run_with(hangups, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "\"serial\": 14,"));
	assert_non_null(strstr(seen, "\"rejected\": \"serial 13 is lower than 14"));
}

static void test_forced_hangup(void **state)
{
	(void)state;
	assert_int_equal(run_with(hangups, true), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "\"serial\": 13,"));
	assert_non_null(strstr(seen, "\"rejected\": null"));
}

static void events(void)
{
	struct kfg_event *e = fake_gate.events;

	for (size_t i = 0; i < 4; i++) {
		e[i] = sample_event();
		e[i].generation = fake_gate.generation;
	}
	/* 1 repeats 0, 2 is a canary, 3 makes no sense */
	e[2].kfuncs[0].verdict.rule = KFG_RULE_CANARY;
	e[3].mode = KFG_MODE_MAX;
	fake_gate.stats.n[KFG_STAT_LOST] = 3;
	send_events(4);
	/*
	 * a load that straddles a reload is told with the policy that judged it; one before that is
	 * not known any more
	 */
	scratch_write("policy.yaml", "version: 1\nname: second\nserial: 15\n");
	ask("reload");
	for (size_t i = 0; i < 3; i++) {
		e[i] = sample_event();
		e[i].pid = 1000 + i;
		e[i].generation = fake_gate.generation - i;
	}
	send_events(3);
	ask("status json");
}

static void test_events(void **state)
{
	(void)state;
	assert_int_equal(run_with(events, false), KFG_EXIT_OK);
	assert_string_equal(kinds(), "policy-loaded swept started refused events-lost policy-loaded swept "
				     "refused refused refused stopped ");
	assert_non_null(strstr(captured, "\"KFGATE_COUNT\":\"3\",\"KFGATE_TOTAL\":\"3\""));
	assert_non_null(strstr(captured, "of cilium-agent[1000] (cilium.service): kfunc bpf_ct_insert_entry is listed "
					 "by no rule [default for unlisted, policy second 14]"));
	assert_non_null(strstr(captured, "of cilium-agent[1001] (cilium.service): kfunc bpf_ct_insert_entry is listed "
					 "by no rule [default for unlisted, policy t 14]"));
	assert_non_null(strstr(captured, "of cilium-agent[1002] (cilium.service): kfunc bpf_ct_insert_entry is listed "
					 "by no rule [default for unlisted, policy serial 14]"));
	/* what was read: 1 + 3 that became records, and one of each other kind */
	assert_non_null(strstr(seen, "\"events_malformed\": 1,\n    \"events_recorded\": 4,\n"
				     "    \"events_unrecorded\": 0,\n    \"events_canary\": 1,\n"
				     "    \"duplicates\": 1,"));
	assert_non_null(strstr(seen, "\"events_lost\": 3,"));
	/* each is settled when the agent has ended, and the loss was told for the next one, too */
	assert_int_equal(fake_gate.end, 7);
	assert_int_equal(fake_gate.settled, 7);
	assert_int_equal(fake_gate.undelivered, 0);
	assert_int_equal(fake_gate.lost_told, 3);
}

static void status(void)
{
	char text[512] = POLICY_14 "deprecations:\n";

	/* far ahead, so that the test does not depend on the day */
	for (int i = 7; i > 0; i--)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "  - {kfunc: bpf_%d, deadline: 2999-01-0%d}\n", i, i);
	strcat(text, "  - {kfunc: bpf_past, deadline: 2001-01-01}\n  - {kfunc: bpf_never}\n");
	scratch_write("policy.yaml", text);
	ask("reload");
	seen[0] = '\0';
	ask("status");
}

static void test_status(void **state)
{
	(void)state;
	assert_int_equal(run_with(status, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "deprecations: 9 (past their deadline: 1)"));
	for (int i = 1; i <= 7; i++) {
		char name[16];

		snprintf(name, sizeof(name), "  bpf_%d\n", i);
		assert_true(!strstr(seen, name) == (i > 5));
	}
	assert_true(strstr(seen, "bpf_1") < strstr(seen, "bpf_5"));
}

static void status_of_some(void)
{
	static const char *const kfuncs[] = { "bpf_6 [nf_x]", "bpf_30", "bpf_3", "bpf" };

	fake_gate.kfuncs = kfuncs;
	fake_gate.n_kfuncs = 4;
	status();
}

/* What this kernel lacks, nobody can use: its deadline is no news. */
static void test_status_of_absent(void **state)
{
	(void)state;
	assert_int_equal(run_with(status_of_some, false), KFG_EXIT_OK);
	for (int i = 1; i <= 7; i++) {
		char name[16];

		snprintf(name, sizeof(name), "  bpf_%d\n", i);
		assert_true(!strstr(seen, name) == (i != 3 && i != 6));
	}
}

static void status_of_told(void)
{
	static const char *const kfuncs[] = { "bpf_3", "bpf_told" };

	fake_gate.kfuncs = kfuncs;
	fake_gate.n_kfuncs = 2;
	fake_gate.deprecations = "  - kfunc: \"bpf_told [vmlinux]\"\n    replacement: bpf_new\n"
				 "  - kfunc: \"bpf_3 [vmlinux]\"\n";
	status();
}

/* What the kernel itself calls deprecated is one more, but for what the policy has a row of. */
static void test_status_of_told(void **state)
{
	(void)state;
	assert_int_equal(run_with(status_of_told, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "deprecations: 10 (past their deadline: 1)"));
}

static void status_of_counted(void)
{
	fake_gate.n_hits = 5; /* the table, what is unlisted, a rule, two deprecations */
	fake_gate.hits[1].loads = 3;
	fake_gate.hits[2].loads = 12;
	fake_gate.hits[4].present = 1;
	scratch_write("policy.yaml", POLICY_14 "rules: [{id: a, kfuncs: [x], action: allow}]\n"
					       "deprecations:\n  - {kfunc: bpf_1, deadline: 2999-01-01}\n"
					       "  - {kfunc: \"bpf_2 [nf_x]\", deadline: 2999-01-02}\n");
	ask("reload");
	seen[0] = '\0';
	ask("status");
	ask("parts 1");
	ask("parts 4");
	ask("parts 5");
	/* the counters of another policy */
	fake_gate.n_hits = 4;
	ask("parts 0");
}

static void test_status_of_counted(void **state)
{
	(void)state;
	assert_int_equal(run_with(status_of_counted, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "Rules: 1 of 1 decided something since "));
	assert_non_null(strstr(seen, "; 3 kfuncs of loads matched none\n"));
	/* who is used comes first */
	assert_non_null(strstr(seen, "bpf_2"));
	assert_true(strstr(seen, "bpf_2") < strstr(seen, "bpf_1"));
	assert_non_null(strstr(seen, "rule\ta\t12\t0\t0\t"));
	assert_null(strstr(seen, "unlisted\t"));
	assert_non_null(strstr(seen, "deprecation\tbpf_2 [nf_x]\t0\t1\t0\t"));
	assert_non_null(strstr(seen, "how often rules decide is not counted\n"));
}

static bool told_again(unsigned before)
{
	for (int tries = 0; fake_gate.file_calls == before && tries < 200; tries++)
		usleep(20000);
	return fake_gate.file_calls != before;
}

static void files(void)
{
	struct kfg_event *e = &fake_gate.events[0];
	char text[512];
	unsigned before;

	snprintf(text, sizeof(text),
		 POLICY_14 "rules:\n  - {id: a, kfuncs: [x], action: allow, "
			   "loaders: {exes: [%s/bin/agent, /z*]}}\n",
		 scratch);
	scratch_write("policy.yaml", text);
	before = fake_gate.file_calls; /* told before the policy is in force and after */
	ask("reload");
	saw(fake_gate.file_calls == before + 2 && fake_gate.n_files == 1 ? "told " : "not told ");
	before = fake_gate.file_calls;
	(void)mkdir(scratch_path("bin"), 0755);
	saw(told_again(before) ? "directory " : "no directory ");
	before = fake_gate.file_calls;
	scratch_write("bin/agent", "x");
	saw(told_again(before) ? "file " : "no file ");
	before = fake_gate.file_calls;
	*e = sample_event();
	e->exe_is = KFG_EXE_OTHER;
	send_events(1);
	saw(told_again(before) ? "loader\n" : "no loader\n");
}

static void test_files(void **state)
{
	(void)state;
	assert_int_equal(run_with(files, false), KFG_EXIT_OK);
	assert_non_null(strstr(seen, "told directory file loader\n"));
	assert_string_equal(fake_gate.first_file, scratch_path("bin/agent"));
	assert_non_null(strstr(captured, "; its /usr/bin/cilium-agent is not the host's"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_sealed), CASE(test_reload),		CASE(test_reload_weakens), CASE(test_reload_check),
		CASE(test_hangup), CASE(test_forced_hangup),	CASE(test_events),	   CASE(test_status),
		CASE(test_files),  CASE(test_status_of_absent), CASE(test_status_of_told), CASE(test_status_of_counted),
	};

	block_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
