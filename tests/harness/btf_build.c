/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf_build.h"

#include <stdlib.h>
#include <string.h>

/* The room of what has size bytes: grown one by one, a long type would take a copy of all for each word. */
static size_t room_of(size_t size)
{
	size_t room = 256;

	while (room < size)
		room *= 2;
	return room;
}

static void append(uint8_t **data, size_t *size, const void *more, size_t n)
{
	if (!*data || room_of(*size + n) != room_of(*size)) {
		*data = realloc(*data, room_of(*size + n));
		if (!*data)
			abort();
	}
	memcpy(*data + *size, more, n);
	*size += n;
}

void kfg_btf_build_start(struct kfg_btf_build *b, const struct kfg_btf_build *base)
{
	*b = (struct kfg_btf_build){ .next_id = 1 };
	if (base) {
		b->next_id = base->next_id;
		b->first_string = base->first_string + (uint32_t)base->strings_size;
	}
	/* only what has no base begins with an empty one, as pahole and libbpf have it */
	append(&b->strings, &b->strings_size, "", !base);
	append(&b->types, &b->types_size, "", 0);
}

void kfg_btf_build_done(struct kfg_btf_build *b)
{
	free(b->types);
	free(b->strings);
	*b = (struct kfg_btf_build){ 0 };
}

uint32_t kfg_btf_build_string(struct kfg_btf_build *b, const char *text)
{
	uint32_t at = b->first_string + (uint32_t)b->strings_size;

	append(&b->strings, &b->strings_size, text, strlen(text) + 1);
	return at;
}

uint32_t kfg_btf_build_type(struct kfg_btf_build *b, unsigned kind, const char *name, unsigned vlen,
			    uint32_t size_or_type)
{
	struct btf_type t = { .info = kind << 24 | vlen, .size = size_or_type };

	if (name)
		t.name_off = kfg_btf_build_string(b, name);
	append(&b->types, &b->types_size, &t, sizeof(t));
	return b->next_id++;
}

void kfg_btf_build_word(struct kfg_btf_build *b, uint32_t word)
{
	append(&b->types, &b->types_size, &word, sizeof(word));
}

uint32_t kfg_btf_build_int(struct kfg_btf_build *b, const char *name, uint32_t size, uint32_t encoding)
{
	uint32_t id = kfg_btf_build_type(b, BTF_KIND_INT, name, 0, size);

	kfg_btf_build_word(b, encoding << 24 | size * 8);
	return id;
}

uint32_t kfg_btf_build_tag(struct kfg_btf_build *b, const char *text, uint32_t target)
{
	uint32_t id = kfg_btf_build_type(b, BTF_KIND_DECL_TAG, text, 0, target);

	kfg_btf_build_word(b, UINT32_MAX);
	return id;
}

uint32_t kfg_btf_build_func(struct kfg_btf_build *b, const char *name, uint32_t returns, unsigned n,
			    const char *const *names, const uint32_t *types)
{
	uint32_t proto = kfg_btf_build_type(b, BTF_KIND_FUNC_PROTO, NULL, n, returns);

	for (unsigned i = 0; i < n; i++) {
		kfg_btf_build_word(b, names[i] ? kfg_btf_build_string(b, names[i]) : 0);
		kfg_btf_build_word(b, types[i]);
	}
	return kfg_btf_build_type(b, BTF_KIND_FUNC, name, BTF_FUNC_GLOBAL, proto);
}

void *kfg_btf_build_bytes(const struct kfg_btf_build *b, size_t *ret_size)
{
	/* struct btf_header as it was up to 7.0: that of this host may be longer */
	const uint32_t header[6] = {
		BTF_VERSION << 16 | BTF_MAGIC, sizeof(header),		0,
		(uint32_t)b->types_size,       (uint32_t)b->types_size, (uint32_t)b->strings_size,
	};
	uint8_t *all = NULL;
	size_t size = 0;

	append(&all, &size, header, sizeof(header));
	append(&all, &size, b->types, b->types_size);
	append(&all, &size, b->strings, b->strings_size);
	*ret_size = size;
	return all;
}
