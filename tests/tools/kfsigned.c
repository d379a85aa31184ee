/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfsigned.c - signed light skeletons: a fixture (key.bpf.c) whose loader bpftool signed, loaded as its skeleton does
 * (tools/lib/bpf/skel_internal.h, 7.3), and otherwise. Built by tests/vm/sign-skeleton.sh.
 * usage: kfsigned keyring NAME CERTIFICATE [open]    make a keyring, linked to root's user keyring, that holds the
 *                            certificate (DER) and to which nobody can add anything, or, open, as it comes
 *        kfsigned load KEYRING WHAT...    KEYRING: builtin, secondary, platform, a serial number, or
 *                            session=CERTIFICATE, a session keyring of its own. WHAT: signed, unsigned, or
 *                 tampered   with another byte in the map that is signed, or with $SIGNATURE in the instructions
 *                 borrow     the loader loads its program, and then a program of the caller's own, with no signature,
 *                            loads it once more from the loader's map (borrow_signed.bpf.c)
 *                 copy       the loader's instructions are loaded again, with no signature, on the same map, and run
 *                 iterator   the signed loader's map is written to, once it is verified, by a program that iterates
 *                            over the elements of maps: its program gets another name and another instruction
 *                 inner      the same by a program that finds the map in a map of maps
 *        kfsigned end KEYRING        invalidate the keyring
 *        kfsigned blind KEYRING      let nobody view the keys in it
 *        kfsigned insns      print the loader's instructions, for another signature: the file that $SIGNATURE names
 * A line each, "WHAT loaded" or "WHAT refused ERRNO-NAME". Exit status 3 if one was refused; 1: could not try.
 * Linux 7.2 verifies the instructions alone, and what bpftool 7.8 signs is the map's contents, too.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "key.lskel.h"

#define ENOTSUPP 524 /* include/linux/errno.h; not for user space, which gets it all the same */
#define PERM_SEALED 0x1b1b0000 /* view, read, search and link, for who possesses it and for its owner */
#define PERM_OPEN 0x1f3f0000 /* all but setattr; all */

/* The tail of union bpf_attr that this host's headers may lack (include/uapi/linux/bpf.h, 6.18 and later). */
#define AT_EXCL_HASH 80u /* excl_prog_hash; of BPF_MAP_CREATE */
#define AT_FD_ARRAY_CNT 148u /* of BPF_PROG_LOAD */
#define AT_SIGNATURE 152u
#define AT_SIGNATURE_SIZE 160u
#define AT_KEYRING 164u
#define ATTR_SIZE 168u

union attr {
	union bpf_attr known;
	char bytes[ATTR_SIZE];
};

static void put(union attr *attr, size_t at, const void *value, size_t size)
{
	memcpy(attr->bytes + at, value, size);
}

static void put_pointer(union attr *attr, size_t at, const void *pointer)
{
	__u64 value = (unsigned long)pointer;

	put(attr, at, &value, sizeof(value));
}

static enum { SIGNED, UNSIGNED, TAMPERED, BORROW, COPY, ITERATOR, INNER, INSNS } how;
static const char *attack; /* the object of borrow_signed.bpf.c */

static int prepare(const struct bpf_load_and_run_opts *opts, int map);

static int make_map(const struct bpf_load_and_run_opts *opts)
{
	union attr attr = { .known = { .map_type = BPF_MAP_TYPE_ARRAY,
				       .key_size = 4,
				       .value_size = opts->data_sz,
				       .max_entries = 1,
				       .map_name = "__loader.map" } };
	static char data[1 << 20];
	__u32 key = 0;
	int map, r;

	memcpy(data, opts->data, opts->data_sz);
	if (how == TAMPERED && !getenv("SIGNATURE"))
		data[opts->data_sz - 1] ^= 1;
	put_pointer(&attr, AT_EXCL_HASH, opts->excl_prog_hash);
	put(&attr, AT_EXCL_HASH + 8, &opts->excl_prog_hash_sz, 4);
	map = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, AT_EXCL_HASH + 12);
	if (map < 0 || bpf_map_update_elem(map, &key, data, 0))
		return -errno;
	r = how == ITERATOR ? prepare(opts, map) : 0;
	if (!r)
		r = bpf_map_freeze(map);
	return r ? r : map;
}

static int load_loader(const struct bpf_load_and_run_opts *opts, int map, bool with_signature)
{
	static char insns[1 << 20];
	union attr attr = { .known = { .prog_type = BPF_PROG_TYPE_SYSCALL,
				       .insn_cnt = opts->insns_sz / 8,
				       .prog_flags = BPF_F_SLEEPABLE,
				       .prog_name = "__loader.prog" } };
	__u32 one = 1;

	memcpy(insns, opts->insns, opts->insns_sz);
	if (how == TAMPERED && getenv("SIGNATURE"))
		insns[4] ^= 1; /* the number in the first instruction */
	attr.known.insns = (unsigned long)insns;
	attr.known.license = (unsigned long)"Dual BSD/GPL";
	attr.known.fd_array = (unsigned long)&map;
	if (with_signature) {
		/* 7.2 would compare the digest of the instructions, not known yet, with the map's */
		if (!getenv("SIGNATURE"))
			put(&attr, AT_FD_ARRAY_CNT, &one, 4);
		put_pointer(&attr, AT_SIGNATURE, opts->signature);
		put(&attr, AT_SIGNATURE_SIZE, &opts->signature_sz, 4);
		put(&attr, AT_KEYRING, &opts->keyring_id, 4);
	}
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, with_signature ? ATTR_SIZE : AT_FD_ARRAY_CNT);
}

static int run_loader(const struct bpf_load_and_run_opts *opts, int prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = opts->ctx, .ctx_size_in = opts->ctx->sz);
	int r = bpf_prog_test_run_opts(prog, &run);

	return r ? r : (int)run.retval;
}

struct borrow {
	union bpf_attr attr;
	__s32 result;
	__u32 pad;
};

/* The attributes by which the loader loaded the program, in its map: with the address of the instructions there. */
static bool find_attr(int map, size_t size, union bpf_attr *ret_attr)
{
	static const char name[] = "key_live";
	const size_t at = offsetof(union bpf_attr, prog_name);
	static char data[1 << 20];
	__u32 key = 0;
	const char *found = data;

	if (size > sizeof(data) || bpf_map_lookup_elem(map, &key, data))
		return false;
	while ((found = memmem(found, (size_t)(data + size - found), name, sizeof(name)))) {
		if (found - data >= (long)at && found - data - at + sizeof(*ret_attr) <= size) {
			memcpy(ret_attr, found - at, sizeof(*ret_attr));
			if (ret_attr->prog_type == BPF_PROG_TYPE_LSM)
				return true;
		}
		found++;
	}
	return false;
}

/* The loader ran, and the program stands in its map as it was loaded. What its BTF was is closed. */
static int borrow(const struct bpf_load_and_run_opts *opts, int map)
{
	struct borrow b = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &b, .ctx_size_in = sizeof(b));
	struct bpf_object *obj = bpf_object__open(attack);
	int r;

	if (!obj || bpf_object__load(obj) || !find_attr(map, opts->data_sz, &b.attr))
		return -ENOTRECOVERABLE;
	b.attr.prog_btf_fd = b.attr.func_info_cnt = b.attr.line_info_cnt = b.attr.core_relo_cnt = 0;
	b.attr.func_info = b.attr.line_info = b.attr.core_relos = 0;
	memcpy(b.attr.prog_name, "borrowed", sizeof("borrowed"));
	r = bpf_prog_test_run_opts(bpf_program__fd(bpf_object__find_program_by_name(obj, "borrow")), &run);
	return r ? r : b.result;
}

/*
 * A program that iterates over the map's element and overwrites 8 bytes at `at` by `word`: its iterator, or a negative
 * errno.
 */
static int make_writer(int map, __u32 at, __u64 word)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 1, .off = 24 }, /* ctx->value */
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 6, .off = 3 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 6, .imm = (__s32)at },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 6, .imm = (__s32)word },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 6, .off = 4, .imm = (__s32)(word >> 32) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_iter_link_info info = { .map.map_fd = (__u32)map };
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_ITER);
	LIBBPF_OPTS(bpf_link_create_opts, link_opts, .iter_info = &info, .iter_info_len = sizeof(info));
	int prog, link, r;

	opts.attach_btf_id = (__u32)libbpf_find_vmlinux_btf_id("bpf_map_elem", BPF_TRACE_ITER);
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "write", "GPL", insns, sizeof(insns) / sizeof(*insns), &opts);
	if (prog < 0)
		fprintf(stderr, "kfsigned: the iterator's program does not load\n");
	link = prog < 0 ? prog : bpf_link_create(prog, 0, BPF_TRACE_ITER, &link_opts);
	if (prog >= 0 && link < 0)
		fprintf(stderr, "kfsigned: the iterator cannot be attached\n");
	r = link < 0 ? link : bpf_iter_create(link);
	if (prog >= 0)
		close(prog);
	if (link >= 0)
		close(link);
	return r;
}

static int write_by_iterator(int iterator)
{
	char none;

	return iterator < 0 ? iterator : read(iterator, &none, 1) < 0 ? -errno : 0;
}

static int write_by_inner(int map, __u32 size, __u32 at, __u64 word)
{
	int like = bpf_map_create(BPF_MAP_TYPE_ARRAY, "like", 4, size, 1, NULL);
	LIBBPF_OPTS(bpf_map_create_opts, outer_opts, .inner_map_fd = (__u32)like);
	int outer = like < 0 ? like : bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", 4, 4, 1, &outer_opts);
	struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -4 },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = outer },
		{},
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .off = 8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .off = 3 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .imm = (__s32)at },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .imm = (__s32)word },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .off = 4, .imm = (__s32)(word >> 32) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_SLEEPABLE);
	LIBBPF_OPTS(bpf_test_run_opts, run);
	__u32 key = 0;
	int prog, r;

	if (outer < 0 || bpf_map_update_elem(outer, &key, &map, 0))
		return -errno;
	prog = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "write", "GPL", insns, sizeof(insns) / sizeof(*insns), &opts);
	r = prog < 0 ? prog : bpf_prog_test_run_opts(prog, &run);
	if (prog >= 0)
		close(prog);
	close(outer);
	close(like);
	return r;
}

/* What is to be written over the loader's map: its program gets another name, and returns another number. */
#define WRITES_MAX 16
static struct write {
	__u32 at;
	__u64 word;
	int iterator;
} writes[WRITES_MAX];
static size_t n_writes;

static void plan(const void *data, size_t size)
{
	static const char name[] = "key_live", end[] = "\xb7\0\0\0\0\0\0\0\x95\0\0\0\0\0\0";
	const char *at = data, *stop = at + size;

	n_writes = 0;
	while (n_writes < WRITES_MAX - 1 && (at = memmem(at, (size_t)(stop - at), name, sizeof(name)))) {
		writes[n_writes] = (struct write){ .at = (__u32)(at++ - (const char *)data) };
		memcpy(&writes[n_writes++].word, "key_evil", 8);
	}
	at = memmem(data, size, end, sizeof(end));
	if (at)
		writes[n_writes++] =
			(struct write){ .at = (__u32)(at - (const char *)data), .word = (__u64)(__u32)-1 << 32 | 0xb7 };
}

/* Before the map is frozen, which could keep an iterator that writes from being attached. */
static int prepare(const struct bpf_load_and_run_opts *opts, int map)
{
	int r = 0;

	plan(opts->data, opts->data_sz);
	for (size_t i = 0; i < n_writes && r >= 0; i++)
		r = writes[i].iterator = make_writer(map, writes[i].at, writes[i].word);
	return r < 0 ? r : 0;
}

static int forge(const struct bpf_load_and_run_opts *opts, int map)
{
	static char before[1 << 20], after[1 << 20];
	__u32 key = 0;
	int r = n_writes ? 0 : -ENOTRECOVERABLE;

	if (opts->data_sz > sizeof(before) || bpf_map_lookup_elem(map, &key, before))
		return -ENOTRECOVERABLE;
	if (how == INNER)
		plan(opts->data, opts->data_sz);
	for (size_t i = 0; i < n_writes && !r; i++)
		r = how == INNER ? write_by_inner(map, opts->data_sz, writes[i].at, writes[i].word) :
				   write_by_iterator(writes[i].iterator);
	if (r)
		return r;
	if (bpf_map_lookup_elem(map, &key, after) || !memcmp(before, after, opts->data_sz))
		return -ENOTRECOVERABLE;
	return 0;
}

/* SIGNATURE names a file with another signature. */
static void replace_signature(struct bpf_load_and_run_opts *opts)
{
	static char signature[8192];
	const char *path = getenv("SIGNATURE");
	FILE *f = path ? fopen(path, "re") : NULL;

	if (!f)
		return;
	opts->signature_sz = (__u32)fread(signature, 1, sizeof(signature), f);
	opts->signature = signature;
	fclose(f);
}

static int bpf_load_and_run(struct bpf_load_and_run_opts *opts)
{
	int map, prog, r;

	if (how == INSNS)
		return fwrite(opts->insns, opts->insns_sz, 1, stdout) == 1 ? 0 : -EIO;
	replace_signature(opts);
	map = make_map(opts);

	if (map < 0)
		return map;
	prog = load_loader(opts, map, how != UNSIGNED);
	if (prog < 0)
		return -errno;
	if (how == COPY) {
		/* the signed one stays where it is */
		prog = load_loader(opts, map, false);
		if (prog < 0)
			return -errno;
	}
	if (how == ITERATOR || how == INNER) {
		r = forge(opts, map);
		if (r)
			return r;
	}
	r = run_loader(opts, prog);
	if (r >= 0 && how == BORROW)
		r = borrow(opts, map);
	return r < 0 ? r : 0;
}

static int load(__s32 keyring)
{
	struct key *skel = key__open();

	if (!skel)
		return -errno;
	skel->keyring_id = keyring;
	return key__load(skel);
}

static long add_certificate(const char *path, long keyring)
{
	char der[8192];
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(der, 1, sizeof(der), f) : 0;

	return n ? syscall(SYS_add_key, "asymmetric", "", der, n, keyring) : -1;
}

static int make_keyring(const char *name, const char *certificate, bool open)
{
	long keyring = syscall(SYS_add_key, "keyring", name, NULL, 0, KEY_SPEC_USER_KEYRING);

	if (keyring < 0 || add_certificate(certificate, keyring) < 0 ||
	    syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, open ? PERM_OPEN : PERM_SEALED) < 0) {
		perror("kfsigned: keyring");
		return 1;
	}
	printf("%ld\n", keyring);
	return 0;
}

static int end_keyring(const char *keyring)
{
	if (!syscall(SYS_keyctl, KEYCTL_INVALIDATE, atol(keyring)))
		return 0;
	printf("end refused %s\n", strerrorname_np(errno));
	return 3;
}

static int blind_keys(const char *keyring)
{
	__s32 keys[16];
	long n = syscall(SYS_keyctl, KEYCTL_READ, atol(keyring), keys, sizeof(keys));

	if (n > (long)sizeof(keys))
		n = sizeof(keys);
	/* who possesses a key may set its permissions */
	(void)syscall(SYS_keyctl, KEYCTL_LINK, atol(keyring), KEY_SPEC_SESSION_KEYRING);
	for (long i = 0; i < n / 4; i++)
		if (syscall(SYS_keyctl, KEYCTL_SETPERM, keys[i], 0))
			n = -1;
	if (n > 0)
		return 0;
	printf("blind refused %s\n", strerrorname_np(errno));
	return 3;
}

/* 0: cannot try */
static bool find_keyring(const char *word, __s32 *ret_keyring)
{
	static const char *const system[] = { "builtin", "secondary", "platform" };

	for (__s32 i = 0; i < 3; i++)
		if (!strcmp(word, system[i])) {
			*ret_keyring = i;
			return true;
		}
	*ret_keyring = KEY_SPEC_SESSION_KEYRING;
	if (!strncmp(word, "session=", 8))
		return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 &&
		       add_certificate(word + 8, KEY_SPEC_SESSION_KEYRING) >= 0;
	*ret_keyring = atoi(word);
	return *ret_keyring > 0;
}

static int load_all(const char *keyring, char **what)
{
	static const char *const words[] = { "signed", "unsigned", "tampered", "borrow", "copy", "iterator", "inner" };
	int ret = 0;
	__s32 id;

	if (!find_keyring(keyring, &id)) {
		perror("kfsigned: keyring");
		return 1;
	}
	for (; *what; what++) {
		int r;

		for (how = SIGNED; how < INNER && strcmp(words[how], *what) != 0; how++)
			;
		r = load(id);
		if (r)
			printf("%s refused %s\n", *what, r == -ENOTSUPP ? "ENOTSUPP" : strerrorname_np(-r));
		else
			printf("%s loaded\n", *what);
		fflush(stdout);
		ret = r ? 3 : ret;
	}
	return ret;
}

int main(int argc, char **argv)
{
	attack = getenv("ATTACK") ? getenv("ATTACK") : "/t/borrow_signed.o";
	if (argc > 3 && !strcmp(argv[1], "keyring"))
		return make_keyring(argv[2], argv[3], argc > 4);
	if (argc > 3 && !strcmp(argv[1], "load"))
		return load_all(argv[2], argv + 3);
	if (argc > 2 && !strcmp(argv[1], "end"))
		return end_keyring(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "blind"))
		return blind_keys(argv[2]);
	if (argc > 1 && !strcmp(argv[1], "insns")) {
		how = INSNS;
		return !!load(0);
	}
	fprintf(stderr, "usage: kfsigned keyring NAME CERTIFICATE [open] | load KEYRING WHAT...\n");
	return 1;
}
