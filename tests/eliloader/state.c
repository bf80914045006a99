/* SPDX-License-Identifier: BSD-2-Clause */
/* A state's text: what is written is read again, and nothing can be forged in it. */
#include "eliloader/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

static int parse(struct state *s, const char *text, size_t len, size_t *line)
{
	autofree char *copy = malloc(len + 1);

	if (!copy)
		abort();
	memcpy(copy, text, len);
	copy[len] = '\0';
	*line = 0;
	return state_parse(s, copy, len, line);
}

static void test_changes(void)
{
	static const struct {
		struct change change;
		const char *text; /* NULL: refused */
	} cases[] = {
		{ { CHANGE_OTHER_CONFIG_SET, "install-round", "2", 0 },
		  "# web\nother-config:install-round=2\n" },
		{ { CHANGE_OTHER_CONFIG_REMOVE, "install-distro", "", 0 },
		  "# web\n-other-config:install-distro\n" },
		{ { CHANGE_PLATFORM_SET, "pv-kernel-max-size", "1", 0 },
		  "# web\nplatform:pv-kernel-max-size=1\n" },
		{ { CHANGE_PLATFORM_REMOVE, "a", "", 0 }, "# web\n-platform:a\n" },
		{ { CHANGE_BOOTLOADER, "", "pygrub", 0 },
		  "# web\nPV-bootloader=pygrub\n" },
		{ { CHANGE_BOOTLOADER_ARGS, "", "--kernel /a=b --x ", 0 },
		  "# web\nPV-bootloader-args=--kernel /a=b --x \n" },
		{ { CHANGE_OTHER_CONFIG_SET, "a/b#c d", "", 0 },
		  "# web\nother-config:a/b#c d=\n" },
		{ { CHANGE_OTHER_CONFIG_SET, "a=b", "c", 0 }, NULL },
		{ { CHANGE_OTHER_CONFIG_SET, "a\nb", "c", 0 }, NULL },
		{ { CHANGE_OTHER_CONFIG_SET, "a", "c\nPV-bootloader=x", 0 }, NULL },
		{ { CHANGE_OTHER_CONFIG_SET, "", "c", 0 }, NULL },
		{ { CHANGE_OTHER_CONFIG_REMOVE, "a\nb", "", 0 }, NULL },
		{ { CHANGE_BOOTABLE, "", "true", 0 }, NULL },
		{ { CHANGE_DESTROY_VBD, "", "", 0 }, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autostate struct state s;
		autofree char *text = NULL;
		size_t len, line;
		int r;

		state_init(&s);
		r = state_change(&s, &cases[i].change);
		if (!cases[i].text) {
			ok(r == -EINVAL && s.keys.count == 0, "refused, %zu", i);
			continue;
		}
		if (r < 0 || state_format(&s, "web", &text, &len) < 0)
			text = NULL;
		is_str(text, cases[i].text, "a change as text");
		if (text) {
			autostate struct state again;

			state_init(&again);
			ok(parse(&again, text, len, &line) == 0 &&
				   tree_equal(&again.keys, &s.keys),
			   "it is read again");
		}
	}
}

static void test_comment(void)
{
	autostate struct state s;
	autofree char *text = NULL;
	size_t len;

	state_init(&s);
	(void)state_format(&s, "a\nPV-bootloader=x\x1b", &text, &len); /* seen below */
	is_str(text, "# a\\nPV-bootloader=x\\x1b\n", "a name cannot forge a line");
}

static void test_parse(void)
{
	static const struct {
		const char *name, *text;
		size_t len, line, keys;
		int r;
	} cases[] = {
#define TEXT(t) t, sizeof(t) - 1
		{ "nothing", TEXT(""), 0, 0, 0 },
		{ "comments", TEXT("#\n\n# x\n"), 0, 0, 0 },
		{ "no final newline", TEXT("other-config:a=b"), 0, 1, 0 },
		{ "removed and set: the last counts",
		  TEXT("-other-config:a\nother-config:a=b\n"), 0, 1, 0 },
		{ "no such key", TEXT("#\nname=x\n"), 2, 0, -EBADMSG },
		{ "no such key removed", TEXT("-name\n"), 1, 0, -EBADMSG },
		{ "no key removed", TEXT("-\n"), 1, 0, -EBADMSG },
		{ "words", TEXT("other-config:a\n"), 1, 0, -EBADMSG },
		{ "a NUL", TEXT("other-config:a=b\0c\n"), 1, 0, -EBADMSG },
#undef TEXT
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autostate struct state s;
		size_t line;
		int r;

		state_init(&s);
		r = parse(&s, cases[i].text, cases[i].len, &line);
		ok(r == cases[i].r && line == cases[i].line &&
			   s.keys.count == cases[i].keys,
		   "a state: %s", cases[i].name);
	}
}

static void test_apply(void)
{
	static const char text[] = "-other-config:install-distro\n-other-config:absent\n"
				   "other-config:install-round=2\nPV-bootloader=pygrub\n";
	autostate struct state s;
	autorecord struct record r;
	size_t line;

	state_init(&s);
	record_init(&r);
	(void)record_set(&r, "install-distro=rhlike"); /* seen below */
	(void)record_set(&r, "install-round=1");
	(void)record_set(&r, "install-repository=cdrom");
	ok(parse(&s, text, strlen(text), &line) == 0 && state_apply(&s, &r) == 0,
	   "laid over a record");
	is_str(record_other(&r, "install-distro"), NULL, "removed");
	is_str(record_other(&r, "install-round"), "2", "replaced");
	is_str(record_other(&r, "install-repository"), "cdrom", "left alone");
	is_str(record_get(&r, "PV-bootloader"), "pygrub", "added");
}

static void test_encode(void)
{
	static const char *const cases[][2] = {
		{ "web", "web" },	  { "Web_1-a", "Web_1-a" },
		{ "..", "%2E%2E" },	  { "a/b", "a%2Fb" },
		{ "a%2Fb", "a%252Fb" },	  { "\n\xc3\xa9", "%0A%C3%A9" },
		{ ".state", "%2Estate" }, { "", NULL },
	};
	char long_name[STATE_NAME_MAX + 1], out[STATE_NAME_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int r = state_encode(cases[i][0], out);

		if (cases[i][1])
			is_str(r == 0 ? out : NULL, cases[i][1], "a name as a file's");
		else
			is_int(r, -EINVAL, "no name");
	}
	memset(long_name, 'a', sizeof(long_name));
	long_name[STATE_NAME_MAX] = '\0';
	is_int(state_encode(long_name, out), -ENAMETOOLONG, "a long one");
	memset(long_name, '/', sizeof(long_name));
	long_name[STATE_NAME_MAX / 3] = '\0';
	is_int(state_encode(long_name, out), -ENAMETOOLONG, "one that is long encoded");
}

int main(void)
{
	test_changes();
	test_comment();
	test_parse();
	test_apply();
	test_encode();
	return tap_done();
}
