/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seams.c - lines that somebody joined are parted again. */
#include "analysis/explain/seams.h"

#include "analysis/explain/line_insn.h"
#include <ctype.h>
#include <string.h>

static bool starts(struct kfg_span s, size_t at, const char *text)
{
	size_t n = strlen(text);

	return at <= s.n && s.n - at >= n && memcmp(s.at + at, text, n) == 0;
}

static bool is_digit_at(struct kfg_span s, size_t at)
{
	return at < s.n && isdigit((unsigned char)s.at[at]);
}

/* "processed 12 insns", the verifier's statistics */
static bool is_statistics(struct kfg_span s, size_t at)
{
	if (!starts(s, at, "processed ") || !is_digit_at(s, at + 10))
		return false;
	for (at += 10; is_digit_at(s, at); at++)
		;
	return starts(s, at, " insns");
}

/* "[  201.000100] " of the kernel's ring buffer */
static bool is_kernel_time(struct kfg_span s, size_t at)
{
	size_t n = at + 1;

	if (!starts(s, at, "["))
		return false;
	while (n < s.n && s.at[n] == ' ')
		n++;
	if (!is_digit_at(s, n))
		return false;
	while (is_digit_at(s, n))
		n++;
	if (!starts(s, n, ".") || !is_digit_at(s, n + 1))
		return false;
	for (n++; is_digit_at(s, n); n++)
		;
	return starts(s, n, "] ");
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* "', '" and the like: between the strings of a list */
static bool is_list_seam(struct kfg_span s, size_t at)
{
	return at + 4 <= s.n && is_quote(s.at[at]) && s.at[at + 1] == ',' && s.at[at + 2] == ' ' &&
	       is_quote(s.at[at + 3]);
}

/* "agent[12]: " of syslog */
static bool is_tag(struct kfg_span s, size_t at)
{
	size_t from = at;

	while (at < s.n && (isalnum((unsigned char)s.at[at]) || s.at[at] == '-' || s.at[at] == '_'))
		at++;
	if (at == from || !starts(s, at, "[") || !is_digit_at(s, at + 1))
		return false;
	for (at++; is_digit_at(s, at); at++)
		;
	return starts(s, at, "]: ");
}

/* The mark before an instruction, behind which a blank stands; 0: none. */
static char mark_before(struct kfg_span s, const char *insn)
{
	const char *before = insn;

	while (before > s.at && before[-1] == ' ')
		before--;
	return before > s.at && before < insn && strchr("|;,/~", before[-1]) ? before[-1] : 0;
}

/* Who joined lines by a mark put it before each instruction. Before the first one a semicolon may end source text. */
static char find_joiner(struct kfg_span s)
{
	struct kfg_span rest, from = s;
	const char *at;
	char joiner = 0;
	long long insn;

	for (bool first = true; (at = kfg_line_insn_find(from, &insn, &rest)); first = false, from = rest) {
		char mark = mark_before(s, at);

		if (first)
			joiner = mark == '|' ? mark : 0;
		else if (!mark || (joiner && joiner != mark))
			return 0;
		else
			joiner = mark;
	}
	return joiner;
}

void kfg_line_seam_start(struct kfg_line_seams *seams, struct kfg_span s)
{
	const char *open = memchr(s.at, '[', s.n), *end = s.at + s.n;

	while (open && open + 1 < end && !is_quote(open[1]))
		open = memchr(open + 1, '[', (size_t)(end - open - 1));
	*seams = (struct kfg_line_seams){ .list = open && open + 1 < end, .joiner = find_joiner(s) };
}

/* How a line begins that follows another one. libbpf: its name stood in the line before. */
static bool begins_at(struct kfg_span s, size_t at, bool libbpf)
{
	return (libbpf && starts(s, at, "libbpf: ")) || is_statistics(s, at) || is_kernel_time(s, at) ||
	       is_tag(s, at) || starts(s, at, "WARN: resolve_btfids: ") || starts(s, at, "WARNING: resolve_btfids: ") ||
	       starts(s, at, "FAILED unresolved symbol ") || starts(s, at, "-- END PROG LOAD LOG --");
}

/* Bytes of words that end a line, 0: there are none. */
static size_t ends_at(struct kfg_span s, size_t at)
{
	static const char *const ends[] = { "-- BEGIN PROG LOAD LOG --", "-- END PROG LOAD LOG --",
					    ": <invalid kfunc call>" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (starts(s, at, ends[i]))
			return strlen(ends[i]);
	return 0;
}

static size_t blanks(struct kfg_span s, size_t at)
{
	while (at < s.n && (s.at[at] == ' ' || s.at[at] == '\t'))
		at++;
	return at;
}

size_t kfg_line_seam_find(struct kfg_line_seams *seams, struct kfg_span s, size_t *ret_next)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t end = ends_at(s, i), next;

		if (i && s.at[i - 1] == ' ' && begins_at(s, i, seams->libbpf)) {
			*ret_next = i;
			return i - 1;
		}
		if (end && (next = blanks(s, i + end)) < s.n && next > i + end) {
			*ret_next = next;
			return i + end;
		}
		if (seams->joiner && s.at[i] == seams->joiner && i + 1 < s.n && s.at[i + 1] == ' ') {
			*ret_next = blanks(s, i + 1);
			return i;
		}
		if (seams->list && is_list_seam(s, i)) {
			*ret_next = i + 4;
			return i;
		}
		seams->libbpf |= starts(s, i, "libbpf: ");
	}
	*ret_next = s.n;
	return s.n;
}

/* Behind a word, in which brackets may hold blanks. */
static size_t word_end(struct kfg_span s, size_t at)
{
	size_t depth = 0;

	for (; at < s.n && (depth || s.at[at] != ' '); at++) {
		depth += s.at[at] == '(' || s.at[at] == '{' || s.at[at] == '[';
		depth -= depth && (s.at[at] == ')' || s.at[at] == '}' || s.at[at] == ']');
	}
	return at;
}

/* "R2_w=5", "fp-8=mmmm", "refs=1" */
static bool is_state(struct kfg_span s, size_t at, size_t end)
{
	const char *equals = memchr(s.at + at, '=', end - at);
	struct kfg_span word = { s.at + at, end - at };

	if ((word.n == 2 && starts(word, 0, "cb")) || (word.n == 8 && starts(word, 0, "async_cb")))
		return true;
	return equals &&
	       (starts(s, at, "R") || starts(s, at, "fp-") || starts(s, at, "refs=") || starts(s, at, "frame"));
}

/* "; R2_w=5 R10=fp0", or nothing. Source text behind a semicolon is none of it. */
static size_t states_end(struct kfg_span s, size_t at)
{
	size_t from = blanks(s, at), end;

	if (from < s.n && s.at[from] == ';')
		from = blanks(s, from + 1);
	while (from < s.n && is_state(s, from, end = word_end(s, from))) {
		at = end;
		from = blanks(s, at);
	}
	return at;
}

/* Where what is assigned ends: a register, a number, memory; some have two words ("be16 r1", "r1 map[id:5]"). */
static size_t value_end(struct kfg_span s, size_t at)
{
	static const char *const two[] = { "be16 ", "be32 ",	"be64 ",    "le16 ",   "le32 ",
					   "le64 ", "bswap16 ", "bswap32 ", "bswap64 " };

	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++)
		if (starts(s, at, two[i]))
			return word_end(s, at + strlen(two[i]));
	/* "(s8)r1", "*(u64 *)(r1 +8)" are one word, since blanks stand in brackets only */
	return word_end(s, at);
}

/* Behind "123: (xx) " */
static size_t operation_end(struct kfg_span s, size_t at)
{
	size_t first = word_end(s, at), second = blanks(s, first), end = word_end(s, second);

	if (starts(s, at, "exit"))
		return at + 4;
	if (starts(s, at, "goto ") || starts(s, at, "gotol "))
		return end;
	if (starts(s, at, "if ")) {
		const char *jump = memmem(s.at + at, s.n - at < 64 ? s.n - at : 64, " goto ", 6);

		return jump ? word_end(s, (size_t)(jump - s.at) + 6) : 0;
	}
	/* "call X#12" and "call pc+7" */
	if (starts(s, at, "call "))
		return end;
	/* "r2 = 5", "w1 += w2", "*(u64 *)(r10 -8) = r1" */
	return end > second && s.at[end - 1] == '=' ? value_end(s, blanks(s, end)) : 0;
}

size_t kfg_line_seam_insn(struct kfg_span s)
{
	size_t at = 0, end;

	while (is_digit_at(s, at))
		at++;
	if (!at || !starts(s, at, ": (") || !starts(s, at + 5, ") "))
		return 0;
	end = operation_end(s, at + 7);
	if (!end || end >= s.n)
		return 0;
	end = states_end(s, end);
	at = blanks(s, end);
	/* a state that was not understood, or what cilium/ebpf puts behind a call, is not words */
	return at < s.n && at > end && isalpha((unsigned char)s.at[at]) && !starts(s, at, "ll") ? end : 0;
}
