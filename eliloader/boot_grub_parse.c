/* SPDX-License-Identifier: BSD-2-Clause */
/* Units of GRUB's script language as trees of commands. */
#include <errno.h>

#include "eliloader/boot_grub_script.h"

struct parser {
	struct grub_lex *lex;
	struct grub_token token; /* the one that is next */
	unsigned depth;
};

static int parse_command(struct parser *p, struct grub_cmd **ret);

static int advance(struct parser *p)
{
	int r = grub_lex_next(p->lex, &p->token);

	if (r < 0)
		return r;
	return p->token.kind == GRUB_TOKEN_BAD ? -EBADMSG : 0;
}

static int skip_newlines(struct parser *p)
{
	int r = 0;

	while (r == 0 && p->token.kind == GRUB_TOKEN_NEWLINE)
		r = advance(p);
	return r;
}

static struct grub_cmd *new_cmd(struct parser *p, enum grub_kind kind)
{
	struct grub_cmd *cmd = grub_alloc(p->lex->arena, sizeof(*cmd));

	if (cmd)
		cmd->kind = kind;
	return cmd;
}

static bool is_keyword(const struct parser *p, enum grub_keyword keyword)
{
	return p->token.kind == GRUB_TOKEN_WORD && p->token.keyword == keyword;
}

static int expect(struct parser *p, enum grub_keyword keyword)
{
	return is_keyword(p, keyword) ? advance(p) : -EBADMSG;
}

/* ";" or a newline, then as many newlines as there are.  @ret_any: was there one? */
static int delimiters(struct parser *p, bool *ret_any)
{
	int r = 0;

	*ret_any =
		p->token.kind == GRUB_TOKEN_SEMI || p->token.kind == GRUB_TOKEN_NEWLINE;
	if (*ret_any)
		r = advance(p);
	return r < 0 ? r : skip_newlines(p);
}

/* What ends a list of commands: "}", or a word that belongs to what is around it. */
static bool ends_list(const struct parser *p)
{
	switch (p->token.keyword) {
	case GRUB_KEY_DO:
	case GRUB_KEY_DONE:
	case GRUB_KEY_ELIF:
	case GRUB_KEY_ELSE:
	case GRUB_KEY_FI:
	case GRUB_KEY_THEN:
		return true;
	default:
		return p->token.kind == GRUB_TOKEN_CLOSE;
	}
}

/* At least one command, up to what ends the list.  Only "}" may follow the last command
 * without a delimiter, and of a function not even that: @strict. */
static int parse_list(struct parser *p, bool strict, struct grub_cmd **ret)
{
	struct grub_cmd **last = ret;
	int r = skip_newlines(p);

	while (r == 0) {
		bool any = false;

		r = parse_command(p, last);
		if (r == 0)
			r = delimiters(p, &any);
		if (r < 0)
			return r;
		last = &(*last)->next;
		if (ends_list(p))
			return any || (p->token.kind == GRUB_TOKEN_CLOSE && !strict)
				       ? 0
				       : -EBADMSG;
		if (!any)
			return -EBADMSG;
	}
	return r;
}

/* The token is "{". */
static int parse_block(struct parser *p, bool strict, struct grub_cmd **ret)
{
	int r = advance(p);

	if (r == 0)
		r = parse_list(p, strict, ret);
	if (r < 0)
		return r;
	return p->token.kind == GRUB_TOKEN_CLOSE ? advance(p) : -EBADMSG;
}

/* All words that come now; keywords are words too where they are no command. */
static int parse_words(struct parser *p, struct grub_word **ret)
{
	int r = 0;

	while (r == 0 && p->token.kind == GRUB_TOKEN_WORD) {
		*ret = p->token.word;
		ret = &(*ret)->next;
		r = advance(p);
	}
	return r;
}

static int parse_simple(struct parser *p, struct grub_cmd **ret)
{
	struct grub_cmd *cmd = new_cmd(p, GRUB_SIMPLE);
	int r;

	if (!cmd)
		return -E2BIG;
	r = parse_words(p, &cmd->words);
	if (r == 0 && p->token.kind == GRUB_TOKEN_OPEN)
		r = parse_block(p, false, &cmd->body);
	*ret = cmd;
	return r;
}

/* After "if" or "elif", up to and with "fi". */
static int parse_if(struct parser *p, struct grub_cmd **ret)
{
	struct grub_cmd *cmd = new_cmd(p, GRUB_IF);
	int r;

	if (!cmd)
		return -E2BIG;
	*ret = cmd;
	for (;;) {
		r = parse_list(p, true, &cmd->cond);
		if (r == 0)
			r = expect(p, GRUB_KEY_THEN);
		if (r == 0)
			r = parse_list(p, true, &cmd->body);
		if (r < 0 || !is_keyword(p, GRUB_KEY_ELIF))
			break;
		cmd->other = new_cmd(p, GRUB_IF);
		if (!cmd->other)
			return -E2BIG;
		cmd = cmd->other;
		r = advance(p);
		if (r < 0)
			return r;
	}
	if (r == 0 && is_keyword(p, GRUB_KEY_ELSE)) {
		r = advance(p);
		if (r == 0)
			r = parse_list(p, true, &cmd->other);
	}
	return r < 0 ? r : expect(p, GRUB_KEY_FI);
}

/* "do" LIST "done" */
static int parse_body(struct parser *p, struct grub_cmd **ret)
{
	int r = expect(p, GRUB_KEY_DO);

	if (r == 0)
		r = parse_list(p, true, ret);
	return r < 0 ? r : expect(p, GRUB_KEY_DONE);
}

static int parse_for(struct parser *p, struct grub_cmd **ret)
{
	struct grub_cmd *cmd = new_cmd(p, GRUB_FOR);
	bool any = false;
	int r;

	if (!cmd)
		return -E2BIG;
	*ret = cmd;
	cmd->name = p->token.name;
	if (!cmd->name || p->token.keyword)
		return -EBADMSG;
	r = advance(p);
	if (r == 0)
		r = expect(p, GRUB_KEY_IN);
	if (r == 0)
		r = parse_words(p, &cmd->words);
	if (r == 0)
		r = delimiters(p, &any);
	if (r < 0)
		return r;
	return any ? parse_body(p, &cmd->body) : -EBADMSG;
}

static int parse_while(struct parser *p, enum grub_kind kind, struct grub_cmd **ret)
{
	struct grub_cmd *cmd = new_cmd(p, kind);
	int r;

	if (!cmd)
		return -E2BIG;
	*ret = cmd;
	r = parse_list(p, true, &cmd->cond);
	return r < 0 ? r : parse_body(p, &cmd->body);
}

static int parse_function(struct parser *p, struct grub_cmd **ret)
{
	struct grub_cmd *cmd = new_cmd(p, GRUB_FUNCTION);
	int r = advance(p);

	if (!cmd)
		return -E2BIG;
	*ret = cmd;
	cmd->name = p->token.name;
	if (r < 0 || !cmd->name || p->token.keyword)
		return -EBADMSG;
	r = advance(p);
	if (r == 0)
		r = skip_newlines(p);
	if (r < 0)
		return r;
	return p->token.kind == GRUB_TOKEN_OPEN ? parse_block(p, true, &cmd->body)
						: -EBADMSG;
}

/* After the keyword that it begins with. */
static int parse_compound(struct parser *p, enum grub_keyword keyword,
			  struct grub_cmd **ret)
{
	int r = advance(p);

	if (r < 0)
		return r;
	switch (keyword) {
	case GRUB_KEY_IF:
		return parse_if(p, ret);
	case GRUB_KEY_FOR:
		return parse_for(p, ret);
	case GRUB_KEY_WHILE:
		return parse_while(p, GRUB_WHILE, ret);
	case GRUB_KEY_UNTIL:
		return parse_while(p, GRUB_UNTIL, ret);
	default:
		return -EBADMSG; /* reserved, or where it means nothing */
	}
}

static int parse_command(struct parser *p, struct grub_cmd **ret)
{
	enum grub_keyword keyword = p->token.keyword;
	int r;

	*ret = NULL;
	if (p->token.kind != GRUB_TOKEN_WORD || p->depth == GRUB_NEST_MAX)
		return -EBADMSG;
	p->depth++;
	r = keyword ? parse_compound(p, keyword, ret) : parse_simple(p, ret);
	p->depth--;
	return r;
}

static bool at_end(const struct parser *p)
{
	return p->token.kind == GRUB_TOKEN_NEWLINE || p->token.kind == GRUB_TOKEN_END;
}

/* Statements up to the end of a line. */
static int parse_unit(struct parser *p, struct grub_cmd **ret)
{
	int r = 0;

	while (r == 0 && !at_end(p)) {
		r = is_keyword(p, GRUB_KEY_FUNCTION) ? parse_function(p, ret)
						     : parse_command(p, ret);
		if (r < 0 || at_end(p))
			break;
		if (p->token.kind != GRUB_TOKEN_SEMI)
			return -EBADMSG;
		ret = &(*ret)->next;
		r = advance(p);
	}
	return r;
}

int grub_parse(struct grub_lex *lex, struct grub_cmd **ret)
{
	struct parser p = { .lex = lex };
	int r;

	*ret = NULL;
	if (lex->at == lex->end)
		return 0;
	r = advance(&p);
	if (r == 0)
		r = parse_unit(&p, ret);
	if (r == 0)
		return 1;
	*ret = NULL;
	lex->bad_line = lex->line;
	if (p.token.kind == GRUB_TOKEN_NEWLINE)
		lex->bad_line--; /* it is what is wrong, and the lexer is past it */
	else
		grub_lex_skip_line(lex);
	return r;
}
