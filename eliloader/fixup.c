/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/fixup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define BLANKS " \t\r"

static int parse_digest(const char *text, uint8_t ret[SHA256_LEN], unsigned *ret_len)
{
	size_t len = strlen(text);

	if (len != (size_t)2 * MD5_LEN && len != (size_t)2 * SHA256_LEN)
		return -EBADMSG;
	if (io_parse_hex(text, len, ret) < 0)
		return -EBADMSG;
	*ret_len = (unsigned)(len / 2);
	return 0;
}

/* The next word of *@rest; NULL: none is left. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);

	if (!*word)
		return NULL;
	*rest = word + strcspn(word, BLANKS);
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

/* @text without blanks at its ends. */
static char *trimmed(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* An overlay lies beside its map: a mere name. */
static bool is_overlay_name(const char *name)
{
	return !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int copy(char *to, size_t size, const char *from)
{
	return snprintf(to, size, "%s", from) < (int)size ? 0 : -EBADMSG;
}

static int parse_rule(char *first, char *rest, struct fixup *f, uint8_t *digest,
		      unsigned *digest_len)
{
	char *type = next_word(&rest), *overlay = next_word(&rest);
	int r = parse_digest(first, digest, digest_len);

	rest = trimmed(rest);
	if (r < 0 || !type || !overlay || !*rest || !is_overlay_name(overlay))
		return -EBADMSG;
	f->ext2 = strcmp(type, "ext2") == 0;
	if (!f->ext2 && strcmp(type, "cpio") != 0)
		return -EBADMSG;
	r = copy(f->overlay, sizeof(f->overlay), overlay);
	return r < 0 ? r : copy(f->distro, sizeof(f->distro), rest);
}

int fixup_parse_line(char *line, struct fixup *ret, uint8_t ret_digest[SHA256_LEN],
		     unsigned *ret_digest_len)
{
	uint8_t digest[SHA256_LEN] = { 0 };
	struct fixup f = { 0 };
	char *rest = line, *first = next_word(&rest);
	unsigned digest_len = 0;
	int r;

	if (!first || *first == '#')
		return 0;
	r = parse_rule(first, rest, &f, digest, &digest_len);
	if (r < 0)
		return r;
	*ret = f;
	memcpy(ret_digest, digest, sizeof(digest));
	*ret_digest_len = digest_len;
	return 1;
}

struct wanted {
	const char *dir;
	const uint8_t *md5, *sha256;
};

/* Put the directory before the overlay's name. */
static int place_overlay(const struct wanted *w, struct fixup *f)
{
	char name[sizeof(f->overlay)];

	memcpy(name, f->overlay, sizeof(name));
	return snprintf(f->overlay, sizeof(f->overlay), "%s/%s", w->dir, name) <
			       (int)sizeof(f->overlay)
		       ? 0
		       : -ENAMETOOLONG;
}

/* One line of the map @name: 1: it names that initrd. */
static int look_at_line(const struct wanted *w, const char *name, unsigned number,
			char *line, struct fixup *ret)
{
	uint8_t digest[SHA256_LEN];
	unsigned len;
	struct fixup f;
	int r = fixup_parse_line(line, &f, digest, &len);

	if (r > 0 && memcmp(digest, len == MD5_LEN ? w->md5 : w->sha256, len) != 0)
		return 0;
	if (r > 0 && place_overlay(w, &f) < 0)
		r = -ENAMETOOLONG;
	if (r < 0)
		log_warning("%s/%s: line %u is no fix-up rule, passed over", w->dir, name,
			    number);
	if (r <= 0)
		return 0;
	*ret = f;
	return 1;
}

static int look_in_map(const struct wanted *w, int dirfd, const char *name,
		       struct fixup *ret)
{
	autofree char *text = NULL;
	char *rest, *line;
	size_t len;
	int r = io_read_file_at(dirfd, name, MAP_FILE_MAX, &text, &len);

	if (r == 0 && memchr(text, '\0', len))
		r = -EBADMSG;
	if (r < 0) {
		log_warning("%s/%s: cannot be read: %s, passed over", w->dir, name,
			    strerror(-r));
		return 0;
	}
	rest = text;
	r = 0;
	for (unsigned number = 1; r == 0 && (line = strsep(&rest, "\n")); number++)
		r = look_at_line(w, name, number, line, ret);
	return r;
}

static int is_map(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 4 && e->d_name[0] != '.' && strcmp(e->d_name + len - 4, ".map") == 0;
}

/* The maps of the open directory, in their order; -errno. */
static int list_maps(int dirfd, struct dirent ***ret_entry)
{
	int count = scandirat(dirfd, ".", ret_entry, is_map, alphasort);

	return count < 0 ? -errno : count;
}

bool fixup_any_map(const char *dir)
{
	autoclose int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entry = NULL;
	int count;

	if (dirfd < 0)
		return false;
	count = list_maps(dirfd, &entry);
	for (int i = 0; i < count; i++)
		free(entry[i]);
	free(entry);
	return count > 0;
}

int fixup_find(const char *dir, const uint8_t md5[MD5_LEN],
	       const uint8_t sha256[SHA256_LEN], struct fixup *ret)
{
	struct wanted wanted = { dir, md5, sha256 };
	autoclose int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entry;
	int count, r = 0;

	if (dirfd < 0)
		return -errno;
	count = list_maps(dirfd, &entry);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = look_in_map(&wanted, dirfd, entry[i]->d_name, ret);
		free(entry[i]);
	}
	free(entry);
	return r > 0 ? 0 : -ENOENT;
}
