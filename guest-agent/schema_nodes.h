/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema_nodes - which nodes are the agent's, when they are written, and how much each
 * is worth; pure.
 *
 * Paths are relative to the guest's home.
 * Source: what XAPI watches and reads: xen-api ocaml/xapi/xapi_guest_agent.ml,
 *         ocaml/xenopsd/xc/xenops_server_xen.ml; xen.git docs/misc/xenstore-paths.pandoc
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Where the agent's own keys are: what has to be read to know them.  @depth: levels below
 * the path that it writes; @below_only: the node itself is the toolstack's. */
struct schema_own {
	const char *path;
	unsigned depth;
	bool below_only;
};
extern const struct schema_own schema_own[];
extern const size_t schema_own_count;
/* Is this node the agent's, to be removed when it is not wanted?  Others may write beside
 * its keys (attr/vif/0/note, data/other, drivers/x), and those stay. */
bool schema_is_own(const char *path);

/* How useful a key of ours is: lower is more.  When the store has no room for all, those
 * of the highest rank are left out: first what only some hosts show (legacy keys, names,
 * prefix lengths), then the last volumes, then the last addresses of each interface. */
unsigned schema_rank(const char *path);

/* Nobody else writes this key: it is there as long as what was published is. */
#define SCHEMA_PROBE_KEY "attr/PVAddons/BuildVersion"
#define SCHEMA_LAST_KEY	 "data/updated"

/* When in a transaction a path is written.  Older toolstacks look at everything when a
 * watched key changes, so what they do not watch comes first.  data/updated comes last:
 * it says that the record is there at all, and to XenServer until 6.5, which watches
 * nothing else, that it has changed. */
enum schema_stage {
	SCHEMA_UNWATCHED, /* data, drivers */
	SCHEMA_WATCHED,	  /* attr, control, feature, data/service */
	SCHEMA_UPDATED,	  /* SCHEMA_LAST_KEY */
	SCHEMA_STAGES,
};
enum schema_stage schema_stage(const char *path);

/* Does XAPI show this key, and look at it only when a watched one changes?  (It draws
 * data/meminfo_free by itself, and is asked for data/volumes.) */
bool schema_is_unheard(const char *path);
/* Watched since XenServer 7.0 (before, data/updated was), read by none: it is written to
 * tell of the former. */
#define SCHEMA_BELL_KEY "attr/PVAddons/Installed"

/* A node that a toolstack may rightly keep from the guest: xl makes control read-only,
 * and older ones know nothing of feature or of VFs. */
bool schema_may_be_denied(const char *path);
