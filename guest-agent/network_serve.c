/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/network_serve.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest-agent/netconf.h"
#include "guest-agent/network_wire.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

/* A back end may come later than its client, at boot or when it is installed: then an
 * administrator waits for it. */
#define PROBE_AGAIN_MS	   5000
#define PROBE_AGAIN_MAX_MS 600000
#define ACCEPT_AGAIN_MS	   100 /* after a failure, such as too many open files */

struct server {
	int listen_fd; /* borrowed */
	int signals;   /* borrowed */
	int client;    /* owned; -1: none */
	bool until_idle;
	uint64_t idle_at_ms;  /* since when there is no client */
	bool usable;	      /* what the client was told last */
	uint64_t probe_at_ms; /* to look again; counts while not usable */
	uint64_t probe_ms;    /* the present pause */
};

static void hang_up(struct server *s, const char *why)
{
	static struct log_limit limit = { .burst = 5, .interval_ms = 600 * 1000 };

	if (why)
		log_limited(&limit, LOG_LEVEL_WARNING, "the agent's connection ends: %s",
			    why);
	else
		log_debug("the agent has gone");
	close_fd(&s->client);
	s->idle_at_ms = io_now_ms();
}

/* A client that does not take what it asked for is none. */
static void tell(struct server *s, const void *message, size_t len)
{
	ssize_t n = send(s->client, message, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n != (ssize_t)len)
		hang_up(s, n < 0 ? strerror(errno) : "a message was cut");
}

/* ---- OFFER ---- */

/* @anyway: also what the client was told last. */
static void offer(struct server *s, bool anyway)
{
	char backend[NETCONF_BACKEND_MAX], why[NETCONF_WHY_MAX] = "";
	struct network_offer m;
	bool usable = netconf_probe(backend, sizeof(backend), why, sizeof(why)) >= 0;

	if (usable == s->usable && !anyway)
		return;
	s->usable = usable;
	if (usable)
		log_info("addresses can be set, through %s", backend);
	else
		log_debug("addresses cannot be set: %s", why);
	network_wire_put_offer(usable ? backend : NULL, why, &m);
	tell(s, &m, sizeof(m));
}

static void probe_after(struct server *s, uint64_t pause_ms)
{
	s->probe_ms = pause_ms > PROBE_AGAIN_MAX_MS ? PROBE_AGAIN_MAX_MS : pause_ms;
	s->probe_at_ms = io_now_ms() + s->probe_ms;
}

static void offer_again(struct server *s)
{
	probe_after(s, s->probe_ms * 2);
	offer(s, false);
}

/* ---- a client ---- */

static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       len == sizeof(peer) && peer.uid == geteuid();
}

static void take_client(struct server *s)
{
	static struct log_limit limit = { .burst = 5, .interval_ms = 600 * 1000 };
	autoclose int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) { /* and it waits still */
		log_limited(&limit, LOG_LEVEL_WARNING, "cannot take a connection: %s",
			    strerror(errno));
		(void)poll(NULL, 0, ACCEPT_AGAIN_MS); /* a shorter pause is fine */
		return;
	}
	if (!is_ours(fd)) {
		log_limited(&limit, LOG_LEVEL_WARNING,
			    "a connection of another user is refused");
		return;
	}
	log_debug("an agent has come");
	s->client = steal_fd(&fd);
	probe_after(s, PROBE_AGAIN_MS);
	offer(s, true);
}

/* That the guest decides is said of every interface at every boot. */
static bool sets_something(const struct netconf *want)
{
	return want->v4.mode == NETCONF_STATIC || want->v4.mode == NETCONF_AUTO ||
	       want->v6.mode == NETCONF_STATIC || want->v6.mode == NETCONF_AUTO;
}

static void apply(struct server *s, uint32_t id, const struct netconf *want)
{
	char why[NETCONF_WHY_MAX] = "";
	struct network_result m;
	int r = netconf_apply(want, why, sizeof(why));

	if (r < 0)
		log_warning("cannot set addresses of %s: %s", want->ifname, why);
	else if (sets_something(want))
		log_info("addresses of %s are as the host wants them", want->ifname);
	network_wire_put_result(id, r < 0 ? r : 0, why, &m);
	tell(s, &m, sizeof(m));
	if (r == -EOPNOTSUPP && s->client >= 0) { /* for no other interface, either? */
		probe_after(s, PROBE_AGAIN_MS);
		offer(s, false);
	}
}

static const struct netconf *by_host(struct netconf *want)
{
	want->v4.by_host = want->v6.by_host = true;
	return want;
}

static void hear_client(struct server *s)
{
	union network_message m;
	ssize_t n = recv(s->client, &m, sizeof(m), MSG_DONTWAIT | MSG_TRUNC);
	struct netconf want;
	const char *why;
	uint32_t id;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		hang_up(s, n < 0 && errno != ECONNRESET ? strerror(errno) : NULL);
	else if (network_wire_get_apply(&m, (size_t)n, &id, &want, &why) < 0)
		hang_up(s, why);
	else
		apply(s, id, by_host(&want));
}

/* ---- the loop ---- */

/* When something is to be done without an event; UINT64_MAX: never. */
static uint64_t wake_at_ms(const struct server *s)
{
	if (s->client >= 0)
		return s->usable ? UINT64_MAX : s->probe_at_ms;
	return s->until_idle ? s->idle_at_ms + NETWORK_IDLE_MS : UINT64_MAX;
}

/* 1: the end.  Who waits to be the next client does so in the queue of the socket. */
static int turn(struct server *s)
{
	struct pollfd p[] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = s->client >= 0 ? s->client : s->listen_fd, .events = POLLIN },
	};
	uint64_t at_ms = wake_at_ms(s);
	int n = poll(p, 2, io_wait_ms(at_ms));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[0].revents)
		return 1;
	if (p[1].revents && s->client >= 0)
		hear_client(s);
	else if (p[1].revents)
		take_client(s);
	else if (io_now_ms() >= at_ms && s->client >= 0)
		offer_again(s);
	else if (io_now_ms() >= at_ms)
		return 1;
	return 0;
}

int network_serve(int listen_fd, int signals, bool until_idle)
{
	struct server s = { .listen_fd = listen_fd,
			    .signals = signals,
			    .client = -1,
			    .until_idle = until_idle,
			    .idle_at_ms = io_now_ms() };
	int r = 0;

	while (r == 0)
		r = turn(&s);
	cleanup_close(&s.client);
	if (r < 0)
		log_error("cannot wait for the agent: %s", strerror(-r));
	return r < 0 ? r : 0;
}
