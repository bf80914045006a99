/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/check_run.h"
#include "eliloader/fixup.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/version.h"

/* The same file for a worker to read, and no more. */
static int read_only(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The cache's name of what was made of, or known of, a file with that digest. */
static void name_of(const char *kind, const char *what, const uint8_t digest[SHA256_LEN],
		    const char *other, char ret_name[CACHE_NAME_MAX])
{
	char text[2 * SHA256_LEN + 1];
	const char *const parts[] = { what, XPT_VERSION, text, other };

	cache_hex(digest, text);
	cache_name(kind, parts, 4, ret_name);
}

/* Let eliloader-check do @what with @fds, of which the first is @path; what it makes or
 * unpacks has at most @limit bytes. */
static int check(struct run *run, const char *what, uint64_t limit, const int *fds,
		 unsigned count, const struct worker_handler *handler, const char *path)
{
	autotree struct tree job = { 0 };
	struct wire_done done = { 0 };
	int r;

	tree_init(&job);
	if (tree_setf(&job, what, "1") < 0 ||
	    tree_setf(&job, "limit/unpacked", "%llu", (unsigned long long)limit) < 0)
		return failure_set(&run->failure, -ENOMEM, FAILURE_INTERNAL,
				   "out of memory");
	r = check_run(run, &job, fds, count, handler, &done);
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL,
				   "%s: eliloader-check failed: %s", path, strerror(-r));
	if (done.result != RESULT_OK)
		return failure_set(&run->failure, -EINVAL,
				   done.result == RESULT_LIMIT ? FAILURE_LIMITS
							       : FAILURE_SOURCE,
				   "%s: %s", path, done.text);
	return 0;
}

static int on_kernel(void *arg, const struct wire_kernel *kernel)
{
	*(struct wire_kernel *)arg = *kernel;
	return 0;
}

static bool known_kernel(struct run *run, const char *name, struct wire_kernel *ret)
{
	autoclose int fd = -1;
	uint64_t len;

	return cache_get(&run->cache, name, &fd, &len) == 0 && len == sizeof(*ret) &&
	       pread(fd, ret, sizeof(*ret), 0) == sizeof(*ret);
}

int ready_look(struct run *run, uint64_t unpacked_max, int kernel_fd,
	       const struct fetch_file *file, struct wire_kernel *ret)
{
	autoclose int fd = -1;
	const struct worker_handler handler = { .kernel = on_kernel, .arg = ret };
	char name[CACHE_NAME_MAX];
	int r;

	name_of("note", "kernel", file->sha256, "", name);
	if (known_kernel(run, name, ret))
		return 0;
	memset(ret, 0, sizeof(*ret));
	fd = read_only(kernel_fd);
	if (fd < 0)
		return failure_set(&run->failure, fd, FAILURE_INTERNAL,
				   "the kernel cannot be read again: %s", strerror(-fd));
	r = check(run, "kernel", unpacked_max, &fd, 1, &handler, file->path);
	if (r == 0)
		(void)cache_put_bytes(&run->cache, name, ret,
				      sizeof(*ret)); /* only slower */
	return r;
}

/* Stream the unpacked kernel into a new file of the output. */
static int unpack(struct run *run, const struct plan *plan, struct output *output,
		  const struct fetch_file *file)
{
	autoclose int packed = read_only(output->fd[STREAM_KERNEL]);
	struct sink sink[STREAMS];
	const struct worker_handler handler = { .sinks = sink };
	char why[256];
	int r;

	if (packed < 0)
		return failure_set(&run->failure, packed, FAILURE_INTERNAL,
				   "the kernel cannot be read again: %s",
				   strerror(-packed));
	r = output_file(output, STREAM_KERNEL, why, sizeof(why));
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why);
	sink_init(&sink[STREAM_KERNEL], output->fd[STREAM_KERNEL], plan->limits.unpacked);
	sink_init(&sink[STREAM_RAMDISK], -1, 0);
	r = check(run, "unpack", plan->limits.unpacked, &packed, 1, &handler, file->path);
	if (r == 0 && (!sink[STREAM_KERNEL].whole || sink[STREAM_KERNEL].len == 0))
		r = failure_set(&run->failure, -EBADMSG, FAILURE_INTERNAL,
				"'%s' was not unpacked", file->path);
	sink_done(&sink[STREAM_KERNEL]);
	sink_done(&sink[STREAM_RAMDISK]);
	return r;
}

/* Let the output be what the cache has under @name; 1 when it is so. */
static int take_made(struct run *run, const char *name, enum wire_stream stream,
		     struct output *output)
{
	autoclose int fd = -1;
	char why[256];
	uint64_t len;
	int r;

	if (cache_get(&run->cache, name, &fd, &len) < 0)
		return 0;
	r = output_take(output, stream, fd, why, sizeof(why));
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why);
	return 1;
}

int ready_kernel(struct run *run, const struct plan *plan, enum guest_type type,
		 struct output *output, const struct fetched *fetched)
{
	const struct fetch_file *file = &fetched->file[STREAM_KERNEL];
	struct wire_kernel kernel;
	char name[CACHE_NAME_MAX];
	const char *why;
	int r;

	r = ready_look(run, plan->limits.unpacked, output->fd[STREAM_KERNEL], file,
		       &kernel);
	if (r < 0)
		return r;
	why = ready_judge(&kernel, type);
	if (why)
		return failure_set(&run->failure, -ENOEXEC, FAILURE_SOURCE,
				   "this kernel cannot be booted: '%s'%s%s: %s",
				   file->path, *kernel.release ? ", " : "",
				   kernel.release, why);
	if (host_unpacks(kernel.payload) &&
	    !(kernel.bzimage && kernel.payload == PAYLOAD_NONE))
		return 0; /* (a bzImage with nothing packed in it is no case of Xen's) */
	progress_say(&run->progress, "unpacking the kernel: this Xen cannot");
	name_of("made", "unpacked", file->sha256, "", name);
	r = take_made(run, name, STREAM_KERNEL, output);
	if (r != 0)
		return r < 0 ? r : 0;
	r = unpack(run, plan, output, file);
	/* a guest that has another kernel at each start shall not push out what others need */
	if (r == 0 && !fetched->guest)
		(void)cache_put(&run->cache, name,
				output->fd[STREAM_KERNEL]); /* as above */
	return r;
}

/* libext2fs writes into a scratch file, which becomes the output. */
static int overlay_ext2(struct run *run, const struct plan *plan, struct output *output,
			int ramdisk, int overlay, const char *path)
{
	const int fds[] = { ramdisk, overlay, output->fd[STREAM_RAMDISK] };
	const struct worker_handler handler = { 0 };
	struct stat st;
	int r = check(run, "ext2", plan->limits.ramdisk, fds, 3, &handler, path);

	if (r < 0)
		return r;
	/* the worker has ended; what it wrote, it was told to write within this */
	if (fstat(output->fd[STREAM_RAMDISK], &st) < 0 || st.st_size == 0 ||
	    (uint64_t)st.st_size > plan->limits.ramdisk)
		return failure_set(&run->failure, -EBADMSG, FAILURE_INTERNAL,
				   "'%s' came back empty or too large", path);
	return 0;
}

static int make_fixed(struct run *run, const struct plan *plan, struct output *output,
		      const struct fixup *fixup, int overlay, const char *path)
{
	autoclose int ramdisk = read_only(output->fd[STREAM_RAMDISK]);
	char why[256];
	int r;

	if (ramdisk < 0)
		return failure_set(&run->failure, ramdisk, FAILURE_INTERNAL,
				   "the ramdisk cannot be read again: %s",
				   strerror(-ramdisk));
	r = output_file(output, STREAM_RAMDISK, why, sizeof(why));
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why);
	if (fixup->ext2)
		return overlay_ext2(run, plan, output, ramdisk, overlay, path);
	r = fixup_append(ramdisk, overlay, output->fd[STREAM_RAMDISK],
			 plan->limits.ramdisk);
	if (r < 0)
		return failure_set(&run->failure, r,
				   r == -EFBIG ? FAILURE_LIMITS : FAILURE_PACKAGE,
				   "the overlay %s cannot be put on '%s': %s",
				   fixup->overlay, path, strerror(-r));
	return 0;
}

/* What tells one overlay file from a later one of the same name. */
static int overlay_identity(int overlay, const struct fixup *fixup, char *out,
			    size_t size)
{
	struct stat st;

	if (fstat(overlay, &st) < 0)
		return -errno;
	snprintf(out, size, "%s %lld %lld.%ld %d", fixup->overlay, (long long)st.st_size,
		 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, fixup->ext2);
	return 0;
}

int ready_ramdisk(struct run *run, const struct plan *plan, struct output *output,
		  const struct fetched *fetched)
{
	const struct fetch_file *file = &fetched->file[STREAM_RAMDISK];
	char name[CACHE_NAME_MAX], identity[640];
	autoclose int overlay = -1;
	struct fixup fixup;
	int r;

	if (!*file->path)
		return 0; /* there is none */
	r = fixup_find(run->config.installer_dir, file->md5, file->sha256, &fixup);
	if (r < 0)
		return 0; /* no map names it: nothing to do */
	overlay = open(fixup.overlay, O_RDONLY | O_CLOEXEC);
	if (overlay < 0 ||
	    overlay_identity(overlay, &fixup, identity, sizeof(identity)) < 0)
		return failure_set(&run->failure, -ENOENT, FAILURE_PACKAGE,
				   "Dom0 does not contain a required file: %s",
				   fixup.overlay);
	progress_say(&run->progress, "ramdisk of %s: adding %s", fixup.distro,
		     fixup.overlay);
	name_of("made", "fixed", file->sha256, identity, name);
	r = take_made(run, name, STREAM_RAMDISK, output);
	if (r != 0)
		return r < 0 ? r : 0;
	r = make_fixed(run, plan, output, &fixup, overlay, file->path);
	if (r == 0)
		(void)cache_put(&run->cache, name,
				output->fd[STREAM_RAMDISK]); /* as above */
	return r;
}
