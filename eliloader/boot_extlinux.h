/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_extlinux - parts of the reader of syslinux's configurations.
 *
 *   boot_extlinux.c         files, directives, menus
 *   boot_extlinux_label.c   what a LABEL collects; as an entry of the menu
 *   boot_extlinux_default.c which label is booted, and after how long
 *
 * Owns:   struct ext_scope and struct ext_label own what they hold.
 * Errors: 0 or a negative errno.
 * Limits: EXT_FILES_MAX files and EXT_DEPTH_MAX in one another, whatever they include.
 * Source: syslinux's doc/syslinux.txt, extlinux.txt, isolinux.txt, menu.txt
 */
#pragma once
#include "eliloader/boot_place.h"

#define EXT_FILES_MAX 32
#define EXT_DEPTH_MAX 8

/* What a LABEL section says. */
struct ext_label {
	char *name;	 /* NULL: no section is open */
	char *title;	 /* MENU LABEL */
	char *file;	 /* KERNEL, LINUX...: with its words */
	char *append;	 /* NULL: the global one counts */
	char *initrd;	 /* INITRD */
	char *other;	 /* a directive that boots something else: "localboot" */
	bool is_linux;	 /* LINUX: whatever the file is called */
	bool is_config;	 /* CONFIG: the file is another configuration */
	bool is_default; /* MENU DEFAULT */
	bool is_disabled;
	bool is_move; /* MENU GOTO, EXIT, QUIT: a line that boots nothing */
};
void ext_label_done(struct ext_label *l);

/* What a name leads to. */
struct ext_target {
	size_t entry; /* index in the menu */
	bool is_menu; /* by CONFIG: the next two are that configuration's */
	int timeout_s;
	bool hidden;
};
struct ext_name {
	char *name;  /* owned */
	char *alias; /* owned; not NULL: it only leads to that name */
	struct ext_target target;
};

/* The whole reading. */
struct ext_reading {
	struct boot_fs *fs;
	struct boot_menu *menu;
	unsigned files, depth;
	bool is_iso; /* isolinux */
};

/* One configuration with all that it includes. */
struct ext_scope {
	struct ext_reading *all;
	struct boot_path dir; /* where relative names begin */
	struct ext_label label;
	struct ext_name *name; /* owned */
	size_t names;
	char *append, *dflt, *ontimeout; /* owned */
	int timeout;			 /* tenths of a second */
	bool prompt, ui, hidden, no_implicit;
	unsigned submenus;    /* that are open */
	size_t first_default; /* an entry with MENU DEFAULT outside of submenus... */
	bool have_default;    /* ... if there is one */
};
void ext_scope_done(struct ext_scope *s);
#define autoextscope __attribute__((cleanup(ext_scope_done)))

/* Read @config into the menu; what it boots in *@ret_target.  -ENODATA: nothing. */
int ext_read_config(struct ext_reading *all, const struct boot_path *config,
		    const struct boot_path *dir, struct ext_target *ret_target);

/* The open section is complete. */
int ext_label_end(struct ext_scope *s);
/* An entry that boots the command line @line (a file and its options). */
int ext_label_implicit(struct ext_scope *s, struct span line, size_t *ret_entry);
int ext_name_add(struct ext_scope *s, const char *name, const char *alias,
		 const struct ext_target *target);

/* What the scope boots by itself. */
int ext_default(struct ext_scope *s, size_t first_entry, struct ext_target *ret_target);
