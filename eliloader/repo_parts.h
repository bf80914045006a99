/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * repo_parts - what repo.c and repo_nfs.c share.
 * Owns:   nothing; pieces point into the caller's copy of the address.
 * Errors: 0, or -EINVAL with the reason in @why.
 */
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "eliloader/repo.h"

/* An address in pieces; all point into one copy that NULs were put into. */
struct pieces {
	char *user; /* USER[:PASSWORD]; NULL: none */
	char *host;
	char *port;    /* NULL: none */
	char *path;    /* begins with '/', or empty */
	char *query;   /* NULL: none */
	char *options; /* of Anaconda's nfs form; NULL: none */
};

/* The reason, cut at its room. */
__attribute__((format(printf, 3, 4))) void repo_say(char *why, size_t size,
						    const char *fmt, ...);
/* (A macro, so that an analyser sees the result.) */
#define refuse(why, size, ...) (repo_say(why, size, __VA_ARGS__), -EINVAL)

/* repo.c */
int repo_check_number(const char *text, uint64_t max, const char *what, char *why,
		      size_t size);
/* "HOST", "HOST:PORT", "[IPv6]:PORT", for nfs also "HOST:". */
int repo_split_host(char *text, bool nfs, struct pieces *p, char *why, size_t size);

/* repo_nfs.c */
/* "[OPTIONS:]SERVER:/PATH", what follows "nfs:". */
int repo_split_nfs(char *text, struct pieces *p, char *why, size_t size);
/* Path, query and options into @r, and into libnfs's query. */
int repo_take_nfs(struct repo *r, struct pieces *p, char *query, size_t query_size,
		  char *why, size_t size);
