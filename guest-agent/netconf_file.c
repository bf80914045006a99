/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

static int say(struct netconf_why *why, int r, const char *verb, const char *path)
{
	if (r == -ELOOP || r == -ENOTDIR)
		return netconf_why(why, -ELOOP,
				   "cannot %s %s: a part of it is a symbolic link or no "
				   "directory, and is not followed",
				   verb, path);
	if (r == -EROFS)
		return netconf_why(why, r,
				   "cannot %s %s: the file system is read-only, so "
				   "nothing set here would last",
				   verb, path);
	return netconf_why(why, r, "cannot %s %s: %s", verb, path, strerror(-r));
}

/* To last over a power cut, as what is going to lie in it.  -1 and errno. */
static int make_dir(int dir, const char *name)
{
	if (mkdirat(dir, name, 0755) == 0)
		return fsync(dir);
	/* a mount's own parents may be read-only */
	return errno == EEXIST || errno == EROFS ? 0 : -1;
}

/* The directory that @path lies in, step by step; its last part. */
static int open_parent(const char *path, bool make, int *ret_fd, const char **ret_name)
{
	autoclose int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char part[NAME_MAX + 1];
	const char *slash;

	if (dir < 0)
		return -errno;
	if (*path != '/')
		return -EINVAL;
	for (path++; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		size_t len = (size_t)(slash - path);
		int next;

		if (len == 0 || len > NAME_MAX || *path == '.')
			return -EINVAL;
		memcpy(part, path, len);
		part[len] = '\0';
		if (make && make_dir(dir, part) < 0)
			return -errno;
		next = openat(dir, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		close_fd(&dir);
		dir = next;
	}
	if (*path == '\0')
		return -EINVAL;
	*ret_name = path;
	*ret_fd = steal_fd(&dir);
	return 0;
}

static int read_it(const char *path, char **ret_text, size_t *ret_len, mode_t *ret_mode)
{
	autoclose int dir = -1, fd = -1;
	const char *name = "";
	struct stat st;
	int r = open_parent(path, false, &dir, &name);

	if (r < 0)
		return r;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	r = io_read_limited(fd, NETCONF_FILE_MAX, ret_text, ret_len);
	if (r >= 0 && ret_mode)
		*ret_mode = st.st_mode & 0777;
	return r;
}

int netconf_file_read(const char *path, char **ret_text, size_t *ret_len,
		      mode_t *ret_mode, struct netconf_why *why)
{
	int r = read_it(path, ret_text, ret_len, ret_mode);

	return r < 0 && r != -ENOENT ? say(why, r, "read", path) : r;
}

/* Whose file is replaced, his the new one is. */
static int keep_owner(int dir, const char *name, int fd)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return fchown(fd, st.st_uid, st.st_gid) < 0 ? -errno : 0;
}

static int write_new(int dir, const char *name, const char *text, size_t len, mode_t mode)
{
	autoclose int fd = -1;
	int r;

	if (unlinkat(dir, NETCONF_FILE_TMP, 0) < 0 && errno != ENOENT)
		return -errno; /* (one that a kill left) */
	fd = openat(dir, NETCONF_FILE_TMP,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = keep_owner(dir, name, fd);
	if (r >= 0)
		r = io_write_all(fd, text, len);
	if (r >= 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0 ||
		       renameat(dir, NETCONF_FILE_TMP, dir, name) < 0))
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir, NETCONF_FILE_TMP, 0); /* or the next write does it */
	else if (fsync(dir) < 0)
		r = -errno;
	return r;
}

int netconf_file_write(const char *path, const char *text, size_t len, mode_t mode,
		       struct netconf_why *why)
{
	autoclose int dir = -1;
	const char *name = "";
	int r = open_parent(path, true, &dir, &name);

	if (r >= 0)
		r = write_new(dir, name, text, len, mode);
	return r < 0 ? say(why, r, "write", path) : 0;
}

int netconf_file_try(const char *path, struct netconf_why *why)
{
	autoclose int dir = -1;
	const char *name = "";
	int r = open_parent(path, true, &dir, &name);

	if (r >= 0 && faccessat(dir, ".", W_OK, 0) < 0)
		r = -errno;
	return r < 0 ? say(why, r, "write", path) : 0;
}

void netconf_file_clean(const char *path)
{
	autoclose int dir = -1;
	const char *name = "";

	if (open_parent(path, false, &dir, &name) >= 0)
		(void)unlinkat(dir, NETCONF_FILE_TMP, 0); /* mostly there is none */
}

int netconf_file_remove(const char *path, struct netconf_why *why)
{
	autoclose int dir = -1;
	const char *name = "";
	int r = open_parent(path, false, &dir, &name);

	if (r >= 0 && (unlinkat(dir, name, 0) < 0 || fsync(dir) < 0))
		r = -errno;
	return r < 0 && r != -ENOENT ? say(why, r, "remove", path) : 0;
}
