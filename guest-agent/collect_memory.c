/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/facts.h"
#include "guest-agent/meminfo.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define MEMINFO_MAX (64 * 1024) /* bytes; the file has under 2 KiB */

/* The number after "NAME:" at the start of a line; false when there is none. */
static bool field(const char *text, const char *name, uint64_t *ret_kib)
{
	size_t n = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *digits;
		char *end;

		line += *line == '\n';
		if (strncmp(line, name, n) != 0 || line[n] != ':')
			continue;
		digits = line + n + 1 + strspn(line + n + 1, " \t");
		if (*digits < '0' || *digits > '9') /* strtoull() takes a sign, too */
			return false;
		errno = 0;
		*ret_kib = strtoull(digits, &end, 10);
		return errno == 0 && strncmp(end, " kB", 3) == 0;
	}
	return false;
}

int meminfo_parse(const char *text, struct memory_facts *ret)
{
	struct memory_facts m = { 0 };
	uint64_t buffers = 0, cached = 0, shared = 0;

	if (!field(text, "MemTotal", &m.total_kib) || m.total_kib == 0)
		return -EBADMSG;
	if (!field(text, "MemAvailable", &m.free_kib)) {
		if (!field(text, "MemFree", &m.free_kib))
			return -EBADMSG;
		(void)field(text, "Buffers", &buffers); /* absent: nothing to add */
		(void)field(text, "Cached", &cached);
		(void)field(text, "Shmem", &shared);
		/* files in memory count as cached, but cannot be dropped */
		cached -= shared < cached ? shared : cached;
		if (__builtin_add_overflow(m.free_kib, buffers, &m.free_kib) ||
		    __builtin_add_overflow(m.free_kib, cached, &m.free_kib))
			return -EBADMSG;
	}
	if (m.free_kib > m.total_kib)
		m.free_kib = m.total_kib;
	*ret = m;
	return 0;
}

bool memory_has_moved(const struct memory_facts *m, uint64_t told_kib)
{
	uint64_t free = m->free_kib;
	uint64_t moved = free > told_kib ? free - told_kib : told_kib - free;

	return told_kib == 0 || moved >= m->total_kib / 100 * MEMORY_MOVED_PERCENT;
}

int collect_memory(int rootfd, struct memory_facts *ret)
{
	autofree char *text = NULL;
	int r = io_read_file_at(rootfd, "proc/meminfo", MEMINFO_MAX, &text, NULL);

	return r < 0 ? r : meminfo_parse(text, ret);
}
