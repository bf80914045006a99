/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_report.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"

#define FIRST_ROOM 64 /* most reports need no more */

static const char *const verdict_names[] = {
	[VERIFY_OK] = "ok",
	[VERIFY_FAIL] = "FAIL",
	[VERIFY_UNKNOWN] = "unknown",
};

static void check_done(struct verify_check *c)
{
	free(c->name);
	free(c->found);
	free(c->wanted);
}

void verify_report_done(struct verify_report *rep)
{
	for (size_t i = 0; i < rep->count; i++)
		check_done(&rep->check[i]);
	free(rep->check);
	memset(rep, 0, sizeof(*rep));
}

/* A copy in which no byte can forge a line. */
static char *escaped(const char *text)
{
	size_t len = strlen(text);
	size_t need = log_escape_line(NULL, 0, text, len) + 1;
	char *copy = malloc(need);

	if (copy)
		(void)log_escape_line(copy, need, text, len);
	return copy;
}

static bool make_room(struct verify_report *rep)
{
	size_t room = rep->room ? rep->room * 2 : FIRST_ROOM;
	struct verify_check *bigger;

	if (rep->count < rep->room)
		return true;
	bigger = reallocarray(rep->check, room, sizeof(*bigger));
	if (!bigger)
		return false;
	rep->check = bigger;
	rep->room = room;
	return true;
}

void verify_add(struct verify_report *rep, enum verify_verdict verdict, const char *name,
		const char *wanted, const char *fmt, ...)
{
	struct verify_check c = { .verdict = verdict };
	char found[VERIFY_FOUND_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(found, sizeof(found), fmt, ap); /* cut: as the header says */
	va_end(ap);
	c.name = escaped(name);
	c.found = escaped(found);
	c.wanted = escaped(wanted);
	if (!c.name || !c.found || !c.wanted || !make_room(rep)) {
		check_done(&c);
		rep->lost = true;
		return;
	}
	rep->check[rep->count++] = c;
}

bool verify_report_is_good(const struct verify_report *rep)
{
	if (rep->lost || rep->count == 0)
		return false;
	for (size_t i = 0; i < rep->count; i++)
		if (rep->check[i].verdict != VERIFY_OK)
			return false;
	return true;
}

static void print_text(FILE *out, const struct verify_report *rep,
		       const struct verify_subject *who)
{
	size_t bad = 0;

	for (size_t i = 0; i < rep->count; i++) {
		const struct verify_check *c = &rep->check[i];

		fprintf(out, "%-7s  %-24s  found %s, wanted %s\n",
			verdict_names[c->verdict], c->name, c->found, c->wanted);
		if (c->verdict != VERIFY_OK)
			bad++;
	}
	if (rep->lost)
		fputs("FAIL     memory                    found too little, wanted "
		      "enough for all checks\n",
		      out);
	fprintf(out, "process %d, domain %u, uid %u, profile %s: ", who->pid, who->domid,
		who->uid, who->profile);
	if (verify_report_is_good(rep))
		fprintf(out, "verified, %zu checks\n", rep->count);
	else
		fprintf(out, "not verified, %zu of %zu checks\n", bad, rep->count);
}

static json_t *json_of_check(const struct verify_check *c)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "name", c->name, "verdict",
			 verdict_names[c->verdict], "found", c->found, "wanted",
			 c->wanted);
}

static json_t *json_of(const struct verify_report *rep, const struct verify_subject *who)
{
	autofree char *profile = escaped(who->profile);
	json_t *checks = json_array();
	bool good = checks && profile;

	for (size_t i = 0; good && i < rep->count; i++)
		good = json_array_append_new(checks, json_of_check(&rep->check[i])) == 0;
	if (!good) {
		json_decref(checks);
		return NULL;
	}
	return json_pack("{s:i, s:I, s:I, s:s, s:b, s:o}", "pid", who->pid, "domid",
			 (json_int_t)who->domid, "uid", (json_int_t)who->uid, "profile",
			 profile, "verified", verify_report_is_good(rep), "checks",
			 checks);
}

static int print_json(FILE *out, const struct verify_report *rep,
		      const struct verify_subject *who)
{
	json_t *whole = json_of(rep, who);
	int r = 0;

	if (!whole)
		return -ENOMEM;
	if (json_dumpf(whole, out, JSON_INDENT(2)) < 0 && !ferror(out))
		r = -ENOMEM;
	json_decref(whole);
	fputc('\n', out);
	return r;
}

int verify_report_print(FILE *out, const struct verify_report *rep,
			const struct verify_subject *who, bool json)
{
	if (json)
		return print_json(out, rep, who);
	print_text(out, rep, who);
	return 0;
}
