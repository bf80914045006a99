/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_backend.h: NetworkManager.
 * Source: nmcli(1), nm-settings-nmcli(5).
 *
 * The connection that the interface has is not touched: ours is a clone of it, so DNS, MTU,
 * 802.1X and whatever else stays, with addresses of its own and a priority over all
 * others.  Each change makes a new clone, and the last one goes when the new one is up. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_run.h"

#define NAME_PREFIX  "xe-guest-network "
#define OWN_NAME_MAX (sizeof(NAME_PREFIX) + IF_NAMESIZE)
#define UUID_LEN     36
#define OURS_MAX     8	  /* connections of ours; one, but for kills */
#define ARGS_MAX     32	  /* words of a command */
#define UP_SECONDS   "30" /* of nmcli's own waiting, below NETCONF_RUN_LONG */
#define RUNNING	     "/run/NetworkManager" /* there as long as it runs, and maybe longer */

struct uuid {
	char text[UUID_LEN + 1];
};

struct ours {
	struct uuid uuid[OURS_MAX];
	size_t count;
};

static void own_name(const char *ifname, char *ret)
{
	(void)snprintf(ret, OWN_NAME_MAX, NAME_PREFIX "%s", ifname); /* fits */
}

static bool is_uuid(const char *text)
{
	return strlen(text) == UUID_LEN && strspn(text, "0123456789abcdef-") == UUID_LEN;
}

/* The rest of the line that begins with @head. */
static bool line_of(const char *output, const char *head, char *ret, size_t size)
{
	size_t len = strlen(head);

	for (const char *p = output; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, head, len) == 0)
			return snprintf(ret, size, "%.*s", (int)strcspn(p + len, "\n"),
					p + len) < (int)size;
	}
	return false;
}

/* 10 (unmanaged) and below: not its; 20 (unavailable) to 100 (connected): its. */
static bool managed(const char *state)
{
	long n = strtol(state, NULL, 10);

	return n > 10 && n <= 120;
}

static int nm_owns(struct netconf_state *s, struct netconf_why *why)
{
	const char *const argv[] = {
		"nmcli",  "-t",	  "-e",
		"no",	  "-f",	  "GENERAL.STATE,GENERAL.CONNECTION,GENERAL.CON-UUID",
		"device", "show", s->set.ifname,
		NULL
	};
	char output[NETCONF_RUN_OUTPUT], text[128], own[OWN_NAME_MAX];
	struct netconf_why ignored = { "" };

	(void)why;
	if (access(RUNNING, F_OK) < 0 ||
	    netconf_run(argv, NETCONF_RUN_QUICK, output, &ignored) < 0)
		return 0; /* not installed, or not running */
	if (!line_of(output, "GENERAL.STATE:", text, sizeof(text)) || !managed(text))
		return 0;
	own_name(s->set.ifname, own);
	if (line_of(output, "GENERAL.CONNECTION:", text, sizeof(text)) &&
	    strcmp(text, own) == 0)
		return 1; /* ours: what it had before is known */
	s->original[0] = '\0';
	if (line_of(output, "GENERAL.CON-UUID:", text, sizeof(text)) && is_uuid(text))
		(void)snprintf(s->original, sizeof(s->original), "%s", text); /* fits */
	return 1;
}

/* The connections that bear our name; @original: is there one of that UUID? */
static int list_ours(const struct netconf_state *s, struct ours *ret, bool *ret_original,
		     struct netconf_why *why)
{
	static const char *const argv[] = { "nmcli",	 "-t",	       "-e",   "no", "-f",
					    "UUID,NAME", "connection", "show", NULL };
	char output[NETCONF_RUN_OUTPUT], own[OWN_NAME_MAX], *line, *save = NULL;
	int r = netconf_run(argv, NETCONF_RUN_QUICK, output, why);

	ret->count = 0;
	*ret_original = false;
	if (r < 0)
		return r;
	if (strlen(output) == sizeof(output) - 1) /* ours may be in what was cut */
		return netconf_why(why, -E2BIG,
				   "NetworkManager has too many connections: their list "
				   "is over %zu bytes",
				   sizeof(output) - 1);
	own_name(s->set.ifname, own);
	for (line = strtok_r(output, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (strlen(line) <= UUID_LEN || line[UUID_LEN] != ':')
			continue;
		line[UUID_LEN] = '\0';
		if (!is_uuid(line))
			continue;
		if (strcmp(line, s->original) == 0)
			*ret_original = true;
		if (strcmp(line + UUID_LEN + 1, own) == 0 && ret->count < OURS_MAX)
			memcpy(ret->uuid[ret->count++].text, line, UUID_LEN + 1);
	}
	return 0;
}

static int delete_ours(const struct ours *ours, struct netconf_why *why)
{
	int r = 0;

	for (size_t i = 0; i < ours->count && r >= 0; i++) {
		const char *const argv[] = { "nmcli", "connection", "delete",
					     ours->uuid[i].text, NULL };

		r = netconf_run(argv, NETCONF_RUN_LONG, NULL, why);
	}
	return r;
}

static int up(const char *uuid, const char *ifname, struct netconf_why *why)
{
	const char *const argv[] = { "nmcli", "-w", UP_SECONDS, "connection", "up",
				     "uuid",  uuid, "ifname",	ifname,	      NULL };

	return netconf_run(argv, NETCONF_RUN_LONG, NULL, why);
}

/* A clone of what it had, or a new one; its UUID. */
static int make(const struct netconf_state *s, bool original, const struct ours *before,
		struct uuid *ret, struct netconf_why *why)
{
	char own[OWN_NAME_MAX];
	const char *const clone[] = { "nmcli",	   "connection", "clone", "uuid",
				      s->original, own,		 NULL };
	const char *const add[] = { "nmcli",	"connection",  "add",	      "type",
				    "ethernet", "ifname",      s->set.ifname, "con-name",
				    own,	"autoconnect", "no",	      NULL };
	struct ours now;
	bool ignored;
	int r;

	own_name(s->set.ifname, own);
	r = netconf_run(original ? clone : add, NETCONF_RUN_LONG, NULL, why);
	if (r >= 0)
		r = list_ours(s, &now, &ignored, why);
	if (r < 0)
		return r;
	for (size_t i = 0; i < now.count; i++) {
		bool old = false;

		for (size_t k = 0; k < before->count; k++)
			old |= strcmp(now.uuid[i].text, before->uuid[k].text) == 0;
		if (!old) {
			*ret = now.uuid[i];
			return 0;
		}
	}
	return netconf_why(why, -EIO,
			   "NetworkManager does not show the connection '%s' "
			   "that it has made",
			   own);
}

struct words {
	const char *item[ARGS_MAX];
	size_t count;
};

static void add(struct words *w, const char *name, const char *value)
{
	w->item[w->count++] = name;
	w->item[w->count++] = value;
}

/* The texts that one family needs. */
struct family_text {
	char address[INET6_ADDRSTRLEN + 5], gateway[INET6_ADDRSTRLEN];
};

static void add_family(struct words *w, int family, const struct netconf_family *f,
		       struct family_text *t)
{
	static const char *const names[2][3] = {
		{ "ipv4.method", "ipv4.addresses", "ipv4.gateway" },
		{ "ipv6.method", "ipv6.addresses", "ipv6.gateway" },
	};
	const char *const *name = names[family == AF_INET6];
	char address[INET6_ADDRSTRLEN];

	if (f->mode == NETCONF_KEEP)
		return;
	t->gateway[0] = t->address[0] = '\0';
	if (f->mode == NETCONF_STATIC) {
		netconf_text(family, &f->address, address, sizeof(address));
		(void)snprintf(t->address, sizeof(t->address), "%s/%u", address,
			       f->prefix); /* fits */
		if (f->has_gateway)
			netconf_text(family, &f->gateway, t->gateway, sizeof(t->gateway));
	}
	/* a gateway without an address is refused, and so is manual without one */
	if (f->mode == NETCONF_STATIC) {
		add(w, name[1], t->address);
		add(w, name[2], t->gateway);
		add(w, name[0], "manual");
	} else {
		add(w, name[0], "auto");
		add(w, name[2], "");
		add(w, name[1], "");
	}
}

static int modify(const struct netconf_state *s, const char *uuid,
		  struct netconf_why *why)
{
	struct words w = { { "nmcli", "connection", "modify", "uuid", uuid }, 5 };
	struct family_text v4, v6;

	add(&w, "connection.interface-name", s->set.ifname);
	add(&w, "connection.autoconnect", "yes");
	add(&w, "connection.autoconnect-priority", "999");
	add_family(&w, AF_INET, &s->set.v4, &v4);
	add_family(&w, AF_INET6, &s->set.v6, &v6);
	w.item[w.count] = NULL;
	return netconf_run(w.item, NETCONF_RUN_LONG, NULL, why);
}

/* What it had; or, where that has been deleted since, what NetworkManager finds for it:
 * it does not by itself make the connection that an interface without any gets at a
 * start. */
static int give_back(const struct netconf_state *s, const struct ours *ours,
		     bool original, struct netconf_why *why)
{
	const char *const connect[] = { "nmcli",   "-w",	  UP_SECONDS, "device",
					"connect", s->set.ifname, NULL };
	struct netconf_why ignored = { "" };
	int r = 0;

	if (original && ours->count > 0)
		r = up(s->original, s->set.ifname, why);
	if (r >= 0)
		r = delete_ours(ours, why);
	if (r >= 0 && !original && s->original[0] && ours->count > 0)
		(void)netconf_run(connect, NETCONF_RUN_LONG, NULL, &ignored);
	return r;
}

static int nm_start(const struct netconf_state *next, struct netconf_why *why)
{
	struct ours before;
	struct uuid uuid;
	bool original;
	int r = list_ours(next, &before, &original, why);

	if (r < 0)
		return r;
	if (netconf_state_empty(next))
		return give_back(next, &before, original, why);
	r = make(next, original, &before, &uuid, why);
	if (r >= 0)
		r = modify(next, uuid.text, why);
	if (r >= 0)
		r = up(uuid.text, next->set.ifname, why);
	return r < 0 ? r : delete_ours(&before, why);
}

const struct netconf_backend netconf_networkmanager = {
	.name = "NetworkManager",
	.owns = nm_owns,
	.start = nm_start,
};
