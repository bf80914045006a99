/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record takes from --set and from record files. */
#include "eliloader/record.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

static void test_set(void)
{
	static const struct {
		const char *text, *path, *value;
		int r;
	} cases[] = {
		{ "install-repository=http://h/?a=b", "other-config/install-repository",
		  "http://h/?a=b", 0 },
		{ "debian-release=bookworm", "other-config/debian-release", "bookworm",
		  0 },
		{ "other-config:x/../y =  two ", "other-config/x/../y ", "  two ", 0 },
		{ "platform:pv-kernel-max-size=1", "platform/pv-kernel-max-size", "1",
		  0 },
		{ "PV-bootloader=pygrub", "PV-bootloader", "pygrub", 0 },
		{ "PV-bootloader-args=", "PV-bootloader-args", "", 0 },
		{ "PV-args=-- quiet", "PV-args", "-- quiet", 0 },
		{ "other-config:=x", NULL, NULL, -EINVAL },
		{ "platform:=x", NULL, NULL, -EINVAL },
		{ "install-repository", NULL, NULL, -EINVAL },
		{ "=x", NULL, NULL, -EINVAL },
		{ "", NULL, NULL, -EINVAL },
		{ "uuid=x", NULL, NULL, -EINVAL },
		{ "PV-bootloader-argss=x", NULL, NULL, -EINVAL },
		{ "kernel=/boot/x", NULL, NULL, -EINVAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autorecord struct record r;

		record_init(&r);
		is_int(record_set(&r, cases[i].text), cases[i].r, cases[i].text);
		if (cases[i].path)
			is_str(record_get(&r, cases[i].path), cases[i].value,
			       cases[i].path);
		else
			is_int((long long)r.keys.count, 0, "and nothing is kept");
	}
}

static void test_get(void)
{
	autorecord struct record r;

	record_init(&r);
	(void)record_set(&r, "other-config:k=1"); /* looked at below */
	(void)record_set(&r, "platform:k=2");
	is_str(record_other(&r, "k"), "1", "a key of other-config");
	is_str(record_platform(&r, "k"), "2", "the same key of platform");
	is_str(record_other(&r, "K"), NULL, "keys keep their case");
	(void)record_set(&r, "other-config:k=3");
	is_str(record_other(&r, "k"), "3", "the last word counts");
	(void)tree_set(&r.keys, "other-config/nul", "a\0b", 3);
	is_str(record_other(&r, "nul"), NULL, "a NUL inside: no text");
}

/* Parse a copy of @text; the result, and the line in *@line. */
static int parse(struct record *r, const char *text, size_t len, size_t *line)
{
	autofree char *copy = malloc(len + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*line = 0;
	return record_parse(r, copy, len, line);
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
		{ "comments and blanks", TEXT("# a\n\n \t\n  # b=c\n"), 0, 0, 0 },
		{ "no final newline", TEXT("install-args=1\n\tinstall-arch=2"), 0, 2, 0 },
		{ "an unknown key", TEXT("install-args=1\n\nname=x\n"), 3, 1, -EBADMSG },
		{ "a misspelt key", TEXT("install-repositry=x\n"), 1, 0, -EBADMSG },
		{ "a blank before the sign", TEXT("install-args = x\n"), 1, 0, -EBADMSG },
		{ "no key", TEXT("install-args=1\nwords\n"), 2, 1, -EBADMSG },
		{ "a NUL", TEXT("#\ninstall-args=1\0\n"), 2, 0, -EBADMSG },
		{ "a NUL in a comment", TEXT("#\0\n"), 1, 0, -EBADMSG },
#undef TEXT
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autorecord struct record r;
		size_t line;
		int ret;

		record_init(&r);
		ret = parse(&r, cases[i].text, cases[i].len, &line);
		ok(ret == cases[i].r && line == cases[i].line &&
			   r.keys.count == cases[i].keys,
		   "a file: %s", cases[i].name);
	}
}

static void test_many(void)
{
	autorecord struct record r;
	char text[64];
	int ret = 0, i;

	record_init(&r);
	for (i = 0; i < RECORD_KEYS_MAX && ret == 0; i++) {
		(void)snprintf(text, sizeof(text), "other-config:%08d=x", i);
		ret = record_set(&r, text);
	}
	ok(ret == 0 && i == RECORD_KEYS_MAX, "as many keys as may be");
	is_int(record_set(&r, "other-config:one-more=x"), -E2BIG, "one more");
	is_int(record_set(&r, "other-config:00000000=y"), 0, "one that is there");
}

int main(void)
{
	test_set();
	test_get();
	test_parse();
	test_many();
	return tap_done();
}
