/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/config_lines.h"
#include "lib/io.h"

#define SIZE_LIMIT (1024ULL << 30) /* of a size setting: more is a slip of the pen */

/* A name, an address, or "*." and a name. */
static bool is_host_pattern(const char *text)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, text, &addr) == 1)
		return true;
	if (strncmp(text, "*.", 2) == 0)
		text += 2;
	return *text && *text != '.' && !strstr(text, "..") &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789._-")];
}

static const char *const policies[] = { "off", "auto", "require", NULL };
static const char *const readers[] = { "eliloader", "pygrub", NULL };

#define TEXT(check, field)                                                               \
	config_set_text, offsetof(struct config, field), .good = (check)
#define PATH(field) TEXT(config_is_path, field)
#define LIST(check, field)                                                               \
	config_set_list, offsetof(struct config, field),                                 \
		.good = (check), .max = LIST_MAX, .repeats = true
#define SWITCH(field) config_set_switch, offsetof(struct config, field)
#define CHOICE(names, field)                                                             \
	config_set_choice, offsetof(struct config, field), .words = (names)
#define NUMBER(most, field)                                                              \
	config_set_number, offsetof(struct config, field), .min = 1, .max = (most)
#define SECONDS(field) NUMBER(SECONDS_MAX, field)
#define COUNT(field)   NUMBER(TRIES_MAX, field)
#define SIZE(field)                                                                      \
	config_set_size, offsetof(struct config, field), .min = 1, .max = SIZE_LIMIT

static const struct config_key keys[] = {
	{ "allow-host", LIST(is_host_pattern, allow_hosts),
	  .help = "a host that repositories may be on; *.example.org: any below it" },
	{ "ca-bundle", PATH(ca_bundle), .help = "certificates to trust, PEM" },
	{ "pinned-public-key", TEXT(config_is_text, pinned_key),
	  .help = "as curl's --pinnedpubkey" },
	{ "no-proxy", TEXT(config_is_text, no_proxy),
	  .help = "hosts for which no proxy is asked" },
	{ "keyring", LIST(config_is_path, keyrings),
	  .help = "keys that may sign Debian's lists" },
	{ "signature", CHOICE(policies, signature), .help = "off, auto or require" },
	{ "worker-user", TEXT(config_is_user, worker_user),
	  .help = "whom the workers run as" },
	{ "xapi-socket", PATH(xapi_socket), .help = "where XAPI listens" },
	{ "state-directory", PATH(state_dir), .help = "what is remembered under xl" },
	{ "cache-directory", PATH(cache_dir), .help = "what was fetched" },
	{ "guest-installer-directory", PATH(installer_dir),
	  .help = "ramdisk overlays and their maps" },
	{ "pygrub", PATH(pygrub), .help = "the program" },
	{ "grub-fstest", PATH(grub_fstest), .help = "the program" },
	{ "disk-reader", CHOICE(readers, disk_reader), .help = "eliloader or pygrub" },
	{ "menu", SWITCH(menu), .help = "on or off" },
	{ "menu-timeout", SECONDS(menu_timeout_s),
	  .help = "seconds, instead of the guest's own" },
	{ "install-attempts", COUNT(install_attempts),
	  .help = "how often an installer is given out" },
	{ "rhel41-kernel", PATH(rhel41_kernel), .help = "dom0's kernel for rhel41" },
	{ "rhel41-ramdisk", PATH(rhel41_ramdisk), .help = "dom0's ramdisk for it" },
	{ "rhel44-kernel", PATH(rhel44_kernel), .help = "dom0's kernel for rhel44" },
	{ "rhel44-ramdisk", PATH(rhel44_ramdisk), .help = "dom0's ramdisk for it" },
	{ "cache", SWITCH(cache), .help = "on or off" },
	{ "cache-size", SIZE(cache_size), .help = "bytes; K, M and G are 1024-fold" },
	{ "kernel-max-size", SIZE(kernel_max), .help = "bytes of a kernel" },
	{ "ramdisk-max-size", SIZE(ramdisk_max), .help = "bytes of a ramdisk" },
	{ "unpacked-max-size", SIZE(unpacked_max),
	  .help = "bytes of an unpacked kernel" },
	{ "connect-timeout", SECONDS(connect_timeout_s), .help = "seconds" },
	{ "stall-timeout", SECONDS(stall_timeout_s), .help = "seconds without a byte" },
	{ "fetch-tries", COUNT(fetch_tries), .help = "of one file" },
	{ "xapi-timeout", SECONDS(xapi_timeout_s), .help = "seconds, of one call" },
};
static const struct config_table table = { keys, sizeof(keys) / sizeof(keys[0]) };

/* Where the sentence about the first error goes. */
struct reason {
	char *text;
	size_t size;
};

static int keep_reason(void *data, int r, const char *why)
{
	struct reason *reason = data;

	(void)snprintf(reason->text, reason->size, "%s", why); /* cut at its room */
	return r;
}

int config_parse(struct config *c, const char *path, char *text, size_t len,
		 char *ret_why, size_t size)
{
	struct reason reason = { ret_why, size };

	return config_lines_parse(&table, c, path, text, len,
				  &(struct config_hearer){ keep_reason, &reason });
}

int config_load(struct config *c, const char *path, bool must, char *ret_why, size_t size)
{
	autofree char *text = NULL;
	size_t len;
	int r;

	r = io_read_file_at(AT_FDCWD, path, RECORD_MAX, &text, &len);
	if (r == -ENOENT && !must)
		return 0;
	if (r < 0) {
		(void)snprintf(ret_why, size, "cannot read '%s': %s", path, strerror(-r));
		return r;
	}
	return config_parse(c, path, text, len, ret_why, size);
}

int config_init(struct config *c)
{
	*c = (struct config){
		.signature = SIGNATURE_AUTO,
		.cache = true,
		.cache_size = CACHE_SIZE_DEFAULT,
		.kernel_max = KERNEL_MAX_DEFAULT,
		.ramdisk_max = RAMDISK_MAX_DEFAULT,
		.unpacked_max = UNPACKED_MAX_DEFAULT,
		.connect_timeout_s = CONNECT_TIMEOUT_S,
		.stall_timeout_s = STALL_TIMEOUT_S,
		.fetch_tries = FETCH_TRIES,
		.install_attempts = INSTALL_ATTEMPTS,
		.menu = true,
		.xapi_timeout_s = XAPI_TIMEOUT_S,
		.worker_user = strdup(WORKER_USER_DEFAULT),
		.state_dir = strdup("/var/lib/eliloader"),
		.cache_dir = strdup("/var/cache/eliloader"),
		.installer_dir = strdup("/opt/xensource/packages/files/guest-installer"),
	};
	return c->worker_user && c->state_dir && c->cache_dir && c->installer_dir
		       ? 0
		       : -ENOMEM;
}

void config_done(struct config *c)
{
	config_lines_done(&table, c);
	*c = (struct config){ .cache = false };
}

const char *config_key_name(size_t index)
{
	return index < table.count ? keys[index].name : NULL;
}

/* The bytes of @host that count: "example.org." is the same host. */
static size_t host_len(const char *host)
{
	size_t len = strlen(host);

	return len > 1 && host[len - 1] == '.' ? len - 1 : len;
}

static bool host_matches(const char *pattern, const char *host)
{
	size_t len = host_len(host), want = host_len(pattern);
	struct in6_addr a, b;

	if (inet_pton(AF_INET6, pattern, &a) == 1 && inet_pton(AF_INET6, host, &b) == 1)
		return memcmp(&a, &b, sizeof(a)) == 0;
	if (strncmp(pattern, "*.", 2) != 0)
		return len == want && strncasecmp(host, pattern, len) == 0;
	want--; /* the asterisk stands for a name of one byte at least */
	return len > want && strncasecmp(host + len - want, pattern + 1, want) == 0;
}

bool config_allows_host(const struct config *c, const char *host)
{
	for (size_t i = 0; i < c->allow_hosts.count; i++)
		if (host_matches(c->allow_hosts.item[i], host))
			return true;
	return c->allow_hosts.count == 0;
}
