/* SPDX-License-Identifier: BSD-2-Clause */
/* The text form of a tree: what `xenstore-ls -f` prints, and back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/tree.h"

static void print_byte(FILE *out, unsigned char c)
{
	switch (c) {
	case '\t':
		fputs("\\t", out);
		break;
	case '\n':
		fputs("\\n", out);
		break;
	case '\r':
		fputs("\\r", out);
		break;
	case '\\':
		fputs("\\\\", out);
		break;
	default:
		if (c >= 0x20 && c < 0x7f)
			fputc(c, out);
		else
			fprintf(out, c < 010 ? "\\%03o" : "\\x%02x", c);
	}
}

static void print_value(FILE *out, const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		print_byte(out, (unsigned char)value[i]);
}

void tree_print(FILE *out, const struct tree *t)
{
	for (size_t i = 0; i < t->count; i++) {
		fprintf(out, "%s = \"", t->entry[i].path);
		print_value(out, t->entry[i].value, t->entry[i].value_len);
		fputs("\"\n", out);
	}
}

static int digit(char c, int base)
{
	int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;

	return d < base ? d : -1;
}

/* The byte written with @count digits of @base at @p, or -1. */
static int read_digits(const char *p, const char *end, int count, int base)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		if (p + i >= end || digit(p[i], base) < 0)
			return -1;
		value = value * base + digit(p[i], base);
	}
	return value <= 0xff ? value : -1;
}

/* Read one byte at *@p, which may be an escape; moves *@p.  -1: malformed. */
static int read_byte(const char **p, const char *end)
{
	char c = *(*p)++;
	int value;

	if (c != '\\')
		return (unsigned char)c;
	if (*p == end)
		return -1;
	c = *(*p)++;
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case '\\':
	case '"':
		return (unsigned char)c;
	case 'x':
		value = read_digits(*p, end, 2, 16);
		*p += 2;
		return value;
	default:
		value = read_digits(*p - 1, end, 3, 8);
		*p += 2;
		return value;
	}
}

/* One line without its newline: path = "value".  Quotes inside the value need no escape:
 * the last one of the line ends it. */
static int scan_line(char *line, size_t len, struct tree *t)
{
	char *mark = strstr(line, " = \"");
	const char *p, *end;
	size_t n = 0;

	if (!mark || mark == line || len < (size_t)(mark - line) + 5 ||
	    line[len - 1] != '"')
		return -EBADMSG;
	*mark = '\0';
	p = mark + 4;
	end = line + len - 1;
	while (p < end) {
		int c = read_byte(&p, end);

		if (c < 0 || p > end)
			return -EBADMSG;
		mark[4 + n++] = (char)c; /* never longer than what was read */
	}
	if (tree_path_check(line) < 0)
		return -EBADMSG;
	return tree_set(t, line, mark + 4, n);
}

int tree_scan(char *text, size_t len, struct tree *ret_tree, size_t *ret_line)
{
	autotree struct tree t = { 0 };
	int r = 0;

	*ret_line = 0;
	while (r >= 0 && len > 0) {
		char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		++*ret_line;
		text[n] = '\0';
		if (strlen(text) != n)
			return -EBADMSG; /* a NUL: not a text file */
		if (n > 0)
			r = scan_line(text, n, &t);
		text += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
	if (r >= 0)
		tree_swap(&t, ret_tree);
	return r;
}
