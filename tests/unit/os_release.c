/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/os_release.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "guest-agent/meminfo.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"
#include "tests/unit/own_root.h"

struct os_case {
	const char *test, *text;
	int r;
	const char *name, *distro, *major, *minor;
};

static void check(const struct os_case *c, int (*parse)(const char *, struct os_facts *))
{
	struct os_facts os = { 0 };
	int r = parse(c->text, &os);
	bool good = r == c->r;

	if (good && r == 0)
		good = strcmp(os.name, c->name) == 0 &&
		       strcmp(os.distro, c->distro) == 0 &&
		       strcmp(os.major, c->major) == 0 && strcmp(os.minor, c->minor) == 0;
	if (!ok(good, "%s", c->test))
		printf("# %d: '%s' '%s' '%s' '%s'\n", r, os.name, os.distro, os.major,
		       os.minor);
}

static void test_os_release(void)
{
	static const struct os_case cases[] = {
		{ "Debian 12",
		  "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian "
		  "GNU/Linux\"\n"
		  "VERSION_ID=\"12\"\nID=debian\n",
		  0, "Debian GNU/Linux 12 (bookworm)", "debian", "12", "" },
		{ "Ubuntu",
		  "ID=ubuntu\nVERSION_ID='24.04'\nPRETTY_NAME='Ubuntu 24.04 LTS'", 0,
		  "Ubuntu 24.04 LTS", "ubuntu", "24", "04" },
		{ "Alpine", "NAME=Alpine\nID=alpine\nVERSION_ID=3.19.1\n", 0,
		  "Alpine 3.19.1", "alpine", "3", "19" },
		{ "Talos writes a v", "ID=talos\nVERSION_ID=v1.7.0\n", 0, "talos v1.7.0",
		  "talos", "1", "7" },
		{ "a rolling release has no version",
		  "NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling", 0, "Arch Linux",
		  "arch", "", "" },
		{ "no ID", "NAME=Something\n", 0, "Something", "linux", "", "" },
		{ "upper case", "ID=Debian\nPRETTY_NAME=D\n", 0, "D", "debian", "", "" },
		{ "lsb-release",
		  "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_DESCRIPTION="
		  "\"Ubuntu 12.04\"\n",
		  0, "Ubuntu 12.04", "ubuntu", "12", "04" },
		{ "escapes", "ID=x\nPRETTY_NAME=\"a \\\"b\\\" \\$c \\\\\"\n", 0,
		  "a \"b\" $c \\", "x", "", "" },
		{ "the last line wins", "ID=a\nID=b\nNAME=n\n", 0, "n", "b", "", "" },
		{ "comments and noise", "# ID=no\n\nXID=no\nID=yes\nPRETTY_NAME=p\n", 0,
		  "p", "yes", "", "" },
		{ "control characters", "ID=x\nPRETTY_NAME=\"a\x1b[1mb\r\"\n", 0, "a[1mb",
		  "x", "", "" },
		{ "an empty file", "", -ENODATA, "", "", "", "" },
		{ "not such a file",
		  "\x7f"
		  "ELF\n",
		  -ENODATA, "", "", "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&cases[i], os_release_parse);
}

static void test_redhat_release(void)
{
	static const struct os_case cases[] = {
		{ "CentOS 6", "CentOS release 6.10 (Final)\n", 0,
		  "CentOS release 6.10 (Final)", "centos", "6", "10" },
		{ "CentOS 7", "CentOS Linux release 7.9.2009 (Core)\n", 0,
		  "CentOS Linux release 7.9.2009 (Core)", "centos", "7", "9" },
		{ "RHEL 5", "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n", 0,
		  "Red Hat Enterprise Linux Server release 5.11 (Tikanga)", "rhel", "5",
		  "11" },
		{ "no release", "Fedora\n", -ENODATA, "", "", "", "" },
		{ "release on another line", "x\n release 6\n", -ENODATA, "", "", "",
		  "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&cases[i], os_redhat_parse);
}

static void test_long_values(void)
{
	struct os_facts os = { 0 };
	char text[3000] = "ID=x\nPRETTY_NAME=\"";
	size_t n = strlen(text);

	/* 254 letters, then characters of two bytes: one would be cut in its middle */
	memset(text + n, 'a', 254);
	for (int i = 0; i < 100; i++)
		memcpy(text + n + 254 + 2 * i, "\xc3\xa9", 2);
	memcpy(text + n + 254 + 200, "\"\n", 3);
	is_int(os_release_parse(text, &os), 0, "a long name");
	is_int((long long)strlen(os.name), 254, "is cut at the end of a character");
}

static void test_minor(void)
{
	static const struct {
		const char *text, *major, *minor, *want;
	} cases[] = {
		{ "12.11\n", "12", "", "11" },
		{ "bookworm/sid\n", "12", "", "" },
		{ "11.9\n", "12", "", "" },
		{ "12.11\n", "12", "4", "4" },
		{ "12.11\n", "", "", "" },
		{ "CentOS Linux release 7.9.2009 (Core)\n", "7", "", "9" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct os_facts os = { 0 };

		(void)snprintf(os.major, sizeof(os.major), "%s", cases[i].major);
		(void)snprintf(os.minor, sizeof(os.minor), "%s", cases[i].minor);
		os_complete_minor(cases[i].text, &os);
		is_str(os.minor, cases[i].want, "minor version from another file");
	}
}

/* The order in which files are believed. */
static void test_collect(void)
{
	char dir[] = "/tmp/os-release.XXXXXX";
	autoclose int fd = root_make(dir);
	struct os_facts os;

	mkdirat(fd, "etc", 0700);
	mkdirat(fd, "usr", 0700);
	mkdirat(fd, "usr/lib", 0700);
	is_int(collect_os(fd, &os), 0, "an empty root");
	ok(strcmp(os.distro, "linux") == 0 && strcmp(os.name, "Linux") == 0 &&
		   os.uname[0],
	   "gives Linux and the kernel's own release");
	root_put(fd, "etc/debian_version", "7.11\n");
	(void)collect_os(fd, &os);
	ok(strcmp(os.name, "Debian GNU/Linux 7.11") == 0 && strcmp(os.minor, "11") == 0,
	   "an old Debian");
	root_put(fd, "usr/lib/os-release", "ID=vendor\nNAME=v\n");
	(void)collect_os(fd, &os);
	is_str(os.distro, "vendor", "usr/lib/os-release");
	root_put(fd, "etc/os-release", "ID=debian\nNAME=v\nVERSION_ID=7\n");
	(void)collect_os(fd, &os);
	ok(strcmp(os.distro, "debian") == 0 && strcmp(os.minor, "11") == 0,
	   "etc/os-release first, minor from debian_version");
	mkdirat(fd, "proc", 0700);
	mkdirat(fd, "proc/sys", 0700);
	mkdirat(fd, "proc/sys/kernel", 0700);
	root_put(fd, "proc/sys/kernel/osrelease", "3.10.0-1160.el7.x86_64\n");
	(void)collect_os(fd, &os);
	is_str(os.uname, "3.10.0-1160.el7.x86_64", "the kernel's release below the root");
	root_remove(dir);
}

static void test_meminfo(void)
{
	static const struct {
		const char *name, *text;
		int r;
		uint64_t total, free;
	} cases[] = {
		{ "MemAvailable",
		  "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable:  600 kB\n", 0, 1000,
		  600 },
		{ "before 3.14",
		  "MemTotal: 1000 kB\nMemFree: 10 kB\nBuffers: 20 kB\nCached: 30 kB\n", 0,
		  1000, 60 },
		{ "before 3.14, with files in memory",
		  "MemTotal: 1000 kB\nMemFree: 10 kB\nBuffers: 20 kB\nCached: 300 kB\n"
		  "Shmem: 250 kB\n",
		  0, 1000, 80 },
		{ "more of these than of the cache",
		  "MemTotal: 1000 kB\nMemFree: 10 kB\nCached: 30 kB\nShmem: 31 kB\n", 0,
		  1000, 10 },
		{ "no number below zero",
		  "MemTotal: 50 kB\nMemAvailable: -1 kB\nMemFree: 9 kB\n", 0, 50, 9 },
		{ "never over the total", "MemTotal: 50 kB\nMemAvailable: 60 kB\n", 0, 50,
		  50 },
		{ "no total", "MemFree: 10 kB\n", -EBADMSG, 0, 0 },
		{ "no free", "MemTotal: 10 kB\n", -EBADMSG, 0, 0 },
		{ "not at a line's start",
		  "xMemTotal: 9 kB\nMemTotal: 8 kB\nMemFree: 8 kB\n", 0, 8, 8 },
		{ "other units", "MemTotal: 10 MB\nMemFree: 1 kB\n", -EBADMSG, 0, 0 },
		{ "a number too long",
		  "MemTotal: 99999999999999999999999 kB\nMemFree: 1 kB\n", -EBADMSG, 0,
		  0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct memory_facts m = { 0 };
		int r = meminfo_parse(cases[i].text, &m);

		ok(r == cases[i].r && m.total_kib == cases[i].total &&
			   m.free_kib == cases[i].free,
		   "meminfo: %s", cases[i].name);
	}
}

static void test_memory_moved(void)
{
	struct memory_facts m = { .total_kib = 100000, .free_kib = 50000 };

	ok(!memory_has_moved(&m, 50000), "free memory that stayed is not told");
	ok(!memory_has_moved(&m, 49001) && !memory_has_moved(&m, 50999),
	   "nor under 1 %%");
	ok(memory_has_moved(&m, 49000) && memory_has_moved(&m, 51000), "but 1 %% is");
	ok(memory_has_moved(&m, 0), "and the first one");
	m.free_kib = 500;
	ok(memory_has_moved(&m, 0) && !memory_has_moved(&m, 900), "however little it is");
}

int main(void)
{
	test_os_release();
	test_redhat_release();
	test_long_values();
	test_minor();
	test_collect();
	test_meminfo();
	test_memory_moved();
	return tap_done();
}
