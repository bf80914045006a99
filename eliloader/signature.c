/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/signature.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "eliloader/child.h"
#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define STATUS_MAX   65536
#define KEYRINGS_MAX 16
#define GPGV_LIMIT_S 60
#define GPGV_CPU_S   20

static const char *find_line(const char *status, const char *word)
{
	const char *line = status;
	size_t len = strlen(word);

	while (line && *line) {
		if (strncmp(line, "[GNUPG:] ", 9) == 0 &&
		    strncmp(line + 9, word, len) == 0 && line[9 + len] == ' ')
			return line;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

int signature_judge(const char *status)
{
	if (find_line(status, "BADSIG"))
		return -EKEYREJECTED;
	if (find_line(status, "GOODSIG") && find_line(status, "VALIDSIG"))
		return 0;
	if (find_line(status, "NO_PUBKEY"))
		return -ENOKEY;
	return -EKEYREJECTED; /* expired, revoked, or no signature at all */
}

struct ids {
	uid_t uid;
	gid_t gid;
};

static int limit(int what, rlim_t value)
{
	const struct rlimit l = { value, value };

	return setrlimit(what, &l);
}

/* In the child: bounded, no network, no rights. */
static int prepare(const void *arg)
{
	const struct ids *ids = arg;

	if (limit(RLIMIT_CPU, GPGV_CPU_S) < 0 || limit(RLIMIT_FSIZE, METADATA_MAX) < 0 ||
	    limit(RLIMIT_CORE, 0) < 0 || unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0 ||
	    setgroups(0, NULL) < 0 || setresgid(ids->gid, ids->gid, ids->gid) < 0 ||
	    setresuid(ids->uid, ids->uid, ids->uid) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

static int memory_file(const char *name, const void *data, size_t len)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = io_write_all(fd, data, len);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r < 0) {
		(void)close(fd); /* nothing to lose */
		return r;
	}
	return fd;
}

/* argv: gpgv --status-fd=3 --output=- --keyring K... - */
static size_t arguments(const char *const keyring[], size_t count, const char **argv)
{
	size_t n = 0, rings = 0;

	argv[n++] = GPGV;
	argv[n++] = "--status-fd=3";
	argv[n++] = "--output=-";
	for (size_t i = 0; i < count && rings < KEYRINGS_MAX; i++) {
		if (access(keyring[i], R_OK) < 0)
			continue;
		argv[n++] = "--keyring";
		argv[n++] = keyring[i];
		rings++;
	}
	argv[n++] = "-";
	argv[n] = NULL;
	return rings;
}

static int run_gpgv(const char *const argv[], const int fds[4], const struct ids *ids)
{
	static const char *const env[] = { "LC_ALL=C", "HOME=/nonexistent", NULL };
	const struct child child = { .argv = argv,
				     .env = env,
				     .fds = fds,
				     .count = 4,
				     .prepare = prepare,
				     .arg = ids };
	pid_t pid = -1;
	int r = child_start(&child, &pid);

	if (r == 0)
		r = child_wait(pid, GPGV_LIMIT_S);
	if (r == CHILD_NO_PROGRAM)
		return -ENOENT;
	/* what gpgv found, its status lines tell, whatever its exit status */
	return r < 0 ? r : r == CHILD_NOT_READY || r >= 128 ? -EIO : 0;
}

int signature_check(const void *inrelease, size_t len, const char *const keyring[],
		    size_t keyring_count, uid_t uid, gid_t gid, int *ret_fd)
{
	autoclose int in = memory_file("InRelease", inrelease, len);
	autoclose int out = memory_file("signed text", "", 0);
	autoclose int status = memory_file("status", "", 0);
	autofree char *text = NULL;
	const char *argv[5 + 2 * KEYRINGS_MAX];
	const struct ids ids = { uid, gid };
	const int fds[] = { in, out, -1, status };
	int r;

	if (in < 0 || out < 0 || status < 0)
		return in < 0 ? in : out < 0 ? out : status;
	if (arguments(keyring, keyring_count, argv) == 0 || access(GPGV, X_OK) < 0)
		return -ENOENT;
	r = run_gpgv(argv, fds, &ids);
	if (r < 0)
		return r;
	if (lseek(status, 0, SEEK_SET) < 0 || lseek(out, 0, SEEK_SET) < 0)
		return -errno;
	r = io_read_limited(status, STATUS_MAX, &text, NULL);
	if (r == 0)
		r = signature_judge(text);
	if (r == 0)
		*ret_fd = steal_fd(&out);
	return r;
}
