/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define STATUS_MAX   65536
#define KEYRINGS_MAX 16
#define GPGV_CPU_S   20
#define STATUS_FD    3

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

static void limit(int what, rlim_t value)
{
	const struct rlimit l = { value, value };

	if (setrlimit(what, &l) < 0)
		_exit(126);
}

/* In the child: no rights, no network, bounded; then gpgv. */
__attribute__((noreturn)) static void run_gpgv(char *const argv[], int in, int out,
					       int status, uid_t uid, gid_t gid)
{
	static char locale[] = "LC_ALL=C", home[] = "HOME=/nonexistent";
	char *const environment[] = { locale, home, NULL };

	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* above all that is to be replaced */
	in = fcntl(in, F_DUPFD, 16);
	out = fcntl(out, F_DUPFD, 16);
	status = fcntl(status, F_DUPFD, 16);
	if (in < 0 || out < 0 || status < 0 || null < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(null, 2) < 0 || dup2(status, STATUS_FD) < 0)
		_exit(126);
	for (int fd = STATUS_FD + 1; fd < 1024; fd++)
		(void)close(fd); /* most are not open */
	limit(RLIMIT_CPU, GPGV_CPU_S);
	limit(RLIMIT_FSIZE, METADATA_MAX);
	limit(RLIMIT_CORE, 0);
	if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0 || setgroups(0, NULL) < 0 ||
	    setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(126);
	execve(GPGV, argv, environment);
	_exit(errno == ENOENT ? 127 : 126);
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

/* argv: gpgv --status-fd 3 --output - --keyring K... - */
static size_t arguments(char *const keyring[], size_t count, char **argv)
{
	static char gpgv[] = GPGV, status[] = "--status-fd=3", output[] = "--output=-";
	static char option[] = "--keyring", input[] = "-";
	size_t n = 0, rings = 0;

	argv[n++] = gpgv;
	argv[n++] = status;
	argv[n++] = output;
	for (size_t i = 0; i < count && rings < KEYRINGS_MAX; i++) {
		if (access(keyring[i], R_OK) < 0)
			continue;
		argv[n++] = option;
		argv[n++] = keyring[i];
		rings++;
	}
	argv[n++] = input;
	argv[n] = NULL;
	return rings;
}

static int wait_exit(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 126)
		return -EIO;
	return 0;
}

int signature_check(const void *inrelease, size_t len, char *const keyring[],
		    size_t keyring_count, uid_t uid, gid_t gid, int *ret_fd)
{
	autoclose int in = memory_file("InRelease", inrelease, len);
	autoclose int out = memory_file("signed text", "", 0);
	autoclose int status = memory_file("status", "", 0);
	autofree char *text = NULL;
	char *argv[5 + 2 * KEYRINGS_MAX];
	pid_t pid;
	int r;

	if (in < 0 || out < 0 || status < 0)
		return in < 0 ? in : out < 0 ? out : status;
	if (arguments(keyring, keyring_count, argv) == 0 || access(GPGV, X_OK) < 0)
		return -ENOENT;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		run_gpgv(argv, in, out, status, uid, gid);
	r = wait_exit(pid);
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
