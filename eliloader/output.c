/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/copy.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define NAME_SIZE 192 /* bytes of a file's name: "eliloader-", the tag, "-ramdisk" */

/* @r, with the sentence. */
__attribute__((format(printf, 4, 5))) static int fail(int r, char *why, size_t size,
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap); /* cut is fine */
	va_end(ap);
	return r;
}

static const char *text_of(int r)
{
	return strerror(-r); /* NOLINT(concurrency-mt-unsafe): one thread */
}

static void name_of(const struct output *o, unsigned stream, char ret_name[NAME_SIZE])
{
	(void)snprintf(ret_name, NAME_SIZE, "eliloader-%s-%s", o->tag,
		       stream == STREAM_KERNEL ? "kernel" : "ramdisk");
}

/* A name in a path: neither "/" nor ".." nor anything that a parser could take apart. */
static bool is_tag(const char *text, size_t size)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-_");

	return len > 0 && text[len] == '\0' && len < size;
}

static int set_tag(const struct request *request, struct output *o)
{
	if (request->vm_uuid) {
		if (!is_tag(request->vm_uuid, sizeof(o->tag)))
			return -EINVAL;
		(void)snprintf(o->tag, sizeof(o->tag), "%s", request->vm_uuid);
		return 0;
	}
	/* libxl: the directory is this start's own, and removed with all that is in it */
	(void)snprintf(o->tag, sizeof(o->tag), "%d", (int)getpid());
	return 0;
}

/* xenopsd no longer makes this directory, nor does anybody else. */
static int make_directory(void)
{
	char part[] = XAPI_BOOT_DIRECTORY;

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(part, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* What a killed start of this VM has left. */
static int remove_stale(const struct output *o)
{
	char name[NAME_SIZE];

	for (unsigned i = 0; i < STREAMS; i++) {
		name_of(o, i, name);
		if (unlinkat(o->dir, name, 0) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static bool is_ours(const char *name)
{
	static const char *const ends[] = { "-kernel", "-ramdisk" };
	size_t len = strlen(name);

	if (strncmp(name, "eliloader-", 10) != 0)
		return false;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (len > strlen(ends[i]) &&
		    strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

void output_remove_old(int dir, time_t now)
{
	autoclosedir DIR *list = io_opendir_at(dir, ".");
	struct dirent *e;
	struct stat st;

	while (list && (e = readdir(list))) /* NOLINT(concurrency-mt-unsafe) */
		/* its content may be the cache's, and older; the name is as old as that */
		if (is_ours(e->d_name) &&
		    fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_ctime < now - OUTPUT_OLD_S)
			(void)unlinkat(dir, e->d_name, 0); /* the next start does, else */
}

/* In a directory where others could put or move files, a result would be theirs.  That of
 * libxl belongs to the domain's own user when it runs bootloaders restricted. */
static int check_directory(const struct request *request, int dir)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return -errno;
	if (st.st_mode & 022)
		return -EPERM;
	if (st.st_uid != geteuid() &&
	    !(request->have_runas && st.st_uid == request->runas))
		return -EPERM;
	return 0;
}

static int open_directory(const struct request *request, struct output *o)
{
	int r = 0;

	if (!request->output_directory)
		r = make_directory();
	if (r < 0)
		return r;
	o->dir = open(o->dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->dir < 0)
		return -errno;
	r = check_directory(request, o->dir);
	if (r == 0 && !request->output_directory)
		output_remove_old(o->dir, time(NULL));
	return r < 0 ? r : remove_stale(o);
}

int output_open(const struct request *request, struct output *ret, char *why, size_t size)
{
	const char *path = request->output_directory ? request->output_directory
						     : XAPI_BOOT_DIRECTORY;
	size_t len = strlen(path);
	int r;

	*ret = (struct output){ .dir = -1, .fd = { -1, -1 } };
	while (len > 1 && path[len - 1] == '/')
		len--;
	/* the toolstack takes absolute paths only */
	if (path[0] != '/' || len >= sizeof(ret->dir_path))
		return fail(-EINVAL, why, size, "'%s' is not an absolute path", path);
	(void)snprintf(ret->dir_path, sizeof(ret->dir_path), "%.*s", (int)len, path);
	if (set_tag(request, ret) < 0)
		return fail(-EINVAL, why, size, "'%s' is not a UUID", request->vm_uuid);
	r = open_directory(request, ret);
	if (r < 0) {
		output_close(ret, true);
		return fail(r, why, size, "cannot use the directory '%s': %s",
			    ret->dir_path, text_of(r));
	}
	return 0;
}

static void replace_file(struct output *o, enum wire_stream stream, int fd)
{
	if (o->fd[stream] >= 0)
		(void)close(o->fd[stream]); /* it goes with its content: it has no name */
	o->fd[stream] = fd;
}

void output_drop(struct output *o, enum wire_stream stream)
{
	replace_file(o, stream, -1);
}

int output_file(struct output *o, enum wire_stream stream, char *why, size_t size)
{
	int fd = openat(o->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(-errno, why, size, "cannot make a file in '%s': %s",
			    o->dir_path, text_of(-errno));
	replace_file(o, stream, fd);
	return 0;
}

/* It becomes a link, or where that cannot be, a copy, when the others do. */
int output_take(struct output *o, enum wire_stream stream, int fd, char *why, size_t size)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (own < 0)
		return fail(-errno, why, size, "cannot use a file: %s", text_of(-errno));
	replace_file(o, stream, own);
	return 0;
}

static void remove_links(struct output *o)
{
	char name[NAME_SIZE];

	for (unsigned i = 0; i < STREAMS; i++) {
		name_of(o, i, name);
		if (o->linked[i])
			(void)unlinkat(o->dir, name, 0); /* the next start does, else */
		o->linked[i] = false;
	}
}

int output_link(struct output *o, char *why, size_t size)
{
	char name[NAME_SIZE];
	int r = 0;

	if (o->fd[STREAM_KERNEL] < 0)
		return fail(-ENOENT, why, size, "there is no kernel to hand over");
	for (unsigned i = 0; i < STREAMS && r == 0; i++) {
		if (o->fd[i] < 0)
			continue;
		name_of(o, i, name);
		r = copy_or_link(o->fd[i], o->dir, name);
		o->linked[i] = r == 0;
	}
	if (r == 0)
		return 0;
	remove_links(o);
	return fail(r, why, size, "cannot put a file into '%s': %s", o->dir_path,
		    text_of(r));
}

static int write_result(const char *path, const char *text, size_t len)
{
	autoclose int fd = -1;
	int r;

	if (!path)
		return io_write_all(STDOUT_FILENO, text, len);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = io_write_all(fd, text, len);
	if (r < 0 && ftruncate(fd, 0) < 0)
		return r; /* a pipe, say: what is written stays, and our status tells */
	return r;
}

int output_result(const struct request *request, const struct output *o, const char *args,
		  char *why, size_t size)
{
	char path[STREAMS][sizeof(o->dir_path) + NAME_SIZE] = { "", "" };
	char name[NAME_SIZE];
	autofree char *text = NULL;
	size_t len;
	int r;

	for (unsigned i = 0; i < STREAMS; i++) {
		if (!o->linked[i])
			continue;
		name_of(o, i, name);
		(void)snprintf(path[i], sizeof(path[i]), "%s/%s", o->dir_path, name);
	}
	r = output_format(request->format, path[STREAM_KERNEL], path[STREAM_RAMDISK],
			  args, &text, &len);
	if (r < 0)
		return fail(r, why, size,
			    "a path or the arguments cannot be told to the toolstack");
	r = write_result(request->output, text, len);
	if (r < 0)
		return fail(r, why, size, "cannot write the result: %s", text_of(r));
	return 0;
}

void output_close(struct output *o, bool keep)
{
	if (!keep)
		remove_links(o);
	for (unsigned i = 0; i < STREAMS; i++)
		replace_file(o, i, -1);
	close_fd(&o->dir);
}
