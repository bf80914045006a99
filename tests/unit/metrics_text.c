/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>

#include "dom0-tools/metrics_text.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "tests/tap.h"

#define BYTES(s) s, sizeof(s) - 1
#define REP	 "\xef\xbf\xbd"

static const struct {
	const char *text;
	size_t len;
	int r;
	int64_t value;
} numbers[] = {
	{ BYTES("0"), 0, 0 },
	{ BYTES("42"), 0, 42 },
	{ BYTES("-3"), 0, -3 },
	{ BYTES("+7"), 0, 7 },
	{ BYTES("007"), 0, 7 },
	{ BYTES("1_0"), 0, 10 },
	{ BYTES("1__0_"), 0, 10 },
	{ BYTES("0x08"), 0, 8 },
	{ BYTES("0XfF"), 0, 255 },
	{ BYTES("-0x10"), 0, -16 },
	{ BYTES("0o17"), 0, 15 },
	{ BYTES("0O17"), 0, 15 },
	{ BYTES("0b101"), 0, 5 },
	{ BYTES("0u12"), 0, 12 },
	{ BYTES("4611686018427387903"), 0, INT64_C(4611686018427387903) },
	{ BYTES("-4611686018427387904"), 0, -INT64_C(4611686018427387904) },
	{ BYTES("0x7fffffffffffffff"), 0, -1 },
	{ BYTES("0x4000000000000000"), 0, -INT64_C(4611686018427387904) },
	{ BYTES("-0x7fffffffffffffff"), 0, 1 },
	{ BYTES("0u9223372036854775807"), 0, -1 },
	{ BYTES(""), -EINVAL, 0 },
	{ BYTES("-"), -EINVAL, 0 },
	{ BYTES("--1"), -EINVAL, 0 },
	{ BYTES("0x"), -EINVAL, 0 },
	{ BYTES("0x_1"), -EINVAL, 0 },
	{ BYTES("_1"), -EINVAL, 0 },
	{ BYTES(" 1"), -EINVAL, 0 },
	{ BYTES("1 "), -EINVAL, 0 },
	{ BYTES("1\n"), -EINVAL, 0 },
	{ BYTES("1\0"), -EINVAL, 0 },
	{ BYTES("1.0"), -EINVAL, 0 },
	{ BYTES("0o8"), -EINVAL, 0 },
	{ BYTES("0b2"), -EINVAL, 0 },
	{ BYTES("a"), -EINVAL, 0 },
	{ BYTES("proto-0.5.0"), -EINVAL, 0 },
	{ BYTES("4611686018427387904"), -EINVAL, 0 },
	{ BYTES("-4611686018427387905"), -EINVAL, 0 },
	{ BYTES("0x8000000000000000"), -EINVAL, 0 },
	{ BYTES("99999999999999999999999999"), -EINVAL, 0 },
};

static const struct {
	const char *name;
	const char *text;
	size_t len;
	const char *want;
	size_t want_len;
} texts[] = {
	{ "empty", BYTES(""), BYTES("") },
	{ "ASCII", BYTES("plain\n\x7f"), BYTES("plain\n\x7f") },
	{ "a NUL", BYTES("a\0b"), BYTES("a\0b") },
	{ "two, three and four bytes", BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7"),
	  BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7") },
	{ "the last character", BYTES("\xf4\x8f\xbf\xbf"), BYTES("\xf4\x8f\xbf\xbf") },
	{ "Latin-1 at the end", BYTES("caf\xe9"), BYTES("caf" REP) },
	{ "Latin-1 in the middle takes its neighbours", BYTES("\xe9 bar"),
	  BYTES(REP "ar") },
	{ "a lead byte before ASCII takes it", BYTES("\xc3("), BYTES(REP) },
	{ "single bytes that start nothing", BYTES("\xff\xfe\x80"), BYTES(REP REP REP) },
	{ "overlong, two bytes", BYTES("\xc0\xaf"), BYTES(REP REP) },
	{ "overlong, three bytes", BYTES("\xe0\x80\xaf!"), BYTES(REP "!") },
	{ "a surrogate", BYTES("\xed\xa0\x80!"), BYTES(REP "!") },
	{ "overlong, four bytes", BYTES("\xf0\x80\x80\xaf!"), BYTES(REP "!") },
	{ "past the last character", BYTES("\xf4\x90\x80\x80!"), BYTES(REP "!") },
	{ "cut off", BYTES("x\xf0\x9f\x90"), BYTES("x" REP) },
	{ "a bad third byte", BYTES("\xe2\x82(!"), BYTES(REP "!") },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char shown[64];
		int64_t value = 0;
		int r = metrics_parse_int(numbers[i].text, numbers[i].len, &value);

		(void)log_escape(shown, sizeof(shown), numbers[i].text, numbers[i].len);
		ok(r == numbers[i].r && value == numbers[i].value,
		   "number '%s': %d, %" PRId64, shown, r, value);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		autofree char *out = NULL;
		size_t len = 0;
		int r = metrics_recode(texts[i].text, texts[i].len, &out, &len);

		ok(r == 0 && len == texts[i].want_len &&
			   memcmp(out, texts[i].want, len) == 0 && out[len] == '\0',
		   "recode: %s", texts[i].name);
	}
	return tap_done();
}
