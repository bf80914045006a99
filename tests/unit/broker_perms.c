/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "dom0-tools/broker_perms.h"
#include "tests/tap.h"

#define LIST(s) s, sizeof(s) - 1 /* s ends in "\0" where the list does */
#define ALL	(RIGHT_READ | RIGHT_WRITE | RIGHT_OWN)

/* For domain 5. */
static const struct {
	const char *name;
	const char *list;
	size_t len;
	int r;
	unsigned rights;
} rights[] = {
	{ "the owner, whatever the letter", LIST("n5\0"), 0, ALL },
	{ "the owner, listed with less", LIST("n5\0n5\0"), 0, ALL },
	{ "others: none", LIST("n0\0"), 0, 0 },
	{ "others: read", LIST("r0\0"), 0, RIGHT_READ },
	{ "others: write", LIST("w0\0"), 0, RIGHT_WRITE },
	{ "others: both", LIST("b0\0"), 0, RIGHT_READ | RIGHT_WRITE },
	{ "listed", LIST("n0\0r5\0"), 0, RIGHT_READ },
	{ "listed last", LIST("n0\0r6\0b7\0w5\0"), 0, RIGHT_WRITE },
	{ "listed with less than others", LIST("b0\0n5\0"), 0, 0 },
	{ "the first of two decides", LIST("n0\0r5\0b5\0"), 0, RIGHT_READ },
	{ "listed, and others differ", LIST("b0\0r6\0"), 0, RIGHT_READ | RIGHT_WRITE },
	{ "55 is not 5", LIST("n0\0b55\0"), 0, 0 },
	{ "an id below 0", LIST("n5\0r-1\0"), 0, ALL },
	{ "-5 is not 5", LIST("n0\0b-5\0"), 0, 0 },
	{ "5 + 2^32 is not 5", LIST("n0\0b4294967301\0"), 0, 0 },
	{ "5 + 2^64 is not 5", LIST("n0\0b18446744073709551621\0"), 0, 0 },
	{ "empty", LIST(""), -EBADMSG, 0 },
	{ "an empty string", LIST("\0"), -EBADMSG, 0 },
	{ "no NUL", LIST("r0"), -EBADMSG, 0 },
	{ "no NUL behind the second", LIST("r0\0r5"), -EBADMSG, 0 },
	{ "no number", LIST("r\0"), -EBADMSG, 0 },
	{ "only a sign", LIST("r-\0"), -EBADMSG, 0 },
	{ "another letter", LIST("x0\0"), -EBADMSG, 0 },
	{ "a capital", LIST("R0\0"), -EBADMSG, 0 },
	{ "more behind the number", LIST("r0x\0"), -EBADMSG, 0 },
	{ "bad behind what decides", LIST("n0\0r5\0?\0"), -EBADMSG, 0 },
	{ "a number without end", LIST("r000000000000000000000000000005\0"), -EBADMSG,
	  0 },
};

static const struct {
	const char *name;
	const char *list;
	size_t len;
	enum store_kind kind;
	int r;
} wanted[] = {
	{ "one", LIST("n5\0"), STORE_C, 0 },
	{ "all letters", LIST("n5\0r1\0w2\0b3\0"), STORE_C, 0 },
	{ "domain 0", LIST("n5\0r0\0"), STORE_C, 0 },
	{ "the largest id", LIST("n5\0r2147483647\0"), STORE_C, 0 },
	{ "five", LIST("n5\0r1\0r2\0r3\0r4\0"), STORE_C, 0 },
	{ "six, C", LIST("n5\0r1\0r2\0r3\0r4\0r6\0"), STORE_C, -ENOSPC },
	{ "six malformed, C", LIST("n5\0r1\0r2\0r3\0r4\0?\0"), STORE_C, -ENOSPC },
	{ "six, O", LIST("n5\0r1\0r2\0r3\0r4\0r6\0"), STORE_O, 0 },
	{ "none", LIST(""), STORE_C, -EINVAL },
	{ "an empty one", LIST("\0"), STORE_C, -EINVAL },
	{ "an empty one at the end", LIST("n5\0\0"), STORE_C, -EINVAL },
	{ "no NUL", LIST("n5"), STORE_C, -EINVAL },
	{ "more behind the last NUL", LIST("n5\0r1"), STORE_C, -EINVAL },
	{ "a zero in front", LIST("n5\0r010\0"), STORE_C, -EINVAL },
	{ "two zeros", LIST("n00\0"), STORE_C, -EINVAL },
	{ "hexadecimal", LIST("n0x5\0"), STORE_C, -EINVAL },
	{ "below 0", LIST("n-1\0r-2147483647\0"), STORE_C, 0 },
	{ "zero below 0", LIST("n5\0r-0\0"), STORE_C, -EINVAL },
	{ "below 0, a zero in front", LIST("n5\0r-01\0"), STORE_O, -EINVAL },
	{ "only a sign", LIST("n5\0r-\0"), STORE_O, -EINVAL },
	{ "another sign", LIST("n5\0r+1\0"), STORE_C, -EINVAL },
	{ "a blank", LIST("n5\0r 1\0"), STORE_C, -EINVAL },
	{ "over 16 bits", LIST("n5\0r70000\0"), STORE_C, 0 },
	{ "over 31 bits", LIST("n5\0r2147483648\0"), STORE_O, -EINVAL },
	{ "over 31 bits below 0", LIST("n5\0r-2147483648\0"), STORE_C, -EINVAL },
	{ "over 64 bits", LIST("n5\0r18446744073709551617\0"), STORE_C, -EINVAL },
	{ "another letter", LIST("x5\0"), STORE_O, -EINVAL },
	{ "only a letter", LIST("n\0"), STORE_O, -EINVAL },
};

static const struct {
	const char *name;
	const char *have;
	size_t have_len;
	const char *want;
	size_t want_len;
	int r[2]; /* [STORE_C], [STORE_O] */
} changes[] = {
	{ "the owner stays", LIST("n5\0"), LIST("b5\0r1\0"), { 0, 0 } },
	{ "given away", LIST("n5\0"), LIST("n6\0"), { -EPERM, -EACCES } },
	{ "given to dom0", LIST("n5\0"), LIST("n0\0"), { -EPERM, -EACCES } },
	{ "not the owner", LIST("b0\0b5\0"), LIST("b5\0"), { -EACCES, -EACCES } },
	{ "not the owner, no change", LIST("b0\0"), LIST("b0\0"), { -EACCES, -EACCES } },
	{ "a list that is none", LIST("?"), LIST("n5\0"), { -EBADMSG, -EBADMSG } },
};

static void test_with_owner(void)
{
	static const char have[] = "b0\0r6\0w7";
	static const char want[] = "b32751\0r6\0w7";
	char out[64];
	size_t len = 0;
	int r = perms_with_owner(have, sizeof(have), 32751, out, sizeof(out), &len);

	ok(r == 0 && len == sizeof(want) && memcmp(out, want, len) == 0,
	   "another owner, the rest as it was");
	r = perms_with_owner(have, sizeof(have), 32751, out, sizeof(want), &len);
	ok(r == 0, "into exactly enough room");
	r = perms_with_owner(have, sizeof(have), 32751, out, sizeof(want) - 1, &len);
	ok(r == -ENOBUFS, "one byte less: %d", r);
	r = perms_with_owner(have, sizeof(have) - 1, 5, out, sizeof(out), &len);
	ok(r == -EBADMSG, "not of a list that is cut: %d", r);
}

static void test_wanted_room(void)
{
	char out[6];
	size_t len = 0;

	ok(perms_check_wanted(STORE_O, LIST("n5\0r6\0"), out, 6, &len) == 0 && len == 6,
	   "a list into exactly enough room");
}

int main(void)
{
	unsigned owner = 0;

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		unsigned got = 0;
		int r = perms_rights(rights[i].list, rights[i].len, 5, &got);

		ok(r == rights[i].r && got == rights[i].rights, "rights: %s: %d, %u",
		   rights[i].name, r, got);
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		char out[128];
		size_t len = 0;
		int r = perms_check_wanted(wanted[i].kind, wanted[i].list, wanted[i].len,
					   out, wanted[i].len, &len);

		ok(r == wanted[i].r && (r < 0 || (len == wanted[i].len &&
						  memcmp(out, wanted[i].list, len) == 0)),
		   "wanted: %s: %d", wanted[i].name, r);
	}
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		for (int kind = STORE_C; kind <= STORE_O; kind++) {
			int r = perms_check_change(kind, changes[i].have,
						   changes[i].have_len, changes[i].want,
						   changes[i].want_len, 5);

			ok(r == changes[i].r[kind], "change, %c: %s: %d", "CO"[kind],
			   changes[i].name, r);
		}
	}
	test_with_owner();
	test_wanted_room();
	ok(perms_owner(LIST("r12\0b5\0"), &owner) == 0 && owner == 12, "the owner");
	ok(perms_count(LIST("r12\0b5\0")) == 2 && perms_count(LIST("")) == 0, "a count");
	return tap_done();
}
