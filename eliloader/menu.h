/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * menu - the guest's boot menu on the guest's console, for whoever sits there: under libxl
 * our stdin and stdout are that console (a pty).
 *
 * Entries of submenus are indented below the submenu's title, which is no line to choose.
 * Arrows, j and k, ^N and ^P, or a number move; Enter boots; any key stops the countdown.
 * Titles are the guest's: whatever is no printable ASCII is shown escaped, so that they
 * cannot drive the terminal of whoever watches.
 *
 * menu.c deals with the terminal; menu_view.c is pure: keys and lines.
 * Owns:   nothing; the boot menu is borrowed.  The terminal's modes are put back.
 * Errors: 0 or a negative errno.
 * Source: contract par. 1.4; GRUB's info page on its menu
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "eliloader/boot_menu.h"
#include "eliloader/config.h"

#define MENU_COLUMNS 80 /* a guest's console: a VT100 */
#define MENU_LINES   16 /* entries, and titles of submenus, seen at once */
/* From the first key on: else whoever has the guest's console could hold the start for ever,
 * and xl creates one domain at a time. */
#define MENU_OPEN_S 300

/* Seconds it is to be shown; 0: no menu.  Pure. */
unsigned menu_seconds(const struct boot_menu *m, const struct config *c);
/* Let somebody choose, by @in and @out.  After @seconds without a key, @open_s after the
 * first one, or when the console is closed, it is the default.  -ECANCELED: ^C. */
int menu_choose(int in, int out, const struct boot_menu *m, unsigned seconds,
		unsigned open_s, size_t *ret_index);

/* ---- menu_view.c ---- */

enum menu_end { MENU_GOES_ON, MENU_BOOT, MENU_CANCELED };

struct menu_view {
	const struct boot_menu *menu;
	size_t at, top;	   /* the entry under the bar, the first that is seen */
	size_t number;	   /* typed so far */
	unsigned escape;   /* how many bytes of an escape sequence have come */
	unsigned left_s;   /* of the countdown; 0: it is stopped */
	bool asleep;	   /* hidden: it shows after a key */
	char message[128]; /* one line below; may be empty */
};

void menu_view_init(struct menu_view *v, const struct boot_menu *m, unsigned seconds);
/* A byte from the console. */
enum menu_end menu_key(struct menu_view *v, unsigned char byte);
/* All of it, from the upper left corner. */
void menu_draw(const struct menu_view *v, FILE *out);
