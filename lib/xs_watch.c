/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/xs_watch.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <xenstore.h>

#include "lib/cleanup.h"

#define THREAD_STACK (64 * 1024) /* bytes: libxenstore's own readers take 16 KiB */

struct xs_watch {
	struct xs_handle *handle; /* owned; the thread's alone once it runs */
	int fd; /* eventfd, readable while the queue holds something or @error is set */
	pthread_mutex_t lock;		 /* over what follows */
	char *queue[XS_WATCH_QUEUE_MAX]; /* a ring, paths owned */
	unsigned head, count;
	bool overflowed;
	int error; /* negative errno: the connection is dead */
};

static void ring(struct xs_watch *w)
{
	uint64_t one = 1;

	(void)!write(w->fd, &one,
		     sizeof(one)); /* full means that it is readable already */
}

static bool queued(const struct xs_watch *w, const char *path)
{
	for (unsigned i = 0; i < w->count; i++)
		if (strcmp(w->queue[(w->head + i) % XS_WATCH_QUEUE_MAX], path) == 0)
			return true;
	return false;
}

static void queue_clear(struct xs_watch *w)
{
	for (; w->count > 0; w->count--) {
		free(w->queue[w->head]);
		w->head = (w->head + 1) % XS_WATCH_QUEUE_MAX;
	}
}

static void enqueue(struct xs_watch *w, const char *path)
{
	char *copy;

	if (w->overflowed || queued(w, path))
		return;
	copy = w->count < XS_WATCH_QUEUE_MAX ? strdup(path) : NULL;
	if (!copy) {
		queue_clear(w);
		w->overflowed = true;
		return;
	}
	w->queue[(w->head + w->count++) % XS_WATCH_QUEUE_MAX] = copy;
}

static void take_event(struct xs_watch *w, char **event)
{
	pthread_mutex_lock(&w->lock);
	if (event)
		enqueue(w, event[XS_WATCH_PATH]);
	else
		w->error = errno ? -errno : -EIO;
	ring(w);
	pthread_mutex_unlock(&w->lock);
	free(event);
}

static void *read_events(void *arg)
{
	struct xs_watch *w = arg;
	char **event;

	do {
		unsigned n;

		errno = 0;
		event = xs_read_watch(w->handle, &n);
		take_event(w, event);
	} while (event);
	return NULL;
}

/* Signals are the main thread's business. */
static int start_thread(struct xs_watch *w)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	size_t stack =
		THREAD_STACK > PTHREAD_STACK_MIN ? THREAD_STACK : PTHREAD_STACK_MIN;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&thread, &attr, read_events, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -r;
}

int xs_watch_new(const char *path, struct xs_watch **ret_watch)
{
	struct xs_watch *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	pthread_mutex_init(&w->lock, NULL);
	errno = 0;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd >= 0)
		w->handle = xs_open(0);
	if (!w->handle || !xs_watch(w->handle, path, "w"))
		r = errno ? -errno : -EIO;
	else
		r = start_thread(w);
	if (r < 0) {
		if (w->handle)
			xs_close(w->handle);
		cleanup_close(&w->fd);
		free(w);
		return r;
	}
	*ret_watch = w;
	return 0;
}

int xs_watch_fd(const struct xs_watch *w)
{
	return w->fd;
}

int xs_watch_next(struct xs_watch *w, char **ret_path)
{
	uint64_t rings;
	int r = 0;

	pthread_mutex_lock(&w->lock);
	if (w->overflowed) {
		w->overflowed = false;
		r = -EOVERFLOW;
	} else if (w->count > 0) {
		*ret_path = w->queue[w->head];
		w->head = (w->head + 1) % XS_WATCH_QUEUE_MAX;
		w->count--;
		r = 1;
	} else if (w->error) {
		r = w->error;
	}
	if (w->count == 0 && !w->error)
		(void)!read(w->fd, &rings, sizeof(rings)); /* EAGAIN: was not set */
	pthread_mutex_unlock(&w->lock);
	return r;
}
