/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenrestrict_priv - what the files of libxenrestrict share.
 *
 * Each part below is one file; the first three need no library of Xen, so that a launcher
 * links nothing more than it uses.
 *
 * Owns:   nothing unless noted; descriptors returned belong to the caller.
 * Errors: 0 or a negative errno, the sentence set by xr_fail().
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "dom0-tools/xenrestrict.h"

/* ---- xenrestrict_error.c: the sentence ---- */

/* Keep the sentence for xenrestrict_error(); returns @err (negative). */
__attribute__((format(printf, 2, 3))) int xr_fail(int err, const char *fmt, ...);
/* The same, with ": strerror" after it. */
__attribute__((format(printf, 2, 3))) int xr_fail_errno(int err, const char *fmt, ...);
/* -EINVAL with a sentence unless @domid can be restricted to. */
int xr_check_domid(unsigned domid);

/* ---- xenrestrict_fd.c: the kernel's devices ---- */

#define XR_PRIVCMD_PATH	    "/dev/xen/privcmd"
#define XR_PRIVCMD_OLD_PATH "/proc/xen/privcmd"
#define XR_EVTCHN_PATH	    "/dev/xen/evtchn"

int xr_restrict_evtchn(int fd, unsigned domid); /* restrict, then prove */
int xr_restrict_privcmd(int fd, unsigned domid);
/* Would an arbitrary hypercall pass?  0: yes, it is not restricted.  -EACCES: no.
 * -ENODEV: not the device. */
int xr_privcmd_is_free(int fd);
/* xenrestrict_prove_fd() for all kinds but XENRESTRICT_KIND_XENSTORE. */
int xr_prove_device(int fd, unsigned domid, enum xenrestrict_kind kind);

/* ---- xenrestrict_broker.c: a broker of one's own ---- */

#define XR_STORE_PATH "/var/run/xenstored/socket" /* where libxenstore looks last */

/* ---- xenrestrict_wire.c: a few requests on a connection of our own ---- */

#define XR_WIRE_MAX 4096 /* bytes: XENSTORE_PAYLOAD_MAX of xs_wire.h */

/* One request whose payload is the text @arg and a NUL.  The reply's payload goes to @buf
 * (XR_WIRE_MAX + 1 bytes, NUL put behind it).  0, or what the store answers as a negative
 * errno.  -EBUSY: a watch event came before it, so the connection has a watch.
 * -EPIPE: it is closed.  -EBADMSG: no reply that makes sense.  -ETIMEDOUT. */
int xr_wire_ask(int fd, uint32_t type, uint32_t tx, const char *arg, char *buf);
/* Does @r mean that the connection says nothing that makes sense any more? */
bool xr_wire_is_lost(int r);
/* Of the transactions 1 .. @last, how many does the store still know? -E2BIG: too many to
 * ask.  @unknown: the (negative) errno that the store has for one that it does not. */
int xr_wire_open_transactions(int fd, uint32_t last, int unknown);

/* ---- xenrestrict_prove.c ---- */

/* Nodes that dom0 keeps to itself; ends with NULL. */
extern const char *const xr_dom0_nodes[];
/* Is the connection of @fd, which nobody else uses, denied what only dom0 may? */
int xr_store_prove(int fd, unsigned domid);

/* ---- xenrestrict_fds.c: which descriptors a call opened ---- */

#define XR_OPENED_MAX 8 /* xc_interface_open() makes up to 5 on Xen 4.17 */

/* Numbers of this process's open descriptors, at one moment. */
struct xr_fds {
	int *fd; /* owned; ascending */
	size_t count;
};
int xr_fds_list(struct xr_fds *ret_fds);
void xr_fds_done(struct xr_fds *fds);
#define autofds __attribute__((cleanup(xr_fds_done)))
/* The privcmd devices among those that are open now and not in @before.
 * -E2BIG: more than XR_OPENED_MAX; -ENODEV: none. */
int xr_fds_new_privcmd(const struct xr_fds *before, int ret_fd[XR_OPENED_MAX],
		       size_t *ret_count);
/* Is @fd the privileged-command device? */
bool xr_fd_is_privcmd(int fd);

/* ---- xenrestrict_threads.c ---- */

/* Is a thread of this process blocked in reading @fd?  1 or 0. */
int xr_thread_reads(int fd);

/* ---- xenrestrict_store.c ---- */

/* Restrict a handle that libxenstore opened. */
int xr_store_restrict(struct xs_handle *h, unsigned domid,
		      const struct xenrestrict_options *opt);
/* xr_store_prove() through the handle itself. */
int xr_store_prove_handle(struct xs_handle *h, unsigned domid);

/* ---- xenrestrict_names.c ---- */

/* xc_interface_open(), remembering its descriptors until it is restricted or closed. */
int xr_interface_open(struct xc_interface_core **ret);
int xr_interface_restrict(struct xc_interface_core *xch, unsigned domid);
void xr_interface_close(struct xc_interface_core *xch);
/* One of its descriptors; -1: not known, or restricted by now. */
int xr_interface_fd(const struct xc_interface_core *xch);

/* ---- xenrestrict_quiet.c ---- */

struct xentoollog_logger;
/* Static: never destroyed. */
struct xentoollog_logger *xr_quiet_logger(void);
