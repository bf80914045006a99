/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/newc.h"

#include <errno.h>
#include <string.h>

#define HEADER_LEN 110
#define MAGIC	   "070701"
#define TRAILER	   "TRAILER!!!"

/* The 13 fields, each of 8 hexadecimal digits, in their order. */
enum field {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	SIZE,
	DEV_MAJOR,
	DEV_MINOR,
	RDEV_MAJOR,
	RDEV_MINOR,
	NAME_SIZE,
	CHECK,
	FIELDS,
};

static int parse_field(const char *text, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 8; i++) {
		char c = text[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (uint32_t)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			digit = (uint32_t)(c - 'A') + 10;
		else
			return -EBADMSG;
		value = value << 4 | digit;
	}
	*ret = value;
	return 0;
}

/* All damage is the same to the caller. */
static int read_all(const struct unpack_in *in, uint64_t at, void *buf, size_t len)
{
	int r = unpack_in_read(in, at, buf, len);

	return r == -ENODATA ? -EBADMSG : r;
}

static int read_fields(const struct unpack_in *in, uint64_t at, uint32_t field[FIELDS])
{
	char header[HEADER_LEN];
	int r = read_all(in, at, header, sizeof(header));

	if (r == 0 && memcmp(header, MAGIC, sizeof(MAGIC) - 1) != 0)
		r = -EBADMSG;
	for (size_t i = 0; r == 0 && i < FIELDS; i++)
		r = parse_field(header + sizeof(MAGIC) - 1 + i * 8, &field[i]);
	return r;
}

/* Take out empty parts and ".", in place. */
static int tidy_name(char *name)
{
	char *rest = name, *to = name, *part;

	while ((part = strsep(&rest, "/"))) {
		size_t len = strlen(part);

		if (len == 0 || strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0)
			return -EBADMSG;
		if (to != name)
			*to++ = '/';
		memmove(to, part, len); /* never to the right: the parts left out were
					 * at least as long */
		to += len;
	}
	*to = '\0';
	return 0;
}

static uint64_t aligned(uint64_t at)
{
	return (at + 3) & ~(uint64_t)3;
}

static int read_name(const struct unpack_in *in, uint64_t at, uint32_t size, char *name)
{
	int r;

	if (size == 0 || size > NEWC_NAME_MAX)
		return -EBADMSG;
	r = read_all(in, at, name, size);
	if (r < 0)
		return r;
	return name[size - 1] == '\0' ? 0 : -EBADMSG;
}

static void fill(const uint32_t field[FIELDS], struct newc_entry *e)
{
	e->ino = field[INO];
	e->mode = field[MODE];
	e->uid = field[UID];
	e->gid = field[GID];
	e->nlink = field[NLINK];
	e->mtime = field[MTIME];
	e->size = field[SIZE];
	e->dev_major = field[DEV_MAJOR];
	e->dev_minor = field[DEV_MINOR];
	e->rdev_major = field[RDEV_MAJOR];
	e->rdev_minor = field[RDEV_MINOR];
}

int newc_next(const struct unpack_in *archive, uint64_t *at, struct newc_entry *ret)
{
	uint32_t field[FIELDS] = { 0 };
	int r = read_fields(archive, *at, field);

	if (r == 0)
		r = read_name(archive, *at + HEADER_LEN, field[NAME_SIZE], ret->name);
	if (r < 0)
		return r;
	if (strcmp(ret->name, TRAILER) == 0)
		return 0;
	fill(field, ret);
	ret->data_at = aligned(*at + HEADER_LEN + field[NAME_SIZE]);
	if (ret->data_at > archive->end || ret->size > archive->end - ret->data_at)
		return -EBADMSG;
	*at = aligned(ret->data_at + ret->size);
	r = tidy_name(ret->name);
	return r < 0 ? r : 1;
}
