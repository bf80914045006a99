/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_path.h"
#include "dom0-tools/broker_rules.h"
#include "dom0-tools/profile.h"
#include "lib/cleanup.h"
#include "lib/tree.h"

#define VM_DIR "/vm/"
#define VM_MAX 256 /* bytes: a UUID has 36 */

struct rule {
	unsigned bits;
	bool of_vm; /* @text goes behind the domain's /vm/UUID */
	char *text; /* owned; as written, {domid} replaced */
	char *path; /* owned; NULL: not there for this domain */
};

struct rules {
	unsigned domid;
	bool release_event;
	bool home_is_dom0;
	size_t count;
	struct rule rule[RULES_MAX];
};

static const struct {
	const char *name;
	unsigned bits;
} directives[] = {
	{ "read", RULE_READ },
	{ "write", RULE_WRITE },
	{ "grant-read", RULE_GRANT_READ },
	{ "grant-write", RULE_GRANT_WRITE },
};

__attribute__((format(printf, 3, 4))) static int refuse(char *why, size_t size,
							const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, size, fmt, args); /* or cut */
	va_end(args);
	return -EINVAL;
}

/* A path of xenstore, in which "*" may stand for a component. */
static bool is_pattern(const char *path)
{
	char plain[PATH_ROOM];
	size_t len = strlen(path);

	if (len >= sizeof(plain) || path[0] != '/')
		return false;
	for (size_t i = 0; i <= len; i++) {
		if (path[i] == '*' && (path[i - 1] != '/' || !strchr("/", path[i + 1])))
			return false;
		plain[i] = path[i] == '*' ? 'x' : path[i];
	}
	return tree_path_check(plain) == 0;
}

/* A copy of @text with {domid} replaced; NULL: no memory, or too long. */
static char *with_domid(const char *text, unsigned domid)
{
	static const char mark[] = "{domid}";
	char out[PATH_ROOM];
	size_t at = 0;

	while (*text) {
		bool here = strncmp(text, mark, sizeof(mark) - 1) == 0;
		int n = here ? snprintf(out + at, sizeof(out) - at, "%u", domid)
			     : snprintf(out + at, sizeof(out) - at, "%c", *text);

		if (n < 0 || (size_t)n >= sizeof(out) - at)
			return NULL;
		at += (size_t)n;
		text += here ? sizeof(mark) - 1 : 1;
	}
	out[at] = '\0';
	return strdup(out);
}

static int add_path(struct rules *r, unsigned bits, const char *word, char *why,
		    size_t size)
{
	static const char vm[] = "{vm}";
	struct rule *rule = &r->rule[r->count];
	bool of_vm = strncmp(word, vm, sizeof(vm) - 1) == 0;

	if (r->count == RULES_MAX)
		return refuse(why, size, "more than %d paths", RULES_MAX);
	rule->text = with_domid(word + (of_vm ? sizeof(vm) - 1 : 0), r->domid);
	if (!rule->text)
		return -ENOMEM;
	rule->bits = bits;
	rule->of_vm = of_vm;
	r->count++; /* from here rules_free() knows it */
	if (!(of_vm && !rule->text[0]) &&
	    (!is_pattern(rule->text) || (of_vm && !rule->text[1])))
		return refuse(why, size, "'%s' is not an absolute path of xenstore",
			      word);
	if (of_vm)
		return 0;
	rule->path = strdup(rule->text);
	return rule->path ? 0 : -ENOMEM; /* profile_parse() has a word for it */
}

static int visit(void *arg, unsigned argc, char *const *argv, char *why, size_t size)
{
	struct rules *r = arg;

	if (strcmp(argv[0], "release-event") == 0) {
		if (argc != 1)
			return refuse(why, size, "'%s' takes no path", argv[0]);
		r->release_event = true;
		return 0;
	}
	if (strcmp(argv[0], "home") == 0) {
		if (argc != 2 || strcmp(argv[1], "dom0") != 0)
			return refuse(why, size, "'%s' takes the word 'dom0'", argv[0]);
		r->home_is_dom0 = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (strcmp(argv[0], directives[i].name) != 0)
			continue;
		if (argc != 2)
			return refuse(why, size, "'%s' takes one path", argv[0]);
		return add_path(r, directives[i].bits, argv[1], why, size);
	}
	return refuse(why, size, "unknown directive '%s'", argv[0]);
}

/* The value comes out of the store: only what is plainly a domain's own node there. */
static bool is_vm(const char *vm)
{
	size_t dir = sizeof(VM_DIR) - 1;

	return strncmp(vm, VM_DIR, dir) == 0 && vm[dir] && !strchr(vm + dir, '/') &&
	       tree_path_check(vm) == 0 && strlen(vm) < VM_MAX;
}

int rules_set_vm(struct rules *r, const char *vm, char *why, size_t why_size)
{
	bool has = vm && vm[0];

	if (has && !is_vm(vm))
		return refuse(why, why_size, "'%s' is not a path of a VM (/vm/UUID)", vm);
	for (size_t i = 0; i < r->count; i++) {
		struct rule *rule = &r->rule[i];

		if (!rule->of_vm)
			continue;
		free(rule->path);
		rule->path = NULL;
		if (has && asprintf(&rule->path, "%s%s", vm, rule->text) < 0) {
			rule->path = NULL; /* asprintf() leaves it undefined */
			(void)snprintf(why, why_size, "%s", strerror(ENOMEM));
			return -ENOMEM;
		}
	}
	return 0;
}

int rules_parse(const char *label, const char *text, size_t len, unsigned domid,
		const char *vm, struct rules **ret_rules, char *why, size_t why_size)
{
	autorules struct rules *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->domid = domid;
	err = profile_parse(label, text, len, "xenstore", visit, r, why, why_size);
	if (err >= 0)
		err = rules_set_vm(r, vm, why, why_size);
	if (err >= 0)
		*ret_rules = steal_ptr(r);
	return err;
}

int rules_load(const char *profile, unsigned domid, const char *vm,
	       struct rules **ret_rules, char *why, size_t why_size)
{
	autorules struct rules *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->domid = domid;
	err = profile_read(profile, "xenstore", visit, r, why, why_size);
	if (err >= 0)
		err = rules_set_vm(r, vm, why, why_size);
	if (err >= 0)
		*ret_rules = steal_ptr(r);
	return err;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++) {
		free(r->rule[i].text);
		free(r->rule[i].path);
	}
	free(r);
}

/* One component of both, which stand behind a '/'. */
static bool component_matches(const char *pattern, size_t pattern_len, const char *path,
			      size_t len)
{
	if (pattern_len == 1 && pattern[0] == '*')
		return len > 0;
	return len == pattern_len && memcmp(pattern, path, len) == 0;
}

static bool covers(const char *pattern, const char *path)
{
	if (strcmp(pattern, "/") == 0)
		return true;
	while (*pattern) {
		size_t pattern_len, len;

		if (*path++ != '/')
			return false;
		pattern++;
		pattern_len = strcspn(pattern, "/");
		len = strcspn(path, "/");
		if (!component_matches(pattern, pattern_len, path, len))
			return false;
		pattern += pattern_len;
		path += len;
	}
	return true;
}

unsigned rules_allowed(const struct rules *r, const char *path)
{
	unsigned bits = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->rule[i].path && covers(r->rule[i].path, path))
			bits |= r->rule[i].bits;
	}
	return bits;
}

bool rules_release_event(const struct rules *r)
{
	return r->release_event;
}

unsigned rules_home(const struct rules *r)
{
	return r->home_is_dom0 ? 0 : r->domid;
}
