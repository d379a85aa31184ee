/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lifecycle_option.c - lifecycle data of --lifecycle, or those that are shipped. */
#include "cli/lifecycle_option.h"

#include "base/log.h"
#include <errno.h>
#include <unistd.h>

int kfg_lifecycle_option_take(const struct kfg_args *args, const char *verb, struct kfg_loaded *ret_loaded)
{
	const char *path = kfg_args_value(args, "lifecycle", NULL);
	struct kfg_loaded loaded = { 0 };
	int r;

	if (!path && access(KFG_LIFECYCLE_DIR, F_OK) < 0) {
		*ret_loaded = loaded;
		return 0;
	}
	path = path ? path : KFG_LIFECYCLE_DIR;
	r = kfg_lifecycle_load(path, &loaded);
	if (r == -EBADMSG) {
		kfg_log_error("%s: --lifecycle: %s", verb, loaded.diags.n ? loaded.diags.items[0].text : path);
		kfg_loaded_done(&loaded);
		return r;
	}
	if (r < 0)
		return kfg_log_errno(r, "%s: --lifecycle=%s: %m", verb, path);
	*ret_loaded = loaded;
	return 0;
}
