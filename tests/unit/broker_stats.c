/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "dom0-tools/broker_stats.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

static const struct broker_stats stats = {
	.domid = 32751,
	.operations = UINT64_MAX,
	.denials = 1,
	.malformed = 2,
	.errors = 3,
	.retries = 4,
	.tokens_taken = 5,
	.waits = 6,
	.wait_ns = 61000000007,
	.events_sent = 8,
	.events_held_back = 9,
	.events_lost = 10,
	.sessions_total = 11,
	.reconnects = 12,
	.sessions = 13,
	.watches = 14,
	.transactions = UINT32_MAX,
	.queue = 16,
	.nodes = 17,
};

static const char json[] =
	"{\"domid\":32751,\"operations\":18446744073709551615,\"denials\":1,"
	"\"malformed\":2,\"errors\":3,\"retries\":4,\"tokens_taken\":5,\"waits\":6,"
	"\"wait_seconds\":61.000000007,\"events_sent\":8,\"events_held_back\":9,"
	"\"events_lost\":10,\"sessions_total\":11,\"reconnects\":12,\"sessions\":13,"
	"\"watches\":14,\"transactions\":4294967295,\"queue\":16,\"nodes\":17}\n";

static const char *const lines[] = {
	/* text */
	"domid             32751\n",
	"\noperations        18446744073709551615\n",
	"\nwait_seconds      61.000000007\n",
	"\nnodes             17\n",
	/* Prometheus */
	"# HELP xenstore_broker_operations_total Requests answered.\n"
	"# TYPE xenstore_broker_operations_total counter\n"
	"xenstore_broker_operations_total{domid=\"32751\"} 18446744073709551615\n",
	"# TYPE xenstore_broker_wait_seconds_total counter\n"
	"xenstore_broker_wait_seconds_total{domid=\"32751\"} 61.000000007\n",
	"# TYPE xenstore_broker_sessions_total counter\n"
	"xenstore_broker_sessions_total{domid=\"32751\"} 11\n",
	"# TYPE xenstore_broker_sessions gauge\n"
	"xenstore_broker_sessions{domid=\"32751\"} 13\n",
	"# TYPE xenstore_broker_queue_bytes gauge\n"
	"xenstore_broker_queue_bytes{domid=\"32751\"} 16\n",
};
#define TEXT_LINES 4

static char *print(enum stats_format format)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);
	int r = f ? stats_print(f, format, &stats) : -ENOMEM;

	if (f)
		(void)fclose(f); /* memory */
	ok(r == 0, "printed as %d", format);
	return out;
}

int main(void)
{
	autofree char *text = print(STATS_TEXT), *got_json = print(STATS_JSON),
		      *prometheus = print(STATS_PROMETHEUS);
	FILE *full = fopen("/dev/full", "w");

	ok(strcmp(got_json, json) == 0, "JSON");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok(strstr(i < TEXT_LINES ? text : prometheus, lines[i]), "line %zu", i);
	ok(full && stats_print(full, STATS_TEXT, &stats) == -EIO,
	   "a stream that takes nothing");
	if (full)
		(void)fclose(full); /* it took nothing */
	return tap_done();
}
