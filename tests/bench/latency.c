/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latency - from a change in the guest to its being visible in xenstore.
 *
 *	latency start HOME RUNS PROGRAM...
 *		from exec until HOME/data/updated is there, the last key of the agent; before
 *		each run everything in HOME's attr, data, drivers and feature is removed
 *	latency address IFACE HOME RUNS 4|6
 *		an address is added, then removed
 *
 * Uses dom0's xenstore (XENSTORED_PATH); the program is given GUEST_SOCK as its own.
 * Prints microseconds: "NAME median M p99 P max X runs N".
 * An IPv6 address is added without duplicate-address detection (the caller switches it
 *off for IFACE), whose second is the kernel's and not ours.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xenstore.h>

#include "guest-agent/agent.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define RUNS_MAX    10000
#define PATIENCE_MS 10000 /* after that the program is broken, not slow */

static struct xs_handle *store;

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "latency: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void report(const char *name, uint64_t *us, unsigned n)
{
	qsort(us, n, sizeof(*us), by_value);
	printf("%s median %llu p99 %llu max %llu runs %u\n", name,
	       (unsigned long long)us[n / 2], (unsigned long long)us[n * 99 / 100],
	       (unsigned long long)us[n - 1], n);
}

static bool exists(const char *path)
{
	unsigned len;
	autofree char *value = xs_read(store, XBT_NULL, path, &len);

	return value != NULL;
}

/* Until @path is there, or not, looking at every event. */
static void await(const char *path, bool there)
{
	uint64_t end = io_now_ms() + PATIENCE_MS;

	while (exists(path) != there) {
		struct pollfd fd = { .fd = xs_fileno(store), .events = POLLIN };

		if (io_now_ms() > end || poll(&fd, 1, PATIENCE_MS) <= 0) {
			errno = ETIMEDOUT;
			die(path);
		}
		free(xs_check_watch(store));
	}
}

static void drain(void)
{
	char **event;

	while ((event = xs_check_watch(store)))
		free(event);
}

static pid_t start(char *argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		const char *sock = getenv("GUEST_SOCK");

		setenv("XENSTORED_PATH", sock ? sock : "", 1);
		execv(argv[0], argv);
		die(argv[0]);
	}
	return pid;
}

/* What a new domain has: the toolstack's directories, with nothing in them. */
static void empty(const char *home)
{
	static const char *const dirs[] = { "attr", "data", "drivers", "feature" };

	for (size_t d = 0; d < sizeof(dirs) / sizeof(*dirs); d++) {
		char dir[128], path[512];
		unsigned n = 0;
		autofree char **names = NULL;

		(void)snprintf(dir, sizeof(dir), "%s/%s", home, dirs[d]);
		names = xs_directory(store, XBT_NULL, dir, &n);
		for (unsigned i = 0; names && i < n; i++) {
			(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
			if (!xs_rm(store, XBT_NULL, path))
				die(path);
		}
	}
}

static int bench_start(char *argv[], unsigned runs)
{
	char path[128];
	static uint64_t us[RUNS_MAX];

	(void)snprintf(path, sizeof(path), "%s/data/updated", argv[0]);
	if (!xs_watch(store, path, "b"))
		die("watch");
	for (unsigned i = 0; i < runs; i++) {
		uint64_t from;
		pid_t pid;

		empty(argv[0]);
		drain();
		from = now_us();
		pid = start(argv + 2);
		await(path, true);
		us[i] = now_us() - from;
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
	}
	report("start", us, runs);
	return 0;
}

/* Address number @i on or off, the old way: one call each, nothing of ours in between. */
static void set_ipv4(int sock, const char *iface, unsigned i, bool on)
{
	struct ifreq req = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&req.ifr_addr;

	(void)snprintf(req.ifr_name, sizeof(req.ifr_name), "%s:1", iface);
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = on ? htonl(0x0a630000 + i + 1) : 0;
	if (ioctl(sock, SIOCSIFADDR, &req) < 0 && on)
		die("SIOCSIFADDR");
}

static void set_ipv6(int sock, const char *iface, unsigned i, bool on)
{
	struct in6_ifreq req = { .ifr6_prefixlen = 64,
				 .ifr6_ifindex = (int)if_nametoindex(iface) };

	inet_pton(AF_INET6, "2001:db8:9::1", &req.ifr6_addr);
	req.ifr6_addr.s6_addr16[7] = htons((uint16_t)(i + 1));
	if (ioctl(sock, on ? SIOCSIFADDR : SIOCDIFADDR, &req) < 0)
		die("SIOCSIFADDR");
}

/* Single changes, not a storm, of which the agent tells the end. */
static void rest(void)
{
	struct timespec pause = { .tv_nsec = (AGENT_CALM_MS + 20) * 1000 * 1000 };

	nanosleep(&pause, NULL);
}

static int bench_address(char *argv[], unsigned runs)
{
	const char *iface = argv[0];
	bool v6 = argv[3][0] == '6';
	void (*set)(int, const char *, unsigned, bool) = v6 ? set_ipv6 : set_ipv4;
	autoclose int sock =
		socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static uint64_t added[RUNS_MAX], removed[RUNS_MAX];
	char path[128];

	/* the index after those that are there already */
	for (unsigned n = 0;; n++) {
		(void)snprintf(path, sizeof(path), "%s/attr/vif/0/ipv%c/%u", argv[1],
			       argv[3][0], n);
		if (!exists(path))
			break;
	}
	if (!xs_watch(store, path, "b"))
		die("watch");
	for (unsigned i = 0; i < runs; i++) {
		uint64_t from;

		rest();
		from = now_us();
		set(sock, iface, i, true);
		await(path, true);
		added[i] = now_us() - from;
		rest();
		from = now_us();
		set(sock, iface, i, false);
		await(path, false);
		removed[i] = now_us() - from;
	}
	report(v6 ? "new-ipv6" : "new-ipv4", added, runs);
	report(v6 ? "removed-ipv6" : "removed-ipv4", removed, runs);
	return 0;
}

int main(int argc, char *argv[])
{
	bool starts = argc >= 5 && strcmp(argv[1], "start") == 0;
	bool address = argc == 6 && strcmp(argv[1], "address") == 0;
	uint64_t runs = 0;

	if ((starts || address) && getenv("GUEST_SOCK"))
		(void)io_parse_u64(argv[starts ? 3 : 4], RUNS_MAX, &runs); /* 0: usage */
	if (runs == 0) {
		fprintf(stderr, "usage: latency start HOME RUNS PROGRAM...\n"
				"       latency address IFACE HOME RUNS 4|6\n");
		return 2;
	}
	store = xs_open(0);
	if (!store)
		die("xenstore");
	return starts ? bench_start(argv + 2, (unsigned)runs)
		      : bench_address(argv + 2, (unsigned)runs);
}
