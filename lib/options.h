/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options - what the command lines of all programs have in common: a wrong one ends the
 * program with one sentence and where help is, --help and --version print and end it,
 * numbers are strict, and what was printed has gone out or the status says that it has not.
 *
 * Needs:  log_open(), whose name is the program's.
 * Owns:   nothing; texts are borrowed.
 * Errors: a wrong command line is exit status OPTIONS_WRONG.
 */
#pragma once
#include <getopt.h>

#define OPTIONS_WRONG 2

struct options_program {
	const char *usage;	    /* what --help prints */
	const char *letters;	    /* as getopt_long() takes them */
	const struct option *longs; /* --help is 'h' in it, --version 'V' */
	int failed;		    /* the status when those two cannot be printed */
};

/* As getopt_long(), but that it ends with -1 only: --help, --version and what is wrong end
 * the program. */
int options_next(const struct options_program *p, int argc, char *argv[]);
/* Says what is wrong, and ends. */
__attribute__((noreturn, format(printf, 1, 2))) void options_wrong(const char *fmt, ...);
/* For who has said it, and ends by himself: says where help is; OPTIONS_WRONG. */
int options_try_help(void);
/* @text, the value of --@option, as io_parse_u64() reads it; anything else than a number
 * from @min to @max ends the program. */
unsigned options_number(const char *option, const char *text, unsigned min, unsigned max);
/* The status of a program that printed, or could not (@r < 0): 0 when all has gone out;
 * else it says why not, and is @failed. */
int options_printed(int r, int failed);
