/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "dom0-tools/metrics_table.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

/* Columns as metrics_table.h lists them. */
enum {
	NAME = 1,
	OS,
	AGENT,
	FREE,
	ADDRESSES,
};

struct leaf {
	const char *path, *value;
};

static struct metrics_row row_of(const char *name, const struct leaf *leaf, size_t count)
{
	autotree struct tree t = { 0 };
	autorecord struct metrics_record rec = { 0 };
	struct metrics_row row;

	for (size_t i = 0; i < count; i++)
		tree_setf(&t, leaf[i].path, "%s", leaf[i].value);
	if (metrics_record_new(&t, &rec) < 0)
		abort();
	metrics_row_fill(&row, 5, name, &rec);
	return row;
}

#define ROW(name, ...)                                                                   \
	row_of((name), (const struct leaf[]){ __VA_ARGS__ },                             \
	       sizeof((const struct leaf[]){ __VA_ARGS__ }) / sizeof(struct leaf))

static void test_cells(void)
{
	struct metrics_row row = row_of("", NULL, 0);

	for (int c = NAME; c < METRICS_COLUMNS; c++)
		is_str(row.cell[c], "-", "nothing is published");
	row = ROW("web", { "data/os_distro", "debian" },
		  { "attr/PVAddons/MajorVersion", "x" },
		  { "data/meminfo_free", "10239" });
	is_str(row.cell[OS], "debian", "the distribution where there is no name");
	is_str(row.cell[AGENT], "unknown", "an agent that XAPI does not take");
	is_str(row.cell[FREE], "10239 KiB", "little memory");
	row = ROW("web", { "attr/PVAddons/MajorVersion", "8" },
		  { "attr/PVAddons/MinorVersion", "4" },
		  { "data/meminfo_free", "10240" });
	is_str(row.cell[AGENT], "8.4", "what was not given is not shown");
	is_str(row.cell[FREE], "10 MiB", "more memory");
	row = ROW("\033[2J\n",
		  { "data/os_name", "0123456789012345678901234567890123456789" },
		  { "attr/vif/0/ipv4/0", "" });
	is_str(row.cell[NAME], "\\x1b[2J\\n", "a hostile name");
	is_str(row.cell[OS], "0123456789012345678901234567890123456789", "just fits");
	is_str(row.cell[ADDRESSES], "-", "empty addresses are none");
	row = ROW("web", { "data/os_name", "0123456789012345678901234567890123456789x" });
	is_str(row.cell[OS], "0123456789012345678901234567890123456...", "is cut");
}

static void test_addresses(void)
{
	autotree struct tree t = { 0 };
	autorecord struct metrics_record rec = { 0 };
	struct metrics_row row =
		ROW("web", { "attr/vif/10/ipv4/0", "d" }, { "attr/vif/2/ipv6/0", "c" },
		    { "attr/vif/2/ipv4/10", "b" }, { "attr/vif/2/ipv4/9", "a" });
	char long_address[400];

	is_str(row.cell[ADDRESSES], "a b c d", "by vif, family and index, each once");
	memset(long_address, '\033', sizeof(long_address) - 1);
	long_address[sizeof(long_address) - 1] = '\0';
	for (int i = 0; i < 1000; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "attr/vif/0/ipv4/%d", i);
		tree_setf(&t, path, "%s", long_address);
	}
	if (metrics_record_new(&t, &rec) < 0)
		abort();
	metrics_row_fill(&row, 5, "web", &rec);
	ok(strlen(row.cell[ADDRESSES]) < METRICS_CELL_MAX, "hostile addresses fit");
	ok(strstr(row.cell[ADDRESSES], " +992") != NULL, "and the rest is counted");
}

static void test_print(void)
{
	autofree char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct metrics_row row[2];

	if (!out)
		abort();
	metrics_row_header(&row[0]);
	metrics_row_gone(&row[1], 5, "a-name-longer-than-its-column-is");
	metrics_rows_print(out, row, 2);
	fclose(out);
	is_str(text,
	       "   ID  NAME                              OS                              "
	       "AGENT      FREE       ADDRESSES\n"
	       "    5  a-name-longer-than-its-column-is  (gone)                          "
	       "-          -          -\n",
	       "columns are as wide as need be");
}

int main(void)
{
	test_cells();
	test_addresses();
	test_print();
	return tap_done();
}
