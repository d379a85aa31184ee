/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_doctor.c - is what a kernel says of its kfuncs sound? So that users blame the right side. */
#include "base/color.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/text.h"
#include "analysis/btf/print.h"
#include "cli/commands.h"
#include "cli/host.h"
#include "cli/kernels.h"
#include "cli/output.h"
#include "analysis/kernel/soundness.h"
#include "analysis/report/kfunc_text.h"
#include "policy/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define TEXT_MAX 4096u

enum severity { LESSER, UNCHECKED, REFUSES };

/* A kind of finding: what programs see of it, and whose fault it is. */
struct kind {
	const char *name;
	enum severity severity;
	const char *what, *seen, *fault;
};

enum {
	LEAKED_ARGUMENT,
	NO_TAG,
	ODD_SET_ENTRY,
	NO_MODULE_BTF,
	HOST, /* and an enum kfg_host_obstacle */
	NOT_KNOWN = HOST + KFG_HOST_UNKNOWN,
	N_KINDS,
};

static const struct kind kinds[N_KINDS] = {
	[LEAKED_ARGUMENT] = { "leaked-argument", REFUSES,
			      "an argument that the verifier fills in (KF_IMPLICIT_ARGS) is left in the prototype",
			      "libbpf refuses the object: \"func_proto ... incompatible with vmlinux\", though the "
			      "program declares the kfunc as the kernel's source has it",
			      "the kernel's build: resolve_btfids did not see these functions as kfuncs" },
	[NO_TAG] = { "no-tag", LESSER, "registered, but without the decl tag bpf_kfunc in BTF",
		     "the kfunc can be called, but is missing in a vmlinux.h made by bpftool",
		     "the kernel's build: pahole or resolve_btfids left the tag out" },
	[ODD_SET_ENTRY] = { "odd-set-entry", REFUSES, "a set of kfuncs has an entry that is no function",
			    "the kernel registers none of that set, with a warning when it boots; programs get "
			    "\"calling kernel function ... is not allowed\"",
			    "the kernel's build: resolve_btfids took another type for the function" },
	[NO_MODULE_BTF] = { "no-module-btf", LESSER, "a module has no BTF, or one that does not fit its kernel",
			    "libbpf finds none of the module's kfuncs and struct_ops: \"failed to resolve extern\"",
			    "how the module was built or stripped" },
	[HOST + KFG_HOST_NO_BPF_LSM] = { "no-bpf-lsm", LESSER, "bpf is not among the active security modules",
					 "LSM programs load and attach, and never run; the gate can miss loads, and "
					 "refuses nothing if the policy does not say without-bpf-lsm: enforce",
					 "the kernel's command line, or its configuration: add bpf to lsm=" },
	[HOST + KFG_HOST_CONFIG] = { "kernel-config", LESSER,
				     "the kernel was built without something that the gate needs",
				     "kfgate run says what it cannot do, and exits with 4",
				     "the kernel's configuration" },
	[HOST + KFG_HOST_LOCKDOWN] = { "lockdown", LESSER, "the kernel is locked down for confidentiality",
				       "BPF programs may not read kernel memory: kfgate run cannot load the gate",
				       "the kernel's command line, or lockdown: integrity is enough for the gate" },
	[HOST + KFG_HOST_NO_JIT] = { "no-jit", LESSER, "BPF programs are not compiled",
				     "programs that call kfuncs do not load: \"calling kernel functions is not "
				     "supported without CONFIG_BPF_JIT\" or \"JIT is required\"",
				     "sysctl net.core.bpf_jit_enable" },
	[HOST + KFG_HOST_NO_FTRACE] = { "no-ftrace", LESSER, "function tracing is switched off",
					"LSM programs attach, and are never called", "sysctl kernel.ftrace_enabled" },
	[HOST + KFG_HOST_NO_BPFFS] = { "no-bpffs", LESSER, "no BPF file system is mounted",
				       "kfgate run cannot pin the gate", "mount -t bpf bpf /sys/fs/bpf" },
	[HOST + KFG_HOST_KPTR_RESTRICT] = { "kptr-restrict", LESSER, "the kernel shows no addresses",
					    "kfgate programs cannot name what programs call; the gate can",
					    "sysctl kernel.kptr_restrict: 1 is enough for root" },
	[HOST + KFG_HOST_JOURNAL] = { "journal", LESSER, "the journal does not outlive a boot",
				      "kfgate report and learn see the records since the last boot only",
				      "journald.conf(5): Storage=persistent" },
	[NOT_KNOWN] = { "not-checked", UNCHECKED, "could not be checked", "", "" },
};

struct finding {
	unsigned kind;
	const struct kfg_kfunc *kfunc; /* NULL: of the kernel as a whole */
	const char *subject; /* not owned */
};

struct patient {
	const struct kfg_kernel *kernel;
	struct kfg_kernel_facts facts;
	struct finding *findings; /* owned */
	size_t n, room;
	char **subjects; /* owned, and their texts: of the host */
	size_t n_subjects;
};

static int add(struct patient *p, unsigned kind, const struct kfg_kfunc *kfunc, const char *subject)
{
	if (kfg_array_grow(&p->findings, &p->room, p->n, sizeof(*p->findings)) < 0)
		return -ENOMEM;
	p->findings[p->n++] = (struct finding){ kind, kfunc, subject };
	return 0;
}

/* Tags came with 6.10 and pahole 1.27: a kernel that has none at all is older, not damaged. */
static bool has_tags(const struct kfg_kfunc *kfuncs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (kfuncs[i].tagged)
			return true;
	return false;
}

static int examine_kfuncs(struct patient *p)
{
	size_t n;
	const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(p->kernel, &n);
	bool tags = has_tags(kfuncs, n);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		enum kfg_defect defect = kfg_kfunc_defect(p->kernel, &kfuncs[i]);

		if (defect == KFG_DEFECT_LEAK)
			r = add(p, LEAKED_ARGUMENT, &kfuncs[i], kfuncs[i].name);
		else if (defect == KFG_DEFECT_NO_TAG && tags)
			r = add(p, NO_TAG, &kfuncs[i], kfuncs[i].name);
	}
	return r;
}

static int on_obstacle(void *patient, enum kfg_host_obstacle obstacle, const char *subject)
{
	struct patient *p = patient;
	char *copy = strdup(subject);
	char **subjects = reallocarray(p->subjects, p->n_subjects + 1, sizeof(*subjects));

	if (subjects)
		p->subjects = subjects;
	if (!copy || !subjects) {
		free(copy);
		return -ENOMEM;
	}
	subjects[p->n_subjects++] = copy;
	return add(p, HOST + obstacle, NULL, copy);
}

/* What is asked of files is of this host, and of the kernel that runs. */
static int examine_host(struct patient *p)
{
	struct utsname uts;

	return uname(&uts) < 0 ? -errno : kfg_host_examine("", uts.release, on_obstacle, p);
}

static void patient_done(struct patient *p)
{
	for (size_t i = 0; i < p->n_subjects; i++)
		free(p->subjects[i]);
	free(p->subjects);
	free(p->findings);
}

static int examine(const struct kfg_kernel *kernel, struct patient *p)
{
	int r;

	*p = (struct patient){ .kernel = kernel };
	kfg_kernel_facts(kernel, &p->facts);
	r = examine_kfuncs(p);
	if (r == 0 && p->facts.n_odd)
		r = add(p, ODD_SET_ENTRY, NULL, ".BTF_ids");
	if (r == 0 && p->facts.n_bad_modules)
		r = add(p, NO_MODULE_BTF, NULL, p->facts.bad_modules);
	if (r == 0 && strcmp(p->facts.path, "running") == 0)
		r = examine_host(p);
	if (r == 0 && (!p->facts.sets_known || !p->facts.modules_known))
		r = add(p, NOT_KNOWN, NULL, p->facts.limits);
	return r;
}

static size_t count(const struct patient *p, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += kinds[p->findings[i].kind].severity == severity;
	return n;
}

static void write_subject(const struct finding *f, struct kfg_strbuf *out)
{
	_cleanup_strbuf_ struct kfg_strbuf proto = KFG_STRBUF(TEXT_MAX);

	kfg_strbuf_adds(out, "    ");
	if (f->kfunc) {
		kfg_btf_print_func(f->kfunc->btf, f->kfunc->id, &proto);
		kfg_output_clean(kfg_strbuf_text(&proto), out);
	} else {
		kfg_output_clean(f->subject, out);
	}
	kfg_strbuf_adds(out, "\n");
}

static const char *severity_str(enum severity severity)
{
	return severity == REFUSES ? "refuses" : severity == UNCHECKED ? "unchecked" : "lesser";
}

/* Findings by kind, since all of a kind have one cause. */
static void write_text(const struct patient *p, struct kfg_strbuf *out)
{
	kfg_output_clean(kfg_kernels_name(p->kernel), out);
	kfg_strbuf_printf(out, ": %zu defect%s that refuse%s programs, %zu lesser one%s%s\n", count(p, REFUSES),
			  kfg_text_s(count(p, REFUSES)), count(p, REFUSES) == 1 ? "s" : "", count(p, LESSER),
			  kfg_text_s(count(p, LESSER)), count(p, UNCHECKED) ? ", not all could be checked" : "");
	for (unsigned kind = 0; kind < N_KINDS; kind++) {
		enum kfg_color color = kfg_color_of(severity_str(kinds[kind].severity));
		bool headed = false;

		for (size_t i = 0; i < p->n; i++) {
			if (p->findings[i].kind != kind)
				continue;
			if (!headed)
				kfg_strbuf_printf(out, "\n  %s%s%s: %s\n", kfg_color_begin(color), kinds[kind].name,
						  kfg_color_end(color), kinds[kind].what);
			if (!headed && kinds[kind].seen[0])
				kfg_strbuf_printf(out, "  seen as: %s\n  fault: %s\n", kinds[kind].seen,
						  kinds[kind].fault);
			headed = true;
			write_subject(&p->findings[i], out);
		}
	}
}

static void write_json(const struct patient *p, struct kfg_json *json)
{
	kfg_json_object(json, NULL);
	kfg_kfunc_text_json_kernel(p->kernel, json);
	kfg_json_bool(json, "sound", p->n == 0);
	kfg_json_array(json, "findings");
	for (size_t i = 0; i < p->n; i++) {
		const struct kind *kind = &kinds[p->findings[i].kind];

		kfg_json_object(json, NULL);
		kfg_json_string(json, "kind", kind->name);
		kfg_json_string(json, "severity", severity_str(kind->severity));
		kfg_json_string(json, "subject", p->findings[i].subject);
		kfg_json_string(json, "what", kind->what);
		kfg_json_string(json, "seen", kind->seen[0] ? kind->seen : NULL);
		kfg_json_string(json, "fault", kind->fault[0] ? kind->fault : NULL);
		if (p->findings[i].kfunc) {
			kfg_json_object(json, "kfunc");
			kfg_kfunc_text_json(p->findings[i].kfunc, NULL, json);
			kfg_json_object_end(json);
		} else {
			kfg_json_null(json, "kfunc");
		}
		kfg_json_object_end(json);
	}
	kfg_json_array_end(json);
	kfg_json_object_end(json);
}

static void write_grid(const struct patient *p, struct kfg_grid *grid)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct kind *kind = &kinds[p->findings[i].kind];

		kfg_grid_add(grid, kfg_kernels_name(p->kernel));
		kfg_grid_add(grid, kind->name);
		kfg_grid_add(grid, severity_str(kind->severity));
		kfg_grid_add(grid, p->findings[i].subject);
		kfg_grid_add(grid, kind->what);
	}
}

static int show(const struct patient *patients, size_t n, enum kfg_format format)
{
	static const char *const columns[] = { "kernel", "finding", "severity", "subject", "what" };
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(KFG_OUTPUT_MAX);
	struct kfg_json json = { .out = &out, .indent = true };
	struct kfg_grid grid = { .title = "Kfuncs of a kernel, examined", .columns = columns, .n_columns = 5 };

	if (format == KFG_FORMAT_JSON) {
		kfg_json_object(&json, NULL);
		kfg_json_int(&json, "version", 1);
		kfg_json_array(&json, "kernels");
	}
	for (size_t i = 0; i < n; i++) {
		if (format == KFG_FORMAT_JSON)
			write_json(&patients[i], &json);
		else if (format == KFG_FORMAT_TABLE)
			write_text(&patients[i], &out);
		else
			write_grid(&patients[i], &grid);
	}
	if (format == KFG_FORMAT_JSON) {
		kfg_json_array_end(&json);
		kfg_json_object_end(&json);
		kfg_strbuf_adds(&out, "\n");
	} else if (format != KFG_FORMAT_TABLE) {
		kfg_format_grid(&grid, format, &out);
	}
	kfg_grid_done(&grid);
	return kfg_output_print(&out, "doctor");
}

/* The worst counts: refused programs, then what is not known, then the rest. */
static int exit_code(const struct patient *patients, size_t n)
{
	size_t refuses = 0, unchecked = 0, lesser = 0;

	for (size_t i = 0; i < n; i++) {
		refuses += count(&patients[i], REFUSES);
		unchecked += count(&patients[i], UNCHECKED);
		lesser += count(&patients[i], LESSER);
	}
	return refuses ? KFG_EXIT_REFUSED : unchecked ? KFG_EXIT_UNCHECKED : lesser ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
}

int kfg_cmd_doctor(const struct kfg_args *args)
{
	struct kfg_kernels kernels = { 0 };
	struct patient *patients = NULL;
	enum kfg_format format;
	int code = KFG_EXIT_FAILURE, r = kfg_format_take(args, "doctor", &format);

	if (r == 0)
		r = kfg_kernels_open(args, "doctor", &kernels);
	if (r == 0) {
		patients = calloc(kernels.n, sizeof(*patients));
		r = patients ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < kernels.n && r == 0; i++)
		r = examine(kernels.items[i], &patients[i]);
	if (r == 0 && show(patients, kernels.n, format) == 0)
		code = exit_code(patients, kernels.n);
	for (size_t i = 0; i < kernels.n && patients; i++)
		patient_done(&patients[i]);
	free(patients);
	return kfg_kernels_done(&kernels, "doctor") < 0 ? KFG_EXIT_FAILURE : code;
}
