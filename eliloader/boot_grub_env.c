/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB's variables. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"
#include "lib/cleanup.h"

struct grub_var {
	struct grub_var *next; /* owned */
	char *value;	       /* owned; NULL: unset here, whatever is below */
	bool exported;
	char name[];
};

static unsigned bucket_of(const char *name)
{
	unsigned hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash % GRUB_BUCKETS;
}

static struct grub_var *find_in(const struct grub_frame *frame, const char *name)
{
	struct grub_var *v = frame->bucket[bucket_of(name)];

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

/* The variable as it is seen now; NULL: it is not set. */
static struct grub_var *find(const struct grub *g, const char *name)
{
	bool only_exported = false;

	for (const struct grub_frame *f = g->env; f; f = f->below) {
		struct grub_var *v = find_in(f, name);

		if (v)
			return v->value && (v->exported || !only_exported) ? v : NULL;
		only_exported |= f->closed;
	}
	return NULL;
}

const char *grub_get(const struct grub *g, const char *name)
{
	const struct grub_var *v = find(g, name);

	return v ? v->value : NULL;
}

/* The top frame's variable, made when it is not there; NULL: over the bound. */
static struct grub_var *make(struct grub *g, const char *name)
{
	struct grub_var **bucket = &g->env->bucket[bucket_of(name)], *v;
	size_t bytes = sizeof(*v) + strlen(name) + 1;

	v = find_in(g->env, name);
	if (v)
		return v;
	if (bytes > GRUB_ENV_MAX - g->env_bytes)
		return NULL;
	v = calloc(1, bytes);
	if (!v)
		return NULL;
	memcpy(v->name, name, strlen(name) + 1);
	v->next = *bucket;
	*bucket = v;
	g->env_bytes += bytes;
	return v;
}

static size_t value_bytes(const char *value)
{
	return value ? strlen(value) + 1 : 0;
}

/* "(hd0,gpt1)" in root means "hd0,gpt1". */
static char *copy_value(const char *name, const char *value)
{
	size_t len = strlen(value);

	if (strcmp(name, "root") == 0 && len > 1 && *value == '(' &&
	    value[len - 1] == ')')
		return strndup(value + 1, len - 2);
	return strndup(value, len);
}

static bool is_special(const char *name)
{
	return !*name || isdigit((unsigned char)*name) ||
	       (strchr("#*@?", *name) && !name[1]);
}

int grub_set(struct grub *g, const char *name, const char *value)
{
	const struct grub_var *seen = find(g, name);
	bool exported = seen && seen->exported;
	struct grub_var *v;
	char *copy = NULL;

	if (is_special(name) || value_bytes(value) > GRUB_VALUE_MAX)
		return GRUB_ERROR;
	v = make(g, name);
	if (!v || value_bytes(value) > GRUB_ENV_MAX - g->env_bytes) {
		grub_note(g, "the variables need too much memory");
		return GRUB_ERROR;
	}
	if (value) {
		copy = copy_value(name, value);
		if (!copy)
			return GRUB_ERROR;
	}
	g->env_bytes += value_bytes(copy);
	g->env_bytes -= value_bytes(v->value);
	free(v->value);
	v->value = copy;
	v->exported = exported;
	return 0;
}

int grub_export(struct grub *g, const char *name)
{
	const char *value = grub_get(g, name);
	autofree char *copy = strdup(value ? value : "");
	struct grub_var *v;

	/* what is exported without a value is set then, to nothing */
	if (!copy || grub_set(g, name, copy) != 0)
		return GRUB_ERROR;
	v = find_in(g->env, name);
	v->exported = true;
	return 0;
}

int grub_env_push(struct grub *g, bool closed)
{
	struct grub_frame *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->below = g->env;
	f->closed = closed;
	g->env = f;
	return 0;
}

void grub_env_pop(struct grub *g)
{
	struct grub_frame *f = g->env;

	g->env = f->below;
	for (size_t i = 0; i < GRUB_BUCKETS; i++)
		while (f->bucket[i]) {
			struct grub_var *v = f->bucket[i];

			f->bucket[i] = v->next;
			g->env_bytes -=
				sizeof(*v) + strlen(v->name) + 1 + value_bytes(v->value);
			free(v->value);
			free(v);
		}
	free(f);
}
