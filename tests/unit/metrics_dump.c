/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "dom0-tools/metrics_dump.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

static const struct {
	const char *name, *text;
	int r;
	size_t line;
	const char *want; /* as tree_print() writes it */
} dumps[] = {
	{ "empty", "", 0, 0, "" },
	{ "relative", "data/os_name = \"x\"\nattr/vif/0/ipv4/0 = \"10.0.0.1\"\n", 0, 0,
	  "attr/vif/0/ipv4/0 = \"10.0.0.1\"\ndata/os_name = \"x\"\n" },
	{ "no newline at the end, an empty line", "\na = \"1\"", 0, 0, "a = \"1\"\n" },
	{ "one home", "/local/domain/5 = \"\"\n/local/domain/5/a/b = \"1\"\n", 0, 0,
	  "a/b = \"1\"\n" },
	{ "a home without its own node", "/local/domain/12/a = \"1\"", 0, 0,
	  "a = \"1\"\n" },
	{ "escapes", "a = \"x\\ny\\t\\\\ \\x41 \\101\"", 0, 0,
	  "a = \"x\\ny\\t\\\\ A A\"\n" },
	{ "two homes", "/local/domain/5/a = \"1\"\n/local/domain/50/a = \"1\"", -EXDEV, 0,
	  NULL },
	{ "a home and a relative path", "/local/domain/5/a = \"1\"\nb = \"1\"", -EXDEV, 0,
	  NULL },
	{ "the whole store", "/ = \"\"\n/tool = \"\"", -EXDEV, 0, NULL },
	{ "no domain", "/local/domain/x/a = \"1\"", -EXDEV, 0, NULL },
	{ "no value", "a = \"1\"\nb\n", -EBADMSG, 2, NULL },
	{ "no quote", "a = 1\n", -EBADMSG, 1, NULL },
	{ "no path", " = \"1\"\n", -EBADMSG, 1, NULL },
	{ "a path that no store has", "a b = \"1\"\n", -EBADMSG, 1, NULL },
};

static char *show(const struct tree *t)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	tree_print(out, t);
	fclose(out);
	return text;
}

static int read_text(const char *text, size_t len, struct tree *ret_home,
		     size_t *ret_line)
{
	autofclose FILE *in = tmpfile();

	if (!in || fwrite(text, 1, len, in) != len)
		abort();
	rewind(in);
	return metrics_dump_read(fileno(in), ret_home, ret_line);
}

int main(void)
{
	autofree char *big = malloc(METRICS_DUMP_MAX + 1);
	autotree struct tree unread = { 0 };
	size_t line;

	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		autotree struct tree home = { 0 };
		autofree char *got = NULL;
		int r = read_text(dumps[i].text, strlen(dumps[i].text), &home, &line);

		ok(r == dumps[i].r && line == dumps[i].line, "%s: %d, line %zu",
		   dumps[i].name, r, line);
		got = show(&home);
		is_str(got, dumps[i].want ? dumps[i].want : "", dumps[i].name);
	}
	if (!big)
		abort();
	memset(big, '\n', METRICS_DUMP_MAX + 1);
	is_int(read_text(big, METRICS_DUMP_MAX + 1, &unread, &line), -EFBIG, "too long");
	is_int(read_text("a = \"\0\"", 8, &unread, &line), -EBADMSG, "a NUL");
	return tap_done();
}
