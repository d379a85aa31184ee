/* SPDX-License-Identifier: GPL-2.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "record/send.h"

#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define SOCKET_PATH "/run/systemd/journal/socket" /* systemd-journald.service(8) */

int kfg_send_record(void *userdata, const struct kfg_record *record)
{
	struct iovec iov[KFG_RECORD_FIELDS_MAX];
	const char *field = NULL;
	int n = 0;

	(void)userdata;
	while ((field = kfg_record_next(record, field)))
		iov[n++] = (struct iovec){ (void *)field, strlen(field) };
	return sd_journal_sendv(iov, n);
}

bool kfg_send_possible(void)
{
	return access(SOCKET_PATH, W_OK) == 0;
}
