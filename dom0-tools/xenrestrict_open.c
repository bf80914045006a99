/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All or nothing: everything is opened, then restricted and proved one by one; the first
 * failure closes it all, so that no handle is left that reaches more than the domain.
 */
#include <xenctrl.h>
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict_handles.h"
#include "lib/cleanup.h"

/* One at a time: which descriptors a call opened is seen by counting. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- opening ---- */

static int open_xenstore(struct xenrestrict *x)
{
	x->xsh = xs_open(0);
	if (!x->xsh)
		return xr_fail_errno(errno ? -errno : -EIO, "xenstore cannot be reached");
	return 0;
}

static int open_evtchn(struct xenrestrict *x)
{
	x->xce = xs_evtchn_open();
	return x->xce ? 0 : -errno;
}

static int open_foreignmemory(struct xenrestrict *x)
{
	autofds struct xr_fds before = { 0 };
	int r = xr_fds_list(&before);

	if (r < 0)
		return r;
	x->fmem = xenforeignmemory_open(xr_quiet_logger(), 0);
	if (!x->fmem)
		return xr_fail_errno(errno ? -errno : -EIO, "foreign memory");
	return xr_fds_new_privcmd(&before, x->fmem_fd, &x->fmem_count);
}

static int open_devicemodel(struct xenrestrict *x)
{
	autofds struct xr_fds before = { 0 };
	int r = xr_fds_list(&before);

	if (r < 0)
		return r;
	x->dmod = xendevicemodel_open(xr_quiet_logger(), 0);
	if (!x->dmod)
		return xr_fail_errno(errno ? -errno : -EIO, "device model");
	return xr_fds_new_privcmd(&before, x->dmod_fd, &x->dmod_count);
}

static int open_privcmd(struct xenrestrict *x)
{
	int r = xr_interface_open(&x->xch);

	if (r >= 0)
		x->xch_fd = xr_interface_fd(x->xch);
	return r;
}

/* ---- restricting ---- */

static int restrict_xenstore(struct xenrestrict *x, const struct xenrestrict_options *opt)
{
	return xr_store_restrict(x->xsh, x->domid, opt);
}

static int restrict_evtchn(struct xenrestrict *x, const struct xenrestrict_options *opt)
{
	(void)opt;
	return xr_restrict_evtchn(xenevtchn_fd(x->xce), x->domid);
}

static int restrict_each(const int *fd, size_t count, unsigned domid)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < count; i++)
		r = xr_restrict_privcmd(fd[i], domid);
	return r;
}

/* Through the handle: the first frame of dom0, read-only. */
static int deny_map(xenforeignmemory_handle *fmem)
{
	xen_pfn_t frame = 0;
	int err = 0;
	void *page = xenforeignmemory_map(fmem, 0, PROT_READ, 1, &frame, &err);

	if (!page && errno == EPERM)
		return 0;
	if (page)
		(void)xenforeignmemory_unmap(fmem, page, 1);
	return xr_fail(-EPROTO, "foreign memory: the handle's mapping of dom0 was not "
				"refused");
}

static int restrict_foreignmemory(struct xenrestrict *x,
				  const struct xenrestrict_options *opt)
{
	int r = restrict_each(x->fmem_fd, x->fmem_count, x->domid);

	(void)opt;
	return r < 0 ? r : deny_map(x->fmem);
}

/* Through the handle: what an ioreq server of another domain is like.  (Xen refuses dom0's
 * questions about itself whoever asks; the kernel refuses these before Xen sees them.) */
static int deny_question(xendevicemodel_handle *dmod, unsigned domid)
{
	unsigned other = domid > 1 ? domid - 1 : domid + 1;

	if (xendevicemodel_get_ioreq_server_info(dmod, (domid_t)other, 0, NULL, NULL,
						 NULL) < 0 &&
	    errno == EPERM)
		return 0;
	return xr_fail(-EPROTO,
		       "device model: the handle's question about domain %u was "
		       "not refused",
		       other);
}

static int restrict_devicemodel(struct xenrestrict *x,
				const struct xenrestrict_options *opt)
{
	int r = restrict_each(x->dmod_fd, x->dmod_count, x->domid);

	(void)opt;
	if (r < 0)
		return r;
	/* the same domid again is 0: a handle that works by hypercalls fails here */
	if (xendevicemodel_restrict(x->dmod, (domid_t)x->domid) < 0)
		return errno == EOPNOTSUPP
			       ? xr_fail(-EOPNOTSUPP, "device model: this kernel has no "
						      "operations for it")
			       : xr_fail_errno(-errno, "device model: restricting");
	return deny_question(x->dmod, x->domid);
}

static int restrict_privcmd(struct xenrestrict *x, const struct xenrestrict_options *opt)
{
	(void)opt;
	return xr_interface_restrict(x->xch, x->domid);
}

static const struct part {
	unsigned what;
	int (*open)(struct xenrestrict *x);
	int (*restrict_it)(struct xenrestrict *x, const struct xenrestrict_options *opt);
} parts[] = {
	/* the kernel's first: they fail at once where there is no Xen, and no broker is
	 * started in vain */
	{ XENRESTRICT_EVTCHN, open_evtchn, restrict_evtchn },
	{ XENRESTRICT_FOREIGNMEMORY, open_foreignmemory, restrict_foreignmemory },
	{ XENRESTRICT_DEVICEMODEL, open_devicemodel, restrict_devicemodel },
	{ XENRESTRICT_PRIVCMD, open_privcmd, restrict_privcmd },
	{ XENRESTRICT_XENSTORE, open_xenstore, restrict_xenstore },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static int do_all(struct xenrestrict *x, const struct xenrestrict_options *opt)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < PARTS; i++)
		if (x->what & parts[i].what)
			r = parts[i].open(x);
	for (size_t i = 0; r >= 0 && i < PARTS; i++)
		if (x->what & parts[i].what)
			r = parts[i].restrict_it(x, opt);
	return r;
}

static int check_options(const struct xenrestrict_options *opt)
{
	for (size_t i = 0; opt && i < sizeof(opt->reserved) / sizeof(opt->reserved[0]);
	     i++)
		if (opt->reserved[i] != 0)
			return xr_fail(-EINVAL, "options: unknown to this library");
	return 0;
}

struct xenrestrict *xr_new(unsigned domid, unsigned what)
{
	struct xenrestrict *x = calloc(1, sizeof(*x));

	if (x) {
		x->domid = domid;
		x->what = what;
		x->xch_fd = x->inherited_privcmd = -1;
	}
	return x;
}

int xenrestrict_open(unsigned domid, unsigned what, const struct xenrestrict_options *opt,
		     struct xenrestrict **ret)
{
	struct xenrestrict *x;
	int r = xr_check_domid(domid);

	if (r >= 0 && (what == 0 || (what & ~XENRESTRICT_ALL) != 0))
		r = xr_fail(-EINVAL, "nothing, or something unknown, is asked for: %#x",
			    what);
	if (r >= 0)
		r = check_options(opt);
	if (r < 0)
		return r;
	x = xr_new(domid, what);
	if (!x)
		return xr_fail_errno(-ENOMEM, "a restricted handle");
	(void)pthread_mutex_lock(&lock);
	r = do_all(x, opt);
	(void)pthread_mutex_unlock(&lock);
	if (r < 0)
		xenrestrict_close(x);
	else
		*ret = x;
	return r;
}

void xenrestrict_close(struct xenrestrict *x)
{
	if (!x)
		return;
	if (x->xsh)
		xs_close(x->xsh);
	if (x->xce)
		(void)xenevtchn_close(x->xce);
	if (x->fmem)
		(void)xenforeignmemory_close(x->fmem);
	if (x->dmod)
		(void)xendevicemodel_close(x->dmod);
	if (x->xch)
		xr_interface_close(x->xch);
	if (x->inherited_privcmd >= 0)
		(void)close(x->inherited_privcmd);
	free(x);
}
