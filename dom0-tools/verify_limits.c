/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/verify_limits.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *line; /* how the kernel begins it */
	const char *name;
} limits[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "Max cpu time", "cpu" },
	[RLIMIT_FSIZE] = { "Max file size", "fsize" },
	[RLIMIT_DATA] = { "Max data size", "data" },
	[RLIMIT_STACK] = { "Max stack size", "stack" },
	[RLIMIT_CORE] = { "Max core file size", "core" },
	[RLIMIT_RSS] = { "Max resident set", "rss" },
	[RLIMIT_NPROC] = { "Max processes", "nproc" },
	[RLIMIT_NOFILE] = { "Max open files", "nofile" },
	[RLIMIT_MEMLOCK] = { "Max locked memory", "memlock" },
	[RLIMIT_AS] = { "Max address space", "as" },
	[RLIMIT_LOCKS] = { "Max file locks", "locks" },
	[RLIMIT_SIGPENDING] = { "Max pending signals", "sigpending" },
	[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "msgqueue" },
	[RLIMIT_NICE] = { "Max nice priority", "nice" },
	[RLIMIT_RTPRIO] = { "Max realtime priority", "rtprio" },
	[RLIMIT_RTTIME] = { "Max realtime timeout", "rttime" },
};

const char *verify_limit_name(unsigned resource)
{
	return resource < RLIM_NLIMITS ? limits[resource].name : "?";
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && *at == ' ')
		at++;
	return at;
}

/* A word: digits or "unlimited".  NULL: neither. */
static const char *take_value(const char *at, const char *end, uint64_t *ret)
{
	static const char none[] = "unlimited";
	const char *start = at = skip_blanks(at, end);
	uint64_t value = 0;

	if ((size_t)(end - at) >= sizeof(none) - 1 &&
	    memcmp(at, none, sizeof(none) - 1) == 0) {
		*ret = VERIFY_UNLIMITED;
		at += sizeof(none) - 1;
	} else {
		for (; at < end && *at >= '0' && *at <= '9'; at++)
			if (__builtin_mul_overflow(value, 10, &value) ||
			    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
				return NULL;
		*ret = value;
	}
	return at > start && (at == end || *at == ' ') ? at : NULL;
}

/* One line; -ENOENT: of none of the limits we know. */
static int parse_line(const char *at, const char *end, struct verify_limits *l,
		      unsigned *seen)
{
	for (unsigned i = 0; i < RLIM_NLIMITS; i++) {
		size_t len = strlen(limits[i].line);

		if ((size_t)(end - at) <= len || memcmp(at, limits[i].line, len) != 0 ||
		    at[len] != ' ')
			continue;
		at = take_value(at + len, end, &l->limit[i].soft);
		if (at)
			at = take_value(at, end, &l->limit[i].hard);
		if (!at || *seen & 1U << i)
			return -EBADMSG;
		*seen |= 1U << i;
		return 0;
	}
	return -ENOENT;
}

int verify_limits_parse(const char *text, size_t len, struct verify_limits *ret)
{
	struct verify_limits l = { 0 };
	const char *end = text + len;
	unsigned seen = 0;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (!eol)
			eol = end;
		if (parse_line(text, eol, &l, &seen) == -EBADMSG)
			return -EBADMSG;
		text = eol < end ? eol + 1 : end;
	}
	if (seen != (1U << RLIM_NLIMITS) - 1)
		return -EBADMSG;
	*ret = l;
	return 0;
}
