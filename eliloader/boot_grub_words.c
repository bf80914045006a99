/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command's words become: variables, quotation, wildcards. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

#define GRUB_SPACE " \t\n\v\f\r"

/* Of a word that grows; backslashes make it longer than it will be. */
#define WORD_ROOM (2 * GRUB_VALUE_MAX)

/* A word that grows holds unquoted text as it is and quoted text with backslashes before
 * what is special, so that wildcards can be told from mere characters at its end. */
struct builder {
	struct grub *g;
	struct grub_argv argv;
	size_t room;
	char *text; /* owned: of the word that grows */
	size_t len, text_room;
	bool open; /* there is a word, though it may be empty */
	int error;
};

static bool append(struct builder *b, const char *text, size_t len)
{
	b->open = true;
	if (b->error || len == 0)
		return !b->error;
	if (len > WORD_ROOM - b->len) {
		b->error = -E2BIG;
		return false;
	}
	if (b->len + len > b->text_room) {
		size_t room = b->text_room ? b->text_room : 256;
		char *grown;

		while (room < b->len + len)
			room *= 2;
		grown = realloc(b->text, room);
		if (!grown) {
			b->error = -E2BIG;
			return false;
		}
		b->text = grown;
		b->text_room = room;
	}
	memcpy(b->text + b->len, text, len);
	b->len += len;
	return true;
}

/* "\x20" and the like stay as they are: systemd's escapes, which the kernel hands on. */
static bool is_hex_escape(const char *p)
{
	return p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
	       isxdigit((unsigned char)p[3]);
}

/* @len bytes of @text, each of @special with a backslash before it. */
static void append_escaped(struct builder *b, const char *text, size_t len,
			   const char *special)
{
	const char *end = text + len;

	b->open = true;
	while (text < end) {
		size_t plain = 0; /* strcspn() would go past the end, over and over */

		while (text + plain < end && !strchr(special, text[plain]))
			plain++;
		if (!append(b, text, plain))
			return;
		text += plain;
		if (text == end)
			return;
		if (!is_hex_escape(text))
			(void)append(b, "\\", 1); /* b->error */
		if (!append(b, text++, 1))
			return;
	}
}

static void append_quoted(struct builder *b, const char *text)
{
	append_escaped(b, text, strlen(text), "*?\\");
}

/* An unquoted value: its wildcards are some, its backslashes are none. */
static void append_value(struct builder *b, const char *text, size_t len)
{
	append_escaped(b, text, len, "\\");
}

static bool push(struct builder *b, const char *text, size_t len)
{
	struct grub_argv *a = &b->argv;

	if (!grub_spend(b->g, len / GRUB_STEP_BYTES) || len > GRUB_VALUE_MAX ||
	    a->count == GRUB_WORDS_MAX)
		b->error = -E2BIG;
	if (b->error)
		return false;
	if (a->count + 1 >= b->room) {
		size_t room = b->room ? 2 * b->room : 16;
		char **word = grub_alloc(&b->g->work, room * sizeof(*word));

		if (!word) {
			b->error = -E2BIG;
			return false;
		}
		if (a->count)
			memcpy(word, a->word, a->count * sizeof(*word));
		a->word = word;
		b->room = room;
	}
	a->word[a->count] = grub_copy(&b->g->work, text, len);
	if (!a->word[a->count])
		b->error = -E2BIG;
	else
		a->count++;
	return !b->error;
}

static int push_path(void *arg, const char *path)
{
	struct builder *b = arg;

	return push(b, path, strlen(path)) ? 0 : b->error;
}

static bool has_wildcard(const char *text, size_t len)
{
	if (!strpbrk(text, "*?"))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '*' || text[i] == '?')
			return true;
	}
	return false;
}

/* In place; the new length. */
static size_t unescape(char *text, size_t len)
{
	size_t out = strcspn(text, "\\");

	for (size_t i = out; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len &&
		    !(len - i > 3 && is_hex_escape(text + i)))
			i++;
		text[out++] = text[i];
	}
	return out;
}

/* The word is done: what it stands for are words of the command. */
static void next(struct builder *b)
{
	size_t before = b->argv.count;

	if (!b->open || !append(b, "", 1))
		return;
	b->open = false;
	b->len--;
	if (has_wildcard(b->text, b->len))
		b->error = grub_glob(b->g, b->text, push_path, b);
	if (!b->error && b->argv.count == before) {
		b->len = unescape(b->text, b->len);
		(void)push(b, b->text, b->len); /* b->error */
	}
	b->len = 0;
}

/* Split at white space.  Space at the ends does not part the value from what is around. */
static void append_fields(struct builder *b, const char *text)
{
	text += strspn(text, GRUB_SPACE);
	while (*text && !b->error) {
		size_t len = strcspn(text, GRUB_SPACE);

		append_value(b, text, len);
		text += len;
		text += strspn(text, GRUB_SPACE);
		if (*text)
			next(b);
	}
}

static void append_var(struct builder *b, const char *value, bool quoted)
{
	if (!value || !grub_spend(b->g, strlen(value) / GRUB_STEP_BYTES))
		return;
	if (quoted)
		append_quoted(b, value);
	else
		append_fields(b, value);
}

/* $@ and $*: all words of a function's call.  What is empty and not quoted neither is a word
 * nor parts two. */
static void append_all(struct builder *b, bool quoted, bool apart)
{
	const struct grub_scope *s = b->g->scope;
	bool any = false;

	for (size_t i = 0; i < s->count && !b->error; i++) {
		const char *word = s->word[i];

		if (!quoted && !word[strspn(word, GRUB_SPACE)])
			continue;
		if (any && quoted && !apart)
			append_quoted(b, " ");
		else if (any)
			next(b);
		append_var(b, word, quoted);
		any = true;
	}
}

/* $1, $#...; outside of a function nothing comes of them. */
static void append_special(struct builder *b, const char *name, bool quoted)
{
	const struct grub_scope *s = b->g->scope;
	char text[24];
	unsigned long n;

	if (!s)
		return;
	switch (*name) {
	case '#':
		(void)snprintf(text, sizeof(text), "%zu", s->count);
		append_quoted(b, text);
		return;
	case '@':
	case '*':
		append_all(b, quoted, *name == '@');
		return;
	default:
		n = strtoul(name, NULL, 10);
		if (n > 0 && n <= s->count)
			append_var(b, s->word[n - 1], quoted);
	}
}

static void append_part(struct builder *b, const struct grub_part *part)
{
	bool quoted = part->kind == GRUB_QUOTED_VAR;
	char text[24];

	switch (part->kind) {
	case GRUB_TEXT:
		(void)append(b, part->text, strlen(part->text)); /* b->error */
		return;
	case GRUB_QUOTED:
		append_quoted(b, part->text);
		return;
	case GRUB_VAR:
	case GRUB_QUOTED_VAR:
		if (*part->text == '?') {
			(void)snprintf(text, sizeof(text), "%d", b->g->status);
			append_var(b, text, quoted);
		} else if (isdigit((unsigned char)*part->text) ||
			   strchr("#@*", *part->text)) {
			append_special(b, part->text, quoted);
		} else {
			append_var(b, grub_get(b->g, part->text), quoted);
		}
	}
}

int grub_expand(struct grub *g, const struct grub_word *words, struct grub_argv *ret)
{
	struct builder b = { .g = g };

	for (; words && !b.error; words = words->next) {
		for (const struct grub_part *part = words->part; part && !b.error;
		     part = part->next) {
			if (!grub_spend(g, strlen(part->text) / GRUB_STEP_BYTES))
				b.error = -E2BIG;
			else
				append_part(&b, part);
		}
		next(&b);
	}
	free(b.text);
	*ret = b.argv;
	return b.error;
}
