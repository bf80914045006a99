/* SPDX-License-Identifier: BSD-2-Clause */
/* verify_report - verdicts, and text of a hostile process in them. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "dom0-tools/verify_report.h"
#include "tests/tap.h"

static const struct verify_subject who = {
	.pid = 7, .domid = 5, .uid = 1005, .profile = "guest"
};

/* The report as it is printed; free(). */
static char *printed(const struct verify_report *rep, bool json)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	is_int(verify_report_print(out, rep, &who, json), 0, "it is printed");
	(void)fclose(out);
	return text;
}

static void test_verdicts(void)
{
	static const struct {
		const char *name;
		enum verify_verdict verdict;
		bool good;
	} cases[] = { { "ok", VERIFY_OK, true },
		      { "failed", VERIFY_FAIL, false },
		      { "unknown", VERIFY_UNKNOWN, false } };
	struct verify_report none = { 0 };

	ok(!verify_report_is_good(&none), "nothing was looked at: not good");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autoreport struct verify_report rep = { 0 };

		verify_add(&rep, VERIFY_OK, "uid", "5", "%d", 5);
		verify_add(&rep, cases[i].verdict, "gid", "5", "%d", 5);
		verify_add(&rep, VERIFY_OK, "root", "/", "/");
		ok(verify_report_is_good(&rep) == cases[i].good, "one of three is %s",
		   cases[i].name);
	}
}

static void test_lost(void)
{
	autoreport struct verify_report rep = { 0 };

	verify_add(&rep, VERIFY_OK, "uid", "5", "5");
	rep.lost = true;
	ok(!verify_report_is_good(&rep),
	   "a check that there was no memory for: not good");
}

static void test_text(void)
{
	autoreport struct verify_report rep = { 0 };
	char *text;

	verify_add(&rep, VERIFY_FAIL, "descriptor-3", "none",
		   "file /a\nok       uid  \x1b[2J\xff");
	text = printed(&rep, false);
	is_str(text,
	       "FAIL     descriptor-3              found file /a\\nok       uid  "
	       "\\x1b[2J\\xff, wanted none\n"
	       "process 7, domain 5, uid 1005, profile guest: not verified, 1 of 1 "
	       "checks\n",
	       "a name makes no line");
	free(text);
}

static void test_json(void)
{
	autoreport struct verify_report rep = { 0 };
	json_t *whole, *check;
	char *text;

	verify_add(&rep, VERIFY_OK, "uid", "5", "%d", 5);
	verify_add(&rep, VERIFY_UNKNOWN, "fd", "none", "\"\n\xff");
	text = printed(&rep, true);
	whole = text ? json_loads(text, 0, NULL) : NULL;
	check = json_array_get(json_object_get(whole, "checks"), 1);
	ok(json_is_false(json_object_get(whole, "verified")), "JSON: not verified");
	is_int(json_integer_value(json_object_get(whole, "domid")), 5,
	       "JSON: the domain");
	is_str(json_string_value(json_object_get(check, "verdict")), "unknown",
	       "JSON: a verdict");
	is_str(json_string_value(json_object_get(check, "found")), "\"\\n\\xff",
	       "JSON: what is hostile");
	json_decref(whole);
	free(text);
}

static size_t allocations; /* that succeed yet */

static void *scarce(size_t size)
{
	if (allocations == 0)
		return NULL;
	allocations--;
	return malloc(size);
}

/* However early there is no more: it is printed whole, or that is an error. */
static void test_scarce(void)
{
	autoreport struct verify_report rep = { 0 };
	char *text = NULL;
	size_t n = 0, len;
	json_t *whole;
	int r;

	verify_add(&rep, VERIFY_OK, "uid", "5", "%d", 5);
	do {
		FILE *out = open_memstream(&text, &len);

		allocations = n++;
		json_set_alloc_funcs(scarce, free);
		r = verify_report_print(out, &rep, &who, true);
		json_set_alloc_funcs(malloc, free);
		(void)fclose(out);
		whole = json_loads(text, 0, NULL);
		free(text);
	} while (r == -ENOMEM && !whole);
	ok(r == 0 && n > 1, "JSON: without memory there is an error");
	is_int((long long)json_array_size(json_object_get(whole, "checks")), 1,
	       "JSON: with enough there is none");
	json_decref(whole);
}

static void test_many(void)
{
	autoreport struct verify_report rep = { 0 };
	char longer[2 * VERIFY_FOUND_MAX];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	for (int i = 0; i < 1000; i++)
		verify_add(&rep, VERIFY_OK, "many", "many", "%s", longer);
	ok(rep.count == 1000 && verify_report_is_good(&rep), "a thousand checks");
	is_int((long long)strlen(rep.check[999].found), VERIFY_FOUND_MAX - 1,
	       "what is long is cut");
}

int main(void)
{
	test_verdicts();
	test_lost();
	test_text();
	test_json();
	test_scarce();
	test_many();
	return tap_done();
}
