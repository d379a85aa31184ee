/* SPDX-License-Identifier: GPL-2.0-or-later */
/* objects.c - each object that is found is read, held against the kernels, put into the report, and given back. */
#include "cli/objects.h"

#include "base/log.h"
#include "analysis/find/light_skeleton.h"
#include "analysis/scan/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int fit_one(struct kfg_objects *objects, struct kfg_object *object, size_t kernel,
		   struct kfg_compat_report **ret_compat)
{
	uint64_t *left = &objects->steps[kernel];
	int r;

	object->max[KFG_SCAN_LIMIT_FILE_FLOW] = *left;
	r = kfg_compat_check(object, objects->kernels->items[kernel], ret_compat);
	if (r == 0)
		*left -= (*ret_compat)->steps;
	return r;
}

/* Objects are read as they are found, and given back before the next is. */
static int fit_all(struct kfg_objects *objects, const struct kfg_find_object *found, struct kfg_object *object)
{
	size_t n = objects->kernels->n;
	struct kfg_compat_report **reports = calloc(n, sizeof(*reports));
	int r = reports ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && r == 0; i++)
		r = fit_one(objects, object, i, &reports[i]);
	if (r == 0)
		r = kfg_report_add_object(objects->report, found->path, object,
					  (const struct kfg_compat_report *const *)reports);
	for (size_t i = 0; i < n && reports; i++)
		kfg_compat_free(reports[i]);
	free(reports);
	return r;
}

static int take_light(struct kfg_objects *objects, const struct kfg_find_object *found)
{
	struct kfg_light_skeleton light_skeleton = { 0 };
	const char *why;
	int r = kfg_light_skeleton_read(found->data, found->size, found->at, &light_skeleton, &why);

	if (r == -EBADMSG)
		return kfg_report_add_problem(objects->report, found->label, why);
	if (r < 0)
		return r;
	r = kfg_report_add_light_skeleton(objects->report, found->path, found->label, &light_skeleton,
					  (const struct kfg_kernel *const *)objects->kernels->items);
	kfg_light_skeleton_done(&light_skeleton);
	return r;
}

static int take_object(struct kfg_objects *objects, const struct kfg_find_object *found)
{
	struct kfg_object_error error = { 0 };
	struct kfg_object *object = NULL;
	_cleanup_free_ char *why = NULL;
	int r = kfg_object_open(found->data, found->size, found->label, &object, &error);

	if (r == 0) {
		object->libbpf = objects->libbpf;
		object->deployment = objects->deployment;
		r = fit_all(objects, found, object);
		kfg_object_free(object);
		return r;
	}
	if (r != -EBADMSG)
		return r;
	if (asprintf(&why, "damaged BPF object: offset 0x%zx: %s", error.offset, error.text) < 0) {
		why = NULL;
		return -ENOMEM;
	}
	return kfg_report_add_problem(objects->report, found->label, why);
}

static int on_found(void *userdata, const struct kfg_find_object *found)
{
	return found->light_skeleton ? take_light(userdata, found) : take_object(userdata, found);
}

static int on_problem(void *userdata, const char *label, const char *why)
{
	struct kfg_objects *objects = userdata;

	return kfg_report_add_problem(objects->report, label, why);
}

static void on_file(void *userdata, const char *path)
{
	struct kfg_objects *objects = userdata;
	double t = now();

	objects->report->n_files++;
	for (size_t i = 0; i < objects->kernels->n; i++)
		objects->steps[i] = kfg_scan_limits[KFG_SCAN_LIMIT_FILE_FLOW];
	if (t - objects->begin < 1 || t - objects->shown < 0.1)
		return;
	objects->shown = t;
	kfg_log_progress("%zu files, %zu objects: %s", objects->report->n_files, objects->report->n_objects, path);
}

int kfg_objects_begin(struct kfg_objects *objects)
{
	objects->begin = now();
	objects->steps = calloc(objects->kernels->n, sizeof(*objects->steps));
	return objects->steps ? 0 : -ENOMEM;
}

void kfg_objects_done(struct kfg_objects *objects)
{
	free(objects->steps);
	*objects = (struct kfg_objects){ 0 };
}

struct kfg_find_ops kfg_objects_ops(struct kfg_objects *objects)
{
	return (struct kfg_find_ops){
		.found = on_found,
		.problem = on_problem,
		.file = on_file,
		.userdata = objects,
	};
}
