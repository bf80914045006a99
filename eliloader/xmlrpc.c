/* SPDX-License-Identifier: BSD-2-Clause */
/* Making calls, and reading values. */
#include "eliloader/xmlrpc.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

/* A loop along siblings, since an array may have thousands; deep it never is. */
void xmlrpc_free(struct xmlrpc_value *v)
{
	while (v) {
		struct xmlrpc_value *next = v->next;

		xmlrpc_free(v->child);
		free(v->name);
		free(v->text);
		free(v);
		v = next;
	}
}

const struct xmlrpc_value *xmlrpc_member(const struct xmlrpc_value *v, const char *name)
{
	if (!v || v->kind != XMLRPC_STRUCT)
		return NULL;
	for (v = v->child; v; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

const char *xmlrpc_string(const struct xmlrpc_value *v)
{
	return v && v->kind == XMLRPC_STRING ? v->text : NULL;
}

const char *xmlrpc_member_string(const struct xmlrpc_value *v, const char *name)
{
	return xmlrpc_string(xmlrpc_member(v, name));
}

bool xmlrpc_is_true(const struct xmlrpc_value *v)
{
	return v && v->kind == XMLRPC_BOOL && strcmp(v->text, "1") == 0;
}

/* How many bytes follow this first one; -1: none can begin with it.  The lowest code
 * point of each length is checked by its second byte. */
static int utf8_more(unsigned char c)
{
	if (c < 0x80)
		return 0;
	if (c >= 0xc2 && c <= 0xdf)
		return 1;
	if ((c & 0xf0) == 0xe0)
		return 2;
	return c >= 0xf0 && c <= 0xf4 ? 3 : -1;
}

/* Overlong forms, surrogates, over U+10FFFF, U+FFFE and U+FFFF: not XML's characters. */
static bool code_point_is_fine(uint32_t point, int more)
{
	static const uint32_t lowest[] = { 0, 0x80, 0x800, 0x10000 };

	return point >= lowest[more] && point <= 0x10ffff &&
	       !(point >= 0xd800 && point <= 0xdfff) && point != 0xfffe &&
	       point != 0xffff;
}

/* The length of the character at @p (NUL ends the text); 0: XML cannot hold it. */
static size_t character(const char *p)
{
	unsigned char c = (unsigned char)*p;
	int more = utf8_more(c);
	uint32_t point;

	if (more == 0)
		return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r';
	if (more < 0)
		return 0;
	point = c & (0x3fU >> more);
	for (int i = 1; i <= more; i++) {
		unsigned char next = (unsigned char)p[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		point = (point << 6) | (next & 0x3f);
	}
	return code_point_is_fine(point, more) ? (size_t)more + 1 : 0;
}

/* All text goes through here, so that none can forge an element.  \r by number, or a
 * reader would take it for a line's end. */
static int put_text(FILE *out, const char *text)
{
	while (*text) {
		size_t n = character(text);

		if (n == 0)
			return -EINVAL;
		if (*text == '&')
			(void)fputs("&amp;", out); /* errors: at fclose() */
		else if (*text == '<')
			(void)fputs("&lt;", out);
		else if (*text == '>')
			(void)fputs("&gt;", out);
		else if (*text == '\r')
			(void)fputs("&#13;", out);
		else
			(void)fwrite(text, 1, n, out);
		text += n;
	}
	return 0;
}

static int put_param(FILE *out, const struct xmlrpc_param *p)
{
	int r = 0;

	(void)fputs("<param><value>", out);
	if (p->is_bool) {
		(void)fprintf(out, "<boolean>%d</boolean>", p->truth);
	} else {
		(void)fputs("<string>", out);
		r = put_text(out, p->text);
		(void)fputs("</string>", out);
	}
	(void)fputs("</value></param>", out);
	return r;
}

static int put_call(FILE *out, const char *method, const struct xmlrpc_param *params,
		    size_t count)
{
	int r;

	(void)fputs("<?xml version=\"1.0\"?><methodCall><methodName>", out);
	r = put_text(out, method);
	(void)fputs("</methodName><params>", out);
	for (size_t i = 0; i < count && r == 0; i++)
		r = put_param(out, &params[i]);
	(void)fputs("</params></methodCall>", out);
	return r;
}

int xmlrpc_call(const char *method, const struct xmlrpc_param *params, size_t count,
		char **ret_text, size_t *ret_len)
{
	autofree char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r;

	if (!out)
		return -ENOMEM;
	r = put_call(out, method, params, count);
	if (fclose(out) != 0)
		return -ENOMEM;
	if (r < 0)
		return r;
	*ret_text = steal_ptr(text);
	*ret_len = len;
	return 0;
}
