/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define OCAML_INT_BITS 63

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
#define REPLACEMENT_LEN (sizeof(replacement) - 1)

struct number {
	const unsigned char *p, *end;
	bool negative;
	unsigned base;
	bool wraps; /* bit 62 may be set without a minus sign */
};

static void read_prefix(struct number *n)
{
	n->base = 10;
	if (n->p < n->end && (*n->p == '-' || *n->p == '+'))
		n->negative = *n->p++ == '-';
	if (n->end - n->p < 2 || n->p[0] != '0')
		return;
	switch (n->p[1] | 0x20) {
	case 'x':
		n->base = 16;
		break;
	case 'o':
		n->base = 8;
		break;
	case 'b':
		n->base = 2;
		break;
	case 'u':
		break;
	default:
		return;
	}
	n->wraps = true;
	n->p += 2;
}

static unsigned digit_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10U : 99U;
}

/* The digits to the very end; the first must be one, '_' may stand anywhere later. */
static int read_digits(struct number *n, uint64_t *ret_magnitude)
{
	uint64_t sum = 0;

	if (n->p == n->end || *n->p == '_')
		return -EINVAL;
	for (; n->p < n->end; n->p++) {
		unsigned d;

		if (*n->p == '_')
			continue;
		d = digit_value(*n->p);
		if (d >= n->base || __builtin_mul_overflow(sum, n->base, &sum) ||
		    __builtin_add_overflow(sum, d, &sum))
			return -EINVAL;
	}
	*ret_magnitude = sum;
	return 0;
}

int metrics_parse_int(const char *text, size_t len, int64_t *ret_value)
{
	const unsigned char *p = (const unsigned char *)text;
	struct number n = { .p = p, .end = p + len };
	const uint64_t half = UINT64_C(1) << (OCAML_INT_BITS - 1);
	uint64_t magnitude, limit;

	read_prefix(&n);
	if (read_digits(&n, &magnitude) < 0)
		return -EINVAL;
	limit = n.wraps ? 2 * half - 1 : n.negative ? half : half - 1;
	if (magnitude > limit)
		return -EINVAL;
	if (n.negative)
		magnitude = -magnitude;
	/* keep 63 bits, the topmost of them being the sign */
	*ret_value = (int64_t)(magnitude << 1) >> 1;
	return 0;
}

/* Bytes of the character that starts with @lead; 0: none starts so. */
static size_t utf8_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Lead and length are right already; the second byte carries the exceptions: overlong
 * forms, surrogates, what lies past U+10FFFF. */
static bool utf8_valid(const unsigned char *p, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;

	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (len > 1 && (p[1] < low || p[1] > high))
		return false;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

int metrics_recode(const char *text, size_t len, char **ret_text, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t room, used = 0;
	char *out;

	/* the worst case replaces each byte */
	if (__builtin_mul_overflow(len, REPLACEMENT_LEN, &room) ||
	    __builtin_add_overflow(room, 1, &room))
		return -ENOMEM;
	out = malloc(room);
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < len;) {
		size_t need = utf8_length(p[i]);
		size_t step = need == 0 ? 1 : need;

		if (step > len - i)
			step = len - i;
		if (need == step && utf8_valid(p + i, need)) {
			memcpy(out + used, p + i, need);
			used += need;
		} else {
			memcpy(out + used, replacement, REPLACEMENT_LEN);
			used += REPLACEMENT_LEN;
		}
		i += step;
	}
	out[used] = '\0';
	*ret_text = out;
	*ret_len = used;
	return 0;
}
