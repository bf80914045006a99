/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * repo - a repository's address, as a record holds it: checked, taken apart.
 *
 * Forms: http://, https://, ftp:// HOST[:PORT]/PATH (USER:PASSWORD@ allowed),
 *        nfs://SERVER[:PORT]/PATH[?version=4&nfsport=N], nfs://SERVER:/PATH,
 *        nfs:SERVER:/PATH, nfs:OPTIONS:SERVER:/PATH (Anaconda's), cdrom.  IPv6 addresses
 *        in brackets.
 * Refused: other schemes, control and non-ASCII bytes, spaces, quotes, fragments, "..",
 *        queries but nfs's version, nfsport and mountport, a second '@' (of which
 *        parsers take different ones for the host's), anything over URL_LEN_MAX.
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
	/* Normalised: scheme and host in lower case, a final '/' on the path, and for nfs
	 * libnfs's query after it: nfs://server/path/?version=4&nfsport=2049.  Empty for
	 * cdrom. */
	char url[URL_LEN_MAX];
	char given[URL_LEN_MAX];    /* as the user wrote it */
	char host[256];		    /* without brackets; empty for cdrom */
	char nfs_path[URL_LEN_MAX]; /* SCHEME_NFS: the absolute path, no final '/' */
	char nfs_options[128];	    /* SCHEME_NFS: mount options for the installer */
};

/* 0, or -EINVAL with the reason in @why. */
int repo_parse(const char *text, struct repo *ret, char *why, size_t size);
/* The address without a password, for people. */
void repo_display(const struct repo *r, char *out, size_t size);
/* The forms of an address that installers want; -ENAMETOOLONG.
 * FORM_URL: http://host/path/, nfs://server/path/ (without libnfs's query);
 * FORM_MOUNT: server:/path/; FORM_ANACONDA: nfs:[OPTIONS:]server:/path/ */
enum repo_form { FORM_URL, FORM_MOUNT, FORM_ANACONDA };
int repo_format(const struct repo *r, enum repo_form form, char *out, size_t size);

/* A proxy: [http://|https://][USER:PASSWORD@]HOST[:PORT][/].  0, or -EINVAL with the
 * reason in @why; @ret is as a repository's, without given. */
int repo_parse_proxy(const char *text, struct repo *ret, char *why, size_t size);
