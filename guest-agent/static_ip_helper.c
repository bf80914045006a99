/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/static_ip_helper.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest-agent/static_ip.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/unix_socket.h"

int static_ip_helper_open(struct static_ip_helper *h, const char *socket_path)
{
	int fd = unix_connect(socket_path, SOCK_SEQPACKET | SOCK_NONBLOCK);

	*h = (struct static_ip_helper){ .fd = -1 };
	if (fd < 0) {
		log_warning("addresses cannot be set by the host: cannot connect to "
			    "'%s': %s; start xe-guest-network, then this again",
			    socket_path, strerror(-fd));
		return fd;
	}
	h->fd = fd;
	return 0;
}

void static_ip_helper_close(struct static_ip_helper *h)
{
	close_fd(&h->fd);
	h->usable = h->busy = h->late = false;
}

/* The connection ends; -EPIPE, whatever the reason. */
static int give_up(struct static_ip_helper *h, const char *why)
{
	log_warning("addresses cannot be set by the host any more: %s; restart this when "
		    "xe-guest-network runs",
		    why);
	static_ip_helper_close(h);
	return -EPIPE;
}

bool static_ip_helper_is_free(const struct static_ip_helper *h)
{
	return h->fd >= 0 && h->usable && !h->busy;
}

int static_ip_helper_send(struct static_ip_helper *h, const struct netconf *want)
{
	struct network_apply m;
	ssize_t n;

	if (!static_ip_helper_is_free(h))
		return -EBUSY;
	network_wire_put_apply(++h->id, want, &m);
	n = send(h->fd, &m, sizeof(m), MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n != (ssize_t)sizeof(m))
		return give_up(h, n < 0 ? strerror(errno) : "a message was cut");
	h->busy = true;
	h->until_ms = io_now_ms() + STATIC_IP_RESULT_MS;
	return 0;
}

static void take_offer(struct static_ip_helper *h, const struct network_offer *m)
{
	h->usable = m->usable;
	if (m->usable)
		log_info("addresses can be set by the host, through %s", m->backend);
	else
		log_warning("addresses cannot be set by the host: %s", m->why);
}

/* 1: of the last request, and somebody waits for it. */
static int take_result(struct static_ip_helper *h, const struct network_result *m)
{
	bool late = h->late;

	if (!h->busy || m->id != h->id)
		return give_up(h, "it answered what was not asked");
	h->busy = h->late = false;
	if (late)
		log_info("xe-guest-network has answered after all");
	return late ? 0 : 1;
}

static int take_message(struct static_ip_helper *h, const union network_message *m,
			size_t len, struct network_result *ret)
{
	struct network_offer offer;
	const char *why;

	if (len >= sizeof(m->header) && m->header.type == NETWORK_RESULT) {
		if (network_wire_get_result(m, len, ret, &why) < 0)
			return give_up(h, why);
		return take_result(h, ret);
	}
	if (network_wire_get_offer(m, len, &offer, &why) < 0)
		return give_up(h, why);
	take_offer(h, &offer);
	return 0;
}

static int check_time(struct static_ip_helper *h)
{
	if (!h->busy || h->late || io_now_ms() < h->until_ms)
		return 0;
	h->late = true;
	return -ETIMEDOUT;
}

int static_ip_helper_hear(struct static_ip_helper *h, struct network_result *ret_result)
{
	union network_message m;
	ssize_t n;
	int r = 0;

	while (r == 0 && h->fd >= 0) {
		n = recv(h->fd, &m, sizeof(m), MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return check_time(h);
		if (n <= 0)
			return give_up(h, n < 0 ? strerror(errno)
						: "xe-guest-network has ended");
		r = take_message(h, &m, (size_t)n, ret_result);
	}
	return r;
}
