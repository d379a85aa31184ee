/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat_use.c - what becomes of one kfunc of an object on a kernel. libbpf resolves every extern, called or not, and
 * refuses the object for a strong one that it cannot resolve; a weak one it leaves out, and calls of it are refused by
 * the verifier if they are live (libbpf 1.7.0, src/libbpf.c, bpf_object__resolve_ksym_func_btf_id(),
 * poison_kfunc_call()).
 */
#include "analysis/scan/compat.h"

#include "base/text.h"
#include "analysis/lifecycle/kfunc_data.h"
#include "analysis/scan/type_compat.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bits of kfunc flags (include/linux/btf.h): KF_SLEEPABLE and KF_DESTRUCTIVE in 6.1..7.3, KF_PERFMON in 7.3. */
#define KF_SLEEPABLE (1u << 5)
#define KF_DESTRUCTIVE (1u << 6)
#define KF_PERFMON (1u << 18)

static void __attribute__((format(printf, 2, 3))) say(struct kfg_compat_result *result, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(result->detail, sizeof(result->detail), format, ap);
	va_end(ap);
}

/* Names of kfuncs that modules have: where modules are not at hand, these may be there all the same. */
static bool may_be_of_module(const struct kfg_linkage *linkage, const char *name)
{
	static const char *const prefixes[] = {
		"bbr_",
		"bictcp_",
		"bpf_ct_",
		"bpf_kfunc_",
		"bpf_skb_ct_",
		"bpf_skb_get_fou",
		"bpf_skb_get_xfrm",
		"bpf_skb_set_fou",
		"bpf_skb_set_xfrm",
		"bpf_testmod_",
		"bpf_xdp_ct_",
		"bpf_xdp_flow_",
		"bpf_xdp_get_xfrm",
		"bpf_xdp_xfrm_",
		"cubictcp_",
		"dctcp_",
		"hid_bpf_",
	};
	const struct kfg_kfunc *kfunc;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (kfg_text_begins(name, prefixes[i]))
			return true;
	kfunc = linkage->nearest ? kfg_kernel_kfunc_find(linkage->nearest, name) : NULL;
	return kfunc && kfunc->module;
}

/* libbpf does not resolve it; why says so. */
static void judge_absent(const struct kfg_object_use *use, enum kfg_compat compat, const char *why,
			 struct kfg_compat_result *result)
{
	result->compat = compat;
	if (!use->weak) {
		result->fails = true;
		say(result, "%s, and it is not declared weak, so libbpf refuses the whole object", why);
	} else if (!use->n_sites) {
		result->compat = KFG_COMPAT_UNUSED;
	} else if (result->reach == KFG_REACH_NEVER) {
		result->compat = KFG_COMPAT_GUARDED;
		say(result, "%s; every call is behind a guard", why);
	} else if (result->reach == KFG_REACH_LOADER) {
		result->compat = KFG_COMPAT_GUARDED;
		say(result, "%s; it is called only if the loader switches that on", why);
	} else {
		result->fails = true;
		say(result, "%s, and a call is not behind a guard, so the verifier refuses the program", why);
	}
}

/* Whether it was removed, and the kernel is of that release or newer, or of none that is known; with words for it. */
static bool is_removed_before(const struct kfg_linkage *linkage, const char *name, unsigned release, char *words,
			      size_t size)
{
	const struct kfg_deployment *given = linkage->object->deployment;
	const char *removed = given && given->removed_in ? given->removed_in(given->removed_in_arg, name, words, size) :
							   NULL;

	return removed && (!release || release >= kfg_kfunc_release_parse(removed));
}

/* Since which release upstream has a kfunc, as far as that is why this kernel lacks it: " (from 6.15 on)"; or "". */
static void say_history(const struct kfg_linkage *linkage, const char *name, char *buf, size_t size)
{
	const struct kfg_kfunc_history *h = kfg_kfunc_history_find(name);
	unsigned release = kfg_kfunc_release_parse(linkage->facts.release);
	unsigned last = h ? kfg_kfunc_release_parse(h->last_seen) : 0;
	char words[64];
	bool removed = is_removed_before(linkage, name, release, words, sizeof(words));

	buf[0] = '\0';
	if (removed)
		snprintf(buf, size, " (%s%s%s%s)", h && h->introduced[0] ? "from " : "", h ? h->introduced : "",
			 h && h->introduced[0] ? " on, " : "", words);
	if (removed || !h || !h->introduced[0])
		return;
	if (kfg_kfunc_history_presence(h, release) == KFG_PRESENCE_ABSENT)
		snprintf(buf, size, " (from %s on, but not from %s to %s)", h->introduced, h->absent_from,
			 h->absent_to);
	else if (last && last < kfg_kfunc_release_parse(KFG_HISTORY_NEWEST) && release > last)
		snprintf(buf, size, " (from %s on, and last seen in %s)", h->introduced, h->last_seen);
	else if (!last)
		snprintf(buf, size, " (from %s on, and in no kernel that was looked at)", h->introduced);
	else if (kfg_kfunc_history_presence(h, release) == KFG_PRESENCE_SINCE && !linkage->running)
		snprintf(buf, size, " (from %s on: this one was built without it)", h->introduced);
	else
		snprintf(buf, size, " (from %s on)", h->introduced);
}

static void judge_missing(const struct kfg_linkage *linkage, const struct kfg_object_use *use,
			  const struct kfg_linkage_kfunc *found, struct kfg_compat_result *result)
{
	char history[96], why[192];

	if (!found->complete && may_be_of_module(linkage, use->kfunc)) {
		result->compat = KFG_COMPAT_UNCHECKED;
		say(result, "not in the kernel itself, and its modules were not%s at hand",
		    linkage->facts.modules_known ? " all" : "");
		return;
	}
	say_history(linkage, use->kfunc, history, sizeof(history));
	snprintf(why, sizeof(why), "%s%s",
		 linkage->running ? "neither this kernel nor a module that is loaded has such a function" :
				    "this kernel has no such function",
		 history);
	judge_absent(use, KFG_COMPAT_MISSING, why, result);
}

static void judge_prototype(const struct kfg_linkage *linkage, const struct kfg_object_use *use,
			    const struct kfg_linkage_kfunc *found, struct kfg_compat_result *result)
{
	const struct kfg_btf *own = linkage->code->btf;
	struct kfg_type local = { own, kfg_btf_type(own, use->btf_id)->type };
	struct kfg_type target = { found->func.btf, kfg_type_record(found->func)->type };
	char why[128];

	kfg_type_proto_difference(local, target, why, sizeof(why));
	judge_absent(use, KFG_COMPAT_PROTO, why, result);
}

/* An undefined symbol by the name of a kfunc. What the kernel has does not matter: libbpf does not get as far. */
static void judge_undeclared(const struct kfg_linkage *linkage, const struct kfg_object_use *use,
			     struct kfg_compat_result *result)
{
	result->kfunc = kfg_kernel_kfunc_find(linkage->kernel, use->kfunc);
	result->fails = linkage->object->libbpf != KFG_LIBBPF_NONE;
	result->compat = result->fails ? KFG_COMPAT_UNDECLARED : KFG_COMPAT_UNCHECKED;
	say(result, "%s%s",
	    linkage->code->btf ? "it is not declared in .ksyms (__ksym)" :
				 "the object has no BTF (-g) that declares it",
	    result->fails ? ", so libbpf refuses to open the object" : ": how its loader resolves it is not known");
}

/* A function of the kernel that programs may not call: the verifier says so for calls that are live. */
static void judge_function(const struct kfg_linkage_kfunc *found, struct kfg_compat_result *result)
{
	if (!found->sets_known) {
		result->compat = KFG_COMPAT_UNCHECKED;
		say(result, "a function of that name is there; "
			    "BTF alone does not tell whether it is a kfunc, the kernel's image does");
		return;
	}
	result->compat = result->reach == KFG_REACH_LIVE ? KFG_COMPAT_NOT_KFUNC : KFG_COMPAT_GUARDED;
	result->fails = result->reach == KFG_REACH_LIVE;
	say(result, "a function of that name is there, but not as a kfunc");
}

/* The kinds of programs that get to a call of this use, as the object is loaded by default. */
static uint64_t live_contexts(const struct kfg_linkage *linkage, const struct kfg_flow *flow, size_t use)
{
	const struct kfg_object_code *code = linkage->code;
	uint64_t contexts = 0;

	for (size_t i = 0; i < linkage->object->uses[use].n_sites; i++) {
		uint32_t place = code->site_places[code->first_site[use] + i];

		if (kfg_flow_reached(flow, place))
			contexts |= flow->contexts[kfg_code_func_at(code, place)];
	}
	return contexts;
}

/* Whether the kernel lets such a program call the kfunc; *ret_why: why not, or why that cannot be decided. */
static enum kfg_truth may_call(const struct kfg_kfunc *kfunc, const struct kfg_context *context, const char **ret_why)
{
	enum kfg_truth may;

	if (context->type == BPF_PROG_TYPE_UNSPEC) {
		*ret_why = "the section's name does not tell the type of the program";
		return KFG_TRUTH_UNKNOWN;
	}
	if (context->type == BPF_PROG_TYPE_EXT) {
		*ret_why = "what a program of type ext may call depends on what it replaces";
		return KFG_TRUTH_UNKNOWN;
	}
	if (kfunc->types_known && !(kfunc->prog_types >> (context->type & 63) & 1)) {
		*ret_why = "not a kfunc for programs of this type";
		return KFG_TRUTH_FALSE;
	}
	/* bpf_dev_bound_kfunc_check(), kernel/bpf/offload.c 6.3..7.3: whatever the program's type is */
	if (strncmp(kfunc->name, "bpf_xdp_metadata_", 17) == 0) {
		*ret_why = "the loader has to bind the program to a device (BPF_F_XDP_DEV_BOUND_ONLY)";
		return KFG_TRUTH_FALSE;
	}
	if (!kfunc->types_known) {
		*ret_why = "BTF alone does not tell which programs may call it, the kernel's image does";
		return KFG_TRUTH_UNKNOWN;
	}
	if (!kfunc->filtered)
		return KFG_TRUTH_TRUE;
	*ret_why = "the kernel lets only some programs of this type call it, and which ones could not be read";
	may = kfg_filter_allows(kfunc->name, context);
	if (may == KFG_TRUTH_FALSE)
		*ret_why = "not a kfunc for such programs, though for others of this type";
	return may;
}

/* Returns true if the kinds of programs decided. */
static bool judge_contexts(const struct kfg_linkage *linkage, const struct kfg_kfunc *kfunc, uint64_t contexts,
			   struct kfg_compat_result *result)
{
	const char *why;

	for (uint32_t i = 0; i < linkage->n_contexts && !result->fails; i++) {
		const struct kfg_context *context = &linkage->contexts[i];
		enum kfg_truth may = contexts >> i & 1 ? may_call(kfunc, context, &why) : KFG_TRUTH_TRUE;

		if (may == KFG_TRUTH_TRUE)
			continue;
		result->fails = may == KFG_TRUTH_FALSE;
		result->compat = result->fails ? KFG_COMPAT_TYPE : KFG_COMPAT_UNCHECKED;
		say(result, "%s (section %.60s%s%.40s)", why, context->section, *context->member ? ", member " : "",
		    context->member);
	}
	return result->compat != KFG_COMPAT_OK;
}

/*
 * A kfunc that may sleep, called by a program that may not. A callback may be one that the kernel calls later, where it
 * may sleep; what a program of type ext may do depends on what it replaces.
 */
static void judge_sleep(const struct kfg_linkage *linkage, const struct kfg_flow *flow, size_t use,
			struct kfg_compat_result *result)
{
	const struct kfg_object_code *code = linkage->code;

	for (size_t i = 0; i < linkage->object->uses[use].n_sites && !result->fails; i++) {
		uint32_t place = code->site_places[code->first_site[use] + i], func = kfg_code_func_at(code, place);

		if (!kfg_flow_reached(flow, place) || code->funcs[func].in_callback)
			continue;
		for (uint32_t k = 0; k < linkage->n_contexts && !result->fails; k++) {
			const struct kfg_context *context = &linkage->contexts[k];

			if (!(flow->contexts[func] >> k & 1) || context->may_sleep ||
			    context->type == BPF_PROG_TYPE_UNSPEC || context->type == BPF_PROG_TYPE_EXT)
				continue;
			result->compat = KFG_COMPAT_TYPE;
			result->fails = true;
			say(result, "it may sleep, which such a program may not (section %.60s)", context->section);
		}
	}
}

/* Modules are named with either sign in files, and with '_' by the kernel. */
static bool is_loaded(const struct kfg_deployment *given, const char *module)
{
	for (size_t i = 0; given && i < given->n_modules; i++) {
		const char *a = given->modules[i], *b = module;

		while (*a && (*a == *b || (*a == '-' && *b == '_'))) {
			a++;
			b++;
		}
		if (!*a && !*b)
			return true;
	}
	return false;
}

static void judge_kfunc(const struct kfg_linkage *linkage, const struct kfg_kfunc *kfunc,
			struct kfg_compat_result *result)
{
	const struct kfg_deployment *given = linkage->object->deployment;
	bool boot = kfunc->flags & KF_DESTRUCTIVE, perfmon = kfunc->flags & KF_PERFMON;

	if (kfunc->module && !linkage->running && !is_loaded(given, kfunc->module)) {
		result->compat = KFG_COMPAT_MODULE;
		say(result, "module %s has to be loaded first", kfunc->module);
	} else if ((boot && !(given && given->cap_sys_boot)) || (perfmon && !(given && given->cap_perfmon))) {
		result->compat = KFG_COMPAT_CAPABILITY;
		say(result, "needs %s", boot && !(given && given->cap_sys_boot) ? "CAP_SYS_BOOT" : "CAP_PERFMON");
	} else if (kfunc->deprecated) {
		result->compat = KFG_COMPAT_DEPRECATED;
		say(result, "the kernel itself says that it is deprecated%s%.100s", *kfunc->replacement ? ": use " : "",
		    kfunc->replacement);
	}
}

bool kfg_compat_by_reach(const struct kfg_object_use *use, const struct kfg_compat_result *result)
{
	enum kfg_compat compat = result->borrowed ? result->nearest_compat : result->compat;

	return compat == KFG_COMPAT_NOT_KFUNC || compat == KFG_COMPAT_TYPE ||
	       (use->weak && (compat == KFG_COMPAT_MISSING || compat == KFG_COMPAT_PROTO));
}

/* Whether some call is live however the kernel was configured. */
static bool is_certain(const struct kfg_linkage *linkage, const struct kfg_compat_flows *flows, size_t use)
{
	const struct kfg_object_code *code = linkage->code;

	if (!flows->by_default.saw_config)
		return true;
	for (size_t i = 0; i < linkage->object->uses[use].n_sites; i++) {
		uint32_t place = code->site_places[code->first_site[use] + i];

		if (kfg_flow_reached(&flows->off, place) && kfg_flow_reached(&flows->on, place))
			return true;
	}
	return false;
}

/* found: what libbpf finds, there or in the nearest kernel. */
static void judge(const struct kfg_linkage *linkage, const struct kfg_compat_flows *flows, size_t use,
		  const struct kfg_linkage_kfunc *found, struct kfg_compat_result *result)
{
	const struct kfg_object_use *u = &linkage->object->uses[use];

	result->kfunc = found->kfunc;
	if (u->undeclared) {
		judge_undeclared(linkage, u, result);
		return;
	}
	if (found->undecided) {
		kfg_linkage_limit_text(linkage, KFG_SCAN_LIMIT_TYPES, result->detail, sizeof(result->detail));
		result->compat = KFG_COMPAT_UNCHECKED;
	} else if (!found->func.btf) {
		judge_missing(linkage, u, found, result);
	} else if (!found->compatible) {
		judge_prototype(linkage, u, found, result);
	} else if (linkage->address_taken[use] && !linkage->kfunc_addresses) {
		result->compat = KFG_COMPAT_ADDRESS;
		result->fails = true;
		say(result, "the object asks for its address, which this kernel lets no program do (Linux 6.4 does)");
	} else if (!u->n_sites) {
		result->compat = KFG_COMPAT_OK;
	} else if (!found->kfunc) {
		judge_function(found, result);
	} else if (result->reach != KFG_REACH_LIVE ||
		   !judge_contexts(linkage, found->kfunc, live_contexts(linkage, &flows->by_default, use), result)) {
		if (result->reach == KFG_REACH_LIVE && found->kfunc->flags & KF_SLEEPABLE)
			judge_sleep(linkage, &flows->by_default, use, result);
		if (!result->fails)
			judge_kfunc(linkage, found->kfunc, result);
	}
	if (result->fails && kfg_compat_by_reach(u, result) && flows->by_default.gave_up) {
		result->compat = KFG_COMPAT_UNCHECKED;
		result->fails = false;
		if (linkage->code->opaque)
			say(result, "whether it is called depends on a jump table, which was not followed");
		else
			kfg_linkage_limit_text(linkage, kfg_linkage_flow_limit(linkage), result->detail,
					       sizeof(result->detail));
	} else if (result->fails && kfg_compat_by_reach(u, result) && !is_certain(linkage, flows, use)) {
		result->compat = KFG_COMPAT_UNCHECKED;
		result->fails = false;
		say(result, "whether it is called depends on the kernel's configuration, which is not known");
	}
}

/*
 * What the nearest kernel of the catalogue has of a kfunc about which this kernel's BTF does not say enough: who may
 * call it, or, where it is in no BTF at hand, the module that has it, or that none has. False: nothing.
 */
static bool borrow(struct kfg_linkage *linkage, size_t use, struct kfg_linkage_kfunc *ret_found,
		   struct kfg_kfunc *kfunc)
{
	const struct kfg_linkage_kfunc *own = &linkage->found[use];

	if (!linkage->nearest || own->sets_known || own->undecided)
		return false;
	kfg_linkage_find_kfunc(linkage, linkage->nearest, &linkage->object->uses[use], ret_found);
	if (!own->func.btf)
		return ret_found->func.btf ? ret_found->kfunc && ret_found->kfunc->module : ret_found->complete;
	if (!ret_found->func.btf || (own->kfunc && !ret_found->kfunc))
		return false;
	if (ret_found->kfunc) {
		*kfunc = *ret_found->kfunc;
		kfunc->name = kfg_btf_type_name(own->func.btf, own->func.id);
		kfunc->module = own->kfunc ? own->kfunc->module : own->module;
		kfunc->btf = own->func.btf;
		kfunc->id = own->func.id;
		ret_found->kfunc = kfunc;
	}
	ret_found->func = own->func;
	ret_found->module = own->module;
	ret_found->compatible = own->compatible;
	return true;
}

void kfg_compat_borrow(const struct kfg_linkage *linkage, const struct kfg_compat_result *nearest,
		       struct kfg_compat_result *result)
{
	const struct kfg_deployment *given = linkage->object->deployment;
	const char *colon = nearest->detail[0] ? ": " : "";

	if (nearest->compat == KFG_COMPAT_UNCHECKED)
		return;
	if (given && given->assume_nearest) {
		result->compat = nearest->compat;
		result->fails = nearest->fails;
		say(result, "as in %.60s%s%s", linkage->nearest_release, colon, nearest->detail);
		return;
	}
	result->borrowed = true;
	result->nearest_compat = nearest->compat;
	result->nearest_fails = nearest->fails;
	say(result, "BTF alone does not tell; in %.60s, the nearest kernel of the catalogue, it is \"%s\"%s%s",
	    linkage->nearest_release, kfg_compat_str(nearest->compat), colon, nearest->detail);
}

void kfg_compat_use(struct kfg_linkage *linkage, const struct kfg_compat_flows *flows, size_t use,
		    struct kfg_compat_result *result)
{
	struct kfg_compat_result nearest = { .reach = result->reach };
	struct kfg_linkage_kfunc found;
	struct kfg_kfunc kfunc;

	judge(linkage, flows, use, &linkage->found[use], result);
	if (result->compat != KFG_COMPAT_UNCHECKED || !borrow(linkage, use, &found, &kfunc))
		return;
	judge(linkage, flows, use, &found, &nearest);
	kfg_compat_borrow(linkage, &nearest, result);
}
