/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/room_profile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/profile.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define PATH_MAX_ROOM 1024
#define MIB	      (1024ULL * 1024)

const struct room_limit room_limits[] = {
	{ "core", RLIMIT_CORE, 0, "a core would hold what came from outside" },
	{ "fsize", RLIMIT_FSIZE, 256ULL * 1024, "a log that is inherited stays small" },
	{ "nofile", RLIMIT_NOFILE, 64, "descriptors are the kernel's memory" },
	{ "as", RLIMIT_AS, 256 * MIB, "memory, where there is no control group" },
	{ "stack", RLIMIT_STACK, 8 * MIB, "what is usual" },
	{ "data", RLIMIT_DATA, ROOM_LIMIT_AS_IS, "as says it" },
	{ "cpu", RLIMIT_CPU, ROOM_LIMIT_AS_IS, "it serves as long as its domain lives" },
	{ "memlock", RLIMIT_MEMLOCK, 0, "none of it is the program's to lock" },
	{ "msgqueue", RLIMIT_MSGQUEUE, 0, "it has no message queues" },
	{ "sigpending", RLIMIT_SIGPENDING, 64, "queued signals and timers" },
	{ "locks", RLIMIT_LOCKS, 0, "no locks of files" },
	{ "rtprio", RLIMIT_RTPRIO, 0, "never before others" },
	{ "nice", RLIMIT_NICE, 0, "never before others" },
};
const size_t room_limits_count = sizeof(room_limits) / sizeof(*room_limits);

void room_profile_done(struct room_profile *p)
{
	text_list_done(&p->calls);
	text_list_done(&p->dirs);
	text_list_done(&p->libraries);
	text_list_done(&p->env);
	for (size_t i = 0; i < p->binds_count; i++) {
		free(p->binds[i].from);
		free(p->binds[i].to);
	}
	free(p->binds);
	free(p->ioctls);
	memset(p, 0, sizeof(*p));
}

/* Absolute, of components that are neither empty, "." nor ".."; not "/" itself. */
static bool is_plain_path(const char *path)
{
	const char *at = path;

	if (at[0] != '/' || at[1] == '\0' || strlen(at) >= PATH_MAX_ROOM)
		return false;
	while (*at == '/') {
		size_t len = strcspn(++at, "/");

		if (len == 0 || (len == 1 && at[0] == '.') ||
		    (len == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		at += len;
	}
	return true;
}

static int add_bind(struct room_profile *p, const struct room_bind *model)
{
	struct room_bind *more, *b;

	if (!is_plain_path(model->from) || !is_plain_path(model->to))
		return -EINVAL;
	if (p->binds_count == TEXT_LIST_MAX)
		return -E2BIG;
	more = realloc(p->binds, (p->binds_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->binds = more;
	b = &more[p->binds_count++];
	*b = *model;
	b->from = strdup(model->from);
	b->to = strdup(model->to);
	return b->from && b->to ? 0 : -ENOMEM;
}

int room_profile_bind(struct room_profile *p, const char *word, bool writable)
{
	autofree char *from = strdup(word);
	struct room_bind b = { .from = from, .to = from, .writable = writable };
	char *colon = from ? strchr(from, ':') : NULL;

	if (!from)
		return -ENOMEM;
	if (colon) {
		*colon = '\0';
		b.to = colon + 1;
	}
	return add_bind(p, &b);
}

/* What is being read, for the functions of the directives. */
struct reading {
	struct room_profile *p;
	unsigned domid;
	char *why;
	size_t size;
};

static int say(struct reading *rd, const char *text, const char *word)
{
	(void)snprintf(rd->why, rd->size, "%s '%s'", text, word); /* cut: a sentence */
	return -EINVAL;
}

/* Bytes, or with a letter KiB, MiB, GiB; "none": as it is. */
static int parse_size(struct reading *rd, const char *word, uint64_t *ret)
{
	static const char letters[] = "kmg";
	autofree char *digits = strdup(word);
	size_t len = strlen(word);
	const char *letter;
	unsigned shift = 0;
	uint64_t value;

	if (!digits)
		return -ENOMEM;
	if (strcmp(word, "none") == 0) {
		*ret = ROOM_LIMIT_AS_IS;
		return 0;
	}
	letter = len > 1 ? strchr(letters, word[len - 1]) : NULL;
	if (letter) {
		shift = 10 * (unsigned)(letter - letters + 1);
		digits[len - 1] = '\0';
	}
	if (io_parse_u64(digits, INT64_MAX >> shift, &value) < 0)
		return say(rd, "no size:", word);
	*ret = value << shift;
	return 0;
}

static int add_words(struct reading *rd, struct text_list *l, unsigned argc,
		     char *const *argv)
{
	int r = 0;

	for (unsigned i = 1; i < argc && r == 0; i++)
		r = text_list_add(l, argv[i]);
	return r == -E2BIG ? say(rd, "too many words for", argv[0]) : r;
}

static int on_handle(struct reading *rd, unsigned argc, char *const *argv)
{
	for (unsigned i = 1; i < argc; i++) {
		if (strcmp(argv[i], "evtchn") == 0)
			rd->p->handles |= ROOM_HANDLE_EVTCHN;
		else if (strcmp(argv[i], "privcmd") == 0)
			rd->p->handles |= ROOM_HANDLE_PRIVCMD;
		else
			return say(rd, "no handle is called", argv[i]);
	}
	return 0;
}

static int on_yes(struct reading *rd, unsigned argc, char *const *argv)
{
	const struct {
		const char *name;
		bool *value;
	} all[] = { { "xenstore", &rd->p->xenstore },
		    { "late", &rd->p->late },
		    { "exec", &rd->p->exec },
		    { "fork", &rd->p->fork } };

	(void)argc; /* as the table says */
	if (strcmp(argv[1], "yes") != 0 && strcmp(argv[1], "no") != 0)
		return say(rd, "neither 'yes' nor 'no':", argv[1]);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(argv[0], all[i].name) == 0)
			*all[i].value = argv[1][0] == 'y';
	return 0;
}

static int on_net(struct reading *rd, unsigned argc, char *const *argv)
{
	(void)argc;
	if (strcmp(argv[1], "none") != 0 && strcmp(argv[1], "host") != 0)
		return say(rd, "neither 'none' nor 'host':", argv[1]);
	rd->p->network = argv[1][0] == 'h';
	return 0;
}

static int on_tasks(struct reading *rd, unsigned argc, char *const *argv)
{
	uint64_t value;

	(void)argc;
	if (io_parse_u64(argv[1], ROOM_TASKS_MAX, &value) < 0 || value == 0)
		return say(rd, "no number of tasks:", argv[1]);
	rd->p->tasks = (unsigned)value;
	return 0;
}

static int on_memory(struct reading *rd, unsigned argc, char *const *argv)
{
	(void)argc;
	return parse_size(rd, argv[1], &rd->p->memory_max);
}

static int on_limit(struct reading *rd, unsigned argc, char *const *argv)
{
	(void)argc;
	for (size_t i = 0; i < room_limits_count; i++)
		if (strcmp(argv[1], room_limits[i].name) == 0)
			return parse_size(rd, argv[2],
					  &rd->p->limit[room_limits[i].resource]);
	return say(rd, "no limit is called", argv[1]);
}

static int on_call(struct reading *rd, unsigned argc, char *const *argv)
{
	return add_words(rd, &rd->p->calls, argc, argv);
}

static int on_library(struct reading *rd, unsigned argc, char *const *argv)
{
	for (unsigned i = 1; i < argc; i++)
		if (strchr(argv[i], '/'))
			return say(rd, "a library has a name, not a path:", argv[i]);
	return add_words(rd, &rd->p->libraries, argc, argv);
}

static int on_env(struct reading *rd, unsigned argc, char *const *argv)
{
	for (unsigned i = 1; i < argc; i++)
		if (argv[i][0] == '=' || !strchr(argv[i], '='))
			return say(rd, "not NAME=VALUE:", argv[i]);
	return add_words(rd, &rd->p->env, argc, argv);
}

static int on_ioctl(struct reading *rd, unsigned argc, char *const *argv)
{
	struct room_profile *p = rd->p;

	for (unsigned i = 1; i < argc; i++) {
		uint32_t *more, number;

		if (room_ioctl_number(argv[i], &number) < 0)
			return say(rd, "no request is called", argv[i]);
		if (p->ioctls_count == TEXT_LIST_MAX)
			return say(rd, "too many words for", argv[0]);
		more = realloc(p->ioctls, (p->ioctls_count + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		p->ioctls = more;
		more[p->ioctls_count++] = number;
	}
	return 0;
}

static int on_cap(struct reading *rd, unsigned argc, char *const *argv)
{
	for (unsigned i = 1; i < argc; i++) {
		unsigned number;

		if (room_cap_number(argv[i], &number) < 0)
			return say(rd, "no capability is called", argv[i]);
		rd->p->caps |= 1ULL << number;
	}
	return 0;
}

/* @word with the domid where it says {domid}. */
static int expand(struct reading *rd, const char *word, char ret[PATH_MAX_ROOM])
{
	static const char mark[] = "{domid}";
	const char *at = strstr(word, mark);
	int n = at ? snprintf(ret, PATH_MAX_ROOM, "%.*s%u%s", (int)(at - word), word,
			      rd->domid, at + strlen(mark))
		   : snprintf(ret, PATH_MAX_ROOM, "%s", word);

	if (n < 0 || n >= PATH_MAX_ROOM || strstr(ret, mark) || !is_plain_path(ret))
		return say(rd, "not a plain absolute path:", word);
	return 0;
}

static int on_bind(struct reading *rd, unsigned argc, char *const *argv)
{
	char from[PATH_MAX_ROOM], to[PATH_MAX_ROOM];
	struct room_bind b = { .from = from,
			       .to = to,
			       .writable = strcmp(argv[0], "bind-rw") == 0,
			       .device = strcmp(argv[0], "device") == 0 };
	int r = expand(rd, argv[1], from);

	if (r == 0)
		r = expand(rd, argv[argc - 1], to);
	if (r == 0)
		r = add_bind(rd->p, &b);
	return r == -E2BIG ? say(rd, "too many words for", argv[0]) : r;
}

static int on_dir(struct reading *rd, unsigned argc, char *const *argv)
{
	char path[PATH_MAX_ROOM];
	int r = 0;

	for (unsigned i = 1; i < argc && r == 0; i++) {
		r = expand(rd, argv[i], path);
		if (r == 0)
			r = text_list_add(&rd->p->dirs, path);
	}
	return r == -E2BIG ? say(rd, "too many words for", argv[0]) : r;
}

#define MANY 16 /* words of a line, all of them */

static const struct directive {
	const char *name;
	int (*take)(struct reading *rd, unsigned argc, char *const *argv);
	unsigned min, max; /* words after the name */
} directives[] = {
	{ "handle", on_handle, 1, 2 },
	{ "xenstore", on_yes, 1, 1 },
	{ "net", on_net, 1, 1 },
	{ "late", on_yes, 1, 1 },
	{ "exec", on_yes, 1, 1 },
	{ "fork", on_yes, 1, 1 },
	{ "tasks", on_tasks, 1, 1 },
	{ "memory", on_memory, 1, 1 },
	{ "limit", on_limit, 2, 2 },
	{ "call", on_call, 1, MANY },
	{ "ioctl", on_ioctl, 1, MANY },
	{ "cap", on_cap, 1, MANY },
	{ "device", on_bind, 1, 1 },
	{ "bind", on_bind, 1, 2 },
	{ "bind-rw", on_bind, 1, 2 },
	{ "dir", on_dir, 1, MANY },
	{ "library", on_library, 1, MANY },
	{ "env", on_env, 1, MANY },
};

static int take_line(void *arg, unsigned argc, char *const *argv, char *why, size_t size)
{
	struct reading *rd = arg;

	rd->why = why;
	rd->size = size;
	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++) {
		const struct directive *d = &directives[i];

		if (strcmp(argv[0], d->name) != 0)
			continue;
		if (argc - 1 < d->min || argc - 1 > d->max)
			return say(rd, "wrong number of words for", d->name);
		return d->take(rd, argc, argv);
	}
	return say(rd, "no directive is called", argv[0]);
}

/* What no single line could be told for. */
static int check_whole(const struct room_profile *p, char *why, size_t size)
{
	const char *what = NULL;

	if (p->caps != 0 && !p->late)
		what = "'cap' is for a late program only";
	for (size_t i = 0; i < p->binds_count; i++)
		if (p->binds[i].device && !p->late)
			what = "'device' is for a late program only";
	if (p->limit[RLIMIT_NOFILE] == ROOM_LIMIT_AS_IS ||
	    p->limit[RLIMIT_NOFILE] <= ROOM_PRIVCMD_FD)
		what = "'limit nofile' is over 31 and not none";
	if (!what)
		return 0;
	(void)snprintf(why, size, "[room]: %s", what);
	return -EINVAL;
}

int room_profile_read(const char *name, unsigned domid, struct room_profile *ret,
		      char *why, size_t size)
{
	autoroomprofile struct room_profile p = { .xenstore = true,
						  .tasks = 8,
						  .memory_max = 256 * MIB };
	struct reading rd = { .p = &p, .domid = domid };
	int r;

	for (size_t i = 0; i < ROOM_RLIMITS; i++)
		p.limit[i] = ROOM_LIMIT_AS_IS;
	for (size_t i = 0; i < room_limits_count; i++)
		p.limit[room_limits[i].resource] = room_limits[i].value;
	why[0] = '\0';
	r = profile_read(name, "room", take_line, &rd, why, size);
	if (r == 0)
		r = check_whole(&p, why, size);
	if (r < 0)
		return r;
	p.limit[RLIMIT_NPROC] = (uint64_t)p.tasks + ROOM_INIT_TASKS;
	*ret = p;
	memset(&p, 0, sizeof(p));
	return 0;
}
