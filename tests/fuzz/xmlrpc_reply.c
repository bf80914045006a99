/* SPDX-License-Identifier: BSD-2-Clause */
/* XAPI's replies: any text as XML-RPC, and what it says as a VM's record. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/record_xapi.h"
#include "eliloader/xmlrpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the header promises of every value. */
static void check(const struct xmlrpc_value *v, bool member)
{
	for (; v; v = v->next) {
		bool holds = v->kind == XMLRPC_STRUCT || v->kind == XMLRPC_ARRAY;

		if (!!v->name != member || (v->text && holds) || (v->child && !holds))
			abort();
		if (!v->text && !holds && v->kind != XMLRPC_NIL)
			abort();
		check(v->child, v->kind == XMLRPC_STRUCT);
	}
}

/* A string that came can be sent, in a call without a NUL. */
static void round_trip(const char *text)
{
	struct xmlrpc_param param = { .text = text };
	char *call;
	size_t len;

	if (xmlrpc_call("x", &param, 1, &call, &len) < 0)
		return; /* \x7f, which we do not send */
	if (strlen(call) != len)
		abort();
	free(call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xmlrpc_value *value;
	struct record record;
	bool fault;

	if (xmlrpc_parse((const char *)data, size, &value, &fault) < 0)
		return 0;
	check(value, false);
	record_init(&record);
	(void)record_take_xapi(&record, value); /* either way is fine */
	(void)record_take_xapi(&record, xmlrpc_member(value, "Value"));
	for (size_t i = 0; i < record.keys.count; i++)
		round_trip(record.keys.entry[i].value);
	record_done(&record);
	xmlrpc_free(value);
	return 0;
}
