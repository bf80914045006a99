/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/pygrub.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/child.h"
#include "eliloader/pygrub_find.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define PYGRUB_LIMIT_S 120 /* a big ramdisk from a slow disk */
#define ANSWER_MAX     8192
#define SAID_MAX       65536
#define WORDS_MAX      16

/* A file right below the directory: no other slash, not "." or "..". */
static bool is_file_of(const char *path, const char *directory)
{
	size_t len = strlen(directory);
	const char *name = path + len + 1;

	return strncmp(path, directory, len) == 0 && path[len] == '/' && *name &&
	       *name != '.' && !strchr(name, '/');
}

int pygrub_parse(const char *text, size_t len, const char *directory, char *ret_kernel,
		 char *ret_ramdisk, size_t path_size, char ret_args[ARGS_MAX])
{
	const char *end = text + len;

	*ret_kernel = *ret_ramdisk = *ret_args = '\0';
	while (text < end) {
		size_t left = (size_t)(end - text), item = strnlen(text, left);
		char *to = NULL;
		size_t size = path_size, key = 0;

		if (item == left)
			return -EBADMSG; /* no NUL behind it */
		if (strncmp(text, "kernel ", 7) == 0)
			to = ret_kernel, key = 7;
		else if (strncmp(text, "ramdisk ", 8) == 0)
			to = ret_ramdisk, key = 8;
		else if (strncmp(text, "args ", 5) == 0)
			to = ret_args, key = 5, size = ARGS_MAX;
		else if (item != 0)
			return -EBADMSG;
		if (to && (*to || item - key >= size))
			return -EBADMSG;
		if (to)
			memcpy(to, text + key, item - key + 1);
		text += item + 1;
	}
	if (!is_file_of(ret_kernel, directory) ||
	    (*ret_ramdisk && !is_file_of(ret_ramdisk, directory)))
		return -EBADMSG;
	return 0;
}

/* In the child: a mount namespace of its own, so that what it mounts goes with it, however
 * it ends. */
static int prepare(const void *arg)
{
	(void)arg;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return 0;
}

/* Its exit status says little: it is 0 also when the de-privileged part failed. */
static int run_pygrub(const char *const argv[], int said)
{
	static const char *const env[] = { "PATH=/sbin:/usr/sbin:/bin:/usr/bin",
					   "LC_ALL=C", NULL };
	const int fds[] = { -1, said, said };
	const struct child child = {
		.argv = argv, .env = env, .fds = fds, .count = 3, .prepare = prepare
	};
	pid_t pid = -1;
	int r = child_start(&child, &pid);

	if (r == 0)
		r = child_wait(pid, PYGRUB_LIMIT_S);
	if (r == CHILD_NOT_READY || r == CHILD_NO_PROGRAM)
		return -ENOEXEC;
	return r > 0 ? -ENODATA : r;
}

/* The last line of what it said, for the failure. */
static void last_words(int said, char *out, size_t size)
{
	autofree char *text = NULL;
	size_t len;
	char *line;

	snprintf(out, size, "it found nothing to boot");
	if (lseek(said, 0, SEEK_SET) < 0 ||
	    io_read_limited(said, SAID_MAX, &text, &len) < 0)
		return;
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (*line)
		snprintf(out, size, "%s", line);
}

struct attempt {
	struct run *run;
	const char *image;
	struct pygrub_files *files;
	char program[512];
	int parent; /* owned: the state directory, which only root can write */
	char name[CACHE_NAME_MAX]; /* of the directory in it */
	char directory[700];	   /* its path: only pygrub's files are in it */
	char answer[720];
};

static int take_file(const struct attempt *a, const char *path, enum wire_stream stream)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return failure_set(&a->run->failure, -ENODATA, FAILURE_SOURCE,
				   "pygrub gave out no %s",
				   stream == STREAM_KERNEL ? "kernel" : "ramdisk");
	a->files->fd[stream] = steal_fd(&fd);
	return 0;
}

static int take_answer(const struct attempt *a, struct pygrub_result *ret)
{
	char kernel[800] = "", ramdisk[800] = "";
	autofree char *text = NULL;
	size_t len;
	int r;

	r = io_read_file_at(AT_FDCWD, a->answer, ANSWER_MAX, &text, &len);
	if (r == 0)
		r = pygrub_parse(text, len, a->directory, kernel, ramdisk, sizeof(kernel),
				 ret->args);
	if (r < 0)
		return -ENODATA;
	r = take_file(a, kernel, STREAM_KERNEL);
	if (r == 0 && *ramdisk)
		r = take_file(a, ramdisk, STREAM_RAMDISK);
	if (r < 0)
		pygrub_files_done(a->files);
	return r;
}

struct words {
	char *word[WORDS_MAX + 1]; /* owned; ends with NULL */
	size_t count;
};

static void words_done(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->word[i]);
}

/* Add one, unless @value is NULL.  A value never stands alone: it may begin with '-'. */
static int add_word(struct words *w, const char *option, const char *value)
{
	if (!value)
		return 0;
	if (w->count == WORDS_MAX ||
	    asprintf(&w->word[w->count], "%s%s", option, value) < 0)
		return -ENOMEM;
	w->word[++w->count] = NULL;
	return 0;
}

static int make_words(const struct attempt *a, const struct pygrub_choice *choice,
		      struct words *w)
{
	char uid[16];

	snprintf(uid, sizeof(uid), "%u", (unsigned)a->run->uid);
	if (add_word(w, "", a->program) < 0 || add_word(w, "--quiet", "") < 0 ||
	    add_word(w, "--output=", a->answer) < 0 ||
	    add_word(w, "--output-format=", "simple0") < 0 ||
	    add_word(w, "--output-directory=", a->directory) < 0 ||
	    add_word(w, "--runas=", uid) < 0 ||
	    add_word(w, "--kernel=", choice->kernel) < 0 ||
	    add_word(w, "--ramdisk=", choice->ramdisk) < 0 ||
	    add_word(w, "--entry=", choice->entry) < 0 ||
	    add_word(w, "--args=", choice->args) < 0 || add_word(w, "", "--") < 0 ||
	    add_word(w, "", a->image) < 0)
		return -ENOMEM;
	return 0;
}

static int try_pygrub(const struct attempt *a, const struct pygrub_choice *choice,
		      struct pygrub_result *ret)
{
	autoclose int said = memfd_create("pygrub", MFD_CLOEXEC), answer = -1;
	__attribute__((cleanup(words_done))) struct words words = { .count = 0 };
	char why[512];
	int r;

	if (said < 0 || make_words(a, choice, &words) < 0)
		return failure_set(&a->run->failure, -ENOMEM, FAILURE_INTERNAL,
				   "pygrub cannot be started");
	answer = open(a->answer, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (answer < 0) /* it wants a file that is there */
		return failure_set(&a->run->failure, -errno, FAILURE_INTERNAL, "%s: %s",
				   a->answer, strerror(errno));
	r = run_pygrub((const char *const *)words.word, said);
	if (r == -ETIMEDOUT)
		return failure_set(&a->run->failure, r, FAILURE_SOURCE,
				   "%s did not end within %d s", a->program,
				   PYGRUB_LIMIT_S);
	if (r < 0 && r != -ENODATA)
		return failure_set(&a->run->failure, r, FAILURE_INTERNAL,
				   "%s cannot be started: %s", a->program, strerror(-r));
	if (r == 0)
		r = take_answer(a, ret);
	if (r == -ENODATA && !*a->run->failure.text) {
		last_words(said, why, sizeof(why));
		failure_set(&a->run->failure, r, FAILURE_SOURCE, "pygrub: %s", why);
	}
	return r;
}

/* What SUSE's domUloader booted: SLES 9 and 10 write no menu when installed on Xen. */
static int try_domuloader(const struct attempt *a, const char *args, bool is_64,
			  struct pygrub_result *ret)
{
	static const char *const names[][2] = { { "vmlinuz-xen", "initrd-xen" },
						{ "vmlinuz-xenpae", "initrd-xenpae" } };
	static const char *const dirs[] = { "/", "/boot/" };
	const char *const *name = names[is_64 ? 0 : 1];
	char kernel[64], ramdisk[64];
	int r = -ENODATA;

	for (unsigned i = 0; r == -ENODATA && i < 2; i++) {
		const struct pygrub_choice choice = { kernel, ramdisk, NULL, args };

		snprintf(kernel, sizeof(kernel), "%s%s", dirs[i], name[0]);
		snprintf(ramdisk, sizeof(ramdisk), "%s%s", dirs[i], name[1]);
		a->run->failure.text[0] = '\0';
		r = try_pygrub(a, &choice, ret);
	}
	if (r == 0)
		snprintf(ret->selection, sizeof(ret->selection),
			 "--kernel %s --ramdisk %s", kernel, ramdisk);
	return r;
}

/* Whatever pygrub left: files of one level, then the directory. */
static void remove_directory(const struct attempt *a)
{
	int fd = openat(a->parent, a->name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    unlinkat(fd, e->d_name, 0) < 0)
			(void)unlinkat(fd, e->d_name, AT_REMOVEDIR); /* its chroot */
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	(void)unlinkat(a->parent, a->name, AT_REMOVEDIR); /* else the next start does */
}

/* The state directory: pygrub's files must not lie where the domain's own user can put a
 * link in their way, as it may in libxl's directory. */
static int open_parent(const char *path)
{
	autoclose int fd = -1;
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return -EPERM;
	return steal_fd(&fd);
}

static int make_directory(struct attempt *a)
{
	const char *state = a->run->config.state_dir;
	char pid[16];
	const char *const vm[] = { *a->run->vm ? a->run->vm : pid };
	int r = 0;

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	/* of this VM, so that its next start finds what a killed one left */
	cache_name("pygrub", vm, 1, a->name);
	snprintf(a->directory, sizeof(a->directory), "%s/%s", state, a->name);
	snprintf(a->answer, sizeof(a->answer), "%s/answer", a->directory);
	a->parent = open_parent(state);
	if (a->parent >= 0) {
		remove_directory(a);
		r = mkdirat(a->parent, a->name, 0700) < 0 ? -errno : 0;
	}
	if (a->parent < 0 || r < 0)
		return failure_set(&a->run->failure, r < 0 ? r : a->parent,
				   FAILURE_INTERNAL, "%s: %s", a->directory,
				   strerror(r < 0 ? -r : -a->parent));
	return 0;
}

static int open_attempt(struct attempt *a)
{
	if (pygrub_find(a->run->config.pygrub, a->program, sizeof(a->program)) < 0)
		return failure_set(&a->run->failure, -ENOENT, FAILURE_PACKAGE,
				   "the disk cannot be asked: there is no pygrub; set "
				   "'pygrub' in the configuration to its path");
	if (!a->image)
		return failure_set(&a->run->failure, -EINVAL, FAILURE_SOURCE,
				   "the disk cannot be asked: none was named");
	return make_directory(a);
}

static void attempt_done(struct attempt *a)
{
	if (a->parent < 0)
		return;
	remove_directory(a);
	(void)close(a->parent); /* nothing was written through it */
}

void pygrub_files_done(struct pygrub_files *f)
{
	for (unsigned i = 0; i < STREAMS; i++)
		close_fd(&f->fd[i]);
}

int pygrub_ask(struct run *run, const char *image, const struct pygrub_choice *choice,
	       unsigned suse_bits, struct pygrub_files *ret_files,
	       struct pygrub_result *ret)
{
	__attribute__((cleanup(attempt_done))) struct attempt a = {
		.run = run, .image = image, .files = ret_files, .parent = -1
	};
	int r = open_attempt(&a);

	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < STREAMS; i++)
		ret_files->fd[i] = -1;
	if (r < 0)
		return r;
	r = try_pygrub(&a, choice, ret);
	if (r == -ENODATA && suse_bits)
		r = try_domuloader(&a, choice->args, suse_bits == 64, ret);
	return r;
}

int pygrub_boot(struct run *run, const char *image, const struct pygrub_choice *choice,
		unsigned suse_bits, struct output *output, struct pygrub_result *ret)
{
	autopygrubfiles struct pygrub_files files = { .fd = { -1, -1 } };
	int r = pygrub_ask(run, image, choice, suse_bits, &files, ret);
	char why[256];

	for (unsigned i = 0; r == 0 && i < STREAMS; i++) {
		output_drop(output, i); /* of an attempt before this */
		if (files.fd[i] >= 0)
			r = output_take(output, i, files.fd[i], why, sizeof(why));
		if (r < 0)
			failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why);
	}
	return r;
}
