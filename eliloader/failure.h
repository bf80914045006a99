/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failure - why there is no result: the name that XAPI's users know and a text.
 * Source: contract par. 1.3
 */
#pragma once
#include <stdbool.h>

#define FAILURE_INTERNAL "INTERNAL_ERROR"
#define FAILURE_METHOD	 "UNSUPPORTED_INSTALL_METHOD"
#define FAILURE_SOURCE	 "INVALID_SOURCE"
#define FAILURE_LIMITS	 "LIMITS"
#define FAILURE_PACKAGE	 "SUPPORT_PACKAGE_MISSING"

struct failure {
	char name[40];	 /* empty: the text stands alone ("Could not access ...") */
	char text[2304]; /* may hold outside text: escaped when printed */
};

/* Returns @r. */
__attribute__((format(printf, 4, 5))) int
failure_set(struct failure *f, int r, const char *name, const char *fmt, ...);
/* To stderr: for xapi "RuntimeError: NAME\ntext\n\n", else "eliloader: text". */
void failure_print(const struct failure *f, bool xapi);
