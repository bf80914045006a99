/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_rights - user, capabilities, namespaces and limits of the room by themselves,
 * without the filter in front of them.  See room_loose.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib/cleanup.h"
#include "lib/sandbox_calls.h"
#include "tests/eliloader/room_loose.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

/* Each probe returns 0 when the layer holds, else the number of the step that went
 * wrong. */

/* ---- the user ---- */

static int root_is_gone(void)
{
	if (setuid(0) == 0 || errno != EPERM || setgid(0) == 0 || errno != EPERM)
		return 1;
	if (setresuid(0, 0, 0) == 0 || errno != EPERM)
		return 2;
	if (setgroups(0, NULL) == 0 || errno != EPERM)
		return 3;
	if (getuid() != room_user || geteuid() != room_user || getgid() != ROOM_GID ||
	    getegid() != ROOM_GID)
		return 4;
	return getgroups(0, NULL) == 0 ? 0 : 5;
}

static int caps_left(uint32_t want)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return 1;
	if (data[0].effective != want || data[0].permitted != want ||
	    data[0].inheritable != 0 || data[1].permitted != 0)
		return 2;
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0)
			return 3;
	data[0].permitted = data[0].effective = UINT32_MAX;
	if (syscall(SYS_capset, &header, data) == 0)
		return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 5;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 6;
}

static int no_caps(void)
{
	return caps_left(0);
}

static int port_cap(void)
{
	return caps_left(1U << CAP_NET_BIND_SERVICE);
}

static int root_calls_refused(void)
{
	if (chroot("/") == 0 || errno != EPERM)
		return 1;
	if (mount("none", "/", "tmpfs", 0, NULL) == 0 || errno != EPERM)
		return 2;
	if (umount2("/", MNT_DETACH) == 0 || errno != EPERM)
		return 3;
	if (mount(NULL, "/", NULL, MS_REMOUNT, NULL) == 0 || errno != EPERM)
		return 4;
	if (unshare(CLONE_NEWNET) == 0 || errno != EPERM)
		return 5;
	if (sethostname("x", 1) == 0 || errno != EPERM)
		return 6;
	return 0;
}

/* ---- the network ---- */

static struct sockaddr_in address(const char *text, unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	(void)inet_pton(AF_INET, text, &a.sin_addr);
	return a;
}

static int try_connect(const char *text)
{
	struct sockaddr_in a = address(text, 9);
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? 0 : errno;
}

static int no_network(void)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq interfaces[8];
	struct ifconf conf = { .ifc_len = sizeof(interfaces), .ifc_req = interfaces };
	struct ifreq lo = { .ifr_name = "lo" };

	if (try_connect("127.0.0.1") != ENETUNREACH)
		return 1;
	if (try_connect("192.0.2.1") != ENETUNREACH)
		return 2;
	if (ioctl(fd, SIOCGIFCONF, &conf) < 0 || conf.ifc_len != 0)
		return 3; /* an address on an interface */
	if (ioctl(fd, SIOCGIFFLAGS, &lo) < 0 || (lo.ifr_flags & IFF_UP))
		return 4;
	lo.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &lo) == 0 || errno != EPERM ? 5 : 0;
}

static int some_network(void)
{
	return try_connect("127.0.0.1"); /* datagrams: nobody need listen */
}

/* In an empty network namespace every low port is free. */
static int low_port(void)
{
	struct sockaddr_in a = address("0.0.0.0", 111);
	autoclose int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? 0 : errno;
}

/* ---- limits ---- */

static int work = -1; /* an open file */

static int limit_of_files(void)
{
	char data[600] = "";

	if (write(work, data, sizeof(data)) != sizeof(data))
		return 1;
	if (write(work, data, sizeof(data)) != 400) /* up to the limit */
		return 2;
	if (write(work, data, 1) >= 0 || errno != EFBIG)
		return 3;
	return 0;
}

static int limit_of_descriptors(void)
{
	int fd = 0;

	while (fd >= 0 && fd < 1000)
		fd = dup(work);
	return fd < 0 && errno == EMFILE ? 0 : 1;
}

static int limit_of_memory(void)
{
	void *p = malloc(128U << 20);

	free(p);
	return p ? 1 : 0;
}

static int limit_of_time(void)
{
	for (volatile unsigned i = 0;; i++)
		;
	return 1;
}

static int limits_stay(void)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit core;

	if (setrlimit(RLIMIT_FSIZE, &r) == 0 || errno != EPERM)
		return 1;
	if (setrlimit(RLIMIT_NOFILE, &r) == 0 || setrlimit(RLIMIT_NPROC, &r) == 0)
		return 2;
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 ? 0 : 3;
}

static void *wait_there(void *arg)
{
	(void)poll(NULL, 0, -1);
	return arg;
}

static int limit_of_threads(void)
{
	pthread_t thread;
	int count = 0;

	while (count < 100 && pthread_create(&thread, NULL, wait_there, NULL) == 0)
		count++;
	return count == 3 ? 0 : 1; /* four with the first */
}

/* ---- other namespaces ---- */

static int shm_id = -1; /* a segment outside, for everyone */

static int no_shm(void)
{
	struct shmid_ds ds;

	return shmctl(shm_id, IPC_STAT, &ds) < 0 && errno == EINVAL ? 0 : 1;
}

static void is_held(const struct sandbox *box, int (*probe)(void), int want,
		    const char *name)
{
	is_int(room_run(box, probe), want, name);
}

static void test_rights(void)
{
	struct sandbox box = loose;

	is_held(&box, root_is_gone, 0, "root's ids cannot be had back");
	is_held(&box, no_caps, 0, "no capability is left, nor can be gained");
	is_held(&box, root_calls_refused, 0, "root's system calls are refused");
	is_held(&box, no_network, 0, "no interface is up, no address reachable");
	is_held(&box, low_port, EACCES, "low ports are root's");
	is_held(&box, no_shm, 0, "shared memory of others is not there");
	box.reserved_ports = true;
	is_held(&box, port_cap, 0, "on demand the right to low ports is left, alone");
	is_held(&box, low_port, 0, "and is enough for one");
	is_held(&box, root_is_gone, 0, "but not for root's ids");
	box = loose;
	box.network = true;
	is_held(&box, some_network, 0, "on demand the network is that of outside");
}

static void test_limits(void)
{
	struct sandbox box = loose;

	is_held(&box, limit_of_files, 0, "a file grows up to its limit");
	is_held(&box, limit_of_descriptors, 0, "descriptors are counted");
	is_held(&box, limits_stay, 0, "limits cannot be raised");
	box.cpu_s = 1;
	is_held(&box, limit_of_time, 128 + SIGKILL, "CPU time has an end");
	box = loose;
	box.processes = 4;
	is_held(&box, limit_of_threads, 0, "threads are counted");
	box = loose;
	box.memory_max = 64U << 20;
	/* (not set under ASan, which takes addresses without number) */
	if (!SANDBOX_ASAN)
		is_held(&box, limit_of_memory, 0, "memory is limited");
}

static bool set_up(void)
{
	const gid_t group = 4242; /* one that must be left behind */

	if (!scratch_enter())
		return false;
	must(setgroups(1, &group) == 0);
	work = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	/* in a namespace of the test's own, so that it goes with the test */
	must(unshare(CLONE_NEWIPC) == 0);
	shm_id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
	must(work >= 0 && shm_id >= 0);
	return true;
}

int main(void)
{
	if (!set_up())
		return scratch_skip();
	test_rights();
	test_limits();
	return tap_done();
}
