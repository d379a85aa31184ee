/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catalogue.c - the kernels that kfgate knows by name, from files of facts. */
#include "analysis/kernel/catalogue.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define ENTRIES_MAX 4096u
#define INDEX_MAX (1u << 20)
#define HEAD_MAX 16384u /* bytes of a file in which its lines are */

/* Words for architectures, as Debian and as uname(2) has them. */
static const struct {
	const char *word, *arch;
} archs[] = {
	{ "amd64", "x86_64" }, { "x86_64", "x86_64" },	 { "arm64", "aarch64" },   { "aarch64", "aarch64" },
	{ "s390x", "s390x" },  { "ppc64el", "ppc64le" }, { "riscv64", "riscv64" },
};

/* "~" is before everything, also before the end, as in Debian's versions; "-rc" is the kernel's own word for it. */
static int order_of(const char *p)
{
	if (*p == '~' || strncmp(p, "-rc", 3) == 0)
		return -1;
	return isdigit((unsigned char)*p) ? 1 : *p ? 2 + (unsigned char)*p : 0;
}

int kfg_catalogue_release_compare(const char *a, const char *b)
{
	while (*a || *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long long x = strtoull(a, &end_a, 10), y = strtoull(b, &end_b, 10);

			if (x != y)
				return x < y ? -1 : 1;
			a = end_a;
			b = end_b;
			continue;
		}
		if (order_of(a) != order_of(b))
			return order_of(a) < order_of(b) ? -1 : 1;
		a++;
		b++;
	}
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct kfg_catalogue_entry *x = a, *y = b;
	int order = kfg_catalogue_release_compare(x->head.release, y->head.release);

	return order ? order : strcmp(x->path, y->path);
}

static void note_damage(struct kfg_catalogue *c, const struct kfg_kernel_error *error)
{
	if (!c->n_damaged++)
		snprintf(c->damaged, sizeof(c->damaged), "%s", error->text);
}

/* The first bytes of a file, which need not be all. */
static int read_start(const char *path, char *buf, size_t room, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : pread(fd, buf, room, 0);

	*ret_size = n < 0 ? 0 : (size_t)n;
	return n < 0 ? -errno : 0;
}

static int add_entry(struct kfg_catalogue *c, const char *dir, const char *name)
{
	struct kfg_catalogue_entry entry = { 0 };
	struct kfg_kernel_error error = { "" };
	_cleanup_free_ char *path = NULL;
	char start[HEAD_MAX];
	size_t size;
	void *more;
	int r;

	if (c->n == ENTRIES_MAX)
		return 0;
	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = read_start(path, start, sizeof(start), &size);
	if (r < 0)
		snprintf(error.text, sizeof(error.text), "%.180s: %s", path, strerror(-r));
	else
		r = kfg_facts_read_head(path, start, size, &entry.head, &error);
	if (r < 0) {
		note_damage(c, &error);
		return 0;
	}
	more = reallocarray(c->entries, c->n + 1, sizeof(*c->entries));
	if (!more)
		return -ENOMEM;
	c->entries = more;
	entry.suites = strdup("");
	if (!entry.suites)
		return -ENOMEM;
	entry.path = KFG_TAKE_PTR(path);
	c->entries[c->n++] = entry;
	return 0;
}

static int add_suite(struct kfg_catalogue *c, const char *file, const char *suite)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *base = strrchr(c->entries[i].path, '/') + 1;
		char *both;

		if (strcmp(base, file) != 0)
			continue;
		if (asprintf(&both, "%s%s%s", c->entries[i].suites, c->entries[i].suites[0] ? " " : "", suite) < 0)
			return -ENOMEM;
		free(c->entries[i].suites);
		c->entries[i].suites = both;
	}
	return 0;
}

/* Lines "SUITE, tab, FILE"; those that begin with # are comments. */
static int read_index(struct kfg_catalogue *c, const char *dir)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	char *line, *rest;
	size_t size;
	int r = 0;

	if (asprintf(&path, "%s/index.tsv", dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (kfg_read_file(AT_FDCWD, path, INDEX_MAX, &text, &size) < 0)
		return 0;
	for (line = strtok_r(text, "\n", &rest); line && r == 0; line = strtok_r(NULL, "\n", &rest)) {
		char *tab = strchr(line, '\t');

		if (line[0] == '#' || !tab)
			continue;
		*tab = '\0';
		r = add_suite(c, tab + 1, line);
	}
	return r;
}

int kfg_catalogue_open(const char *dir, struct kfg_catalogue *ret_catalogue)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int r = 0;

	*ret_catalogue = (struct kfg_catalogue){ 0 };
	if (!d)
		return 0;
	while (r == 0 && (entry = readdir(d))) {
		size_t n = strlen(entry->d_name);

		if (n > 6 && strcmp(entry->d_name + n - 6, ".facts") == 0)
			r = add_entry(ret_catalogue, dir, entry->d_name);
	}
	closedir(d);
	if (r == 0)
		r = read_index(ret_catalogue, dir);
	if (r < 0) {
		kfg_catalogue_done(ret_catalogue);
		return r;
	}
	if (ret_catalogue->n)
		qsort(ret_catalogue->entries, ret_catalogue->n, sizeof(*ret_catalogue->entries), compare_entries);
	return 0;
}

void kfg_catalogue_done(struct kfg_catalogue *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->entries[i].path);
		free(c->entries[i].suites);
	}
	free(c->entries);
	*c = (struct kfg_catalogue){ 0 };
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; *p; p += strcspn(p, " "), p += *p == ' ')
		if (strcspn(p, " ") == n && strncmp(p, word, n) == 0)
			return true;
	return false;
}

/* "6.12" is the beginning of "6.12.117+deb13-amd64", and not of "6.120". */
static bool begins(const char *release, const char *name)
{
	size_t n = strlen(name);

	return strncmp(release, name, n) == 0 && (!release[n] || strchr(".+-~", release[n]));
}

/* What a name asks for. */
struct wanted {
	const char *name;
	const char *arch; /* as uname(2) has it; "": any */
};

/* The host's architecture, or what the name says before a colon, in Debian's words or in uname(2)'s. */
static bool take_arch(struct wanted *wanted)
{
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		size_t n = strlen(archs[i].word);

		if (strncmp(wanted->name, archs[i].word, n) != 0 || wanted->name[n] != ':')
			continue;
		*wanted = (struct wanted){ wanted->name + n + 1, archs[i].arch };
		return true;
	}
	return false;
}

static bool is_of_arch(const struct kfg_catalogue_entry *entry, const char *arch)
{
	return !arch[0] || !entry->head.arch[0] || strcmp(entry->head.arch, arch) == 0;
}

static bool means(const struct kfg_catalogue_entry *entry, const struct wanted *wanted)
{
	static const char debian[] = "debian:";
	const char *name = wanted->name;

	if (!is_of_arch(entry, wanted->arch))
		return false;
	if (strncmp(name, debian, sizeof(debian) - 1) == 0)
		return has_word(entry->suites, name + sizeof(debian) - 1);
	return isdigit((unsigned char)name[0]) && begins(entry->head.release, name);
}

/* How long the number is that a release begins with: the rest is ABI, flavour and distribution. */
static size_t number_len(const char *release)
{
	return strspn(release, "0123456789.");
}

/* The distribution's version in the banner ("#1 SMP PREEMPT_RT Debian 7.3.4-1 (2026-11-01)"); else all of it. */
static const char *package_version(const char *banner)
{
	const char *at = strstr(banner, "Debian ");

	return at ? at : banner;
}

static bool same_version(const struct kfg_catalogue_entry *a, const struct kfg_catalogue_entry *b)
{
	size_t n = number_len(a->head.release);

	return n == number_len(b->head.release) && strncmp(a->head.release, b->head.release, n) == 0 &&
	       strcmp(package_version(a->head.version), package_version(b->head.version)) == 0;
}

/* The newest version, in all flavours. */
static size_t find_newest(const struct kfg_catalogue *c, const struct wanted *wanted, size_t *ret_indices, size_t max)
{
	size_t newest = c->n, n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (means(&c->entries[i], wanted))
			newest = i;
	for (size_t i = 0; i < c->n && newest < c->n && n < max; i++)
		if (means(&c->entries[i], wanted) && same_version(&c->entries[i], &c->entries[newest]))
			ret_indices[n++] = i;
	return n;
}

size_t kfg_catalogue_find(const struct kfg_catalogue *c, const char *name, size_t *ret_indices, size_t max)
{
	struct wanted wanted = { name, "" };
	bool said = take_arch(&wanted);
	struct utsname uts;
	size_t n;

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->entries[i].head.release, wanted.name) == 0 && is_of_arch(&c->entries[i], wanted.arch)) {
			ret_indices[0] = i;
			return max ? 1 : 0;
		}
	if (!said && uname(&uts) == 0)
		wanted.arch = uts.machine;
	n = find_newest(c, &wanted, ret_indices, max);
	if (n || said)
		return n;
	wanted.arch = "";
	return find_newest(c, &wanted, ret_indices, max);
}

bool kfg_catalogue_is_name(const char *text)
{
	struct wanted wanted = { text, "" };

	(void)take_arch(&wanted);
	return isdigit((unsigned char)wanted.name[0]) || strncmp(wanted.name, "debian:", 7) == 0;
}

const struct kfg_catalogue_entry *kfg_catalogue_find_btf(const struct kfg_catalogue *c, uint64_t size, uint64_t hash)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->entries[i].head.btf_size == size && c->entries[i].head.btf_hash == hash)
			return &c->entries[i];
	return NULL;
}
