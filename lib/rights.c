/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int rights_limit(int resource, uint64_t value)
{
	struct rlimit now, want = { .rlim_cur = value, .rlim_max = value };

	if (getrlimit(resource, &now) < 0)
		return -errno;
	if (now.rlim_max < value) /* only CAP_SYS_RESOURCE could raise it */
		want.rlim_cur = want.rlim_max = now.rlim_max;
	return setrlimit(resource, &want) < 0 ? -errno : 0;
}

int rights_bound_caps(uint64_t keep)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if ((cap >= 64 || !(keep >> cap & 1)) &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	/* EINVAL: before Linux 4.3 there are no ambient ones */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
	    errno != EINVAL)
		return -errno;
	return 0;
}

int rights_set_caps(uint64_t caps)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct __user_cap_data_struct got[_LINUX_CAPABILITY_U32S_3];

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = data[i].permitted = (uint32_t)(caps >> (32 * i));
	if (syscall(SYS_capset, &header, data) < 0)
		return -errno;
	if (syscall(SYS_capget, &header, got) < 0)
		return -errno;
	return memcmp(data, got, sizeof(data)) == 0 ? 0 : -EPERM;
}

int rights_prove_ids(uid_t uid, gid_t gid)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
		return -errno;
	if (ruid != uid || euid != uid || suid != uid || rgid != gid || egid != gid ||
	    sgid != gid)
		return -EPERM;
	if (setuid(0) == 0 || setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || setgid(0) == 0 ||
	    setresgid((gid_t)-1, 0, (gid_t)-1) == 0)
		return -EPERM;
	return getgroups(0, NULL) == 0 ? 0 : -EPERM;
}
