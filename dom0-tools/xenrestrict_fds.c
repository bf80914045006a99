/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxenctrl, libxenforeignmemory and libxendevicemodel do not show their descriptors:
 * those that a call opened are the ones that were not there before it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/array.h"
#include "lib/cleanup.h"

#define XENFS_MAGIC 0xabba1974U /* linux.git include/uapi/linux/magic.h */
#define FDS_MAX	    (1U << 20)	/* descriptors: what nr_open allows by default */

void xr_fds_done(struct xr_fds *fds)
{
	free(fds->fd);
	*fds = (struct xr_fds){ 0 };
}

static int add(struct xr_fds *fds, int fd)
{
	int *more;

	if (fds->count >= FDS_MAX)
		return -EMFILE;
	more = array_grown(fds->fd, fds->count, sizeof(*more));
	if (!more)
		return -ENOMEM;
	fds->fd = more;
	fds->fd[fds->count++] = fd;
	return 0;
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

int xr_fds_list(struct xr_fds *ret_fds)
{
	autoclosedir DIR *dir = opendir("/proc/self/fd");
	struct xr_fds fds = { 0 };
	struct dirent *e;
	int r = 0;

	if (!dir)
		return xr_fail_errno(-errno, "/proc/self/fd");
	while (r >= 0 && (errno = 0, e = readdir(dir)) != NULL) {
		char *end;
		long fd = strtol(e->d_name, &end, 10);

		if (end != e->d_name && *end == '\0' && fd != dirfd(dir))
			r = add(&fds, (int)fd);
	}
	if (r >= 0)
		r = -errno;
	if (r < 0) {
		xr_fds_done(&fds);
		return xr_fail_errno(r, "/proc/self/fd");
	}
	if (fds.count > 0)
		qsort(fds.fd, fds.count, sizeof(*fds.fd), compare);
	*ret_fds = fds;
	return 0;
}

bool xr_fd_is_privcmd(int fd)
{
	struct stat st, dev;
	struct statfs fs;

	if (fstat(fd, &st) < 0)
		return false;
	if (S_ISCHR(st.st_mode))
		return stat(XR_PRIVCMD_PATH, &dev) == 0 && S_ISCHR(dev.st_mode) &&
		       st.st_rdev == dev.st_rdev;
	/* /proc/xen/privcmd: a file of xenfs, whose other files know no ioctl */
	return S_ISREG(st.st_mode) && fstatfs(fd, &fs) == 0 &&
	       (unsigned long)fs.f_type == XENFS_MAGIC;
}

int xr_fds_new_privcmd(const struct xr_fds *before, int ret_fd[XR_OPENED_MAX],
		       size_t *ret_count)
{
	autofds struct xr_fds now = { 0 };
	size_t count = 0;
	int r = xr_fds_list(&now);

	if (r < 0)
		return r;
	for (size_t i = 0; i < now.count; i++) {
		if (bsearch(&now.fd[i], before->fd, before->count, sizeof(int),
			    compare) ||
		    !xr_fd_is_privcmd(now.fd[i]))
			continue;
		if (count == XR_OPENED_MAX)
			return xr_fail(-E2BIG,
				       "more than %d descriptors of Xen's privileged "
				       "commands were opened at once",
				       XR_OPENED_MAX);
		ret_fd[count++] = now.fd[i];
	}
	if (count == 0)
		return xr_fail(-ENODEV,
			       "no descriptor of Xen's privileged commands was opened");
	*ret_count = count;
	return 0;
}
