/* SPDX-License-Identifier: BSD-2-Clause */
/* Making calls, and reading values. */
#include "eliloader/xmlrpc.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/utf8.h"

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

#define CHARACTER_MAX 4 /* bytes of one in UTF-8 */

/* The length of the character at @text (NUL ends it); 0: XML cannot hold it. */
static size_t character(const char *text)
{
	uint32_t point = 0;
	size_t len = utf8_first(text, strnlen(text, CHARACTER_MAX), &point);

	if (point < 0x20 && point != '\t' && point != '\n' && point != '\r')
		return 0;
	return point == 0x7f || point == 0xfffe || point == 0xffff ? 0 : len;
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
