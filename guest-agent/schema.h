/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema - from facts to the tree of keys that should exist; pure.
 *
 * Paths are relative to the guest's home.  Larger parts have files of their own:
 * schema_net.h, and schema_nodes.h about the nodes themselves.
 * Errors: 0 or -ENOMEM.
 * Source: what XAPI reads: xen-api ocaml/xapi/xapi_guest_agent.ml, and xen.git
 *         docs/misc/xenstore-paths.pandoc
 */
#pragma once
#include "guest-agent/facts.h"
#include "guest-agent/schema_net.h"
#include "guest-agent/schema_nodes.h"
#include "lib/tree.h"

int schema_wanted(const struct facts *facts, struct tree *ret_wanted);
