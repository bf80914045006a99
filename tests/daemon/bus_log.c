/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/daemon/bus_log.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"

static const char *const names[BUS_TYPES] = {
	[XS_CONTROL] = "CONTROL",
	[XS_DIRECTORY] = "DIRECTORY",
	[XS_READ] = "READ",
	[XS_GET_PERMS] = "GET_PERMS",
	[XS_WATCH] = "WATCH",
	[XS_UNWATCH] = "UNWATCH",
	[XS_TRANSACTION_START] = "TRANSACTION_START",
	[XS_TRANSACTION_END] = "TRANSACTION_END",
	[XS_GET_DOMAIN_PATH] = "GET_DOMAIN_PATH",
	[XS_WRITE] = "WRITE",
	[XS_MKDIR] = "MKDIR",
	[XS_RM] = "RM",
	[XS_SET_PERMS] = "SET_PERMS",
	[XS_RESET_WATCHES] = "RESET_WATCHES",
	[XS_DIRECTORY_PART] = "DIRECTORY_PART",
};

const char *bus_type_name(uint32_t type)
{
	return type < BUS_TYPES && names[type] ? names[type] : "OTHER";
}

int bus_log_to(struct bus *bus, const char *path)
{
	FILE *log = NULL;

	if (path && !(log = fopen(path, "we")))
		return -errno;
	if (bus->log)
		(void)fclose(bus->log); /* each line was flushed */
	bus->log = log;
	return 0;
}

static void log_value(FILE *log, const char *value, size_t len)
{
	char text[4 * XENSTORE_PAYLOAD_MAX + 1];

	(void)log_escape(text, sizeof(text), value, len);
	(void)fprintf(log, " \"%s\"", text);
}

void bus_log_request(struct bus *bus, const struct request *r,
		     const struct xsd_sockmsg *reply, const char *body)
{
	const struct message *m = &r->msg;
	size_t path_len = strnlen(m->body, m->hdr.len);

	if (!bus->log || !r->client)
		return;
	(void)fprintf(bus->log, "%u %u %s %s %.*s", r->client->number, m->hdr.tx_id,
		      bus_type_name(m->hdr.type), reply->type == XS_ERROR ? body : "OK",
		      (int)path_len, m->body);
	if (m->hdr.type == XS_WRITE && path_len < m->hdr.len)
		log_value(bus->log, m->body + path_len + 1, m->hdr.len - path_len - 1);
	(void)fputc('\n', bus->log);
	(void)fflush(bus->log); /* a test looks as soon as the client has its reply */
}

void bus_reset_stats(struct bus *bus)
{
	memset(bus->count, 0, sizeof(bus->count));
	bus->events = bus->own = 0;
}

void bus_print_stats(const struct bus *bus, FILE *out)
{
	unsigned requests = 0, clients = 0, watches = 0;

	for (unsigned i = 0; i < BUS_TYPES; i++)
		requests += bus->count[i];
	for (const struct client *c = bus->clients; c; c = c->next)
		clients++;
	for (const struct watch *w = bus->watches; w; w = w->next)
		watches++;
	(void)fprintf(out, "domid %u\nrequests %u\nwrites %u\ntransactions %u\n",
		      bus->domid, requests,
		      bus->count[XS_WRITE] + bus->count[XS_MKDIR] + bus->count[XS_RM],
		      bus->count[XS_TRANSACTION_START]);
	(void)fprintf(out, "events %u\nown %u\nclients %u\nwatches %u\n", bus->events,
		      bus->own, clients, watches);
	for (unsigned i = 0; i < BUS_TYPES; i++)
		if (bus->count[i])
			(void)fprintf(out, "%s %u\n", bus_type_name(i), bus->count[i]);
}
