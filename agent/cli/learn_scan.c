/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learn_scan.c - objects of --from-scan, as observations to learn from. */
#include "cli/learn_scan.h"

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/text.h"
#include "analysis/find/find.h"
#include "analysis/find/light_skeleton.h"
#include "analysis/scan/scan.h"
#include <errno.h>
#include <stdio.h>

#define TEXT_MAX 512u

struct learning {
	kfg_learn_scan_fn *fn;
	void *userdata;
	struct kfg_learn_scan scan;
};

static int add_call(struct learning *l, const char *kfunc, uint32_t type, const char *label, const char *program)
{
	char name[TEXT_MAX], place[TEXT_MAX], clean[TEXT_MAX];

	snprintf(place, sizeof(place), "%s%s%s", label, program[0] ? ", program " : "", program);
	kfg_text_clean(place, sizeof(place), clean, sizeof(clean));
	kfg_text_clean(kfunc, sizeof(name), name, sizeof(name));
	return l->fn(l->userdata, name, type, clean);
}

static int on_problem(void *userdata, const char *label, const char *why)
{
	struct learning *l = userdata;

	l->scan.n_problems++;
	kfg_log_warning("learn: %s: %s", label, why);
	return 0;
}

static int add_object(struct learning *l, const struct kfg_object *object)
{
	l->scan.n_objects++;
	if (object->limits[0])
		on_problem(l, object->label, object->limits);
	for (size_t i = 0; i < object->n_uses; i++)
		for (size_t k = 0; k < object->uses[i].n_sites; k++) {
			const struct kfg_call_site *site = &object->uses[i].sites[k];

			for (uint32_t type = 0; type < 64; type++) {
				int r = site->types & UINT64_C(1) << type ?
						add_call(l, object->uses[i].kfunc, type, object->label,
							 object->programs[site->program].name) :
						0;

				if (r < 0)
					return r;
			}
		}
	return 0;
}

static int take_light(struct learning *l, const struct kfg_find_object *found)
{
	struct kfg_light_skeleton light_skeleton = { 0 };
	const char *why;
	int r = kfg_light_skeleton_read(found->data, found->size, found->at, &light_skeleton, &why);

	if (r == -EBADMSG)
		return on_problem(l, found->label, why);
	l->scan.n_objects += r == 0;
	for (size_t i = 0; r == 0 && i < light_skeleton.n_calls; i++) {
		const struct kfg_light_skeleton_call *call = &light_skeleton.calls[i];
		bool known = call->program < light_skeleton.n_programs;

		r = add_call(l, call->kfunc, known ? light_skeleton.programs[call->program].type : 0, found->label,
			     known ? light_skeleton.programs[call->program].name : "");
	}
	kfg_light_skeleton_done(&light_skeleton);
	return r;
}

static int on_found(void *userdata, const struct kfg_find_object *found)
{
	struct learning *l = userdata;
	struct kfg_object_error error = { 0 };
	struct kfg_object *object = NULL;
	int r;

	if (found->light_skeleton)
		return take_light(l, found);
	r = kfg_object_open(found->data, found->size, found->label, &object, &error);
	if (r == -EBADMSG)
		return on_problem(l, found->label, error.text);
	if (r == 0)
		r = add_object(l, object);
	kfg_object_free(object);
	return r;
}

/* A path by which nothing is found, not even what could not be read, is most likely the wrong one. */
static int look_into(const struct learning *l, struct kfg_find *find, const char *path, bool *empty)
{
	size_t before = l->scan.n_objects + l->scan.n_problems, repeated = kfg_find_n_repeated(find);
	int r = kfg_find_path(find, path);

	if (r == 0 && l->scan.n_objects + l->scan.n_problems == before && kfg_find_n_repeated(find) == repeated) {
		kfg_log_error("learn: %s: no BPF object found", path);
		*empty = true;
	}
	return r;
}

int kfg_learn_scan(const struct kfg_args *args, kfg_learn_scan_fn *fn, void *userdata, struct kfg_learn_scan *ret_scan)
{
	struct learning l = { .fn = fn, .userdata = userdata };
	const struct kfg_find_ops ops = { .found = on_found, .problem = on_problem, .userdata = &l };
	const char *paths[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "from-scan", paths, KFG_ARGS_MAX), i = 0;
	struct kfg_find *find = NULL;
	bool empty = false;
	int r = kfg_find_new(&ops, &find);

	for (; i < n && r == 0; i++)
		r = look_into(&l, find, paths[i], &empty);
	kfg_find_free(find);
	if (r == -ENOENT)
		kfg_log_error("learn: %s: there is no such file or directory", paths[i - 1]);
	else if (r < 0)
		kfg_log_errno(r, "learn: %m");
	*ret_scan = l.scan;
	return r < 0 || empty ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}
