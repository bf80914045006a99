/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_fs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "eliloader/disk_fs_parts.h"
#include "eliloader/disk_ls.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define LISTING_MAX (8 * MIB) /* bytes of one run; 10 000 names have 0.5 */
#define ARGS_BEFORE 4	      /* ls -- -l -a */

static char mark_device[] = "(loop0)"; /* listed between directories */

int disk_fs_fail(struct disk_fs *d, int r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(d->error, sizeof(d->error), fmt, ap); /* cut: a sentence */
	va_end(ap);
	return r;
}

bool disk_fs_folds(const struct disk_fs *d, unsigned device)
{
	return boot_device_folds(&d->own->device[device]);
}

char *disk_fs_name(const struct disk_fs *d, const struct boot_path *path,
		   const char *slash)
{
	const char *end = path->path[1] ? slash : ""; /* the root has its own */
	char *name;

	if (asprintf(&name, "(%s)%s%s", d->own->device[path->device].name, path->path,
		     end) < 0)
		return NULL;
	return name;
}

/* ---- runs ---- */

/* CPU time of what has ended. */
static uint64_t cpu_ms(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_CHILDREN, &u) < 0)
		return UINT64_MAX;
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* What may the next one take?  -E2BIG: there is none. */
static int share(struct disk_fs *d, unsigned *ret_cpu_s, uint64_t *ret_wall_ms)
{
	const uint64_t wall_ms = DISK_TIME_MAX_S * 1000ULL,
		       all = DISK_CPU_MAX_S * 1000ULL;
	struct disk_fs_private *own = d->own;
	uint64_t used = cpu_ms(), left_s;

	if (own->spent || own->runs >= DISK_RUNS_MAX || own->used_ms >= wall_ms ||
	    used >= all) {
		own->spent = true;
		return -E2BIG;
	}
	own->runs++;
	left_s = (all - used + 999) / 1000;
	*ret_cpu_s = left_s < DISK_RUN_CPU_S ? (unsigned)left_s : DISK_RUN_CPU_S;
	*ret_wall_ms = wall_ms - own->used_ms;
	return 0;
}

bool disk_fs_is_spent(const struct disk_fs *d)
{
	return d->own->spent;
}

static int fail_run(struct disk_fs *d, int r, const char *said)
{
	switch (r) {
	case -E2BIG:
		return disk_fs_fail(d, r,
				    "the disk needs more than %d reads, or %d seconds",
				    DISK_RUNS_MAX, DISK_CPU_MAX_S);
	case -ENOEXEC:
		return disk_fs_fail(d, r, "grub-fstest cannot be run: %s", said);
	case -EFBIG:
		return disk_fs_fail(d, r, "grub-fstest says more than it may");
	case -EIO:
		return disk_fs_fail(d, r, "grub-fstest cannot read it: %s",
				    *said ? said : "it crashed, or had no end");
	default:
		return disk_fs_fail(d, r, "grub-fstest: %s", strerror(-r));
	}
}

int disk_fs_ask(struct disk_fs *d, const char *const *args, size_t max, char **ret_text,
		size_t *ret_len)
{
	uint64_t wall_ms = 0, begin = io_now_ms();
	char said[DISK_SAID_MAX] = "";
	unsigned cpu_s = 0;
	int r = share(d, &cpu_s, &wall_ms);

	if (r == 0)
		r = disk_run_text(args, max, cpu_s, wall_ms, ret_text, ret_len, said);
	d->own->used_ms += io_now_ms() - begin;
	if (r == -ETIMEDOUT) {
		d->own->spent = true; /* it may still be running */
		r = -E2BIG;
	}
	return r < 0 ? fail_run(d, r, said) : 0;
}

/* ---- directories ---- */

/* What was printed for each of them, in order, each after the line that @mark is.  GRUB goes
 * no further when it cannot list one, and what comes after too many names is cut: of
 * those behind nothing is known. */
static int keep_all(struct disk_fs *d, const struct boot_path *dir, size_t count,
		    const char *text)
{
	autofree char *mark = strndup(text, strcspn(text, "\n"));
	int r = mark ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && r == 0; i++) {
		autonames struct boot_names names = { 0 };

		text = disk_ls_skip(text, mark);
		if (!text)
			break;
		r = disk_ls_names(&text, mark, &names);
		if (r == 0 || r == -ENOENT)
			r = kept_add(&d->own->kept, &dir[i], r == 0 ? &names : NULL);
	}
	return r;
}

static void free_args(char **args)
{
	/* the others are not ours */
	for (size_t i = ARGS_BEFORE; args && args[i]; i++)
		if (args[i] != mark_device)
			free(args[i]);
	free(args);
}

/* "ls -- -l -a DIR DIR ...", with marks "(loop0) DIR (loop0) DIR ...": an absent one prints
 * nothing. */
static char **make_args(const struct disk_fs *d, const struct boot_path *dir,
			size_t count, bool marks)
{
	static char ls[] = "ls", dashes[] = "--", l[] = "-l", a[] = "-a";
	char *const before[ARGS_BEFORE] = { ls, dashes, l, a };
	char **args = calloc(ARGS_BEFORE + 2 * count + 1, sizeof(*args)), **at;

	if (!args)
		return NULL;
	memcpy(args, before, sizeof(before));
	at = args + ARGS_BEFORE;
	for (size_t i = 0; i < count; i++) {
		if (marks)
			*at++ = mark_device;
		*at = disk_fs_name(d, &dir[i], "/");
		if (!*at++) {
			free_args(args);
			return NULL;
		}
	}
	return args;
}

int disk_fs_list_all(struct disk_fs *d, const struct boot_path *dir, size_t count)
{
	char **args = make_args(d, dir, count, true);
	autofree char *text = NULL;
	size_t len;
	int r;

	if (!args)
		return -ENOMEM;
	r = disk_fs_ask(d, (const char *const *)args, LISTING_MAX, &text, &len);
	free_args(args);
	if ((r == 0 || r == -EFBIG) && text)
		r = keep_all(d, dir, count, text);
	return r;
}

/* Listings that stand one after the other without marks. */
static size_t count_listings(const char *text)
{
	size_t count = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		count += len == 0;
		text += len;
		text += *text == '\n';
	}
	return count;
}

static int keep_in_order(struct disk_fs *d, const struct boot_path *dir, size_t sure,
			 size_t count, const char *text)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		autonames struct boot_names names = { 0 };

		if (i < sure)
			r = disk_ls_names(&text, NULL, &names);
		if (r == 0)
			r = kept_add(&d->own->kept, &dir[i], i < sure ? &names : NULL);
	}
	return r == -ENOENT ? -EIO : r;
}

/* A mark costs as much as two directories do. */
int disk_fs_list_sure(struct disk_fs *d, const struct boot_path *dir, size_t sure,
		      size_t count)
{
	char **args = make_args(d, dir, count, false);
	autofree char *text = NULL;
	size_t len;
	int r;

	if (!args)
		return -ENOMEM;
	r = disk_fs_ask(d, (const char *const *)args, LISTING_MAX, &text, &len);
	free_args(args);
	if (r < 0 || !text)
		return r;
	if (count_listings(text) != sure) /* one of the others is there */
		return disk_fs_list_all(d, dir, count);
	return keep_in_order(d, dir, sure, count, text);
}

static int copy_names(const struct boot_names *from, struct boot_names *ret)
{
	struct boot_names names = { .item = calloc(from->count + 1,
						   sizeof(*names.item)) };

	if (!names.item)
		return -ENOMEM;
	for (; names.count < from->count; names.count++) {
		names.item[names.count] = from->item[names.count];
		names.item[names.count].name = strdup(from->item[names.count].name);
		if (!names.item[names.count].name) {
			boot_names_done(&names);
			return -ENOMEM;
		}
	}
	*ret = names;
	return 0;
}

static int find_dir(struct disk_fs *d, const struct boot_path *dir,
		    const struct kept_dir **ret)
{
	bool fold = disk_fs_folds(d, dir->device);
	int r = 0;

	*ret = kept_find(&d->own->kept, dir, fold);
	if (!*ret) {
		r = disk_fs_list_all(d, dir, 1);
		*ret = kept_find(&d->own->kept, dir, fold);
	}
	if (r < 0)
		return r;
	return *ret && (*ret)->there ? 0 : -ENOENT;
}

static bool is_good(const struct disk_fs *d, const struct boot_path *path)
{
	return path->device < d->fs.device_count && path->path[0] == '/';
}

static int list(struct boot_fs *fs, const struct boot_path *dir, struct boot_names *ret)
{
	struct disk_fs *d = (struct disk_fs *)fs;
	const struct kept_dir *kept;
	int r = is_good(d, dir) ? find_dir(d, dir, &kept) : -EINVAL;

	return r < 0 ? r : copy_names(&kept->names, ret);
}

/* ---- files ---- */

static int look(struct disk_fs *d, const struct boot_path *file, uint64_t *ret_size)
{
	const char *name = strrchr(file->path, '/') + 1;
	const struct kept_dir *kept;
	struct boot_path dir;
	int r;

	boot_path_parent(file, &dir);
	r = find_dir(d, &dir, &kept);
	for (size_t i = 0; r == 0 && i < kept->names.count; i++) {
		const struct boot_name *n = &kept->names.item[i];

		if ((disk_fs_folds(d, file->device) ? strcasecmp(n->name, name)
						    : strcmp(n->name, name)) != 0)
			continue;
		*ret_size = n->size;
		return n->kind == BOOT_FILE ? 0 : -EISDIR;
	}
	return r < 0 ? r : -ENOENT;
}

static int read_file(struct boot_fs *fs, const struct boot_path *file, size_t max,
		     char **ret_text, size_t *ret_len)
{
	struct disk_fs *d = (struct disk_fs *)fs;
	const char *args[] = { "cat", NULL, NULL };
	autofree char *name = NULL, *text = NULL;
	uint64_t size = 0;
	int r = is_good(d, file) ? look(d, file, &size) : -EINVAL;

	if (r == 0 && size > max)
		r = -EFBIG;
	if (r < 0)
		return r;
	args[1] = name = disk_fs_name(d, file, "");
	if (!name)
		return -ENOMEM;
	r = disk_fs_ask(d, args, max, &text, ret_len);
	if (r == 0 && *ret_len != size)
		return disk_fs_fail(d, -EIO, "'%s' ends early", file->path);
	if (r == 0)
		*ret_text = steal_ptr(text);
	return r;
}

const struct boot_fs_ops disk_fs_ops = { .list = list, .read = read_file };

int disk_fs_begin(struct disk_fs *d, const struct boot_path *file, uint64_t max,
		  struct disk_run *run, uint64_t *ret_size)
{
	const char *args[] = { "cat", NULL, NULL };
	autofree char *name = NULL;
	int r = is_good(d, file) ? look(d, file, ret_size) : -EINVAL;

	disk_run_init(run);
	if (r == -ENOENT || r == -EISDIR)
		return disk_fs_fail(d, -ENOENT, "there is no file '%s' in (%s)",
				    file->path, d->own->device[file->device].name);
	if (r == 0 && *ret_size > max)
		return disk_fs_fail(d, -EFBIG, "'%s' has %llu bytes, more than %llu",
				    file->path, (unsigned long long)*ret_size,
				    (unsigned long long)max);
	if (r < 0)
		return r;
	args[1] = name = disk_fs_name(d, file, "");
	if (!name)
		return -ENOMEM;
	return disk_run_start(
		run, args, DISK_STREAM_CPU_S + (unsigned)(*ret_size / DISK_STREAM_RATE),
		DISK_STREAM_MAX_S * 1000);
}

int disk_fs_end(struct disk_fs *d, const struct boot_path *file, struct disk_run *run,
		uint64_t size, uint64_t len)
{
	int r = disk_run_end(run);

	if (r == 0 && len != size)
		return disk_fs_fail(d, -EIO, "'%s' has %llu bytes, and %llu came",
				    file->path, (unsigned long long)size,
				    (unsigned long long)len);
	return r < 0 ? disk_fs_fail(d, r, "'%s' cannot be read: %s", file->path,
				    *run->said ? run->said : strerror(-r))
		     : 0;
}
