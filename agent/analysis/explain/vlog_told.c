/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog_told.c - what people, and modules that are not the kernel's, tell in words of their own: that a kfunc was not
 * found, and that registering kfuncs failed. What may happen, and the source that would say so, is no problem.
 */
#include "analysis/explain/vlog_internal.h"

#include "analysis/lifecycle/kfunc_data.h"
#include <ctype.h>
#include <strings.h>

#define NEAR_LINES 6u /* between "returned -22 from:" and the call */
#define NAMED_LINES 8u
#define WENT_ON_LINES 16u
#define WORDS_MAX 6u /* between a function and what it returned */

static const char *end_of(struct kfg_span s)
{
	return s.at + s.n;
}

/* Takes a word off the front of *s, up to a blank. n 0: there is none. */
static struct kfg_span take_word(struct kfg_span *s)
{
	struct kfg_span word;
	const char *at = s->at, *end = end_of(*s);

	while (at < end && *at == ' ')
		at++;
	word = kfg_span_of(at, 0);
	while (at < end && *at != ' ')
		at++;
	word.n = (size_t)(at - word.at);
	*s = kfg_span_of(at, (size_t)(end - at));
	return word;
}

/* Without the marks around a word. */
static struct kfg_span bare(struct kfg_span word)
{
	while (word.n && strchr("`'\"(*[", word.at[0]))
		word = kfg_span_of(word.at + 1, word.n - 1);
	while (word.n && strchr("`'\")*],.;:!?", word.at[word.n - 1]))
		word.n--;
	return word;
}

static bool is_word(struct kfg_span word, const char *text)
{
	return word.n == strlen(text) && strncasecmp(word.at, text, word.n) == 0;
}

static bool is_one_of(struct kfg_span word, const char *const *texts)
{
	for (; *texts; texts++)
		if (is_word(word, *texts))
			return true;
	return false;
}

/* "kernel or module BTFs", with articles */
static bool is_where(struct kfg_span s)
{
	static const char *const articles[] = { "the", "any", NULL }, *const ors[] = { "or", "and", "nor", NULL },
				 *const modules[] = { "module", "modules", "module's", "modules'", NULL },
				 *const btfs[] = { "BTF", "BTFs", NULL };
	struct kfg_span word = take_word(&s);

	if (is_one_of(word, articles))
		word = take_word(&s);
	if (!is_word(word, "kernel") || !is_one_of(take_word(&s), ors))
		return false;
	word = take_word(&s);
	if (is_one_of(word, articles))
		word = take_word(&s);
	return is_one_of(word, modules) && is_one_of(bare(take_word(&s)), btfs);
}

/* A kfunc's name: a known one, or one that stands between backticks. */
static bool take_name(struct kfg_span word, char *buf)
{
	bool marked = word.n > 2 && word.at[0] == '`';
	struct kfg_span name = bare(word);

	if (name.n > 2 && memcmp(end_of(name) - 2, "()", 2) == 0)
		name.n -= 2;
	if (name.n < 4 || name.n >= KFG_VLOG_NAME_MAX || !memchr(name.at, '_', name.n))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!kfg_span_is_name(name.at[i]))
			return false;
	kfg_span_copy(name, buf, KFG_VLOG_NAME_MAX);
	return marked || kfg_kfunc_history_find(buf);
}

/* The word before at. */
static struct kfg_span word_before(struct kfg_span line, const char *at)
{
	const char *end = at;

	while (end > line.at && end[-1] == ' ')
		end--;
	for (at = end; at > line.at && at[-1] != ' ';)
		at--;
	return kfg_span_of(at, (size_t)(end - at));
}

/* "NAME was not found in kernel or module BTFs" */
static bool find_not_found(struct kfg_span line, char *buf)
{
	static const char says[] = "not found in ";
	static const char *const verbs[] = { "is", "was", "are", "were", NULL };
	const char *at = kfg_span_find(line, says);
	struct kfg_span word;

	if (!at || !is_where(kfg_span_of(at + sizeof(says) - 1, (size_t)(end_of(line) - at) - (sizeof(says) - 1))))
		return false;
	word = word_before(line, at);
	if (is_one_of(word, verbs))
		word = word_before(line, word.at);
	return take_name(word, buf);
}

/* "cannot find the function NAME in the kernel or module BTFs" */
static bool find_cannot_find(struct kfg_span line, char *buf)
{
	static const char says[] = " find ";
	static const char *const nots[] = { "cannot", "can't", "not", "couldn't", "to", "doesn't", "didn't", NULL };
	static const char *const kinds[] = { "the", "a", "kfunc", "function", "symbol", "func", NULL };
	const char *at = kfg_span_find(line, says);
	struct kfg_span rest, word;

	if (!at || !is_one_of(word_before(line, at), nots))
		return false;
	rest = kfg_span_of(at + sizeof(says) - 1, (size_t)(end_of(line) - at) - (sizeof(says) - 1));
	do
		word = take_word(&rest);
	while (is_one_of(word, kinds));
	return take_name(word, buf) && is_word(take_word(&rest), "in") && is_where(rest);
}

/* "-22", "-EINVAL", "EINVAL" */
static bool is_errno(struct kfg_span word)
{
	bool minus;

	word = bare(word);
	minus = word.n && word.at[0] == '-';
	word = kfg_span_of(word.at + minus, word.n - minus);
	if (minus && word.n && word.n < 4 && isdigit((unsigned char)word.at[0]))
		return true;
	for (size_t i = 0; i < word.n; i++)
		if (!isupper((unsigned char)word.at[i]))
			return false;
	return word.n > 3 && word.at[0] == 'E' && !is_word(word, "ERROR");
}

/* What follows makes it a rule, and nothing that happened. */
static bool is_condition(struct kfg_span s)
{
	static const char *const ifs[] = { "if", "when", "unless", "whenever", "where", "for", "in", NULL };
	struct kfg_span word = take_word(&s);

	/* "(EINVAL)" */
	if (is_errno(word))
		word = take_word(&s);
	return is_one_of(bare(word), ifs);
}

/* So does what goes before, in the three words at hand. */
static bool is_conditional(struct kfg_span line, const char *at)
{
	static const char *const ifs[] = { "if",    "when", "unless", "whenever", "would", "should",
					   "could", "may",  "might",  "can",	  "make",  NULL };

	for (unsigned i = 0; i < 3; i++) {
		struct kfg_span word = word_before(line, at);

		if (is_one_of(bare(word), ifs))
			return true;
		at = word.at;
	}
	return false;
}

static const char *const registers[] = { "register_btf_kfunc_id_set", "register_btf_id_dtor_kfuncs" };

static const char *find_register(struct kfg_span line, struct kfg_span *ret_rest)
{
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		const char *at = kfg_span_find(line, registers[i]);

		if (!at)
			continue;
		*ret_rest = kfg_span_of(at + strlen(registers[i]), (size_t)(end_of(line) - at) - strlen(registers[i]));
		return at;
	}
	return NULL;
}

/* "register_btf_kfunc_id_set() returned -22" */
static bool says_returned(struct kfg_span line)
{
	static const char *const happened[] = { "returned", "returns", "returning", "failed", "fails",	"failing",
						"gives",    "gave",    "error",	    "err",    "ret",	"rc",
						"=",	    "->",      "with",	    "errno",  "result", NULL };
	static const char *const between[] = { "an", "the", "code", "value", "is", "was", NULL };
	struct kfg_span rest, word;
	const char *at = find_register(line, &rest);
	bool is_told = false;

	if (!at || is_conditional(line, at))
		return false;
	if (rest.n > 1 && memcmp(rest.at, "()", 2) == 0)
		rest = kfg_span_of(rest.at + 2, rest.n - 2);
	for (; rest.n && strchr("`'\":,", rest.at[0]); rest = kfg_span_of(rest.at + 1, rest.n - 1))
		is_told |= rest.at[0] == ':';
	if (!rest.n || rest.at[0] != ' ')
		return false;
	for (unsigned i = 0; i < WORDS_MAX; i++) {
		word = take_word(&rest);
		/* "ret=-22" */
		if (memchr(word.at, '=', word.n) && word.n > 1) {
			const char *value = (const char *)memchr(word.at, '=', word.n) + 1;

			return is_errno(kfg_span_of(value, (size_t)(end_of(word) - value)));
		}
		if (is_errno(word))
			return is_told && !is_condition(rest);
		if (is_one_of(bare(word), happened) || is_one_of(word, happened))
			is_told = true;
		else if (!is_one_of(bare(word), between))
			return false;
	}
	return false;
}

/* "returning -EINVAL from": where that ends; NULL: it does not say so. */
static const char *find_returned_from(struct kfg_span line)
{
	static const char *const from[] = { "from", "by", "in", NULL };
	static const char *const happened[] = { "returned", "returns", "returning", "got",    "get",  "gets", "getting",
						"error",    "err",     "fails",	    "failed", "with", NULL };
	struct kfg_span rest = line;
	bool is_told = false;

	while (rest.n) {
		struct kfg_span word = take_word(&rest), next = rest;

		if (is_told && is_errno(word) && is_one_of(bare(take_word(&next)), from))
			return next.at;
		is_told =
			is_one_of(bare(word), happened) ||
			(is_told && is_one_of(bare(word), (const char *const[]){ "an", "the", "error", "code", NULL }));
	}
	return NULL;
}

/* "NAME.ko" in a line; n 0: there is none. */
static struct kfg_span find_module(struct kfg_span line)
{
	const char *at = kfg_span_find(line, ".ko"), *from = at;

	if (!at || (at + 3 < end_of(line) && kfg_span_is_name(at[3])))
		return kfg_span_of(line.at, 0);
	while (from > line.at && (kfg_span_is_name(from[-1]) || from[-1] == '-'))
		from--;
	return kfg_span_of(from, (size_t)(at - from));
}

/* Whose kfuncs were not registered: who says so, or who is spoken of. */
static void name_module(const struct kfg_vlog *v, struct kfg_span line, char *buf)
{
	struct kfg_vlog_message_match m;
	struct kfg_span name = find_module(line);

	if (kfg_vlog_message_match("{k}: register_btf_", line.at, line.n, &m) && m.begin == line.at)
		name = m.kfunc;
	for (size_t i = 0; i < KFG_VLOG_PAST && !name.n; i++)
		name = find_module(kfg_span_of(v->past[i], strlen(v->past[i])));
	if (name.n)
		kfg_span_copy(name, buf, KFG_VLOG_NAME_MAX);
	else
		memcpy(buf, v->inserted, KFG_VLOG_NAME_MAX);
}

static void add_register(struct kfg_vlog *v, struct kfg_span line, struct kfg_span message, size_t number)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, KFG_VLOG_REGISTER);

	kfg_vlog_finding_drop_program(&f);
	kfg_span_copy(message, f.message, sizeof(f.message));
	f.line = number;
	name_module(v, line, f.module);
	kfg_vlog_beside_tell(v, line, &f);
	kfg_vlog_finding_add(v, &f);
}

/* Registering failed, in one line, or in one and the source that is quoted behind it. */
static bool note_register(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_span rest;
	const char *call = find_register(line, &rest), *from = find_returned_from(line);
	bool is_near = v->returned_line && v->line_no - v->returned_line <= NEAR_LINES;

	if (call && (says_returned(line) || (from && from <= call))) {
		add_register(v, line, line, v->line_no);
		return true;
	}
	if (from && from == end_of(line)) {
		kfg_span_copy(line, v->returned_message, sizeof(v->returned_message));
		v->returned_line = v->line_no;
	} else if (call && is_near && rest.n && rest.at[0] == '(') {
		add_register(v, line, kfg_span_of(v->returned_message, strlen(v->returned_message)), v->returned_line);
		v->returned_line = 0;
		return true;
	}
	return false;
}

static bool note_missing(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, KFG_VLOG_MISSING);

	if (!find_not_found(line, f.symbol) && !find_cannot_find(line, f.symbol))
		return false;
	memcpy(f.kfunc, f.symbol, sizeof(f.kfunc));
	kfg_vlog_finding_drop_program(&f);
	kfg_span_copy(line, f.message, sizeof(f.message));
	kfg_vlog_finding_add(v, &f);
	return true;
}

/* A kfunc that is spoken of as one that a loader poisons, or that is weak. */
static void note_named(struct kfg_vlog *v, struct kfg_span line)
{
	struct kfg_span before = kfg_span_of(v->past[1], strlen(v->past[1])), word;
	char name[KFG_VLOG_NAME_MAX];

	if (!kfg_span_find(line, "oison") && !kfg_span_find(before, "oison") && !kfg_span_find(line, " weak "))
		return;
	while ((word = take_word(&line)).n) {
		if (!take_name(word, name) || !kfg_kfunc_history_find(name))
			continue;
		v->named_others = v->named_line && v->line_no - v->named_line <= NAMED_LINES &&
				  (v->named_others || strcmp(v->named, name) != 0);
		memcpy(v->named, name, sizeof(v->named));
		v->named_line = v->line_no;
	}
}

/* "LTO", "thin-lto", "CONFIG_LTO_CLANG": parts of a word are set apart by other signs than letters. */
static bool names_lto(struct kfg_span line)
{
	for (size_t i = 0; i + 3 <= line.n; i++)
		if (strncasecmp(line.at + i, "lto", 3) == 0 && (!i || !isalpha((unsigned char)line.at[i - 1])) &&
		    (i + 3 == line.n || !isalpha((unsigned char)line.at[i + 3])))
			return true;
	return false;
}

/* Behind a load that failed: the loader has another way. */
static void note_went_on(struct kfg_vlog *v, struct kfg_span line)
{
	static const char *const words[] = { "alling back to ", "sing slow path", "sing the slow path", "sing fallback",
					     "sing the fallback" };
	struct kfg_vlog_finding *last = v->n_findings ? &v->findings[v->n_findings - 1] : NULL;

	if (!last || last->beside != KFG_VLOG_BESIDE_NOTHING || last->kind != KFG_VLOG_NOT_ALLOWED ||
	    v->line_no - last->line > WENT_ON_LINES)
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (kfg_span_find(line, words[i]))
			last->beside = KFG_VLOG_BESIDE_WENT_ON;
}

void kfg_vlog_told_named(struct kfg_vlog *v, struct kfg_span line)
{
	if (!v->inside)
		note_named(v, line);
}

/* The lines at hand and before as one, from the oldest on that is given: mail breaks lines. Bytes that were written. */
static size_t join_past(const struct kfg_vlog *v, size_t oldest, char *buf)
{
	size_t n = 0;

	for (size_t i = oldest + 1; i-- > 0;) {
		size_t size = strlen(v->past[i]);

		memcpy(buf + n, v->past[i], size);
		buf[n + size] = ' ';
		n += size + 1;
	}
	return n - 1;
}

void kfg_vlog_told_note(struct kfg_vlog *v, struct kfg_span line)
{
	char past[KFG_VLOG_PAST * (KFG_VLOG_TEXT_MAX + 1)];

	note_went_on(v, line);
	v->told_lto |= !v->inside && names_lto(line);
	v->told_set8 |= kfg_span_find(line, "BTF_SET8_") != NULL;
	if (v->inside || note_register(v, line) || note_missing(v, line) || !line.n)
		return;
	for (size_t i = 1; i < KFG_VLOG_PAST && v->past[i][0]; i++) {
		struct kfg_span all = kfg_span_of(past, join_past(v, i, past)), old;

		if (note_missing(v, all))
			return;
		if (!says_returned(all))
			continue;
		/* it was told already where the lines before say so */
		old = kfg_span_of(past, all.n - strlen(v->past[0]) - 1);
		if (!says_returned(old))
			add_register(v, all, all, v->line_no - i);
		return;
	}
}
