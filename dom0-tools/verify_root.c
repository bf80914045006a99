/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "dom0-tools/verify_checks.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define PEEK_S	    10	 /* seconds: a look at some mounts */
#define ENTRIES_MAX 4096 /* of the room's root */
#define DEPTH_MAX   16

/* Those that show or change more than files. */
static const char *const bad_types[] = {
	"proc",	   "sysfs",	 "cgroup",  "cgroup2",	"devtmpfs", "devpts",
	"debugfs", "securityfs", "tracefs", "configfs", "bpf",	    "mqueue",
	"xenfs",   "efivarfs",	 "pstore",  "fuse",	"nfs",	    "autofs",
};

/* Of the host: where a view of libraries may come from. */
static const char *const library_dirs[] = { "/lib",	  "/lib32",	"/lib64",
					    "/libx32",	  "/usr/lib",	"/usr/lib32",
					    "/usr/lib64", "/usr/libx32" };

bool verify_is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (len > 0 && dir[len - 1] == '/')
		len--;
	return strncmp(path, dir, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

bool verify_is_bound(const struct verify_context *ctx, const char *path, bool writable)
{
	for (size_t i = 0; i < ctx->room.binds_count; i++) {
		const struct room_bind *b = &ctx->room.binds[i];

		if ((b->writable || b->device || !writable) &&
		    verify_is_below(path, b->to))
			return true;
	}
	return false;
}

bool verify_is_device(const struct verify_context *ctx, const char *path)
{
	for (size_t i = 0; i < ctx->room.binds_count; i++)
		if (ctx->room.binds[i].device && strcmp(path, ctx->room.binds[i].to) == 0)
			return true;
	return false;
}

/* ---- all mounts of its namespace, also those that a chroot would hide ---- */

/* In a child, since there is no way back: enter, and write our own mountinfo then. */
static void peek(int ns, int own, int out)
{
	autofree char *text = NULL;
	size_t len;

	(void)alarm(PEEK_S);
	if (setns(ns, CLONE_NEWNS) < 0 || verify_proc_read(own, "mountinfo", &text, &len))
		_exit(1);
	_exit(io_write_all(out, text, len) < 0 ? 1 : 0);
}

static int collect(pid_t child, int in, char **ret, size_t *ret_len)
{
	autofree char *text = NULL;
	size_t len = 0;
	int status = 0;
	int r = io_read_limited(in, VERIFY_FILE_MAX, &text, &len);

	if (r < 0)
		(void)kill(child, SIGKILL); /* ours, and not waited for yet */
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		r = -EIO;
	if (r < 0)
		return r;
	*ret = steal_ptr(text);
	*ret_len = len;
	return 0;
}

/* The mountinfo of the whole namespace, as seen from its root. */
static int peek_mounts(int dir, char **ret, size_t *ret_len)
{
	autoclose int ns = openat(dir, "ns/mnt", O_RDONLY | O_CLOEXEC);
	autoclose int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int in = -1, out = -1;
	int ends[2];
	pid_t child;

	if (ns < 0 || proc < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	in = ends[0];
	out = ends[1];
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		/* "self" is by then the child: /proc is the old one's */
		int own = openat(proc, "self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (own < 0)
			_exit(1);
		peek(ns, own, out);
	}
	cleanup_close(&out);
	out = -1;
	return collect(child, in, ret, ret_len);
}

static bool is_library_dir(const char *path)
{
	for (size_t i = 0; i < sizeof(library_dirs) / sizeof(*library_dirs); i++)
		if (verify_is_below(path, library_dirs[i]))
			return true;
	return false;
}

/* One library (that it is a file is looked at in the root), or the host's directory of
 * them, whose root is one component shorter where /usr is a file system of its own. */
static bool is_library_view(const struct verify_mount *m)
{
	const char *name = strrchr(m->point, '/');

	if (!is_library_dir(m->point))
		return false;
	return strstr(name, ".so") || is_library_dir(m->root);
}

/* May it be there at all?  @exe: what the process runs. */
static bool is_wanted(const struct verify_context *ctx, const struct verify_mount *m,
		      const char *exe)
{
	return strcmp(m->point, "/") == 0 || strcmp(m->point, ROOM_XENSTORE) == 0 ||
	       strcmp(m->point, exe) == 0 || verify_is_bound(ctx, m->point, false) ||
	       is_library_view(m);
}

static const char *mount_fault(const struct verify_context *ctx,
			       const struct verify_mount *m, const char *exe)
{
	bool device = verify_is_device(ctx, m->point); /* of the host's /dev */

	for (size_t i = 0; i < sizeof(bad_types) / sizeof(*bad_types); i++)
		if (!device && strcmp(m->type, bad_types[i]) == 0)
			return m->type;
	if (!verify_mount_is_read_only(m) && !verify_is_bound(ctx, m->point, true))
		return "writable";
	if (!verify_option(m->options, "nosuid"))
		return "without nosuid";
	if (!verify_option(m->options, "nodev") && !device)
		return "without nodev";
	if (strcmp(m->point, "/") == 0 && strcmp(m->type, "tmpfs") != 0)
		return "no tmpfs";
	return is_wanted(ctx, m, exe) ? NULL : "not of the profile";
}

#define MOUNTS_WANTED "read-only, nosuid, nodev, of the profile"

static void check_mounts(struct verify_context *ctx, const struct verify_mounts *mounts)
{
	char exe[VERIFY_LINK_MAX];
	bool good = mounts->count > 0;
	int r = verify_proc_link(ctx->proc.dir, "exe", exe);

	if (r < 0)
		exe[0] = '\0'; /* a mount of it is then one that is not wanted */
	for (size_t i = 0; i < mounts->count; i++) {
		const struct verify_mount *m = &mounts->mount[i];
		const char *fault = mount_fault(ctx, m, exe);

		if (!fault)
			continue;
		good = false;
		verify_add(&ctx->rep, VERIFY_FAIL, "mounts", MOUNTS_WANTED, "%.128s: %s",
			   m->point, fault);
	}
	if (good)
		verify_add(&ctx->rep, VERIFY_OK, "mounts", MOUNTS_WANTED, "%zu, all so",
			   mounts->count);
	else if (mounts->count == 0)
		verify_add(&ctx->rep, VERIFY_FAIL, "mounts", MOUNTS_WANTED, "none");
}

/* ---- its root and working directory ---- */

static const struct verify_mount *find_mount(const struct verify_mounts *mounts,
					     unsigned long id)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->mount[i].id == id)
			return &mounts->mount[i];
	return NULL;
}

/* "root" or "cwd": on a mount of the room.  One on the old root, detached, is on none. */
static void check_place(struct verify_context *ctx, const struct verify_mounts *mounts,
			const char *name)
{
	autoclose int fd = openat(ctx->proc.dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[VERIFY_LINK_MAX] = "", root[VERIFY_LINK_MAX] = "";
	unsigned long id = 0;
	int r = fd < 0 ? -errno : verify_proc_fdinfo(fd, "mnt_id", &id);
	bool good;

	if (r == 0)
		r = verify_proc_link(ctx->proc.dir, name, path);
	if (r == 0)
		r = verify_proc_link(ctx->proc.dir, "root", root);
	if (r < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, "in the room", "%s",
			   strerror(-r));
		return;
	}
	good = find_mount(mounts, id) && verify_is_below(path, root);
	if (strcmp(name, "root") == 0 && !ctx->room.late)
		good &= strcmp(root, "/") == 0;
	verify_add(&ctx->rep, verify_verdict_of(good), name,
		   strcmp(name, "root") != 0 ? "below the root"
		   : ctx->room.late	     ? "in the room"
					     : "the room's \"/\"",
		   "%.128s, mount %lu%s", path, id,
		   find_mount(mounts, id) ? "" : " of no part of the room");
}

/* ---- what lies in the root itself ---- */

struct walk {
	struct verify_context *ctx;
	dev_t device; /* of the root: other mounts are told elsewhere */
	unsigned seen;
	unsigned depth;
	bool good;
	char path[VERIFY_LINK_MAX];
};

static int walk_dir(struct walk *w, int fd, size_t len);

static const char *entry_fault(const struct walk *w, const struct stat *st)
{
	if (st->st_mode & (S_ISUID | S_ISGID))
		return "with a set-id bit";
	if (S_ISSOCK(st->st_mode))
		return strcmp(w->path, ROOM_XENSTORE) == 0 ||
				       verify_is_bound(w->ctx, w->path, false)
			       ? NULL
			       : "a socket";
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		return verify_is_device(w->ctx, w->path) ? NULL : "a device";
	if (S_ISDIR(st->st_mode) && st->st_dev != w->device && strstr(w->path, ".so"))
		return "a directory in place of a library";
	return S_ISFIFO(st->st_mode) ? "a fifo" : NULL;
}

static int walk_entry(struct walk *w, int dir, const char *name, size_t len)
{
	size_t name_len = strlen(name);
	const char *fault;
	struct stat st;

	if (++w->seen > ENTRIES_MAX || len + name_len + 2 > sizeof(w->path))
		return -E2BIG;
	w->path[len] = '/';
	memcpy(w->path + len + 1, name, name_len + 1);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	fault = entry_fault(w, &st);
	if (fault) {
		verify_add(&w->ctx->rep, VERIFY_FAIL, "root-content",
			   "only what the profile lists", "%.128s: %s", w->path, fault);
		w->good = false;
	}
	if (!S_ISDIR(st.st_mode) || st.st_dev != w->device)
		return 0;
	return walk_dir(
		w, openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
		len + 1 + name_len);
}

/* Takes @fd. */
static int walk_dir(struct walk *w, int fd, size_t len)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			(void)close(fd); /* only read */
		return r;
	}
	if (++w->depth > DEPTH_MAX)
		r = -ELOOP;
	while (r == 0 && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = walk_entry(w, dirfd(dir), e->d_name, len);
	w->depth--;
	(void)closedir(dir); /* only read */
	return r;
}

static void check_content(struct verify_context *ctx)
{
	struct walk w = { .ctx = ctx, .good = true };
	int fd = openat(ctx->proc.dir, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st = { 0 };
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0) {
		w.device = st.st_dev;
		r = walk_dir(&w, fd, 0);
	} else if (fd >= 0) {
		(void)close(fd); /* only read */
	}
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "root-content",
			   "only what the profile lists", "%s", strerror(-r));
	else if (w.good)
		verify_add(&ctx->rep, VERIFY_OK, "root-content",
			   "only what the profile lists", "%u entries, all so", w.seen);
}

static bool has_hosts_mounts(const struct verify_context *ctx)
{
	char link[VERIFY_LINK_MAX], own[VERIFY_LINK_MAX];

	return verify_proc_link(ctx->proc.dir, "ns/mnt", link) == 0 &&
	       verify_proc_link(AT_FDCWD, "/proc/self/ns/mnt", own) == 0 &&
	       strcmp(link, own) == 0;
}

void verify_root(struct verify_context *ctx)
{
	autofree struct verify_mounts *mounts = calloc(1, sizeof(*mounts));
	autofree char *text = NULL;
	size_t len = 0;
	int r;

	if (has_hosts_mounts(ctx)) {
		verify_add(&ctx->rep, VERIFY_FAIL, "mounts", MOUNTS_WANTED, "the host's");
		return; /* no need to tell all of them */
	}
	r = mounts ? peek_mounts(ctx->proc.dir, &text, &len) : -ENOMEM;
	if (r == 0)
		r = verify_mounts_parse(text, len, mounts);
	if (r < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "mounts", MOUNTS_WANTED, "%s",
			   strerror(-r));
	} else {
		check_mounts(ctx, mounts);
		check_place(ctx, mounts, "root");
		check_place(ctx, mounts, "cwd");
	}
	check_content(ctx);
}
