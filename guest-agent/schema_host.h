/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema_host - the keys about the guest's name, what can be plugged, and the agent
 * itself; pure.
 *
 * An empty data/domain would leave a dot behind the host name, and feature/hotplug/... of
 * "0" would forbid plugging: what is not known is not written.  XAPI keeps and watches
 * data/service/NAME/KEY, so that the text of a fault must not change from try to try.
 * Errors: 0 or -ENOMEM.
 * Source: xen-api ocaml/xapi/xapi_guest_agent.ml
 */
#pragma once
#include <stddef.h>

#include "guest-agent/name_facts.h"
#include "lib/tree.h"

#define SCHEMA_SERVICE "data/service/xe-guest-agent"

int schema_want_host(const struct host_facts *h, struct tree *want);
/* Fill in @h->health.  @errors, @why: of the configuration, the number and the first.
 * @refused: the store keeps keys out that it should not. */
void schema_host_health(struct host_facts *h, size_t errors, const char *why,
			bool refused);
