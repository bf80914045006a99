/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names - the host name and the DNS domain.
 *
 * The host name is the kernel's, up to its first dot.  The domain is the first that there
 * is of: what follows that dot; the canonical name of the entry of /etc/hosts that has the
 * host name as an alias; `domain` of /etc/resolv.conf; the first entry of `search`, which
 * the resolver tries first and other tools take for the domain, too.
 * A name is letters, digits, '-' and '_' in labels of up to 63 bytes.  "localhost",
 * "localdomain" and "(none)" say that there is none.
 * Owns:   nothing; texts are bytes and a length, results are copied out.
 * Errors: 0 or a negative errno; -ENODATA: the text has none.
 * Source: RFC 1123 2.1, hosts(5), resolv.conf(5), linux kernel/utsname_sysctl.c
 */
#pragma once
#include <stddef.h>

#include "guest-agent/name_facts.h"

/* The kernel's notice goes to all UTS namespaces: a container that sets its own host name
 * in a loop would keep the agent awake.  After an event the descriptor is not polled for
 * this long; the kernel keeps the next one. */
#define NAMES_PAUSE_MS 1000

/* The kernel's host name, which may have a domain. */
int names_split(const char *text, size_t len, struct name_facts *ret);
/* @ret_domain: NAME_DOMAIN_MAX bytes. */
int names_hosts_domain(const char *text, size_t len, const char *host, char *ret_domain);
int names_resolv_domain(const char *text, size_t len, char *ret_domain);

/* A descriptor that poll() with POLLPRI tells of (POLLERR | POLLPRI, once each time) when
 * a host name is set; the caller's.  It is not to be read. */
int names_open(int rootfd);
/* Look at all of it again. */
int collect_names(int rootfd, struct name_facts *ret);
