/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_menu - what a guest's own boot loader would offer, and which of it by default.
 *
 * One reader for each kind of configuration; boot_menu_read() finds which are there and
 * takes the first that has an entry to boot, in the order of enum boot_config, and of each
 * kind the active partition first, then in the order of the disk.
 *
 * Texts are bytes as the configuration has them (no NUL, no newline); hostile.
 * Owns:   struct boot_menu owns its entries; boot_menu_done().
 * Errors: 0 or a negative errno: -ENOENT: no such configuration; -ENODATA: none that has
 *         an entry; -E2BIG: endless or too large (the bounds below); -EBADMSG: it cannot
 *         be read on from somewhere: what was read up to there counts, and @note says so.
 * Source: grub(1 info), the Boot Loader Specification (uapi-group.org), syslinux's
 *         doc/{syslinux,extlinux,menu}.txt, GRUB Legacy's info page; contract par. 4.2, 9
 */
#pragma once
#include "eliloader/boot_fs.h"

#define BOOT_ENTRIES_MAX  256  /* of one menu; more are left out, and @note says so */
#define BOOT_RAMDISKS_MAX 16   /* of one entry */
#define BOOT_TEXT_MAX	  4096 /* bytes of a title, id or argument line */
#define BOOT_CONFIG_MAX	  (1 << 20) /* bytes of one configuration file */

enum boot_config {
	BOOT_GRUB,	  /* grub.cfg, with BLS entries where it says blscfg */
	BOOT_BLS,	  /* /loader/entries on its own: systemd-boot, kernel-install */
	BOOT_GRUB_LEGACY, /* menu.lst, grub.conf */
	BOOT_EXTLINUX,	  /* extlinux, syslinux, isolinux */
	BOOT_KERNELS,	  /* no configuration: kernels in well-known places */
	BOOT_CONFIGS,
};
extern const char *const boot_config_names[BOOT_CONFIGS];

struct boot_entry {
	char *title;		   /* owned */
	char *id;		   /* owned: what a default may name; NULL: none */
	struct boot_path kernel;   /* path "": none */
	struct boot_path *ramdisk; /* owned; in order: they are one after the other */
	size_t ramdisk_count;
	char *args;	/* owned: the kernel's; never NULL */
	char *why;	/* owned; not NULL: cannot be booted, and why ("chainloader") */
	unsigned depth; /* in how many submenus it lies; boot_menu_add() sets it */
};

/* What lies behind one line of a menu: the entries first to end - 1.  It is no entry
 * itself, but counts as one in the numbers by which a configuration names its default. */
struct boot_submenu {
	char *title; /* owned */
	char *id;    /* owned; NULL: none */
	size_t first, end;
	unsigned depth; /* that of the line */
	bool open;	/* entries are still added to it */
};

struct boot_menu {
	enum boot_config kind;
	struct boot_path config; /* the file that was read; of BOOT_KERNELS a directory */
	struct boot_entry *entry; /* owned */
	size_t count;
	struct boot_submenu *submenu; /* owned; in the order of the menu */
	size_t submenu_count;
	size_t chosen; /* the default: an entry that can be booted, or == count: none */
	int timeout_s; /* -1: it waits for a key; 0: no menu is shown */
	bool hidden;   /* the menu shows only after a key */
	char *note;    /* owned: what was not understood; NULL: nothing */
	/* BOOT_KERNELS: a configuration was found before, and nothing of it can be booted,
	 * so that a whole system may be there (boot_menu_read() sets it) */
	bool passed;
};
void boot_menu_init(struct boot_menu *m);
void boot_menu_done(struct boot_menu *m);
#define autobootmenu __attribute__((cleanup(boot_menu_done)))
/* A new last entry, all NULL but args ""; NULL: BOOT_ENTRIES_MAX or no memory. */
struct boot_entry *boot_menu_add(struct boot_menu *m);
/* The entries added until the matching boot_menu_leave() lie in a submenu. */
int boot_menu_enter(struct boot_menu *m, const char *title, const char *id);
void boot_menu_leave(struct boot_menu *m);
/* Why it cannot be booted; the first reason stays. */
__attribute__((format(printf, 2, 3))) void boot_entry_refuse(struct boot_entry *e,
							     const char *fmt, ...);
/* Keep the first note. */
__attribute__((format(printf, 2, 3))) void boot_menu_note(struct boot_menu *m,
							  const char *fmt, ...);
/* The entry that a configuration means by a number, an id or a title; of GRUB also "1>0"
 * with submenus (">>" is a '>' of a title).  Of a submenu its first entry.  -ENOENT. */
int boot_menu_resolve(const struct boot_menu *m, const char *text, size_t *ret_index);
/* Set the default to what resolve() says of @text (NULL or unknown: the first entry).
 * What cannot be booted is passed over: the first that can is it. */
void boot_menu_choose(struct boot_menu *m, const char *text);
/* The same by an entry's index. */
void boot_menu_prefer(struct boot_menu *m, size_t index);
/* --entry: a number from 0 or a title (whole, else the only one that begins so), else, as
 * for resolve(), "1>0": numbers, ids or whole titles down to an entry.
 * -ENOENT; -ENOTUNIQ. */
int boot_menu_find(const struct boot_menu *m, const char *text, size_t *ret_index);

/* Readers.  @config is the file (of boot_bls_read() the directory that has "loader/"). */
int boot_grub_read(struct boot_fs *fs, const struct boot_path *config,
		   struct boot_menu *ret);
int boot_bls_read(struct boot_fs *fs, const struct boot_path *root,
		  struct boot_menu *ret);
int boot_legacy_read(struct boot_fs *fs, const struct boot_path *config,
		     struct boot_menu *ret);
int boot_extlinux_read(struct boot_fs *fs, const struct boot_path *config,
		       struct boot_menu *ret);
int boot_kernels_read(struct boot_fs *fs, struct boot_menu *ret);
/* The disk's.  An entry of which a file is not there is not bootable. */
int boot_menu_read(struct boot_fs *fs, struct boot_menu *ret);

/* For boot_grub_read(): the entries below @dir ("/loader/entries" of a device) as the
 * command blscfg adds them, newest first; $variables of theirs are looked up by @get (NULL:
 * none; it gives borrowed text). */
int boot_bls_add(struct boot_fs *fs, const struct boot_path *dir,
		 const char *(*get)(void *arg, const char *name), void *arg,
		 struct boot_menu *m);
/* Order of versions, as rpm compares them (digits as numbers, '~' before all): <0, 0, >0. */
int boot_version_compare(const char *a, const char *b);
