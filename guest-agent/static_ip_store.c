/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/static_ip_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

/* ".../net-sriov-vf/4294967295/static-ip-setting/error-code" has 74 bytes */
#define PATH_ROOM 128

static const char *const kinds[] = { "xenserver/device/vif",
				     "xenserver/device/net-sriov-vf" };

void static_ip_orders_done(struct static_ip_orders *o)
{
	free(o->order);
	*o = (struct static_ip_orders){ 0 };
}

static void path_of(const struct static_ip_order *o, const char *key, const char *six,
		    char path[PATH_ROOM])
{
	(void)snprintf(path, PATH_ROOM, "%s/%u/static-ip-setting/%s%s", kinds[o->vf],
		       o->devid, key, six);
}

static const char *six_of(const struct static_ip_order *o)
{
	return o->family == AF_INET6 ? "6" : "";
}

/* ---- reading ---- */

/* 0 also when it is absent. */
static int read_value(struct xs_conn *xs, const struct static_ip_order *o,
		      const char *key, const char *six, struct static_ip_value *ret)
{
	char path[PATH_ROOM];
	autofree char *text = NULL;
	size_t len = 0;
	int r;

	*ret = (struct static_ip_value){ 0 };
	path_of(o, key, six, path);
	r = xs_conn_read(xs, path, &text, &len);
	if (r < 0)
		return xs_is_absent(r) ? 0 : r;
	static_ip_value_set(ret, text, len);
	return 0;
}

static int read_setting(struct xs_conn *xs, const struct static_ip_order *o,
			struct static_ip_setting *ret)
{
	const char *six = six_of(o);
	int r = read_value(xs, o, "enabled", six, &ret->enabled);

	if (r < 0 || !ret->enabled.there)
		return r;
	r = read_value(xs, o, "mac", "", &ret->mac);
	if (r >= 0)
		r = read_value(xs, o, "address", six, &ret->address);
	if (r >= 0)
		r = read_value(xs, o, "gateway", six, &ret->gateway);
	return r;
}

struct reading {
	struct static_ip_orders *out;
	bool vf;
	unsigned devices; /* of this kind */
};

static int add(struct static_ip_orders *out, const struct static_ip_order *o)
{
	struct static_ip_order *more =
		reallocarray(out->order, out->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	out->order = more;
	out->order[out->count++] = *o;
	return 0;
}

static int read_family(struct xs_conn *xs, const struct reading *w, uint32_t devid,
		       int family)
{
	struct static_ip_order o = { .vf = w->vf, .devid = devid, .family = family };
	int r = read_setting(xs, &o, &o.setting);

	return r < 0 || !o.setting.enabled.there ? r : add(w->out, &o);
}

/* The number at the end of @path, as a toolstack would write it: the path is made anew
 * from it. */
static bool devid_of(const char *path, uint32_t *ret)
{
	const char *name = strrchr(path, '/') + 1;
	uint64_t n;

	if (io_parse_u64(name, UINT32_MAX, &n) < 0 || (name[0] == '0' && name[1]))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static int read_device(struct xs_conn *xs, const char *path, void *arg)
{
	struct reading *w = arg;
	uint32_t devid;
	int r;

	if (!devid_of(path, &devid) || ++w->devices > STATIC_IP_DEVICES_MAX)
		return 0;
	r = read_family(xs, w, devid, AF_INET);
	return r < 0 ? r : read_family(xs, w, devid, AF_INET6);
}

/* Run again from its start when somebody was in the way. */
static int read_all(struct xs_conn *xs, void *arg)
{
	struct static_ip_orders *out = arg;
	int r = 0;

	out->count = 0;
	for (size_t i = 0; r >= 0 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct reading w = { .out = out, .vf = i > 0 };

		r = xs_conn_each_child(xs, kinds[i], read_device, &w);
		r = xs_is_absent(r) ? 0 : r;
	}
	return r;
}

int static_ip_store_read(struct xs_conn *xs, struct static_ip_orders *ret)
{
	struct static_ip_orders found = { 0 };
	int r = xs_conn_transact(xs, read_all, &found);

	if (r < 0) {
		static_ip_orders_done(&found);
		return r;
	}
	static_ip_orders_done(ret);
	*ret = found;
	return 0;
}

/* ---- writing ---- */

static const char *label_of(int family)
{
	return family == AF_INET6 ? "IPv6: " : "IPv4: ";
}

/* Is the error that stands there the other family's? */
static int others_error(struct xs_conn *xs, const struct static_ip_order *o)
{
	const char *label = label_of(o->family == AF_INET6 ? AF_INET : AF_INET6);
	struct static_ip_value v;
	int r = read_value(xs, o, "error-msg", "", &v);

	return r < 0 ? r : strncmp(v.text, label, strlen(label)) == 0;
}

/* What the store refuses does not keep the order from ending. */
static int write_value(struct xs_conn *xs, const struct static_ip_order *o,
		       const char *key, const char *text)
{
	static struct log_limit limit = { .burst = 3, .interval_ms = 600 * 1000 };
	char path[PATH_ROOM];
	int r;

	path_of(o, key, "", path);
	r = xs_conn_write(xs, path, text, strlen(text));
	if (xs_is_refusal(r) || xs_is_quota(r)) {
		log_limited(&limit, LOG_LEVEL_WARNING,
			    "cannot tell the host how setting addresses ended: %s",
			    xs_conn_error(xs));
		r = 0;
	}
	return r;
}

static int write_result(struct xs_conn *xs, const struct static_ip_order *o)
{
	char code[sizeof("-2147483648")], text[sizeof("IPv4: ") + sizeof(o->why)] = "";
	int r = o->code == 0 ? others_error(xs, o) : 0;

	if (r != 0)
		return r < 0 ? r : 0;
	(void)snprintf(code, sizeof(code), "%d", -o->code);
	if (o->code < 0)
		(void)snprintf(text, sizeof(text), "%s%s", label_of(o->family), o->why);
	r = write_value(xs, o, "error-code", code);
	return r < 0 ? r : write_value(xs, o, "error-msg", text);
}

static int finish(struct xs_conn *xs, void *arg)
{
	const struct static_ip_order *o = arg;
	struct static_ip_setting now = { 0 };
	char path[PATH_ROOM];
	int r = read_setting(xs, o, &now);

	if (r < 0)
		return r;
	if (!static_ip_setting_equal(&now, &o->setting))
		return -ESTALE;
	r = write_result(xs, o);
	if (r < 0)
		return r;
	path_of(o, "enabled", six_of(o), path);
	return xs_conn_remove(xs, path);
}

int static_ip_store_finish(struct xs_conn *xs, const struct static_ip_order *order)
{
	struct static_ip_order o = *order;
	int r = xs_conn_transact(xs, finish, &o);

	return r == -ESTALE ? 1 : r;
}
