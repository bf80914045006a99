/* SPDX-License-Identifier: BSD-2-Clause */
/* verify_parse - what --verify reads of /proc: good, odd and hostile texts. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "dom0-tools/verify_kinds.h"
#include "dom0-tools/verify_limits.h"
#include "dom0-tools/verify_maps.h"
#include "dom0-tools/verify_mounts.h"
#include "dom0-tools/verify_status.h"
#include "tests/tap.h"

/* ---- status ---- */

#define HEAD "Name:\tx\nState:\tS (sleeping)\nTgid:\t7\n"
#define IDS  "Uid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nGroups:\t \nThreads:\t1\n"
#define CAPS                                                                             \
	"CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:"                  \
	"\t0000000000000000\nCapBnd:\t000001ffffffffff\n"
#define AMB  "CapAmb:\t0000000000000000\n"
#define TAIL "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n"

static const struct {
	const char *name;
	const char *text;
	int r;
	unsigned groups, filters;
} statuses[] = {
	{ "as it should be", HEAD IDS CAPS AMB TAIL, 0, 0, 3 },
	{ "no line at the end", HEAD IDS CAPS AMB "NoNewPrivs:\t1\nSeccomp:\t2", 0, 0,
	  1 },
	{ "Linux 4.2: no ambient ones", HEAD IDS CAPS TAIL, 0, 0, 3 },
	{ "Linux 5.8: filters not told",
	  HEAD IDS CAPS AMB "NoNewPrivs:\t1\nSeccomp:\t2\n", 0, 0, 1 },
	{ "no filter", HEAD IDS CAPS AMB "NoNewPrivs:\t1\nSeccomp:\t0\n", 0, 0, 0 },
	{ "groups",
	  HEAD
	  "Uid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nGroups:\t1 2 3 \nThreads:\t1\n" CAPS AMB
		  TAIL,
	  0, 3, 3 },
	{ "its own gid is no more",
	  HEAD
	  "Uid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nGroups:\t6 \nThreads:\t1\n" CAPS AMB TAIL,
	  0, 0, 3 },
	{ "a name like a line",
	  "Name:\tx\\nUid:\t0\nState:\tS\nTgid:\t7\n" IDS CAPS AMB TAIL, 0, 0, 3 },
	{ "nothing", "", -EBADMSG, 0, 0 },
	{ "no ids", HEAD CAPS AMB TAIL, -EBADMSG, 0, 0 },
	{ "three ids", HEAD "Uid:\t5\t5\t5\nGid:\t6\t6\t6\t6\nGroups:\t\n" CAPS TAIL,
	  -EBADMSG, 0, 0 },
	{ "five ids",
	  HEAD
	  "Uid:\t5\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nGroups:\t\nThreads:\t1\n" CAPS TAIL,
	  -EBADMSG, 0, 0 },
	{ "an id past 32 bits",
	  HEAD
	  "Uid:\t5\t5\t5\t4294967296\nGid:\t6\t6\t6\t6\nGroups:\t\nThreads:\t1\n" CAPS
		  TAIL,
	  -EBADMSG, 0, 0 },
	{ "a group that is none",
	  HEAD "Uid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nGroups:\tx\nThreads:\t1\n" CAPS TAIL,
	  -EBADMSG, 0, 0 },
	{ "no groups line",
	  HEAD "Uid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nThreads:\t1\n" CAPS TAIL, -EBADMSG, 0,
	  0 },
	{ "no bounding set", HEAD IDS "CapInh:\t0\nCapPrm:\t0\nCapEff:\t0\n" TAIL,
	  -EBADMSG, 0, 0 },
	{ "a set past 64 bits",
	  HEAD IDS
	  "CapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t10000000000000000\n" TAIL,
	  -EBADMSG, 0, 0 },
	{ "no no_new_privs", HEAD IDS CAPS AMB "Seccomp:\t2\n", -EBADMSG, 0, 0 },
	{ "no seccomp", HEAD IDS CAPS AMB "NoNewPrivs:\t1\n", -EBADMSG, 0, 0 },
};

static void test_status(void)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		struct verify_status s = { 0 };
		int r = verify_status_parse(statuses[i].text, strlen(statuses[i].text),
					    &s);

		ok(r == statuses[i].r &&
			   (r < 0 || (s.tgid == 7 && s.uid[3] == 5 && s.gid[0] == 6 &&
				      s.groups == statuses[i].groups &&
				      s.filters == statuses[i].filters)),
		   "status: %s", statuses[i].name);
	}
}

static void test_stat(void)
{
	static const char good[] = "7 (a) b (c) S 1 7 7 34816 7 4194304 1 2 3 4 5 6 7 8 "
				   "20 0 1 0 12345 6 7 8\n";
	static const char negative[] = "7 (x) S 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 "
				       "1 0 99 6\n";
	static const char cut[] = "7 (x) S 1 7 7 0 -1 4194304\n";
	struct verify_stat s = { 0 };

	ok(verify_stat_parse(good, sizeof(good) - 1, &s) == 0 && s.tty == 34816 &&
		   s.start == 12345,
	   "stat: a name with parentheses");
	ok(verify_stat_parse(negative, sizeof(negative) - 1, &s) == 0 && s.tty == 0 &&
		   s.start == 99,
	   "stat: no terminal");
	is_int(verify_stat_parse(cut, sizeof(cut) - 1, &s), -EBADMSG, "stat: cut");
	is_int(verify_stat_parse("7 x", 3, &s), -EBADMSG, "stat: no name");
}

/* ---- limits ---- */

#define LIMIT(name, soft, hard) name "   " soft "   " hard "   units\n"
#define LIMITS                                                                           \
	"Limit   Soft Limit   Hard Limit   Units\n" LIMIT("Max cpu time", "1", "2")      \
		LIMIT("Max file size", "unlimited", "unlimited") LIMIT(                  \
			"Max data size", "1", "1") LIMIT("Max stack size", "1", "1")     \
			LIMIT("Max core file size", "0", "unlimited") LIMIT(             \
				"Max resident set", "1",                                 \
				"1") LIMIT("Max processes", "1",                         \
					   "1") LIMIT("Max open files", "64", "128")     \
				LIMIT("Max locked memory", "1",                          \
				      "1") LIMIT("Max address space", "1",               \
						 "1") LIMIT("Max file locks", "1", "1")  \
					LIMIT("Max pending signals", "1",                \
					      "1") LIMIT("Max msgqueue size", "1", "1")  \
						LIMIT("Max nice priority", "0", "0")     \
							LIMIT("Max realtime priority",   \
							      "0", "0")
#define LAST LIMIT("Max realtime timeout", "1", "18446744073709551615")

static void test_limits(void)
{
	static const struct {
		const char *name;
		const char *text;
		int r;
	} cases[] = {
		{ "as it should be", LIMITS LAST, 0 },
		{ "one we do not know", LIMITS LAST LIMIT("Max new things", "1", "1"),
		  0 },
		{ "one missing", LIMITS, -EBADMSG },
		{ "one twice", LIMITS LAST LAST, -EBADMSG },
		{ "no hard one", LIMITS "Max realtime timeout 1\n", -EBADMSG },
		{ "no number", LIMITS LIMIT("Max realtime timeout", "x", "1"), -EBADMSG },
		{ "a sign", LIMITS LIMIT("Max realtime timeout", "-1", "1"), -EBADMSG },
		{ "past 64 bits",
		  LIMITS LIMIT("Max realtime timeout", "1", "18446744073709551616"),
		  -EBADMSG },
		{ "nothing", "", -EBADMSG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct verify_limits l = { 0 };
		int r = verify_limits_parse(cases[i].text, strlen(cases[i].text), &l);

		ok(r == cases[i].r &&
			   (r < 0 || (l.limit[RLIMIT_NOFILE].soft == 64 &&
				      l.limit[RLIMIT_NOFILE].hard == 128 &&
				      l.limit[RLIMIT_CORE].hard == VERIFY_UNLIMITED)),
		   "limits: %s", cases[i].name);
	}
	is_str(verify_limit_name(RLIMIT_NOFILE), "nofile", "limits: a name");
	is_str(verify_limit_name(99), "?", "limits: none such");
}

/* ---- mounts and control groups ---- */

static void test_mounts(void)
{
	static const struct {
		const char *name;
		const char *text;
		int r;
		bool read_only;
		const char *point, *type;
	} cases[] = {
		{ "a root", "67 60 0:5 / / ro,nosuid - tmpfs room rw,size=1k\n", 0, true,
		  "/", "tmpfs" },
		{ "read-only as a whole", "1 2 0:5 / /a rw - ext4 /dev/sda ro\n", 0, true,
		  "/a", "ext4" },
		{ "writable", "1 2 0:5 / /a rw,relatime - ext4 /dev/sda rw\n", 0, false,
		  "/a", "ext4" },
		{ "\"ro\" in a word is none",
		  "1 2 0:5 / /a rw,root=ro - ext4 x errors=ro\n", 0, false, "/a",
		  "ext4" },
		{ "optional words", "1 2 0:5 / /a ro shared:1 master:2 - ext4 x rw\n", 0,
		  true, "/a", "ext4" },
		{ "escapes", "1 2 0:5 / /a\\040b\\134\\012 ro - ext4 x rw\n", 0, true,
		  "/a b\\\n", "ext4" },
		{ "a dash in a name", "1 2 0:5 / /- ro - ext4 x rw\n", 0, true, "/-",
		  "ext4" },
		{ "no end of line", "1 2 0:5 / /a ro - ext4 x rw", 0, true, "/a",
		  "ext4" },
		{ "no dash", "1 2 0:5 / /a ro ext4 x rw\n", -EBADMSG, false, NULL, NULL },
		{ "cut", "1 2 0:5 /\n", -EBADMSG, false, NULL, NULL },
		{ "an id that is none", "x 2 0:5 / /a ro - ext4 x rw\n", -EBADMSG, false,
		  NULL, NULL },
		{ "an empty line", "\n", -EBADMSG, false, NULL, NULL },
	};
	struct verify_mounts *m = calloc(1, sizeof(*m));

	for (size_t i = 0; m && i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = strdup(cases[i].text);
		int r = text ? verify_mounts_parse(text, strlen(text), m) : -ENOMEM;

		ok(r == cases[i].r &&
			   (r < 0 || (m->count == 1 &&
				      strcmp(m->mount[0].point, cases[i].point) == 0 &&
				      strcmp(m->mount[0].type, cases[i].type) == 0 &&
				      verify_mount_is_read_only(&m->mount[0]) ==
					      cases[i].read_only)),
		   "mounts: %s", cases[i].name);
		free(text);
	}
	free(m);
}

static void test_too_many_mounts(void)
{
	static const char line[] = "1 2 0:5 / /a ro - ext4 x rw\n";
	enum { LINES = VERIFY_MOUNTS_MAX + 1 };
	struct verify_mounts *m = calloc(1, sizeof(*m));
	char *text = malloc(LINES * (sizeof(line) - 1) + 1);

	for (size_t i = 0; text && i < LINES; i++)
		memcpy(text + i * (sizeof(line) - 1), line, sizeof(line));
	ok(m && text && verify_mounts_parse(text, strlen(text), m) == -E2BIG,
	   "mounts: too many");
	free(text);
	free(m);
}

static void test_cgroup(void)
{
	static const char text[] = "9:name=systemd:/\n8:pids:/xen-restrict/5\n"
				   "4:cpu,memory:/a:b\n0::/two\n";
	char path[16];
	size_t len = sizeof(text) - 1;

	ok(verify_cgroup_path(text, len, "pids", path, sizeof(path)) == 0 &&
		   strcmp(path, "/xen-restrict/5") == 0,
	   "cgroup: one controller");
	ok(verify_cgroup_path(text, len, "memory", path, sizeof(path)) == 0 &&
		   strcmp(path, "/a:b") == 0,
	   "cgroup: of two, and a path with a colon");
	ok(verify_cgroup_path(text, len, "", path, sizeof(path)) == 0 &&
		   strcmp(path, "/two") == 0,
	   "cgroup: version 2");
	is_int(verify_cgroup_path(text, len, "mem", path, sizeof(path)), -ENOENT,
	       "cgroup: none such");
	is_int(verify_cgroup_path(text, len, "pids", path, 5), -ENAMETOOLONG,
	       "cgroup: no room");
	is_int(verify_cgroup_path("x\n", 2, "pids", path, sizeof(path)), -EBADMSG,
	       "cgroup: no such file");
}

/* ---- descriptors ---- */

static const char misc[] = "234 btrfs-control\n200 tun\n 60 xen/privcmd\n 61 xen/evtchn\n"
			   " 62 xen/gntdev\n 63 xen/xenbus\n";

static const struct {
	const char *name;
	struct verify_descriptor d;
	enum verify_kind kind;
} kinds[] = {
	{ "a file", { S_IFREG, 0, 0, 0xef53, 0, "/etc/passwd" }, VERIFY_KIND_FILE },
	{ "a memfd",
	  { S_IFREG, 0, 0, 0x01021994, 2, "/memfd:x (deleted)" },
	  VERIFY_KIND_MEMORY },
	{ "a file named like one",
	  { S_IFREG, 0, 0, 0xef53, 2, "/memfd:x" },
	  VERIFY_KIND_FILE },
	{ "of /proc", { S_IFREG, 0, 0, 0x9fa0, 0, "/proc/1/mem" }, VERIFY_KIND_KERNEL },
	{ "of sysfs", { S_IFREG, 0, 0, 0x62656572, 0, "/sys/x" }, VERIFY_KIND_KERNEL },
	{ "a namespace",
	  { S_IFREG, 0, 0, 0x6e736673, 0, "net:[4]" },
	  VERIFY_KIND_KERNEL },
	{ "a directory", { S_IFDIR, 0, 0, 0xef53, 0, "/" }, VERIFY_KIND_DIRECTORY },
	{ "a path", { S_IFREG, 0, 0, 0xef53, O_PATH, "/" }, VERIFY_KIND_PATH },
	{ "a pipe", { S_IFIFO, 0, 0, 0, 0, "pipe:[1]" }, VERIFY_KIND_PIPE },
	{ "a socket", { S_IFSOCK, 0, 0, 0, 2, "socket:[1]" }, VERIFY_KIND_SOCKET },
	{ "an event", { 0600, 0, 0, 0, 2, "anon_inode:[eventfd]" }, VERIFY_KIND_EVENT },
	{ "a ring", { 0600, 0, 0, 0, 2, "anon_inode:[io_uring]" }, VERIFY_KIND_ANON },
	{ "a file named like an event",
	  { S_IFDIR, 0, 0, 0, 0, "/anon_inode:[eventfd]" },
	  VERIFY_KIND_DIRECTORY },
	{ "/dev/null", { S_IFCHR, 1, 3, 0, 2, "/dev/null" }, VERIFY_KIND_PLAIN },
	{ "/dev/mem by another name",
	  { S_IFCHR, 1, 1, 0, 2, "/dev/null" },
	  VERIFY_KIND_DEVICE },
	{ "event channels by another name",
	  { S_IFCHR, 10, 61, 0, 2, "/dev/null" },
	  VERIFY_KIND_EVTCHN },
	{ "privileged commands",
	  { S_IFCHR, 10, 60, 0, 2, "/dev/xen/privcmd" },
	  VERIFY_KIND_PRIVCMD },
	{ "the same of old",
	  { S_IFREG, 0, 0, 0xabba1974, 2, "/proc/xen/privcmd" },
	  VERIFY_KIND_PRIVCMD },
	{ "another of xenfs",
	  { S_IFREG, 0, 0, 0xabba1974, 2, "/proc/xen/xenbus" },
	  VERIFY_KIND_XEN },
	{ "grants", { S_IFCHR, 10, 62, 0, 2, "/dev/xen/gntdev" }, VERIFY_KIND_GNTDEV },
	{ "the store's device",
	  { S_IFCHR, 10, 63, 0, 2, "/dev/xen/xenbus" },
	  VERIFY_KIND_XEN },
	{ "a device named like Xen's",
	  { S_IFCHR, 10, 99, 0, 2, "/dev/xen/evtchn" },
	  VERIFY_KIND_DEVICE },
	{ "a tap", { S_IFCHR, 10, 200, 0, 2, "/dev/net/tun" }, VERIFY_KIND_TUN },
	{ "a disk", { S_IFBLK, 8, 0, 0, 2, "/dev/sda" }, VERIFY_KIND_BLOCK },
	{ "no kind at all", { 0, 0, 0, 0, 0, "x" }, VERIFY_KIND_OTHER },
};

static void test_kinds(void)
{
	unsigned flags;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		is_str(verify_kind_name(verify_kind_of(&kinds[i].d, misc)),
		       verify_kind_name(kinds[i].kind), kinds[i].name);
	ok(verify_flags_parse("pos:\t0\nflags:\t0102002\nmnt_id:\t1\n", &flags) == 0 &&
		   flags == 0102002,
	   "flags of a descriptor");
	is_int(verify_flags_parse("pos:\t0\n", &flags), -EBADMSG, "none");
	is_int(verify_flags_parse("flags:\tx\n", &flags), -EBADMSG, "no number");
}

/* ---- mappings ---- */

static void test_maps(void)
{
	static const struct {
		const char *name;
		const char *text;
		int r;
		bool shared, backed;
	} cases[] = {
		{ "anonymous", "7f00-8000 rw-p 00000000 00:00 0 \n", 0, false, false },
		{ "the stack", "7f00-8000 rw-p 00000000 00:00 0   [stack]\n", 0, false,
		  false },
		{ "a file", "7f00-8000 r-xp 00001000 fe:00 12   /a b\n", 0, false, true },
		{ "shared", "7f00-8000 rw-s 00000000 fe:00 12   /a\n", 0, true, true },
		{ "a device number of hexadecimal",
		  "7f00-8000 rw-s 00000000 00:0e 0   x\n", 0, true, true },
		{ "an inode alone", "7f00-8000 rw-s 00000000 00:00 7   x\n", 0, true,
		  true },
		{ "no end of line", "7f00-8000 r--p 00000000 fe:00 12", 0, false, true },
		{ "nothing", "", -ENODATA, false, false },
		{ "an empty line", "\n", -EBADMSG, false, false },
		{ "no end", "7f00 rw-p 00000000 00:00 0\n", -EBADMSG, false, false },
		{ "modes cut", "7f00-8000 rw-", -EBADMSG, false, false },
		{ "neither shared nor private", "7f00-8000 rw-x 00000000 00:00 0\n",
		  -EBADMSG, false, false },
		{ "no inode", "7f00-8000 rw-p 00000000 00:00 \n", -EBADMSG, false,
		  false },
		{ "past 64 bits", "7f00-1ffffffffffffffff rw-p 00000000 00:00 0\n",
		  -EBADMSG, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *at = cases[i].text;
		struct verify_map m = { 0 };
		int r = verify_maps_next(&at, &m);

		ok(r == cases[i].r && (r < 0 || (m.from == 0x7f00 && m.to == 0x8000 &&
						 !*at && m.shared == cases[i].shared &&
						 m.backed == cases[i].backed)),
		   "maps: %s", cases[i].name);
	}
}

int main(void)
{
	test_status();
	test_stat();
	test_limits();
	test_mounts();
	test_too_many_mounts();
	test_cgroup();
	test_kinds();
	test_maps();
	return tap_done();
}
