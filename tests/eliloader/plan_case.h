/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan_case - one plan from a few words, for the planner's tests.
 *
 *	struct plan_case c;
 *	case_init(&c, XAPI);
 *	case_set(&c, "install-repository=http://h/t");
 *	case_plan(&c, DISK_NOT_ASKED);		may be done again after other words
 *	... c.plan ...
 *	case_done(&c);
 */
#pragma once
#include <stdlib.h>

#include "eliloader/plan.h"
#include "tests/tap.h"

#define CASE_UUID "2f7b0a5c-93c7-4c1e-9a34-0d52a3e7b611"

enum toolstack { XAPI, XL };

struct plan_case {
	struct request request;
	struct record record;
	struct config config;
	struct plan_store_limits store;
	struct plan plan;
};

static void case_init(struct plan_case *c, enum toolstack toolstack)
{
	*c = (struct plan_case){
		.request = { .image = "/dev/image", .config_file = CONFIG_FILE_DEFAULT },
	};
	c->request.vm_uuid = toolstack == XAPI ? CASE_UUID : NULL;
	c->request.output = toolstack == XL ? "/out" : NULL;
	record_init(&c->record);
	if (config_init(&c->config) < 0)
		abort();
}

static void case_done(struct plan_case *c)
{
	plan_done(&c->plan);
	record_done(&c->record);
	config_done(&c->config);
}

/* KEY=VALUE as --set takes it, several with blanks between; '~' stands for a blank. */
__attribute__((unused)) static void case_set(struct plan_case *c, const char *words)
{
	char copy[4096], *text = copy, *word;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&text, " "))) {
		for (char *p = word; *p; p++)
			if (*p == '~')
				*p = ' ';
		if (*word && record_set(&c->record, word) < 0)
			abort();
	}
}

/* A key with any text as its value. */
__attribute__((unused)) static void case_put(struct plan_case *c, const char *path,
					     const char *value)
{
	if (tree_set(&c->record.keys, path, value, strlen(value)) < 0)
		abort();
}

__attribute__((unused)) static void case_judged(struct plan_case *c,
						const struct disk_verdict *disk)
{
	plan_done(&c->plan);
	if (plan_make(&c->request, &c->record, &c->config, &c->store, disk, &c->plan) < 0)
		abort();
}

/* With a verdict that is no more than its state; a disk that boots does so for pygrub. */
__attribute__((unused)) static void case_plan(struct plan_case *c, enum disk_state disk)
{
	const struct disk_verdict verdict = {
		.state = disk,
		.pygrub = disk == DISK_BOOTS,
		.pygrub_boots = disk == DISK_BOOTS,
	};

	case_judged(c, &verdict);
}

/* The changes as one text: "round=2 vbd0=true -install-distro bootloader=pygrub". */
__attribute__((unused)) static const char *case_changes(const struct plan_case *c)
{
	static char out[1024];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < c->plan.change_count; i++) {
		const struct change *x = &c->plan.change[i];
		static const char *const form[] = {
			[CHANGE_OTHER_CONFIG_REMOVE] = "%s-%s%s",
			[CHANGE_OTHER_CONFIG_SET] = "%s%s=%s",
			[CHANGE_PLATFORM_REMOVE] = "%s-platform:%s%s",
			[CHANGE_PLATFORM_SET] = "%splatform:%s=%s",
			[CHANGE_BOOTLOADER] = "%sbootloader%s=%s",
			[CHANGE_BOOTLOADER_ARGS] = "%sbootloader-args%s=%s",
			[CHANGE_BOOTABLE] = "%svbd-%s=%s",
			[CHANGE_DESTROY_VBD] = "%sdestroy-%s%s",
		};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		len += (size_t)snprintf(out + len, sizeof(out) - len, form[x->kind],
					i ? " " : "", x->key, x->value);
#pragma GCC diagnostic pop
	}
	return out;
}
