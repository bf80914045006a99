/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands test and [. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

struct tests {
	struct grub *g;
	char **word;
	size_t at, count;
	unsigned depth;
};

/* An expression so far: "or" of what was, "and" of what is. */
struct value {
	bool either, all, invert;
};

static void take(struct value *v, bool is)
{
	v->all = v->all && is != v->invert;
	v->invert = false;
}

static int compare_numbers(const char *a, const char *b)
{
	long long x = strtoll(a, NULL, 0), y = strtoll(b, NULL, 0);

	return x < y ? -1 : x > y;
}

/* Numbers behind what the words have in common: "vmlinuz-9" is before "vmlinuz-10". */
static int compare_versions(const char *a, const char *b)
{
	size_t i = 0;
	unsigned long long x, y;

	while (a[i] == b[i] && a[i])
		i++;
	while (i > 0 && isdigit((unsigned char)a[i - 1]))
		i--;
	x = strtoull(a + i, NULL, 0);
	y = strtoull(b + i, NULL, 0);
	return x < y ? -1 : x > y;
}

/* Results of a comparison that count as true. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };
static const struct {
	const char *name;
	int (*compare)(const char *a, const char *b);
	unsigned good;
} comparisons[] = {
	{ "=", strcmp, EQUAL },
	{ "==", strcmp, EQUAL },
	{ "!=", strcmp, LESS | GREATER },
	{ "<", strcmp, LESS },
	{ "<=", strcmp, LESS | EQUAL },
	{ ">", strcmp, GREATER },
	{ ">=", strcmp, GREATER | EQUAL },
	{ "-eq", compare_numbers, EQUAL },
	{ "-ne", compare_numbers, LESS | GREATER },
	{ "-lt", compare_numbers, LESS },
	{ "-le", compare_numbers, LESS | EQUAL },
	{ "-gt", compare_numbers, GREATER },
	{ "-ge", compare_numbers, GREATER | EQUAL },
	{ "-plt", compare_versions, LESS },
	{ "-pgt", compare_versions, GREATER },
};

static bool look(struct tests *t, const char *path, enum boot_kind *ret_kind,
		 uint64_t *ret_size)
{
	struct boot_path found;

	return grub_find(t->g, path, &found, ret_kind, ret_size) == 0;
}

/* "-nt" and "-ot": times are not known here, so only what is there at all. */
static bool newer(struct tests *t, const char *a, const char *b)
{
	enum boot_kind kind;
	uint64_t size;

	return look(t, a, &kind, &size) && !look(t, b, &kind, &size);
}

static bool three_words(struct tests *t, struct value *v)
{
	const char *a = t->word[t->at], *op = t->word[t->at + 1], *b = t->word[t->at + 2];

	for (size_t i = 0; i < sizeof(comparisons) / sizeof(*comparisons); i++) {
		int is;

		if (strcmp(op, comparisons[i].name) != 0)
			continue;
		is = comparisons[i].compare(a, b);
		take(v, comparisons[i].good & (is < 0 ? LESS : is > 0 ? GREATER : EQUAL));
		return true;
	}
	if (strncmp(op, "-nt", 3) == 0)
		take(v, newer(t, a, b));
	else if (strncmp(op, "-ot", 3) == 0)
		take(v, newer(t, b, a));
	else
		return false;
	return true;
}

static bool two_words(struct tests *t, struct value *v)
{
	const char *op = t->word[t->at], *a = t->word[t->at + 1];
	enum boot_kind kind;
	uint64_t size = 0;
	bool is;

	if (*op != '-' || !op[1] || op[2] || !strchr("defsnz", op[1]))
		return false;
	if (op[1] == 'n' || op[1] == 'z') {
		take(v, (op[1] == 'n') == (*a != '\0'));
		return true;
	}
	is = look(t, a, &kind, &size);
	if (op[1] == 'd')
		is = is && kind == BOOT_DIR;
	else if (op[1] != 'e')
		is = is && kind == BOOT_FILE && (op[1] == 'f' || size > 0);
	take(v, is);
	return true;
}

static bool expression(struct tests *t);

/* "(", "!", "-a", "-o", or a word, which is true unless it is empty. */
static void one_word(struct tests *t, struct value *v)
{
	const char *word = t->word[t->at++];

	if (strcmp(word, "(") == 0 && t->depth < GRUB_NEST_MAX) {
		take(v, expression(t));
	} else if (strcmp(word, "!") == 0) {
		v->invert = !v->invert;
	} else if (strcmp(word, "-o") == 0) {
		v->either = v->either || v->all;
		v->all = true;
	} else if (strcmp(word, "-a") != 0) {
		take(v, *word != '\0');
	}
}

/* Up to ")" or the end. */
static bool expression(struct tests *t)
{
	struct value v = { .all = true };

	t->depth++;
	while (t->at < t->count) {
		if (t->at + 2 < t->count && three_words(t, &v)) {
			t->at += 3;
		} else if (t->at + 1 < t->count && two_words(t, &v)) {
			t->at += 2;
		} else if (strcmp(t->word[t->at], ")") == 0) {
			t->at++;
			break;
		} else {
			one_word(t, &v);
		}
	}
	t->depth--;
	return v.either || v.all;
}

int grub_test(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	struct tests t = { .g = g, .word = argv->word, .at = 1, .count = argv->count };

	(void)body; /* takes none */
	if (t.count > 1 && strcmp(t.word[t.count - 1], "]") == 0)
		t.count--;
	return expression(&t) ? 0 : GRUB_FALSE;
}
