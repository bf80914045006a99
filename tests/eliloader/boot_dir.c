/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/eliloader/boot_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/io.h"

static void must(bool good)
{
	if (good)
		return;
	perror("boot_dir");
	abort();
}

static struct boot_dir *whole(struct boot_fs *fs)
{
	return (struct boot_dir *)((char *)fs - offsetof(struct boot_dir, fs));
}

static void add_name(struct boot_names *n, const char *name, size_t len,
		     enum boot_kind kind, uint64_t size)
{
	for (size_t i = 0; i < n->count; i++)
		if (strlen(n->item[i].name) == len &&
		    memcmp(n->item[i].name, name, len) == 0)
			return;
	n->item = realloc(n->item, (n->count + 1) * sizeof(*n->item));
	must(n->item);
	n->item[n->count] = (struct boot_name){ strndup(name, len), kind, size };
	must(n->item[n->count++].name);
}

static int by_name(const void *a, const void *b)
{
	const struct boot_name *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The names that files in memory give to @dir. */
static int list_memory(const struct boot_dir *d, const struct boot_path *dir,
		       struct boot_names *ret)
{
	size_t len = strlen(dir->path);
	bool found = len == 1;

	if (len == 1)
		len = 0; /* "/": each path begins so */
	for (size_t i = 0; i < d->file_count; i++) {
		const struct boot_dir_file *f = &d->file[i];
		const char *name = f->path + len + 1;

		if (f->device != dir->device || strncmp(f->path, dir->path, len) != 0 ||
		    f->path[len] != '/')
			continue;
		found = true;
		if (strchr(name, '/'))
			add_name(ret, name, strcspn(name, "/"), BOOT_DIR, 0);
		else
			add_name(ret, name, strlen(name), BOOT_FILE, f->len);
	}
	return found ? 0 : -ENOENT;
}

static int list_directory(const char *root, const struct boot_path *dir,
			  struct boot_names *ret)
{
	autofree char *path = NULL;
	struct dirent *e;
	DIR *stream;

	must(asprintf(&path, "%s%s", root, dir->path) > 0);
	stream = opendir(path);
	if (!stream)
		return -errno;
	while ((e = readdir(stream))) {
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    fstatat(dirfd(stream), e->d_name, &st, 0) < 0)
			continue;
		add_name(ret, e->d_name, strlen(e->d_name),
			 S_ISDIR(st.st_mode) ? BOOT_DIR : BOOT_FILE,
			 S_ISDIR(st.st_mode) ? 0 : (uint64_t)st.st_size);
	}
	(void)closedir(stream); /* it was only read */
	return 0;
}

static int dir_list(struct boot_fs *fs, const struct boot_path *dir,
		    struct boot_names *ret)
{
	struct boot_dir *d = whole(fs);
	const char *root = d->root[dir->device];
	int r;

	*ret = (struct boot_names){ 0 };
	d->lists++;
	if (d->broken)
		return d->broken;
	r = root ? list_directory(root, dir, ret) : list_memory(d, dir, ret);
	if (r < 0)
		return r;
	if (ret->count)
		qsort(ret->item, ret->count, sizeof(*ret->item), by_name);
	return 0;
}

static int read_memory(const struct boot_dir *d, const struct boot_path *file, size_t max,
		       char **ret_text, size_t *ret_len)
{
	for (size_t i = 0; i < d->file_count; i++) {
		const struct boot_dir_file *f = &d->file[i];

		if (f->device != file->device || strcmp(f->path, file->path) != 0)
			continue;
		if (f->len > max)
			return -EFBIG;
		*ret_text = malloc(f->len + 1);
		must(*ret_text);
		memcpy(*ret_text, f->text, f->len + 1);
		*ret_len = f->len;
		return 0;
	}
	return -ENOENT;
}

static int dir_read(struct boot_fs *fs, const struct boot_path *file, size_t max,
		    char **ret_text, size_t *ret_len)
{
	struct boot_dir *d = whole(fs);
	autofree char *path = NULL;

	d->reads++;
	if (d->broken)
		return d->broken;
	if (!d->root[file->device])
		return read_memory(d, file, max, ret_text, ret_len);
	must(asprintf(&path, "%s%s", d->root[file->device], file->path) > 0);
	return io_read_file_at(AT_FDCWD, path, max, ret_text, ret_len);
}

static const struct boot_fs_ops dir_ops = { dir_list, dir_read };

void boot_dir_init(struct boot_dir *d)
{
	*d = (struct boot_dir){ .fs = { .ops = &dir_ops } };
	d->fs.device = d->device;
}

void boot_dir_with(struct boot_dir *d, ...)
{
	const char *name;
	va_list ap;

	boot_dir_init(d);
	va_start(ap, d);
	while ((name = va_arg(ap, const char *)))
		boot_dir_add(d, name, NULL);
	va_end(ap);
}

void boot_dir_done(struct boot_dir *d)
{
	for (size_t i = 0; i < d->file_count; i++) {
		free(d->file[i].path);
		free(d->file[i].text);
	}
	free(d->file);
	boot_dir_init(d);
}

unsigned boot_dir_add(struct boot_dir *d, const char *name, const char *root)
{
	unsigned i = (unsigned)d->fs.device_count++;

	must(i < BOOT_DIR_DEVICES && strlen(name) < sizeof(d->device[i].name));
	memcpy(d->device[i].name, name, strlen(name) + 1);
	strcpy(d->device[i].fs, "ext*");
	d->root[i] = root;
	return i;
}

static struct boot_dir_file *add_file(struct boot_dir *d, unsigned device,
				      const char *path)
{
	struct boot_dir_file *f;

	must(device < d->fs.device_count && !d->root[device] && *path == '/' && !d->out);
	d->file = realloc(d->file, (d->file_count + 1) * sizeof(*d->file));
	must(d->file);
	f = &d->file[d->file_count++];
	*f = (struct boot_dir_file){ device, strdup(path), NULL, 0 };
	must(f->path);
	return f;
}

void boot_dir_put(struct boot_dir *d, unsigned device, const char *path, const void *text,
		  size_t len)
{
	struct boot_dir_file *f = add_file(d, device, path);

	f->text = malloc(len + 1);
	must(f->text);
	if (len)
		memcpy(f->text, text, len);
	f->text[len] = '\0';
	f->len = len;
}

FILE *boot_dir_open(struct boot_dir *d, unsigned device, const char *path)
{
	struct boot_dir_file *f = add_file(d, device, path);

	d->out = open_memstream(&f->text, &f->len);
	must(d->out);
	return d->out;
}

void boot_dir_close(struct boot_dir *d)
{
	must(fclose(d->out) == 0);
	d->out = NULL;
}

void boot_dir_text(struct boot_dir *d, unsigned device, const char *path,
		   const char *text)
{
	boot_dir_put(d, device, path, text, strlen(text));
}

const char *boot_dir_print(const struct boot_path *path)
{
	static char text[8][BOOT_PATH_MAX + 16];
	static unsigned next;
	char *p = text[next++ % 8];

	(void)snprintf(p, sizeof(text[0]), "(%u)%s", path->device, path->path);
	return p;
}
