/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/boot_version.h"

#include <stdbool.h>
#include <string.h>

#include "eliloader/boot_text.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The digits, or else the letters, that @s begins with, taken off it. */
static struct span segment(struct span *s, bool digits)
{
	struct span part = { s->p, 0 };

	while (part.len < s->len &&
	       (digits ? is_digit(part.p[part.len]) : is_letter(part.p[part.len])))
		part.len++;
	s->p += part.len;
	s->len -= part.len;
	return part;
}

static int compare_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_bytes(struct span a, struct span b)
{
	int r = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return r ? r : compare_sizes(a.len, b.len);
}

static struct span without_zeros(struct span s)
{
	while (s.len && *s.p == '0') {
		s.p++;
		s.len--;
	}
	return s;
}

/* Of any length. */
static int compare_numbers(struct span a, struct span b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.len != b.len)
		return compare_sizes(a.len, b.len);
	return memcmp(a.p, b.p, a.len);
}

static char first(struct span s)
{
	return s.len ? *s.p : '\0';
}

static void skip(struct span *s)
{
	s->p++;
	s->len--;
}

/* Up to the next byte that says something. */
static void skip_separators(struct span *s, const char *marks)
{
	while (s->len && !is_digit(*s->p) && !is_letter(*s->p) &&
	       !(*s->p && strchr(marks, *s->p)))
		skip(s);
}

/* ---- rpm ---- */

/* '~' is before the end of the text, '^' after it but before anything else.  True: *ret_r
 * is the order. */
static bool rpm_mark(struct span *a, struct span *b, int *ret_r)
{
	char x = first(*a), y = first(*b);

	if (x == '~' || y == '~')
		*ret_r = (y == '~') - (x == '~');
	else if (x == '^' || y == '^')
		*ret_r = x == y ? 0 : !a->len ? -1 : !b->len ? 1 : x == '^' ? -1 : 1;
	else
		return false;
	if (*ret_r == 0) {
		skip(a);
		skip(b);
	}
	return true;
}

static int rpm_segment(struct span *a, struct span *b)
{
	bool digits = is_digit(first(*a));
	struct span x = segment(a, digits), y = segment(b, digits);

	if (!y.len)
		return digits ? 1 : -1; /* a number is newer than a word */
	return digits ? compare_numbers(x, y) : compare_bytes(x, y);
}

static int rpm_compare(struct span a, struct span b)
{
	for (;;) {
		int r;

		skip_separators(&a, "~^");
		skip_separators(&b, "~^");
		if (rpm_mark(&a, &b, &r)) {
			if (r)
				return r;
			continue;
		}
		if (!a.len || !b.len)
			return compare_sizes(a.len, b.len);
		r = rpm_segment(&a, &b);
		if (r)
			return r;
	}
}

int boot_version_compare(const char *a, const char *b)
{
	return rpm_compare(span_text(a), span_text(b));
}

/* ---- blscfg ---- */

struct package {
	struct span name, version, release;
};

/* What follows the last '-', taken off with it; nothing when there is none. */
static struct span last_part(struct span *s)
{
	size_t at = s->len;

	while (at && s->p[at - 1] != '-')
		at--;
	if (!at)
		return (struct span){ s->p, 0 };
	struct span part = { s->p + at, s->len - at };
	s->len = at - 1;
	return part;
}

static struct package package_of(const char *text)
{
	struct package p = { .name = span_text(text) };

	p.release = last_part(&p.name);
	p.version = last_part(&p.name);
	if (!p.version.len) { /* "NAME-VERSION" */
		p.version = p.release;
		p.release.len = 0;
	}
	return p;
}

int boot_version_compare_package(const char *a, const char *b)
{
	struct package x = package_of(a), y = package_of(b);
	int r = rpm_compare(x.name, y.name);

	if (r == 0)
		r = rpm_compare(x.version, y.version);
	return r ? r : rpm_compare(x.release, y.release);
}

/* ---- UAPI ---- */

/* Marks that make a text older than one without, the strongest first: all but '~' are
 * compared when neither text has ended. */
static bool uapi_mark(struct span *a, struct span *b, char mark, int *ret_r)
{
	bool x = first(*a) == mark, y = first(*b) == mark;

	if (!x && !y)
		return false;
	*ret_r = y - x;
	if (x && y) {
		skip(a);
		skip(b);
	}
	return true;
}

static int uapi_segment(struct span *a, struct span *b)
{
	bool digits = is_digit(first(*a)) || is_digit(first(*b));
	struct span x = segment(a, digits), y = segment(b, digits);

	if (!digits)
		return compare_bytes(x, y);
	if (!x.len || !y.len)
		return compare_sizes(x.len, y.len); /* a number is newer than a word */
	return compare_numbers(x, y);
}

int boot_version_compare_uapi(const char *text_a, const char *text_b)
{
	static const char marks[] = { '-', '^', '.' };
	struct span a = span_text(text_a), b = span_text(text_b);

	for (;;) {
		int r = 0;

		skip_separators(&a, "~^.-");
		skip_separators(&b, "~^.-");
		if (uapi_mark(&a, &b, '~', &r)) {
			if (r)
				return r;
			continue;
		}
		if (!a.len || !b.len)
			return compare_sizes(a.len, b.len);
		for (size_t i = 0; i < sizeof(marks) && r == 0; i++)
			(void)uapi_mark(&a, &b, marks[i], &r); /* @r says it all */
		if (r == 0)
			r = uapi_segment(&a, &b);
		if (r)
			return r;
	}
}
