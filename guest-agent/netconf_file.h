/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_file - read and replace files of the system's configuration.
 *
 * A path is absolute, and no part of it may be a symbolic link: then we would write where
 * somebody else decided.  A file is replaced whole: a new one, synced, takes its name, so a
 * kill or a power cut leaves the old or the new one.
 *
 * Owns:   nothing but the temporary file NETCONF_FILE_TMP beside what it replaces.
 * Errors: 0 or a negative errno, said in @why; -ELOOP: a symbolic link.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

#include "guest-agent/netconf_why.h"

#define NETCONF_FILE_TMP ".xe-guest-network.new"
#define NETCONF_FILE_MAX                                                                 \
	(256 * 1024) /* bytes; configuration written by hand is smaller */

/* @ret_text ends in a NUL and is the caller's (free()).  @ret_mode may be NULL.
 * -ENOENT (nothing is said): there is no such file.  -EFBIG: over NETCONF_FILE_MAX. */
int netconf_file_read(const char *path, char **ret_text, size_t *ret_len,
		      mode_t *ret_mode, struct netconf_why *why);
/* A missing parent is made.  The owner of a file that is there stays. */
int netconf_file_write(const char *path, const char *text, size_t len, mode_t mode,
		       struct netconf_why *why);
/* Could it be written?  For a change that is not begun when it cannot end. */
int netconf_file_try(const char *path, struct netconf_why *why);
/* The temporary file that a kill may have left beside @path is gone. */
void netconf_file_clean(const char *path);
/* Gone, also after a power cut; one that is not there is fine. */
int netconf_file_remove(const char *path, struct netconf_why *why);
