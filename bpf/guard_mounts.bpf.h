/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_mounts.bpf.h - mounts that the pins and the policy are reached by. */
#pragma once

#include "guard_files.bpf.h"

/*
 * Can a change at this mount be seen from the host, or by the agent? A mount namespace of one's own is one's own
 * affair, but a shared mount hands on what is done to it: to its peers, and to what receives from them. That it
 * receives itself says nothing: the host's mount can be made to receive from another namespace, and shared again.
 */
static __always_inline int kfg_reaches_us(struct mount *mount)
{
	__u64 ns = kfg_namespace_number(BPF_CORE_READ(mount, mnt_ns));

	if (ns == kfg_guard.host_mount_ns || (ns && ns == kfg_guard.agent_mount_ns))
		return 1;
	return BPF_CORE_READ(mount, mnt_group_id) != 0;
}

#define KFG_PEERS 65536 /* one in each mount namespace, as a rule */

struct kfg_peer_search {
	struct mount *first, *at;
	__u32 found; /* one is in the agent's mount namespace */
};

static long kfg_step_peer(__u32 i, void *ctx)
{
	struct kfg_peer_search *s = ctx;
	struct mount *mount = s->at;
	struct list_head *next = BPF_CORE_READ(mount, mnt_share.next);

	s->found = kfg_namespace_number(BPF_CORE_READ(mount, mnt_ns)) == kfg_guard.agent_mount_ns;
	s->at = (void *)next - bpf_core_field_offset(struct mount, mnt_share);
	return s->found || !next || s->at == s->first;
}

/*
 * Is the mount, or one of its peers, in the agent's mount namespace? Whoever enters that, and makes one of his own from
 * there, has peers of all that is shared in it.
 */
static __attribute__((noinline)) int kfg_is_before_agent(struct mount *mount)
{
	struct kfg_peer_search s = { .first = mount, .at = mount };

	if (!kfg_guard.agent_mount_ns)
		return 0;
	bpf_loop(BPF_CORE_READ(mount, mnt_group_id) ? KFG_PEERS : 1, kfg_step_peer, &s, 0);
	return s.found;
}

/*
 * Is it something that a sealed policy is read from, or reached by? Names right below the root are left out, as in
 * kfg_step_up().
 */
static __attribute__((noinline)) int kfg_leads_to_policy(struct dentry *dentry, __u32 flags)
{
	struct dentry *dir = BPF_CORE_READ(dentry, d_parent);

	if (!kfg_guard.policy_guarded)
		return 0;
	if (flags & KFG_GUARD_FILE)
		return 1;
	return BPF_CORE_READ(dir, d_parent) != dir && (kfg_read_flags(dir) & KFG_GUARD_NAMES) &&
	       kfg_is_way(dentry, dir);
}

static __always_inline int kfg_may_not_cover(struct vfsmount *mnt, struct dentry *dentry)
{
	__u32 flags = kfg_read_flags(dentry);
	struct mount *mount = kfg_mount_of(mnt);

	if (kfg_is_before_agent(mount))
		return 1; /* what the agent sees is no other's to arrange */
	return (flags & KFG_GUARD_COVER || kfg_leads_to_policy(dentry, flags)) && kfg_reaches_us(mount);
}

/*
 * Is the mount one that the pins, or a guarded directory, are reached by? The host's root mount is one for all of them.
 * What it is mounted on (the initial root file system) has no path, and so no flag.
 */
static __always_inline int kfg_may_not_go(struct vfsmount *mnt)
{
	struct mount *mount = kfg_mount_of(mnt), *parent = BPF_CORE_READ(mount, mnt_parent);

	if ((__u64)mount == kfg_guard.host_root)
		return 1;
	if (parent == mount)
		return 0; /* mounted nowhere, or a namespace's root */
	return kfg_may_not_cover(&parent->mnt, BPF_CORE_READ(mount, mnt_mountpoint));
}

static __always_inline int kfg_guard_mounts(int concerned, __u32 flags)
{
	if (!concerned || kfg_by_agent() || kfg_by_manager())
		return 0;
	return KFG_DENY(KFG_ATTEMPT_MOUNT, flags);
}

SEC("lsm/sb_umount")
int BPF_PROG(kfgate_guard_umount, struct vfsmount *mnt, int flags)
{
	return kfg_guard_mounts(kfg_may_not_go(mnt), flags);
}

/*
 * mount(2): new, bind, remount, propagation. What MS_MOVE moves is known by a name only: where the host can see it, it
 * is for the service manager alone, which puts credentials of services in place so (src/core/exec-credential.c, v257).
 */
SEC("lsm/sb_mount")
int BPF_PROG(kfgate_guard_mount, const char *source, struct path *path, const char *type, unsigned long flags)
{
	struct vfsmount *mnt = path->mnt;

	if ((flags & KFG_MS_MOVE) && kfg_reaches_us(kfg_mount_of(mnt)) &&
	    !kfg_is_manager((struct task_struct *)bpf_get_current_task()))
		return KFG_DENY(KFG_ATTEMPT_MOUNT, flags);
	return kfg_guard_mounts(kfg_may_not_cover(mnt, path->dentry), flags);
}

SEC("lsm/move_mount")
int BPF_PROG(kfgate_guard_move, struct path *from, struct path *to)
{
	int concerned = kfg_may_not_cover(to->mnt, to->dentry);

	if (!concerned)
		concerned = kfg_may_not_go(from->mnt);
	return kfg_guard_mounts(concerned, 0);
}

SEC("lsm/sb_remount")
int BPF_PROG(kfgate_guard_remount, struct super_block *sb)
{
	return kfg_guard_mounts(kfg_guard.pin_dev && sb->s_dev == kfg_guard.pin_dev, 0);
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(kfgate_guard_pivot, struct path *old, struct path *new)
{
	return kfg_guard_mounts(kfg_reaches_us(kfg_mount_of(new->mnt)), 0);
}
