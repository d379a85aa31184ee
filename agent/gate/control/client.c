/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client.c - one request to the control socket, and its reply. */
#include "gate/control/client.h"

#include "base/cleanup.h"
#include "gate/control/protocol.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

/* A reload compiles the policy, proves it and looks at every program there is */
#define TIMEOUT_SEC 90

static int connect_to(const char *runtime_dir)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const struct timeval timeout = { .tv_sec = TIMEOUT_SEC };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/" KFG_CONTROL_SOCKET, runtime_dir);

	if (fd < 0)
		return -errno;
	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return KFG_TAKE_FD(fd);
}

/* "<code>\n<text>", n bytes with room for a NUL. */
static int parse_reply(char *reply, size_t n, int *ret_code, char **ret_text)
{
	char *end, *text;
	long code;

	reply[n] = '\0';
	errno = 0;
	code = strtol(reply, &end, 10);
	if (errno || end == reply || *end != '\n' || code < 0 || code > 255)
		return -EBADMSG;
	text = strdup(end + 1);
	if (!text)
		return -ENOMEM;
	*ret_code = code;
	*ret_text = text;
	return 0;
}

int kfg_control_ask(const char *runtime_dir, const char *request, int *ret_code, char **ret_text, pid_t *ret_peer)
{
	const size_t size = KFG_CONTROL_REPLY_MAX + 64;
	_cleanup_free_ char *reply = malloc(size);
	_cleanup_close_ int fd = connect_to(runtime_dir);
	struct ucred peer = { 0 };
	socklen_t peer_size = sizeof(peer);
	ssize_t n;

	if (!reply)
		return -ENOMEM;
	if (fd < 0)
		return fd;
	if (ret_peer && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) < 0)
		return -errno;
	if (ret_peer)
		*ret_peer = peer.pid; /* of who called listen(2): unix(7) */
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return -errno;
	do {
		n = recv(fd, reply, size - 1, MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (n == 0 || (size_t)n >= size)
		return -EBADMSG;
	return parse_reply(reply, n, ret_code, ret_text);
}
