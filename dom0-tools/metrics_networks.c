/* SPDX-License-Identifier: BSD-2-Clause */
/* The networks map: addresses of vifs, or those that agents of old left by name. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/metrics_record.h"
#include "dom0-tools/metrics_text.h"
#include "lib/cleanup.h"
#include "lib/text.h"

/* @dir/@name; @name alone when @dir is empty, as for an interface that is just "eth". */
static char *join(const char *dir, const char *name)
{
	return text_printf("%s%s%s", dir, *dir ? "/" : "", name);
}

/* @key takes the value at @path, if there is one. */
static int add_value(const struct metrics_view *v, const char *path, const char *key,
		     struct metrics_map *out)
{
	const struct tree_entry *e = metrics_view_lookup(v, path);

	return e ? metrics_map_add(out, key, e->value, e->value_len) : 0;
}

/* The value at @dir/@name under the key @prefix/@key. */
static int add_joined(const struct metrics_view *v, const char *dir, const char *name,
		      const char *prefix, const char *key, struct metrics_map *out)
{
	autofree char *path = join(dir, name);
	autofree char *map_key = join(prefix, key);

	return path && map_key ? add_value(v, path, map_key, out) : -ENOMEM;
}

struct index {
	const char *name; /* borrowed */
	int64_t value;
	size_t order;
};

static int compare_highest_first(const void *a, const void *b)
{
	const struct index *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? 1 : -1;
	return x->order < y->order ? 1
				   : -1; /* XAPI's sort is stable, and then reversed */
}

/* Order the indices from the highest down; false if there are several and one is no
 * number.  A single one is never compared with anything, so it may be any name. */
static bool sort_indices(const struct metrics_names *names, struct index *index)
{
	for (size_t i = 0; i < names->count; i++) {
		index[i] = (struct index){ .name = names->name[i], .order = i };
		if (names->count > 1 &&
		    metrics_parse_int(names->name[i], strlen(names->name[i]),
				      &index[i].value) < 0)
			return false;
	}
	qsort(index, names->count, sizeof(*index), compare_highest_first);
	return true;
}

/* The addresses of one family; the lowest IPv4 index also gives "N/ip".
 * -EBADMSG: an index that is no number. */
static int add_family(const struct metrics_view *v, const char *vif_path, const char *vif,
		      const char *family, struct metrics_map *out)
{
	autonames struct metrics_names names = { 0 };
	autofree char *dir = join(vif_path, family);
	autofree char *prefix = join(vif, family);
	autofree struct index *index = NULL;
	int r = dir && prefix ? metrics_view_list(v, dir, &names) : -ENOMEM;

	if (r < 0)
		return r;
	index = calloc(names.count + 1, sizeof(*index));
	if (!index)
		return -ENOMEM;
	if (!sort_indices(&names, index))
		return -EBADMSG;
	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		if (i + 1 == names.count && strcmp(family, "ipv4") == 0)
			r = add_joined(v, dir, index[i].name, vif, "ip", out);
		if (r >= 0)
			r = add_joined(v, dir, index[i].name, prefix, index[i].name, out);
	}
	return r;
}

/* Both families, the one listed last coming first.  A bad index loses what was gathered
 * so far: that of both families when IPv4 has it, of IPv6 alone when IPv6 has it. */
static int add_vif(const struct metrics_view *v, const char *dir, const char *vif,
		   struct metrics_map *out)
{
	automap struct metrics_map gathered = { 0 };
	autonames struct metrics_names names = { 0 };
	autofree char *path = join(dir, vif);
	int r = path ? metrics_view_list(v, path, &names) : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		automap struct metrics_map family = { 0 };
		const char *name = names.name[i];

		if (strcmp(name, "ipv4") != 0 && strcmp(name, "ipv6") != 0)
			continue;
		r = add_family(v, path, vif, name, &family);
		if (r == -EBADMSG) {
			metrics_map_done(&gathered);
			metrics_map_done(&family);
			r = 0;
		}
		if (r >= 0)
			r = metrics_map_move(&family, &gathered);
		gathered = family;
		family = (struct metrics_map){ 0 };
	}
	return r < 0 ? r : metrics_map_move(out, &gathered);
}

/* What follows the kind of interface in @name, or NULL; "emp" is XAPI's own spelling. */
static const char *legacy_number(const char *name)
{
	static const char *const prefix[] = {
		"eth", "xenbr", "eno", "ens", "emp", "enx"
	};

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++) {
		size_t len = strlen(prefix[i]);

		if (strncmp(name, prefix[i], len) == 0)
			return name + len;
	}
	return NULL;
}

static bool has_name(const struct metrics_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

static int add_legacy_ipv6(const struct metrics_view *v, const char *iface, const char *n,
			   struct metrics_map *out)
{
	autonames struct metrics_names index = { 0 };
	autofree char *dir = join(iface, "ipv6");
	autofree char *prefix = join(n, "ipv6");
	int r = dir && prefix ? metrics_view_list(v, dir, &index) : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < index.count; i++) {
		autofree char *name = join(index.name[i], "addr");

		r = name ? add_joined(v, dir, name, prefix, index.name[i], out) : -ENOMEM;
	}
	return r;
}

/* One value holds all IPv4 addresses of an interface, separated as its agent liked. */
static int add_legacy(const struct metrics_view *v, const char *base, const char *name,
		      const char *n, struct metrics_map *out)
{
	autonames struct metrics_names children = { 0 };
	autofree char *iface = join(base, name);
	int r = iface ? metrics_view_list(v, iface, &children) : -ENOMEM;

	if (r >= 0)
		r = add_joined(v, iface, "ip", n, "ip", out);
	if (r >= 0)
		r = add_joined(v, iface, "ip", n, "ipv4/0", out);
	if (r >= 0 && has_name(&children, "ipv6"))
		r = add_legacy_ipv6(v, iface, n, out);
	return r;
}

int metrics_networks_add(const struct metrics_view *v, const char *base, const char *kind,
			 struct metrics_map *networks)
{
	autonames struct metrics_names names = { 0 };
	autofree char *dir = join(base, kind);
	int r = dir ? metrics_view_list(v, dir, &names) : -ENOMEM;
	bool legacy = names.count == 0;

	if (r >= 0 && legacy)
		r = metrics_view_list(v, base, &names);
	for (size_t i = names.count; r >= 0 && i > 0; i--) {
		const char *name = names.name[i - 1], *n;

		if (!legacy)
			r = add_vif(v, dir, name, networks);
		else if ((n = legacy_number(name)) != NULL)
			r = add_legacy(v, base, name, n, networks);
	}
	return r;
}
