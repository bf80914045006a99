/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/schema.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/notify.h"

/* The last second of time_t, whatever its size. */
#define TIME_MAX ((time_t)((UINT64_C(1) << (8 * sizeof(time_t) - 1)) - 1))

/* `domid` is there under every toolstack; the kernel registers watches anew on resume. */
#define RESUME_WATCH "domid"

static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* A timer that never ends but by the clock being set, which resume does before a program
 * runs again.  The watch comes later: the kernel hands out events one after another, and
 * the frontends' come first (seen on real Xen: 0.3 s). */
static int arm_clock(int fd)
{
	struct itimerspec never = { .it_value.tv_sec = TIME_MAX };

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
			       NULL) < 0
		       ? -errno
		       : 0;
}

static int open_clock(void)
{
	autoclose int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	int r = fd < 0 ? -errno : arm_clock(fd);

	return r < 0 ? r : steal_fd(&fd);
}

int agent_open(int rootfd, struct agent **ret_agent)
{
	autoagent struct agent *a = calloc(1, sizeof(*a));
	int r;

	if (!a) {
		(void)close(rootfd);
		return -ENOMEM;
	}
	a->rootfd = rootfd;
	a->signals = a->clock = a->netlink.ask = a->netlink.hear = -1;
	agent_config_init(&a->config);
	agent_config_load(&a->config, rootfd);
	r = netlink_open(&a->netlink);
	if (r < 0) {
		log_error("cannot open a netlink socket: %s", strerror(-r));
		return r;
	}
	*ret_agent = steal_ptr(a);
	return 0;
}

void agent_free(struct agent *a)
{
	if (!a)
		return;
	xs_watch_free(a->watch);
	publish_done(&a->publisher);
	agent_config_done(&a->config);
	net_facts_done(&a->facts.net);
	netlink_close(&a->netlink);
	cleanup_close(&a->signals);
	cleanup_close(&a->clock);
	cleanup_close(&a->rootfd);
	free(a);
}

static void reload(struct agent *a)
{
	(void)notify_systemd("RELOADING=1"); /* nobody may be listening */
	log_info("reading everything again");
	agent_collect_all(a);
	agent_publish_anew(a);
	a->ready = false; /* until it is published */
}

static int signals_fd(const struct agent *a)
{
	return a->signals;
}

static int watch_fd(const struct agent *a)
{
	return xs_watch_fd(a->watch);
}

static int netlink_fd(const struct agent *a)
{
	return a->netlink.hear;
}

static int clock_fd(const struct agent *a)
{
	return a->clock;
}

/* 1: stop. */
static int handle_signal(struct agent *a)
{
	struct signalfd_siginfo si;

	while (read(a->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo != SIGHUP)
			return 1;
		reload(a);
	}
	return 0;
}

static int handle_clock(struct agent *a)
{
	uint64_t times;

	(void)!read(a->clock, &times, sizeof(times)); /* ECANCELED is the message */
	(void)arm_clock(a->clock);		      /* as it was armed before */
	if (a->watched)
		agent_look_again(a);
	return 0;
}

static int handle_watch(struct agent *a)
{
	char *path = NULL;
	bool fired = false;
	int r;

	while ((r = xs_watch_next(a->watch, &path)) > 0) {
		free(steal_ptr(path));
		fired = true;
	}
	if (r < 0) {
		log_error("xenstore is gone: watch '%s': %s", RESUME_WATCH, strerror(-r));
		return -ENOTCONN;
	}
	if (fired) {
		a->watched = true;
		agent_look_again(a);
	}
	return 0;
}

static int handle_netlink(struct agent *a)
{
	if (netlink_drain(&a->netlink)) {
		agent_collect_addresses(a);
		/* the first vif brings a driver, the last takes it along */
		agent_sample_drivers(a);
	}
	return 0;
}

/* What is done when a descriptor is readable.  1: stop. */
static const struct {
	int (*fd)(const struct agent *a);
	int (*handle)(struct agent *a);
} sources[] = {
	{ signals_fd, handle_signal },
	{ watch_fd, handle_watch },
	{ netlink_fd, handle_netlink },
	{ clock_fd, handle_clock },
};
#define SOURCES (sizeof(sources) / sizeof(*sources))

static void (*const timers[TIMER_COUNT])(struct agent *a) = {
	[TIMER_SAMPLE] = agent_sample,
	[TIMER_ADDRESSES] = agent_collect_addresses,
};

static int wait_ms(const struct agent *a)
{
	uint64_t now = io_now_ms();
	uint64_t at = agent_publish_at_ms(a);

	for (size_t i = 0; i < TIMER_COUNT; i++)
		if (a->at_ms[i] < at)
			at = a->at_ms[i];
	return at > now ? (int)(at - now) : 0;
}

/* 1: stop. */
static int wait_for_event(struct agent *a)
{
	struct pollfd fds[SOURCES];
	int r;

	for (size_t i = 0; i < SOURCES; i++)
		fds[i] = (struct pollfd){ sources[i].fd(a), POLLIN, 0 };
	r = poll(fds, SOURCES, wait_ms(a));
	if (r < 0 && errno != EINTR) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -EIO;
	}
	if (r < 0)
		return 0;
	r = 0;
	for (size_t i = 0; r == 0 && i < SOURCES; i++)
		if (fds[i].revents)
			r = sources[i].handle(a);
	for (size_t i = 0; r == 0 && i < TIMER_COUNT; i++)
		if (io_now_ms() >= a->at_ms[i])
			timers[i](a);
	return r;
}

static int open_watch(struct agent *a)
{
	int r = xs_watch_new(RESUME_WATCH, &a->watch);

	if (r >= 0)
		return r;
	log_error("cannot watch '%s' in xenstore: %s", RESUME_WATCH, strerror(-r));
	return -ENOTCONN;
}

int agent_start(struct agent *a)
{
	int r = open_signals();

	if (r < 0) {
		log_error("cannot take signals: %s", strerror(-r));
		return r;
	}
	a->signals = r;
	r = open_clock();
	if (r < 0) {
		log_error("cannot watch the clock: %s", strerror(-r));
		return r;
	}
	a->clock = r;
	r = agent_connect(a);
	return r < 0 ? r : open_watch(a);
}

int agent_run(struct agent *a)
{
	int r = 0;

	agent_collect_all(a);
	while (r == 0) {
		r = wait_for_event(a);
		if (r == 0)
			r = agent_publish_due(a);
	}
	(void)notify_systemd("STOPPING=1"); /* nobody may be listening */
	return r < 0 ? r : 0;
}

static void print_left_out(const struct address_fact *fact)
{
	const char *reason = schema_left_out(fact);
	char text[INET6_ADDRSTRLEN];

	if (!reason)
		return;
	(void)inet_ntop(fact->family, &fact->in6, text, sizeof(text)); /* cannot fail */
	fprintf(stderr, "left out %s on %s: %s\n", text, fact->ifname, reason);
}

int agent_dry_run(struct agent *a)
{
	autotree struct tree want = { 0 };
	int r;

	agent_collect_all(a);
	r = agent_wanted(a, &want);
	if (r < 0)
		return r;
	for (size_t i = 0; i < a->facts.net.count; i++)
		print_left_out(&a->facts.net.address[i]);
	tree_print(stdout, &want);
	r = io_flush(stdout);
	if (r < 0)
		log_error("cannot print: %s", strerror(-r));
	return r;
}
