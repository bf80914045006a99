/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eliloader-iso - the worker that reads an ISO 9660 image: kernel, ramdisk and checksum
 * lists.  Started by eliloader (worker.h); of no use by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/iso_image.h"
#include "eliloader/pick.h"
#include "eliloader/worker_side.h"
#include "lib/cleanup.h"
#include "lib/sandbox.h"

#define IMAGE_FD (WIRE_FD + 1)
#define CPU_S	 (ISO_CPU_MAX_MS / 1000 + 10) /* the kernel's bound comes after ours */

/* An image on a descriptor. */
struct fd_reader {
	struct iso_reader reader;
	int fd;
};

/* The image as a place to pick a pair from. */
struct image {
	struct pick_source source;
	struct iso iso;
};

static ssize_t read_fd(struct iso_reader *reader, void *data, size_t len, uint64_t offset)
{
	const struct fd_reader *r = (const struct fd_reader *)reader;
	ssize_t n;

	if (offset > INT64_MAX)
		return 0;
	do
		n = pread(r->fd, data, len, (off_t)offset);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* A small file on its way to memory. */
struct text {
	char *bytes;
	size_t len;
};

static int keep_text(void *arg, const void *data, size_t len)
{
	struct text *t = arg;

	memcpy(t->bytes + t->len, data, len); /* no more than the entry's size comes */
	t->len += len;
	return 0;
}

static void take_error(struct image *image)
{
	memcpy(image->source.error, image->iso.error, sizeof(image->iso.error));
}

static int image_read(struct pick_source *s, const char *path, size_t max,
		      char **ret_text, size_t *ret_len)
{
	struct image *image = (struct image *)s;
	const struct iso_entry *entry;
	autofree char *bytes = NULL;
	struct text text;
	int r;

	r = iso_find(&image->iso, path, &entry);
	if (r < 0)
		return r;
	if (entry->size > max)
		return -EFBIG;
	text = (struct text){ .bytes = bytes = malloc(entry->size + 1) };
	if (!bytes)
		return -ENOMEM;
	r = iso_read(&image->iso, entry, max, keep_text, &text);
	if (r < 0) {
		take_error(image);
		return r;
	}
	bytes[text.len] = '\0';
	*ret_text = steal_ptr(bytes);
	*ret_len = text.len;
	return 0;
}

static int image_probe(struct pick_source *s, const char *path,
		       struct wire_offer_file *ret_file)
{
	const struct iso_entry *entry;
	int r = iso_find(&((struct image *)s)->iso, path, &entry);

	if (r >= 0)
		ret_file->size = entry->size;
	return r;
}

static int on_data(void *arg, const void *data, size_t len)
{
	const unsigned *stream = arg;

	return worker_send_data(WIRE_FD, *stream, data, len);
}

static int image_send(struct pick_source *s, const struct wire_offer_file *file,
		      unsigned stream, uint64_t max)
{
	struct image *image = (struct image *)s;
	const struct iso_entry *entry;
	int r = iso_find(&image->iso, file->path, &entry);

	if (r < 0)
		return r;
	r = iso_read(&image->iso, entry, max, on_data, &stream);
	if (r < 0)
		take_error(image);
	return r;
}

static int run(void)
{
	struct fd_reader reader = { .reader.read = read_fd, .fd = IMAGE_FD };
	struct image image = { .source = { .read = image_read,
					   .probe = image_probe,
					   .send = image_send,
					   .wire = WIRE_FD } };
	autotree struct tree tree = { 0 };
	struct job job;
	off_t end;
	int r;

	r = wire_receive_job(WIRE_FD, &tree);
	if (r >= 0)
		r = job_read(&tree, &job);
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL, "the job is malformed: %s",
				 strerror(-r));
	end = lseek(IMAGE_FD, 0, SEEK_END); /* of a block device, too */
	if (end < 0)
		return wire_done(WIRE_FD, RESULT_ACCESS, "the image cannot be read: %s",
				 strerror(errno));
	reader.reader.size = (uint64_t)end;
	r = iso_open(&image.iso, &reader.reader);
	r = r < 0 ? wire_done(WIRE_FD, worker_result(r, RESULT_ACCESS), "%s",
			      image.iso.error)
		  : pick_serve(&image.source, &job);
	iso_close(&image.iso);
	return r;
}

int main(int argc, char *argv[])
{
	struct worker_ids ids = worker_ids("eliloader-iso", argc, argv);
	struct sandbox box = { .uid = ids.uid,
			       .gid = ids.gid,
			       .memory_max = WORKER_MEMORY_MAX,
			       .fds_max = IMAGE_FD + 1,
			       .cpu_s = CPU_S };
	int r;

	r = sandbox_enter(&box);
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL,
				 "the sandbox cannot be entered: %s", strerror(-r));
	return run();
}
