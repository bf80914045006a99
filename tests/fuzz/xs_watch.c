/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: what a store daemon answers to the request for a watch, messages of its wire
 * protocol.  It stands behind the request in a file, which serves as its device. */
#include "lib/xs_watch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include "lib/cleanup.h"

/* bytes of the request for "p": its header, the path and the token, each with a NUL */
#define REQUEST ((off_t)(sizeof(struct xsd_sockmsg) + sizeof("p") + sizeof("w")))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclose int fd = memfd_create("store", MFD_CLOEXEC);
	autowatch struct xs_watch *watch = NULL;
	char path[sizeof("/proc/self/fd/") + 11];
	int r;

	require(fd >= 0 && pwrite(fd, data, size, REQUEST) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	require(setenv("XENSTORED_PATH", path, 1) == 0);
	require(xs_watch_new("p", &watch) == 0);
	do {
		autofree char *changed = NULL;

		r = xs_watch_next(watch, &changed);
		require(r == 1 ? changed && strlen(changed) <= XENSTORE_PAYLOAD_MAX
			       : !changed);
	} while (r == 1);
	require(r < 0); /* at the end of the file at the latest */
	return 0;
}
