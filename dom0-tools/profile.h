/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile - reads a profile: what a program that serves one domain may have.
 *
 * A profile is data: ASCII lines of at most 512 bytes in a file of at most 64 KiB.
 *   # a comment, also behind a directive
 *   [section]                 xenstore (the broker's) or room (the launcher's)
 *   directive word word ...   blanks separate; nothing is quoted; at most 16 words
 * A name (no '/' in it) is looked for as NAME.profile in $XEN_PV_TOOLS_PROFILES (ignored
 * in a program with raised privilege), /etc/xen-pv-tools/profiles, the same below
 * /usr/share and /usr/local/share, and ../share/xen-pv-tools/profiles beside the program;
 * the first that exists is read.  Anything with a '/' is the file itself.  The file must
 * belong to root or to the caller and must not be writable by group or others.
 *
 * Owns:   nothing; words are borrowed during the visit.
 * Errors: 0 or a negative errno, and then a sentence in @why that names file and line:
 *         -ENOENT no such profile, or no such section in it; -EPERM the wrong owner or
 *         mode; -EINVAL a line that is none or that the visitor refused; -EFBIG over
 *         64 KiB; else what open() or read() gave.
 */
#pragma once
#include <stddef.h>

#define PROFILE_MAX	 65536 /* bytes of a file: a hundred times the longest of ours */
#define PROFILE_LINE_MAX 512   /* bytes, without the newline */
#define PROFILE_WORDS	 16    /* of a line */

/* What is done with each line of a section: @argv[0] is the directive.  Negative: ends the
 * reading; the text in @why, if any, gets file and line before it. */
typedef int profile_visit(void *arg, unsigned argc, char *const *argv, char *why,
			  size_t size);

int profile_read(const char *name, const char *section, profile_visit *visit, void *arg,
		 char *why, size_t why_size);
/* The same for @len bytes of text; @label stands for the file in sentences. */
int profile_parse(const char *label, const char *text, size_t len, const char *section,
		  profile_visit *visit, void *arg, char *why, size_t why_size);
