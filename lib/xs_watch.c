/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/xs_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>
#include <xenstore.h>
#include <xenstore_lib.h>

#include "lib/cleanup.h"
#include "lib/unix_socket.h"

#define TOKEN "w" /* there is one watch to a connection: the token says nothing */

struct xs_watch {
	int fd;	    /* owned, not blocking */
	size_t got; /* bytes of the present message, header included */
	struct xsd_sockmsg header;
	char body[XENSTORE_PAYLOAD_MAX + 1]; /* and a NUL */
};

/* XENSTORED_PATH may name either; ENOTSOCK and ECONNREFUSED are connect()'s words for
 * what is no listening socket. */
static int open_either(const char *path)
{
	int r = unix_connect(path, SOCK_STREAM);

	if (r != -ECONNREFUSED && r != -ENOTSOCK)
		return r;
	r = open(path, O_RDWR | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

/* In libxenstore's order: XENSTORED_PATH or the daemon's socket, then the devices. */
static int open_store(void)
{
	static const char *const devices[] = { "/dev/xen/xenbus", "/proc/xen/xenbus" };
	const char *path = xs_daemon_socket();
	int fd = path ? open_either(path) : -ENOENT;

	for (size_t i = 0; fd < 0 && !getenv("XENSTORED_PATH") &&
			   i < sizeof(devices) / sizeof(*devices);
	     i++) {
		fd = open(devices[i], O_RDWR | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	}
	return fd;
}

/* In one write(): the kernel answers it when the request is whole. */
static int request(int fd, const char *path)
{
	struct {
		struct xsd_sockmsg header;
		char body[XENSTORE_ABS_PATH_MAX + sizeof(TOKEN)];
	} m = { .header.type = XS_WATCH };
	size_t n = strlen(path) + 1;
	ssize_t sent;

	if (n > XENSTORE_ABS_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(m.body, path, n);
	memcpy(m.body + n, TOKEN, sizeof(TOKEN));
	m.header.len = (uint32_t)(n + sizeof(TOKEN));
	n = sizeof(m.header) + m.header.len;
	sent = send(fd, &m, n, MSG_NOSIGNAL);
	if (sent < 0 && errno == ENOTSOCK)
		sent = write(fd, &m, n);
	if (sent < 0)
		return -errno;
	return (size_t)sent == n ? 0 : -EPIPE;
}

int xs_watch_new(const char *path, struct xs_watch **ret_watch)
{
	autoclose int fd = open_store();
	struct xs_watch *w;
	int r = fd < 0 ? fd : request(fd, path);

	if (r < 0)
		return r;
	if (fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return -errno;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->fd = steal_fd(&fd);
	*ret_watch = w;
	return 0;
}

void xs_watch_free(struct xs_watch *w)
{
	if (!w)
		return;
	cleanup_close(&w->fd);
	free(w);
}

int xs_watch_fd(const struct xs_watch *w)
{
	return w->fd;
}

/* Read towards @want bytes at @buf, of which @have are there.  1: complete. */
static int fill(struct xs_watch *w, void *buf, size_t have, size_t want)
{
	while (have < want) {
		ssize_t n = read(w->fd, (char *)buf + have, want - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n == 0)
			return -EPIPE;
		have += (size_t)n;
		w->got += (size_t)n;
	}
	return 1;
}

/* One message, never a byte of the next: what is not read keeps the descriptor readable.
 */
static int read_message(struct xs_watch *w)
{
	int r = 1;

	if (w->got < sizeof(w->header))
		r = fill(w, &w->header, w->got, sizeof(w->header));
	if (r <= 0)
		return r;
	if (w->header.len > XENSTORE_PAYLOAD_MAX)
		return -EBADMSG;
	r = fill(w, w->body, w->got - sizeof(w->header), w->header.len);
	if (r <= 0)
		return r;
	w->body[w->header.len] = '\0';
	w->got = 0;
	return 1;
}

static int error_number(const char *name)
{
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(*xsd_errors); i++)
		if (strcmp(xsd_errors[i].errstring, name) == 0)
			return -xsd_errors[i].errnum;
	return -EINVAL; /* as libxenstore takes names it does not know */
}

int xs_watch_next(struct xs_watch *w, char **ret_path)
{
	int r;

	while ((r = read_message(w)) > 0) {
		switch (w->header.type) {
		case XS_WATCH: /* the reply */
			break;
		case XS_WATCH_EVENT:
			*ret_path = strdup(w->body);
			return *ret_path ? 1 : -ENOMEM;
		case XS_ERROR:
			return error_number(w->body);
		default:
			return -EBADMSG;
		}
	}
	return r;
}
