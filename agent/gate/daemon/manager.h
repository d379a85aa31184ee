/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manager.h - what systemd, if it runs us, has in mind. */
#pragma once

/* The job that our unit has (org.freedesktop.systemd1(5), v252..v257) */
enum kfg_manager_job {
	KFG_MANAGER_UNKNOWN, /* none, another one, no service, or systemd cannot be asked within 5 seconds */
	KFG_MANAGER_STOP,
	KFG_MANAGER_RESTART, /* we are stopped in order to be started again */
};

struct kfg_gate;

/* gate: who answers is asked of it. What is not answered by process 1 at its own socket is KFG_MANAGER_UNKNOWN. */
enum kfg_manager_job kfg_manager_job(const struct kfg_gate *gate);
