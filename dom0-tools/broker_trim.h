/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_trim - a small process: pages of programs and libraries that only the start needed
 * are given back; what is used again is mapped again, from the page cache.
 * Owns:   nothing.
 * Errors: none: it is no failure to be larger.
 */
#pragma once

void broker_trim(void);
