/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that look for devices and tell what they are: search, probe; and regexp. */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"

enum search_kind { BY_FILE, BY_LABEL, BY_UUID, NO_SEARCH };

/* The device that is a hint, or -ENODEV. */
static int hinted(const struct grub *g, const char *hint)
{
	char name[sizeof(g->fs->device->name)];
	size_t len = strlen(hint);

	if (*hint == '(' && len > 1) {
		hint++;
		len -= 2;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, hint);
	return boot_device_by_name(g->fs, name);
}

static bool has_file(struct grub *g, unsigned device, const char *file)
{
	struct boot_path root = { .device = device, .path = "/" }, path;
	enum boot_kind kind;
	uint64_t size;

	return *g->fs->device[device].fs && *file == '/' &&
	       grub_spend(g, GRUB_LOOK_STEPS) &&
	       boot_path_join(&root, file, &path) == 0 &&
	       boot_look(g->fs, &path, &kind, &size) == 0;
}

static int find_file(struct grub *g, const char *file, int hint)
{
	if (hint >= 0 && has_file(g, (unsigned)hint, file))
		return hint;
	for (unsigned i = 0; i < g->fs->device_count && !g->stop; i++)
		if (has_file(g, i, file))
			return (int)i;
	return -1;
}

/* Set @var to the device that is found. */
static int search(struct grub *g, enum search_kind kind, const char *what,
		  const char *var, int hint)
{
	char name[sizeof(g->fs->device->name)];
	int device = -1;

	if (kind == BY_FILE)
		device = find_file(g, what, hint);
	else if (kind == BY_LABEL)
		device = boot_device_by_label(g->fs, what);
	else if (kind == BY_UUID)
		device = boot_device_by_uuid(g->fs, what);
	if (device < 0)
		return GRUB_ERROR;
	grub_device_name(g, (unsigned)device, name, sizeof(name));
	return var ? grub_set(g, var, name) : 0;
}

int grub_search(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	static const struct grub_option table[] = {
		[BY_FILE] = { "file", 'f', GRUB_FLAG },
		[BY_LABEL] = { "label", 'l', GRUB_FLAG },
		[BY_UUID] = { "fs-uuid", 'u', GRUB_FLAG },
		{ "set", 's', GRUB_OPTIONAL },
		{ "no-floppy", 'n', GRUB_FLAG },
		{ "efidisk-only", 0, GRUB_FLAG },
		{ "root-dev-only", 'r', GRUB_FLAG },
		{ "hint", 'h', GRUB_VALUE },
		{ "hint-ieee1275", 0, GRUB_VALUE },
		{ "hint-bios", 0, GRUB_VALUE },
		{ "hint-baremetal", 0, GRUB_VALUE },
		{ "hint-efi", 0, GRUB_VALUE },
		{ "hint-arc", 0, GRUB_VALUE },
		{ 0 }
	};
	enum { SET = NO_SEARCH, HINT = 7, HINT_BAREMETAL = 10 };
	struct grub_options o = { .table = table, .argv = argv, .at = 1 };
	enum search_kind kind = NO_SEARCH;
	const char *var = NULL, *what = NULL;
	bool set = false;
	int option, hint = -1;

	(void)body;
	while ((option = grub_option(&o)) != GRUB_OPTION_END) {
		if (option >= 0 && option < (int)NO_SEARCH)
			kind = (enum search_kind)option;
		else if (option == SET)
			set = true, var = o.value;
		else if ((option == HINT || option == HINT_BAREMETAL) && hint < 0)
			hint = hinted(g, o.value);
		else if (option == GRUB_OPTION_WORD && !what &&
			 strncmp(o.value, "--hint-", 7) != 0)
			what = o.value;
	}
	if (!what) { /* "--set=UUID" */
		what = var;
		var = "root";
	}
	if (!what || kind == NO_SEARCH)
		return GRUB_ERROR;
	return search(g, kind, what, set && !var ? "root" : var, hint);
}

/* search.fs_uuid WHAT [VAR [HINT...]] */
int grub_search_short(struct grub *g, const struct grub_argv *argv,
		      const struct grub_cmd *body)
{
	const char *by = argv->word[0] + strlen("search.");
	enum search_kind kind = *by != 'f'     ? NO_SEARCH
				: by[1] == 'i' ? BY_FILE
				: by[3] == 'l' ? BY_LABEL
					       : BY_UUID;

	(void)body;
	if (argv->count < 2)
		return GRUB_ERROR;
	return search(g, kind, argv->word[1], argv->count > 2 ? argv->word[2] : NULL,
		      argv->count > 3 ? hinted(g, argv->word[3]) : -1);
}

/* probe [--set=VAR] --fs-uuid|--label|--fs|... DEVICE */
int grub_probe(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	static const struct grub_option table[] = {
		{ "set", 's', GRUB_VALUE },    { "driver", 'd', GRUB_FLAG },
		{ "partmap", 'p', GRUB_FLAG }, { "fs", 'f', GRUB_FLAG },
		{ "fs-uuid", 'u', GRUB_FLAG }, { "label", 'l', GRUB_FLAG },
		{ "part-uuid", 0, GRUB_FLAG }, { 0 }
	};
	enum { SET, DRIVER, PARTMAP, FS, UUID, LABEL };
	struct grub_options o = { .table = table, .argv = argv, .at = 1 };
	const char *var = NULL, *value = NULL;
	int option, what = -1, device = -1;

	(void)body;
	while ((option = grub_option(&o)) != GRUB_OPTION_END) {
		if (option == SET)
			var = o.value;
		else if (option == GRUB_OPTION_WORD)
			device = hinted(g, o.value);
		else
			what = option;
	}
	if (device < 0)
		return GRUB_ERROR;
	if (what == FS)
		value = g->fs->device[device].fs;
	else if (what == UUID)
		value = g->fs->device[device].uuid;
	else if (what == LABEL)
		value = g->fs->device[device].label;
	if (!value) {
		grub_note(g, "'probe' of what is not known here");
		return GRUB_ERROR;
	}
	return var ? grub_set(g, var, value) : 0;
}

/* Patterns that could take for ever: those that refer back, and counts, which libc unfolds.
 */
static bool is_simple(const char *pattern)
{
	unsigned stars = 0;

	if (strlen(pattern) > GRUB_REGEX_MAX)
		return false;
	for (const char *p = pattern; *p; p++) {
		if (*p == '{' || (*p == '\\' && p[1] >= '0' && p[1] <= '9'))
			return false;
		stars += strchr("*+?|", *p) != NULL;
	}
	return stars <= 16;
}

/* One "--set [NUMBER:]VAR". */
static void set_match(struct grub *g, const char *text, const char *spec,
		      const regmatch_t *match, size_t count)
{
	const char *colon = strchr(spec, ':');
	size_t n = colon ? (size_t)(*spec - '0') : 1;
	char *value;

	if (colon && colon != spec + 1)
		return;
	if (n >= count || match[n].rm_so < 0) {
		(void)grub_set(g, colon ? colon + 1 : spec, NULL); /* what is not there */
		return;
	}
	value = grub_copy(&g->work, text + match[n].rm_so,
			  (size_t)(match[n].rm_eo - match[n].rm_so));
	if (value)
		(void)grub_set(g, colon ? colon + 1 : spec, value); /* noted */
}

/* regexp [--set [NUMBER:]VAR]... PATTERN TEXT */
int grub_regexp(struct grub *g, const struct grub_argv *argv, const struct grub_cmd *body)
{
	static const struct grub_option table[] = { { "set", 's', GRUB_VALUE }, { 0 } };
	struct grub_options o = { .table = table, .argv = argv, .at = 1 };
	const char *word[2] = { 0 }, *set[10];
	regmatch_t match[10];
	size_t words = 0, sets = 0;
	regex_t regex;
	int option, r;

	(void)body;
	while ((option = grub_option(&o)) != GRUB_OPTION_END) {
		if (option == 0 && sets < 10)
			set[sets++] = o.value;
		else if (option == GRUB_OPTION_WORD && words++ < 2)
			word[words - 1] = o.value;
	}
	if (words != 2 || !is_simple(word[0]) || strlen(word[1]) > GRUB_MATCH_MAX ||
	    !grub_spend(g, 2 * GRUB_LOOK_STEPS + GRUB_MATCH_STEPS * strlen(word[1]))) {
		grub_note(g, "'regexp' with what is not done here");
		return GRUB_ERROR;
	}
	if (regcomp(&regex, word[0], REG_EXTENDED) != 0)
		return GRUB_ERROR;
	r = regexec(&regex, word[1], 10, match, 0);
	for (size_t i = 0; r == 0 && i < sets; i++)
		set_match(g, word[1], set[i], match, 10);
	regfree(&regex);
	return r == 0 ? 0 : GRUB_FALSE;
}
