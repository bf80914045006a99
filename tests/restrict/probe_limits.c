/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_limits - ways to use up what others need. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>

#include "tests/restrict/probe.h"

#define PAGE	     4096
#define MANY_BYTES   (1ULL << 30) /* the profile's limit is a quarter of it */
#define MANY_FDS     200	  /* its limit is 64 */
#define MANY_THREADS 64		  /* its limit is 8, all together */
#define MANY_TIMERS  100	  /* pending signals: 64 */

static int much_memory(const struct decoys *d)
{
	void *p = mmap(NULL, MANY_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)d;
	if (p == MAP_FAILED)
		return errno;
	(void)munmap(p, MANY_BYTES);
	return 0;
}

/* In pieces that are small by themselves. */
static int memory_in_pieces(const struct decoys *d)
{
	enum { PIECE = 16 << 20, PIECES = 64 };
	void *p[PIECES];
	int r = 0, n;

	(void)d;
	for (n = 0; n < PIECES && r == 0; n++) {
		p[n] = mmap(NULL, PIECE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p[n] == MAP_FAILED) {
			r = errno;
			n--;
		}
	}
	while (n-- > 0)
		(void)munmap(p[n], PIECE);
	return r;
}

static int much_break(const struct decoys *d)
{
	(void)d;
	if (sbrk((intptr_t)MANY_BYTES) == (void *)-1)
		return errno;
	(void)sbrk(-(intptr_t)MANY_BYTES);
	return 0;
}

/* @make gives a new descriptor each time. */
static int many(int (*make)(void))
{
	int fds[MANY_FDS], n, r = 0;

	for (n = 0; n < MANY_FDS; n++) {
		fds[n] = make();
		if (fds[n] < 0) {
			r = errno;
			break;
		}
	}
	while (n-- > 0)
		(void)close(fds[n]);
	return r;
}

static int copy(void)
{
	return dup(STDOUT_FILENO);
}

static int event(void)
{
	return eventfd(0, 0);
}

static int many_descriptors(const struct decoys *d)
{
	(void)d;
	return many(copy);
}

static int many_events(const struct decoys *d)
{
	(void)d;
	return many(event);
}

static int high_descriptor(const struct decoys *d)
{
	(void)d;
	return refused_fd(fcntl(STDOUT_FILENO, F_DUPFD, MANY_FDS));
}

/* ---- threads ---- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *wait_at_gate(void *arg)
{
	(void)pthread_mutex_lock(&gate);
	(void)pthread_mutex_unlock(&gate);
	return arg;
}

static int many_threads(const struct decoys *d)
{
	pthread_t threads[MANY_THREADS];
	pthread_attr_t attr;
	int n, r = 0;

	(void)d;
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, 64 * 1024); /* not what ends it */
	(void)pthread_mutex_lock(&gate);
	for (n = 0; n < MANY_THREADS && r == 0; n++) {
		r = pthread_create(&threads[n], &attr, wait_at_gate, NULL);
		if (r != 0)
			break;
	}
	(void)pthread_mutex_unlock(&gate);
	while (n-- > 0)
		(void)pthread_join(threads[n], NULL);
	(void)pthread_attr_destroy(&attr);
	return r;
}

/* ---- what stays in memory ---- */

static int lock_memory(const struct decoys *d)
{
	static char page[2 * PAGE];

	(void)d;
	if (mlock(page, PAGE) < 0)
		return errno;
	(void)munlock(page, PAGE);
	return 0;
}

static int lock_all_memory(const struct decoys *d)
{
	(void)d;
	if (mlockall(MCL_CURRENT) < 0)
		return errno;
	(void)munlockall();
	return 0;
}

static int locked_map(const struct decoys *d)
{
	void *p = mmap(NULL, 2 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED,
		       -1, 0);

	(void)d;
	if (p == MAP_FAILED)
		return errno;
	(void)munmap(p, 2 << 20);
	return 0;
}

static int many_timers(const struct decoys *d)
{
	struct sigevent none = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timers[MANY_TIMERS];
	int n, r = 0;

	(void)d;
	for (n = 0; n < MANY_TIMERS && r == 0; n++) {
		r = refused(timer_create(CLOCK_MONOTONIC, &none, &timers[n]));
		if (r != 0)
			break;
	}
	while (n-- > 0)
		(void)timer_delete(timers[n]);
	return r;
}

static int lease_file(const struct decoys *d)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	(void)d;
	return refused(fcntl(STDOUT_FILENO, F_SETLK, &all));
}

static int signal_by_input(const struct decoys *d)
{
	return refused(fcntl(STDIN_FILENO, F_SETOWN, d->pid));
}

static int big_pipe(const struct decoys *d)
{
	int ends[2], r;

	(void)d;
	if (pipe(ends) < 0)
		return errno;
	r = refused(fcntl(ends[0], F_SETPIPE_SZ, 1 << 20));
	(void)close(ends[0]);
	(void)close(ends[1]);
	return r;
}

#define O DOOR_OPEN_OUTSIDE
#define T DOOR_SHUT_TWICE
const struct door probe_limits[] = {
	{ "1 GiB of memory", much_memory, { ENOMEM }, O | T },
	{ "1 GiB in pieces", memory_in_pieces, { ENOMEM }, O | T },
	{ "1 GiB by brk", much_break, { ENOMEM }, T },
	{ "200 descriptors", many_descriptors, { EMFILE }, O | T },
	{ "200 events", many_events, { EMFILE }, O | T },
	{ "a descriptor over the limit", high_descriptor, { EINVAL }, O | T },
	{ "64 threads", many_threads, { EAGAIN }, O | T },
	{ "lock memory", lock_memory, { EPERM }, O | T },
	{ "lock all memory", lock_all_memory, { EPERM }, O | T },
	{ "memory that is locked from the start", locked_map, { EPERM, EAGAIN }, O | T },
	{ "100 timers", many_timers, { EPERM }, O },
	{ "lock a file", lease_file, { EPERM }, 0 },
	{ "a signal to others by input", signal_by_input, { EPERM }, 0 },
	{ "a pipe of a megabyte", big_pipe, { EPERM }, O },
	{ NULL, NULL, { 0 }, 0 },
};
