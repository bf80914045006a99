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
#include "lib/cleanup.h"
#include "lib/io.h"
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

static enum wire_result result_of(int r)
{
	switch (r) {
	case -EFBIG:
		return RESULT_LIMIT;
	case -EBADMSG:
		return RESULT_INVALID;
	case -EIO:
		return RESULT_ACCESS;
	default:
		return RESULT_INTERNAL;
	}
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
		(void)snprintf(s->error, sizeof(s->error), "%s", image->iso.error);
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

static int send_data(void *arg, const void *data, size_t len)
{
	const unsigned *stream = arg;
	const char *p = data;

	while (len > 0) {
		size_t n = len < WIRE_CHUNK ? len : WIRE_CHUNK;
		int r = wire_send(WIRE_FD, WIRE_DATA, *stream, p, n);

		if (r < 0)
			return r;
		p += n;
		len -= n;
	}
	return 0;
}

static int send_file(struct image *image, const struct wire_offer *offer,
		     const struct job *job, unsigned stream)
{
	const struct iso_entry *entry;
	int r = iso_find(&image->iso, offer->file[stream].path, &entry);

	if (r >= 0)
		r = iso_read(&image->iso, entry, job->limit[stream], send_data, &stream);
	return r < 0 ? r : wire_send(WIRE_FD, WIRE_END, stream, NULL, 0);
}

static int receive_go(struct wire_go *ret)
{
	struct wire_header h;
	int r = wire_receive(WIRE_FD, -1, &h);

	if (r >= 0 && (h.type != WIRE_GO || h.len != sizeof(*ret)))
		r = -EBADMSG;
	return r < 0 ? r : wire_receive_body(WIRE_FD, ret, sizeof(*ret));
}

/* What GO asks for, then DONE. */
static int serve(struct image *image, const struct job *job,
		 const struct wire_offer *offer)
{
	struct wire_go go;
	int r = receive_go(&go);

	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL, "no order came: %s",
				 strerror(-r));
	for (unsigned i = 0; i < STREAMS; i++) {
		r = go.wanted[i] ? send_file(image, offer, job, i) : 0;
		if (r < 0)
			return wire_done(WIRE_FD, result_of(r), "%s",
					 image->iso.error[0] ? image->iso.error
							     : strerror(-r));
	}
	return wire_done(WIRE_FD, RESULT_OK, "%s", "");
}

static int work(struct image *image, const struct job *job)
{
	struct pick_failure failure = { 0 };
	struct wire_offer offer;
	int r;

	r = pick_pair(&image->source, job, &offer, &failure);
	if (r < 0)
		return wire_done(WIRE_FD, failure.result, "%s", failure.text);
	r = wire_send(WIRE_FD, WIRE_OFFER, 0, &offer, sizeof(offer));
	if (r < 0)
		return EXIT_FAILURE; /* nobody is there to be told */
	return serve(image, job, &offer);
}

static int run(void)
{
	struct fd_reader reader = { .reader.read = read_fd, .fd = IMAGE_FD };
	struct image image = {
		.source = { .read = image_read, .probe = image_probe, .wire = WIRE_FD }
	};
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
	r = r < 0 ? wire_done(WIRE_FD, result_of(r), "%s", image.iso.error)
		  : work(&image, &job);
	iso_close(&image.iso);
	return r;
}

/* "--uid=N" and "--gid=N", nothing else. */
static int parse_args(int argc, char *argv[], struct sandbox *box)
{
	uint64_t uid, gid;

	if (argc != 3 || strncmp(argv[1], "--uid=", 6) != 0 ||
	    strncmp(argv[2], "--gid=", 6) != 0 ||
	    io_parse_u64(argv[1] + 6, UINT32_MAX - 1, &uid) < 0 ||
	    io_parse_u64(argv[2] + 6, UINT32_MAX - 1, &gid) < 0)
		return -EINVAL;
	box->uid = (uid_t)uid;
	box->gid = (gid_t)gid;
	return 0;
}

int main(int argc, char *argv[])
{
	struct sandbox box = { .memory_max = WORKER_MEMORY_MAX,
			       .fds_max = IMAGE_FD + 1,
			       .cpu_s = CPU_S };
	int r;

	if (parse_args(argc, argv, &box) < 0) {
		(void)fprintf(stderr, "eliloader-iso: started by eliloader only\n");
		return 2;
	}
	r = sandbox_enter(&box);
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL,
				 "eliloader-iso cannot enter its sandbox: %s",
				 strerror(-r));
	return run();
}
