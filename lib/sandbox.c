/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/sandbox_calls.h"
#include "lib/sandbox_parts.h"
#include "lib/sandbox_root.h"

/* Namespaces, filters and groups are a thread's; another would stay outside. */
static int check_single_thread(void)
{
	struct stat st;

	if (stat("/proc/self/task", &st) < 0)
		return -errno;
	return st.st_nlink == 3 ? 0 : -EBUSY; /* ".", ".." and the one thread */
}

static int check_descriptor(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? -EPERM : 0;
}

/* An open directory would be a way back to the old tree. */
static int check_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	uint64_t fd;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (e = readdir(dir)))
		if (io_parse_u64(e->d_name, INT32_MAX, &fd) == 0 && (int)fd != dirfd(dir))
			r = check_descriptor((int)fd);
	closedir(dir);
	return r;
}

static int set_limits(const struct sandbox *box)
{
	int r = rights_limit(RLIMIT_CORE,
			     0); /* a core would hold what came from outside */

#if !SANDBOX_ASAN /* it reserves terabytes of addresses */
	if (r == 0 && box->memory_max > 0)
		r = rights_limit(RLIMIT_AS, box->memory_max);
#endif
	if (r == 0)
		r = rights_limit(RLIMIT_FSIZE, box->file_max);
	if (r == 0)
		r = rights_limit(RLIMIT_NOFILE, box->fds_max);
	if (r == 0 && box->cpu_s > 0)
		r = rights_limit(RLIMIT_CPU, box->cpu_s);
	if (r == 0)
		r = rights_limit(RLIMIT_NPROC, box->processes);
	/* stderr may be a file: a write past the limit shall fail, not kill */
	if (r == 0 && signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		r = -errno;
	return r;
}

static int set_ids(const struct sandbox *box)
{
	if (box->uid == 0 || box->gid == 0)
		return -EPERM;
	if (box->reserved_ports && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -errno;
	if (setgroups(0, NULL) < 0 || setresgid(box->gid, box->gid, box->gid) < 0 ||
	    setresuid(box->uid, box->uid, box->uid) < 0)
		return -errno;
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return -errno;
	/* none but, where wanted, the right to low ports */
	return rights_set_caps(box->reserved_ports ? 1ULL << CAP_NET_BIND_SERVICE : 0);
}

/* The kernel forgets the parent-death signal when ids change; @parent may have died
 * meanwhile. */
static int restore_death_signal(int number, pid_t parent)
{
	if (number != 0 && prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) < 0)
		return -errno;
	return number == 0 || getppid() == parent ? 0 : -ESRCH;
}

static int become_user(const struct sandbox *box)
{
	int r = set_limits(box);

	if (r == 0)
		r = rights_bound_caps(0);
	if (r == 0)
		r = set_ids(box);
	if (r == 0)
		r = rights_prove_ids(box->uid, box->gid);
	/* no ptrace() by others of the same user, no files of ours below /proc */
	if (r == 0 && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0))
		r = -errno;
	return r;
}

static bool entered;

#if SANDBOX_ASAN
static bool begun; /* it stands at least half in the room, and has no /proc */

/* The leak check at the end works with ptrace(), clone() and /proc: not in the room. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return begun;
}
#endif

int sandbox_enter(const struct sandbox *box)
{
	pid_t parent = getppid();
	int death_signal = 0;
	int r;

	if (entered || prctl(PR_GET_PDEATHSIG, &death_signal, 0, 0, 0) < 0)
		return -EALREADY;
	r = check_single_thread();
	if (r == 0)
		r = check_descriptors();
#if SANDBOX_ASAN
	begun = r == 0;
#endif
	if (r == 0)
		r = sandbox_root(box);
	if (r == 0)
		r = become_user(box);
	if (r == 0)
		r = restore_death_signal(death_signal, parent);
	if (r == 0)
		r = sandbox_calls(box);
	entered = r == 0;
	return r;
}

int sandbox_user(const char *name, const char *otherwise, uid_t *ret_uid, gid_t *ret_gid)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (!user && otherwise)
		user = getpwnam(otherwise);
	if (!user)
		return errno == 0 ? -ENOENT : -errno;
	if (user->pw_uid == 0 || user->pw_gid == 0)
		return -EPERM;
	*ret_uid = user->pw_uid;
	*ret_gid = user->pw_gid;
	return 0;
}
