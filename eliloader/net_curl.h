/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_curl - one question to a server by libcurl: no redirect is followed here.
 *
 * Owns:   struct net_curl.
 * Errors: as net.h's.
 */
#pragma once
#include <curl/curl.h>

#include "eliloader/net.h"
#include "eliloader/net_url.h"

#define NET_FOUND_MAX 4

/* A file that was looked at: which version, and where it was after redirects.  A mirror
 * that is drawn by lot must not give the kernel's first half, another one the rest. */
struct net_found {
	char path[REPO_PATH_MAX];
	struct net_url url;
	bool elsewhere; /* it was redirected */
	char etag[REPO_PATH_MAX], modified[64];
};

struct net_curl {
	CURL *easy;
	int ca_fd; /* owned: certificates, PEM; -1: read already, or none */
	char *ca;  /* owned: the same, when they were needed */
	size_t ca_len;
	struct net_url base, proxy; /* proxy.text empty: none */
	char proxy_url[URL_LEN_MAX];
	struct curl_slist *addresses; /* owned: of @resolved, "HOST:PORT" */
	char resolved[264];
	bool no_head; /* a server has refused HEAD */
	struct net_found found[NET_FOUND_MAX];
	unsigned found_next;
	/* The version that a transfer's bytes so far are of: an ETag or a date as
	 * If-Range takes it; empty: nothing tells.  For ftp: the time. */
	char version[REPO_PATH_MAX];
	curl_off_t ftp_time;
};

enum net_method { NET_HEAD, NET_FIRST_BYTE, NET_GET };

struct net_reply {
	long code;
	bool sized;    /* @size is known */
	uint64_t size; /* of the whole file */
	char etag[REPO_PATH_MAX];
	char modified[64];
	curl_off_t ftp_time; /* -1: not known */
};

/* One question and its answer. */
struct net_ask {
	struct net *n;
	const char *path;
	struct net_url url;
	enum net_method method;
	struct net_out *out; /* NET_GET */
	uint64_t offset;     /* NET_GET: begin there, if the version is still the same */
	struct net_reply reply;
	char next[NET_URL_MAX]; /* where a redirect leads; empty: to nowhere */

	bool ftp; /* spoken by ourselves, not by a proxy */
	bool begun;
	bool enough; /* the rest of the answer is not wanted */
	int error;
	curl_off_t moved;  /* bytes, when they were last seen to grow */
	uint64_t moved_ms; /* when; 0: not asked yet */
	bool silent;	   /* given up for that */
	uint64_t dropped;
	char curl_error[CURL_ERROR_SIZE];
};

int net_curl_prepare(struct net *n);
void net_curl_done(struct net *n);
/* 0: the server has answered (reply.code), and what was wanted is in @out. */
int net_curl_ask(struct net_ask *a);
/* What the answer's head says, when its first byte or its end comes. */
int net_curl_begin(struct net_ask *a);
