/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain_dev OWN OTHER - a program that knows Xen's own libraries alone: prints what its
 * event channels and foreign memory reach.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xenevtchn.h>
#include <xenforeignmemory.h>

static void bind_port(xenevtchn_handle *xce, unsigned domid)
{
	errno = 0;
	printf("port of %u: %s\n", domid,
	       xenevtchn_bind_interdomain(xce, domid, 7) < 0 ? strerror(errno) : "ok");
}

static void map_frame(xenforeignmemory_handle *fmem, unsigned domid)
{
	xen_pfn_t frame = 1;

	errno = 0;
	printf("memory of %u: %s\n", domid,
	       xenforeignmemory_map(fmem, domid, PROT_READ, 1, &frame, NULL)
		       ? "ok"
		       : strerror(errno));
}

int main(int argc, char *argv[])
{
	xenevtchn_handle *xce = xenevtchn_open(NULL, 0);
	xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);

	if (argc != 3 || !xce || !fmem) {
		printf("cannot open: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		bind_port(xce, (unsigned)strtoul(argv[i], NULL, 10));
		map_frame(fmem, (unsigned)strtoul(argv[i], NULL, 10));
	}
	bind_port(xce, 0);
	map_frame(fmem, 0);
	return 0;
}
