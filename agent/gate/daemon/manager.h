/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manager.h - what systemd, if it runs us, has in mind. */
#pragma once

#include <stdbool.h>

/*
 * True if we are told to stop in order to be started again: our unit has a job "restart" (org.freedesktop.systemd1(5),
 * v252..v257). False in any other case, and where systemd cannot be asked within a second.
 */
bool kfg_manager_restarts(void);
