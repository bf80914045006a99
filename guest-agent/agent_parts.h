/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_parts - what the files agent*.c share: the agent itself, and what each file does.
 *
 * agent.c opens all and waits, agent_collect.c turns what is heard into facts,
 * agent_publish.c makes xenstore equal to them.
 * Times are CLOCK_MONOTONIC, in milliseconds; AGENT_NEVER: not at all.
 */
#pragma once
#include "guest-agent/agent.h"
#include "guest-agent/config.h"
#include "guest-agent/netlink.h"
#include "guest-agent/publish.h"
#include "lib/xs_watch.h"

#define AGENT_NEVER UINT64_MAX

/* What is done at a time, without an event. */
enum agent_timer {
	TIMER_SAMPLE,	 /* memory, drivers, names */
	TIMER_ADDRESSES, /* that could not be read */
	TIMER_COUNT,
};

struct agent {
	int rootfd;
	int signals;
	int clock; /* owned; readable when the wall clock was set */
	struct agent_config config;
	struct netlink netlink;
	struct facts facts;
	uint64_t told_free_kib; /* the memory sample that is in the wanted tree */
	uint64_t at_ms[TIMER_COUNT];

	struct publisher publisher;
	struct xs_watch *watch;	  /* owned */
	bool dirty;		  /* facts may differ from what is published */
	bool watched;		  /* the watch has fired: publication may begin */
	bool ready;		  /* the first commit is done */
	uint64_t publish_at_ms;	  /* not earlier */
	uint64_t published_at_ms; /* the last time */
	uint64_t pause_ms;	  /* between the last publication and the next */
	uint64_t retry_ms;	  /* the present pause after failures; 0: none */
	uint64_t retry_at_ms;
};

/* agent_collect.c */
void agent_collect_all(struct agent *a);
void agent_collect_addresses(struct agent *a);
/* Memory, drivers and what else has no event. */
void agent_sample(struct agent *a);
void agent_sample_drivers(struct agent *a);

/* agent_publish.c */
int agent_connect(struct agent *a);
/* What is wanted now. */
int agent_wanted(const struct agent *a, struct tree *ret_want);
/* Publish when it is time to.  Negative: xenstore is gone. */
int agent_publish_due(struct agent *a);
/* When agent_publish_due() has something to do. */
uint64_t agent_publish_at_ms(const struct agent *a);
/* Forget what is known of the store, and write what differs at once. */
void agent_publish_anew(struct agent *a);
/* The domain may be a new one, with an empty tree; or this is the start. */
void agent_look_again(struct agent *a);
