/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_map.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PREFIX	  "vm-data/"
#define SHOW_MAX  200 /* bytes of a key in a sentence */
#define PLACE_MAX (SHOW_MAX + 64)

struct reader {
	const struct vm_data_map_sink *sink;
	struct tree *nodes;
	bool crowded; /* there were more keys than nodes are allowed */
	int error;    /* -EBADMSG after the first problem, or -ENOMEM */
};

/* A pair as the map has it; neither part is terminated. */
struct pair {
	size_t line; /* 0: not known */
	const char *key, *value;
	size_t key_len, value_len;
};

__attribute__((format(printf, 2, 3))) static void problem(struct reader *m,
							  const char *fmt, ...)
{
	char text[PLACE_MAX + 256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->sink->problem(m->sink->arg, text);
	if (!m->error)
		m->error = -EBADMSG;
}

/* "line 3: 'vm-data/a b'", or without the line; @out has PLACE_MAX bytes. */
static const char *place(const struct pair *p, char *out)
{
	int show = (int)(p->key_len < SHOW_MAX ? p->key_len : SHOW_MAX);
	int n = 0;

	if (p->line)
		n = snprintf(out, PLACE_MAX, "line %zu: ", p->line);
	(void)snprintf(out + n, PLACE_MAX - (size_t)n, "'%.*s'", show, p->key);
	return out;
}

static void ignored(const struct reader *m, const struct pair *p)
{
	char where[PLACE_MAX], text[PLACE_MAX + 64];

	(void)snprintf(text, sizeof(text), "%s: not below vm-data/, ignored",
		       place(p, where));
	m->sink->ignored(m->sink->arg, text);
}

static bool is_below(const struct pair *p)
{
	return p->key_len >= strlen(PREFIX) &&
	       memcmp(p->key, PREFIX, strlen(PREFIX)) == 0;
}

/* Check the pair's key and copy it without its prefix, terminated. */
static bool take_key(struct reader *m, const struct pair *p,
		     char key[VM_DATA_KEY_MAX + 1])
{
	const char *text = p->key + strlen(PREFIX);
	size_t len = p->key_len - strlen(PREFIX), levels = 1;
	char where[PLACE_MAX];

	for (size_t i = 0; i < len; i++)
		levels += text[i] == '/';
	place(p, where);
	if (len == 0)
		problem(m, "%s: no key after vm-data/", where);
	else if (strnlen(text, len) < len)
		problem(m, "%s: a NUL byte in the key", where);
	else if (levels > VM_DATA_DEPTH_MAX)
		problem(m, "%s: %zu levels below vm-data, at most %d are allowed", where,
			levels, VM_DATA_DEPTH_MAX);
	else if (len > VM_DATA_KEY_MAX)
		problem(m, "%s: %zu bytes after vm-data/, at most %d are allowed", where,
			len, VM_DATA_KEY_MAX);
	else {
		memcpy(key, text, len);
		key[len] = '\0';
		if (key[0] != '/' && tree_path_check(key) == 0)
			return true;
		problem(m, "%s: a key has A-Z a-z 0-9 - _ @ and single slashes inside",
			where);
	}
	return false;
}

/* One pair of the map: checked and, unless something was wrong with it, added. */
static void take(struct reader *m, const struct pair *p)
{
	char key[VM_DATA_KEY_MAX + 1], where[PLACE_MAX];
	bool good;

	if (!is_below(p)) {
		ignored(m, p);
		return;
	}
	good = take_key(m, p, key);
	if (p->value_len > VM_DATA_VALUE_MAX) {
		problem(m, "%s: a value of %zu bytes, at most %d are allowed",
			place(p, where), p->value_len, VM_DATA_VALUE_MAX);
		good = false;
	}
	if (good && tree_find(m->nodes, key)) {
		problem(m, "%s: the key was given before", place(p, where));
		good = false;
	}
	if (good && m->nodes->count >= VM_DATA_NODES_MAX)
		m->crowded = true;
	else if (good && tree_set(m->nodes, key, p->value, p->value_len) < 0)
		m->error = -ENOMEM;
}

static void read_lines(struct reader *m, const char *text, size_t len)
{
	for (size_t line = 1; len > 0; line++) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		size_t shown = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
		const char *equals = memchr(text, '=', shown);
		struct pair p = { .line = line, .key = text, .key_len = shown };
		char where[PLACE_MAX];

		if (equals) {
			p.key_len = (size_t)(equals - text);
			p.value = equals + 1;
			p.value_len = shown - p.key_len - 1;
		}
		if (!equals && is_below(&p))
			problem(m, "%s: no '=' in the line", place(&p, where));
		else if (shown > 0)
			take(m, &p);
		text += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
}

static void take_member(struct reader *m, const char *key, const json_t *value)
{
	struct pair p = { .key = key, .key_len = strlen(key) };
	char where[PLACE_MAX];

	if (json_is_string(value)) {
		p.value = json_string_value(value);
		p.value_len = json_string_length(value);
	} else if (is_below(&p)) {
		problem(m, "%s: the value is not a JSON string", place(&p, where));
		return;
	}
	take(m, &p);
}

static void read_json(struct reader *m, const char *text, size_t len)
{
	json_error_t e;
	json_t *object =
		json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
	const char *key;
	json_t *value;

	if (!object)
		problem(m, "line %d: not JSON: %s", e.line, e.text);
	json_object_foreach(object, key, value) take_member(m, key, value);
	json_decref(object);
}

/* What would be taken for lines that are all ignored, so that an empty map would replace
 * the guest's.  NULL: nothing of that kind. */
static const char *foreign(const char *text, size_t len, size_t blank)
{
	if ((len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) ||
	    (len >= 2 &&
	     (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)))
		return "a byte order mark; a map starts with its first key";
	if (blank < len && text[blank] == '[')
		return "a JSON array; a map is a JSON object or lines";
	return NULL;
}

/* @nodes and every parent of one, as far as VM_DATA_NODES_MAX. */
static int add_parents(const struct tree *nodes, struct tree *all)
{
	char parent[VM_DATA_KEY_MAX + 1];
	int r = 0;

	for (size_t i = 0; r >= 0 && i < nodes->count; i++) {
		const struct tree_entry *e = &nodes->entry[i];
		const char *slash = e->path;

		while (r >= 0 && (slash = strchr(slash + 1, '/')) != NULL &&
		       all->count < VM_DATA_NODES_MAX) {
			memcpy(parent, e->path, (size_t)(slash - e->path));
			parent[slash - e->path] = '\0';
			if (!tree_find(all, parent))
				r = tree_set(all, parent, "", 0);
		}
		if (r >= 0)
			r = tree_set(all, e->path, e->value, e->value_len);
	}
	return r;
}

/* Can a guest list each of the directories, vm-data itself the first? */
static void check_names(struct reader *m)
{
	const struct tree *t = m->nodes; /* less than VM_DATA_NODES_MAX */
	size_t names[VM_DATA_NODES_MAX] = { 0 };
	char parent[VM_DATA_KEY_MAX + 1];

	for (size_t i = 0; i < t->count; i++) {
		const char *path = t->entry[i].path, *slash = strrchr(path, '/');
		size_t dir = 0;

		if (slash) {
			memcpy(parent, path, (size_t)(slash - path));
			parent[slash - path] = '\0';
			dir = tree_lower_bound(t, parent) + 1;
		}
		names[dir] += strlen(slash ? slash + 1 : path) + 1;
	}
	for (size_t i = 0; i <= t->count; i++)
		if (names[i] > VM_DATA_NAMES_MAX)
			problem(m,
				"'vm-data%s%.*s': the names below take %zu bytes, at "
				"most %d can be listed in a guest",
				i ? "/" : "", SHOW_MAX, i ? t->entry[i - 1].path : "",
				names[i], VM_DATA_NAMES_MAX);
}

static void check_whole(struct reader *m)
{
	autotree struct tree all = { 0 };
	int r = add_parents(m->nodes, &all);

	if (r < 0) {
		m->error = r;
		return;
	}
	tree_swap(m->nodes, &all);
	if (m->crowded || m->nodes->count + 1 > VM_DATA_NODES_MAX)
		problem(m, "the map makes more than the %d nodes that a domain may own",
			VM_DATA_NODES_MAX);
	else
		check_names(m);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int vm_data_map_read(const char *text, size_t len, const struct vm_data_map_sink *sink,
		     struct tree *ret_nodes)
{
	struct reader m = { .sink = sink, .nodes = ret_nodes };
	const char *what;
	size_t blank = 0;

	while (blank < len && is_blank(text[blank]))
		blank++;
	what = foreign(text, len, blank);
	if (what)
		problem(&m, "line 1: %s", what);
	else if (blank < len && text[blank] == '{')
		read_json(&m, text, len);
	else
		read_lines(&m, text, len);
	if (m.error != -ENOMEM)
		check_whole(&m);
	return m.error;
}
