/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* younger than some headers */
#ifndef XENFS_SUPER_MAGIC
#define XENFS_SUPER_MAGIC 0xabba1974
#endif
#ifndef BPF_FS_MAGIC
#define BPF_FS_MAGIC 0xcafe4a11
#endif
#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif
#ifndef CGROUP2_SUPER_MAGIC
#define CGROUP2_SUPER_MAGIC 0x63677270
#endif
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif

#define MAJOR_MEM  1
#define MAJOR_MISC 10

static const uint64_t kernel_fs[] = {
	PROC_SUPER_MAGIC, SYSFS_MAGIC,	      CGROUP_SUPER_MAGIC,    CGROUP2_SUPER_MAGIC,
	DEBUGFS_MAGIC,	  TRACEFS_MAGIC,      SECURITYFS_MAGIC,	     BPF_FS_MAGIC,
	NSFS_MAGIC,	  PID_FS_MAGIC,	      EFIVARFS_MAGIC,	     PSTOREFS_MAGIC,
	SMACK_MAGIC,	  SELINUX_MAGIC,      USBDEVICE_SUPER_MAGIC, HUGETLBFS_MAGIC,
	BINFMTFS_MAGIC,	  DEVPTS_SUPER_MAGIC,
};

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Is @minor the device @name of the list, "NUMBER NAME" a line? */
static bool is_misc(const char *misc, unsigned minor, const char *name)
{
	size_t len = strlen(name);

	while (misc && *misc) {
		char *end;
		unsigned long number = strtoul(misc, &end, 10);

		if (end > misc && number == minor && *end == ' ' &&
		    strncmp(end + 1, name, len) == 0 &&
		    (end[1 + len] == '\n' || end[1 + len] == '\0'))
			return true;
		misc = strchr(misc, '\n');
		if (misc)
			misc++;
	}
	return false;
}

static bool is_xens(const char *misc, unsigned minor)
{
	static const char *const names[] = { "xen/xenbus",    "xen/xenbus_backend",
					     "xen/hypercall", "xen/gntalloc",
					     "xen/mcelog",    "xen/hypfs" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is_misc(misc, minor, names[i]))
			return true;
	return false;
}

static enum verify_kind misc_kind(unsigned minor, const char *misc)
{
	static const struct {
		const char *name;
		enum verify_kind kind;
	} known[] = {
		{ "xen/evtchn", VERIFY_KIND_EVTCHN },
		{ "xen/privcmd", VERIFY_KIND_PRIVCMD },
		{ "xen/gntdev", VERIFY_KIND_GNTDEV },
		{ "tun", VERIFY_KIND_TUN },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (is_misc(misc, minor, known[i].name))
			return known[i].kind;
	return is_xens(misc, minor) ? VERIFY_KIND_XEN : VERIFY_KIND_DEVICE;
}

static enum verify_kind char_kind(const struct verify_descriptor *d, const char *misc)
{
	static const unsigned plain[] = { 3, 5, 7, 8, 9 };

	if (d->major == MAJOR_MISC)
		return misc_kind(d->minor, misc);
	if (d->major == MAJOR_MEM)
		for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
			if (d->minor == plain[i])
				return VERIFY_KIND_PLAIN;
	return VERIFY_KIND_DEVICE;
}

/* Those that only count and wait. */
static enum verify_kind anon_kind(const char *link)
{
	static const char *const events[] = {
		"anon_inode:[eventfd]",	 "anon_inode:[eventpoll]", "anon_inode:[timerfd]",
		"anon_inode:[signalfd]", "anon_inode:inotify", /* of the room's files */
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (strcmp(link, events[i]) == 0)
			return VERIFY_KIND_EVENT;
	return VERIFY_KIND_ANON;
}

static enum verify_kind file_kind(const struct verify_descriptor *d)
{
	if (d->fs == XENFS_SUPER_MAGIC)
		return strcmp(d->link, "/proc/xen/privcmd") == 0 ? VERIFY_KIND_PRIVCMD
								 : VERIFY_KIND_XEN;
	for (size_t i = 0; i < sizeof(kernel_fs) / sizeof(*kernel_fs); i++)
		if (d->fs == kernel_fs[i])
			return VERIFY_KIND_KERNEL;
	return d->fs == TMPFS_MAGIC && begins_with(d->link, "/memfd:")
		       ? VERIFY_KIND_MEMORY
		       : VERIFY_KIND_FILE;
}

enum verify_kind verify_kind_of(const struct verify_descriptor *d, const char *misc)
{
	if (d->flags & O_PATH)
		return VERIFY_KIND_PATH;
	if (begins_with(d->link, "anon_inode:"))
		return anon_kind(d->link);
	switch (d->mode & S_IFMT) {
	case S_IFREG:
		return file_kind(d);
	case S_IFDIR:
		return VERIFY_KIND_DIRECTORY;
	case S_IFIFO:
		return VERIFY_KIND_PIPE;
	case S_IFSOCK:
		return VERIFY_KIND_SOCKET;
	case S_IFCHR:
		return char_kind(d, misc);
	case S_IFBLK:
		return VERIFY_KIND_BLOCK;
	default:
		return VERIFY_KIND_OTHER;
	}
}

const char *verify_kind_name(enum verify_kind kind)
{
	static const char *const names[] = {
		[VERIFY_KIND_FILE] = "file",
		[VERIFY_KIND_MEMORY] = "memory",
		[VERIFY_KIND_KERNEL] = "file of the kernel",
		[VERIFY_KIND_DIRECTORY] = "directory",
		[VERIFY_KIND_PATH] = "path",
		[VERIFY_KIND_PIPE] = "pipe",
		[VERIFY_KIND_SOCKET] = "socket",
		[VERIFY_KIND_EVENT] = "event",
		[VERIFY_KIND_ANON] = "handle of the kernel",
		[VERIFY_KIND_PLAIN] = "plain device",
		[VERIFY_KIND_EVTCHN] = "event channels",
		[VERIFY_KIND_PRIVCMD] = "privileged commands",
		[VERIFY_KIND_GNTDEV] = "grants",
		[VERIFY_KIND_XEN] = "device of Xen",
		[VERIFY_KIND_TUN] = "network tap",
		[VERIFY_KIND_DEVICE] = "device",
		[VERIFY_KIND_BLOCK] = "block device",
		[VERIFY_KIND_OTHER] = "unknown kind",
	};

	return names[kind];
}

int verify_flags_parse(const char *text, unsigned *ret)
{
	const char *line = text;
	char *end;

	while (!begins_with(line, "flags:")) {
		line = strchr(line, '\n');
		if (!line)
			return -EBADMSG;
		line++;
	}
	line += strlen("flags:");
	*ret = (unsigned)strtoul(line, &end, 8);
	return end > line ? 0 : -EBADMSG;
}
