/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_wire.h"
#include "tests/tap.h"

#define BODY(s) s, sizeof(s) - 1 /* s ends in "\0" where the body does */

static const struct {
	const char *name;
	uint32_t type;
	const char *body;
	size_t len;
	int r;
} shapes[] = {
	{ "read", XS_READ, BODY("data\0"), 0 },
	{ "read of the root", XS_READ, BODY("/\0"), 0 },
	{ "read of nothing", XS_READ, BODY("\0"), 0 }, /* broker_path.h says no */
	{ "read without a NUL", XS_READ, BODY("data"), -EINVAL },
	{ "read without a body", XS_READ, BODY(""), -EINVAL },
	{ "read with more", XS_READ, BODY("data\0x"), -EINVAL },
	{ "read with two strings", XS_READ, BODY("data\0x\0"), -EINVAL },
	{ "read with two NULs", XS_READ, BODY("data\0\0"), -EINVAL },
	{ "directory", XS_DIRECTORY, BODY("data\0"), 0 },
	{ "directory without a NUL", XS_DIRECTORY, BODY("data"), -EINVAL },
	{ "permissions", XS_GET_PERMS, BODY("data\0"), 0 },
	{ "permissions with more", XS_GET_PERMS, BODY("data\0\0"), -EINVAL },
	{ "mkdir", XS_MKDIR, BODY("data\0"), 0 },
	{ "mkdir with a value", XS_MKDIR, BODY("data\0x"), -EINVAL },
	{ "rm", XS_RM, BODY("data\0"), 0 },
	{ "rm with more", XS_RM, BODY("data\0x\0"), -EINVAL },
	{ "write", XS_WRITE, BODY("data\0value"), 0 },
	{ "write of nothing", XS_WRITE, BODY("data\0"), 0 },
	{ "write of NULs", XS_WRITE, BODY("data\0\0\0"), 0 },
	{ "write without a NUL", XS_WRITE, BODY("data"), -EINVAL },
	{ "write without a body", XS_WRITE, BODY(""), -EINVAL },
	{ "set permissions", XS_SET_PERMS, BODY("data\0n5\0r0\0"), 0 },
	{ "set permissions, none", XS_SET_PERMS, BODY("data\0"), -EINVAL },
	{ "set permissions, no NUL", XS_SET_PERMS, BODY("data\0n5"), -EINVAL },
	{ "set permissions, no path", XS_SET_PERMS, BODY("data"), -EINVAL },
	{ "watch", XS_WATCH, BODY("data\0token\0"), 0 },
	{ "watch with an empty token", XS_WATCH, BODY("data\0\0"), 0 },
	{ "watch without a token", XS_WATCH, BODY("data\0"), -EINVAL },
	{ "watch, a token without a NUL", XS_WATCH, BODY("data\0token"), -EINVAL },
	{ "watch with a depth", XS_WATCH, BODY("data\0token\0001\0"), -EINVAL },
	{ "unwatch", XS_UNWATCH, BODY("data\0token\0"), 0 },
	{ "unwatch without a token", XS_UNWATCH, BODY("data\0"), -EINVAL },
	{ "start", XS_TRANSACTION_START, BODY("\0"), 0 },
	{ "start without a body", XS_TRANSACTION_START, BODY(""), 0 },
	{ "start of something", XS_TRANSACTION_START, BODY("x\0"), -EINVAL },
	{ "start with two NULs", XS_TRANSACTION_START, BODY("\0\0"), -EINVAL },
	{ "start without a NUL", XS_TRANSACTION_START, BODY("x"), -EINVAL },
	{ "end T", XS_TRANSACTION_END, BODY("T\0"), 0 },
	{ "end F", XS_TRANSACTION_END, BODY("F\0"), 0 },
	{ "end without a NUL", XS_TRANSACTION_END, BODY("T"), -EINVAL },
	{ "end TT", XS_TRANSACTION_END, BODY("TT\0"), -EINVAL },
	{ "end t", XS_TRANSACTION_END, BODY("t\0"), -EINVAL },
	{ "end of nothing", XS_TRANSACTION_END, BODY("\0"), -EINVAL },
	{ "end with more", XS_TRANSACTION_END, BODY("T\0x"), -EINVAL },
	{ "domain path", XS_GET_DOMAIN_PATH, BODY("65535\0"), 0 },
	{ "domain path, over 16 bits", XS_GET_DOMAIN_PATH, BODY("65536\0"), -EINVAL },
	{ "domain path, over 64 bits", XS_GET_DOMAIN_PATH, BODY("18446744073709551617\0"),
	  -EINVAL },
	{ "domain path, a zero in front", XS_GET_DOMAIN_PATH, BODY("05\0"), -EINVAL },
	{ "domain path, no number", XS_GET_DOMAIN_PATH, BODY("abc\0"), -EINVAL },
	{ "domain path, below 0", XS_GET_DOMAIN_PATH, BODY("-1\0"), -EINVAL },
	{ "domain path of nothing", XS_GET_DOMAIN_PATH, BODY("\0"), -EINVAL },
	{ "domain path with more", XS_GET_DOMAIN_PATH, BODY("5\0x\0"), -EINVAL },
	{ "part", XS_DIRECTORY_PART, BODY("data\0004294967295\0"), 0 },
	{ "part, over 32 bits", XS_DIRECTORY_PART, BODY("data\0004294967296\0"),
	  -EINVAL },
	{ "part without an offset", XS_DIRECTORY_PART, BODY("data\0"), -EINVAL },
	{ "part, an empty offset", XS_DIRECTORY_PART, BODY("data\0\0"), -EINVAL },
	{ "part, a sign", XS_DIRECTORY_PART, BODY("data\0-1\0"), -EINVAL },
	{ "reset", XS_RESET_WATCHES, BODY("\0"), 0 },
	{ "reset of something", XS_RESET_WATCHES, BODY("x\0"), -EINVAL },
	{ "control is not read", XS_CONTROL, BODY("\xff"), 0 },
	{ "introduce", XS_INTRODUCE, BODY("5\0001\0001\0"), -EACCES },
	{ "release", XS_RELEASE, BODY("5\0"), -EACCES },
	{ "resume", XS_RESUME, BODY(""), -EACCES },
	{ "set target", XS_SET_TARGET, BODY("5\0006\0"), -EACCES },
	{ "is introduced", XS_IS_DOMAIN_INTRODUCED, BODY("5\0"), -EACCES },
	{ "an event", XS_WATCH_EVENT, BODY("data\0token\0"), -ENOSYS },
	{ "an error", XS_ERROR, BODY("EINVAL\0"), -ENOSYS },
	{ "restrict", 20, BODY("5\0"), -ENOSYS },
	{ "a feature", 23, BODY("\0"), -ENOSYS },
	{ "no type", 27, BODY("\0"), -ENOSYS },
	{ "restrict of old", 128, BODY("5\0"), -ENOSYS },
	{ "the invalid type", XS_INVALID, BODY("\0"), -ENOSYS },
	{ "the largest type", UINT32_MAX, BODY("\0"), -ENOSYS },
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
