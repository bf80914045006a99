/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/names.h"
#include "guest-agent/network_serve.h"
#include "guest-agent/privileges.h"
#include "guest-agent/schema.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/notify.h"

/* The last second of time_t, whatever its size. */
#define TIME_MAX ((time_t)((UINT64_C(1) << (8 * sizeof(time_t) - 1)) - 1))

/* A timer that never ends but by the clock being set, which resume does before a program
 * runs again.  The watch comes later: the kernel hands out events one after another, and
 * the frontends' come first (seen on real Xen: 0.3 s). */
int agent_arm_clock(int fd)
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
	int r = fd < 0 ? -errno : agent_arm_clock(fd);

	return r < 0 ? r : steal_fd(&fd);
}

int agent_open(int rootfd, struct agent **ret_agent)
{
	autoagent struct agent *a = calloc(1, sizeof(*a));
	int r;

	if (!a) {
		(void)close(rootfd);
		log_error("out of memory");
		return -ENOMEM;
	}
	a->rootfd = rootfd;
	a->clock = a->names = a->netlink.ask = a->netlink.hear = -1;
	a->freeze.fd = -1;
	agent_config_init(&a->config);
	agent_config_load(&a->config, rootfd);
	r = netlink_open(&a->netlink);
	if (r < 0) {
		log_error("cannot open a netlink socket: %s", strerror(-r));
		return r;
	}
	if (a->config.volumes)
		agent_complain("volumes", volumes_open(rootfd, &a->volumes));
	*ret_agent = steal_ptr(a);
	return 0;
}

void agent_free(struct agent *a)
{
	if (!a)
		return;
	freeze_close(&a->freeze);
	static_ip_free(a->static_ip);
	volumes_free(a->volumes);
	xs_watch_free(a->watch);
	publish_done(&a->publisher);
	agent_config_done(&a->config);
	devices_done(&a->devices);
	net_facts_done(&a->facts.net);
	netlink_close(&a->netlink);
	cleanup_close(&a->clock);
	cleanup_close(&a->names);
	cleanup_close(&a->rootfd);
	free(a);
}

static int open_watch(struct agent *a)
{
	int r = xs_watch_new(AGENT_WATCH, &a->watch);

	if (r >= 0)
		return r;
	log_error("cannot watch '%s' in xenstore: %s", AGENT_WATCH, strerror(-r));
	return -ENOTCONN;
}

void agent_set_freeze(struct agent *a)
{
	int r = freeze_set(&a->freeze, a->config.suspend_timeout_s);

	if (r < 0)
		log_info("cannot set the time-out of suspends: %s", strerror(-r));
}

/* What does without them: a name is looked at every minute, too. */
static void open_extras(struct agent *a)
{
	int r;

	a->names = names_open(a->rootfd);
	r = freeze_open(a->rootfd, &a->freeze);
	if (r < 0)
		log_info("cannot open the time-out of suspends: %s", strerror(-r));
	else
		agent_set_freeze(a);
	if (a->config.static_addresses)
		(void)static_ip_open(NETWORK_SOCKET, agent_find_interface, a,
				     &a->static_ip);
	(void)notify_open(); /* nobody may be listening */
}

int agent_start(struct agent *a, int signals)
{
	int r = open_clock();

	a->signals = signals;
	if (r < 0) {
		log_error("cannot watch the clock: %s", strerror(-r));
		return r;
	}
	a->clock = r;
	r = agent_connect(a);
	if (r >= 0)
		r = open_watch(a);
	if (r >= 0)
		open_extras(a);
	return r;
}

int agent_drop_privileges(struct agent *a)
{
	int r = privileges_drop(a->rootfd, a->config.user);

	if (r >= 0 && a->volumes)
		agent_complain("the space of volumes",
			       volumes_start(a->volumes, privileges_seal_thread));
	return r < 0 ? r : privileges_seal();
}

int agent_run(struct agent *a)
{
	int r = 0;

	agent_collect_all(a);
	while (r == 0) {
		r = agent_wait(a);
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
	agent_await_volumes(a);
	r = agent_wanted(a, &want);
	if (r < 0) {
		log_error("cannot make what would be published: %s", strerror(-r));
		return r;
	}
	for (size_t i = 0; i < a->facts.net.count; i++)
		print_left_out(&a->facts.net.address[i]);
	tree_print(stdout, &want);
	r = io_flush(stdout);
	if (r < 0)
		log_error("cannot print: %s", strerror(-r));
	return r;
}
