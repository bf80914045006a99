/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals - signals that a loop reads, where they would end or interrupt the program.
 * Source: signalfd(2).  What is blocked stays so in threads and over fork() and exec().
 * Owns:   nothing; the descriptor is the caller's.
 * Errors: a negative errno.
 */
#pragma once

/* Blocks @numbers, up to a 0, beside what is blocked already; what comes from now on
 * waits for signals_next().  A descriptor for poll(). */
int signals_open(const int *numbers);
/* The number of one that has come; 0: there is none.  Never blocks. */
int signals_next(int fd);
