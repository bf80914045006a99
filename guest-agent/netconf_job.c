/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_link.h"
#include "guest-agent/netconf_state_file.h"
#include "lib/log.h"

#define STATIC_MS 15000 /* duplicate-address detection takes one or two seconds */
#define AUTO_MS	  30000 /* DHCP servers that ping first take some seconds */
#define KEPT_MS	  3000

struct job {
	const struct netconf_backend *backend;
	struct netconf_state now, next;
	struct netconf_change change;
	struct netconf_link before;
	struct netconf_why *why;
};

/* All files, under the new state. */
static int plan(struct job *j)
{
	const struct netconf_backend *was = netconf_backend_by_name(j->now.backend);
	struct netconf_state empty = { 0 };
	int r = 0;

	memcpy(empty.set.ifname, j->next.set.ifname, sizeof(empty.set.ifname));
	memcpy(j->change.ifname, j->next.set.ifname, sizeof(j->change.ifname));
	(void)snprintf(j->change.backend, sizeof(j->change.backend), "%s",
		       j->backend->name);
	if (was && was != j->backend && was->files) /* the interface changed hands */
		r = was->files(&empty, &j->change, j->why);
	if (r >= 0 && j->backend->files &&
	    !(was && was->files == j->backend->files && was != j->backend))
		r = j->backend->files(&j->next, &j->change, j->why);
	return r < 0 ? r : netconf_state_save(&j->next, &j->change, j->why);
}

static int wait_set(const struct netconf *set, struct netconf_why *why)
{
	return netconf_link_wait(set, set->v4.mode == NETCONF_AUTO ? AUTO_MS : STATIC_MS,
				 why);
}

/* The change has begun and failed: everything as it was, and looked at. */
static void roll_back(struct job *j)
{
	struct netconf_why why = { "" };
	int r;

	(void)netconf_backend_stop(j->backend, &j->next,
				   &why); /* half of it may be there */
	r = netconf_change_back(&j->change, &why);
	if (r < 0) {
		netconf_why_more(j->why,
				 "the old files could not be restored (%s), the "
				 "next start tries again",
				 why.text);
		return;
	}
	r = j->backend->start(&j->now, &why);
	if (r >= 0)
		r = netconf_link_wait_like(j->now.set.ifname, &j->before, STATIC_MS,
					   &why);
	if (r >= 0)
		r = netconf_change_commit(&why);
	else
		(void)netconf_change_commit(
			&why); /* the files are back: nothing to undo */
	if (r < 0)
		netconf_why_more(j->why, "the old configuration is there again, but: %s",
				 why.text);
	else
		netconf_why_more(j->why, "the old configuration is back");
}

/* What is not ours has gone through the same restart: it may need a moment.  An address that
 * no configuration names does not come back, which is no failure of ours. */
static void wait_kept(const struct job *j)
{
	struct netconf_link kept = { 0 };
	struct netconf_why ignored = { "" };

	for (size_t i = 0; i < j->before.count; i++) {
		const struct netconf_address *a = &j->before.address[i];
		bool v4 = a->family == AF_INET;
		const struct netconf_family *was = v4 ? &j->now.set.v4 : &j->now.set.v6;
		const struct netconf_family *set = v4 ? &j->next.set.v4 : &j->next.set.v6;

		if (was->mode == NETCONF_KEEP && set->mode == NETCONF_KEEP)
			kept.address[kept.count++] = *a;
	}
	(void)netconf_link_wait_like(j->next.set.ifname, &kept, KEPT_MS, &ignored);
}

/* Where the program failed because another machine has the address, that is what is said. */
static int start_next(struct job *j)
{
	struct netconf_why words = { "" }, duplicate = { "" };
	struct netconf_link l;
	int r = j->backend->start(&j->next, &words);

	if (r >= 0)
		return 0;
	if (netconf_link_read(j->next.set.ifname, &l) >= 0 &&
	    netconf_link_has(&l, &j->next.set, &duplicate) == -EADDRINUSE)
		return netconf_why(j->why, -EADDRINUSE, "%s", duplicate.text);
	return netconf_why(j->why, r, "%s", words.text);
}

static int carry_out(struct job *j)
{
	int r = netconf_change_begin(&j->change, j->why);

	if (r < 0)
		return r;
	r = netconf_backend_stop(j->backend, &j->now, j->why);
	if (r >= 0)
		r = netconf_change_write(&j->change, j->why);
	if (r >= 0)
		r = start_next(j);
	if (r >= 0)
		r = wait_set(&j->next.set, j->why);
	if (r < 0) {
		roll_back(j);
		return r;
	}
	wait_kept(j);
	netconf_link_wait_gone(&j->now.set, &j->next.set);
	return netconf_change_commit(j->why);
}

/* Is there nothing to be done? */
static bool done_already(const struct job *j)
{
	struct netconf_why ignored = { "" };

	return j->change.count == 0 &&
	       netconf_link_has(&j->before, &j->next.set, &ignored) == 0;
}

int netconf_job_repair(struct netconf_why *why)
{
	struct netconf_change c;
	struct netconf_state was, old;
	struct netconf_why ignored = { "" };
	const struct netconf_backend *b;
	int r = netconf_change_load(&c, why);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	log_warning("a change of %s was not ended: what was there before is restored",
		    c.ifname);
	b = netconf_backend_by_name(c.backend);
	if (netconf_state_load(c.ifname, &was, &ignored) < 0)
		memset(&was, 0, sizeof(was));
	memcpy(was.set.ifname, c.ifname, sizeof(was.set.ifname));
	if (b)
		(void)netconf_backend_stop(b, &was, &ignored); /* it may be down */
	r = netconf_change_back(&c, why);
	if (r >= 0)
		r = netconf_state_load(c.ifname, &old, why);
	if (r >= 0 && !old.original[0])
		memcpy(old.original, was.original, sizeof(old.original));
	ignored.text[0] = '\0';
	if (r >= 0 && b && b->start(&old, &ignored) < 0)
		log_warning("%s: %s", c.ifname, ignored.text); /* its files are back */
	if (r >= 0)
		r = netconf_change_commit(why);
	netconf_change_done(&c);
	return r;
}

static int change(struct job *j)
{
	int r = netconf_backend_find(&j->next, &j->backend, j->why);

	if (r == -EOPNOTSUPP && netconf_state_empty(&j->next) &&
	    netconf_backend_by_name(j->now.backend)) {
		j->backend = netconf_backend_by_name(
			j->now.backend); /* who had it, takes it away */
		j->why->text[0] = '\0';
		r = 0;
	}
	if (r >= 0 && !j->now.original[0])
		memcpy(j->now.original, j->next.original, sizeof(j->now.original));
	if (r >= 0)
		r = netconf_link_read(j->next.set.ifname, &j->before);
	if (r >= 0)
		r = plan(j);
	if (r < 0 || done_already(j))
		return r;
	return carry_out(j);
}

int netconf_job_apply(const struct netconf *want, struct netconf_why *why)
{
	struct job *j;
	int r = netconf_job_repair(why);

	if (r >= 0)
		r = netconf_link_check(want->ifname, want->mac, why);
	if (r < 0)
		return r;
	j = calloc(1, sizeof(*j));
	if (!j)
		return netconf_why(why, -ENOMEM, "no memory");
	j->why = why;
	r = netconf_state_load(want->ifname, &j->now, why);
	if (r >= 0) {
		j->next = j->now;
		netconf_state_merge(&j->next, want);
	}
	/* nothing of ours, and nothing wanted: there is nothing to take away */
	if (r >= 0 && !(netconf_state_empty(&j->now) && netconf_state_empty(&j->next)))
		r = change(j);
	netconf_change_done(&j->change);
	free(j);
	return r;
}
