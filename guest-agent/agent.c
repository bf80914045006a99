/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/agent.h"

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

#include "guest-agent/meminfo.h"
#include "guest-agent/netlink.h"
#include "guest-agent/publish.h"
#include "guest-agent/schema.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/xs_watch.h"

/* The last second of time_t, whatever its size. */
#define TIME_MAX ((time_t)((UINT64_C(1) << (8 * sizeof(time_t) - 1)) - 1))

/* `domid` is there under every toolstack; the kernel registers watches anew on resume. */
#define RESUME_WATCH "domid"

struct agent {
	int rootfd;
	int signals;
	int clock; /* owned; readable when the wall clock was set */
	struct netlink netlink;
	struct facts facts;
	uint64_t told_free_kib; /* the memory sample that is in the wanted tree */
	struct publisher publisher;
	struct xs_watch *watch;	  /* owned */
	bool dirty;		  /* facts may differ from what is published */
	bool watched;		  /* the watch has fired: publication may begin */
	bool ready;		  /* the first commit is done */
	uint64_t sample_at_ms;	  /* CLOCK_MONOTONIC, as all here */
	uint64_t addresses_at_ms; /* to be read again without an event */
	uint64_t publish_at_ms;	  /* not earlier */
	uint64_t retry_ms;	  /* the present pause after failures; 0: none */
	uint64_t retry_at_ms;
};

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
	net_facts_done(&a->facts.net);
	netlink_close(&a->netlink);
	cleanup_close(&a->signals);
	cleanup_close(&a->clock);
	cleanup_close(&a->rootfd);
	free(a);
}

static int connect_store(struct agent *a)
{
	struct xs_conn *conn;
	int r = xs_conn_open(&conn);

	if (r < 0) {
		log_error("cannot open xenstore: %s", strerror(-r));
		return -ENOTCONN;
	}
	publish_init(&a->publisher, conn);
	return 0;
}

/* A collector that fails leaves what it found before. */
static void complain(const char *what, int r)
{
	static struct log_limit limit = { .burst = 5, .interval_ms = 600 * 1000 };

	if (r < 0)
		log_limited(&limit, LOG_LEVEL_WARNING, "cannot read %s: %s", what,
			    strerror(-r));
}

/* A free memory that hardly moved stays what it was. */
static void sample_memory(struct agent *a)
{
	struct memory_facts *m = &a->facts.memory;

	complain("memory", collect_memory(a->rootfd, m));
	if (memory_has_moved(m, a->told_free_kib))
		a->told_free_kib = m->free_kib;
	m->free_kib = a->told_free_kib;
}

static void sample_drivers(struct agent *a)
{
	struct driver_facts *d = &a->facts.drivers;

	complain("drivers", collect_drivers(a->rootfd, d));
	/* once settled it stays so: later targets are the host's own doing */
	if (d->balloon && !d->balloon_settled)
		d->balloon_settled = collect_balloon_at_target(a->rootfd);
}

static void sample(struct agent *a)
{
	sample_memory(a);
	sample_drivers(a);
	a->sample_at_ms = io_now_ms() + AGENT_SAMPLE_MS;
	a->dirty = true;
}

/* Addresses that could not be read stay what they were, and are asked for again soon. */
static void collect_addresses(struct agent *a)
{
	int r = netlink_collect(&a->netlink, a->rootfd, &a->facts.net);

	complain("addresses", r);
	a->addresses_at_ms = r < 0 ? io_now_ms() + AGENT_AGAIN_MS : UINT64_MAX;
	a->dirty = true;
}

static void collect_all(struct agent *a)
{
	a->told_free_kib = 0;
	complain("the distribution", collect_os(a->rootfd, &a->facts.os));
	collect_addresses(a);
	sample(a);
}

static int publish_facts(struct agent *a)
{
	autotree struct tree want = { 0 };
	int r = schema_wanted(&a->facts, &want);

	return r < 0 ? r : publish(&a->publisher, &want);
}

/* What failed, in words. */
static const char *failure(const struct agent *a, int r)
{
	return r == -ENOMEM ? "get memory" : xs_conn_error(a->publisher.conn);
}

/* After a failure (@r < 0) or a refusal: later, and then as if nothing were known.  What
 * a refusal left out holds nothing else back. */
static void retry_later(struct agent *a, int r)
{
	static struct log_limit limit = { .burst = 3, .interval_ms = 600 * 1000 };
	uint64_t max_ms = r < 0 ? AGENT_FAILED_MAX_MS : AGENT_RETRY_MAX_MS;

	a->retry_ms = a->retry_ms ? a->retry_ms * 2 : AGENT_RETRY_FIRST_MS;
	if (a->retry_ms > max_ms)
		a->retry_ms = max_ms;
	a->retry_at_ms = io_now_ms() + a->retry_ms;
	if (r < 0) {
		a->publish_at_ms = a->retry_at_ms;
		log_limited(&limit, LOG_LEVEL_WARNING, "cannot %s; next try in %llu ms",
			    failure(a, r), (unsigned long long)a->retry_ms);
	}
}

static bool retry_is_due(const struct agent *a)
{
	return a->retry_ms && io_now_ms() >= a->retry_at_ms;
}

static bool publication_is_due(const struct agent *a)
{
	return a->watched && a->dirty && io_now_ms() >= a->publish_at_ms;
}

static int publish_now(struct agent *a)
{
	bool again = retry_is_due(a), all = again || !a->publisher.known;
	uint64_t from = io_now_ms();
	int r;

	if (again)
		publish_forget(&a->publisher);
	r = publish_facts(a);
	if (r < 0 && xs_conn_is_dead(a->publisher.conn)) {
		log_error("xenstore is gone: cannot %s",
			  xs_conn_error(a->publisher.conn));
		return r;
	}
	if (r >= 0 && all)
		log_debug("published everything in %llu ms",
			  (unsigned long long)(io_now_ms() - from));
	a->publish_at_ms = io_now_ms() + AGENT_PAUSE_MS;
	a->dirty = r < 0;
	if (r < 0 || (r > 0 && (again || !a->retry_ms))) {
		retry_later(a, r);
	} else if (r == 0 && a->retry_ms) {
		a->retry_ms = 0;
		log_info("everything is published again");
	}
	if (r >= 0 && !a->ready) {
		a->ready = true;
		(void)notify_systemd("READY=1"); /* nobody may be listening */
	}
	return 0;
}

int agent_publish_once(struct agent *a)
{
	int r = connect_store(a);

	if (r < 0)
		return r;
	collect_all(a);
	r = publish_facts(a);
	if (r < 0)
		log_error("cannot %s", failure(a, r));
	return r == 0 ? 0 : -ENOTCONN;
}

static void reload(struct agent *a)
{
	(void)notify_systemd("RELOADING=1"); /* nobody may be listening */
	log_info("reading everything again");
	collect_all(a);
	publish_forget(&a->publisher);
	a->ready = false; /* until it is published */
	a->retry_ms = 0;
	a->publish_at_ms = 0;
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

/* The domain may be a new one, with an empty tree; or this is the start. */
static void look_again(struct agent *a)
{
	if (publish_is_intact(&a->publisher))
		return;
	if (a->publisher.known)
		log_info("this domain is new in xenstore: publishing everything");
	publish_forget(&a->publisher);
	a->facts.drivers.balloon_settled = collect_balloon_at_target(a->rootfd);
	a->retry_ms = 0;
	a->publish_at_ms = 0;
	a->dirty = true; /* with the facts that are known: the host is waiting */
}

static void handle_clock(struct agent *a)
{
	uint64_t times;

	(void)!read(a->clock, &times, sizeof(times)); /* ECANCELED is the message */
	(void)arm_clock(a->clock);		      /* as it was armed before */
	if (a->watched)
		look_again(a);
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
		look_again(a);
	}
	return 0;
}

static int wait_ms(const struct agent *a)
{
	uint64_t now = io_now_ms();
	uint64_t at = a->sample_at_ms;

	if (a->addresses_at_ms < at)
		at = a->addresses_at_ms;
	if (a->watched && a->dirty && a->publish_at_ms < at)
		at = a->publish_at_ms;
	if (a->retry_ms && a->retry_at_ms < at)
		at = a->retry_at_ms;
	return at > now ? (int)(at - now) : 0;
}

/* 1: stop. */
static int wait_for_event(struct agent *a)
{
	struct pollfd fds[] = {
		{ .fd = a->signals, .events = POLLIN },
		{ .fd = xs_watch_fd(a->watch), .events = POLLIN },
		{ .fd = a->netlink.hear, .events = POLLIN },
		{ .fd = a->clock, .events = POLLIN },
	};
	int r = poll(fds, sizeof(fds) / sizeof(*fds), wait_ms(a));

	if (r < 0 && errno != EINTR) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -EIO;
	}
	if (r < 0)
		return 0;
	r = 0;
	if (fds[0].revents)
		r = handle_signal(a);
	if (r == 0 && fds[1].revents)
		r = handle_watch(a);
	if (r == 0 && fds[2].revents && netlink_drain(&a->netlink)) {
		collect_addresses(a);
		/* the first vif brings a driver, the last takes it along */
		sample_drivers(a);
	}
	if (r == 0 && fds[3].revents)
		handle_clock(a);
	if (r == 0 && io_now_ms() >= a->addresses_at_ms)
		collect_addresses(a);
	if (r == 0 && io_now_ms() >= a->sample_at_ms)
		sample(a);
	return r;
}

int agent_run(struct agent *a)
{
	int r = open_signals();

	if (r < 0) {
		log_error("cannot take signals: %s", strerror(-r));
		return r;
	}
	a->signals = r;
	r = connect_store(a);
	if (r < 0)
		return r;
	r = open_clock();
	if (r < 0) {
		log_error("cannot watch the clock: %s", strerror(-r));
		return r;
	}
	a->clock = r;
	r = xs_watch_new(RESUME_WATCH, &a->watch);
	if (r < 0) {
		log_error("cannot watch '%s' in xenstore: %s", RESUME_WATCH,
			  strerror(-r));
		return -ENOTCONN;
	}
	collect_all(a);
	while (r == 0) {
		r = wait_for_event(a);
		if (r == 0 && (publication_is_due(a) || retry_is_due(a)))
			r = publish_now(a);
	}
	(void)notify_systemd("STOPPING=1"); /* nobody may be listening */
	return r < 0 ? r : 0;
}

int agent_dry_run(struct agent *a)
{
	autotree struct tree want = { 0 };
	int r;

	collect_all(a);
	r = schema_wanted(&a->facts, &want);
	if (r < 0)
		return r;
	for (size_t i = 0; i < a->facts.net.count; i++) {
		const struct address_fact *fact = &a->facts.net.address[i];
		const char *reason = schema_left_out(fact);
		char text[INET6_ADDRSTRLEN];

		if (!reason)
			continue;
		(void)inet_ntop(fact->family, &fact->in6, text,
				sizeof(text)); /* cannot fail */
		fprintf(stderr, "left out %s on %s: %s\n", text, fact->ifname, reason);
	}
	tree_print(stdout, &want);
	r = io_flush(stdout);
	if (r < 0)
		log_error("cannot print: %s", strerror(-r));
	return r;
}
