/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP replies: all at once and byte by byte must come to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/xapi_http.h"

#define BODY_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(struct http_reply *h, const char *data, size_t size, size_t step)
{
	int r = 0;

	http_reply_init(h, BODY_MAX);
	for (size_t at = 0; at < size && r == 0; at += step)
		r = http_reply_feed(h, data + at, size - at < step ? size - at : step);
	return r == 0 ? http_reply_end(h) : r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_reply whole, bytes;
	int r = feed(&whole, (const char *)data, size, size ? size : 1);

	if (r != feed(&bytes, (const char *)data, size, 1))
		abort();
	if (r == 1 && (whole.body_len != bytes.body_len || whole.body_len > BODY_MAX ||
		       whole.status != bytes.status))
		abort();
	if (r == 1 && whole.body_len &&
	    (memcmp(whole.body, bytes.body, whole.body_len) != 0 ||
	     whole.body[whole.body_len] != '\0'))
		abort();
	http_reply_done(&whole);
	http_reply_done(&bytes);
	return 0;
}
