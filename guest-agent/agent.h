/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent - collect, publish, wait: the one event loop of xe-guest-agent.
 *
 * Wakes for: a change of links or addresses (netlink), of mounts and of the host name, an
 * address that the host sets, the watch on `domid` (fires at the
 * start and after resume or migration), the wall clock being set (resume does that too,
 * and is heard of earlier), SIGHUP, and once a minute or as configured for a sample of
 * memory and drivers.  Nothing else is polled and nothing is forked; only for a card
 * that no device of the host explains the host's list is read again, ever less often.
 * Owns:   struct agent owns its descriptors, facts and publisher.
 * Errors: 0 or a negative errno, told in the log; -ENOTCONN: xenstore cannot be used.
 */
#pragma once
#include <stdbool.h>

#include "guest-agent/facts.h"
#include "lib/tree.h"

#define AGENT_PAUSE_MS	     10	 /* after a publication; doubled in a storm of changes */
#define AGENT_PAUSE_MAX_MS   160 /* so that its end is told soon */
#define AGENT_CALM_MS	     500 /* between two publications: no storm */
#define AGENT_RETRY_FIRST_MS 200
#define AGENT_RETRY_MAX_MS   600000 /* of keys that are refused */
#define AGENT_FAILED_MAX_MS  60000  /* of whole transactions */
#define AGENT_AGAIN_MS	     1000   /* for what could not be read */
#define AGENT_VOLUMES_MS     3000   /* that a single run waits for their space */
#define AGENT_ASK_FIRST_MS   1000   /* for the device of a card; doubled each time */
#define AGENT_ASK_MAX_MS     3600000

struct agent;

/* @rootfd: the directory below which proc, sys and etc are read; the agent's from here on. */
int agent_open(int rootfd, struct agent **ret_agent);
void agent_free(struct agent *a);
static inline void agent_freep(struct agent **a)
{
	agent_free(*a);
}
#define autoagent __attribute__((cleanup(agent_freep)))

/* Before privileges are dropped: open what agent_publish_once() needs, or agent_run(),
 * which reads @signals (signals.h; borrowed). */
int agent_connect(struct agent *a);
int agent_start(struct agent *a, int signals);
/* From here on nothing is opened that takes rights: see privileges.h. */
int agent_drop_privileges(struct agent *a);

/* Publish once. */
int agent_publish_once(struct agent *a);
/* Publish and follow every change until SIGTERM or SIGINT (0). */
int agent_run(struct agent *a);
/* Print the wanted tree on stdout, and on stderr why an address is left out. */
int agent_dry_run(struct agent *a);

/* 0: a guest of Xen.  -ENODEV: not, with the reason in *ret_reason (static). */
int guest_detect(int rootfd, const char **ret_reason);
