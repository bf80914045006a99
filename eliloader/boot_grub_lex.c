/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens of GRUB's script language. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "eliloader/boot_grub_script.h"

static const struct {
	const char *text;
	enum grub_keyword keyword;
} keywords[] = {
	{ "case", GRUB_KEY_CASE },
	{ "do", GRUB_KEY_DO },
	{ "done", GRUB_KEY_DONE },
	{ "elif", GRUB_KEY_ELIF },
	{ "else", GRUB_KEY_ELSE },
	{ "esac", GRUB_KEY_ESAC },
	{ "fi", GRUB_KEY_FI },
	{ "for", GRUB_KEY_FOR },
	{ "function", GRUB_KEY_FUNCTION },
	{ "if", GRUB_KEY_IF },
	{ "in", GRUB_KEY_IN },
	{ "select", GRUB_KEY_SELECT },
	{ "then", GRUB_KEY_THEN },
	{ "until", GRUB_KEY_UNTIL },
	{ "while", GRUB_KEY_WHILE },
};

/* A word that is being read. */
struct reading {
	struct grub_lex *lex;
	struct grub_part **last; /* where the next part goes */
	bool bad;		 /* no word can come of it */
};

void grub_lex_init(struct grub_lex *lex, struct grub_arena *arena, const char *text,
		   size_t len)
{
	*lex = (struct grub_lex){
		.arena = arena, .at = text, .end = text + len, .line = 1
	};
}

void grub_lex_skip_line(struct grub_lex *lex)
{
	while (lex->at < lex->end && *lex->at != '\n')
		lex->at++;
	if (lex->at < lex->end) {
		lex->at++;
		lex->line++;
	}
}

size_t grub_lex_clean(char *text, size_t len)
{
	const char *end = text + len;
	char *out = text;
	bool begins = true, skip = false;

	for (const char *p = text; p < end; p++) {
		if (*p == '\n') {
			*out++ = '\n';
			begins = true;
			skip = false;
			continue;
		}
		if (*p == '\r')
			continue;
		skip |= *p == '\0' || (begins && *p == '#');
		begins = false;
		if (!skip)
			*out++ = *p == '\t' ? ' ' : *p;
	}
	return (size_t)(out - text);
}

/* The byte that lies @ahead, or -1. */
static int peek(const struct grub_lex *lex, size_t ahead)
{
	return ahead < (size_t)(lex->end - lex->at) ? (unsigned char)lex->at[ahead] : -1;
}

static int add_part(struct reading *w, enum grub_part_kind kind, const char *text,
		    size_t len)
{
	struct grub_part *part = grub_alloc(w->lex->arena, sizeof(*part));

	if (!part)
		return -E2BIG;
	part->kind = kind;
	part->text = grub_copy(w->lex->arena, text, len);
	if (!part->text)
		return -E2BIG;
	*w->last = part;
	w->last = &part->next;
	return 0;
}

static bool is_name(int c, bool first)
{
	return c == '_' || (c >= 0 && (first ? isalpha(c) : isalnum(c)));
}

/* The length of a variable's name at @p, which may be a number or a special one. */
static size_t name_length(const char *p, const char *end)
{
	size_t n = 0;

	if (p < end && strchr("?#*@", *p))
		return 1;
	if (p < end && isdigit((unsigned char)*p))
		while (p + n < end && isdigit((unsigned char)p[n]))
			n++;
	else
		while (p + n < end && is_name((unsigned char)p[n], n == 0))
			n++;
	return n;
}

/* At '$': $name or ${name}; nothing is taken and false when it is neither. */
static bool take_variable(struct reading *w, enum grub_part_kind kind, int *r)
{
	struct grub_lex *lex = w->lex;
	bool braces = peek(lex, 1) == '{';
	const char *name = lex->at + 1 + braces;
	size_t len;

	if (name >= lex->end)
		return false;
	len = name_length(name, lex->end);
	if (len == 0 || (braces && (name + len == lex->end || name[len] != '}')))
		return false;
	*r = add_part(w, kind, name, len);
	lex->at = name + len + braces;
	return true;
}

/* GRUB looks for the other quote to the end of the file, and so has lost what is there. */
static int unfinished(struct reading *w)
{
	w->lex->at = w->lex->end;
	w->bad = true;
	return 0;
}

static int take_single(struct reading *w)
{
	struct grub_lex *lex = w->lex;
	const char *text = lex->at + 1;
	const char *close = memchr(text, '\'', (size_t)(lex->end - text));

	if (!close)
		return unfinished(w);
	for (const char *p = text; p < close; p++)
		lex->line += *p == '\n';
	lex->at = close + 1;
	return add_part(w, GRUB_QUOTED, text, (size_t)(close - text));
}

/* What a backslash does inside "": the byte that is meant, 0: nothing (the line goes on),
 * or the backslash itself.  @lex->at is moved over what was used. */
static char escaped(struct grub_lex *lex)
{
	int c = peek(lex, 1);

	if (c != '$' && c != '\\' && c != '"' && c != '\n') {
		lex->at++;
		return '\\';
	}
	lex->at += 2;
	if (c == '\n')
		lex->line++;
	return c == '\n' ? '\0' : (char)c;
}

/* After the quote, to behind the other.  @lenient: a lone '$' is one. */
static int take_double(struct reading *w, bool lenient)
{
	struct grub_lex *lex = w->lex;
	/* what is quoted is no longer than what is left; it is copied when a part ends */
	char text[512];
	size_t len = 0;
	int r = 0;

	while (r == 0 && peek(lex, 0) != '"') {
		int c = peek(lex, 0);
		bool is_var = false;

		if (c < 0)
			return unfinished(w);
		if (len == sizeof(text) || c == '$') {
			r = add_part(w, GRUB_QUOTED, text, len);
			len = 0;
			if (r == 0 && c == '$')
				is_var = take_variable(w, GRUB_QUOTED_VAR, &r);
			if (c == '$' && !is_var && !lenient) {
				w->bad = true;
				return 0;
			}
			if (is_var)
				continue;
		}
		if (c == '\\') {
			text[len] = escaped(lex);
			len += text[len] != '\0';
			continue;
		}
		lex->line += c == '\n';
		text[len++] = (char)c;
		lex->at++;
	}
	lex->at++;
	return r < 0 ? r : add_part(w, GRUB_QUOTED, text, len);
}

static bool ends_word(int c)
{
	return c < 0 || strchr("{}|&;<> \t\n", c);
}

/* Unquoted text as far as it goes, backslashes with what they escape. */
static int take_text(struct reading *w)
{
	struct grub_lex *lex = w->lex;
	const char *from = lex->at;

	for (;;) {
		int c = peek(lex, 0);

		if (ends_word(c) || c == '\'' || c == '"' || c == '$' ||
		    (c == '\\' && peek(lex, 1) == '\n'))
			break;
		if (c == '\\' && peek(lex, 1) < 0) {
			w->bad = true;
			return 0;
		}
		lex->at += c == '\\' ? 2 : 1;
	}
	return lex->at > from ? add_part(w, GRUB_TEXT, from, (size_t)(lex->at - from))
			      : 0;
}

static int take_part(struct reading *w)
{
	struct grub_lex *lex = w->lex;
	int r = 0;

	switch (peek(lex, 0)) {
	case '\'':
		return take_single(w);
	case '"':
		lex->at++;
		return take_double(w, false);
	case '$':
		if (peek(lex, 1) == '"') { /* to be translated, which is not done here */
			lex->at += 2;
			return take_double(w, true);
		}
		w->bad = !take_variable(w, GRUB_VAR, &r);
		return r;
	case '\\':
		if (peek(lex, 1) == '\n' && peek(lex, 2) < 0)
			return unfinished(w);
		if (peek(lex, 1) == '\n') {
			lex->at += 2;
			lex->line++;
			return 0;
		}
		return take_text(w);
	default:
		return take_text(w);
	}
}

/* Is the word one that has a meaning, or a name? */
static void classify(const struct grub_part *part, struct grub_token *t)
{
	if (!part || part->next || part->kind != GRUB_TEXT)
		return;
	if (name_length(part->text, part->text + strlen(part->text)) ==
		    strlen(part->text) &&
	    is_name((unsigned char)*part->text, true))
		t->name = part->text;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (strcmp(part->text, keywords[i].text) == 0)
			t->keyword = keywords[i].keyword;
	if (strcmp(part->text, "[[") == 0 || strcmp(part->text, "]]") == 0)
		t->kind = GRUB_TOKEN_BAD; /* reserved, without a use */
}

static int take_word(struct grub_lex *lex, struct grub_token *ret)
{
	struct grub_word *word = grub_alloc(lex->arena, sizeof(*word));
	struct reading w = { .lex = lex };
	const char *from = lex->at;
	int r = 0;

	if (!word)
		return -E2BIG;
	w.last = &word->part;
	while (r == 0 && !w.bad && !ends_word(peek(lex, 0)))
		r = take_part(&w);
	ret->kind = w.bad ? GRUB_TOKEN_BAD : GRUB_TOKEN_WORD;
	ret->word = word;
	/* a name that is continued on another line is none */
	if (!w.bad && word->part && strlen(word->part->text) == (size_t)(lex->at - from))
		classify(word->part, ret);
	return r;
}

int grub_lex_next(struct grub_lex *lex, struct grub_token *ret)
{
	int c;

	*ret = (struct grub_token){ .kind = GRUB_TOKEN_BAD };
	while (peek(lex, 0) == ' ' || peek(lex, 0) == '\t')
		lex->at++;
	if (peek(lex, 0) == '#')
		while (lex->at < lex->end && *lex->at != '\n')
			lex->at++;
	c = peek(lex, 0);
	switch (c) {
	case -1:
		ret->kind = GRUB_TOKEN_END;
		return 0;
	case '\n':
		ret->kind = GRUB_TOKEN_NEWLINE;
		lex->line++;
		break;
	case ';':
		if (peek(lex, 1) != ';')
			ret->kind = GRUB_TOKEN_SEMI;
		break;
	case '{':
		ret->kind = GRUB_TOKEN_OPEN;
		break;
	case '}':
		ret->kind = GRUB_TOKEN_CLOSE;
		break;
	case '|':
	case '&':
	case '<':
	case '>':
		break; /* operators of a shell, which GRUB has none of */
	default:
		return take_word(lex, ret);
	}
	lex->at++;
	return 0;
}
