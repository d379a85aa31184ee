/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.c - names of the addresses that programs call, out of /proc/kallsyms; only those are kept. */
#include "analysis/programs/programs.h"

#include "base/cleanup.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BASE "__bpf_call_base"
#define NAME_LEN 512 /* kernel: KSYM_NAME_LEN, include/linux/kallsyms.h */

struct symbol {
	int32_t imm;
	char *name, *module; /* owned; NULL: not found; module NULL: the kernel itself */
};

struct kfg_symbols {
	uint64_t base; /* 0: hidden, or not there */
	size_t n;
	struct symbol items[]; /* sorted by imm */
};

struct line {
	uint64_t address;
	char name[NAME_LEN], module[64];
	bool function;
};

/* "ffffffff81000000 T name" and, of a module, "\t[module]" behind it. */
static bool parse(const char *text, struct line *ret_line)
{
	char type;
	int n;

	ret_line->module[0] = '\0';
	n = sscanf(text, "%" SCNx64 " %c %511s [%63[^]]", &ret_line->address, &type, ret_line->name, ret_line->module);
	ret_line->function = type == 't' || type == 'T' || type == 'w' || type == 'W';
	return n >= 3;
}

static int compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->imm > y->imm) - (x->imm < y->imm);
}

static const struct symbol *find(const struct kfg_symbols *symbols, int32_t imm)
{
	const struct symbol key = { .imm = imm };

	return bsearch(&key, symbols->items, symbols->n, sizeof(key), compare);
}

static int keep(struct kfg_symbols *symbols, const struct line *line)
{
	int64_t imm = line->address - symbols->base;
	const struct symbol *found = imm == (int32_t)imm ? find(symbols, imm) : NULL;
	struct symbol *symbol;

	if (!found || found->name || !line->function)
		return 0;
	symbol = &symbols->items[found - symbols->items];
	symbol->name = strdup(line->name);
	symbol->module = line->module[0] ? strdup(line->module) : NULL;
	return symbol->name && (symbol->module || !line->module[0]) ? 0 : -ENOMEM;
}

/* Twice over the lines: where the base is, then who is called. */
static int read_lines(FILE *in, struct kfg_symbols *symbols)
{
	_cleanup_free_ char *text = NULL;
	size_t allocated = 0;
	struct line line;
	int r = 0;

	while (!symbols->base && getline(&text, &allocated, in) > 0)
		if (parse(text, &line) && strcmp(line.name, BASE) == 0)
			symbols->base = line.address;
	if (!symbols->base)
		return 0;
	rewind(in);
	while (r == 0 && getline(&text, &allocated, in) > 0)
		if (parse(text, &line))
			r = keep(symbols, &line);
	return r;
}

int kfg_symbols_read(const char *path, const int32_t *imms, size_t n, struct kfg_symbols **ret_symbols)
{
	struct kfg_symbols *symbols = calloc(1, sizeof(*symbols) + n * sizeof(symbols->items[0]));
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	int r;

	if (!in || !symbols) {
		r = symbols ? -errno : -ENOMEM;
		free(symbols);
		return r;
	}
	for (size_t i = 0; i < n; i++)
		symbols->items[i].imm = imms[i];
	symbols->n = n;
	qsort(symbols->items, n, sizeof(symbols->items[0]), compare);
	r = read_lines(in, symbols);
	if (r == 0 && ferror(in))
		r = -EIO;
	if (r < 0) {
		kfg_symbols_free(symbols);
		return r;
	}
	*ret_symbols = symbols;
	return 0;
}

void kfg_symbols_free(struct kfg_symbols *symbols)
{
	for (size_t i = 0; symbols && i < symbols->n; i++) {
		free(symbols->items[i].name);
		free(symbols->items[i].module);
	}
	free(symbols);
}

bool kfg_symbols_find(const struct kfg_symbols *symbols, int32_t imm, const char **ret_name, const char **ret_module)
{
	const struct symbol *symbol = find(symbols, imm);

	if (!symbol || !symbol->name)
		return false;
	*ret_name = symbol->name;
	*ret_module = symbol->module;
	return true;
}

bool kfg_symbols_shown(const struct kfg_symbols *symbols)
{
	return symbols->base != 0;
}
