/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.c - see ask.h. */
#include "cli/ask.h"

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/lock_holder.h"
#include "base/log.h"
#include "gate/control/client.h"
#include "gate/control/protocol.h"
#include <errno.h>
#include <kfgate/guard.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LSM_LIST "/sys/kernel/security/lsm"

static int cannot_ask(int error, const char *dir)
{
	if (error == -ENOENT || error == -ECONNREFUSED) {
		kfg_log_error("kfgate is not running (nobody answers at %s/" KFG_CONTROL_SOCKET ")", dir);
		return KFG_EXIT_NOT_RUNNING;
	}
	if (error == -EBADE) {
		kfg_log_error("what listens at %s/" KFG_CONTROL_SOCKET " is not the agent that holds " KFG_PIN_DIR
			      ": its answer is not to be believed",
			      dir);
		return KFG_EXIT_FAILURE;
	}
	if (error == -ENOLCK) {
		kfg_log_error("cannot see who holds " KFG_PIN_DIR
			      ", as the list of locks in /proc is covered or hidden: "
			      "what listens at %s/" KFG_CONTROL_SOCKET " may be the agent, and is not believed",
			      dir);
		return KFG_EXIT_FAILURE;
	}
	if (error == -ECONNRESET && geteuid() == 0)
		kfg_log_error("the running kfgate closed the connection: it ends, or has no room for one more");
	else if (error == -EACCES || error == -EPERM || error == -ECONNRESET)
		kfg_log_error("only root may ask the running kfgate, and for its status the group of its unit, if "
			      "that has one (Group=, see kfgate-status(8))");
	else
		kfg_log_errno(error, "cannot ask the running kfgate: %m");
	return KFG_EXIT_FAILURE;
}

/* For who may not see the pins: a process of root's answers. */
static bool is_of_root(pid_t pid)
{
	char path[32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return pid > 0 && stat(path, &st) == 0 && st.st_uid == 0;
}

int kfg_ask_agent(const char *dir, const char *request, int *ret_code, char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	pid_t peer = 0, agent = 0;
	int r = kfg_control_ask(dir, request, ret_code, &text, &peer);

	if (r < 0)
		return r;
	/* whoever may write to /run can put a socket there; the lock on the pins is the agent's, and guarded */
	r = kfg_lock_holder(KFG_PIN_DIR, &agent);
	if (r == -ENXIO || r == -EXDEV)
		return -ENOLCK;
	if (r == -EACCES && geteuid() != 0 ? !is_of_root(peer) : r < 0 || !peer || peer != agent)
		return -EBADE;
	*ret_text = KFG_TAKE_PTR(text);
	return 0;
}

int kfg_ask_print(int result, int code, const char *text, const char *runtime_dir)
{
	if (result < 0)
		return cannot_ask(result, runtime_dir);
	if (code == KFG_EXIT_OK)
		return fputs(text, stdout) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	kfg_log_lines(LOG_ERR, text);
	return code;
}

int kfg_ask_request(const struct kfg_args *args, const char *request)
{
	const char *dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR);
	_cleanup_free_ char *text = NULL;
	int code = KFG_EXIT_OK, r = kfg_ask_agent(dir, request, &code, &text);

	return kfg_ask_print(r, code, text, dir);
}

/* Whether a file of the kernel, which is one line of words, has the word. separators: between them */
static bool has_word(const char *path, const char *word, const char *separators)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char line[4096] = "", *rest;

	if (!f || !fgets(line, sizeof(line), f))
		return false;
	for (char *at = strtok_r(line, separators, &rest); at; at = strtok_r(NULL, separators, &rest))
		if (!strcmp(at, word))
			return true;
	return false;
}

int kfg_ask_left(const char *runtime_dir, struct kfg_status_left *ret_left)
{
	struct kfg_status_left left = {
		.switched_off = has_word("/proc/cmdline", "kfgate=off", " \n"),
		.no_lsm = !access(LSM_LIST, R_OK) && !has_word(LSM_LIST, "bpf", ",\n"),
	};
	int r = kfg_left_read(KFG_PIN_DIR, runtime_dir, &left.left);

	if (r < 0)
		return r;
	left.in_force = r;
	*ret_left = left;
	return 0;
}
