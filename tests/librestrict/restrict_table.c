/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restrict_table OWN OTHER - on real Xen, as root in dom0: what each handle may do before
 * it is restricted to OWN, and what it may do to OWN and to OTHER afterwards.  Both are
 * running PVH or HVM domains; XENSTORE_BROKER names the broker if it is not installed.
 */
#define XC_WANT_COMPAT_MAP_FOREIGN_API /* xc_map_foreign_range */
#include <xenctrl.h>
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>
#include <xen/grant_table.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/event_comes.h"
#include "tests/librestrict/number.h"
#include "tests/tap.h"

#define FRAME	 16 /* in the first megabyte, which every guest has */
#define BAD_PORT 1000000
#define ANY	 (-1) /* an errno that is of no interest */

/* The handles of one column of the table. */
struct handles {
	xenevtchn_handle *xce;
	xenforeignmemory_handle *fmem;
	xendevicemodel_handle *dmod;
	xc_interface *xch;
	struct xs_handle *xsh;
	int port;		  /* bound before the restriction */
	struct xs_handle *writer; /* dom0's, never restricted */
	unsigned own;		  /* whose nodes may always be watched */
};

/* ---- operations: 0 or an errno ---- */

static int unbound(const struct handles *h, unsigned domid)
{
	int port = xenevtchn_bind_unbound_port(h->xce, domid);

	if (port < 0)
		return errno;
	(void)xenevtchn_unbind(h->xce, (evtchn_port_t)port);
	return 0;
}

static int virq(const struct handles *h, unsigned domid)
{
	int port = xenevtchn_bind_virq(h->xce, 4); /* VIRQ_TBUF: nobody traces here */

	(void)domid;
	if (port < 0)
		return errno;
	(void)xenevtchn_unbind(h->xce, (evtchn_port_t)port);
	return 0;
}

static int interdomain(const struct handles *h, unsigned domid)
{
	return xenevtchn_bind_interdomain(h->xce, domid, BAD_PORT) < 0 ? errno : 0;
}

static int notify(const struct handles *h, unsigned domid)
{
	(void)domid;
	return xenevtchn_notify(h->xce, (evtchn_port_t)h->port) < 0 ? errno : 0;
}

static int map(const struct handles *h, unsigned domid)
{
	xen_pfn_t frame = FRAME;
	void *page = xenforeignmemory_map(h->fmem, domid, PROT_READ, 1, &frame, NULL);

	if (!page)
		return errno;
	(void)xenforeignmemory_unmap(h->fmem, page, 1);
	return 0;
}

static int map_xc(const struct handles *h, unsigned domid)
{
	void *page = xc_map_foreign_range(h->xch, domid, XC_PAGE_SIZE, PROT_READ, FRAME);

	if (!page)
		return errno;
	(void)munmap(page, XC_PAGE_SIZE);
	return 0;
}

static int ioreq(const struct handles *h, unsigned domid)
{
	ioservid_t id;

	if (xendevicemodel_create_ioreq_server(h->dmod, (domid_t)domid, 0, &id) < 0)
		return errno;
	(void)xendevicemodel_destroy_ioreq_server(h->dmod, (domid_t)domid, id);
	return 0;
}

/* It stays what it is: ordinary memory. */
static int mem_type(const struct handles *h, unsigned domid)
{
	return xendevicemodel_set_mem_type(h->dmod, (domid_t)domid, HVMMEM_ram_rw, FRAME,
					   1) < 0
		       ? errno
		       : 0;
}

static int domctl(const struct handles *h, unsigned domid)
{
	xc_vcpuinfo_t info;

	errno = 0;
	return xc_vcpu_getinfo(h->xch, domid, 0, &info) < 0 ? errno : 0;
}

static int sysctl_of_domain(const struct handles *h, unsigned domid)
{
	xc_domaininfo_t info;

	errno = 0;
	return xc_domain_getinfolist(h->xch, domid, 1, &info) < 0 ? errno : 0;
}

static int sysctl_of_host(const struct handles *h, unsigned domid)
{
	xc_physinfo_t info = { 0 };

	(void)domid;
	errno = 0;
	return xc_physinfo(h->xch, &info) < 0 ? errno : 0;
}

static int memory_op(const struct handles *h, unsigned domid)
{
	xen_pfn_t last;

	errno = 0;
	return xc_domain_maximum_gpfn(h->xch, domid, &last) < 0 ? errno : 0;
}

static int version(const struct handles *h, unsigned domid)
{
	(void)domid;
	errno = 0;
	return xc_version(h->xch, XENVER_version, NULL) < 0 ? errno : 0;
}

static int store_read(const struct handles *h, unsigned domid)
{
	autofree void *value = NULL;
	char path[64];

	(void)snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	value = xs_read(h->xsh, XBT_NULL, path, NULL);
	return value ? 0 : errno;
}

static int store_write(const struct handles *h, unsigned domid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/local/domain/%u/data/restrict-table", domid);
	return xs_write(h->xsh, XBT_NULL, path, "1", 1) ? 0 : errno;
}

static int store_relative(const struct handles *h, unsigned domid)
{
	autofree char *value = xs_read(h->xsh, XBT_NULL, "domid", NULL);

	if (!value)
		return errno;
	return to_domid(value) == domid ? 0 : ENXIO;
}

static int store_watch(const struct handles *h, unsigned domid)
{
	return event_comes(h->xsh, h->writer, h->own, domid);
}

static const struct row {
	const char *name;
	int (*operation)(const struct handles *h, unsigned domid);
	int before; /* on either domain */
	int own;
	int other;
} table[] = {
	{ "evtchn: bind_unbound_port", unbound, 0, EACCES, EACCES },
	{ "evtchn: bind_virq", virq, ANY, EACCES, EACCES },
	{ "evtchn: bind_interdomain, bad port", interdomain, EINVAL, EINVAL, EACCES },
	{ "evtchn: notify, bound before", notify, 0, 0, 0 },
	{ "foreignmemory: map", map, 0, 0, EPERM },
	{ "xc: map_foreign_range", map_xc, 0, 0, EPERM },
	{ "devicemodel: create_ioreq_server", ioreq, 0, 0, EPERM },
	{ "devicemodel: set_mem_type", mem_type, 0, 0, EPERM },
	{ "xc: vcpu_getinfo, a domctl", domctl, 0, EPERM, EPERM },
	{ "xc: getinfolist, a sysctl", sysctl_of_domain, 0, EPERM, EPERM },
	{ "xc: physinfo, a sysctl", sysctl_of_host, 0, EPERM, EPERM },
	{ "xc: maximum_gpfn", memory_op, 0, EPERM, EPERM },
	{ "xc: version", version, 0, EPERM, EPERM },
	{ "xenstore: read name", store_read, 0, 0, EACCES },
	{ "xenstore: write data", store_write, 0, 0, EACCES },
	{ "xenstore: events of a watch", store_watch, 0, 0, ENOMSG },
	{ "xenstore: a relative path is the own", store_relative, ANY, 0, ENXIO },
};

static void check(const struct row *row, const char *when, const struct handles *h,
		  unsigned domid, int want)
{
	int got = row->operation(h, domid);

	if (want == ANY) {
		printf("# %-40s %-7s dom%u: %s\n", row->name, when, domid, strerror(got));
		return;
	}
	ok(got == want, "%-40s %-7s dom%u: %s", row->name, when, domid,
	   want ? strerror(want) : "ok");
	if (got != want)
		printf("# got %s\n", strerror(got));
}

/* ---- the columns ---- */

static bool before_column(unsigned own, unsigned other)
{
	struct handles h = { .xce = xenevtchn_open(NULL, 0),
			     .fmem = xenforeignmemory_open(NULL, 0),
			     .dmod = xendevicemodel_open(NULL, 0),
			     .xch = xc_interface_open(NULL, NULL, 0),
			     .xsh = xs_open(0),
			     .writer = xs_open(0),
			     .own = own };

	if (!ok(h.xce && h.fmem && h.dmod && h.xch && h.xsh && h.writer,
		"handles of dom0's"))
		return false;
	h.port = xenevtchn_bind_unbound_port(h.xce, own);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check(&table[i], "before", &h, own, table[i].before);
		check(&table[i], "before", &h, other, table[i].before);
	}
	(void)xenevtchn_close(h.xce);
	(void)xenforeignmemory_close(h.fmem);
	(void)xendevicemodel_close(h.dmod);
	(void)xc_interface_close(h.xch);
	xs_close(h.xsh);
	xs_close(h.writer);
	return true;
}

static void after_column(const struct handles *h, unsigned own, unsigned other)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check(&table[i], "after", h, own, table[i].own);
		check(&table[i], "after", h, other, table[i].other);
		if (table[i].other != 0) /* what the other refuses, dom0 does, too */
			check(&table[i], "after", h, 0, table[i].other);
	}
}

/* xenrestrict_open(): all at once. */
static void main_call(unsigned own, unsigned other)
{
	struct xenrestrict *x = NULL;
	struct handles h = { .own = own };
	char text[512];

	if (!ok(xenrestrict_open(own, XENRESTRICT_ALL, NULL, &x) == 0,
		"xenrestrict_open")) {
		printf("# %s\n", xenrestrict_error());
		return;
	}
	h.xce = xenrestrict_evtchn(x);
	h.fmem = xenrestrict_foreignmemory(x);
	h.dmod = xenrestrict_devicemodel(x);
	h.xch = xenrestrict_privcmd(x);
	h.xsh = xenrestrict_xenstore(x);
	h.writer = xs_open(0);
	ok(h.writer != NULL, "dom0 writes");
	/* none can be offered any more; the next function has one from before */
	h.port = -1;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].operation == notify)
			continue;
		check(&table[i], "after", &h, own, table[i].own);
		check(&table[i], "after", &h, other, table[i].other);
	}
	(void)xenrestrict_describe(x, text, sizeof(text));
	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		printf("# %s\n", line);
	xs_close(h.writer);
	xenrestrict_close(x);
}

/* ---- grants: there is no restricting them, so they must never pass for restricted ---- */

static int grant(xengnttab_handle *xgt, unsigned domid)
{
	void *page =
		xengnttab_map_grant_ref(xgt, domid, GNTTAB_RESERVED_XENSTORE, PROT_READ);

	if (!page)
		return errno;
	return xengnttab_unmap(xgt, page, 1) < 0 ? errno : 0;
}

/* A handle of the caller's own is what it was; the library has none to give, a room of
 * xen-restrict has no such device. */
static void grants(unsigned own, unsigned other)
{
	autoclose int fd = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
	xengnttab_handle *xgt = xengnttab_open(NULL, 0);
	struct xenrestrict *x = NULL;

	if (!ok(fd >= 0 && xgt, "gnttab: handles of dom0's"))
		return;
	is_int(grant(xgt, own), 0, "gnttab: map, before: the own domain's");
	is_int(grant(xgt, other), 0, "gnttab: map, before: the other's");
	is_int(xenrestrict_open(own, XENRESTRICT_ALL, NULL, &x), 0, "xenrestrict_open");
	is_int(grant(xgt, other), 0,
	       "gnttab: map, after: a handle that is not the library's");
	is_int(xenrestrict_prove_fd(fd, own, XENRESTRICT_KIND_GNTDEV), -EPROTO,
	       "gnttab: is not taken for restricted");
	is_int(xenrestrict_prove_fd(fd, own, XENRESTRICT_KIND_NONE), -EPROTO,
	       "gnttab: nor for something else");
	is_int(xenrestrict_prove_fd(fd, own, XENRESTRICT_KIND_PRIVCMD), -ENODEV,
	       "gnttab: nor for privileged commands");
	is_int(xenrestrict_prove_fd(fd, own, XENRESTRICT_KIND_EVTCHN), -ENODEV,
	       "gnttab: nor for event channels");
	xenrestrict_close(x);
	(void)xengnttab_close(xgt);
}

/* The guides' names, on handles that were used before. */
static void guide_names(unsigned own, unsigned other)
{
	struct xenrestrict *x = NULL;
	struct handles h = { .xce = xs_evtchn_open(),
			     .xch = xs_interface_open(),
			     .xsh = xs_open(0),
			     .writer = xs_open(0),
			     .own = own };

	if (!ok(h.xce && h.xch && h.xsh && h.writer, "handles by the guides' names"))
		return;
	h.port = xenevtchn_bind_unbound_port(h.xce, own);
	ok(h.port > 0, "a port before");
	is_int(xs_evtchn_restrict(h.xce, own), 0, "xs_evtchn_restrict");
	is_int(xc_interface_restrict(h.xch, own), 0, "xc_interface_restrict");
	is_int(xs_restrict(h.xsh, own), true, "xs_restrict");
	for (unsigned domid = own;; domid = other) {
		errno = 0;
		ok(xs_evtchn_restrict(h.xce, domid) < 0 && errno == EACCES,
		   "again, dom%u: xs_evtchn_restrict: EACCES", domid);
		errno = 0;
		ok(xc_interface_restrict(h.xch, domid) < 0 && errno == EACCES,
		   "again, dom%u: xc_interface_restrict: EACCES", domid);
		errno = 0;
		ok(!xs_restrict(h.xsh, domid) && errno == EACCES,
		   "again, dom%u: xs_restrict: EACCES", domid);
		if (domid == other)
			break;
	}
	if (xenrestrict_open(own, XENRESTRICT_FOREIGNMEMORY | XENRESTRICT_DEVICEMODEL,
			     NULL, &x) == 0) {
		h.fmem = xenrestrict_foreignmemory(x);
		h.dmod = xenrestrict_devicemodel(x);
		after_column(&h, own, other);
	}
	ok(x != NULL, "memory and device model");
	xenrestrict_close(x);
	(void)xenevtchn_close(h.xce);
	(void)xs_interface_close(h.xch);
	xs_close(h.xsh);
	xs_close(h.writer);
}

int main(int argc, char *argv[])
{
	unsigned own, other;

	if (argc != 3 || io_reserve_std_fds() < 0)
		return 2;
	own = to_domid(argv[1]);
	other = to_domid(argv[2]);
	if (before_column(own, other)) {
		main_call(own, other);
		guide_names(own, other);
		grants(own, other);
	}
	return tap_done();
}
