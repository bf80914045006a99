/* SPDX-License-Identifier: BSD-2-Clause */
/* XML-RPC: calls that nothing can be forged in, replies of all shapes, hostile ones. */
#include "eliloader/xmlrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

#define REPLY(value)                                                                     \
	"<?xml version=\"1.0\"?><methodResponse><params><param>" value                   \
	"</param></params></methodResponse>"

/* A value in one line: "text", 5, true, nil, {name: ...}, [...]. */
static void show(FILE *out, const struct xmlrpc_value *v)
{
	static const char *const kinds[] = { "", "number ", "bool ", "other ", "nil" };

	if (v->kind != XMLRPC_STRUCT && v->kind != XMLRPC_ARRAY) {
		(void)fprintf(out, "%s%s", kinds[v->kind], v->text ? v->text : "");
		return;
	}
	(void)fputc(v->kind == XMLRPC_STRUCT ? '{' : '[', out);
	for (const struct xmlrpc_value *c = v->child; c; c = c->next) {
		if (c->name)
			(void)fprintf(out, "%s:", c->name);
		show(out, c);
		(void)fputs(c->next ? "," : "", out);
	}
	(void)fputc(v->kind == XMLRPC_STRUCT ? '}' : ']', out);
}

static void check(const char *name, const char *text, const char *want)
{
	autoxmlrpc struct xmlrpc_value *value = NULL;
	autofree char *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);
	bool fault = false;
	int r = xmlrpc_parse(text, strlen(text), &value, &fault);

	if (!out)
		abort();
	if (r == -EBADMSG)
		(void)fputs("-EBADMSG", out);
	else if (r < 0)
		(void)fprintf(out, "%d", r);
	else
		show(out, value);
	(void)fputs(fault ? " fault" : "", out);
	(void)fclose(out);
	is_str(shown, want, name);
}

static void test_replies(void)
{
	static const char *const cases[][3] = {
		{ "a bare string", REPLY("<value>a b</value>"), "a b" },
		{ "a typed one", REPLY("<value><string>a</string></value>"), "a" },
		{ "blanks around the type",
		  REPLY("<value>\n <string> a </string>\n</value>"), " a " },
		{ "an empty string", REPLY("<value></value>"), "" },
		{ "a short empty one", REPLY("<value/>"), "" },
		{ "blanks are a string", REPLY("<value> \n</value>"), " \n" },
		{ "nil", REPLY("<value><nil/></value>"), "nil" },
		{ "a boolean", REPLY("<value><boolean>1</boolean></value>"), "bool 1" },
		{ "int", REPLY("<value><int>-5</int></value>"), "number -5" },
		{ "i8", REPLY("<value><i8>5</i8></value>"), "number 5" },
		{ "double", REPLY("<value><double>1.5</double></value>"), "number 1.5" },
		{ "a date",
		  REPLY("<value><dateTime.iso8601>20260101T00:00:00Z</dateTime.iso8601></"
			"value>"),
		  "other 20260101T00:00:00Z" },
		{ "an array",
		  REPLY("<value><array><data><value>a</value> "
			"<value><array><data/></array>"
			"</value></data></array></value>"),
		  "[a,[]]" },
		{ "a struct",
		  REPLY("<value><struct> <member> <name>a</name> <value>1</value> "
			"</member>"
			"<member><name></name><value><struct/></value></member></"
			"struct></value>"),
		  "{a:1,:{}}" },
		{ "escapes",
		  REPLY("<value>&lt;a&gt; &amp;amp; &quot;&apos; &#13;&#x41;</value>"),
		  "<a> &amp; \"' \rA" },
		{ "cdata", REPLY("<value><![CDATA[</value>&lt;]]>b</value>"),
		  "</value>&lt;b" },
		{ "a comment in a text", REPLY("<value>a<!-- </value> -->b</value>"),
		  "ab" },
		{ "attributes", REPLY("<value x=\"y\">a</value>"), "a" },
		{ "UTF-8", REPLY("<value>\xc3\xa9\xf0\x9f\x98\x80</value>"),
		  "\xc3\xa9\xf0\x9f\x98\x80" },
		{ "a fault",
		  "<methodResponse><fault><value>no</value></fault></methodResponse>",
		  "no fault" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i][0], cases[i][1], cases[i][2]);
}

static void test_refused(void)
{
	static const char *const cases[][2] = {
		{ "nothing", "" },
		{ "no XML", "HTTP/1.1 200 OK" },
		{ "HTML", "<html><body>busy</body></html>" },
		{ "no parameters", "<methodResponse/>" },
		{ "no parameter", "<methodResponse><params/></methodResponse>" },
		{ "no value", REPLY("") },
		{ "two values", REPLY("<value>a</value><value>b</value>") },
		{ "two parameters",
		  "<methodResponse><params><param><value/></param><param>"
		  "<value/></param></params></methodResponse>" },
		{ "an empty fault", "<methodResponse><fault/></methodResponse>" },
		{ "text beside a type", REPLY("<value>a<string>b</string></value>") },
		{ "text after a type", REPLY("<value><string>b</string>a</value>") },
		{ "two types", REPLY("<value><int>1</int><int>2</int></value>") },
		{ "text in an array", REPLY("<value><array>a<data/></array></value>") },
		{ "text in a nil", REPLY("<value><nil>a</nil></value>") },
		{ "an array without data", REPLY("<value><array/></value>") },
		{ "text in a struct", REPLY("<value><struct>a</struct></value>") },
		{ "a member without a name",
		  REPLY("<value><struct><member><value/></member></struct></value>") },
		{ "a member without a value", REPLY("<value><struct><member><name>a</"
						    "name></member></struct></value>") },
		{ "the value before the name",
		  REPLY("<value><struct><member><value/><name>a</name></member></"
			"struct></value>") },
		{ "two names", REPLY("<value><struct><member><name>a</name><name>b</"
				     "name><value/></member>"
				     "</struct></value>") },
		{ "two values of a member",
		  REPLY("<value><struct><member><name>a</name><value/><value/></member></"
			"struct>"
			"</value>") },
		{ "an unknown type", REPLY("<value><set>a</set></value>") },
		{ "a call", "<methodCall><methodName>x</methodName></methodCall>" },
		{ "cut", "<methodResponse><params><param><value>a</value>" },
		{ "something behind", REPLY("<value/>") "<x/>" },
		{ "a DOCTYPE",
		  "<!DOCTYPE methodResponse><methodResponse><params><param><value/>"
		  "</param></params></methodResponse>" },
		{ "an entity of its own",
		  "<!DOCTYPE m [<!ENTITY e "
		  "\"x\">]><methodResponse><params><param><value>&e;"
		  "</value></param></params></methodResponse>" },
		{ "an external entity",
		  "<!DOCTYPE m [<!ENTITY e SYSTEM "
		  "\"/etc/passwd\">]><methodResponse><params>"
		  "<param><value>&e;</value></param></params></methodResponse>" },
		{ "an unknown entity", REPLY("<value>&e;</value>") },
		{ "a NUL by number", REPLY("<value>&#0;</value>") },
		{ "no UTF-8", REPLY("<value>\xff</value>") },
		{ "Latin-1 by its own word",
		  "<?xml version=\"1.0\" "
		  "encoding=\"iso-8859-1\"?><methodResponse><params><param>"
		  "<value>\xe9</value></param></params></methodResponse>" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i][0], cases[i][1], "-EBADMSG");
}

/* @n times @open around nothing, or one after another. */
static int parse_many(const char *open, const char *close, size_t n, bool nested)
{
	autoxmlrpc struct xmlrpc_value *value = NULL;
	autofree char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool fault;

	if (!out)
		abort();
	(void)fputs("<methodResponse><params><param><value><array><data>", out);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%s%s", open, nested ? "" : close);
	for (size_t i = 0; i < n && nested; i++)
		(void)fputs(close, out);
	(void)fputs("</data></array></value></param></params></methodResponse>", out);
	(void)fclose(out);
	return xmlrpc_parse(text, len, &value, &fault);
}

static void test_limits(void)
{
	const char *open = "<value><array><data>", *close = "</data></array></value>";

	is_int(parse_many(open, close, 19, true), 0, "as deep as may be");
	is_int(parse_many(open, close, 20, true), -EBADMSG, "too deep");
	is_int(parse_many(open, close, 100000, true), -EBADMSG, "far too deep");
	is_int(parse_many("<value>", "</value>", XMLRPC_VALUES_MAX - 1, false), 0,
	       "as many values as may be");
	is_int(parse_many("<value>", "</value>", XMLRPC_VALUES_MAX, false), -E2BIG,
	       "one more");
}

static void test_access(void)
{
	autoxmlrpc struct xmlrpc_value *v = NULL;
	const char *text =
		REPLY("<value><struct><member><name>s</name><value>x</value></member>"
		      "<member><name>b</name><value><boolean>1</boolean></value></member>"
		      "</struct></value>");
	bool fault;

	if (xmlrpc_parse(text, strlen(text), &v, &fault) < 0)
		v = NULL;
	is_str(xmlrpc_member_string(v, "s"), "x", "a member's string");
	is_str(xmlrpc_member_string(v, "b"), NULL, "a boolean is no string");
	is_str(xmlrpc_member_string(v, "t"), NULL, "no such member");
	is_str(xmlrpc_member_string(xmlrpc_member(v, "s"), "s"), NULL, "not a struct");
	is_str(xmlrpc_member_string(NULL, "s"), NULL, "nothing");
	ok(xmlrpc_is_true(xmlrpc_member(v, "b")) &&
		   !xmlrpc_is_true(xmlrpc_member(v, "s")),
	   "true is a boolean's only");
}

static void test_call(void)
{
	const struct xmlrpc_param params[] = {
		{ .text = "OpaqueRef:1" },
		{ .is_bool = true, .truth = true },
		{ .text = "a]]>&<value>\r\n\t\"'\xc3\xa9" },
	};
	autofree char *text = NULL;
	size_t len = 0;

	is_int(xmlrpc_call("VM.x", params, 3, &text, &len), 0, "a call");
	is_str(text,
	       "<?xml version=\"1.0\"?><methodCall><methodName>VM.x</methodName><params>"
	       "<param><value><string>OpaqueRef:1</string></value></param>"
	       "<param><value><boolean>1</boolean></value></param>"
	       "<param><value><string>a]]&gt;&amp;&lt;value&gt;&#13;\n\t\"'\xc3\xa9</"
	       "string>"
	       "</value></param></params></methodCall>",
	       "its text");
	ok(text && len == strlen(text), "its length");
}

static void test_unsendable(void)
{
	static const char *const cases[] = {
		"\x01",
		"a\x1f",
		"\x7f",
		"\xff",
		"\xc3",
		"\xc0\x80",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xef\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xe2\x82",
		"\x80",
		"\xf5\x80\x80\x80",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct xmlrpc_param p = { .text = cases[i] };
		autofree char *text = NULL;
		size_t len;

		ok(xmlrpc_call("x", &p, 1, &text, &len) == -EINVAL && !text,
		   "what XML cannot hold, %zu", i);
	}
}

int main(void)
{
	test_replies();
	test_refused();
	test_limits();
	test_access();
	test_call();
	test_unsendable();
	return tap_done();
}
