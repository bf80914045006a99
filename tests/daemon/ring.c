/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/daemon/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include "lib/cleanup.h"
#include "tests/daemon/fakexen.h"

#define RING_BYTES 4096 /* one page */

static int open_part(const char *dir, unsigned domid, const char *kind, int flags)
{
	char path[PATH_MAX];
	int fd;

	if (kind)
		(void)snprintf(path, sizeof(path), "%s/dom%u.%s", dir, domid, kind);
	else
		(void)snprintf(path, sizeof(path), "%s/evtchn", dir);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ring_open(struct ring *ring, const char *dir, unsigned domid)
{
	autoclose int page_fd = open_part(dir, domid, "ring", O_RDWR);
	autoclose int notify_fd = -1, evtchn_fd = -1;
	void *page;

	if (page_fd < 0)
		return page_fd == -ENOENT ? -ESRCH : page_fd;
	/* both for reading and writing: never an end of file */
	notify_fd = open_part(dir, domid, "notify", O_RDWR | O_NONBLOCK);
	if (notify_fd < 0)
		return notify_fd;
	evtchn_fd = open_part(dir, 0, NULL, O_RDWR);
	if (evtchn_fd < 0)
		return evtchn_fd;
	page = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	ring->page = page;
	ring->notify_fd = steal_fd(&notify_fd);
	ring->evtchn_fd = steal_fd(&evtchn_fd);
	ring->port = FAKEXEN_PORT_BASE + domid;
	return 0;
}

void ring_close(struct ring *ring)
{
	if (!ring->page)
		return;
	(void)munmap(ring->page, RING_BYTES);
	(void)close(ring->notify_fd);
	(void)close(ring->evtchn_fd);
	ring->page = NULL;
	ring->notify_fd = ring->evtchn_fd = -1;
}

size_t ring_write(struct ring *ring, const void *data, size_t len)
{
	struct xenstore_domain_interface *page = ring->page;
	uint32_t prod = page->req_prod;
	uint32_t cons = __atomic_load_n(&page->req_cons, __ATOMIC_ACQUIRE);
	size_t room = XENSTORE_RING_SIZE - (prod - cons);
	size_t n = len < room ? len : room;
	const char *from = data;

	for (size_t i = 0; i < n; i++)
		page->req[MASK_XENSTORE_IDX(prod + i)] = from[i];
	__atomic_store_n(&page->req_prod, prod + (uint32_t)n, __ATOMIC_RELEASE);
	return n;
}

size_t ring_read(struct ring *ring, void *data, size_t max)
{
	struct xenstore_domain_interface *page = ring->page;
	uint32_t cons = page->rsp_cons;
	uint32_t prod = __atomic_load_n(&page->rsp_prod, __ATOMIC_ACQUIRE);
	size_t n = prod - cons < max ? prod - cons : max;
	char *to = data;

	for (size_t i = 0; i < n; i++)
		to[i] = page->rsp[MASK_XENSTORE_IDX(cons + i)];
	__atomic_store_n(&page->rsp_cons, cons + (uint32_t)n, __ATOMIC_RELEASE);
	return n;
}

int ring_notify(const struct ring *ring)
{
	ssize_t n = write(ring->evtchn_fd, &ring->port, sizeof(ring->port));

	return n < 0 ? -errno : 0;
}

void ring_acknowledge(const struct ring *ring)
{
	char buf[256];

	while (read(ring->notify_fd, buf, sizeof(buf)) == sizeof(buf))
		;
}
