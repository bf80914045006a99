/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/domains.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

void domain_done(struct domain *d)
{
	free(d->name);
	d->name = NULL;
}

void domains_done(struct domains *d)
{
	for (size_t i = 0; i < d->count; i++)
		domain_done(&d->domain[i]);
	free(d->domain);
	*d = (struct domains){ 0 };
}

bool domains_parse_domid(const char *text, size_t len, unsigned *ret_domid)
{
	unsigned domid = 0;

	if (len == 0 || len > 5 || (text[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		domid = domid * 10 + (unsigned)(text[i] - '0');
	}
	if (domid > DOMAINS_LAST)
		return false;
	*ret_domid = domid;
	return true;
}

int domains_check(struct xs_conn *xs, unsigned domid)
{
	char path[64];
	autofree char *ignored = NULL;
	int r;

	(void)snprintf(path, sizeof(path), DOMAINS_DIR "/%u", domid);
	r = xs_conn_read(xs, path, &ignored, NULL);
	return r == -ENOENT ? -ENXIO : r;
}

/* -ENXIO: there is no such domain. */
static int read_domain(struct xs_conn *xs, unsigned domid, struct domain *ret_domain)
{
	char path[64];
	autofree char *name = NULL;
	int r;

	(void)snprintf(path, sizeof(path), DOMAINS_DIR "/%u/name", domid);
	r = xs_conn_read(xs, path, &name, NULL);
	if (r == -ENOENT) {
		r = domains_check(xs, domid);
		name = strdup("");
		if (!name)
			return -ENOMEM;
	}
	if (r < 0)
		return r;
	*ret_domain = (struct domain){ .domid = domid, .name = steal_ptr(name) };
	return 0;
}

/* What @d owns passes to the list. */
static int append(struct domains *list, struct domain *d)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct domain *more = reallocarray(list->domain, room, sizeof(*more));

		if (!more) {
			domain_done(d);
			return -ENOMEM;
		}
		list->domain = more;
		list->room = room;
	}
	list->domain[list->count++] = *d;
	return 0;
}

static int compare_domids(const void *a, const void *b)
{
	const struct domain *x = a, *y = b;

	return (x->domid > y->domid) - (x->domid < y->domid);
}

int domains_list(struct xs_conn *xs, struct domains *ret_domains)
{
	autodomains struct domains list = { 0 };
	autofree char **names = NULL;
	unsigned count = 0;
	int r = xs_conn_list(xs, DOMAINS_DIR, &names, &count);

	if (r == -ENOENT) /* nobody was ever introduced */
		r = 0;
	for (unsigned i = 0; r >= 0 && i < count; i++) {
		struct domain d;
		unsigned domid;

		if (!domains_parse_domid(names[i], strlen(names[i]), &domid))
			continue;
		r = read_domain(xs, domid, &d);
		if (r == -ENXIO)
			r = 0; /* gone in the meantime */
		else if (r >= 0)
			r = append(&list, &d);
	}
	if (r < 0)
		return r;
	if (list.count > 0)
		qsort(list.domain, list.count, sizeof(*list.domain), compare_domids);
	*ret_domains = list;
	list = (struct domains){ 0 };
	return 0;
}

static int find_name(struct xs_conn *xs, const char *name, struct domain *ret_domain,
		     char *why, size_t why_size)
{
	autodomains struct domains list = { 0 };
	struct domain *found = NULL;
	size_t used, count = 0;
	int r = domains_list(xs, &list);

	if (r < 0)
		return r;
	used = (size_t)snprintf(why, why_size, "'%s' is the name of more than one domain",
				name);
	for (size_t i = 0; i < list.count; i++) {
		if (strcmp(list.domain[i].name, name) != 0)
			continue;
		found = &list.domain[i];
		if (used < why_size)
			used += (size_t)snprintf(why + used, why_size - used, "%s %u",
						 count ? "," : ":", found->domid);
		count++;
	}
	if (!found)
		(void)snprintf(why, why_size, "no domain '%s'", name);
	if (count != 1)
		return found ? -ENOTUNIQ : -ENXIO;
	*ret_domain = *found;
	found->name = NULL; /* it has passed */
	return 0;
}

int domains_find(struct xs_conn *xs, const char *text, struct domain *ret_domain,
		 char *why, size_t why_size)
{
	unsigned domid;
	int r = -ENXIO;

	if (domains_parse_domid(text, strlen(text), &domid))
		r = read_domain(xs, domid, ret_domain);
	return r == -ENXIO ? find_name(xs, text, ret_domain, why, why_size) : r;
}
