/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_text.c - the state of the gate as text for people. */
#include "gate/status/status.h"
#include "base/text.h"

#include <inttypes.h>
#include "policy/policy.h"
#include "policy/verdict.h"
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define LABEL_WIDTH 12
#define UNUSED_SHOWN 3

bool kfg_status_proven(const struct kfg_status *s)
{
	for (size_t i = 0; i < 2; i++)
		if (s->hooks[i].supported && !s->hooks[i].proven)
			return false;
	return true;
}

/* "     Label: text" */
static void __attribute__((format(printf, 3, 4)))
line(struct kfg_strbuf *out, const char *label, const char *format, ...)
{
	va_list ap;

	kfg_strbuf_printf(out, "%*s%s ", LABEL_WIDTH, label, label[0] ? ":" : " ");
	va_start(ap, format);
	kfg_strbuf_vprintf(out, format, ap);
	va_end(ap);
	kfg_strbuf_adds(out, "\n");
}

static const char *stamp(uint64_t usec, char *buf, size_t size)
{
	time_t sec = usec / 1000000;
	struct tm tm;

	if (!usec || !gmtime_r(&sec, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(buf, size, "never");
	return buf;
}

static void add_uptime(uint64_t sec, char *buf, size_t size)
{
	if (sec >= 86400)
		snprintf(buf, size, "%" PRIu64 "d %" PRIu64 "h", sec / 86400, sec % 86400 / 3600);
	else if (sec >= 3600)
		snprintf(buf, size, "%" PRIu64 "h %" PRIu64 "min", sec / 3600, sec % 3600 / 60);
	else if (sec >= 60)
		snprintf(buf, size, "%" PRIu64 "min %" PRIu64 "s", sec / 60, sec % 60);
	else
		snprintf(buf, size, "%" PRIu64 "s", sec);
}

static void text_policy(const struct kfg_status *s, struct kfg_strbuf *out)
{
	char when[40], day[KFG_DAY_TEXT];

	line(out, "Policy", "%s, serial %" PRId64 ", digest %s", s->policy, s->serial, s->digest);
	line(out, "", "rules: %zu, deprecations: %zu (past their deadline: %zu), waivers: %zu", s->n_rules,
	     s->n_deprecations, s->n_expired, s->n_waivers);
	line(out, "", "generation %" PRIu64 ", since %s", s->generation, stamp(s->loaded_usec, when, sizeof(when)));
	for (size_t i = 0; i < s->n_files; i++)
		line(out, i ? "" : "Files", "%s", s->files[i]);
	if (s->lifecycle.file)
		line(out, "Lifecycle", "of %s, %d days old%s: %s", kfg_day_format(s->lifecycle.date, day),
		     s->today - s->lifecycle.date, kfg_lifecycle_is_old(&s->lifecycle, s->today) ? ", TOO OLD" : "",
		     s->lifecycle.file);
	if (s->rejected)
		line(out, "Rejected", "%.*s", (int)strcspn(s->rejected, "\n"), s->rejected);
}

/* An honest word: which of both runs, and how many loads it was not asked about. */
static void text_without_lsm(const struct kfg_status *s, struct kfg_strbuf *out)
{
	bool enforces = kfg_mode_enforces(s->mode);

	if (!s->without_lsm)
		return;
	line(out, "BPF LSM", "NOT ACTIVE: the gate %s; %llu loads were missed",
	     enforces ? "refuses what it sees" : "refuses nothing", (unsigned long long)s->missed.loads);
	if (s->missed.early || s->missed.others)
		line(out, "", "%llu missed before verification alone; %llu times what notes units",
		     (unsigned long long)s->missed.early, (unsigned long long)s->missed.others);
	if (s->guard_missed)
		line(out, "", "the kernel left the guard out of %" PRIu64 " call%s", s->guard_missed,
		     kfg_text_s(s->guard_missed));
	if (enforces && s->may_preempt)
		line(out, "",
		     "this kernel may preempt, and leave the gate out of loads (journalctl KFGATE_KIND=missed)");
}

static void text_hook(const struct kfg_status *s, size_t i, struct kfg_strbuf *out)
{
	static const char *const names[] = { "before verification (bpf_prog_load)", "after verification (bpf_prog)" };
	const struct kfg_status_hook *hook = &s->hooks[i];
	char when[40];

	if (!hook->supported)
		line(out, i ? "" : "Hooks", "%s: not in this kernel", names[i]);
	else if (!hook->proven)
		line(out, i ? "" : "Hooks", "%s: NOT PROVEN: %s", names[i], hook->why);
	else
		line(out, i ? "" : "Hooks", "%s: proven %s", names[i], stamp(s->proven_usec, when, sizeof(when)));
}

/* The agent's canaries apart: each is one load with a kfunc call. Counters are read one after the other. */
static void text_loads(const __u64 *n, struct kfg_strbuf *out)
{
	uint64_t canaries = n[KFG_STAT_CANARY1] + n[KFG_STAT_CANARY2], kfuncs = n[KFG_STAT_KFUNC_LOADS];
	uint64_t loads = n[KFG_STAT_LOADS];

	line(out, "Loads",
	     "%" PRIu64 " seen, %" PRIu64 " with kfunc calls; beside them %" PRIu64 " canar%s of the agent",
	     loads > canaries ? loads - canaries : 0, kfuncs > canaries ? kfuncs - canaries : 0, canaries,
	     canaries == 1 ? "y" : "ies");
}

static void text_counters(const struct kfg_status *s, struct kfg_strbuf *out)
{
	const __u64 *n = s->kernel.n;

	if (s->guarded)
		line(out, "Guard",
		     "on%s, %" PRIu64 " attempt%s refused; left out of %" PRIu64 " list%s of all BPF objects",
		     s->strict ? " until the next boot (strict)" : "", s->attempts, kfg_text_s(s->attempts),
		     s->listings, kfg_text_s(s->listings));
	else
		line(out, "Guard", "off%s: whoever has the capabilities can take the gate off",
		     s->without_lsm ? ", as it needs BPF LSM" : "");
	text_loads(n, out);
	line(out, "Verdicts", "%llu audited, %llu warned, %llu refused, %llu would refuse, %llu unscannable",
	     (unsigned long long)n[KFG_STAT_AUDITED], (unsigned long long)n[KFG_STAT_WARNED],
	     (unsigned long long)n[KFG_STAT_REFUSED], (unsigned long long)n[KFG_STAT_WOULD_REFUSE],
	     (unsigned long long)n[KFG_STAT_UNSCANNABLE]);
	line(out, "Present", "%" PRIu64 " programs examined, %" PRIu64 " could not be", s->sweep_seen, s->sweep_failed);
	if (s->overrides)
		line(out, "", "%" PRIu64 " OF OTHERS CAN ANSWER IN THE GATE'S PLACE (journalctl KFGATE_KIND=override)",
		     s->overrides);
	if (n[KFG_STAT_OVERRIDES])
		line(out, "Overrides", "%llu programs refused that could answer in the gate's place",
		     (unsigned long long)n[KFG_STAT_OVERRIDES]);
	if (n[KFG_STAT_UNITS_DOUBTED])
		line(out, "Units", "%llu MATCH NO RULE ANY MORE: no memory to note who was moved there",
		     (unsigned long long)n[KFG_STAT_UNITS_DOUBTED]);
	if (n[KFG_STAT_UNPLACED])
		line(out, n[KFG_STAT_UNITS_DOUBTED] ? "" : "Units",
		     "%llu child processes were given no unit: theirs could not be noted",
		     (unsigned long long)n[KFG_STAT_UNPLACED]);
	line(out, "Records",
	     "%" PRIu64 " written, %" PRIu64 " dropped, %" PRIu64 " failed, %" PRIu64 " duplicate%s left out",
	     s->records_written, s->records_dropped, s->records_failed, s->duplicates, kfg_text_s(s->duplicates));
	line(out, "Events", "%llu sent, %llu lost, %" PRIu64 " malformed", (unsigned long long)n[KFG_STAT_EVENTS],
	     (unsigned long long)n[KFG_STAT_LOST], s->malformed);
	if (n[KFG_STAT_TABLE_FULL] || n[KFG_STAT_UNKNOWN_LOADER])
		line(out, "Crowded", "%llu loads not followed, %llu loaders not remembered",
		     (unsigned long long)n[KFG_STAT_TABLE_FULL], (unsigned long long)n[KFG_STAT_UNKNOWN_LOADER]);
}

/* How many rules decided anything, and the first that did not. */
static void text_rules(const struct kfg_status *s, struct kfg_strbuf *out)
{
	size_t used = kfg_status_rules_used(s), unused = 0;
	uint64_t since;
	char when[40];

	if (!s->n_parts)
		return;
	since = s->parts[0].since_usec;
	for (size_t i = 1; i <= s->n_rules && i < s->n_parts; i++)
		if (s->parts[i].since_usec < since)
			since = s->parts[i].since_usec;
	line(out, "Rules", "%zu of %zu decided something since %s; %" PRIu64 " kfuncs of loads matched none", used,
	     s->n_rules, stamp(since, when, sizeof(when)), s->parts[0].loads);
	if (used == s->n_rules)
		return;
	kfg_strbuf_printf(out, "%*s  did not: ", LABEL_WIDTH, "");
	for (size_t i = 1; i <= s->n_rules && i < s->n_parts; i++) {
		if (s->parts[i].loads || s->parts[i].present || unused++ >= UNUSED_SHOWN)
			continue;
		kfg_strbuf_printf(out, "%s%s", unused > 1 ? ", " : "", s->parts[i].name);
	}
	if (unused > UNUSED_SHOWN)
		kfg_strbuf_printf(out, " and %zu more (kfgate status --rules)", unused - UNUSED_SHOWN);
	kfg_strbuf_adds(out, "\n");
}

static void text_deadlines(const struct kfg_status *s, struct kfg_strbuf *out)
{
	int width = 0;

	if (!s->n_deadlines)
		line(out, "Deadlines", "none ahead");
	for (size_t i = 0; i < s->n_deadlines; i++) {
		int len = strlen(s->deadlines[i].kfunc);

		width = len > width ? len : width;
	}
	for (size_t i = 0; i < s->n_deadlines; i++) {
		const struct kfg_status_deadline *d = &s->deadlines[i];
		char day[KFG_DAY_TEXT], left[32];

		if (d->day == s->today)
			snprintf(left, sizeof(left), "last day");
		else
			snprintf(left, sizeof(left), "%d day%s", d->day - s->today, d->day - s->today == 1 ? "" : "s");
		line(out, i ? "" : "Deadlines", "%s  %-9s  %-*s%s%s%s", kfg_day_format(d->day, day), left,
		     d->replacement || d->hits ? width : 0, d->kfunc, d->hits ? "  IN USE" : "",
		     d->replacement ? "  use " : "", d->replacement ? d->replacement : "");
	}
}

void kfg_status_text(const struct kfg_status *s, struct kfg_strbuf *out)
{
	char uptime[64];

	add_uptime(s->uptime_sec, uptime, sizeof(uptime));
	line(out, "kfgate", "%s, pid %" PRIu32 ", up %s", s->version, s->pid, uptime);
	line(out, "Mode", "%s%s", kfg_mode_str(s->mode), kfg_mode_enforces(s->mode) ? "" : " (nothing is refused)");
	text_without_lsm(s, out);
	line(out, "Kernel", "%s, %s", s->kernel_release,
	     s->hooks[0].supported ? "fully supported" : "stage 2 alone: judged after verification only");
	text_hook(s, 0, out);
	text_hook(s, 1, out);
	text_policy(s, out);
	text_counters(s, out);
	text_rules(s, out);
	text_deadlines(s, out);
}
