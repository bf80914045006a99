/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A restricted struct xs_handle.  libxenstore takes no descriptor, so a handle of its own
 * making is given another connection: a broker's, put under the number of the one it has.
 *
 * The number is the first member of struct xs_handle in every version.  That is not
 * believed: it must be a connection to a store, and a transaction that the handle starts
 * must be known on it and be unknown again when the handle has ended it.
 *
 * The old connection is shut down, which ends it in every copy that dup(), fork() or
 * descriptor passing made of it.
 * Source: xen.git tools/libs/store/xs.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/cleanup.h"

/* ---- the handle's descriptor ---- */

static bool is_stream(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(int), peer_len = sizeof(peer);
	int domain, type;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	       domain == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_STREAM &&
	       getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0;
}

static bool is_device(int fd)
{
	static const char *const paths[] = { "/dev/xen/xenbus", "/proc/xen/xenbus" };
	struct stat st, want;

	if (fstat(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (stat(paths[i], &want) == 0 && st.st_dev == want.st_dev &&
		    st.st_ino == want.st_ino && st.st_rdev == want.st_rdev)
			return true;
	return false;
}

static int handle_fd(const struct xs_handle *h, int *ret_fd)
{
	int fd;

	memcpy(&fd, h, sizeof(fd)); /* its first member */
	if (fd <= STDERR_FILENO || (!is_stream(fd) && !is_device(fd)))
		return xr_fail(-EOPNOTSUPP,
			       "xenstore: the handle has no connection to a store where "
			       "libxenstore keeps it");
	*ret_fd = fd;
	return 0;
}

/* ---- what stands against it ---- */

/* Restricted already, or of a domain that does not exist? */
static int check_rights(struct xs_handle *h, unsigned domid)
{
	errno = 0;
	if (xs_is_domain_introduced(h, domid))
		return 0;
	if (errno == EACCES)
		return xr_fail(-EACCES, "xenstore: the handle is restricted already");
	if (errno != 0)
		return xr_fail_errno(-errno, "xenstore: asking for domain %u", domid);
	return xr_fail(-ENOENT, "xenstore knows no domain %u", domid);
}

static int check_threads(int fd)
{
	int r = xr_thread_reads(fd);

	if (r > 0)
		return xr_fail(-EBUSY, "xenstore: the handle has a watch, "
				       "or another thread is using it");
	return r;
}

/* Answers are still to come, which the handle would take for others: it ends here. */
static int give_up(int fd, int r)
{
	(void)shutdown(fd, SHUT_RDWR);
	return xr_fail_errno(r, "xenstore: the handle's connection");
}

/* The number of the transaction that the handle starts and ends here; on the way, that
 * @fd is where it does so. */
static int try_transaction(struct xs_handle *h, int fd, uint32_t *ret_id,
			   int *ret_unknown)
{
	char buf[XR_WIRE_MAX + 1];
	xs_transaction_t id = xs_transaction_start(h);
	int r, known;

	if (id == XBT_NULL) /* ENOSPC: as many as may be are open */
		return errno == ENOSPC
			       ? xr_fail(-EBUSY, "xenstore: transactions are open")
			       : xr_fail_errno(-errno, "xenstore: a transaction");
	known = xr_wire_ask(fd, XS_READ, id, "/", buf);
	if (xr_wire_is_lost(known))
		return give_up(fd, known);
	if (!xs_transaction_end(h, id, true))
		return xr_fail_errno(-errno, "xenstore: ending a transaction");
	r = xr_wire_ask(fd, XS_READ, id, "/", buf);
	if (xr_wire_is_lost(r))
		return give_up(fd, r);
	if (known == -EBUSY || r == -EBUSY)
		return xr_fail(-EBUSY, "xenstore: the handle has a watch");
	if (known != 0 || (r != -ENOENT && r != -EIO && r != -EINVAL))
		return xr_fail(-EOPNOTSUPP, "xenstore: the handle's connection is not "
					    "where libxenstore keeps it");
	*ret_id = id;
	*ret_unknown = r;
	return 0;
}

static int check_transactions(struct xs_handle *h, int fd)
{
	uint32_t id = 0;
	int unknown = 0, r = try_transaction(h, fd, &id, &unknown);

	if (r < 0)
		return r;
	r = xr_wire_open_transactions(fd, id - 1, unknown);
	if (r == -E2BIG)
		return xr_fail(-EBUSY,
			       "xenstore: the handle had %u transactions, too many to "
			       "see that none is open",
			       id - 1);
	if (r == -EBUSY)
		return xr_fail(r, "xenstore: the handle has a watch");
	if (r < 0)
		return give_up(fd, r);
	if (r > 0)
		return xr_fail(-EBUSY, "xenstore: %d transactions are open", r);
	return 0;
}

/* ---- the change ---- */

static int swap(int fd, int broker)
{
	autoclose int old = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int flags = fcntl(fd, F_GETFD);

	if (old < 0 || flags < 0)
		return xr_fail_errno(-errno, "xenstore: the handle's descriptor");
	if (dup3(broker, fd, flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0)
		return xr_fail_errno(-errno, "xenstore: the handle's descriptor");
	(void)shutdown(old, SHUT_RDWR); /* not for /dev/xen/xenbus; see the man page */
	return 0;
}

static int deny_read(struct xs_handle *h)
{
	for (size_t i = 0; xr_dom0_nodes[i]; i++) {
		autofree void *value = NULL;

		errno = 0;
		value = xs_read(h, XBT_NULL, xr_dom0_nodes[i], NULL);
		if (!value && errno == EACCES)
			return 0;
	}
	return xr_fail(-EPROTO, "xenstore: reading dom0's nodes was not refused");
}

int xr_store_prove_handle(struct xs_handle *h, unsigned domid)
{
	errno = 0;
	if (xs_is_domain_introduced(h, domid) || errno != EACCES)
		return xr_fail(-EPROTO, "xenstore: a question of dom0's was not refused");
	return deny_read(h);
}

int xr_store_restrict(struct xs_handle *h, unsigned domid,
		      const struct xenrestrict_options *opt)
{
	autoclose int broker = -1;
	int fd = -1, r = xr_check_domid(domid);

	if (r >= 0)
		r = handle_fd(h, &fd);
	if (r >= 0)
		r = check_rights(h, domid);
	if (r >= 0)
		r = check_threads(fd);
	if (r >= 0)
		r = check_transactions(h, fd);
	if (r >= 0)
		r = xenrestrict_fd_xenstore(domid, opt, &broker);
	if (r >= 0)
		r = check_threads(fd); /* again: starting took a while */
	if (r >= 0)
		r = swap(fd, broker);
	if (r < 0)
		return r;
	r = xr_store_prove_handle(h, domid);
	if (r < 0)
		(void)shutdown(broker, SHUT_RDWR); /* of no use to anybody now */
	return r;
}

bool xenrestrict_xs_restrict(struct xs_handle *h, unsigned domid)
{
	int before = errno;
	int r = h ? xr_store_restrict(h, domid, NULL)
		  : xr_fail(-EINVAL, "xenstore: no handle");

	errno = r < 0 ? -r : before; /* a proof is a refusal: its errno is not news */
	return r >= 0;
}
