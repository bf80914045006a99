/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_perms.h"

#define ENTRY_MAX 24 /* bytes: a letter, 20 digits of a 64-bit number, a NUL, to spare */

struct entry {
	char letter;
	unsigned domid; /* UINT_MAX: larger than any */
};

static bool is_letter(char c)
{
	return c == 'n' || c == 'r' || c == 'w' || c == 'b';
}

/* Any number: the daemons let a guest set ids below 0 (which C xenstored then shows with
 * their sign) and over 32 bits.  Those are UINT_MAX, which is no domain's. */
static int parse_id(const char *text, size_t len, unsigned *ret_domid)
{
	bool negative = len > 0 && text[0] == '-';
	unsigned value = 0;

	if (len == (size_t)negative)
		return -EBADMSG;
	for (size_t i = negative; i < len; i++) {
		unsigned digit = (unsigned)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9')
			return -EBADMSG;
		if (value > (UINT_MAX - digit) / 10)
			value = UINT_MAX;
		else
			value = value * 10 + digit;
	}
	*ret_domid = negative ? UINT_MAX : value;
	return 0;
}

/* Takes the entry at *@list, moving both on. */
static int take_entry(const char **list, size_t *len, struct entry *ret_entry)
{
	size_t n = strnlen(*list, *len);
	int r;

	if (n == *len || n >= ENTRY_MAX || !is_letter((*list)[0]))
		return -EBADMSG;
	r = parse_id(*list + 1, n - 1, &ret_entry->domid);
	if (r < 0)
		return r;
	ret_entry->letter = (*list)[0];
	*list += n + 1;
	*len -= n + 1;
	return 0;
}

static unsigned letter_rights(char letter)
{
	switch (letter) {
	case 'r':
		return RIGHT_READ;
	case 'w':
		return RIGHT_WRITE;
	case 'b':
		return RIGHT_READ | RIGHT_WRITE;
	default:
		return 0;
	}
}

int perms_rights(const char *list, size_t len, unsigned domid, unsigned *ret_rights)
{
	struct entry e, decides;
	bool listed = false;
	unsigned owner;
	int r;

	r = take_entry(&list, &len, &e);
	if (r < 0)
		return r;
	owner = e.domid;
	decides = e;
	/* to the end even when it is decided: a list is good as a whole or not at all */
	while (len > 0) {
		r = take_entry(&list, &len, &e);
		if (r < 0)
			return r;
		if (!listed && e.domid == domid) {
			decides = e;
			listed = true;
		}
	}
	*ret_rights = owner == domid ? RIGHT_READ | RIGHT_WRITE | RIGHT_OWN
				     : letter_rights(decides.letter);
	return 0;
}

int perms_owner(const char *list, size_t len, unsigned *ret_domid)
{
	struct entry e;
	int r = take_entry(&list, &len, &e);

	if (r < 0)
		return r;
	*ret_domid = e.domid;
	return 0;
}

unsigned perms_count(const char *list, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; i++)
		count += list[i] == '\0';
	return count;
}

/* Is the number at @text, up to its NUL, the only way to write it, and one that every
 * daemon takes for the same?  A zero in front would be an octal number for C xenstored. */
static bool is_plain_id(const char *text)
{
	size_t sign = text[0] == '-';
	unsigned long long value;

	if (text[sign] == '0')
		return !sign && !text[1];
	if (strlen(text + sign) > 10)
		return false;
	value = strtoull(text + sign, NULL, 10); /* all digits: take_entry() has looked */
	return value <= PERMS_ID_LAST;
}

int perms_check_wanted(enum store_kind kind, const char *list, size_t len, char *out,
		       size_t size, size_t *ret_len)
{
	size_t at = 0;

	/* in the order of xenstored: the count before what is counted */
	if (kind == STORE_C && perms_count(list, len) > PERMS_MAX_C)
		return -ENOSPC;
	if (len == 0 || len > size)
		return -EINVAL;
	while (len > 0) {
		const char *entry = list;
		struct entry e;

		if (take_entry(&list, &len, &e) < 0 || !is_plain_id(entry + 1))
			return -EINVAL;
		memcpy(out + at, entry, (size_t)(list - entry));
		at += (size_t)(list - entry);
	}
	*ret_len = at;
	return 0;
}

int perms_check_change(enum store_kind kind, const char *have, size_t have_len,
		       const char *want, size_t want_len, unsigned domid)
{
	unsigned rights, owner;
	int r;

	r = perms_rights(have, have_len, domid, &rights);
	if (r < 0)
		return r;
	if (!(rights & RIGHT_OWN))
		return -EACCES;
	r = perms_owner(want, want_len, &owner);
	if (r < 0)
		return r;
	if (owner != domid)
		return kind == STORE_C ? -EPERM : -EACCES;
	return 0;
}

int perms_with_owner(const char *list, size_t len, unsigned domid, char *out, size_t size,
		     size_t *ret_len)
{
	unsigned ignored;
	struct entry e;
	int n, r;

	r = perms_rights(list, len, domid, &ignored); /* all of it is well-formed */
	if (r >= 0)
		r = take_entry(&list, &len, &e);
	if (r < 0)
		return r;
	n = snprintf(out, size, "%c%u", e.letter, domid);
	if (n < 0 || (size_t)n + 1 + len > size)
		return -ENOBUFS;
	memcpy(out + n + 1, list, len);
	*ret_len = (size_t)n + 1 + len;
	return 0;
}
