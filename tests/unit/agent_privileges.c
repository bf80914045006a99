/* SPDX-License-Identifier: BSD-2-Clause */
/* agent_privileges - privileges_drop() by what it refuses, and whom it becomes. */
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "guest-agent/privileges.h"
#include "lib/landlock.h"
#include "lib/log.h"
#include "tests/tap.h"
#include "tests/unit/privileges_case.h"

static void case_ids(void)
{
	gid_t groups[] = { 0, 6, 27 };

	expect(setgroups(3, groups) == 0);
	case_drop();
	expect(case_status_is("self", "Uid", "64321\t64321\t64321\t64321"));
	expect(case_status_is("self", "Gid", "64322\t64322\t64322\t64322"));
	expect(case_status_is("self", "Groups", ""));
	expect(setuid(0) < 0 && setgid(0) < 0 && setgroups(0, NULL) < 0);
}

static void case_caps(void)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapBnd",
					    "CapAmb" };

	case_drop();
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		expect(case_status_is("self", sets[i], "0000000000000000"));
	expect(case_status_is("self", "NoNewPrivs", "1"));
	expect(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
}

static void case_limits(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int file = openat(case_root, "etc/grows", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	expect(null >= 0 && file >= 0 && dup2(null, STDOUT_FILENO) >= 0);
	case_drop();
	expect(case_limit_is(RLIMIT_CORE, 0) && case_limit_is(RLIMIT_MEMLOCK, 0) &&
	       case_limit_is(RLIMIT_NOFILE, 64) && case_limit_is(RLIMIT_FSIZE, 0));
	expect(write(file, "x", 1) < 0 && errno == EFBIG);
	expect(syscall(SYS_mlock, case_said, 1) <
	       0); /* (AddressSanitizer has one of its own) */
}

/* A log that is a file grows on. */
static void case_log_file(void)
{
	int file = openat(case_root, "etc/log", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char byte;

	expect(file >= 0 && dup2(file, STDERR_FILENO) >= 0);
	case_drop();
	log_info("still told");
	expect(pread(file, &byte, 1, 0) == 1);
}

static void case_files(void)
{
	struct statfs fs;
	char path[128];
	int fd;

	case_drop();
	expect((fd = openat(case_root, "etc/passwd", O_RDONLY)) >= 0 && close(fd) == 0);
	expect((fd = open("/proc/meminfo", O_RDONLY)) >= 0 && close(fd) == 0);
	expect((fd = open("/sys/kernel", O_RDONLY | O_DIRECTORY)) >= 0 && close(fd) == 0);
	/* all of these have modes that would allow it */
	expect(openat(case_root, "outside/file", O_RDONLY) < 0 && errno == EACCES);
	expect(openat(case_root, "outside", O_RDONLY | O_DIRECTORY) < 0 &&
	       errno == EACCES);
	expect(openat(case_root, "etc/open", O_WRONLY) < 0 && errno == EACCES);
	expect(openat(case_root, "etc/open", O_RDONLY | O_TRUNC) < 0 && errno == EACCES);
	expect(openat(case_root, "outside/new", O_WRONLY | O_CREAT, 0600) < 0 &&
	       errno == EACCES);
	expect(mkdirat(case_root, "outside/dir", 0700) < 0 && errno == EACCES);
	expect(unlinkat(case_root, "outside/file", 0) < 0 && errno == EACCES);
	expect(symlinkat("x", case_root, "outside/link") < 0 && errno == EACCES);
	expect(renameat(case_root, "outside/file", case_root, "outside/other") < 0 &&
	       errno == EACCES);
	(void)snprintf(path, sizeof(path), "%s/outside/true", case_top);
	expect(execl(path, "true", (char *)NULL) < 0 && errno == EACCES);
	/* looking, as at volumes, stays */
	expect((fd = openat(case_root, "outside", O_PATH | O_DIRECTORY)) >= 0);
	expect(fstatfs(fd, &fs) == 0 && statfs("/", &fs) == 0);
}

/* Started without rights: there is nobody to become, and the rest is as ever. */
static void case_not_root(void)
{
	expect(setgroups(0, NULL) == 0 && setresgid(1234, 1234, 1234) == 0 &&
	       setresuid(1234, 1234, 1234) == 0);
	case_seal();
	expect(case_status_is("self", "Uid", "1234\t1234\t1234\t1234"));
	expect(case_status_is("self", "NoNewPrivs", "1") &&
	       case_status_is("self", "Seccomp", "2"));
	expect(openat(case_root, "outside/file", O_RDONLY) < 0 && errno == EACCES);
}

static const char *user;

static void case_user(void)
{
	expect(privileges_drop(case_root, user) == 0);
	_exit(getuid() == PRIVILEGES_NOBODY && getgid() == PRIVILEGES_NOBODY ? 10
	      : getuid() == USER_ID && getgid() == GROUP_ID		     ? 20
	      : getuid() == 1000 && getgid() == 1001			     ? 30
									     : 1);
}

static char long_line[4096];

static const struct {
	const char *name, *passwd, *user;
	int uid; /* 10: nobody, 20: ours, 30: the configured one's */
	const char *says;
} users[] = {
	{ "ours", "root:x:0:0::/:\n" OWN_LINE, NULL, 20, NULL },
	{ "the last line without an end", "xe-guest-agent:x:64321:64322::/:", NULL, 20,
	  NULL },
	{ "none", "root:x:0:0::/:\n", NULL, 10, "'xe-guest-agent' (not in etc/passwd)" },
	{ "an empty file", "", NULL, 10, "not in etc/passwd" },
	{ "root's id", "xe-guest-agent:x:0:64322::/:\n", NULL, 10, "it is root" },
	{ "root's group", "xe-guest-agent:x:64321:0::/:\n", NULL, 10, "it is root" },
	{ "no number", "xe-guest-agent:x:a:b::/:\n", NULL, 10, "not in etc/passwd" },
	{ "a longer name", "xe-guest-agent2:x:1:1::/:\n", NULL, 10, "not in etc/passwd" },
	{ "after a long line", long_line, NULL, 20, NULL },
	{ "configured", OWN_LINE "someone:x:1000:1001::/:\n", "someone", 30, NULL },
	{ "configured and absent", OWN_LINE, "someone", 10,
	  "'someone' (not in etc/passwd)" },
	{ "configured as root", "root:x:0:0::/:\n", "root", 10, "'root' (it is root)" },
	{ "configured as nonsense", OWN_LINE, "a:b\n", 10, "not in etc/passwd" },
};

static void check_user(const char *name, const char *says, int uid)
{
	int status;

	*case_said = '\0';
	status = case_in_child(case_user);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == uid &&
		   (says ? strstr(case_said, says) != NULL : *case_said == '\0'),
	   "user: %s", name);
	if (WEXITSTATUS(status) != uid)
		printf("# %d instead of %d: %s\n", WEXITSTATUS(status), uid, case_said);
}

static void check_users(void)
{
	memset(long_line, 'x', sizeof(long_line) - sizeof(OWN_LINE) - 1);
	(void)snprintf(long_line + 2000, sizeof(long_line) - 2000, "%s",
		       ":xe-guest-agent:x:7:7::/:\n" OWN_LINE);
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++) {
		case_put("etc/passwd", users[i].passwd);
		user = users[i].user;
		check_user(users[i].name, users[i].says, users[i].uid);
	}
	user = NULL;
	(void)unlinkat(case_root, "etc/passwd", 0);
	check_user("no file", "not in etc/passwd", 10);
	if (mkfifoat(case_root, "etc/passwd", 0644) == 0)
		check_user("a FIFO does not stop it", "Invalid argument", 10);
	(void)unlinkat(case_root, "etc/passwd", 0);
	if (symlinkat("/dev/zero", case_root, "etc/passwd") == 0)
		check_user("a device does not stop it", "Invalid argument", 10);
	(void)unlinkat(case_root, "etc/passwd", 0);
	case_put("etc/passwd", OWN_LINE);
}

int main(void)
{
	int r;

	if (!case_begin(&r))
		return r;
	ok(case_passes(case_ids), "the user's ids, no groups, no way back");
	ok(case_passes(case_caps), "no capability in any set, no new privileges");
	ok(case_passes(case_limits), "limits");
	ok(case_passes(case_log_file), "a log that is a file grows on");
	ok(landlock_abi() > 0, "this kernel has Landlock");
	ok(case_passes(case_files), "files only for reading, and only a few directories");
	ok(case_passes(case_not_root), "not root: stays who it is, and is restricted");
	check_users();
	ok(case_end(), "nothing was made");
	return tap_done();
}
