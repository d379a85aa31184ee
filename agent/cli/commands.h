/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.h - the functions of the verbs, one file each. All return an enum kfg_exit and report to
 * the log.
 *
 * Prefix: kfg_cmd.
 */
#pragma once

#include "base/args.h"

int kfg_cmd_agent(const struct kfg_args *args);
int kfg_cmd_bundle(const struct kfg_args *args);
int kfg_cmd_check(const struct kfg_args *args);
int kfg_cmd_explain(const struct kfg_args *args);
int kfg_cmd_programs(const struct kfg_args *args);
int kfg_cmd_scan(const struct kfg_args *args);
int kfg_cmd_status(const struct kfg_args *args);
int kfg_cmd_reload(const struct kfg_args *args);
int kfg_cmd_diff(const struct kfg_args *args);
int kfg_cmd_doctor(const struct kfg_args *args);
int kfg_cmd_init(const struct kfg_args *args);
int kfg_cmd_kfuncs(const struct kfg_args *args);
int kfg_cmd_kernel(const struct kfg_args *args);
int kfg_cmd_report(const struct kfg_args *args);
int kfg_cmd_learn(const struct kfg_args *args);
int kfg_cmd_diff_policy(const struct kfg_args *args);
int kfg_cmd_test(const struct kfg_args *args);
int kfg_cmd_why(const struct kfg_args *args);
int kfg_cmd_metrics(const struct kfg_args *args);
