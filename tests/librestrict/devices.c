/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devices - the kernel's handles on fake devices (fakedev.so must be preloaded): what is
 * refused, to whom, once, all or none; and every kernel that cannot, or says it can.
 */
#define XC_WANT_COMPAT_MAP_FOREIGN_API /* xc_map_foreign_range */
#include <xenctrl.h>
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

#define OWN    5U
#define OTHER  6U
#define KERNEL (XENRESTRICT_ALL & ~XENRESTRICT_XENSTORE)

static void kernel(const char *words)
{
	(void)setenv("FAKEDEV_KERNEL", words, 1);
}

static size_t count_fds(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int open_free(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		exit(1);
	return fd;
}

/* ---- descriptors ---- */

/* Restricted to OWN, proved to be that and nothing else; it is closed. */
static void is_restricted(int fd, enum xenrestrict_kind kind, enum xenrestrict_kind other,
			  const char *not_other)
{
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	is_int(xenrestrict_prove_fd(fd, OWN, kind), 0, "proved");
	is_int(xenrestrict_prove_fd(fd, OTHER, kind), -EXDEV, "not for another");
	is_int(xenrestrict_prove_fd(fd, OWN, other), -ENODEV, not_other);
	(void)close(fd);
}

static void low_level(void)
{
	static const unsigned bad[] = { 0, 0x7ff0, 0x7ff4, 0xffff, 0x10005 };
	int fd = -1;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(xenrestrict_fd_evtchn(bad[i], &fd) == -EINVAL &&
			   xenrestrict_fd_privcmd(bad[i], &fd) == -EINVAL && fd == -1,
		   "domid %#x is not one", bad[i]);
	is_int(xenrestrict_fd_evtchn(OWN, &fd), 0, "event channels");
	is_restricted(fd, XENRESTRICT_KIND_EVTCHN, XENRESTRICT_KIND_PRIVCMD,
		      "it is no privcmd");
	is_int(xenrestrict_fd_privcmd(OWN, &fd), 0, "privileged commands");
	is_restricted(fd, XENRESTRICT_KIND_PRIVCMD, XENRESTRICT_KIND_EVTCHN,
		      "it is no evtchn");
	is_int(xenrestrict_fd_evtchn(0x7fef, &fd), 0, "the last domid");
	(void)close(fd);
}

static void free_ones(void)
{
	int evtchn = open_free("/dev/xen/evtchn"),
	    privcmd = open_free("/dev/xen/privcmd");

	is_int(xenrestrict_prove_fd(evtchn, OWN, XENRESTRICT_KIND_EVTCHN), -EPROTO,
	       "a free evtchn is found out");
	is_int(xenrestrict_prove_fd(privcmd, OWN, XENRESTRICT_KIND_PRIVCMD), -EPROTO,
	       "a free privcmd is found out");
	is_int(xenrestrict_prove_fd(evtchn, OWN, XENRESTRICT_KIND_NONE), -EPROTO,
	       "it is not nothing");
	is_int(xenrestrict_prove_fd(privcmd, OWN, XENRESTRICT_KIND_NONE), -EPROTO,
	       "nor is that");
	is_int(xenrestrict_prove_fd(evtchn, OWN, (enum xenrestrict_kind)99), -EINVAL,
	       "no such kind");
	is_int(xenrestrict_prove_fd(evtchn, 0, XENRESTRICT_KIND_EVTCHN), -EINVAL,
	       "no such domain");
	(void)close(evtchn);
	(void)close(privcmd);
}

static void nothing_of_xen(void)
{
	int p[2], s[2], fd;

	if (pipe(p) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		exit(1);
	is_int(xenrestrict_prove_fd(p[0], OWN, XENRESTRICT_KIND_NONE), 0, "a pipe");
	is_int(xenrestrict_prove_fd(s[0], OWN, XENRESTRICT_KIND_NONE), 0, "a socket");
	fd = open_free("/dev/null");
	is_int(xenrestrict_prove_fd(fd, OWN, XENRESTRICT_KIND_NONE), 0, "/dev/null");
	is_int(xenrestrict_prove_fd(fd, OWN, XENRESTRICT_KIND_GNTDEV), 0,
	       "/dev/null in a grant device's place");
	(void)close(fd);
	fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	is_int(xenrestrict_prove_fd(fd, OWN, XENRESTRICT_KIND_NONE), 0,
	       "a device that has EINVAL for what it does not know");
	(void)close(fd);
	is_int(xenrestrict_fd_evtchn(OWN, &fd), 0, "evtchn");
	is_int(xenrestrict_prove_fd(fd, OWN, XENRESTRICT_KIND_NONE), -EPROTO,
	       "a restricted one is not nothing, either");
	for (int i = 0; i < 2; i++) {
		(void)close(p[i]);
		(void)close(s[i]);
	}
	(void)close(fd);
}

/* ---- the guides' names ---- */

static int evtchn_error(int r)
{
	return r < 0 ? errno : 0;
}

static void evtchn_name(void)
{
	xenevtchn_handle *xce = xs_evtchn_open();
	int port;

	ok(xce != NULL, "xs_evtchn_open");
	if (!xce)
		return;
	port = xenevtchn_bind_unbound_port(xce, OTHER);
	ok(port > 0, "a port for another domain");
	is_int(evtchn_error(xs_evtchn_restrict(xce, 0)), EINVAL, "restrict to dom0");
	is_int(evtchn_error(xs_evtchn_restrict(xce, 0x7ff1)), EINVAL,
	       "to a reserved one");
	is_int(evtchn_error(xs_evtchn_restrict(NULL, OWN)), EINVAL, "no handle");
	is_int(evtchn_error(xs_evtchn_restrict(xce, OWN)), 0, "xs_evtchn_restrict");
	is_int(evtchn_error(xs_evtchn_restrict(xce, OWN)), EACCES, "again");
	is_int(evtchn_error(xs_evtchn_restrict(xce, OTHER)), EACCES, "to another");
	is_int(evtchn_error(xenevtchn_bind_interdomain(xce, OTHER, 9)), EACCES,
	       "another domain's port");
	is_int(evtchn_error(xenevtchn_bind_unbound_port(xce, OWN)), EACCES,
	       "a new port, for the own one, too");
	is_int(evtchn_error(xenevtchn_bind_virq(xce, 0)), EACCES, "an interrupt");
	ok(xenevtchn_bind_interdomain(xce, OWN, 9) > 0, "the own domain's port");
	is_int(xenevtchn_notify(xce, (evtchn_port_t)port), 0, "the old port still works");
	(void)xenevtchn_close(xce);
}

static int version_error(xc_interface *xch)
{
	errno = 0;
	return xc_version(xch, XENVER_version, NULL) < 0 ? errno : 0;
}

static int map_error(xc_interface *xch, unsigned domid)
{
	void *page = xc_map_foreign_range(xch, domid, 4096, PROT_READ, 1);

	if (!page)
		return errno;
	(void)munmap(page, 4096);
	return 0;
}

static void privcmd_name(void)
{
	xc_interface *xch = xs_interface_open();

	ok(xch != NULL, "xs_interface_open");
	if (!xch)
		return;
	is_int(version_error(xch), 0, "before: a hypercall");
	is_int(map_error(xch, OTHER), 0, "before: another domain's memory");
	is_int(evtchn_error(xc_interface_restrict(xch, 0)), EINVAL, "restrict to dom0");
	is_int(evtchn_error(xc_interface_restrict(NULL, OWN)), EINVAL, "no handle");
	is_int(evtchn_error(xc_interface_restrict(xch, OWN)), 0, "xc_interface_restrict");
	is_int(version_error(xch), EPERM, "a hypercall");
	is_int(map_error(xch, OTHER), EPERM, "another domain's memory");
	is_int(map_error(xch, 0), EPERM, "dom0's");
	is_int(map_error(xch, OWN), 0, "the own one's");
	is_int(evtchn_error(xc_interface_restrict(xch, OWN)), EACCES,
	       "again: EACCES (the kernel says 0)");
	is_int(evtchn_error(xc_interface_restrict(xch, OTHER)), EACCES,
	       "to another: EACCES (the kernel says EINVAL)");
	is_int(xs_interface_close(xch), 0, "xs_interface_close");
}

/* The handle has several descriptors: one that fails after others were restricted. */
static void privcmd_in_part(void)
{
	xc_interface *xch = xs_interface_open();

	ok(xch != NULL, "in part: xs_interface_open");
	if (!xch)
		return;
	(void)setenv("FAKEDEV_KERNEL", "fails=2", 1);
	is_int(evtchn_error(xc_interface_restrict(xch, OWN)), EIO,
	       "in part: the second descriptor fails");
	(void)unsetenv("FAKEDEV_KERNEL");
	for (int i = 0; i < 2; i++)
		is_int(evtchn_error(xc_interface_restrict(xch, OWN)), EPROTO,
		       "in part: it is not taken for restricted, nor restricted now");
	is_int(xs_interface_close(xch), 0, "in part: it can be closed");
}

/* A handle that we did not open, and one that took the place of one that we did. */
static void unknown_handles(void)
{
	xc_interface *xch = xc_interface_open(NULL, NULL, 0);
	int r;

	is_int(evtchn_error(xc_interface_restrict(xch, OWN)), EBADF,
	       "a handle of xc_interface_open() alone");
	is_int(version_error(xch), 0, "is left as it is");
	(void)xc_interface_close(xch);
	xch = xs_interface_open();
	(void)xc_interface_close(xch); /* behind the library's back */
	xch = xc_interface_open(NULL, NULL, 0);
	r = evtchn_error(xc_interface_restrict(xch, OWN));
	ok(r == 0 ? version_error(xch) == EPERM : version_error(xch) == 0,
	   "its successor is restricted or refused, not halfway (%s)", strerror(r));
	(void)xc_interface_close(xch);
}

/* ---- the main call ---- */

/* Every descriptor of Xen's that this process has is restricted to @domid. */
static size_t all_restricted(unsigned domid)
{
	size_t devices = 0;

	for (int fd = 3; fd < 256; fd++) {
		enum xenrestrict_kind kind = XENRESTRICT_KIND_EVTCHN;

		if (fcntl(fd, F_GETFD) < 0 ||
		    xenrestrict_prove_fd(fd, domid, XENRESTRICT_KIND_NONE) == 0)
			continue;
		devices++;
		if (strstr(xenrestrict_error(), "privileged"))
			kind = XENRESTRICT_KIND_PRIVCMD;
		if (xenrestrict_prove_fd(fd, domid, kind) < 0) {
			printf("# descriptor %d: %s\n", fd, xenrestrict_error());
			return 0;
		}
	}
	return devices;
}

static void mapping(const struct xenrestrict *x)
{
	const uint64_t good[] = { 1, 2 }, bad[] = { 1, 5000 };
	xen_pfn_t frame = 1;
	int err[2] = { 7, 7 };
	void *page;

	page = xenforeignmemory_map(xenrestrict_foreignmemory(x), OWN, PROT_READ, 1,
				    &frame, NULL);
	ok(page != NULL, "foreign memory: the own domain's");
	(void)xenforeignmemory_unmap(xenrestrict_foreignmemory(x), page, 1);
	errno = 0;
	page = xenforeignmemory_map(xenrestrict_foreignmemory(x), OTHER, PROT_READ, 1,
				    &frame, NULL);
	ok(!page && errno == EPERM, "and not another's");
	page = xenrestrict_map(x, PROT_READ, 2, good, NULL);
	ok(page != NULL && xenrestrict_unmap(page, 2) == 0, "xenrestrict_map");
	errno = 0;
	ok(!xenrestrict_map(x, PROT_READ, 2, bad, NULL) && errno == EINVAL,
	   "all frames, or none");
	page = xenrestrict_map(x, PROT_READ, 2, bad, err);
	ok(page && err[0] == 0 && err[1] == EINVAL && xenrestrict_unmap(page, 2) == 0,
	   "or an errno for each");
	errno = 0;
	ok(!xenrestrict_map(x, PROT_READ, 0, good, NULL) && errno == EINVAL, "no frame");
}

static void everything(void)
{
	struct xenrestrict *x = NULL;
	size_t before = count_fds(), devices;
	char text[512];

	is_int(xenrestrict_open(OWN, KERNEL, NULL, &x), 0, "all of the kernel's");
	if (!x)
		return;
	devices = all_restricted(OWN);
	ok(devices >= 6, "every descriptor is restricted, hidden ones, too (%zu)",
	   devices);
	mapping(x);
	is_int(version_error(xenrestrict_privcmd(x)), EPERM, "no hypercall");
	is_int(map_error(xenrestrict_privcmd(x), OWN), 0, "its memory by xc");
	is_int(xenevtchn_bind_interdomain(xenrestrict_evtchn(x), OWN, 7) > 0, 1,
	       "a port");
	is_int(xendevicemodel_set_irq_level(xenrestrict_devicemodel(x), OWN, 1, 1) < 0, 0,
	       "an operation on the own domain");
	errno = 0;
	ok(xendevicemodel_set_irq_level(xenrestrict_devicemodel(x), OTHER, 1, 1) < 0 &&
		   errno == EPERM,
	   "and not on another");
	ok(xenrestrict_privcmd_fd(x) > 2, "its descriptor");
	(void)xenrestrict_describe(x, text, sizeof(text));
	ok(strstr(text, "event channels: domain 5") &&
		   strstr(text, "foreign memory: domain 5") &&
		   strstr(text, "device model: domain 5") &&
		   strstr(text, "privileged commands: domain 5"),
	   "described");
	xenrestrict_close(x);
	is_int((long long)count_fds(), (long long)before, "all is closed");
}

/* ---- kernels ---- */

static void kernels(void)
{
	static const struct {
		const char *kernel;
		unsigned what;
		int error;
	} cases[] = {
		{ "old", XENRESTRICT_EVTCHN, EOPNOTSUPP },
		{ "old", XENRESTRICT_FOREIGNMEMORY, EOPNOTSUPP },
		{ "old", XENRESTRICT_PRIVCMD, EOPNOTSUPP },
		{ "old", KERNEL, EOPNOTSUPP },
		{ "einval", XENRESTRICT_PRIVCMD, EOPNOTSUPP },
		{ "einval", KERNEL, EOPNOTSUPP },
		{ "nodmop", XENRESTRICT_FOREIGNMEMORY, 0 },
		{ "nodmop", XENRESTRICT_DEVICEMODEL, EOPNOTSUPP },
		{ "nodmop", KERNEL, EOPNOTSUPP },
		{ "noresource", KERNEL, 0 },
		{ "liar", XENRESTRICT_EVTCHN, EPROTO },
		{ "liar", XENRESTRICT_FOREIGNMEMORY, EPROTO },
		{ "liar", XENRESTRICT_DEVICEMODEL, EPROTO },
		{ "liar", XENRESTRICT_PRIVCMD, EPROTO },
		{ "halfliar", XENRESTRICT_FOREIGNMEMORY, EPROTO },
		{ "halfliar", XENRESTRICT_PRIVCMD, EPROTO },
		{ "evliar", XENRESTRICT_EVTCHN, EPROTO },
		{ "evliar", KERNEL, EPROTO },
		{ "wrongdom", XENRESTRICT_EVTCHN, EXDEV },
		{ "wrongdom", XENRESTRICT_PRIVCMD, EXDEV },
		{ "noevtchn", KERNEL, ENOENT },
		{ "noprivcmd", KERNEL, ENOENT },
		{ "noprivcmd", XENRESTRICT_EVTCHN, 0 },
		{ "", KERNEL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xenrestrict *x = NULL;
		size_t before = count_fds();
		int r;

		kernel(cases[i].kernel);
		r = xenrestrict_open(OWN, cases[i].what, NULL, &x);
		ok(r == -cases[i].error && (r == 0) == (x != NULL),
		   "kernel '%s', %#x: %s", cases[i].kernel, cases[i].what,
		   r < 0 ? xenrestrict_error() : "opened");
		if (r != -cases[i].error)
			printf("# got %d, wanted %d\n", r, -cases[i].error);
		xenrestrict_close(x);
		is_int((long long)count_fds(), (long long)before, "nothing is left open");
	}
	kernel("");
}

/* Whichever request to restrict fails, nothing is left. */
static void each_step(void)
{
	struct xenrestrict *x = NULL;
	char words[32];
	int step, r = -EIO;

	for (step = 1; step < 64 && r < 0; step++) {
		size_t before = count_fds();

		(void)snprintf(words, sizeof(words), "fails=%d", step);
		kernel(words);
		r = xenrestrict_open(OWN, KERNEL, NULL, &x);
		if (r < 0 && (r != -EIO || x || count_fds() != before)) {
			ok(false, "step %d: %d, %s", step, r, xenrestrict_error());
			break;
		}
	}
	ok(r == 0 && step > 5, "each of %d requests to restrict fails once: none is left",
	   step - 2);
	xenrestrict_close(x);
	kernel("");
}

int main(void)
{
	if (io_reserve_std_fds() < 0)
		return 2;
	(void)setenv("FAKEDEV_DOMAINS", "5 6", 1);
	kernel("");
	low_level();
	free_ones();
	nothing_of_xen();
	evtchn_name();
	privcmd_name();
	privcmd_in_part();
	unknown_handles();
	everything();
	kernels();
	each_step();
	return tap_done();
}
