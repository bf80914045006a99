/* SPDX-License-Identifier: BSD-2-Clause */
/* repo_nfs - what is of nfs alone in an address: its second form, its query, its options. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/repo_parts.h"

int repo_split_nfs(char *text, struct pieces *p, char *why, size_t size)
{
	char *colon = strstr(text, ":/"), *server = text;

	if (strpbrk(text, "?@"))
		return refuse(why, size, "'?' and '@' must not be in this form of it");
	if (!colon)
		return refuse(why, size,
			      "an nfs address is nfs:SERVER:/PATH or "
			      "nfs://SERVER/PATH");
	*colon = '\0';
	p->path = colon + 1;
	colon = strchr(text, '[');
	colon = colon && colon > text ? colon - 1 : strrchr(text, ':');
	if (colon && *text != '[') {
		if (*colon != ':')
			return refuse(why, size, "its server is none");
		*colon = '\0';
		p->options = text;
		server = colon + 1;
	}
	if (p->options && p->options[strcspn(p->options, ":/[]()!$&*+;~%")])
		return refuse(why, size, "its options are none");
	return repo_split_host(server, true, p, why, size);
}

/* One NAME=NUMBER of a query or of mount options, for libnfs's query and for the
 * installer's options. */
static int add_option(struct repo *r, char *query, size_t query_size,
		      const char *query_name, const char *option_name, const char *value,
		      char *why, size_t size)
{
	size_t have = strlen(query), options = strlen(r->nfs_options);

	if (repo_check_number(value, UINT32_MAX, query_name, why, size) < 0)
		return -EINVAL;
	if (strcmp(query_name, "version") == 0 && strcmp(value, "3") != 0 &&
	    strcmp(value, "4") != 0)
		return refuse(why, size, "its nfs version is neither 3 nor 4");
	(void)snprintf(query + have, query_size - have, "%c%s=%s", have ? '&' : '?',
		       query_name, value); /* three short ones fit */
	if (option_name)
		(void)snprintf(r->nfs_options + options, sizeof(r->nfs_options) - options,
			       "%s%s=%s", options ? "," : "", option_name, value);
	return 0;
}

static int take_query(struct repo *r, char *text, char *query, size_t query_size,
		      char *why, size_t size)
{
	static const char *const known[][2] = {
		{ "version", "nfsvers" },
		{ "nfsport", "port" },
		{ "mountport", "mountport" },
	};
	unsigned seen = 0, i;
	char *item, *value;

	while ((item = strsep(&text, "&"))) {
		value = strchr(item, '=');
		for (i = 0; value && i < sizeof(known) / sizeof(known[0]); i++)
			if (strlen(known[i][0]) == (size_t)(value - item) &&
			    strncmp(known[i][0], item, (size_t)(value - item)) == 0)
				break;
		if (!value || i == sizeof(known) / sizeof(known[0]) || (seen & 1U << i))
			return refuse(why, size,
				      "what follows its '?' may be version, nfsport and "
				      "mountport, each once, with numbers (files are "
				      "read as nobody)");
		seen |= 1U << i;
		if (add_option(r, query, query_size, known[i][0], known[i][1], value + 1,
			       why, size) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Mount options: those that tell how to reach the server count here, too. */
static int take_options(struct repo *r, const char *options, char *query,
			size_t query_size, char *why, size_t size)
{
	char copy[sizeof(r->nfs_options)], *text = copy, *item, *value;
	const char *name;

	if (strlen(options) >= sizeof(copy))
		return refuse(why, size, "its options are too long");
	memcpy(copy, options, strlen(options) + 1);
	while ((item = strsep(&text, ","))) {
		value = strchr(item, '=');
		if (!value)
			continue; /* ro, nolock: the installer's own business */
		*value++ = '\0';
		name = strcmp(item, "vers") == 0 || strcmp(item, "nfsvers") == 0
			       ? "version"
		       : strcmp(item, "port") == 0 ? "nfsport"
						   : NULL;
		if (name && strcmp(name, "version") == 0)
			value[strcspn(value, ".")] = '\0'; /* 4.1, 4.2: libnfs has one */
		if (name && !strstr(query, name) &&
		    add_option(r, query, query_size, name, NULL, value, why, size) < 0)
			return -EINVAL;
	}
	memcpy(r->nfs_options, options, strlen(options) + 1);
	return 0;
}

int repo_take_nfs(struct repo *r, struct pieces *p, char *query, size_t query_size,
		  char *why, size_t size)
{
	size_t len = strlen(p->path);

	if (p->path[0] != '/' || strchr(p->path, '%'))
		return refuse(why, size,
			      "an nfs address needs a path that begins with '/' and "
			      "has no '%%'");
	while (len > 1 && p->path[len - 1] == '/')
		len--;
	memcpy(r->nfs_path, p->path, len);
	r->nfs_path[len] = '\0';
	if (p->port &&
	    add_option(r, query, query_size, "nfsport", "port", p->port, why, size) < 0)
		return -EINVAL;
	if (p->query && p->port && strstr(p->query, "nfsport="))
		return refuse(why, size, "it names two ports");
	if (p->query && take_query(r, p->query, query, query_size, why, size) < 0)
		return -EINVAL;
	return p->options ? take_options(r, p->options, query, query_size, why, size) : 0;
}
