/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inside OTHER [STORE|MEMORY|EVENTS]... - in a room of xen-restrict: the handles that it
 * left, their own domain, another and dom0.  What is named after OTHER must be there.
 */
#include <xenctrl.h>
#include <xen/sys/privcmd.h>
#include <xenevtchn.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/number.h"
#include "tests/tap.h"

#define FRAME	 16 /* in the first megabyte, which every guest has */
#define BAD_PORT 1000000

static int reading(struct xs_handle *h, unsigned domid, const char *node)
{
	autofree void *value = NULL;
	char path[64];

	(void)snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, node);
	value = xs_read(h, XBT_NULL, path, NULL);
	return value ? 0 : errno;
}

static void store(struct xs_handle *h, unsigned own, unsigned other)
{
	is_int(reading(h, own, "name"), 0, "the own domain's name");
	is_int(reading(h, other, "name"), EACCES, "another's");
	is_int(reading(h, 0, "name"), EACCES, "dom0's");
	ok(xs_write(h, XBT_NULL, "data/inside", "1", 1), "the own data");
	errno = 0;
	ok(!xs_restrict(h, own) && errno == EACCES, "it cannot be restricted again");
}

/* Through the kernel, whatever domain is asked for. */
static int mapping(int fd, unsigned domid)
{
	xen_pfn_t frame = FRAME;
	int err = 0, r;
	void *page = mmap(NULL, XC_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	privcmd_mmapbatch_v2_t batch = { .num = 1,
					 .dom = (domid_t)domid,
					 .addr = (uintptr_t)page,
					 .arr = &frame,
					 .err = &err };

	if (page == MAP_FAILED)
		return errno;
	r = ioctl(fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &batch) < 0 ? errno : -err;
	(void)munmap(page, XC_PAGE_SIZE);
	return r;
}

static void memory(const struct xenrestrict *x, unsigned own, unsigned other)
{
	const uint64_t frame = FRAME;
	void *page = xenrestrict_map(x, PROT_READ, 1, &frame, NULL);

	ok(page && xenrestrict_unmap(page, 1) == 0, "the own domain's memory");
	is_int(mapping(xenrestrict_privcmd_fd(x), own), 0, "and by hand");
	is_int(mapping(xenrestrict_privcmd_fd(x), other), EPERM, "another's");
	is_int(mapping(xenrestrict_privcmd_fd(x), 0), EPERM, "dom0's");
}

static int binding(xenevtchn_handle *xce, unsigned domid)
{
	return xenevtchn_bind_interdomain(xce, domid, BAD_PORT) < 0 ? errno : 0;
}

static void events(xenevtchn_handle *xce, unsigned own, unsigned other)
{
	is_int(binding(xce, own), EINVAL, "a bad port of the own domain reaches Xen");
	is_int(binding(xce, other), EACCES, "another's does not");
	is_int(binding(xce, 0), EACCES, "nor dom0's");
}

/* Nor is there a way to others. */
static void no_new(void)
{
	static const char *const paths[] = {
		"/dev/xen/evtchn",   "/dev/xen/privcmd", "/dev/xen/gntdev",
		"/dev/xen/gntalloc", "/dev/xen/xenbus",	 "/proc/xen/privcmd",
		"/proc/xen/xenbus",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		autoclose int fd = open(paths[i], O_RDWR | O_CLOEXEC);

		ok(fd < 0, "%s cannot be opened", paths[i]);
	}
}

int main(int argc, char *argv[])
{
	struct xenrestrict *x = NULL;
	unsigned own, other;

	if (argc < 2 || io_reserve_std_fds() < 0)
		return 2;
	other = to_domid(argv[1]);
	if (!ok(xenrestrict_inherited(&x) == 0, "xenrestrict_inherited")) {
		printf("# %s\n", xenrestrict_error());
		return tap_done();
	}
	own = xenrestrict_domid(x);
	for (int i = 2; i < argc; i++) {
		bool there =
			strcmp(argv[i], "STORE") == 0	 ? xenrestrict_xenstore(x) != NULL
			: strcmp(argv[i], "MEMORY") == 0 ? xenrestrict_privcmd_fd(x) >= 0
							 : xenrestrict_evtchn(x) != NULL;

		ok(there, "there is %s", argv[i]);
	}
	if (xenrestrict_xenstore(x))
		store(xenrestrict_xenstore(x), own, other);
	if (xenrestrict_privcmd_fd(x) >= 0)
		memory(x, own, other);
	if (xenrestrict_evtchn(x))
		events(xenrestrict_evtchn(x), own, other);
	no_new();
	xenrestrict_close(x);
	return tap_done();
}
