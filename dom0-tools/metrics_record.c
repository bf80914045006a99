/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/metrics_text.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/text.h"

struct fixed_key {
	const char *path, *key;
};

static const struct fixed_key driver_keys[] = {
	{ "attr/PVAddons/MajorVersion", "major" },
	{ "attr/PVAddons/MinorVersion", "minor" },
	{ "attr/PVAddons/MicroVersion", "micro" },
	{ "attr/PVAddons/BuildVersion", "build" },
	{ "attr/PVAddons/Application", "application" },
	{ NULL, NULL },
};

static const struct fixed_key os_keys[] = {
	{ "data/os_name", "name" },	  { "data/os_uname", "uname" },
	{ "data/os_distro", "distro" },	  { "data/os_majorver", "major" },
	{ "data/os_minorver", "minor" },  { "attr/os/spmajor", "spmajor" },
	{ "attr/os/spminor", "spminor" }, { NULL, NULL },
};

static int add_entry(struct metrics_map *map, const char *key, const struct tree_entry *e)
{
	return e ? metrics_map_add(map, key, e->value, e->value_len) : 0;
}

static int add_fixed(const struct metrics_view *v, const struct fixed_key *fixed,
		     struct metrics_map *map)
{
	int r = 0;

	for (; r >= 0 && fixed->path; fixed++)
		r = add_entry(map, fixed->key, metrics_view_lookup(v, fixed->path));
	return r;
}

/* The bytes up to @stop, which is stepped over, or up to the end. */
static size_t field(const char **p, const char *end, char stop)
{
	const char *from = *p;
	const char *mark = memchr(from, stop, (size_t)(end - from));

	*p = mark ? mark + 1 : end;
	return (size_t)((mark ? mark : end) - from);
}

/* The driver's name as a key: ASCII letters in lower case.  A NUL, which a key cannot
 * hold here and which xapi's database refuses, becomes '?'. */
static char *driver_key(const char *name, size_t len)
{
	char *key = malloc(len + 1);
	size_t i;

	if (!key)
		return NULL;
	for (i = 0; i < len; i++) {
		char c = name[i];

		key[i] = c == '\0' ? '?' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	key[i] = '\0';
	return key;
}

/* "vendor name version attributes", one space between them, any of them empty; the
 * attributes end with the line.  The key is the name, the value the other three. */
static int add_driver(struct metrics_map *map, const struct tree_entry *e)
{
	const char *p = e->value, *end = e->value + e->value_len;
	const char *vendor = p, *name, *version, *attributes;
	size_t vendor_len, name_len, version_len, attributes_len;
	autofree char *key = NULL;
	autofree char *value = malloc(e->value_len + 3);
	char *out = value;

	vendor_len = field(&p, end, ' ');
	name = p;
	name_len = field(&p, end, ' ');
	version = p;
	version_len = field(&p, end, ' ');
	attributes = p;
	attributes_len = field(&p, end, '\n');
	key = driver_key(name, name_len);
	if (!key || !value)
		return -ENOMEM;
	out = mempcpy(out, vendor, vendor_len);
	*out++ = ' ';
	out = mempcpy(out, version, version_len);
	*out++ = ' ';
	out = mempcpy(out, attributes, attributes_len);
	return metrics_map_add(map, key, value, (size_t)(out - value));
}

/* drivers/<integer>, written by Windows drivers and by our agent. */
static int add_drivers(const struct metrics_view *v, struct metrics_map *map)
{
	autonames struct metrics_names names = { 0 };
	int r = metrics_view_list(v, "drivers", &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		autofree char *path = NULL;
		const struct tree_entry *e;
		int64_t ignored;

		if (metrics_parse_int(names.name[i], strlen(names.name[i]), &ignored) < 0)
			continue;
		path = text_printf("drivers/%s", names.name[i]);
		if (!path)
			return -ENOMEM;
		e = metrics_view_lookup(v, path);
		if (e)
			r = add_driver(map, e);
	}
	return r;
}

static int make_pv_drivers_version(const struct metrics_view *v, struct metrics_map *map)
{
	int r = add_fixed(v, driver_keys, map);

	if (r >= 0)
		r = add_drivers(v, map);
	if (r >= 0 && map->count > 0 && !metrics_map_find(map, "micro"))
		r = metrics_map_add_first(map, "micro", "-1", 2);
	return r;
}

/* All of control/, where a reason not to suspend takes the place of the feature. */
static int make_other(const struct metrics_view *v, struct metrics_map *map)
{
	autonames struct metrics_names names = { 0 };
	const struct tree_entry *reason =
		metrics_view_lookup(v, "data/cant_suspend_reason");
	int r = metrics_view_list(v, "control", &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		const char *name = names.name[i];
		autofree char *path = text_printf("control/%s", name);
		const struct tree_entry *e;

		if (!path)
			return -ENOMEM;
		e = metrics_view_lookup(v, path);
		if (e && reason && strcmp(name, "feature-suspend") == 0)
			r = add_entry(map, "data-cant-suspend-reason", reason);
		else
			r = add_entry(map, name, e);
	}
	return r < 0 ? r : add_entry(map, "data-ts", metrics_view_lookup(v, "data/ts"));
}

/* Each child of @dir under "@prefix/child"; one that is no node (see metrics_view_list)
 * has an empty value. */
static int add_service(const struct metrics_view *v, const char *dir, const char *prefix,
		       struct metrics_map *map)
{
	autonames struct metrics_names names = { 0 };
	int r = metrics_view_list(v, dir, &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		autofree char *path = text_printf("%s/%s", dir, names.name[i]);
		autofree char *key = text_printf("%s/%s", prefix, names.name[i]);
		const struct tree_entry *e;

		if (!path || !key)
			return -ENOMEM;
		e = metrics_view_lookup(v, path);
		r = e ? add_entry(map, key, e) : metrics_map_add(map, key, "", 0);
	}
	return r;
}

static int make_services(const struct metrics_view *v, struct metrics_map *map)
{
	autonames struct metrics_names names = { 0 };
	int r = metrics_view_list(v, "data/service", &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		autofree char *dir = text_printf("data/service/%s", names.name[i]);

		r = dir ? add_service(v, dir, names.name[i], map) : -ENOMEM;
	}
	return r < 0 ? r : add_service(v, "data/pvs_target", "pvs_target", map);
}

/* host, or host.domain; an empty domain leaves the dot. */
static int make_netbios_name(const struct metrics_view *v, struct metrics_map *map)
{
	const struct tree_entry *host = metrics_view_lookup(v, "data/host_name_dns");
	const struct tree_entry *domain = metrics_view_lookup(v, "data/domain");
	autofree char *full = NULL;
	char *end;

	if (!host || !domain)
		return add_entry(map, "host_name", host);
	full = malloc(host->value_len + 1 + domain->value_len);
	if (!full)
		return -ENOMEM;
	end = mempcpy(full, host->value, host->value_len);
	*end++ = '.';
	end = mempcpy(end, domain->value, domain->value_len);
	return metrics_map_add(map, "host_name", full, (size_t)(end - full));
}

static enum metrics_tristate tristate(const struct metrics_view *v, const char *path)
{
	const struct tree_entry *e = metrics_view_lookup(v, path);

	if (!e || e->value_len != 1)
		return METRICS_UNSPECIFIED;
	return e->value[0] == '1'   ? METRICS_YES
	       : e->value[0] == '0' ? METRICS_NO
				    : METRICS_UNSPECIFIED;
}

/* All four must be integers; only micro and build may be absent. */
static void judge_driver(struct metrics_record *rec)
{
	static const char *const part[] = { "major", "minor", "micro", "build" };
	const struct metrics_pair *p = metrics_map_find(&rec->os_version, "distro");
	bool windows = p && p->value_len == 7 && memcmp(p->value, "windows", 7) == 0;

	rec->driver = METRICS_DRIVER_UNKNOWN;
	for (int i = 0; i < 4; i++) {
		rec->driver_version[i] = -1;
		p = metrics_map_find(&rec->pv_drivers_version, part[i]);
		if (!p && i < 2)
			return;
		if (p && metrics_parse_int(p->value, p->value_len,
					   &rec->driver_version[i]) < 0)
			return;
	}
	rec->driver = windows ? METRICS_DRIVER_WINDOWS : METRICS_DRIVER_LINUX;
}

static int64_t kib(const struct metrics_view *v, const char *path)
{
	const char *text = tree_text(&v->seen, path);
	uint64_t value;

	return text && io_parse_u64(text, INT64_MAX, &value) >= 0 ? (int64_t)value : -1;
}

/* A map that is full ends where it is; the others go on. */
static int cut(struct metrics_record *rec, int r)
{
	if (r != -EFBIG)
		return r;
	rec->cut = true;
	return 0;
}

static int fill_maps(const struct metrics_view *v, struct metrics_record *rec)
{
	int r = cut(rec, add_fixed(v, os_keys, &rec->os_version));

	if (r >= 0)
		r = cut(rec, make_pv_drivers_version(v, &rec->pv_drivers_version));
	if (r >= 0)
		r = cut(rec, metrics_networks_add(v, "attr", "vif", &rec->networks));
	if (r >= 0)
		r = cut(rec, metrics_networks_add(v, "xenserver/attr", "net-sriov-vf",
						  &rec->networks));
	if (r >= 0)
		r = cut(rec, make_other(v, &rec->other));
	if (r >= 0)
		r = cut(rec, make_services(v, &rec->services));
	if (r >= 0)
		r = cut(rec, make_netbios_name(v, &rec->netbios_name));
	if (r >= 0)
		r = cut(rec, add_entry(&rec->device_id, "device_id",
				       metrics_view_lookup(v, "data/device_id")));
	return r;
}

int metrics_record_new(const struct tree *home, struct metrics_record *ret_record)
{
	autoview struct metrics_view view = { 0 };
	struct metrics_record rec = { 0 };
	int r = metrics_view_new(home, &view);

	rec.cut = view.cut;
	if (r >= 0)
		r = fill_maps(&view, &rec);
	if (r < 0) {
		metrics_record_done(&rec);
		return r;
	}
	rec.can_use_hotplug_vbd = tristate(&view, "feature/hotplug/vbd");
	rec.can_use_hotplug_vif = tristate(&view, "feature/hotplug/vif");
	judge_driver(&rec);
	rec.memory_free_kib = kib(&view, "data/meminfo_free");
	rec.memory_total_kib = kib(&view, "data/meminfo_total");
	*ret_record = rec;
	return 0;
}

void metrics_record_done(struct metrics_record *rec)
{
	metrics_map_done(&rec->os_version);
	metrics_map_done(&rec->pv_drivers_version);
	metrics_map_done(&rec->networks);
	metrics_map_done(&rec->other);
	metrics_map_done(&rec->services);
	metrics_map_done(&rec->netbios_name);
	metrics_map_done(&rec->device_id);
}

const char *metrics_tristate_name(enum metrics_tristate t)
{
	return t == METRICS_YES ? "yes" : t == METRICS_NO ? "no" : "unspecified";
}

void metrics_verdict(const struct metrics_record *rec, char out[METRICS_VERDICT_MAX])
{
	const int64_t *n = rec->driver_version;

	if (rec->driver == METRICS_DRIVER_UNKNOWN)
		(void)snprintf(out, METRICS_VERDICT_MAX, "Unknown");
	else
		(void)snprintf(out, METRICS_VERDICT_MAX,
			       "%s(%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ")",
			       rec->driver == METRICS_DRIVER_WINDOWS ? "Windows"
								     : "Linux",
			       n[0], n[1], n[2], n[3]);
}
