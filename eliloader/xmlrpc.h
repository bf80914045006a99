/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xmlrpc - XML-RPC as XAPI speaks it: calls as text, replies as a tree.
 *
 * Replies are hostile: a DOCTYPE (and so every entity of its own), more than
 * XMLRPC_DEPTH_MAX elements inside one another, more than XMLRPC_VALUES_MAX values, and
 * what the grammar does not know are refused.  Text is UTF-8 without NUL, as XML has it.
 * Strings come as <value>text</value> or <value><string>text</string></value>.
 *
 * Owns:   a value owns what is below it.
 * Errors: 0 or a negative errno; -EBADMSG: not such a reply.  -E2BIG: too many values.
 * Source: xmlrpc.com/spec; contract par. 3.7 (wire shape)
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define XMLRPC_DEPTH_MAX  64	/* elements: a VM's record needs 12 */
#define XMLRPC_VALUES_MAX 65536 /* one VM's record has some 300 */

enum xmlrpc_kind {
	XMLRPC_STRING,
	XMLRPC_NUMBER, /* int, i4, i8, double: its text */
	XMLRPC_BOOL,   /* "0" or "1" */
	XMLRPC_OTHER,  /* dateTime.iso8601, base64: its text */
	XMLRPC_NIL,
	XMLRPC_STRUCT,
	XMLRPC_ARRAY,
};

struct xmlrpc_value {
	enum xmlrpc_kind kind;
	char *name; /* owned: as a member of a struct, else NULL */
	char *text; /* owned: NUL-terminated; NULL for nil, struct and array */
	struct xmlrpc_value *child; /* owned: the first member or element */
	struct xmlrpc_value *next;  /* owned: the next of the same parent */
};

/* Read a whole <methodResponse>.  @ret_fault: the value is a <fault>'s. */
int xmlrpc_parse(const char *text, size_t len, struct xmlrpc_value **ret_value,
		 bool *ret_fault);
void xmlrpc_free(struct xmlrpc_value *v);
static inline void xmlrpc_freep(struct xmlrpc_value **v)
{
	xmlrpc_free(*v);
}
#define autoxmlrpc __attribute__((cleanup(xmlrpc_freep)))

/* The first member of that name; NULL: none, or @v is no struct (it may be NULL). */
const struct xmlrpc_value *xmlrpc_member(const struct xmlrpc_value *v, const char *name);
/* A string's text; NULL: it is no string (it may be NULL). */
const char *xmlrpc_string(const struct xmlrpc_value *v);
/* The text of that member. */
const char *xmlrpc_member_string(const struct xmlrpc_value *v, const char *name);
/* A boolean that is true. */
bool xmlrpc_is_true(const struct xmlrpc_value *v);

struct xmlrpc_param {
	bool is_bool;
	bool truth;	  /* of a bool */
	const char *text; /* of a string */
};

/* A call's body (free() it).  -EINVAL: a text that XML cannot hold: control bytes but \t,
 * \n and \r, or what is not UTF-8. */
int xmlrpc_call(const char *method, const struct xmlrpc_param *params, size_t count,
		char **ret_text, size_t *ret_len);
