/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core_btf.c - see core_btf.h */
#include "gate/enforce/core_btf.h"

#include "base/cleanup.h"
#include "gate/enforce/gate_btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <kfgate/decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAMES_SIZE 1024u /* slots; the object has some hundred structs */

struct copy {
	const struct btf *from;
	struct btf *to;
	int *ids; /* by the id there, the id here; 0: not copied yet */
	int pointer; /* one for all: what a pointer points to is not compared */
	const char *names[NAMES_SIZE]; /* of the object's structs, unions and enums, open addressing */
	unsigned n_names;
};

static bool is_named(const struct btf *btf, const struct btf_type *type, const char **ret_name)
{
	if ((!btf_is_composite(type) && !btf_is_any_enum(type)) || !type->name_off)
		return false;
	*ret_name = btf__name_by_offset(btf, type->name_off);
	return *ret_name != NULL;
}

static const char **find_name(struct copy *c, const char *name)
{
	unsigned h = KFG_HASH_INIT;

	for (const char *p = name; *p; p++)
		h = kfg_hash_byte(h, (__u8)*p);
	for (h %= NAMES_SIZE; c->names[h] && strcmp(c->names[h], name) != 0; h = (h + 1) % NAMES_SIZE)
		;
	return &c->names[h];
}

static int note_names(struct copy *c, const struct btf *local)
{
	for (unsigned id = 1; id < btf__type_cnt(local); id++) {
		const char *name, **at;

		if (!is_named(local, btf__type_by_id(local, id), &name))
			continue;
		at = find_name(c, name);
		if (*at)
			continue;
		if (++c->n_names > NAMES_SIZE / 2)
			return -E2BIG;
		*at = name;
	}
	return 0;
}

static int copy_type(struct copy *c, unsigned id);

/* First what its members hold by value: members can be added to the newest type alone. */
static int copy_composite(struct copy *c, const struct btf_type *type, const char *name)
{
	const struct btf_member *m = btf_members(type);
	int id;

	for (unsigned i = 0; i < btf_vlen(type); i++) {
		id = copy_type(c, m[i].type);
		if (id < 0)
			return id;
	}
	id = btf_is_struct(type) ? btf__add_struct(c->to, name, type->size) : btf__add_union(c->to, name, type->size);
	for (unsigned i = 0; id > 0 && i < btf_vlen(type); i++) {
		int r = btf__add_field(c->to, btf__name_by_offset(c->from, m[i].name_off), copy_type(c, m[i].type),
				       btf_member_bit_offset(type, i), btf_member_bitfield_size(type, i));

		if (r < 0)
			return r;
	}
	return id;
}

static int copy_array(struct copy *c, const struct btf_type *type)
{
	const struct btf_array *array = btf_array(type);
	int index = copy_type(c, array->index_type), element = index < 0 ? index : copy_type(c, array->type);

	return element < 0 ? element : btf__add_array(c->to, index, element, array->nelems);
}

/* Values of those alone that the object names, too. */
static int copy_enum(struct copy *c, const struct btf_type *type, const char *name)
{
	int id = btf__add_enum(c->to, name, type->size), r = 0;

	for (unsigned i = 0; id > 0 && !r && *find_name(c, name) && i < btf_vlen(type); i++)
		r = btf__add_enum_value(c->to, btf__name_by_offset(c->from, btf_enum(type)[i].name_off),
					btf_enum(type)[i].val);
	return r ? r : id;
}

static int copy_enum64(struct copy *c, const struct btf_type *type, const char *name)
{
	int id = btf__add_enum64(c->to, name, type->size, btf_kflag(type)), r = 0;

	for (unsigned i = 0; id > 0 && !r && *find_name(c, name) && i < btf_vlen(type); i++)
		r = btf__add_enum64_value(c->to, btf__name_by_offset(c->from, btf_enum64(type)[i].name_off),
					  btf_enum64_value(&btf_enum64(type)[i]));
	return r ? r : id;
}

static int copy_anew(struct copy *c, const struct btf_type *type)
{
	const char *name = btf__name_by_offset(c->from, type->name_off);

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		return btf__add_int(c->to, name, type->size, btf_int_encoding(type));
	case BTF_KIND_FLOAT:
		return btf__add_float(c->to, name, type->size);
	case BTF_KIND_ENUM:
		return copy_enum(c, type, name);
	case BTF_KIND_ENUM64:
		return copy_enum64(c, type, name);
	case BTF_KIND_FWD:
		return btf__add_fwd(c->to, name, btf_kflag(type) ? BTF_FWD_UNION : BTF_FWD_STRUCT);
	case BTF_KIND_PTR:
		if (!c->pointer)
			c->pointer = btf__add_ptr(c->to, 0);
		return c->pointer;
	case BTF_KIND_ARRAY:
		return copy_array(c, type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_composite(c, type, name);
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG: /* CO-RE looks through them */
		return copy_type(c, type->type);
	default:
		return -EPROTONOSUPPORT; /* nothing else is held by value */
	}
}

/* Returns the id here, or a negative errno. */
static int copy_type(struct copy *c, unsigned id)
{
	int r;

	if (!id || c->ids[id])
		return c->ids[id];
	r = copy_anew(c, btf__type_by_id(c->from, id));
	if (r > 0)
		c->ids[id] = r;
	return r;
}

static int copy_named(struct copy *c)
{
	for (unsigned id = 1; id < btf__type_cnt(c->from); id++) {
		const char *name;
		int r;

		if (!is_named(c->from, btf__type_by_id(c->from, id), &name) || !*find_name(c, name))
			continue;
		r = copy_type(c, id);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_file(const struct btf *btf)
{
	_cleanup_close_ int fd = memfd_create("kfgate-btf", MFD_CLOEXEC);
	const char *data;
	__u32 size;

	if (fd < 0)
		return -errno;
	data = btf__raw_data(btf, &size);
	if (!data)
		return -ENOMEM;
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		size -= (__u32)n;
	}
	return KFG_TAKE_FD(fd);
}

int kfg_core_btf_make(const struct bpf_object *object, char ret_path[static KFG_CORE_BTF_PATH])
{
	struct copy c = { .from = kfg_gate_btf() };
	int r;

	if (!c.from)
		return -errno;
	c.ids = calloc(btf__type_cnt(c.from), sizeof(*c.ids));
	c.to = btf__new_empty();
	r = !c.ids || !c.to ? -ENOMEM : note_names(&c, bpf_object__btf(object));
	if (!r)
		r = copy_named(&c);
	if (!r)
		r = write_file(c.to);
	btf__free(c.to);
	free(c.ids);
	if (r >= 0)
		(void)snprintf(ret_path, KFG_CORE_BTF_PATH, "/proc/self/fd/%d", r);
	return r;
}
