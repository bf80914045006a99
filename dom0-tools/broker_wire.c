/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_wire.h"

#define HEADER sizeof(struct xsd_sockmsg)

/* 1: a whole frame, its header in *@ret_header.  0: not yet. */
static int frame_at(const struct wire_in *in, struct xsd_sockmsg *ret_header)
{
	size_t have = in->end - in->start;

	if (have < HEADER)
		return 0;
	memcpy(ret_header, in->buffer + in->start, HEADER);
	if (ret_header->len > WIRE_PAYLOAD_MAX)
		return -EMSGSIZE;
	return have - HEADER >= ret_header->len;
}

int wire_in_room(struct wire_in *in, void **ret_at, size_t *ret_len)
{
	struct xsd_sockmsg header;
	int r = frame_at(in, &header);

	if (r < 0)
		return r;
	if (!in->buffer) {
		in->buffer = malloc(WIRE_FRAME_MAX);
		if (!in->buffer)
			return -ENOMEM;
	}
	if (in->start > 0) {
		memmove(in->buffer, in->buffer + in->start, in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	*ret_at = in->buffer + in->end;
	*ret_len = WIRE_FRAME_MAX - in->end;
	return 0;
}

void wire_in_added(struct wire_in *in, size_t len)
{
	if (len > WIRE_FRAME_MAX - in->end)
		abort(); /* more than there was room for: memory is written over */
	in->end += len;
}

int wire_in_ready(const struct wire_in *in)
{
	struct xsd_sockmsg header;

	return frame_at(in, &header);
}

int wire_in_take(struct wire_in *in, struct xsd_sockmsg *ret_header,
		 const char **ret_body)
{
	struct xsd_sockmsg header;
	int r = frame_at(in, &header);

	if (r <= 0)
		return r;
	*ret_header = header;
	*ret_body = in->buffer + in->start + HEADER;
	in->start += HEADER + header.len;
	return 1;
}

bool wire_in_empty(const struct wire_in *in)
{
	return in->start == in->end;
}

void wire_in_done(struct wire_in *in)
{
	free(in->buffer);
	*in = (struct wire_in){ 0 };
}

void wire_in_rest(struct wire_in *in)
{
	if (wire_in_empty(in))
		wire_in_done(in);
}

/* The string at @body + *@at, which moves behind its NUL; NULL: no NUL, no string. */
static const char *take_string(const char *body, size_t len, size_t *at)
{
	const char *text = body + *at;
	size_t n;

	if (*at >= len)
		return NULL;
	n = strnlen(text, len - *at);
	if (n == len - *at)
		return NULL;
	*at += n + 1;
	return text;
}

/* A decimal number without a sign and without a zero in front. */
static int parse_number(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!text[0] || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > max)
			return -EINVAL;
	}
	*ret_value = value;
	return 0;
}

/* How the body of a type goes on behind the first string. */
enum shape {
	SHAPE_UNKNOWN, /* the server's, or none */
	SHAPE_PRIVILEGED,
	SHAPE_ANY,    /* not read */
	SHAPE_EMPTY,  /* one empty string, or nothing: the daemons do not look */
	SHAPE_PATH,   /* nothing more */
	SHAPE_TOKEN,  /* a string */
	SHAPE_VALUE,  /* bytes */
	SHAPE_PERMS,  /* one or more strings */
	SHAPE_OFFSET, /* a number */
	SHAPE_COMMIT, /* the string is T or F */
	SHAPE_DOMID,  /* the string is a number */
};

static const unsigned char shapes[] = {
	[XS_CONTROL] = SHAPE_ANY,
	[XS_DIRECTORY] = SHAPE_PATH,
	[XS_READ] = SHAPE_PATH,
	[XS_GET_PERMS] = SHAPE_PATH,
	[XS_WATCH] = SHAPE_TOKEN,
	[XS_UNWATCH] = SHAPE_TOKEN,
	[XS_TRANSACTION_START] = SHAPE_EMPTY,
	[XS_TRANSACTION_END] = SHAPE_COMMIT,
	[XS_INTRODUCE] = SHAPE_PRIVILEGED,
	[XS_RELEASE] = SHAPE_PRIVILEGED,
	[XS_GET_DOMAIN_PATH] = SHAPE_DOMID,
	[XS_WRITE] = SHAPE_VALUE,
	[XS_MKDIR] = SHAPE_PATH,
	[XS_RM] = SHAPE_PATH,
	[XS_SET_PERMS] = SHAPE_PERMS,
	[XS_IS_DOMAIN_INTRODUCED] = SHAPE_PRIVILEGED,
	[XS_RESUME] = SHAPE_PRIVILEGED,
	[XS_SET_TARGET] = SHAPE_PRIVILEGED,
	[XS_RESET_WATCHES] = SHAPE_EMPTY,
	[XS_DIRECTORY_PART] = SHAPE_OFFSET,
};

static enum shape shape_of(uint32_t type)
{
	return type < sizeof(shapes) ? (enum shape)shapes[type] : SHAPE_UNKNOWN;
}

/* What stands behind the first string, @rest with @len bytes. */
static int parse_rest(enum shape shape, const char *rest, size_t len,
		      struct wire_request *q)
{
	uint64_t number = 0;
	const char *second;
	size_t at = 0;

	switch (shape) {
	case SHAPE_VALUE:
		q->value = rest;
		q->value_len = len;
		return 0;
	case SHAPE_PERMS:
		q->perms = rest;
		q->perms_len = len;
		return len > 0 && rest[len - 1] == '\0' ? 0 : -EINVAL;
	case SHAPE_TOKEN:
	case SHAPE_OFFSET:
		second = take_string(rest, len, &at);
		if (!second || at != len)
			return -EINVAL;
		if (shape == SHAPE_OFFSET &&
		    parse_number(second, UINT32_MAX, &number) < 0)
			return -EINVAL;
		q->token = shape == SHAPE_TOKEN ? second : NULL;
		q->offset = (uint32_t)number;
		return 0;
	default:
		return len == 0 ? 0 : -EINVAL;
	}
}

/* What the first string is when it is no path. */
static int parse_word(enum shape shape, const char *word, struct wire_request *q)
{
	uint64_t number;

	switch (shape) {
	case SHAPE_EMPTY:
		return word[0] ? -EINVAL : 0;
	case SHAPE_COMMIT:
		q->commit = word[0] == 'T';
		return (word[0] == 'T' || word[0] == 'F') && !word[1] ? 0 : -EINVAL;
	case SHAPE_DOMID:
		if (parse_number(word, WIRE_DOMID_LAST, &number) < 0)
			return -EINVAL;
		q->domid = (unsigned)number;
		return 0;
	default:
		q->path = word;
		return 0;
	}
}

static int parse_body(enum shape shape, const char *body, size_t len,
		      struct wire_request *q)
{
	size_t at = 0;
	const char *first = take_string(body, len, &at);
	int r;

	if (shape == SHAPE_EMPTY && len == 0)
		return 0;
	if (!first)
		return -EINVAL;
	r = parse_word(shape, first, q);
	return r < 0 ? r : parse_rest(shape, body + at, len - at, q);
}

int wire_parse(const struct xsd_sockmsg *header, const char *body,
	       struct wire_request *ret_request)
{
	struct wire_request q = {
		.type = header->type,
		.req_id = header->req_id,
		.tx_id = header->tx_id,
	};
	enum shape shape = shape_of(header->type);
	int r = 0;

	*ret_request = q;
	if (shape == SHAPE_UNKNOWN)
		return -ENOSYS;
	if (shape == SHAPE_PRIVILEGED)
		return -EACCES;
	if (shape != SHAPE_ANY)
		r = parse_body(shape, body, header->len, &q);
	if (r >= 0)
		*ret_request = q;
	return r;
}

size_t wire_put(void *out, uint32_t type, uint32_t req_id, uint32_t tx_id,
		const void *body, size_t len)
{
	struct xsd_sockmsg header = {
		.type = type,
		.req_id = req_id,
		.tx_id = tx_id,
		.len = (uint32_t)len,
	};

	memcpy(out, &header, HEADER);
	if (len > 0)
		memcpy((char *)out + HEADER, body, len);
	return HEADER + len;
}

size_t wire_body(char out[WIRE_PAYLOAD_MAX], const char *path, const void *rest,
		 size_t len)
{
	size_t n = strlen(path) + 1;

	if (n > WIRE_PAYLOAD_MAX || len > WIRE_PAYLOAD_MAX - n)
		return 0;
	memcpy(out, path, n);
	if (len > 0)
		memcpy(out + n, rest, len);
	return n + len;
}

const char *wire_error_name(int err)
{
	int number = err < 0 ? -err : err;

	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++) {
		if (xsd_errors[i].errnum == number)
			return xsd_errors[i].errstring;
	}
	return "EINVAL";
}

int wire_error_number(const char *name, size_t len)
{
	size_t n = strnlen(name, len);

	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++) {
		const char *known = xsd_errors[i].errstring;

		if (strlen(known) == n && memcmp(known, name, n) == 0)
			return -xsd_errors[i].errnum;
	}
	return n == 6 && memcmp(name, "EQUOTA", 6) == 0 ? -ENOSPC : -EINVAL;
}
