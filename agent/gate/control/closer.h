/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * closer.h - ends a connection on which others may have sent descriptors (SCM_RIGHTS). Who receives or discards such
 * a message closes them, perhaps as the last one, and a close may take as long as the sender likes: a TCP socket that
 * lingers, a device that has to write. So no message with descriptors is received, and none is discarded by the caller.
 */
#pragma once

#include <stdbool.h>

/* Prepares a socket, or one that listens, for the calls below; the kernel refuses descriptors where it can (6.16). */
void kfg_closer_prepare(int fd);

/* Does a message wait there that may be received: one without descriptors? It stays where it is. */
bool kfg_closer_may_receive(int fd);

/*
 * Takes over the descriptor of a connection and closes it, in a thread of its own where that may take long. False:
 * there are as many of those as can be, and this one stays open.
 */
bool kfg_closer_close(int fd);
