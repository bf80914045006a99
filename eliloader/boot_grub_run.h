/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_grub_run - running GRUB's scripts: variables, words, commands, menus.
 *
 * Nothing is written and nothing is booted: what "linux" and "initrd" name is put down, and
 * a menu entry's commands are run only after the whole configuration, each time with the
 * variables as they were at its end.
 *
 * Owns:   struct grub; grub_done().  What lies in @keep lives as long as it, what lies in
 *         @work until the command that runs is done.
 * Errors: a command's status is 0: true, else not true.  g->stop: nothing more is run:
 *         -E2BIG over a bound.
 * Limits: below.
 */
#pragma once
#include "eliloader/boot_grub_script.h"
#include "eliloader/boot_menu.h"

#define GRUB_STEPS_MAX	   200000 /* commands and the like, of reading and of all entries */
#define GRUB_STEPS_DISK	   1600000    /* of all configurations of a disk: some seconds */
#define GRUB_ENTRY_STEPS   10000      /* of one of them */
#define GRUB_STEP_BYTES	   8	      /* so many bytes of words are a step too */
#define GRUB_STEP_TEXT	   64	      /* and so many of a text that is parsed */
#define GRUB_LOOK_STEPS	   50	      /* a question to the disk */
#define GRUB_MATCH_STEPS   8	      /* a byte that is matched with a pattern */
#define GRUB_ROUNDS_MAX	   1024	      /* of one loop */
#define GRUB_DEPTH_MAX	   64	      /* functions, files and blocks in one another */
#define GRUB_SOURCES_MAX   16	      /* files in one another */
#define GRUB_MENUS_MAX	   16	      /* submenus in one another */
#define GRUB_LOOKED_MAX	   8	      /* directories of entries that are looked into */
#define GRUB_CHAIN_MAX	   4	      /* menus that lead to other menus */
#define GRUB_FUNCTIONS_MAX 256	      /* of one start */
#define GRUB_WORDS_MAX	   4096	      /* of one command */
#define GRUB_VALUE_MAX	   (64 << 10) /* bytes of a variable or a word */
#define GRUB_ENV_MAX	   (4 << 20)  /* bytes of all variables */
#define GRUB_ENV_FILE_MAX  (64 << 10) /* bytes of a grubenv; they have 1024 */
#define GRUB_TIMEOUT_MAX   3600	      /* seconds that a menu waits at most */
#define GRUB_REGEX_MAX	   256	      /* bytes of a pattern */
#define GRUB_MATCH_MAX	   1024	      /* bytes of what is matched with it */

#define GRUB_FALSE    1	   /* a test that is not so */
#define GRUB_ERROR    18   /* a command that failed: GRUB's "bad argument" */
#define GRUB_STATUSES 1000 /* "return N" below that */

struct grub_argv {
	char **word; /* in @work; NULL after the last */
	size_t count;
};

/* Variables: what is set in a frame hides what is below.  A frame that is closed lets only
 * those through that are exported, as a submenu and configfile do. */
struct grub_var;
#define GRUB_BUCKETS 64
struct grub_frame {
	struct grub_frame *below;
	struct grub_var *bucket[GRUB_BUCKETS]; /* owned */
	bool closed;
};

struct grub_entry {
	struct grub_entry *next;
	const char *title, *id;	     /* in @keep */
	struct grub_argv args;	     /* in @keep: $1 and so on of the commands */
	const struct grub_cmd *body; /* NULL: a BLS entry */
	size_t bls;		     /* its index in g->bls */
	bool submenu;
};
struct grub_menu {
	struct grub_entry *first, **last;
	size_t count;
};

/* What the commands of an entry asked for. */
struct grub_load {
	struct boot_path kernel;
	struct boot_path ramdisk[BOOT_RAMDISKS_MAX];
	size_t ramdisk_count;
	char *args; /* owned; NULL: no kernel */
	char *why;  /* owned; NULL: it can be booted */
};

struct grub_function {
	struct grub_function *next;
	const char *name;
	const struct grub_cmd *body;
};

/* The words a function or an entry was called with. */
struct grub_scope {
	char **word;
	size_t count;
};

struct grub {
	struct boot_fs *fs;	/* borrowed */
	struct boot_menu *menu; /* borrowed: for its note */
	struct grub_arena keep, work;
	unsigned kept; /* counts what was put down in @keep for later */
	struct grub_frame *env;
	size_t env_bytes;
	struct grub_function *function;
	unsigned function_count;
	struct grub_scope *scope;  /* NULL: outside */
	struct grub_menu *now;	   /* where menuentry adds */
	struct grub_load *load;	   /* what linux writes into */
	struct boot_menu bls;	   /* entries of blscfg */
	struct grub_menu *chained; /* what configfile made; in @keep */
	/* the configuration, what it handed over to by configfile, and so on */
	struct boot_path chain[GRUB_CHAIN_MAX];
	size_t chain_count;
	/* directories that entries name files in, and were looked into: each may cost a run
	 * of the disk's reader */
	struct boot_path looked[GRUB_LOOKED_MAX];
	size_t looked_count;
	bool precious; /* the default is run: it is worth a look anyway */
	bool below;    /* the last file was below the subvolume */
	unsigned source_depth, depth, entries;
	unsigned long steps; /* that are left */
	unsigned loops, breaks;
	bool continuing, returning, exiting, booted;
	int status; /* $? */
	int stop;
	char subvolume
		[BOOT_PATH_MAX]; /* where the configuration's system begins; "": root */
};

/* boot_grub_run.c */
/* Use up @n steps; false: there are none left, and all ends. */
bool grub_spend(struct grub *g, unsigned long n);
/* The menu's note, if it has none; control characters are spaces. */
__attribute__((format(printf, 2, 3))) void grub_note(struct grub *g, const char *fmt,
						     ...);
void grub_make_printable(char *text);
int grub_run_list(struct grub *g, const struct grub_cmd *cmd);
/* As a function: @words are $1 and so on. */
int grub_call(struct grub *g, const struct grub_cmd *body, char **words, size_t count);
/* Run a text; it is copied where it must live on. */
int grub_run_text(struct grub *g, const char *text, size_t len);
/* -ENOENT...: it cannot be read, and nothing was run. */
int grub_run_file(struct grub *g, const struct boot_path *path);

/* boot_grub_words.c */
/* -E2BIG: over a bound. */
int grub_expand(struct grub *g, const struct grub_word *words, struct grub_argv *ret);

/* boot_grub_env.c */
/* Borrowed until the next change; NULL: not set. */
const char *grub_get(const struct grub *g, const char *name);
/* NULL unsets.  GRUB_ERROR: no name for a variable, or over a bound. */
int grub_set(struct grub *g, const char *name, const char *value);
int grub_export(struct grub *g, const char *name);
/* -ENOMEM */
int grub_env_push(struct grub *g, bool closed);
void grub_env_pop(struct grub *g);

/* boot_grub_block.c */
/* An environment block: call @set for each "name=value".  -EBADMSG: it is none. */
int grub_env_parse(const char *text, size_t len,
		   void (*set)(void *arg, const char *name, const char *value),
		   void *arg);

/* boot_grub_path.c */
/* What is at "(hd0,gpt2)/x", or at "/x" of $root; on btrfs perhaps below the subvolume that
 * the configuration is in.  -ENOENT, -EINVAL: no path; with the disk's errors @ret is still
 * written, when it is a path of a device that is there. */
int grub_find(struct grub *g, const char *text, struct boot_path *ret,
	      enum boot_kind *ret_kind, uint64_t *ret_size);
/* The same of a kernel or ramdisk.  In a directory that is not looked into it is taken to
 * be there: of many entries in as many places, as snapshots have them, only the default
 * must be sure. */
int grub_locate(struct grub *g, const char *text, struct boot_path *ret);
/* What a device is called in scripts: "hd0,gpt2" of "loop0,gpt2". */
void grub_device_name(const struct grub *g, unsigned device, char *ret, size_t size);
/* The file names that @pattern (backslashes escape) stands for; added to @ret by @add. */
int grub_glob(struct grub *g, const char *pattern,
	      int (*add)(void *arg, const char *path), void *arg);

/* boot_grub_commands.c, and what its table has from the other files */
typedef int grub_command(struct grub *g, const struct grub_argv *argv,
			 const struct grub_cmd *body);
/* NULL: no command of GRUB's. */
grub_command *grub_find_command(const char *name);
grub_command grub_test, grub_search, grub_search_short, grub_regexp, grub_probe;
grub_command grub_menuentry, grub_linux, grub_initrd, grub_multiboot, grub_unbootable,
	grub_blscfg, grub_boot, grub_configfile;

/* Options as GRUB's commands take them: anywhere, until "--". */
enum grub_option_value { GRUB_FLAG, GRUB_VALUE, GRUB_OPTIONAL };
struct grub_option {
	const char *name; /* after "--"; NULL ends a table */
	char letter;	  /* after "-"; 0: none */
	enum grub_option_value value;
};
struct grub_options {
	const struct grub_option *table;
	const struct grub_argv *argv;
	size_t at;	     /* the word that is next; begin with 1 */
	const char *value;   /* of what was returned; NULL: none */
	const char *letters; /* the rest of "-abc" */
	bool over;	     /* "--" was there */
};
#define GRUB_OPTION_WORD (-1) /* @value is no option */
#define GRUB_OPTION_END	 (-2)
/* The index in the table.  An option that is not in it is a word. */
int grub_option(struct grub_options *o);

/* boot_grub_menu.c */
/* Run the entries of @menu, and give them, with the default, to @g->menu. */
int grub_menu_finish(struct grub *g, struct grub_menu *menu);
/* boot_grub_entry.c, boot_grub_load.c */
/* In g->now.  NULL: no more memory or entries. */
struct grub_entry *grub_menu_add(struct grub *g, const char *title, const char *id);
/* Run a configuration that takes the place of the one that runs.  When it has a menu that
 * is g->chained, all that runs ends, and variables stay as they are in it; so they do when
 * it boots.  -ELOOP: it is running already. */
int grub_hand_over(struct grub *g, const struct boot_path *path);
void grub_load_done(struct grub_load *load);
__attribute__((format(printf, 2, 3))) void grub_load_why(struct grub_load *load,
							 const char *fmt, ...);

void grub_done(struct grub *g);
