/* SPDX-License-Identifier: GPL-2.0-or-later */
/* server.c - the control socket: who may ask, requests and their replies. */
#include "gate/control/server.h"

#include "base/exit_code.h"
#include "base/log.h"
#include "base/text.h"
#include "gate/control/closer.h"
#include "gate/control/protocol.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define PEERS_MAX 8u

struct peer {
	struct kfg_control_server *server;
	sd_event_source *source; /* its fd is this peer's; NULL: free */
	uint64_t number; /* counts up; the lowest is the oldest */
	bool guest; /* of the group that may look, and may do no more */
};

struct kfg_control_server {
	sd_event_source *source; /* owns the listening fd */
	kfg_control_fn *answer;
	void *userdata;
	uint64_t accepted;
	struct sockaddr_un address;
	struct peer peers[PEERS_MAX];
};

static void peer_done(struct peer *peer)
{
	int fd;

	if (!peer->source)
		return;
	fd = sd_event_source_get_io_fd(peer->source);
	sd_event_source_disable_unref(peer->source);
	peer->source = NULL;
	if (kfg_closer_close(fd))
		return;
	kfg_log_error("the control socket is closed until the next start: others keep too many of its connections from "
		      "being closed, by descriptors that they sent");
	(void)sd_event_source_set_enabled(peer->server->source, SD_EVENT_OFF);
}

/* One packet out; a peer that does not take it gets none. */
static void send_reply(int fd, int code, const struct kfg_strbuf *text)
{
	char head[16];
	struct iovec iov[2] = {
		{ head, snprintf(head, sizeof(head), "%d\n", code) },
		{ (void *)kfg_strbuf_text(text), text->size },
	};
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

	(void)sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* What changes nothing, and names no file that its reader may not see anyway. */
static bool is_look(const char *request)
{
	static const char *const looks[] = {
		KFG_REQUEST_STATUS,
		KFG_REQUEST_STATUS_JSON,
		KFG_REQUEST_STATUS_METRICS,
	};

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (strcmp(request, looks[i]) == 0)
			return true;
	return kfg_text_begins(request, KFG_REQUEST_PARTS " ");
}

static int answer_peer(struct peer *peer, const char *request, struct kfg_strbuf *reply)
{
	if (!peer->guest || is_look(request))
		return peer->server->answer(peer->server->userdata, request, reply);
	kfg_strbuf_adds(reply, "only root may ask that of the running kfgate\n");
	return KFG_EXIT_FAILURE;
}

static int on_request(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct peer *peer = userdata;
	_cleanup_strbuf_ struct kfg_strbuf reply = KFG_STRBUF(KFG_CONTROL_REPLY_MAX);
	char request[KFG_CONTROL_REQUEST_MAX];
	ssize_t n = -1;

	(void)source;
	(void)revents;
	/* what comes between the look and the call is behind what was looked at */
	if (kfg_closer_may_receive(fd))
		n = recv(fd, request, sizeof(request) - 1, MSG_DONTWAIT | MSG_TRUNC);
	if (n > 0 && (size_t)n < sizeof(request)) {
		request[n] = '\0';
		send_reply(fd, answer_peer(peer, request, &reply), &reply);
	}
	peer_done(peer);
	return 0;
}

/* A group may look: that of an agent of root's which was started with one (Group= of its unit). */
static bool has_group(void)
{
	return geteuid() == 0 && getegid() != 0;
}

/* Whoever else could connect is of that group: the socket's mode lets nobody in but them. */
static bool peer_allowed(int fd, bool *ret_guest)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return false;
	*ret_guest = cred.uid != 0 && cred.uid != geteuid();
	return !*ret_guest || has_group();
}

static struct peer *free_peer(struct kfg_control_server *server)
{
	struct peer *oldest = &server->peers[0];

	for (size_t i = 0; i < PEERS_MAX; i++) {
		if (!server->peers[i].source)
			return &server->peers[i];
		if (server->peers[i].number < oldest->number)
			oldest = &server->peers[i];
	}
	peer_done(oldest);
	return oldest;
}

static int on_connection(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct kfg_control_server *server = userdata;
	int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct peer *peer;
	bool guest;

	(void)revents;
	/* a peer that went away again, or no descriptor left: the next one may do better */
	if (conn < 0)
		return 0;
	kfg_closer_prepare(conn);
	if (!peer_allowed(conn, &guest)) {
		(void)kfg_closer_close(conn);
		return 0;
	}
	peer = free_peer(server);
	peer->server = server;
	peer->guest = guest;
	peer->number = ++server->accepted;
	if (sd_event_add_io(sd_event_source_get_event(source), &peer->source, conn, EPOLLIN, on_request, peer) < 0)
		(void)kfg_closer_close(conn);
	return 0;
}

static int listen_at(const struct sockaddr_un *address)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int r;

	if (fd < 0)
		return -errno;
	/* left behind by an agent that was killed; the lock on the pins says that none is running */
	if (unlink(address->sun_path) < 0 && errno != ENOENT)
		return -errno;
	mask = umask(has_group() ? 0117 : 0177);
	r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;
	umask(mask);
	if (r < 0)
		return r;
	kfg_closer_prepare(fd);
	if (listen(fd, PEERS_MAX) < 0)
		return -errno;
	return KFG_TAKE_FD(fd);
}

int kfg_control_server_new(sd_event *event, const char *runtime_dir, kfg_control_fn *answer, void *userdata,
			   struct kfg_control_server **ret_server)
{
	struct kfg_control_server *server = calloc(1, sizeof(*server));
	int fd, r;

	if (!server)
		return -ENOMEM;
	server->answer = answer;
	server->userdata = userdata;
	server->address.sun_family = AF_UNIX;
	r = snprintf(server->address.sun_path, sizeof(server->address.sun_path), "%s/" KFG_CONTROL_SOCKET, runtime_dir);
	if (r < 0 || (size_t)r >= sizeof(server->address.sun_path)) {
		free(server);
		return -ENAMETOOLONG;
	}
	fd = r = mkdir(runtime_dir, 0755) < 0 && errno != EEXIST ? -errno : listen_at(&server->address);
	if (fd >= 0) {
		r = sd_event_add_io(event, &server->source, fd, EPOLLIN, on_connection, server);
		if (r < 0)
			close(fd);
		else
			r = sd_event_source_set_io_fd_own(server->source, 1);
	}
	if (r < 0) {
		kfg_control_server_free(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

void kfg_control_server_free(struct kfg_control_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < PEERS_MAX; i++)
		peer_done(&server->peers[i]);
	if (server->source)
		(void)unlink(server->address.sun_path);
	sd_event_source_disable_unref(server->source);
	free(server);
}
