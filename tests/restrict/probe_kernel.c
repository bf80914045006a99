/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_kernel - rarely used parts of the kernel, and of the machine. */
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/msg.h>
#include <sys/quota.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#ifdef __x86_64__
#include <sys/io.h>
#endif

#include "tests/restrict/probe.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

#define MISSING "/xpt-probe-missing"
#define TRIES(function, expression)                                                      \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused(expression);                                              \
	}
#define TRIES_FD(function, expression)                                                   \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused_fd(expression);                                           \
	}

/* ---- what has had most holes ---- */

static int make_ring(const struct decoys *d)
{
	struct io_uring_params params = { 0 };

	(void)d;
	return refused_fd(syscall(SYS_io_uring_setup, 1, &params));
}

static int make_map(const struct decoys *d)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 4,
				.max_entries = 1 };

	(void)d;
	return refused_fd(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int count_events(const struct decoys *d)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_TASK_CLOCK };

	(void)d;
	return refused_fd(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

TRIES_FD(catch_faults, syscall(SYS_userfaultfd, 0))
TRIES(read_keys, syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3, 0, 0, 0))
TRIES(add_key, syscall(SYS_add_key, "user", "xpt-probe", "x", 1, -2))
TRIES(request_key, syscall(SYS_request_key, "user", "xpt-missing", NULL, 0))
TRIES_FD(make_ruleset, syscall(SYS_landlock_create_ruleset, NULL, 0, 1))
TRIES_FD(secret_memory, syscall(SYS_memfd_secret, 0))
TRIES_FD(watch_files, inotify_init1(0))
TRIES(segments, syscall(SYS_modify_ldt, 0, NULL, 0))

/* ---- the machine ---- */

#ifdef __x86_64__
TRIES(all_ports, iopl(3))
TRIES(one_port, ioperm(0x80, 1, 1))
#else
TRIES(all_ports, syscall(-1))
TRIES(one_port, syscall(-1))
#endif
TRIES(load_kernel, syscall(SYS_kexec_load, 0, 1000, NULL, 0))
TRIES(load_module, syscall(SYS_init_module, NULL, 0, ""))
TRIES(load_module_file, syscall(SYS_finit_module, -1, "", 0))
TRIES(unload_module, syscall(SYS_delete_module, "xpt_missing", 0))
TRIES(restart, syscall(SYS_reboot, 0, 0, 0, NULL)) /* not its magic numbers */
TRIES(swap_on, syscall(SYS_swapon, MISSING, 0))
TRIES(swap_off, syscall(SYS_swapoff, MISSING))
TRIES(quotas, quotactl(QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL))
TRIES(accounts, syscall(SYS_acct, MISSING))
TRIES(kernel_log, klogctl(10 /* its size */, NULL, 0))

static int set_time(const struct decoys *d)
{
	(void)d;
	return refused(
		syscall(SYS_settimeofday, NULL, NULL)); /* asks for the right only */
}

/* Beyond what a clock can have: the right is looked at first. */
static int set_clock(const struct decoys *d)
{
	struct timespec never = { .tv_sec = -1 };

	(void)d;
	return refused(clock_settime(CLOCK_REALTIME, &never));
}

static int adjust_clock(const struct decoys *d)
{
	struct timex now = { .modes = 0 };

	(void)d;
	return refused(adjtimex(&now));
}

/* The name that it has. */
static int set_name(const struct decoys *d)
{
	char name[256];

	(void)d;
	if (gethostname(name, sizeof(name)) < 0)
		return errno;
	return refused(sethostname(name, strnlen(name, sizeof(name))));
}

TRIES(set_domain, syscall(SYS_setdomainname, "", 65 * 1024)) /* too long to be taken */

/* ---- shared memory, semaphores, messages: the host's are elsewhere ---- */

#define KEY 0x78707401

static int share_memory(const struct decoys *d)
{
	int id = shmget(KEY, 4096, IPC_CREAT | 0600);

	(void)d;
	if (id >= 0)
		(void)shmctl(id, IPC_RMID, NULL); /* ours */
	return refused(id);
}

static int share_semaphores(const struct decoys *d)
{
	int id = semget(KEY, 1, IPC_CREAT | 0600);

	(void)d;
	if (id >= 0)
		(void)semctl(id, 0, IPC_RMID); /* ours */
	return refused(id);
}

static int share_messages(const struct decoys *d)
{
	int id = msgget(KEY, IPC_CREAT | 0600);

	(void)d;
	if (id >= 0)
		(void)msgctl(id, IPC_RMID, NULL); /* ours */
	return refused(id);
}

TRIES(list_memory, shmctl(0, IPC_INFO, (struct shmid_ds *)(char[256]){ 0 }))

static int message_queue(const struct decoys *d)
{
	long fd = syscall(SYS_mq_open, "xpt-probe", 0102 /* O_CREAT | O_RDWR */, 0600,
			  NULL);

	(void)d;
	if (fd >= 0)
		(void)syscall(SYS_mq_unlink, "xpt-probe"); /* ours */
	return refused_fd(fd);
}

/* ---- requests to devices ---- */

/* Each on a pipe, which knows none of them: ENOTTY is the kernel's own answer. */
static int request(unsigned long number)
{
	int ends[2], r;

	if (pipe(ends) < 0)
		return errno;
	r = refused(ioctl(ends[0], number, NULL));
	(void)close(ends[0]);
	(void)close(ends[1]);
	return r;
}

#define REQUESTS(function, number)                                                       \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return request(number);                                                  \
	}

REQUESTS(type_for_user, TIOCSTI)
REQUESTS(take_terminal, TIOCSCTTY)
REQUESTS(paste, 0x541C) /* TIOCLINUX */
REQUESTS(hypercall_later, _IOC(_IOC_NONE, 'P', 0xff, 16))
REQUESTS(map_grants, _IOC(_IOC_NONE, 'G', 0, 24))
REQUESTS(make_machine, 0xAE01) /* KVM_CREATE_VM */

/* ---- other doors into the kernel ---- */

static int as_32_bit(const struct decoys *d)
{
	long r = -ENOSYS;

	(void)d;
#ifdef __x86_64__
	/* getpid as 32-bit code calls it */
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "0"(20L)
			 : "memory", "r8", "r9", "r10", "r11");
#endif
	return r < 0 ? (int)-r : 0;
}

static int as_x32(const struct decoys *d)
{
	(void)d;
	return refused(syscall(0x40000000L | 39)); /* getpid */
}

static int unknown_call(const struct decoys *d)
{
	(void)d;
	return refused(syscall(0xfff));
}

#define O DOOR_OPEN_OUTSIDE
#define T DOOR_SHUT_TWICE
#define F DOOR_FORKS
#define K DOOR_KILLS
const struct door probe_kernel[] = {
	{ "io_uring", make_ring, { EPERM }, 0 },
	{ "bpf", make_map, { EPERM }, O },
	{ "perf events", count_events, { EPERM }, 0 },
	{ "userfaultfd", catch_faults, { EPERM }, O },
	{ "keyctl", read_keys, { EPERM }, O | F },
	{ "add_key", add_key, { EPERM }, O | F },
	{ "request_key", request_key, { EPERM }, 0 },
	{ "landlock rules of its own", make_ruleset, { EPERM }, 0 },
	{ "secret memory", secret_memory, { EPERM }, 0 },
	{ "inotify", watch_files, { EPERM }, O },
	{ "modify_ldt", segments, { EPERM }, 0 },
	{ "iopl", all_ports, { EPERM }, F | T },
	{ "ioperm", one_port, { EPERM }, F | T },
	{ "kexec", load_kernel, { EPERM }, T },
	{ "a module", load_module, { EPERM }, T },
	{ "a module's file", load_module_file, { EPERM }, T },
	{ "unload a module", unload_module, { EPERM }, T },
	{ "reboot", restart, { EPERM }, T },
	{ "swapon", swap_on, { EPERM }, T },
	{ "swapoff", swap_off, { EPERM }, T },
	{ "quotas", quotas, { EPERM }, O },
	{ "accounting", accounts, { EPERM }, T },
	{ "the kernel's log", kernel_log, { EPERM }, O },
	{ "settimeofday", set_time, { EPERM }, O | T },
	{ "clock_settime", set_clock, { EPERM }, T },
	{ "adjtimex", adjust_clock, { EPERM }, O },
	{ "sethostname", set_name, { EPERM }, O | T },
	{ "setdomainname", set_domain, { EPERM }, T },
	{ "shared memory", share_memory, { EPERM }, O },
	{ "semaphores", share_semaphores, { EPERM }, O },
	{ "messages", share_messages, { EPERM }, O },
	{ "look at shared memory", list_memory, { EPERM }, O },
	{ "a message queue", message_queue, { EPERM }, O | T },
	{ "type for the user", type_for_user, { EPERM }, 0 },
	{ "take the terminal", take_terminal, { EPERM }, 0 },
	{ "paste on the console", paste, { EPERM }, 0 },
	{ "an unknown request to Xen", hypercall_later, { EPERM }, 0 },
	{ "map grants", map_grants, { EPERM }, 0 },
	{ "a virtual machine", make_machine, { EPERM }, 0 },
	{ "an unknown call", unknown_call, { EPERM }, 0 },
	{ "a 32-bit call", as_32_bit, { 0 }, K | F },
	{ "an x32 call", as_x32, { 0 }, K | F },
	{ NULL, NULL, { 0 }, 0 },
};
