/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "guest-agent/privileges_parts.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define LINE_MAX_BYTES 1024		  /* longer lines are nobody's that we look for */
#define PASSWD_MAX     (16 * 1024 * 1024) /* bytes: hundreds of thousands of users */

static FILE *open_passwd(int rootfd)
{
	autoclose int fd = io_open_file_at(rootfd, "etc/passwd");
	struct stat st;
	FILE *file;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > PASSWD_MAX) {
		errno = fd < 0 ? -fd : EFBIG;
		return NULL;
	}
	file = fdopen(fd, "re");
	if (file)
		(void)steal_fd(&fd);
	return file;
}

static void skip_line(FILE *file)
{
	int c;

	do
		c = getc(file);
	while (c != '\n' && c != EOF);
}

/* No name service: a static program has none, and what those of a network say comes late. */
static int find_in(FILE *file, const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	struct passwd entry, *found;
	char line[LINE_MAX_BYTES];
	int r;

	while ((r = fgetpwent_r(file, &entry, line, sizeof(line), &found)) == 0 ||
	       r == ERANGE) {
		if (r == ERANGE) {
			skip_line(file);
			continue;
		}
		if (strcmp(entry.pw_name, name) != 0)
			continue;
		if (entry.pw_uid == 0 || entry.pw_gid == 0)
			return -EPERM;
		if (entry.pw_uid == (uid_t)-1 || entry.pw_gid == (gid_t)-1)
			return -ERANGE; /* to setresuid(): leave it as it is */
		*ret_uid = entry.pw_uid;
		*ret_gid = entry.pw_gid;
		return 0;
	}
	return r == ENOENT ? -ENOENT : -r;
}

int privileges_find_user(int rootfd, const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	autofclose FILE *file = open_passwd(rootfd);

	return file ? find_in(file, name, ret_uid, ret_gid) : -errno;
}
