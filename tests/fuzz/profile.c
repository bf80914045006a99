/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile: whatever it says, its rules stay within what was asked: no line that is
 * refused leaves rules behind, a sentence says why, and nothing is allowed that no line
 * covers.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_rules.h"
#include "dom0-tools/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static int visit(void *arg, unsigned argc, char *const *argv, char *why, size_t size)
{
	unsigned *lines = arg;

	check(argc > 0 && argc <= PROFILE_WORDS);
	for (unsigned i = 0; i < argc; i++)
		check(argv[i][0] && strlen(argv[i]) <= PROFILE_LINE_MAX &&
		      !strpbrk(argv[i], " \t#\n"));
	(*lines)++;
	if (strcmp(argv[0], "refuse") != 0)
		return 0;
	(void)snprintf(why, size, "%s", argv[argc - 1]); /* or cut */
	return -1;
}

static void check_rules(const struct rules *r)
{
	static const char *const paths[] = { "/", "/local/domain/5/data",
					     "@releaseDomain", "/vm/u",
					     "/local/domain/0/backend/vbd/5/0" };
	unsigned all = RULE_READ | RULE_WRITE | RULE_GRANT_READ | RULE_GRANT_WRITE;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		check(!(rules_allowed(r, paths[i]) & ~all));
	check(rules_home(r) == 0 || rules_home(r) == 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1), why[64] = "";
	struct rules *r = NULL;
	unsigned lines = 0;
	int err;

	check(text);
	if (size > 0)
		memcpy(text, data, size);
	err = profile_parse("f", text, size, "room", visit, &lines, why, sizeof(why));
	check((err < 0) == (why[0] != '\0') && strlen(why) < sizeof(why));
	why[0] = '\0';
	err = rules_parse("f", text, size, 5, "/vm/u", &r, why, sizeof(why));
	check((err < 0) == !r && (err < 0) == (why[0] != '\0'));
	if (r)
		check_rules(r);
	rules_free(r);
	free(text);
	return 0;
}
