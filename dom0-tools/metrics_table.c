/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"

enum column {
	ID,
	NAME,
	OS,
	AGENT,
	FREE,
	ADDRESSES,
};

static const struct {
	const char *title;
	size_t least; /* columns of the terminal: lines printed one by one align as well
		       */
	size_t most;
} columns[METRICS_COLUMNS] = {
	[ID] = { "ID", 5, 5 },
	[NAME] = { "NAME", 16, 40 },
	[OS] = { "OS", 30, 40 },
	[AGENT] = { "AGENT", 9, 24 },
	[FREE] = { "FREE", 9, 24 },
	[ADDRESSES] = { "ADDRESSES", 0, METRICS_CELL_MAX - 1 },
};

/* At most @most bytes. */
static void set_text(char *cell, size_t most, const char *text, size_t len)
{
	char escaped[METRICS_CELL_MAX];

	if (log_escape(escaped, most + 1, text, len) <= most)
		(void)snprintf(cell, METRICS_CELL_MAX, "%s", escaped);
	else
		(void)snprintf(cell, METRICS_CELL_MAX, "%.*s...", (int)most - 3, escaped);
}

static void set_cell(struct metrics_row *row, enum column c, const char *text, size_t len)
{
	if (len == 0)
		set_text(row->cell[c], columns[c].most, "-", 1);
	else
		set_text(row->cell[c], columns[c].most, text, len);
}

void metrics_row_header(struct metrics_row *ret_row)
{
	for (int c = 0; c < METRICS_COLUMNS; c++)
		(void)snprintf(ret_row->cell[c], METRICS_CELL_MAX, "%s",
			       columns[c].title);
}

static void set_os(struct metrics_row *row, const struct metrics_record *rec)
{
	const struct metrics_pair *p = metrics_map_find(&rec->os_version, "name");

	if (!p || p->value_len == 0)
		p = metrics_map_find(&rec->os_version, "distro");
	set_cell(row, OS, p ? p->value : "", p ? p->value_len : 0);
}

/* major.minor.micro-build, as Xen Orchestra writes it, without what was not given. */
static void set_agent(struct metrics_row *row, const struct metrics_record *rec)
{
	const int64_t *n = rec->driver_version;
	char text[METRICS_VERDICT_MAX];
	int len;

	if (rec->driver == METRICS_DRIVER_UNKNOWN) {
		(void)snprintf(text, sizeof(text), "%s",
			       rec->pv_drivers_version.count ? "unknown" : "-");
	} else {
		len = snprintf(text, sizeof(text), "%" PRId64 ".%" PRId64, n[0], n[1]);
		if (n[2] >= 0)
			len += snprintf(text + len, sizeof(text) - (size_t)len,
					".%" PRId64, n[2]);
		if (n[3] >= 0)
			(void)snprintf(text + len, sizeof(text) - (size_t)len,
				       "-%" PRId64, n[3]);
	}
	set_cell(row, AGENT, text, strlen(text));
}

static void set_free(struct metrics_row *row, const struct metrics_record *rec)
{
	char text[32] = "";

	if (rec->memory_free_kib >= 10L * 1024)
		(void)snprintf(text, sizeof(text), "%" PRId64 " MiB",
			       rec->memory_free_kib / 1024);
	else if (rec->memory_free_kib >= 0)
		(void)snprintf(text, sizeof(text), "%" PRId64 " KiB",
			       rec->memory_free_kib);
	set_cell(row, FREE, text, strlen(text));
}

static int compare_keys(const void *a, const void *b)
{
	const struct metrics_pair *x = a, *y = b;

	return strverscmp(x->key, y->key);
}

/* The addresses themselves, borrowed: no "N/ip", which repeats one of them. */
static size_t addresses(const struct metrics_map *networks,
			struct metrics_pair *ret_pairs)
{
	size_t count = 0;

	for (size_t i = 0; i < networks->count; i++) {
		const struct metrics_pair *p = &networks->pair[i];

		if (p->value_len > 0 &&
		    (strstr(p->key, "/ipv4/") || strstr(p->key, "/ipv6/")))
			ret_pairs[count++] = *p;
	}
	qsort(ret_pairs, count, sizeof(*ret_pairs), compare_keys);
	return count;
}

static void set_addresses(struct metrics_row *row, const struct metrics_record *rec)
{
	autofree struct metrics_pair *pairs =
		calloc(rec->networks.count + 1, sizeof(*pairs));
	char *cell = row->cell[ADDRESSES];
	size_t count = pairs ? addresses(&rec->networks, pairs) : 0;

	set_cell(row, ADDRESSES, "", 0);
	for (size_t i = 0, used = 0; i < count; i++) {
		char one[METRICS_CELL_MAX];

		if (i == METRICS_ADDRESSES_SHOWN) {
			(void)snprintf(cell + used, METRICS_CELL_MAX - used, " +%zu",
				       count - i);
			break;
		}
		set_text(one, 45, pairs[i].value, pairs[i].value_len);
		used += (size_t)snprintf(cell + used, METRICS_CELL_MAX - used, "%s%s",
					 i ? " " : "", one);
	}
}

void metrics_row_fill(struct metrics_row *ret_row, unsigned domid, const char *name,
		      const struct metrics_record *rec)
{
	(void)snprintf(ret_row->cell[ID], METRICS_CELL_MAX, "%u", domid);
	set_cell(ret_row, NAME, name, strlen(name));
	set_os(ret_row, rec);
	set_agent(ret_row, rec);
	set_free(ret_row, rec);
	set_addresses(ret_row, rec);
}

void metrics_row_gone(struct metrics_row *ret_row, unsigned domid, const char *name)
{
	(void)snprintf(ret_row->cell[ID], METRICS_CELL_MAX, "%u", domid);
	set_cell(ret_row, NAME, name, strlen(name));
	for (int c = OS; c < METRICS_COLUMNS; c++)
		set_cell(ret_row, (enum column)c, "", 0);
	set_cell(ret_row, OS, "(gone)", 6);
}

void metrics_rows_print(FILE *out, const struct metrics_row *row, size_t count)
{
	size_t width[METRICS_COLUMNS];

	for (int c = 0; c < METRICS_COLUMNS; c++) {
		width[c] = columns[c].least;
		for (size_t i = 0; i < count; i++)
			if (strlen(row[i].cell[c]) > width[c])
				width[c] = strlen(row[i].cell[c]);
	}
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%*s", (int)width[ID], row[i].cell[ID]);
		for (int c = NAME; c < ADDRESSES; c++)
			fprintf(out, "  %-*s", (int)width[c], row[i].cell[c]);
		fprintf(out, "  %s\n", row[i].cell[ADDRESSES]);
	}
}

/* In full, however long. */
static void print_escaped(FILE *out, const char *text, size_t len)
{
	size_t room = 4 * len + 1;
	autofree char *escaped = malloc(room);

	if (!escaped)
		return;
	(void)log_escape(escaped, room, text, len);
	fputs(escaped, out);
}

static void print_map(FILE *out, const char *title, const struct metrics_map *map)
{
	if (map->count == 0)
		fprintf(out, "%-20s -\n", title);
	for (size_t i = 0; i < map->count; i++) {
		const struct metrics_pair *p = &map->pair[i];

		fprintf(out, "%-20s ", i == 0 ? title : "");
		print_escaped(out, p->key, strlen(p->key));
		fputs(" = ", out);
		print_escaped(out, p->value, p->value_len);
		fputc('\n', out);
	}
}

/* Under XAPI these go to its statistics, not to the record. */
static void print_memory(FILE *out, const struct metrics_record *rec)
{
	if (rec->memory_free_kib >= 0)
		fprintf(out, "%-20s %" PRId64 " KiB\n", "free memory",
			rec->memory_free_kib);
	if (rec->memory_total_kib >= 0)
		fprintf(out, "%-20s %" PRId64 " KiB\n", "total memory",
			rec->memory_total_kib);
}

void metrics_record_print(FILE *out, unsigned domid, const char *name,
			  const struct metrics_record *rec)
{
	char verdict[METRICS_VERDICT_MAX];

	if (name) {
		fprintf(out, "%-20s %u\n%-20s ", "domid", domid, "name");
		print_escaped(out, name, strlen(name));
		fputc('\n', out);
	}
	metrics_verdict(rec, verdict);
	fprintf(out, "%-20s %s\n", "driver_verdict", verdict);
	print_map(out, "os_version", &rec->os_version);
	print_map(out, "PV_drivers_version", &rec->pv_drivers_version);
	print_map(out, "networks", &rec->networks);
	print_map(out, "other", &rec->other);
	print_map(out, "services", &rec->services);
	print_map(out, "netbios_name", &rec->netbios_name);
	print_map(out, "device_id", &rec->device_id);
	fprintf(out, "%-20s %s\n", "can_use_hotplug_vbd",
		metrics_tristate_name(rec->can_use_hotplug_vbd));
	fprintf(out, "%-20s %s\n", "can_use_hotplug_vif",
		metrics_tristate_name(rec->can_use_hotplug_vif));
	print_memory(out, rec);
}
