/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define MARK_MAX (IF_NAMESIZE + 32) /* bytes of a mark with its NUL */
#define WORD_MAX 256		    /* bytes of a word that we look at, with its NUL */

/* A line with those that it goes on in: from @text to the next one. */
struct line {
	const char *text;
	size_t len; /* with the newline, if it has one */
};

static void mark_text(const char *ifname, char *ret)
{
	(void)snprintf(ret, MARK_MAX, "#xe-guest-network %s# ", ifname); /* fits */
}

static void edge_text(const char *ifname, bool begin, char *ret)
{
	(void)snprintf(ret, MARK_MAX, "#xe-guest-network %s %s", ifname, /* fits */
		       begin ? "begin" : "end");
}

static bool physical_line(const char **at, const char *end, struct line *l)
{
	const char *eol;

	if (*at == end)
		return false;
	eol = memchr(*at, '\n', (size_t)(end - *at));
	l->text = *at;
	*at = eol ? eol + 1 : end;
	l->len = (size_t)(*at - l->text);
	return true;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_comment(const struct line *l)
{
	size_t i = 0;

	while (i < l->len && blank(l->text[i]))
		i++;
	return i == l->len || l->text[i] == '#';
}

/* Does it go on in the next one? */
static bool goes_on(const struct line *l)
{
	size_t len = l->len;

	if (len > 0 && l->text[len - 1] == '\n')
		len--;
	return len > 0 && l->text[len - 1] == '\\';
}

static bool logical_line(const char **at, const char *end, struct line *l)
{
	struct line more;

	if (!physical_line(at, end, l))
		return false;
	if (is_comment(l))
		return true;
	for (more = *l; goes_on(&more) && physical_line(at, end, &more);)
		l->len += more.len;
	return true;
}

/* The next word of @l from *@i on; "": none.  One over WORD_MAX is cut, and is then no
 * word that we know. */
static void word(const struct line *l, size_t *i, char *ret)
{
	size_t n = 0;

	for (;; (*i)++) {
		bool joint =
			*i + 1 < l->len && l->text[*i] == '\\' && l->text[*i + 1] == '\n';

		if (*i >= l->len || !(blank(l->text[*i]) || joint))
			break;
	}
	for (; *i < l->len && !blank(l->text[*i]); (*i)++) {
		if (*i + 1 < l->len && l->text[*i] == '\\' && l->text[*i + 1] == '\n')
			break;
		if (n < WORD_MAX - 1)
			ret[n++] = l->text[*i];
	}
	ret[n] = '\0';
}

/* Does this word begin something else than an option? */
static bool is_keyword(const char *w)
{
	static const char *const words[] = {
		"iface",      "mapping",      "auto",	    "source", "source-directory",
		"source-dir", "no-auto-down", "no-scripts", "rename", "template",
		"vlan",	      "bridge"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(w, words[i]) == 0)
			return true;
	return strncmp(w, "allow-", 6) == 0;
}

enum kind {
	OTHER,
	OPTION,
	STANZA4,
	STANZA6,
	STANZA_PLAIN,
	BRINGS_UP,
	SOURCE,
	SOURCE_DIR
};

static enum kind kind_of_iface(const struct line *l, size_t i, const char *ifname)
{
	char w[WORD_MAX];

	word(l, &i, w);
	if (strcmp(w, ifname) != 0)
		return OTHER;
	word(l, &i, w);
	if (strcmp(w, "inet") == 0)
		return STANZA4;
	if (strcmp(w, "inet6") == 0)
		return STANZA6;
	/* "iface eth0" and "iface eth0 inherits x"; other families are no business of ours */
	return !*w || strcmp(w, "inherits") == 0 ? STANZA_PLAIN : OTHER;
}

static bool names(const struct line *l, size_t i, const char *ifname)
{
	char w[WORD_MAX];

	do {
		word(l, &i, w);
		if (strcmp(w, ifname) == 0)
			return true;
	} while (*w);
	return false;
}

/* What a line is that is no comment. */
static enum kind kind_of(const struct line *l, const char *ifname)
{
	char w[WORD_MAX];
	size_t i = 0;

	word(l, &i, w);
	if (!is_keyword(w))
		return OPTION;
	if (strcmp(w, "iface") == 0)
		return kind_of_iface(l, i, ifname);
	if (strcmp(w, "source") == 0)
		return SOURCE;
	if (strcmp(w, "source-directory") == 0 || strcmp(w, "source-dir") == 0)
		return SOURCE_DIR;
	if (strcmp(w, "auto") == 0 || strcmp(w, "allow-hotplug") == 0 ||
	    strcmp(w, "allow-auto") == 0)
		return names(l, i, ifname) ? BRINGS_UP : OTHER;
	return OTHER;
}

/* Is the option's meaning bound to the addresses or the method that it stands with? */
static bool is_address_option(const char *w)
{
	static const char *const words[] = {
		"address",
		"netmask",
		"broadcast",
		"network",
		"gateway",
		"pointopoint",
		"metric",
		"scope",
		"hostname",
		"leasehours",
		"leasetime",
		"vendor",
		"client",
		"request_prefix",
		"ll-attempts",
		"ll-interval",
		"preferred-lifetime",
		"privext",
		"accept_ra",
		"autoconf",
		"dhcp",
		"dad-attempts",
		"dad-interval",
		"endpoint",
		"local",
		"ttl",
		"tunnel-physdev",
		"requires",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(w, words[i]) == 0)
			return true;
	return false;
}

/* An option may stand once in a stanza, commands as often as they like. */
static bool may_repeat(const char *w)
{
	return strcmp(w, "up") == 0 || strcmp(w, "down") == 0 ||
	       strncmp(w, "pre-", 4) == 0 || strncmp(w, "post-", 5) == 0;
}

static bool has_option(const struct text_list *kept, const char *w)
{
	for (size_t i = 0; i < kept->count; i++) {
		const struct line l = { kept->item[i], strlen(kept->item[i]) };
		char other[WORD_MAX];
		size_t at = 0;

		word(&l, &at, other);
		if (strcmp(other, w) == 0)
			return true;
	}
	return false;
}

static int keep_option(const struct line *l, struct text_list *kept)
{
	autofree char *text = NULL;
	char w[WORD_MAX];
	size_t i = 0, len = l->len;

	word(l, &i, w);
	if (!*w || is_address_option(w) || (!may_repeat(w) && has_option(kept, w)))
		return 0;
	if (len > 0 && l->text[len - 1] == '\n')
		len--;
	text = strndup(l->text, len);
	return text ? text_list_add(kept, text) : -ENOMEM;
}

static int add_source(const struct line *l, bool dir, struct text_list *sources)
{
	char w[WORD_MAX + 1];
	size_t i = 0, len;
	int r = 0;

	word(l, &i, w); /* the keyword */
	for (word(l, &i, w); *w && r >= 0; word(l, &i, w)) {
		len = strlen(w);
		if (dir && w[len - 1] != '/')
			memcpy(w + len, "/", 2); /* there is room for one more */
		r = text_list_add(sources, w);
	}
	return r;
}

struct scan {
	const char *ifname;
	struct netconf_interfaces *has;
	struct text_list *kept; /* of the stanza that we are in; NULL: no matter */
};

static int scan_line(struct scan *s, const struct line *l)
{
	enum kind kind = kind_of(l, s->ifname);

	if (kind == OPTION)
		return s->kept ? keep_option(l, s->kept) : 0;
	s->kept = NULL;
	switch (kind) {
	case STANZA4:
		s->has->has_v4 = true;
		s->kept = &s->has->kept4;
		return 0;
	case STANZA6:
		s->has->has_v6 = true;
		s->kept = &s->has->kept6;
		return 0;
	case STANZA_PLAIN:
		s->has->has_plain = true;
		return 0;
	case BRINGS_UP:
		s->has->brought_up = true;
		return 0;
	case SOURCE:
	case SOURCE_DIR:
		return add_source(l, kind == SOURCE_DIR, &s->has->sources);
	default:
		return 0;
	}
}

static bool is_edge(const struct line *l, const char *edge)
{
	size_t bare = l->len > 0 && l->text[l->len - 1] == '\n' ? l->len - 1 : l->len;

	return bare == strlen(edge) && memcmp(l->text, edge, bare) == 0;
}

/* Behind the block whose first line is before @at.  Where somebody has removed its last
 * line, it is @at: what follows is the administrator's as well, and must not go with it. */
static const char *past_block(const char *at, const char *end, const char *first,
			      const char *last)
{
	const char *p = at;
	struct line l;

	while (physical_line(&p, end, &l) && !is_edge(&l, first))
		if (is_edge(&l, last))
			return p;
	return at;
}

/* @text without our block and our marks: as the administrator wrote it. */
static int unmark(const char *text, size_t len, const char *ifname, char **ret_text,
		  size_t *ret_len)
{
	char mark[MARK_MAX], first[MARK_MAX], last[MARK_MAX];
	const char *at = text, *end = text + len;
	autofree char *out = malloc(len + 1);
	size_t n = 0;
	struct line l;

	if (!out)
		return -ENOMEM;
	mark_text(ifname, mark);
	edge_text(ifname, true, first);
	edge_text(ifname, false, last);
	while (physical_line(&at, end, &l)) {
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

int netconf_interfaces_scan(const char *text, size_t len, const char *ifname,
			    struct netconf_interfaces *ret)
{
	struct scan s = { .ifname = ifname, .has = ret };
	autofree char *plain = NULL;
	const char *at;
	size_t size;
	struct line l;
	int r;

	if (memchr(text, '\0', len))
		return -EBADMSG;
	r = unmark(text, len, ifname, &plain, &size);
	at = plain;
	while (r >= 0 && logical_line(&at, plain + size, &l))
		if (!is_comment(&l))
			r = scan_line(&s, &l);
	return r;
}

/* Every physical line of @l with the mark before it. */
static void print_marked(FILE *out, const struct line *l, const char *mark)
{
	const char *at = l->text;
	struct line part;

	while (physical_line(&at, l->text + l->len, &part)) {
		(void)fputs(mark, out); /* fclose() tells of failures */
		(void)fwrite(part.text, 1, part.len, out);
	}
}

static bool in_the_way(enum kind kind, const struct netconf *set)
{
	return (kind == STANZA4 && set->v4.mode != NETCONF_KEEP) ||
	       (kind == STANZA6 && set->v6.mode != NETCONF_KEEP);
}

int netconf_interfaces_mark(const char *text, size_t len, const struct netconf *set,
			    char **ret_text, size_t *ret_len)
{
	autofree char *plain = NULL, *marked = NULL;
	size_t size = 0, marked_len = 0;
	char mark[MARK_MAX];
	bool marking = false;
	const char *at;
	struct line l;
	FILE *out;
	int r = unmark(text, len, set->ifname, &plain, &size);

	if (r < 0)
		return r;
	out = open_memstream(&marked, &marked_len);
	if (!out)
		return -ENOMEM;
	mark_text(set->ifname, mark);
	for (at = plain; logical_line(&at, plain + size, &l);) {
		enum kind kind = is_comment(&l) ? OTHER : kind_of(&l, set->ifname);

		if (!is_comment(&l) && kind != OPTION)
			marking = in_the_way(kind, set);
		if (marking && !is_comment(&l))
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

void netconf_interfaces_done(struct netconf_interfaces *has)
{
	text_list_done(&has->kept4);
	text_list_done(&has->kept6);
	text_list_done(&has->sources);
}
