/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenrestrict - handles of Xen that reach one domain and nothing else (libxenrestrict).
 *
 * xenrestrict_open() opens what is asked for, restricts it all to one domain, proves each
 * by operations that must now be refused, and gives it all or nothing.  xenstore goes
 * through a xenstore-broker(8) that is started for the handle; event channels and
 * privileged commands are restricted by the kernel (Linux 4.8 and 4.11).  A restricted
 * handle stays so in every copy: dup(), fork(), exec, descriptor passing, threads.  It
 * helps only when the process cannot open new ones: see xen-restrict(8).
 *
 * Needs:   root in dom0; /proc; no other thread that opens Xen's devices meanwhile.
 * Owns:    a struct xenrestrict owns every handle its accessors show.
 * Errors:  0 or a negative errno, and xenrestrict_error() says what in a sentence.  The
 *          functions with the guides' names have -1 (or NULL, false) and errno instead.
 *          One contract for all:
 *	-EINVAL      a domid that is 0 or over XENRESTRICT_DOMID_LAST, a wrong argument
 *	-EACCES      restricted already, to whichever domain
 *	-EBUSY       a xenstore handle with a watch, an open transaction or a call running
 *	-ENOENT      xenstore knows no such domain
 *	-EOPNOTSUPP  the kernel, Xen or this installation cannot restrict it
 *	-EPROTO      it was said to be restricted, and what must be refused was not
 *          and what open(2) and the like give.  No failure leaves a handle open, and none
 *          leaves one that passes for restricted.
 * Limits:  see libxenrestrict(3).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xenstore.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XENRESTRICT_API __attribute__((visibility("default")))

#define XENRESTRICT_DOMID_LAST 0x7fefU /* DOMID_FIRST_RESERVED - 1 of xen.h */

/* What to open; they add up. */
#define XENRESTRICT_XENSTORE	  1U  /* struct xs_handle, through a broker */
#define XENRESTRICT_EVTCHN	  2U  /* xenevtchn_handle */
#define XENRESTRICT_FOREIGNMEMORY 4U  /* xenforeignmemory_handle */
#define XENRESTRICT_DEVICEMODEL	  8U  /* xendevicemodel_handle */
#define XENRESTRICT_PRIVCMD	  16U /* xc_interface: its hypercalls are all refused */
#define XENRESTRICT_ALL		  31U

/* Zero what is not wanted otherwise; everything is borrowed for the call. */
struct xenrestrict_options {
	const char *profile;  /* of the broker, xenstore-broker(8); NULL: "guest" */
	const char *broker;   /* its program; NULL: $XENSTORE_BROKER, else where it is
			      * installed */
	unsigned wait_ms;     /* for the broker to be ready; 0: 10 s */
	unsigned reserved[8]; /* zero */
};

struct xenrestrict;

/* The handles of Xen's libraries by the names of their structures: xenctrl.h and the like
 * may be included before or after, or not at all. */
struct xc_interface_core;	/* xc_interface */
struct xendevicemodel_handle;	/* xendevicemodel_handle */
struct xenevtchn_handle;	/* xenevtchn_handle */
struct xenforeignmemory_handle; /* xenforeignmemory_handle */

/* @what: of XENRESTRICT_...; @opt may be NULL. */
XENRESTRICT_API int xenrestrict_open(unsigned domid, unsigned what,
				     const struct xenrestrict_options *opt,
				     struct xenrestrict **ret);
/* What xen-restrict(8) left to this program: the descriptors that XENRESTRICT_EVTCHN_FD
 * and XENRESTRICT_PRIVCMD_FD name and the xenstore of XENSTORED_PATH, each proved again to
 * be restricted to XENRESTRICT_DOMID.  There is no xenforeignmemory_handle among them (it
 * cannot take a descriptor): see xenrestrict_map().  -ENOENT: not started so. */
XENRESTRICT_API int xenrestrict_inherited(struct xenrestrict **ret);
/* Closes all handles; takes NULL. */
XENRESTRICT_API void xenrestrict_close(struct xenrestrict *x);

/* Borrowed, until xenrestrict_close(); NULL or -1: not asked for.  Do not close them. */
XENRESTRICT_API struct xs_handle *xenrestrict_xenstore(const struct xenrestrict *x);
XENRESTRICT_API struct xenevtchn_handle *xenrestrict_evtchn(const struct xenrestrict *x);
XENRESTRICT_API struct xenforeignmemory_handle *
xenrestrict_foreignmemory(const struct xenrestrict *x);
XENRESTRICT_API struct xendevicemodel_handle *
xenrestrict_devicemodel(const struct xenrestrict *x);
XENRESTRICT_API struct xc_interface_core *
xenrestrict_privcmd(const struct xenrestrict *x);
/* A descriptor of the privileged-command device, of FOREIGNMEMORY, DEVICEMODEL, PRIVCMD or
 * inherited. */
XENRESTRICT_API int xenrestrict_privcmd_fd(const struct xenrestrict *x);

XENRESTRICT_API unsigned xenrestrict_domid(const struct xenrestrict *x);
/* What is restricted to whom and how, a line each; returns the bytes that the whole
 * needs without the NUL, as snprintf() does. */
XENRESTRICT_API size_t xenrestrict_describe(const struct xenrestrict *x, char *buf,
					    size_t size);
/* Of the last call in this thread that failed; "" before.  Valid until the next. */
XENRESTRICT_API const char *xenrestrict_error(void);

/* Map @pages frames of 4096 bytes of the domain through xenrestrict_privcmd_fd(); @err takes
 * an errno (or 0) for each; when it is NULL, all must succeed.  NULL and errno: nothing is
 * mapped. */
XENRESTRICT_API void *xenrestrict_map(const struct xenrestrict *x, int prot, size_t pages,
				      const uint64_t *gfns, int *err);
XENRESTRICT_API int xenrestrict_unmap(void *addr, size_t pages);

/* ---- the guides' names: as libxenstore and libxenctrl have them, errno set ---- */

/* libxenstore has a function of this name that never works: the name means ours. */
#define xs_restrict xenrestrict_xs_restrict
/* @h keeps its address and loses its rights; copies of its old connection die. */
XENRESTRICT_API bool xenrestrict_xs_restrict(struct xs_handle *h, unsigned domid);

XENRESTRICT_API struct xenevtchn_handle *
xs_evtchn_open(void); /* xenevtchn_close() closes it */
XENRESTRICT_API int xs_evtchn_restrict(struct xenevtchn_handle *xce, unsigned domid);

XENRESTRICT_API struct xc_interface_core *xs_interface_open(void);
/* @xch: of xs_interface_open(), whose descriptors are known; else EBADF. */
XENRESTRICT_API int xc_interface_restrict(struct xc_interface_core *xch, unsigned domid);
XENRESTRICT_API int xs_interface_close(struct xc_interface_core *xch);

/* ---- descriptors, for launchers and verifiers; no library of Xen is needed ---- */

/* Opened, restricted, proved; close-on-exec. */
XENRESTRICT_API int xenrestrict_fd_evtchn(unsigned domid, int *ret_fd);
XENRESTRICT_API int xenrestrict_fd_privcmd(unsigned domid, int *ret_fd);
/* One end of a socket whose other end is a new broker. */
XENRESTRICT_API int xenrestrict_fd_xenstore(unsigned domid,
					    const struct xenrestrict_options *opt,
					    int *ret_fd);

enum xenrestrict_kind {
	XENRESTRICT_KIND_NONE,	  /* no Xen device: Xen's requests are unknown to it */
	XENRESTRICT_KIND_EVTCHN,  /* /dev/xen/evtchn */
	XENRESTRICT_KIND_PRIVCMD, /* /dev/xen/privcmd, /proc/xen/privcmd */
	XENRESTRICT_KIND_GNTDEV, /* cannot be restricted: 0 only if it is something else */
	XENRESTRICT_KIND_XENSTORE, /* a connection that nobody else uses meanwhile */
};
/* Is @fd restricted to @domid?  Asks only for what changes nothing if it is granted.
 * -EPROTO: no, xenrestrict_error() says what was not refused.  -EXDEV: to another domain.
 * -ENODEV: it is not of that kind. */
XENRESTRICT_API int xenrestrict_prove_fd(int fd, unsigned domid,
					 enum xenrestrict_kind kind);

#ifdef __cplusplus
}
#endif
