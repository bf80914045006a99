/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Linux's boot protocol: offsets of the setup header's fields, all little-endian. */
enum setup_header {
	SETUP_SECTS = 0x1f1,
	SETUP_BOOT_FLAG = 0x1fe,
	SETUP_MAGIC = 0x202, /* "HdrS" */
	SETUP_PROTOCOL = 0x206,
	SETUP_VERSION = 0x20e, /* the version text, less 0x200 */
	SETUP_PAYLOAD_OFFSET = 0x248,
	SETUP_PAYLOAD_LENGTH = 0x24c,
	SETUP_END = 0x250,
};
#define BOOT_FLAG	 0xaa55
#define PROTOCOL_PAYLOAD 0x0208 /* the first with a payload's place */
#define SECTOR		 512
#define SECTS_DEFAULT	 4 /* where the field is 0 */

static unsigned le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

/* @text := printable ASCII of @from up to its first other byte. */
static void copy_printable(char *text, size_t size, const uint8_t *from, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < size - 1 && from[i] >= ' ' && from[i] <= '~'; i++)
		text[i] = (char)from[i];
	text[i] = '\0';
}

/* The text lies within the setup sectors; a kernel without it is as good. */
static void read_release(const struct unpack_in *file, const uint8_t *setup,
			 uint64_t setup_len, struct kernel_place *p)
{
	uint64_t at = (uint64_t)le16(setup + SETUP_VERSION) + 0x200;
	uint8_t text[sizeof(p->release)];
	size_t len = sizeof(text);

	if (at == 0x200 || at >= setup_len)
		return;
	if (len > setup_len - at)
		len = (size_t)(setup_len - at);
	if (unpack_in_read(file, at, text, len) == 0)
		copy_printable(p->release, sizeof(p->release), text, len);
}

/* How the bytes at p->in.start are packed. */
static int probe(struct kernel_place *p)
{
	uint8_t head[UNPACK_PROBE_LEN];
	int r = unpack_in_read(&p->in, p->in.start, head, sizeof(head));

	if (r == -ENODATA)
		return 0; /* so short: PAYLOAD_UNKNOWN */
	if (r < 0)
		return r;
	p->payload = unpack_probe(head);
	return 0;
}

/* The length stands at the end, of a bzImage by Linux's build, of gzip by its format. */
static int read_unpacked(struct kernel_place *p)
{
	uint8_t len[4];
	int r;

	if (p->payload == PAYLOAD_NONE)
		p->unpacked = p->in.end - p->in.start;
	if (p->payload == PAYLOAD_NONE || p->payload == PAYLOAD_UNKNOWN ||
	    (!p->bzimage && p->payload != PAYLOAD_GZIP))
		return 0;
	r = unpack_in_read(&p->in, p->in.end - sizeof(len), len, sizeof(len));
	if (r == 0)
		p->unpacked = le32(len);
	return r;
}

static int locate_payload(const struct unpack_in *file, const uint8_t *setup,
			  struct kernel_place *p, char *why, size_t size)
{
	uint64_t sects = setup[SETUP_SECTS] ? setup[SETUP_SECTS] : SECTS_DEFAULT;
	uint64_t setup_len = (sects + 1) * SECTOR;
	uint64_t start = setup_len + le32(setup + SETUP_PAYLOAD_OFFSET);
	unsigned long long end = start + le32(setup + SETUP_PAYLOAD_LENGTH);

	p->bzimage = true;
	read_release(file, setup, setup_len, p);
	if (le16(setup + SETUP_PROTOCOL) < PROTOCOL_PAYLOAD)
		return 0; /* before 2.6.26; PAYLOAD_UNKNOWN */
	if (end > file->end) {
		(void)snprintf(
			why, size,
			"the kernel is cut short: its payload goes to byte %llu of "
			"%llu",
			end, (unsigned long long)file->end);
		return -EBADMSG;
	}
	p->in.start = start;
	p->in.end = end;
	return probe(p);
}

static bool is_bzimage(const uint8_t *setup)
{
	return le16(setup + SETUP_BOOT_FLAG) == BOOT_FLAG &&
	       memcmp(setup + SETUP_MAGIC, "HdrS", 4) == 0;
}

int kernel_locate(const struct unpack_in *file, struct kernel_place *ret_place, char *why,
		  size_t size)
{
	struct kernel_place p = { .payload = PAYLOAD_UNKNOWN, .in = *file };
	uint8_t setup[SETUP_END];
	int r = unpack_in_read(file, 0, setup, sizeof(setup));

	if (r == 0 && is_bzimage(setup))
		r = locate_payload(file, setup, &p, why, size);
	else if (r == 0 || r == -ENODATA)
		r = probe(&p);
	if (r == 0)
		r = read_unpacked(&p);
	if (r < 0 && r != -EBADMSG)
		(void)snprintf(why, size, "the kernel cannot be read: %s", strerror(-r));
	if (r < 0)
		return r;
	*ret_place = p;
	return 0;
}

static int examine_payload(const struct kernel_place *place, uint64_t max,
			   struct wire_kernel *k, char *why, size_t size)
{
	autounpack struct unpack *u = NULL;
	int r = unpack_open(&place->in, place->payload, max, &u);

	if (r < 0) {
		(void)snprintf(why, size,
			       "the kernel's %s payload cannot be unpacked: %s",
			       unpack_name(place->payload), strerror(-r));
		return r;
	}
	return kernel_elf(u, k, why, size);
}

int kernel_examine(const struct unpack_in *file, uint64_t max, struct wire_kernel *ret,
		   char *why, size_t size)
{
	struct kernel_place place;
	struct wire_kernel k = { 0 };
	int r = kernel_locate(file, &place, why, size);

	if (r < 0)
		return r;
	k.payload = place.payload;
	(void)snprintf(k.release, sizeof(k.release), "%s", place.release);
	if (place.payload != PAYLOAD_UNKNOWN) {
		k.bzimage = place.bzimage;
		k.unpacked = place.unpacked;
		r = examine_payload(&place, max, &k, why, size);
		if (r < 0)
			return r;
	}
	*ret = k;
	return 0;
}
