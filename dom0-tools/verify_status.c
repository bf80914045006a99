/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_status.h"

#include <errno.h>
#include <string.h>

/* What is left of a line. */
struct cursor {
	const char *at;
	const char *end;
};

/* The value of the line "@key:...", without blanks before it. */
static bool find_line(const char *text, size_t len, const char *key, struct cursor *ret)
{
	const char *end = text + len;
	size_t key_len = strlen(key);

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *stop = eol ? eol : end;

		if ((size_t)(stop - text) > key_len && memcmp(text, key, key_len) == 0 &&
		    text[key_len] == ':') {
			*ret = (struct cursor){ text + key_len + 1, stop };
			return true;
		}
		text = eol ? eol + 1 : end;
	}
	return false;
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next word, all of which must be a number of @base. */
static int take_number(struct cursor *c, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	const char *start;

	skip_blanks(c);
	for (start = c->at; c->at < c->end && *c->at != ' ' && *c->at != '\t'; c->at++) {
		int digit = digit_of(*c->at);

		if (digit < 0 || (unsigned)digit >= base ||
		    value > (max - (unsigned)digit) / base)
			return -EBADMSG;
		value = value * base + (unsigned)digit;
	}
	if (c->at == start)
		return -EBADMSG;
	*ret = value;
	return 0;
}

static bool at_end(struct cursor *c)
{
	skip_blanks(c);
	return c->at == c->end;
}

/* A line with one number. */
static int number_of(const char *text, size_t len, const char *key, unsigned base,
		     uint64_t max, uint64_t *ret)
{
	struct cursor c;
	int r;

	if (!find_line(text, len, key, &c))
		return -ENOENT;
	r = take_number(&c, base, max, ret);
	return r == 0 && !at_end(&c) ? -EBADMSG : r;
}

/* The same, where the line must be there. */
static int count_of(const char *text, size_t len, const char *key, unsigned *ret)
{
	uint64_t value;
	int r = number_of(text, len, key, 10, UINT32_MAX, &value);

	if (r < 0)
		return -EBADMSG;
	*ret = (unsigned)value;
	return 0;
}

static int parse_ids(const char *text, size_t len, const char *key, uint32_t *ret)
{
	struct cursor c;
	int r = 0;

	if (!find_line(text, len, key, &c))
		return -EBADMSG;
	for (int i = 0; i < VERIFY_IDS && r == 0; i++) {
		uint64_t id;

		r = take_number(&c, 10, UINT32_MAX, &id);
		if (r == 0)
			ret[i] = (uint32_t)id;
	}
	return r == 0 && !at_end(&c) ? -EBADMSG : r;
}

/* Its own gid among them gives it nothing more (and is what qemu's -runas leaves). */
static int parse_groups(const char *text, size_t len, const uint32_t *gid, unsigned *ret)
{
	struct cursor c;
	unsigned count = 0;

	if (!find_line(text, len, "Groups", &c))
		return -EBADMSG;
	while (!at_end(&c)) {
		uint64_t id;

		if (take_number(&c, 10, UINT32_MAX, &id) < 0)
			return -EBADMSG;
		count += id != gid[VERIFY_ID_REAL];
	}
	*ret = count;
	return 0;
}

static int parse_caps(const char *text, size_t len, uint64_t *ret)
{
	static const char *const keys[VERIFY_CAPS] = { "CapInh", "CapPrm", "CapEff",
						       "CapBnd", "CapAmb" };

	for (int i = 0; i < VERIFY_CAPS; i++) {
		int r = number_of(text, len, keys[i], 16, UINT64_MAX, &ret[i]);

		if (r == -ENOENT && i == VERIFY_CAP_AMBIENT)
			ret[i] = 0; /* a kernel that has none */
		else if (r < 0)
			return -EBADMSG;
	}
	return 0;
}

static int parse_filters(const char *text, size_t len, struct verify_status *s)
{
	uint64_t filters;
	int r = number_of(text, len, "Seccomp_filters", 10, UINT32_MAX, &filters);

	if (r == -ENOENT) {
		s->filters = s->seccomp == 2; /* that mode is entered by a filter */
		return 0;
	}
	s->filters = r == 0 ? (unsigned)filters : 0;
	return r;
}

int verify_status_parse(const char *text, size_t len, struct verify_status *ret)
{
	struct verify_status s = { 0 };
	struct cursor c;
	int r;

	if (!find_line(text, len, "State", &c))
		return -EBADMSG;
	skip_blanks(&c);
	s.state = c.at < c.end ? *c.at : '?';
	r = count_of(text, len, "Tgid", &s.tgid);
	if (r == 0)
		r = parse_ids(text, len, "Uid", s.uid);
	if (r == 0)
		r = parse_ids(text, len, "Gid", s.gid);
	if (r == 0)
		r = parse_groups(text, len, s.gid, &s.groups);
	if (r == 0)
		r = parse_caps(text, len, s.caps);
	if (r == 0)
		r = count_of(text, len, "NoNewPrivs", &s.no_new_privs);
	if (r == 0)
		r = count_of(text, len, "Seccomp", &s.seccomp);
	if (r == 0)
		r = parse_filters(text, len, &s);
	if (r == 0)
		*ret = s;
	return r;
}

#define STAT_AFTER_NAME 3 /* the field after the name is the third */
#define STAT_TTY	7
#define STAT_START	22

int verify_stat_parse(const char *text, size_t len, struct verify_stat *ret)
{
	const char *name_end = memrchr(text, ')', len);
	struct verify_stat s = { 0 };
	struct cursor c;

	if (!name_end)
		return -EBADMSG;
	c = (struct cursor){ name_end + 1, text + len };
	for (int field = STAT_AFTER_NAME; field <= STAT_START; field++) {
		int r = 0;

		skip_blanks(&c);
		if (field == STAT_TTY)
			r = take_number(&c, 10, UINT64_MAX, &s.tty);
		else if (field == STAT_START)
			r = take_number(&c, 10, UINT64_MAX, &s.start);
		else /* a letter, or a number with a sign */
			while (c.at < c.end && *c.at != ' ')
				c.at++;
		if (r < 0)
			return r;
	}
	*ret = s;
	return 0;
}
