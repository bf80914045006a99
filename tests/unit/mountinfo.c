/* SPDX-License-Identifier: BSD-2-Clause */
/* the mount table: lines, hostile ones, and where a path leads */
#include "guest-agent/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

static void test_lines(void)
{
	static const struct {
		const char *name, *line;
		int r;
		const char *root, *point, *type, *source, *subvol;
	} cases[] = {
		{ "a root", "22 1 202:1 / / rw,relatime shared:1 - ext4 /dev/xvda1 rw", 0,
		  "/", "/", "ext4", "/dev/xvda1", NULL },
		{ "no optional fields", "22 1 202:1 / /a rw - ext4 /dev/xvda1 rw", 0, "/",
		  "/a", "ext4", "/dev/xvda1", NULL },
		{ "several",
		  "22 1 202:1 / /a rw shared:1 master:2 unbindable - ext4 x rw", 0, "/",
		  "/a", "ext4", "x", NULL },
		{ "escapes",
		  "22 1 0:5 /\\134x /a\\040b\\011c\\012d\\043 rw - tmpfs my\\040x rw", 0,
		  "/\\x", "/a b\tc\nd#", "tmpfs", "my x", NULL },
		{ "what is no escape", "22 1 0:5 / /\\04x\\999\\000\\777 rw - tmpfs x rw",
		  0, "/", "/\\04x\\999\\000\\777", "tmpfs", "x", NULL },
		{ "an empty source", "22 1 0:5 / /a rw - tmpfs  rw", 0, "/", "/a",
		  "tmpfs", "", NULL },
		{ "no source", "22 1 0:5 / /a rw - tmpfs", 0, "/", "/a", "tmpfs", "",
		  NULL },
		{ "a subvolume",
		  "22 1 0:5 /@ / rw - btrfs /dev/x rw,subvolid=5,subvol=/@,x", 0, "/@",
		  "/", "btrfs", "/dev/x", "/@" },
		{ "subvol of others", "22 1 0:5 / / rw - ext4 /dev/x rw,subvol=/@", 0,
		  "/", "/", "ext4", "/dev/x", NULL },
		{ "a namespace", "22 1 0:4 net:[4026532] /run/netns/x rw - nsfs nsfs rw",
		  0, "net:[4026532]", "/run/netns/x", "nsfs", "nsfs", NULL },
		{ "empty", "", -EBADMSG, "", "", "", "", NULL },
		{ "cut before the type", "22 1 0:5 / /a rw shared:1 -", -EBADMSG, "", "",
		  "", "", NULL },
		{ "no separator", "22 1 0:5 / /a rw ext4 /dev/x rw", -EBADMSG, "", "", "",
		  "", NULL },
		{ "a sign", "-22 1 0:5 / /a rw - ext4 x rw", -EBADMSG, "", "", "", "",
		  NULL },
		{ "a number too long", "99999999999 1 0:5 / /a rw - ext4 x rw", -EBADMSG,
		  "", "", "", "", NULL },
		{ "no device", "22 1 05 / /a rw - ext4 x rw", -EBADMSG, "", "", "", "",
		  NULL },
		{ "a relative mount point", "22 1 0:5 / a rw - ext4 x rw", -EBADMSG, "",
		  "", "", "", NULL },
		{ "empty words", "22 1  0:5 / /a rw - ext4 x rw", -EBADMSG, "", "", "",
		  "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mount m = { 0 };
		int r = mountinfo_parse_line(cases[i].line, strlen(cases[i].line), &m);
		bool good = r == cases[i].r;

		if (good && r == 0)
			good = strcmp(m.root, cases[i].root) == 0 &&
			       strcmp(m.point, cases[i].point) == 0 &&
			       strcmp(m.type, cases[i].type) == 0 &&
			       strcmp(m.source, cases[i].source) == 0 &&
			       (m.subvol && cases[i].subvol
					? strcmp(m.subvol, cases[i].subvol) == 0
					: m.subvol == cases[i].subvol);
		if (!ok(good, "line: %s", cases[i].name))
			printf("# %d '%s' '%s' '%s' '%s'\n", r, m.root, m.point, m.type,
			       m.source);
		free(m.text);
	}
	{
		struct mount m;

		is_int(mountinfo_parse_line("22 1 0:5 / /a\0b rw - ext4 x rw", 31, &m),
		       -EBADMSG, "line: a NUL");
	}
}

static void test_kinds(void)
{
	static const char *const slow[] = {
		"nfs",	     "nfs4",  "cifs",	    "smb3",    "9p",	   "ceph",
		"glusterfs", "fuse",  "fuse.sshfs", "fuseblk", "autofs",   "lustre",
		"afs",	     "ncpfs", "ocfs2",	    "gfs2",    "virtiofs", "unheard-of",
		"",	     "proc",  "ext",	    "ext44"
	};

	for (size_t i = 0; i < sizeof(slow) / sizeof(*slow); i++)
		ok(mountinfo_kind(slow[i]) == MOUNT_SLOW, "'%s' is never asked", slow[i]);
	ok(mountinfo_kind("ext4") == MOUNT_LOCAL &&
		   mountinfo_kind("xfs") == MOUNT_LOCAL &&
		   mountinfo_kind("btrfs") == MOUNT_LOCAL &&
		   mountinfo_kind("zfs") == MOUNT_LOCAL,
	   "those on disks are");
	ok(mountinfo_kind("tmpfs") == MOUNT_PASS &&
		   mountinfo_kind("overlay") == MOUNT_PASS,
	   "and those in memory may be on the way");
}

/* A descriptor with @text in it, to be read from its start. */
static int with_text(const char *text, size_t len)
{
	int fd = memfd_create("mountinfo", MFD_CLOEXEC);

	(void)io_write_all(fd, text, len);
	(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

static void test_read(void)
{
	static const char line[] = "22 1 202:1 / / rw - ext4 /dev/xvda1 rw\n";
	size_t room = 300000, len = 0;
	autofree char *text = malloc(room);
	struct mount_list list = { 0 };
	int fd;

	len += (size_t)sprintf(text, "%s", line);
	len += (size_t)sprintf(text + len, "nonsense\n");
	memset(text + len, 'x', 100000); /* longer than any line of the kernel's */
	len += 100000;
	len += (size_t)sprintf(text + len, "\n%s", line);
	len += (size_t)sprintf(text + len, "30 22 0:9 / /");
	memset(text + len, 'y', 40000); /* long, but allowed */
	len += 40000;
	len += (size_t)sprintf(text + len, " rw - tmpfs t rw\n%s31 22 0:9 / /cut", line);
	fd = with_text(text, len);
	is_int(mountinfo_read(fd, &list), 0, "a table with bad lines is read");
	is_int((long long)list.count, 4, "with all its good lines");
	is_int((long long)list.left_out, 3, "and the others are counted");
	ok(list.count == 4 && strlen(list.mount[2].point) == 40001,
	   "a long line is whole");
	close_fd(&fd);
	fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	ok(mountinfo_read(fd, &list) == 0 && list.count > 0 && list.left_out == 0,
	   "this machine's table is understood");
	close_fd(&fd);
	fd = open("/proc/self", O_RDONLY | O_CLOEXEC);
	is_int(mountinfo_read(fd, &list), -EISDIR, "an error of reading is told");
	ok(list.count > 0, "and nothing is lost by it");
	close_fd(&fd);
	mountinfo_done(&list);
}

static void test_many(void)
{
	size_t room = (MOUNTINFO_MAX + 10) * 40, len = 0;
	autofree char *text = malloc(room);
	struct mount_list list = { 0 };
	int fd;

	for (int i = 0; i < MOUNTINFO_MAX + 10; i++)
		len += (size_t)sprintf(text + len, "%d 1 0:5 / /m%d rw - tmpfs t rw\n", i,
				       i);
	fd = with_text(text, len);
	is_int(mountinfo_read(fd, &list), 0, "a very long table");
	ok(list.count == MOUNTINFO_MAX && list.left_out == 10, "is read up to a bound");
	close_fd(&fd);
	mountinfo_done(&list);
}

static void test_reach(void)
{
	static const char table[] =
		"1 0 0:1 / / rw - rootfs rootfs rw\n"
		"20 1 202:1 / / rw - ext4 /dev/xvda1 rw\n"
		"21 20 202:2 / /a rw - ext4 /dev/xvda2 rw\n"
		"22 21 202:3 / /a/b rw - ext4 /dev/xvda3 rw\n"
		"23 20 202:4 / /ab rw - ext4 /dev/xvda4 rw\n"
		"24 20 202:5 / /c/d rw - ext4 /dev/xvda5 rw\n"
		"25 20 202:6 / /c rw - ext4 /dev/xvda6 rw\n"
		"26 20 0:9 / /nfs rw - nfs s:/ rw\n"
		"27 26 202:7 / /nfs/x rw - ext4 /dev/xvda7 rw\n"
		"28 20 0:10 / /auto rw - autofs a rw\n"
		"29 28 202:8 / /auto rw - ext4 /dev/xvda8 rw\n"
		"30 20 202:9 / /e rw - ext4 /dev/xvda9 rw\n"
		"31 30 202:10 / /e rw - ext4 /dev/xvda10 rw\n"
		"32 20 0:11 / /run rw - tmpfs t rw\n"
		"33 32 202:11 / /run/media/x rw - ext4 /dev/xvda11 rw\n"
		"34 99 202:12 / /lost rw - ext4 /dev/xvda12 rw\n"
		"40 41 202:13 / /loop rw - ext4 x rw\n"
		"41 40 202:14 / /loop rw - ext4 x rw\n";
	static const struct {
		const char *name;
		int id;
		enum mount_reach reach;
	} cases[] = {
		{ "the first root is under the second", 1, MOUNT_HIDDEN },
		{ "the root", 20, MOUNT_REACHED },
		{ "a mount", 21, MOUNT_REACHED },
		{ "a mount on it", 22, MOUNT_REACHED },
		{ "a name that another is the start of", 23, MOUNT_REACHED },
		{ "a directory above was mounted over", 24, MOUNT_HIDDEN },
		{ "by this one", 25, MOUNT_REACHED },
		{ "below NFS", 27, MOUNT_BEHIND_SLOW },
		{ "autofs under what it mounted", 28, MOUNT_HIDDEN },
		{ "what autofs mounted", 29, MOUNT_BEHIND_SLOW },
		{ "mounted over", 30, MOUNT_HIDDEN },
		{ "the upper one", 31, MOUNT_REACHED },
		{ "below tmpfs", 33, MOUNT_REACHED },
		{ "without its parent", 34, MOUNT_HIDDEN },
		{ "parents in a loop", 40, MOUNT_HIDDEN },
	};
	struct mount_list list = { 0 };
	int fd = with_text(table, strlen(table));

	is_int(mountinfo_read(fd, &list), 0, "a table of layers");
	close_fd(&fd);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t k = 0; k < list.count; k++)
			if (list.mount[k].id == cases[i].id)
				is_int(mountinfo_reach(&list, &list.mount[k]),
				       cases[i].reach, cases[i].name);
	mountinfo_done(&list);
}

int main(void)
{
	test_lines();
	test_kinds();
	test_read();
	test_many();
	test_reach();
	return tap_done();
}
