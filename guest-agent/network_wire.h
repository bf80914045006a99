/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * network_wire - what the agent and its privileged helper say to one another.
 *
 *	helper -> agent   OFFER    what can be done; again when that changes
 *	agent -> helper   APPLY    one interface's addresses; one at a time
 *	helper -> agent   RESULT   of the APPLY with that id
 *
 * Messages of fixed size on a SOCK_SEQPACKET Unix socket, in the machine's own byte order:
 * both ends are of one package.  A reader takes exact lengths, this version, texts that
 * end and are printable, and addresses that make sense; all else is a wrong message and
 * ends the connection.  Padding is named and zero, so that a message has one form.
 * Owns:   nothing; pure.
 * Errors: 0 or -EBADMSG; ret_ arguments are written on success only, but @ret_why (a
 *         static sentence) on failure only.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/netconf.h"

#define NETWORK_WIRE_VERSION 1

enum network_wire_type { NETWORK_OFFER = 1, NETWORK_APPLY, NETWORK_RESULT };

struct network_wire_header {
	uint32_t version;
	uint32_t type;
};

struct network_offer {
	struct network_wire_header header;
	uint32_t usable;		   /* 0 or 1 */
	char backend[NETCONF_BACKEND_MAX]; /* its name when usable */
	char why[NETCONF_WHY_MAX];	   /* the reason when not */
};

struct network_wire_family {
	uint8_t mode;	     /* 0 keep, 1 none, 2 static, 3 auto */
	uint8_t prefix;	     /* static only, as what follows; else zero */
	uint8_t has_gateway; /* 0 or 1 */
	uint8_t zero;
	uint8_t address[16]; /* network order; IPv4 in the first four, the rest zero */
	uint8_t gateway[16];
};

struct network_apply {
	struct network_wire_header header;
	uint32_t id; /* any; the result has the same */
	char ifname[IF_NAMESIZE];
	uint8_t mac[MAC_LEN];
	uint8_t zero[2];
	struct network_wire_family v4, v6;
};

struct network_result {
	struct network_wire_header header;
	uint32_t id;
	int32_t code;		    /* 0 or a negative errno, as netconf_apply() has it */
	char text[NETCONF_WHY_MAX]; /* what went wrong; "" when nothing did */
};

/* Room for any of them: what is longer is cut by recv(), which tells (MSG_TRUNC). */
union network_message {
	struct network_wire_header header;
	struct network_offer offer;
	struct network_apply apply;
	struct network_result result;
};

/* @backend: NULL when there is none, with the reason in @why. */
void network_wire_put_offer(const char *backend, const char *why,
			    struct network_offer *ret);
int network_wire_get_offer(const void *data, size_t len, struct network_offer *ret,
			   const char **ret_why);

void network_wire_put_apply(uint32_t id, const struct netconf *want,
			    struct network_apply *ret);
int network_wire_get_apply(const void *data, size_t len, uint32_t *ret_id,
			   struct netconf *ret_want, const char **ret_why);

void network_wire_put_result(uint32_t id, int code, const char *text,
			     struct network_result *ret);
int network_wire_get_result(const void *data, size_t len, struct network_result *ret,
			    const char **ret_why);
