/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find_archive.c - the members of an archive, each searched as a file of its own: "FILE:member". */
#include "analysis/find/find_internal.h"

#include "analysis/find/archive.h"
#include "base/strbuf.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX (64u << 10)
#define WHY_MAX 256u

KFG_DEFINE_CLEANUP(struct kfg_archive *, kfg_archive_close)

/* An archive that is being walked through. */
struct walk {
	struct kfg_search *search;
	const struct kfg_search_piece *piece;
	struct kfg_archive *archive;
	const char *kind;
	size_t n_members;
};

static int damaged(struct walk *w)
{
	char why[WHY_MAX];

	snprintf(why, sizeof(why), "%s: %s", w->kind, kfg_archive_error(w->archive));
	return kfg_search_problem(w->search, w->piece, 0, why);
}

/* A member that could not be unpacked: the next one may be fine. */
static int lost_member(struct walk *w, const char *label, int error)
{
	const struct kfg_search_piece member = { .label = label };
	char why[WHY_MAX];

	if (error == -EFBIG)
		return kfg_search_give_up(w->search, &member, 0, KFG_FIND_LIMIT_UNPACKED);
	if (error != -EBADMSG)
		return error;
	snprintf(why, sizeof(why), "%s: %s", w->kind, kfg_archive_error(w->archive));
	return kfg_search_problem(w->search, &member, 0, why);
}

static int search_member(struct walk *w, const char *name, size_t max)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	_cleanup_free_ uint8_t *data = NULL;
	size_t size = 0;
	int r;

	if (kfg_archive_is_plain(w->archive))
		kfg_strbuf_printf(&label, "%s(%s)", w->piece->label, w->kind);
	else
		kfg_strbuf_printf(&label, "%s:%s", w->piece->label, name);
	if (label.error)
		return label.error == -ENOMEM ? -ENOMEM :
						kfg_search_problem(w->search, w->piece, 0, "a name is too long");
	r = kfg_archive_read(w->archive, max, &data, &size);
	if (r < 0) {
		w->search->unpacked += r == -EFBIG ? max : 0; /* what was unpacked in vain counts, too */
		return lost_member(w, kfg_strbuf_text(&label), r);
	}
	return size ? kfg_search_unpacked(w->search, kfg_strbuf_text(&label), data, size) : 0;
}

/* Returns 0, with *ret_leave: this is one compressed file that decompress.h reads, and reads better. */
static int walk_members(struct walk *w, bool known, bool *ret_leave)
{
	for (;;) {
		const char *name;
		size_t max;
		int r = kfg_archive_next(w->archive, &name);

		if (r == -EBADMSG)
			return damaged(w);
		if (r <= 0)
			return r;
		if (known && kfg_archive_is_plain(w->archive)) {
			*ret_leave = true;
			return 0;
		}
		if (w->n_members++ >= w->search->find->limits[KFG_FIND_LIMIT_MEMBERS])
			return kfg_search_give_up(w->search, w->piece, 0, KFG_FIND_LIMIT_MEMBERS);
		r = kfg_search_may_unpack(w->search, w->piece, 0, &max);
		if (r > 0)
			r = search_member(w, name, max);
		else if (r == 0)
			return 0;
		if (r < 0)
			return r;
	}
}

/* Where the first member of a zip archive starts that stands behind a program. */
static size_t before_zip(const struct kfg_search_piece *piece)
{
	size_t from, to;

	return kfg_archive_zip_extent(piece->data, piece->size, &from, &to) ? from : piece->size;
}

int kfg_search_archive(struct kfg_search *s, const struct kfg_search_piece *piece, struct kfg_search_region *rest)
{
	_cleanup_(kfg_archive_close_cleanup) struct kfg_archive *archive = NULL;
	struct walk w = { .search = s, .piece = piece };
	enum kfg_archive_kind container = kfg_archive_kind_of(piece->data, piece->size, &w.kind);
	bool leave = false;
	char why[WHY_MAX];
	int r;

	if (container == KFG_ARCHIVE_NONE)
		return 0;
	if (container == KFG_ARCHIVE_FOREIGN) {
		snprintf(why, sizeof(why), "it is %s, into which kfgate cannot look", w.kind);
		return kfg_search_problem(s, piece, 0, why);
	}
	r = kfg_archive_open(piece->data, piece->size, &archive);
	w.archive = archive;
	if (r == -EBADMSG)
		return container == KFG_ARCHIVE_KNOWN_STREAM ? 0 : damaged(&w);
	if (r < 0)
		return r;
	r = walk_members(&w, container == KFG_ARCHIVE_KNOWN_STREAM, &leave);
	if (r == 0 && !leave && !kfg_archive_n_entries(archive) && strcmp(w.kind, "zip") == 0 && piece->size > 4 &&
	    !memcmp(piece->data, "PK\3\4", 4))
		return kfg_search_problem(s, piece, 0, "zip: its directory cannot be read");
	if (r < 0 || leave || !kfg_archive_n_entries(archive))
		return r;
	if (strcmp(w.kind, "zip") == 0 && memcmp(piece->data, "PK", 2) != 0)
		rest->to = before_zip(piece);
	else
		rest->from = piece->size - kfg_archive_rest(archive);
	return 0;
}
