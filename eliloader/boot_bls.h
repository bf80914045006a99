/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_bls - parts of the reader of Boot Loader Specification entries.
 *
 *   boot_bls.c         one entry file; pure
 *   boot_bls_list.c    the files of a directory; as an entry of the menu
 *   boot_bls_grub.c    boot_bls_add(): as GRUB's blscfg means them
 *   boot_bls_loader.c  boot_bls_read(): as systemd-boot means them, with its loader.conf
 *
 * Owns:   struct bls and struct bls_list own what they hold.
 * Errors: 0 or a negative errno; -EBADMSG: no entry.
 * Source: the Boot Loader Specification (uapi-group.org); loader.conf(5);
 *         systemd-boot(7), "Boot Counting"; GRUB's blscfg as Fedora has it
 */
#pragma once
#include "eliloader/boot_text.h"

#define BLS_FILES_MAX 64	/* of one directory: each costs a run of the tool */
#define BLS_FILE_MAX  (1 << 16) /* bytes of one */

/* Whose rules: GRUB's are fewer, systemd-boot takes quotes off a value and counts tries in
 * file names. */
enum bls_flavour { BLS_GRUB, BLS_SYSTEMD };

struct bls {
	char *id;   /* the file's name without ".conf" and "+LEFT-DONE" */
	char *name; /* @id with ".conf": what systemd-boot sorts by */
	char *title, *version, *machine_id, *sort_key, *architecture;
	char *kernel, *efi, *uki, *options;
	char *initrd;	/* all lines joined */
	int tries_left; /* -1: not counted */
	int tries_done;
	bool is_long; /* a value went past its bound */
};
void bls_done(struct bls *b);
#define autobls __attribute__((cleanup(bls_done)))

/* @file: its name without ".conf".  -EBADMSG: it names nothing to boot. */
int bls_parse(const char *file, const char *text, size_t len, enum bls_flavour flavour,
	      struct bls *ret);

struct bls_list {
	struct bls *item;
	size_t count;
	struct boot_path dir; /* where they are */
};
void bls_list_done(struct bls_list *l);
#define autoblslist __attribute__((cleanup(bls_list_done)))

/* The entries in @dir, the newest by their file names first; of too many only so many,
 * and @m notes it.  -ENOENT: no such directory. */
int bls_list_read(struct boot_fs *fs, const struct boot_path *dir,
		  enum bls_flavour flavour, struct boot_menu *m, struct bls_list *ret);
/* An entry of the menu for @b, whose files lie below @root; variables as boot_bls_add(). */
int bls_add(struct boot_fs *fs, const struct bls *b, const struct boot_path *root,
	    const char *(*get)(void *arg, const char *name), void *arg,
	    struct boot_menu *m);

/* What a loader.conf says; pure.  @ret is to be initialised. */
struct bls_loader {
	char *pattern; /* owned; NULL: no default */
	int timeout_s;
	bool hidden;
};
int bls_loader_parse(const char *text, size_t len, struct bls_loader *ret);
/* Shell patterns as systemd-boot knows them: '*', '?', [set], '\'; ASCII's cases are
 * alike.  Takes time in proportion to both lengths. */
bool bls_pattern_matches(const char *pattern, const char *text);
