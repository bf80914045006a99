/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oneway - once restricted, a descriptor of the kernel's is so in every copy, whenever and
 * however that was made, whoever restricts, and for ever.  On fake devices (fakedev.so), or
 * on real ones: oneway [OWN OTHER]
 *
 * The handles are these: xenevtchn's descriptor is the event-channel device's;
 * xenforeignmemory's, xendevicemodel's and xc_interface's are the privileged-command
 * device's: the state belongs to the open file description.  xenstore's is a session of a
 * broker's: see copies.c.  Grants (gntdev) cannot be restricted: nothing gives a handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/xen.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/privcmd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/holder.h"
#include "tests/librestrict/number.h"
#include "tests/tap.h"

static unsigned own = 5, other = 6;

/* What there is of either device. */
static const struct device {
	const char *name;
	const char *path;
	enum xenrestrict_kind kind;
	unsigned long request;
	int again; /* errno that the kernel has for the same domid again; 0: accepted */
	int change;
} devices[] = {
	{ "evtchn", "/dev/xen/evtchn", XENRESTRICT_KIND_EVTCHN,
	  IOCTL_EVTCHN_RESTRICT_DOMID, EACCES, EACCES },
	{ "privcmd", "/dev/xen/privcmd", XENRESTRICT_KIND_PRIVCMD, IOCTL_PRIVCMD_RESTRICT,
	  0, EINVAL },
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static int open_free(const struct device *d)
{
	int fd = open(d->path, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		printf("Bail out! %s: %s\n", d->path, strerror(errno));
		exit(1);
	}
	return fd;
}

static int restricting(const struct device *d, int fd, unsigned domid)
{
	domid_t arg = (domid_t)domid;

	return ioctl(fd, d->request, &arg) < 0 ? errno : 0;
}

static int proving(const struct device *d, int fd)
{
	return -xenrestrict_prove_fd(fd, own, d->kind);
}

/* ---- those who have a copy ---- */

static int obey(void *arg, int fd, char command)
{
	const struct device *d = arg;

	switch (command) {
	case 'p':
		return proving(d, fd);
	case 'r':
		return restricting(d, fd, own);
	default:
		return restricting(d, fd, other);
	}
}

static void start(struct holder *h, enum holder_way way, const struct device *d, int fd)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%zu %u %u", (size_t)(d - devices), own,
		       other);
	holder_start(h, way, fd, obey, (void *)(uintptr_t)d, text);
}

/* --hold FD SOCK "DEVICE OWN OTHER" */
static int hold(char *argv[])
{
	char *at = argv[4];
	size_t device = strtoul(at, &at, 10);

	own = (unsigned)strtoul(at, &at, 10);
	other = (unsigned)strtoul(at, &at, 10);
	if (device >= DEVICES)
		return 2;
	return holder_serve(to_int(argv[3]), to_int(argv[2]), obey,
			    (void *)(uintptr_t)&devices[device]);
}

/* ---- the orders: each for every way of making a copy ---- */

static void is_for_ever(const struct device *d, int fd, struct holder *h,
			const char *order)
{
	const char *way = holder_way_names[h->way];

	ok(holder_ask(h, 'p') == 0, "%s: %s: the copy is restricted", way, order);
	ok(proving(d, fd) == 0, "%s: %s: the first is", way, order);
	ok(holder_ask(h, 'o') == d->change, "%s: %s: the copy to another domain: refused",
	   way, order);
	ok(restricting(d, fd, other) == d->change,
	   "%s: %s: the first to another domain: refused", way, order);
	ok(holder_ask(h, 'r') == d->again,
	   "%s: %s: again to the same: as the kernel has it", way, order);
	ok(holder_ask(h, 'p') == 0 && proving(d, fd) == 0, "%s: %s: nothing was changed",
	   way, order);
}

/* What follows is no test unless the copy is free at first. */
static void is_free(struct holder *h, const char *order)
{
	if (h->way != HOLDER_SENT) /* asking would make it arrive */
		ok(holder_ask(h, 'p') == EPROTO, "%s: %s: the copy is free before",
		   holder_way_names[h->way], order);
}

static void restrict_it(const struct device *d, int fd, enum holder_way way,
			const char *order)
{
	ok(restricting(d, fd, own) == 0, "%s: %s: done", holder_way_names[way], order);
}

static void copy_then_restrict(const struct device *d, enum holder_way way)
{
	autoclose int fd = open_free(d);
	struct holder h;

	start(&h, way, d, fd);
	is_free(&h, "copy, restrict");
	restrict_it(d, fd, way, "copy, restrict");
	is_for_ever(d, fd, &h, "copy, restrict");
	holder_end(&h);
}

static void restrict_then_copy(const struct device *d, enum holder_way way)
{
	autoclose int fd = open_free(d);
	struct holder h;

	restrict_it(d, fd, way, "restrict, copy");
	start(&h, way, d, fd);
	is_for_ever(d, fd, &h, "restrict, copy");
	holder_end(&h);
}

static void copy_restricts(const struct device *d, enum holder_way way)
{
	autoclose int fd = open_free(d);
	struct holder h;

	start(&h, way, d, fd);
	ok(proving(d, fd) == EPROTO, "%s: the copy restricts: the first is free before",
	   holder_way_names[way]);
	ok(holder_ask(&h, 'r') == 0, "%s: the copy restricts: it may",
	   holder_way_names[way]);
	is_for_ever(d, fd, &h, "the copy restricts");
	holder_end(&h);
}

/* The first is closed: what it was goes on in the copy. */
static void outlived(const struct device *d, enum holder_way way)
{
	autoclose int fd = open_free(d);
	struct holder h;

	start(&h, way, d, fd);
	is_free(&h, "restrict, close");
	restrict_it(d, fd, way, "restrict, close");
	(void)close(steal_fd(&fd));
	ok(holder_ask(&h, 'p') == 0, "%s: restrict, close: the copy is restricted",
	   holder_way_names[way]);
	holder_end(&h);
}

static void every_order(const struct device *d)
{
	for (enum holder_way way = 0; way < HOLDER_WAYS; way++) {
		copy_then_restrict(d, way);
		restrict_then_copy(d, way);
		copy_restricts(d, way);
		if (way != HOLDER_THREAD) /* which has no descriptor of its own */
			outlived(d, way);
	}
}

static void again(const struct device *d)
{
	autoclose int fd = open_free(d), fresh = -1;
	int number = fd;

	is_int(restricting(d, fd, own), 0, "restricted");
	fresh = open_free(d);
	is_int(proving(d, fresh), EPROTO, "a new one is free: what a room is for");
	(void)close(steal_fd(&fd));
	fd = open_free(d);
	ok(fd == number, "the same number again");
	is_int(proving(d, fd), EPROTO, "is not taken for restricted");
}

int main(int argc, char *argv[])
{
	if (io_reserve_std_fds() < 0)
		return 2;
	if (argc == 5 && strcmp(argv[1], "--hold") == 0)
		return hold(argv);
	if (argc == 3) {
		own = to_domid(argv[1]);
		other = to_domid(argv[2]);
	} else {
		(void)setenv("FAKEDEV_DOMAINS", "5 6", 1);
	}
	for (size_t i = 0; i < DEVICES; i++) {
		printf("# %s\n", devices[i].name);
		every_order(&devices[i]);
		again(&devices[i]);
	}
	return tap_done();
}
