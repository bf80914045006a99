/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text - texts on the heap.
 * Owns:   what is returned is the caller's (free()).
 * Errors: NULL: no memory.
 */
#pragma once

/* (asprintf() leaves something undefined when it fails.) */
__attribute__((format(printf, 1, 2))) char *text_printf(const char *fmt, ...);
