/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_wire.h"
#include "tests/tap.h"

#define BODY(s) s, sizeof(s) - 1 /* s ends in "\0" where the body does */

static const struct {
	const char *name;
	const char *body;
	size_t len;
	uint32_t type;
	int r;
} shapes[] = {
	{ "read", BODY("data\0"), XS_READ, 0 },
	{ "read of the root", BODY("/\0"), XS_READ, 0 },
	{ "read of nothing", BODY("\0"), XS_READ, 0 }, /* broker_path.h says no */
	{ "read without a NUL", BODY("data"), XS_READ, -EINVAL },
	{ "read without a body", BODY(""), XS_READ, -EINVAL },
	{ "read with more", BODY("data\0x"), XS_READ, -EINVAL },
	{ "read with two strings", BODY("data\0x\0"), XS_READ, -EINVAL },
	{ "read with two NULs", BODY("data\0\0"), XS_READ, -EINVAL },
	{ "directory", BODY("data\0"), XS_DIRECTORY, 0 },
	{ "directory without a NUL", BODY("data"), XS_DIRECTORY, -EINVAL },
	{ "permissions", BODY("data\0"), XS_GET_PERMS, 0 },
	{ "permissions with more", BODY("data\0\0"), XS_GET_PERMS, -EINVAL },
	{ "mkdir", BODY("data\0"), XS_MKDIR, 0 },
	{ "mkdir with a value", BODY("data\0x"), XS_MKDIR, -EINVAL },
	{ "rm", BODY("data\0"), XS_RM, 0 },
	{ "rm with more", BODY("data\0x\0"), XS_RM, -EINVAL },
	{ "write", BODY("data\0value"), XS_WRITE, 0 },
	{ "write of nothing", BODY("data\0"), XS_WRITE, 0 },
	{ "write of NULs", BODY("data\0\0\0"), XS_WRITE, 0 },
	{ "write without a NUL", BODY("data"), XS_WRITE, -EINVAL },
	{ "write without a body", BODY(""), XS_WRITE, -EINVAL },
	{ "set permissions", BODY("data\0n5\0r0\0"), XS_SET_PERMS, 0 },
	{ "set permissions, none", BODY("data\0"), XS_SET_PERMS, -EINVAL },
	{ "set permissions, no NUL", BODY("data\0n5"), XS_SET_PERMS, -EINVAL },
	{ "set permissions, no path", BODY("data"), XS_SET_PERMS, -EINVAL },
	{ "watch", BODY("data\0token\0"), XS_WATCH, 0 },
	{ "watch with an empty token", BODY("data\0\0"), XS_WATCH, 0 },
	{ "watch without a token", BODY("data\0"), XS_WATCH, -EINVAL },
	{ "watch, a token without a NUL", BODY("data\0token"), XS_WATCH, -EINVAL },
	{ "watch with a depth", BODY("data\0token\0001\0"), XS_WATCH, -EINVAL },
	{ "unwatch", BODY("data\0token\0"), XS_UNWATCH, 0 },
	{ "unwatch without a token", BODY("data\0"), XS_UNWATCH, -EINVAL },
	{ "start", BODY("\0"), XS_TRANSACTION_START, 0 },
	{ "start without a body", BODY(""), XS_TRANSACTION_START, 0 },
	{ "start of something", BODY("x\0"), XS_TRANSACTION_START, -EINVAL },
	{ "start with two NULs", BODY("\0\0"), XS_TRANSACTION_START, -EINVAL },
	{ "start without a NUL", BODY("x"), XS_TRANSACTION_START, -EINVAL },
	{ "end T", BODY("T\0"), XS_TRANSACTION_END, 0 },
	{ "end F", BODY("F\0"), XS_TRANSACTION_END, 0 },
	{ "end without a NUL", BODY("T"), XS_TRANSACTION_END, -EINVAL },
	{ "end TT", BODY("TT\0"), XS_TRANSACTION_END, -EINVAL },
	{ "end t", BODY("t\0"), XS_TRANSACTION_END, -EINVAL },
	{ "end of nothing", BODY("\0"), XS_TRANSACTION_END, -EINVAL },
	{ "end with more", BODY("T\0x"), XS_TRANSACTION_END, -EINVAL },
	{ "domain path", BODY("65535\0"), XS_GET_DOMAIN_PATH, 0 },
	{ "domain path, over 16 bits", BODY("65536\0"), XS_GET_DOMAIN_PATH, -EINVAL },
	{ "domain path, over 64 bits", BODY("18446744073709551617\0"), XS_GET_DOMAIN_PATH,
	  -EINVAL },
	{ "domain path, a zero in front", BODY("05\0"), XS_GET_DOMAIN_PATH, -EINVAL },
	{ "domain path, no number", BODY("abc\0"), XS_GET_DOMAIN_PATH, -EINVAL },
	{ "domain path, below 0", BODY("-1\0"), XS_GET_DOMAIN_PATH, -EINVAL },
	{ "domain path of nothing", BODY("\0"), XS_GET_DOMAIN_PATH, -EINVAL },
	{ "domain path with more", BODY("5\0x\0"), XS_GET_DOMAIN_PATH, -EINVAL },
	{ "part", BODY("data\0004294967295\0"), XS_DIRECTORY_PART, 0 },
	{ "part, over 32 bits", BODY("data\0004294967296\0"), XS_DIRECTORY_PART,
	  -EINVAL },
	{ "part without an offset", BODY("data\0"), XS_DIRECTORY_PART, -EINVAL },
	{ "part, an empty offset", BODY("data\0\0"), XS_DIRECTORY_PART, -EINVAL },
	{ "part, a sign", BODY("data\0-1\0"), XS_DIRECTORY_PART, -EINVAL },
	{ "reset", BODY("\0"), XS_RESET_WATCHES, 0 },
	{ "reset of something", BODY("x\0"), XS_RESET_WATCHES, -EINVAL },
	{ "control is not read", BODY("\xff"), XS_CONTROL, 0 },
	{ "introduce", BODY("5\0001\0001\0"), XS_INTRODUCE, -EACCES },
	{ "release", BODY("5\0"), XS_RELEASE, -EACCES },
	{ "resume", BODY(""), XS_RESUME, -EACCES },
	{ "set target", BODY("5\0006\0"), XS_SET_TARGET, -EACCES },
	{ "is introduced", BODY("5\0"), XS_IS_DOMAIN_INTRODUCED, -EACCES },
	{ "an event", BODY("data\0token\0"), XS_WATCH_EVENT, -ENOSYS },
	{ "an error", BODY("EINVAL\0"), XS_ERROR, -ENOSYS },
	{ "restrict", BODY("5\0"), 20, -ENOSYS },
	{ "a feature", BODY("\0"), 23, -ENOSYS },
	{ "no type", BODY("\0"), 27, -ENOSYS },
	{ "restrict of old", BODY("5\0"), 128, -ENOSYS },
	{ "the invalid type", BODY("\0"), XS_INVALID, -ENOSYS },
	{ "the largest type", BODY("\0"), UINT32_MAX, -ENOSYS },
};

static struct wire_request parse(uint32_t type, const char *body, size_t len, int *ret_r)
{
	struct xsd_sockmsg h = { .type = type, .req_id = 7, .tx_id = 9, .len = len };
	struct wire_request q = { .type = 1000 };
	char *copy = malloc(len ? len : 1); /* of just that size, for the sanitizer */

	if (!copy)
		abort();
	memcpy(copy, body, len);
	*ret_r = wire_parse(&h, copy, &q);
	free(copy);
	return q;
}

static void test_fields(void)
{
	static const char write[] = "data\0va\0lue", perms[] = "data\0n5\0r0";
	struct xsd_sockmsg h = { .type = XS_WRITE, .len = sizeof(write) };
	struct wire_request q;

	ok(wire_parse(&h, write, &q) == 0 && strcmp(q.path, "data") == 0 &&
		   q.value_len == sizeof("va\0lue") &&
		   memcmp(q.value, "va\0lue", q.value_len) == 0 && !q.token && !q.perms,
	   "the path and the value of a write");
	h = (struct xsd_sockmsg){ .type = XS_SET_PERMS, .len = sizeof(perms) };
	ok(wire_parse(&h, perms, &q) == 0 && q.perms_len == sizeof("n5\0r0") &&
		   memcmp(q.perms, "n5\0r0", q.perms_len) == 0 && !q.value,
	   "the list of a change of permissions");
	h = (struct xsd_sockmsg){ .type = XS_WATCH, .len = sizeof("p\0tok") };
	ok(wire_parse(&h, "p\0tok", &q) == 0 && strcmp(q.path, "p") == 0 &&
		   strcmp(q.token, "tok") == 0,
	   "the token of a watch");
	h = (struct xsd_sockmsg){ .type = XS_DIRECTORY_PART, .len = sizeof("p\00042") };
	ok(wire_parse(&h, "p\00042", &q) == 0 && q.offset == 42, "an offset");
	h = (struct xsd_sockmsg){ .type = XS_GET_DOMAIN_PATH, .len = 3 };
	ok(wire_parse(&h, "12", &q) == 0 && q.domid == 12 && !q.path, "a domid");
	h = (struct xsd_sockmsg){ .type = XS_TRANSACTION_END, .len = 2 };
	ok(wire_parse(&h, "T", &q) == 0 && q.commit, "T commits");
	ok(wire_parse(&h, "F", &q) == 0 && !q.commit, "F does not");
}

/* Requests of 0 to 9 bytes behind one another, and one of the largest. */
static size_t make_stream(char *out)
{
	char body[WIRE_PAYLOAD_MAX];
	size_t at = 0;

	memset(body, 'x', sizeof(body));
	for (uint32_t i = 0; i < 10; i++)
		at += wire_put(out + at, XS_WRITE, i, i * 3, body, i);
	return at + wire_put(out + at, XS_READ, 10, 0, body, sizeof(body));
}

/* The stream in pieces of @piece bytes; how many frames came out as they went in. */
static unsigned read_stream(const char *stream, size_t len, size_t piece)
{
	struct wire_in in = { 0 };
	unsigned good = 0;

	for (size_t at = 0; at < len;) {
		struct xsd_sockmsg h;
		const char *body;
		size_t room = 0, n;
		void *to = NULL;

		while (wire_in_take(&in, &h, &body) == 1)
			good += h.req_id == good && (good == 10 || h.len == good) &&
				(h.len == 0 || body[h.len - 1] == 'x');
		if (wire_in_room(&in, &to, &room) < 0 || room == 0)
			break;
		n = piece < room ? piece : room;
		n = n < len - at ? n : len - at;
		memcpy(to, stream + at, n);
		wire_in_added(&in, n);
		at += n;
		if (at == len && wire_in_ready(&in) == 1)
			while (wire_in_take(&in, &h, &body) == 1)
				good += h.req_id == good;
	}
	if (!wire_in_empty(&in))
		good = 0;
	wire_in_rest(&in);
	if (in.buffer)
		good = 0;
	wire_in_done(&in);
	return good;
}

static void test_streams(void)
{
	char *stream = malloc(11 * WIRE_FRAME_MAX);
	unsigned bad = 0;
	size_t len;

	if (!stream)
		abort();
	len = make_stream(stream);
	for (size_t piece = 1; piece <= WIRE_FRAME_MAX; piece += piece < 64 ? 1 : 31)
		bad += read_stream(stream, len, piece) != 11;
	ok(bad == 0, "frames in pieces of every size: %u wrong", bad);
	free(stream);
}

static void test_too_long(void)
{
	static const uint32_t lens[] = { 4097, 65536, 0x7fffffff, 0x80000000,
					 0xffffffff };

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct xsd_sockmsg h = { .type = XS_WRITE, .len = lens[i] }, got;
		struct wire_in in = { 0 };
		const char *body;
		size_t room;
		void *at;

		ok(wire_in_room(&in, &at, &room) == 0 && room == WIRE_FRAME_MAX,
		   "room for a frame");
		memcpy(at, &h, sizeof(h));
		wire_in_added(&in, sizeof(h) - 1);
		ok(wire_in_ready(&in) == 0, "a header that lacks a byte is no frame");
		wire_in_added(&in, 1);
		ok(wire_in_ready(&in) == -EMSGSIZE &&
			   wire_in_take(&in, &got, &body) == -EMSGSIZE &&
			   wire_in_room(&in, &at, &room) == -EMSGSIZE,
		   "a body of %u bytes is refused at its header", lens[i]);
		wire_in_done(&in);
	}
}

static void test_errors(void)
{
	static const struct {
		const char *name;
		size_t len;
		int err;
	} names[] = {
		{ BODY("EACCES\0"), -EACCES },	   { BODY("EACCES"), -EACCES },
		{ BODY("E2BIG\0"), -E2BIG },	   { BODY("EPERM\0"), -EPERM },
		{ BODY("EQUOTA\0"), -ENOSPC },	   { BODY("EACCE\0"), -EINVAL },
		{ BODY("EACCESS\0"), -EINVAL },	   { BODY(""), -EINVAL },
		{ BODY("EAGAIN\0junk"), -EAGAIN },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(wire_error_number(names[i].name, names[i].len) == names[i].err,
		   "error %s", names[i].name);
	ok(strcmp(wire_error_name(-EACCES), "EACCES") == 0 &&
		   strcmp(wire_error_name(ENOENT), "ENOENT") == 0 &&
		   strcmp(wire_error_name(-EMSGSIZE), "EINVAL") == 0,
	   "names of errors");
}

static void test_put(void)
{
	static char value[WIRE_PAYLOAD_MAX];
	char out[64], body[WIRE_PAYLOAD_MAX];
	struct xsd_sockmsg h;
	size_t n = wire_put(out, XS_READ, 1, 2, "data", 5);

	memcpy(&h, out, sizeof(h));
	ok(n == sizeof(h) + 5 && h.type == XS_READ && h.req_id == 1 && h.tx_id == 2 &&
		   h.len == 5 && memcmp(out + sizeof(h), "data", 5) == 0,
	   "a frame");
	ok(wire_put(out, XS_READ, 1, 2, NULL, 0) == sizeof(h), "one without a body");
	n = wire_body(body, "data", "value", 5);
	ok(n == 10 && memcmp(body, "data\0value", 10) == 0, "a body");
	ok(wire_body(body, "data", NULL, 0) == 5, "a body of a path alone");
	ok(wire_body(body, "data", value, 4091) == 4096, "the largest");
	ok(wire_body(body, "data", value, 4092) == 0, "one byte more");
	ok(wire_body(body, "data", value, SIZE_MAX) == 0, "a length that would wrap");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct wire_request q;
		int r;

		q = parse(shapes[i].type, shapes[i].body, shapes[i].len, &r);
		ok(r == shapes[i].r && q.type == shapes[i].type && q.req_id == 7 &&
			   q.tx_id == 9 && (r == 0 || !q.path),
		   "shape: %s: %d", shapes[i].name, r);
	}
	test_fields();
	test_streams();
	test_too_long();
	test_errors();
	test_put();
	return tap_done();
}
