/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/metrics_home.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/log.h"

static void guest_done(struct metrics_guest *g)
{
	free(g->name);
	free(g->shown);
	metrics_record_done(&g->record);
}

void metrics_fleet_done(struct metrics_fleet *f)
{
	for (size_t i = 0; i < f->count; i++)
		guest_done(&f->guest[i]);
	free(f->guest);
	f->guest = NULL;
	f->count = 0;
}

static struct metrics_guest *find(const struct metrics_fleet *f, unsigned domid)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->guest[i].domid == domid)
			return &f->guest[i];
	return NULL;
}

/* Does the record depend on @relative, a path below the home? */
static bool matters(const char *relative)
{
	for (size_t i = 0; i < metrics_roots_count; i++) {
		const struct metrics_root *root = &metrics_roots[i];

		if (root->skip && tree_path_is_in(relative, root->skip))
			return false;
		if (tree_path_is_in(relative, root->path) ||
		    tree_path_is_in(root->path, relative))
			return true;
	}
	return false;
}

void metrics_fleet_note(struct metrics_fleet *f, const char *path)
{
	const size_t dir_len = sizeof(DOMAINS_DIR) - 1;
	const char *domid_text, *relative;
	struct metrics_guest *g;
	unsigned domid;

	if (strlen(path) <= dir_len) {
		f->stale = true;
		return;
	}
	domid_text = path + dir_len + 1;
	relative = domid_text + strcspn(domid_text, "/");
	if (!domains_parse_domid(domid_text, (size_t)(relative - domid_text), &domid))
		return;
	g = find(f, domid);
	if (!g || *relative == '\0' || strcmp(relative, "/name") == 0)
		f->stale = true;
	if (g && (*relative == '\0' || matters(relative + 1)))
		g->stale = true;
}

static bool wanted(const struct metrics_fleet *f, const struct domain *d)
{
	if (d->domid == 0 || (f->only_domid && f->only_domid != d->domid))
		return false; /* dom0 is no guest */
	return !f->only_name || strcmp(f->only_name, d->name) == 0;
}

/* The guest of before, moved out of the old list, or a new one. */
static void take_guest(struct metrics_fleet *old, struct domain *d,
		       struct metrics_guest *ret_guest)
{
	struct metrics_guest *g = find(old, d->domid);
	struct metrics_guest taken = { .domid = d->domid, .stale = true };

	if (g) {
		taken = *g;
		*g = (struct metrics_guest){ 0 };
		free(taken.name);
	}
	taken.name = steal_ptr(d->name);
	taken.changed = true; /* it may be the name */
	*ret_guest = taken;
}

static int compare_domids(const void *a, const void *b)
{
	const struct metrics_guest *x = a, *y = b;

	return (x->domid > y->domid) - (x->domid < y->domid);
}

/* Guests that went away stay until the caller has seen it, marked as gone. */
static int relist(struct metrics_fleet *f, struct xs_conn *xs)
{
	autodomains struct domains list = { 0 };
	struct metrics_fleet fresh = *f;
	int r = domains_list(xs, &list);

	if (r < 0)
		return r;
	fresh.count = 0;
	fresh.guest = calloc(f->count + list.count + 1, sizeof(*fresh.guest));
	if (!fresh.guest)
		return -ENOMEM;
	for (size_t i = 0; i < list.count; i++)
		if (wanted(f, &list.domain[i]))
			take_guest(f, &list.domain[i], &fresh.guest[fresh.count++]);
	for (size_t i = 0; i < f->count; i++) {
		struct metrics_guest *g = &f->guest[i];

		if (!g->name)
			continue; /* was taken over */
		g->gone = g->changed = true;
		fresh.guest[fresh.count++] = *g;
		*g = (struct metrics_guest){ 0 };
	}
	if (fresh.count > 0)
		qsort(fresh.guest, fresh.count, sizeof(*fresh.guest), compare_domids);
	fresh.stale = false;
	metrics_fleet_done(f);
	*f = fresh;
	return 0;
}

static void drop_gone(struct metrics_fleet *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (f->guest[i].gone)
			guest_done(&f->guest[i]);
		else
			f->guest[kept++] = f->guest[i];
	}
	f->count = kept;
}

static int reread(struct metrics_guest *g, struct xs_conn *xs)
{
	struct metrics_record rec;
	int r = metrics_home_record(xs, g->domid, &g->told, &rec);

	g->stale = false;
	if (r == -ENXIO) {
		g->gone = g->changed = true;
		return 0;
	}
	if (r == -ENOMEM || xs_conn_is_dead(xs))
		return r;
	if (r < 0) {
		if (!g->told)
			log_warning("dom%u: cannot %s", g->domid, xs_conn_error(xs));
		g->told = true;
		return 0;
	}
	metrics_record_done(&g->record);
	g->record = rec;
	g->changed = true;
	return 0;
}

int metrics_fleet_refresh(struct metrics_fleet *f, struct xs_conn *xs)
{
	int r = 0;

	drop_gone(f);
	if (f->stale)
		r = relist(f, xs);
	for (size_t i = 0; r >= 0 && i < f->count; i++)
		if (f->guest[i].stale && !f->guest[i].gone)
			r = reread(&f->guest[i], xs);
	return r < 0 ? r : 0;
}
