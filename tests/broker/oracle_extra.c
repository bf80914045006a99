/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_extra.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/broker/oracle_snap.h"

#define PATH_ABS    (PATH_TEXT_MAX + sizeof(ORACLE_HOME))
#define TOUCHED_MAX 1024 /* of a transaction; what is not noted is not allowed */
#define ALLOWED_MAX 4096

struct touched {
	char *path; /* owned */
	uint32_t type;
	bool level; /* it was made as the first of several */
};

static struct {
	struct touched list[TOUCHED_MAX];
	size_t count;
	bool shadowed;
	uint32_t start, own; /* dom0's transactions: as it began, and with its changes */
} notes[TX_SLOTS];

static char *allowed[ALLOWED_MAX]; /* owned: absolute paths */
static size_t allowed_count;
static char level[PATH_ABS]; /* that the request makes first, or "" */
static struct message answer;

void path_absolute(const char *path, char *out, size_t size)
{
	bool whole = path[0] == '/' || path[0] == '@';

	(void)snprintf(out, size, "%s%.*s", whole ? "" : ORACLE_HOME, PATH_TEXT_MAX,
		       path);
}

static int ask(struct side *side, uint32_t type, uint32_t tx, const char *body,
	       size_t len)
{
	int r = link_send(&side->dom0, type, 0, tx, body, len);

	return r < 0 ? r : link_receive(&side->dom0, &answer);
}

static int readable(struct side *side, uint32_t tx, const char *path, bool *ret_readable)
{
	int r = ask(side, XS_GET_PERMS, tx, path, strlen(path) + 1);

	if (r == 0)
		*ret_readable = !message_error(&answer) &&
				(snap_rights(answer.body, answer.h.len, ORACLE_GUEST) &
				 SNAP_READ);
	return r;
}

/* "/" has none above it but itself. */
static void to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		slash[slash == path] = '\0';
}

int path_visible(struct side *side, uint32_t tx, const char *path, bool *ret_visible,
		 bool *ret_exists)
{
	char parent[PATH_ABS];
	int r;

	*ret_visible = false;
	r = readable(side, tx, path, ret_visible);

	if (ret_exists)
		*ret_exists = !message_error(&answer);
	if (r < 0 || *ret_visible)
		return r;
	(void)snprintf(parent, sizeof(parent), "%s", path);
	to_parent(parent);
	return readable(side, tx, parent, ret_visible);
}

/* ---- what may be ---- */

static void allow(const char *path, bool *ret_more)
{
	if (allowed_count < ALLOWED_MAX)
		allowed[allowed_count++] = strdup(path);
	*ret_more = true;
}

bool extra_allowed(const char *path)
{
	for (size_t i = 0; i < allowed_count; i++)
		if (strcmp(allowed[i], path) == 0)
			return true;
	return false;
}

void extra_forget(void)
{
	while (allowed_count > 0)
		free(allowed[--allowed_count]);
}

/* ---- a transaction ---- */

static bool changes(const struct op *op)
{
	return op->type == XS_WRITE || op->type == XS_MKDIR || op->type == XS_RM ||
	       op->type == XS_SET_PERMS;
}

static void touch(int slot, const char *path, uint32_t type, bool is_level)
{
	if (notes[slot].count < TOUCHED_MAX)
		notes[slot].list[notes[slot].count++] = (struct touched){
			.path = strdup(path), .type = type, .level = is_level
		};
}

static int shadow_start(struct side *side, uint32_t *ret_tx)
{
	int r = ask(side, XS_TRANSACTION_START, 0, "", 1);

	if (r == 0 && message_error(&answer))
		r = -EPROTO;
	if (r == 0)
		*ret_tx = (uint32_t)strtoul(answer.body, NULL, 10);
	return r;
}

static int release(struct side *side, int slot)
{
	int r = 0;

	while (notes[slot].count > 0)
		free(notes[slot].list[--notes[slot].count].path);
	if (notes[slot].shadowed) {
		r = ask(side, XS_TRANSACTION_END, notes[slot].start, "F", 2);
		if (r == 0)
			r = ask(side, XS_TRANSACTION_END, notes[slot].own, "F", 2);
	}
	notes[slot].shadowed = false;
	return r;
}

int extra_started(struct side *side, char kind, int slot)
{
	int r = release(side, slot);

	if (r < 0 || kind != 'O')
		return r;
	r = shadow_start(side, &notes[slot].start);
	if (r == 0)
		r = shadow_start(side, &notes[slot].own);
	notes[slot].shadowed = r == 0;
	return r;
}

int extra_drop(struct side *side)
{
	int r = 0;

	for (int i = 0; r == 0 && i < TX_SLOTS; i++)
		r = release(side, i);
	return r;
}

/* dom0 does what the guest has done. */
static int repeat(struct side *side, const struct op *op, const char *path)
{
	char body[PATH_ABS + XENSTORE_PAYLOAD_MAX];
	size_t rest = strlen(op->body) + 1, len = strlen(path) + 1;
	int r;

	memcpy(body, path, len);
	if (op->len > rest) {
		memcpy(body + len, op->body + rest, op->len - rest);
		len += op->len - rest;
	}
	r = ask(side, op->type, notes[op->slot].own, body, len);
	return r == 0 && message_error(&answer) ? -EPROTO : r;
}

/* Could the guest see it in the tree that its transaction is judged by? */
static int was_visible(struct side *side, int slot, const struct touched *t, bool *ret)
{
	int r = 0;

	*ret = false;
	if (t->type != XS_RM)
		r = path_visible(side, notes[slot].own, t->path, ret, NULL);
	if (r == 0 && !*ret && (t->type == XS_RM || t->type == XS_SET_PERMS))
		r = path_visible(side, notes[slot].start, t->path, ret, NULL);
	return r;
}

static int judge_touched(struct side *side, char kind, int slot, const struct touched *t,
			 bool *ret_more)
{
	bool seen, exists;
	int r;

	if (kind == 'O') {
		r = was_visible(side, slot, t, &seen);
		if (r == 0 && !seen)
			allow(t->path, ret_more);
		return r;
	}
	r = path_visible(side, 0, t->path, &seen, &exists);
	if (r == 0 && exists == t->level)
		allow(t->path, ret_more);
	return r;
}

static int ended(struct side *side, char kind, const struct op *op, bool good,
		 bool *ret_more)
{
	int r = 0;

	if (message_error(&side->reply) && strcmp(side->reply.body, "EINVAL") == 0)
		return 0; /* it is open still */
	for (size_t i = 0;
	     good && op->body[0] == 'T' && r == 0 && i < notes[op->slot].count; i++)
		r = judge_touched(side, kind, op->slot, &notes[op->slot].list[i],
				  ret_more);
	return r < 0 ? r : release(side, op->slot);
}

/* ---- the requests ---- */

static bool guest_owns(const struct message *perms)
{
	return strtoul(perms->body + 1, NULL, 10) == ORACLE_GUEST;
}

/* Up to what is there, whose permissions are in the answer then: how many are missing,
 * and the first of them. */
static int climb(struct side *side, const char *relative, char top[PATH_ABS],
		 unsigned *ret_levels)
{
	char path[PATH_ABS];
	int r;

	*ret_levels = 0;
	path_absolute(relative, path, sizeof(path));
	do {
		r = ask(side, XS_GET_PERMS, 0, path, strlen(path) + 1);
		if (r < 0 || !message_error(&answer))
			return r;
		++*ret_levels;
		(void)snprintf(top, PATH_ABS, "%s", path);
		to_parent(path);
	} while (path[0] == '/' && path[1]);
	return ask(side, XS_GET_PERMS, 0, "/", 2);
}

int path_missing(struct side *side, const char *path, unsigned *ret_levels)
{
	char top[PATH_ABS];

	return climb(side, path, top, ret_levels);
}

/* The first of several levels that @op will make below what another owns. */
int extra_before(struct side *side, char kind, const struct op *op)
{
	char top[PATH_ABS];
	unsigned levels;
	int r;

	level[0] = '\0';
	if (kind != 'C' || op->dom0 || (op->type != XS_WRITE && op->type != XS_MKDIR))
		return 0;
	r = climb(side, op->body, top, &levels);
	if (r == 0 && levels > 1 && !guest_owns(&answer))
		(void)snprintf(level, sizeof(level), "%s", top);
	return r;
}

int extra_after(struct side *side, char kind, const struct op *op, bool good,
		bool *ret_more)
{
	char path[PATH_ABS];

	if (op->dom0)
		return 0;
	if (op->type == XS_TRANSACTION_END && op->slot >= 0)
		return ended(side, kind, op, good, ret_more);
	if (op->type == XS_RESET_WATCHES && good)
		return extra_drop(side);
	if (!good || !changes(op))
		return 0;
	if (op->slot < 0) {
		if (level[0])
			allow(level, ret_more);
		return 0;
	}
	path_absolute(op->body, path, sizeof(path));
	touch(op->slot, path, op->type, false);
	if (level[0])
		touch(op->slot, level, op->type, true);
	return kind == 'O' ? repeat(side, op, path) : 0;
}
