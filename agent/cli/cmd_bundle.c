/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_bundle.c - what a report about a defect needs, in one archive. It has what other verbs print, fields of the
 * journal and of the unit that are named here, policies, and facts of the host: nothing is in it that is not on a list.
 */
#include "base/exit_code.h"
#include "base/json.h"
#include "base/log.h"
#include "base/read_file.h"
#include "cli/child.h"
#include "cli/commands.h"
#include "cli/host_facts.h"
#include "cli/tarball.h"
#include "config/load.h"
#include "gate/control/protocol.h"
#include "history/when.h"
#include "policy/array.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEMBER_MAX (32u * 1024 * 1024)
#define NAME_SIZE 512u
#define SAID_MAX (64u * 1024)
#define SECONDS_MAX 120u
#define ARGUMENTS_MAX (KFG_ARGS_MAX + 8)
#define SELF "/proc/self/exe"

/* Fields of records, see kfgate-events(7), and of the agent's messages. No command lines, no environments. */
#define JOURNAL_FIELDS                                                                                                 \
	"MESSAGE,MESSAGE_ID,PRIORITY,_PID,_UID,_SYSTEMD_UNIT,"                                                         \
	"KFGATE_KIND,KFGATE_ATTEMPT,KFGATE_LISTED,KFGATE_EXE_NAME,KFGATE_CGROUP_ID,KFGATE_EVENT,KFGATE_VERDICT,"       \
	"KFGATE_ACTION,KFGATE_ENFORCED,KFGATE_TARGET,KFGATE_MODE,KFGATE_REASON,KFGATE_RULE,KFGATE_STAGE,KFGATE_ERRNO," \
	"KFGATE_KFUNC,KFGATE_DETAIL,KFGATE_MORE,KFGATE_MODULE,KFGATE_SCOPE,KFGATE_DEADLINE,KFGATE_DEPRECATED_IN,"      \
	"KFGATE_REMOVED_IN,KFGATE_REPLACEMENT,KFGATE_WAIVER,KFGATE_WAIVER_UNTIL,KFGATE_SOURCE,KFGATE_PROG_NAME,"       \
	"KFGATE_PROG_TYPE,KFGATE_PROG_ID,KFGATE_PROG_INSNS,KFGATE_PROG_TAG,KFGATE_ATTACH_TYPE,KFGATE_TOKEN,"           \
	"KFGATE_KERNEL,KFGATE_PID,KFGATE_TID,KFGATE_UID,KFGATE_GID,KFGATE_COMM,KFGATE_EXE,KFGATE_CGROUP,KFGATE_UNIT,"  \
	"KFGATE_CONTAINER_ID,KFGATE_POD_UID,KFGATE_RUNTIME,KFGATE_EXE_INODE,KFGATE_EXE_IS,KFGATE_USERNS,"              \
	"KFGATE_POLICY,KFGATE_POLICY_SERIAL,KFGATE_POLICY_DIGEST,KFGATE_POLICY_GENERATION,KFGATE_KERNEL_RELEASE,"      \
	"KFGATE_BOOTTIME_NSEC,KFGATE_COUNT,KFGATE_TOTAL,KFGATE_FAILED,KFGATE_STAGES,KFGATE_FINDING,KFGATE_LIFECYCLE,"  \
	"KFGATE_LIFECYCLE_DATE,KFGATE_PROG_SHORT_NAME,KFGATE_WITHOUT_LSM,KFGATE_SINCE,KFGATE_UNTIL,"                   \
	"KFGATE_SIGNED,KFGATE_KEYRING,KFGATE_SIGNED_BY,"                                                               \
	"KFGATE_MISSED_EARLY,KFGATE_MISSED_OTHERS"

/* Of the unit: Environment=, credentials and what ExecStart= was made to say are no part of it. */
#define UNIT_PROPERTIES                                                                                                \
	"LoadState,ActiveState,SubState,Result,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload,NRestarts,"     \
	"ExecMainCode,ExecMainStatus,StatusText,MemoryCurrent,MemoryPeak,ActiveEnterTimestamp,InactiveEnterTimestamp"

struct member {
	char name[NAME_SIZE]; /* in the archive */
	const char *what;
	struct kfg_strbuf data, said; /* owned; said: on standard error */
	struct kfg_strbuf command; /* owned; empty: none */
	int code; /* of the command */
	char why[128]; /* it is not there; "": it is */
};

struct bundle {
	const struct kfg_args *args;
	const char *policy[KFG_ARGS_MAX];
	size_t n_policy;
	int64_t made;
	uint64_t since_usec;
	struct member *members; /* owned */
	size_t n, room;
	int error; /* sticks */
};

static struct member *add(struct bundle *b, const char *name, const char *what)
{
	struct member *m;

	if (b->error)
		return NULL;
	if (kfg_array_grow(&b->members, &b->room, b->n, sizeof(*b->members)) < 0) {
		b->error = -ENOMEM;
		return NULL;
	}
	m = &b->members[b->n++];
	*m = (struct member){
		.what = what,
		.data = KFG_STRBUF(MEMBER_MAX),
		.said = KFG_STRBUF(SAID_MAX),
		.command = KFG_STRBUF(SAID_MAX),
	};
	(void)snprintf(m->name, sizeof(m->name), "%s", name);
	return m;
}

/* What a program says, whatever its exit code. */
static void add_command(struct bundle *b, const char *name, const char *what, const char *const *argv)
{
	struct member *m = add(b, name, what);
	int r;

	if (!m)
		return;
	kfg_strbuf_adds(&m->command, strcmp(argv[0], SELF) == 0 ? "kfgate" : argv[0]);
	for (size_t i = 1; argv[i]; i++)
		kfg_strbuf_printf(&m->command, " %s", argv[i]);
	kfg_log_progress("%s", kfg_strbuf_text(&m->command));
	r = kfg_child_run(argv, SECONDS_MAX, &m->data, &m->said, &m->code);
	kfg_log_progress(NULL);
	if (r < 0)
		(void)snprintf(m->why, sizeof(m->why), "%s", strerror(-r));
	else if (!m->data.size)
		(void)snprintf(m->why, sizeof(m->why), "it printed nothing, exit code %d", m->code);
}

static void add_verbs(struct bundle *b)
{
	const char *dir = kfg_args_value(b->args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR);
	const char *check[ARGUMENTS_MAX] = { SELF, "check", "--format=json" };

	for (size_t i = 0; i < b->n_policy; i++)
		check[3 + i] = b->policy[i];
	add_command(b, "status.json", "what the gate does",
		    (const char *const[]){ SELF, "status", "--json", "--runtime-dir", dir, NULL });
	add_command(b, "metrics.txt", "its counters",
		    (const char *const[]){ SELF, "metrics", "--runtime-dir", dir, NULL });
	add_command(b, "doctor.json", "defects of the kernel and of the host",
		    (const char *const[]){ SELF, "doctor", "--format=json", NULL });
	add_command(b, "programs.json", "BPF programs that are loaded, and the kfuncs that they call",
		    (const char *const[]){ SELF, "programs", "--format=json", NULL });
	add_command(b, "check.json", "what is wrong with the policy", check);
}

static void add_service(struct bundle *b)
{
	const char *unit = "kfgate.service";
	char since[64];

	(void)snprintf(since, sizeof(since), "--since=@%" PRIu64, b->since_usec / 1000000);
	add_command(b, "service.txt", "the state of the unit",
		    (const char *const[]){ "systemctl", "show", unit, "--property=" UNIT_PROPERTIES, NULL });
	add_command(b, "journal.jsonl", "records and messages of the agent",
		    (const char *const[]){ "journalctl", "--unit", unit, since, "--lines=10000", "--no-pager", "--all",
					   "--output=json", "--output-fields=" JOURNAL_FIELDS, NULL });
}

static void add_policy(struct bundle *b)
{
	struct kfg_loaded loaded = { 0 };
	int r = kfg_config_load(b->policy, b->n_policy, &loaded);
	const char *const *paths = NULL;
	size_t n = 0;

	if (r < 0 && r != -EBADMSG) {
		b->error = r;
		return;
	}
	if (loaded.files)
		paths = kfg_policy_files_paths(loaded.files, &n);
	for (size_t i = 0; i < n; i++) {
		char name[NAME_SIZE];
		_cleanup_free_ char *text = NULL;
		struct member *m;
		size_t size;

		(void)snprintf(name, sizeof(name), "policy/%s", paths[i] + strspn(paths[i], "/."));
		m = add(b, name, "a file of the policy");
		if (!m)
			break;
		r = kfg_read_file(AT_FDCWD, paths[i], KFG_POLICY_FILE_MAX, &text, &size);
		if (r < 0)
			(void)snprintf(m->why, sizeof(m->why), "%s", strerror(-r));
		else
			kfg_strbuf_add(&m->data, text, size);
	}
	kfg_loaded_done(&loaded);
}

static void write_manifest(const struct bundle *b, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };
	time_t made = (time_t)b->made;
	char when[40] = "";
	struct tm tm;

	if (gmtime_r(&made, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	kfg_json_object(&j, NULL);
	kfg_json_int(&j, "version", 1);
	kfg_json_string(&j, "kfgate", KFG_VERSION);
	kfg_json_string(&j, "made", when);
	kfg_json_array(&j, "members");
	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->members[i];

		kfg_json_object(&j, NULL);
		kfg_json_string(&j, "name", m->name);
		kfg_json_string(&j, "what", m->what);
		kfg_json_string(&j, "command", m->command.size ? kfg_strbuf_text(&m->command) : NULL);
		if (m->command.size && !m->why[0])
			kfg_json_int(&j, "exit_code", m->code);
		kfg_json_string(&j, "missing", m->why[0] ? m->why : NULL);
		kfg_json_uint(&j, "bytes", m->why[0] ? 0 : m->data.size);
		kfg_json_string(&j, "said", m->said.size ? kfg_strbuf_text(&m->said) : NULL);
		kfg_json_object_end(&j);
	}
	kfg_json_array_end(&j);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}

static int write_members(const struct bundle *b, struct kfg_tarball *tarball)
{
	_cleanup_strbuf_ struct kfg_strbuf manifest = KFG_STRBUF(MEMBER_MAX);
	int r;

	write_manifest(b, &manifest);
	if (manifest.error)
		return manifest.error;
	r = kfg_tarball_add(tarball, "kfgate-bundle/MANIFEST.json", kfg_strbuf_text(&manifest), manifest.size);
	for (size_t i = 0; r == 0 && i < b->n; i++) {
		const struct member *m = &b->members[i];
		char name[NAME_SIZE + 16];

		(void)snprintf(name, sizeof(name), "kfgate-bundle/%s", m->name);
		if (!m->why[0])
			r = kfg_tarball_add(tarball, name, kfg_strbuf_text(&m->data), m->data.size);
	}
	return r;
}

/* The name without --output: beside what is there, wherever that is. */
static void name_archive(const struct bundle *b, char *buf, size_t size)
{
	time_t made = (time_t)b->made;
	struct tm tm = { 0 };

	(void)gmtime_r(&made, &tm);
	if (!strftime(buf, size, "kfgate-bundle-%Y%m%d-%H%M%S.tar.gz", &tm))
		buf[0] = '\0';
}

static int write_archive(struct bundle *b)
{
	const char *path = kfg_args_value(b->args, "output", NULL);
	struct kfg_tarball *tarball = NULL;
	char own[64];
	int r = b->error, end;

	name_archive(b, own, sizeof(own));
	path = path ? path : own;
	if (r == 0)
		r = kfg_tarball_create(path, b->made, &tarball);
	if (r == 0)
		r = write_members(b, tarball);
	end = kfg_tarball_finish(tarball);
	r = r < 0 ? r : end;
	if (r < 0) {
		kfg_log_errno(r, "bundle: cannot write %s: %m", path);
		return KFG_EXIT_FAILURE;
	}
	return printf("%s\n", path) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}

static int say_missing(const struct bundle *b)
{
	int code = KFG_EXIT_OK;

	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->members[i];
		const char *said = kfg_strbuf_text(&m->said);

		if (!m->why[0])
			continue;
		kfg_log_warning("bundle: without %s: %s%s%.*s", m->name, m->why, said[0] ? ": " : "",
				(int)strcspn(said, "\n"), said);
		code = KFG_EXIT_UNCHECKED;
	}
	return code;
}

static void bundle_done(struct bundle *b)
{
	for (size_t i = 0; i < b->n; i++) {
		kfg_strbuf_done(&b->members[i].data);
		kfg_strbuf_done(&b->members[i].said);
		kfg_strbuf_done(&b->members[i].command);
	}
	free(b->members);
}

int kfg_cmd_bundle(const struct kfg_args *args)
{
	_cleanup_(bundle_done) struct bundle b = { .args = args, .made = time(NULL) };
	const char *since = kfg_args_value(args, "since", "-7d");
	struct member *host;
	int code;

	b.n_policy = kfg_args_values(args, "policy", b.policy, KFG_ARGS_MAX);
	if (kfg_when_parse(since, (uint64_t)b.made * 1000000, &b.since_usec) < 0) {
		kfg_log_error("bundle: --since=%s: not a time like 2026-11-01, yesterday or -7d", since);
		return KFG_EXIT_FAILURE;
	}
	host = add(&b, "host.json", "the kernel and the distribution");
	if (host)
		kfg_host_facts_json("", &host->data);
	add_verbs(&b);
	add_service(&b);
	if (!kfg_args_has(args, "no-policy"))
		add_policy(&b);
	code = write_archive(&b);
	if (code != KFG_EXIT_OK)
		return code;
	kfg_log_notice("bundle: look at what is in it before you give it away, see kfgate-bundle(8)");
	return say_missing(&b);
}
