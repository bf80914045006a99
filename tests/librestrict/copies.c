/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copies OWN OTHER WRAPPER DIR - a restricted xenstore handle and its copies, however and
 * whenever they are made.  Such a handle is a session of a broker's: those copies of its old
 * connection that are made before are dead from then on, those of the new one, made
 * after, are restricted.  The kernel's handles: see oneway.c.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/holder.h"
#include "tests/librestrict/number.h"
#include "tests/tap.h"

static unsigned own;

static struct xs_handle *open_store(void)
{
	struct xs_handle *h = xs_open(0);

	if (!h) {
		printf("Bail out! xs_open: %s\n", strerror(errno));
		exit(1);
	}
	return h;
}

static int fd_of(const struct xs_handle *h)
{
	int fd;

	memcpy(&fd, h, sizeof(fd));
	return fd;
}

static int reading(struct xs_handle *h, const char *path)
{
	autofree void *value = xs_read(h, XBT_NULL, path, NULL);

	return value ? 0 : errno;
}

static int proving(int fd)
{
	return xenrestrict_prove_fd(fd, own, XENRESTRICT_KIND_XENSTORE);
}

static void *read_in_thread(void *arg)
{
	return (void *)(intptr_t)reading(arg, "/");
}

static int in_thread(void *(*work)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, work, arg) != 0 ||
	    pthread_join(thread, &result) != 0)
		exit(1);
	return (int)(intptr_t)result;
}

/* ---- those who have a copy ---- */

/* 'p': is the descriptor restricted?  The rest is for who has the handle, too: read what is
 * dom0's, read what is the domain's, restrict. */
static int obey(void *arg, int fd, char command)
{
	struct xs_handle *h = arg;

	switch (command) {
	case 'p':
		return -proving(fd);
	case 'd':
		return reading(h, "/");
	case 'h':
		return reading(h, "name");
	default:
		return xs_restrict(h, own) ? 0 : errno;
	}
}

/* --hold FD SOCK OWN */
static int hold(char *argv[])
{
	own = to_domid(argv[4]);
	return holder_serve(to_int(argv[3]), to_int(argv[2]), obey, NULL);
}

static void start(struct holder *h, enum holder_way way, struct xs_handle *handle)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", own);
	holder_start(h, way, fd_of(handle), obey, handle, text);
}

/* Who has not only the descriptor but the handle, which is memory. */
static bool has_handle(enum holder_way way)
{
	return way == HOLDER_FORK || way == HOLDER_THREAD;
}

/* ---- the orders: each for every way of making a copy ---- */

static void handle_works(struct xs_handle *handle, const char *way, const char *order)
{
	ok(reading(handle, "name") == 0, "%s: %s: the handle works", way, order);
	ok(reading(handle, "/") == EACCES, "%s: %s: for the domain's alone", way, order);
	ok(proving(fd_of(handle)) == 0, "%s: %s: which is proved", way, order);
}

/* A copy made before is one of dom0's connection, which ends; a thread has the handle's
 * own descriptor, whatever that is. */
static void copy_then_restrict(enum holder_way way)
{
	const char *name = holder_way_names[way];
	struct xs_handle *handle = open_store();
	struct holder h;

	start(&h, way, handle);
	if (way != HOLDER_SENT) /* asking would make it arrive */
		ok(holder_ask(&h, 'p') == EPROTO,
		   "%s: copy, restrict: the copy is dom0's before", name);
	ok(xs_restrict(handle, own), "%s: copy, restrict: done", name);
	if (way == HOLDER_THREAD) {
		ok(holder_ask(&h, 'p') == 0, "%s: copy, restrict: is restricted", name);
		ok(holder_ask(&h, 'd') == EACCES, "%s: copy, restrict: reads no more",
		   name);
	} else {
		ok(holder_ask(&h, 'p') == EPIPE, "%s: copy, restrict: the copy is dead",
		   name);
	}
	if (way == HOLDER_FORK) {
		ok(holder_ask(&h, 'h') != 0, "%s: copy, restrict: so is the handle's",
		   name);
		ok(holder_ask(&h, 'r') != 0, "%s: copy, restrict: and stays so", name);
	}
	handle_works(handle, name, "copy, restrict");
	holder_end(&h);
	xs_close(handle);
}

static void restrict_then_copy(enum holder_way way)
{
	const char *name = holder_way_names[way];
	struct xs_handle *handle = open_store();
	struct holder h;

	ok(xs_restrict(handle, own), "%s: restrict, copy: done", name);
	start(&h, way, handle);
	ok(holder_ask(&h, 'p') == 0, "%s: restrict, copy: the copy is restricted", name);
	if (has_handle(way)) {
		ok(holder_ask(&h, 'd') == EACCES, "%s: restrict, copy: is refused", name);
		ok(holder_ask(&h, 'h') == 0, "%s: restrict, copy: is served", name);
		ok(holder_ask(&h, 'r') == EACCES, "%s: restrict, copy: never again",
		   name);
	}
	handle_works(handle, name, "restrict, copy");
	holder_end(&h);
	xs_close(handle);
}

/* Others than these have no handle that they could restrict: libxenstore takes no
 * descriptor. */
static void copy_restricts(enum holder_way way)
{
	const char *name = holder_way_names[way];
	struct xs_handle *handle = open_store();
	struct holder h;

	start(&h, way, handle);
	ok(proving(fd_of(handle)) == -EPROTO, "%s: the copy restricts: dom0's before",
	   name);
	ok(holder_ask(&h, 'r') == 0, "%s: the copy restricts: it may", name);
	ok(holder_ask(&h, 'd') == EACCES, "%s: the copy restricts: is refused", name);
	ok(holder_ask(&h, 'h') == 0, "%s: the copy restricts: is served", name);
	if (way == HOLDER_THREAD) {
		handle_works(handle, name, "the copy restricts");
	} else {
		ok(reading(handle, "/") != 0, "%s: the copy restricts: ours is dead",
		   name);
		ok(!xs_restrict(handle, own), "%s: the copy restricts: and stays so",
		   name);
	}
	holder_end(&h);
	xs_close(handle);
}

static void every_order(void)
{
	for (enum holder_way way = 0; way < HOLDER_WAYS; way++) {
		copy_then_restrict(way);
		restrict_then_copy(way);
		if (has_handle(way))
			copy_restricts(way);
	}
}

static void anew(void)
{
	struct xs_handle *h = open_store(), *fresh;
	int number = fd_of(h);

	ok(xs_restrict(h, own), "xs_restrict");
	xs_close(h);
	fresh = open_store();
	ok(fd_of(fresh) == number, "a new handle with the old one's number");
	is_int(reading(fresh, "/"), 0, "is what it is: dom0's (a room prevents it)");
	ok(xs_restrict(fresh, own), "and is not taken for restricted");
	is_int(reading(fresh, "/"), EACCES, "but can be");
	xs_close(fresh);
}

static void thread_that_ended(void)
{
	struct xs_handle *h = open_store();

	is_int(in_thread(read_in_thread, h), 0, "a thread has used the handle");
	ok(xs_restrict(h, own), "and has ended: it can be restricted");
	is_int(in_thread(read_in_thread, h), EACCES, "for threads to come, too");
	xs_close(h);
}

int main(int argc, char *argv[])
{
	if (io_reserve_std_fds() < 0)
		return 2;
	if (argc == 5 && strcmp(argv[1], "--hold") == 0)
		return hold(argv);
	if (argc < 3)
		return 2;
	own = to_domid(argv[1]);
	every_order();
	anew();
	thread_that_ended();
	return tap_done();
}
