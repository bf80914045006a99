/* SPDX-License-Identifier: BSD-2-Clause */
/* One file of /loader/entries. */
#include "eliloader/boot_bls.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

static const struct key {
	const char *name;
	size_t at;  /* of the char * in struct bls */
	bool joins; /* several lines are one value */
} keys[] = {
	{ "title", offsetof(struct bls, title), false },
	{ "version", offsetof(struct bls, version), false },
	{ "machine-id", offsetof(struct bls, machine_id), false },
	{ "sort-key", offsetof(struct bls, sort_key), false },
	{ "architecture", offsetof(struct bls, architecture), false },
	{ "linux", offsetof(struct bls, kernel), false },
	{ "efi", offsetof(struct bls, efi), false },
	{ "uki", offsetof(struct bls, uki), false },
	{ "options", offsetof(struct bls, options), true },
	{ "initrd", offsetof(struct bls, initrd), true },
};
#define KEYS (sizeof(keys) / sizeof(*keys))

static char **value_of(struct bls *b, const struct key *k)
{
	return (char **)((char *)b + k->at);
}

void bls_done(struct bls *b)
{
	for (size_t i = 0; i < KEYS; i++)
		free(*value_of(b, &keys[i]));
	free(b->id);
	free(b->name);
	*b = (struct bls){ 0 };
}

static const struct key *key_of(struct span name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (span_is(name, keys[i].name))
			return &keys[i];
	return NULL; /* devicetree, grub_users...: of no use here */
}

static int join(char **to, struct span value)
{
	char *all;

	if (asprintf(&all, "%s%s%.*s", *to ? *to : "", *to ? " " : "", (int)value.len,
		     value.p) < 0)
		return -ENOMEM;
	free(*to);
	*to = all;
	return 0;
}

static int set(struct bls *b, const struct key *k, struct span value)
{
	char **to = value_of(b, k);

	if (value.len + (k->joins && *to ? strlen(*to) : 0) >= BOOT_TEXT_MAX) {
		b->is_long = true;
		return 0;
	}
	if (!k->joins) {
		free(*to);
		*to = NULL;
	}
	return join(to, value);
}

static struct span unquote(struct span s)
{
	if (s.len >= 2 && *s.p == '"' && s.p[s.len - 1] == '"') {
		s.p++;
		s.len -= 2;
	}
	return s;
}

/* "id+LEFT" and "id+LEFT-DONE" count the tries of an entry. */
static int parse_name(const char *file, enum bls_flavour flavour, struct bls *b)
{
	const char *plus = flavour == BLS_SYSTEMD ? strrchr(file, '+') : NULL;
	struct span rest = span_text(plus ? plus + 1 : ""), left, done;

	left = span_part(&rest, '-');
	done = rest;
	b->tries_left = -1;
	if (plus && span_number(left, 999, &b->tries_left) == 0 && done.len &&
	    span_number(done, 999, &b->tries_done) < 0)
		b->tries_left = -1; /* the '+' is one of the name */
	b->id = b->tries_left < 0 ? strdup(file) : strndup(file, (size_t)(plus - file));
	if (b->id && asprintf(&b->name, "%s.conf", b->id) < 0)
		b->name = NULL;
	return b->name ? 0 : -ENOMEM;
}

int bls_parse(const char *file, const char *text, size_t len, enum bls_flavour flavour,
	      struct bls *ret)
{
	struct span rest = span_of(text, len), line;
	autobls struct bls b = { 0 };
	int r = parse_name(file, flavour, &b);

	while (r == 0 && span_line(&rest, &line)) {
		const struct key *k = key_of(span_word(&line));

		if (k && line.len)
			r = set(&b, k, flavour == BLS_SYSTEMD ? unquote(line) : line);
	}
	if (r < 0)
		return r;
	if (!b.kernel && !b.efi && !b.uki)
		return -EBADMSG;
	*ret = b;
	b = (struct bls){ 0 };
	return 0;
}
