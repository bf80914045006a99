/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_record - VM_guest_metrics of a domain, assembled as XAPI does it.
 *
 * Every quirk of XAPI is kept on purpose: what a client of XAPI would see is the point.
 * The maps are association lists in XAPI's order; where a key comes twice (one id used by
 * a vif and by an SR-IOV function) both stand there and clients of XAPI see the last.
 *
 * Source: guest-metrics-contract 1.3-1.5 and 2; xapi-project/xen-api:
 *         xapi_guest_agent.ml, xapi_pv_driver_version.ml
 * Owns:   the record owns copies of all it holds.
 * Errors: 0 or -ENOMEM; no content of a tree is an error, but what is too much is cut.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/metrics_map.h"
#include "dom0-tools/metrics_view.h"
#include "lib/tree.h"

enum metrics_tristate {
	METRICS_UNSPECIFIED,
	METRICS_NO,
	METRICS_YES,
};

enum metrics_driver {
	METRICS_DRIVER_UNKNOWN, /* XAPI treats the domain as one without PV drivers */
	METRICS_DRIVER_LINUX,
	METRICS_DRIVER_WINDOWS, /* data/os_distro is "windows", exactly */
};

struct metrics_record {
	struct metrics_map os_version;
	struct metrics_map pv_drivers_version;
	struct metrics_map networks;
	struct metrics_map other;
	struct metrics_map services;
	struct metrics_map netbios_name;
	struct metrics_map device_id;
	enum metrics_tristate can_use_hotplug_vbd;
	enum metrics_tristate can_use_hotplug_vif;
	enum metrics_driver driver;
	int64_t driver_version[4]; /* major, minor, micro, build; -1: not given */
	/* No part of XAPI's record, whose "memory" is always empty: goes to its RRDs. */
	int64_t memory_free_kib;  /* -1: not published, or no number */
	int64_t memory_total_kib; /* likewise */
	bool cut; /* by xenopsd's quota (metrics_view.h), or a map by METRICS_MAP_MAX */
};
#define METRICS_CUT "more than 25 MiB, the rest is left out" /* how programs say it */

int metrics_record_new(const struct tree *home, struct metrics_record *ret_record);
void metrics_record_done(struct metrics_record *rec);
#define autorecord __attribute__((cleanup(metrics_record_done)))

/* "yes", "no" or "unspecified". */
const char *metrics_tristate_name(enum metrics_tristate t);

#define METRICS_VERDICT_MAX 96 /* bytes: a word and four numbers of 63 bits */
/* "Linux(1,2,3,4)", "Windows(...)" or "Unknown". */
void metrics_verdict(const struct metrics_record *rec, char out[METRICS_VERDICT_MAX]);

/* Of metrics_networks.c: the addresses below @base ("attr" with @kind "vif", or
 * "xenserver/attr" with "net-sriov-vf"), added to @networks. */
int metrics_networks_add(const struct metrics_view *v, const char *base, const char *kind,
			 struct metrics_map *networks);
