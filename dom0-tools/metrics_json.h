/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_json - a record as JSON with XAPI's own names.
 *
 * Keys: domid and name (of a live domain), then XAPI's fields os_version,
 * PV_drivers_version, networks, memory, other, services, netbios_name, device_id (objects
 * of strings), can_use_hotplug_vbd and _vif ("yes", "no", "unspecified"), then
 * driver_verdict.  A key that XAPI holds twice has its last value, which is what clients
 * of XAPI see.
 *
 * Source: xapi-project/xen-api datamodel.ml (VM_guest_metrics)
 * Owns:   results belong to the caller.
 * Errors: NULL: no memory.
 */
#pragma once
#include <jansson.h>

#include "dom0-tools/metrics_record.h"

/* ASCII only: text from guests that a terminal would take as a command stays text. */
#define METRICS_JSON_LINE   (JSON_COMPACT | JSON_ENSURE_ASCII)
#define METRICS_JSON_PRETTY (JSON_INDENT(2) | JSON_ENSURE_ASCII)

/* @name NULL: no live domain, neither domid nor name is given. */
json_t *metrics_json(const struct metrics_record *rec, unsigned domid, const char *name);
/* {"domid": N, "name": ..., "gone": true} */
json_t *metrics_json_gone(unsigned domid, const char *name);
