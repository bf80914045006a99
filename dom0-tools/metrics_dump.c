/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_dump.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"

/* Bytes of "/local/domain/N" at the start of @path, 0 when it starts otherwise. */
static size_t home_length(const char *path)
{
	static const char dir[] = "/local/domain/";
	size_t len = sizeof(dir) - 1, digits;

	if (strncmp(path, dir, len) != 0)
		return 0;
	digits = strspn(path + len, "0123456789");
	return digits ? len + digits : 0;
}

int metrics_dump_read(int fd, struct tree *ret_home, size_t *ret_line)
{
	autotree struct tree dump = { 0 }, home = { 0 };
	autofree char *text = NULL, *dir = NULL;
	size_t len = 0;
	int r = io_read_limited(fd, METRICS_DUMP_MAX, &text, &len);

	*ret_line = 0;
	if (r >= 0)
		r = tree_scan(text, len, &dump, ret_line);
	if (r < 0)
		return r;
	*ret_line = 0;
	/* absolute paths sort before all others */
	if (dump.count == 0 || dump.entry[0].path[0] != '/') {
		tree_swap(&dump, ret_home);
		return 0;
	}
	dir = strndup(dump.entry[0].path, home_length(dump.entry[0].path));
	if (!dir)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < dump.count; i++) {
		const struct tree_entry *e = &dump.entry[i];

		if (!*dir || !tree_path_is_in(e->path, dir))
			return -EXDEV;
		if (e->path[strlen(dir)] == '/')
			r = tree_set(&home, e->path + strlen(dir) + 1, e->value,
				     e->value_len);
	}
	if (r >= 0)
		tree_swap(&home, ret_home);
	return r;
}
