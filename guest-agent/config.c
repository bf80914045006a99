/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/config_lines.h"
#include "lib/log.h"
#include "lib/prefix.h"

#define PATTERN_MAX 64 /* bytes; a name of an interface has 15 */
#define SEPARATORS  " \t,"

/* An interface's name has no blank, no comma in practice, and never a slash. */
static bool is_pattern(const char *text)
{
	const char *open = strrchr(text, '[');
	size_t len = strlen(text);

	return len > 0 && len <= PATTERN_MAX && !strchr(text, '/') &&
	       config_is_text(text) && text[len - 1] != '\\' &&
	       (!open || strchr(open, ']'));
}

/* "a, b c": @add is called with each word, until it fails. */
static int add_words(void *list, size_t max, const char *value,
		     int (*add)(void *list, size_t max, char *word))
{
	autofree char *copy = strdup(value);
	char *rest = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (word = strsep(&rest, SEPARATORS)))
		if (*word)
			r = add(list, max, word);
	return r;
}

static int add_pattern(void *patterns, size_t max, char *word)
{
	struct text_list *list = patterns;

	return list->count < max && is_pattern(word) ? text_list_add(list, word)
						     : -EINVAL;
}

/* All of it or nothing. */
static int set_patterns(void *field, const struct config_key *k, const char *value)
{
	struct text_list *list = field;
	size_t before = list->count;
	int r;

	if (!*value)
		text_list_done(list);
	r = add_words(list, k->max, value, add_pattern);
	while (r < 0 && list->count > before) {
		free(list->item[--list->count]);
		list->item[list->count] = NULL;
	}
	return r;
}

/* ADDRESS[/BITS] */
static int parse_prefix(const char *text, struct agent_prefix *ret)
{
	*ret = (struct agent_prefix){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	ret->len = ret->family == AF_INET6 ? 128 : 32;
	if (strchr(text, '/'))
		return prefix_parse(ret->family, text, &ret->in6, &ret->len);
	return inet_pton(ret->family, text, &ret->in6) == 1 ? 0 : -EINVAL;
}

static int add_prefix(void *prefixes, size_t max, char *word)
{
	struct agent_prefixes *list = prefixes;
	struct agent_prefix prefix, *more;

	if (list->count >= max || parse_prefix(word, &prefix) < 0)
		return -EINVAL;
	more = reallocarray(list->item, list->count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	more[list->count++] = prefix;
	list->item = more;
	return 0;
}

static void prefixes_done(struct agent_prefixes *list)
{
	free(list->item);
	*list = (struct agent_prefixes){ NULL, 0 };
}

/* As set_patterns(). */
static int set_prefixes(void *field, const struct config_key *k, const char *value)
{
	struct agent_prefixes *list = field;
	size_t before = list->count;
	int r;

	if (!*value)
		prefixes_done(list);
	r = add_words(list, k->max, value, add_prefix);
	if (r < 0 && *value)
		list->count = before;
	return r;
}

static int set_suspend(void *field, const struct config_key *k, const char *value)
{
	if (strcmp(value, "off") != 0)
		return config_set_number(field, k, value);
	*(unsigned *)field = 0;
	return 0;
}

#define AT(field)     offsetof(struct agent_config, field)
#define SWITCH(field) config_set_switch, AT(field), .help = "on or off"
#define PATTERNS(field)                                                                  \
	set_patterns, AT(field), .help = "names of interfaces, as vif* eth[0-3]",        \
				 .max = AGENT_CONFIG_PATTERNS_MAX, .repeats = true
#define PREFIXES(field)                                                                  \
	set_prefixes, AT(field), .help = "addresses, as 10.0.0.0/8 fd00::/8",            \
				 .max = AGENT_CONFIG_PREFIXES_MAX, .repeats = true
#define INTERVAL(field)                                                                  \
	config_set_number, AT(field), .help = "seconds, from 5 to 86400",                \
				      .min = AGENT_INTERVAL_MIN_S,                       \
				      .max = AGENT_INTERVAL_MAX_S

static const struct config_key keys[] = {
	{ "include-interface", PATTERNS(include_interfaces) },
	{ "exclude-interface", PATTERNS(exclude_interfaces) },
	{ "include-prefix", PREFIXES(include_prefixes) },
	{ "exclude-prefix", PREFIXES(exclude_prefixes) },
	{ "addresses", SWITCH(addresses) },
	{ "memory", SWITCH(memory) },
	{ "os", SWITCH(os) },
	{ "drivers", SWITCH(drivers) },
	{ "volumes", SWITCH(volumes) },
	{ "host-name", SWITCH(host_name) },
	{ "balloon", SWITCH(balloon) },
	{ "hot-plug", SWITCH(hot_plug) },
	{ "legacy-keys", SWITCH(legacy_keys) },
	{ "static-addresses", SWITCH(static_addresses) },
	{ "memory-interval", INTERVAL(memory_interval_s) },
	{ "volumes-interval", INTERVAL(volumes_interval_s) },
	{ "suspend-timeout", set_suspend, AT(suspend_timeout_s),
	  .help = "seconds, from 20 to 3600, or off", .min = AGENT_SUSPEND_MIN_S,
	  .max = AGENT_SUSPEND_MAX_S },
	{ "user", config_set_text, AT(user), .help = "whom the agent runs as",
	  .good = config_is_user },
};
static const struct config_table table = { keys, sizeof(keys) / sizeof(keys[0]) };

void agent_config_init(struct agent_config *c)
{
	*c = (struct agent_config){
		.addresses = true,
		.memory = true,
		.os = true,
		.drivers = true,
		.volumes = true,
		.host_name = true,
		.balloon = true,
		.hot_plug = true,
		.legacy_keys = true,
		.memory_interval_s = AGENT_MEMORY_INTERVAL_S,
		.volumes_interval_s = AGENT_VOLUMES_INTERVAL_S,
		.suspend_timeout_s = AGENT_SUSPEND_S,
	};
}

void agent_config_done(struct agent_config *c)
{
	config_lines_done(&table, c);
	text_list_done(&c->include_interfaces);
	text_list_done(&c->exclude_interfaces);
	prefixes_done(&c->include_prefixes);
	prefixes_done(&c->exclude_prefixes);
	agent_config_init(c);
}

const char *agent_config_key_name(size_t index)
{
	return index < table.count ? keys[index].name : NULL;
}

void agent_config_wrong(struct agent_config *c, size_t told_max, const char *fmt, ...)
{
	char why[CONFIG_WHY_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap); /* cut at its room */
	va_end(ap);
	if (c->errors == 0)
		(void)log_escape_line(c->why, sizeof(c->why), why, strlen(why)); /* cut */
	if (c->errors < told_max)
		log_warning("%s; passed over", why);
	c->errors++;
}

/* Whose errors these are. */
struct hearing {
	struct agent_config *config;
	size_t told_max;
};

static int pass_over(void *data, int r, const char *why)
{
	struct hearing *h = data;

	(void)r; /* the sentence says it */
	agent_config_wrong(h->config, h->told_max, "%s", why);
	return 0;
}

void agent_config_parse(struct agent_config *c, const char *path, char *text, size_t len,
			size_t told_max)
{
	struct hearing h = { c, told_max };

	(void)config_lines_parse(&table, c, path, text, len,
				 &(struct config_hearer){ pass_over, &h }); /* 0 */
}

static bool matches(const struct text_list *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (fnmatch(patterns->item[i], name, 0) == 0)
			return true;
	return false;
}

bool agent_config_wants_interface(const struct agent_config *c, const char *name)
{
	if (matches(&c->exclude_interfaces, name))
		return false;
	return c->include_interfaces.count == 0 || matches(&c->include_interfaces, name);
}

static bool is_in_any(const struct agent_prefixes *list, int family, const void *addr)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->item[i].family == family &&
		    prefix_same(&list->item[i].in6, addr, list->item[i].len))
			return true;
	return false;
}

bool agent_config_wants_address(const struct agent_config *c, int family,
				const void *addr)
{
	if (is_in_any(&c->exclude_prefixes, family, addr))
		return false;
	return c->include_prefixes.count == 0 ||
	       is_in_any(&c->include_prefixes, family, addr);
}
