/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_text.c - what explain found in a log, as text for people. */
#include "analysis/explain/report.h"

#include "base/color.h"
#include "base/text.h"
#include "analysis/explain/advice.h"
#include <stdio.h>
#include <string.h>

#define COLUMNS 100u
#define INDENT 10u
#define MANY_MODULES 3u

/* A labelled paragraph, wrapped. */
static void paragraph(struct kfg_strbuf *out, const char *label, const char *text)
{
	size_t at = INDENT;

	if (!*text)
		return;
	kfg_strbuf_printf(out, "   %-*s", (int)INDENT - 3, label);
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > INDENT && at + 1 + len > COLUMNS) {
			kfg_strbuf_printf(out, "\n%*s", (int)INDENT, "");
			at = INDENT;
		} else if (at > INDENT) {
			kfg_strbuf_adds(out, " ");
			at++;
		}
		kfg_strbuf_add(out, text, len);
		at += len;
		text += len + strspn(text + len, " ");
	}
	kfg_strbuf_adds(out, "\n");
}

/* Code, with blanks for its tabs. */
static void lines(struct kfg_strbuf *out, const char *text)
{
	while (*text) {
		size_t tabs = strspn(text, "\t"), len = strcspn(text, "\n");

		if (len)
			kfg_strbuf_printf(out, "%*s%.*s\n", (int)(INDENT + 4 + 4 * tabs), "", (int)(len - tabs),
					  text + tabs);
		else
			kfg_strbuf_adds(out, "\n");
		text += len + (text[len] == '\n');
	}
}

/* One part of where a finding stands; nothing for "". */
static void add_where(struct kfg_strbuf *out, const char *label, const char *text)
{
	char clean[4 * KFG_VLOG_TEXT_MAX];

	if (!text[0])
		return;
	kfg_text_clean(text, KFG_VLOG_TEXT_MAX, clean, sizeof(clean));
	kfg_strbuf_printf(out, ", %s%s", label, clean);
}

static void where(struct kfg_strbuf *out, const struct kfg_vlog_finding *f)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(16u * 1024);

	kfg_strbuf_printf(&text, "line %zu of the log", f->line);
	add_where(&text, "program ", f->prog);
	if (f->insn >= 0)
		kfg_strbuf_printf(&text, ", instruction %lld", f->insn);
	add_where(&text, "", f->place);
	paragraph(out, "Where", kfg_strbuf_text(&text));
}

/* The kfuncs of a group, where f begins one of n findings. */
static void group(struct kfg_strbuf *out, const struct kfg_vlog_finding *f, size_t n)
{
	_cleanup_strbuf_ struct kfg_strbuf names = KFG_STRBUF(64u * 1024);
	char name[4 * KFG_VLOG_NAME_MAX];

	if (!f->n_group)
		return;
	for (size_t i = 0; i < n; i++) {
		if (f[i].group != f->group)
			continue;
		kfg_text_clean(f[i].kfunc, sizeof(f[i].kfunc), name, sizeof(name));
		kfg_strbuf_printf(&names, "%s%s", i ? ", " : "", name);
	}
	paragraph(out, "Kfuncs", kfg_strbuf_text(&names));
}

/* Findings, a group of them as one. */
static size_t count(const struct kfg_vlog_finding *f, size_t n)
{
	size_t told = 0;

	for (size_t i = 0; i < n; i++)
		told += kfg_vlog_finding_is_told(&f[i]);
	return n - told;
}

/* f is the first of the n that follow. */
static int one(const struct kfg_vlog_finding *f, size_t n, size_t number, const struct kfg_advice_input *input,
	       struct kfg_strbuf *out)
{
	char name[4 * KFG_VLOG_NAME_MAX], module[4 * KFG_VLOG_NAME_MAX], message[4 * KFG_VLOG_TEXT_MAX];
	char others[32] = "";
	struct kfg_advice a;
	int r = kfg_advice_make(f, input, &a);

	kfg_text_clean(f->symbol, sizeof(f->symbol), name, sizeof(name));
	kfg_text_clean(f->message, sizeof(f->message), message, sizeof(message));
	kfg_text_clean(f->module, sizeof(f->module), module, sizeof(module));
	if (f->n_group)
		(void)snprintf(others, sizeof(others), " and %zu more", f->n_group - 1);
	kfg_strbuf_printf(out, "\n%s%zu. %s%s%s%s%s%s\n", kfg_color_begin(KFG_COLOR_TITLE), number,
			  name[0]   ? name :
			  module[0] ? "module " :
				      "",
			  name[0] ? "" : module, others, name[0] || module[0] ? ": " : "", kfg_vlog_kind_title(f->kind),
			  kfg_color_end(KFG_COLOR_TITLE));
	paragraph(out, "Log", message);
	where(out, f);
	group(out, f, n);
	paragraph(out, "What", kfg_strbuf_text(&a.what));
	paragraph(out, "Since", kfg_strbuf_text(&a.since));
	paragraph(out, "Do", kfg_strbuf_text(&a.todo));
	lines(out, kfg_strbuf_text(&a.code));
	paragraph(out, "Fault", kfg_blame_str(a.blame));
	kfg_advice_done(&a);
	return r;
}

/* A load that was refused, of which the log says no more. */
static void say_refused(const struct kfg_vlog_facts *facts, struct kfg_strbuf *out)
{
	char message[4 * KFG_VLOG_TEXT_MAX];

	kfg_text_clean(facts->refused, sizeof(facts->refused), message, sizeof(message));
	kfg_strbuf_printf(
		out,
		"\nLine %zu says that a load was not permitted, and no line says why: %s\n"
		"The verifier may have said why where this log does not show it: whoever loads can keep its\n"
		"words elsewhere, or ask for none. Ask for them first. Or a security module may have refused\n"
		"it, and kfgate is one: journalctl -x KFGATE_KIND=refused. Another one says it in journalctl "
		"-k.\n",
		facts->refused_line, message);
}

/* Of the kernel's own source, and in most distributions. */
static bool is_in_tree(const char *module)
{
	static const char *const names[] = {
		"ipv6",	    "fuse",	"dm_mod",     "ip_tables", "nfnetlink", "nf_tables", "nf_conntrack",
		"x_tables", "bridge",	"overlay",    "ext4",	   "xfs",	"btrfs",     "vfat",
		"fat",	    "nfs",	"bluetooth",  "kvm",	   "loop",	"tun",	     "veth",
		"snd",	    "cfg80211", "mac80211",   "autofs4",   "zram",	"nf_nat",    "vxlan",
		"usbcore",  "drm",	"virtio_net", "nvme",	   "cryptd",	"llc",	     "br_netfilter",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(module, names[i]) == 0)
			return true;
	return false;
}

/* Modules whose BTF the kernel did not take, where nothing is said to have failed by that. */
static void say_modules(const struct kfg_vlog_facts *facts, struct kfg_strbuf *out)
{
	_cleanup_strbuf_ struct kfg_strbuf names = KFG_STRBUF(16u * 1024);
	char name[4 * KFG_VLOG_NAME_MAX];
	size_t in_tree = 0;

	for (size_t i = 0; i < facts->n_modules; i++) {
		kfg_text_clean(facts->modules[i], sizeof(facts->modules[i]), name, sizeof(name));
		kfg_strbuf_printf(&names, "%s%s", i ? ", " : "", name);
	}
	for (size_t i = 0; i < facts->n_modules; i++)
		in_tree += is_in_tree(facts->modules[i]);
	kfg_strbuf_printf(out,
			  "\nThe kernel did not take the BTF of modules, from line %zu on: %s.\n"
			  "It does not fit to its own, so no program can use their kfuncs and types. Most likely they\n"
			  "were built against another kernel: install those of the kernel that runs, or build them\n"
			  "against it.\n",
			  facts->modules_line, kfg_strbuf_text(&names));
	if (in_tree >= MANY_MODULES)
		kfg_strbuf_adds(
			out, "So many of the kernel's own modules may also be right, and the kernel's own BTF wrong:\n"
			     "a vendor's kernel with backports, or one whose vmlinux was built anew, or by another\n"
			     "pahole, without its modules. Then only whoever built the kernel can mend it.\n");
}

int kfg_explain_text(const struct kfg_vlog *vlog, const struct kfg_advice_input *input, struct kfg_strbuf *out)
{
	const struct kfg_vlog_facts *facts = kfg_vlog_facts(vlog);
	struct kfg_advice_input in = *input;
	size_t n, number = 0, more = kfg_vlog_n_more(vlog);
	const struct kfg_vlog_finding *f = kfg_vlog_findings(vlog, &n);
	const size_t problems = count(f, n) + more;
	char kernel[4 * KFG_VLOG_NAME_MAX];
	int r = 0;

	if (n)
		kfg_strbuf_printf(out, "kfgate: %zu problem%s with kfuncs\n", problems, problems == 1 ? "" : "s");
	else
		kfg_strbuf_printf(out, "kfgate: no kfunc problem found in %zu line%s\n", facts->n_lines,
				  facts->n_lines == 1 ? "" : "s");
	if (!in.kernel)
		in.kernel = facts->kernel;
	in.doubted = facts->doubted;
	in.doubted_line = facts->doubted_line;
	if (n && in.kernel[0] && !input->kernel) {
		kfg_text_clean(in.kernel, strlen(in.kernel), kernel, sizeof(kernel));
		kfg_strbuf_printf(out, "The kernel is Linux %s, by line %zu.\n", kernel, facts->kernel_line);
	}
	for (size_t i = 0; i < n && r == 0; i++)
		if (!kfg_vlog_finding_is_told(&f[i]))
			r = one(&f[i], n - i, ++number, &in, out);
	if (more)
		kfg_strbuf_printf(out, "\n... and %zu more\n", more);
	if (!n && facts->refused_line)
		say_refused(facts, out);
	if (!n && facts->n_modules)
		say_modules(facts, out);
	return r ? r : out->error;
}
