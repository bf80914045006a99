/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/check.h"
#include "eliloader/ext2_overlay.h"
#include "eliloader/unpack.h"
#include "eliloader/wire.h"
#include "lib/io.h"

#define WHY_MAX 1280 /* with a path of the overlay */

enum { RAMDISK = CHECK_FD(0), OVERLAY = CHECK_FD(1), IMAGE = CHECK_FD(2) };

static int copy_pieces(struct unpack *u)
{
	const uint8_t *data;
	size_t len;
	int r;

	do {
		r = unpack_next(u, &data, &len);
		if (r == 0)
			r = io_write_all(IMAGE, data, len);
		if (r < 0)
			return r;
	} while (len > 0);
	return 0;
}

/* An image begins with zeros or a boot sector: what is not packed is taken as it is. */
static enum payload packing(const struct unpack_in *in)
{
	uint8_t head[UNPACK_PROBE_LEN];
	enum payload kind;

	if (unpack_in_read(in, 0, head, sizeof(head)) < 0)
		return PAYLOAD_NONE;
	kind = unpack_probe(head);
	return kind == PAYLOAD_UNKNOWN ? PAYLOAD_NONE : kind;
}

static int make_image(uint64_t max, char *why, size_t size)
{
	autounpack struct unpack *u = NULL;
	struct unpack_in in;
	int r = unpack_in_file(RAMDISK, &in);

	if (r == 0)
		r = unpack_open(&in, packing(&in), max, &u);
	if (r == 0)
		r = copy_pieces(u);
	if (r == -EFBIG)
		(void)snprintf(why, size,
			       "the unpacked ramdisk exceeds the limit of %llu bytes",
			       (unsigned long long)max);
	else if (r < 0)
		(void)snprintf(why, size, "the ramdisk cannot be unpacked: %s",
			       strerror(-r));
	return r;
}

static int add_overlay(char *why, size_t size)
{
	struct unpack_in overlay;
	int r = unpack_in_file(OVERLAY, &overlay);

	if (r < 0)
		(void)snprintf(why, size, "the overlay: %s", strerror(-r));
	return r < 0 ? r : ext2_overlay(IMAGE, &overlay, why, size);
}

int check_ext2(uint64_t unpacked_max)
{
	char why[WHY_MAX] = "";
	int r = make_image(unpacked_max, why, sizeof(why));

	if (r == 0)
		r = add_overlay(why, sizeof(why));
	return check_done(r, RESULT_INVALID, why);
}
