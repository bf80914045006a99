/* SPDX-License-Identifier: BSD-2-Clause */
/* room_manifest - what a room would be, told without one. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/room_cgroup.h"
#include "dom0-tools/room_steps.h"
#include "lib/log.h"
#include "lib/options.h"

#define TEXT_WIDTH 14 /* of the names: the longest has 13 letters */

static json_t *number_or_none(uint64_t value)
{
	return value == ROOM_LIMIT_AS_IS ? json_null() : json_integer((json_int_t)value);
}

static json_t *list(const struct text_list *l)
{
	json_t *array = json_array();

	for (size_t i = 0; i < l->count; i++)
		(void)json_array_append_new(array,
					    json_string(l->item[i])); /* see whole() */
	return array;
}

static json_t *limits(const struct room_profile *p)
{
	json_t *o = json_object();

	for (size_t i = 0; i < room_limits_count; i++)
		(void)json_object_set_new(
			o, room_limits[i].name,
			number_or_none(p->limit[room_limits[i].resource]));
	(void)json_object_set_new(o, "nproc", number_or_none(p->limit[RLIMIT_NPROC]));
	return o;
}

static json_t *binds(const struct room_profile *p)
{
	json_t *array = json_array();

	for (size_t i = 0; i < p->binds_count; i++) {
		const struct room_bind *b = &p->binds[i];

		(void)json_array_append_new(array,
					    json_pack("{s:s, s:s, s:s}", "from", b->from,
						      "to", b->to, "how",
						      b->device	    ? "device"
						      : b->writable ? "read-write"
								    : "read-only"));
	}
	return array;
}

static json_t *libraries(const struct libraries *l)
{
	json_t *array = json_array();

	if (l->interpreter)
		(void)json_array_append_new(array, json_string(l->interpreter));
	for (size_t i = 0; i < l->count; i++)
		(void)json_array_append_new(array, json_string(l->lib[i].path));
	return array;
}

static json_t *steps(void)
{
	static const struct {
		const char *where;
		const struct room_step *steps;
	} tables[] = {
		{ "launcher", room_steps_outside },
		{ "launcher", room_steps_start },
		{ "process 1", room_steps_inside },
		{ "program", room_steps_program },
	};
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct room_step *s = tables[i].steps; s->name; s++)
			(void)json_array_append_new(
				array, json_pack("{s:s, s:s, s:s}", "in", tables[i].where,
						 "step", s->name, "what", s->what));
	return array;
}

static json_t *handles(const struct room *room)
{
	unsigned bits = room->opt->no_handles ? 0 : room->profile.handles;
	json_t *array = json_array();

	if (bits & ROOM_HANDLE_EVTCHN)
		(void)json_array_append_new(array, json_string("evtchn"));
	if (bits & ROOM_HANDLE_PRIVCMD)
		(void)json_array_append_new(array, json_string("privcmd"));
	return array;
}

static json_t *whole(const struct room *room)
{
	const struct room_profile *p = &room->profile;

	/* (a part that is NULL for want of memory makes all of it NULL) */
	return json_pack(
		"{s:s, s:I, s:I, s:s, s:b, s:o, s:b, s:s, s:b, s:b, s:b, s:I, s:s, s:o, "
		"s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}",
		"program", room->opt->argv[0], "domid", (json_int_t)room->opt->domid,
		"uid", (json_int_t)room->uid, "profile", room->opt->profile, "static",
		!room->libraries.interpreter, "handles", handles(room), "xenstore",
		p->xenstore, "network", p->network ? "host" : "none", "late", p->late,
		"fork", p->fork, "exec", p->exec, "tasks", (json_int_t)p->tasks, "cgroup",
		room_cgroup_kind(), "memory", number_or_none(p->memory_max), "limits",
		limits(p), "landlock", (int)room_landlock_abi(), "environment",
		list(&room->env), "libraries", libraries(&room->libraries), "binds",
		binds(p), "directories", list(&p->dirs), "calls", list(&p->calls),
		"steps", steps());
}

/* One value on one line; of an object its values. */
static void print_value(const json_t *value)
{
	const char *key;
	json_t *part;

	if (json_is_string(value))
		fputs(json_string_value(value), stdout);
	else if (json_is_integer(value))
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", stdout);
	else if (json_is_null(value))
		fputs("none", stdout);
	json_object_foreach((json_t *)(uintptr_t)value, key, part)
	{
		print_value(part);
		putchar(' ');
	}
}

static void print_limits(const json_t *o)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)o, key, value)
	{
		printf("%s=", key);
		print_value(value);
		putchar(' ');
	}
	putchar('\n');
}

static void print_text(json_t *o)
{
	const char *key;
	json_t *value, *item;
	size_t i;

	json_object_foreach(o, key, value)
	{
		printf("%-*s", TEXT_WIDTH, key);
		if (json_is_object(value)) {
			print_limits(value);
			continue;
		}
		print_value(value);
		putchar('\n');
		json_array_foreach(value, i, item)
		{
			fputs("  ", stdout);
			print_value(item);
			putchar('\n');
		}
	}
}

static int find_out(struct room *room)
{
	static const struct room_step looking[] = {
		{ "user", room_step_user, "" },
		{ "program", room_step_program, "" },
		{ "libraries", room_step_libraries, "" },
		{ "environment", room_step_environment, "" },
		{ "filter", room_step_filter, "" },
		{ NULL, NULL, NULL },
	};
	const struct room_step *failed = NULL;
	int r = room_run(room, looking, &failed);

	if (r < 0)
		log_error("%s: %s", failed->name, room->why);
	return r;
}

int room_manifest(const struct room_options *opt)
{
	struct room room;
	json_t *o = NULL;
	int r = room_open(&room, opt), printed = 0;

	if (r == 0)
		r = find_out(&room);
	if (r == 0) {
		o = whole(&room);
		if (o && !opt->json)
			print_text(o);
		else if (json_dumpf(o, stdout, JSON_INDENT(2)) < 0 && !ferror(stdout))
			printed = -ENOMEM;
		if (opt->json)
			putchar('\n');
	}
	json_decref(o);
	room_done(&room);
	return r < 0 ? 1 : options_printed(printed, 1);
}
