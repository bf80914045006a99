/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_mounts.h"

#include <errno.h>
#include <string.h>

/* Words of a line before the optional ones, and after the "-" that ends those. */
enum { WORD_ID, WORD_PARENT, WORD_DEVICE, WORD_ROOT, WORD_POINT, WORD_OPTIONS, WORDS };

static bool is_octal(const char *p)
{
	return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' &&
	       p[2] <= '7';
}

/* "\040" is how the kernel writes what would end a word. */
static void undo_escapes(char *word)
{
	char *to = word;

	for (const char *from = word; *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				     (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The next word of the line, NUL-terminated; NULL: none is left. */
static char *take_word(char **line)
{
	char *word = *line;

	if (!word || !*word)
		return NULL;
	*line = strchr(word, ' ');
	if (*line)
		*(*line)++ = '\0';
	undo_escapes(word);
	return word;
}

static int parse_id(const char *word, unsigned *ret)
{
	unsigned id = 0;

	if (!*word)
		return -EBADMSG;
	for (; *word; word++)
		if (*word < '0' || *word > '9' || __builtin_mul_overflow(id, 10, &id) ||
		    __builtin_add_overflow(id, (unsigned)(*word - '0'), &id))
			return -EBADMSG;
	*ret = id;
	return 0;
}

static int parse_line(char *line, struct verify_mount *m)
{
	char *word[WORDS], *more;

	for (int i = 0; i < WORDS; i++) {
		word[i] = take_word(&line);
		if (!word[i])
			return -EBADMSG;
	}
	do { /* "shared:1", "master:2" ... */
		more = take_word(&line);
	} while (more && strcmp(more, "-") != 0);
	m->type = take_word(&line);
	m->source = take_word(&line);
	m->super = take_word(&line);
	if (!more || !m->type || !m->source)
		return -EBADMSG;
	if (!m->super) /* an empty source leaves one blank between, and so one word less */
		m->super = "";
	m->root = word[WORD_ROOT];
	m->point = word[WORD_POINT];
	m->options = word[WORD_OPTIONS];
	return parse_id(word[WORD_ID], &m->id);
}

int verify_mounts_parse(char *text, size_t len, struct verify_mounts *ret)
{
	char *line = text;

	text[len] = '\0';
	if (strlen(text) != len)
		return -EBADMSG;
	ret->count = 0;
	while (*line) {
		char *eol = strchr(line, '\n');
		int r;

		if (eol)
			*eol = '\0';
		if (ret->count == VERIFY_MOUNTS_MAX)
			return -E2BIG;
		r = parse_line(line, &ret->mount[ret->count]);
		if (r < 0)
			return r;
		ret->count++;
		line = eol ? eol + 1 : line + strlen(line);
	}
	return 0;
}

bool verify_option(const char *options, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = options; at; at = strchr(at, ',')) {
		if (*at == ',')
			at++;
		if (strncmp(at, word, len) == 0 && (at[len] == '\0' || at[len] == ','))
			return true;
	}
	return false;
}

bool verify_mount_is_read_only(const struct verify_mount *m)
{
	return verify_option(m->options, "ro") || verify_option(m->super, "ro");
}

/* Is @word one of the comma-separated ones in @list?  An empty list has the empty word. */
static bool has_controller(const char *list, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	while (true) {
		const char *comma = memchr(list, ',', len);
		size_t one = comma ? (size_t)(comma - list) : len;

		if (one == word_len && memcmp(list, word, one) == 0)
			return true;
		if (!comma)
			return false;
		list += one + 1;
		len -= one + 1;
	}
}

static int copy_path(const char *path, size_t len, char *ret, size_t size)
{
	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(ret, path, len);
	ret[len] = '\0';
	return 0;
}

int verify_cgroup_path(const char *text, size_t len, const char *controller, char *ret,
		       size_t size)
{
	const char *end = text + len;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *stop = eol ? eol : end;
		const char *list = memchr(text, ':', (size_t)(stop - text));
		const char *path =
			list ? memchr(list + 1, ':', (size_t)(stop - list - 1)) : NULL;

		if (!path)
			return -EBADMSG;
		if (has_controller(list + 1, (size_t)(path - list - 1), controller))
			return copy_path(path + 1, (size_t)(stop - path - 1), ret, size);
		text = eol ? eol + 1 : end;
	}
	return -ENOENT;
}
