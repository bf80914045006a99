/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_maps.h"

#include <errno.h>
#include <string.h>

enum { MODES = 4, MODE_SHARED = 3 }; /* "rwxs" or "rwxp" */

/* A hexadecimal number and what must follow it; NULL: none. */
static const char *take_hex(const char *at, char after, uint64_t *ret)
{
	const char *start = at;
	uint64_t value = 0;

	for (;; at++) {
		unsigned digit;

		if (*at >= '0' && *at <= '9')
			digit = (unsigned)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			digit = (unsigned)(*at - 'a') + 10;
		else
			break;
		if (value >> 60)
			return NULL;
		value = value << 4 | digit;
	}
	*ret = value;
	return at > start && *at == after ? at + 1 : NULL;
}

static const char *take_modes(const char *at, bool *ret_shared)
{
	if (strnlen(at, MODES + 1) <= MODES || at[MODES] != ' ')
		return NULL;
	if (at[MODE_SHARED] != 's' && at[MODE_SHARED] != 'p')
		return NULL;
	*ret_shared = at[MODE_SHARED] == 's';
	return at + MODES + 1;
}

/* "FROM-TO MODES OFFSET MAJOR:MINOR INODE   NAME"; the inode is decimal. */
int verify_maps_next(const char **text, struct verify_map *ret)
{
	struct verify_map m = { 0 };
	uint64_t offset, major = 0, minor = 0;
	const char *at = *text, *eol;

	if (!*at)
		return -ENODATA;
	at = take_hex(at, '-', &m.from);
	at = at ? take_hex(at, ' ', &m.to) : NULL;
	at = at ? take_modes(at, &m.shared) : NULL;
	at = at ? take_hex(at, ' ', &offset) : NULL;
	at = at ? take_hex(at, ':', &major) : NULL;
	at = at ? take_hex(at, ' ', &minor) : NULL;
	if (!at || *at < '0' || *at > '9')
		return -EBADMSG;
	m.backed = major != 0 || minor != 0 || *at != '0';
	eol = strchr(at, '\n');
	*text = eol ? eol + 1 : at + strlen(at);
	*ret = m;
	return 0;
}
