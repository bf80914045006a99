/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "dom0-tools/broker_stats.h"

#define NS_PER_S UINT64_C(1000000000)

enum type {
	UNSIGNED,
	UINT64,
	NANOSECONDS,
};

/* Every field but domid, in the order in which they are printed. */
static const struct field {
	const char *name;   /* in text and JSON */
	const char *metric; /* behind the prefix */
	const char *help;   /* no '\\' and no newline: nothing to be escaped */
	size_t offset;
	enum type type;
	int is_gauge;
} fields[] = {
#define FIELD(f, type, gauge, metric, help)                                              \
	{                                                                                \
#f, metric, help, offsetof(struct broker_stats, f), type, gauge          \
	}
	FIELD(operations, UINT64, 0, "operations_total", "Requests answered."),
	FIELD(denials, UINT64, 0, "denials_total", "Requests answered EACCES or EPERM."),
	FIELD(malformed, UINT64, 0, "malformed_total",
	      "Requests that had not the shape of their type."),
	FIELD(errors, UINT64, 0, "errors_total", "Requests answered with another error."),
	FIELD(retries, UINT64, 0, "retries_total",
	      "Commits done again after a conflict."),
	FIELD(tokens_taken, UINT64, 0, "tokens_total", "Tokens taken from the limiter."),
	FIELD(waits, UINT64, 0, "waits_total",
	      "Times that a client had to wait for tokens."),
	FIELD(wait_ns, NANOSECONDS, 0, "wait_seconds_total",
	      "Time that clients had to wait for tokens."),
	FIELD(events_sent, UINT64, 0, "events_sent_total", "Watch events delivered."),
	FIELD(events_held_back, UINT64, 0, "events_held_back_total",
	      "Watch events of what the domain may not read."),
	FIELD(events_lost, UINT64, 0, "events_lost_total",
	      "Watch events that found a queue full."),
	FIELD(sessions_total, UINT64, 0, "sessions_total", "Clients accepted."),
	FIELD(reconnects, UINT64, 0, "reconnects_total",
	      "Connections made again to the store daemon."),
	FIELD(sessions, UNSIGNED, 1, "sessions", "Clients at this moment."),
	FIELD(watches, UNSIGNED, 1, "watches", "Watches at this moment."),
	FIELD(transactions, UNSIGNED, 1, "transactions", "Open transactions."),
	FIELD(queue, UINT64, 1, "queue_bytes", "Bytes that wait for clients."),
	FIELD(nodes, UINT64, 1, "nodes", "Nodes counted against the quota."),
#undef FIELD
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static uint64_t value_of(const struct broker_stats *s, const struct field *f)
{
	const char *at = (const char *)s + f->offset;

	if (f->type == UNSIGNED)
		return *(const unsigned *)(const void *)at;
	return *(const uint64_t *)(const void *)at;
}

static void print_value(FILE *out, const struct broker_stats *s, const struct field *f)
{
	uint64_t value = value_of(s, f);

	if (f->type == NANOSECONDS)
		(void)fprintf(out, "%" PRIu64 ".%09" PRIu64, value / NS_PER_S,
			      value % NS_PER_S);
	else
		(void)fprintf(out, "%" PRIu64, value);
}

/* Times are in seconds and say so. */
static const char *unit_of(const struct field *f)
{
	return f->type == NANOSECONDS ? "wait_seconds" : f->name;
}

static void print_text(FILE *out, const struct broker_stats *s)
{
	(void)fprintf(out, "%-17s %u\n", "domid", s->domid);
	for (size_t i = 0; i < FIELDS; i++) {
		(void)fprintf(out, "%-17s ", unit_of(&fields[i]));
		print_value(out, s, &fields[i]);
		(void)fputc('\n', out);
	}
}

static void print_json(FILE *out, const struct broker_stats *s)
{
	(void)fprintf(out, "{\"domid\":%u", s->domid);
	for (size_t i = 0; i < FIELDS; i++) {
		(void)fprintf(out, ",\"%s\":", unit_of(&fields[i]));
		print_value(out, s, &fields[i]);
	}
	(void)fputs("}\n", out);
}

static void print_prometheus(FILE *out, const struct broker_stats *s)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = &fields[i];

		(void)fprintf(out,
			      "# HELP xenstore_broker_%s %s\n"
			      "# TYPE xenstore_broker_%s %s\n"
			      "xenstore_broker_%s{domid=\"%u\"} ",
			      f->metric, f->help, f->metric,
			      f->is_gauge ? "gauge" : "counter", f->metric, s->domid);
		print_value(out, s, f);
		(void)fputc('\n', out);
	}
}

int stats_print(FILE *out, enum stats_format format, const struct broker_stats *s)
{
	switch (format) {
	case STATS_TEXT:
		print_text(out, s);
		break;
	case STATS_JSON:
		print_json(out, s);
		break;
	case STATS_PROMETHEUS:
		print_prometheus(out, s);
		break;
	}
	return fflush(out) == 0 && !ferror(out) ? 0 : -EIO;
}
