/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_fs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_fs_parts.h"
#include "eliloader/disk_ls.h"
#include "eliloader/disk_starter.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define LISTING_MAX (8 * MIB) /* bytes of one run; 10 000 names have 0.5 */
/* Of one in the long form, which shall cost no more than 0.2 s: 700 names of one directory
 * and, since not all of many are large, some for each of them. */
#define LONG_FORM_MAX	  (32 * 1024)
#define LONG_FORM_MAX_DIR (2 * 1024)

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

#define TEXT_OF(number) #number
#define TEXT(macro)	TEXT_OF(macro)

/* The first bound that is met is the one that is told. */
static void spend(struct disk_fs *d, const char *on)
{
	if (!d->own->spent)
		d->own->spent_on = on;
	d->own->spent = true;
}

static const char too_many[] = TEXT(DISK_RUNS_MAX) " reads",
		  too_busy[] = TEXT(DISK_CPU_MAX_S) " seconds of computing",
		  too_long[] = TEXT(DISK_TIME_MAX_S) " seconds";

/* What may the next one take, at most *cpu_s?  -E2BIG: there is none. */
static int share(struct disk_fs *d, unsigned *cpu_s, uint64_t *ret_wall_ms)
{
	const uint64_t wall_ms = DISK_TIME_MAX_S * 1000ULL,
		       all = DISK_CPU_MAX_S * 1000ULL;
	struct disk_fs_private *own = d->own;
	uint64_t used = disk_starter_cpu_ms(), left_s;

	if (own->runs >= DISK_RUNS_MAX)
		spend(d, too_many);
	else if (own->used_ms >= wall_ms)
		spend(d, too_long);
	else if (used >= all)
		spend(d, too_busy);
	if (own->spent)
		return -E2BIG;
	own->runs++;
	left_s = (all - used + 999) / 1000;
	if (left_s < *cpu_s)
		*cpu_s = (unsigned)left_s;
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
		return disk_fs_fail(d, r, "the disk needs more than %s",
				    d->own->spent_on);
	case -ENOEXEC:
		return disk_fs_fail(d, r, "grub-fstest cannot be run: %s", said);
	case -EFBIG:
		return disk_fs_fail(d, r, "grub-fstest says more than it may");
	case -EIO:
	case -ETIME:
		return disk_fs_fail(d, r, "grub-fstest cannot read it: %s",
				    *said ? said : "it crashed, or had no end");
	default:
		return disk_fs_fail(d, r, "grub-fstest: %s", strerror(-r));
	}
}

/* As disk_fs_ask(); -ETIME: more than @cpu_s. */
static int ask(struct disk_fs *d, const char *const *args, size_t max, unsigned cpu_s,
	       char **ret_text, size_t *ret_len)
{
	uint64_t wall_ms = 0, begin = io_now_ms();
	char said[DISK_SAID_MAX] = "";
	int r = share(d, &cpu_s, &wall_ms);

	if (r == 0)
		r = disk_run_text(args, max, cpu_s, wall_ms, ret_text, ret_len, said);
	d->own->used_ms += io_now_ms() - begin;
	if (r == -ETIMEDOUT) {
		spend(d, too_long); /* it may still be running */
		r = -E2BIG;
	}
	return r < 0 ? fail_run(d, r, said) : 0;
}

int disk_fs_ask(struct disk_fs *d, const char *const *args, size_t max, char **ret_text,
		size_t *ret_len)
{
	int r = ask(d, args, max, DISK_RUN_CPU_S, ret_text, ret_len);

	return r == -ETIME ? -EIO : r;
}

int disk_fs_ask_names(struct disk_fs *d, char **args, size_t dirs, char **ret_text,
		      size_t *ret_len, enum disk_ls_form *ret_form)
{
	static char ls[] = "ls", dashes[] = "--", a[] = "-a", l[] = "-l";
	char *const head[DISK_FS_LS_HEAD] = { ls, dashes, a, l };
	const char *const *all = (const char *const *)args;
	int r = -ETIME;

	memcpy(args, head, sizeof(head));
	if (d->own->form == DISK_LS_LONG)
		r = ask(d, all, LONG_FORM_MAX + dirs * LONG_FORM_MAX_DIR, DISK_LONG_CPU_S,
			ret_text, ret_len);
	if (r == -EFBIG || r == -ETIME) {
		d->own->form = DISK_LS_SHORT;
		*d->error = '\0';
		free(*ret_text);
		*ret_text = NULL;
		args[DISK_FS_LS_HEAD - 1] = a; /* twice is as good as once */
		r = disk_fs_ask(d, all, LISTING_MAX, ret_text, ret_len);
	}
	*ret_form = d->own->form;
	return r;
}

/* ---- directories ---- */

/* Those in which GRUB shows a directory "." always, if it could read it at all. */
static bool has_dots(const struct disk_fs *d, const struct boot_path *dir)
{
	static const char *const kinds[] = { "ext*", "xfs", "reiserfs", "iso9660" };
	const char *fs = d->own->device[dir->device].fs;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(fs, kinds[i]) == 0)
			return true;
	return strcmp(fs, "fat") == 0 && dir->path[1]; /* its root has none */
}

int disk_fs_keep(struct disk_fs *d, const struct boot_path *dir, bool sure,
		 const char **text, const char *mark, enum disk_ls_form form)
{
	autolisting struct disk_listing l = { .whole = false };
	int r = disk_ls_names(text, mark, form, &l);

	if (r == -ENOENT)
		return kept_add_none(&d->own->kept, dir, sure ? -EIO : -ENOENT);
	if (r < 0)
		return r;
	if (!l.dots && has_dots(d, dir))
		return kept_add_none(&d->own->kept, dir, -EIO);
	return kept_add(&d->own->kept, dir, form, &l);
}

/* Does the directory above it say that there is such a directory? */
static bool is_seen(const struct disk_fs *d, const struct boot_path *dir)
{
	bool fold = disk_fs_folds(d, dir->device);
	const struct kept_dir *parent;
	const struct boot_name *name;
	struct boot_path above;

	boot_path_parent(dir, &above);
	parent = kept_find(&d->own->kept, &above, fold);
	if (!parent || parent->r < 0)
		return parent && parent->r == -EIO;
	name = kept_name(parent, strrchr(dir->path, '/') + 1, fold);
	return name && name->kind == BOOT_DIR;
}

/* What was printed for each of them, in order, each after the line that @mark is.  What comes
 * after too much is cut, and of those behind nothing is known. */
static int keep_all(struct disk_fs *d, const struct boot_path *dir, size_t count,
		    const char *text, enum disk_ls_form form)
{
	autofree char *mark = strndup(text, strcspn(text, "\n"));
	int r = mark ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && r == 0; i++) {
		text = disk_ls_skip(text, mark);
		if (!text)
			break;
		r = disk_fs_keep(d, &dir[i], is_seen(d, &dir[i]), &text, mark, form);
	}
	return r;
}

static void free_args(char **args)
{
	/* the others are not ours */
	for (size_t i = DISK_FS_LS_HEAD; args && args[i]; i++)
		if (args[i] != mark_device)
			free(args[i]);
	free(args);
}

/* "DIR DIR (loop0) DIR DIR ..." behind what disk_fs_ask_names() puts there, with that mark
 * behind @sure of them: an absent one prints nothing.  Of none is sure: before each. */
static char **make_args(const struct disk_fs *d, const struct boot_path *dir, size_t sure,
			size_t count)
{
	char **args = calloc(DISK_FS_LS_HEAD + 2 * count + 1, sizeof(*args)), **at;

	if (!args)
		return NULL;
	at = args + DISK_FS_LS_HEAD;
	for (size_t i = 0; i < count; i++) {
		if (sure == 0 || i == sure)
			*at++ = mark_device;
		*at = disk_fs_name(d, &dir[i], "/");
		if (!*at++) {
			free_args(args);
			return NULL;
		}
	}
	return args;
}

static int ask_dirs(struct disk_fs *d, const struct boot_path *dir, size_t sure,
		    size_t count, char **ret_text, enum disk_ls_form *ret_form)
{
	char **args = make_args(d, dir, sure, count);
	size_t len;
	int r;

	if (!args)
		return -ENOMEM;
	r = disk_fs_ask_names(d, args, count, ret_text, &len, ret_form);
	free_args(args);
	return r;
}

int disk_fs_list_all(struct disk_fs *d, const struct boot_path *dir, size_t count)
{
	autofree char *text = NULL;
	enum disk_ls_form form;
	int r = ask_dirs(d, dir, 0, count, &text, &form);

	if ((r == 0 || r == -EFBIG) && text)
		r = keep_all(d, dir, count, text, form);
	return r;
}

int disk_fs_ask_short(struct disk_fs *d, const struct boot_path *dir, size_t count,
		      char **ret_text)
{
	enum disk_ls_form before = d->own->form, form;
	int r;

	d->own->form = DISK_LS_SHORT;
	r = ask_dirs(d, dir, 0, count, ret_text, &form);
	d->own->form = before;
	return r;
}

static int keep_in_order(struct disk_fs *d, const struct boot_path *dir, size_t sure,
			 size_t count, const char *text, enum disk_ls_form form)
{
	int r = 0;

	for (size_t i = 0; i < sure && r == 0; i++)
		r = disk_fs_keep(d, &dir[i], true, &text, NULL, form);
	for (size_t i = sure; i < count && r == 0; i++)
		r = kept_add_none(&d->own->kept, &dir[i], -ENOENT);
	return r;
}

/* Did all of @sure print something, and none of the others? */
static bool is_as_expected(const char *text, size_t sure, size_t count,
			   enum disk_ls_form form)
{
	return disk_ls_count(text, form) == sure &&
	       (count == sure || disk_ls_ends_in_device(text));
}

/* (a mark costs as much as two directories do: there is but one) */
int disk_fs_list_sure(struct disk_fs *d, const struct boot_path *dir, size_t sure,
		      size_t count)
{
	autofree char *text = NULL;
	enum disk_ls_form form;
	int r = ask_dirs(d, dir, sure, count, &text, &form);

	if (r < 0 || !text)
		return r;
	if (!is_as_expected(text, sure, count, form))
		return disk_fs_list_all(d, dir, count);
	return keep_in_order(d, dir, sure, count, text, form);
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
	return *ret ? (*ret)->r : -ENOENT;
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

/* 1: it is there, as far as that is known, of some size. */
static int look(struct disk_fs *d, const struct boot_path *file, uint64_t *ret_size)
{
	const struct boot_name *name;
	const struct kept_dir *kept;
	struct boot_path dir;
	int r;

	boot_path_parent(file, &dir);
	r = find_dir(d, &dir, &kept);
	if (r < 0)
		return r;
	name = kept_name(kept, strrchr(file->path, '/') + 1,
			 disk_fs_folds(d, file->device));
	if (!name)
		return -ENOENT;
	*ret_size = name->size;
	if (name->kind != BOOT_FILE)
		return -EISDIR;
	return kept->has_sizes ? 0 : 1;
}

static int read_file(struct boot_fs *fs, const struct boot_path *file, size_t max,
		     char **ret_text, size_t *ret_len)
{
	struct disk_fs *d = (struct disk_fs *)fs;
	const char *args[] = { "cat", NULL, NULL };
	autofree char *name = NULL, *text = NULL;
	uint64_t size = 0;
	bool known;
	int r = is_good(d, file) ? look(d, file, &size) : -EINVAL;

	known = r == 0;
	if (known && size > max)
		r = -EFBIG;
	if (r < 0)
		return r;
	args[1] = name = disk_fs_name(d, file, "");
	if (!name)
		return -ENOMEM;
	r = disk_fs_ask(d, args, max, &text, ret_len);
	if (r == 0 && known && *ret_len != size)
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
	if (r == 1)
		*ret_size = DISK_SIZE_UNKNOWN;
	if (r == -ENOENT || r == -EISDIR)
		return disk_fs_fail(d, -ENOENT, "there is no file '%s' in (%s)",
				    file->path, d->own->device[file->device].name);
	if (r == 0 && *ret_size > max)
		return disk_fs_fail(d, -EFBIG, "'%s' has %llu bytes, more than %llu",
				    file->path, (unsigned long long)*ret_size,
				    (unsigned long long)max);
	if (r < 0)
		return *d->error ? r
				 : disk_fs_fail(d, r, "'%s' cannot be read: %s",
						file->path, strerror(-r));
	args[1] = name = disk_fs_name(d, file, "");
	if (!name)
		return -ENOMEM;
	if (*ret_size < max)
		max = *ret_size;
	return disk_run_start(run, args,
			      DISK_STREAM_CPU_S + (unsigned)(max / DISK_STREAM_RATE),
			      DISK_STREAM_MAX_S * 1000);
}

int disk_fs_end(struct disk_fs *d, const struct boot_path *file, struct disk_run *run,
		uint64_t size, uint64_t len)
{
	int r = disk_run_end(run);

	if (r == 0 && len != size && size != DISK_SIZE_UNKNOWN)
		return disk_fs_fail(d, -EIO, "'%s' has %llu bytes, and %llu came",
				    file->path, (unsigned long long)size,
				    (unsigned long long)len);
	return r < 0 ? disk_fs_fail(d, r, "'%s' cannot be read: %s", file->path,
				    *run->said ? run->said : strerror(-r))
		     : 0;
}
