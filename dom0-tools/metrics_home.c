/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_home.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/metrics_view.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/log.h"

struct reader {
	const struct metrics_root *root;
	unsigned domid;
	size_t home_len; /* bytes of "/local/domain/N/" */
	int depth;	 /* as in struct metrics_root; -1 reads the node alone */
	size_t budget;	 /* bytes that may still be kept */
	bool cut;	 /* there were more */
	bool overlong;	 /* a directory could not be listed... */
	bool *told;	 /* ...and who asked knows it */
	struct tree *home;
};

/* A guest can make such a directory at any time: it must not keep others from view. */
static void leave_out(struct reader *rd, const char *dir)
{
	if (!*rd->told)
		log_warning("dom%u: '%s' has more names than xenstore can list, left out",
			    rd->domid, dir + rd->home_len);
	rd->overlong = true;
}

static int read_node(struct xs_conn *xs, const char *path, void *arg);

static int read_children(struct xs_conn *xs, const char *path, struct reader *rd)
{
	int r;

	rd->depth--;
	r = xs_conn_each_child(xs, path, read_node, rd);
	rd->depth++;
	if (r == -EMSGSIZE)
		leave_out(rd, path);
	return xs_is_absent(r) || r == -EMSGSIZE ? 0 : r;
}

static int read_node(struct xs_conn *xs, const char *path, void *arg)
{
	struct reader *rd = arg;
	const char *relative = path + rd->home_len;
	autofree char *value = NULL;
	size_t len = 0, size;
	int r;

	if (rd->cut || (rd->root->skip && strcmp(relative, rd->root->skip) == 0))
		return 0;
	r = xs_conn_read(xs, path, &value, &len);
	if (xs_is_absent(r))
		return 0;
	if (r < 0)
		return r;
	size = strlen(relative) + len + sizeof(struct tree_entry);
	rd->cut = size > rd->budget;
	if (rd->cut)
		return 0;
	rd->budget -= size;
	r = tree_set(rd->home, relative, value, len);
	return r >= 0 && rd->depth >= 0 ? read_children(xs, path, rd) : r;
}

static int read_home(struct xs_conn *xs, struct reader *rd)
{
	char path[128];
	int n = snprintf(path, sizeof(path), DOMAINS_DIR "/%u/", rd->domid), r = 0;

	rd->home_len = (size_t)n;
	for (size_t i = 0; r >= 0 && i < metrics_roots_count; i++) {
		rd->root = &metrics_roots[i];
		rd->depth = (int)rd->root->depth;
		(void)snprintf(path + n, sizeof(path) - (size_t)n, "%s", rd->root->path);
		r = read_node(xs, path, rd);
	}
	/* an empty tree and one that was taken away look the same */
	return r < 0 ? r : domains_check(xs, rd->domid);
}

int metrics_home_record(struct xs_conn *xs, unsigned domid, bool *told,
			struct metrics_record *ret_record)
{
	autotree struct tree home = { 0 };
	struct reader rd = {
		.domid = domid,
		.budget = METRICS_QUOTA_BYTES,
		.told = told,
		.home = &home,
	};
	int r = read_home(xs, &rd);

	if (r >= 0)
		r = metrics_record_new(&home, ret_record);
	if (r < 0)
		return r;
	ret_record->cut |= rd.cut;
	if (ret_record->cut && !*told)
		log_warning("dom%u: " METRICS_CUT, domid);
	*told = ret_record->cut || rd.overlong;
	return 0;
}
