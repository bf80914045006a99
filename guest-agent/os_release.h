/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * os_release - which distribution this is, from the text of its files.
 *
 * Values become one line of printable text: control characters are dropped and what is
 * over OS_TEXT_MAX is cut at the end of a UTF-8 character.
 * Errors: 0 or -ENODATA: the text says nothing of use.
 * Source: os-release(5); LSB's /etc/lsb-release; the one-line files of older systems
 */
#pragma once
#include "guest-agent/facts.h"

/* /etc/os-release or /etc/lsb-release: lines KEY=value, quoted as in a shell. */
int os_release_parse(const char *text, struct os_facts *ret);
/* /etc/redhat-release: "CentOS Linux release 7.9.2009 (Core)". */
int os_redhat_parse(const char *text, struct os_facts *ret);
/* A file that holds a version alone, as Debian's and Alpine's. */
int os_version_parse(const char *text, const char *distro, const char *name,
		     struct os_facts *ret);
/* Fill in the minor version from the first "MAJOR.MINOR" of @text whose major is that of
 * @os, when @os has none. */
void os_complete_minor(const char *text, struct os_facts *os);
