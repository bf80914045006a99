/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - eliloader's side of a worker: start it, hear it, end it.
 *
 * A worker is a program of its own (eliloader-net, -iso, -check, -disk) in the directory
 * of eliloader itself or, installed, in LIBEXECDIR.  What is compiled in of that
 * is the way to it from BINDIR, so that it is found in an install below DESTDIR, too: it
 * is looked for from where /proc/self/exe lies.  It starts with root's rights,
 * an empty environment, /dev/null as 0 and 1, our stderr, the socket as WIRE_FD, and
 * the passed descriptors as WIRE_FD + 1 and up; all else is closed.  It gets uid and
 * gid as arguments ("--uid=N", "--gid=N") and enters its sandbox before it reads anything from
 * outside.  It dies with us.
 *
 * Owns:   struct worker; the caller keeps its descriptors.
 * Errors: 0 or a negative errno; the caller has the sentence to say.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "eliloader/wire.h"

struct worker {
	pid_t pid;
	int fd; /* our end of the socket */
	uid_t uid;
	gid_t gid;
};

/* @fds: @count descriptors for it, in order.  -ENOENT: there is no such program. */
int worker_start(struct worker *w, const char *program, uid_t uid, gid_t gid,
		 const int *fds, unsigned count);
/* End it, at once if it still runs; its exit status, or 128 + the signal.  That may be
 * SIGKILL also when it had said DONE and was about to end. */
int worker_end(struct worker *w);

/* Bytes of one stream, to be kept by @write; digests are made on the way. */
struct sink {
	int fd;	      /* -1: this stream is not expected */
	uint64_t max; /* most bytes */
	uint64_t len; /* so far */
	bool whole;   /* END has come */
	bool plain;   /* no digests are made */
	void *sha256; /* owned: struct sha256_ctx of nettle */
	void *md5;    /* owned: struct md5_ctx; NULL: it is not wanted */
};
/* No room for digests shows when the first byte comes (-ENOMEM). */
void sink_init(struct sink *s, int fd, uint64_t max);
/* Of what no list of checksums can be about: no digests. */
void sink_init_plain(struct sink *s, int fd, uint64_t max);
/* Only old fix-up maps want MD5, and it costs more than SHA-256 does: leave it out. */
void sink_without_md5(struct sink *s);
void sink_done(struct sink *s);
/* For worker_listen(): keep more bytes (-EFBIG: over its limit); begin anew. */
int sink_add(struct sink *s, const void *data, size_t len);
int sink_restart(struct sink *s);
/* Of all bytes; only when @whole. */
void sink_sha256(const struct sink *s, uint8_t ret_digest[SHA256_LEN]);
void sink_md5(const struct sink *s, uint8_t ret_digest[MD5_LEN]);

/* Called on what comes; each may be NULL: then such a message is out of place.  A negative
 * result ends the worker and is returned. */
struct worker_handler {
	int (*metadata)(void *arg, unsigned stream, const void *data, size_t len);
	int (*offer)(void *arg, const struct wire_offer *offer, struct wire_go *ret_go);
	int (*kernel)(void *arg, const struct wire_kernel *kernel);
	int (*digests)(void *arg, const struct wire_digests *digests);
	int (*report)(void *arg, const struct tree *tree);
	const struct wire_pick *pick;
	void (*note)(void *arg, const struct wire_note *note); /* NULL: they are logged */
	void (*progress)(void *arg);			       /* after each DATA */
	void *arg;
	struct sink *sinks; /* STREAMS of them */
};
#define WORKER_NOTES	    1000  /* more are flooding */
#define WORKER_REPORT_LINES 16384 /* of a report's tree */
#define WORKER_RESTARTS	    32	  /* of one stream: more than FETCH_TRIES, but an end */

/* Until DONE (its checked copy in @ret_done; 0 is returned whatever its result) or a
 * failure: -EBADMSG out of order or malformed, -EFBIG over a sink's limit, -ETIMEDOUT
 * silent for WORKER_SILENCE_S, -EPIPE ended without a word, else what a handler or
 * write() said.  Texts in all structs are NUL-terminated when handlers see them.
 * Which grammar of wire.h holds is told by @offer: a source worker's with it, a check
 * worker's without.  A disk worker is heard twice: with @report until it has come (then
 * 0 is returned as if a DONE without a text had come), and with @pick, which is sent
 * first: then each sink with a descriptor is to be whole.  A DONE with RESULT_OK comes only
 * when each stream that GO asked for (of a check worker: that has begun) is whole.  The
 * handlers may fill in the sinks; those that GO asks for must be there when @offer returns.
 * What was out of place is logged with --verbose. */
int worker_listen(struct worker *w, const struct worker_handler *h,
		  struct wire_done *ret_done);
