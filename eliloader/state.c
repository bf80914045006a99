/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a state. */
#include "eliloader/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"

void state_init(struct state *s)
{
	tree_init(&s->keys);
}

void state_done(struct state *s)
{
	tree_done(&s->keys);
}

static int keep(struct state *s, const char *path, const char *value)
{
	if (s->keys.count >= RECORD_KEYS_MAX && !tree_find(&s->keys, path))
		return -E2BIG;
	return tree_set(&s->keys, path, value, strlen(value));
}

/* "other-config:KEY=VALUE" or "-other-config:KEY" */
static int parse_entry(struct state *s, const char *line)
{
	autofree char *path = NULL;
	const char *equals = strchr(line, '=');
	int r;

	if (*line == '-') {
		r = record_path(line + 1, strlen(line + 1), &path);
		return r < 0 ? r : keep(s, path, "-");
	}
	if (!equals)
		return -EINVAL;
	r = record_path(line, (size_t)(equals - line), &path);
	return r < 0 ? r : keep(s, path, equals);
}

static int parse_line(struct state *s, const char *line, size_t len)
{
	if (strlen(line) != len)
		return -EBADMSG; /* a NUL inside */
	if (*line == '\0' || *line == '#')
		return 0;
	return parse_entry(s, line);
}

int state_parse(struct state *s, char *text, size_t len, size_t *ret_line)
{
	char *end = text + len;
	size_t number = 1;

	for (char *line = text; line < end; number++) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *stop = newline ? newline : end;
		int r;

		*stop = '\0';
		r = parse_line(s, line, (size_t)(stop - line));
		if (r < 0) {
			*ret_line = number;
			return r == -ENOMEM ? r : -EBADMSG;
		}
		line = stop + 1;
	}
	return 0;
}

/* A path of the map as a line's key: the first '/' of other-config/KEY is a ':'. */
static void put_key(FILE *out, const char *path)
{
	const char *slash = strchr(path, '/');

	if (slash)
		(void)fprintf(out, "%.*s:%s", (int)(slash - path), path, slash + 1);
	else
		(void)fputs(path, out); /* errors: at fclose() */
}

static void put_all(FILE *out, const struct state *s, const char *comment)
{
	char safe[512];

	(void)log_escape(safe, sizeof(safe), comment, strlen(comment)); /* cut is fine */
	(void)fprintf(out, "# %s\n", safe);
	for (size_t i = 0; i < s->keys.count; i++) {
		const struct tree_entry *e = &s->keys.entry[i];

		if (e->value[0] == '-')
			(void)fputc('-', out);
		put_key(out, e->path);
		(void)fprintf(out, "%s\n", e->value[0] == '=' ? e->value : "");
	}
}

int state_format(const struct state *s, const char *comment, char **ret_text,
		 size_t *ret_len)
{
	autofree char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	put_all(out, s, comment);
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret_text = steal_ptr(text);
	*ret_len = len;
	return 0;
}

int state_change(struct state *s, const struct change *c)
{
	autofree char *path = NULL;
	char value[1 + sizeof(c->value)];
	int r = change_path(c, &path);

	if (r < 0)
		return r;
	/* what is written must be read as the same: a key ends at '=', both at a newline */
	if (strpbrk(path, "=\n") || strchr(c->value, '\n') ||
	    path[strlen(path) - 1] == '/')
		return -EINVAL;
	if (change_removes(c))
		return keep(s, path, "-");
	(void)snprintf(value, sizeof(value), "=%s", c->value);
	return keep(s, path, value);
}

int state_apply(const struct state *s, struct record *r)
{
	for (size_t i = 0; i < s->keys.count; i++) {
		const struct tree_entry *e = &s->keys.entry[i];
		int ret = 0;

		if (e->value[0] == '-')
			record_drop(r, e->path);
		else
			ret = record_put(r, e->path, e->value + 1);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

int state_encode(const char *name, char ret_encoded[STATE_NAME_MAX])
{
	char encoded[STATE_NAME_MAX];
	size_t n = 0;

	if (!*name)
		return -EINVAL;
	for (; *name; name++) {
		if (n + 4 > sizeof(encoded))
			return -ENAMETOOLONG;
		if (is_plain(*name))
			encoded[n++] = *name;
		else
			n += (size_t)snprintf(encoded + n, 4, "%%%02X",
					      (unsigned char)*name);
	}
	encoded[n] = '\0';
	memcpy(ret_encoded, encoded, n + 1);
	return 0;
}
