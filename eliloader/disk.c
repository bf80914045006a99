/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "eliloader/ready.h"
#include "lib/cleanup.h"

#define WORKER "eliloader-disk"
/* A worker that is silent for longer hangs, or was taken over: its own limits end sooner. */
#define REPORT_SILENCE_S (2 * DISK_TIME_MAX_S)

static const char *const readers[] = { "/usr/bin/grub-fstest", "/usr/bin/grub2-fstest" };

static int open_reader(struct run *run)
{
	const char *configured = run->config.grub_fstest;
	int fd = -1;

	if (configured)
		fd = open(configured, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; !configured && fd < 0 && i < 2; i++)
		fd = open(readers[i], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failure_set(
			&run->failure, -ENOENT, FAILURE_PACKAGE,
			"the disk cannot be read: %s cannot be opened (%s); it is "
			"of GRUB's package grub-common or grub2-tools; "
			"'grub-fstest' in the configuration is its path",
			configured ? configured : "grub-fstest", strerror(errno));
	return fd;
}

/* Not blocking: a fifo would; what is no disk the worker refuses. */
static int open_image(struct run *run, const char *image)
{
	int fd = image ? open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

	if (!image)
		return failure_set(&run->failure, -EINVAL, FAILURE_SOURCE,
				   "the disk cannot be read: none was named");
	if (fd < 0)
		return failure_set(&run->failure, -errno, FAILURE_SOURCE,
				   "the disk %s cannot be opened: %s", image,
				   strerror(errno));
	return fd;
}

/* What the worker, or the lack of its word, means. */
static int judge(struct run *run, const struct disk *d, int r,
		 const struct wire_done *done)
{
	static const int results[RESULTS] = {
		[RESULT_ABSENT] = -ENOENT, [RESULT_ACCESS] = -EIO,
		[RESULT_LIMIT] = -EFBIG,   [RESULT_INVALID] = -EBADMSG,
		[RESULT_REFUSED] = -EPERM, [RESULT_INTERNAL] = -EPROTO,
	};

	if (r == 0 && done->result == RESULT_OK)
		return 0;
	if (r == 0)
		return failure_set(&run->failure, results[done->result],
				   done->result == RESULT_LIMIT	     ? FAILURE_LIMITS
				   : done->result == RESULT_INTERNAL ? FAILURE_INTERNAL
								     : FAILURE_SOURCE,
				   "the disk %s: %s", d->image, done->text);
	if (r == -EFBIG)
		return failure_set(
			&run->failure, r, FAILURE_LIMITS,
			"the disk %s: the kernel or the ramdisk is over its limit",
			d->image);
	return failure_set(&run->failure, r, FAILURE_SOURCE,
			   "the disk %s cannot be read: " WORKER " %s", d->image,
			   r == -EPIPE	     ? "ended without a word"
			   : r == -ETIMEDOUT ? "hangs"
			   : r == -EBADMSG   ? "said something malformed"
					     : strerror(-r));
}

static void set_silence(const struct disk *d, unsigned seconds)
{
	struct timeval silence = { .tv_sec = seconds };

	/* else it is WORKER_SILENCE_S */
	(void)setsockopt(d->worker.fd, SOL_SOCKET, SO_RCVTIMEO, &silence,
			 sizeof(silence));
}

static int send_job(const struct disk *d, const struct plan_limits *limits, bool menu)
{
	autotree struct tree job;
	int r;

	tree_init(&job);
	r = tree_setf(&job, "limit/kernel", "%llu", (unsigned long long)limits->kernel);
	if (r == 0)
		r = tree_setf(&job, "limit/ramdisk", "%llu",
			      (unsigned long long)limits->ramdisk);
	if (r == 0)
		r = tree_setf(&job, "menu", "%d", menu);
	return r < 0 ? r : wire_send_tree(d->worker.fd, &job);
}

static int on_report(void *arg, const struct tree *tree)
{
	return disk_report_parse(tree, arg);
}

static int ask(struct run *run, const struct plan_limits *limits, bool menu,
	       struct disk *d)
{
	const struct worker_handler handler = { .report = on_report, .arg = &d->report };
	struct wire_done done = { .result = RESULT_OK };
	int r = send_job(d, limits, menu);

	set_silence(d, REPORT_SILENCE_S);
	if (r == 0 || r == -EPIPE) /* it may have ended before, and said why */
		r = worker_listen(&d->worker, &handler, &done);
	return judge(run, d, r, &done);
}

static int open_disk(struct run *run, const char *image, const struct plan_limits *limits,
		     bool menu, struct disk *ret)
{
	autoclose int disk = -1, reader = -1;
	int r;

	*ret = (struct disk){ .image = image, .limits = *limits };
	disk = open_image(run, image);
	if (disk < 0)
		return disk;
	reader = open_reader(run);
	if (reader < 0)
		return reader;
	r = worker_start(&ret->worker, WORKER, run->uid, run->gid,
			 (const int[]){ disk, reader }, 2);
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL,
				   WORKER " cannot be started: %s", strerror(-r));
	ret->open = true;
	r = ask(run, limits, menu, ret);
	if (r < 0)
		disk_close(ret);
	return r;
}

int disk_open(struct run *run, const char *image, const struct plan_limits *limits,
	      struct disk *ret)
{
	return open_disk(run, image, limits, true, ret);
}

int disk_open_files(struct run *run, const char *image, const struct plan_limits *limits,
		    struct disk *ret)
{
	return open_disk(run, image, limits, false, ret);
}

void disk_close(struct disk *d)
{
	if (d->open)
		(void)worker_end(&d->worker); /* what it said is what counts */
	disk_report_done(&d->report);
	d->open = false;
}

/* ---- files ---- */

static int take(struct run *run, struct disk *d, const struct wire_pick *pick,
		struct sink *sinks)
{
	const struct worker_handler handler = { .pick = pick, .sinks = sinks };
	struct wire_done done = { .result = RESULT_OK };
	int r;

	set_silence(d, WORKER_SILENCE_S);
	r = judge(run, d, worker_listen(&d->worker, &handler, &done), &done);
	/* as a power cut leaves files that were just written */
	for (unsigned i = 0; r == 0 && i < STREAMS; i++)
		if (sinks[i].fd >= 0 && sinks[i].len == 0)
			r = failure_set(&run->failure, -ENOENT, FAILURE_SOURCE,
					"the disk %s: the %s is empty", d->image,
					i == STREAM_KERNEL ? "kernel" : "ramdisk");
	return r;
}

/* New files for what comes, and where it came from for later sentences. */
static int prepare(struct run *run, struct output *o, const char *const path[STREAMS],
		   struct fetched *ret)
{
	char why[256];
	int r = 0;

	*ret = (struct fetched){ .guest = true };
	for (unsigned i = 0; r == 0 && i < STREAMS; i++) {
		output_drop(o, i); /* of an attempt before this */
		if (!path[i])
			continue;
		(void)snprintf(ret->file[i].path, sizeof(ret->file[i].path), "%s",
			       path[i]);
		r = output_file(o, i, why, sizeof(why));
	}
	return r < 0 ? failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why) : 0;
}

static int take_pair(struct run *run, struct disk *d, const struct wire_pick *pick,
		     const char *const path[STREAMS], struct output *o,
		     struct fetched *ret)
{
	struct sink sinks[STREAMS];
	int r = prepare(run, o, path, ret);

	if (r < 0)
		return r;
	sink_init(&sinks[STREAM_KERNEL], o->fd[STREAM_KERNEL], d->limits.kernel);
	sink_without_md5(&sinks[STREAM_KERNEL]);
	sink_init_plain(&sinks[STREAM_RAMDISK], o->fd[STREAM_RAMDISK], d->limits.ramdisk);
	r = take(run, d, pick, sinks);
	for (unsigned i = 0; r == 0 && i < STREAMS; i++)
		ret->file[i].len = sinks[i].len;
	if (r == 0)
		sink_sha256(&sinks[STREAM_KERNEL], ret->file[STREAM_KERNEL].sha256);
	sink_done(&sinks[STREAM_KERNEL]);
	sink_done(&sinks[STREAM_RAMDISK]);
	return r;
}

int disk_take_entry(struct run *run, struct disk *d, size_t index, struct output *output,
		    struct fetched *ret)
{
	const struct boot_entry *e = &d->report.menu.entry[index];
	const struct wire_pick pick = { .entry = (uint32_t)index };
	const char *const path[STREAMS] = { e->kernel.path, e->ramdisk_count
								    ? e->ramdisk[0].path
								    : NULL };

	return take_pair(run, d, &pick, path, output, ret);
}

static int put_path(struct run *run, char out[PICK_PATH_MAX], const char *path)
{
	if (snprintf(out, PICK_PATH_MAX, "%s", path ? path : "") < PICK_PATH_MAX)
		return 0;
	return failure_set(&run->failure, -ENAMETOOLONG, FAILURE_METHOD,
			   "a path in the guest's disk has more than %d bytes",
			   PICK_PATH_MAX - 1);
}

int disk_take_files(struct run *run, struct disk *d, const char *kernel,
		    const char *ramdisk, struct output *output, struct fetched *ret)
{
	struct wire_pick pick = { .entry = PICK_BY_PATH };
	const char *const path[STREAMS] = { kernel, ramdisk };
	int r = put_path(run, pick.kernel, kernel);

	if (r == 0)
		r = put_path(run, pick.ramdisk, ramdisk);
	return r < 0 ? r : take_pair(run, d, &pick, path, output, ret);
}

int disk_name(struct run *run, const struct disk *d, const struct boot_path *path,
	      char ret_name[PICK_PATH_MAX])
{
	if (path->device < d->report.device_count &&
	    snprintf(ret_name, PICK_PATH_MAX, "(%s)%s",
		     d->report.device[path->device].name, path->path) < PICK_PATH_MAX)
		return 0;
	return failure_set(&run->failure, -ENAMETOOLONG, FAILURE_SOURCE,
			   "the path '%.128s...' on the guest's disk is too long",
			   path->path);
}

static int read_kernel(struct run *run, struct disk *d, const char *path, int fd,
		       uint64_t *ret_len)
{
	struct wire_pick pick = { .entry = PICK_BY_PATH };
	struct sink sinks[STREAMS];
	int r = put_path(run, pick.kernel, path);

	if (r < 0)
		return r;
	sink_init_plain(&sinks[STREAM_KERNEL], fd, d->limits.kernel);
	sink_init_plain(&sinks[STREAM_RAMDISK], -1, 0);
	r = take(run, d, &pick, sinks);
	*ret_len = sinks[STREAM_KERNEL].len;
	sink_done(&sinks[STREAM_KERNEL]);
	sink_done(&sinks[STREAM_RAMDISK]);
	return r;
}

int disk_look_into_kernel(struct run *run, struct disk *d, const char *path,
			  uint64_t *ret_len, struct wire_kernel *ret)
{
	autoclose int fd = memfd_create("kernel", MFD_CLOEXEC);
	struct fetch_file file = { .cached = false };
	int r;

	if (fd < 0)
		return failure_set(&run->failure, -errno, FAILURE_INTERNAL,
				   "no room for a kernel: %s", strerror(errno));
	r = read_kernel(run, d, path, fd, ret_len);
	if (r < 0)
		return r;
	(void)snprintf(file.path, sizeof(file.path), "%.*s", (int)sizeof(file.path) - 1,
		       path);
	return ready_look(run, d->limits.unpacked, fd, &file, ret);
}
