/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenbus - plays /dev/xen/xenbus of one guest: a program with XENSTORED_PATH set to
 *SOCKET is that guest's user space.
 *
 *	xenbus serve DIR DOMID SOCKET	until killed, or until its parent ends
 *	xenbus ctl SOCKET COMMAND...	to the one that serves SOCKET:
 *	    wait           until it serves (at most WAIT_MS)
 *	    stats          counts of requests since the start or the last reset
 *	    reset          start the counts again
 *	    log [FILE]     a line per request into FILE (see bus.h); without FILE: stop
 *	    suspend        returns when every request has its reply; nothing runs then
 *	    resume DOMID   go on in DOMID's ring; returns when all watches are set again
 *	    cancel         go on in the same ring, no watch fires
 *
 * DIR is the directory of the daemon's instance (fakexen.c).
 * Exit:   0, 1 failed (one line says why), 2 usage.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "tests/daemon/bus.h"
#include "tests/daemon/fakexen.h"

#define WAIT_MS	    5000 /* of a start that takes milliseconds */
#define POLL_MAX    256	 /* clients: twice what watches allow */
#define COMMAND_MAX 512

static int usage(void)
{
	(void)fprintf(stderr, "usage: xenbus serve DIR DOMID SOCKET\n"
			      "       xenbus ctl SOCKET COMMAND [ARG]\n");
	return 2;
}

static int socket_address(struct sockaddr_un *addr, const char *path, const char *suffix)
{
	int n = snprintf(addr->sun_path, sizeof(addr->sun_path), "%s%s", path, suffix);

	addr->sun_family = AF_UNIX;
	return n < (int)sizeof(addr->sun_path) ? 0 : -ENAMETOOLONG;
}

static int listen_at(const char *path, const char *suffix)
{
	struct sockaddr_un addr = { 0 };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = socket_address(&addr, path, suffix);

	if (fd < 0 || r < 0)
		return fd < 0 ? -errno : r;
	(void)unlink(addr.sun_path); /* mostly absent */
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 64) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* ---- serve ---- */

struct server {
	struct bus bus;
	int bus_fd, ctl_fd; /* owned: listening */
	int waiter;	    /* owned: who waits for a suspend or a resume; -1 */
};

/* "ok" or "error: ..." on the first line, what a command tells below it. */
static void waiter_answer(struct server *s, int r)
{
	if (s->waiter < 0)
		return;
	if (r < 0)
		(void)dprintf(s->waiter, "error: %s\n", strerror(-r));
	else
		(void)dprintf(s->waiter, "ok\n");
	(void)close(s->waiter);
	s->waiter = -1;
}

static int resume(struct server *s, const char *arg)
{
	uint64_t domid;

	if (!arg || io_parse_u64(arg, FAKEXEN_DOMAINS - 1, &domid) < 0)
		return -EINVAL;
	if (!s->bus.suspended || !bus_is_idle(&s->bus))
		return -EBUSY;
	return bus_resume(&s->bus, (unsigned)domid);
}

/* 1: the answer comes when the bus is idle. */
static int command(struct server *s, FILE *out, char *line)
{
	char *verb = strtok(line, " "), *arg = strtok(NULL, " ");
	int r = 0;

	if (!verb)
		return -EINVAL;
	if (strcmp(verb, "wait") == 0)
		return 0;
	if (strcmp(verb, "stats") == 0) {
		bus_print_stats(&s->bus, out);
	} else if (strcmp(verb, "reset") == 0) {
		bus_reset_stats(&s->bus);
	} else if (strcmp(verb, "log") == 0) {
		r = bus_log_to(&s->bus, arg);
	} else if (strcmp(verb, "suspend") == 0) {
		bus_suspend(&s->bus);
		r = 1;
	} else if (strcmp(verb, "resume") == 0) {
		r = resume(s, arg);
		r = r < 0 ? r : 1;
	} else if (strcmp(verb, "cancel") == 0) {
		bus_cancel(&s->bus);
	} else {
		r = -EINVAL;
	}
	return r;
}

static void serve_command(struct server *s, int accepted)
{
	autoclose int fd = accepted;
	autofree char *text = NULL;
	char line[COMMAND_MAX] = "";
	size_t text_len;
	FILE *out;
	ssize_t n;
	int r;

	n = read(fd, line, sizeof(line) - 1); /* the other side writes it at once */
	if (n <= 0)
		return;
	line[strcspn(line, "\n")] = '\0';
	out = open_memstream(&text, &text_len);
	if (!out)
		return;
	r = command(s, out, line);
	(void)fclose(out);
	if (r > 0) {
		waiter_answer(s, -EBUSY);
		s->waiter = steal_fd(&fd);
	} else if (r < 0) {
		(void)dprintf(fd, "error: %s\n", strerror(-r));
	} else {
		(void)dprintf(fd, "ok\n%s", text);
	}
}

static unsigned poll_set(struct server *s, struct pollfd *p, struct client **who)
{
	unsigned n = 0;

	p[n++] = (struct pollfd){ .fd = s->bus.ring.notify_fd, .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = s->bus_fd, .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = s->ctl_fd, .events = POLLIN };
	for (struct client *c = s->bus.clients; c && n < POLL_MAX; c = c->next) {
		short events = bus_client_may_read(&s->bus, c) ? POLLIN : 0;

		if (c->out_len > 0)
			events |= POLLOUT;
		if (c->fd < 0 || events == 0)
			continue;
		who[n] = c;
		p[n++] = (struct pollfd){ .fd = c->fd, .events = events };
	}
	return n;
}

static int serve_once(struct server *s)
{
	struct pollfd p[POLL_MAX];
	struct client *who[POLL_MAX];
	unsigned n = poll_set(s, p, who);
	int fd, r;

	if (poll(p, n, -1) < 0)
		return errno == EINTR ? 0 : -errno;
	for (unsigned i = 3; i < n; i++)
		if (p[i].revents & (POLLIN | POLLHUP | POLLERR))
			bus_client_readable(&s->bus, who[i]);
	if (p[1].revents) {
		fd = accept4(s->bus_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			(void)bus_add_client(&s->bus, fd);
	}
	if (p[2].revents) {
		fd = accept4(s->ctl_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			serve_command(s, fd);
	}
	r = bus_work(&s->bus);
	if (bus_is_idle(&s->bus))
		waiter_answer(s, 0);
	return r;
}

static int serve(const char *dir, const char *domid_text, const char *path)
{
	struct server s = { .bus_fd = -1, .ctl_fd = -1, .waiter = -1 };
	uint64_t domid;
	int r;

	if (io_parse_u64(domid_text, FAKEXEN_DOMAINS - 1, &domid) < 0) {
		log_error("not a domid: '%s'", domid_text);
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	(void)signal(SIGPIPE, SIG_IGN);
	r = bus_init(&s.bus, dir, (unsigned)domid);
	if (r < 0) {
		log_error("dom%u in '%s': %s", (unsigned)domid, dir, strerror(-r));
		return 1;
	}
	s.bus_fd = listen_at(path, "");
	s.ctl_fd = listen_at(path, ".ctl");
	if (s.bus_fd < 0 || s.ctl_fd < 0) {
		log_error("cannot listen at '%s': %s", path,
			  strerror(s.bus_fd < 0 ? -s.bus_fd : -s.ctl_fd));
		return 1;
	}
	do
		r = serve_once(&s);
	while (r >= 0);
	log_error("dom%u: %s", s.bus.domid, strerror(-r));
	return 1;
}

/* ---- ctl ---- */

static int ctl_connect(const char *path, bool wait)
{
	struct sockaddr_un addr = { 0 };
	uint64_t end = io_now_ms() + WAIT_MS;
	const struct timespec pause = { .tv_nsec = 1000000 };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = socket_address(&addr, path, ".ctl");

	if (fd < 0 || r < 0)
		return fd < 0 ? -errno : r;
	while (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		if (!wait || (errno != ENOENT && errno != ECONNREFUSED) ||
		    io_now_ms() > end)
			return -errno;
		(void)nanosleep(&pause, NULL);
	}
	return steal_fd(&fd);
}

static int ctl(const char *path, int argc, char *argv[])
{
	autoclose int fd = ctl_connect(path, strcmp(argv[0], "wait") == 0);
	autofree char *answer = NULL;
	char line[COMMAND_MAX];
	int n, r;

	if (fd < 0) {
		log_error("cannot reach '%s.ctl': %s", path, strerror(-fd));
		return 1;
	}
	n = snprintf(line, sizeof(line), "%s %s\n", argv[0], argc > 1 ? argv[1] : "");
	if (n >= (int)sizeof(line)) {
		log_error("command too long: '%s'", argv[0]);
		return 2;
	}
	r = io_write_all(fd, line, (size_t)n);
	if (r == 0)
		r = io_read_limited(fd, 65536, &answer, NULL);
	if (r == 0 && answer && strncmp(answer, "ok\n", 3) == 0) {
		(void)fputs(answer + 3, stdout);
		return 0;
	}
	if (answer)
		answer[strcspn(answer, "\n")] = '\0';
	log_error("%s: %s", argv[0], answer ? answer : strerror(-r));
	return 1;
}

int main(int argc, char *argv[])
{
	log_open("xenbus", false, false);
	if (argc == 5 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2], argv[3], argv[4]);
	if ((argc == 4 || argc == 5) && strcmp(argv[1], "ctl") == 0)
		return ctl(argv[2], argc - 3, argv + 3);
	return usage();
}
