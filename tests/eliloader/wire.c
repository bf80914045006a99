/* SPDX-License-Identifier: BSD-2-Clause */
/* wire - the messages themselves, from one end of a socket to the other. */
#include "eliloader/wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

static int pair[2];

static void pair_open(void)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		exit(1); /* NOLINT(concurrency-mt-unsafe): no other thread yet */
}

static void pair_close(void)
{
	(void)close(pair[0]);
	if (pair[1] >= 0)
		(void)close(pair[1]);
}

static void close_sender(void)
{
	(void)close(pair[1]);
	pair[1] = -1;
}

static void test_headers(void)
{
	struct wire_header h;
	char text[4] = "";

	pair_open();
	is_int(wire_receive(pair[0], 1, &h), -ETIMEDOUT, "nothing comes");
	is_int(wire_send(pair[1], WIRE_DATA, STREAM_RAMDISK, "abc", 3), 0, "a message");
	is_int(wire_receive(pair[0], 1000, &h), 0, "its header");
	ok(h.type == WIRE_DATA && h.stream == STREAM_RAMDISK && h.len == 3, "as sent");
	is_int(wire_receive_body(pair[0], text, 3), 0, "what follows");
	is_str(text, "abc", "as sent");
	is_int(wire_send(pair[1], WIRE_END, 0, NULL, 0), 0, "one without anything");
	is_int(wire_receive(pair[0], -1, &h), 0, "comes, too");
	(void)wire_send(pair[1], WIRE_DATA, 0, "abc", 3);
	close_sender();
	is_int(wire_receive(pair[0], -1, &h), 0, "the last header");
	is_int(wire_receive_body(pair[0], text, 4), -EBADMSG, "a body that ends early");
	is_int(wire_receive(pair[0], -1, &h), -ENODATA, "the end");
	is_int(wire_send(pair[0], WIRE_END, 0, NULL, 0), -EPIPE,
	       "sending to nobody fails, and does not kill");
	pair_close();
	pair_open();
	(void)send(pair[1], "abc", 3, 0);
	close_sender();
	is_int(wire_receive(pair[0], 1000, &h), -EBADMSG, "half a header");
	pair_close();
}

static void *send_job(void *arg)
{
	return wire_send_tree(pair[1], arg) == 0 ? arg : NULL;
}

/* Larger than any buffer of the socket: both sides must go on over short calls. */
static void test_job(void)
{
	autotree struct tree job = { 0 }, got = { 0 };
	autofree char *big = malloc(MIB);
	pthread_t thread;
	void *sent = NULL;

	if (!big)
		return;
	memset(big, 0xe9, MIB); /* each is escaped by four */
	(void)tree_set(&job, "big", big, MIB - 200000);
	(void)tree_setf(&job, "url", "http://host/\"quoted\"\n\\%c", 1);
	pair_open();
	(void)pthread_create(&thread, NULL, send_job, &job);
	is_int(wire_receive_job(pair[0], &got), 0, "a large job");
	(void)pthread_join(thread, &sent);
	ok(sent && tree_equal(&job, &got), "comes as it was sent");
	pair_close();
}

static void test_bad_jobs(void)
{
	static const struct {
		const char *name, *text;
		enum wire_type type;
		unsigned stream;
	} cases[] = {
		{ "of another type", "a = \"b\"\n", WIRE_GO, 0 },
		{ "of a stream", "a = \"b\"\n", WIRE_JOB, 1 },
		{ "that is no tree", "a = b\n", WIRE_JOB, 0 },
	};
	const struct wire_header huge = { .type = WIRE_JOB, .len = METADATA_MAX + 1 };
	struct tree got = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		pair_open();
		(void)wire_send(pair[1], cases[i].type, cases[i].stream, cases[i].text,
				strlen(cases[i].text));
		ok(wire_receive_job(pair[0], &got) == -EBADMSG, "refused: a job %s",
		   cases[i].name);
		pair_close();
	}
	pair_open();
	(void)send(pair[1], &huge, sizeof(huge), 0);
	is_int(wire_receive_job(pair[0], &got), -EBADMSG,
	       "refused: a job over its limit");
	pair_close();
	tree_done(&got);
}

static void test_words(void)
{
	struct wire_header h;
	struct wire_note note;
	struct wire_done done;

	pair_open();
	wire_note(pair[1], NOTE_WARNING, "%1100d", 1);
	is_int(wire_receive(pair[0], 1000, &h), 0, "a note");
	ok(h.type == WIRE_NOTE && h.len == sizeof(note) &&
		   wire_receive_body(pair[0], &note, sizeof(note)) == 0 &&
		   note.level == NOTE_WARNING,
	   "has its size and level");
	is_int((long long)strnlen(note.text, sizeof(note.text)), sizeof(note.text) - 1,
	       "and is cut at its room");
	is_int(wire_done(pair[1], RESULT_LIMIT, "%s", "too long"), 1, "a last word");
	is_int(wire_receive(pair[0], 1000, &h), 0, "comes");
	ok(h.type == WIRE_DONE && wire_receive_body(pair[0], &done, sizeof(done)) == 0 &&
		   done.result == RESULT_LIMIT,
	   "with its result");
	is_str(done.text, "too long", "and its text");
	is_int(wire_done(pair[1], RESULT_OK, "%s", ""), 0, "success is exit status 0");
	close_sender();
	is_int(wire_done(pair[1], RESULT_OK, "%s", ""), 1,
	       "but not when nobody hears of it");
	pair_close();
}

int main(void)
{
	test_headers();
	test_job();
	test_bad_jobs();
	test_words();
	return tap_done();
}
