/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_lines - configuration files of lines "key = value", by a table of their keys.
 *
 * Format: blanks around key and value do not count; '#' starts a comment line; a key may
 *         be given once in a file but lists, which add up.  An unknown key, a bad value or
 *         a second one is an error that names file and line: no surprise in a security
 *         setting.
 * Owns:   texts and lists are the configuration's, config_lines_done().
 * Errors: the setters return 0, -EINVAL or -ENOMEM.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_KEYS_MAX 64  /* of one table */
#define CONFIG_WHY_MAX	512 /* bytes with the NUL; paths and values are cut */

struct config_key {
	const char *name;
	/* one of those below, or the table's own; @field is at @at */
	int (*set)(void *field, const struct config_key *k, const char *value);
	size_t at;			 /* offset in the configuration */
	const char *help;		 /* what a good value is, for messages */
	bool (*good)(const char *value); /* texts and lists */
	const char *const *words;	 /* choices; ended by NULL */
	uint64_t min, max;		 /* numbers and sizes; lists: @max entries */
	bool repeats;			 /* may be given several times in one file */
};

int config_set_text(void *field, const struct config_key *k,
		    const char *value); /* char * */
int config_set_list(void *field, const struct config_key *k,
		    const char *value); /* struct text_list, an entry for each line */
int config_set_switch(void *field, const struct config_key *k,
		      const char *value); /* bool: on or off */
int config_set_choice(void *field, const struct config_key *k,
		      const char *value); /* unsigned or enum: the place in @words */
int config_set_number(void *field, const struct config_key *k,
		      const char *value); /* unsigned */
int config_set_size(void *field, const struct config_key *k,
		    const char *value); /* uint64_t; K, M and G are 1024-fold */

bool config_is_text(const char *value); /* printable ASCII; also nothing */
bool config_is_path(const char *value); /* absolute, printable ASCII */
bool config_is_user(const char *value);

struct config_table {
	const struct config_key *key;
	size_t count; /* up to CONFIG_KEYS_MAX */
};

/* Who hears what is wrong: @r is -EINVAL or -ENOMEM, @why the sentence.  0 goes on with
 * the next line, anything else ends the parse. */
struct config_hearer {
	int (*wrong)(void *data, int r, const char *why);
	void *data;
};

/* Set what @text (written over) of @path says in @config; pure.  0, or what the hearer
 * ended it with. */
int config_lines_parse(const struct config_table *t, void *config, const char *path,
		       char *text, size_t len, const struct config_hearer *h);
/* Free what config_set_text() and config_set_list() made. */
void config_lines_done(const struct config_table *t, void *config);
