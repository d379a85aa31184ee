/* SPDX-License-Identifier: GPL-2.0-or-later */
/* caps.c - see caps.h. The C library has no capset(2), and libcap would be one more library for two calls. */
#include "base/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct caps {
	uint64_t effective, permitted;
};

static int get(struct caps *ret_caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	*ret_caps = (struct caps){
		.effective = data[0].effective | (uint64_t)data[1].effective << 32,
		.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
	};
	return 0;
}

/* Nothing is inheritable, and so nothing ambient. */
static int set(const struct caps *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = (uint32_t)caps->effective, .permitted = (uint32_t)caps->permitted },
		{ .effective = caps->effective >> 32, .permitted = caps->permitted >> 32 },
	};

	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int kfg_caps_drop(uint64_t keep)
{
	struct caps caps = { 0 };
	int r = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : get(&caps);

	if (r < 0)
		return r;
	caps.permitted &= keep;
	caps.effective = 0;
	return set(&caps);
}

uint64_t kfg_caps_raise(void)
{
	struct caps caps = { 0 };
	uint64_t before;

	/* what fails here fails the call that needs the capability, which says so */
	if (get(&caps) < 0 || caps.effective == caps.permitted)
		return caps.effective;
	before = caps.effective;
	caps.effective = caps.permitted;
	(void)set(&caps);
	return before;
}

void kfg_caps_restore(const uint64_t *effective)
{
	struct caps caps = { 0 };

	if (get(&caps) < 0 || caps.effective == *effective)
		return;
	caps.effective = *effective;
	(void)set(&caps);
}
