/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_text - texts that came from outside, in what is printed for programs.
 * Owns:   nothing.
 */
#pragma once
#include <jansson.h>

/* @text (of a disk: at most BOOT_TEXT_MAX, else cut) as it is when it is UTF-8; else escaped,
 * with \xHH for each byte that is no ASCII.  A new reference; NULL: no memory. */
json_t *json_text(const char *text);
/* Of NULL or nothing: null. */
json_t *json_text_or_null(const char *text);
