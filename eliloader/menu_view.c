/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot menu's keys and lines; pure. */
#include <string.h>

#include "eliloader/menu.h"
#include "lib/log.h"

#define CLEAR	"\033[H\033[2J" /* the cursor in its corner, an empty screen */
#define REVERSE "\033[7m"
#define PLAIN	"\033[0m"
#define TO_END	"\033[K"
#define INDENT	2 /* columns for each submenu */
#define DEEPEST 8 /* that are still indented further */
#define LEFT	6 /* columns before a title */
#define CANNOT	" (-)"
#define CTRL(c) ((c)&0x1f)
#define KEY_ESC 0x1b

/* The submenus whose titles stand above entry @i: those that begin with it.  A worker that
 * lies may say that of many. */
static size_t titles_above(const struct boot_menu *m, size_t i,
			   const struct boot_submenu *ret_title[DEEPEST])
{
	size_t n = 0;

	for (size_t s = 0; s < m->submenu_count && n < DEEPEST; s++)
		if (m->submenu[s].first == i && m->submenu[s].end > i)
			ret_title[n++] = &m->submenu[s];
	return n;
}

/* The first entry that is too far down to be seen. */
static size_t seen_until(const struct menu_view *v)
{
	const struct boot_submenu *title[DEEPEST];
	size_t lines = 0, i = v->top;

	for (; i < v->menu->count; i++) {
		lines += titles_above(v->menu, i, title) + 1;
		if (lines > MENU_LINES)
			break;
	}
	return i;
}

static void scroll_down(struct menu_view *v)
{
	while (v->top < v->at && v->at >= seen_until(v))
		v->top++;
}

void menu_view_init(struct menu_view *v, const struct boot_menu *m, unsigned seconds)
{
	*v = (struct menu_view){ .menu = m, .left_s = seconds, .asleep = m->hidden };
	if (m->chosen < m->count)
		v->at = m->chosen;
	if (v->at >= MENU_LINES)
		v->top = v->at - MENU_LINES / 2;
	scroll_down(v);
}

static void move_to(struct menu_view *v, size_t at)
{
	v->at = at;
	if (at < v->top)
		v->top = at;
	scroll_down(v);
	v->message[0] = '\0';
}

static void move_up(struct menu_view *v)
{
	if (v->at > 0)
		move_to(v, v->at - 1);
}

static void move_down(struct menu_view *v)
{
	if (v->at + 1 < v->menu->count)
		move_to(v, v->at + 1);
}

/* Digits add up to a number for as long as there is such an entry. */
static void take_digit(struct menu_view *v, unsigned digit)
{
	size_t number = v->number * 10 + digit;

	if (number >= v->menu->count)
		number = digit;
	if (number < v->menu->count)
		move_to(v, number);
	v->number = number < v->menu->count ? number : 0;
}

static enum menu_end take_enter(struct menu_view *v)
{
	const struct boot_entry *e = &v->menu->entry[v->at];
	char why[MENU_COLUMNS - 24];

	if (!e->why)
		return MENU_BOOT;
	(void)log_escape_line(why, sizeof(why), e->why, strlen(e->why)); /* cut */
	(void)snprintf(v->message, sizeof(v->message), "cannot be booted: %s", why);
	return MENU_GOES_ON;
}

/* ESC [ or ESC O, perhaps numbers, and a letter. */
static void take_escape(struct menu_view *v, unsigned char byte)
{
	if (v->escape == 1 && byte != '[' && byte != 'O') {
		v->escape = 0;
		return;
	}
	if (v->escape++ == 1 || byte < '@')
		return;
	v->escape = 0;
	if (byte == 'A')
		move_up(v);
	else if (byte == 'B')
		move_down(v);
	else if (byte == 'H')
		move_to(v, 0);
	else if (byte == 'F')
		move_to(v, v->menu->count - 1);
}

enum menu_end menu_key(struct menu_view *v, unsigned char byte)
{
	bool digit = byte >= '0' && byte <= '9';

	v->left_s = 0;
	if (byte == CTRL('C'))
		return MENU_CANCELED;
	if (v->escape && byte != KEY_ESC) {
		take_escape(v, byte);
		return MENU_GOES_ON;
	}
	v->escape = byte == KEY_ESC;
	if (!digit)
		v->number = 0;
	if (v->asleep) { /* the key that it waited for, and no other meaning */
		v->asleep = false;
		return MENU_GOES_ON;
	}
	if (byte == '\r' || byte == '\n')
		return take_enter(v);
	if (digit)
		take_digit(v, byte - '0');
	else if (byte == 'k' || byte == CTRL('P'))
		move_up(v);
	else if (byte == 'j' || byte == CTRL('N'))
		move_down(v);
	return MENU_GOES_ON;
}

static size_t columns_of(unsigned depth)
{
	return (size_t)INDENT * (depth < DEEPEST ? depth : DEEPEST);
}

/* What stands behind the number, or where it would be.  The last column stays empty: not
 * every terminal is right about what follows it. */
static void draw_title(const char *title, unsigned depth, const char *mark, FILE *out)
{
	size_t indent = columns_of(depth);
	char text[MENU_COLUMNS];

	title = title ? title : "";
	(void)log_escape_line(text, MENU_COLUMNS - LEFT - indent - strlen(mark), title,
			      strlen(title)); /* cut */
	(void)fprintf(out, "%*s%s%s" PLAIN TO_END "\r\n", (int)indent, "", text, mark);
}

static void draw_entry(const struct menu_view *v, size_t i, FILE *out)
{
	const struct boot_entry *e = &v->menu->entry[i];
	const struct boot_submenu *title[DEEPEST];
	size_t count = titles_above(v->menu, i, title);

	for (size_t s = 0; s < count; s++) {
		(void)fprintf(out, "%*s", LEFT, "");
		draw_title(title[s]->title, title[s]->depth, "", out);
	}
	(void)fprintf(out, " %s%3zu  ", i == v->at ? REVERSE : "", i);
	draw_title(e->title, e->depth, e->why ? CANNOT : "", out);
}

static void draw_foot(const struct menu_view *v, FILE *out)
{
	if (v->message[0])
		(void)fprintf(out, "\r\n %s" TO_END "\r\n", v->message);
	else if (v->left_s > 0)
		(void)fprintf(out,
			      "\r\n booted in %u s; any key stops this" TO_END "\r\n",
			      v->left_s);
	else
		(void)fputs("\r\n arrows or a number choose, Enter boots" TO_END "\r\n",
			    out);
}

void menu_draw(const struct menu_view *v, FILE *out)
{
	const struct boot_menu *m = v->menu;
	size_t end = seen_until(v);

	if (v->asleep) {
		(void)fprintf(out, "\reliloader: any key for the boot menu (%u s)" TO_END,
			      v->left_s);
		return;
	}
	(void)fputs(CLEAR "\r\n eliloader: what shall be booted?\r\n\r\n", out);
	for (size_t i = v->top; i < end; i++)
		draw_entry(v, i, out);
	if (v->top > 0 || end < m->count)
		(void)fprintf(out, " (%zu to %zu of %zu)\r\n", v->top, end - 1,
			      m->count - 1);
	draw_foot(v, out);
}
