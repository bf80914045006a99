/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/domains.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/metrics_view.h"
#include "lib/cleanup.h"

void domains_done(struct domains *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->domain[i].name);
	free(d->domain);
	*d = (struct domains){ 0 };
}

bool domains_parse_domid(const char *text, size_t len, unsigned *ret_domid)
{
	unsigned domid = 0;

	if (len == 0 || len > 5 || text[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		domid = domid * 10 + (unsigned)(text[i] - '0');
	}
	if (domid < DOMAINS_FIRST || domid > DOMAINS_LAST)
		return false;
	*ret_domid = domid;
	return true;
}

static int exists(struct xs_conn *xs, unsigned domid)
{
	char path[64];
	autofree char *ignored = NULL;

	(void)snprintf(path, sizeof(path), DOMAINS_DIR "/%u", domid);
	return xs_conn_read(xs, path, &ignored, NULL);
}

int domains_read_name(struct xs_conn *xs, unsigned domid, char **ret_name)
{
	char path[64];
	autofree char *name = NULL;
	int r;

	(void)snprintf(path, sizeof(path), DOMAINS_DIR "/%u/name", domid);
	r = xs_conn_read(xs, path, &name, NULL);
	if (r == -ENOENT) {
		r = exists(xs, domid);
		name = r < 0 ? NULL : strdup("");
		if (r >= 0 && !name)
			return -ENOMEM;
	}
	if (r < 0)
		return r;
	*ret_name = steal_ptr(name);
	return 0;
}

/* @name passes to the list. */
static int append(struct domains *d, unsigned domid, char *name)
{
	if (d->count == d->room) {
		size_t room = d->room ? d->room * 2 : 16;
		struct domain *more = reallocarray(d->domain, room, sizeof(*more));

		if (!more) {
			free(name);
			return -ENOMEM;
		}
		d->domain = more;
		d->room = room;
	}
	d->domain[d->count++] = (struct domain){ .domid = domid, .name = name };
	return 0;
}

static int compare_domids(const void *a, const void *b)
{
	const struct domain *x = a, *y = b;

	return (x->domid > y->domid) - (x->domid < y->domid);
}

int domains_list(struct xs_conn *xs, struct domains *ret_domains)
{
	autodomains struct domains d = { 0 };
	autofree char **names = NULL;
	unsigned count = 0;
	int r = xs_conn_list(xs, DOMAINS_DIR, &names, &count);

	if (r == -ENOENT) /* nobody was ever introduced */
		r = 0;
	for (unsigned i = 0; r >= 0 && i < count; i++) {
		unsigned domid;
		char *name;

		if (!domains_parse_domid(names[i], strlen(names[i]), &domid))
			continue;
		r = domains_read_name(xs, domid, &name);
		if (r == -ENOENT)
			r = 0; /* gone in the meantime */
		else if (r >= 0)
			r = append(&d, domid, name);
	}
	if (r < 0)
		return r;
	if (d.count > 0)
		qsort(d.domain, d.count, sizeof(*d.domain), compare_domids);
	*ret_domains = d;
	d = (struct domains){ 0 };
	return 0;
}

struct reader {
	struct xs_conn *xs;
	const struct metrics_root *root;
	size_t home_len; /* bytes of "/local/domain/N/" */
	size_t *budget;	 /* bytes that may still be kept */
	struct tree *home;
};

static int read_node(const struct reader *rd, const char *path, int depth);

static int read_children(const struct reader *rd, const char *path, int depth)
{
	autofree char **names = NULL;
	unsigned count = 0;
	int r = xs_conn_list(rd->xs, path, &names, &count);

	if (r == -ENOENT || r == -EACCES)
		return 0;
	for (unsigned i = 0; r >= 0 && i<count && * rd->budget> 0; i++) {
		autofree char *child = NULL;

		if (asprintf(&child, "%s/%s", path, names[i]) < 0) {
			child = NULL; /* undefined after a failure */
			return -ENOMEM;
		}
		r = read_node(rd, child, depth - 1);
	}
	return r;
}

/* @depth: as in struct metrics_root; -1 reads the node alone. */
static int read_node(const struct reader *rd, const char *path, int depth)
{
	const char *relative = path + rd->home_len;
	autofree char *value = NULL;
	size_t len = 0, size;
	int r;

	if (rd->root->skip && strcmp(relative, rd->root->skip) == 0)
		return 0;
	r = xs_conn_read(rd->xs, path, &value, &len);
	if (r == -ENOENT || r == -EACCES)
		return 0;
	if (r < 0)
		return r;
	size = strlen(relative) + len + sizeof(struct tree_entry);
	if (size > *rd->budget) {
		*rd->budget = 0;
		return 0;
	}
	*rd->budget -= size;
	r = tree_set(rd->home, relative, value, len);
	return r >= 0 && depth >= 0 ? read_children(rd, path, depth) : r;
}

int domains_read_home(struct xs_conn *xs, unsigned domid, struct tree *ret_home)
{
	autotree struct tree home = { 0 };
	size_t budget = METRICS_QUOTA_BYTES;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < metrics_roots_count; i++) {
		const struct metrics_root *root = &metrics_roots[i];
		char path[128];
		int n = snprintf(path, sizeof(path), DOMAINS_DIR "/%u/", domid);
		struct reader rd = { xs, root, (size_t)n, &budget, &home };

		(void)snprintf(path + n, sizeof(path) - (size_t)n, "%s", root->path);
		r = read_node(&rd, path, (int)root->depth);
	}
	/* an empty tree and one that was taken away look the same */
	if (r >= 0)
		r = exists(xs, domid);
	if (r < 0)
		return r;
	tree_swap(&home, ret_home);
	return 0;
}
