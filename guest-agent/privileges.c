/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/privileges.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest-agent/privileges_parts.h"
#include "lib/log.h"
#include "lib/rights.h"
#include "lib/sandbox_calls.h"

#define FDS_MAX 64 /* about 20 are open: sockets, timers, one file at a time */

static int failed(const char *what, int r)
{
	log_error("cannot %s: %s", what, strerror(-r));
	return r;
}

static void find_user(int rootfd, const char *user, uid_t *ret_uid, gid_t *ret_gid)
{
	const char *name = user ? user : PRIVILEGES_USER;
	int r = privileges_find_user(rootfd, name, ret_uid, ret_gid);

	if (r == 0)
		return;
	*ret_uid = *ret_gid = PRIVILEGES_NOBODY;
	/* a name that somebody has chosen is a mistake; without ours it is a small system */
	log_msg(user || r != -ENOENT ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		"cannot run as user '%s' (%s): running as uid %d", name,
		r == -ENOENT   ? "not in etc/passwd"
		: r == -EPERM  ? "it is root"
		: r == -ERANGE ? "its number is no user's"
			       : strerror(-r),
		PRIVILEGES_NOBODY);
}

static int change_user(int rootfd, const char *user)
{
	uid_t uid;
	gid_t gid;

	find_user(rootfd, user, &uid, &gid);
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return -errno;
	return rights_prove_ids(uid, gid);
}

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int limit(void)
{
	int r = rights_limit(RLIMIT_CORE, 0); /* it would hold what was read */

	if (r == 0)
		r = rights_limit(RLIMIT_NOFILE, FDS_MAX);
	if (r == 0)
		r = rights_limit(RLIMIT_MEMLOCK, 0);
	/* a log that is a file must grow; nothing else is written to files on a disk */
	if (r == 0 && !is_file(STDOUT_FILENO) && !is_file(STDERR_FILENO))
		r = rights_limit(RLIMIT_FSIZE, 0);
	/* a write past a limit shall fail, not kill */
	if (r == 0 && signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		r = -errno;
	(void)umask(0777);
	return r;
}

/* Nothing that could be gained back by a program: none is executed, but were one, ... */
static int bound(void)
{
	int r = rights_bound_caps(0);

	/* without CAP_SETPCAP (a container): no_new_privs means the same */
	return r == -EPERM ? 0 : r;
}

static int lock_files(int rootfd)
{
	int r = privileges_lock_files(rootfd);

	if (r != -EOPNOTSUPP)
		return r;
	log_debug("this kernel has no Landlock: files are guarded by their modes only");
	return 0;
}

int privileges_drop(int rootfd, const char *user)
{
	bool root = geteuid() == 0;
	int r = limit();

	if (r == 0)
		r = bound();
	if (r < 0)
		return failed("limit itself", r);
	if (root)
		r = change_user(rootfd, user);
	else
		log_debug("not started as root: staying uid %u", (unsigned)geteuid());
	if (r < 0)
		return failed("become an unprivileged user (that takes the capabilities "
			      "setuid and setgid)",
			      r);
	r = rights_set_caps(0);
	/* others of the same user can neither trace it nor read its memory */
	if (r == 0 && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0))
		r = -errno;
	if (r < 0)
		return failed("give up capabilities", r);
	r = lock_files(rootfd);
	return r < 0 ? failed("restrict its view of files", r) : 0;
}

static int lock_calls(bool alone)
{
	int r = privileges_lock_calls(alone);

	if (r == -EOPNOTSUPP) {
		log_debug(
			"this kernel has no seccomp filters: all system calls are left");
		return 0;
	}
	return r < 0 ? failed("restrict its system calls", r) : 0;
}

int privileges_seal(void)
{
	/* the search for leaks makes a process; it is not so in what is installed */
	int r = SANDBOX_ASAN ? 0 : rights_limit(RLIMIT_NPROC, 0);

	return r < 0 ? failed("limit itself", r) : lock_calls(false);
}

int privileges_seal_thread(void)
{
	return privileges_reach_threads() ? 0 : lock_calls(true);
}
