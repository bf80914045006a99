/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/volumes_asker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define STACK_SIZE (128 * 1024) /* bytes; what is not used costs no memory */

struct volume_asker {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	int rootfd; /* owned */
	int event;  /* owned; readable when an answer is complete */
	int (*enter)(void);
	bool started, stop, busy;
	bool left_behind;	/* the thread frees all this */
	int entered;		/* what enter() said */
	struct volume_ask *ask; /* owned */
	size_t asks;
	struct volume_answer *answer; /* owned; one for each ask */
	const char *trying;	      /* borrowed from the ask */
};

/* Older kernels (before 3.12) have no fstatfs() for a descriptor that only names. */
static int statfs_of(int fd, struct statfs *ret)
{
	autoclose int readable = -1;

	if (fstatfs(fd, ret) == 0)
		return 0;
	if (errno != EBADF)
		return -errno;
	readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return readable >= 0 && fstatfs(readable, ret) == 0 ? 0 : -errno;
}

/* Is it what the mount table says, or something mounted over it since? */
static bool is_expected(const struct volume_ask *ask, const struct stat *st,
			const struct statfs *fs)
{
	if (ask->is_btrfs)
		return (uint32_t)fs->f_type == BTRFS_SUPER_MAGIC;
	return major(st->st_dev) == ask->major && minor(st->st_dev) == ask->minor;
}

static bool to_answer(const struct statfs *fs, struct volume_answer *a)
{
	uint64_t unit = (uint64_t)(fs->f_frsize ? fs->f_frsize : fs->f_bsize);

	if (fs->f_blocks == 0 || fs->f_bfree > fs->f_blocks ||
	    __builtin_mul_overflow(fs->f_blocks, unit, &a->size))
		return false;
	a->free = fs->f_bfree * unit; /* not more than all */
	a->available = fs->f_bavail < fs->f_bfree ? fs->f_bavail * unit : a->free;
	return true;
}

static bool ask_by(int rootfd, const char *path, const struct volume_ask *ask,
		   struct volume_answer *ret)
{
	autoclose int fd =
		openat(rootfd, path[1] ? path + 1 : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	struct statfs fs;

	return fd >= 0 && fstat(fd, &st) == 0 && statfs_of(fd, &fs) >= 0 &&
	       is_expected(ask, &st, &fs) && to_answer(&fs, ret);
}

struct volume_answer volume_ask_now(int rootfd, const struct volume_ask *ask,
				    void (*trying)(void *arg, const char *path),
				    void *arg)
{
	struct volume_answer a = { .volume = ask->volume };

	for (size_t i = 0; !a.told && i < ask->paths.count; i++) {
		if (trying)
			trying(arg, ask->paths.item[i]);
		a.told = ask_by(rootfd, ask->paths.item[i], ask, &a);
	}
	a.done = true;
	return a;
}

static void note_path(void *arg, const char *path)
{
	struct volume_asker *k = arg;

	(void)pthread_mutex_lock(&k->lock);
	k->trying = path;
	(void)pthread_mutex_unlock(&k->lock);
}

static void free_question(struct volume_asker *k)
{
	volume_asks_done(k->ask, k->asks);
	free(k->answer);
	k->ask = NULL;
	k->answer = NULL;
	k->asks = 0;
}

static void destroy(struct volume_asker *k)
{
	free_question(k);
	cleanup_close(&k->event);
	cleanup_close(&k->rootfd);
	(void)pthread_cond_destroy(&k->changed);
	(void)pthread_mutex_destroy(&k->lock);
	free(k);
}

/* With the lock held, but not while a file system is asked. */
static void answer_all(struct volume_asker *k)
{
	const uint64_t one = 1;

	for (size_t i = 0; i < k->asks && !k->stop; i++) {
		struct volume_answer a;

		(void)pthread_mutex_unlock(&k->lock);
		a = volume_ask_now(k->rootfd, &k->ask[i], note_path, k);
		(void)pthread_mutex_lock(&k->lock);
		k->answer[i] = a;
	}
	k->trying = NULL;
	k->busy = false;
	(void)!write(k->event, &one, sizeof(one)); /* it cannot be full */
}

static void *asker_main(void *arg)
{
	struct volume_asker *k = arg;
	int entered = k->enter ? k->enter() : 0;
	bool mine;

	(void)pthread_mutex_lock(&k->lock);
	k->entered = entered;
	k->started = true;
	(void)pthread_cond_signal(&k->changed);
	while (entered >= 0 && !k->stop) {
		if (k->busy)
			answer_all(k);
		else
			(void)pthread_cond_wait(&k->changed, &k->lock);
	}
	mine = k->left_behind;
	(void)pthread_mutex_unlock(&k->lock);
	if (mine)
		destroy(k);
	return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct volume_asker *k)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int r = pthread_attr_init(&attr);

	if (r)
		return -r;
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE); /* else more is reserved */
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail */
	r = pthread_create(&k->thread, &attr, asker_main, k);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	if (r)
		return -r;
	(void)pthread_mutex_lock(&k->lock);
	while (!k->started)
		(void)pthread_cond_wait(&k->changed, &k->lock);
	(void)pthread_mutex_unlock(&k->lock);
	if (k->entered < 0)
		(void)pthread_join(k->thread, NULL);
	return k->entered < 0 ? k->entered : 0;
}

int volume_asker_new(int rootfd, int (*enter)(void), struct volume_asker **ret)
{
	struct volume_asker *k = calloc(1, sizeof(*k));
	int r;

	if (!k)
		return -ENOMEM;
	(void)pthread_mutex_init(&k->lock, NULL);   /* Linux's cannot fail */
	(void)pthread_cond_init(&k->changed, NULL); /* nor this */
	k->enter = enter;
	k->rootfd = fcntl(rootfd, F_DUPFD_CLOEXEC, 3);
	k->event = k->rootfd < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = k->event < 0 ? -errno : start_thread(k);
	if (r < 0) {
		destroy(k);
		return r;
	}
	*ret = k;
	return 0;
}

void volume_asker_free(struct volume_asker *k)
{
	pthread_t thread;
	bool hangs;

	if (!k)
		return;
	thread = k->thread;
	(void)pthread_mutex_lock(&k->lock);
	k->stop = true;
	hangs = k->left_behind = k->busy;
	(void)pthread_cond_signal(&k->changed);
	(void)pthread_mutex_unlock(&k->lock);
	if (hangs) {
		(void)pthread_detach(thread);
		return;
	}
	(void)pthread_join(thread, NULL);
	destroy(k);
}

int volume_asker_fd(const struct volume_asker *k)
{
	return k->event;
}

int volume_asker_ask(struct volume_asker *k, struct volume_ask *ask, size_t asks)
{
	struct volume_answer *answer = calloc(asks ? asks : 1, sizeof(*answer));
	int r = answer ? 0 : -ENOMEM;

	for (size_t i = 0; answer && i < asks; i++)
		answer[i].volume = ask[i].volume;
	(void)pthread_mutex_lock(&k->lock);
	if (r >= 0 && k->busy)
		r = -EBUSY;
	if (r >= 0) {
		free_question(k);
		k->ask = ask;
		k->asks = asks;
		k->answer = steal_ptr(answer);
		k->busy = true;
	}
	(void)pthread_mutex_unlock(&k->lock);
	if (r >= 0) /* not before: it would wake only to wait for the lock */
		(void)pthread_cond_signal(&k->changed);
	free(answer);
	return r;
}

bool volume_asker_is_busy(struct volume_asker *k)
{
	bool busy;

	(void)pthread_mutex_lock(&k->lock);
	busy = k->busy;
	(void)pthread_mutex_unlock(&k->lock);
	return busy;
}

int volume_asker_take(struct volume_asker *k, struct volume_answer *ret, size_t asks)
{
	uint64_t times;
	bool busy;

	(void)pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < asks && i < k->asks; i++)
		ret[i] = k->answer[i];
	busy = k->busy;
	if (!busy)
		(void)!read(k->event, &times, sizeof(times)); /* once is enough */
	(void)pthread_mutex_unlock(&k->lock);
	return busy ? 0 : 1;
}

bool volume_asker_stuck_at(struct volume_asker *k, char *ret_path, size_t size)
{
	bool trying;

	(void)pthread_mutex_lock(&k->lock);
	trying = k->trying != NULL;
	if (trying)
		(void)snprintf(ret_path, size, "%s", k->trying);
	(void)pthread_mutex_unlock(&k->lock);
	return trying;
}
