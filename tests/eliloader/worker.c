/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - how a worker is started, heard and ended, with one (evil.c) that says whatever
 * it is told to.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "eliloader/worker.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

#define SINK_MAX 1000 /* bytes */

/* What the handlers have seen. */
struct heard {
	unsigned metadata, offers, kernels, digests, notes, progress;
	size_t metadata_len;
	struct wire_note note;
	struct wire_go go;
	int answer; /* of offer */
};

static int on_metadata(void *arg, unsigned stream, const void *data, size_t len)
{
	struct heard *h = arg;

	(void)stream;
	(void)data;
	h->metadata++;
	h->metadata_len += len;
	return 0;
}

static int on_offer(void *arg, const struct wire_offer *offer, struct wire_go *ret_go)
{
	struct heard *h = arg;

	(void)offer;
	h->offers++;
	*ret_go = h->go;
	return h->answer;
}

static int on_kernel(void *arg, const struct wire_kernel *kernel)
{
	(void)kernel;
	((struct heard *)arg)->kernels++;
	return 0;
}

static int on_digests(void *arg, const struct wire_digests *digests)
{
	(void)digests;
	((struct heard *)arg)->digests++;
	return 0;
}

static int on_report(void *arg, const struct tree *tree)
{
	(void)arg;
	return tree->count == 0 ? 0 : -EINVAL; /* evil's is empty */
}

static void on_note(void *arg, const struct wire_note *note)
{
	struct heard *h = arg;

	h->notes++;
	h->note = *note;
}

static void on_progress(void *arg)
{
	((struct heard *)arg)->progress++;
}

static void start(struct worker *w, const char *script, const int *fds, unsigned count)
{
	autotree struct tree job = { 0 };
	struct timeval soon = { .tv_sec = 2 };

	if (worker_start(w, "evil", 61234, 61235, fds, count) < 0)
		return;
	(void)tree_set(&job, "script", script, strlen(script));
	(void)wire_send_tree(w->fd, &job);
	/* not the five minutes of earnest */
	if (strstr(script, "hang"))
		(void)setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
}

enum kind { SOURCE, CHECK, DISK, PICKED }; /* PICKED: its second half */

/* Let a worker do @script; what worker_listen() said. */
static int hear(enum kind kind, const char *script, struct heard *heard,
		struct sink sinks[STREAMS], struct wire_done *done)
{
	const struct wire_pick pick = { .entry = 0 };
	struct worker_handler h = {
		.arg = heard, .sinks = sinks, .note = on_note, .progress = on_progress
	};
	struct worker w;
	int r;

	if (kind == SOURCE) {
		h.offer = on_offer;
		h.metadata = on_metadata;
	} else if (kind == CHECK) {
		h.kernel = on_kernel;
		h.digests = on_digests;
	} else if (kind == DISK) {
		h.report = on_report;
	} else {
		h.pick = &pick;
	}
	start(&w, script, NULL, 0);
	r = worker_listen(&w, &h, done);
	(void)worker_end(&w);
	return r;
}

static void sinks_open(struct sink sinks[STREAMS])
{
	for (unsigned i = 0; i < STREAMS; i++)
		sink_init(&sinks[i], memfd_create("sink", MFD_CLOEXEC), SINK_MAX);
}

static void sinks_close(struct sink sinks[STREAMS])
{
	for (unsigned i = 0; i < STREAMS; i++) {
		if (sinks[i].fd >= 0)
			(void)close(sinks[i].fd);
		sink_done(&sinks[i]);
	}
}

/* GO asks for both files but where it is said otherwise. */
static const struct {
	const char *name;
	enum kind kind;
	int r;
	const char *script;
} talks[] = {
	{ "a source worker", SOURCE, 0,
	  "note meta:2:9 meta:3:9 offer go data:1:5 data:0:5 end:1 data:0:5 end:0 "
	  "done:0" },
	{ "files of no bytes", SOURCE, 0, "offer go end:0 end:1 done:0" },
	{ "one that begins anew", SOURCE, 0,
	  "offer go data:0:900 restart:0 data:0:900 end:0 end:1 done:0" },
	{ "one that fails at once", SOURCE, 0, "done:1" },
	{ "one that fails in the midst", SOURCE, 0, "offer go data:0:5 done:2" },
	{ "a check worker", CHECK, 0, "kernel note data:0:5 end:0 done:0" },
	{ "with digests", CHECK, 0, "digests done:0" },
	{ "that has nothing to say", CHECK, 0, "done:0" },
	{ "a disk worker with its report", DISK, 0, "note msg:12:0:0 hang" },
	{ "that fails instead", DISK, 0, "done:2" },
	{ "and with files", PICKED, 0, "data:1:5 data:0:5 end:0 end:1 done:0" },
	{ "that fails in the midst", PICKED, 0, "data:1:5 done:2" },

	/* out of order */
	{ "a second offer", SOURCE, -EBADMSG, "offer go offer hang" },
	{ "data before the offer", SOURCE, -EBADMSG, "data:0:5 hang" },
	{ "an end before the offer", SOURCE, -EBADMSG, "end:0 hang" },
	{ "metadata after it", SOURCE, -EBADMSG, "offer go meta:2:5 hang" },
	{ "the same metadata twice", SOURCE, -EBADMSG, "meta:2:5 meta:2:5 hang" },
	{ "data after the end", SOURCE, -EBADMSG,
	  "offer go data:0:5 end:0 data:0:5 hang" },
	{ "an end after the end", SOURCE, -EBADMSG, "offer go end:0 end:0 hang" },
	{ "a new beginning after the end", SOURCE, -EBADMSG,
	  "offer go end:0 restart:0 hang" },
	{ "all well without an offer", SOURCE, -EBADMSG, "done:0" },
	{ "all well without a byte", SOURCE, -EBADMSG, "offer go done:0" },
	{ "all well with one file of two", SOURCE, -EBADMSG,
	  "offer go data:0:5 end:0 done:0" },
	{ "all well without an end", SOURCE, -EBADMSG, "offer go end:0 data:1:5 done:0" },
	{ "a kernel of a source worker", SOURCE, -EBADMSG, "kernel hang" },
	{ "digests of a source worker", SOURCE, -EBADMSG, "digests hang" },
	{ "an offer of a check worker", CHECK, -EBADMSG, "offer hang" },
	{ "metadata of a check worker", CHECK, -EBADMSG, "meta:2:5 hang" },
	{ "a second kernel", CHECK, -EBADMSG, "kernel kernel hang" },
	{ "kernel and digests", CHECK, -EBADMSG, "kernel digests hang" },
	{ "a kernel after data", CHECK, -EBADMSG, "data:0:5 kernel hang" },
	{ "a check worker beginning anew", CHECK, -EBADMSG, "data:0:5 restart:0 hang" },
	{ "a check worker without an end", CHECK, -EBADMSG, "data:0:5 done:0" },
	{ "a disk worker with files, but no report", DISK, -EBADMSG, "data:0:5 hang" },
	{ "all well without a report", DISK, -EBADMSG, "done:0" },
	{ "a kernel instead of a report", DISK, -EBADMSG, "kernel hang" },
	{ "a second report", PICKED, -EBADMSG, "msg:12:0:0 hang" },
	{ "a disk worker beginning anew", PICKED, -EBADMSG, "data:0:5 restart:0 hang" },
	{ "a disk worker with one file of two", PICKED, -EBADMSG,
	  "data:0:5 end:0 done:0" },
	{ "a report of a check worker", CHECK, -EBADMSG, "msg:12:0:0 hang" },
	{ "a report of a source worker", SOURCE, -EBADMSG, "msg:12:0:0 hang" },
	{ "a pick from a worker", PICKED, -EBADMSG, "msg:13:0:5 hang" },
	{ "a report that is no tree", DISK, -EBADMSG, "msg:12:0:5 hang" },
	{ "a report of a stream", DISK, -EBADMSG, "msg:12:1:0 hang" },
	{ "a report over its limit", DISK, -EBADMSG, "claim:12:0:0x400001 hang" },
	{ "half a report", DISK, -EBADMSG, "claim:12:0:1000 exit" },
	{ "a job from a worker", SOURCE, -EBADMSG, "msg:1:0:5 hang" },
	{ "go from a worker", SOURCE, -EBADMSG, "msg:4:0:2 hang" },

	/* malformed headers */
	{ "type 0", SOURCE, -EBADMSG, "msg:0:0:0 hang" },
	{ "a type that is not", SOURCE, -EBADMSG, "msg:14:0:0 hang" },
	{ "a type far off", SOURCE, -EBADMSG, "msg:0xffffffff:0:0 hang" },
	{ "data of a stream that is not", SOURCE, -EBADMSG, "offer go data:2:5 hang" },
	{ "data of a stream far off", SOURCE, -EBADMSG,
	  "offer go data:0xffffffff:5 hang" },
	{ "metadata of a file's stream", SOURCE, -EBADMSG, "meta:1:5 hang" },
	{ "metadata of a stream that is not", SOURCE, -EBADMSG, "meta:4:5 hang" },
	{ "metadata over its limit", SOURCE, -EBADMSG, "claim:2:2:0x400001 hang" },
	{ "metadata without end", SOURCE, -EBADMSG, "claim:2:2:0xffffffffffffffff hang" },
	{ "data of no bytes", SOURCE, -EBADMSG, "offer go data:0:0 hang" },
	{ "data over a chunk", SOURCE, -EBADMSG, "offer go claim:5:0:0x40001 hang" },
	{ "data without end", SOURCE, -EBADMSG,
	  "offer go claim:5:0:0xffffffffffffffff hang" },
	{ "an end with bytes", SOURCE, -EBADMSG, "offer go msg:7:0:1 hang" },
	{ "a new beginning with bytes", SOURCE, -EBADMSG, "offer go msg:6:0:1 hang" },
	{ "an offer of a stream", SOURCE, -EBADMSG, "offer=stream hang" },
	{ "an offer a byte short", SOURCE, -EBADMSG, "offer=short hang" },
	{ "a kernel a byte short", CHECK, -EBADMSG, "kernel=short hang" },
	{ "digests a byte short", CHECK, -EBADMSG, "digests=short hang" },
	{ "a note a byte short", SOURCE, -EBADMSG, "note=short hang" },
	{ "done a byte short", SOURCE, -EBADMSG, "done=short hang" },

	/* malformed structs */
	{ "a medium that is not", SOURCE, -EBADMSG, "offer=media hang" },
	{ "sums that are not", SOURCE, -EBADMSG, "offer=sums hang" },
	{ "a release without its NUL", SOURCE, -EBADMSG, "offer=release hang" },
	{ "a sums path without its NUL", SOURCE, -EBADMSG, "offer=sums_path hang" },
	{ "a path without its NUL", SOURCE, -EBADMSG, "offer=path hang" },
	{ "an empty path", SOURCE, -EBADMSG, "offer=nopath hang" },
	{ "a validator without its NUL", SOURCE, -EBADMSG, "offer=validator hang" },
	{ "a half-known digest", SOURCE, -EBADMSG, "offer=sha256_known hang" },
	{ "a kernel that is PV 2", CHECK, -EBADMSG, "kernel=pv hang" },
	{ "a kernel that is PVH 255", CHECK, -EBADMSG, "kernel=pvh hang" },
	{ "a payload that is not", CHECK, -EBADMSG, "kernel=payload hang" },
	{ "16 bits", CHECK, -EBADMSG, "kernel=bits hang" },
	{ "a guest OS without its NUL", CHECK, -EBADMSG, "kernel=guest_os hang" },
	{ "a version without its NUL", CHECK, -EBADMSG, "kernel=release hang" },
	{ "half-known digests", CHECK, -EBADMSG, "digests=known hang" },
	{ "a note of no level", SOURCE, -EBADMSG, "note=level hang" },
	{ "a note without its NUL", SOURCE, -EBADMSG, "note=text hang" },
	{ "a result that is not", SOURCE, -EBADMSG, "done=result hang" },
	{ "a last word without its NUL", SOURCE, -EBADMSG, "done=text hang" },

	/* too much, too little */
	{ "a file that fills its limit", SOURCE, 0,
	  "offer go data:0:999 data:0:1 end:0 end:1 done:0" },
	{ "a file over its limit", SOURCE, -EFBIG, "offer go data:0:999 data:0:2 hang" },
	{ "an offer over the limit", SOURCE, -EFBIG, "offer=size hang" },
	{ "as many notes as may be", SOURCE, 0, "times:1000:note done:1" },
	{ "a flood of notes", SOURCE, -EBADMSG, "times:1001:note hang" },
	{ "new beginnings for ever", SOURCE, -EBADMSG,
	  "offer go times:33:restart:0 hang" },
	{ "silence", SOURCE, -ETIMEDOUT, "hang" },
	{ "silence in the midst of a header", SOURCE, -ETIMEDOUT, "half hang" },
	{ "silence in the midst of a file", SOURCE, -ETIMEDOUT,
	  "offer go claim:5:0:5 hang" },
	{ "no word at all", SOURCE, -EPIPE, "" },
	{ "an end without a word", SOURCE, -EPIPE, "note exit" },
	{ "a sudden death", SOURCE, -EPIPE, "offer go data:0:5 kill" },
	{ "half a header, and gone", SOURCE, -EBADMSG, "half" },
	{ "half a file, and gone", SOURCE, -EBADMSG, "offer go claim:5:0:5" },
};

static void test_talks(void)
{
	for (size_t i = 0; i < sizeof(talks) / sizeof(*talks); i++) {
		struct heard heard = { .go = { { 1, 1 } } };
		struct sink sinks[STREAMS];
		struct wire_done done = { .result = RESULTS };
		int r;

		sinks_open(sinks);
		r = hear(talks[i].kind, talks[i].script, &heard, sinks, &done);
		if (!ok(r == talks[i].r && (r < 0 || done.result < RESULTS), "%s: %s",
			talks[i].r == 0 ? "heard" : "ended", talks[i].name))
			printf("# got %d, wanted %d\n", r, talks[i].r);
		sinks_close(sinks);
	}
}

static void is_digest(const uint8_t *digest, size_t len, const char *want,
		      const char *name)
{
	char hex[2 * SHA256_LEN + 1];

	for (size_t i = 0; i < len; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	is_str(hex, want, name);
}

/* What comes is what is kept, from the last beginning on. */
static void test_content(void)
{
	struct heard heard = { .go = { { 1, 1 } } };
	struct sink sinks[STREAMS];
	struct wire_done done;
	uint8_t digest[SHA256_LEN];
	char text[16] = "";

	sinks_open(sinks);
	is_int(hear(SOURCE,
		    "meta:2:7 offer go text:0:wrong restart:0 text:0:a text:1:q "
		    "text:0:bc "
		    "end:0 end:1 note done:0",
		    &heard, sinks, &done),
	       0, "two files, one of them anew");
	ok(pread(sinks[0].fd, text, sizeof(text), 0) == 3 && strcmp(text, "abc") == 0,
	   "the file holds what came last");
	is_int((long long)sinks[0].len, 3, "its length");
	sink_sha256(&sinks[0], digest);
	is_digest(digest, SHA256_LEN,
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		  "its SHA-256");
	sink_sha256(&sinks[0], digest);
	is_digest(digest, 4, "ba7816bf", "which can be had again");
	sink_md5(&sinks[0], digest);
	is_digest(digest, 16, "900150983cd24fb0d6963f7d28e17f72", "its MD5");
	is_int(heard.progress, 4, "progress after each piece");
	ok(heard.metadata == 1 && heard.metadata_len == 7 && heard.offers == 1,
	   "each handler was called once");
	ok(heard.notes == 1 && strncmp(heard.note.text, "a note", 6) == 0,
	   "the note is the worker's");
	is_str(done.text, "that is it", "and so is its last word");
	sinks_close(sinks);
}

/* What GO does not ask for must not come; what the handler says is the result. */
static void test_go(void)
{
	struct heard heard = { .go = { { 0, 1 } } };
	struct sink sinks[STREAMS];
	struct wire_done done;

	sinks_open(sinks);
	is_int(hear(SOURCE, "offer go data:1:5 end:1 done:0", &heard, sinks, &done), 0,
	       "one file asked for, one sent");
	sinks_close(sinks);
	sinks_open(sinks);
	is_int(hear(SOURCE, "offer go data:0:5 hang", &heard, sinks, &done), -EBADMSG,
	       "the other one sent");
	heard.answer = -ENOSPC;
	is_int(hear(SOURCE, "offer hang", &heard, sinks, &done), -ENOSPC,
	       "the handler's own failure is told");
	heard.answer = 0;
	(void)close(sinks[1].fd);
	sinks[1].fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	is_int(hear(SOURCE, "offer go data:1:5 hang", &heard, sinks, &done), -ENOSPC,
	       "and so is the disk's");
	(void)close(sinks[1].fd);
	sinks[1].fd = -1;
	is_int(hear(SOURCE, "offer hang", &heard, sinks, &done), -EBADF,
	       "nothing is asked for that has no place");
	sinks_close(sinks);
}

/* Descriptors in their order though they lie across each other, and nothing else. */
static void test_surroundings(void)
{
	struct heard heard = { 0 };
	struct worker_handler h = { .arg = &heard, .note = on_note };
	autoclose int first = memfd_create("first", 0),
		      second = memfd_create("second", 0);
	struct wire_done done;
	struct worker w;
	int fds[2];

	if (pwrite(first, "1", 1, 0) != 1 || pwrite(second, "2", 1, 0) != 1)
		return;
	fds[0] = second;
	fds[1] = first;
	start(&w, "facts done:1", fds, 2);
	is_int(worker_listen(&w, &h, &done), 0, "a worker with two descriptors");
	is_str(heard.note.text,
	       "fds 0 1 2 3 4 5; 4 is 2; stdin is a device; env 0; umask 077; "
	       "--uid=61234 --gid=61235",
	       "sees these, its user and nothing else");
	(void)worker_end(&w);
	is_int(worker_end(&w), 0, "ending twice does nothing");
	is_int(worker_start(&w, "no-such-worker", 1, 1, NULL, 0), -ENOENT,
	       "no such program");
	is_int(worker_start(&w, "../evil", 1, 1, NULL, 0), -EINVAL, "a path is refused");
	is_int(worker_end(&w), 0, "what has not been started needs no end");
}

static void test_statuses(void)
{
	struct worker_handler h = { 0 };
	struct wire_done done;
	struct worker w;

	start(&w, "exit", NULL, 0);
	is_int(worker_listen(&w, &h, &done), -EPIPE, "a worker that exits");
	is_int(worker_end(&w), 5, "its status");
	start(&w, "kill", NULL, 0);
	is_int(worker_listen(&w, &h, &done), -EPIPE, "a worker that is killed");
	is_int(worker_end(&w), 128 + SIGKILL, "its signal");
	start(&w, "hang", NULL, 0);
	is_int(worker_end(&w), 128 + SIGKILL, "one that runs is ended");
}

/* A worker holds the pipe; its parent is killed; then nobody does. */
static void test_orphan(void)
{
	struct pollfd p = { .events = POLLIN };
	int both[2];
	pid_t parent;
	char byte;

	if (pipe2(both, O_CLOEXEC) < 0)
		return;
	parent = fork();
	if (parent == 0) {
		struct heard heard = { 0 };
		struct worker_handler h = { .arg = &heard, .note = on_note };
		struct wire_done done;
		struct worker w;

		start(&w, "facts hang", &both[1], 1);
		(void)worker_listen(&w, &h, &done); /* ends by its time-out */
		(void)kill(getpid(), SIGKILL);
	}
	(void)close(both[1]);
	(void)waitpid(parent, NULL, 0);
	p.fd = both[0];
	ok(parent > 0 && poll(&p, 1, 10000) == 1 && read(both[0], &byte, 1) == 0,
	   "a worker dies with the process that started it");
	(void)close(both[0]);
}

int main(void)
{
	test_talks();
	test_content();
	test_go();
	test_surroundings();
	test_statuses();
	test_orphan();
	return tap_done();
}
