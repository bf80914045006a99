/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client sends: the first byte seeds the cuts, the second is the daemon's kind and
 * the domain, the rest the stream.  Frames come out the same however it is cut; a request
 * that is understood and written anew is the same request; paths and permission lists
 * that pass are what the daemon takes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_path.h"
#include "dom0-tools/broker_perms.h"
#include "dom0-tools/broker_wire.h"
#include "lib/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct client {
	enum store_kind kind;
	unsigned domid;
};

static void check(bool good)
{
	if (!good)
		abort();
}

static void *copy_of(const void *from, size_t len)
{
	char *copy = malloc(len ? len : 1);

	check(copy);
	if (len > 0)
		memcpy(copy, from, len);
	return copy;
}

static void check_parent(const char *path)
{
	char parent[PATH_ROOM], above[PATH_ROOM];
	size_t len = path_parent(path, parent);

	check(len == strlen(parent) && (len > 0) == (strcmp(path, "/") != 0));
	check(len == 0 || path_is_below(path, parent));
	check(len == 0 || strcmp(parent, path) != 0);
	check(path_parent(parent, above) < len || len == 0 || len == 1);
}

static void check_path(const struct client *c, const char *text)
{
	char path[PATH_ROOM], again[PATH_ROOM];

	if (path_resolve(c->kind, c->domid, text, path) == 0) {
		check(path[0] == '/' || (path[0] == '@' && c->kind == STORE_O));
		check(path[0] == '@' || tree_path_check(path) == 0);
		check(path_resolve(c->kind, c->domid + 1, path, again) == 0);
		check(strcmp(path, again) == 0);
		check(path_resolve_watch(c->kind, c->domid, text, again) == 0);
		check(strcmp(path, again) == 0);
		check_parent(path);
	}
	if (path_resolve_watch(c->kind, c->domid, text, path) == 0)
		check(path[0] == '/' || path[0] == '@');
}

static void check_list(const struct client *c, const char *list, size_t len)
{
	char *out = malloc(len + 5), again[WIRE_PAYLOAD_MAX];
	size_t out_len = 0, again_len = 0;
	unsigned rights = 0, owner = 0;

	check(out);
	if (perms_check_wanted(c->kind, list, len, out, len, &out_len) == 0) {
		check(out_len == len && memcmp(out, list, len) == 0);
		check(perms_rights(list, len, c->domid, &rights) == 0);
		check(perms_owner(list, len, &owner) == 0);
		check((owner == c->domid) == ((rights & RIGHT_OWN) != 0));
		check(perms_count(list, len) > 0);
	}
	if (perms_rights(list, len, c->domid, &rights) == 0) {
		check(perms_with_owner(list, len, c->domid, out, len + 5, &out_len) == 0);
		check(perms_rights(out, out_len, c->domid, &rights) == 0);
		check(rights == (RIGHT_READ | RIGHT_WRITE | RIGHT_OWN));
		check(perms_with_owner(out, out_len, c->domid, again, sizeof(again),
				       &again_len) == 0);
		check(again_len == out_len && memcmp(out, again, out_len) == 0);
	}
	free(out);
}

/* The body that stands for what was understood; its length. */
static size_t body_of(const struct wire_request *q, char out[WIRE_PAYLOAD_MAX])
{
	char number[16];

	switch (q->type) {
	case XS_WRITE:
		return wire_body(out, q->path, q->value, q->value_len);
	case XS_SET_PERMS:
		return wire_body(out, q->path, q->perms, q->perms_len);
	case XS_WATCH:
	case XS_UNWATCH:
		return wire_body(out, q->path, q->token, strlen(q->token) + 1);
	case XS_DIRECTORY_PART:
		(void)snprintf(number, sizeof(number), "%u", q->offset);
		return wire_body(out, q->path, number, strlen(number) + 1);
	case XS_TRANSACTION_START:
	case XS_RESET_WATCHES:
		return wire_body(out, "", NULL, 0);
	case XS_TRANSACTION_END:
		return wire_body(out, q->commit ? "T" : "F", NULL, 0);
	case XS_GET_DOMAIN_PATH:
		(void)snprintf(number, sizeof(number), "%u", q->domid);
		return wire_body(out, number, NULL, 0);
	default:
		return wire_body(out, q->path, NULL, 0);
	}
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* Written anew it is the same bytes, and the same request. */
static void check_again(const struct xsd_sockmsg *h, const char *body,
			const struct wire_request *q)
{
	char anew[WIRE_PAYLOAD_MAX], frame[WIRE_FRAME_MAX];
	size_t len = body_of(q, anew), whole;
	struct wire_request again;
	struct xsd_sockmsg header;

	check(len > 0 && (h->len == 0 || same_bytes(body, h->len, anew, len)));
	whole = wire_put(frame, q->type, q->req_id, q->tx_id, anew, len);
	check(whole == sizeof(header) + len);
	memcpy(&header, frame, sizeof(header));
	check(wire_parse(&header, frame + sizeof(header), &again) == 0);
	check(again.type == q->type && again.req_id == q->req_id);
	check(again.tx_id == q->tx_id && again.commit == q->commit);
	check(again.domid == q->domid && again.offset == q->offset);
	check(same_text(again.path, q->path) && same_text(again.token, q->token));
	check(same_bytes(again.value, again.value_len, q->value, q->value_len));
	check(same_bytes(again.perms, again.perms_len, q->perms, q->perms_len));
}

static void check_frame(const struct client *c, const struct xsd_sockmsg *h,
			const char *body)
{
	char *copy = copy_of(body, h->len); /* reading past it would be seen */
	struct wire_request q;
	int r = wire_parse(h, copy, &q);

	check(r == 0 || r == -EINVAL || r == -ENOSYS || r == -EACCES);
	check(q.type == h->type && q.req_id == h->req_id && q.tx_id == h->tx_id);
	if (r == 0 && q.type != XS_CONTROL) {
		check_again(h, copy, &q);
		if (q.path)
			check_path(c, q.path);
		if (q.perms)
			check_list(c, q.perms, q.perms_len);
	}
	check_list(c, copy, h->len);
	(void)wire_error_number(copy, h->len);
	free(copy);
}

/* Frames until the stream ends or is refused; a sum of them.  @cut is how many bytes come
 * at a time, 0: as @seed has it. */
static uint64_t read_all(const struct client *c, const uint8_t *data, size_t size,
			 size_t cut, unsigned seed)
{
	struct wire_in in = { 0 };
	uint64_t sum = 0;
	int r = 0;

	for (size_t at = 0; at < size && r >= 0;) {
		struct xsd_sockmsg h;
		const char *body;
		size_t room, n;
		void *to;

		seed = seed * 1103515245 + 12345;
		n = cut ? cut : 1 + (seed >> 16) % 61;
		if (wire_in_room(&in, &to, &room) < 0)
			break;
		check(room > 0);
		n = n < room ? n : room;
		n = n < size - at ? n : size - at;
		memcpy(to, data + at, n);
		wire_in_added(&in, n);
		at += n;
		while ((r = wire_in_take(&in, &h, &body)) == 1) {
			sum = (sum + h.type + h.len + 1) * 1000003;
			for (uint32_t i = 0; i < h.len; i++)
				sum = (sum + (uint8_t)body[i]) * 31;
			if (c)
				check_frame(c, &h, body);
		}
		wire_in_rest(&in);
	}
	wire_in_done(&in);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client c;
	uint64_t sum;

	if (size < 2)
		return 0;
	c.kind = data[1] & 1 ? STORE_O : STORE_C;
	c.domid = 1 + (data[1] >> 1) * 250U;
	sum = read_all(&c, data + 2, size - 2, 0, data[0]);
	check(sum == read_all(NULL, data + 2, size - 2, WIRE_FRAME_MAX, 0));
	check(sum == read_all(NULL, data + 2, size - 2, 1, 0));
	return 0;
}
