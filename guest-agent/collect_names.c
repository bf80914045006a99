/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "guest-agent/names.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define HOSTNAME_FILE "proc/sys/kernel/hostname"
/* Bytes of a file that are looked at: lists of advertisers make hosts files of megabytes,
 * but the own name is at the top. */
#define NAMES_FILE_MAX (32 * 1024)

int names_open(int rootfd)
{
	int fd = openat(rootfd, HOSTNAME_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* The first lines of @fd; a line that does not fit is left out. */
static int read_start(int fd, char *buf, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < NAMES_FILE_MAX && n > 0) {
		n = read(fd, buf + len, NAMES_FILE_MAX - len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			n = 1; /* again */
		else
			len += (size_t)n;
	}
	if (len == NAMES_FILE_MAX)
		while (len > 0 && buf[len - 1] != '\n')
			len--;
	*ret_len = len;
	return 0;
}

/* What is no file is as if it were absent. */
static int read_file(int rootfd, const char *path, char *buf, size_t *ret_len)
{
	autoclose int fd = io_open_file_at(rootfd, path);

	if (fd < 0)
		return fd == -EINVAL ? -ENOENT : fd;
	return read_start(fd, buf, ret_len);
}

static void find_domain(int rootfd, char *buf, struct name_facts *names)
{
	size_t len = 0;

	/* a file that cannot be read knows no domain */
	if (read_file(rootfd, "etc/hosts", buf, &len) == 0 &&
	    names_hosts_domain(buf, len, names->host, names->domain) == 0)
		return;
	if (read_file(rootfd, "etc/resolv.conf", buf, &len) == 0)
		(void)names_resolv_domain(buf, len, names->domain); /* or none */
}

int collect_names(int rootfd, struct name_facts *ret)
{
	struct name_facts names = { "", "" };
	autofree char *buf = malloc(NAMES_FILE_MAX);
	size_t len = 0;
	int r = buf ? read_file(rootfd, HOSTNAME_FILE, buf, &len) : -ENOMEM;

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && names_split(buf, len, &names) == 0 && !names.domain[0])
		find_domain(rootfd, buf, &names);
	*ret = names;
	return 0;
}
