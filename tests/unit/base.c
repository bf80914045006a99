/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/log, lib/io, lib/prefix, lib/unix_socket */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/prefix.h"
#include "lib/unix_socket.h"
#include "tests/tap.h"

static void test_escape(void)
{
	static const struct {
		const char *text;
		size_t len;
		const char *out;
	} cases[] = {
		{ "plain text", 10, "plain text" },
		{ "a\nb\tc\r", 6, "a\\nb\\tc\\r" },
		{ "\x1b[2J", 4, "\\x1b[2J" },
		{ "q\"\\", 3, "q\\\"\\\\" },
		{ "\xc3\xa9\0", 3, "\\xc3\\xa9\\x00" },
	};
	char out[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t n = log_escape(out, sizeof(out), cases[i].text, cases[i].len);

		ok(n == strlen(cases[i].out) && strcmp(out, cases[i].out) == 0,
		   "escape %zu", i);
	}
	is_int((long long)log_escape(out, 6, "ab\x01xyz", 6), 9,
	       "the length of the whole");
	is_str(out, "ab", "an escape is not cut in two");
	is_int((long long)log_escape(NULL, 0, "ab", 2), 2, "no room at all");
}

static void test_parse_u64(void)
{
	static const struct {
		const char *text;
		uint64_t max;
		int r;
		uint64_t value;
	} cases[] = {
		{ "0", 10, 0, 0 },
		{ "0010", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1x", 10, -EINVAL, 0 },
		{ "0x1", 10, -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t value = 0;
		int r = io_parse_u64(cases[i].text, cases[i].max, &value);

		ok(r == cases[i].r && value == cases[i].value, "number '%s'",
		   cases[i].text);
	}
}

static void test_hex(void)
{
	static const struct {
		const char *text;
		size_t len;
		int r;
		uint8_t first, last;
	} cases[] = {
		{ "", 0, 0, 7, 7 },
		{ "00fF", 4, 0, 0x00, 0xff },
		{ "9aA0fe", 4, 0, 0x9a, 0xa0 }, /* no more than @len are looked at */
		{ "abc", 3, -EINVAL, 7, 7 },
		{ "0g", 2, -EINVAL, 7, 7 },
		{ "01/9", 4, -EINVAL, 7, 7 },
		{ " 1", 2, -EINVAL, 7, 7 },
		{ "0x10", 4, -EINVAL, 7, 7 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t bytes[2] = { 7, 7 };
		int r = io_parse_hex(cases[i].text, cases[i].len, bytes);

		ok(r == cases[i].r && bytes[0] == cases[i].first &&
			   bytes[1] == cases[i].last,
		   "hex '%s'", cases[i].text);
	}
}

static void test_mac(void)
{
	static const char *const bad[] = { "",
					   "00:16:3e:00:00:0",
					   "00:16:3e:00:00:011",
					   "00-16-3e-00-00-01",
					   "00:16:3e:00:00:0g",
					   "0016:3e:00:00:01:" };
	static const uint8_t want[MAC_LEN] = { 0x00, 0x16, 0x3e, 0xab, 0xcd, 0x0e };
	uint8_t mac[MAC_LEN] = { 7, 7, 7, 7, 7, 7 };
	bool untouched;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int r = io_parse_mac(bad[i], strlen(bad[i]), mac);

		untouched = mac[0] == 7 && mac[5] == 7;
		ok(r == -EINVAL && untouched, "no MAC: '%s'", bad[i]);
	}
	is_int(io_parse_mac("00:16:3e:AB:cd:0e and more", 17, mac), 0, "a MAC");
	ok(memcmp(mac, want, sizeof(mac)) == 0, "its bytes");
}

static void test_wait(void)
{
	uint64_t now = io_now_ms();
	int ms = io_wait_ms(now + 3600000);

	is_int(io_wait_ms(0), 0, "no wait for what is past");
	is_int(io_wait_ms(now), 0, "nor for what is now");
	ok(ms > 0 && ms <= 3600000, "an hour's");
	is_int(io_wait_ms(UINT64_MAX - 1), INT_MAX, "no longer than poll() can");
	is_int(io_wait_ms(UINT64_MAX), -1, "for ever");
	ok(io_earlier(1, UINT64_MAX) == 1 && io_earlier(UINT64_MAX, 1) == 1,
	   "the earlier of two");
}

static void test_prefix(void)
{
	static const uint8_t a[] = { 0xab, 0xcd, 0xef }, b[] = { 0xab, 0xcc, 0xef };

	ok(prefix_same(a, b, 0) && prefix_same(a, b, 8) && prefix_same(a, b, 15),
	   "the bits before the first other one are the same");
	ok(!prefix_same(a, b, 16) && !prefix_same(a, b, 24), "those up to it are not");
	ok(prefix_same(a, a, 24), "all");
}

static void test_parse_prefix(void)
{
	static const struct {
		const char *name, *text;
		int family, r;
		unsigned bits;
		uint8_t first, last;
	} cases[] = {
		{ "IPv4", "192.0.2.5/24", AF_INET, 0, 24, 192, 5 },
		{ "no bits of it", "192.0.2.5/0", AF_INET, 0, 0, 192, 5 },
		{ "all bits of it", "192.0.2.5/32", AF_INET, 0, 32, 192, 5 },
		{ "IPv6", "fd00::5/128", AF_INET6, 0, 128, 0xfd, 5 },
		{ "the longest", "0000:0000:0000:0000:0000:ffff:192.168.100.100/128",
		  AF_INET6, 0, 128, 0, 100 },
		{ "longer", "0000:0000:0000:0000:0000:ffff:192.168.100.1000/128",
		  AF_INET6, -EINVAL, 7, 7, 7 },
		{ "one bit too many", "192.0.2.5/33", AF_INET, -EINVAL, 7, 7, 7 },
		{ "too many for IPv6", "fd00::5/129", AF_INET6, -EINVAL, 7, 7, 7 },
		{ "four digits", "192.0.2.5/0024", AF_INET, -EINVAL, 7, 7, 7 },
		{ "a sign", "192.0.2.5/+8", AF_INET, -EINVAL, 7, 7, 7 },
		{ "no number", "192.0.2.5/", AF_INET, -EINVAL, 7, 7, 7 },
		{ "no slash", "192.0.2.5", AF_INET, -EINVAL, 7, 7, 7 },
		{ "no address", "/8", AF_INET, -EINVAL, 7, 7, 7 },
		{ "the other family's", "fd00::5/8", AF_INET, -EINVAL, 7, 7, 7 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t last = cases[i].family == AF_INET ? 3 : 15;
		uint8_t a[16] = { 7, [3] = 7, [4] = 9, [15] = 7 };
		unsigned bits = 7;
		int r = prefix_parse(cases[i].family, cases[i].text, a, &bits);

		ok(r == cases[i].r && bits == cases[i].bits && a[0] == cases[i].first &&
			   a[last] == cases[i].last && (last == 15 || a[4] == 9),
		   "a prefix: %s", cases[i].name);
	}
}

static void test_unix_socket(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNSPEC };
	char path[sizeof(un.sun_path) + 1];

	memset(path, 'x', sizeof(path));
	path[sizeof(un.sun_path)] = '\0';
	is_int(unix_address(path, &un), -ENAMETOOLONG, "a path without room for its NUL");
	is_int(unix_address("", &un), -ENOENT,
	       "no path, which would be an abstract name");
	is_int(un.sun_family, AF_UNSPEC, "nothing was written then");
	path[sizeof(un.sun_path) - 1] = '\0';
	is_int(unix_address(path, &un), 0, "a path that just fits");
	is_str(un.sun_path, path, "it is the address");
	is_int(un.sun_family, AF_UNIX, "of its family");
	is_int(unix_connect("/nonexistent/socket", SOCK_STREAM), -ENOENT,
	       "nobody listens");
}

static void test_read_limited(void)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 10000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		autofclose FILE *f = tmpfile();
		autofree char *text = NULL;
		size_t len = 0;
		int r;

		for (size_t n = 0; n < sizes[i]; n++)
			fputc('x', f);
		fflush(f);
		(void)lseek(fileno(f), 0, SEEK_SET);
		r = io_read_limited(fileno(f), sizes[i], &text, &len);
		ok(r == 0 && len == sizes[i] && text[len] == '\0',
		   "%zu bytes, all allowed", len);
		if (sizes[i] == 0)
			continue;
		(void)lseek(fileno(f), 0, SEEK_SET);
		free(steal_ptr(text));
		r = io_read_limited(fileno(f), sizes[i] - 1, &text, &len);
		is_int(r, -EFBIG, "one byte less allowed");
	}
	{
		char *text;

		is_int(io_read_file_at(AT_FDCWD, "/nonexistent", 1, &text, NULL), -ENOENT,
		       "an absent file");
	}
}

static void test_beside(void)
{
	autofree char *self = realpath("/proc/self/exe", NULL);
	const char *name = strrchr(self, '/') + 1;
	char path[PATH_MAX];
	size_t size = strlen(self) + 1;

	is_int(io_beside(name, path, size), 0, "a path that just fits");
	is_str(path, self, "beside the running program is itself");
	(void)snprintf(path, sizeof(path), "before");
	is_int(io_beside(name, path, size - 1), -ENAMETOOLONG, "a byte less of room");
	is_str(path, "before", "nothing was written then");
}

/* A failure counts whenever it was; its errno is that of the last one, if it is known. */
static void test_flush(void)
{
	autofclose FILE *good = tmpfile(), *bad = fopen("/dev/full", "we");

	fputs("x", good);
	is_int(io_flush(good), 0, "all has gone out");
	fputs("x", bad);
	is_int(io_flush(bad), -ENOSPC, "it has not");
	is_int(io_flush(good), 0, "that is another's");
	__fpurge(bad);
	is_int(io_flush(bad), -EIO, "it has not, some time before");
}

/* The bytes that log_msg() writes to stderr, from a child. */
static char *logged(void (*body)(void))
{
	int pipefd[2], status;
	char *text = NULL;
	pid_t pid;

	if (pipe(pipefd) < 0)
		return NULL;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pipefd[1], STDERR_FILENO);
		body();
		_exit(0);
	}
	close(pipefd[1]);
	(void)io_read_limited(pipefd[0], 65536, &text, NULL);
	close(pipefd[0]);
	waitpid(pid, &status, 0);
	return text;
}

static void log_forged(void)
{
	log_open("tool", false, false);
	log_error("value '%s'", "a\n<3>forged\x1b[0m");
	log_debug("not shown");
}

static void log_as_daemon(void)
{
	log_open("tool", true, true);
	log_info("state");
	log_debug("detail");
}

static void log_a_lot(void)
{
	struct log_limit limit = { .burst = 2, .interval_ms = 3600 * 1000 };

	log_open("t", false, false);
	for (int i = 0; i < 5; i++)
		log_limited(&limit, LOG_LEVEL_WARNING, "message %d", i);
	limit.next_ms = 0; /* the interval is over */
	log_limited(&limit, LOG_LEVEL_WARNING, "message 9");
}

static void test_log(void)
{
	autofree char *forged = logged(log_forged);
	autofree char *daemon = logged(log_as_daemon);
	autofree char *many = logged(log_a_lot);

	is_str(forged, "tool: value 'a\\n<3>forged\\x1b[0m'\n",
	       "outside text stays in its line");
	is_str(daemon, "<6>state\n<7>detail\n", "a daemon's priorities");
	is_str(many,
	       "t: message 0\nt: message 1\n"
	       "t: 3 messages like the following were held back\nt: message 9\n",
	       "what repeats is held back and counted");
}

int main(void)
{
	test_escape();
	test_parse_u64();
	test_hex();
	test_mac();
	test_wait();
	test_prefix();
	test_parse_prefix();
	test_unix_socket();
	test_read_limited();
	test_beside();
	test_flush();
	test_log();
	return tap_done();
}
