/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_base64.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			       "0123456789+/";

int vm_data_base64_encode(const void *data, size_t len, char **ret_text, size_t *ret_len)
{
	const unsigned char *in = data;
	size_t out_len = VM_DATA_BASE64_LEN(len);
	char *out = malloc(out_len + 1);
	char *o = out;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)in[i] << 16;

		bits |= n > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		bits |= n > 2 ? in[i + 2] : 0;
		*o++ = alphabet[bits >> 18];
		*o++ = alphabet[bits >> 12 & 63];
		*o++ = n > 1 ? alphabet[bits >> 6 & 63] : '=';
		*o++ = n > 2 ? alphabet[bits & 63] : '=';
	}
	*o = '\0';
	*ret_text = out;
	*ret_len = out_len;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What @c stands for, or -1. */
static int digit(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Is what follows the last of @digits, from @text on, padding and blanks alone? */
static bool ends_well(const char *text, size_t len, size_t digits, size_t *ret_bad_at)
{
	size_t wanted = (4 - digits % 4) % 4, padding = 0, i;

	for (i = 0; i < len; i++) {
		if (is_blank(text[i]))
			continue;
		if (text[i] != '=' || padding == wanted)
			break;
		padding++;
	}
	*ret_bad_at = i;
	/* one digit alone is no byte; the padding is whole or not there */
	return i == len && digits % 4 != 1 && (padding == 0 || padding == wanted);
}

int vm_data_base64_decode(const char *text, size_t len, char **ret_data, size_t *ret_len,
			  size_t *ret_bad)
{
	autofree char *out = malloc(len / 4 * 3 + 4);
	size_t n = 0, digits = 0, i, after;
	uint32_t bits = 0;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < len; i++) {
		int d = digit(text[i]);

		if (d < 0 && !is_blank(text[i]))
			break;
		if (d < 0)
			continue;
		bits = bits << 6 | (uint32_t)d;
		digits++;
		if (digits % 4 != 1) /* each digit but the first of four ends a byte */
			out[n++] = (char)(bits >> (4 - digits % 4) % 4 * 2);
	}
	if (!ends_well(text + i, len - i, digits, &after)) {
		*ret_bad = i + after + 1;
		return -EBADMSG;
	}
	out[n] = '\0';
	*ret_data = steal_ptr(out);
	*ret_len = n;
	return 0;
}
