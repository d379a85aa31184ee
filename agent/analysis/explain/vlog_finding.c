/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vlog_finding.c - wordings to findings: whom they are about, what they are, and at the end what is why. */
#include "analysis/explain/vlog_internal.h"

#include "base/text.h"
#include "analysis/lifecycle/kfunc_data.h"
#include <linux/bpf.h>

static void copy(const char *text, char *buf, size_t size)
{
	kfg_span_copy(kfg_span_of(text, strlen(text)), buf, size);
}

/* The name that libbpf looks up: up to the last "___" (libbpf 1.1 to 1.8, bpf_core_essential_name_len()).
 */
static void drop_suffix(char *name)
{
	for (size_t n = strlen(name); n >= 5; n--)
		if (strncmp(name + n - 4, "___", 3) == 0 && name[n - 5] != '_' && name[n - 1] != '_') {
			memset(name + n - 4, 0, KFG_VLOG_NAME_MAX - (n - 4));
			return;
		}
}

/* The first word of the line that is a known kfunc's name. */
static void find_named(struct kfg_span line, char *buf, size_t size)
{
	size_t i = 0;

	while (i < line.n) {
		size_t from = i;
		char name[KFG_VLOG_NAME_MAX];

		while (i < line.n && kfg_span_is_name(line.at[i]))
			i++;
		if (i - from >= 6 && i - from < sizeof(name)) {
			kfg_span_copy(kfg_span_of(line.at + from, i - from), name, sizeof(name));
			if (kfg_kfunc_history_find(name)) {
				copy(name, buf, size);
				return;
			}
		}
		i += i == from;
	}
}

static bool is_poison(long long number)
{
	return number / KFG_VLOG_POISON_UNIT == KFG_VLOG_POISON_KFUNC || number == KFG_VLOG_POISON_CILIUM;
}

/* Functions that a compiler calls where no programmer did. */
static bool is_compilers(const char *name)
{
	static const char *const names[] = { "bpf_arena_memcpy", "bpf_arena_memset", "bpf_arena_memmove",
					     "__bpf_trap",	 "bpf_unreachable",  "__bpf_unreachable",
					     "memcpy",		 "memset",	     "memmove",
					     "memcmp",		 "__builtin_trap" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Kfuncs have names that begin so, with few exceptions; variables and functions of other kinds have not. */
static bool is_named_like_kfunc(const char *name)
{
	static const char *const prefixes[] = { "bpf_", "scx_bpf_", "hid_bpf_", "__bpf_", "__scx_bpf_" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (kfg_text_begins(name, prefixes[i]))
			return true;
	return false;
}

/* Whether what is said of a call is said of a kfunc's: by the instruction before, or by its words. */
static bool has_call(const struct kfg_vlog *v, const struct kfg_vlog_message *msg)
{
	return v->is_kfunc_call || (msg->flags & KFG_VLOG_MSG_ALONE && v->insn < 0);
}

#define HELPER_NAME(name) "bpf_" #name

/* Names of that kind that headers define: helpers (linux/bpf.h), and macros and inline functions of libbpf. */
static bool is_of_header(const char *name)
{
	static const char *const names[] = {
		__BPF_FUNC_MAPPER(HELPER_NAME) "bpf_htons",
		"bpf_ntohs",
		"bpf_htonl",
		"bpf_ntohl",
		"bpf_cpu_to_be64",
		"bpf_be64_to_cpu",
		"bpf_printk",
		"bpf_vprintk",
		"bpf_tail_call_static",
		"bpf_ksym_exists",
		"bpf_for",
		"bpf_for_each",
		"bpf_repeat",
		"bpf_core_cast",
		"bpf_usdt_arg",
		"bpf_usdt_arg_cnt",
		"bpf_usdt_cookie",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return strncmp(name, "bpf_core_", 9) == 0;
}

/* Whether cilium/ebpf's words stand right before what matched: "fixing up kfuncs: ", "program NAME: ". */
static bool is_of_cilium(struct kfg_span line, const struct kfg_vlog_message_match *m)
{
	struct kfg_span before = kfg_span_of(line.at, (size_t)(m->begin - line.at));
	struct kfg_vlog_message_match program;

	return kfg_span_find(before, "fixing up kfuncs: ") || kfg_span_find(before, "load program: ") ||
	       (kfg_vlog_message_match("program {w}: ", before.at, before.n, &program) && program.end == m->begin);
}

/* Whether the name can be a kfunc's, as far as the wording leaves that open. */
static bool is_name_of_kfunc(const struct kfg_vlog *v, const struct kfg_vlog_message *msg,
			     const struct kfg_vlog_message_match *m, struct kfg_span line, const char *name)
{
	const unsigned asks = KFG_VLOG_MSG_KNOWN | KFG_VLOG_MSG_LIKELY | KFG_VLOG_MSG_VERIFIER | KFG_VLOG_MSG_CILIUM;

	if (!(msg->flags & asks) || kfg_kfunc_history_find(name) || is_compilers(name))
		return true;
	if (msg->flags & KFG_VLOG_MSG_VERIFIER)
		return v->inside || v->is_kfunc_call;
	if (msg->flags & KFG_VLOG_MSG_CILIUM)
		return is_of_cilium(line, m);
	return msg->flags & KFG_VLOG_MSG_LIKELY && is_named_like_kfunc(name) && !is_of_header(name);
}

/*
 * The kfunc that releases what bpf_kptr_xchg() takes out of a map, by its type (register_btf_id_dtor_kfuncs(), 6.1 to
 * 7.3); "": none is known, as with types of the program's own.
 */
static const char *release_of(const char *type)
{
	static const struct {
		const char *type, *kfunc;
	} releases[] = {
		{ "task_struct", "bpf_task_release" },	  { "cgroup", "bpf_cgroup_release" },
		{ "bpf_cpumask", "bpf_cpumask_release" }, { "bpf_crypto_ctx", "bpf_crypto_ctx_release" },
		{ "sk_buff", "bpf_kfree_skb" },		  { "prog_test_ref_kfunc", "bpf_kfunc_call_test_release" },
	};

	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (strcmp(type, releases[i].type) == 0)
			return releases[i].kfunc;
	return "";
}

/* The call of bpf_kptr_xchg() that gave a reference; NULL: none did at that instruction. */
static const struct kfg_vlog_call *find_exchange(const struct kfg_vlog *v, long long insn, struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_call *call = kfg_vlog_exchange_at(v, insn);

	if (!call)
		return NULL;
	f->beside = KFG_VLOG_BESIDE_EXCHANGED;
	memcpy(f->from_name, call->type, sizeof(f->from_name));
	return call;
}

/* The kfunc whose result, or whose memory, a message is about that is said of no call of one. */
static bool find_giver(const struct kfg_vlog *v, const struct kfg_vlog_message *msg,
		       const struct kfg_vlog_message_match *m, struct kfg_span line, struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_result *result = NULL;

	if (msg->flags & KFG_VLOG_MSG_RESULT)
		result = kfg_span_find(line, "_or_null") ? kfg_vlog_result_in(v, m->arg) :
							   kfg_vlog_result_drained_in(v, m->arg);
	if (!result)
		return msg->flags & KFG_VLOG_MSG_GIVEN && kfg_vlog_given_tell(v, line, m->arg, f);
	f->kind = KFG_VLOG_RESULT;
	copy(result->name, f->symbol, sizeof(f->symbol));
	return true;
}

/* Whom a message is about. False: no kfunc, so it is no finding. */
static bool find_kfunc(const struct kfg_vlog *v, const struct kfg_vlog_message *msg,
		       const struct kfg_vlog_message_match *m, struct kfg_span line, struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_call *acquired = kfg_vlog_call_at(v, m->number);
	const char *region = kfg_vlog_region_open(v);

	if ((msg->flags & KFG_VLOG_MSG_POISON && !is_poison(m->number)) ||
	    (msg->flags & KFG_VLOG_MSG_NUMBERED && !v->is_numbered_call) ||
	    (msg->flags & KFG_VLOG_MSG_BOUND && !v->bound && !v->is_kfunc_call))
		return false;
	if (msg->flags & (KFG_VLOG_MSG_RESULT | KFG_VLOG_MSG_GIVEN) && !v->is_kfunc_call) {
		if (!find_giver(v, msg, m, line, f))
			return false;
	} else if (msg->flags & KFG_VLOG_MSG_ALLOC) {
		if (!acquired)
			acquired = find_exchange(v, m->number, f);
		if (!acquired)
			return false;
		copy(acquired->name[0] ? acquired->name : release_of(acquired->type), f->symbol, sizeof(f->symbol));
		copy(acquired->place, f->place, sizeof(f->place));
		f->insn = m->number;
	} else if (msg->flags & KFG_VLOG_MSG_REGION) {
		if (!region)
			return false;
		copy(region, f->symbol, sizeof(f->symbol));
	} else if (msg->flags & KFG_VLOG_MSG_CALL) {
		if (!has_call(v, msg))
			return false;
		copy(v->name, f->symbol, sizeof(f->symbol));
	} else if (m->kfunc.n) {
		kfg_span_copy(m->kfunc, f->symbol, sizeof(f->symbol));
	} else if (msg->kfunc) {
		copy(msg->kfunc, f->symbol, sizeof(f->symbol));
	} else if (msg->flags & KFG_VLOG_MSG_NAMED) {
		find_named(line, f->symbol, sizeof(f->symbol));
	} else if (v->is_kfunc_call) {
		/* of a call that was printed, whatever is said without a name is about that */
		copy(v->name, f->symbol, sizeof(f->symbol));
	}
	memcpy(f->kfunc, f->symbol, sizeof(f->kfunc));
	/* where two prototypes differ, and the kernel's own name ends so, that is why: the loader dropped too much */
	if (msg->flags & KFG_VLOG_MSG_DECLARED && !(msg->kind == KFG_VLOG_PROTO && kfg_kfunc_history_find(f->kfunc)))
		drop_suffix(f->kfunc);
	return is_name_of_kfunc(v, msg, m, line, f->kfunc);
}

/* "pointer to STRUCT NAME but R2 has a pointer to STRUCT NAME": both are the same */
static bool is_type_twice(struct kfg_span line)
{
	static const char wants[] = "expected pointer to ", has[] = "has a pointer to ";
	const char *a = kfg_span_find(line, wants), *but = kfg_span_find(line, " but "), *b = kfg_span_find(line, has),
		   *end = line.at + line.n;
	size_t n;

	if (!a || !but || !b || but < a)
		return false;
	a += strlen(wants);
	b += strlen(has);
	n = (size_t)(but - a);
	return (size_t)(end - b) >= n && memcmp(a, b, n) == 0 && memchr(a, ' ', n) &&
	       (b + n == end || !kfg_span_is_name(b[n]));
}

/* What more a line says than its wording. */
static void refine(struct kfg_vlog_finding *f, struct kfg_span line)
{
	bool at_load = f->kind == KFG_VLOG_MISSING || f->kind == KFG_VLOG_UNRESOLVED ||
		       f->kind == KFG_VLOG_DECLARATION || f->kind == KFG_VLOG_NO_SECTION;

	if (at_load && is_compilers(f->kfunc))
		f->kind = KFG_VLOG_COMPILER;
	else if (f->kind == KFG_VLOG_ARGUMENT && is_type_twice(line))
		f->kind = KFG_VLOG_TYPE_TWICE;
	else if (f->kind == KFG_VLOG_DECLARATION && kfg_span_find(line, "] section: "))
		f->kind = KFG_VLOG_NO_SECTION;
	else if (f->kind == KFG_VLOG_ARGUMENT && kfg_span_find(line, "pointer type STRUCT bpf_prog_aux must point "
								     "to"))
		f->kind = KFG_VLOG_HIDDEN;
}

void kfg_vlog_finding_refine(struct kfg_vlog_finding *finding)
{
	refine(finding, kfg_span_of(finding->message, strlen(finding->message)));
}

/* kfgate's own: Refused BPF program "NAME" (TYPE) of ...: ... kfunc NAME ... */
static void read_record(struct kfg_vlog_finding *f, const struct kfg_vlog_message_match *m, struct kfg_span line)
{
	const char *end = line.at + line.n, *quote = memchr(m->end, '"', (size_t)(end - m->end));
	struct kfg_vlog_message_match name;

	kfg_vlog_finding_drop_program(f);
	if (quote)
		kfg_span_copy(kfg_span_of(m->end, (size_t)(quote - m->end)), f->prog, sizeof(f->prog));
	if (quote && kfg_vlog_message_match(" kfunc {k}", quote, (size_t)(end - quote), &name)) {
		kfg_span_copy(name.kfunc, f->symbol, sizeof(f->symbol));
		memcpy(f->kfunc, f->symbol, sizeof(f->kfunc));
	}
	kfg_span_copy(kfg_span_of(m->begin, (size_t)(end - m->begin)), f->message, sizeof(f->message));
}

static bool is_module(enum kfg_vlog_kind kind)
{
	return kind == KFG_VLOG_MODULE_BTF || kind == KFG_VLOG_MODULE_OTHER || kind == KFG_VLOG_REGISTER ||
	       kind == KFG_VLOG_REGISTER_SYMBOL;
}

/* The verifier often says two things of one call: the first is the closer one. */
static bool is_said_further(const struct kfg_vlog *v, const struct kfg_vlog_finding *f)
{
	return v->explained && v->n_findings && v->insn >= 0 && f->insn == v->insn && f->kind != KFG_VLOG_NONE;
}

/* It is about that instruction, and not about the one that was printed last. */
static void go_to(const struct kfg_vlog *v, long long insn, struct kfg_vlog_finding *f)
{
	const struct kfg_vlog_call *call = kfg_vlog_call_at(v, insn);

	if (insn == f->insn)
		return;
	f->insn = insn;
	copy(call ? call->place : "", f->place, sizeof(f->place));
}

/* "expected ... as R1", "as arg#0", "as arg #0" */
static void find_argument(struct kfg_span line, struct kfg_vlog_finding *f)
{
	struct kfg_vlog_message_match m;

	if (kfg_vlog_message_match(" as {a}", line.at, line.n, &m))
		kfg_span_copy(m.arg, f->arg, sizeof(f->arg));
	else if (kfg_vlog_message_match("arg #{n}", line.at, line.n, &m))
		kfg_span_copy(kfg_span_of(m.begin, (size_t)(m.end - m.begin)), f->arg, sizeof(f->arg));
}

/* Without what Markdown puts before code and emphasized words. */
static struct kfg_span without_marks(struct kfg_span word)
{
	while (word.n && strchr("`*(", word.at[0]))
		word = kfg_span_of(word.at + 1, word.n - 1);
	return word;
}

/* A finding out of a wording that fits. False: it does not concern a kfunc. */
static bool make_finding(const struct kfg_vlog *v, const struct kfg_vlog_message *msg,
			 const struct kfg_vlog_message_match *m, struct kfg_span line, struct kfg_vlog_finding *ret)
{
	struct kfg_vlog_finding f = kfg_vlog_finding_start(v, msg->kind);

	if (!find_kfunc(v, msg, m, line, &f))
		return false;
	f.wording = msg->pattern;
	kfg_span_copy(line, f.message, sizeof(f.message));
	kfg_span_copy(m->arg, f.arg, sizeof(f.arg));
	if (msg->kind == KFG_VLOG_ARGUMENT && !f.arg[0])
		find_argument(line, &f);
	f.of_program = kfg_vlog_argument_in(v, f.arg);
	kfg_vlog_value_tell(v, &f);
	f.number = m->number;
	if (msg->flags & KFG_VLOG_MSG_INSN)
		go_to(v, m->number, &f);
	if (is_module(msg->kind))
		kfg_span_copy(without_marks(m->word), f.module, sizeof(f.module));
	if ((!v->inside && kfg_span_find(line, "libbpf: ")) || msg->flags & KFG_VLOG_MSG_KERNEL)
		kfg_vlog_finding_drop_program(&f);
	if (msg->flags & KFG_VLOG_MSG_RECORD)
		read_record(&f, m, line);
	if (msg->kind == KFG_VLOG_REGISTER_SET || msg->kind == KFG_VLOG_REGISTER_AGAIN)
		copy(v->inserted, f.module, sizeof(f.module));
	kfg_vlog_beside_tell(v, line, &f);
	refine(&f, line);
	*ret = f;
	return true;
}

static bool reports(const struct kfg_vlog *v, const struct kfg_vlog_message *msg, struct kfg_span line, size_t boundary,
		    struct kfg_vlog_message_match *m)
{
	/* what speaks of a call needs one */
	if (msg->flags & KFG_VLOG_MSG_CALL && !(msg->flags & (KFG_VLOG_MSG_RESULT | KFG_VLOG_MSG_GIVEN)) &&
	    !has_call(v, msg))
		return false;
	if (!kfg_vlog_message_match(msg->pattern, line.at, line.n, m))
		return false;
	return !boundary || (m->begin < line.at + boundary && m->end > line.at + boundary + 1);
}

static void add_of(struct kfg_vlog *v, const struct kfg_vlog_message *msg, const struct kfg_vlog_finding *f)
{
	size_t n = v->n_findings;

	kfg_vlog_finding_add(v, f);
	if (msg->flags & KFG_VLOG_MSG_ALONE && !v->is_kfunc_call && v->n_findings > n)
		v->alone = v->n_findings;
}

static bool is_refused_module(const struct kfg_vlog *v, const char *module)
{
	for (size_t i = 0; i < v->facts.n_modules; i++)
		if (strcmp(v->facts.modules[i], module) == 0)
			return true;
	return false;
}

static void note_circumstance(struct kfg_vlog *v, const struct kfg_vlog_finding *f)
{
	struct kfg_vlog_facts *facts = &v->facts;

	if (f->kind == KFG_VLOG_MODULE_OTHER && f->module[0] && facts->n_modules < KFG_VLOG_MODULES_MAX &&
	    !is_refused_module(v, f->module)) {
		memcpy(facts->modules[facts->n_modules++], f->module, sizeof(f->module));
		facts->modules_line = facts->modules_line ? facts->modules_line : f->line;
	}
	v->circumstance = *f;
	v->went_on = false;
}

/* A kfunc was bound behind a module that could not be read: the loader left that module out. */
static void note_success(struct kfg_vlog *v, bool bound)
{
	v->bound |= bound;
	if (v->circumstance.kind == KFG_VLOG_MODULE_BTF)
		v->circumstance.kind = KFG_VLOG_NONE;
}

bool kfg_vlog_look_up(struct kfg_vlog *v, struct kfg_span line, size_t boundary)
{
	for (const struct kfg_vlog_message *const *table = kfg_vlog_messages; *table; table++) {
		for (const struct kfg_vlog_message *msg = *table; msg->pattern; msg++) {
			struct kfg_vlog_message_match m;
			struct kfg_vlog_finding f;

			if (!reports(v, msg, line, boundary, &m))
				continue;
			if (!make_finding(v, msg, &m, line, &f)) {
				v->other |= (msg->flags & KFG_VLOG_MSG_BOUND) != 0;
				continue;
			}
			if (msg->flags & KFG_VLOG_MSG_CIRCUMSTANCE)
				note_circumstance(v, &f);
			else if (msg->flags & KFG_VLOG_MSG_OTHER)
				v->other = true;
			else if (is_said_further(v, &f))
				kfg_vlog_finding_add_to_last(v, &f);
			else if (msg->kind != KFG_VLOG_NONE)
				add_of(v, msg, &f);
			else
				note_success(v, kfg_span_find(line, "': resolved to"));
			return true;
		}
	}
	return false;
}

void kfg_vlog_finding_cut(struct kfg_vlog_finding *f)
{
	static const struct {
		const char *pattern;
		enum kfg_vlog_kind kind;
	} begins[] = {
		{ "extern (func ksym) '{k}': func_proto", KFG_VLOG_PROTO },
		{ "extern (func ksym) '{k}': not", KFG_VLOG_MISSING },
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		struct kfg_vlog_message_match m;

		if (!kfg_vlog_message_match(begins[i].pattern, f->message, strlen(f->message), &m))
			continue;
		f->kind = begins[i].kind;
		kfg_span_copy(m.kfunc, f->symbol, sizeof(f->symbol));
		memcpy(f->kfunc, f->symbol, sizeof(f->kfunc));
		drop_suffix(f->kfunc);
		return;
	}
}

static struct kfg_vlog_finding *find_kind(struct kfg_vlog *v, enum kfg_vlog_kind kind)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].kind == kind)
			return &v->findings[i];
	return NULL;
}

/* Which of the modules whose BTF was not taken has an unknown kfunc; NULL: nothing says so. */
static const char *guess_module(const struct kfg_vlog *v, const char *kfunc)
{
	const struct kfg_vlog_facts *facts = &v->facts;

	for (size_t i = 0; i < facts->n_modules; i++)
		if (strstr(kfunc, facts->modules[i]))
			return facts->modules[i];
	return facts->n_modules == 1 ? facts->modules[0] : NULL;
}

/*
 * The module that is to blame for a kfunc that was not found, as something was said of modules: only its own can be.
 * "": it was not said of which; NULL: of another, or the kfunc is the kernel's own.
 */
static const char *find_own_module(const struct kfg_vlog *v, const struct kfg_vlog_finding *reg, const char *kfunc)
{
	const struct kfg_kfunc_history *h = kfg_kfunc_history_find(kfunc);
	const char *told = reg ? reg->module : "";

	if (h && !h->module[0])
		return NULL;
	if (h && (is_refused_module(v, h->module) || strcmp(told, h->module) == 0))
		return h->module;
	if (h)
		return told[0] || v->facts.n_modules ? NULL : "";
	if (told[0] || !v->facts.n_modules)
		return told;
	return guess_module(v, kfunc);
}

/*
 * A module whose kfuncs were not taken is why they are missing. libbpf goes through all modules for what the kernel
 * itself has not, and where it cannot read one, even a weak kfunc is an error (find_ksym_btf_id(),
 * load_module_btfs()).
 */
static void blame_module(struct kfg_vlog *v)
{
	struct kfg_vlog_finding *reg = find_kind(v, KFG_VLOG_REGISTER), *why = reg ? reg : &v->circumstance;
	enum kfg_vlog_kind kind = v->circumstance.kind == KFG_VLOG_MODULE_OTHER ? KFG_VLOG_MODULE_OTHER : why->kind;
	bool used = false;

	if (kind == KFG_VLOG_NONE)
		return;
	for (size_t i = 0; i < v->n_findings; i++) {
		struct kfg_vlog_finding *f = &v->findings[i];
		const char *module = kind == KFG_VLOG_MODULE_BTF ? why->module : find_own_module(v, reg, f->kfunc);

		if (f->kind != KFG_VLOG_MISSING || !module)
			continue;
		f->kind = kind;
		copy(module, f->module, sizeof(f->module));
		used = true;
	}
	if (used && reg)
		kfg_vlog_finding_remove(v, (size_t)(reg - v->findings));
	if (!used && reg && v->circumstance.kind == KFG_VLOG_MODULE_OTHER &&
	    (!reg->module[0] || !v->facts.n_modules || is_refused_module(v, reg->module))) {
		reg->kind = KFG_VLOG_MODULE_OTHER;
		if (!reg->module[0])
			memcpy(reg->module, v->circumstance.module, sizeof(reg->module));
	}
	if (!used && !reg && kind == KFG_VLOG_MODULE_BTF && (v->failed || !v->went_on) && !v->other && !v->n_findings &&
	    !v->n_more)
		kfg_vlog_finding_add(v, &v->circumstance);
}

/* A loader that looks at the kernel's BTF itself, and finds it wrong, knows more than libbpf does. */
static void blame_kernel_btf(struct kfg_vlog *v)
{
	struct kfg_vlog_finding *known = find_kind(v, KFG_VLOG_KERNEL_BTF), *proto = find_kind(v, KFG_VLOG_PROTO);

	if (!known || known->kfunc[0] || !proto)
		return;
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].kind == KFG_VLOG_PROTO)
			v->findings[i].kind = KFG_VLOG_KERNEL_BTF;
	kfg_vlog_finding_remove(v, (size_t)(known - v->findings));
}

/* In the order of the lines: a line that might have gone on in the next was settled late. */
static void sort_findings(struct kfg_vlog *v)
{
	for (size_t i = 1; i < v->n_findings; i++) {
		struct kfg_vlog_finding f = v->findings[i];
		size_t at = i;

		for (; at && v->findings[at - 1].line > f.line; at--)
			v->findings[at] = v->findings[at - 1];
		v->findings[at] = f;
	}
}

/* libbpf marks a call that it could not bind, and names the kfunc in the next line, which may be cut off. */
static void blame_unbound(struct kfg_vlog *v)
{
	struct kfg_vlog_finding f = {
		.kind = KFG_VLOG_UNRESOLVED, .insn = v->unbound_insn, .number = -1, .line = v->unbound_line
	};

	if (!v->unbound_line || find_kind(v, KFG_VLOG_UNRESOLVED) || find_kind(v, KFG_VLOG_COMPILER))
		return;
	memcpy(f.message, v->unbound_message, sizeof(f.message));
	kfg_vlog_finding_add(v, &f);
}

void kfg_vlog_conclude(struct kfg_vlog *v)
{
	blame_unbound(v);
	kfg_vlog_behind_conclude(v);
	sort_findings(v);
	kfg_vlog_beside_conclude(v);
	blame_module(v);
	blame_kernel_btf(v);
	kfg_vlog_finding_group(v);
}
