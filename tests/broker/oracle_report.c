/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

/* Answers to a guest that are counted: good ones first, then by the error. */
static const char *const answers[ORACLE_ANSWERS] = {
	"good",	  "ENOENT", "EACCES", "EINVAL", "EEXIST", "EAGAIN", "EBUSY", "ENOSPC",
	"EQUOTA", "E2BIG",  "EIO",    "ENOSYS", "EPERM",  "ENOMEM", "other",
};

void oracle_trace(struct oracle *o, const struct op *op)
{
	char *line = o->trace[o->traced++ % ORACLE_TRACE];
	char text[300], left[150], right[150];

	op_describe(op, text, sizeof(text));
	(void)log_escape(left, sizeof(left), o->left.reply.body, o->left.reply.h.len);
	(void)log_escape(right, sizeof(right), o->right.reply.body, o->right.reply.h.len);
	(void)snprintf(line, ORACLE_TRACE_WIDTH, "%llu %s -> %s '%s'%s%s",
		       (unsigned long long)o->asked, text,
		       message_error(&o->left.reply) ? "error" : "good", left,
		       strcmp(left, right) == 0 ? "" : " right: ",
		       strcmp(left, right) == 0 ? "" : right);
	if (o->opt->verbose)
		(void)fprintf(stderr, "%s\n", line);
}

const char *oracle_last_line(const struct oracle *o)
{
	return o->trace[(o->traced - 1) % ORACLE_TRACE];
}

static void print_events(const struct side *side)
{
	const struct events *events = &side->guest.events;
	char text[200];

	for (size_t i = 0; i < events->count && i < 40; i++) {
		(void)log_escape(text, sizeof(text), events->list[i].body,
				 events->list[i].len);
		printf("# %s event '%s'%s\n", side->guest.name, text,
		       events->list[i].may_miss ? " (may be missed)" : "");
	}
}

void oracle_report(const struct oracle *o)
{
	unsigned first = o->traced > ORACLE_TRACE ? o->traced - ORACLE_TRACE : 0;

	for (unsigned i = first; i < o->traced; i++)
		printf("# %s\n", o->trace[i % ORACLE_TRACE]);
	print_events(&o->left);
	print_events(&o->right);
	printf("# difference after %llu operations, seed %llu, kind %c: %s\n",
	       (unsigned long long)o->asked, (unsigned long long)o->opt->seed,
	       o->opt->kind, o->why);
}

int oracle_failed(struct oracle *o, int r, const char *what)
{
	(void)snprintf(o->why, sizeof(o->why), "%s: %s", what, strerror(-r));
	return r;
}

void oracle_count(struct oracle *o, const struct op *op)
{
	const char *error = message_error(&o->left.reply);
	size_t type = op->type < ORACLE_TYPES ? op->type : ORACLE_TYPES - 1, i = 0;

	if (op->dom0 || o->in_barrier) {
		o->dom0 += op->dom0;
		return;
	}
	if (error)
		for (i = 1; i < ORACLE_ANSWERS - 1 && strcmp(answers[i], error) != 0;)
			i++;
	o->answered[type][i]++;
}

void oracle_print_counts(const struct oracle *o)
{
	for (uint32_t type = 0; type < ORACLE_TYPES; type++) {
		bool any = false;

		for (size_t i = 0; i < ORACLE_ANSWERS; i++) {
			if (o->answered[type][i] == 0)
				continue;
			if (!any)
				printf("# %s:", op_type_name(type));
			printf(" %s %llu", answers[i],
			       (unsigned long long)o->answered[type][i]);
			any = true;
		}
		if (any)
			printf("\n");
	}
}
