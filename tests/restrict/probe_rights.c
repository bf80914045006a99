/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_rights - ways to other ids, capabilities, namespaces, limits and filters. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/fsuid.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/restrict/probe.h"

#define TRIES(function, expression)                                                      \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused(expression);                                              \
	}
#define NEW_TIME 0x80 /* CLONE_NEWTIME */

TRIES(become_root, setuid(0))
TRIES(become_root_three, setresuid(0, 0, 0))
TRIES(become_effective, seteuid(0))
TRIES(become_real, setreuid(0, 0))
TRIES(become_group, setgid(0))
TRIES(become_group_three, setresgid(0, 0, 0))
TRIES(take_groups, setgroups(0, NULL))

static int become_for_files(const struct decoys *d)
{
	(void)d;
	errno = 0;
	(void)syscall(SYS_setfsuid, 0); /* tells what it was, not whether it worked */
	if (errno != 0)
		return errno;
	return syscall(SYS_setfsuid, -1) == 0 ? 0 : EPERM;
}

/* All that it has already for root; for others everything. */
static int take_caps(const struct decoys *d)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	(void)d;
	data[0].effective = data[0].permitted = 1U << CAP_CHOWN;
	return refused(syscall(SYS_capset, &head, data));
}

TRIES(take_ambient, prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0))
TRIES(keep_caps, prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
TRIES(set_securebits, prctl(PR_SET_SECUREBITS, 0, 0, 0, 0))
TRIES(be_dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
TRIES(outlive_parent, prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0))
TRIES(drop_no_new_privs, prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0))
TRIES(be_subreaper, prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))

/* A later filter could not widen the first; it could still make a call lie. */
static int filter_again(const struct decoys *d)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog prog = { .len = 1, .filter = all };

	(void)d;
	return refused(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0));
}

static int filter_by_call(const struct decoys *d)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog prog = { .len = 1, .filter = all };

	(void)d;
	return refused(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog));
}

/* Of what it is in already; -1 where it cannot even be opened. */
static int enter_namespace(const struct decoys *d)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), r;

	(void)d;
	r = refused(setns(fd, 0));
	if (fd >= 0)
		(void)close(fd);
	return r;
}

TRIES(new_user, unshare(CLONE_NEWUSER))
TRIES(new_mounts, unshare(CLONE_NEWNS))
TRIES(new_network, unshare(CLONE_NEWNET))
TRIES(new_pids, unshare(CLONE_NEWPID))
TRIES(new_ipc, unshare(CLONE_NEWIPC))
TRIES(new_names, unshare(CLONE_NEWUTS))
TRIES(new_groups, unshare(CLONE_NEWCGROUP))
TRIES(new_time, unshare(NEW_TIME))
TRIES(own_files, unshare(CLONE_FILES))

static int raise_limit(const struct decoys *d)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };

	(void)d;
	return refused(setrlimit(RLIMIT_AS, &r));
}

static int raise_files(const struct decoys *d)
{
	struct rlimit r = { 100000, 100000 };

	(void)d;
	return refused(prlimit(0, RLIMIT_NOFILE, &r, NULL));
}

static int raise_core(const struct decoys *d)
{
	struct rlimit r = { 4096, 4096 };

	(void)d;
	return refused(setrlimit(RLIMIT_CORE, &r));
}

static int run_before_all(const struct decoys *d)
{
	struct sched_param p = { .sched_priority = 1 };

	(void)d;
	return refused(sched_setscheduler(0, SCHED_FIFO, &p));
}

/* One better than its own, whatever that is; of the best it must have a worse one first. */
static int run_before_some(const struct decoys *d)
{
	int now;

	(void)d;
	errno = 0;
	now = getpriority(PRIO_PROCESS, 0);
	if ((now == -1 && errno != 0) || now == PRIO_MIN) {
		now = PRIO_MIN + 1;
		(void)setpriority(PRIO_PROCESS, 0, now); /* refused, too, perhaps */
	}
	return refused(setpriority(PRIO_PROCESS, 0, now - 1));
}

TRIES(change_personality, personality(ADDR_NO_RANDOMIZE))
TRIES(new_session, syscall(SYS_setsid))

#define O DOOR_OPEN_OUTSIDE
#define T DOOR_SHUT_TWICE
#define F DOOR_FORKS
const struct door probe_rights[] = {
	{ "setuid(0)", become_root, { EPERM }, O | T },
	{ "setresuid(0)", become_root_three, { EPERM }, O | T },
	{ "seteuid(0)", become_effective, { EPERM }, O | T },
	{ "setreuid(0)", become_real, { EPERM }, O | T },
	{ "setfsuid(0)", become_for_files, { EPERM }, O | T },
	{ "setgid(0)", become_group, { EPERM }, O | T },
	{ "setresgid(0)", become_group_three, { EPERM }, O | T },
	{ "setgroups", take_groups, { EPERM }, O | F | T },
	{ "take a capability", take_caps, { EPERM }, O | F | T },
	{ "an ambient capability", take_ambient, { EPERM }, T },
	{ "keep capabilities", keep_caps, { EPERM }, O | F },
	{ "securebits", set_securebits, { EPERM }, O | F | T },
	{ "be dumpable", be_dumpable, { EPERM }, O | F },
	{ "outlive the launcher", outlive_parent, { EPERM }, O | F },
	{ "take no_new_privs back", drop_no_new_privs, { EPERM }, T },
	{ "be a reaper", be_subreaper, { EPERM }, O | F },
	{ "a filter by prctl", filter_again, { EPERM }, O | F },
	{ "a filter by seccomp", filter_by_call, { EPERM }, O | F },
	{ "setns", enter_namespace, { EPERM }, O | F },
	{ "a user namespace", new_user, { EPERM }, 0 | F },
	{ "a mount namespace", new_mounts, { EPERM }, O | F | T },
	{ "a network namespace", new_network, { EPERM }, O | F | T },
	{ "a PID namespace", new_pids, { EPERM }, O | F | T },
	{ "an IPC namespace", new_ipc, { EPERM }, O | F | T },
	{ "a UTS namespace", new_names, { EPERM }, O | F | T },
	{ "a cgroup namespace", new_groups, { EPERM }, O | F | T },
	{ "a time namespace", new_time, { EPERM }, F | T },
	{ "descriptors of its own", own_files, { EPERM }, O | F },
	{ "more memory", raise_limit, { EPERM }, O | F | T },
	{ "more descriptors", raise_files, { EPERM }, F | T },
	{ "a core", raise_core, { EPERM }, O | F | T },
	{ "real-time priority", run_before_all, { EPERM }, O | F | T },
	{ "a better priority", run_before_some, { EPERM }, O | F | T },
	{ "personality", change_personality, { EPERM }, O | F },
	{ "a session", new_session, { EPERM }, 0 },
	{ NULL, NULL, { 0 }, 0 },
};
