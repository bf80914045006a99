/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_link.h"
#include "guest-agent/netconf_state_file.h"
#include "lib/cleanup.h"
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
	/* the interface changed hands: netplan's and networkd's file is the same one */
	if (was && was->files && was->files != j->backend->files)
		r = was->files(&empty, &j->change, j->why);
	if (r >= 0 && j->backend->files)
		r = j->backend->files(&j->next, &j->change, j->why);
	return r < 0 ? r : netconf_state_save(&j->next, &j->change, j->why);
}

/* The change has begun and failed: everything as it was, and looked at.  The interface is
 * brought up also by files that could not be restored: it must not stay down. */
static void roll_back(struct job *j)
{
	struct netconf_why ignored = { "" }, files = { "" }, why = { "" };
	int r, q;

	(void)netconf_backend_stop(j->backend, &j->next, &ignored); /* half may be up */
	q = netconf_change_back(&j->change, &files);
	r = j->backend->start(&j->now, &why);
	if (q < 0) {
		netconf_why_more(j->why,
				 "the old files could not be restored (%s), the "
				 "next start tries again",
				 files.text);
		return;
	}
	if (r >= 0)
		r = netconf_link_wait_like(j->now.set.ifname, &j->before, STATIC_MS,
					   &why);
	q = netconf_change_commit(&why); /* the files are back: nothing to undo */
	if (r < 0 || q < 0)
		netconf_why_more(j->why, "the old configuration is there again, but: %s",
				 why.text);
	else
		netconf_why_more(j->why, "the old configuration is back");
}

/* What is not ours has gone through the same restart: it may need a moment.  An address
 * that no configuration names does not come back, which is no failure of ours. */
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

/* Until the new one is there.  Where it failed because another machine has the address,
 * that is what is said: programs tell it in many words, or take the address away. */
static int start_next(struct job *j)
{
	const struct netconf *set = &j->next.set;
	struct netconf_why words = { "" }, duplicate = { "" };
	autoclose int watch = -1;
	int r, q;

	(void)netconf_link_watch(&watch); /* without it only the words are others */
	r = j->backend->start(&j->next, &words);
	if (r >= 0)
		r = netconf_link_wait(set, &j->before,
				      set->v4.mode == NETCONF_AUTO ? AUTO_MS : STATIC_MS,
				      &words);
	if (r >= 0)
		return 0;
	q = netconf_link_duplicate(watch, set, &duplicate);
	return q < 0 ? netconf_why(j->why, q, "%s", duplicate.text)
		     : netconf_why(j->why, r, "%s", words.text);
}

/* The interface changed hands: what a program keeps of ours itself, not in a file of the
 * change, would be in force when the interface is its again. */
static void forget(const struct job *j)
{
	const struct netconf_backend *was = netconf_backend_by_name(j->now.backend);
	struct netconf_state none = { 0 };
	struct netconf_why ignored = { "" };

	memcpy(none.set.ifname, j->next.set.ifname, sizeof(none.set.ifname));
	if (was && was != j->backend && !was->files)
		(void)was->start(&none, &ignored); /* it may not run any more */
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
	if (r < 0) {
		roll_back(j);
		return r;
	}
	wait_kept(j);
	netconf_link_wait_gone(&j->now.set, &j->next.set);
	forget(j);
	return netconf_change_commit(j->why);
}

static bool is_state_only(const struct netconf_change *c)
{
	static const char own[] = NETCONF_DIR "/";

	for (size_t i = 0; i < c->count; i++)
		if (strncmp(c->file[i].path, own, sizeof(own) - 1) != 0)
			return false;
	return true;
}

/* Is there nothing to be done, but perhaps to note who wishes it now? */
static bool done_already(const struct job *j)
{
	const struct netconf_state *a = &j->now, *b = &j->next;
	struct netconf_why ignored = { "" };

	return is_state_only(&j->change) &&
	       netconf_family_same(&a->set.v4, &b->set.v4, AF_INET) &&
	       netconf_family_same(&a->set.v6, &b->set.v6, AF_INET6) &&
	       strcmp(a->backend, b->backend) == 0 &&
	       strcmp(a->original, b->original) == 0 &&
	       netconf_link_has(&j->before, &b->set, &ignored) == 0;
}

/* A change that was not ended: its files and its interface as they were.  That is brought
 * up in any case, as in roll_back(). */
static int restore(const struct netconf_change *c, struct netconf_why *why)
{
	const struct netconf_backend *b = netconf_backend_by_name(c->backend);
	struct netconf_state was, old;
	struct netconf_why ignored = { "" }, words = { "" };
	int r, q;

	if (netconf_state_load(c->ifname, &was, &ignored) < 0)
		memset(&was, 0, sizeof(was));
	memcpy(was.set.ifname, c->ifname, sizeof(was.set.ifname));
	if (b)
		(void)netconf_backend_stop(b, &was, &ignored); /* it may be down */
	r = netconf_change_back(c, why);
	q = netconf_state_load(c->ifname, &old, why);
	if (q < 0)
		old = was;
	if (!old.original[0])
		memcpy(old.original, was.original, sizeof(old.original));
	if (b && b->start(&old, &words) < 0)
		log_warning("%s: %s", c->ifname, words.text);
	return r < 0 ? r : q;
}

int netconf_job_repair(struct netconf_why *why)
{
	struct netconf_change c;
	int r = netconf_change_load(&c, why);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	log_warning("a change of %s was not ended: what was there before is restored",
		    c.ifname);
	r = restore(&c, why);
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
		/* who had it, takes it away */
		j->backend = netconf_backend_by_name(j->now.backend);
		j->why->text[0] = '\0';
		r = 0;
	}
	if (r >= 0 && !j->now.original[0])
		memcpy(j->now.original, j->next.original, sizeof(j->now.original));
	if (r >= 0)
		r = netconf_link_read(j->next.set.ifname, &j->before);
	if (r >= 0)
		r = plan(j);
	if (r < 0)
		return r;
	return done_already(j) ? netconf_change_write(&j->change, j->why) : carry_out(j);
}

/* What is asked for to be gone is not ours (or not the host's, who asks): then nothing is
 * touched, whatever may have become of the rest. */
static bool takes_nothing(const struct netconf *now, const struct netconf *next,
			  const struct netconf *want)
{
	return want->v4.mode <= NETCONF_NONE && want->v6.mode <= NETCONF_NONE &&
	       next->v4.mode == now->v4.mode && next->v6.mode == now->v6.mode;
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
	if (r >= 0 && !takes_nothing(&j->now.set, &j->next.set, want))
		r = change(j);
	netconf_change_done(&j->change);
	free(j);
	return r;
}
