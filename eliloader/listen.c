/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state machine of worker_listen(): every message is looked at before anything is done
 * with it, and one that is malformed or out of its place ends the listening.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/distros.h"
#include "eliloader/worker.h"
#include "lib/cleanup.h"
#include "lib/log.h"

struct listener {
	const struct worker_handler *h;
	int fd;
	bool offered;	       /* OFFER has come and GO was sent */
	bool told;	       /* KERNEL, DIGESTS or REPORT has come */
	bool begun;	       /* a file has begun */
	struct wire_go wanted; /* what GO asked for */
	bool metadata[2];      /* STREAM_SUMS, STREAM_INRELEASE have come */
	unsigned notes, restarts[STREAMS];
	uint8_t *chunk; /* owned: WIRE_CHUNK bytes, the only large buffer */
	bool ended;	/* DONE has come */
	struct wire_done done;
};

/* ---- what a struct from a worker may hold ---- */

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}
#define IS_TEXT(array) is_text(array, sizeof(array))

static bool good_file(const struct wire_offer_file *f)
{
	return IS_TEXT(f->path) && IS_TEXT(f->validator) && f->sha256_known <= 1;
}

static bool good_offer(const struct wire_offer *o)
{
	for (unsigned i = 0; i < STREAMS; i++)
		if (!good_file(&o->file[i]))
			return false;
	return o->file[STREAM_KERNEL].path[0] != '\0' && o->media < MEDIA_KINDS &&
	       o->sums < SUMS_KINDS && IS_TEXT(o->release) && IS_TEXT(o->sums_path);
}

static bool good_kernel(const struct wire_kernel *k)
{
	return k->payload < PAYLOAD_KINDS && k->bzimage <= 1 && k->pv <= 1 &&
	       k->phys32 <= 1 && k->pvh <= 1 && k->xen_known <= 1 &&
	       (k->bits == 0 || k->bits == 32 || k->bits == 64) && IS_TEXT(k->guest_os) &&
	       IS_TEXT(k->release);
}

static bool good_digests(const struct wire_digests *d)
{
	for (unsigned i = 0; i < STREAMS; i++)
		if (d->known[i] > 1)
			return false;
	return true;
}

static bool good_note(const struct wire_note *n)
{
	return n->level <= NOTE_WARNING && IS_TEXT(n->text);
}

static bool good_done(const struct wire_done *d)
{
	return d->result < RESULTS && IS_TEXT(d->text);
}

/* ---- one function per message ---- */

/* A message that is one struct, and of no stream. */
static int receive_struct(struct listener *l, const struct wire_header *m, void *to,
			  size_t size)
{
	if (m->len != size || m->stream != 0)
		return -EBADMSG;
	return wire_receive_body(l->fd, to, size);
}

static int take_metadata(struct listener *l, const struct wire_header *m)
{
	autofree char *data = NULL;
	unsigned which = m->stream - STREAM_SUMS;
	int r;

	if (!l->h->metadata || l->offered || m->stream < STREAM_SUMS ||
	    m->stream > STREAM_INRELEASE || l->metadata[which] || m->len > METADATA_MAX)
		return -EBADMSG;
	l->metadata[which] = true;
	data = malloc(m->len + 1);
	if (!data)
		return -ENOMEM;
	data[m->len] = '\0';
	r = wire_receive_body(l->fd, data, m->len);
	return r < 0 ? r : l->h->metadata(l->h->arg, m->stream, data, m->len);
}

/* Is there a place for what GO asks for? */
static int check_go(const struct listener *l, const struct wire_offer *offer)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		const struct sink *s = l->h->sinks + i;

		if (!l->wanted.wanted[i])
			continue;
		if (!l->h->sinks || s->fd < 0 || offer->file[i].path[0] == '\0')
			return -EBADF;
		if (offer->file[i].size > s->max)
			return -EFBIG;
	}
	return 0;
}

static int take_offer(struct listener *l, const struct wire_header *m)
{
	struct wire_offer offer;
	int r;

	if (!l->h->offer || l->offered)
		return -EBADMSG;
	r = receive_struct(l, m, &offer, sizeof(offer));
	if (r == 0 && !good_offer(&offer))
		r = -EBADMSG;
	if (r == 0)
		r = l->h->offer(l->h->arg, &offer, &l->wanted);
	if (r >= 0)
		r = check_go(l, &offer);
	if (r < 0)
		return r;
	l->offered = true;
	return wire_send(l->fd, WIRE_GO, 0, &l->wanted, sizeof(l->wanted));
}

static int take_kernel(struct listener *l, const struct wire_header *m)
{
	struct wire_kernel kernel;
	int r;

	if (!l->h->kernel || l->h->offer || l->told || l->begun)
		return -EBADMSG;
	l->told = true;
	r = receive_struct(l, m, &kernel, sizeof(kernel));
	if (r == 0 && !good_kernel(&kernel))
		r = -EBADMSG;
	return r < 0 ? r : l->h->kernel(l->h->arg, &kernel);
}

static int take_digests(struct listener *l, const struct wire_header *m)
{
	struct wire_digests digests;
	int r;

	if (!l->h->digests || l->h->offer || l->told || l->begun)
		return -EBADMSG;
	l->told = true;
	r = receive_struct(l, m, &digests, sizeof(digests));
	if (r == 0 && !good_digests(&digests))
		r = -EBADMSG;
	return r < 0 ? r : l->h->digests(l->h->arg, &digests);
}

static size_t count_lines(const char *text, size_t len)
{
	size_t lines = 0;

	for (const char *p = text; (p = memchr(p, '\n', len - (size_t)(p - text))); p++)
		lines++;
	return lines;
}

/* The lines are bounded, since those of a tree that come out of order cost the square. */
static int take_report(struct listener *l, const struct wire_header *m)
{
	autofree char *text = NULL;
	autotree struct tree tree = { 0 };
	size_t line;
	int r;

	if (!l->h->report || l->told || m->stream != 0 || m->len > REPORT_MAX)
		return -EBADMSG;
	l->told = true;
	text = malloc(m->len + 1);
	if (!text)
		return -ENOMEM;
	text[m->len] = '\0';
	r = wire_receive_body(l->fd, text, m->len);
	if (r == 0 && count_lines(text, m->len) > WORKER_REPORT_LINES)
		r = -EBADMSG;
	if (r == 0)
		r = tree_scan(text, m->len, &tree, &line);
	if (r == 0)
		r = l->h->report(l->h->arg, &tree);
	l->done.result = RESULT_OK;
	l->ended = true;
	return r;
}

/* The sink that a message of a file is for; NULL: none is expected. */
static struct sink *sink_of(struct listener *l, const struct wire_header *m)
{
	struct sink *s;

	if (m->stream >= STREAMS || !l->h->sinks)
		return NULL;
	if (l->h->report ||
	    (l->h->offer && (!l->offered || !l->wanted.wanted[m->stream])))
		return NULL;
	s = &l->h->sinks[m->stream];
	l->begun = true;
	return s->fd < 0 || s->whole ? NULL : s;
}

static int take_data(struct listener *l, const struct wire_header *m)
{
	struct sink *s = sink_of(l, m);
	int r;

	if (!s || m->len == 0 || m->len > WIRE_CHUNK)
		return -EBADMSG;
	if (!l->chunk)
		l->chunk = malloc(WIRE_CHUNK);
	if (!l->chunk)
		return -ENOMEM;
	r = wire_receive_body(l->fd, l->chunk, m->len);
	if (r == 0)
		r = sink_add(s, l->chunk, m->len);
	if (r == 0 && l->h->progress)
		l->h->progress(l->h->arg);
	return r;
}

static int take_restart(struct listener *l, const struct wire_header *m)
{
	struct sink *s = sink_of(l, m);

	if (!s || !l->h->offer || m->len != 0 ||
	    l->restarts[m->stream]++ >= WORKER_RESTARTS)
		return -EBADMSG;
	return sink_restart(s);
}

static int take_end(struct listener *l, const struct wire_header *m)
{
	struct sink *s = sink_of(l, m);

	if (!s || m->len != 0)
		return -EBADMSG;
	s->whole = true;
	return 0;
}

static void log_note(const struct wire_note *note)
{
	static const enum log_level levels[] = { [NOTE_DEBUG] = LOG_LEVEL_DEBUG,
						 [NOTE_INFO] = LOG_LEVEL_INFO,
						 [NOTE_WARNING] = LOG_LEVEL_WARNING };

	log_msg(levels[note->level], "%s", note->text);
}

static int take_note(struct listener *l, const struct wire_header *m)
{
	struct wire_note note;
	int r;

	if (l->notes++ >= WORKER_NOTES)
		return -EBADMSG;
	r = receive_struct(l, m, &note, sizeof(note));
	if (r < 0)
		return r;
	if (!good_note(&note))
		return -EBADMSG;
	if (l->h->note)
		l->h->note(l->h->arg, &note);
	else
		log_note(&note);
	return 0;
}

/* May it say that all is well? */
static bool is_complete(const struct listener *l)
{
	if ((l->h->offer && !l->offered) || l->h->report)
		return false;
	for (unsigned i = 0; l->h->sinks && i < STREAMS; i++) {
		const struct sink *s = &l->h->sinks[i];
		bool due = l->h->offer	? l->wanted.wanted[i]
			   : l->h->pick ? s->fd >= 0
					: s->len > 0;

		if (due && !s->whole)
			return false;
	}
	return true;
}

static int take_done(struct listener *l, const struct wire_header *m)
{
	int r = receive_struct(l, m, &l->done, sizeof(l->done));

	if (r < 0)
		return r;
	if (!good_done(&l->done) || (l->done.result == RESULT_OK && !is_complete(l)))
		return -EBADMSG;
	l->ended = true;
	return 0;
}

static int take(struct listener *l, const struct wire_header *m)
{
	static int (*const takers[])(struct listener *, const struct wire_header *) = {
		[WIRE_METADATA] = take_metadata, [WIRE_OFFER] = take_offer,
		[WIRE_DATA] = take_data,	 [WIRE_RESTART] = take_restart,
		[WIRE_END] = take_end,		 [WIRE_KERNEL] = take_kernel,
		[WIRE_DIGESTS] = take_digests,	 [WIRE_NOTE] = take_note,
		[WIRE_DONE] = take_done,	 [WIRE_REPORT] = take_report,
	};
	int r = -EBADMSG;

	if (m->type < sizeof(takers) / sizeof(*takers) && takers[m->type])
		r = takers[m->type](l, m);
	if (r == -EBADMSG)
		log_debug("worker: message %u of stream %u with %llu bytes is malformed "
			  "or out of its place",
			  m->type, m->stream, (unsigned long long)m->len);
	return r;
}

int worker_listen(struct worker *w, const struct worker_handler *h,
		  struct wire_done *ret_done)
{
	struct listener l = { .h = h, .fd = w->fd };
	struct wire_header m;
	int r = 0;

	if (h->pick)
		r = wire_send(l.fd, WIRE_PICK, 0, h->pick, sizeof(*h->pick));
	if (r < 0)
		return r;
	do {
		/* the socket's own time-out is WORKER_SILENCE_S: no poll() is needed */
		r = wire_receive(l.fd, -1, &m);
		if (r == -ENODATA)
			r = -EPIPE;
		if (r == 0)
			r = take(&l, &m);
	} while (r >= 0 && !l.ended);
	free(l.chunk);
	if (r < 0)
		return r;
	*ret_done = l.done;
	return 0;
}
