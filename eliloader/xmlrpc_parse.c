/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading replies, with expat telling of elements and text. */
#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/xmlrpc.h"
#include "lib/cleanup.h"

enum element {
	AT_TOP, /* outside all */
	RESPONSE,
	PARAMS,
	PARAM,
	FAULT,
	VALUE,
	SCALAR,
	NIL,
	STRUCT,
	MEMBER,
	NAME,
	ARRAY,
	DATA,
	NO_ELEMENT,
};

/* What may stand in what, by which name. */
static const struct {
	enum element parent;
	const char *name;
	enum element element;
	enum xmlrpc_kind kind; /* of a scalar */
} grammar[] = {
	{ AT_TOP, "methodResponse", RESPONSE, 0 },
	{ RESPONSE, "params", PARAMS, 0 },
	{ RESPONSE, "fault", FAULT, 0 },
	{ PARAMS, "param", PARAM, 0 },
	{ PARAM, "value", VALUE, 0 },
	{ FAULT, "value", VALUE, 0 },
	{ VALUE, "string", SCALAR, XMLRPC_STRING },
	{ VALUE, "int", SCALAR, XMLRPC_NUMBER },
	{ VALUE, "i4", SCALAR, XMLRPC_NUMBER },
	{ VALUE, "i8", SCALAR, XMLRPC_NUMBER },
	{ VALUE, "double", SCALAR, XMLRPC_NUMBER },
	{ VALUE, "boolean", SCALAR, XMLRPC_BOOL },
	{ VALUE, "dateTime.iso8601", SCALAR, XMLRPC_OTHER },
	{ VALUE, "base64", SCALAR, XMLRPC_OTHER },
	{ VALUE, "nil", NIL, XMLRPC_NIL },
	{ VALUE, "struct", STRUCT, XMLRPC_STRUCT },
	{ VALUE, "array", ARRAY, XMLRPC_ARRAY },
	{ STRUCT, "member", MEMBER, 0 },
	{ MEMBER, "name", NAME, 0 },
	{ MEMBER, "value", VALUE, 0 },
	{ ARRAY, "data", DATA, 0 },
	{ DATA, "value", VALUE, 0 },
};

/* One element that is open. */
struct frame {
	enum element element;
	struct xmlrpc_value *value;  /* VALUE: itself; borrowed, it hangs in its parent */
	struct xmlrpc_value **place; /* where the next value inside goes */
	char *name;		     /* owned: of a MEMBER */
	bool typed;		     /* VALUE: an element has said what it is */
	bool done;		     /* takes no further element */
};

struct parser {
	XML_Parser expat;
	struct frame frame[XMLRPC_DEPTH_MAX + 1];
	size_t depth;
	struct xmlrpc_value *root;
	bool fault;
	size_t values;
	char *text; /* of the innermost element that may have some */
	size_t text_len, text_room;
	int error;
};

static struct frame *top(struct parser *p)
{
	return &p->frame[p->depth];
}

static void fail(struct parser *p, int error)
{
	if (p->error == 0)
		p->error = error;
	(void)XML_StopParser(p->expat, XML_FALSE); /* only fails when it has stopped */
}

static bool text_is_blank(const struct parser *p)
{
	for (size_t i = 0; i < p->text_len; i++)
		if (!strchr(" \t\r\n", p->text[i]) || p->text[i] == '\0')
			return false;
	return true;
}

static char *take_text(struct parser *p)
{
	char *text = strndup(p->text_len ? p->text : "", p->text_len);

	p->text_len = 0;
	return text;
}

/* The element may hold no more than one of those inside it. */
static bool holds_one(enum element e)
{
	return e == RESPONSE || e == PARAMS || e == PARAM || e == FAULT || e == ARRAY ||
	       e == AT_TOP;
}

/* Hang a new value where the parent wants its next one. */
static int add_value(struct parser *p, struct frame *parent, struct frame *f)
{
	struct xmlrpc_value *v;

	if (++p->values > XMLRPC_VALUES_MAX)
		return -E2BIG;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->kind = XMLRPC_STRING;
	*parent->place = v;
	parent->place = &v->next;
	f->value = v;
	f->place = &v->child;
	return 0;
}

/* <value> in <member>: the name came before; the struct's list goes on behind it. */
static int add_member(struct parser *p, struct frame *f)
{
	struct frame *member = top(p) - 1, *list = member - 1;
	int r;

	if (!member->name)
		return -EBADMSG;
	r = add_value(p, list, f);
	if (r == 0)
		f->value->name = steal_ptr(member->name);
	member->done = true;
	return r;
}

/* What the element inside a <value> says of it. */
static void set_kind(struct frame *value, struct frame *f, enum xmlrpc_kind kind)
{
	value->typed = true;
	value->done = true;
	value->value->kind = kind;
	f->value = value->value;
	f->place = &value->value->child;
}

static int enter(struct parser *p, enum element element, enum xmlrpc_kind kind)
{
	struct frame *parent = top(p), *f;

	if (parent->done || !text_is_blank(p))
		return -EBADMSG;
	if (p->depth == XMLRPC_DEPTH_MAX)
		return -EBADMSG;
	p->text_len = 0;
	parent->done = holds_one(parent->element);
	p->depth++;
	f = top(p);
	*f = (struct frame){ .element = element, .place = parent->place };
	if (element == FAULT)
		p->fault = true;
	if (element == NAME && parent->name)
		return -EBADMSG;
	if (element == VALUE && parent->element == MEMBER)
		return add_member(p, f);
	if (element == VALUE)
		return add_value(p, parent, f);
	if (parent->element == VALUE)
		set_kind(parent, f, kind);
	return 0;
}

static void XMLCALL on_start(void *arg, const char *name, const char **attributes)
{
	struct parser *p = arg;
	enum element parent = top(p)->element;
	int r = -EBADMSG;

	(void)attributes; /* XML-RPC has none that matter */
	if (p->error)
		return; /* expat may tell of one more after it was stopped */
	for (size_t i = 0; i < sizeof(grammar) / sizeof(*grammar); i++)
		if (grammar[i].parent == parent && strcmp(grammar[i].name, name) == 0) {
			r = enter(p, grammar[i].element, grammar[i].kind);
			break;
		}
	if (r < 0)
		fail(p, r);
}

/* The element's text becomes what it belongs to. */
static int leave(struct parser *p, struct frame *f)
{
	if (f->element == SCALAR || (f->element == VALUE && !f->typed)) {
		f->value->text = take_text(p);
		return f->value->text ? 0 : -ENOMEM;
	}
	if (f->element == NAME) {
		top(p)[-1].name = take_text(p);
		return top(p)[-1].name ? 0 : -ENOMEM;
	}
	if (!text_is_blank(p))
		return -EBADMSG;
	p->text_len = 0;
	/* what must hold one thing holds it */
	if ((holds_one(f->element) || f->element == MEMBER) && !f->done)
		return -EBADMSG;
	return 0;
}

static void XMLCALL on_end(void *arg, const char *name)
{
	struct parser *p = arg;
	struct frame *f = top(p);
	int r;

	(void)name; /* expat has compared it */
	if (p->error)
		return;
	r = leave(p, f);
	free(f->name);
	f->name = NULL;
	p->depth--;
	if (r < 0)
		fail(p, r);
}

static void XMLCALL on_text(void *arg, const char *text, int len)
{
	struct parser *p = arg;
	size_t need = p->text_len + (size_t)len;

	if (p->error)
		return;
	if (need > p->text_room) {
		size_t room = need * 2; /* the whole reply's length is an int's */
		char *more = realloc(p->text, room);

		if (!more) {
			fail(p, -ENOMEM);
			return;
		}
		p->text = more;
		p->text_room = room;
	}
	memcpy(p->text + p->text_len, text, (size_t)len);
	p->text_len = need;
}

static void XMLCALL on_doctype(void *arg, const char *name, const char *system_id,
			       const char *public_id, int internal)
{
	(void)name, (void)system_id, (void)public_id, (void)internal; /* none will do */
	fail(arg, -EBADMSG);
}

static int run(struct parser *p, const char *text, size_t len)
{
	XML_SetUserData(p->expat, p);
	XML_SetElementHandler(p->expat, on_start, on_end);
	XML_SetCharacterDataHandler(p->expat, on_text);
	XML_SetStartDoctypeDeclHandler(p->expat, on_doctype);
	p->frame[0] = (struct frame){ .element = AT_TOP, .place = &p->root };
	if (XML_Parse(p->expat, text, (int)len, XML_TRUE) != XML_STATUS_OK && !p->error)
		p->error = XML_GetErrorCode(p->expat) == XML_ERROR_NO_MEMORY ? -ENOMEM
									     : -EBADMSG;
	if (!p->error && !p->root)
		p->error = -EBADMSG;
	return p->error;
}

int xmlrpc_parse(const char *text, size_t len, struct xmlrpc_value **ret_value,
		 bool *ret_fault)
{
	struct parser p = { 0 };
	int r;

	if (len > INT_MAX / 4)
		return -EFBIG;
	/* UTF-8 whatever the document says: XAPI speaks nothing else */
	p.expat = XML_ParserCreate("UTF-8");
	if (!p.expat)
		return -ENOMEM;
	r = run(&p, text, len);
	XML_ParserFree(p.expat);
	for (size_t i = 0; i <= p.depth; i++)
		free(p.frame[i].name);
	free(p.text);
	if (r < 0) {
		xmlrpc_free(p.root);
		return r;
	}
	*ret_value = p.root;
	*ret_fault = p.fault;
	return 0;
}
