/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_snap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define PATH_ROOM 4096

unsigned snap_rights(const char *perms, size_t len, unsigned domid)
{
	char letter = perms[0];

	for (const char *p = perms; p < perms + len; p += strlen(p) + 1) {
		if (strtoul(p + 1, NULL, 10) != domid)
			continue;
		if (p == perms)
			return SNAP_READ | SNAP_WRITE; /* the owner */
		letter = p[0];
		break;
	}
	return letter == 'b'   ? SNAP_READ | SNAP_WRITE
	       : letter == 'r' ? SNAP_READ
	       : letter == 'w' ? SNAP_WRITE
			       : 0;
}

static struct snap_node *node_add(struct snap *snap)
{
	if (snap->count == snap->room) {
		size_t room = snap->room ? snap->room * 2 : 256;
		struct snap_node *list =
			reallocarray(snap->list, room, sizeof(*snap->list));

		if (!list)
			return NULL;
		snap->list = list;
		snap->room = room;
	}
	memset(&snap->list[snap->count], 0, sizeof(*snap->list));
	return &snap->list[snap->count++];
}

static int ask(struct link *dom0, uint32_t type, const char *path, struct message *m)
{
	int r = link_send(dom0, type, 0, 0, path, strlen(path) + 1);

	return r < 0 ? r : link_receive(dom0, m);
}

static char *copy(const struct message *m)
{
	char *to = malloc(m->h.len + 1U);

	if (to)
		memcpy(to, m->body, m->h.len + 1U);
	return to;
}

static int take_node(struct link *dom0, unsigned domid, struct snap *snap,
		     const char *path, bool above, struct message *m, bool *ret_writable)
{
	struct snap_node *n = node_add(snap);
	unsigned rights;
	int r;

	if (!n)
		return -ENOMEM;
	n->path = strdup(path);
	r = ask(dom0, XS_GET_PERMS, path, m);
	if (r < 0)
		return r;
	n->perms_len = m->h.len;
	n->perms = copy(m);
	if (m->h.type == XS_ERROR || !n->path || !n->perms)
		return -EIO;
	rights = snap_rights(m->body, m->h.len, domid);
	n->readable = rights & SNAP_READ;
	n->writable = *ret_writable = above || (rights & SNAP_WRITE);
	r = ask(dom0, XS_READ, path, m);
	n->value_len = m->h.len;
	n->value = copy(m);
	return r < 0 ? r : n->value ? 0 : -ENOMEM;
}

static int take_below(struct link *dom0, unsigned domid, struct snap *snap,
		      const char *path, bool above)
{
	autofree struct message *m = malloc(sizeof(*m));
	char child[PATH_ROOM];
	bool writable;
	int r;

	if (!m)
		return -ENOMEM;
	r = take_node(dom0, domid, snap, path, above, m, &writable);
	if (r == 0)
		r = ask(dom0, XS_DIRECTORY, path, m);
	if (r < 0 || m->h.type == XS_ERROR)
		return r; /* xenstored: a listing too long for one message */
	for (const char *name = m->body; r == 0 && name < m->body + m->h.len;
	     name += strlen(name) + 1) {
		(void)snprintf(child, sizeof(child), "%s/%.2048s", path[1] ? path : "",
			       name);
		r = take_below(dom0, domid, snap, child, writable);
	}
	return r;
}

int snap_take(struct link *dom0, unsigned domid, struct snap *ret_snap)
{
	struct snap snap = { 0 };
	int r = take_below(dom0, domid, &snap, "/", false);

	if (r < 0)
		snap_free(&snap);
	else
		*ret_snap = snap;
	return r;
}

unsigned snap_owned(const struct snap *snap, unsigned domid)
{
	unsigned owned = 0;

	for (size_t i = 0; i < snap->count; i++)
		owned += strtoul(snap->list[i].perms + 1, NULL, 10) == domid;
	return owned;
}

void snap_free(struct snap *snap)
{
	for (size_t i = 0; i < snap->count; i++) {
		free(snap->list[i].path);
		free(snap->list[i].value);
		free(snap->list[i].perms);
	}
	free(snap->list);
	memset(snap, 0, sizeof(*snap));
}

static struct snap_node *find(const struct snap *snap, const char *path)
{
	for (size_t i = 0; i < snap->count; i++)
		if (strcmp(snap->list[i].path, path) == 0)
			return &snap->list[i];
	return NULL;
}

/* Is @path below something that was writable before? */
static bool was_writable(const struct snap *before, const char *path)
{
	char parent[PATH_ROOM];

	(void)snprintf(parent, sizeof(parent), "%s", path);
	for (;;) {
		char *slash = strrchr(parent, '/');
		const struct snap_node *n;

		slash[slash == parent] = '\0';
		n = find(before, parent);
		if (n)
			return n->writable;
	}
}

int snap_compare(const struct snap *before, struct snap *after, char *why, size_t size)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct snap_node *b = &before->list[i];
		struct snap_node *a = find(after, b->path);

		if (a)
			a->checked = true;
		if (b->writable)
			continue;
		if (a && a->value_len == b->value_len && a->perms_len == b->perms_len &&
		    memcmp(a->value, b->value, a->value_len) == 0 &&
		    memcmp(a->perms, b->perms, a->perms_len) == 0)
			continue;
		(void)snprintf(why, size, "%s has %s", b->path, a ? "changed" : "gone");
		return 1;
	}
	for (size_t i = 0; i < after->count; i++) {
		const struct snap_node *a = &after->list[i];

		if (a->checked || was_writable(before, a->path))
			continue;
		(void)snprintf(why, size, "%s has been made", a->path);
		return 1;
	}
	return 0;
}

static bool same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static int tell(struct link *dom0, uint32_t type, const char *path, const char *more,
		size_t more_len)
{
	autofree struct message *m = malloc(sizeof(*m));
	char body[XENSTORE_PAYLOAD_MAX];
	size_t len = strlen(path) + 1;
	int r;

	if (!m || len + more_len > sizeof(body))
		return -ENOMEM;
	memcpy(body, path, len);
	memcpy(body + len, more, more_len);
	r = link_send(dom0, type, 0, 0, body, len + more_len);
	return r < 0 ? r : link_receive(dom0, m);
}

int snap_restore(struct link *from, const struct snap *want, const struct snap *have)
{
	int r = 0;

	for (size_t i = 0; i < have->count && r == 0; i++)
		if (!find(want, have->list[i].path)) /* or it went with its parent */
			r = tell(from, XS_RM, have->list[i].path, "", 0);
	for (size_t i = 0; i < want->count && r == 0; i++) {
		const struct snap_node *w = &want->list[i], *h = find(have, w->path);

		if (!h || !same_bytes(w->value, w->value_len, h->value, h->value_len))
			r = tell(from, XS_WRITE, w->path, w->value, w->value_len);
		if (r == 0 &&
		    (!h || !same_bytes(w->perms, w->perms_len, h->perms, h->perms_len)))
			r = tell(from, XS_SET_PERMS, w->path, w->perms, w->perms_len);
	}
	return r;
}
