/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_parts - what the files agent*.c share: the agent itself, and what each file does.
 *
 * agent.c opens all, agent_wait.c waits, agent_net.c and agent_collect.c turn what is
 * heard into facts, agent_publish.c makes xenstore equal to them.
 * Times are CLOCK_MONOTONIC, in milliseconds; AGENT_NEVER: not at all.
 */
#pragma once
#include "guest-agent/agent.h"
#include "guest-agent/config.h"
#include "guest-agent/devices.h"
#include "guest-agent/freeze.h"
#include "guest-agent/netlink.h"
#include "guest-agent/publish.h"
#include "guest-agent/static_ip.h"
#include "guest-agent/volumes.h"
#include "lib/xs_watch.h"

#define AGENT_NEVER UINT64_MAX

/* What is done at a time, without an event. */
enum agent_timer {
	TIMER_SAMPLE,	 /* memory, drivers, names */
	TIMER_VOLUMES,	 /* their space */
	TIMER_ADDRESSES, /* that could not be read */
	TIMER_DEVICES,	 /* of the host, for a card that it has not told of */
	TIMER_COUNT,
};

struct agent {
	int rootfd;
	int signals; /* borrowed */
	int clock;   /* owned; readable when the wall clock was set */
	int names;   /* owned; tells when a host name was set */
	struct agent_config config;
	struct freeze freeze;
	struct netlink netlink;
	struct device_list devices;  /* of the host, as far as they had to be read */
	uint64_t unexplained;	     /* links_unexplained() of that time */
	uint64_t strangers;	     /* the same, of the pause that strangers_ms is */
	uint64_t strangers_ms;	     /* between two looks at the host's devices */
	struct volumes *volumes;     /* owned; NULL: not asked for */
	struct static_ip *static_ip; /* owned; NULL: not asked for, or without helper */
	uint64_t names_at_ms;	     /* not listened to before */
	struct facts facts;
	uint64_t told_free_kib; /* the memory sample that is in the wanted tree */
	uint64_t at_ms[TIMER_COUNT];

	struct publisher publisher;
	struct xs_watch *watch;	  /* owned */
	bool dirty;		  /* facts may differ from what is published */
	bool watched;		  /* the watch has fired: publication may begin */
	bool ready;		  /* the first commit is done */
	bool refused;		  /* and keys were left out */
	uint64_t publish_at_ms;	  /* not earlier */
	uint64_t published_at_ms; /* the last time */
	uint64_t pause_ms;	  /* between the last publication and the next */
	uint64_t retry_ms;	  /* the present pause after failures; 0: none */
	uint64_t retry_at_ms;
};

/* `domid` is there under every toolstack; the kernel registers watches anew on resume. */
#define AGENT_WATCH "domid"

/* agent.c */
int agent_arm_clock(int fd);
void agent_set_freeze(struct agent *a);

/* agent_net.c */
void agent_collect_addresses(struct agent *a);
/* The host's devices may be others than they were. */
void agent_forget_devices(struct agent *a);
/* Read them anew, and what depends on them. */
void agent_ask_devices(struct agent *a);
static_ip_find agent_find_interface;

/* agent_collect.c */
void agent_complain(const char *what, int r);
void agent_collect_all(struct agent *a);
void agent_collect_names(struct agent *a);
void agent_ask_volumes(struct agent *a);
/* For a single run. */
void agent_await_volumes(struct agent *a);
/* Memory, drivers and what else has no event. */
void agent_sample(struct agent *a);
void agent_sample_drivers(struct agent *a);

/* agent_wait.c */
/* Wait for the next event and do what it asks for.  1: stop. */
int agent_wait(struct agent *a);

/* agent_publish.c */
/* What is wanted now. */
int agent_wanted(struct agent *a, struct tree *ret_want);
/* Publish when it is time to.  Negative: xenstore is gone. */
int agent_publish_due(struct agent *a);
/* When agent_publish_due() has something to do. */
uint64_t agent_publish_at_ms(const struct agent *a);
/* Forget what is known of the store, and write what differs at once. */
void agent_publish_anew(struct agent *a);
/* The domain may be a new one, with an empty tree; or this is the start. */
void agent_look_again(struct agent *a);
