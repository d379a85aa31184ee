/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain_release.c - a release counts where the words around it say that it is the kernel's: "Linux
 * version 6.8.0-45-generic", uname ("Linux HOST 6.8.0 #1 SMP", "6.1.0-13-amd64 #1 SMP"), an oops ("Not
 * tainted 6.9.0 #1"), paths of modules and images, "kernel: 6.12.57", "fails on Linux 7.0.12". The version of a tool is
 * none, and neither is one that is demanded ("needs kernel 5.15 or newer"), or that works.
 */
#include "analysis/explain/explain_release.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool in_release(char c)
{
	return c && (isalnum((unsigned char)c) || strchr(".-+_~", c));
}

/* The release that begins at text: 3.0 to 99.x, digits on both sides of a dot. */
static struct kfg_span release_at(const char *at, const char *end)
{
	const char *s = at;
	unsigned major = 0;

	while (s < end && isdigit((unsigned char)*s) && s - at < 3)
		major = major * 10 + (unsigned)(*s++ - '0');
	if (s == at || major < 3 || major > 99 || end - s < 2 || *s != '.' || !isdigit((unsigned char)s[1]))
		return (struct kfg_span){ at, 0 };
	while (s < end && in_release(*s))
		s++;
	while (s > at && !isalnum((unsigned char)s[-1]) && s[-1] != '+')
		s--;
	return (struct kfg_span){ at, (size_t)(s - at) };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The release right before at, which is behind a blank. */
static struct kfg_span release_before(const char *start, const char *at)
{
	const char *s = at;

	while (s > start && is_blank(s[-1]))
		s--;
	while (s > start && in_release(s[-1]) && at - s < (int)KFG_EXPLAIN_RELEASE_MAX)
		s--;
	return s > start && !is_blank(s[-1]) ? (struct kfg_span){ s, 0 } : release_at(s, at);
}

static const char *find(struct kfg_span line, const char *from, const char *text)
{
	return memmem(from, (size_t)(line.at + line.n - from), text, strlen(text));
}

/* "RELEASE #1 SMP", "Not tainted RELEASE #1" */
static struct kfg_span by_build_number(struct kfg_span line)
{
	const char *at = line.at, *end = line.at + line.n;

	while ((at = find(line, at, " #"))) {
		struct kfg_span r = { at, 0 };

		if (at + 2 < end && isdigit((unsigned char)at[2]) &&
		    (find(line, at, " SMP") || find(line, at, " PREEMPT") || find(line, line.at, "ainted")))
			r = release_before(line.at, at);
		if (r.n)
			return r;
		at++;
	}
	return (struct kfg_span){ line.at, 0 };
}

static struct kfg_span behind(struct kfg_span line, const char *words)
{
	const char *at = find(line, line.at, words);

	return at ? release_at(at + strlen(words), line.at + line.n) : (struct kfg_span){ line.at, 0 };
}

static struct kfg_span certain_release(struct kfg_span line)
{
	static const char *const before[] = { "Linux version ", "/lib/modules/", "/boot/vmlinuz-",
					      "BOOT_IMAGE=/vmlinuz-" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct kfg_span r = behind(line, before[i]);

		if (r.n)
			return r;
	}
	return by_build_number(line);
}

static const char *find_word(struct kfg_span line, const char *from, const char *word)
{
	size_t n = strlen(word);
	char upper = (char)toupper((unsigned char)word[0]);

	for (const char *at = from; at + n <= line.at + line.n; at++)
		if ((*at == word[0] || *at == upper) && strncasecmp(at, word, n) == 0)
			return at;
	return NULL;
}

/* Somebody's demand, or history, and not what runs. */
static bool is_demand(struct kfg_span line)
{
	static const char *const words[] = { "require", "need",	     "minimum", "at least",  "or newer",   "or later",
					     "newer",	"older",     "since",	"supported", ">=",	   "before",
					     "upgrade", "recommend", "prior",	"tested",    "introduced", "after" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (find_word(line, line.at, words[i]))
			return true;
	return false;
}

/* "kernel 5.15.0", "Kernel version: 6.12.57", "kernel=6.1" */
static struct kfg_span by_name(struct kfg_span line)
{
	static const char *const fill[] = { "version", "release", "is", "linux", "ver", "detected", "running" };
	const char *at = line.at, *end = line.at + line.n;

	while ((at = find_word(line, at, "kernel"))) {
		at += strlen("kernel");
		for (const char *s = at;;) {
			size_t n = 0;

			while (s < end && *s && strchr(" \t:=*_`'\"()", *s))
				s++;
			if (s < end && *s == 'v' && s + 1 < end && isdigit((unsigned char)s[1]))
				s++;
			for (size_t i = 0; i < sizeof(fill) / sizeof(fill[0]) && !n; i++)
				if ((size_t)(end - s) > strlen(fill[i]) &&
				    strncasecmp(s, fill[i], strlen(fill[i])) == 0)
					n = strlen(fill[i]);
			if (!n) {
				struct kfg_span r = release_at(s, end);

				if (r.n && s > at)
					return r;
				break;
			}
			s += n;
		}
	}
	return (struct kfg_span){ line.at, 0 };
}

/* Whether the word that ends at end is one of those; NULL ends the list. */
static bool ends_in(struct kfg_span line, const char *end, const char *const *words)
{
	const char *from = end;

	while (from > line.at && isalpha((unsigned char)from[-1]))
		from--;
	for (; *words; words++)
		if ((size_t)(end - from) == strlen(*words) && strncasecmp(from, *words, strlen(*words)) == 0)
			return true;
	return false;
}

/* "Alpine Linux 3.19": a number of a distribution */
static bool is_distribution(struct kfg_span line, const char *at)
{
	static const char *const words[] = { "Alpine", "Rocky", "Oracle", "Alma",  "Enterprise", "Amazon",
					     "Kali",   "Azure", "Void",	  "Slack", "Photon",	 NULL };

	while (at > line.at && is_blank(at[-1]))
		at--;
	return ends_in(line, at, words);
}

/* "Linux 6.8" that somebody runs: the word before says so. */
static bool is_run(struct kfg_span line, const char *at, struct kfg_span release)
{
	static const char *const words[] = { "on",    "under",	"running", "runs", "run",
					     "using", "booted", "host",	   "is",   NULL };
	const char *end = at;

	while (end > line.at && is_blank(end[-1]))
		end--;
	/* "OS: Linux 6.8.0-45-generic", "(Linux 6.8.1)" */
	if (end > line.at && strchr(":(=", end[-1])) {
		const char *dot = memchr(release.at, '.', release.n), *last = memrchr(release.at, '.', release.n);

		return dot != last || memchr(release.at, '-', release.n);
	}
	return ends_in(line, end, words);
}

/* What works there, or is said of all that follow: no log of a failure there. */
static bool is_other_release(struct kfg_span line, struct kfg_span release)
{
	static const char *const words[] = { "work",	"fine",	      "up to",	   "until",  "starting", "added",
					     "removed", "deprecated", "and later", "loads ", "and above" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (find_word(line, line.at, words[i]))
			return !find_word(line, line.at, "not work") && !find_word(line, line.at, "n't work");
	return release.at[release.n - 1] == '+' && !memchr(release.at, '-', release.n);
}

/* "cannot load on Linux 7.0.12". *ret_doubted: another release is named, or not as the one that runs. */
static struct kfg_span by_prose(struct kfg_span line, struct kfg_span *ret_doubted)
{
	const char *at = line.at, *end = line.at + line.n;
	struct kfg_span found = { line.at, 0 };

	*ret_doubted = found;
	while ((at = find_word(line, at, "linux "))) {
		const char *s = at + strlen("linux ");
		struct kfg_span r;

		s += s + 1 < end && *s == 'v';
		r = release_at(s, end);
		if (is_distribution(line, at))
			r.n = 0;
		if (r.n && ret_doubted->n && (r.n != ret_doubted->n || memcmp(r.at, ret_doubted->at, r.n) != 0))
			return (struct kfg_span){ line.at, 0 };
		if (r.n)
			*ret_doubted = r;
		if (r.n && is_run(line, at, r) && !is_other_release(line, r))
			found = r;
		at = s;
	}
	return found;
}

static void keep(struct kfg_explain_release *w, struct kfg_span release, size_t number, bool certain)
{
	size_t n = release.n < sizeof(w->release) - 1 ? release.n : sizeof(w->release) - 1;

	if (!release.n || w->certain || (w->release[0] && !certain))
		return;
	memcpy(w->release, release.at, n);
	w->release[n] = '\0';
	w->line = number;
	w->certain = certain;
}

void kfg_explain_release_read(struct kfg_explain_release *w, struct kfg_span line, size_t number)
{
	struct kfg_span r, doubted = { line.at, 0 };

	if (line.n > 1024)
		line.n = 1024;
	r = certain_release(line);
	if (w->asked && !r.n)
		r = release_at(line.at, line.at + line.n);
	keep(w, r, number, true);
	if (!r.n && !w->release[0]) {
		r = by_name(line);
		if (r.n)
			doubted = r;
		else
			r = by_prose(line, &doubted);
		if (r.n && !is_demand(line))
			keep(w, r, number, false);
		else if (doubted.n && doubted.n < sizeof(w->doubted) && !w->doubted[0]) {
			memcpy(w->doubted, doubted.at, doubted.n);
			w->doubted_line = number;
		}
	}
	w->asked = find(line, line.at, "uname -r") != NULL;
}

bool kfg_explain_release_is_backport(const char *release)
{
	return strstr(release, ".el8") || strstr(release, ".el9") || strstr(release, ".el10");
}
