/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fakexen - stands in for the hypervisor below Debian's xenstored and oxenstored.
 *
 * Preloaded into the real daemons, it answers the few calls that they make to Xen, from
 * one directory (FAKEXEN_DIR) that belongs to one instance of a daemon:
 *	dom<N>.ring    domain N exists as long as this file does; its page is the ring
 *	dom<N>.notify  FIFO: a byte is written when the daemon notifies the domain
 *	evtchn         FIFO: a port (u32) is written by who notifies the daemon
 *	xsd_port       dom0's port, digits only (oxenstored takes no newline)
 * and it moves /var/run/xenstored/ there, since oxenstored's socket is compiled in.
 * Event channels are numbered so that a guest can know the daemon's end: domain N is
 *bound to FAKEXEN_PORT_BASE + N, the VIRQ of domains that ended to FAKEXEN_PORT_VIRQ.
 *
 * The process is killed when its parent ends, so that no test leaves a daemon behind.
 *
 * Owns:   the FIFOs it opens, until the daemon ends.
 * Errors: as the replaced functions: -1 or NULL, with errno.
 * Source: the daemons' imports (objdump -T); xen.git tools/xenstore,
 *tools/ocaml/xenstored
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define XC_WANT_COMPAT_MAP_FOREIGN_API /* xc_map_foreign_range, which oxenstored uses */
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#include "tests/daemon/fakexen.h"

#define RUN_DIR "/var/run/xenstored"

static const char *dir; /* borrowed from the environment */
static int notify_fd[FAKEXEN_DOMAINS];
static char handle; /* what the opaque handles of the daemons point to */

__attribute__((constructor)) static void fakexen_start(void)
{
	dir = getenv("FAKEXEN_DIR");
	if (!dir)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);	    /* cannot fail for a valid signal */
	memset(notify_fd, 0xff, sizeof(notify_fd)); /* -1: not open */
}

static const char *file_of(char *buf, const char *name)
{
	(void)snprintf(buf, PATH_MAX, "%s/%s", dir, name);
	return buf;
}

static const char *file_of_domain(char *buf, uint32_t domid, const char *kind)
{
	(void)snprintf(buf, PATH_MAX, "%s/dom%u.%s", dir, domid, kind);
	return buf;
}

/* Where @path of the daemon is in this instance; @buf may be returned. */
static const char *moved(const char *path, char *buf)
{
	if (!dir)
		return path;
	if (strcmp(path, "/proc/xen/xsd_port") == 0)
		return file_of(buf, "xsd_port");
	if (strcmp(path, "/proc/xen/xsd_kva") == 0)
		return file_of_domain(buf, 0, "ring");
	if (strncmp(path, RUN_DIR "/", sizeof(RUN_DIR)) == 0) {
		(void)snprintf(buf, PATH_MAX, "%s%s", dir, path + sizeof(RUN_DIR) - 1);
		return buf;
	}
	return path;
}

/* ---- files and sockets ---- */

static int open_moved(const char *path, int flags, va_list ap)
{
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	char buf[PATH_MAX];

	return openat(AT_FDCWD, moved(path, buf), flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = open_moved(path, flags, ap);
	va_end(ap);
	return fd;
}

int open64(const char *path, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = open_moved(path, flags | O_LARGEFILE, ap);
	va_end(ap);
	return fd;
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
	struct sockaddr_un un = { 0 };
	char buf[PATH_MAX];
	const char *path;

	if (addr->sa_family != AF_UNIX || len > sizeof(un))
		return real(fd, addr, len);
	memcpy(&un, addr, len);
	path = moved(un.sun_path, buf);
	if (path == un.sun_path)
		return real(fd, addr, len);
	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path, path, strlen(path) + 1);
	return real(fd, (struct sockaddr *)&un, sizeof(un));
}

int unlink(const char *path)
{
	char buf[PATH_MAX];

	return unlinkat(AT_FDCWD, moved(path, buf), 0);
}

int chmod(const char *path, mode_t mode)
{
	char buf[PATH_MAX];

	return fchmodat(AT_FDCWD, moved(path, buf), mode, 0);
}

int mkdir(const char *path, mode_t mode)
{
	if (dir && strncmp(path, "/var/run/", 9) == 0)
		return 0; /* the instance's directory is there already */
	return mkdirat(AT_FDCWD, path, mode);
}

/* oxenstored raises its limit of descriptors and stops when it may not. */
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	(void)resource;
	(void)limit;
	return 0;
}

/* ---- domains ---- */

static bool domain_exists(uint32_t domid)
{
	char buf[PATH_MAX];

	return access(file_of_domain(buf, domid, "ring"), F_OK) == 0;
}

/* The existing domains with the lowest numbers from @first on. */
static unsigned domains_from(uint32_t first, unsigned max, uint32_t *found)
{
	unsigned n = 0;

	/* the daemons ask for one domain that mostly exists: no directory is read */
	for (uint32_t id = first; id < FAKEXEN_DOMAINS && n < max; id++) {
		if (domain_exists(id))
			found[n++] = id;
		else if (max == 1)
			break;
	}
	return n;
}

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild,
				unsigned flags)
{
	(void)logger;
	(void)dombuild;
	(void)flags;
	return (xc_interface *)(void *)&handle;
}

int xc_interface_close(xc_interface *xch)
{
	(void)xch;
	return 0;
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first, unsigned int max,
		      xc_dominfo_t *info)
{
	uint32_t found[1];

	(void)xch;
	if (max != 1 || domains_from(first, 1, found) == 0) {
		errno = max == 1 ? ESRCH : ENOSYS;
		return -1;
	}
	memset(info, 0, sizeof(*info));
	info->domid = found[0];
	return 1;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned int max,
			  xc_domaininfo_t *info)
{
	uint32_t found[1];

	(void)xch;
	if (max != 1) {
		errno = ENOSYS; /* oxenstored asks for one at a time */
		return -1;
	}
	if (domains_from(first, 1, found) == 0)
		return 0;
	memset(info, 0, sizeof(*info));
	info->domain = (domid_t)found[0];
	return 1;
}

const xc_error *xc_get_last_error(xc_interface *xch)
{
	static const xc_error none; /* code 0: the OCaml stubs then take errno */

	(void)xch;
	return &none;
}

static void *map_ring(uint32_t domid, int prot)
{
	char buf[PATH_MAX];
	void *page;
	int fd;

	fd = openat(AT_FDCWD, file_of_domain(buf, domid, "ring"), O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	page = mmap(NULL, XC_PAGE_SIZE, prot, MAP_SHARED, fd, 0);
	(void)close(fd); /* the mapping stays */
	return page == MAP_FAILED ? NULL : page;
}

void *xc_map_foreign_range(xc_interface *xch, uint32_t dom, int size, int prot,
			   unsigned long mfn)
{
	(void)xch;
	(void)size;
	(void)mfn;
	return map_ring(dom, prot);
}

xengnttab_handle *xengnttab_open(struct xentoollog_logger *logger, unsigned flags)
{
	(void)logger;
	(void)flags;
	return (xengnttab_handle *)(void *)&handle;
}

int xengnttab_close(xengnttab_handle *xgt)
{
	(void)xgt;
	return 0;
}

int xengnttab_set_max_grants(xengnttab_handle *xgt, uint32_t grants)
{
	(void)xgt;
	(void)grants;
	return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *xgt, uint32_t domid, uint32_t ref,
			      int prot)
{
	(void)xgt;
	(void)ref; /* always GNTTAB_RESERVED_XENSTORE */
	return map_ring(domid, prot);
}

int xengnttab_unmap(xengnttab_handle *xgt, void *page, uint32_t count)
{
	(void)xgt;
	return munmap(page, (size_t)count * XC_PAGE_SIZE);
}

/* ---- event channels ---- */

static int evtchn = -1;

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger, unsigned int flags)
{
	char buf[PATH_MAX];

	(void)logger;
	/* for reading and writing, so that there is never an end of file */
	evtchn = openat(AT_FDCWD, file_of(buf, "evtchn"),
			O_RDWR | (flags & XENEVTCHN_NO_CLOEXEC ? 0 : O_CLOEXEC));
	return evtchn < 0 ? NULL : (xenevtchn_handle *)(void *)&handle;
}

xenevtchn_handle *xenevtchn_fdopen(struct xentoollog_logger *logger, int fd,
				   unsigned flags)
{
	(void)logger;
	(void)flags;
	evtchn = fd;
	return (xenevtchn_handle *)(void *)&handle;
}

int xenevtchn_close(xenevtchn_handle *xce)
{
	(void)xce;
	return close(evtchn);
}

int xenevtchn_fd(xenevtchn_handle *xce)
{
	(void)xce;
	return evtchn;
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *xce, unsigned int virq)
{
	(void)xce;
	(void)virq; /* both daemons bind VIRQ_DOM_EXC only */
	return FAKEXEN_PORT_VIRQ;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *xce,
						     uint32_t domid,
						     evtchn_port_t remote_port)
{
	char buf[PATH_MAX];

	(void)xce;
	(void)remote_port;
	if (domid >= FAKEXEN_DOMAINS || !domain_exists(domid)) {
		errno = ESRCH;
		return -1;
	}
	if (notify_fd[domid] >= 0)
		(void)close(notify_fd[domid]); /* of an earlier domain with this number */
	/* dom0 has no FIFO: nobody plays its kernel, it uses the socket */
	notify_fd[domid] = openat(AT_FDCWD, file_of_domain(buf, domid, "notify"),
				  O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return (xenevtchn_port_or_error_t)(FAKEXEN_PORT_BASE + domid);
}

int xenevtchn_notify(xenevtchn_handle *xce, evtchn_port_t port)
{
	uint32_t domid = port - FAKEXEN_PORT_BASE;

	(void)xce;
	if (domid < FAKEXEN_DOMAINS && notify_fd[domid] >= 0)
		(void)!write(notify_fd[domid], "", 1); /* full: it is notified already */
	return 0;
}

int xenevtchn_unbind(xenevtchn_handle *xce, evtchn_port_t port)
{
	uint32_t domid = port - FAKEXEN_PORT_BASE;

	(void)xce;
	if (domid < FAKEXEN_DOMAINS && notify_fd[domid] >= 0) {
		(void)close(notify_fd[domid]);
		notify_fd[domid] = -1;
	}
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *xce)
{
	uint32_t port;

	(void)xce;
	if (read(evtchn, &port, sizeof(port)) != sizeof(port))
		return -1;
	return (xenevtchn_port_or_error_t)port;
}

int xenevtchn_unmask(xenevtchn_handle *xce, evtchn_port_t port)
{
	(void)xce;
	(void)port;
	return 0;
}
