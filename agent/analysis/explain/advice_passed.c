/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_passed.c - what was passed as an argument, by what the log shows of its register, and where that is from. */
#include "analysis/explain/advice_internal.h"

#include "base/text.h"
#include <string.h>

/* Sections of global variables are maps to the kernel: "prog.bss", ".data.A". */
static bool is_of_variables(const char *map)
{
	return strstr(map, ".bss") || strstr(map, ".data") || strstr(map, ".rodata");
}

/* Makes a clean copy; empty where it is none. */
static const char *clean(const struct kfg_vlog_finding *f, char buf[4 * KFG_VLOG_NAME_MAX])
{
	kfg_text_clean(f->from_name, sizeof(f->from_name), buf, 4 * KFG_VLOG_NAME_MAX);
	return buf;
}

/* " It was read from struct task_struct (offset 1312)". False: the log does not show where it is from. */
static bool say_origin(const struct kfg_vlog_finding *f, struct kfg_strbuf *out)
{
	char buf[4 * KFG_VLOG_NAME_MAX];
	const char *name = clean(f, buf);

	switch (f->from) {
	case KFG_VLOG_FROM_CALL:
		if (!kfg_advice_is_identifier(name))
			return false;
		kfg_strbuf_printf(out, " It is the result of %s()", name);
		return true;
	case KFG_VLOG_FROM_STRUCT:
		kfg_strbuf_printf(out, " It was read from struct %s (offset %lld)", name, f->from_offset);
		return true;
	case KFG_VLOG_FROM_MAP:
		if (is_of_variables(name))
			kfg_strbuf_adds(out, " It was read from a global variable of the program");
		else if (name[0])
			kfg_strbuf_printf(out, " It was read from a value of the map %s", name);
		else
			kfg_strbuf_adds(out, " It was read from a map's value");
		return true;
	case KFG_VLOG_FROM_CONTEXT:
		kfg_strbuf_adds(out, " It was read from the program's context");
		return true;
	default:
		return false;
	}
}

bool kfg_advice_is_of_cast(const struct kfg_vlog_finding *f)
{
	return f->from == KFG_VLOG_FROM_CALL && strcmp(f->from_name, "bpf_rdonly_cast") == 0;
}

void kfg_advice_say_nullable(const struct kfg_vlog_finding *f, struct kfg_strbuf *out)
{
	if (f->passed == KFG_VLOG_PASSED_NULL)
		kfg_strbuf_adds(out, " On the path that the log shows it is NULL.");
	else if (say_origin(f, out))
		kfg_strbuf_printf(out, ", %s.",
				  f->from == KFG_VLOG_FROM_CALL	  ? "which may be NULL" :
				  f->from == KFG_VLOG_FROM_STRUCT ? "and may be NULL" :
								    "where it may be NULL");
}

void kfg_advice_say_passed(const struct kfg_vlog_finding *f, struct kfg_strbuf *out)
{
	if (f->passed == KFG_VLOG_PASSED_NULL || f->passed == KFG_VLOG_PASSED_MAYBE_NULL) {
		kfg_advice_say_nullable(f, out);
		return;
	}
	if (f->passed == KFG_VLOG_PASSED_STACK)
		kfg_strbuf_adds(out, " It is the address of a variable on the stack.");
	if (f->passed == KFG_VLOG_PASSED_RCU_LEFT)
		kfg_strbuf_adds(out, " RCU protected it, and was left before the call.");
	if (f->passed != KFG_VLOG_PASSED_PLAIN && f->passed != KFG_VLOG_PASSED_UNTRUSTED &&
	    f->passed != KFG_VLOG_PASSED_RCU)
		return;
	if (say_origin(f, out))
		kfg_strbuf_printf(out, "%s.",
				  kfg_advice_is_of_cast(f)	   ? ", which can only be read through" :
				  f->passed == KFG_VLOG_PASSED_RCU ? ", and RCU protects it, no reference" :
								     ", and the kernel does not vouch for it");
}

/*
 * Where the state in the log says what was passed in place of a pointer: 6.1 btf_check_func_arg_match(), since 6.2
 * check_kfunc_args().
 */
bool kfg_advice_on_passed(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (!strstr(k->f->message, "must point to"))
		return false;
	switch (k->f->passed) {
	case KFG_VLOG_PASSED_MAYBE_NULL:
		kfg_strbuf_adds(&a->what, " By its state in the log it may be NULL here.");
		kfg_strbuf_adds(&a->todo, "Compare the pointer with NULL before the call, on every path.");
		return true;
	case KFG_VLOG_PASSED_STACK:
		kfg_strbuf_adds(&a->what, " The address of a variable on the stack was passed where the kfunc wants "
					  "that type, which memory of the program cannot stand for.");
		kfg_strbuf_adds(&a->todo, "Pass a pointer to such an object as the kernel gave it: the pointer itself, "
					  "not the address of a variable that holds it.");
		return true;
	case KFG_VLOG_PASSED_NUMBER:
		kfg_strbuf_adds(&a->what, " By its state in the log it is a number for the verifier.");
		kfg_strbuf_adds(&a->todo,
				"Arguments of a kprobe program, and what bpf_probe_read_kernel() read, are numbers for "
				"the verifier, and a cast makes no pointer of them. Take the object from where the "
				"verifier knows its type: an argument of a program of SEC(\"fentry/...\") or "
				"SEC(\"tp_btf/...\"), or the context of the type of programs that the kfunc is for. "
				"Where it is a struct that the program fills in, pass its address on the stack.");
		return true;
	default:
		return false;
	}
}

bool kfg_advice_types_find(const char *message, struct kfg_span *ret_wanted, struct kfg_span *ret_passed)
{
	static const char wants[] = "expected pointer to STRUCT ", has[] = "has a pointer to STRUCT ";
	const char *a = strstr(message, wants), *b = strstr(message, has);

	if (!a || !b)
		return false;
	*ret_wanted = (struct kfg_span){ a + sizeof(wants) - 1, strcspn(a + sizeof(wants) - 1, " ") };
	*ret_passed = (struct kfg_span){ b + sizeof(has) - 1, strcspn(b + sizeof(has) - 1, " ") };
	return true;
}

bool kfg_advice_on_member(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	struct kfg_span wanted, passed;

	if (k->f->passed_offset <= 0 || !kfg_advice_types_find(k->f->message, &wanted, &passed))
		return false;
	kfg_strbuf_printf(&a->what,
			  " By its state in the log it leads %lld bytes into another struct: it points to a member of "
			  "that.",
			  k->f->passed_offset);
	kfg_strbuf_adds(&a->todo,
			"Pass a pointer to the struct that is named first, as the kernel gave it. Since Linux 6.3 a "
			"kfunc that acquires or releases takes no member of another struct. A cast does not change "
			"what the verifier knows.");
	return true;
}

bool kfg_advice_on_struct_of_more(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	static const char begins[] = "pointer type STRUCT ";
	const char *at = strstr(k->f->message, begins);
	char name[4 * KFG_VLOG_NAME_MAX];
	size_t n;

	if (!at || !strstr(at, "must point to ") || !strstr(at, "scalar, or struct with scalar"))
		return false;
	at += sizeof(begins) - 1;
	n = strcspn(at, " ");
	kfg_text_clean(at, n < KFG_VLOG_NAME_MAX ? n : KFG_VLOG_NAME_MAX, name, sizeof(name));
	kfg_strbuf_printf(&a->what,
			  " It is no pointer of the kernel's to a struct %s, and memory of the program's can be "
			  "checked only as a struct of numbers: this one holds more than that (a pointer, a union, or "
			  "structs that are nested too deep).",
			  name);
	kfg_strbuf_printf(&a->todo,
			  "Where struct %s is one of the kernel's own objects, pass the kernel's pointer to it, not a "
			  "copy, and not NULL or a number. As memory of the program's (the stack, a map's value) it "
			  "can never be passed, whatever is in it: then whoever wrote the kfunc has to mend it, with a "
			  "struct of numbers and arrays of them, or with memory and its size (void *p, u32 p__sz).",
			  name);
	return true;
}
