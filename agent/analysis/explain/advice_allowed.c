/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_allowed.c - a kfunc that a kernel keeps from a program: by the program's type, by a filter, or since it is no
 * kfunc there.
 */
#include "analysis/explain/advice_internal.h"

#include "config/lifecycle.h"
#include <string.h>

/* Whom the filter of a kfunc's set lets call it (struct btf_kfunc_id_set, since 6.4), by the beginning of its name. */
static const char *filter_lets(const char *kfunc)
{
	static const struct kfg_advice_named filters[] = {
		/* net/core/filter.c, tracing_iter_filter() */
		{ "bpf_sock_destroy",
		  "tracing programs that iterate over sockets (SEC(\"iter/tcp\"), SEC(\"iter/udp\"))" },
		/* fs/bpf_fs_kfuncs.c, bpf_fs_kfuncs_filter(); fs/verity/measure.c */
		{ "bpf_get_dentry_xattr", "LSM programs" },
		{ "bpf_get_file_xattr", "LSM programs" },
		{ "bpf_set_dentry_xattr", "LSM programs" },
		{ "bpf_remove_dentry_xattr", "LSM programs" },
		{ "bpf_get_task_exe_file", "LSM programs" },
		{ "bpf_put_file", "LSM programs" },
		{ "bpf_path_d_path", "LSM programs" },
		{ "bpf_real_data_inode", "LSM programs" },
		{ "bpf_sock_read_xattr", "LSM programs" },
		{ "bpf_get_fsverity_digest", "LSM programs" },
		/* net/sched/bpf_qdisc.c, bpf_qdisc_kfunc_filter() */
		{ "bpf_qdisc_skb_drop", "the member enqueue of a struct Qdisc_ops" },
		{ "bpf_qdisc_watchdog_schedule", "the members enqueue and dequeue of a struct Qdisc_ops" },
		{ "bpf_qdisc_bstats_update", "the member dequeue of a struct Qdisc_ops" },
		{ "bpf_kfree_skb", "the members of a struct Qdisc_ops" },
		{ "bpf_skb_get_hash", "the members of a struct Qdisc_ops" },
		/* kernel/trace/bpf_trace.c, bpf_session_filter() */
		{ "bpf_session_",
		  "programs of a session (SEC(\"kprobe.session/...\"), SEC(\"uprobe.session/...\"), since 7.0 "
		  "SEC(\"fsession/...\"))" },
	};

	return kfg_advice_named_find(filters, sizeof(filters) / sizeof(filters[0]), kfunc);
}

/* Whether the log says of which type the program is, and the kfunc is not registered for that one. */
static bool is_of_other_type(const struct kfg_advice_known *k, const struct kfg_kfunc_signature *s)
{
	const char *type = k->f->type, *at = s->types;
	size_t n = type ? strlen(type) : 0;

	if (!n || strcmp(s->types, "all") == 0)
		return false;
	while (*at) {
		size_t word = strcspn(at, " ");

		if (word == n && strncmp(at, type, n) == 0)
			return false;
		at += word + (at[word] == ' ');
	}
	return true;
}

/* But not `refused`, which may be NULL. */
static void add_types(const char *types, const char *refused, struct kfg_strbuf *out)
{
	const char *between = "";

	while (*types) {
		size_t n = strcspn(types, " ");

		if (!refused || strlen(refused) != n || strncmp(types, refused, n) != 0) {
			kfg_strbuf_adds(out, between);
			kfg_strbuf_add(out, types, n);
			between = ", ";
		}
		types += n + (types[n] == ' ');
	}
}

/*
 * Whether the row holds in the kernel's release. Signatures are those of 6.1, 6.12 and what came from 6.16 on: in
 * between, a row holds where the next kernel that was looked at says the same.
 */
static bool is_known_in(const struct kfg_advice_known *k, const struct kfg_kfunc_signature *s)
{
	static const unsigned looked_at[] = { KFG_RELEASE(6, 1), KFG_RELEASE(6, 12), KFG_RELEASE(6, 16) };
	const size_t n = sizeof(looked_at) / sizeof(looked_at[0]);
	const struct kfg_kfunc_signature *next;

	if (!k->release)
		return true;
	if (kfg_kfunc_release_parse(s->from) > k->release)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (looked_at[i] < k->release)
			continue;
		next = kfg_kfunc_signature_find(k->name, looked_at[i]);
		return next && strcmp(next->types, s->types) == 0;
	}
	return true;
}

/* Which kernel the types are of: "In Linux 6.12, which is the oldest known here, it is", "Linux 6.18.1 has it" */
static void say_where(const struct kfg_advice_known *k, const struct kfg_advice *a, const struct kfg_kfunc_signature *s,
		      struct kfg_strbuf *out)
{
	bool older = k->release && kfg_kfunc_release_parse(s->from) > k->release;

	if (a->lifecycle.removed_in)
		kfg_strbuf_printf(out, " Linux before %s has it", a->lifecycle.removed_in);
	else if (older)
		kfg_strbuf_printf(out, " In Linux %s, the oldest of which that is known here, it is there", s->from);
	else
		kfg_strbuf_printf(out, " Linux %s has it",
				  !k->release	    ? KFG_HISTORY_NEWEST :
				  is_known_in(k, s) ? k->kernel :
						      s->from);
}

/* Which programs may call it. */
static void say_types(const struct kfg_advice_known *k, const struct kfg_advice *a, struct kfg_strbuf *out)
{
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find(k->name, k->release), *oldest;
	bool all = s && strcmp(s->types, "all") == 0;

	if (!s || !s->types[0]) {
		kfg_strbuf_adds(out, " For which types it is registered, kfgate kfuncs --kernel=IMAGE NAME says.");
		return;
	}
	say_where(k, a, s, out);
	kfg_strbuf_printf(out, " for programs of %s", all ? "any type" : "type ");
	if (!all)
		add_types(s->types, s->restricted ? NULL : k->f->type, out);
	kfg_strbuf_adds(out, ".");
	if (!is_known_in(k, s)) {
		kfg_strbuf_printf(out, " Linux %s may have it for %s.", k->kernel, all ? "fewer" : "others");
		return;
	}
	if (is_of_other_type(k, s))
		kfg_strbuf_printf(out, " This program is of type %s.", k->f->type);
	else if (s->restricted && filter_lets(k->name))
		kfg_strbuf_printf(out, " Of these, a filter in the kernel lets %s call it, and no others.",
				  filter_lets(k->name));
	else if (s->restricted)
		kfg_strbuf_adds(out,
				" If the program is of one of these, a filter in the kernel may refuse it, by what it "
				"is attached to or which struct_ops member it is.");
	oldest = kfg_kfunc_signature_find(k->name, 1);
	if (!k->release && oldest && strcmp(oldest->types, s->types) != 0)
		kfg_strbuf_adds(out, " Older kernels have it for fewer; kfgate kfuncs --kernel=IMAGE NAME lists "
				     "them.");
}

/* A program that must be of type syscall, by what the log says of it, or by its name. */
static bool is_syscall(const struct kfg_vlog_finding *f)
{
	return f->type ? strcmp(f->type, "syscall") == 0 : strstr(f->prog, "syscall") != NULL;
}

/* Types were added over time; which kernel has which is known of those that were looked at only. */
static void say_too_old(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const struct kfg_kfunc_signature *oldest = kfg_kfunc_signature_find(k->name, 1);

	if (k->release || !is_syscall(k->f) || !oldest || !strstr(oldest->types, "syscall") || !k->history ||
	    kfg_kfunc_release_parse(k->history->introduced) >= kfg_kfunc_release_parse(oldest->from))
		return;
	a->blame = KFG_BLAME_UNKNOWN;
	kfg_strbuf_printf(&a->what, " Kernels from before %s may not have it for syscall programs.", oldest->from);
	kfg_strbuf_printf(&a->todo, " If the type is one of these, use a newer kernel, %s or later.", oldest->from);
}

/* A distribution's kernel of that release has it although upstream's has not. */
static bool is_beside(const struct kfg_advice_known *k)
{
	for (const char *at = k->history->beside; *at; at += strspn(at, ", ")) {
		if (kfg_kfunc_release_parse(at) == k->release)
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

/* A plain function of the kernel became a kfunc later; or a module from elsewhere has one of that name. */
static void not_allowed_before(const struct kfg_advice_known *k, enum kfg_presence presence, struct kfg_advice *a)
{
	const struct kfg_kfunc_history *h = k->history;

	a->blame = KFG_BLAME_KERNEL;
	kfg_strbuf_printf(&a->what,
			  " This kernel is Linux %s, which has it as a kfunc for no type of program: ", k->kernel);
	if (presence == KFG_PRESENCE_TOO_OLD)
		kfg_strbuf_printf(&a->what, "it came with Linux %s.", h->introduced);
	else
		kfg_strbuf_printf(&a->what, "releases %s to %s do not have it.", h->absent_from, h->absent_to);
	kfg_strbuf_adds(&a->what, " What the loader found is a plain function of that name, or it is of a module from "
				  "elsewhere.");
	if (presence == KFG_PRESENCE_TOO_OLD)
		kfg_strbuf_printf(&a->todo, "Use Linux %s or newer", h->introduced);
	else
		kfg_strbuf_adds(&a->todo, "Use another kernel");
	kfg_strbuf_adds(&a->todo,
			", or make the program do without it. A module from elsewhere has to register its kfunc "
			"for this type of program (register_btf_kfunc_id_set()).");
}

static void not_allowed_strange(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_adds(&a->what, "The kernel has a function of this name, and does not let this program call it.");
	kfg_advice_say_strange(k, a);
	kfg_strbuf_adds(&a->todo, "Do without a function that is no kfunc. A module from elsewhere has to register its "
				  "kfunc for this type of program (register_btf_kfunc_id_set()).");
}

/* Words for the kind are about types; where a filter refuses it, the type may be the right one. */
static const char *where_else(const struct kfg_advice_known *k)
{
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find(k->name, k->release);

	if (!s || !s->restricted || is_of_other_type(k, s))
		return kfg_advice_words[KFG_VLOG_NOT_ALLOWED].todo;
	if (filter_lets(k->name))
		return "Call it from where the filter lets it be called, which for struct_ops is another member, or do "
		       "without. What is registered, and for which types, differs between versions.";
	return "Call it from one of these types, and there from where the filter lets it be called, which for "
	       "struct_ops is another member, or do without. What is registered, and for which types, differs "
	       "between versions.";
}

/* The kfunc that does the same for programs of another type: net/core/filter.c, 6.4 to 7.3. */
static void say_sibling(const struct kfg_advice_known *k, struct kfg_strbuf *out)
{
	static const struct {
		const char *kfunc, *programs, *sibling;
	} siblings[] = {
		{ "bpf_dynptr_from_skb", "an XDP program", "bpf_dynptr_from_xdp" },
		{ "bpf_dynptr_from_xdp", "a program that has a struct __sk_buff or sk_buff", "bpf_dynptr_from_skb" },
	};

	for (size_t i = 0; i < sizeof(siblings) / sizeof(siblings[0]); i++)
		if (strcmp(k->name, siblings[i].kfunc) == 0)
			kfg_strbuf_printf(out, "In %s, call %s() instead. Else: ", siblings[i].programs,
					  siblings[i].sibling);
}

void kfg_advice_on_not_allowed(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	enum kfg_presence presence = kfg_kfunc_history_presence(k->history, k->release);

	if (kfg_advice_is_strange(k, a)) {
		not_allowed_strange(k, a);
		return;
	}
	if ((presence == KFG_PRESENCE_TOO_OLD || presence == KFG_PRESENCE_ABSENT) && !is_beside(k)) {
		not_allowed_before(k, presence, a);
		return;
	}
	say_types(k, a, &a->what);
	if (kfg_advice_is_removed(k, a)) {
		kfg_strbuf_printf(&a->what,
				  " This kernel is Linux %s, and it was removed in %s: a function of that name may "
				  "still be in the kernel's BTF, so that loaders find it, but it is no kfunc any "
				  "more.",
				  k->kernel, a->lifecycle.removed_in);
		a->blame = KFG_BLAME_KERNEL;
		if (kfg_advice_replacement(a, &a->todo))
			kfg_strbuf_adds(&a->todo, " ");
	} else if (a->lifecycle.removed_in && !k->release) {
		kfg_strbuf_printf(&a->what,
				  " If the kernel is %s or newer, there is another reason: it is no kfunc there "
				  "any more.",
				  a->lifecycle.removed_in);
	}
	say_sibling(k, &a->todo);
	kfg_strbuf_adds(&a->todo, where_else(k));
	say_too_old(k, a);
	if (k->f->beside == KFG_VLOG_BESIDE_WENT_ON)
		kfg_strbuf_adds(&a->what,
				" The loader says behind it that it goes on in another way: it only tried what "
				"this kernel can, and nothing failed by that.");
}
