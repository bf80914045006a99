/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/boot_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct span span_of(const char *text, size_t len)
{
	return (struct span){ text, strnlen(text, len) };
}

struct span span_text(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct span span_trim(struct span s)
{
	while (s.len && is_blank(*s.p)) {
		s.p++;
		s.len--;
	}
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

struct span span_part(struct span *rest, char mark)
{
	const char *end = rest->len ? memchr(rest->p, mark, rest->len) : NULL;
	struct span part = { rest->p, end ? (size_t)(end - rest->p) : rest->len };
	size_t taken = part.len + (end != NULL);

	rest->p += taken;
	rest->len -= taken;
	return part;
}

bool span_line(struct span *rest, struct span *ret_line)
{
	if (!rest->len)
		return false;
	*ret_line = span_trim(span_part(rest, '\n'));
	return true;
}

struct span span_word(struct span *rest)
{
	struct span word;

	*rest = span_trim(*rest);
	word = *rest;
	for (word.len = 0; word.len < rest->len && !is_blank(word.p[word.len]);)
		word.len++;
	rest->p += word.len;
	rest->len -= word.len;
	*rest = span_trim(*rest);
	return word;
}

bool span_is(struct span s, const char *text)
{
	return strlen(text) == s.len && memcmp(s.p, text, s.len) == 0;
}

bool span_is_nocase(struct span s, const char *text)
{
	return strlen(text) == s.len && strncasecmp(s.p, text, s.len) == 0;
}

bool span_begins(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.p, text, len) == 0;
}

bool span_ends_nocase(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && strncasecmp(s.p + s.len - len, text, len) == 0;
}

int span_number(struct span s, int max, int *ret_number)
{
	long long n = 0;

	if (!s.len)
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
		n = n * 10 + (s.p[i] - '0');
		if (n > max)
			n = max;
	}
	*ret_number = (int)n;
	return 0;
}

char *span_dup(struct span s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		return NULL;
	if (s.len)
		memcpy(copy, s.p, s.len);
	copy[s.len] = '\0';
	return copy;
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

bool span_has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_control(s.p[i]))
			return true;
	return false;
}

static void blank_controls(char *text)
{
	for (; *text; text++)
		if (is_control(*text))
			*text = ' ';
}

int boot_entry_text(char **field, struct span value)
{
	char *copy;

	if (value.len >= BOOT_TEXT_MAX)
		value.len = BOOT_TEXT_MAX - 1;
	copy = span_dup(value);
	if (!copy)
		return -ENOMEM;
	blank_controls(copy);
	free(*field);
	*field = copy;
	return 0;
}

int boot_entry_args(struct boot_entry *e, struct span words)
{
	size_t have = strlen(e->args);
	char *args;

	words = span_trim(words);
	if (!words.len)
		return 0;
	if (have + words.len + 2 > BOOT_TEXT_MAX) {
		boot_entry_refuse(e, "its arguments are longer than %d bytes",
				  BOOT_TEXT_MAX - 1);
		return 0;
	}
	args = realloc(e->args, have + words.len + 2);
	if (!args)
		return -ENOMEM;
	e->args = args;
	if (have)
		args[have++] = ' ';
	memcpy(args + have, words.p, words.len);
	args[have + words.len] = '\0';
	blank_controls(args + have);
	return 0;
}

int boot_entry_ramdisk(struct boot_entry *e, const struct boot_path *path)
{
	struct boot_path *all;

	if (e->ramdisk_count == BOOT_RAMDISKS_MAX) {
		boot_entry_refuse(e, "more than %d ramdisks", BOOT_RAMDISKS_MAX);
		return 0;
	}
	all = realloc(e->ramdisk, (e->ramdisk_count + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	e->ramdisk = all;
	e->ramdisk[e->ramdisk_count++] = *path;
	return 0;
}
