/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_file.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define UNDO_MODE 0600 /* configuration may hold passwords */

static bool same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (!a || !b)
		return a == b;
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

int netconf_change_add(struct netconf_change *c, const char *path, char *text, size_t len,
		       mode_t mode, struct netconf_why *why)
{
	autofree char *taken = text, *old = NULL;
	struct netconf_file *f = &c->file[c->count];
	mode_t old_mode = mode;
	size_t old_len = 0;
	int r;

	r = netconf_file_read(path, &old, &old_len, &old_mode, why);
	if (r < 0 && r != -ENOENT)
		return r;
	if (same(old, old_len, text, len))
		return 0;
	if (!netconf_undo_takes(path))
		return netconf_why(why, -EOPNOTSUPP,
				   "%s would have to be changed, which is not below "
				   "/etc, or hidden",
				   path);
	if (c->count == NETCONF_FILES_MAX)
		return netconf_why(why, -E2BIG, "over %u files would have to be changed",
				   NETCONF_FILES_MAX);
	*f = (struct netconf_file){ .old_len = old_len,
				    .old_mode = old_mode,
				    .new_len = len,
				    .new_mode = old_mode };
	memcpy(f->path, path, strlen(path) + 1); /* it fits */
	f->old_text = steal_ptr(old);
	f->new_text = steal_ptr(taken);
	c->count++;
	return 0;
}

int netconf_change_begin(const struct netconf_change *c, struct netconf_why *why)
{
	autofree char *text = NULL;
	size_t len;
	int r = 0;

	for (size_t i = 0; i < c->count && r >= 0; i++)
		r = netconf_file_try(c->file[i].path, why);
	if (r < 0)
		return r;
	r = netconf_undo_format(c, &text, &len);
	if (r < 0)
		return netconf_why(why, r, "no memory");
	if (len > NETCONF_FILE_MAX) /* what cannot be read again undoes nothing */
		return netconf_why(why, -EFBIG,
				   "the files that would change have over %u bytes, as "
				   "they are and as they would be",
				   NETCONF_FILE_MAX);
	return netconf_file_write(NETCONF_UNDO, text, len, UNDO_MODE, why);
}

static int put(const struct netconf_file *f, bool new, struct netconf_why *why)
{
	const char *text = new ? f->new_text : f->old_text;

	if (!text)
		return netconf_file_remove(f->path, why);
	return netconf_file_write(f->path, text, new ? f->new_len : f->old_len,
				  new ? f->new_mode : f->old_mode, why);
}

int netconf_change_write(const struct netconf_change *c, struct netconf_why *why)
{
	int r = 0;

	for (size_t i = 0; i < c->count && r >= 0; i++) {
		const struct netconf_file *f = &c->file[i];
		autofree char *now = NULL;
		size_t len = 0;

		r = netconf_file_read(f->path, &now, &len, NULL, why);
		if (r < 0 && r != -ENOENT)
			return r;
		if (!same(now, len, f->old_text, f->old_len))
			return netconf_why(why, -EBUSY,
					   "somebody else has just changed %s", f->path);
		r = put(f, true, why);
	}
	return r;
}

static int put_back(const struct netconf_file *f, struct netconf_why *why)
{
	autofree char *now = NULL;
	size_t len = 0;
	int r = netconf_file_read(f->path, &now, &len, NULL, why);

	if (r < 0 && r != -ENOENT)
		return r;
	netconf_file_clean(f->path);
	if (same(now, len, f->old_text, f->old_len))
		return 0;
	if (same(now, len, f->new_text, f->new_len))
		return put(f, false, why);
	log_warning("%s was changed by somebody else: it stays as it is", f->path);
	return 0;
}

int netconf_change_back(const struct netconf_change *c, struct netconf_why *why)
{
	int r = 0;

	for (size_t i = c->count; i-- > 0;) {
		int q = put_back(&c->file[i], why);

		if (r >= 0)
			r = q; /* the others are put back all the same */
	}
	return r;
}

int netconf_change_commit(struct netconf_why *why)
{
	return netconf_file_remove(NETCONF_UNDO, why);
}

int netconf_change_load(struct netconf_change *ret, struct netconf_why *why)
{
	autofree char *text = NULL;
	size_t len;
	int r = netconf_file_read(NETCONF_UNDO, &text, &len, NULL, why);

	if (r < 0)
		return r;
	r = netconf_undo_parse(text, len, ret);
	if (r < 0)
		return netconf_why(why, r,
				   "%s is damaged: look at the network's configuration, "
				   "then remove that file",
				   NETCONF_UNDO);
	return 0;
}

void netconf_change_done(struct netconf_change *c)
{
	for (size_t i = 0; i < NETCONF_FILES_MAX; i++) {
		free(c->file[i].old_text);
		free(c->file[i].new_text);
	}
	memset(c, 0, sizeof(*c));
}
