/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lifecycle.c - see lifecycle.h. Lifecycle data are what a policy includes, so one is made that includes them. */
#include "config/lifecycle.h"

#include "base/cleanup.h"
#include "base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A pattern of an include in single quotes, in which nothing has a meaning but the quote. */
static void add_quoted(struct kfg_strbuf *out, const char *text)
{
	for (; *text; text++)
		kfg_strbuf_printf(out, "%s%c", *text == '\'' ? "'" : "", *text);
}

int kfg_lifecycle_load(const char *path, struct kfg_loaded *ret_loaded)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(16384);
	_cleanup_free_ char *real = realpath(path, NULL);
	const struct kfg_spot spot = { .file = path };
	struct stat st;
	size_t n;
	int r;

	if (!real || stat(real, &st) < 0)
		return kfg_config_load(&path, 1, ret_loaded); /* which says what is wrong with it */
	kfg_strbuf_adds(&text, "version: 1\nname: lifecycle\nserial: 0\ninclude: ['");
	add_quoted(&text, real);
	kfg_strbuf_printf(&text, "%s']\n", S_ISDIR(st.st_mode) ? "/*.yaml" : "");
	if (text.error)
		return text.error;
	r = kfg_config_load_text(path, kfg_strbuf_text(&text), ret_loaded);
	if (r < 0)
		return r;
	(void)kfg_policy_files_paths(ret_loaded->files, &n);
	if (n)
		return 0;
	kfg_diags_add(&ret_loaded->diags, KFG_DIAG_NO_POLICY, &spot, "no lifecycle data in here: no *.yaml file");
	return -EBADMSG;
}

static bool is_about(const struct kfg_deprecation_info *info, const char *kfunc, const char *module)
{
	return strcmp(info->kfunc, kfunc) == 0 &&
	       (!info->module || strcmp(info->module, module ? module : "vmlinux") == 0);
}

bool kfg_lifecycle_find(const struct kfg_policy *policy, const char *kfunc, const char *module,
			struct kfg_deprecation_info *ret_info)
{
	size_t n = policy ? kfg_policy_n_deprecations(policy) : 0;

	for (size_t i = 0; i < n; i++) {
		struct kfg_deprecation_info info;

		if (kfg_policy_deprecation(policy, (uint32_t)i, &info) && is_about(&info, kfunc, module)) {
			*ret_info = info;
			return true;
		}
	}
	return false;
}

void kfg_lifecycle_dates(const struct kfg_deprecation_info *info, const char *of, struct kfg_strbuf *out)
{
	if (info->deprecated_in)
		kfg_strbuf_printf(out, "deprecated in %s%s", of, info->deprecated_in);
	if (info->removed_in)
		kfg_strbuf_printf(out, "%s%s%s", info->deprecated_in ? ", removed in " : "removed in ",
				  info->deprecated_in ? "" : of, info->removed_in);
}

void kfg_lifecycle_sentence(const struct kfg_deprecation_info *info, struct kfg_strbuf *out)
{
	size_t start = out->size;

	kfg_lifecycle_dates(info, "", out);
	if (info->replacement)
		kfg_strbuf_printf(out, "%suse %s", out->size > start ? "; " : "", info->replacement);
	if (info->replacement && info->replacement_in)
		kfg_strbuf_printf(out, " (since %s)", info->replacement_in);
}

static void text(struct kfg_json *json, const char *key, const char *value)
{
	kfg_json_string(json, key, value && value[0] ? value : NULL);
}

void kfg_lifecycle_json(const struct kfg_deprecation_info *info, struct kfg_json *json)
{
	char place[KFG_PLACE_TEXT];

	if (!info) {
		kfg_json_null(json, "lifecycle");
		return;
	}
	kfg_json_object(json, "lifecycle");
	text(json, "deprecated_in", info->deprecated_in);
	text(json, "removed_in", info->removed_in);
	text(json, "replacement", info->replacement);
	text(json, "replacement_in", info->replacement_in);
	text(json, "source", info->source);
	text(json, "confidence", info->confidence);
	text(json, "note", info->note);
	text(json, "known_from", kfg_deprecation_place(info, place));
	kfg_json_object_end(json);
}
