/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net - the network worker, eliloader-net: reads a repository by http, https, ftp (libcurl)
 * or nfs (libnfs), in a sandbox that has the network and no file of the host but what a
 * resolver wants.
 *
 * net_main.c talks to eliloader, net_out.c takes bytes, net_resolve.c finds addresses,
 * net_url.c holds the rules for addresses, net_curl.c and net_http.c ask by libcurl,
 * net_nfs.c by libnfs.
 *
 * Owns:   struct net; the job is borrowed.
 * Errors: 0 or a negative errno, with the sentence for people in net->source.error:
 *	-ENOENT   it is not there
 *	-EFBIG    over its limit
 *	-EPERM    refused by our own rules: scheme, host, redirect
 *	-EBADMSG  what came cannot be used
 *	-EAGAIN   failed, and may go better the next time
 *	-EIO      failed, and would fail again
 *	-EPIPE    eliloader is gone: nobody to work for
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eliloader/job.h"
#include "eliloader/pick.h"
#include "eliloader/repo.h"
#include "eliloader/wire.h"

/* Where bytes of a file go: to eliloader, in few large messages, or into memory. */
struct net_out {
	int wire; /* -1: all is kept in @buf */
	unsigned stream;
	char *buf; /* owned */
	size_t used, room;
	uint64_t len; /* bytes of the file so far, those sent and those in @buf */
	uint64_t max; /* more are -EFBIG */
	uint64_t flushed_ms;
};
void net_out_wire(struct net_out *o, int wire, unsigned stream, uint64_t max);
void net_out_memory(struct net_out *o, uint64_t max);
void net_out_done(struct net_out *o);
int net_out_add(struct net_out *o, const void *data, size_t len);
/* The file begins anew. */
int net_out_restart(struct net_out *o);
int net_out_flush(struct net_out *o);

struct net;
/* One way to reach a repository. */
struct net_ops {
	/* Before the sandbox: what must be loaded or read by path. */
	int (*prepare)(struct net *n);
	/* As pick.h's, one attempt: @file's size and validator. */
	int (*look)(struct net *n, const char *path, struct wire_offer_file *file);
	/* One attempt at what is missing of @path: from out->len on when the server still
	 * has the same version (what that was, the ops remember), else anew. */
	int (*get)(struct net *n, const char *path, struct net_out *out);
	/* A file was finished or given up: what was remembered of it is no longer true. */
	void (*forget)(struct net *n);
	void (*done)(struct net *n);
	bool reserved_ports;
};
extern const struct net_ops net_curl_ops, net_nfs_ops;

struct net {
	struct pick_source source; /* first: pick.h's callbacks are handed this */
	const struct job *job;
	struct repo repo;
	const struct net_ops *ops;
	/* Of the file that is asked for; from the offer, when there is one: what it must
	 * still be. */
	const struct wire_offer_file *expected;
	void *state; /* of the ops */
};

/* Set source.error; returns @r. */
__attribute__((format(printf, 3, 4))) int net_fail(struct net *n, int r, const char *fmt,
						   ...);
/* May that host be asked?  -EPERM, with the sentence. */
int net_check_host(struct net *n, const char *host);

#define NET_ADDRESSES 8
struct net_address {
	char text[64]; /* numeric, IPv6 without brackets */
};
/* @host's addresses, in the resolver's order; -EAGAIN or -EIO.  No threads are made: a
 * limit on them would count the workers of all VMs together. */
int net_resolve(struct net *n, const char *host, struct net_address *ret,
		unsigned *ret_count);
