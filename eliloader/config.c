/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define SIZE_MAX_GB 1024ULL /* of a size setting: more is a slip of the pen */

enum key_type {
	KEY_PATH, /* absolute */
	KEY_TEXT, /* printable ASCII */
	KEY_USER,
	KEY_HOSTS, /* list */
	KEY_PATHS, /* list */
	KEY_ONOFF,
	KEY_POLICY,
	KEY_READER,
	KEY_SIZE,
	KEY_SECONDS,
	KEY_COUNT,
};

struct config_key {
	const char *name;
	enum key_type type;
	size_t at;	  /* offset in struct config */
	size_t count_at;  /* lists: that of the count */
	const char *help; /* what a good value is, for messages */
};

#define AT(field) offsetof(struct config, field)

static const struct config_key keys[] = {
	{ "allow-host", KEY_HOSTS, AT(allow_hosts), AT(allow_host_count),
	  "a host that repositories may be on; *.example.org: any below it" },
	{ "ca-bundle", KEY_PATH, AT(ca_bundle), 0, "certificates to trust, PEM" },
	{ "pinned-public-key", KEY_TEXT, AT(pinned_key), 0, "as curl's --pinnedpubkey" },
	{ "no-proxy", KEY_TEXT, AT(no_proxy), 0, "hosts for which no proxy is asked" },
	{ "keyring", KEY_PATHS, AT(keyrings), AT(keyring_count),
	  "keys that may sign Debian's lists" },
	{ "signature", KEY_POLICY, AT(signature), 0, "off, auto or require" },
	{ "worker-user", KEY_USER, AT(worker_user), 0, "whom the workers run as" },
	{ "xapi-socket", KEY_PATH, AT(xapi_socket), 0, "where XAPI listens" },
	{ "state-directory", KEY_PATH, AT(state_dir), 0, "what is remembered under xl" },
	{ "cache-directory", KEY_PATH, AT(cache_dir), 0, "what was fetched" },
	{ "guest-installer-directory", KEY_PATH, AT(installer_dir), 0,
	  "ramdisk overlays and their maps" },
	{ "pygrub", KEY_PATH, AT(pygrub), 0, "the program" },
	{ "grub-fstest", KEY_PATH, AT(grub_fstest), 0, "the program" },
	{ "disk-reader", KEY_READER, AT(disk_reader), 0, "eliloader or pygrub" },
	{ "menu", KEY_ONOFF, AT(menu), 0, "on or off" },
	{ "menu-timeout", KEY_SECONDS, AT(menu_timeout_s), 0,
	  "seconds, instead of the guest's own" },
	{ "install-attempts", KEY_COUNT, AT(install_attempts), 0,
	  "how often an installer is given out" },
	{ "rhel41-kernel", KEY_PATH, AT(rhel41_kernel), 0, "dom0's kernel for rhel41" },
	{ "rhel41-ramdisk", KEY_PATH, AT(rhel41_ramdisk), 0, "dom0's ramdisk for it" },
	{ "rhel44-kernel", KEY_PATH, AT(rhel44_kernel), 0, "dom0's kernel for rhel44" },
	{ "rhel44-ramdisk", KEY_PATH, AT(rhel44_ramdisk), 0, "dom0's ramdisk for it" },
	{ "cache", KEY_ONOFF, AT(cache), 0, "on or off" },
	{ "cache-size", KEY_SIZE, AT(cache_size), 0, "bytes; K, M and G are 1024-fold" },
	{ "kernel-max-size", KEY_SIZE, AT(kernel_max), 0, "bytes of a kernel" },
	{ "ramdisk-max-size", KEY_SIZE, AT(ramdisk_max), 0, "bytes of a ramdisk" },
	{ "unpacked-max-size", KEY_SIZE, AT(unpacked_max), 0,
	  "bytes of an unpacked kernel" },
	{ "connect-timeout", KEY_SECONDS, AT(connect_timeout_s), 0, "seconds" },
	{ "stall-timeout", KEY_SECONDS, AT(stall_timeout_s), 0,
	  "seconds without a byte" },
	{ "fetch-tries", KEY_COUNT, AT(fetch_tries), 0, "of one file" },
	{ "xapi-timeout", KEY_SECONDS, AT(xapi_timeout_s), 0, "seconds, of one call" },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static void *field(struct config *c, size_t at)
{
	return (char *)c + at;
}

__attribute__((format(printf, 3, 4))) static void say(char *why, size_t size,
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap); /* cut at its room */
	va_end(ap);
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

static bool is_user(const char *text)
{
	return (isalpha((unsigned char)*text) || *text == '_') &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_-")];
}

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

static int set_text(struct config *c, const struct config_key *k, const char *value)
{
	char **at = field(c, k->at), *copy;

	if (!is_printable(value) || (k->type == KEY_PATH && *value != '/') ||
	    (k->type == KEY_USER && !is_user(value)))
		return -EINVAL;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*at);
	*at = copy;
	return 0;
}

static int add_to_list(struct config *c, const struct config_key *k, const char *value)
{
	char ***at = field(c, k->at), **more, *copy;
	size_t *count = field(c, k->count_at);

	if (*count >= LIST_MAX || !is_printable(value) ||
	    (k->type == KEY_HOSTS ? !is_host_pattern(value) : *value != '/'))
		return -EINVAL;
	more = reallocarray(*at, *count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	*at = more;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	more[(*count)++] = copy;
	return 0;
}

static int set_size(struct config *c, const struct config_key *k, const char *value)
{
	static const char units[] = "KMG";
	autofree char *digits = strdup(value);
	size_t len = strlen(value);
	const char *unit;
	uint64_t number;

	if (!digits)
		return -ENOMEM;
	unit = len > 0 ? strchr(units, value[len - 1]) : NULL;
	if (unit)
		digits[len - 1] = '\0';
	if (io_parse_u64(digits, SIZE_MAX_GB << 30, &number) < 0 || number == 0)
		return -EINVAL;
	if (unit)
		for (const char *u = units; u <= unit; u++)
			if (__builtin_mul_overflow(number, 1024, &number))
				return -EINVAL;
	if (number > SIZE_MAX_GB << 30)
		return -EINVAL;
	*(uint64_t *)field(c, k->at) = number;
	return 0;
}

static int set_number(struct config *c, const struct config_key *k, const char *value)
{
	uint64_t number;

	if (io_parse_u64(value, k->type == KEY_COUNT ? TRIES_MAX : SECONDS_MAX, &number) <
		    0 ||
	    number == 0)
		return -EINVAL;
	*(unsigned *)field(c, k->at) = (unsigned)number;
	return 0;
}

/* The index of @value in @names (ends with NULL), or -EINVAL. */
static int choose(const char *const *names, const char *value)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], value) == 0)
			return i;
	return -EINVAL;
}

static int set_choice(struct config *c, const struct config_key *k, const char *value)
{
	static const char *const onoff[] = { "off", "on", NULL };
	static const char *const policy[] = { "off", "auto", "require", NULL };
	static const char *const reader[] = { "eliloader", "pygrub", NULL };
	int i = choose(k->type == KEY_ONOFF    ? onoff
		       : k->type == KEY_READER ? reader
					       : policy,
		       value);

	if (i < 0)
		return i;
	if (k->type == KEY_ONOFF)
		*(bool *)field(c, k->at) = i == 1;
	else if (k->type == KEY_READER)
		*(enum disk_reader *)field(c, k->at) = (enum disk_reader)i;
	else
		*(enum signature_policy *)field(c, k->at) = (enum signature_policy)i;
	return 0;
}

static int set_key(struct config *c, const struct config_key *k, const char *value)
{
	switch (k->type) {
	case KEY_HOSTS:
	case KEY_PATHS:
		return add_to_list(c, k, value);
	case KEY_ONOFF:
	case KEY_POLICY:
	case KEY_READER:
		return set_choice(c, k, value);
	case KEY_SIZE:
		return set_size(c, k, value);
	case KEY_SECONDS:
	case KEY_COUNT:
		return set_number(c, k, value);
	default:
		return set_text(c, k, value);
	}
}

static char *strip(char *text)
{
	char *end;

	while (*text == ' ' || *text == '\t')
		text++;
	end = text + strlen(text);
	while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = '\0';
	return text;
}

/* Where a parse is; @seen: the keys so far. */
struct place {
	const char *path;
	size_t line;
	bool seen[KEYS];
	char *why;
	size_t size;
};

static int parse_line(struct config *c, struct place *at, char *line)
{
	char *name = strip(line), *value = strchr(name, '='), shown[160];
	size_t i;
	int r;

	if (!*name || *name == '#')
		return 0;
	(void)log_escape(shown, sizeof(shown), name, strlen(name)); /* cut at its room */
	if (value)
		*value++ = '\0';
	name = strip(name);
	for (i = 0; i < KEYS && strcmp(keys[i].name, name) != 0; i++)
		;
	if (!value || i == KEYS) {
		say(at->why, at->size, "%s:%zu: %s: '%s'", at->path, at->line,
		    value ? "no such key" : "not KEY = VALUE", shown);
		return -EINVAL;
	}
	if (at->seen[i] && keys[i].count_at == 0) {
		say(at->why, at->size, "%s:%zu: '%s' is there a second time", at->path,
		    at->line, keys[i].name);
		return -EINVAL;
	}
	at->seen[i] = true;
	r = set_key(c, &keys[i], strip(value));
	if (r < 0)
		say(at->why, at->size, "%s:%zu: %s: '%s' (%s)", at->path, at->line,
		    r == -ENOMEM ? strerror(ENOMEM) : "bad value", shown, keys[i].help);
	return r;
}

int config_parse(struct config *c, const char *path, char *text, size_t len,
		 char *ret_why, size_t size)
{
	struct place at = { .path = path, .why = ret_why, .size = size };
	char *line;
	int r;

	if (memchr(text, '\0', len)) {
		say(ret_why, size, "%s: it has a NUL byte", path);
		return -EINVAL;
	}
	while ((line = strsep(&text, "\n"))) {
		at.line++;
		r = parse_line(c, &at, line);
		if (r < 0)
			return r;
	}
	return 0;
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
		say(ret_why, size, "cannot read '%s': %s", path, strerror(-r));
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
	for (size_t i = 0; i < KEYS; i++) {
		const struct config_key *k = &keys[i];

		if (k->type == KEY_HOSTS || k->type == KEY_PATHS) {
			char ***list = field(c, k->at);

			for (size_t n = *(size_t *)field(c, k->count_at); n > 0; n--)
				free((*list)[n - 1]);
			free(*list);
		} else if (k->type == KEY_PATH || k->type == KEY_TEXT ||
			   k->type == KEY_USER) {
			free(*(char **)field(c, k->at));
		}
	}
	*c = (struct config){ .cache = false };
}

const char *config_key_name(size_t index)
{
	return index < KEYS ? keys[index].name : NULL;
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
	for (size_t i = 0; i < c->allow_host_count; i++)
		if (host_matches(c->allow_hosts[i], host))
			return true;
	return c->allow_host_count == 0;
}
