/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * send.c - records to the journal, by its native protocol (systemd's docs/JOURNAL_NATIVE_PROTOCOL.md). There is
 * sd_journal_sendv(3), but that succeeds where the socket is not there, ENOENT (src/libsystemd/sd-journal/
 * journal-send.c, v252..v257): a record would be lost without a count. A record fits into a datagram (KFG_RECORD_MAX).
 */
#include "record/send.h"

#include "base/cleanup.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_PATH "/run/systemd/journal/socket" /* systemd-journald.service(8) */
#define PARTS_MAX (2 * (KFG_RECORD_FIELDS_MAX + 1))

struct message {
	struct iovec parts[PARTS_MAX];
	size_t n;
};

/* field: NAME=VALUE. No value of a record has a newline in it (record.h), so a line is all it takes. */
static void add_field(struct message *m, const char *field)
{
	m->parts[m->n++] = (struct iovec){ (void *)field, strlen(field) };
	m->parts[m->n++] = (struct iovec){ "\n", 1 };
}

static int connect_journal(void)
{
	static const struct sockaddr_un address = { AF_UNIX, SOCKET_PATH };
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static const int room = 8 << 20; /* as sd-journal has it */

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return KFG_TAKE_FD(fd);
}

static int send_message(int journal, const struct message *m)
{
	struct msghdr message = { .msg_iov = (struct iovec *)m->parts, .msg_iovlen = m->n };

	return sendmsg(journal, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int kfg_send_record(void *userdata, const struct kfg_record *record)
{
	/* looked up once, and again when journald has a new socket: what others put in its place is not asked */
	static int journal = KFG_NO_FD;
	struct message m = { 0 };
	const char *field = NULL;
	int r;

	(void)userdata;
	add_field(&m, "SYSLOG_IDENTIFIER=kfgate");
	while ((field = kfg_record_next(record, field)))
		add_field(&m, field);
	r = journal == KFG_NO_FD ? -ENOTCONN : send_message(journal, &m);
	if (r != -ENOTCONN && r != -ECONNREFUSED)
		return r;
	kfg_close_cleanup(&journal);
	r = connect_journal();
	journal = r < 0 ? KFG_NO_FD : r;
	return r < 0 ? r : send_message(journal, &m);
}

bool kfg_send_possible(void)
{
	return access(SOCKET_PATH, W_OK) == 0;
}
