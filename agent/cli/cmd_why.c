/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_why.c - why the policy allows or refuses the programs of an object: each kfunc, rule by rule. */
#include "analysis/programs/programs.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/objects.h"
#include "cli/output.h"
#include "cli/answer.h"
#include "cli/option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHOICE_MAX 4096u

struct why {
	struct kfg_preview preview;
	struct kfg_kernels kernels;
	struct kfg_report *report; /* owned */
	bool as_json;
	struct kfg_json json; /* into text, if as_json */
	struct kfg_strbuf text; /* owned */
	size_t n_answers;
	bool refused, warned, unchecked;
};

static void take_answer(struct why *why, const struct kfg_answer *answer)
{
	why->refused |= answer->action == KFG_REFUSE && !answer->loader_decides &&
			kfg_mode_enforces(kfg_policy_mode(why->preview.loaded.policy));
	why->warned |= answer->action >= KFG_WARN;
	why->unchecked |= answer->loader_decides;
	if (why->as_json)
		kfg_answer_json(answer, &why->json);
	else
		kfg_answer_text(answer, &why->text);
	why->n_answers++;
}

static int explain_site(struct why *why, const struct kfg_report_object *object, const struct kfg_report_use *use,
			const struct kfg_report_call_site *site)
{
	const struct kfg_answer_question question = {
		.preview = &why->preview,
		.object = object->label,
		.program = site->program,
		.type = site->type,
		.kfunc = use->name,
		.module = use->cells[0].module,
		.live = site->reach[0] != KFG_REACH_NEVER,
	};
	struct kfg_answer answer = { 0 };
	int r = kfg_answer_find(&question, &answer);

	if (r == 0)
		take_answer(why, &answer);
	kfg_answer_done(&answer);
	return r;
}

/* Many calls in one program are one question. */
static bool same_question(const struct kfg_report_use *use, size_t site)
{
	for (size_t i = 0; i < site; i++)
		if (!strcmp(use->sites[i].program, use->sites[site].program) &&
		    use->sites[i].type == use->sites[site].type &&
		    (use->sites[i].reach[0] == KFG_REACH_NEVER) == (use->sites[site].reach[0] == KFG_REACH_NEVER))
			return true;
	return false;
}

static int explain_use(struct why *why, const struct kfg_report_object *object, const struct kfg_report_use *use)
{
	int r = 0;

	for (size_t i = 0; i < use->n_sites && r == 0; i++)
		if (!same_question(use, i))
			r = explain_site(why, object, use, &use->sites[i]);
	return r;
}

static int explain_all(struct why *why)
{
	int r = 0;

	for (size_t i = 0; i < why->report->n_objects; i++) {
		const struct kfg_report_object *object = &why->report->objects[i];

		why->unchecked |= object->limits[0] != 0;
		for (size_t k = 0; k < object->n_uses && r == 0; k++)
			if (!object->uses[k].struct_ops)
				r = explain_use(why, object, &object->uses[k]);
	}
	return r;
}

/* A program that the kernel has loaded now; false: a file. */
static bool is_program_id(const char *word, uint32_t *ret_id)
{
	char *end;
	unsigned long id = strtoul(word, &end, 10);

	*ret_id = (uint32_t)id;
	return *word >= '0' && *word <= '9' && !*end && id <= UINT32_MAX && access(word, F_OK) < 0;
}

static int explain_program(struct why *why, const struct kfg_programs_program *p)
{
	char label[32];
	int r = 0;

	(void)snprintf(label, sizeof(label), "program %" PRIu32, p->id);
	for (size_t i = 0; i < p->n_targets && r == 0; i++) {
		const struct kfg_answer_question question = {
			.preview = &why->preview,
			.object = label,
			.program = p->name,
			.type = p->type,
			.kfunc = p->targets[i].kfunc,
			.module = p->targets[i].module,
			.live = true,
		};
		struct kfg_answer answer = { 0 };

		if (!p->targets[i].kfunc)
			continue;
		r = kfg_answer_find(&question, &answer);
		if (r == 0)
			take_answer(why, &answer);
		kfg_answer_done(&answer);
	}
	if (p->unknown)
		kfg_log_warning("why: %s: %s", label, p->unknown);
	why->unchecked |= p->unknown != NULL;
	return r;
}

/* -ENOENT: there is no such program, which was logged. */
static int explain_id(struct why *why, const struct kfg_programs *programs, uint32_t id)
{
	for (size_t i = 0; i < programs->n; i++)
		if (programs->items[i].id == id)
			return explain_program(why, &programs->items[i]);
	kfg_log_error("why: %" PRIu32 ": there is no such file, nor a BPF program of that id", id);
	return -ENOENT;
}

static int explain_ids(struct why *why, const struct kfg_args *args)
{
	struct kfg_programs programs = { 0 };
	bool listed = false;
	uint32_t id;
	int r = 0;

	for (size_t i = 0; i < args->n_words && r == 0; i++) {
		if (!is_program_id(args->words[i], &id))
			continue;
		r = listed ? 0 : kfg_programs_list(NULL, 0, &programs);
		if (r < 0)
			kfg_log_error("why: cannot list the programs of this kernel%s: %s",
				      r == -EPERM ? " (it takes CAP_SYS_ADMIN)" : "", strerror(-r));
		else
			r = explain_id(why, &programs, id);
		listed = true;
	}
	kfg_programs_done(&programs);
	return r;
}

static void print_head(struct why *why)
{
	const struct kfg_policy *policy = why->preview.loaded.policy;
	const struct kfg_load *loader = &why->preview.loader;
	const char *mode = kfg_mode_str(kfg_policy_mode(policy));
	char day[KFG_DAY_TEXT];

	kfg_day_format(loader->today, day);
	if (!why->as_json) {
		kfg_strbuf_printf(&why->text, "policy %s, serial %" PRId64 ", mode: %s (%s), as of %s\n",
				  kfg_policy_name(policy), kfg_policy_serial(policy), mode, why->preview.source, day);
		return;
	}
	kfg_json_object(&why->json, NULL);
	kfg_json_uint(&why->json, "version", 1);
	kfg_json_string(&why->json, "kfgate", KFG_VERSION);
	kfg_json_string(&why->json, "policy", kfg_policy_name(policy));
	kfg_json_int(&why->json, "serial", kfg_policy_serial(policy));
	kfg_json_string(&why->json, "mode", mode);
	kfg_json_string(&why->json, "policy_source", why->preview.source);
	kfg_json_string(&why->json, "date", day);
	kfg_json_string(&why->json, "unit", loader->unit);
	kfg_json_string(&why->json, "exe", loader->exe);
	kfg_json_string(&why->json, "cgroup", loader->cgroup);
	kfg_json_string(&why->json, "signed", why->preview.signature);
	if (why->preview.loader_known)
		kfg_json_uint(&why->json, "uid", loader->uid);
	else
		kfg_json_null(&why->json, "uid");
	kfg_json_array(&why->json, "decisions");
}

static void print_tail(struct why *why)
{
	if (why->as_json) {
		kfg_json_array_end(&why->json);
		kfg_json_object_end(&why->json);
		kfg_strbuf_adds(&why->text, "\n");
	} else if (!why->n_answers) {
		kfg_strbuf_adds(&why->text, "no program in there calls a kfunc: the policy is not asked\n");
	}
	/* on standard error, so that JSON stays JSON */
	for (size_t i = 0; i < why->report->n_problems; i++)
		kfg_log_warning("why: %s: %s", why->report->problems[i].label, why->report->problems[i].why);
	why->unchecked |= why->report->n_problems > 0;
}

/* -ENOENT: there is none, which was logged. */
static int find_object(struct why *why, struct kfg_find *find, const char *path)
{
	size_t before = why->report->n_objects + why->report->n_problems;
	int r = kfg_find_path(find, path);

	if (r == -ENOENT) {
		kfg_log_error("why: %s: there is no such file or directory", path);
	} else if (r == 0 && why->report->n_objects + why->report->n_problems == before) {
		kfg_log_error("why: %s: no BPF object found", path);
		r = -ENOENT;
	}
	return r;
}

static int find_objects(struct why *why, const struct kfg_args *args)
{
	struct kfg_objects objects = {
		.report = why->report,
		.kernels = &why->kernels,
		.libbpf = KFG_LIBBPF_NEWEST,
	};
	const struct kfg_find_ops ops = kfg_objects_ops(&objects);
	struct kfg_find *find = NULL;
	uint32_t id;
	int r = kfg_objects_begin(&objects);

	if (r == 0)
		r = kfg_find_new(&ops, &find);
	for (size_t i = 0; i < args->n_words && r == 0; i++)
		if (!is_program_id(args->words[i], &id))
			r = find_object(why, find, args->words[i]);
	kfg_find_free(find);
	kfg_objects_done(&objects);
	kfg_log_progress(NULL);
	if (r < 0 && r != -ENOENT)
		kfg_log_errno(r, "why: %m");
	return r;
}

/* A release has several flavours. */
static void log_choice(const struct kfg_kernels *kernels)
{
	_cleanup_strbuf_ struct kfg_strbuf names = KFG_STRBUF(CHOICE_MAX);

	for (size_t i = 0; i < kernels->n; i++) {
		struct kfg_kernel_facts facts;

		kfg_kernel_facts(kernels->items[i], &facts);
		kfg_strbuf_printf(&names, "%s%s", i ? ", " : "", *facts.release ? facts.release : facts.path);
	}
	kfg_log_error("why: --kernel means %zu kernels: name one (%s)", kernels->n, kfg_strbuf_text(&names));
}

static int open_all(struct why *why, const struct kfg_args *args)
{
	struct kfg_report_judge judge;
	int r = kfg_preview_open(args, "why", &why->preview);

	if (r == 0)
		r = kfg_kernels_open(args, "why", &why->kernels);
	if (r == 0 && why->kernels.n != 1) {
		log_choice(&why->kernels);
		r = -EINVAL;
	}
	if (r < 0)
		return r;
	kfg_preview_take_kernel(&why->preview, why->kernels.items[0], "why");
	judge = (struct kfg_report_judge){
		.policy = why->preview.loaded.policy,
		.table = why->preview.table,
		.source = why->preview.source,
		.loader = why->preview.loader,
		.loader_known = why->preview.loader_known,
		.unknown = why->preview.unknown,
	};
	r = kfg_report_new(&judge, (const struct kfg_kernel *const *)why->kernels.items, 1, &why->report);
	return r < 0 ? kfg_log_errno(r, "why: %m") : find_objects(why, args);
}

static int run(struct why *why, const struct kfg_args *args)
{
	int r;

	if (open_all(why, args) < 0)
		return KFG_EXIT_FAILURE;
	print_head(why);
	r = explain_all(why);
	if (r < 0 && r != -ENOTRECOVERABLE)
		kfg_log_errno(r, "why: %m");
	if (r == 0)
		r = explain_ids(why, args);
	if (r == -ENOTRECOVERABLE)
		kfg_log_error(
			"why: what was found of the rules does not lead to the verdict: this is a defect of kfgate");
	if (r < 0)
		return KFG_EXIT_FAILURE;
	print_tail(why);
	if (kfg_output_print(&why->text, "why") < 0)
		return KFG_EXIT_FAILURE;
	return why->refused   ? KFG_EXIT_REFUSED :
	       why->unchecked ? KFG_EXIT_UNCHECKED :
	       why->warned    ? KFG_EXIT_WARNINGS :
				KFG_EXIT_OK;
}

int kfg_cmd_why(const struct kfg_args *args)
{
	static const char *const formats[] = { "text", "json" };
	int format = kfg_option_word(args, "why", "format", formats, 2);
	struct why why = { .text = KFG_STRBUF(KFG_OUTPUT_MAX) };
	int code = KFG_EXIT_FAILURE;

	why.as_json = format == 1;
	why.json = (struct kfg_json){ .out = &why.text, .indent = true };
	if (format >= 0)
		code = run(&why, args);
	kfg_strbuf_done(&why.text);
	kfg_report_free(why.report);
	if (kfg_kernels_done(&why.kernels, "why") < 0)
		code = KFG_EXIT_FAILURE;
	kfg_preview_done(&why.preview);
	return code;
}
