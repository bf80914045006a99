/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that xen-restrict(8) started has nothing left to open: it was given
 * descriptors, restricted already.  They are believed only as far as they prove it.
 */
#include <xenevtchn.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/sys/privcmd.h>

#include "dom0-tools/xenrestrict_handles.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define FRAME_SIZE 4096U      /* bytes: Xen's, whatever the kernel's pages are */
#define FRAMES_MAX (1U << 20) /* 4 GiB at once */

/* A number of the environment.  -ENOENT: not set. */
static int from_environment(const char *name, uint64_t max, int *ret_value)
{
	const char *text = secure_getenv(name);
	uint64_t value;
	int r;

	if (!text)
		return xr_fail(-ENOENT, "%s is not set: not started by xen-restrict",
			       name);
	r = io_parse_u64(text, max, &value);
	if (r < 0)
		return xr_fail(-EINVAL, "%s: not a number up to %llu", name,
			       (unsigned long long)max);
	*ret_value = (int)value;
	return 0;
}

/* A copy of the descriptor that @name gives, proved. */
static int take(const char *name, unsigned domid, enum xenrestrict_kind kind, int *ret_fd)
{
	autoclose int copy = -1;
	int fd = -1, r = from_environment(name, INT32_MAX, &fd);

	if (r < 0)
		return r;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (copy < 0)
		return xr_fail_errno(-errno, "%s: descriptor %d", name, fd);
	r = xenrestrict_prove_fd(copy, domid, kind);
	if (r >= 0)
		*ret_fd = steal_fd(&copy);
	return r;
}

static int take_evtchn(struct xenrestrict *x)
{
	autoclose int fd = -1;
	int r = take("XENRESTRICT_EVTCHN_FD", x->domid, XENRESTRICT_KIND_EVTCHN, &fd);

	if (r == -ENOENT)
		return 0; /* the profile wants none */
	if (r < 0)
		return r;
	x->xce = xenevtchn_fdopen(xr_quiet_logger(), fd, 0);
	if (!x->xce)
		return xr_fail_errno(errno ? -errno : -EIO, "xenevtchn_fdopen");
	(void)steal_fd(&fd); /* the handle's now */
	x->what |= XENRESTRICT_EVTCHN;
	return 0;
}

static int take_privcmd(struct xenrestrict *x)
{
	int r = take("XENRESTRICT_PRIVCMD_FD", x->domid, XENRESTRICT_KIND_PRIVCMD,
		     &x->inherited_privcmd);

	if (r == -ENOENT)
		return 0;
	if (r >= 0)
		x->what |= XENRESTRICT_PRIVCMD;
	return r;
}

static int take_xenstore(struct xenrestrict *x)
{
	if (!secure_getenv("XENSTORED_PATH"))
		return 0;
	x->xsh = xs_open(0);
	if (!x->xsh)
		return xr_fail_errno(errno ? -errno : -EIO, "xenstore cannot be reached");
	x->what |= XENRESTRICT_XENSTORE;
	return xr_store_prove_handle(x->xsh, x->domid);
}

int xenrestrict_inherited(struct xenrestrict **ret)
{
	struct xenrestrict *x;
	int domid = 0, r;

	r = from_environment("XENRESTRICT_DOMID", XENRESTRICT_DOMID_LAST, &domid);
	if (r >= 0)
		r = xr_check_domid((unsigned)domid);
	if (r < 0)
		return r;
	x = xr_new((unsigned)domid, 0);
	if (!x)
		return xr_fail_errno(-ENOMEM, "a restricted handle");
	r = take_evtchn(x);
	if (r >= 0)
		r = take_privcmd(x);
	if (r >= 0)
		r = take_xenstore(x);
	if (r < 0)
		xenrestrict_close(x);
	else
		*ret = x;
	return r;
}

/* ---- frames, without libxenforeignmemory ---- */

static int map_frames(int fd, unsigned domid, void *addr, size_t pages,
		      const xen_pfn_t *gfns, int *err)
{
	privcmd_mmapbatch_v2_t batch = {
		.num = (unsigned)pages,
		.dom = (domid_t)domid,
		.addr = (uintptr_t)addr,
		.arr = gfns,
		.err = err,
	};

	/* ENOENT: a frame that is paged out, which @err says, too */
	return ioctl(fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &batch) < 0 && errno != ENOENT
		       ? -errno
		       : 0;
}

static int first_error(const int *err, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		if (err[i] != 0)
			return err[i] < 0 ? err[i] : -err[i];
	return 0;
}

void *xenrestrict_map(const struct xenrestrict *x, int prot, size_t pages,
		      const uint64_t *gfns, int *err)
{
	int fd = xenrestrict_privcmd_fd(x), r;
	autofree xen_pfn_t *frames = NULL;
	autofree int *errors = NULL;
	void *addr;

	if (fd < 0 || pages == 0 || pages > FRAMES_MAX) {
		errno = fd < 0 ? EBADF : EINVAL;
		return NULL;
	}
	frames = calloc(pages, sizeof(*frames));
	errors = calloc(pages, sizeof(*errors));
	if (!frames || !errors)
		return NULL; /* ENOMEM */
	for (size_t i = 0; i < pages; i++)
		frames[i] = (xen_pfn_t)gfns[i];
	addr = mmap(NULL, pages * FRAME_SIZE, prot, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		return NULL;
	r = map_frames(fd, x->domid, addr, pages, frames, errors);
	if (r >= 0 && !err)
		r = first_error(errors, pages);
	if (r < 0) {
		(void)munmap(addr, pages * FRAME_SIZE);
		(void)xr_fail_errno(r, "mapping %zu frames of domain %u", pages,
				    x->domid);
		errno = -r;
		return NULL;
	}
	for (size_t i = 0; err && i < pages; i++)
		err[i] = errors[i] < 0 ? -errors[i] : errors[i];
	return addr;
}

int xenrestrict_unmap(void *addr, size_t pages)
{
	return munmap(addr, pages * FRAME_SIZE) < 0 ? -errno : 0;
}
