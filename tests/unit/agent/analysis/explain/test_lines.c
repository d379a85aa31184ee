/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/explain/explain_release.h"
#include "analysis/explain/lines.h"
#include "cmocka_all.h"
#include <stdio.h>
#include <string.h>

static char got[4096];
static struct kfg_lines lines;

static void keep(void *arg, const struct kfg_line *line)
{
	size_t n = strlen(got);

	(void)arg;
	snprintf(got + n, sizeof(got) - n, "%zu:%.*s|", line->number, (int)line->text.n, line->text.at);
}

static void assert_lines(const char *text, const char *expected)
{
	got[0] = '\0';
	kfg_lines_init(&lines, keep, NULL);
	for (size_t i = 0; i < strlen(text); i += 3)
		kfg_lines_feed(&lines, text + i, strlen(text + i) < 3 ? strlen(text + i) : 3);
	kfg_lines_end(&lines);
	assert_string_equal(got, expected);
}

static void test_prefixes(void **state)
{
	(void)state;
	assert_lines("a\nb", "1:a|2:b|");
	assert_lines("Nov 21 10:00:00 host prog[123]: R1 bad\n", "1:R1 bad|");
	assert_lines("2026-05-24T05:51:47+0200 host kernel: [   12.345678] BPF: x\n", "1:BPF: x|");
	assert_lines("2026/03/01 09:00:00 load objects: x\n", "1:load objects: x|");
	assert_lines("E0301 09:00:00.000000    1 main.go:12] R1 bad\n", "1:R1 bad|");
	assert_lines("12:51:47 [WARN] libbpf: x\n", "1:libbpf: x|");
	assert_lines("agent-1  | R1 bad\n", "1:R1 bad|");
	assert_lines("> > R1 bad\n", "1:R1 bad|");
	/* what an unknown logger wrote is known from the instruction before */
	assert_lines("pod/x(17) 4: (85) call bpf_x#70000\npod/x(18) R1 bad\n", "1:4: (85) call bpf_x#70000|2:R1 bad|");
	/* and from the loader's line before */
	assert_lines("stderr F libbpf: extern (func\nstderr F ksym) x\n", "1:stderr F libbpf: extern (func|2:ksym) x|");
	/* no prefix: a message that begins like one */
	assert_lines("R1 type=ctx expected=fp\n", "1:R1 type=ctx expected=fp|");
}

static void test_packed(void **state)
{
	(void)state;
	assert_lines("{\"error\":\"load:\\n\\t4: (85) call bpf_x#70000\\n\\tR1 \\\"bad\\\"\"}\n",
		     "1:load:|1:4: (85) call bpf_x#70000|1:R1 \"bad\"|");
	assert_lines("a\\\\nb\\\\nc\n", "1:a|1:b|1:c|");
	assert_lines("a#012b\n", "1:a|1:b|");
	assert_lines("\x1b[31mred\x1b[0m \\u003cb\\u003e\n", "1:red <b>|");
	/* the text of the program has its own */
	assert_lines("; bpf_printk(\"a\\n\"); @ a.c:1\n", "1:; bpf_printk(\"a\\n\"); @ a.c:1|");
}

static void test_envelopes(void **state)
{
	(void)state;
	assert_lines("{\"time\":\"2026-01-02T03:04:05Z\",\"level\":\"ERROR\",\"msg\":\"R1 bad\"}\n", "1:R1 bad|");
	assert_lines("2026-01-02T03:04:05Z {\"log\":\"R1 bad\\n\",\"stream\":\"stderr\"}\n", "1:R1 bad|");
	/* one in the other */
	assert_lines("{\"log\":\"{\\\"msg\\\":\\\"a\\\\nb\\\"}\\n\"}\n", "1:a|1:b|");
	assert_lines("  \"error\": \"a\\nb\",\n", "1:a|1:b|");
	assert_lines("{\"kernel_version\":\"6.8.0\",\"arch\":\"x86_64\",\"msg\":\"a\"}\n",
		     "1:kernel_version: 6.8.0|1:a|");
	assert_lines("time=\"2026-01-02T03:04:05Z\" level=fatal msg=\"no start\" error=\"a: \\\"b\\\"\\nc\" pod=x\n",
		     "1:no start|1:a: \"b\"|1:c|");
	/* cut */
	assert_lines("{\"msg\":\"R1 ba", "1:R1 ba|");
	assert_lines("{\"msg\":\"R1 ba\\", "1:R1 ba\\|");
	assert_lines("level=info msg=\"", "1:|");
	/* neither */
	assert_lines("{ R1 }\n", "1:{ R1 }|");
	assert_lines("level=info what\n", "1:level=info what|");
}

static void test_characters(void **state)
{
	(void)state;
	assert_lines("extern &#39;x&#x27; &lt;a&gt; &amp;&quot;b&quot;\n", "1:extern 'x' <a> &\"b\"|");
	assert_lines("extern \xe2\x80\x98x\xe2\x80\x99\n", "1:extern 'x'|");
	assert_lines("a &x; \xe2\x80 b\n", "1:a &x; \xe2\x80 b|");
}

static void test_squashed(void **state)
{
	(void)state;
	assert_lines("; x = f(p); 4: (bf) r1 = r7 ; R1=scalar() 5: (85) call bpf_x#70000 R1 bad processed 6 insns\n",
		     "1:; x = f(p);|1:4: (bf) r1 = r7 ; R1=scalar()|1:5: (85) call bpf_x#70000|1:R1 bad|"
		     "1:processed 6 insns|");
	assert_lines("5: (85) call bpf_x#70000   ; R0=scalar()\n", "1:5: (85) call bpf_x#70000   ; R0=scalar()|");
	assert_lines("5: (85) call bpf_x#70000 ; R0=scalar()\n", "1:5: (85) call bpf_x#70000 ; R0=scalar()|");
}

static void test_instructions(void **state)
{
	(void)state;
	assert_lines("program p: load program: denied: 28: (85) call bpf_x#81234: bad (1 line(s) omitted)\n",
		     "1:program p: load program: denied|1:28: (85) call bpf_x#81234|1:bad (1 line(s) omitted)|");
}

static void assert_kernel(const char *line, const char *release)
{
	struct kfg_explain_release words = { 0 };

	kfg_explain_release_read(&words, (struct kfg_span){ line, strlen(line) }, 1);
	if (strcmp(words.release, release) != 0)
		fail_msg("\"%s\" says \"%s\"", line, words.release);
}

static void test_kernels(void **state)
{
	(void)state;
	assert_kernel("Linux version 6.8.0-45-generic (buildd@x) (gcc 13)", "6.8.0-45-generic");
	assert_kernel("Linux host 6.1.0-13-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1", "6.1.0-13-amd64");
	assert_kernel("CPU: 1 PID: 900 Comm: insmod Tainted: G  OE  6.9.0+ #1", "6.9.0+");
	assert_kernel("**Kernel version**: 6.12.57", "6.12.57");
	assert_kernel("kernel 5.15.0", "5.15.0");
	assert_kernel("Linux kernel version: 6.12.24", "6.12.24");
	assert_kernel("make -C /lib/modules/6.8.0-45-generic/build", "6.8.0-45-generic");
	/* a tool's, and what is asked for, are none */
	assert_kernel("bpftool v7.4.0 using libbpf v1.4", "");
	assert_kernel("[INFO] scx_bpfland 1.0.18 x86_64-unknown-linux-gnu", "");
	assert_kernel("needs kernel 5.15 or newer", "");
	assert_kernel("kernel function bpf_x 6.1", "");
	assert_kernel("clang version 18.1.8", "");
	assert_true(kfg_explain_release_is_backport("5.14.0-570.el9_6.x86_64"));
	assert_false(kfg_explain_release_is_backport("6.8.0-45-generic"));
}

static void test_uname(void **state)
{
	struct kfg_explain_release words = { 0 };
	static const char ask[] = "$ uname -r", answer[] = "6.6.32";

	(void)state;
	kfg_explain_release_read(&words, (struct kfg_span){ ask, strlen(ask) }, 1);
	kfg_explain_release_read(&words, (struct kfg_span){ answer, strlen(answer) }, 2);
	assert_string_equal(words.release, "6.6.32");
	assert_int_equal(words.line, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),   cmocka_unit_test(test_packed),   cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_characters), cmocka_unit_test(test_squashed), cmocka_unit_test(test_instructions),
		cmocka_unit_test(test_kernels),	   cmocka_unit_test(test_uname),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
