/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_line - lines and words of interfaces(5).
 * Source: interfaces(5) of ifupdown 0.8; busybox's ifupdown reads the same.
 * Owns:   nothing; a line points into the text that it is of.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define NETCONF_WORD_MAX 256 /* bytes of a word that is looked at, with its NUL */

struct netconf_line {
	const char *text;
	size_t len; /* with the newline, if it has one */
};

/* What a line is that is no comment, seen from one interface. */
enum netconf_line_kind {
	NETCONF_LINE_OPTION,	   /* of the stanza that it stands in */
	NETCONF_LINE_STANZA4,	   /* begins one of the interface's, IPv4 */
	NETCONF_LINE_STANZA6,	   /* IPv6 */
	NETCONF_LINE_STANZA_PLAIN, /* without a family, as ifupdown-ng has them */
	NETCONF_LINE_BRINGS_UP,	   /* "auto" and "allow-hotplug" that name it */
	NETCONF_LINE_SOURCE,
	NETCONF_LINE_SOURCE_DIR,
	NETCONF_LINE_OTHER, /* ends a stanza, and is no matter of the interface's */
};

/* From @at on, which is moved behind it.  False: there is none. */
bool netconf_line_physical(const char **at, const char *end, struct netconf_line *ret);
/* The same with those that it goes on in. */
bool netconf_line_logical(const char **at, const char *end, struct netconf_line *ret);
/* Is it a comment, or empty? */
bool netconf_line_is_comment(const struct netconf_line *l);
/* The next word from *@i on, into NETCONF_WORD_MAX bytes; "": none.  A longer one is cut,
 * and is then no word that we know. */
void netconf_line_word(const struct netconf_line *l, size_t *i, char *ret);
enum netconf_line_kind netconf_line_kind(const struct netconf_line *l,
					 const char *ifname);
