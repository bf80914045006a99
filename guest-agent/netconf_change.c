/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_file.h"
#include "lib/cleanup.h"

#define UNDO_MODE 0600 /* configuration may hold passwords */

int netconf_change_add(struct netconf_change *c, const char *path, char *text, size_t len,
		       mode_t mode, struct netconf_why *why)
{
	autofree char *taken = text;
	struct netconf_file *f = &c->file[c->count];
	int r;

	if (c->count == NETCONF_FILES_MAX)
		return netconf_why(why, -E2BIG, "over %u files would have to be changed",
				   NETCONF_FILES_MAX);
	memset(f, 0, sizeof(*f));
	if (strlen(path) >= sizeof(f->path))
		return netconf_why(why, -ENAMETOOLONG, "the path %s is too long", path);
	memcpy(f->path, path, strlen(path) + 1);
	r = netconf_file_read(path, &f->old_text, &f->old_len, &f->old_mode, why);
	if (r < 0 && r != -ENOENT)
		return r;
	f->new_mode = f->old_text ? f->old_mode : mode;
	f->new_len = len;
	f->new_text = steal_ptr(taken);
	c->count++;
	return 0;
}

static bool differs(const struct netconf_file *f)
{
	if (!f->old_text || !f->new_text)
		return f->old_text || f->new_text;
	return f->old_len != f->new_len || f->old_mode != f->new_mode ||
	       memcmp(f->old_text, f->new_text, f->old_len) != 0;
}

bool netconf_change_any(const struct netconf_change *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (differs(&c->file[i]))
			return true;
	return false;
}

int netconf_change_begin(const struct netconf_change *c, struct netconf_why *why)
{
	autofree char *text = NULL;
	size_t len;
	int r;

	for (size_t i = 0; i < c->count; i++) {
		r = differs(&c->file[i]) ? netconf_file_try(c->file[i].path, why) : 0;
		if (r < 0)
			return r;
	}
	r = netconf_undo_format(c, &text, &len);
	if (r < 0)
		return netconf_why(why, r, "no memory");
	if (len > NETCONF_FILE_MAX) /* what cannot be read again undoes nothing */
		return netconf_why(why, -EFBIG,
				   "the files that would change have over %u bytes",
				   NETCONF_FILE_MAX);
	return netconf_file_write(NETCONF_UNDO, text, len, UNDO_MODE, why);
}

int netconf_change_write(const struct netconf_change *c, struct netconf_why *why)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct netconf_file *f = &c->file[i];
		int r = 0;

		if (differs(f))
			r = f->new_text ? netconf_file_write(f->path, f->new_text,
							     f->new_len, f->new_mode, why)
					: netconf_file_remove(f->path, why);
		if (r < 0)
			return r;
	}
	return 0;
}

int netconf_change_back(const struct netconf_change *c, struct netconf_why *why)
{
	int r = 0;

	for (size_t i = c->count; i-- > 0;) {
		const struct netconf_file *f = &c->file[i];
		int q = f->old_text ? netconf_file_write(f->path, f->old_text, f->old_len,
							 f->old_mode, why)
				    : netconf_file_remove(f->path, why);

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
