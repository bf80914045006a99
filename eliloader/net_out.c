/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/net.h"
#include "lib/io.h"

#define FLUSH_MS   500	       /* a slow transfer is seen to go on */
#define FIRST_ROOM (16 * 1024) /* of a file in memory */

void net_out_wire(struct net_out *o, int wire, unsigned stream, uint64_t max)
{
	*o = (struct net_out){ .wire = wire, .stream = stream, .max = max };
}

void net_out_memory(struct net_out *o, uint64_t max)
{
	net_out_wire(o, -1, 0, max);
}

void net_out_done(struct net_out *o)
{
	free(o->buf);
	o->buf = NULL;
}

/* Room for @len bytes more and a NUL, where all is kept; one chunk where not. */
static int make_room(struct net_out *o, size_t len)
{
	size_t want = o->room ? o->room : FIRST_ROOM;
	char *more;

	if (o->wire >= 0)
		want = WIRE_CHUNK;
	while (o->wire < 0 && want < o->used + len + 1)
		want *= 2;
	if (want == o->room)
		return 0;
	more = realloc(o->buf, want);
	if (!more)
		return -ENOMEM;
	o->buf = more;
	o->room = want;
	return 0;
}

int net_out_flush(struct net_out *o)
{
	int r = 0;

	if (o->wire < 0)
		return 0;
	if (o->used > 0)
		r = wire_send(o->wire, WIRE_DATA, o->stream, o->buf, o->used);
	o->used = 0;
	o->flushed_ms = io_now_ms();
	return r < 0 ? -EPIPE : 0;
}

/* Whole chunks go out at once; what is less waits for more, but not long. */
static int add_part(struct net_out *o, const char **data, size_t *len)
{
	size_t part = *len;

	if (o->wire >= 0 && part > o->room - o->used)
		part = o->room - o->used;
	memcpy(o->buf + o->used, *data, part);
	o->used += part;
	*data += part;
	*len -= part;
	return o->wire >= 0 && o->used == o->room ? net_out_flush(o) : 0;
}

int net_out_add(struct net_out *o, const void *data, size_t len)
{
	const char *p = data;
	int r;

	if (len > o->max - o->len)
		return -EFBIG;
	r = make_room(o, len);
	o->len += len;
	while (r == 0 && len > 0)
		r = add_part(o, &p, &len);
	if (r == 0 && o->wire >= 0 && io_now_ms() - o->flushed_ms > FLUSH_MS)
		r = net_out_flush(o);
	return r;
}

int net_out_restart(struct net_out *o)
{
	if (o->len == 0)
		return 0;
	o->len = o->used = 0;
	if (o->wire < 0)
		return 0;
	return wire_send(o->wire, WIRE_RESTART, o->stream, NULL, 0) < 0 ? -EPIPE : 0;
}
