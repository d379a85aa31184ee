/* SPDX-License-Identifier: GPL-2.0-or-later */
/* send.c - records to the journal, by its own socket. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "record/send.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define SOCKET_PATH "/run/systemd/journal/socket" /* systemd-journald.service(8) */

int kfg_send_record(void *userdata, const struct kfg_record *record)
{
	/* not the name of the program, which sd-journal would take */
	static char identifier[] = "SYSLOG_IDENTIFIER=kfgate";
	struct iovec iov[KFG_RECORD_FIELDS_MAX + 1] = { { identifier, sizeof(identifier) - 1 } };
	const char *field = NULL;
	int n = 1, r;

	(void)userdata;
	while ((field = kfg_record_next(record, field)))
		iov[n++] = (struct iovec){ (void *)field, strlen(field) };
	/* sd_journal_sendv() without a socket does nothing and succeeds (src/libsystemd/sd-journal/journal-send.c) */
	if (!kfg_send_possible())
		return -ENOTCONN;
	r = sd_journal_sendv(iov, n);
	if (r < 0)
		return r;
	return kfg_send_possible() ? 0 : -ENOTCONN;
}

bool kfg_send_possible(void)
{
	return access(SOCKET_PATH, W_OK) == 0;
}
