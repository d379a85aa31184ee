/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_reference.c - what a kfunc gave to the program, and the program keeps at its end; and a result that may be
 * NULL.
 */
#include "analysis/explain/advice_internal.h"

#include "base/text.h"
#include <string.h>

/*
 * What gives back the reference that a kfunc returns, by the beginning of its name (KF_ACQUIRE in kernel/bpf,
 * kernel/sched/ext.c, net, fs, mm, drivers/hid, 6.1 to 7.3). A map can keep what it can release by itself: objects of
 * the program, and types with a destructor (register_btf_id_dtor_kfuncs() in kernel/bpf/helpers.c, cpumask.c,
 * crypto.c).
 */
static const struct acquirer {
	const char *begins, *release;
	bool storable;
} acquirers[] = {
	{ "bpf_task_get_cgroup", "bpf_cgroup_release()", true },
	{ "bpf_task_", "bpf_task_release()", true },
	{ "bpf_cgroup_", "bpf_cgroup_release()", true },
	{ "scx_bpf_task_cgroup", "bpf_cgroup_release()", true },
	{ "bpf_cpumask_", "bpf_cpumask_release()", true },
	{ "bpf_crypto_ctx_", "bpf_crypto_ctx_release()", true },
	{ "bpf_obj_new", "bpf_obj_drop()", true },
	{ "bpf_refcount_acquire", "bpf_obj_drop()", true },
	{ "bpf_list_pop_", "bpf_obj_drop()", true },
	{ "bpf_list_del", "bpf_obj_drop()", true },
	{ "bpf_rbtree_remove", "bpf_obj_drop()", true },
	{ "bpf_percpu_obj_new", "bpf_percpu_obj_drop()", true },
	{ "bpf_lookup_", "bpf_key_put()", false },
	{ "bpf_xdp_ct_", "bpf_ct_release()", false },
	{ "bpf_skb_ct_", "bpf_ct_release()", false },
	{ "bpf_ct_insert_entry", "bpf_ct_release()", false },
	{ "bpf_xdp_get_xfrm_state", "bpf_xdp_xfrm_state_release()", false },
	{ "bpf_get_task_exe_file", "bpf_put_file()", false },
	{ "bpf_get_mem_cgroup", "bpf_put_mem_cgroup()", false },
	{ "bpf_get_root_mem_cgroup", "bpf_put_mem_cgroup()", false },
	{ "bpf_ksock_", "bpf_ksock_release()", false },
	{ "bpf_wakeup_sources_read_lock", "bpf_wakeup_sources_read_unlock()", false },
	{ "hid_bpf_allocate_context", "hid_bpf_release_context()", false },
	{ "scx_bpf_get_idle_", "scx_bpf_put_idle_cpumask()", false },
	{ "scx_bpf_get_", "scx_bpf_put_cpumask()", false },
};

static const struct acquirer *find_acquirer(const char *kfunc)
{
	for (size_t i = 0; i < sizeof(acquirers) / sizeof(acquirers[0]); i++)
		if (kfg_text_begins(kfunc, acquirers[i].begins))
			return &acquirers[i];
	return NULL;
}

/* "num" of bpf_iter_num_new, and how long that is, where the name ends so; else NULL. */
static const char *iterator_type(const char *kfunc, const char *end, int *ret_n)
{
	static const char begin[] = "bpf_iter_";
	size_t n = strlen(kfunc), n_begin = sizeof(begin) - 1, n_end = strlen(end);

	if (n <= n_begin + n_end || strncmp(kfunc, begin, n_begin) != 0 || strcmp(kfunc + n - n_end, end) != 0)
		return NULL;
	*ret_n = (int)(n - n_begin - n_end);
	return kfunc + n_begin;
}

static const char *macro(const char *type, int n)
{
	return n == 3 && strncmp(type, "num", 3) == 0 ? "bpf_for()" : "bpf_for_each()";
}

/* The verifier marks the iterator as one to be destroyed whatever new returns, mark_stack_slots_iter(). */
static void on_iterator(const char *type, int n, struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_adds(&a->what, "The kfunc starts an iterator, which lies on the stack and holds something of the "
				  "kernel's. On some path the program ends without destroying it.");
	kfg_strbuf_printf(&a->todo,
			  "Call bpf_iter_%.*s_destroy() on every path behind bpf_iter_%.*s_new(), also where that "
			  "returned an error and where the program leaves the loop early. %s does so.",
			  n, type, n, type, macro(type, n));
}

/* What lay in a map is the program's, once it was taken out. */
static void on_exchange(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	char type[4 * KFG_VLOG_NAME_MAX];

	kfg_text_clean(k->f->from_name, sizeof(k->f->from_name), type, sizeof(type));
	a->what.size = 0;
	kfg_strbuf_printf(&a->what,
			  "The helper bpf_kptr_xchg() took a struct %s out of a map or an object, and on some path the "
			  "program neither releases it nor puts it back. Since that call it is the program's.",
			  type);
	if (k->name[0])
		kfg_strbuf_printf(&a->todo, "Test the result, and call %s() where it is not NULL", k->name);
	else
		kfg_strbuf_adds(&a->todo,
				"Test the result, and where it is not NULL call bpf_obj_drop() if the program "
				"made it (bpf_obj_new()), else the release kfunc of its type");
	kfg_strbuf_adds(&a->todo,
			", early returns included; or put it back with bpf_kptr_xchg(), and release what that "
			"returns.");
}

void kfg_advice_on_reference(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const struct acquirer *acquirer = find_acquirer(k->name);
	const char *release = acquirer ? acquirer->release : NULL;
	int n;
	const char *iterator = iterator_type(k->name, "_new", &n);

	if (k->f->beside == KFG_VLOG_BESIDE_EXCHANGED) {
		on_exchange(k, a);
		return;
	}
	if (iterator) {
		on_iterator(iterator, n, a);
		return;
	}
	if (strcmp(k->name, "bpf_dynptr_from_file") == 0) {
		a->what.size = 0;
		kfg_strbuf_adds(&a->what, "The kfunc makes a dynptr that holds the file, and on some path the program "
					  "ends without discarding it.");
		kfg_strbuf_adds(&a->todo, "Call bpf_dynptr_file_discard() with that dynptr on every path behind the "
					  "call, also where it returned an error.");
		return;
	}
	kfg_strbuf_printf(&a->todo,
			  "Call %s on every path on which the result is not NULL, early returns included%s%s.",
			  release ? release : "the matching release kfunc",
			  acquirer && acquirer->storable ? ", or store it with bpf_kptr_xchg()" : "",
			  release && strcmp(release, "bpf_obj_drop()") == 0 ? ", or put it into a list or tree" : "");
}

void kfg_advice_on_result(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	int n;
	const char *iterator = iterator_type(k->name, "_next", &n);

	if (!iterator) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_RESULT].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_adds(&a->what,
			"The kfunc returns NULL where the iterator has no more elements, and the program uses "
			"its result on a path without a test for that.");
	kfg_strbuf_printf(&a->todo,
			  "Test the result right behind the call, and leave the loop where it is NULL: while ((p = "
			  "bpf_iter_%.*s_next(&it))). %s does so.",
			  n, iterator, macro(iterator, n));
}
