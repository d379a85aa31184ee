/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hiddev.c - plugs in a mouse that is none: an HID device by way of /dev/uhid, so that udev acts on it.
 * usage: hiddev VENDOR PRODUCT SIZE    hexadecimal ids, as on USB, and the size of its report descriptor, by which
 * fixes for devices know theirs. Prints "plugged"; it goes when the process ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* three buttons and two axes, as in the appendix of the HID specification */
static const unsigned char report_descriptor[] = {
	0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x01, 0xa1, 0x00, 0x05, 0x09, 0x19, 0x01, 0x29, 0x03, 0x15,
	0x00, 0x25, 0x01, 0x95, 0x03, 0x75, 0x01, 0x81, 0x02, 0x95, 0x01, 0x75, 0x05, 0x81, 0x01, 0x05, 0x01,
	0x09, 0x30, 0x09, 0x31, 0x15, 0x81, 0x25, 0x7f, 0x75, 0x08, 0x95, 0x02, 0x81, 0x06, 0xc0, 0xc0,
};

int main(int argc, char **argv)
{
	struct uhid_event event = { .type = UHID_CREATE2 };
	int fd = open("/dev/uhid", O_RDWR | O_CLOEXEC);

	size_t size = argc == 4 ? strtoul(argv[3], NULL, 0) : 0;

	if (size < sizeof(report_descriptor) || size > sizeof(event.u.create2.rd_data) || size % 2 || fd < 0) {
		fprintf(stderr, "usage: hiddev VENDOR PRODUCT SIZE; /dev/uhid: %s\n", strerror(errno));
		return 1;
	}
	strcpy((char *)event.u.create2.name, "kfgate test mouse");
	memcpy(event.u.create2.rd_data, report_descriptor, sizeof(report_descriptor));
	/* the rest is "usage page: generic desktop" again and again, which means nothing */
	for (size_t i = sizeof(report_descriptor); i < size; i += 2)
		memcpy(&event.u.create2.rd_data[i], report_descriptor, 2);
	event.u.create2.rd_size = size;
	event.u.create2.bus = BUS_USB;
	event.u.create2.vendor = strtoul(argv[1], NULL, 16);
	event.u.create2.product = strtoul(argv[2], NULL, 16);
	if (write(fd, &event, sizeof(event)) != sizeof(event)) {
		perror("hiddev: /dev/uhid");
		return 1;
	}
	puts("plugged");
	fflush(stdout);
	pause();
	return 0;
}
