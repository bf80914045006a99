/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema - from facts to the tree of keys that should exist; pure.
 *
 * Paths are relative to the guest's home.  Larger parts have files of their own:
 * schema_net.h.
 * Errors: 0 or -ENOMEM.
 * Source: what XAPI reads: xen-api ocaml/xapi/xapi_guest_agent.ml, and xen.git
 *         docs/misc/xenstore-paths.pandoc
 */
#pragma once
#include "guest-agent/facts.h"
#include "guest-agent/schema_net.h"
#include "lib/tree.h"

int schema_wanted(const struct facts *facts, struct tree *ret_wanted);

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
 * its keys (attr/vif/0/name, data/volumes, drivers/x), and those stay. */
bool schema_is_own(const char *path);

/* Nobody else writes this key: it is there as long as what was published is. */
#define SCHEMA_PROBE_KEY "attr/PVAddons/BuildVersion"
#define SCHEMA_LAST_KEY	 "data/updated"

/* When in a transaction a path is written.  Older toolstacks look at everything when a
 * watched key changes, so what they do not watch comes first; data/updated says that the
 * record is there at all and comes last. */
enum schema_stage {
	SCHEMA_UNWATCHED, /* data, drivers */
	SCHEMA_WATCHED,	  /* attr, control */
	SCHEMA_UPDATED,	  /* SCHEMA_LAST_KEY */
	SCHEMA_STAGES,
};
enum schema_stage schema_stage(const char *path);

/* A node that a toolstack may rightly keep from the guest: xl makes control read-only. */
bool schema_may_be_denied(const char *path);
