/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip_agent SOCKET DIR - the agent's side of static addresses, alone: a loop around
 * static_ip.c, with a real xenstore and a real helper.
 *
 * DIR/interfaces   what the guest has: lines "vif|vf DEVID MAC NAME"; "+NAME": a port of it
 * DIR/usable       "1" or "0": would the feature be advertised; replaced as that changes
 * SIGHUP: interfaces have changed.  SIGTERM: prints "loops N, due N": turns of the loop,
 * and those that static_ip_due_ms() had asked for at once.  Ends with its parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "guest-agent/static_ip.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/signals.h"

static const char *dir;

static int name_of(const char *line, const struct static_ip_device *device,
		   char ret_ifname[IF_NAMESIZE])
{
	const uint8_t *m = device->mac;
	char want[64], name[IF_NAMESIZE + 1];
	int n = snprintf(want, sizeof(want), "%s %u %02x:%02x:%02x:%02x:%02x:%02x ",
			 device->vf ? "vf" : "vif", device->devid, m[0], m[1], m[2], m[3],
			 m[4], m[5]);

	if (strncmp(line, want, (size_t)n) != 0 || sscanf(line + n, "%16s", name) != 1)
		return -ENODEV;
	(void)snprintf(ret_ifname, IF_NAMESIZE, "%s", name + (name[0] == '+'));
	return name[0] == '+' ? -EBUSY : 0;
}

static int find(void *arg, const struct static_ip_device *device,
		char ret_ifname[IF_NAMESIZE])
{
	char path[256], line[128];
	autofclose FILE *f = NULL;
	int r = -ENODEV;

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/interfaces", dir);
	f = fopen(path, "re");
	while (f && r == -ENODEV && fgets(line, sizeof(line), f))
		r = name_of(line, device, ret_ifname);
	return r;
}

static void say_usable(bool usable)
{
	char path[256], final[256];
	autofclose FILE *f = NULL;

	(void)snprintf(path, sizeof(path), "%s/usable.new", dir);
	(void)snprintf(final, sizeof(final), "%s/usable", dir);
	f = fopen(path, "we");
	if (!f || fprintf(f, "%d\n", usable) < 0 || fflush(f) != 0 ||
	    rename(path, final) < 0)
		log_error("cannot say whether it is usable: %s", strerror(errno));
}

/* 1: stop. */
static int hear_signals(int fd, struct static_ip *s)
{
	int number;

	while ((number = signals_next(fd)) != 0) {
		if (number == SIGTERM)
			return 1;
		static_ip_interfaces_changed(s);
	}
	return 0;
}

static int loop(struct static_ip *s, struct xs_conn *xs, int signals)
{
	struct pollfd p[STATIC_IP_FDS + 1] = { { .fd = signals, .events = POLLIN } };
	unsigned long loops = 0, due = 0;
	bool usable = false;
	int r = 0;

	say_usable(false);
	while (r == 0) {
		int ms = io_wait_ms(static_ip_due_ms(s));

		loops++;
		due += ms == 0;
		static_ip_poll(s, p + 1);
		(void)poll(p, STATIC_IP_FDS + 1, ms);
		r = hear_signals(signals, s);
		if (r == 0)
			r = static_ip_handle(s, xs);
		if (static_ip_usable(s) != usable)
			say_usable(usable = static_ip_usable(s));
	}
	printf("loops %lu, due %lu\n", loops, due);
	return r;
}

int main(int argc, char *argv[])
{
	autostaticip struct static_ip *s = NULL;
	autoclose int signals = -1;
	autoxs struct xs_conn *xs = NULL;
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	log_open("static_ip_agent", false, true);
	if (argc != 3)
		return 2;
	dir = argv[2];
	signals = signals_open((const int[]){ SIGHUP, SIGTERM, 0 });
	r = signals < 0 ? signals : xs_conn_open(&xs);
	if (r >= 0)
		r = static_ip_open(argv[1], find, NULL, &s);
	if (r >= 0)
		r = loop(s, xs, signals);
	return r < 0 ? 1 : 0;
}
