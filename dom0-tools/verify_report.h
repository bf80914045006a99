/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_report - what was looked at, what was found and what was wanted.
 * Owns:   copies of all texts; verify_report_done() frees them.
 * Errors: verify_add() cannot fail: what there is no memory for makes the whole report
 *         one that is not good.  verify_report_print(): 0 or a negative errno.
 * Limits: VERIFY_FOUND_MAX bytes of what was found; what is longer is cut.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define VERIFY_FOUND_MAX 512 /* bytes: a line that can still be read */

enum verify_verdict {
	VERIFY_OK,
	VERIFY_FAIL,
	VERIFY_UNKNOWN, /* could not be looked at; counts as failed */
};

struct verify_check {
	enum verify_verdict verdict;
	char *name;   /* owned */
	char *found;  /* owned; escaped */
	char *wanted; /* owned */
};

struct verify_report {
	struct verify_check *check; /* owned */
	size_t count;
	size_t room;
	bool lost; /* a check that there was no memory for */
};

/* For the head of the report. */
struct verify_subject {
	int pid;
	unsigned domid;
	unsigned uid;
	const char *profile; /* borrowed */
};

void verify_report_done(struct verify_report *rep);
#define autoreport __attribute__((cleanup(verify_report_done)))

/* @fmt: what was found, also bytes of the process' own choice: they are escaped here. */
__attribute__((format(printf, 5, 6))) void
verify_add(struct verify_report *rep, enum verify_verdict verdict, const char *name,
	   const char *wanted, const char *fmt, ...);
static inline enum verify_verdict verify_verdict_of(bool good)
{
	return good ? VERIFY_OK : VERIFY_FAIL;
}
/* Something was looked at, and all of it is as wanted. */
bool verify_report_is_good(const struct verify_report *rep);
int verify_report_print(FILE *out, const struct verify_report *rep,
			const struct verify_subject *who, bool json);
