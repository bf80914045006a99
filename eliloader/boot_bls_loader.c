/* SPDX-License-Identifier: BSD-2-Clause */
/* systemd-boot's loader.conf. */
#include "eliloader/boot_bls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void set_timeout(struct bls_loader *l, struct span value)
{
	int seconds;

	if (span_is(value, "menu-force")) {
		l->timeout_s = -1;
		l->hidden = false;
	} else if (span_is(value, "menu-hidden") || span_is(value, "menu-disabled")) {
		l->timeout_s = 0;
		l->hidden = true;
	} else if (span_number(value, INT_MAX, &seconds) == 0) {
		l->timeout_s = seconds;
		l->hidden = seconds == 0;
	}
}

int bls_loader_parse(const char *text, size_t len, struct bls_loader *ret)
{
	struct span rest = span_of(text, len), line;

	while (span_line(&rest, &line)) {
		struct span key = span_word(&line);

		if (!line.len)
			continue;
		if (span_is(key, "timeout"))
			set_timeout(ret, line);
		if (!span_is(key, "default"))
			continue;
		free(ret->pattern);
		ret->pattern = span_dup(line);
		if (!ret->pattern)
			return -ENOMEM;
	}
	return 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

/* Does "[set]" at @p hold @c?  *@p moves behind it; a '[' that is not closed is one. */
static bool matches_set(const char **p, char c)
{
	const char *s = *p + 1, *end = strchr(*s ? s + 1 : s, ']');
	bool found = false;

	if (!end) {
		(*p)++;
		return c == '[';
	}
	for (; s < end; s++)
		if (s + 2 < end && s[1] == '-') {
			found |= lower(s[0]) <= c && c <= lower(s[2]);
			s += 2;
		} else {
			found |= lower(*s) == c;
		}
	*p = end + 1;
	return found;
}

/* Does one part of the pattern, not a '*', match @c?  *@p moves behind it. */
static bool matches_one(const char **p, char c)
{
	if (**p == '[')
		return matches_set(p, c);
	if (**p == '?') {
		(*p)++;
		return true;
	}
	if (**p == '\\' && (*p)[1])
		(*p)++;
	return *(*p)++ && lower((*p)[-1]) == c;
}

bool bls_pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *again = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			again = text;
		} else if (*pattern && matches_one(&pattern, lower(*text))) {
			text++;
		} else if (star) { /* the last '*' takes one byte more */
			pattern = star;
			text = ++again;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}
