/* SPDX-License-Identifier: BSD-2-Clause */
/* Which entry is meant: by a configuration, or by --entry. */
#include "eliloader/boot_menu.h"

#include <errno.h>
#include <string.h>

/* What one menu shows: of all entries and submenus those that are left of it. */
struct level {
	size_t entry, end;     /* entries */
	size_t sub, sub_end;   /* submenus */
	size_t line_sub, line; /* what level_next() found: a submenu, or else an entry */
	bool is_sub;
};

/* The first submenu after @s that does not lie in it. */
static size_t behind(const struct boot_menu *m, size_t s, size_t end)
{
	unsigned depth = m->submenu[s].depth;

	for (s++; s < end && m->submenu[s].depth > depth; s++)
		;
	return s;
}

/* The next line of the menu. */
static bool level_next(const struct boot_menu *m, struct level *l)
{
	l->is_sub = l->sub < l->sub_end && m->submenu[l->sub].first <= l->entry;
	if (l->is_sub) {
		l->line_sub = l->sub;
		l->entry = m->submenu[l->sub].end;
		l->sub = behind(m, l->sub, l->sub_end);
		return true;
	}
	if (l->entry >= l->end)
		return false;
	l->line = l->entry++;
	return true;
}

static struct level level_top(const struct boot_menu *m)
{
	return (struct level){ .end = m->count, .sub_end = m->submenu_count };
}

static struct level level_below(const struct boot_menu *m, size_t s)
{
	return (struct level){ .entry = m->submenu[s].first,
			       .end = m->submenu[s].end,
			       .sub = s + 1,
			       .sub_end = behind(m, s, m->submenu_count) };
}

/* Bytes up to the next single '>'. */
static size_t part_length(const char *text)
{
	size_t len = 0;

	while (text[len] && !(text[len] == '>' && text[len + 1] != '>'))
		len += text[len] == '>' ? 2 : 1;
	return len;
}

/* Is @name what the @len bytes of @text say, in which ">>" is a '>'? */
static bool is_named(const char *name, const char *text, size_t len)
{
	size_t i = 0;

	if (!name)
		return false;
	for (; i < len && *name == text[i]; i++, name++)
		if (text[i] == '>')
			i++;
	return i >= len && !*name;
}

static bool is_line(const struct boot_menu *m, const struct level *l, const char *text,
		    size_t len)
{
	const char *title =
		l->is_sub ? m->submenu[l->line_sub].title : m->entry[l->line].title;
	const char *id = l->is_sub ? m->submenu[l->line_sub].id : m->entry[l->line].id;

	return is_named(id, text, len) || is_named(title, text, len);
}

/* A number of digits only; what is too large for a menu is no line of it. */
static bool is_number(const char *text, size_t len, size_t *ret_number)
{
	size_t n = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (n < 2 * BOOT_ENTRIES_MAX)
			n = n * 10 + (size_t)(text[i] - '0');
	}
	*ret_number = n;
	return true;
}

/* The line that @len bytes of @text mean; false: none. */
static bool level_find(const struct boot_menu *m, struct level *l, const char *text,
		       size_t len)
{
	size_t number;
	bool counted = is_number(text, len, &number);

	for (size_t n = 0; level_next(m, l); n++)
		if (counted ? n == number : is_line(m, l, text, len))
			return true;
	return false;
}

/* A menu of which nothing is said, or nothing that is right, boots its first line. */
static int first_of(const struct boot_menu *m, size_t sub, size_t *ret_index)
{
	if (m->submenu[sub].first >= m->submenu[sub].end)
		return -ENOENT;
	*ret_index = m->submenu[sub].first;
	return 0;
}

int boot_menu_resolve(const struct boot_menu *m, const char *text, size_t *ret_index)
{
	struct level l = level_top(m);
	size_t sub = m->submenu_count;

	for (;;) {
		size_t len = part_length(text);

		if (!level_find(m, &l, text, len))
			return sub < m->submenu_count ? first_of(m, sub, ret_index)
						      : -ENOENT;
		if (!l.is_sub) {
			*ret_index = l.line;
			return 0;
		}
		if (!text[len])
			return first_of(m, l.line_sub, ret_index);
		text += len + 1;
		sub = l.line_sub;
		l = level_below(m, sub);
	}
}

void boot_menu_prefer(struct boot_menu *m, size_t index)
{
	m->chosen = index;
	if (index < m->count && !m->entry[index].why)
		return;
	if (index < m->count)
		boot_menu_note(m, "the default, entry %zu, is passed over: %s", index,
			       m->entry[index].why);
	for (m->chosen = 0; m->chosen < m->count; m->chosen++)
		if (!m->entry[m->chosen].why)
			return;
}

/* Outside of GRUB a '>' in a name is nothing special. */
static bool find_whole(const struct boot_menu *m, const char *text, size_t *ret_index)
{
	for (size_t i = 0; i < m->count; i++)
		if ((m->entry[i].id && strcmp(m->entry[i].id, text) == 0) ||
		    (m->entry[i].title && strcmp(m->entry[i].title, text) == 0)) {
			*ret_index = i;
			return true;
		}
	return false;
}

void boot_menu_choose(struct boot_menu *m, const char *text)
{
	size_t index = 0;

	if (text && boot_menu_resolve(m, text, &index) < 0 && m->kind != BOOT_GRUB)
		(void)find_whole(m, text, &index); /* else it is the first */
	boot_menu_prefer(m, index);
}

/* The only title that begins so. */
static int find_beginning(const struct boot_menu *m, const char *text, size_t *ret_index)
{
	size_t len = strlen(text), found = m->count;

	for (size_t i = 0; len && i < m->count; i++) {
		if (!m->entry[i].title || strncmp(m->entry[i].title, text, len) != 0)
			continue;
		if (found < m->count)
			return -ENOTUNIQ;
		found = i;
	}
	if (found == m->count)
		return -ENOENT;
	*ret_index = found;
	return 0;
}

/* What boot_menu_resolve() finds, but only where each part is there, and the last of them
 * is an entry: a person who mistypes shall not get another one. */
static int find_below(const struct boot_menu *m, const char *text, size_t *ret_index)
{
	struct level l = level_top(m);

	for (;;) {
		size_t len = part_length(text);
		bool more = text[len] != '\0';

		if (!level_find(m, &l, text, len) || l.is_sub != more)
			return -ENOENT;
		if (!more) {
			*ret_index = l.line;
			return 0;
		}
		text += len + 1;
		l = level_below(m, l.line_sub);
	}
}

int boot_menu_find(const struct boot_menu *m, const char *text, size_t *ret_index)
{
	size_t number;
	int r;

	if (is_number(text, strlen(text), &number)) {
		*ret_index = number;
		return number < m->count ? 0 : -ENOENT;
	}
	if (find_whole(m, text, ret_index))
		return 0;
	r = find_beginning(m, text, ret_index);
	return r == -ENOENT ? find_below(m, text, ret_index) : r;
}
