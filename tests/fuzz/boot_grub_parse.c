/* SPDX-License-Identifier: BSD-2-Clause */
/* A script that is parsed, and the same bytes as an environment block.  Trees must be of
 * bounded depth, and each node as its kind says. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const struct grub_word *w)
{
	for (; w; w = w->next)
		for (const struct grub_part *p = w->part; p; p = p->next)
			if (!p->text || p->kind > GRUB_QUOTED_VAR ||
			    (p->kind >= GRUB_VAR && !*p->text))
				abort();
}

static void check_tree(const struct grub_cmd *c, unsigned depth);

/* What a node must have, and what it must not. */
static void check_node(const struct grub_cmd *c, unsigned depth)
{
	bool named = c->kind == GRUB_FOR || c->kind == GRUB_FUNCTION;
	bool tests = c->kind == GRUB_IF || c->kind == GRUB_WHILE || c->kind == GRUB_UNTIL;

	if (c->kind > GRUB_FUNCTION || named != (c->name != NULL) ||
	    tests != (c->cond != NULL) || (c->kind != GRUB_SIMPLE && !c->body) ||
	    (c->kind == GRUB_FUNCTION && depth > 0) || (c->other && c->kind != GRUB_IF))
		abort();
	check_words(c->words);
	check_tree(c->cond, depth + 1);
	check_tree(c->body, depth + 1);
}

static void check_tree(const struct grub_cmd *c, unsigned depth)
{
	if (depth > GRUB_NEST_MAX)
		abort();
	for (; c; c = c->next) {
		const struct grub_cmd *link = c;

		check_node(link, depth);
		/* a chain of elif is not deeper, however long */
		for (link = c->other; link && link->kind == GRUB_IF && !link->next;
		     link = link->other)
			check_node(link, depth + 1);
		check_tree(link, depth + 1);
	}
}

static void check_variable(void *arg, const char *name, const char *value)
{
	size_t *bytes = arg;

	*bytes += strlen(name) + strlen(value);
	if (!*name || strchr(name, '=') || strchr(value, '\n'))
		abort();
}

static void parse(char *text, size_t size)
{
	struct grub_arena arena = { 0 };
	struct grub_cmd *unit;
	struct grub_lex lex;
	int r;

	grub_lex_init(&lex, &arena, text, grub_lex_clean(text, size));
	do {
		const char *before = lex.at;

		r = grub_parse(&lex, &unit);
		if (r != 0 && lex.at <= before)
			abort(); /* it would never end */
		if (r > 0)
			check_tree(unit, 0);
	} while (r > 0 || r == -EBADMSG);
	grub_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	size_t bytes = 0;

	if (!text)
		abort();
	memcpy(text, data, size);
	if (grub_env_parse(text, size, check_variable, &bytes) == 0 && bytes > size)
		abort();
	parse(text, size);
	free(text);
	return 0;
}
