/* SPDX-License-Identifier: BSD-2-Clause */
/* the thread that asks, and the collector around it, on this machine's own file system */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest-agent/volumes.h"
#include "guest-agent/volumes_asker.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"
#include "tests/unit/volumes_lib.h"

#define LONG_MS 30000 /* a bound for what takes no time */

static int refuse(void)
{
	return -EPERM;
}

static pthread_t entered;

static int note_thread(void)
{
	entered = pthread_self();
	return 0;
}

/* One question with these paths (ended by NULL), to the device that @fd is on. */
static struct volume_ask *question(int fd, unsigned minor_off, const char *const *paths)
{
	struct volume_ask *ask = calloc(1, sizeof(*ask));
	struct stat st = { 0 };

	(void)fstat(fd, &st);
	ask->major = major(st.st_dev);
	ask->minor = minor(st.st_dev) + minor_off;
	for (; *paths; paths++)
		(void)text_list_add(&ask->paths, *paths);
	return ask;
}

static struct volume_answer answer_to(struct volume_asker *k, struct volume_ask *ask)
{
	struct volume_answer a = { 0 };
	struct pollfd fd = { .fd = volume_asker_fd(k), .events = POLLIN };

	is_int(volume_asker_ask(k, ask, 1), 0, "a question is taken");
	ok(poll(&fd, 1, LONG_MS) == 1, "and answered");
	is_int(volume_asker_take(k, &a, 1), 1, "completely");
	ok(poll(&fd, 1, 0) == 0, "which is said once");
	return a;
}

static void test_asker(struct fake *f)
{
	static const char *const here[] = { "/", NULL },
				 *const gone[] = { "/gone", NULL },
				 *const second[] = { "/gone", "/mnt", NULL },
				 *const link[] = { "/link", NULL },
				 *const none[] = { NULL };
	struct volume_asker *k = NULL;
	struct volume_answer a;
	struct statvfs vfs;

	is_int(volume_asker_new(f->fd, refuse, &k), -EPERM,
	       "a thread that cannot be confined is none");
	is_int(volume_asker_new(f->fd, note_thread, &k), 0, "the thread starts");
	ok(!pthread_equal(entered, pthread_self()), "and is confined by itself");
	(void)fstatvfs(f->fd, &vfs);
	a = answer_to(k, question(f->fd, 0, here));
	ok(a.done && a.told && a.size == (uint64_t)vfs.f_blocks * vfs.f_frsize &&
		   a.available <= a.free && a.free <= a.size,
	   "the size is what df has");
	a = answer_to(k, question(f->fd, 1, here));
	ok(a.done && !a.told, "another device there is no answer");
	a = answer_to(k, question(f->fd, 0, gone));
	ok(a.done && !a.told, "nor is a path that leads nowhere");
	a = answer_to(k, question(f->fd, 0, second));
	ok(a.done && a.told, "then the next way is tried");
	a = answer_to(k, question(f->fd, 0, link));
	ok(a.done && a.told, "a link is not followed, but asked about itself");
	a = answer_to(k, question(f->fd, 0, none));
	ok(a.done && !a.told, "no way at all");
	volume_asker_free(k);
}

static void test_moved(void)
{
	const uint64_t gib = UINT64_C(1) << 30, mib = UINT64_C(1) << 20;

	ok(!volume_free_moved(100 * gib, 50 * gib, 50 * gib), "free: the same");
	ok(!volume_free_moved(100 * gib, 50 * gib, 50 * gib - 1000 * mib), "under 1 %%");
	ok(volume_free_moved(100 * gib, 50 * gib, 50 * gib - 1024 * mib), "1 %% less");
	ok(volume_free_moved(100 * gib, 50 * gib, 50 * gib + 1024 * mib), "1 %% more");
	ok(volume_free_moved(100 * gib, 800 * mib, 700 * mib),
	   "an eighth of the little that is left");
	ok(!volume_free_moved(100 * gib, 800 * mib, 701 * mib), "and not less");
	ok(!volume_free_moved(100 * mib, 50 * mib, 50 * mib - mib + 1) &&
		   volume_free_moved(100 * mib, 50 * mib, 49 * mib),
	   "small ones by 1 MiB");
	ok(volume_free_moved(100 * gib, 4096, 0), "full is always told");
	ok(!volume_free_moved(100 * gib, 0, 4096) && volume_free_moved(100 * gib, 0, mib),
	   "and then again from 1 MiB on");
	ok(!volume_free_moved(0, 0, 0), "nothing at all");
}

/* The directory /mnt of the fixture, told to be a mount of the device it is really on. */
static void put_real_mount(struct fake *f)
{
	char dev[32], line[256];
	struct stat st = { 0 };

	(void)fstat(f->fd, &st);
	(void)snprintf(dev, sizeof(dev), "%u:%u", major(st.st_dev), minor(st.st_dev));
	if (major(st.st_dev) == 0) { /* an overlay or tmpfs: as a pool has it */
		(void)snprintf(
			line, sizeof(line),
			"1 0 0:0 / / rw - tmpfs t rw\n2 1 %s / /mnt rw - zfs p rw\n",
			dev);
	} else {
		fake_disk(f, "xvda", dev, 100000000, 51712);
		(void)snprintf(
			line, sizeof(line),
			"1 0 0:0 / / rw - tmpfs t rw\n2 1 %s / /mnt rw - ext4 x rw\n",
			dev);
	}
	fake_mounts(f, line);
}

static void test_collector(struct fake *f)
{
	struct volumes *v = NULL;
	const struct volume_facts *facts;
	struct pollfd fds[VOLUMES_FDS];

	fake_mounts(f, "");
	is_int(volumes_open(f->fd, &v), 0, "the collector opens");
	is_int(volumes_ask(v), 0, "without disks nothing changes");
	is_int((long long)volumes_facts(v)->count, 0, "and there is nothing");
	put_real_mount(f);
	is_int(volumes_ask(v), 1, "without a thread the layout is told at once");
	facts = volumes_facts(v);
	ok(facts->count == 1 && !facts->volume[0].has_free, "but not what is free");
	is_int(volumes_start(v, NULL), 0, "the thread starts");
	is_int(volumes_ask(v), 0, "asking does not change anything yet");
	is_int(volumes_ask(v), 0, "nor does asking again");
	is_int(volumes_wait(v, LONG_MS), 1, "the answer does");
	facts = volumes_facts(v);
	ok(facts->count == 1 && facts->volume[0].has_free && facts->volume[0].size > 0,
	   "now there is free space");
	is_int(volumes_wait(v, LONG_MS), 0, "the second answer says the same");
	ok(volumes_due_ms(v) == UINT64_MAX, "and nothing is due");
	fake_mounts(f, "1 0 0:0 / / rw - tmpfs t rw\n");
	volumes_poll(v, fds);
	fds[0].revents = POLLPRI | POLLERR; /* as the kernel says it */
	fds[1].revents = fds[2].revents = 0;
	is_int(volumes_turn(v, fds), 0, "a change of mounts is looked at later");
	ok(volumes_due_ms(v) > io_now_ms() &&
		   volumes_due_ms(v) <= io_now_ms() + VOLUMES_PAUSE_MS,
	   "but soon");
	is_int(volumes_ask(v), 1, "what is not mounted any more has nothing free");
	ok(volumes_facts(v)->count == 0 || !volumes_facts(v)->volume[0].has_free,
	   "(or is gone)");
	ok(volumes_due_ms(v) == UINT64_MAX, "and a look serves for the one to come");
	volumes_free(v);
}

int main(void)
{
	struct fake f;

	fake_init(&f);
	fake_put(&f, "", "mnt/");
	ok(symlinkat("/nowhere", f.fd, "link") == 0, "a link that leads nowhere");
	test_asker(&f);
	test_moved();
	test_collector(&f);
	fake_done(&f);
	return tap_done();
}
