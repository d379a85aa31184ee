/* SPDX-License-Identifier: GPL-2.0-or-later */
/* candidate.c - a policy read, checked and compiled before it comes into force. */
#include "base/log.h"
#include "base/kernel_word.h"
#include "gate/daemon/state.h"
#include "gate/enforce/keyring.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

static void describe(const struct kfg_diags *diags, struct kfg_strbuf *why)
{
	for (size_t i = 0; i < diags->n; i++) {
		_cleanup_free_ char *text = kfg_diag_format(&diags->items[i]);

		if (!text || why->error)
			break;
		/* whole findings, as many as there is room for */
		if (why->size + strlen(text) >= why->max)
			return;
		kfg_strbuf_adds(why, text);
	}
}

/* By the name alone, as "name" and "name [module]" are the same kfunc here. */
static int compare_kfuncs(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t m = strcspn(x, " "), n = strcspn(y, " ");
	int c = memcmp(x, y, m < n ? m : n);

	return c ? c : (m > n) - (m < n);
}

/* Which deprecated kfuncs this kernel lacks; modules that are loaded later may bring them. */
static void find_absent(struct kfg_policy_names *names, char **kfuncs, size_t n)
{
	if (!n)
		return;
	qsort(kfuncs, n, sizeof(*kfuncs), compare_kfuncs);
	for (uint32_t i = 0; i < names->n_deprecations; i++)
		names->deprecations[i].absent =
			!bsearch(&names->deprecations[i].kfunc, kfuncs, n, sizeof(*kfuncs), compare_kfuncs);
}

/* Which keyrings the policy means on this host, at this moment. */
static void find_keyrings(const struct kfg_gate *gate, struct kfg_policy_names *names)
{
	for (uint32_t i = 0; i < names->n_keyrings; i++) {
		struct kfg_keyring *keyring = &names->keyrings[i];
		struct kfg_gate_keyring found;

		kfg_gate_find_keyring(gate, keyring->name, &found);
		keyring->serial = found.serial;
		if (!found.serial)
			kfg_log_warning("what policy %s says of keyring %s matches no program: %s", names->name,
					keyring->name, found.why);
	}
}

/* Findings about a kernel on which parts of the policy match nothing. */
static void warn_unsigned(const struct kfg_policy *policy)
{
	struct kfg_diags diags = { 0 };

	if (kfg_policy_asks_signature(policy) && !kfg_gate_tells_signatures() &&
	    kfg_policy_lint_unsigned(policy, &diags) == 0)
		for (size_t i = 0; i < diags.n; i++)
			kfg_log_warning("%s:%u: %s", diags.items[i].file, diags.items[i].line, diags.items[i].text);
	kfg_diags_done(&diags);
}

static int keep_names(const struct kfg_daemon *d, const struct kfg_policy *policy, const struct kfg_gate_kernel *kernel,
		      struct kfg_candidate *c, struct kfg_strbuf *why)
{
	int r = kfg_policy_names_new(policy, &c->policy.names);

	if (r < 0) {
		kfg_strbuf_adds(why, "cannot keep the policy's names: no memory\n");
		return r;
	}
	find_absent(c->policy.names, kernel->kfuncs, kernel->n_kfuncs);
	find_keyrings(d->gate, c->policy.names);
	warn_unsigned(policy);
	r = kfg_policy_exes(policy, &c->policy.exes, &c->policy.n_exes);
	if (r < 0)
		kfg_strbuf_adds(why, "cannot keep the policy's executables: no memory\n");
	return r;
}

static int compile(const struct kfg_policy *policy, char **kfuncs, size_t n, struct kfg_candidate *c,
		   struct kfg_strbuf *why)
{
	const struct kfg_keyrings keyrings = { c->policy.names->keyrings, c->policy.names->n_keyrings };
	const struct kfg_table_host host = { (const char *const *)kfuncs, n, &keyrings };
	int r = kfg_table_compile_here(policy, &host, c->policy.generation, &c->table);

	if (r == -E2BIG)
		kfg_strbuf_printf(why, "policy %s is too large to compile: more than %u cells\n",
				  kfg_policy_name(policy), KFG_TABLE_CELLS_MAX);
	else if (r < 0)
		kfg_strbuf_printf(why, "cannot compile the policy: %s\n", strerror(-r));
	return r;
}

/*
 * What is needed of a policy once it is loaded: its table and its names. The table may answer by look-up for kfuncs
 * that the kernel has; without that list every answer is the same, and takes longer.
 */
static int make(struct kfg_daemon *d, const struct kfg_policy *policy, const struct kfg_gate_kernel *kernel,
		struct kfg_candidate *c, struct kfg_strbuf *why)
{
	int r;

	c->policy.generation = ++d->generation;
	r = keep_names(d, policy, kernel, c, why);
	if (r == 0)
		c->policy.names->hooking = d->hooking;
	if (r == 0)
		r = compile(policy, kernel->kfuncs, kernel->n_kfuncs, c, why);
	if (r == 0)
		r = kfg_refusals_make(c->table, kernel, &c->policy.refusals);
	return r;
}

/* What the kernel says is read with each policy: modules come and go. */
static void read_kernel(struct kfg_daemon *d)
{
	struct kfg_gate_kernel kernel = { 0 };

	d->kernel_error = kfg_gate_kernel_read(&kernel);
	kfg_gate_kernel_done(&d->kernel);
	d->kernel = kernel;
}

/* The policy once more, over what the kernel says itself of its kfuncs. */
static int load_over_kernel(const struct kfg_daemon *d, struct kfg_loaded *ret_loaded)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(KFG_POLICY_FILE_MAX);
	struct kfg_source below = { .path = "the kernel's BTF" };

	kfg_strbuf_printf(&text, "%s%s", kfg_kernel_word_head, d->kernel.deprecations);
	if (text.error)
		return text.error;
	below.data = kfg_strbuf_text(&text);
	below.size = text.size;
	return kfg_config_load_over(d->config->policy_paths, d->config->n_policy_paths, &below, ret_loaded);
}

/* The policy by itself first: where it is broken, reading the kernel's BTF, most of the work, would be in vain. */
static int load(struct kfg_daemon *d, struct kfg_loaded *ret_loaded)
{
	int r = kfg_config_load(d->config->policy_paths, d->config->n_policy_paths, ret_loaded);

	if (r < 0)
		return r;
	read_kernel(d);
	if (!d->kernel.deprecations)
		return 0;
	kfg_loaded_done(ret_loaded);
	return load_over_kernel(d, ret_loaded);
}

int kfg_candidate_read(struct kfg_daemon *d, struct kfg_loaded *ret_loaded, struct kfg_strbuf *why)
{
	const char *unfit;
	int r;

	r = load(d, ret_loaded);
	if (r < 0 && r != -EBADMSG) {
		kfg_strbuf_printf(why, "cannot load the policy: %s\n", strerror(-r));
		return r;
	}
	describe(&ret_loaded->diags, why);
	if (r < 0)
		return r;
	unfit = kfg_policy_adapt(ret_loaded->policy, d->hooking);
	if (!unfit)
		return 0;
	kfg_strbuf_printf(why, "policy %s: %s\n", kfg_policy_name(ret_loaded->policy), unfit);
	return -EOPNOTSUPP;
}

int kfg_candidate_make(struct kfg_daemon *d, struct kfg_loaded *loaded, struct kfg_candidate *ret_candidate,
		       struct kfg_strbuf *why)
{
	struct kfg_candidate c = { 0 };
	int r;

	if (d->kernel_error < 0)
		kfg_log_warning("cannot list the kernel's kfuncs, goes on without: %s", strerror(-d->kernel_error));
	r = make(d, loaded->policy, &d->kernel, &c, why);
	kfg_gate_kernel_done(&d->kernel);
	if (r < 0) {
		kfg_candidate_done(&c);
		return r;
	}
	c.policy.files = KFG_TAKE_PTR(loaded->files);
	*ret_candidate = c;
	return 0;
}

int kfg_candidate_build(struct kfg_daemon *d, struct kfg_candidate *ret_candidate, struct kfg_strbuf *why)
{
	_cleanup_(kfg_loaded_done) struct kfg_loaded loaded = { 0 };
	int r = kfg_candidate_read(d, &loaded, why);

	return r < 0 ? r : kfg_candidate_make(d, &loaded, ret_candidate, why);
}

int kfg_candidate_closed(struct kfg_daemon *d, struct kfg_candidate *ret_candidate)
{
	static const char text[] = "version: 1\nname: on-failure\nserial: 0\nwithout-bpf-lsm: enforce\n"
				   "defaults: {unlisted: refuse}\n";
	const struct kfg_source source = { .path = "closed", .data = text, .size = sizeof(text) - 1 };
	_cleanup_strbuf_ struct kfg_strbuf why = KFG_STRBUF(256);
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	struct kfg_candidate c = { 0 };
	int r = kfg_policy_load(&source, 1, NULL, &diags, &policy);

	if (r == 0)
		r = make(d, policy, &(struct kfg_gate_kernel){ 0 }, &c, &why);
	kfg_policy_free(policy);
	kfg_diags_done(&diags);
	if (r < 0) {
		kfg_candidate_done(&c);
		return r;
	}
	*ret_candidate = c;
	return 0;
}

void kfg_in_force_done(struct kfg_in_force *policy)
{
	kfg_policy_names_free(policy->names);
	kfg_policy_files_free(policy->files);
	free(policy->exes);
	kfg_refusals_done(&policy->refusals);
	*policy = (struct kfg_in_force){ 0 };
}

void kfg_candidate_done(struct kfg_candidate *candidate)
{
	kfg_table_free(candidate->table);
	candidate->table = NULL;
	kfg_in_force_done(&candidate->policy);
	/* a large policy leaves much behind on the heap */
	malloc_trim(0);
}
