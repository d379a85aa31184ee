/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/lifecycle.h"

#include <string.h>

int kfg_lifecycle_load(const char *path, struct kfg_loaded *ret_loaded)
{
	return kfg_load(&path, 1, ret_loaded);
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
