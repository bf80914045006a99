/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader.conf: each key, what is refused, and the list of hosts. */
#include "eliloader/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "eliloader/limits.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

static char why[512];

/* Parse a text as /test.conf's; the caller releases @c. */
static int parse(struct config *c, const char *text)
{
	char copy[4096];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	why[0] = '\0';
	if (config_init(c) < 0)
		abort();
	return config_parse(c, "/test.conf", copy, strlen(copy), why, sizeof(why));
}

static void test_defaults(void)
{
	struct config c;

	ok(parse(&c, "") == 0, "an empty file");
	ok(c.cache && c.signature == SIGNATURE_AUTO && c.allow_hosts.count == 0,
	   "choices");
	ok(c.kernel_max == KERNEL_MAX_DEFAULT && c.ramdisk_max == RAMDISK_MAX_DEFAULT &&
		   c.unpacked_max == UNPACKED_MAX_DEFAULT &&
		   c.cache_size == CACHE_SIZE_DEFAULT,
	   "sizes");
	ok(c.connect_timeout_s == CONNECT_TIMEOUT_S &&
		   c.stall_timeout_s == STALL_TIMEOUT_S && c.fetch_tries == FETCH_TRIES &&
		   c.xapi_timeout_s == XAPI_TIMEOUT_S,
	   "times");
	is_str(c.worker_user, "eliloader", "the workers' user");
	is_str(c.state_dir, "/var/lib/eliloader", "state");
	is_str(c.installer_dir, "/opt/xensource/packages/files/guest-installer",
	       "overlays");
	ok(c.disk_reader == READER_ELILOADER && c.menu && c.menu_timeout_s == 0 &&
		   c.install_attempts == INSTALL_ATTEMPTS,
	   "the disk");
	ok(!c.xapi_socket && !c.ca_bundle && !c.pygrub && !c.rhel41_kernel &&
		   !c.grub_fstest,
	   "the rest is not set");
	config_done(&c);
}

static void test_all_keys(void)
{
	struct config c;

	ok(parse(&c, "# all of them\n"
		     "\n"
		     "allow-host = mirror.example\n"
		     "  allow-host=*.example.org  \r\n"
		     "ca-bundle = /etc/ca.pem\n"
		     "pinned-public-key = sha256//AAAA=\n"
		     "no-proxy = localhost,.example\n"
		     "keyring = /a.gpg\nkeyring = /b.gpg\n"
		     "signature = require\n"
		     "worker-user = _worker-1\n"
		     "xapi-socket = /s\nstate-directory = /st\ncache-directory = /ca\n"
		     "guest-installer-directory = /gi\npygrub = /usr/bin/py grub\n"
		     "rhel41-kernel = /k1\nrhel41-ramdisk = /i1\n"
		     "rhel44-kernel = /k4\nrhel44-ramdisk = /i4\n"
		     "grub-fstest = /g\ndisk-reader = pygrub\nmenu = off\n"
		     "menu-timeout = 9\ninstall-attempts = 2\n"
		     "cache = off\ncache-size = 3G\nkernel-max-size = 70M\n"
		     "ramdisk-max-size = 12K\nunpacked-max-size = 5\n"
		     "connect-timeout = 1\nstall-timeout = 3600\nfetch-tries = 100\n"
		     "xapi-timeout = 7") == 0,
	   "all keys %s", why);
	ok(c.allow_hosts.count == 2 &&
		   strcmp(c.allow_hosts.item[1], "*.example.org") == 0,
	   "hosts");
	ok(c.keyrings.count == 2 && strcmp(c.keyrings.item[1], "/b.gpg") == 0,
	   "keyrings");
	ok(c.signature == SIGNATURE_REQUIRE && !c.cache, "choices");
	ok(c.cache_size == 3ULL << 30 && c.kernel_max == 70ULL << 20 &&
		   c.ramdisk_max == 12 << 10 && c.unpacked_max == 5,
	   "sizes with K, M, G");
	ok(c.connect_timeout_s == 1 && c.stall_timeout_s == 3600 &&
		   c.fetch_tries == 100 && c.xapi_timeout_s == 7,
	   "numbers");
	ok(c.disk_reader == READER_PYGRUB && !c.menu && c.menu_timeout_s == 9 &&
		   c.install_attempts == 2,
	   "the disk");
	is_str(c.grub_fstest, "/g", "grub-fstest");
	is_str(c.pygrub, "/usr/bin/py grub", "a path with a space");
	is_str(c.pinned_key, "sha256//AAAA=", "a value with '='");
	is_str(c.rhel44_ramdisk, "/i4", "rhel44-ramdisk");
	config_done(&c);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *where;
	} cases[] = {
		{ "no-such-key = 1", "/test.conf:1:" },
		{ "\n\nfoo", "/test.conf:3:" },
		{ "cache", "/test.conf:1:" },
		{ "= x", "/test.conf:1:" },
		{ "cache = yes", "/test.conf:1:" },
		{ "cache =", "/test.conf:1:" },
		{ "cache = on\ncache = on", "second time" },
		{ "Cache = on", "no such key" },
		{ "signature = on", "bad value" },
		{ "disk-reader = grub", "bad value" },
		{ "menu = 1", "bad value" },
		{ "menu-timeout = 0", "bad value" },
		{ "install-attempts = 0", "bad value" },
		{ "ca-bundle = relative.pem", "bad value" },
		{ "ca-bundle = /a\tb", "bad value" },
		{ "worker-user = root;x", "bad value" },
		{ "worker-user = 0", "bad value" },
		{ "keyring = x", "bad value" },
		{ "allow-host = http://h/", "bad value" },
		{ "allow-host = *", "bad value" },
		{ "allow-host = a*", "bad value" },
		{ "allow-host =", "bad value" },
		{ "allow-host = a, b", "bad value" },
		{ "cache-size = 0", "bad value" },
		{ "cache-size = -1", "bad value" },
		{ "cache-size = 1T", "bad value" },
		{ "cache-size = K", "bad value" },
		{ "cache-size = 99999999999999999999", "bad value" },
		{ "cache-size = 1025G", "bad value" },
		{ "fetch-tries = 101", "bad value" },
		{ "stall-timeout = 3601", "bad value" },
		{ "stall-timeout = 1.5", "bad value" },
		{ "xapi-timeout = 0", "bad value" },
		{ "x\033[2J = 1", "\\x1b" },
	};
	struct config c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int r = parse(&c, cases[i].text);

		ok(r < 0 && strstr(why, cases[i].where), "refused: %s", why);
		config_done(&c);
	}
	ok(config_init(&c) == 0 &&
		   config_parse(&c, "/test.conf", (char[]){ "cache = on\0x" }, 12, why,
				sizeof(why)) < 0,
	   "a NUL byte: %s", why);
	config_done(&c);
}

static void test_long_list(void)
{
	char text[4096] = "";
	struct config c;

	for (int i = 0; i < 64; i++)
		(void)snprintf(text + strlen(text), 32, "allow-host = h%d\n", i);
	ok(parse(&c, text) == 0 && c.allow_hosts.count == 64, "64 hosts");
	config_done(&c);
	(void)snprintf(text + strlen(text), 32, "allow-host = one\n");
	ok(parse(&c, text) < 0, "one more: %s", why);
	config_done(&c);
}

static void test_hosts(void)
{
	static const struct {
		const char *host;
		bool allowed;
	} cases[] = {
		{ "mirror.example", true },
		{ "MIRROR.Example", true },
		{ "mirror.example.", true },
		{ "xmirror.example", false },
		{ "a.mirror.example", false },
		{ "mirror.example.evil", false },
		{ "a.example.org", true },
		{ "a.b.EXAMPLE.org", true },
		{ "example.org", false },
		{ ".example.org", false },
		{ "aexample.org", false },
		{ "192.0.2.1", true },
		{ "192.0.2.10", false },
		{ "2001:db8::1", true },
		{ "2001:DB8:0::1", true },
		{ "2001:db8::2", false },
		{ "", false },
	};
	struct config c;

	ok(parse(&c, "allow-host=mirror.example\nallow-host=*.example.org\n"
		     "allow-host=192.0.2.1\nallow-host=2001:db8::1\n") == 0,
	   "a list");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(config_allows_host(&c, cases[i].host) == cases[i].allowed,
		   "'%s' is %s", cases[i].host,
		   cases[i].allowed ? "allowed" : "not allowed");
	config_done(&c);
	(void)parse(&c, "");
	ok(config_allows_host(&c, "any.where"), "no list: all");
	config_done(&c);
}

static void test_files(void)
{
	static const char path[] = "/tmp/eliloader.conf";
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct config c;

	ok(fd >= 0 && write(fd, "cache = off\n", 12) == 12, "a file");
	(void)close(fd); /* it was only written for this */
	ok(config_init(&c) == 0 && config_load(&c, path, true, why, sizeof(why)) == 0 &&
		   !c.cache,
	   "is read");
	config_done(&c);
	(void)unlink(path);
	ok(config_init(&c) == 0 && config_load(&c, path, false, why, sizeof(why)) == 0,
	   "an absent one is fine");
	ok(config_load(&c, path, true, why, sizeof(why)) < 0 && strstr(why, path),
	   "unless it was asked for: %s", why);
	config_done(&c);
}

int main(void)
{
	if (!scratch_enter())
		return scratch_skip();
	test_defaults();
	test_all_keys();
	test_refused();
	test_long_list();
	test_hosts();
	test_files();
	return tap_done();
}
