/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_files - ways to files, devices and mounts. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "tests/restrict/probe.h"

#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif

#define NEW	"/xpt-probe-new"     /* is made and taken away again */
#define MISSING "/xpt-probe-missing" /* never there */

#define OPENS(function, path)                                                            \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused_fd(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));         \
	}
#define TRIES(function, expression)                                                      \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused(expression);                                              \
	}

OPENS(open_passwd, "/etc/passwd")
OPENS(open_shadow, "/etc/shadow")
OPENS(open_secret, d->secret)
OPENS(open_dotdot, "../../../../../../../../etc/passwd")
OPENS(open_rooted, "/../../../../etc/passwd")
OPENS(open_proc, "/proc/self/status")
OPENS(open_init_root, "/proc/1/root/etc/passwd")
OPENS(open_self_fd, "/proc/self/fd/0")
OPENS(open_maps, "/proc/self/mem")
OPENS(open_sysrq, "/proc/sysrq-trigger")
OPENS(open_sys, "/sys/kernel")
OPENS(open_cgroup, "/sys/fs/cgroup")
OPENS(open_null, "/dev/null")
OPENS(open_mem, "/dev/mem")
OPENS(open_port, "/dev/port")
OPENS(open_kmsg, "/dev/kmsg")
OPENS(open_ptmx, "/dev/ptmx")
OPENS(open_tty, "/dev/tty")
OPENS(open_tun, "/dev/net/tun")
OPENS(open_loop, "/dev/loop-control")
OPENS(open_shm, "/dev/shm")
OPENS(open_privcmd, "/dev/xen/privcmd")
OPENS(open_evtchn, "/dev/xen/evtchn")
OPENS(open_gntdev, "/dev/xen/gntdev")
OPENS(open_gntalloc, "/dev/xen/gntalloc")
OPENS(open_xenbus, "/dev/xen/xenbus")
OPENS(open_hypercall, "/dev/xen/hypercall")
OPENS(open_old_privcmd, "/proc/xen/privcmd")
OPENS(open_old_xenbus, "/proc/xen/xenbus")
OPENS(open_run, "/run")
OPENS(open_var_run, "/var/run")
OPENS(open_tmp, "/tmp")
OPENS(open_home, "/root")
OPENS(open_usr_bin, "/usr/bin")
OPENS(open_locks, "/run/xen-pv-tools")

/* The same by the newer call. */
static int open_openat2(const struct decoys *d)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_MAGICLINKS };

	(void)d;
	return refused_fd(
		syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof(how)));
}

static int create_file(const struct decoys *d)
{
	int fd = open(NEW, O_WRONLY | O_CREAT | O_EXCL, 0600);

	(void)d;
	if (fd < 0)
		return errno;
	(void)unlink(NEW); /* ours */
	return refused_fd(fd);
}

static int create_unnamed(const struct decoys *d)
{
	(void)d;
	return refused_fd(open("/", O_WRONLY | O_TMPFILE, 0600));
}

/* Made, taken away again: @made is what the call gave. */
static int made_dir(long made)
{
	int r = refused(made);

	if (r == 0)
		(void)rmdir(NEW); /* ours */
	return r;
}

static int made_file(long made)
{
	int r = refused(made);

	if (r == 0)
		(void)unlink(NEW); /* ours */
	return r;
}

static int create_dir(const struct decoys *d)
{
	(void)d;
	return made_dir(mkdir(NEW, 0700));
}

static int create_symlink(const struct decoys *d)
{
	(void)d;
	return made_file(symlink("/etc/passwd", NEW));
}

static int create_device(const struct decoys *d)
{
	(void)d;
	return made_file(mknod(NEW, S_IFCHR | 0600, makedev(1, 3)));
}

static int create_fifo(const struct decoys *d)
{
	(void)d;
	return made_file(mknod(NEW, S_IFIFO | 0600, 0));
}

static int create_link(const struct decoys *d)
{
	return made_file(link(d->xs, NEW));
}

/* A mode, an owner and times that it has already. */
static int change_mode(const struct decoys *d)
{
	struct stat st;

	(void)d;
	if (stat("/", &st) < 0)
		return errno;
	return refused(chmod("/", st.st_mode & 07777));
}

TRIES(change_owner, chown("/", (uid_t)-1, (gid_t)-1))
TRIES(change_times, utimensat(AT_FDCWD, "/", NULL, 0))
TRIES(change_label, setxattr("/", "user.xpt", "", 0, XATTR_REPLACE))
TRIES(change_name, rename(MISSING, NEW))
TRIES(remove_socket, unlink(MISSING))
TRIES(remove_dir, rmdir(MISSING))
TRIES(cut_file, truncate(MISSING, 0))

/* ---- mounts and roots ---- */

TRIES(mount_proc, mount("none", MISSING, "proc", 0, NULL))
TRIES(mount_again, mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID, NULL))
TRIES(unmount_root, umount2(MISSING, MNT_DETACH))
TRIES(change_root, chroot("."))
TRIES(pivot, syscall(SYS_pivot_root, MISSING, MISSING))

static int new_tree(const struct decoys *d)
{
	(void)d;
	return refused_fd(syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */));
}

TRIES(move_tree, syscall(SYS_move_mount, AT_FDCWD, MISSING, AT_FDCWD, MISSING, 0))

static int new_fs(const struct decoys *d)
{
	(void)d;
	return refused_fd(syscall(SYS_fsopen, "tmpfs", 0));
}

/* The classic: a root below the working directory, which then is outside of it. */
static int leave_root(const struct decoys *d)
{
	int r = refused(mkdir(NEW, 0700));

	if (r != 0)
		return r;
	r = refused(chroot(NEW));
	for (int up = 0; up < 32 && r == 0; up++)
		r = refused(chdir(".."));
	if (r == 0)
		r = refused(chroot("."));
	(void)rmdir(NEW); /* ours */
	return r == 0 ? open_passwd(d) : r;
}

static int by_handle(const struct decoys *d)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle = { .handle_bytes = MAX_HANDLE_SZ } };
	int id;

	(void)d;
	return refused(name_to_handle_at(AT_FDCWD, "/", &h.handle, &id, 0));
}

static int open_handle(const struct decoys *d)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle = { .handle_bytes = 8, .handle_type = 1 } };

	(void)d;
	return refused_fd(open_by_handle_at(AT_FDCWD, &h.handle, O_RDONLY));
}

static int watch_all(const struct decoys *d)
{
	(void)d;
	return refused_fd(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));
}

#define O DOOR_OPEN_OUTSIDE
#define T DOOR_SHUT_TWICE
#define N DOOR_BY_NAME
/* ENOENT: nothing has that name.  EPERM: the filter has no such call. */
const struct door probe_files[] = {
	{ "read /etc/passwd", open_passwd, { ENOENT }, O | N },
	{ "read /etc/shadow", open_shadow, { ENOENT }, O | N },
	{ "read a secret file", open_secret, { ENOENT }, O | N },
	{ "read ../../etc/passwd", open_dotdot, { ENOENT }, O | N },
	{ "read /../../etc/passwd", open_rooted, { ENOENT }, O | N },
	{ "read /etc/passwd by openat2", open_openat2, { EPERM }, O },
	{ "read /proc", open_proc, { ENOENT }, O | N },
	{ "init's root by /proc", open_init_root, { ENOENT }, N },
	{ "own descriptors by /proc", open_self_fd, { ENOENT }, N },
	{ "own memory by /proc", open_maps, { ENOENT }, O | N },
	{ "sysrq", open_sysrq, { ENOENT }, N },
	{ "read /sys", open_sys, { ENOENT }, O | N },
	{ "control groups", open_cgroup, { ENOENT }, O | N },
	{ "/dev/null", open_null, { ENOENT }, O | N },
	{ "/dev/mem", open_mem, { ENOENT }, N },
	{ "/dev/port", open_port, { ENOENT }, N },
	{ "/dev/kmsg", open_kmsg, { ENOENT }, N },
	{ "/dev/ptmx", open_ptmx, { ENOENT }, O | N },
	{ "/dev/tty", open_tty, { ENOENT }, N },
	{ "/dev/net/tun", open_tun, { ENOENT }, N },
	{ "/dev/loop-control", open_loop, { ENOENT }, N },
	{ "/dev/shm", open_shm, { ENOENT }, N },
	{ "/dev/xen/privcmd", open_privcmd, { ENOENT }, N },
	{ "/dev/xen/evtchn", open_evtchn, { ENOENT }, N },
	{ "/dev/xen/gntdev", open_gntdev, { ENOENT }, N },
	{ "/dev/xen/gntalloc", open_gntalloc, { ENOENT }, N },
	{ "/dev/xen/xenbus", open_xenbus, { ENOENT }, N },
	{ "/dev/xen/hypercall", open_hypercall, { ENOENT }, N },
	{ "/proc/xen/privcmd", open_old_privcmd, { ENOENT }, N },
	{ "/proc/xen/xenbus", open_old_xenbus, { ENOENT }, N },
	{ "/run", open_run, { ENOENT }, O | N },
	{ "/var/run", open_var_run, { ENOENT }, O | N },
	{ "/tmp", open_tmp, { ENOENT }, O | N },
	{ "/root", open_home, { ENOENT }, O | N },
	{ "/usr/bin", open_usr_bin, { ENOENT }, O | N },
	{ "the launcher's own files", open_locks, { ENOENT }, N },
	{ "create a file", create_file, { EPERM }, O | T },
	{ "create an unnamed file", create_unnamed, { EPERM }, O | T },
	{ "create a directory", create_dir, { EPERM }, O | T },
	{ "create a symlink", create_symlink, { EPERM }, O | T },
	{ "create a device", create_device, { EPERM }, O | T },
	{ "create a fifo", create_fifo, { EPERM }, O | T },
	{ "create a hard link", create_link, { EPERM }, T },
	{ "chmod of the root", change_mode, { EPERM }, O | T },
	{ "chown of the root", change_owner, { EPERM }, O | T },
	{ "times of the root", change_times, { EPERM }, O | T },
	{ "attributes of the root", change_label, { EPERM }, 0 },
	{ "rename", change_name, { EPERM }, T },
	{ "unlink", remove_socket, { EPERM }, T },
	{ "rmdir", remove_dir, { EPERM }, T },
	{ "truncate", cut_file, { EPERM }, 0 },
	{ "mount proc", mount_proc, { EPERM }, T },
	{ "mount the root again, writable", mount_again, { EPERM }, T },
	{ "umount", unmount_root, { EPERM }, T },
	{ "chroot", change_root, { EPERM }, O | DOOR_FORKS | T },
	{ "pivot_root", pivot, { EPERM }, T },
	{ "clone a mount tree", new_tree, { EPERM }, O | T },
	{ "move a mount", move_tree, { EPERM }, T },
	{ "a file system of its own", new_fs, { EPERM }, O | T },
	{ "leave a chroot", leave_root, { EPERM }, O | DOOR_FORKS | T },
	{ "a file's handle", by_handle, { EPERM }, 0 },
	{ "open by handle", open_handle, { EPERM }, T },
	{ "fanotify", watch_all, { EPERM }, O | T },
	{ NULL, NULL, { 0 }, 0 },
};
