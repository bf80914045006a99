/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_json.h"

#include <stdbool.h>
#include <string.h>

#include "dom0-tools/metrics_text.h"
#include "lib/cleanup.h"

/* Any bytes as a string; NULL: no memory. */
static json_t *text(const char *bytes, size_t len)
{
	autofree char *utf8 = NULL;
	size_t utf8_len;

	if (metrics_recode(bytes, len, &utf8, &utf8_len) < 0)
		return NULL;
	return json_stringn(utf8, utf8_len);
}

static json_t *object(const struct metrics_map *map)
{
	json_t *o = json_object();

	for (size_t i = 0; o && i < map->count; i++) {
		const struct metrics_pair *p = &map->pair[i];

		if (json_object_set_new(o, p->key, text(p->value, p->value_len)) < 0) {
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

/* json_object_set_new() takes NULL for a value as the failure it is. */
static bool set_identity(json_t *o, unsigned domid, const char *name)
{
	return json_object_set_new(o, "domid", json_integer(domid)) == 0 &&
	       json_object_set_new(o, "name", text(name, strlen(name))) == 0;
}

static bool set_tristate(json_t *o, const char *key, enum metrics_tristate t)
{
	return json_object_set_new(o, key, json_string(metrics_tristate_name(t))) == 0;
}

static bool set_record(json_t *o, const struct metrics_record *rec)
{
	char verdict[METRICS_VERDICT_MAX];
	const struct {
		const char *key;
		json_t *value;
	} map[] = {
		{ "os_version", object(&rec->os_version) },
		{ "PV_drivers_version", object(&rec->pv_drivers_version) },
		{ "networks", object(&rec->networks) },
		{ "memory", json_object() }, /* XAPI keeps it empty */
		{ "other", object(&rec->other) },
		{ "services", object(&rec->services) },
		{ "netbios_name", object(&rec->netbios_name) },
		{ "device_id", object(&rec->device_id) },
	};
	bool good = true;

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (json_object_set_new(o, map[i].key, map[i].value) < 0)
			good = false;
	metrics_verdict(rec, verdict);
	return good && set_tristate(o, "can_use_hotplug_vbd", rec->can_use_hotplug_vbd) &&
	       set_tristate(o, "can_use_hotplug_vif", rec->can_use_hotplug_vif) &&
	       json_object_set_new(o, "driver_verdict", json_string(verdict)) == 0;
}

json_t *metrics_json(const struct metrics_record *rec, unsigned domid, const char *name)
{
	json_t *o = json_object();

	if (!o || ((!name || set_identity(o, domid, name)) && set_record(o, rec)))
		return o;
	json_decref(o);
	return NULL;
}

json_t *metrics_json_gone(unsigned domid, const char *name)
{
	json_t *o = json_object();

	if (!o || (set_identity(o, domid, name) &&
		   json_object_set_new(o, "gone", json_true()) == 0))
		return o;
	json_decref(o);
	return NULL;
}
