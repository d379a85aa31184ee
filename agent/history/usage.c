/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usage.c - records summed up by use, host, hour, waiver and attempt. */
#include "history/usage.h"

#include "record/container.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* At most some 40 MiB together, where every table is full */
#define TEXT_BYTES_MAX (4u * 1024 * 1024)
#define USES_MAX 32768u
#define USE_HOSTS_MAX 524288u
#define HOSTS_MAX 65536u
#define HOURS_MAX 65536u
#define WAIVERS_MAX 4096u
#define ATTEMPTS_MAX 4096u

void kfg_usage_init(struct kfg_usage *usage)
{
	*usage = (struct kfg_usage){
		.texts = KFG_TEXT_POOL(TEXT_BYTES_MAX),
		.uses = KFG_ROWS(struct kfg_usage_use, sizeof(struct kfg_usage_key), USES_MAX),
		.use_hosts = KFG_ROWS(struct kfg_usage_use_host, 2 * sizeof(uint32_t), USE_HOSTS_MAX),
		.hosts = KFG_ROWS(struct kfg_usage_host, 2 * sizeof(uint32_t), HOSTS_MAX),
		.hours = KFG_ROWS(struct kfg_usage_hour, sizeof(uint32_t), HOURS_MAX),
		.waivers = KFG_ROWS(struct kfg_usage_waiver, sizeof(uint32_t), WAIVERS_MAX),
		.attempts = KFG_ROWS(struct kfg_usage_attempt, 5 * sizeof(uint32_t), ATTEMPTS_MAX),
		.first = UINT32_MAX,
	};
}

void kfg_usage_done(struct kfg_usage *usage)
{
	kfg_text_pool_done(&usage->texts);
	kfg_rows_done(&usage->uses);
	kfg_rows_done(&usage->use_hosts);
	kfg_rows_done(&usage->hosts);
	kfg_rows_done(&usage->hours);
	kfg_rows_done(&usage->waivers);
	kfg_rows_done(&usage->attempts);
}

uint64_t kfg_usage_total(const uint32_t n[static KFG_ENTRY_DECISIONS])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < KFG_ENTRY_DECISIONS; i++)
		sum += n[i];
	return sum;
}

int kfg_usage_compare_texts(const struct kfg_usage *u, uint32_t a, uint32_t b)
{
	return a == b ? 0 : strverscmp(kfg_usage_text(u, a), kfg_usage_text(u, b));
}

int kfg_usage_compare_hosts(const struct kfg_usage *u, uint32_t a, uint32_t b)
{
	const struct kfg_usage_host *hosts = u->hosts.items;
	int c = kfg_usage_compare_texts(u, hosts[a].name, hosts[b].name);

	return c ? c : kfg_usage_compare_texts(u, hosts[a].machine, hosts[b].machine);
}

int kfg_usage_compare_uses(const struct kfg_usage *u, const struct kfg_usage_use *a, const struct kfg_usage_use *b)
{
	int c = kfg_usage_compare_texts(u, a->key.kfunc, b->key.kfunc);

	c = c ? c : kfg_usage_compare_texts(u, kfg_usage_owner(a), kfg_usage_owner(b));
	c = c ? c : kfg_usage_compare_texts(u, a->key.exe, b->key.exe);
	c = c ? c : kfg_usage_compare_texts(u, a->key.signature, b->key.signature);
	c = c ? c : kfg_usage_compare_texts(u, a->rule, b->rule);
	c = c ? c : (a->key.prog_type > b->key.prog_type) - (a->key.prog_type < b->key.prog_type);
	return c ? c : kfg_usage_compare_texts(u, a->key.prog, b->key.prog);
}

/* One record on its way into the tables. */
struct adding {
	struct kfg_usage *usage;
	const struct kfg_entry *entry;
	uint32_t now;
	uint32_t host; /* index, UINT32_MAX: no room for it */
	int error;
};

static uint32_t text(struct adding *a, const char *s)
{
	uint32_t id = KFG_TEXT_POOL_NONE;
	int r = s[0] ? kfg_text_pool_add(&a->usage->texts, s, &id) : 0;

	if (r < 0)
		a->error = r;
	return id;
}

static void *get(struct adding *a, struct kfg_rows *rows, const void *key)
{
	void *row = NULL;
	int r = a->error < 0 ? a->error : kfg_rows_get(rows, key, &row);

	if (r < 0)
		a->error = r;
	return row;
}

/* True where the row is new, or this record is its latest. */
static bool seen(const struct adding *a, uint32_t *first, uint32_t *last)
{
	bool latest = a->now >= *last;

	if (!*last || a->now < *first)
		*first = a->now;
	if (latest)
		*last = a->now;
	return latest;
}

static void add_host(struct adding *a)
{
	const struct kfg_entry *p = a->entry;
	uint32_t key[2] = { text(a, p->host), text(a, p->machine) };
	struct kfg_usage_host *host = get(a, &a->usage->hosts, key);

	if (!host)
		return;
	a->host = host - (struct kfg_usage_host *)a->usage->hosts.items;
	if (p->kind < KFG_ENTRY_DECISIONS)
		host->n[p->kind]++;
	else if (p->kind == KFG_MESSAGE_EVENTS_LOST || p->kind == KFG_MESSAGE_RECORDS_DROPPED)
		host->lost += p->count;
	host->unproven += p->kind == KFG_MESSAGE_UNPROVEN;
	host->rejected += p->kind == KFG_MESSAGE_POLICY_REJECTED;
	if (seen(a, &host->first, &host->last)) {
		host->policy = p->policy[0] ? text(a, p->policy) : host->policy;
		host->release = p->release[0] ? text(a, p->release) : host->release;
	}
}

static void add_hour(struct adding *a)
{
	uint32_t hour = a->now / 3600;
	struct kfg_usage_hour *row = get(a, &a->usage->hours, &hour);

	if (row)
		row->n[a->entry->kind]++;
}

static void add_waiver(struct adding *a, const char *waiver)
{
	uint32_t id = text(a, waiver);
	struct kfg_usage_waiver *w = get(a, &a->usage->waivers, &id);

	if (!w)
		return;
	if (!w->n++)
		w->until = KFG_DAY_MAX;
	if (seen(a, &w->first, &w->last) && a->entry->waiver_until != KFG_DAY_MAX)
		w->until = a->entry->waiver_until;
}

static void add_attempt(struct adding *a)
{
	const struct kfg_entry *p = a->entry;
	const uint32_t key[] = { text(a, p->attempt), text(a, p->comm), text(a, p->exe_name), p->uid,
				 text(a, p->host) };
	struct kfg_usage_attempt *row = get(a, &a->usage->attempts, key);

	if (!row)
		return;
	row->n++;
	row->suppressed += p->suppressed;
	seen(a, &row->first, &row->last);
}

static void add_use_host(struct adding *a, uint32_t use)
{
	const uint32_t key[2] = { use, a->host };
	struct kfg_usage_use_host *row;

	if (a->host == UINT32_MAX)
		return;
	row = get(a, &a->usage->use_hosts, key);
	if (!row)
		return;
	if (!row->n++)
		((struct kfg_usage_use *)a->usage->uses.items)[use].n_hosts++;
	seen(a, &row->first, &row->last);
}

static void update_use(struct adding *a, struct kfg_usage_use *use, const struct kfg_entry_kfunc *k, bool decided)
{
	const struct kfg_entry *p = a->entry;
	const char *replacement = k && !decided ? k->replacement : p->replacement;

	use->rule = text(a, !k || decided ? p->rule : k->rule);
	use->waiver = text(a, k ? k->waiver : "");
	use->replacement = text(a, replacement);
	use->deadline = k ? k->deadline : KFG_DAY_MAX;
	use->action = k ? k->action : p->action;
	use->reason = k ? k->reason : p->reason;
	if (!decided)
		return;
	use->deprecated_in = text(a, p->deprecated_in);
	use->removed_in = text(a, p->removed_in);
}

/* Ids of containers and pods are never seen again: what they are of is. */
static void add_place(struct adding *a, struct kfg_usage_key *key)
{
	const struct kfg_entry *p = a->entry;
	char class[KFG_CGROUP_LEN], unit[KFG_UNIT_LEN + 1];
	struct kfg_container container;

	kfg_container_parse(p->cgroup, &container);
	key->container = container.id[0] || container.pod_uid[0];
	if (!key->container)
		key->cgroup = text(a, p->cgroup);
	else if (kfg_container_class(p->cgroup, class, sizeof(class)))
		key->cgroup = text(a, class);
	snprintf(unit, sizeof(unit), "/%s", p->unit);
	key->unit = text(a, kfg_container_class(unit, class, sizeof(class)) ? class + 1 : p->unit);
}

/* k: NULL where no kfunc decided */
static void add_use(struct adding *a, const struct kfg_entry_kfunc *k)
{
	const struct kfg_entry *p = a->entry;
	bool decided = !k || k == &p->kfuncs[p->worst];
	struct kfg_usage_key key;
	struct kfg_usage_use *use;

	memset(&key, 0, sizeof(key));
	key.kfunc = text(a, k ? k->name : "");
	key.prog_type = p->prog_type;
	key.prog = text(a, p->prog);
	add_place(a, &key);
	key.exe = text(a, p->exe);
	key.uid = p->uid;
	key.signature = text(a, p->signature);
	key.loader_known = p->loader_known;
	key.initial = p->initial;
	key.token = p->token;
	key.live = !k || k->live;
	use = get(a, &a->usage->uses, &key);
	if (!use)
		return;
	use->n[p->kind]++;
	use->decided[p->kind] += decided;
	if (seen(a, &use->first, &use->last))
		update_use(a, use, k, decided);
	add_use_host(a, use - (struct kfg_usage_use *)a->usage->uses.items);
}

int kfg_usage_add(void *usage, const struct kfg_entry *entry)
{
	struct kfg_usage *u = usage;
	struct adding a = { .usage = u, .entry = entry, .host = UINT32_MAX };

	a.now = entry->time_usec / 1000000 < UINT32_MAX ? entry->time_usec / 1000000 : UINT32_MAX;
	u->n[entry->kind]++;
	if (a.now < u->first)
		u->first = a.now;
	if (a.now > u->last)
		u->last = a.now;
	add_host(&a);
	if (entry->kind == KFG_MESSAGE_TAMPERING)
		add_attempt(&a);
	if (entry->kind >= KFG_ENTRY_DECISIONS)
		return a.error;
	u->more_kfuncs += entry->more;
	add_hour(&a);
	if (entry->worst == entry->n_kfuncs)
		add_use(&a, NULL);
	for (size_t i = 0; i < entry->n_kfuncs; i++)
		add_use(&a, &entry->kfuncs[i]);
	for (size_t i = 0; i < entry->n_waivers; i++)
		add_waiver(&a, entry->waivers[i]);
	return a.error;
}

int kfg_usage_add_scanned(struct kfg_usage *usage, const char *kfunc, uint32_t prog_type, const char *found_in)
{
	struct adding a = { .usage = usage };
	struct kfg_usage_key key;
	struct kfg_usage_use *use;

	memset(&key, 0, sizeof(key));
	key.kfunc = text(&a, kfunc);
	key.prog_type = prog_type ? prog_type : UINT32_MAX;
	key.uid = UINT32_MAX;
	key.live = key.scanned = true;
	use = get(&a, &usage->uses, &key);
	if (use && !use->calls++)
		use->found_in = text(&a, found_in);
	return a.error;
}
