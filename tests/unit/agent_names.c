/* SPDX-License-Identifier: BSD-2-Clause */
/* The host name and the domain: each source, what is no name, and being told of a change. */
#include "guest-agent/names.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"
#include "tests/unit/own_root.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_split(void)
{
	static const struct {
		const char *text, *host, *domain;
	} cases[] = {
		{ "web", "web", "" },
		{ "web\n", "web", "" },
		{ "web.example.org\n", "web", "example.org" },
		{ "web.example.org.\n", "web", "example.org" },
		{ "WEB_1.Example.ORG\n", "WEB_1", "Example.ORG" },
		{ "web.localdomain\n", "web", "" },
		{ "web.\n", "web", "" },
		{ "web..example.org\n", "web", "" },
		{ "web.-x.org\n", "web", "" },
		{ "web.ex ample\n", "web", "ex" }, /* what is behind a blank is none */
		{ "3com\n", "3com", "" },
		{ "7\n", "7", "" },
		{ "7.example.org\n", "7", "example.org" },
		{ "10.0.0.1\n", NULL, NULL },
		{ "web.1\n", "web", "" },
		{ L63 "\n", L63, "" },
		{ L63 "a\n", NULL, NULL },
		{ "localhost\n", NULL, NULL },
		{ "LocalHost\n", NULL, NULL },
		{ "localhost.localdomain\n", NULL, NULL },
		{ "(none)\n", NULL, NULL },
		{ "-web\n", NULL, NULL },
		{ "web-\n", NULL, NULL },
		{ ".example.org\n", NULL, NULL },
		{ "w\xc3\xa9"
		  "b\n",
		  NULL, NULL },
		{ "w/b\n", NULL, NULL },
		{ "\n", NULL, NULL },
		{ " \t\n", NULL, NULL },
		{ "", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct name_facts n = { "old", "old.org" };
		size_t len = strlen(cases[i].text);
		const char *host = cases[i].host ? cases[i].host : "old";
		const char *domain = cases[i].domain ? cases[i].domain : "old.org";
		int r = names_split(cases[i].text, len, &n);

		if (!ok(r == (cases[i].host ? 0 : -ENODATA) &&
				strcmp(n.host, host) == 0 &&
				strcmp(n.domain, domain) == 0,
			"'%.*s'", (int)(len ? len - 1 : 0), cases[i].text))
			printf("# %d '%s' '%s'\n", r, n.host, n.domain);
	}
	ok(names_split("we\0b", 4, &(struct name_facts){ "", "" }) == -ENODATA,
	   "a NUL byte");
}

static void check_domain(int r, const char *got, const char *want, const char *what)
{
	if (!ok(r == (want ? 0 : -ENODATA) && strcmp(got, want ? want : "old") == 0, "%s",
		what))
		printf("# %d '%s'\n", r, got);
}

static void test_hosts(void)
{
	static const struct {
		const char *what, *text, *domain;
	} cases[] = {
		{ "Debian's line",
		  "127.0.0.1 localhost\n127.0.1.1\tweb.example.org\tweb\n",
		  "example.org" },
		{ "the last of many aliases", "10.0.0.1 web.a.org x y z web", "a.org" },
		{ "IPv6", "fd00::1 web.a.org web\n", "a.org" },
		{ "the first entry counts",
		  "10.0.0.1 web.a.org web\n10.0.0.2 web.b.org web", "a.org" },
		{ "any case", "10.0.0.1 Web.A.org WEB\n", "A.org" },
		{ "a comment behind it", "10.0.0.1 web.a.org web # web.b.org\n",
		  "a.org" },
		{ "CR LF", "10.0.0.1 web.a.org web\r\n", "a.org" },
		{ "a comment", "# 10.0.0.1 web.a.org web\n", NULL },
		{ "the alias in a comment", "10.0.0.1 web.a.org # web\n", NULL },
		{ "no alias", "10.0.0.1 web.a.org\n", NULL },
		{ "another's alias", "10.0.0.1 web.a.org www\n", NULL },
		{ "another host", "10.0.0.1 db.a.org db\n", NULL },
		{ "a longer name", "10.0.0.1 web2.a.org web\n", NULL },
		{ "the short name first", "10.0.0.1 web web.a.org\n", NULL },
		{ "localdomain", "127.0.0.1 web.localdomain web\n10.0.0.1 web.a.org web",
		  "a.org" },
		{ "no address", "10.0.0.999 web.a.org web\n", NULL },
		{ "an address as long as can be",
		  "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555555 web.a.org web",
		  NULL },
		{ "a bad domain", "10.0.0.1 web.a..org web\n", NULL },
		{ "only an address", "10.0.0.1\n10.0.0.2 \n", NULL },
		{ "nothing", "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char domain[NAME_DOMAIN_MAX] = "old";
		int r = names_hosts_domain(cases[i].text, strlen(cases[i].text), "web",
					   domain);

		check_domain(r, domain, cases[i].domain, cases[i].what);
	}
}

static void test_resolv(void)
{
	static const struct {
		const char *what, *text, *domain;
	} cases[] = {
		{ "domain", "nameserver 10.0.0.1\ndomain a.org\n", "a.org" },
		{ "a search of one", "search a.org\n", "a.org" },
		{ "the first of a search", "search a.org b.org\n", "a.org" },
		{ "domain before search", "search b.org\ndomain a.org\n", "a.org" },
		{ "in either order", "domain a.org\nsearch b.org\n", "a.org" },
		{ "the last domain", "domain b.org\ndomain a.org\n", "a.org" },
		{ "the last search", "search b.org\nsearch a.org\n", "a.org" },
		{ "tabs and a root dot", "\tsearch\t\ta.org.\n", "a.org" },
		{ "systemd-resolved has none", "options edns0\nsearch .\n", NULL },
		{ "a domain that is none", "domain localdomain\nsearch a.org\n",
		  "a.org" },
		{ "comments", "#domain a.org\n;search a.org\n", NULL },
		{ "a comment behind it", "search a.org # b\n", "a.org" },
		{ "no value", "domain\nsearch\n", NULL },
		{ "another word", "domains a.org\n", NULL },
		{ "a bad domain", "domain a_b.o/rg\n", NULL },
		{ "an address", "domain 10.0.0.1\n", NULL },
		{ "253 bytes",
		  "domain " L63 "." L63 "." L63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		  L63 "." L63 "." L63
		      ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaa" },
		{ "254 bytes",
		  "domain " L63 "." L63 "." L63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		  NULL },
		{ "nothing", "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char domain[NAME_DOMAIN_MAX] = "old";
		int r = names_resolv_domain(cases[i].text, strlen(cases[i].text), domain);

		check_domain(r, domain, cases[i].domain, cases[i].what);
	}
}

static char root[] = "/tmp/agent_names.XXXXXX";
static int rootfd = -1;

static void put(const char *path, const char *text)
{
	root_put(rootfd, path, text);
}

static void check_collected(const char *host, const char *domain, const char *what)
{
	struct name_facts n = { "old", "old" };
	int r = collect_names(rootfd, &n);

	if (!ok(r == 0 && strcmp(n.host, host) == 0 && strcmp(n.domain, domain) == 0,
		"%s", what))
		printf("# %d '%s' '%s'\n", r, n.host, n.domain);
}

/* A hosts file with the own name at its end. */
static void put_long_hosts(size_t lines)
{
	autofclose FILE *f =
		fdopen(openat(rootfd, "etc/hosts",
			      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
		       "w");

	if (!f)
		abort();
	for (size_t i = 0; i < lines; i++)
		must(fprintf(f, "0.0.0.0 ads%06zu.example.com\n", i));
	must(fprintf(f, "10.0.0.1 web.late.org web\n"));
}

static void test_collect(void)
{
	const char *file = "proc/sys/kernel/hostname";
	struct name_facts n = { "old", "old" };

	check_collected("", "", "no files at all");
	is_int(names_open(rootfd), -ENOENT, "nor something to wait for");
	must(mkdirat(rootfd, "proc", 0755));
	must(mkdirat(rootfd, "proc/sys", 0755));
	must(mkdirat(rootfd, "proc/sys/kernel", 0755));
	must(mkdirat(rootfd, "etc", 0755));
	put(file, "web\n");
	check_collected("web", "", "a host name alone");
	put("etc/resolv.conf", "search resolv.org\n");
	check_collected("web", "resolv.org", "resolv.conf");
	put("etc/hosts", "127.0.1.1 web.hosts.org web\n");
	check_collected("web", "hosts.org", "hosts comes before it");
	put(file, "web.kernel.org\n");
	check_collected("web", "kernel.org", "the kernel's own before all");
	put(file, "localhost\n");
	check_collected("", "", "without a host name no domain");
	put(file, "web\n");
	put_long_hosts(100);
	check_collected("web", "late.org", "a long hosts file");
	put_long_hosts(10000);
	check_collected("web", "resolv.org", "of one over 32 KiB the start counts");
	must(unlinkat(rootfd, "etc/hosts", 0));
	must(mkfifoat(rootfd, "etc/hosts", 0644));
	check_collected("web", "resolv.org", "a FIFO is not waited for");
	must(unlinkat(rootfd, "etc/resolv.conf", 0));
	must(symlinkat("/dev/zero", rootfd, "etc/resolv.conf"));
	check_collected("web", "", "an endless file is not read");
	must(unlinkat(rootfd, file, 0));
	must(symlinkat("hostname", rootfd, file));
	ok(collect_names(rootfd, &n) == -ELOOP && strcmp(n.host, "old") == 0,
	   "what cannot be read leaves what was");
}

/* Was there an event within @ms? */
static bool is_told(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	return poll(&p, 1, ms) == 1 && (p.revents & POLLPRI);
}

static void wait_until_quiet(int fd)
{
	while (is_told(fd, 0))
		;
}

static void set_in_container(void)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(unshare(CLONE_NEWUTS) < 0 || sethostname("other", 5) < 0);
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	   "a container sets its own host name");
}

/* The kernel's own file, in a UTS namespace of this test. */
static void test_told(void)
{
	autoclose int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct name_facts n = { "", "" };
	int fd;

	if (unshare(CLONE_NEWUTS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWUTS) < 0) {
		ok(getenv("CI") == NULL, "a UTS namespace # SKIP %s", strerror(errno));
		return;
	}
	must(sethostname("first.example.org", 17));
	fd = names_open(top);
	ok(fd >= 0, "the kernel's host name");
	wait_until_quiet(fd);
	must(sethostname("second.example.org", 18));
	ok(is_told(fd, 10000), "a new one is told");
	ok(collect_names(top, &n) == 0 && strcmp(n.host, "second") == 0 &&
		   strcmp(n.domain, "example.org") == 0,
	   "and found");
	wait_until_quiet(fd);
	must(sethostname("third.example.org", 17));
	ok(is_told(fd, 10000), "the next one, too");
	wait_until_quiet(fd);
	set_in_container();
	ok(is_told(fd, 10000), "the kernel tells of that as well");
	ok(collect_names(top, &n) == 0 && strcmp(n.host, "third") == 0,
	   "but the name is the own one");
	must(close(fd));
}

int main(void)
{
	test_split();
	test_hosts();
	test_resolv();
	rootfd = root_make(root);
	test_collect();
	must(close(rootfd));
	root_remove(root);
	test_told();
	return tap_done();
}
