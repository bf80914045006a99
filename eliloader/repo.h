/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * repo - a repository's address, as a record holds it: checked, taken apart.
 *
 * Forms: http://, https://, ftp:// HOST[:PORT]/PATH (USER:PASSWORD@ allowed),
 *        nfs://SERVER[:PORT]/PATH[?version=4&nfsport=N], nfs://SERVER:/PATH,
 *        nfs:SERVER:/PATH, nfs:OPTIONS:SERVER:/PATH (Anaconda's), cdrom.  IPv6 addresses in brackets.
 * Refused: other schemes, control and non-ASCII bytes, spaces, quotes, fragments, "..",
 *        anything over URL_LEN_MAX.
 * Pure.
 * Source: contract par. 2, 3.2; RFC 3986
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "eliloader/limits.h"

enum scheme { SCHEME_HTTP, SCHEME_HTTPS, SCHEME_FTP, SCHEME_NFS, SCHEME_CDROM };

struct repo {
	enum scheme scheme;
	char url[URL_LEN_MAX];	    /* normalised, with a final '/'; empty for cdrom */
	char given[URL_LEN_MAX];    /* as the user wrote it */
	char host[256];		    /* without brackets; empty for cdrom */
	char nfs_path[URL_LEN_MAX]; /* SCHEME_NFS: the absolute path */
};

/* 0, or -EINVAL with the reason in @why. */
int repo_parse(const char *text, struct repo *ret, char *why, size_t size);
const char *scheme_name(enum scheme scheme);
/* The address without a password, for people. */
void repo_display(const struct repo *r, char *out, size_t size);
