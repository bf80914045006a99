/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_ls.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_COLUMNS 12 /* of a size or "DIR", at least */
#define DATE_DIGITS  14
#define NAMES_STEP   64
#define NAME_CHARS                                                                       \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789,/_.+:@=-"

/* ---- devices ---- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Of the one disk, or a volume or an array that lies on it. */
static bool is_ours(const char *name)
{
	static const char *const kinds[] = { "loop0,", "lvm/", "md/" };

	if (strspn(name, NAME_CHARS) != strlen(name))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (begins(name, kinds[i]) && name[strlen(kinds[i])])
			return true;
	return strcmp(name, "loop0") == 0;
}

/* The disk, its partitions by their numbers, volumes and arrays as they come. */
static bool is_before(const struct boot_device *a, const struct boot_device *b)
{
	bool of_disk = begins(a->name, "loop0");

	if (of_disk != begins(b->name, "loop0"))
		return of_disk;
	return of_disk && strverscmp(a->name, b->name) < 0;
}

static void put_in_order(struct boot_device *device, size_t last)
{
	struct boot_device d = device[last];

	for (; last > 0 && is_before(&d, &device[last - 1]); last--)
		device[last] = device[last - 1];
	device[last] = d;
}

size_t disk_ls_devices(const char *text, struct boot_device *ret)
{
	size_t count = 0;

	while (count < BOOT_DEVICES_MAX && (text = strchr(text, '('))) {
		struct boot_device *d = &ret[count];
		size_t len = strcspn(++text, ")");

		if (text[len] != ')')
			break;
		if (len >= sizeof(d->name))
			continue;
		memset(d, 0, sizeof(*d));
		memcpy(d->name, text, len);
		if (is_ours(d->name))
			put_in_order(ret, count++);
	}
	return count;
}

/* The last @what in the @len bytes, or NULL. */
static const char *find_last(const char *text, size_t len, const char *what)
{
	const char *found = NULL, *at = text;

	while ((at = memmem(at, len - (size_t)(at - text), what, strlen(what))))
		found = at++;
	return found;
}

static void copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

/* "31.5KiB" is 32256; 0: there is no number. */
static uint64_t parse_kib(const char *text)
{
	char *end;
	unsigned long long kib = strtoull(text, &end, 10);

	if (!isdigit((unsigned char)*text) || kib > UINT64_MAX / 2048)
		return 0;
	return kib * 1024 + (begins(end, ".5") ? 512 : 0);
}

/* From the end, since what a label holds can look like anything. */
static void parse_fs(const char *text, size_t len, struct boot_device *d)
{
	static const char type[] = " Filesystem type ", label[] = " - Label `",
			  time[] = " - Last modification time ", uuid[] = ", UUID ";
	const char *end = text + len, *at;

	if (len < sizeof(type) - 1 || !begins(text, type))
		return; /* (the line's other parts follow @len bytes) */
	text += sizeof(type) - 1;
	at = find_last(text, (size_t)(end - text), uuid);
	if (at) {
		copy(d->uuid, sizeof(d->uuid), at + sizeof(uuid) - 1,
		     (size_t)(end - at) - sizeof(uuid) + 1);
		end = at;
	}
	at = find_last(text, (size_t)(end - text), time);
	if (at)
		end = at;
	at = memmem(text, (size_t)(end - text), label, sizeof(label) - 1);
	if (at && end[-1] == '\'' && end - at >= (ptrdiff_t)sizeof(label)) {
		copy(d->label, sizeof(d->label), at + sizeof(label) - 1,
		     (size_t)(end - at) - sizeof(label));
		end = at;
	}
	copy(d->fs, sizeof(d->fs), text, (size_t)(end - text));
}

/* @text is what follows "NAME:". */
static void parse_line(const char *text, size_t len, struct boot_device *d,
		       uint64_t *ret_start)
{
	static const char start[] = " - Partition start at ",
			  sector[] = " - Sector size ", total[] = " - Total size ";
	const char *at = find_last(text, len, total);

	if (at) {
		d->size = parse_kib(at + sizeof(total) - 1);
		len = (size_t)(at - text);
	}
	at = find_last(text, len, start);
	if (at)
		*ret_start = parse_kib(at + sizeof(start) - 1);
	else
		at = find_last(text, len, sector);
	if (at)
		len = (size_t)(at - text);
	parse_fs(text, len, d);
}

static const char *const heads[] = { "Device ", "\tPartition " };
#define HEADS (sizeof(heads) / sizeof(*heads))

/* What follows the name in a line of that device's; NULL: it is another one's. */
static const char *after_head(const char *line, const char *name)
{
	for (size_t i = 0; i < HEADS; i++) {
		size_t len = strlen(heads[i]), name_len = strlen(name);

		if (strncmp(line, heads[i], len) == 0 &&
		    strncmp(line + len, name, name_len) == 0 &&
		    line[len + name_len] == ':')
			return line + len + name_len + 1;
	}
	return NULL;
}

int disk_ls_device(const char **text, struct boot_device *device, uint64_t *ret_start)
{
	const char *p = *text;

	*ret_start = 0;
	while (*p) {
		const char *rest = after_head(p, device->name);

		p += strcspn(p, "\n");
		if (rest)
			parse_line(rest, (size_t)(p - rest), device, ret_start);
		p += *p == '\n';
		if (!rest)
			continue;
		*text = p;
		return 0;
	}
	return -EBADMSG;
}

/* ---- names ---- */

static bool is_date(const char *text)
{
	return text[0] == ' ' && strspn(text + 1, "0123456789") == DATE_DIGITS &&
	       text[1 + DATE_DIGITS] == ' ';
}

/* Is it one that a directory has of itself? */
static bool is_dots(const char *name, size_t len)
{
	return (len == 1 && *name == '.') || (len == 2 && memcmp(name, "..", 2) == 0);
}

/* @name is none that could be looked for. */
static bool is_odd(const char *name, size_t len)
{
	return len == 0 || memchr(name, '/', len);
}

static int put(struct disk_listing *l, enum boot_kind kind, uint64_t size,
	       const char *name, size_t len)
{
	struct boot_names *names = &l->names;
	struct boot_name *more;

	if (is_odd(name, len) || is_dots(name, len)) {
		l->dots |= kind == BOOT_DIR && is_dots(name, len);
		return 0;
	}
	if (names->count == DISK_NAMES_MAX) {
		l->whole = false;
		return 0;
	}
	if (names->count % NAMES_STEP == 0) {
		more = realloc(names->item, (names->count + NAMES_STEP) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		names->item = more;
	}
	more = &names->item[names->count];
	*more = (struct boot_name){ strndup(name, len), kind, size };
	if (!more->name)
		return -ENOMEM;
	names->count++;
	return 0;
}

/* "DIR          20260102030405 name/", the date only where the file system has one. */
static int add_long(struct disk_listing *l, const char *line, size_t len)
{
	bool dir = begins(line, "DIR ");
	size_t at = dir ? 3 : strspn(line, "0123456789");

	if (at == 0)
		return 0;
	while (at < SIZE_COLUMNS && line[at] == ' ')
		at++;
	if (at < SIZE_COLUMNS)
		return 0;
	at += is_date(line + at) ? DATE_DIGITS + 2 : line[at] == ' ';
	if (dir && len > at && line[len - 1] == '/')
		len--;
	if (at >= len)
		return 0;
	return put(l, dir ? BOOT_DIR : BOOT_FILE, dir ? 0 : strtoull(line, NULL, 10),
		   line + at, len - at);
}

/* "name/ name a b ", in which "a b" may be one name or two. */
static int add_short(struct disk_listing *l, const char *line, size_t len)
{
	const char *end = line + len;
	int r = 0;

	while (line < end && r == 0) {
		const char *blank = memchr(line, ' ', (size_t)(end - line));
		size_t name_len = (size_t)((blank ? blank : end) - line);
		bool dir = name_len > 0 && line[name_len - 1] == '/';

		r = put(l, dir ? BOOT_DIR : BOOT_FILE, dir ? 0 : DISK_LS_SOME, line,
			name_len - dir);
		line += name_len + 1;
	}
	return r;
}

static bool is_line(const char *text, size_t len, const char *what)
{
	return what && strlen(what) == len && memcmp(text, what, len) == 0;
}

/* No name's line begins like that. */
static bool is_end(const char *text, size_t len, const char *mark)
{
	if (!*text || is_line(text, len, mark))
		return true;
	for (size_t i = 0; i < HEADS; i++)
		if (begins(text, heads[i]))
			return true;
	return false;
}

/* Is it a directory's last line? */
static bool is_last(const char *line, size_t len, enum disk_ls_form form)
{
	return len == 0 || (form == DISK_LS_SHORT && line[len - 1] == ' ');
}

static int read_lines(const char **text, const char *mark, enum disk_ls_form form,
		      struct disk_listing *l)
{
	const char *p = *text;
	bool last = false;
	int r = 0;

	l->whole = true;
	while (r == 0 && !last) {
		size_t len = strcspn(p, "\n");

		if (is_end(p, len, mark))
			break; /* something made it stop, or a name has eaten the end */
		last = p[len] && is_last(p, len, form);
		r = (form == DISK_LS_SHORT ? add_short : add_long)(l, p, len);
		p += len;
		p += *p == '\n';
	}
	l->whole &= last;
	*text = p;
	return r;
}

int disk_ls_names(const char **text, const char *mark, enum disk_ls_form form,
		  struct disk_listing *ret)
{
	autolisting struct disk_listing l = { .whole = false };
	const char *p = *text;
	int r = is_end(p, strcspn(p, "\n"), mark) ? -ENOENT : 0;

	if (r == 0)
		r = read_lines(&p, mark, form, &l);
	if (r < 0)
		return r;
	*text = p;
	*ret = l;
	l = (struct disk_listing){ .whole = false }; /* it is the caller's now */
	return 0;
}

size_t disk_ls_count(const char *text, enum disk_ls_form form)
{
	size_t count = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		count += is_last(text, len, form);
		text += len;
		text += *text == '\n';
	}
	return count;
}

bool disk_ls_ends_in_device(const char *text)
{
	bool device = false;

	for (; *text; text += *text == '\n') {
		device = begins(text, heads[0]) || begins(text, heads[1]);
		text += strcspn(text, "\n");
	}
	return device;
}

void disk_listing_done(struct disk_listing *l)
{
	boot_names_done(&l->names);
}

const char *disk_ls_skip(const char *text, const char *mark)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		bool found = is_line(text, len, mark);

		text += len;
		text += *text == '\n';
		if (found)
			return text;
	}
	return NULL;
}
