/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard.c - the guard: loaded, told what is guarded, attached, proven, read. */
#include "gate/enforce/guard.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "base/pages.h"
#include "base/text.h"
#include "gate/enforce/core_btf.h"
#include "gate/enforce/create.h"
#include "gate/enforce/gate_btf.h"
#include "gate/enforce/guard_hooks.h"
#include "gate/enforce/guard_variants.h"
#include "gate/enforce/hooking.h"
#include "gate/enforce/mapset.h"
#include "gate/enforce/pins.h"
#include "guard.skel.h"
#include "policy/array.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_MAX 256 /* events taken in one go */

struct kfg_guard {
	struct guard *skel;
	enum kfg_hooking hooking;
	struct ring_buffer *ring;
	kfg_guard_attempt_fn *fn; /* of the reading under way */
	void *userdata;
	unsigned n_read;
	pid_t prover;
	uint64_t own[KFG_ATTEMPT_MAX]; /* refusals of kfg_guard_prove() */
	int *held; /* owned; descriptors of directories, see hold() */
	size_t n_held, room;
	char missing[256];
	bool is_locked; /* its memory, as far as it can be */
};

static struct kfg_guard_state *state(const struct kfg_guard *guard)
{
	return &guard->skel->bss->kfg_guard;
}

/* Hooks are functions of the kernel (hooking.h): its type information says which there are. */
static int choose_hooks(struct kfg_guard *guard)
{
	struct guard *skel = guard->skel;

	if (!kfg_gate_btf())
		return -errno;
	kfg_guard_hooks_choose(skel->obj, guard->hooking, guard->missing, sizeof(guard->missing));
	kfg_guard_variants_choose(skel, guard->hooking);
	return kfg_hooking_apply_all(guard->hooking, skel->obj);
}

int kfg_guard_each_hook(kfg_guard_hook_fn *fn, void *userdata)
{
	struct guard *skel = guard__open();
	struct bpf_program *prog;

	if (!skel)
		return -errno;
	bpf_object__for_each_program(prog, skel->obj) if (kfg_hooking_hook(prog)) fn(userdata, kfg_hooking_hook(prog));
	guard__destroy(skel);
	return 0;
}

static int on_attempt(void *ctx, void *data, size_t size)
{
	struct kfg_guard *guard = ctx;
	const struct kfg_attempt *a = data;

	if (size < sizeof(*a) || a->magic != KFG_ATTEMPT_MAGIC || a->kind >= KFG_ATTEMPT_MAX)
		return 0;
	if (guard->fn && (pid_t)a->pid != guard->prover)
		guard->fn(guard->userdata, a);
	/* a flood must not keep the caller's loop from its other work: the rest stays readable */
	return ++guard->n_read >= READ_MAX ? -EAGAIN : 0;
}

static int run(const struct bpf_program *prog, void *arg, size_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = arg, .ctx_size_in = size);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

/* How calls look that do system calls, where programs are asked about behind verification. */
static int learn_calls(struct guard *skel)
{
	struct kfg_guard_note note = { .fd = bpf_program__fd(skel->progs.kfgate_guard_calls) };
	int r = note.fd < 0 ? 0 : run(skel->progs.kfgate_guard_learn, &note, sizeof(note));

	bpf_program__unload(skel->progs.kfgate_guard_calls);
	bpf_program__unload(skel->progs.kfgate_guard_learn);
	return r ? r : note.result;
}

/* Its maps are written by its programs, but for what the agent tells it of objects and hooks. */
static int load(struct kfg_guard *guard)
{
	const struct bpf_map *written[] = {
		guard->skel->maps.kfg_guard_ids,
		guard->skel->maps.kfg_guard_hooks,
		guard->skel->maps.data_retired,
	};

	kfg_gate_btf_release(); /* as for the gate */
	return kfg_create_object(guard->skel->skeleton, written, sizeof(written) / sizeof(written[0]));
}

/* Opened twice: which of the kernel's types are needed stands in the object. Without that file it takes longer. */
static struct guard *open_skeleton(int *ret_core_btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct guard *skel = guard__open();
	char path[KFG_CORE_BTF_PATH];

	if (skel)
		*ret_core_btf = kfg_core_btf_make(skel->obj, path);
	if (!skel || *ret_core_btf < 0)
		return skel;
	opts.btf_custom_path = path;
	guard__destroy(skel);
	return guard__open_opts(&opts);
}

int kfg_guard_open(enum kfg_hooking hooking, struct kfg_guard **ret_guard)
{
	_cleanup_close_ int core_btf = KFG_NO_FD;
	struct kfg_guard *guard = calloc(1, sizeof(*guard));
	int r;

	if (!guard)
		return -ENOMEM;
	guard->hooking = hooking;
	guard->skel = open_skeleton(&core_btf);
	r = guard->skel ? choose_hooks(guard) : -errno;
	if (!r)
		kfg_pages_release(guard->skel->skeleton->data, guard->skel->skeleton->data_sz);
	if (!r)
		r = load(guard);
	if (!r)
		r = learn_calls(guard->skel);
	if (!r)
		r = run(guard->skel->progs.kfgate_guard_identify, NULL, 0);
	if (!r) {
		/* whoever ran it again would be taken for the agent */
		bpf_program__unload(guard->skel->progs.kfgate_guard_identify);
		guard->ring = ring_buffer__new(bpf_map__fd(guard->skel->maps.kfg_attempts), on_attempt, guard, NULL);
		r = guard->ring ? 0 : -errno;
	}
	if (r) {
		kfg_guard_close(guard);
		return r;
	}
	*ret_guard = guard;
	return 0;
}

int kfg_guard_lock_memory(struct kfg_guard *guard)
{
	int r = guard->is_locked ? 0 : kfg_pages_lock();

	guard->is_locked = true; /* what failed once would fail again */
	return r;
}

void kfg_guard_close(struct kfg_guard *guard)
{
	if (!guard)
		return;
	ring_buffer__free(guard->ring);
	guard__destroy(guard->skel);
	while (guard->n_held)
		close(guard->held[--guard->n_held]);
	free(guard->held);
	free(guard);
}

static int add_id(struct kfg_guard *guard, enum kfg_guard_object kind, unsigned id)
{
	struct kfg_guard_id key = { kind, id };
	__u32 one = 1;

	return bpf_map_update_elem(bpf_map__fd(guard->skel->maps.kfg_guard_ids), &key, &one, BPF_ANY);
}

int kfg_guard_map(struct kfg_guard *guard, unsigned id)
{
	return add_id(guard, KFG_GUARD_MAP, id);
}

static int add_map(struct kfg_guard *guard, int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0)
		return 0; /* not created */
	return bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : add_id(guard, KFG_GUARD_MAP, info.id);
}

static int add_prog(struct kfg_guard *guard, int fd)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0)
		return 0; /* not loaded */
	return bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : add_id(guard, KFG_GUARD_PROG, info.id);
}

#define MAPS_MAX 64 /* of one program: MAX_USED_MAPS (include/linux/bpf_verifier.h, 6.1..7.3) */

static int add_table(void *userdata, unsigned map_id)
{
	return add_id(userdata, KFG_GUARD_MAP, map_id);
}

/* A map by its id; of an array of maps, what is in it, too. */
static int add_older_map(struct kfg_guard *guard, unsigned id)
{
	_cleanup_close_ int fd = bpf_map_get_fd_by_id(id);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	int r;

	if (fd < 0)
		return 0;
	r = bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : add_id(guard, KFG_GUARD_MAP, id);
	return r || info.type != BPF_MAP_TYPE_ARRAY_OF_MAPS ? r : kfg_mapset_each(fd, add_table, guard);
}

int kfg_guard_older(struct kfg_guard *guard, unsigned prog_id)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(prog_id);
	__u32 maps[MAPS_MAX], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)maps };
	int r;

	if (fd < 0)
		return 0;
	r = bpf_obj_get_info_by_fd(fd, &info, &size) ? -errno : add_id(guard, KFG_GUARD_PROG, prog_id);
	for (__u32 i = 0; !r && i < info.nr_map_ids && i < MAPS_MAX; i++)
		r = add_older_map(guard, maps[i]);
	return r;
}

void kfg_guard_retire(const struct kfg_guard *guard)
{
	KFG_CAPS_RAISED;

	if (guard)
		kfg_guard_retire_map(bpf_map__fd(guard->skel->maps.data_retired));
}

static int add_link(struct kfg_guard *guard, const struct bpf_link *link)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (!link)
		return 0;
	return bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &size) ? -errno :
									  add_id(guard, KFG_GUARD_LINK, info.id);
}

/* The function that a program of ours is attached to: places on it are kept for the next agent. */
static int add_hook(struct kfg_guard *guard, const struct bpf_program *prog)
{
	const char *hook = kfg_hooking_hook(prog), *name = strchr(bpf_program__section_name(prog), '/');
	char func[KFG_HOOKING_FUNC];
	__u32 none = 0, id;

	if (!name || !bpf_program__autoload(prog) ||
	    (!hook && bpf_program__expected_attach_type(prog) != BPF_TRACE_FENTRY))
		return 0;
	id = kfg_gate_btf_func(hook ? kfg_hooking_func(guard->hooking, hook, func) : name + 1);
	if (!id)
		return -ENOENT;
	/* what was counted meanwhile stays */
	if (bpf_map_update_elem(bpf_map__fd(guard->skel->maps.kfg_guard_hooks), &id, &none, BPF_NOEXIST) &&
	    errno != EEXIST)
		return -errno;
	return 0;
}

int kfg_guard_objects(struct kfg_guard *guard, const struct bpf_object_skeleton *s)
{
	int r = 0;

	for (int i = 0; !r && i < s->map_cnt; i++)
		r = add_map(guard, bpf_map__fd(*kfg_create_map_of(s, i)->map));
	for (int i = 0; !r && i < s->prog_cnt; i++)
		r = add_prog(guard, bpf_program__fd(*kfg_create_prog_of(s, i)->prog));
	for (int i = 0; !r && i < s->prog_cnt; i++)
		r = add_link(guard, *kfg_create_prog_of(s, i)->link);
	for (int i = 0; !r && i < s->prog_cnt; i++)
		r = add_hook(guard, *kfg_create_prog_of(s, i)->prog);
	return r;
}

size_t kfg_guard_programs(const struct kfg_guard *guard, uint32_t *ret_ids, size_t max)
{
	int fd = bpf_map__fd(guard->skel->maps.kfg_guard_ids);
	struct kfg_guard_id key, *last = NULL;
	size_t n = 0;

	for (; n < max && bpf_map_get_next_key(fd, last, &key) == 0; last = &key)
		if (key.kind == KFG_GUARD_PROG)
			ret_ids[n++] = key.id;
	return n;
}

static int note(struct kfg_guard *guard, struct kfg_guard_note *note)
{
	int r = run(guard->skel->progs.kfgate_guard_note, note, sizeof(*note));

	return r ? r : note->result;
}

static bool is_held(const struct kfg_guard *guard, const struct stat *st)
{
	struct stat held;

	for (size_t i = 0; i < guard->n_held; i++)
		if (!fstat(guard->held[i], &held) && held.st_dev == st->st_dev && held.st_ino == st->st_ino)
			return true;
	return false;
}

/*
 * The guard knows a directory by the number of its inode. Some file systems give it another one when they read it anew:
 * an overlay over several others (ovl_map_ino(), fs/overlayfs/inode.c). So it stays open, and in memory.
 */
static int hold(struct kfg_guard *guard, int fd)
{
	struct stat st;
	int copy;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) || is_held(guard, &st))
		return 0;
	if (kfg_array_grow(&guard->held, &guard->room, guard->n_held, sizeof(*guard->held)))
		return -ENOMEM;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return -errno;
	guard->held[guard->n_held++] = copy;
	return 0;
}

int kfg_guard_path(struct kfg_guard *guard, const char *path, uint32_t flags, uint32_t levels)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
	int r = fd < 0 ? -errno : flags & (KFG_GUARD_FILE | KFG_GUARD_OWN) ? hold(guard, fd) : 0;

	return r < 0 ? r : note(guard, &(struct kfg_guard_note){ .fd = fd, .flags = flags, .levels = levels });
}

int kfg_guard_add_inode(struct kfg_guard *guard, int fd, uint32_t flags)
{
	int r = hold(guard, fd);

	return r < 0 ? r : note(guard, &(struct kfg_guard_note){ .fd = fd, .flags = flags });
}

int kfg_guard_add_name(struct kfg_guard *guard, int dir, const char *name)
{
	struct kfg_guard_note n = { .fd = dir, .flags = KFG_GUARD_NAMES };
	int r = hold(guard, dir);

	if (r < 0)
		return r;
	/* as the kernel's side reads it: cut, with a NUL at the end */
	memcpy(n.name, name, strnlen(name, sizeof(n.name) - 1));
	return note(guard, &n);
}

void kfg_guard_set_strict(struct kfg_guard *guard, bool strict)
{
	state(guard)->strict = strict;
}

bool kfg_guard_strict(const struct kfg_guard *guard)
{
	return state(guard)->strict;
}

bool kfg_guard_managed(const struct kfg_guard *guard)
{
	return state(guard)->managed;
}

bool kfg_guard_ordered(const struct kfg_guard *guard)
{
	return __atomic_load_n(&state(guard)->orders, __ATOMIC_ACQUIRE);
}

static bool identifies(const struct bpf_program *prog)
{
	return kfg_text_begins(bpf_program__name(prog), KFG_PIN_IDENTITY);
}

/* Those by which it knows the next agent, or those by which it refuses. */
static int attach(struct kfg_guard *guard, bool identifying, kfg_guard_keep_fn *keep, void *userdata)
{
	const struct bpf_object_skeleton *s = guard->skel->skeleton;
	int r = 0;

	for (int i = 0; !r && i < s->prog_cnt; i++) {
		const struct bpf_prog_skeleton *entry = kfg_create_prog_of(s, i);
		struct bpf_program *prog = *entry->prog;

		if (!kfg_hooking_hook(prog) || !bpf_program__autoload(prog) || identifies(prog) != identifying)
			continue;
		*entry->link = kfg_create_link(prog);
		if (!*entry->link)
			return -errno;
		r = keep ? keep(userdata, bpf_program__name(prog), bpf_link__fd(*entry->link)) : 0;
	}
	return r;
}

/* Should the agent die on the way, the next one must not be refused by what cannot know it. */
int kfg_guard_attach(struct kfg_guard *guard, kfg_guard_keep_fn *keep, void *userdata)
{
	const struct bpf_object_skeleton *s = guard->skel->skeleton;
	const __u32 any = 0, none = 0;
	int r = attach(guard, true, keep, userdata), map;

	if (!r)
		r = attach(guard, false, keep, userdata);
	if (r)
		return r;
	r = kfg_guard_objects(guard, s);
	if (r)
		return r;
	/* programs that can be attached to any function are counted under 0; and nobody enters anything more */
	map = bpf_map__fd(guard->skel->maps.kfg_guard_hooks);
	if (bpf_map_update_elem(map, &any, &none, BPF_NOEXIST))
		return -errno;
	return kfg_create_freeze(map);
}

enum { PROOF_MAP = 1, PROOF_SIGNAL = 2 };

/* In a process that is not the agent: system calls alone. Returns what was not refused. */
static int try_all(unsigned map_id, pid_t agent)
{
	int missed = 0;

	if (bpf_map_get_fd_by_id(map_id) >= 0 || errno != ENOENT)
		missed |= PROOF_MAP;
	/* ignored by who does not ask for it */
	if (!kill(agent, SIGURG) || errno != EPERM)
		missed |= PROOF_SIGNAL;
	return missed;
}

/* What was refused so far was the prover's. */
static void note_own(struct kfg_guard *guard)
{
	for (unsigned kind = 0; kind < KFG_ATTEMPT_MAX; kind++)
		if (!kfg_attempt_is_usual(kind))
			guard->own[kind] += kfg_guard_attempts_of(guard, kind);
}

int kfg_guard_prove(struct kfg_guard *guard, const char **ret_why)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	pid_t agent = getpid();
	int status;

	*ret_why = NULL;
	if (bpf_obj_get_info_by_fd(bpf_map__fd(guard->skel->maps.kfg_guard_ids), &info, &size))
		return -errno;
	guard->prover = fork();
	if (guard->prover < 0)
		return -errno;
	if (guard->prover == 0)
		_exit(try_all(info.id, agent));
	if (waitpid(guard->prover, &status, 0) < 0)
		return -errno;
	(void)kfg_guard_read(guard, NULL, NULL);
	note_own(guard);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	*ret_why = !WIFEXITED(status)		   ? "the process that tries it died" :
		   WEXITSTATUS(status) & PROOF_MAP ? "another process got a descriptor of a guarded map" :
						     "another process could signal the agent";
	return -ENOTRECOVERABLE;
}

const char *kfg_guard_missing(const struct kfg_guard *guard)
{
	return guard->missing;
}

int kfg_guard_event_fd(const struct kfg_guard *guard)
{
	return ring_buffer__epoll_fd(guard->ring);
}

int kfg_guard_read(struct kfg_guard *guard, kfg_guard_attempt_fn *fn, void *userdata)
{
	int r;

	guard->fn = fn;
	guard->userdata = userdata;
	guard->n_read = 0;
	r = ring_buffer__consume(guard->ring);
	guard->fn = NULL;
	return r < 0 && r != -EAGAIN ? r : 0;
}

uint64_t kfg_guard_attempts_of(const struct kfg_guard *guard, unsigned kind)
{
	return __atomic_load_n(&state(guard)->refused[kind], __ATOMIC_RELAXED) - guard->own[kind];
}

uint64_t kfg_guard_attempts(const struct kfg_guard *guard)
{
	uint64_t n = 0;

	for (unsigned kind = 0; kind < KFG_ATTEMPT_MAX; kind++)
		if (!kfg_attempt_is_usual(kind))
			n += kfg_guard_attempts_of(guard, kind);
	return n;
}

uint64_t kfg_guard_missed(const struct kfg_guard *guard)
{
	const struct bpf_object_skeleton *s = guard->skel->skeleton;
	uint64_t n = 0;
	KFG_CAPS_RAISED;

	for (int i = 0; guard->hooking != KFG_HOOKING_LSM && i < s->prog_cnt; i++) {
		int fd = bpf_program__fd(*kfg_create_prog_of(s, i)->prog);
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			n += info.recursion_misses;
	}
	return n;
}

uint64_t kfg_guard_listings(const struct kfg_guard *guard)
{
	return kfg_guard_attempts_of(guard, KFG_ATTEMPT_LISTING);
}
