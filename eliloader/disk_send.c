/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_send.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/wire.h"
#include "eliloader/worker_side.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define PAD 4 /* the kernel finds each archive at a multiple of it */

/* The files of one stream, read one after the other. */
struct stream {
	unsigned number; /* enum wire_stream */
	const struct boot_path *file;
	size_t count, at; /* files; the one that is read, or @count: all were */
	uint64_t max, total;
	struct disk_run run; /* owned */
	uint64_t size, len;  /* of that file; what came of it */
	uint64_t stall_ms;   /* on io_now_ms(): until then a byte must come */
};

struct sending {
	struct disk_fs *d;
	int wire;
	char *chunk; /* WIRE_CHUNK bytes */
	struct stream stream[STREAMS];
};

static bool is_done(const struct stream *s)
{
	return s->at == s->count;
}

static int begin_file(struct sending *g, struct stream *s)
{
	s->len = 0;
	s->stall_ms = io_now_ms() + DISK_STREAM_STALL_S * 1000ULL;
	if (is_done(s))
		return wire_send(g->wire, WIRE_END, s->number, NULL, 0);
	return disk_fs_begin(g->d, &s->file[s->at], s->max - s->total, &s->run, &s->size);
}

static int send_bytes(struct sending *g, struct stream *s, const void *data, size_t len)
{
	if (s->size == DISK_SIZE_UNKNOWN && len > s->max - s->total)
		return disk_fs_fail(
			g->d, -EFBIG, "'%s' has more than %llu bytes",
			s->file[s->at].path,
			(unsigned long long)(s->max - (s->total + len - s->len)));
	if (s->len > s->size || len > s->max - s->total)
		return disk_fs_fail(g->d, -EIO, "'%s' is larger than it seemed",
				    s->file[s->at].path);
	s->total += len;
	return worker_send_data(g->wire, s->number, data, len);
}

static int end_file(struct sending *g, struct stream *s)
{
	static const char zeros[PAD] = "";
	int r = disk_fs_end(g->d, &s->file[s->at], &s->run, s->size, s->len);

	s->at++;
	if (r == 0 && !is_done(s) && s->total % PAD != 0)
		r = send_bytes(g, s, zeros, PAD - s->total % PAD);
	return r == 0 ? begin_file(g, s) : r;
}

/* What has come of it goes on; after its end, the next file. */
static int go_on(struct sending *g, struct stream *s)
{
	size_t len = 0;
	int r = disk_run_read(&s->run, g->chunk, WIRE_CHUNK, &len);

	s->len += len;
	if (len > 0)
		s->stall_ms = io_now_ms() + DISK_STREAM_STALL_S * 1000ULL;
	if (r == 0 && len > 0)
		r = send_bytes(g, s, g->chunk, len);
	if (r == 0 && s->run.out < 0)
		r = end_file(g, s);
	return r;
}

static uint64_t end_of(const struct stream *s)
{
	return s->stall_ms < s->run.end_ms ? s->stall_ms : s->run.end_ms;
}

/* Until one of them says something; the first end is that of all. */
static int wait_for_any(struct sending *g, struct pollfd p[2 * STREAMS])
{
	uint64_t now = io_now_ms(), left = DISK_STREAM_MAX_S * 1000;
	int n;

	for (unsigned i = 0; i < STREAMS; i++) {
		const struct stream *s = &g->stream[i];
		uint64_t end = is_done(s) ? UINT64_MAX : end_of(s);

		p[2 * i] = (struct pollfd){ is_done(s) ? -1 : s->run.out, POLLIN, 0 };
		p[2 * i + 1] = (struct pollfd){ is_done(s) ? -1 : s->run.err, POLLIN, 0 };
		if (end < now + left)
			left = end > now ? end - now : 0;
	}
	n = poll(p, 2 * STREAMS, (int)left);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n == 0 ? disk_fs_fail(g->d, -ETIMEDOUT,
				     "the disk gives no more bytes, or too slowly")
		      : 0;
}

static int run(struct sending *g)
{
	struct pollfd p[2 * STREAMS];
	int r = 0;

	for (unsigned i = 0; i < STREAMS && r == 0; i++)
		if (g->stream[i].count > 0)
			r = begin_file(g, &g->stream[i]);
	while (r == 0 && !(is_done(&g->stream[0]) && is_done(&g->stream[1]))) {
		r = wait_for_any(g, p);
		for (unsigned i = 0; i < STREAMS && r == 0; i++)
			if (p[2 * i].revents || p[2 * i + 1].revents)
				r = go_on(g, &g->stream[i]);
	}
	return r;
}

int disk_send(struct disk_fs *d, const struct disk_wanted *wanted, int wire)
{
	autofree char *chunk = malloc(WIRE_CHUNK);
	struct sending g = { .d = d, .wire = wire, .chunk = chunk };
	int r;

	if (!chunk)
		return -ENOMEM;
	g.stream[STREAM_KERNEL] = (struct stream){ .number = STREAM_KERNEL,
						   .file = &wanted->kernel,
						   .count = 1,
						   .max = wanted->kernel_max };
	g.stream[STREAM_RAMDISK] = (struct stream){ .number = STREAM_RAMDISK,
						    .file = wanted->ramdisk,
						    .count = wanted->ramdisk_count,
						    .max = wanted->ramdisk_max };
	for (unsigned i = 0; i < STREAMS; i++)
		disk_run_init(&g.stream[i].run);
	r = run(&g);
	/* after a failure they are left to die with us */
	if (r < 0 && !*d->error)
		(void)disk_fs_fail(d, r, "%s", strerror(-r));
	return r;
}
