/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/nodename.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/io.h"

int nodename_parse(const char *dir, const char *text, size_t len, uint32_t *ret_devid)
{
	char digits[sizeof("4294967295") + 1];
	size_t before = strlen(dir);
	uint64_t devid;
	int r;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len < before || memcmp(text, dir, before) != 0)
		return -ENODEV;
	text += before;
	len -= before;
	if (len == 0 || memchr(text, '\0', len))
		return -EBADMSG;
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
	r = io_parse_u64(digits, UINT32_MAX, &devid);
	if (r < 0)
		return r == -ERANGE ? r : -EBADMSG;
	if (len >= sizeof(digits))
		return -ERANGE;
	*ret_devid = (uint32_t)devid;
	return 0;
}
