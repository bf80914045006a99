/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config - /etc/xe-guest-agent.conf and /etc/xe-guest-agent.conf.d/(name).conf.
 *
 * Format: see lib/config_lines.h.  Drop-ins are read after the file, by name in the order
 *         of bytes; what a later file says replaces what an earlier one said, lists add
 *         up, and a list's empty value forgets what came before.
 * Keys:   see xe-guest-agent.conf(5); a test compares it with the table here.
 * Trust:  the files are the administrator's, and may be anything all the same: a line or
 *         a file that is wrong is passed over, told in the log and counted, and all else
 *         holds.
 * Owns:   its strings and lists.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/text_list.h"

#define AGENT_CONFIG_FILE "etc/xe-guest-agent.conf" /* below the root directory */
#define AGENT_CONFIG_DIR  "etc/xe-guest-agent.conf.d"

#define AGENT_CONFIG_FILE_MAX	  (64 * 1024) /* bytes of one: the example has 3 KiB */
#define AGENT_CONFIG_DROPINS_MAX  64	      /* read; the first in order */
#define AGENT_CONFIG_ENTRIES_MAX  65536 /* of the directory, looked at: under 0.1 s */
#define AGENT_CONFIG_PATTERNS_MAX 64	/* of one list, from all files */
#define AGENT_CONFIG_PREFIXES_MAX 64
#define AGENT_CONFIG_TOLD_MAX	  20  /* errors in the log, each time it is read */
#define AGENT_CONFIG_WHY_MAX	  256 /* bytes with the NUL, of one error */

/* XAPI's round-robin databases take a value every 5 s: more often shows nothing more.
 * Less often than once a day means that it is not wanted: there is a switch for that. */
#define AGENT_INTERVAL_MIN_S	 5
#define AGENT_INTERVAL_MAX_S	 86400
#define AGENT_MEMORY_INTERVAL_S	 60
#define AGENT_VOLUMES_INTERVAL_S 60
/* Under the kernel's own 20 s suspends would fail that succeed without the agent; over an
 * hour nobody waits for one. */
#define AGENT_SUSPEND_MIN_S 20
#define AGENT_SUSPEND_MAX_S 3600
#define AGENT_SUSPEND_S	    300 /* as xe-guest-utilities sets it */

struct agent_prefix {
	int family;   /* AF_INET or AF_INET6 */
	unsigned len; /* bits */
	union {
		struct in_addr in;
		struct in6_addr in6;
	};
};

struct agent_prefixes {
	struct agent_prefix *item; /* owned */
	size_t count;
};

struct agent_config {
	/* include-interface, exclude-interface (lists): shell patterns */
	struct text_list include_interfaces, exclude_interfaces;
	/* include-prefix, exclude-prefix (lists): both families */
	struct agent_prefixes include_prefixes, exclude_prefixes;
	bool addresses, memory, os, drivers; /* on|off, default on, as the next four */
	bool volumes, host_name;
	bool balloon;		     /* may control/feature-balloon be published */
	bool hot_plug;		     /* feature/hotplug/... */
	bool legacy_keys;	     /* attr/ethN, for XenServer until 7.2; default on */
	bool static_addresses;	     /* from the host; default off */
	unsigned memory_interval_s;  /* memory-interval */
	unsigned volumes_interval_s; /* volumes-interval */
	unsigned suspend_timeout_s;  /* suspend-timeout; 0: off */
	char *user;		     /* whom the agent runs as; NULL: its own user */
	size_t errors;		     /* how many lines and files were wrong */
	size_t unread;		     /* of these, files that could not be read at all */
	char why[AGENT_CONFIG_WHY_MAX]; /* the first of them, printable ASCII; "": none */
};

/* The built-in values; nothing is looked at and nothing can fail. */
void agent_config_init(struct agent_config *c);
void agent_config_done(struct agent_config *c);
#define autoagentconfig __attribute__((cleanup(agent_config_done)))

/* Read the files below @rootfd into @c, which agent_config_init() made.  What is wrong is
 * told in the log, the first AGENT_CONFIG_TOLD_MAX of it.  Never fails as a whole: see
 * @c->errors. */
void agent_config_load(struct agent_config *c, int rootfd);
/* The same at SIGHUP.  When a file cannot be read (the agent has fewer rights than at its
 * start), @c stays what it was but for its errors: what was excluded must not come out. */
void agent_config_reload(struct agent_config *c, int rootfd);
/* For --check-config: tell all that is wrong, and change nothing.  0 or -EINVAL. */
int agent_config_check(int rootfd);

/* What those two are made of.  One file's @text (written over), by name @path in errors, of
 * which the first @told_max go to the log; else pure. */
void agent_config_parse(struct agent_config *c, const char *path, char *text, size_t len,
			size_t told_max);
/* One more thing is wrong. */
__attribute__((format(printf, 3, 4))) void
agent_config_wrong(struct agent_config *c, size_t told_max, const char *fmt, ...);
/* The table key by key; NULL past the end. */
const char *agent_config_key_name(size_t index);

/* May addresses of the interface @name be published, and this address?  (Excluded wins;
 * without an include list all are included.) */
bool agent_config_wants_interface(const struct agent_config *c, const char *name);
/* @addr: struct in_addr or in6_addr, by @family. */
bool agent_config_wants_address(const struct agent_config *c, int family,
				const void *addr);
