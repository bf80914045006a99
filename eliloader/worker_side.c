/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/worker_side.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "lib/log.h"

#define ID_MAX (UINT32_MAX - 1) /* the last one means "no change" */

/* The number of "--uid=N" when @arg begins with @prefix. */
static bool parse_id(const char *arg, const char *prefix, uint32_t *ret)
{
	size_t len = strlen(prefix);
	uint64_t value;

	if (strncmp(arg, prefix, len) != 0 || io_parse_u64(arg + len, ID_MAX, &value) < 0)
		return false;
	*ret = (uint32_t)value;
	return true;
}

struct worker_ids worker_ids(const char *name, int argc, char *argv[])
{
	struct worker_ids ids;

	log_open(name, false, false);
	if (argc != 3 || !parse_id(argv[1], "--uid=", &ids.uid) ||
	    !parse_id(argv[2], "--gid=", &ids.gid)) {
		log_error("this is a part of eliloader, which starts it");
		exit(2);
	}
	return ids;
}

int worker_receive_go(int wire, struct wire_go *ret_go)
{
	struct wire_header header;
	int r = wire_receive(wire, -1, &header);

	if (r < 0)
		return r;
	if (header.type != WIRE_GO || header.len != sizeof(*ret_go))
		return -EBADMSG;
	return wire_receive_body(wire, ret_go, sizeof(*ret_go));
}

int worker_send_data(int wire, unsigned stream, const void *data, size_t len)
{
	const char *p = data;
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < WIRE_CHUNK ? len : WIRE_CHUNK;

		r = wire_send(wire, WIRE_DATA, stream, p, n);
		p += n;
		len -= n;
	}
	return r;
}

enum wire_result worker_result(int r, enum wire_result otherwise)
{
	switch (r) {
	case 0:
		return RESULT_OK;
	case -EPERM:
		return RESULT_REFUSED;
	case -EFBIG:
		return RESULT_LIMIT;
	case -EBADMSG:
		return RESULT_INVALID;
	case -ENOMEM:
	case -EPIPE:
		return RESULT_INTERNAL;
	default:
		return otherwise;
	}
}
