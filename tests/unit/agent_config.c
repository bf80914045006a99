/* SPDX-License-Identifier: BSD-2-Clause */
/* xe-guest-agent.conf: each key, what is passed over, patterns and prefixes, and files
 * that are anything. */
#include "guest-agent/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "tests/tap.h"
#include "tests/unit/own_root.h"

static void parse(struct agent_config *c, const char *text)
{
	autofree char *copy = strdup(text);

	if (!copy)
		abort();
	agent_config_parse(c, "/test.conf", copy, strlen(copy), 0);
}

static void parse_new(struct agent_config *c, const char *text)
{
	agent_config_init(c);
	parse(c, text);
}

static void test_defaults(void)
{
	autoagentconfig struct agent_config c;

	parse_new(&c, "# nothing\n\n \t\r\n");
	ok(c.addresses && c.memory && c.os && c.drivers && c.volumes && c.host_name &&
		   c.balloon && c.hot_plug && c.legacy_keys,
	   "all is on");
	ok(!c.static_addresses, "but static addresses");
	ok(c.memory_interval_s == 60 && c.volumes_interval_s == 60 &&
		   c.suspend_timeout_s == 300,
	   "times");
	ok(!c.user && c.errors == 0 && !c.why[0], "no user, no error");
	ok(agent_config_wants_interface(&c, "eth0") &&
		   agent_config_wants_address(&c, AF_INET,
					      &(struct in_addr){ INADDR_LOOPBACK }),
	   "all interfaces and addresses");
}

static void test_all_keys(void)
{
	autoagentconfig struct agent_config c;

	parse_new(&c, "include-interface = eth* \t en?\nexclude-interface=eth9,\n"
		      "include-prefix = 10.0.0.0/8, fd00::/8\nexclude-prefix = 10.9.0.1\n"
		      "addresses = off\nmemory = off\nos = off\ndrivers = off\n"
		      "volumes = off\nhost-name = off\nballoon = off\nhot-plug = off\n"
		      "legacy-keys = off\nstatic-addresses = on\nmemory-interval = 5\n"
		      "volumes-interval = 86400\nsuspend-timeout = 20\nuser = _xe-1");
	is_str(c.why, "", "all keys");
	ok(c.include_interfaces.count == 2 &&
		   strcmp(c.include_interfaces.item[1], "en?") == 0 &&
		   c.exclude_interfaces.count == 1,
	   "interfaces");
	ok(c.include_prefixes.count == 2 && c.include_prefixes.item[1].len == 8 &&
		   c.exclude_prefixes.count == 1 && c.exclude_prefixes.item[0].len == 32,
	   "prefixes");
	ok(!c.addresses && !c.memory && !c.os && !c.drivers && !c.volumes &&
		   !c.host_name && !c.balloon && !c.hot_plug && !c.legacy_keys,
	   "all is off");
	ok(c.static_addresses && c.memory_interval_s == 5 &&
		   c.volumes_interval_s == 86400 && c.suspend_timeout_s == 20,
	   "static addresses, times");
	is_str(c.user, "_xe-1", "user");
	parse(&c, "suspend-timeout = off");
	is_int(c.suspend_timeout_s, 0, "suspend-timeout is off");
	agent_config_done(&c);
	ok(c.addresses && c.include_interfaces.count == 0 && !c.user,
	   "done is as before the start");
}

static void test_refused(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "no-such-key = 1", "/test.conf:1: no such key: 'no-such-key = 1'" },
		{ "\n\nfoo", "/test.conf:3: not KEY = VALUE: 'foo'" },
		{ "memory = yes", "/test.conf:1: bad value: 'memory = yes' (on or off)" },
		{ "memory =", "bad value" },
		{ "memory = on\nmemory = on", "2: 'memory' is there a second time" },
		{ "memory-interval = 4", "(seconds, from 5 to 86400)" },
		{ "memory-interval = 86401", "bad value" },
		{ "memory-interval = 99999999999999999999", "bad value" },
		{ "volumes-interval = 1e3", "bad value" },
		{ "suspend-timeout = 19", "(seconds, from 20 to 3600, or off)" },
		{ "suspend-timeout = 3601", "bad value" },
		{ "suspend-timeout = on", "bad value" },
		{ "user = root;x", "bad value" },
		{ "user = 0", "bad value" },
		{ "include-interface = a/b", "bad value" },
		{ "include-interface = ok [a", "bad value" },
		{ "include-interface = a\\", "bad value" },
		{ "exclude-interface = \xc3\xa4", "\\xc3\\xa4" },
		{ "include-prefix = 10.0.0.0/33", "bad value" },
		{ "include-prefix = 10.0.0.0/", "bad value" },
		{ "include-prefix = 10.0.0.0/-1", "bad value" },
		{ "include-prefix = 10.0.0/8", "bad value" },
		{ "include-prefix = ::/129", "bad value" },
		{ "include-prefix = fe80::1%eth0", "bad value" },
		{ "exclude-prefix = 1.2.3.4 x", "bad value" },
		{ "x\033[2J = 1", "x\\x1b[2J" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoagentconfig struct agent_config c;

		parse_new(&c, cases[i].text);
		if (!ok(c.errors == 1 && strstr(c.why, cases[i].why), "refused: %s",
			c.why))
			printf("# wanted %s\n", cases[i].why);
		ok(c.memory_interval_s == 60 && c.volumes_interval_s == 60 &&
			   c.suspend_timeout_s == 300 && c.memory && !c.user &&
			   c.include_interfaces.count == 0 &&
			   c.include_prefixes.count == 0 && c.exclude_prefixes.count == 0,
		   "and nothing of it is taken");
	}
}

static void test_passed_over(void)
{
	autoagentconfig struct agent_config c;

	parse_new(&c, "memory = perhaps\nos = off\nfoo\nvolumes = off\nos = on\n"
		      "user = good");
	is_int(c.errors, 3, "three lines are wrong");
	ok(strncmp(c.why, "/test.conf:1: ", 14) == 0, "the first is kept: %s", c.why);
	ok(c.memory && !c.os && !c.volumes, "the others hold");
	is_str(c.user, "good", "to the last");
	agent_config_parse(&c, "/b", (char[]){ "os = on\0x" }, 9, 0);
	ok(c.errors == 4 && !c.os, "a file with a NUL byte is passed over");
}

static void test_lists(void)
{
	autoagentconfig struct agent_config c;
	char line[] = "include-interface = a b c d e f g h\n";

	parse_new(&c, "include-interface = a b\ninclude-interface = c\n");
	is_int(c.include_interfaces.count, 3, "lists add up");
	parse(&c, "include-interface =\ninclude-interface = d");
	ok(c.include_interfaces.count == 1 &&
		   strcmp(c.include_interfaces.item[0], "d") == 0,
	   "and an empty value forgets");
	parse(&c, "include-prefix = ::1 ::2\ninclude-prefix =\ninclude-prefix = ::3");
	ok(c.errors == 0 && c.include_prefixes.count == 1 &&
		   c.include_prefixes.item[0].in6.s6_addr[15] == 3,
	   "of prefixes, too");
	parse(&c, "include-interface = ");
	for (int i = 0; i < 8; i++)
		parse(&c, line);
	ok(c.include_interfaces.count == 64 && c.errors == 0, "64 patterns");
	parse(&c, "include-interface = x");
	ok(c.include_interfaces.count == 64 && c.errors == 1, "and no more");
	for (int i = 0; i < 65; i++)
		parse(&c, "exclude-prefix = 1.2.3.4");
	ok(c.exclude_prefixes.count == 64 && c.errors == 2, "as of prefixes");
}

/* @text on one line, until the next call. */
static const char *flat(const char *text)
{
	static char line[128];

	(void)snprintf(line, sizeof(line), "%s", text);
	for (char *p = line; (p = strchr(p, '\n')); p++)
		*p = ';';
	return line;
}

static void test_interfaces(void)
{
	static const struct {
		const char *text, *name;
		bool wanted;
	} cases[] = {
		{ "include-interface = eth*", "eth0", true },
		{ "include-interface = eth*", "veth0", false },
		{ "include-interface = eth* lan0", "lan0", true },
		{ "exclude-interface = docker* br-*", "docker0", false },
		{ "exclude-interface = docker* br-*", "br-1234", false },
		{ "exclude-interface = docker* br-*", "br0", true },
		{ "include-interface = eth*\nexclude-interface = eth1", "eth0", true },
		{ "include-interface = eth*\nexclude-interface = eth1", "eth1", false },
		{ "include-interface = eth[0-3]", "eth2", true },
		{ "include-interface = eth[0-3]", "eth4", false },
		{ "include-interface = eth[!0]", "eth1", true },
		{ "include-interface = en?s3", "enps3", true },
		{ "include-interface = ETH0", "eth0", false },
		{ "exclude-interface = *", "eth0", false },
		{ "exclude-interface = a*b*c*d*e*f*g*h*i*z", "abcdefghiabcdef", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoagentconfig struct agent_config c;

		parse_new(&c, cases[i].text);
		ok(c.errors == 0 && agent_config_wants_interface(&c, cases[i].name) ==
					    cases[i].wanted,
		   "%s: %s %s", flat(cases[i].text), cases[i].name,
		   cases[i].wanted ? "in" : "out");
	}
}

static void test_addresses(void)
{
	static const struct {
		const char *text, *addr;
		bool wanted;
	} cases[] = {
		{ "include-prefix = 10.0.0.0/8", "10.255.1.2", true },
		{ "include-prefix = 10.0.0.0/8", "11.0.0.0", false },
		{ "include-prefix = 10.0.0.0/8", "fd00::1", false },
		{ "include-prefix = 10.0.0.0/8 ::/0", "fd00::1", true },
		{ "include-prefix = 10.1.2.3/8", "10.9.9.9", true },
		{ "include-prefix = 192.168.4.0/22", "192.168.7.255", true },
		{ "include-prefix = 192.168.4.0/22", "192.168.8.0", false },
		{ "include-prefix = 192.0.2.7", "192.0.2.7", true },
		{ "include-prefix = 192.0.2.7", "192.0.2.6", false },
		{ "include-prefix = 0.0.0.0/0", "255.255.255.255", true },
		{ "exclude-prefix = fe80::/10", "febf::1", false },
		{ "exclude-prefix = fe80::/10", "fec0::1", true },
		{ "exclude-prefix = fe80::/10 169.254.0.0/16", "169.254.1.1", false },
		{ "exclude-prefix = 2001:db8::1/128", "2001:db8::1", false },
		{ "exclude-prefix = 2001:db8::1/128", "2001:db8::", true },
		{ "exclude-prefix = ::/0", "10.0.0.1", true },
		{ "include-prefix = fd00::/8\nexclude-prefix = fd00:1::/32", "fd00:1::5",
		  false },
		{ "include-prefix = fd00::/8\nexclude-prefix = fd00:1::/32", "fd00:2::5",
		  true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoagentconfig struct agent_config c;
		int family = strchr(cases[i].addr, ':') ? AF_INET6 : AF_INET;
		struct in6_addr addr;

		parse_new(&c, cases[i].text);
		ok(inet_pton(family, cases[i].addr, &addr) == 1 && c.errors == 0 &&
			   agent_config_wants_address(&c, family, &addr) ==
				   cases[i].wanted,
		   "%s: %s %s", flat(cases[i].text), cases[i].addr,
		   cases[i].wanted ? "in" : "out");
	}
}

static char root[] = "/tmp/agent_config.XXXXXX";
static int rootfd = -1;

static void put(const char *path, const char *text)
{
	root_put(rootfd, path, text);
}

static void load(struct agent_config *c)
{
	agent_config_init(c);
	agent_config_load(c, rootfd);
}

static void test_no_files(void)
{
	autoagentconfig struct agent_config c;

	load(&c);
	ok(c.errors == 0 && c.memory, "no /etc at all");
	must(mkdirat(rootfd, "etc", 0755));
	must(mkdirat(rootfd, AGENT_CONFIG_DIR, 0755));
	load(&c);
	is_int(c.errors, 0, "no file, an empty directory");
}

static void test_dropins(void)
{
	autoagentconfig struct agent_config c;

	put(AGENT_CONFIG_FILE, "memory = off\nvolumes = off\nexclude-interface = a\n");
	put(AGENT_CONFIG_DIR "/20-b.conf", "memory-interval = 20\nuser = twenty\n");
	put(AGENT_CONFIG_DIR "/10-a.conf",
	    "memory-interval = 10\nvolumes = on\nexclude-interface = b\n");
	put(AGENT_CONFIG_DIR "/30-c.conf~", "user = backup\n");
	put(AGENT_CONFIG_DIR "/.30.conf", "user = hidden\n");
	put(AGENT_CONFIG_DIR "/.conf", "user = hidden\n");
	put(AGENT_CONFIG_DIR "/README", "user = readme\n");
	load(&c);
	is_int(c.errors, 0, "drop-ins");
	ok(!c.memory && c.volumes && c.memory_interval_s == 20,
	   "the later file has the word");
	is_int(c.exclude_interfaces.count, 2, "lists add up over files");
	is_str(c.user, "twenty", "only .conf counts, and nothing hidden");
	is_int(agent_config_check(rootfd), 0, "the check is content");
}

/* In the place of a drop-in: the rest of the configuration must hold. */
static void check_odd(const char *what, const char *why)
{
	autoagentconfig struct agent_config c;
	bool good;

	load(&c);
	good = why ? c.errors == 1 && strstr(c.why, why) : c.errors == 0;
	if (!ok(good && c.memory_interval_s == 20 && !c.memory, "%s", what))
		printf("# %zu: %s\n", c.errors, c.why);
	is_int(agent_config_check(rootfd), why ? -EINVAL : 0, "so the check");
	agent_config_done(&c);
	must(unlinkat(rootfd, AGENT_CONFIG_DIR "/15.conf", 0));
}

static void test_odd_files(void)
{
	autofree char *large = malloc(AGENT_CONFIG_FILE_MAX + 1);

	if (!large)
		abort();
	memset(large, '#', AGENT_CONFIG_FILE_MAX + 1);
	must(symlinkat("/nowhere", rootfd, AGENT_CONFIG_DIR "/15.conf"));
	check_odd("a link to nothing", NULL);
	must(symlinkat("/dev/null", rootfd, AGENT_CONFIG_DIR "/15.conf"));
	check_odd("a link to /dev/null", NULL);
	must(symlinkat("/dev/zero", rootfd, AGENT_CONFIG_DIR "/15.conf"));
	check_odd("an endless file",
		  "'/etc/xe-guest-agent.conf.d/15.conf': it is no regular file");
	must(symlinkat("/", rootfd, AGENT_CONFIG_DIR "/15.conf"));
	check_odd("a directory", "it is no regular file");
	must(symlinkat("15.conf", rootfd, AGENT_CONFIG_DIR "/15.conf"));
	check_odd("a link to itself", "cannot read");
	must(mkfifoat(rootfd, AGENT_CONFIG_DIR "/15.conf", 0644));
	check_odd("a FIFO that nobody writes to", "it is no regular file");
	root_put_bytes(rootfd, AGENT_CONFIG_DIR "/15.conf", large, AGENT_CONFIG_FILE_MAX);
	check_odd("a file of 64 KiB", NULL);
	root_put_bytes(rootfd, AGENT_CONFIG_DIR "/15.conf", large,
		       AGENT_CONFIG_FILE_MAX + 1);
	check_odd("one byte more", "it has over 64 KiB");
	root_put_bytes(rootfd, AGENT_CONFIG_DIR "/15.conf",
		       "\x7f"
		       "ELF\0\0memory = on\n",
		       18);
	check_odd("a binary file", "15.conf: it has a NUL byte");
	put(AGENT_CONFIG_DIR "/15.conf", "user = a b c");
	check_odd("a wrong line", "15.conf:1: bad value");
}

/* As somebody who has no rights, which the agent is when it reads again. */
static void test_unreadable(void)
{
	autoagentconfig struct agent_config c;
	bool root_user = geteuid() == 0;

	put(AGENT_CONFIG_DIR "/15.conf", "exclude-interface = secret\n");
	load(&c);
	ok(!agent_config_wants_interface(&c, "secret"), "an interface is excluded");
	must(fchmodat(rootfd, AGENT_CONFIG_DIR "/15.conf", 0, 0));
	must(root_user ? seteuid(65534) : 0);
	agent_config_reload(&c, rootfd);
	must(root_user ? seteuid(0) : 0);
	ok(c.errors == 1 && c.unread == 1 && strstr(c.why, "15.conf': Permission denied"),
	   "then its file cannot be read: %s", c.why);
	ok(!agent_config_wants_interface(&c, "secret"), "and it stays excluded");
	must(unlinkat(rootfd, AGENT_CONFIG_DIR "/15.conf", 0));
	agent_config_reload(&c, rootfd);
	ok(c.errors == 0 && c.unread == 0 && agent_config_wants_interface(&c, "secret"),
	   "until all can be read");
	is_int(c.exclude_interfaces.count, 2, "with what the other files say");
}

static void test_no_directory(void)
{
	autoagentconfig struct agent_config c;

	must(renameat(rootfd, AGENT_CONFIG_DIR, rootfd, "etc/away"));
	put(AGENT_CONFIG_DIR, "user = x\n");
	load(&c);
	ok(c.errors == 1 && !c.memory &&
		   strstr(c.why, "cannot list '/etc/xe-guest-agent.conf.d': Not a dir"),
	   "a file in the directory's place: %s", c.why);
	must(unlinkat(rootfd, AGENT_CONFIG_DIR, 0));
	must(renameat(rootfd, "etc/away", rootfd, AGENT_CONFIG_DIR));
	must(renameat(rootfd, AGENT_CONFIG_FILE, rootfd, "etc/away"));
	must(mkdirat(rootfd, AGENT_CONFIG_FILE, 0755));
	agent_config_done(&c);
	load(&c);
	ok(c.errors == 1 && c.memory_interval_s == 20,
	   "a directory in the file's place: %s", c.why);
	must(unlinkat(rootfd, AGENT_CONFIG_FILE, AT_REMOVEDIR));
	must(renameat(rootfd, "etc/away", rootfd, AGENT_CONFIG_FILE));
}

/* What a load says on stderr: the lines of it. */
static size_t lines_told(struct agent_config *c)
{
	char name[] = "/tmp/agent_config.told.XXXXXX";
	autoclose int fd = mkostemp(name, O_CLOEXEC);
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	autofree char *text = NULL;
	size_t lines = 0;

	must(fd);
	must(kept);
	must(dup2(fd, STDERR_FILENO));
	load(c);
	must(dup2(kept, STDERR_FILENO));
	must(close(kept));
	must(unlink(name));
	must((int)lseek(fd, 0, SEEK_SET));
	must(io_read_limited(fd, 1 << 20, &text, NULL));
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	return lines;
}

static void test_many(void)
{
	autoagentconfig struct agent_config c;
	char name[64];

	for (int i = 0; i < 10000; i++) {
		(void)snprintf(name, sizeof(name), AGENT_CONFIG_DIR "/%05d.conf",
			       9999 - i);
		put(name, "bad\nexclude-interface = x\n");
	}
	is_int((long long)lines_told(&c), AGENT_CONFIG_TOLD_MAX + 1,
	       "10000 wrong drop-ins make 21 lines in the log");
	is_int(c.errors, 1 + 64 + 1, "64 of them are read");
	ok(strstr(c.why, "has over 64 files: 9938 after '00063.conf' are not read"),
	   "the first in order, and that is told: %s", c.why);
	is_int(c.exclude_interfaces.count, 64,
	       "bounds hold over all files: one 'x' was too many");
	ok(!c.memory, "the file itself counts");
}

/* A line ".It Cm a , b" names keys. */
static bool is_key(const char *word)
{
	const char *name;

	for (size_t i = 0; (name = agent_config_key_name(i)); i++)
		if (strcmp(name, word) == 0)
			return true;
	return false;
}

static bool page_names(const char *page, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = page; (at = strstr(at, ".It Cm ")); at++) {
		const char *end = at + strcspn(at, "\n");

		for (const char *p = at; (p = strstr(p, key)) && p < end; p++)
			if (p[-1] == ' ' && (p[len] == '\n' || p[len] == ' '))
				return true;
	}
	return false;
}

static void test_page(void)
{
	autofree char *page = NULL;
	const char *name;
	char *rest, *line, *word;

	if (io_read_file_at(AT_FDCWD, "docs/man/xe-guest-agent.conf.5", 65536, &page,
			    NULL) < 0)
		abort();
	for (size_t i = 0; (name = agent_config_key_name(i)); i++)
		ok(page_names(page, name), "the page has '%s'", name);
	rest = page;
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, ".It Cm ", 7) == 0) {
			line += 7;
			while ((word = strsep(&line, " ,")))
				if (*word)
					ok(is_key(word), "the page's '%s' is a key",
					   word);
		}
}

/* With its comments taken off the example is as built in, and right. */
static void test_example(void)
{
	autoagentconfig struct agent_config c, plain;
	autofree char *text = NULL;
	const char *name;
	size_t keys = 0;
	char *copy;

	if (io_read_file_at(AT_FDCWD, "packaging/xe-guest-agent.conf", 65536, &text,
			    NULL) < 0)
		abort();
	parse_new(&plain, text);
	ok(plain.errors == 0 && plain.memory_interval_s == 60,
	   "the example sets nothing");
	copy = strdup(text);
	if (!copy)
		abort();
	for (char *p = copy; (p = strstr(p, "\n#")); p++)
		if (p[2] != ' ')
			p[1] = ' ';
	parse_new(&c, copy);
	is_str(c.why, "", "what it shows is right");
	ok(c.memory == plain.memory && c.volumes == plain.volumes &&
		   c.legacy_keys == plain.legacy_keys &&
		   c.static_addresses == plain.static_addresses &&
		   c.memory_interval_s == plain.memory_interval_s &&
		   c.volumes_interval_s == plain.volumes_interval_s &&
		   c.suspend_timeout_s == plain.suspend_timeout_s,
	   "and what is built in");
	for (size_t i = 0; (name = agent_config_key_name(i)); i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "\n#%s =", name);
		keys += strstr(text, line) != NULL;
		if (!strstr(text, line))
			printf("# no %s\n", name);
	}
	ok(agent_config_key_name(keys) == NULL, "it shows all keys");
	free(copy);
}

int main(void)
{
	log_open("agent_config", false, false);
	test_defaults();
	test_all_keys();
	test_refused();
	test_passed_over();
	test_lists();
	test_interfaces();
	test_addresses();
	rootfd = root_make(root);
	must(fchmod(rootfd, 0755));
	test_no_files();
	test_dropins();
	test_odd_files();
	test_unreadable();
	test_no_directory();
	test_many();
	test_page();
	test_example();
	must(close(rootfd));
	root_remove(root);
	return tap_done();
}
