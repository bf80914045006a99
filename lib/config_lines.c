/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/config_lines.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/text_list.h"

#define SHOWN_MAX 160 /* bytes of a wrong line in its message */

bool config_is_text(const char *value)
{
	for (; *value; value++)
		if (*value < 0x20 || *value > 0x7e)
			return false;
	return true;
}

bool config_is_path(const char *value)
{
	return *value == '/' && config_is_text(value);
}

bool config_is_user(const char *value)
{
	return (isalpha((unsigned char)*value) || *value == '_') &&
	       !value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-")];
}

int config_set_text(void *field, const struct config_key *k, const char *value)
{
	char **at = field, *copy;

	if (!k->good(value))
		return -EINVAL;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*at);
	*at = copy;
	return 0;
}

int config_set_list(void *field, const struct config_key *k, const char *value)
{
	struct text_list *list = field;

	if (list->count >= k->max || !k->good(value))
		return -EINVAL;
	return text_list_add(list, value);
}

/* The index of @value in @words (ends with NULL), or -EINVAL. */
static int choose(const char *const *words, const char *value)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -EINVAL;
}

int config_set_switch(void *field, const struct config_key *k, const char *value)
{
	static const char *const words[] = { "off", "on", NULL };
	int i = choose(words, value);

	(void)k; /* a setter as the others */
	if (i < 0)
		return i;
	*(bool *)field = i == 1;
	return 0;
}

int config_set_choice(void *field, const struct config_key *k, const char *value)
{
	int i = choose(k->words, value);

	if (i < 0)
		return i;
	*(unsigned *)field = (unsigned)i;
	return 0;
}

int config_set_number(void *field, const struct config_key *k, const char *value)
{
	uint64_t number;

	if (io_parse_u64(value, k->max, &number) < 0 || number < k->min)
		return -EINVAL;
	*(unsigned *)field = (unsigned)number;
	return 0;
}

int config_set_size(void *field, const struct config_key *k, const char *value)
{
	static const char units[] = "KMG";
	autofree char *digits = strdup(value);
	size_t len = strlen(value);
	const char *unit;
	uint64_t number;

	if (!digits)
		return -ENOMEM;
	unit = len > 0 ? strchr(units, value[len - 1]) : NULL;
	if (unit)
		digits[len - 1] = '\0';
	if (io_parse_u64(digits, k->max, &number) < 0)
		return -EINVAL;
	if (unit)
		for (const char *u = units; u <= unit; u++)
			if (__builtin_mul_overflow(number, 1024, &number))
				return -EINVAL;
	if (number < k->min || number > k->max)
		return -EINVAL;
	*(uint64_t *)field = number;
	return 0;
}

/* Where a parse is. */
struct place {
	const struct config_table *table;
	void *config;
	const char *path;
	size_t line;
	bool seen[CONFIG_KEYS_MAX]; /* the keys so far */
	const struct config_hearer *hearer;
};

__attribute__((format(printf, 3, 4))) static int wrong(const struct place *at, int r,
						       const char *fmt, ...)
{
	char why[CONFIG_WHY_MAX];
	va_list ap;
	int n;

	n = at->line ? snprintf(why, sizeof(why), "%s:%zu: ", at->path, at->line)
		     : snprintf(why, sizeof(why), "%s: ", at->path);
	if (n >= 0 && (size_t)n < sizeof(why)) {
		va_start(ap, fmt);
		(void)vsnprintf(why + n, sizeof(why) - (size_t)n, fmt,
				ap); /* may be cut */
		va_end(ap);
	}
	return at->hearer->wrong(at->hearer->data, r, why);
}

static char *strip(char *text)
{
	char *end;

	while (*text == ' ' || *text == '\t')
		text++;
	end = text + strlen(text);
	while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = '\0';
	return text;
}

static int parse_line(struct place *at, char *line)
{
	const struct config_table *t = at->table;
	char *name = strip(line), *value = strchr(name, '='), shown[SHOWN_MAX];
	const struct config_key *k = t->key;
	int r;

	if (!*name || *name == '#')
		return 0;
	(void)log_escape(shown, sizeof(shown), name, strlen(name)); /* cut at its room */
	if (value)
		*value++ = '\0';
	name = strip(name);
	while (k < t->key + t->count && strcmp(k->name, name) != 0)
		k++;
	if (!value || k == t->key + t->count)
		return wrong(at, -EINVAL, "%s: '%s'",
			     value ? "no such key" : "not KEY = VALUE", shown);
	if (at->seen[k - t->key] && !k->repeats)
		return wrong(at, -EINVAL, "'%s' is there a second time", k->name);
	at->seen[k - t->key] = true;
	r = k->set((char *)at->config + k->at, k, strip(value));
	if (r < 0)
		return wrong(at, r, "%s: '%s' (%s)",
			     r == -ENOMEM ? strerror(ENOMEM) : "bad value", shown,
			     k->help);
	return 0;
}

int config_lines_parse(const struct config_table *t, void *config, const char *path,
		       char *text, size_t len, const struct config_hearer *h)
{
	struct place at = { .table = t, .config = config, .path = path, .hearer = h };
	char *line;
	int r = 0;

	assert(t->count <= CONFIG_KEYS_MAX);
	if (memchr(text, '\0', len))
		return wrong(&at, -EINVAL, "it has a NUL byte");
	while (r == 0 && (line = strsep(&text, "\n"))) {
		at.line++;
		r = parse_line(&at, line);
	}
	return r;
}

void config_lines_done(const struct config_table *t, void *config)
{
	for (size_t i = 0; i < t->count; i++) {
		void *field = (char *)config + t->key[i].at;

		if (t->key[i].set == config_set_list)
			text_list_done(field);
		else if (t->key[i].set == config_set_text)
			free(*(char **)field);
	}
}
