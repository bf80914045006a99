/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fakedev - /dev/xen/evtchn and /dev/xen/privcmd on a machine without Xen, to be preloaded.
 *
 * Each open() makes a memfd, whose first bytes are the state of that open file
 * description: it follows dup(), fork(), exec and descriptor passing as the kernel's does.
 * The requests answer as the contract's tables 1.3 and 1.4 say, from a Xen that has the
 * domains of FAKEDEV_DOMAINS ("5 6"; dom0 is always there).
 *
 * FAKEDEV_KERNEL says which kernel it is, words with a blank between:
 *	old        no request to restrict (ENOTTY)      einval     the same, as before 4.11
 *	nodmop     no device-model operations           noresource no resources (before 4.18)
 *	liar       says that it restricts, and does not
 *	halfliar   refuses hypercalls afterwards, nothing else
 *	evliar     refuses other domains' ports, but gives virtual interrupts
 *	wrongdom   restricts to the domain after the one that is named
 *	fails=N    the Nth request to restrict on privcmd fails with EIO
 *	noevtchn, noprivcmd   the device is not there
 *
 * Owns:   nothing; a memfd belongs to who opened it.
 * Errors: as the devices: -1 with errno.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <xen/xen.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/privcmd.h>

#define NAME	  "xen-fakedev-"
#define FREE	  DOMID_INVALID
#define XEN_4_17  0x40011
#define DEV_SIZE  (1 << 20) /* bytes that can be mapped */
#define MISC	  10
#define PORT_ROOM 4096U /* event channels that this Xen has */

int open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int ioctl(int fd, unsigned long request, ...);
int stat64(const char *path, struct stat64 *st);
int fstat64(int fd, struct stat64 *st);

enum device { NO_DEVICE, EVTCHN, PRIVCMD };

struct state {
	uint32_t device;
	uint32_t domid;	    /* FREE: not restricted */
	uint32_t next_port; /* evtchn */
	uint32_t hypercalls_only;
};

static bool kernel_is(const char *word)
{
	const char *all = getenv("FAKEDEV_KERNEL"), *at = all;
	size_t len = strlen(word);

	while (at && (at = strstr(at, word)) != NULL) {
		if ((at == all || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

static bool exists(unsigned domid)
{
	const char *all = getenv("FAKEDEV_DOMAINS");
	char *copy, *word, *save = NULL;
	bool found = domid == 0;

	copy = strdup(all ? all : "");
	if (!copy)
		return false;
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		found |= strtoul(word, NULL, 10) == domid;
	free(copy);
	return found;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

/* ---- opening ---- */

static enum device device_of(const char *path)
{
	if (strcmp(path, "/dev/xen/evtchn") == 0 && !kernel_is("noevtchn"))
		return EVTCHN;
	if (strcmp(path, "/dev/xen/privcmd") == 0 && !kernel_is("noprivcmd"))
		return PRIVCMD;
	return NO_DEVICE;
}

static int open_device(enum device device, int flags)
{
	struct state s = { .device = device, .domid = FREE, .next_port = 1 };
	int fd = memfd_create(device == EVTCHN ? NAME "evtchn" : NAME "privcmd",
			      flags & O_CLOEXEC ? MFD_CLOEXEC : 0);

	if (fd < 0 || ftruncate(fd, DEV_SIZE) < 0 || pwrite(fd, &s, sizeof(s), 0) < 0)
		return -1;
	return fd;
}

static int open_path(int dir, const char *path, int flags, mode_t mode)
{
	enum device device = device_of(path);

	if (device != NO_DEVICE)
		return open_device(device, flags);
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_path(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_path(AT_FDCWD, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
	return open_path(AT_FDCWD, path, flags, 0);
}

/* ---- what a descriptor is ---- */

static bool state_of(int fd, struct state *ret_state)
{
	char link[64], target[128];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	return strncmp(target, "/memfd:" NAME, strlen("/memfd:" NAME)) == 0 &&
	       pread(fd, ret_state, sizeof(*ret_state), 0) == sizeof(*ret_state);
}

static void keep(int fd, const struct state *s)
{
	if (pwrite(fd, s, sizeof(*s), 0) != sizeof(*s))
		abort();
}

static dev_t number_of(enum device device)
{
	return makedev(MISC, 100 + device);
}

int fstat(int fd, struct stat *st)
{
	int (*real)(int, struct stat *) = dlsym(RTLD_NEXT, "fstat");
	int r = real(fd, st);
	struct state s;

	if (r == 0 && state_of(fd, &s)) {
		st->st_mode = S_IFCHR | 0600;
		st->st_rdev = number_of(s.device);
	}
	return r;
}

int stat(const char *path, struct stat *st)
{
	int (*real)(const char *, struct stat *) = dlsym(RTLD_NEXT, "stat");
	enum device device = device_of(path);

	if (device == NO_DEVICE)
		return real(path, st);
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFCHR | 0600;
	st->st_rdev = number_of(device);
	return 0;
}

int fstat64(int fd, struct stat64 *st)
{
	return fstat(fd, (struct stat *)st); /* the same on 64 bits */
}

int stat64(const char *path, struct stat64 *st)
{
	return stat(path, (struct stat *)st);
}

/* ---- event channels: the contract's 1.3 ---- */

static int evtchn_restrict(int fd, struct state *s, const void *arg)
{
	const struct ioctl_evtchn_restrict_domid *r = arg;

	if (kernel_is("old"))
		return fail(ENOTTY);
	if (kernel_is("liar"))
		return 0;
	if (s->domid != FREE)
		return fail(EACCES);
	if (r->domid == 0 || r->domid >= DOMID_FIRST_RESERVED)
		return fail(EINVAL);
	s->domid = r->domid + (kernel_is("wrongdom") ? 1 : 0);
	keep(fd, s);
	return 0;
}

static int new_port(int fd, struct state *s)
{
	int port = (int)s->next_port++;

	keep(fd, s);
	return port;
}

static int evtchn_interdomain(int fd, struct state *s, const void *arg)
{
	const struct ioctl_evtchn_bind_interdomain *b = arg;

	if (s->domid != FREE && s->domid != b->remote_domain)
		return fail(EACCES);
	if (!exists(b->remote_domain))
		return fail(ESRCH);
	if (b->remote_port == 0 || b->remote_port >= PORT_ROOM)
		return fail(EINVAL);
	return new_port(fd, s);
}

static int evtchn_virq(int fd, struct state *s, const void *arg)
{
	const struct ioctl_evtchn_bind_virq *b = arg;

	if (s->domid != FREE && !kernel_is("evliar"))
		return fail(EACCES);
	if (b->virq >= 24)
		return fail(EINVAL);
	return new_port(fd, s);
}

static int evtchn_unbound(int fd, struct state *s, const void *arg)
{
	const struct ioctl_evtchn_bind_unbound_port *b = arg;

	if (s->domid != FREE)
		return fail(EACCES);
	if (!exists(b->remote_domain))
		return fail(ESRCH);
	return new_port(fd, s);
}

static int evtchn_notify(const struct state *s, const void *arg)
{
	const struct ioctl_evtchn_notify *n = arg;

	if (n->port >= PORT_ROOM)
		return fail(EINVAL);
	return n->port < s->next_port ? 0 : fail(ENOTCONN);
}

static int evtchn_ioctl(int fd, struct state *s, unsigned long request, const void *arg)
{
	switch (request) {
	case IOCTL_EVTCHN_RESTRICT_DOMID:
		return evtchn_restrict(fd, s, arg);
	case IOCTL_EVTCHN_BIND_INTERDOMAIN:
		return evtchn_interdomain(fd, s, arg);
	case IOCTL_EVTCHN_BIND_VIRQ:
		return evtchn_virq(fd, s, arg);
	case IOCTL_EVTCHN_BIND_UNBOUND_PORT:
		return evtchn_unbound(fd, s, arg);
	case IOCTL_EVTCHN_NOTIFY:
		return evtchn_notify(s, arg);
	case IOCTL_EVTCHN_UNBIND:
	case IOCTL_EVTCHN_RESET:
		return 0;
	default:
		return fail(ENOTTY);
	}
}

/* ---- privileged commands: the contract's 1.4 ---- */

/* The number in "fails=N" of FAKEDEV_KERNEL, when it comes; each new text counts anew. */
static bool fails_now(void)
{
	static char last[64];
	static int calls;
	const char *fails = getenv("FAKEDEV_KERNEL");

	fails = fails ? strstr(fails, "fails=") : NULL;
	if (!fails)
		return false;
	if (strcmp(fails, last) != 0) {
		(void)snprintf(last, sizeof(last), "%s", fails);
		calls = 0;
	}
	return ++calls == strtol(fails + strlen("fails="), NULL, 10);
}

static int privcmd_restrict(int fd, struct state *s, const void *arg)
{
	domid_t domid;

	memcpy(&domid, arg, sizeof(domid));
	if (fails_now())
		return fail(EIO);
	if (kernel_is("old"))
		return fail(ENOTTY);
	if (kernel_is("einval"))
		return fail(EINVAL);
	if (kernel_is("liar"))
		return 0;
	if (s->domid != FREE)
		return s->domid == domid ? 0 : fail(EINVAL);
	s->domid = domid + (kernel_is("wrongdom") ? 1 : 0);
	s->hypercalls_only = kernel_is("halfliar");
	keep(fd, s);
	return 0;
}

static bool refused(const struct state *s, unsigned domid)
{
	return s->domid != FREE && s->domid != domid && !s->hypercalls_only;
}

static int privcmd_hypercall(const struct state *s, const void *arg)
{
	const privcmd_hypercall_t *call = arg;

	if (s->domid != FREE)
		return fail(EPERM);
	if (call->op == __HYPERVISOR_xen_version && call->arg[0] == 0)
		return XEN_4_17;
	return fail(ENOSYS);
}

static int privcmd_map2(const struct state *s, const void *arg)
{
	const privcmd_mmapbatch_v2_t *b = arg;

	if (refused(s, b->dom))
		return fail(EPERM);
	if (b->num == 0)
		return fail(EINVAL);
	for (unsigned i = 0; i < b->num; i++)
		b->err[i] = exists(b->dom) && b->arr[i] < 1024 ? 0 : -EINVAL;
	return 0;
}

static int privcmd_map1(const struct state *s, const void *arg)
{
	const privcmd_mmapbatch_t *b = arg;

	if (refused(s, b->dom))
		return fail(EPERM);
	return b->num <= 0 ? fail(EINVAL) : 0;
}

static int privcmd_dm_op(const struct state *s, const void *arg)
{
	const privcmd_dm_op_t *op = arg;

	if (kernel_is("nodmop"))
		return fail(ENOTTY);
	if (!op)
		return fail(EFAULT);
	if (refused(s, op->dom))
		return fail(EPERM);
	if (op->num == 0)
		return 0;
	return exists(op->dom) && op->dom != 0 ? 0 : fail(ESRCH);
}

static int privcmd_resource(const struct state *s, const void *arg)
{
	const privcmd_mmap_resource_t *r = arg;

	if (kernel_is("noresource"))
		return fail(ENOTTY);
	if (refused(s, r->dom))
		return fail(EPERM);
	return fail(EINVAL);
}

static int privcmd_ioctl(int fd, struct state *s, unsigned long request, const void *arg)
{
	switch (request) {
	case IOCTL_PRIVCMD_RESTRICT:
		return privcmd_restrict(fd, s, arg);
	case IOCTL_PRIVCMD_HYPERCALL:
		return privcmd_hypercall(s, arg);
	case IOCTL_PRIVCMD_MMAPBATCH_V2:
		return privcmd_map2(s, arg);
	case IOCTL_PRIVCMD_MMAPBATCH:
		return privcmd_map1(s, arg);
	case IOCTL_PRIVCMD_DM_OP:
		return privcmd_dm_op(s, arg);
	case IOCTL_PRIVCMD_MMAP_RESOURCE:
		return privcmd_resource(s, arg);
	default:
		return fail(ENOTTY);
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	struct state s;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!state_of(fd, &s))
		return (int)syscall(SYS_ioctl, fd, request, arg);
	if (s.device == EVTCHN)
		return evtchn_ioctl(fd, &s, request, arg);
	return privcmd_ioctl(fd, &s, request, arg);
}
