/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts - what the collectors find out about this system, as plain data.
 *
 * Every collector fills its own part; schema.h turns the whole into the wanted tree.
 * Owns:   what a part's own header says; all else is embedded.
 * Errors: collectors return 0 or a negative errno and leave their part untouched on
 *         failure; a file that does not exist is no failure but a fact less.
 * @rootfd: an open directory below which proc, sys and etc are read: "/" or --root.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/name_facts.h"
#include "guest-agent/net_facts.h"
#include "guest-agent/volume_facts.h"

#define OS_TEXT_MAX	256 /* bytes with the NUL; a value of the store holds 2015 */
#define DRIVERS_MAX	32  /* the kernel has about a dozen Xen frontends */
#define DRIVER_NAME_MAX 32  /* bytes with the NUL */

struct os_facts {
	char name[OS_TEXT_MAX];	  /* "Debian GNU/Linux 12 (bookworm)", never empty */
	char distro[OS_TEXT_MAX]; /* lower-case id: "debian"; never empty */
	char major[OS_TEXT_MAX];  /* digits, "" when there is none */
	char minor[OS_TEXT_MAX];  /* digits, "" when there is none */
	char uname[OS_TEXT_MAX];  /* kernel release, as uname -r */
};

struct driver_facts {
	size_t count;
	struct driver_fact {
		char name[DRIVER_NAME_MAX]; /* "xen-netfront" */
		bool out_of_tree;
	} driver[DRIVERS_MAX]; /* sorted by name */
	bool balloon;	       /* a balloon driver is there */
	bool balloon_settled; /* and has reached its target, at least once in this domain */
};

struct memory_facts {
	uint64_t total_kib; /* 0: unknown */
	uint64_t free_kib;  /* what programs could still have */
};

struct facts {
	struct os_facts os;
	struct driver_facts drivers;
	struct memory_facts memory;
	struct net_facts net;
	struct host_facts host;
	const struct volume_facts *volumes; /* the collector's; NULL: not told */
	bool without_os;		    /* by configuration */
	bool static_ip;			    /* the host may set addresses */
};

int collect_os(int rootfd, struct os_facts *ret);
/* Leaves balloon_settled as it is while there is a balloon driver. */
int collect_drivers(int rootfd, struct driver_facts *ret);
bool collect_balloon_at_target(int rootfd);
int collect_memory(int rootfd, struct memory_facts *ret);
/* A frontend takes new devices from when its driver is registered with the bus, which
 * names it after the kind of device.
 * Source: linux drivers/xen/xenbus/xenbus_probe.c (xenbus_register_driver_common) */
void collect_hotplug(int rootfd, struct host_facts *h);
