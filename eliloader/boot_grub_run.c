/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB's scripts are run. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"
#include "lib/cleanup.h"

bool grub_spend(struct grub *g, unsigned long n)
{
	if (g->stop)
		return false;
	if (n > g->steps || n > GRUB_STEPS_DISK - g->fs->steps) {
		grub_note(g, "there are commands without an end");
		g->steps = 0;
		g->stop = -E2BIG;
		return false;
	}
	g->steps -= n;
	g->fs->steps += n;
	return true;
}

void grub_make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

void grub_note(struct grub *g, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* cut off is enough */
	va_end(ap);
	grub_make_printable(text);
	boot_menu_note(g->menu, "%s", text);
}

/* No more of what is running is to be run. */
static bool leaving(const struct grub *g)
{
	return g->stop || g->breaks || g->returning || g->exiting;
}

static const struct grub_function *find_function(const struct grub *g, const char *name)
{
	const struct grub_function *f = g->function;

	while (f && strcmp(f->name, name) != 0)
		f = f->next;
	return f;
}

/* The body is in @keep, as all that was parsed. */
static int define(struct grub *g, const struct grub_cmd *cmd)
{
	struct grub_function *f = g->function;

	while (f && strcmp(f->name, cmd->name) != 0)
		f = f->next;
	g->kept++;
	if (!f) {
		if (g->function_count == GRUB_FUNCTIONS_MAX)
			grub_note(g, "more than %d functions", GRUB_FUNCTIONS_MAX);
		else
			f = grub_alloc(&g->keep, sizeof(*f));
		if (!f)
			return GRUB_ERROR;
		f->next = g->function;
		f->name = cmd->name;
		g->function = f;
		g->function_count++;
	}
	f->body = cmd->body;
	return 0;
}

int grub_call(struct grub *g, const struct grub_cmd *body, char **words, size_t count)
{
	struct grub_scope scope = { words, count }, *outer = g->scope;
	unsigned loops = g->loops;
	int r = GRUB_ERROR;

	if (g->depth == GRUB_DEPTH_MAX) {
		grub_note(g, "functions call one another without an end");
		return r;
	}
	g->depth++;
	g->scope = &scope;
	g->loops = 0;
	r = grub_run_list(g, body);
	g->returning = false;
	g->loops = loops;
	g->scope = outer;
	g->depth--;
	return r;
}

/* "name=value", which is looked for last. */
static int assign(struct grub *g, const char *word)
{
	const char *eq = strchr(word, '=');
	char *name;

	if (!eq) {
		grub_note(g, "not understood: '%s'", word);
		return 0; /* as GRUB sees it in "if" */
	}
	name = grub_copy(&g->work, word, (size_t)(eq - word));
	if (name)
		(void)grub_set(g, name, eq + 1); /* GRUB does not mind either */
	return 0;
}

/* A command, a function, or an assignment, which "!" has no power over. */
static int dispatch(struct grub *g, const struct grub_argv *argv,
		    const struct grub_cmd *body, bool invert)
{
	grub_command *command = grub_find_command(argv->word[0]);
	const struct grub_function *f = find_function(g, argv->word[0]);
	int r;

	if (command)
		r = command(g, argv, body);
	else if (f)
		r = grub_call(g, f->body, argv->word + 1, argv->count - 1);
	else
		return assign(g, argv->word[0]);
	return !invert ? r : r == 0 ? GRUB_FALSE : 0;
}

static int run_simple(struct grub *g, const struct grub_cmd *cmd)
{
	struct grub_mark mark = grub_arena_mark(&g->work);
	struct grub_argv argv = { 0 };
	bool invert = false;
	int r = grub_expand(g, cmd->words, &argv);

	if (r < 0 && !g->stop) {
		grub_note(g, "a command is too long");
		r = GRUB_ERROR;
	}
	if (r == 0 && argv.count && strcmp(argv.word[0], "!") == 0) {
		invert = true;
		argv.word++;
		argv.count--;
	}
	if (r == 0 && argv.count)
		r = dispatch(g, &argv, cmd->body, invert);
	grub_arena_release(&g->work, mark);
	return r;
}

static int run_for(struct grub *g, const struct grub_cmd *cmd)
{
	struct grub_mark mark = grub_arena_mark(&g->work);
	struct grub_argv argv = { 0 };
	int r = grub_expand(g, cmd->words, &argv);

	g->loops++;
	for (size_t i = 0; r >= 0 && i < argv.count; i++) {
		(void)grub_set(g, cmd->name, argv.word[i]); /* noted */
		r = grub_run_list(g, cmd->body);
		if (g->continuing && g->breaks == 1)
			g->breaks = 0;
		if (leaving(g))
			break;
	}
	if (g->breaks)
		g->breaks--;
	g->loops--;
	grub_arena_release(&g->work, mark);
	return r < 0 ? GRUB_ERROR : r;
}

static int run_while(struct grub *g, const struct grub_cmd *cmd)
{
	bool until = cmd->kind == GRUB_UNTIL;
	unsigned rounds = 0;
	int r;

	g->loops++;
	for (;;) {
		r = grub_run_list(g, cmd->cond);
		if (leaving(g) || (r == 0) == until)
			break;
		if (++rounds > GRUB_ROUNDS_MAX) {
			grub_note(g, "a loop goes round over %d times", GRUB_ROUNDS_MAX);
			break;
		}
		r = grub_run_list(g, cmd->body);
		if (g->continuing && g->breaks == 1)
			g->breaks = 0;
		if (leaving(g))
			break;
	}
	if (g->breaks)
		g->breaks--;
	g->loops--;
	return r;
}

/* "elif" is an if in place of else; there may be thousands, one after the other. */
static int run_if(struct grub *g, const struct grub_cmd *cmd)
{
	for (;;) {
		int r = grub_run_list(g, cmd->cond);

		if (leaving(g))
			return r;
		if (r == 0)
			return grub_run_list(g, cmd->body);
		if (!cmd->other)
			return 0;
		if (cmd->other->kind != GRUB_IF || cmd->other->next)
			return grub_run_list(g, cmd->other);
		cmd = cmd->other;
	}
}

static int run_command(struct grub *g, const struct grub_cmd *cmd)
{
	if (!grub_spend(g, 1))
		return GRUB_ERROR;
	switch (cmd->kind) {
	case GRUB_SIMPLE:
		return run_simple(g, cmd);
	case GRUB_IF:
		return run_if(g, cmd);
	case GRUB_FOR:
		return run_for(g, cmd);
	case GRUB_WHILE:
	case GRUB_UNTIL:
		return run_while(g, cmd);
	case GRUB_FUNCTION:
		return define(g, cmd);
	}
	return GRUB_ERROR;
}

int grub_run_list(struct grub *g, const struct grub_cmd *cmd)
{
	int r = 0;

	for (; cmd && !leaving(g); cmd = cmd->next) {
		r = run_command(g, cmd);
		g->status = r;
	}
	return r;
}

/* One unit after the other; memory of those that leave nothing behind is used again. */
static int run_units(struct grub *g, struct grub_lex *lex)
{
	int status = 0;

	while (!leaving(g) && grub_spend(g, 1)) {
		struct grub_mark mark = grub_arena_mark(&g->keep);
		unsigned kept = g->kept;
		struct grub_cmd *unit;
		int r = grub_parse(lex, &unit);

		if (r == 0)
			break;
		if (r == -E2BIG) {
			grub_note(g, "the configuration is too large");
			g->stop = -E2BIG;
		} else if (r < 0) {
			grub_note(g, "syntax error in line %u", lex->bad_line);
		} else if (unit) {
			status = grub_run_list(g, unit);
		}
		if (g->kept == kept)
			grub_arena_release(&g->keep, mark);
	}
	return status;
}

int grub_run_text(struct grub *g, const char *text, size_t len)
{
	struct grub_lex lex;
	int r = GRUB_ERROR;

	if (g->depth == GRUB_DEPTH_MAX || !grub_spend(g, len / GRUB_STEP_TEXT + 1))
		return r;
	g->depth++;
	grub_lex_init(&lex, &g->keep, text, len);
	r = run_units(g, &lex);
	g->depth--;
	return r;
}

int grub_run_file(struct grub *g, const struct boot_path *path)
{
	autofree char *text = NULL;
	size_t len;
	int r;

	if (g->source_depth == GRUB_SOURCES_MAX) {
		grub_note(g, "files are read in one another without an end");
		return -ELOOP;
	}
	if (!grub_spend(g, GRUB_LOOK_STEPS))
		return -E2BIG;
	r = g->fs->ops->read(g->fs, path, BOOT_CONFIG_MAX, &text, &len);
	if (r < 0)
		return r;
	len = grub_lex_clean(text, len);
	g->source_depth++;
	r = grub_run_text(g, text, len);
	g->source_depth--;
	return r < 0 ? 0 : r;
}
