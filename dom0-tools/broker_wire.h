/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_wire - the xenstore protocol as bytes: frames, requests, names of errors.
 *
 * A frame is a struct xsd_sockmsg in host order and len bytes of body.  Requests are read
 * strictly: a NUL wherever one must be and none where there must be none, so that what is
 * understood here is all there is, and can be written anew for the daemon.
 *
 * Source: xen.git docs/misc/xenstore.txt, <xen/io/xs_wire.h>
 * Owns:   a wire_in owns its buffer; a request borrows from the frame's body.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <xen/io/xs_wire.h>

#define WIRE_PAYLOAD_MAX 4096 /* XENSTORE_PAYLOAD_MAX: bytes of a body */
#define WIRE_FRAME_MAX	 (sizeof(struct xsd_sockmsg) + WIRE_PAYLOAD_MAX)
#define WIRE_DOMID_LAST	 65535 /* GET_DOMAIN_PATH: any domid_t */

/*
 * Frames out of a stream cut anywhere.  Zero-initialise; then
 *	wire_in_room()   where bytes may be put and how many
 *	wire_in_added()  how many came
 *	wire_in_take()   frames, until there is no whole one
 * The buffer (WIRE_FRAME_MAX bytes) is there from the first room asked for until
 * wire_in_rest() finds it empty, so that an idle connection has none.
 */
struct wire_in {
	char *buffer; /* owned; NULL when at rest */
	size_t start; /* bytes of it already taken */
	size_t end;   /* bytes of it filled */
};

/* *@ret_len is 0 only when a whole frame must be taken first.  Bodies taken before are no
 * longer valid.  -EMSGSIZE: a body over WIRE_PAYLOAD_MAX is announced, the stream is lost.
 * -ENOMEM. */
int wire_in_room(struct wire_in *in, void **ret_at, size_t *ret_len);
void wire_in_added(struct wire_in *in, size_t len);
/* Is a whole frame there?  1: yes.  0: no.  -EMSGSIZE. */
int wire_in_ready(const struct wire_in *in);
/* Takes the next frame, *@ret_body of ret_header->len bytes: 1.  0: none is whole.
 * -EMSGSIZE. */
int wire_in_take(struct wire_in *in, struct xsd_sockmsg *ret_header,
		 const char **ret_body);
/* Is nothing of a next frame there? */
bool wire_in_empty(const struct wire_in *in);
/* Gives the buffer back if it is empty. */
void wire_in_rest(struct wire_in *in);
void wire_in_done(struct wire_in *in);

/* Only what a type has is set; everything else is 0. */
struct wire_request {
	uint32_t type, req_id, tx_id;
	const char *path;  /* NUL-terminated, not looked into: see broker_path.h */
	const char *token; /* WATCH, UNWATCH; any text */
	const void *value; /* WRITE: @value_len bytes */
	size_t value_len;
	bool commit;	   /* TRANSACTION_END */
	unsigned domid;	   /* GET_DOMAIN_PATH */
	uint32_t offset;   /* DIRECTORY_PART */
	const char *perms; /* SET_PERMS: strings; see broker_perms.h */
	size_t perms_len;
};

/* @body has header->len bytes.  -EINVAL: not the shape of its type.  -ENOSYS: no such type,
 * or one that only a server sends.  -EACCES: for privileged connections (INTRODUCE,
 * RELEASE, RESUME, SET_TARGET, IS_DOMAIN_INTRODUCED).  CONTROL passes with its body unread.
 * On -EINVAL, -ENOSYS and -EACCES type, req_id and tx_id are set all the same. */
int wire_parse(const struct xsd_sockmsg *header, const char *body,
	       struct wire_request *ret_request);

/* Header and @len bytes of body (NULL: none), @len <= WIRE_PAYLOAD_MAX, to @out, which has
 * room for both.  Returns the bytes written. */
size_t wire_put(void *out, uint32_t type, uint32_t req_id, uint32_t tx_id,
		const void *body, size_t len);
/* The body of a request from strings: @path, a NUL, and @len bytes of @rest (NULL: none).
 * Returns the length, or 0 when it would be over WIRE_PAYLOAD_MAX. */
size_t wire_body(char out[WIRE_PAYLOAD_MAX], const char *path, const void *rest,
		 size_t len);

/* The protocol's name of an errno of either sign; "EINVAL" for one that has none. */
const char *wire_error_name(int err);
/* The body of an ERROR reply, its NUL included or not, as a negative errno.  EQUOTA
 * (oxenstored) is -ENOSPC; a name that is not known -EINVAL. */
int wire_error_number(const char *name, size_t len);
