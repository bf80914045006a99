/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_text - the bytes of a configuration as lines and words, and an entry filled in from
 * them.  For the readers of boot_menu.h; pure.
 *
 * Owns:   nothing of the text; spans are borrowed.  What is set in an entry is the entry's.
 * Errors: 0 or a negative errno; -ENOMEM.
 * Limits: BOOT_TEXT_MAX, BOOT_RAMDISKS_MAX: an entry that goes past one is not bootable,
 *         and says so.
 */
#pragma once
#include "eliloader/boot_menu.h"

struct span {
	const char *p;
	size_t len;
};

/* All of a file, up to the first NUL: what follows one was never written. */
struct span span_of(const char *text, size_t len);
struct span span_text(const char *text);
/* Blanks (space, tab, CR) off both ends. */
struct span span_trim(struct span s);
/* The next line, trimmed, taken off @rest; false: there is none. */
bool span_line(struct span *rest, struct span *ret_line);
/* The next word, taken off @rest with the blanks around it; empty: there is none. */
struct span span_word(struct span *rest);
/* Up to the next @mark, which is taken off, too. */
struct span span_part(struct span *rest, char mark);
bool span_is(struct span s, const char *text);	      /* exactly */
bool span_is_nocase(struct span s, const char *text); /* ASCII's cases only */
bool span_begins(struct span s, const char *text);
bool span_ends_nocase(struct span s, const char *text);
/* A number of digits only, at most @max (a larger one is @max); -EINVAL. */
int span_number(struct span s, int max, int *ret_number);
/* A NUL-terminated copy; NULL: no memory. */
char *span_dup(struct span s);

bool span_has_control(struct span s);

/* Replace *@field by a copy; of a longer one the first BOOT_TEXT_MAX - 1 bytes.  Control
 * characters, which nobody could be told, are blanks; so they are in arguments. */
int boot_entry_text(char **field, struct span value);
/* Words added to the arguments, a space between. */
int boot_entry_args(struct boot_entry *e, struct span words);
int boot_entry_ramdisk(struct boot_entry *e, const struct boot_path *path);
