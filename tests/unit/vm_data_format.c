/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys as JSON, shell assignments and an environment file; the environment file is read
 * back by the rules of systemd's parser, stated again here. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "guest-agent/vm_data_format.h"
#include "guest-agent/vm_data_options.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

#define V(text) text, sizeof(text) - 1

struct pair {
	const char *key, *value;
	size_t len;
};

static void keep(const char **text, size_t which)
{
	static char kept[2][64];

	if (*text)
		(void)snprintf(kept[which], sizeof(kept[which]), "%s", *text);
	*text = *text ? kept[which] : NULL;
}

/* What is written for @pairs (free() it), or NULL and the fault. */
static char *format(enum vm_data_format how, const struct pair *pairs, size_t count,
		    struct vm_data_fault *fault, size_t *ret_len, int *ret_r)
{
	autofree struct tree_entry *keys = NULL;
	autotree struct tree nodes = { 0 };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, ret_len);

	for (size_t i = 0; i < count; i++)
		(void)tree_set(&nodes, pairs[i].key, pairs[i].value, pairs[i].len);
	(void)vm_data_keys(&nodes, &keys, &n);
	*ret_r = vm_data_format(f, how, keys, n, fault);
	(void)fclose(f);
	keep(&fault->key, 0); /* they are the tree's */
	keep(&fault->other, 1);
	return text;
}

static const struct {
	const char *name;
	struct pair pair[4];
	/* NULL: refused, and nothing written */
	const char *json, *shell, *env;
} cases[] = {
	{ "no keys", { { 0 } }, "{}\n", "", "" },
	{ "plain",
	  { { "foo", V("bar") } },
	  "{\n  \"foo\": \"bar\"\n}\n",
	  "VM_DATA_FOO='bar'\n",
	  "VM_DATA_FOO=\"bar\"\n" },
	{ "empty",
	  { { "foo", V("") } },
	  "{\n  \"foo\": \"\"\n}\n",
	  "VM_DATA_FOO=''\n",
	  "VM_DATA_FOO=\"\"\n" },
	{ "by byte value: '-' before '/', capitals first",
	  { { "a/b", V("3") }, { "a-b/c", V("2") }, { "B", V("1") }, { "a", V("") } },
	  "{\n  \"B\": \"1\",\n  \"a-b/c\": \"2\",\n  \"a/b\": \"3\"\n}\n",
	  "VM_DATA_A_B='3'\nVM_DATA_A_B_C='2'\nVM_DATA_B='1'\n",
	  "VM_DATA_A_B=\"3\"\nVM_DATA_A_B_C=\"2\"\nVM_DATA_B=\"1\"\n" },
	{ "a directory is a key when it has a value",
	  { { "a", V("1") }, { "a/b", V("2") } },
	  "{\n  \"a\": \"1\",\n  \"a/b\": \"2\"\n}\n",
	  "VM_DATA_A='1'\nVM_DATA_A_B='2'\n",
	  "VM_DATA_A=\"1\"\nVM_DATA_A_B=\"2\"\n" },
	{ "names stay harmless",
	  { { "PATH", V("/x") },
	    { "LD_PRELOAD", V("y") },
	    { "0", V("z") },
	    { "@", V("") } },
	  "{\n  \"0\": \"z\",\n  \"@\": \"\",\n  \"LD_PRELOAD\": \"y\",\n  \"PATH\": "
	  "\"/x\"\n}\n",
	  "VM_DATA_0='z'\nVM_DATA_LD_PRELOAD='y'\nVM_DATA_PATH='/x'\nVM_DATA__=''\n",
	  "VM_DATA_0=\"z\"\nVM_DATA_LD_PRELOAD=\"y\"\nVM_DATA_PATH=\"/"
	  "x\"\nVM_DATA__=\"\"\n" },
	{ "quotes, expansions, backslashes",
	  { { "k", V("'\"$(id)`id`\\n;#!\\") } },
	  "{\n  \"k\": \"'\\\"$(id)`id`\\\\n;#!\\\\\"\n}\n",
	  "VM_DATA_K=''\\''\"$(id)`id`\\n;#!\\'\n",
	  "VM_DATA_K=\"'\\\"\\$(id)\\`id\\`\\\\n;#!\\\\\"\n" },
	{ "newline and tab",
	  { { "k", V("a\n\tb\n") } },
	  "{\n  \"k\": \"a\\n\\tb\\n\"\n}\n",
	  "VM_DATA_K='a\n\tb\n'\n",
	  "VM_DATA_K=\"a\n\tb\n\"\n" },
	{ "UTF-8",
	  { { "k", V("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") } },
	  "{\n  \"k\": \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"\n}\n",
	  "VM_DATA_K='\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'\n",
	  "VM_DATA_K=\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"\n" },
	{ "no UTF-8", { { "k", V("\xff") } }, NULL, "VM_DATA_K='\xff'\n", NULL },
	{ "half a sequence",
	  { { "k", V("\xe2\x82") } },
	  NULL,
	  "VM_DATA_K='\xe2\x82'\n",
	  NULL },
	{ "overlong", { { "k", V("\xc0\xaf") } }, NULL, "VM_DATA_K='\xc0\xaf'\n", NULL },
	{ "a surrogate",
	  { { "k", V("\xed\xa0\x80") } },
	  NULL,
	  "VM_DATA_K='\xed\xa0\x80'\n",
	  NULL },
	{ "a noncharacter",
	  { { "k", V("\xef\xbf\xbf") } },
	  "{\n  \"k\": \"\xef\xbf\xbf\"\n}\n",
	  "VM_DATA_K='\xef\xbf\xbf'\n",
	  NULL },
	{ "a control character",
	  { { "k", V("\x1b[2J") } },
	  "{\n  \"k\": \"\\u001B[2J\"\n}\n",
	  "VM_DATA_K='\x1b[2J'\n",
	  NULL },
	{ "carriage return",
	  { { "k", V("a\r\n") } },
	  "{\n  \"k\": \"a\\r\\n\"\n}\n",
	  "VM_DATA_K='a\r\n'\n",
	  NULL },
	{ "a NUL", { { "k", V("a\0b") } }, "{\n  \"k\": \"a\\u0000b\"\n}\n", NULL, NULL },
	{ "one name from two keys",
	  { { "a/b", V("1") }, { "a-b", V("2") } },
	  "{\n  \"a-b\": \"2\",\n  \"a/b\": \"1\"\n}\n",
	  NULL,
	  NULL },
	{ "one name, capitals apart, equal values",
	  { { "foo", V("1") }, { "Foo", V("1") } },
	  "{\n  \"Foo\": \"1\",\n  \"foo\": \"1\"\n}\n",
	  NULL,
	  NULL },
};

static void test_one(size_t i, enum vm_data_format how, const char *want,
		     const char *kind)
{
	struct vm_data_fault fault = { 0 };
	autofree char *got = NULL;
	size_t count = 0, len = 0;
	char name[128];
	int r;

	while (count < 4 && cases[i].pair[count].key)
		count++;
	got = format(how, cases[i].pair, count, &fault, &len, &r);
	(void)snprintf(name, sizeof(name), "%s: %s", kind, cases[i].name);
	is_str(got, want ? want : "", name);
	is_int(r, want ? 0 : -EILSEQ, name);
	ok(want ? !fault.key : fault.key && fault.why, "%s: told why", name);
}

static void test_pairs_told(void)
{
	static const struct pair pairs[] = { { "a/b", V("1") },
					     { "x", V("") },
					     { "a-b", V("2") } };
	struct vm_data_fault fault = { 0 };
	size_t len = 0;
	int r;

	free(format(VM_DATA_SHELL, pairs, 3, &fault, &len, &r));
	is_str(fault.key, "a-b", "one name: the first key");
	is_str(fault.other, "a/b", "one name: the second key");
}

/* What systemd takes out of one assignment written by us: NAME="...", its double-quote
 * state only; NULL when it would see anything else. */
static char *systemd_value(const char *line, size_t len)
{
	const char *p = memchr(line, '=', len), *end = line + len;
	char *value = calloc(1, len + 1), *v = value;

	if (!p || p[1] != '"')
		return value;
	for (p += 2; p < end && *p != '"'; p++) {
		if (*p == '\\' && p + 1 < end && strchr("\"\\`$", p[1]))
			*v++ = *++p;
		else if (*p == '\\' && p + 1 < end && p[1] == '\n')
			p++; /* a continued line */
		else
			*v++ = *p;
	}
	return value;
}

/* Every character that an environment file can hold, each with the others around it. */
static void test_env_round_trip(void)
{
	char value[512] = "";
	size_t n = 0, len = 0;
	struct vm_data_fault fault = { 0 };
	autofree char *text = NULL, *back = NULL;
	int r;

	for (int c = 1; c < 127; c++)
		if (c >= ' ' || c == '\n' || c == '\t') {
			value[n++] = (char)c;
			value[n++] = '\\';
			value[n++] = (char)c;
		}
	text = format(VM_DATA_ENV, &(struct pair){ "k", value, n }, 1, &fault, &len, &r);
	back = systemd_value(text, len);
	is_int(r, 0, "env: all of ASCII");
	is_str(back, value, "env: read back by systemd's rules");
}

static void test_json_round_trip(void)
{
	char value[128];
	size_t len = 0;
	struct vm_data_fault fault = { 0 };
	autofree char *text = NULL;
	json_t *back, *k;
	int r;

	for (int c = 0; c < 128; c++)
		value[c] = (char)c;
	text = format(VM_DATA_JSON, &(struct pair){ "k", value, 128 }, 1, &fault, &len,
		      &r);
	back = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
	k = json_object_get(back, "k");
	ok(json_string_length(k) == 128 && memcmp(json_string_value(k), value, 128) == 0,
	   "json: read back, all of ASCII with the NUL");
	json_decref(back);
}

static void test_visible(void)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} rows[] = {
		{ V("plain\n\t"), "plain\n\t" },
		{ V("\x1b[2J\r\x7f"), "\\x1b[2J\\x0d\\x7f" },
		{ V("a\0b"), "a\\x00b" },
		{ V("\xc3\xa9\xff"), "\xc3\xa9\\xff" },
		{ V("\xc2\x9b"), "\\xc2\\x9b" }, /* CSI in 8 bits */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autofree char *got = NULL;
		size_t len;
		FILE *f = open_memstream(&got, &len);

		vm_data_print_visible(f, rows[i].text, rows[i].len);
		(void)fclose(f);
		is_str(got, rows[i].want, "what a terminal may see");
	}
}

static void test_seconds(void)
{
	static const struct {
		const char *text;
		int r;
		unsigned ms;
	} rows[] = {
		{ "0", 0, 0 },
		{ "1", 0, 1000 },
		{ "1.5", 0, 1500 },
		{ ".25", 0, 250 },
		{ "2.", 0, 2000 },
		{ "0.0001", 0, 1 },
		{ "0.0010", 0, 1 },
		{ "0.9999", 0, 1000 },
		{ "1000000", 0, 1000000000 },
		{ "", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1s", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
		{ "1234567890", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t ms = 0;
		int r = vm_data_parse_seconds(rows[i].text, &ms);

		ok(r == rows[i].r && (r < 0 || ms == rows[i].ms), "seconds: '%s'",
		   rows[i].text);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_one(i, VM_DATA_JSON, cases[i].json, "json");
		test_one(i, VM_DATA_SHELL, cases[i].shell, "shell");
		test_one(i, VM_DATA_ENV, cases[i].env, "env");
	}
	test_pairs_told();
	test_env_round_trip();
	test_json_round_trip();
	test_visible();
	test_seconds();
	return tap_done();
}
