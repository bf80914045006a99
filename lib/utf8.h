/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8 - which bytes are characters, and which of these act on a terminal; pure.
 * Source: RFC 3629
 * Owns:   nothing.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the valid UTF-8 sequence that @text starts with and its code point, or 0:
 * there is none (cut short, overlong, a surrogate, past U+10FFFF). */
size_t utf8_first(const char *text, size_t len, uint32_t *ret_point);
/* C0, DEL and C1: what a terminal acts on. */
bool utf8_is_control(uint32_t point);
