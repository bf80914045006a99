/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/mountinfo.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/block.h"
#include "lib/array.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define READ_SIZE 4096 /* bytes; the kernel gives whole lines, a page at a time */

enum mount_kind mountinfo_kind(const char *type)
{
	/* not here on purpose: cluster file systems (gfs2, ocfs2), which wait for peers */
	static const char *const local[] = {
		"bcachefs", "btrfs",  "erofs", "exfat",	  "ext2",    "ext3",
		"ext4",	    "f2fs",   "hfs",   "hfsplus", "jfs",     "minix",
		"msdos",    "nilfs2", "ntfs",  "ntfs3",	  "reiser4", "reiserfs",
		"squashfs", "udf",    "ufs",   "vfat",	  "xfs",     "zfs",
	};
	static const char *const pass[] = {
		"aufs", "devtmpfs", "iso9660", "overlay", "ramfs", "rootfs", "tmpfs",
	};

	for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++)
		if (strcmp(type, local[i]) == 0)
			return MOUNT_LOCAL;
	for (size_t i = 0; i < sizeof(pass) / sizeof(*pass); i++)
		if (strcmp(type, pass[i]) == 0)
			return MOUNT_PASS;
	return MOUNT_SLOW;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void mountinfo_unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p;) {
		int byte = 0;

		if (p[0] == '\\' && is_octal(p[1]) && is_octal(p[2]) && is_octal(p[3]))
			byte = (p[1] - '0') * 64 + (p[2] - '0') * 8 + p[3] - '0';
		if (byte > 0 && byte <= UCHAR_MAX) {
			*to++ = (char)byte;
			p += 4;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
}

/* The next word of *@p, which is cut off there; NULL at the end. */
static char *word(char **p)
{
	char *w = *p;
	char *end = w ? strchr(w, ' ') : NULL;

	if (!w || !*w)
		return NULL;
	*p = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return *w ? w : NULL;
}

static bool parse_id(const char *text, int *ret)
{
	uint64_t value;

	if (!text || io_parse_u64(text, INT_MAX, &value) < 0)
		return false;
	*ret = (int)value;
	return true;
}

static bool parse_device(char *text, struct mount *m)
{
	return text && block_parse_number(text, &m->major, &m->minor);
}

/* The value of "subvol=" among the options of the file system, cut out of them. */
static const char *subvol_of(char *options)
{
	for (char *p = options; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, "subvol=", 7) == 0) {
			p += 7;
			p[strcspn(p, ",")] = '\0';
			mountinfo_unescape(p);
			return p;
		}
	}
	return NULL;
}

static int parse_words(char *p, struct mount *m)
{
	char *root, *point, *w, *type, *source;

	if (!parse_id(word(&p), &m->id) || !parse_id(word(&p), &m->parent) ||
	    !parse_device(word(&p), m))
		return -EBADMSG;
	root = word(&p);
	point = root ? word(&p) : NULL;
	if (!point || *point != '/' || !word(&p)) /* the mount's own options */
		return -EBADMSG;
	while ((w = word(&p)) && strcmp(w, "-") != 0)
		; /* shared:1, master:2, ... */
	type = w ? word(&p) : NULL;
	if (!type)
		return -EBADMSG;
	/* an empty source makes two spaces: then there is no word */
	source = p && *p != ' ' ? word(&p) : NULL;
	mountinfo_unescape(root);
	mountinfo_unescape(point);
	mountinfo_unescape(type);
	if (source)
		mountinfo_unescape(source);
	m->root = root;
	m->point = point;
	m->type = type;
	m->source = source ? source : "";
	m->kind = mountinfo_kind(type);
	m->subvol = p && strcmp(type, "btrfs") == 0 ? subvol_of(p) : NULL;
	return 0;
}

int mountinfo_parse_line(const char *line, size_t len, struct mount *ret)
{
	autofree char *text = memchr(line, '\0', len) ? NULL : strndup(line, len);
	struct mount m = { 0 };
	int r;

	if (!text)
		return memchr(line, '\0', len) ? -EBADMSG : -ENOMEM;
	r = parse_words(text, &m);
	if (r < 0)
		return r;
	m.text = steal_ptr(text);
	*ret = m;
	return 0;
}

static int add_line(struct mount_list *list, const char *line, size_t len)
{
	struct mount m, *more;
	int r = list->count < MOUNTINFO_MAX ? mountinfo_parse_line(line, len, &m)
					    : -EBADMSG;

	if (r == -EBADMSG)
		list->left_out++;
	if (r < 0)
		return r == -EBADMSG ? 0 : r;
	more = array_grown(list->mount, list->count, sizeof(*more));
	if (!more) {
		free(m.text);
		return -ENOMEM;
	}
	list->mount = more;
	list->mount[list->count++] = m;
	return 0;
}

/* What is read and not yet taken as lines. */
struct pending {
	char *buf; /* owned */
	size_t len, room;
	bool skip; /* until the end of a line that is too long */
};

/* Take all whole lines; what is left moves to the front. */
static int take_lines(struct pending *p, struct mount_list *list)
{
	size_t done = 0;
	char *end;
	int r = 0;

	while (r >= 0 && (end = memchr(p->buf + done, '\n', p->len - done))) {
		size_t len = (size_t)(end - p->buf) - done;

		if (!p->skip)
			r = add_line(list, p->buf + done, len);
		p->skip = false;
		done += len + 1;
	}
	memmove(p->buf, p->buf + done, p->len - done);
	p->len -= done;
	if (p->skip || p->len > MOUNTINFO_LINE_MAX) {
		list->left_out += !p->skip;
		p->skip = true;
		p->len = 0;
	}
	return r;
}

static int read_more(int fd, struct pending *p)
{
	ssize_t n;

	if (p->room - p->len < READ_SIZE) {
		char *more = realloc(p->buf, p->len + READ_SIZE);

		if (!more)
			return -ENOMEM;
		p->buf = more;
		p->room = p->len + READ_SIZE;
	}
	do
		n = read(fd, p->buf + p->len, READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	p->len += (size_t)n;
	return n > 0;
}

int mountinfo_read(int fd, struct mount_list *ret)
{
	struct mount_list list = { 0 };
	struct pending p = { 0 };
	int r;

	while ((r = read_more(fd, &p)) > 0) {
		r = take_lines(&p, &list);
		if (r < 0)
			break;
	}
	/* without a newline: cut, so not believed */
	list.left_out += p.len > 0 && !p.skip;
	free(p.buf);
	if (r < 0) {
		mountinfo_done(&list);
		return r;
	}
	mountinfo_done(ret);
	*ret = list;
	return 0;
}

void mountinfo_done(struct mount_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->mount[i].text);
	free(list->mount);
	*list = (struct mount_list){ 0 };
}
