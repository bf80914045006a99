/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config - /etc/eliloader.conf: the administrator's word.
 *
 * Format: see lib/config_lines.h; the first error ends it.
 * Keys:   see eliloader.conf(5); a test compares it with the table here.
 * Owns:   its strings.
 * Errors: 0 or a negative errno, the sentence in @ret_why.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/text_list.h"

#define WORKER_USER_DEFAULT "eliloader"
#define CONFIG_FILE_DEFAULT "/etc/eliloader.conf"

enum disk_reader { READER_ELILOADER, READER_PYGRUB };
enum signature_policy { SIGNATURE_OFF, SIGNATURE_AUTO, SIGNATURE_REQUIRE };

struct config {
	struct text_list allow_hosts; /* allow-host: names, "*.example.org"; none: all */
	char *ca_bundle;	      /* ca-bundle: PEM file; NULL: the system's */
	char *pinned_key;	      /* pinned-public-key: as curl's; NULL: none */
	char *no_proxy;		      /* no-proxy: comma list; NULL */
	struct text_list keyrings; /* keyring: for InRelease; none: Debian's and Ubuntu's
				    * archive keyrings (vouch.c) */
	enum signature_policy signature; /* signature = off|auto|require, default auto */
	char *worker_user;		 /* worker-user, default "eliloader" */
	char *xapi_socket; /* xapi-socket; NULL: one of the two places of xapi.h */
	char *state_dir;   /* state-directory, default /var/lib/eliloader */
	char *cache_dir;   /* cache-directory, default /var/cache/eliloader */
	/* guest-installer-directory, default
	 * /opt/xensource/packages/files/guest-installer */
	char *installer_dir;
	char *pygrub;	   /* pygrub: its path; NULL: searched for (pygrub_find.h) */
	char *grub_fstest; /* grub-fstest: its path; NULL: one of two places (disk.c) */
	enum disk_reader disk_reader; /* disk-reader, default eliloader's own */
	bool menu;		      /* menu = on|off, default on */
	unsigned menu_timeout_s;      /* menu-timeout; 0: what the guest's menu says */
	unsigned install_attempts;    /* install-attempts */
	/* kernel file and ramdisk of rhel41 and rhel44: rhel41-kernel, rhel41-ramdisk, ...;
	 * NULL: "<distro>-vmlinuz", "<distro>-initrd" in the directory above */
	char *rhel41_kernel, *rhel41_ramdisk, *rhel44_kernel, *rhel44_ramdisk;
	bool cache; /* cache = on|off, default on */
	/* Defaults of these are in limits.h. */
	uint64_t cache_size;				/* cache-size, bytes (K, M, G) */
	uint64_t kernel_max, ramdisk_max, unpacked_max; /* kernel-max-size ... */
	unsigned connect_timeout_s, stall_timeout_s, fetch_tries, xapi_timeout_s;
};

/* The built-in values; nothing is looked at.  config_done() also after a failure. */
int config_init(struct config *c);
void config_done(struct config *c);
#define autoconfig __attribute__((cleanup(config_done)))
/* @text (written over) of @path; pure. */
int config_parse(struct config *c, const char *path, char *text, size_t len,
		 char *ret_why, size_t size);
/* An absent file is fine unless @must. */
int config_load(struct config *c, const char *path, bool must, char *ret_why,
		size_t size);
/* The table key by key; NULL past the end. */
const char *config_key_name(size_t index);
/* Does the list allow @host (any case)?  An empty list allows all. */
bool config_allows_host(const struct config *c, const char *host);
