/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * protocol.h - what `kfgate status`, `reload` and `programs` say to the running agent. One request, one
 * reply, each one packet of a SOCK_SEQPACKET socket. Request: words with single spaces. Reply:
 * "<exit code>\n" and the text to print.
 */
#pragma once

#define KFG_CONTROL_SOCKET "control"
#define KFG_CONTROL_REQUEST_MAX 256u
#define KFG_CONTROL_REPLY_MAX (128u * 1024) /* below net.core.wmem_default, 208 KiB */

#define KFG_REQUEST_STATUS "status"
#define KFG_REQUEST_STATUS_JSON "status json"
#define KFG_REQUEST_STATUS_METRICS "status metrics"
#define KFG_REQUEST_PARTS "parts" /* and a number: kfg_status_parts() from there on */
#define KFG_REQUEST_PROGRAMS "programs" /* ids of the guarded programs, one per line */
#define KFG_CONTROL_PROGRAMS_MAX 512u /* of them; four tables in force and the guard make less than 200 */
#define KFG_REQUEST_RELOAD "reload"
#define KFG_REQUEST_RELOAD_FORCE "reload force"
#define KFG_REQUEST_RELOAD_CHECK "reload check" /* what it would come to; nothing is changed */
#define KFG_REQUEST_RELOAD_CHECK_FORCE "reload check force"

#define KFG_DEFAULT_RUNTIME_DIR "/run/kfgate"
