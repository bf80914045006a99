/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name_facts - what this guest is called, what can be plugged into it, and how the agent
 * is, as plain data.
 * Owns:   nothing: all is embedded.
 */
#pragma once
#include <stdbool.h>

/* Bytes with the NUL: the kernel's own limit for a host name, and that of the DNS. */
#define NAME_HOST_MAX	65
#define NAME_DOMAIN_MAX 254
#define HEALTH_MAX	256 /* bytes with the NUL: one sentence */

struct name_facts {
	char host[NAME_HOST_MAX];     /* without the domain; "": none */
	char domain[NAME_DOMAIN_MAX]; /* "example.org"; "": not known */
};

struct host_facts {
	struct name_facts names;
	bool vbd_hotplug, vif_hotplug; /* the frontend's driver is there */
	char health[HEALTH_MAX];       /* what is wrong; "": nothing */
};
