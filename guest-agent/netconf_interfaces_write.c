/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_interfaces.h: our marks and our block. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_interfaces.h"
#include "guest-agent/netconf_line.h"
#include "lib/cleanup.h"

#define MARK_MAX (IF_NAMESIZE + 32) /* bytes of a mark with its NUL */

static void mark_text(const char *ifname, char *ret)
{
	(void)snprintf(ret, MARK_MAX, "#xe-guest-network %s# ", ifname); /* fits */
}

static void edge_text(const char *ifname, bool begin, char *ret)
{
	(void)snprintf(ret, MARK_MAX, "#xe-guest-network %s %s", ifname, /* fits */
		       begin ? "begin" : "end");
}

static bool is_edge(const struct netconf_line *l, const char *edge)
{
	size_t bare = l->len > 0 && l->text[l->len - 1] == '\n' ? l->len - 1 : l->len;

	return bare == strlen(edge) && memcmp(l->text, edge, bare) == 0;
}

/* Behind the block whose first line is before @at.  Where somebody has removed its last
 * line, it is @at: what follows is the administrator's, and must not go with it. */
static const char *past_block(const char *at, const char *end, const char *first,
			      const char *last)
{
	const char *p = at;
	struct netconf_line l;

	while (netconf_line_physical(&p, end, &l) && !is_edge(&l, first))
		if (is_edge(&l, last))
			return p;
	return at;
}

int netconf_interfaces_unmark(const char *text, size_t len, const char *ifname,
			      char **ret_text, size_t *ret_len)
{
	char mark[MARK_MAX], first[MARK_MAX], last[MARK_MAX];
	const char *at = text, *end = text + len;
	autofree char *out = malloc(len + 1);
	size_t n = 0;
	struct netconf_line l;

	if (!out)
		return -ENOMEM;
	mark_text(ifname, mark);
	edge_text(ifname, true, first);
	edge_text(ifname, false, last);
	while (netconf_line_physical(&at, end, &l)) {
		size_t skip = strlen(mark);

		if (is_edge(&l, first)) {
			at = past_block(at, end, first, last);
			continue;
		}
		if (l.len < skip || memcmp(l.text, mark, skip) != 0)
			skip = 0;
		memcpy(out + n, l.text + skip, l.len - skip);
		n += l.len - skip;
	}
	out[n] = '\0';
	*ret_len = n;
	*ret_text = steal_ptr(out);
	return 0;
}

/* Every physical line of @l with the mark before it. */
static void print_marked(FILE *out, const struct netconf_line *l, const char *mark)
{
	const char *at = l->text;
	struct netconf_line part;

	while (netconf_line_physical(&at, l->text + l->len, &part)) {
		(void)fputs(mark, out); /* fclose() tells of failures */
		(void)fwrite(part.text, 1, part.len, out);
	}
}

static bool in_the_way(enum netconf_line_kind kind, const struct netconf *set)
{
	return (kind == NETCONF_LINE_STANZA4 && set->v4.mode != NETCONF_KEEP) ||
	       (kind == NETCONF_LINE_STANZA6 && set->v6.mode != NETCONF_KEEP);
}

int netconf_interfaces_mark(const char *text, size_t len, const struct netconf *set,
			    char **ret_text, size_t *ret_len)
{
	autofree char *plain = NULL, *marked = NULL;
	size_t size = 0, marked_len = 0;
	char mark[MARK_MAX];
	bool marking = false;
	const char *at;
	struct netconf_line l;
	FILE *out;
	int r = netconf_interfaces_unmark(text, len, set->ifname, &plain, &size);

	if (r < 0)
		return r;
	out = open_memstream(&marked, &marked_len);
	if (!out)
		return -ENOMEM;
	mark_text(set->ifname, mark);
	for (at = plain; netconf_line_logical(&at, plain + size, &l);) {
		enum netconf_line_kind kind =
			netconf_line_is_comment(&l) ? NETCONF_LINE_OTHER
						    : netconf_line_kind(&l, set->ifname);

		if (!netconf_line_is_comment(&l) && kind != NETCONF_LINE_OPTION)
			marking = in_the_way(kind, set);
		if (marking && !netconf_line_is_comment(&l))
			print_marked(out, &l, mark);
		else
			(void)fwrite(l.text, 1, l.len, out);
	}
	if (fclose(out) != 0) /* ENOMEM of any of the above */
		return -ENOMEM;
	*ret_text = steal_ptr(marked);
	*ret_len = marked_len;
	return 0;
}

static void print_mask(FILE *out, int family, unsigned prefix)
{
	bool has_mask = family == AF_INET && prefix > 0;
	struct in_addr mask = { htonl(has_mask ? UINT32_MAX << (32 - prefix) : 0) };
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET6)
		(void)fprintf(out, "\tnetmask %u\n", prefix);
	else
		(void)fprintf(out, "\tnetmask %s\n",
			      netconf_text(AF_INET, &mask, text, sizeof(text)));
}

static void print_stanza(FILE *out, const char *ifname, int family,
			 const struct netconf_family *f, const struct text_list *kept)
{
	const char *name = family == AF_INET ? "inet" : "inet6";
	char text[INET6_ADDRSTRLEN];

	if (f->mode == NETCONF_KEEP)
		return;
	if (f->mode == NETCONF_AUTO) {
		(void)fprintf(out, "iface %s %s %s\n", ifname, name,
			      family == AF_INET ? "dhcp" : "auto");
	} else {
		(void)fprintf(out, "iface %s %s static\n\taddress %s\n", ifname, name,
			      netconf_text(family, &f->address, text, sizeof(text)));
		print_mask(out, family, f->prefix);
		if (f->has_gateway)
			(void)fprintf(
				out, "\tgateway %s\n",
				netconf_text(family, &f->gateway, text, sizeof(text)));
	}
	if (f->mode == NETCONF_STATIC && family == AF_INET6)
		(void)fputs("\taccept_ra 0\n", out); /* `autoconf` is 0 by itself */
	for (size_t i = 0; i < kept->count; i++)
		(void)fprintf(out, "%s\n", kept->item[i]);
}

int netconf_interfaces_block(const struct netconf_interfaces *has,
			     const struct netconf *set, char **ret_text)
{
	autofree char *text = NULL;
	char edge[MARK_MAX];
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	if (set->v4.mode != NETCONF_KEEP || set->v6.mode != NETCONF_KEEP) {
		edge_text(set->ifname, true, edge);
		(void)fprintf(
			out,
			"%s\n# Set by the host: see xe-guest-network(8), which takes "
			"this and the marks away.\n",
			edge);
		if (!has->brought_up)
			(void)fprintf(out, "auto %s\n", set->ifname);
		print_stanza(out, set->ifname, AF_INET, &set->v4, &has->kept4);
		print_stanza(out, set->ifname, AF_INET6, &set->v6, &has->kept6);
		edge_text(set->ifname, false, edge);
		(void)fprintf(out, "%s\n", edge);
	}
	if (fclose(out) != 0) /* ENOMEM of any of the above */
		return -ENOMEM;
	*ret_text = steal_ptr(text);
	return 0;
}
