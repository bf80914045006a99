/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress - how far a transfer is, on the guest's console (under libxl, where our stdout
 * is that): a bar with rate and time left on a terminal, plain lines elsewhere, nothing
 * at all under xapi, whose stdout is the result.
 *
 * Owns:   nothing; the stream is borrowed.
 * Errors: none; what cannot be printed there is not.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum progress_style { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_BAR };

struct progress {
	FILE *out;
	enum progress_style style;
	uint64_t start_ms, shown_ms; /* CLOCK_MONOTONIC */
	uint64_t total;		     /* bytes; 0: not known */
	unsigned columns;
	bool open; /* a bar is on the line */
};

void progress_init(struct progress *p, FILE *out, enum progress_style style);
void progress_start(struct progress *p, uint64_t total);
void progress_update(struct progress *p, uint64_t done);
/* The last state; the cursor on a new line. */
void progress_end(struct progress *p, uint64_t done);
/* One line for people; @text may be outside text: it is escaped. */
__attribute__((format(printf, 2, 3))) void progress_say(struct progress *p,
							const char *fmt, ...);
/* The line itself, without the leading CR; pure.  @ms: since the start. */
void progress_line(enum progress_style style, uint64_t done, uint64_t total, uint64_t ms,
		   unsigned columns, char *out, size_t size);
