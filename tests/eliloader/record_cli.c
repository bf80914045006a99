/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record_cli - a record as the program sees it, for the shell tests:
 *
 *	record_cli xapi SOCKET TIMEOUT_S UUID [COMMAND...]
 *	record_cli state DIR NAME UUID [COMMAND...]
 *	record_cli peek DIR NAME
 *	record_cli forget DIR NAME
 *
 * Commands, in their order:
 *	print             the record, and its disks when they were read
 *	vbds              read the disks
 *	say TEXT          print that; with "wait" a test knows where we are
 *	wait              read a line from stdin
 *	KIND=KEY=VALUE    a change for the next "change": set, remove, platform-set,
 *	                  platform-remove (KEY only), bootloader=VALUE, args=VALUE,
 *	                  bootable=INDEX=VALUE, destroy=INDEX
 *	change            make them, in one go
 * A failure is printed as "error NUMBER: sentence" and ends it, status 1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/record.h"
#include "lib/cleanup.h"

#define CHANGES_MAX 16

struct run {
	struct record record;
	struct record_store *store;
	struct change change[CHANGES_MAX];
	size_t count;
	char why[700];
};

static void print_record(const struct record *r)
{
	for (size_t i = 0; i < r->keys.count; i++)
		printf("%s=%s\n", r->keys.entry[i].path, r->keys.entry[i].value);
	for (size_t i = 0; i < r->vbd_count; i++)
		printf("vbd %s %s%s%s%s\n", r->vbd[i].userdevice,
		       r->vbd[i].bootable ? "bootable" : "plain",
		       r->vbd[i].cd ? " cd" : "", r->vbd[i].empty ? " empty" : "",
		       r->vbd[i].updates_disk ? " updates" : "");
	(void)fflush(stdout);
}

/* "KIND=KEY=VALUE" */
static int add_change(struct run *run, char *text)
{
	static const struct {
		const char *word;
		enum change_kind kind;
		bool key, value, index;
	} kinds[] = {
		{ "set", CHANGE_OTHER_CONFIG_SET, true, true, false },
		{ "remove", CHANGE_OTHER_CONFIG_REMOVE, true, false, false },
		{ "platform-set", CHANGE_PLATFORM_SET, true, true, false },
		{ "platform-remove", CHANGE_PLATFORM_REMOVE, true, false, false },
		{ "bootloader", CHANGE_BOOTLOADER, false, true, false },
		{ "args", CHANGE_BOOTLOADER_ARGS, false, true, false },
		{ "bootable", CHANGE_BOOTABLE, false, true, true },
		{ "destroy", CHANGE_DESTROY_VBD, false, false, true },
	};
	struct change *c = &run->change[run->count];
	const char *word = strsep(&text, "=");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(word, kinds[i].word) != 0)
			continue;
		if (!text || run->count == CHANGES_MAX)
			return -EINVAL;
		*c = (struct change){ .kind = kinds[i].kind };
		if (kinds[i].index)
			c->vbd = strtoul(strsep(&text, "="), NULL, 10);
		if (kinds[i].key)
			(void)snprintf(c->key, sizeof(c->key), "%s", strsep(&text, "="));
		if (kinds[i].value && text)
			(void)snprintf(c->value, sizeof(c->value), "%s", text);
		run->count++;
		return 0;
	}
	return -EINVAL;
}

static int command(struct run *run, char *word, char ***argv)
{
	int r = 0;

	if (strcmp(word, "print") == 0) {
		print_record(&run->record);
	} else if (strcmp(word, "vbds") == 0) {
		r = record_read_vbds(run->store, &run->record, run->why,
				     sizeof(run->why));
	} else if (strcmp(word, "say") == 0) {
		printf("%s\n", *(*argv)++);
		(void)fflush(stdout);
	} else if (strcmp(word, "wait") == 0) {
		while (getchar() > '\n')
			;
	} else if (strcmp(word, "change") == 0) {
		r = run->store->ops->change(run->store, &run->record, run->change,
					    run->count, run->why, sizeof(run->why));
		run->count = 0;
	} else {
		r = add_change(run, word);
		(void)snprintf(run->why, sizeof(run->why), "%s?", word);
	}
	return r;
}

static int open_store(struct run *run, char **argv)
{
	if (strcmp(argv[0], "xapi") == 0)
		return record_open_xapi(argv[1], (unsigned)strtoul(argv[2], NULL, 10),
					argv[3], &run->record, &run->store, run->why,
					sizeof(run->why));
	return record_open_state(argv[1], argv[2], argv[3], &run->record, &run->store,
				 run->why, sizeof(run->why));
}

static int with_store(struct run *run, char **argv)
{
	int r = open_store(run, argv);

	for (argv += 4; r == 0 && *argv;) {
		char *word = *argv++;

		r = command(run, word, &argv);
	}
	if (run->store)
		run->store->ops->close(run->store);
	return r;
}

int main(int argc, char *argv[])
{
	struct run run = { 0 };
	int r;

	record_init(&run.record);
	if (argc == 4 && strcmp(argv[1], "forget") == 0) {
		r = record_forget_state(argv[2], argv[3]);
	} else if (argc == 4 && strcmp(argv[1], "peek") == 0) {
		r = record_peek_state(argv[2], argv[3], &run.record, run.why,
				      sizeof(run.why));
		print_record(&run.record);
	} else if (argc > 4) {
		r = with_store(&run, argv + 1);
	} else {
		return 2;
	}
	record_done(&run.record);
	if (r < 0)
		printf("error %d: %s\n", -r, run.why);
	return r < 0;
}
