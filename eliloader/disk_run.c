/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eliloader/disk_starter.h"
#include "lib/io.h"

#define COMPLAINTS_MAX (64 * 1024) /* bytes on stderr; then nobody listens any more */
#define TEXT_STEP      (64 * 1024)

void disk_run_init(struct disk_run *run)
{
	*run = (struct disk_run){ .out = -1, .err = -1 };
}

int disk_run_start(struct disk_run *run, const char *const *args, unsigned cpu_s,
		   uint64_t wall_ms)
{
	int r;

	disk_run_init(run);
	run->end_ms = io_now_ms() + wall_ms;
	r = disk_starter_start(args, cpu_s, (unsigned)(wall_ms / 1000 + 1), &run->out,
			       &run->err);
	if (r < 0)
		return r;
	run->number = r;
	return 0;
}

/* The last whole line that it says is kept. */
static void hear(struct disk_run *run, const char *data, size_t len)
{
	run->heard += len;
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n') {
			run->line[run->line_len] = '\0';
			if (run->line_len > 0)
				memcpy(run->said, run->line, run->line_len + 1);
			run->line_len = 0;
		} else if (data[i] != '\0' && run->line_len < DISK_SAID_MAX - 1) {
			run->line[run->line_len++] = data[i];
		}
	}
}

static ssize_t read_some(int fd, void *data, size_t size)
{
	ssize_t n;

	do
		n = read(fd, data, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* only read from */
	*fd = -1;
}

static int read_err(struct disk_run *run)
{
	char data[1024];
	ssize_t n = read_some(run->err, data, sizeof(data));

	if (n > 0)
		hear(run, data, (size_t)n);
	if (n == 0 || run->heard > COMPLAINTS_MAX)
		shut(&run->err);
	return n < 0 ? (int)n : 0;
}

int disk_run_read(struct disk_run *run, void *data, size_t size, size_t *ret_len)
{
	/* a closed one is passed over by poll() */
	struct pollfd p[2] = { { .fd = run->out, .events = POLLIN },
			       { .fd = run->err, .events = POLLIN } };
	ssize_t n = 0;
	int r = 0;

	*ret_len = 0;
	if (poll(p, 2, 0) < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[1].revents)
		r = read_err(run);
	if (r == 0 && p[0].revents) {
		n = read_some(run->out, data, size);
		if (n == 0)
			shut(&run->out);
	}
	if (r < 0 || n < 0)
		return r < 0 ? r : (int)n;
	*ret_len = (size_t)n;
	return 0;
}

static int left_ms(const struct disk_run *run)
{
	uint64_t now = io_now_ms();

	return now < run->end_ms ? (int)(run->end_ms - now) : 0;
}

/* Until there is something to read.  -ETIMEDOUT. */
static int wait_for(struct disk_run *run)
{
	struct pollfd p[2] = { { .fd = run->out, .events = POLLIN },
			       { .fd = run->err, .events = POLLIN } };
	int n = poll(p, 2, left_ms(run));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

/* It has closed all that we know of it, so it is about to end. */
static int reap(struct disk_run *run, int *ret_status)
{
	int r = disk_starter_end(run->number, (unsigned)left_ms(run), ret_status);

	if (r != -ETIMEDOUT)
		run->number = 0;
	return r;
}

static int judge(const struct disk_run *run, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOEXEC;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return -ETIMEDOUT;
	if (WIFSIGNALED(status) &&
	    (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU))
		return -ETIME;
	/* all that it says of an absent file or directory, in its own words */
	if (WIFEXITED(status) && strstr(run->said, "' not found"))
		return -ENOENT;
	return -EIO;
}

int disk_run_end(struct disk_run *run)
{
	int status = 0, r = 0;

	shut(&run->out);
	while (r == 0 && run->number > 0 && run->err >= 0) {
		r = wait_for(run);
		if (r == 0)
			r = read_err(run);
	}
	shut(&run->err);
	hear(run, "\n", 1);
	if (r < 0 || run->number <= 0)
		return r;
	r = reap(run, &status);
	return r < 0 ? r : judge(run, status);
}

/* ---- all of it ---- */

struct text {
	char *bytes; /* owned */
	size_t len, room;
};

static int make_room(struct text *t)
{
	size_t room = t->room ? 2 * t->room : TEXT_STEP;
	char *more;

	if (t->room - t->len > TEXT_STEP / 2)
		return 0;
	more = realloc(t->bytes, room);
	if (!more)
		return -ENOMEM;
	t->bytes = more;
	t->room = room;
	return 0;
}

static int collect(struct disk_run *run, size_t max, struct text *t)
{
	int r = 0;

	while (r == 0 && run->out >= 0) {
		size_t n = 0;

		r = make_room(t);
		if (r == 0)
			r = wait_for(run);
		if (r == 0)
			r = disk_run_read(run, t->bytes + t->len, t->room - t->len - 1,
					  &n);
		t->len += n;
		if (t->len > max)
			r = -EFBIG;
	}
	return r;
}

int disk_run_text(const char *const *args, size_t max, unsigned cpu_s, uint64_t wall_ms,
		  char **ret_text, size_t *ret_len, char said[DISK_SAID_MAX])
{
	struct text t = { 0 };
	struct disk_run run;
	int r = disk_run_start(&run, args, cpu_s, wall_ms), end;

	if (r == 0)
		r = collect(&run, max, &t);
	end = disk_run_end(&run);
	memcpy(said, run.said, DISK_SAID_MAX);
	if (r == 0)
		r = end;
	if (!t.bytes || (r < 0 && (r != -EFBIG || end == -ETIMEDOUT))) {
		free(t.bytes);
		return r == -EFBIG ? end : r;
	}
	t.bytes[t.len] = '\0';
	*ret_text = t.bytes;
	*ret_len = t.len;
	return r;
}
