/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "lib/cleanup.h"
#include "lib/io.h"

/* the same numbers on all machines; older headers lack them */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define FIRST_NUMBERS 32

int verify_proc_read(int dir, const char *name, char **ret_text, size_t *ret_len)
{
	return io_read_file_at(dir, name, VERIFY_FILE_MAX, ret_text, ret_len);
}

int verify_proc_status(int dir, struct verify_status *ret)
{
	autofree char *text = NULL;
	size_t len;
	int r = verify_proc_read(dir, "status", &text, &len);

	return r < 0 ? r : verify_status_parse(text, len, ret);
}

static int read_stat(int dir, struct verify_stat *ret)
{
	autofree char *text = NULL;
	size_t len;
	int r = verify_proc_read(dir, "stat", &text, &len);

	return r < 0 ? r : verify_stat_parse(text, len, ret);
}

int verify_proc_link(int dir, const char *name, char ret[VERIFY_LINK_MAX])
{
	ssize_t n = readlinkat(dir, name, ret, VERIFY_LINK_MAX);

	if (n < 0)
		return -errno;
	if (n == VERIFY_LINK_MAX)
		return -ENAMETOOLONG;
	ret[n] = '\0';
	return 0;
}

int verify_proc_describe(int dir, const char *name, char link[VERIFY_LINK_MAX],
			 struct verify_descriptor *ret, dev_t *ret_on)
{
	int r = verify_proc_link(dir, name, link);
	char path[128];
	struct statfs fs;
	struct stat st;

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name); /* fits */
	if (fstatat(dir, name, &st, 0) < 0 || statfs(path, &fs) < 0)
		return -errno;
	*ret = (struct verify_descriptor){
		.mode = st.st_mode,
		.major = major(st.st_rdev),
		.minor = minor(st.st_rdev),
		.fs = (uint64_t)fs.f_type & UINT32_MAX,
		.link = link,
	};
	*ret_on = st.st_dev;
	return 0;
}

int verify_proc_fdinfo(int fd, const char *key, unsigned long *ret)
{
	autofree char *text = NULL;
	char word[32];
	const char *line;
	int r;

	(void)snprintf(word, sizeof(word), "/proc/self/fdinfo/%d", fd); /* fits */
	r = verify_proc_read(AT_FDCWD, word, &text, NULL);
	if (r < 0)
		return r;
	(void)snprintf(word, sizeof(word), "\n%s:", key); /* fits */
	line = strstr(text, word);
	if (!line)
		return -ENODATA;
	*ret = strtoul(line + strlen(word), NULL, 10);
	return 0;
}

void verify_proc_done(struct verify_proc *p)
{
	cleanup_close(&p->pidfd);
	cleanup_close(&p->dir);
	*p = (struct verify_proc){ .pidfd = -1, .dir = -1 };
}

/* Has it ended?  A zombie's pidfd is readable, too. */
static int check_pidfd(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (pidfd < 0)
		return 0;
	if (poll(&p, 1, 0) < 0)
		return -errno;
	return p.revents ? -ESRCH : 0;
}

int verify_proc_check(const struct verify_proc *p)
{
	struct verify_status status = { 0 };
	struct verify_stat stat = { 0 };
	int r = check_pidfd(p->pidfd);

	if (r == 0)
		r = verify_proc_status(p->dir, &status);
	if (r == 0)
		r = read_stat(p->dir, &stat);
	if (r < 0)
		return r;
	return stat.start == p->start && status.tgid == (unsigned)p->pid &&
			       status.state != 'Z' && status.state != 'X'
		       ? 0
		       : -ESRCH;
}

int verify_proc_open(pid_t pid, struct verify_proc *ret)
{
	struct verify_proc p = { .pid = pid, .pidfd = -1, .dir = -1 };
	struct verify_stat stat = { 0 };
	char path[32];
	int r = 0;

	p.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p.pidfd < 0 && errno != ENOSYS)
		return errno == EINVAL || errno == ENOENT ? -ESRCH
							  : -errno; /* a thread */
	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	p.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p.dir < 0)
		r = errno == ENOENT ? -ESRCH : -errno;
	if (r == 0)
		r = read_stat(p.dir, &stat);
	p.start = stat.start;
	if (r == 0)
		r = verify_proc_check(&p); /* the directory is that of the pidfd */
	if (r < 0)
		verify_proc_done(&p);
	else
		*ret = p;
	return r;
}

static int compare_numbers(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

struct numbers {
	unsigned *number; /* owned */
	size_t count, room;
};

static int add_number(struct numbers *list, const char *name)
{
	uint64_t value;

	if (io_parse_u64(name, INT32_MAX, &value) < 0)
		return 0; /* "." and such */
	if (list->count == VERIFY_NUMBERS_MAX)
		return -E2BIG;
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : FIRST_NUMBERS;
		unsigned *bigger = reallocarray(list->number, room, sizeof(*bigger));

		if (!bigger)
			return -ENOMEM;
		list->number = bigger;
		list->room = room;
	}
	list->number[list->count++] = (unsigned)value;
	return 0;
}

static int read_numbers(DIR *stream, struct numbers *list)
{
	const struct dirent *e;
	int r = 0;

	errno = 0;
	while (r == 0 && (e = readdir(stream))) {
		r = add_number(list, e->d_name);
		errno = 0;
	}
	return r == 0 ? -errno : r;
}

int verify_proc_numbers(int dir, const char *name, unsigned **ret, size_t *ret_count)
{
	struct numbers list = { 0 };
	autoclosedir DIR *stream = io_opendir_at(dir, name);
	int r = stream ? read_numbers(stream, &list) : -errno;

	if (r < 0) {
		free(list.number);
		return r;
	}
	if (list.count > 0)
		qsort(list.number, list.count, sizeof(unsigned), compare_numbers);
	*ret = list.number;
	*ret_count = list.count;
	return 0;
}

bool verify_proc_has(const unsigned *list, size_t count, unsigned number)
{
	return count > 0 && bsearch(&number, list, count, sizeof(*list), compare_numbers);
}

int verify_proc_getfd(const struct verify_proc *p, unsigned fd, int *ret_fd)
{
	int got;

	if (p->pidfd < 0)
		return -ENOSYS;
	got = (int)syscall(SYS_pidfd_getfd, p->pidfd, fd, 0);
	if (got < 0)
		return -errno;
	*ret_fd = got; /* close-on-exec, says the call */
	return 0;
}
