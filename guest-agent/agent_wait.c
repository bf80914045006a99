/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting: what the agent wakes for, and what it does then. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/names.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/signals.h"

/* Places in what poll() waits for. */
enum {
	FD_SIGNALS,
	FD_WATCH,
	FD_NETLINK,
	FD_CLOCK,
	FD_NAMES,
	FD_VOLUMES,
	FD_STATIC_IP = FD_VOLUMES + VOLUMES_FDS,
	FD_COUNT = FD_STATIC_IP + STATIC_IP_FDS,
};

/* What takes rights to open, and was not opened at the start, stays away: the helper of
 * static addresses, the thread of the volumes.  (And who runs as a user cannot become
 * another.) */
static void open_or_close(struct agent *a, bool static_addresses)
{
	if (!a->config.static_addresses) {
		static_ip_free(a->static_ip);
		a->static_ip = NULL;
	} else if (!static_addresses) {
		log_warning("'static-addresses' is on after a restart, not before");
	}
	if (a->config.volumes && !a->volumes)
		log_warning("'volumes' is on after a restart, not before");
}

static void reload(struct agent *a)
{
	bool static_addresses = a->config.static_addresses;

	(void)notify_systemd("RELOADING=1"); /* nobody may be listening */
	log_info("reading everything again");
	agent_config_reload(&a->config, a->rootfd);
	open_or_close(a, static_addresses);
	agent_set_freeze(a);
	agent_forget_devices(a);
	agent_collect_all(a);
	agent_publish_anew(a);
	a->ready = false; /* until it is published */
}

/* 1: stop. */
static int handle_signal(struct agent *a)
{
	int number;

	while ((number = signals_next(a->signals)) != 0) {
		if (number != SIGHUP)
			return 1;
		reload(a);
	}
	return 0;
}

static int handle_clock(struct agent *a)
{
	uint64_t times;

	(void)!read(a->clock, &times, sizeof(times)); /* ECANCELED is the message */
	(void)agent_arm_clock(a->clock);	      /* as it was armed before */
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
		log_error("xenstore is gone: watch '%s': %s", AGENT_WATCH, strerror(-r));
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

static int handle_names(struct agent *a)
{
	a->names_at_ms = io_now_ms() + NAMES_PAUSE_MS;
	agent_collect_names(a);
	return 0;
}

static int (*const handlers[])(struct agent *a) = {
	[FD_SIGNALS] = handle_signal,  [FD_WATCH] = handle_watch,
	[FD_NETLINK] = handle_netlink, [FD_CLOCK] = handle_clock,
	[FD_NAMES] = handle_names,
};

static void (*const timers[TIMER_COUNT])(struct agent *a) = {
	[TIMER_SAMPLE] = agent_sample,
	[TIMER_VOLUMES] = agent_ask_volumes,
	[TIMER_ADDRESSES] = agent_collect_addresses,
	[TIMER_DEVICES] = agent_ask_devices,
};

static void list_fds(const struct agent *a, struct pollfd fds[FD_COUNT])
{
	bool listen = io_now_ms() >= a->names_at_ms;

	fds[FD_SIGNALS] = (struct pollfd){ a->signals, POLLIN, 0 };
	fds[FD_WATCH] = (struct pollfd){ xs_watch_fd(a->watch), POLLIN, 0 };
	fds[FD_NETLINK] = (struct pollfd){ a->netlink.hear, POLLIN, 0 };
	fds[FD_CLOCK] = (struct pollfd){ a->clock, POLLIN, 0 };
	fds[FD_NAMES] = (struct pollfd){ listen ? a->names : -1, POLLPRI, 0 };
	for (int i = 0; i < VOLUMES_FDS; i++)
		fds[FD_VOLUMES + i] = (struct pollfd){ -1, 0, 0 };
	if (a->facts.volumes)
		volumes_poll(a->volumes, fds + FD_VOLUMES);
	static_ip_poll(a->static_ip, fds + FD_STATIC_IP);
}

static int wait_ms(const struct agent *a)
{
	uint64_t at = io_earlier(agent_publish_at_ms(a), static_ip_due_ms(a->static_ip));

	for (size_t i = 0; i < TIMER_COUNT; i++)
		at = io_earlier(at, a->at_ms[i]);
	if (a->facts.volumes)
		at = io_earlier(at, volumes_due_ms(a->volumes));
	if (io_now_ms() < a->names_at_ms)
		at = io_earlier(at, a->names_at_ms);
	return io_wait_ms(at);
}

/* The parts that look by themselves whether there is something for them. */
static int turn_parts(struct agent *a, const struct pollfd fds[FD_COUNT])
{
	bool usable = static_ip_usable(a->static_ip);
	int r = static_ip_handle(a->static_ip, a->publisher.conn);

	if (static_ip_usable(a->static_ip) != usable)
		a->dirty = true;
	if (a->facts.volumes && volumes_turn(a->volumes, fds + FD_VOLUMES) > 0)
		a->dirty = true;
	return r;
}

int agent_wait(struct agent *a)
{
	struct pollfd fds[FD_COUNT];
	int r;

	list_fds(a, fds);
	r = poll(fds, FD_COUNT, wait_ms(a));
	if (r < 0 && errno != EINTR) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -EIO;
	}
	if (r < 0)
		return 0;
	r = 0;
	for (size_t i = 0; r == 0 && i < sizeof(handlers) / sizeof(*handlers); i++)
		if (fds[i].revents)
			r = handlers[i](a);
	for (size_t i = 0; r == 0 && i < TIMER_COUNT; i++)
		if (io_now_ms() >= a->at_ms[i])
			timers[i](a);
	return r == 0 ? turn_parts(a, fds) : r;
}
