/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's side: two ioctls that restrict an open file description for good, and
 * requests that show whether it is so.  Those are chosen such that they change nothing
 * where they are granted: a port that cannot exist, a batch of no pages, an operation
 * without buffers, the version of Xen.
 * Source: linux.git drivers/xen/{evtchn,privcmd}.c; the contract's 1.3 and 1.4
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include <xen/xen.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/gntdev.h>
#include <xen/sys/privcmd.h>
#include <xen/version.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/cleanup.h"

#define NO_PORT 0xffffffffU /* past every event channel of every ABI */
#define NO_VIRQ 0xffffU	    /* past NR_VIRQS */

/* A request's outcome: what it gave, or a negative errno. */
static int ask(int fd, unsigned long request, const void *arg)
{
	int r;

	do
		r = ioctl(fd, request, arg);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static bool is_unknown(int r)
{
	return r == -ENOTTY || r == -ENOSYS;
}

/* A domain that is neither @domid nor dom0. */
static unsigned other_than(unsigned domid)
{
	return domid > 1 ? domid - 1 : domid + 1;
}

/* ---- event channels ---- */

static int evtchn_bind(int fd, unsigned domid)
{
	struct ioctl_evtchn_bind_interdomain bind = { .remote_domain = domid,
						      .remote_port = NO_PORT };

	return ask(fd, IOCTL_EVTCHN_BIND_INTERDOMAIN, &bind);
}

static int evtchn_bind_virq(int fd)
{
	struct ioctl_evtchn_bind_virq bind = { .virq = NO_VIRQ };

	return ask(fd, IOCTL_EVTCHN_BIND_VIRQ, &bind);
}

static int evtchn_bind_unbound(int fd)
{
	struct ioctl_evtchn_bind_unbound_port bind = { .remote_domain = DOMID_INVALID };

	return ask(fd, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &bind);
}

static int evtchn_prove(int fd, unsigned domid)
{
	const struct {
		const char *name;
		int r;
	} refused[] = {
		{ "binding a virtual interrupt", evtchn_bind_virq(fd) },
		{ "offering a port", evtchn_bind_unbound(fd) },
		{ "binding to dom0", evtchn_bind(fd, 0) },
		{ "binding to another domain", evtchn_bind(fd, other_than(domid)) },
	};

	if (is_unknown(refused[0].r))
		return xr_fail(-ENODEV, "descriptor %d: no event-channel device", fd);
	if (refused[0].r == -EACCES && evtchn_bind(fd, domid) == -EACCES)
		return xr_fail(-EXDEV, "event channels: restricted, but not to domain %u",
			       domid);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (refused[i].r != -EACCES)
			return xr_fail(-EPROTO, "event channels: %s was not refused (%s)",
				       refused[i].name,
				       refused[i].r < 0 ? strerror(-refused[i].r)
							: "granted");
	return 0;
}

int xr_restrict_evtchn(int fd, unsigned domid)
{
	struct ioctl_evtchn_restrict_domid arg = { .domid = (domid_t)domid };
	int r = ask(fd, IOCTL_EVTCHN_RESTRICT_DOMID, &arg);

	if (is_unknown(r))
		return xr_fail(-EOPNOTSUPP,
			       "event channels: this kernel cannot restrict them "
			       "(Linux 4.8 is the first that can)");
	if (r == -EACCES)
		return xr_fail(r, "event channels: the handle is restricted already");
	if (r < 0)
		return xr_fail_errno(r, "event channels: restricting to domain %u",
				     domid);
	return evtchn_prove(fd, domid);
}

/* ---- privileged commands ---- */

static int privcmd_version(int fd)
{
	privcmd_hypercall_t call = { .op = __HYPERVISOR_xen_version,
				     .arg = { XENVER_version } };

	return ask(fd, IOCTL_PRIVCMD_HYPERCALL, &call);
}

static int privcmd_map(int fd, unsigned domid)
{
	privcmd_mmapbatch_v2_t batch = { .dom = (domid_t)domid };

	return ask(fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &batch);
}

static int privcmd_map_v1(int fd, unsigned domid)
{
	privcmd_mmapbatch_t batch = { .dom = (domid_t)domid };

	return ask(fd, IOCTL_PRIVCMD_MMAPBATCH, &batch);
}

static int privcmd_dm_op(int fd, unsigned domid)
{
	privcmd_dm_op_t op = { .dom = (domid_t)domid };

	return ask(fd, IOCTL_PRIVCMD_DM_OP, &op);
}

/* One of address and count alone is invalid wherever the domain is allowed. */
static int privcmd_resource(int fd, unsigned domid)
{
	privcmd_mmap_resource_t res = { .dom = (domid_t)domid, .num = 1 };

	return ask(fd, IOCTL_PRIVCMD_MMAP_RESOURCE, &res);
}

int xr_privcmd_is_free(int fd)
{
	int r = privcmd_version(fd);

	if (r == -EPERM)
		return xr_fail(-EACCES, "privileged commands: restricted already");
	if (r < 0)
		return xr_fail_errno(is_unknown(r) ? -ENODEV : r,
				     "privileged commands: asking for Xen's version");
	return 0;
}

/* Everything that names a domain, for @domid, which must be refused. */
static int privcmd_refuses(int fd, unsigned domid)
{
	const struct {
		const char *name;
		int (*ask)(int fd, unsigned domid);
		bool may_lack; /* a request that some kernel does not know */
	} table[] = {
		{ "mapping memory", privcmd_map, false },
		{ "mapping memory the old way", privcmd_map_v1, false },
		{ "a device-model operation", privcmd_dm_op, true },
		{ "mapping a resource", privcmd_resource, true },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int r = table[i].ask(fd, domid);

		if (r == -EPERM || (table[i].may_lack && is_unknown(r)))
			continue;
		return xr_fail(
			-EPROTO,
			"privileged commands: %s of domain %u was not refused (%s)",
			table[i].name, domid, r < 0 ? strerror(-r) : "granted");
	}
	return 0;
}

static int privcmd_prove(int fd, unsigned domid)
{
	const unsigned foreign[] = { 0, other_than(domid), DOMID_SELF, DOMID_IO };
	int r = privcmd_version(fd);

	if (is_unknown(r))
		return xr_fail(-ENODEV, "descriptor %d: no privileged-command device",
			       fd);
	if (r != -EPERM)
		return xr_fail(-EPROTO,
			       "privileged commands: a hypercall was not refused (%s)",
			       r < 0 ? strerror(-r) : "granted");
	if (privcmd_map(fd, domid) == -EPERM)
		return xr_fail(-EXDEV,
			       "privileged commands: restricted, but not to domain %u",
			       domid);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		r = privcmd_refuses(fd, foreign[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

int xr_restrict_privcmd(int fd, unsigned domid)
{
	domid_t arg = (domid_t)domid;
	int r = xr_privcmd_is_free(fd); /* the kernel takes the same domid twice */

	if (r < 0)
		return r;
	r = ask(fd, IOCTL_PRIVCMD_RESTRICT, &arg);
	/* before 4.11 unknown requests were EINVAL; it is free, so nothing else is */
	if (is_unknown(r) || r == -EINVAL)
		return xr_fail(-EOPNOTSUPP,
			       "privileged commands: this kernel cannot restrict them "
			       "(Linux 4.11 is the first that can)");
	if (r < 0)
		return xr_fail_errno(r, "privileged commands: restricting to domain %u",
				     domid);
	return privcmd_prove(fd, domid);
}

/* ---- what others are ---- */

/* Grants can only be told by what a grant device says of a mapping that cannot be there;
 * ENOTTY and EINVAL are what devices say that do not know the request. */
static int gntdev_prove(int fd)
{
	struct ioctl_gntdev_unmap_grant_ref arg = { .index = ~(uint64_t)0, .count = 1 };
	int r = ask(fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &arg);

	if (is_unknown(r) || r == -EINVAL)
		return 0;
	return xr_fail(-EPROTO, "descriptor %d maps grants, which cannot be restricted",
		       fd);
}

static int none_prove(int fd)
{
	int r = evtchn_bind_unbound(fd);

	if (!is_unknown(r) && r != -EINVAL)
		return xr_fail(-EPROTO, "descriptor %d is an event-channel device", fd);
	r = privcmd_version(fd);
	if (r >= 0 || r == -EPERM)
		return xr_fail(-EPROTO, "descriptor %d is a privileged-command device",
			       fd);
	return gntdev_prove(fd);
}

int xr_prove_device(int fd, unsigned domid, enum xenrestrict_kind kind)
{
	switch (kind) {
	case XENRESTRICT_KIND_NONE:
		return none_prove(fd);
	case XENRESTRICT_KIND_EVTCHN:
		return evtchn_prove(fd, domid);
	case XENRESTRICT_KIND_PRIVCMD:
		return privcmd_prove(fd, domid);
	case XENRESTRICT_KIND_GNTDEV:
		return gntdev_prove(fd);
	default:
		return xr_fail(-EINVAL, "no such kind of descriptor: %d", (int)kind);
	}
}

/* ---- opening ---- */

static int open_device(const char *path, int *ret_fd)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return xr_fail_errno(-errno, "%s", path);
	*ret_fd = fd;
	return 0;
}

int xenrestrict_fd_evtchn(unsigned domid, int *ret_fd)
{
	autoclose int fd = -1;
	int r = xr_check_domid(domid);

	if (r >= 0)
		r = open_device(XR_EVTCHN_PATH, &fd);
	if (r >= 0)
		r = xr_restrict_evtchn(fd, domid);
	if (r >= 0)
		*ret_fd = steal_fd(&fd);
	return r;
}

int xenrestrict_fd_privcmd(unsigned domid, int *ret_fd)
{
	autoclose int fd = -1;
	int r = xr_check_domid(domid);

	if (r < 0)
		return r;
	r = open_device(XR_PRIVCMD_PATH, &fd);
	if (r == -ENOENT)
		r = open_device(XR_PRIVCMD_OLD_PATH, &fd);
	if (r >= 0)
		r = xr_restrict_privcmd(fd, domid);
	if (r >= 0)
		*ret_fd = steal_fd(&fd);
	return r;
}
