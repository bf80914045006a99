/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/check.h"
#include "eliloader/kernel.h"
#include "eliloader/unpack.h"
#include "eliloader/worker_side.h"

#define WHY_MAX 256

int check_kernel(uint64_t unpacked_max)
{
	char why[WHY_MAX] = "";
	struct unpack_in file;
	struct wire_kernel kernel;
	int r = unpack_in_file(CHECK_FD(0), &file);

	if (r < 0)
		(void)snprintf(why, sizeof(why), "the kernel: %s", strerror(-r));
	else
		r = kernel_examine(&file, unpacked_max, &kernel, why, sizeof(why));
	if (r == 0)
		r = wire_send(WIRE_FD, WIRE_KERNEL, 0, &kernel, sizeof(kernel));
	return check_done(r, RESULT_INTERNAL, why);
}

static int send_unpacked(struct unpack *u, uint64_t *ret_len)
{
	const uint8_t *data;
	size_t len;
	int r;

	*ret_len = 0;
	do {
		r = unpack_next(u, &data, &len);
		if (r == 0)
			r = worker_send_data(WIRE_FD, STREAM_KERNEL, data, len);
		if (r < 0)
			return r;
		*ret_len += len;
	} while (len > 0);
	return 0;
}

/* lz4 has no end mark, so that only the length shows that some is missing. */
static int check_length(const struct kernel_place *place, uint64_t len, char *why,
			size_t size)
{
	if (place->unpacked == 0 || (uint32_t)len == (uint32_t)place->unpacked)
		return 0;
	(void)snprintf(why, size, "the kernel's payload holds %llu bytes, not %llu",
		       (unsigned long long)len, (unsigned long long)place->unpacked);
	return -EBADMSG;
}

static int unpack_kernel(const struct kernel_place *place, uint64_t max, char *why,
			 size_t size)
{
	autounpack struct unpack *u = NULL;
	uint64_t len;
	int r = unpack_open(&place->in, place->payload, max, &u);

	if (r == 0)
		r = send_unpacked(u, &len);
	if (r == 0)
		return check_length(place, len, why, size);
	if (r == -EFBIG)
		(void)snprintf(why, size,
			       "the unpacked kernel exceeds the limit of %llu bytes",
			       (unsigned long long)max);
	else
		(void)snprintf(why, size,
			       "the kernel's %s payload cannot be unpacked: %s",
			       unpack_name(place->payload), strerror(-r));
	return r;
}

int check_unpack(uint64_t unpacked_max)
{
	char why[WHY_MAX] = "";
	struct unpack_in file;
	struct kernel_place place;
	int r = unpack_in_file(CHECK_FD(0), &file);

	if (r < 0)
		(void)snprintf(why, sizeof(why), "the kernel: %s", strerror(-r));
	else
		r = kernel_locate(&file, &place, why, sizeof(why));
	if (r == 0 && place.payload == PAYLOAD_UNKNOWN) {
		(void)snprintf(why, sizeof(why),
			       "the kernel holds nothing that can be unpacked");
		r = -EBADMSG;
	}
	if (r == 0)
		r = unpack_kernel(&place, unpacked_max, why, sizeof(why));
	if (r == 0)
		r = wire_send(WIRE_FD, WIRE_END, STREAM_KERNEL, NULL, 0);
	return check_done(r, RESULT_INTERNAL, why);
}
