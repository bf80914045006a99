/* SPDX-License-Identifier: BSD-2-Clause */
/* verify_weak_rights - limits, ids, capabilities, flags, the filter. */
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/restrict/verify_weak.h"

#define MIB (1024UL * 1024)

/* Those of a profile that says "tasks 4" and no more. */
static void set_limits(void)
{
	static const struct {
		int resource;
		rlim_t value;
		const char *weakness;
	} limits[] = {
		{ RLIMIT_CORE, 0, "limit-core" },
		{ RLIMIT_FSIZE, 256 * 1024, "limit-fsize" },
		{ RLIMIT_NOFILE, 64, "limit-nofile" },
		{ RLIMIT_AS, 256 * MIB, "limit-as" },
		{ RLIMIT_STACK, 8 * MIB, "limit-stack" },
		{ RLIMIT_MEMLOCK, 0, "limit-memlock" },
		{ RLIMIT_MSGQUEUE, 0, "limit-msgqueue" },
		{ RLIMIT_SIGPENDING, 64, "limit-sigpending" },
		{ RLIMIT_LOCKS, 0, "limit-locks" },
		{ RLIMIT_RTPRIO, 0, NULL },
		{ RLIMIT_NICE, 0, NULL },
		{ RLIMIT_NPROC, 5, "limit-nproc" },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct rlimit r = { limits[i].value, limits[i].value };

		if (limits[i].weakness && weak(limits[i].weakness))
			r.rlim_max++; /* the soft one alone is nothing */
		must("setrlimit", setrlimit(limits[i].resource, &r));
	}
}

static void drop_bounding(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!weak("caps-bounding") || cap != CAP_CHOWN)
			must("bounding", prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
}

static void set_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const unsigned bit = 1U << CAP_CHOWN;

	if (weak("caps-permitted") || weak("caps-effective") || weak("caps-ambient"))
		data[0].permitted = bit;
	if (weak("caps-effective"))
		data[0].effective = bit;
	if (weak("caps-inheritable") || weak("caps-ambient"))
		data[0].inheritable = bit;
	must("capset", syscall(SYS_capset, &head, data));
	if (weak("caps-ambient"))
		must("ambient",
		     prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
}

/* While the bounding set still has it. */
static void set_inheritable(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	must("capget", syscall(SYS_capget, &head, data));
	data[0].inheritable = 1U << CAP_CHOWN;
	must("capset", syscall(SYS_capset, &head, data));
}

/* By raw calls, which are this thread's only. */
static void set_ids(uid_t uid)
{
	const gid_t group = 4711;
	gid_t gid = weak("gid") ? uid + 1 : uid;
	uid_t saved = weak("saved-uid") ? uid + 1 : uid;

	must("setgroups", syscall(SYS_setgroups, weak("group") ? 1 : 0, &group));
	must("setresgid", syscall(SYS_setresgid, gid, gid, gid));
	must("setresuid",
	     syscall(SYS_setresuid, weak("uid") ? uid + 1 : uid, uid, saved));
}

static void set_filter(void)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog prog = { .len = 1, .filter = all };

	must("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0));
}

void weak_rights(uid_t uid)
{
	set_limits();
	if (weak("no-new-privs"))
		set_filter(); /* while it may, without them */
	must("keepcaps", prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	if (weak("caps-inheritable") || weak("caps-ambient"))
		set_inheritable();
	drop_bounding();
	set_ids(uid);
	must("death", prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)); /* ids changed: forgotten */
	must("keepcaps", prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
	set_caps();
	must("dumpable", prctl(PR_SET_DUMPABLE, weak("dumpable"), 0, 0, 0));
	if (!weak("no-new-privs"))
		must("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	if (!weak("seccomp") && !weak("no-new-privs"))
		set_filter();
}
