/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: lines of titles (hostile: the guest's; '>' before one: of a submenu, which '<' ends),
 * an empty line, then keys as they come from a console.  The bar stays on an entry that is
 * seen; what is drawn moves the cursor only by our own sequences, and fits the console. */
#include "eliloader/menu.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WIDEST (MENU_COLUMNS + 16) /* bytes of a line: with its sequences */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_drawn(const struct menu_view *v)
{
	char *text = NULL, *line, *end;
	size_t len, lines = 0;
	FILE *out = open_memstream(&text, &len);

	require(out != NULL);
	menu_draw(v, out);
	require(fclose(out) == 0 && strlen(text) == len);
	for (size_t i = 0; i < len; i++)
		require(((unsigned char)text[i] >= ' ' &&
			 (unsigned char)text[i] < 0x7f) ||
			strchr("\r\n\033", text[i]));
	for (line = text; (end = strchr(line, '\n')); line = end + 1, lines++)
		require(end - line < WIDEST);
	require(lines < 24 && (v->asleep || strstr(text, "\033[7m")));
	free(text);
}

/* A line of the input as an entry; of each third a byte says that it cannot be booted. */
static void add(struct boot_menu *m, const char *line)
{
	struct boot_entry *e;

	if (*line == '>' || *line == '<') {
		if (*line == '<')
			boot_menu_leave(m);
		else
			(void)boot_menu_enter(m, line + 1, NULL); /* no more fit */
		return;
	}
	e = boot_menu_add(m);
	if (!e)
		return;
	e->title = strdup(line);
	e->depth = strlen(line) % 12;
	e->why = m->count % 3 == 0 ? strdup(line) : NULL;
}

static void type(struct menu_view *v, const uint8_t *keys, size_t len)
{
	const struct boot_menu *m = v->menu;

	for (size_t i = 0; i < len; i++) {
		enum menu_end end = menu_key(v, keys[i]);

		require(v->at < m->count && v->at >= v->top &&
			v->at < v->top + MENU_LINES && v->left_s == 0);
		require(end != MENU_BOOT || !m->entry[v->at].why);
		if (i < 8)
			check_drawn(v);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text, *line;
	struct boot_menu m;
	struct menu_view v;
	size_t at = 0;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	boot_menu_init(&m);
	while ((line = strsep(&rest, "\n")) && *line)
		add(&m, line);
	for (size_t i = 0; i < m.submenu_count; i++)
		boot_menu_leave(&m);
	at = line && rest ? (size_t)(rest - text) : size;
	m.chosen = m.count / 2;
	m.hidden = size % 2;
	menu_view_init(&v, &m, 5);
	if (m.count > 0) {
		check_drawn(&v);
		type(&v, data + at, size - at);
	}
	boot_menu_done(&m);
	free(text);
	return 0;
}
