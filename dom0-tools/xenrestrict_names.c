/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guides' names for event channels and privileged commands.
 *
 * A handle of libxenctrl holds several descriptors that it does not show, so those that
 * xc_interface_open() made are noted by number.  Nothing is duplicated: a hidden copy
 * would outlive xentoolcore_restrict_all().  That the numbers were the handle's is seen
 * in the end through the handle itself.
 */
#include <xenctrl.h>
#include <xenevtchn.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "dom0-tools/xenrestrict_priv.h"

struct interface {
	struct interface *next;
	xc_interface *xch; /* borrowed: its address is its name */
	int fd[XR_OPENED_MAX];
	size_t count;
	bool broken; /* some are restricted, some not: it is of no use to anybody */
};

static struct interface *interfaces; /* owned; guarded by the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct interface *forget(const xc_interface *xch)
{
	for (struct interface **at = &interfaces; *at; at = &(*at)->next)
		if ((*at)->xch == xch) {
			struct interface *found = *at;

			*at = found->next;
			return found;
		}
	return NULL;
}

static int open_noted(struct interface *note)
{
	autofds struct xr_fds before = { 0 };
	int r = xr_fds_list(&before);

	if (r < 0)
		return r;
	note->xch = xc_interface_open(xr_quiet_logger(), xr_quiet_logger(), 0);
	if (!note->xch)
		return xr_fail_errno(errno ? -errno : -EIO, "xc_interface_open");
	r = xr_fds_new_privcmd(&before, note->fd, &note->count);
	if (r < 0)
		(void)xc_interface_close(note->xch);
	return r;
}

int xr_interface_open(xc_interface **ret)
{
	struct interface *note = calloc(1, sizeof(*note));
	int r;

	if (!note)
		return xr_fail_errno(-ENOMEM, "xc_interface_open");
	(void)pthread_mutex_lock(&lock);
	r = open_noted(note);
	if (r >= 0) {
		free(forget(note->xch)); /* closed behind our back: the address is new */
		note->next = interfaces;
		interfaces = note;
		*ret = note->xch;
	}
	(void)pthread_mutex_unlock(&lock);
	if (r < 0)
		free(note);
	return r;
}

/* Through the handle: would Xen tell its version? */
static int ask_version(xc_interface *xch)
{
	errno = 0;
	return xc_version(xch, XENVER_version, NULL) >= 0 ? 0 : -errno;
}

/* All that can be known before the first of them is changed for good. */
static int check_all(const struct interface *note)
{
	for (size_t i = 0; i < note->count; i++) {
		int r;

		if (!xr_fd_is_privcmd(note->fd[i]))
			return xr_fail(-EBADF, "the handle was closed");
		r = xr_privcmd_is_free(note->fd[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Of these the kernel says that it has changed nothing. */
static bool may_try_again(int r)
{
	return r == -EOPNOTSUPP || r == -EINVAL;
}

static int restrict_all(struct interface *note, unsigned domid)
{
	int r;

	if (note->broken)
		return xr_fail(-EPROTO,
			       "privileged commands: the handle was restricted in "
			       "part only, it can but be closed");
	r = check_all(note);
	if (r < 0)
		return r;
	note->broken = true; /* until all of it is known to be well */
	for (size_t i = 0; i < note->count; i++) {
		r = xr_restrict_privcmd(note->fd[i], domid);
		if (r < 0) {
			note->broken = i > 0 || !may_try_again(r);
			return r;
		}
	}
	if (ask_version(note->xch) != -EPERM)
		return xr_fail(-EPROTO, "privileged commands: the handle's own hypercall "
					"was not refused");
	note->broken = false;
	return 0;
}

int xr_interface_restrict(xc_interface *xch, unsigned domid)
{
	struct interface *note;
	int r = xr_check_domid(domid);

	if (r < 0)
		return r;
	(void)pthread_mutex_lock(&lock);
	note = forget(xch);
	if (note)
		r = restrict_all(note, domid);
	else if (ask_version(xch) == -EPERM)
		r = xr_fail(-EACCES, "privileged commands: restricted already");
	else
		r = xr_fail(-EBADF, "not a handle of xs_interface_open()");
	/* one that may be tried again, or shall be known for what it is */
	if (note && (note->broken || may_try_again(r))) {
		note->next = interfaces;
		interfaces = note;
		note = NULL;
	}
	(void)pthread_mutex_unlock(&lock);
	free(note);
	return r;
}

int xr_interface_fd(const xc_interface *xch)
{
	int fd = -1;

	(void)pthread_mutex_lock(&lock);
	for (const struct interface *i = interfaces; i; i = i->next)
		if (i->xch == xch && i->count > 0)
			fd = i->fd[0];
	(void)pthread_mutex_unlock(&lock);
	return fd;
}

void xr_interface_close(xc_interface *xch)
{
	(void)pthread_mutex_lock(&lock);
	free(forget(xch));
	(void)pthread_mutex_unlock(&lock);
	(void)xc_interface_close(xch);
}

/* ---- the names ---- */

/* @before: errno as it was, since a proof is a refusal whose errno is not news. */
static int with_errno(int r, int before)
{
	errno = r < 0 ? -r : before;
	return r < 0 ? -1 : 0;
}

xc_interface *xs_interface_open(void)
{
	xc_interface *xch = NULL;
	int before = errno;

	return with_errno(xr_interface_open(&xch), before) < 0 ? NULL : xch;
}

int xc_interface_restrict(xc_interface *xch, unsigned domid)
{
	int before = errno;

	return with_errno(xch ? xr_interface_restrict(xch, domid)
			      : xr_fail(-EINVAL, "privileged commands: no handle"),
			  before);
}

int xs_interface_close(xc_interface *xch)
{
	int before = errno;

	if (!xch)
		return with_errno(xr_fail(-EINVAL, "privileged commands: no handle"),
				  before);
	xr_interface_close(xch);
	return 0;
}

xenevtchn_handle *xs_evtchn_open(void)
{
	xenevtchn_handle *xce = xenevtchn_open(xr_quiet_logger(), 0);

	if (!xce)
		errno = -xr_fail_errno(errno ? -errno : -EIO, XR_EVTCHN_PATH);
	return xce;
}

int xs_evtchn_restrict(xenevtchn_handle *xce, unsigned domid)
{
	int before = errno;
	int r = xr_check_domid(domid);

	if (r >= 0 && !xce)
		r = xr_fail(-EINVAL, "event channels: no handle");
	if (r >= 0)
		r = xr_restrict_evtchn(xenevtchn_fd(xce), domid);
	return with_errno(r, before);
}
