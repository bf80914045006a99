/* SPDX-License-Identifier: BSD-2-Clause */
/* What of a xenstore-data map is written, ignored and refused. */
#include <errno.h>
#include <stdlib.h>

#include "guest-agent/vm_data_map.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "tests/tap.h"

#define V(text) text, sizeof(text) - 1

static const struct {
	const char *name;
	const char *map;
	size_t len;
	/* lines key = "value", or NULL: refused */
	const char *nodes;
	/* the sentences, a line each, problems "! ...", ignored keys "- ..." */
	const char *said;
} cases[] = {
	{ "one line", V("vm-data/foo=bar\n"), "foo = \"bar\"\n", "" },
	{ "no newline at the end", V("vm-data/foo=bar"), "foo = \"bar\"\n", "" },
	{ "CRLF", V("vm-data/foo=bar\r\nvm-data/x=\r\n"), "foo = \"bar\"\nx = \"\"\n",
	  "" },
	{ "a carriage return inside stays", V("vm-data/foo=a\rb\n"), "foo = \"a\\rb\"\n",
	  "" },
	{ "empty lines", V("\n\nvm-data/foo=bar\n\n\r\n"), "foo = \"bar\"\n", "" },
	{ "nothing", V(""), "", "" },
	{ "only blank", V("\n \n"), "", "- line 2: ' ': not below vm-data/, ignored\n" },
	{ "empty value", V("vm-data/foo=\n"), "foo = \"\"\n", "" },
	{ "the first '=' divides", V("vm-data/foo=a=b==\n"), "foo = \"a=b==\"\n", "" },
	{ "spaces belong to the value", V("vm-data/foo= a b \n"), "foo = \" a b \"\n",
	  "" },
	{ "any bytes in a value", V("vm-data/foo=\0\x01\xff\n"),
	  "foo = \"\\x00\\x01\\xff\"\n", "" },
	{ "parents are made", V("vm-data/a/b/c=1\n"),
	  "a = \"\"\na/b = \"\"\na/b/c = \"1\"\n", "" },
	{ "a key above another keeps its value", V("vm-data/a/b=2\nvm-data/a=1\n"),
	  "a = \"1\"\na/b = \"2\"\n", "" },
	{ "all characters of a key", V("vm-data/aZ09-_@/x=1\n"),
	  "aZ09-_@ = \"\"\naZ09-_@/x = \"1\"\n", "" },
	{ "not below vm-data/",
	  V("FIST/a=1\nvm-data=2\nvm-dataX/y=3\n# a note\nVM-DATA/a=1\n"
	    "/vm-data/a=1\n vm-data/a=1\n"),
	  "",
	  "- line 1: 'FIST/a': not below vm-data/, ignored\n"
	  "- line 2: 'vm-data': not below vm-data/, ignored\n"
	  "- line 3: 'vm-dataX/y': not below vm-data/, ignored\n"
	  "- line 4: '# a note': not below vm-data/, ignored\n"
	  "- line 5: 'VM-DATA/a': not below vm-data/, ignored\n"
	  "- line 6: '/vm-data/a': not below vm-data/, ignored\n"
	  "- line 7: ' vm-data/a': not below vm-data/, ignored\n" },
	{ "no '='", V("vm-data/foo\n"), NULL,
	  "! line 1: 'vm-data/foo': no '=' in the line\n" },
	{ "vm-data/ alone", V("vm-data/=x\n"), NULL,
	  "! line 1: 'vm-data/': no key after vm-data/\n" },
	{ "a second slash", V("vm-data//x=1\n"), NULL,
	  "! line 1: 'vm-data//x': a key has A-Z a-z 0-9 - _ @ and single slashes "
	  "inside\n" },
	{ "an empty part", V("vm-data/a//b=1\n"), NULL,
	  "! line 1: 'vm-data/a//b': a key has A-Z a-z 0-9 - _ @ and single slashes "
	  "inside\n" },
	{ "a slash at the end", V("vm-data/a/=1\n"), NULL,
	  "! line 1: 'vm-data/a/': a key has A-Z a-z 0-9 - _ @ and single slashes "
	  "inside\n" },
	{ "dots", V("vm-data/../name=x\n"), NULL,
	  "! line 1: 'vm-data/../name': a key has A-Z a-z 0-9 - _ @ and single slashes "
	  "inside\n" },
	{ "a space before '='", V("vm-data/a =1\n"), NULL,
	  "! line 1: 'vm-data/a ': a key has A-Z a-z 0-9 - _ @ and single slashes "
	  "inside\n" },
	{ "a NUL in a key", V("vm-data/a\0b=1\n"), NULL,
	  "! line 1: 'vm-data/a': a NUL byte in the key\n" },
	{ "given twice", V("vm-data/a=1\nvm-data/b=1\nvm-data/a=1\n"), NULL,
	  "! line 3: 'vm-data/a': the key was given before\n" },
	{ "every problem is told",
	  V("vm-data/a b=1\nvm-data/ok=1\nvm-data/c\nvm-data/ok=\n"), NULL,
	  "! line 1: 'vm-data/a b': a key has A-Z a-z 0-9 - _ @ and single slashes "
	  "inside\n"
	  "! line 3: 'vm-data/c': no '=' in the line\n"
	  "! line 4: 'vm-data/ok': the key was given before\n" },
	{ "a byte order mark", V("\xef\xbb\xbfvm-data/a=1\n"), NULL,
	  "! line 1: a byte order mark; a map starts with its first key\n" },
	{ "UTF-16", V("\xff\xfev\0m\0"), NULL,
	  "! line 1: a byte order mark; a map starts with its first key\n" },
	{ "an array", V("\n[\"vm-data/a\"]\n"), NULL,
	  "! line 1: a JSON array; a map is a JSON object or lines\n" },
	{ "an object",
	  V(" {\"vm-data/b\": \"2\", \"vm-data/a/x\": \"\", \"FIST/x\": \"y\"}"),
	  "a = \"\"\na/x = \"\"\nb = \"2\"\n",
	  "- 'FIST/x': not below vm-data/, ignored\n" },
	{ "an empty object", V("{}"), "", "" },
	{ "escapes, NUL and UTF-8",
	  V("{\"vm-data/a\": \"\\n\\u0000\\u00e9\", \"vm-data/b\": \"\xc3\xa9=\"}"),
	  "a = \"\\n\\x00\\xc3\\xa9\"\nb = \"\\xc3\\xa9=\"\n", "" },
	{ "values that are no strings",
	  V("{\"vm-data/a\": 1, \"vm-data/b\": {\"c\": \"d\"}, \"vm-data/e\": null, "
	    "\"x\": 1}"),
	  NULL,
	  "! 'vm-data/a': the value is not a JSON string\n"
	  "! 'vm-data/b': the value is not a JSON string\n"
	  "! 'vm-data/e': the value is not a JSON string\n"
	  "- 'x': not below vm-data/, ignored\n" },
	{ "a bad key in an object", V("{\"vm-data/a.b\": \"1\"}"), NULL,
	  "! 'vm-data/a.b': a key has A-Z a-z 0-9 - _ @ and single slashes inside\n" },
	{ "an object cut short", V("{\"vm-data/a\": \"1\",\n"), NULL,
	  "! line 2: not JSON: string or '}' expected near end of file\n" },
	{ "a member twice", V("{\"vm-data/a\": \"1\",\n\"vm-data/a\": \"2\"}"), NULL,
	  "! line 2: not JSON: duplicate object key near '\"vm-data/a\"'\n" },
	{ "two objects", V("{}\n{}"), NULL,
	  "! line 2: not JSON: end of file expected near '{'\n" },
};

static char said[1 << 16];

static void say(char mark, const char *text)
{
	size_t n = strlen(said);

	(void)snprintf(said + n, sizeof(said) - n, "%c %s\n", mark, text);
}

static void problem(void *arg, const char *text)
{
	(void)arg;
	say('!', text);
}

static void ignored(void *arg, const char *text)
{
	(void)arg;
	say('-', text);
}

static const struct vm_data_map_sink sink = { problem, ignored, NULL };

/* The nodes as text (free() it), or NULL when refused; the sentences are in said. */
static char *read_map(const char *map, size_t len, int *ret_r)
{
	autotree struct tree nodes = { 0 };
	char *text = NULL;
	size_t text_len;
	FILE *f;

	said[0] = '\0';
	*ret_r = vm_data_map_read(map, len, &sink, &nodes);
	if (*ret_r < 0)
		return NULL;
	f = open_memstream(&text, &text_len);
	for (size_t i = 0; i < nodes.count; i++) {
		char value[8192];

		log_escape(value, sizeof(value), nodes.entry[i].value,
			   nodes.entry[i].value_len);
		(void)fprintf(f, "%s = \"%s\"\n", nodes.entry[i].path, value);
	}
	(void)fclose(f);
	return text;
}

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r;
		autofree char *nodes = read_map(cases[i].map, cases[i].len, &r);

		is_str(nodes, cases[i].nodes, cases[i].name);
		is_str(said, cases[i].said, cases[i].name);
		is_int(r, cases[i].nodes ? 0 : -EBADMSG, cases[i].name);
	}
}

/* "vm-data/" and @n times @unit, "=" and @m times 'v' */
static char *make_line(const char *unit, size_t n, size_t m)
{
	char *text = calloc(1, strlen("vm-data/=\n") + n * strlen(unit) + m + 1),
	     *p = text;

	p = stpcpy(p, "vm-data/");
	for (size_t i = 0; i < n; i++)
		p = stpcpy(p, unit);
	*p++ = '=';
	memset(p, 'v', m);
	return text;
}

static void test_line(const char *name, char *line, const char *complaint)
{
	autofree char *nodes = NULL;
	int r;

	nodes = read_map(line, strlen(line), &r);
	if (complaint)
		ok(r == -EBADMSG && strstr(said, complaint), "%s: refused", name);
	else
		ok(r == 0 && nodes && !*said, "%s: taken", name);
	free(line);
}

static void test_limits(void)
{
	test_line("a value of 2048 bytes", make_line("k", 1, 2048), NULL);
	test_line("a value of 2049 bytes", make_line("k", 1, 2049),
		  "'vm-data/k': a value of 2049 bytes, at most 2048 are allowed");
	test_line("a key of 996 bytes", make_line("k", 996, 1), NULL);
	test_line("a key of 997 bytes", make_line("k", 997, 1),
		  "997 bytes after vm-data/, at most 996 are allowed");
	test_line("a key of 600 levels", make_line("/a", 600, 1),
		  "601 levels below vm-data, at most 512 are allowed");
}

/* @n keys: a number of three digits or more between @before and @after. */
static char *many(unsigned n, const char *before, const char *after)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (unsigned i = 0; i < n; i++)
		(void)fprintf(f, "vm-data/%s%03u%s=v\n", before, i, after);
	(void)fclose(f);
	return text;
}

static void test_quota(void)
{
	test_line(
		"999 keys of 4 bytes", many(999, "d", ""),
		"'vm-data': the names below take 4995 bytes, at most 4096 can be listed");
	test_line("999 keys of 3 bytes", many(999, "", ""), NULL);
	test_line("1000 keys", many(1000, "", ""), "more than the 1000 nodes");
	test_line("5000 keys", many(5000, "", ""), "more than the 1000 nodes");
	test_line("499 keys in directories", many(499, "", "/x"), NULL);
	test_line("500 keys in directories", many(500, "", "/x"),
		  "more than the 1000 nodes");
	test_line("105 long names",
		  many(105, "dir/a-name-of-forty-bytes-that-fills-a-", ""), NULL);
	test_line("106 long names",
		  many(106, "dir/a-name-of-forty-bytes-that-fills-a-", ""),
		  "'vm-data/dir': the names below take 4134 bytes");
}

int main(void)
{
	test_cases();
	test_limits();
	test_quota();
	return tap_done();
}
