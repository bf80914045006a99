/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/utf8 */
#include "lib/utf8.h"
#include "tests/tap.h"

static const struct bad {
	const char *name, *text;
	size_t len;
} bad[] = {
	{ "nothing", "", 0 },
	{ "a byte that goes on", "\x80", 1 },
	{ "cut short", "\xe2\x82\xac", 2 },
	{ "another one in the midst",
	  "\xe2\x82"
	  "a",
	  3 },
	{ "overlong, two bytes", "\xc1\xbf", 2 },
	{ "overlong, three bytes", "\xe0\x9f\xbf", 3 },
	{ "overlong, four bytes", "\xf0\x8f\xbf\xbf", 4 },
	{ "the first surrogate", "\xed\xa0\x80", 3 },
	{ "the last surrogate", "\xed\xbf\xbf", 3 },
	{ "past U+10FFFF", "\xf4\x90\x80\x80", 4 },
	{ "no first byte", "\xf5\x80\x80\x80", 4 },
	{ "none at all", "\xff", 1 },
};

static size_t encode(uint32_t point, char *out)
{
	size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; i-- > 1; point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3f));
	out[0] = (char)(first[len] | point);
	return len;
}

/* With a byte behind it that does not belong to it. */
static bool comes_back(uint32_t point)
{
	char text[5] = "";
	size_t len = encode(point, text);
	uint32_t got = UINT32_MAX;

	text[len] = 'x';
	return utf8_first(text, len + 1, &got) == len && got == point;
}

static void test_good(void)
{
	uint32_t lost = 0;

	for (uint32_t point = 0; point <= 0x10ffff; point++)
		if (point < 0xd800 || point > 0xdfff)
			lost += !comes_back(point);
	is_int(lost, 0, "every character of Unicode comes back");
}

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint32_t point = 1234;
		size_t len = utf8_first(bad[i].text, bad[i].len, &point);

		ok(len == 0 && point == 1234, "no character: %s", bad[i].name);
	}
}

static void test_control(void)
{
	static const uint32_t acts[] = { 0, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9f };
	static const uint32_t shows[] = { ' ', '~', 0xa0, 0x2028 };

	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		ok(utf8_is_control(acts[i]), "U+%04X acts", (unsigned)acts[i]);
	for (size_t i = 0; i < sizeof(shows) / sizeof(*shows); i++)
		ok(!utf8_is_control(shows[i]), "U+%04X does not", (unsigned)shows[i]);
}

int main(void)
{
	test_good();
	test_bad();
	test_control();
	return tap_done();
}
