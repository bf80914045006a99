/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_grub_script - GRUB 2's script language: memory, tokens, commands as a tree.
 *
 * As in GRUB, a file is read line by line: what begins on a line is one unit, which goes on
 * over further lines while a block, a quotation or an if, for, while is open.  A unit with
 * a syntax error is dropped, and reading goes on with the next line.
 *
 * Owns:   all nodes and texts lie in an arena, and live as long as it.
 * Errors: 0 or a negative errno: -E2BIG over GRUB_ARENA_MAX; -EBADMSG a syntax error.
 * Limits: GRUB_NEST_MAX levels of nesting.
 * Source: grub(1 info) "Writing full configuration files directly", "Shell-like
 *         scripting"; what grub-script-check accepts (tests/eliloader/boot_grub_check.t)
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define GRUB_ARENA_MAX (32 << 20) /* bytes */
#define GRUB_NEST_MAX  64	  /* blocks, ifs and loops in one another */

/* Memory that is released in the order of a stack, or as a whole. */
struct grub_block;
struct grub_arena {
	struct grub_block *top; /* owned */
	size_t bytes;
	bool full; /* an allocation did not fit: it stays so */
};
struct grub_mark {
	struct grub_block *block;
	size_t used;
};
/* Zeroed; NULL: over the limit, or no memory. */
void *grub_alloc(struct grub_arena *a, size_t size);
/* @len bytes and a NUL. */
char *grub_copy(struct grub_arena *a, const char *text, size_t len);
struct grub_mark grub_arena_mark(const struct grub_arena *a);
void grub_arena_release(struct grub_arena *a, struct grub_mark mark);
void grub_arena_done(struct grub_arena *a);

/* A word is made of parts, and becomes zero or more words when it is expanded. */
enum grub_part_kind {
	GRUB_TEXT,	 /* unquoted; backslashes are still in it */
	GRUB_QUOTED,	 /* taken as it is */
	GRUB_VAR,	 /* a variable's name; its value is split at white space */
	GRUB_QUOTED_VAR, /* a variable's name; its value stays whole */
};
struct grub_part {
	enum grub_part_kind kind;
	const char *text;
	struct grub_part *next;
};
struct grub_word {
	struct grub_part *part; /* NULL: nothing comes of it */
	struct grub_word *next;
};

enum grub_kind {
	GRUB_SIMPLE,   /* words, body: the block in {} that follows them, or NULL */
	GRUB_IF,       /* cond, body, other: else or NULL */
	GRUB_FOR,      /* name, words, body */
	GRUB_WHILE,    /* cond, body */
	GRUB_UNTIL,    /* cond, body */
	GRUB_FUNCTION, /* name, body; only in a unit's first level */
};
struct grub_cmd {
	enum grub_kind kind;
	struct grub_cmd *next;
	struct grub_word *words;
	const char *name;
	struct grub_cmd *cond, *body, *other;
};

enum grub_token_kind {
	GRUB_TOKEN_END,
	GRUB_TOKEN_NEWLINE,
	GRUB_TOKEN_SEMI,
	GRUB_TOKEN_OPEN,  /* { */
	GRUB_TOKEN_CLOSE, /* } */
	GRUB_TOKEN_WORD,
	GRUB_TOKEN_BAD, /* what the grammar has no use for, or @error */
};
enum grub_keyword {
	GRUB_NO_KEYWORD,
	GRUB_KEY_CASE,
	GRUB_KEY_DO,
	GRUB_KEY_DONE,
	GRUB_KEY_ELIF,
	GRUB_KEY_ELSE,
	GRUB_KEY_ESAC,
	GRUB_KEY_FI,
	GRUB_KEY_FOR,
	GRUB_KEY_FUNCTION,
	GRUB_KEY_IF,
	GRUB_KEY_IN,
	GRUB_KEY_SELECT,
	GRUB_KEY_THEN,
	GRUB_KEY_UNTIL,
	GRUB_KEY_WHILE,
};
struct grub_token {
	enum grub_token_kind kind;
	struct grub_word *word;	   /* of a WORD */
	enum grub_keyword keyword; /* of a WORD that is one, unquoted */
	const char *name;	   /* of a WORD that can name a variable; else NULL */
};

/* Where a text is read. */
struct grub_lex {
	struct grub_arena *arena; /* borrowed */
	const char *at, *end;	  /* borrowed text; no NUL, no carriage return */
	unsigned line;		  /* from 1 */
	unsigned bad_line;	  /* of the last syntax error */
};
void grub_lex_init(struct grub_lex *lex, struct grub_arena *arena, const char *text,
		   size_t len);
/* -E2BIG; else 0, also for BAD. */
int grub_lex_next(struct grub_lex *lex, struct grub_token *ret);
/* Go to the next line's beginning. */
void grub_lex_skip_line(struct grub_lex *lex);
/* What GRUB's own reader leaves of a file: lines that begin with '#' become empty, carriage
 * returns and what follows a NUL in a line go, tabs are spaces.  In place; the new length. */
size_t grub_lex_clean(char *text, size_t len);

/* The next unit: NULL for one that does nothing.  1: one was read, 0: the end.
 * -EBADMSG: a syntax error in line @lex->bad_line; the lexer is at the next line. */
int grub_parse(struct grub_lex *lex, struct grub_cmd **ret);
