/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/network_wire.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "guest-agent/netconf_check.h"

enum { WIRE_KEEP, WIRE_NONE, WIRE_STATIC, WIRE_AUTO };

#define ERRNO_MAX 4095 /* as the kernel has it */

/* no padding but what has a name */
static_assert(sizeof(struct network_offer) == 12 + NETCONF_BACKEND_MAX + NETCONF_WHY_MAX,
	      "OFFER has a hole");
static_assert(sizeof(struct network_apply) == 12 + IF_NAMESIZE + 8 + 2 * 36,
	      "APPLY has a hole");
static_assert(sizeof(struct network_result) == 16 + NETCONF_WHY_MAX, "RESULT has a hole");

static struct network_wire_header header_of(enum network_wire_type type)
{
	return (struct network_wire_header){ NETWORK_WIRE_VERSION, type };
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* What is not printable becomes '?': texts are escaped where they are made. */
static void put_text(char *out, size_t size, const char *text)
{
	size_t n = strnlen(text, size - 1);

	for (size_t i = 0; i < n; i++)
		out[i] = is_printable(text[i]) ? text[i] : '?';
}

/* Ends, is printable, and is followed by nothing but zeros. */
static bool is_text(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_printable(text[i]))
			return false;
	for (size_t i = n; i < size; i++)
		if (text[i])
			return false;
	return true;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

/* The part that all three have in common. */
static const char *wrong_header(const void *data, size_t len, enum network_wire_type type,
				size_t size)
{
	struct network_wire_header header;

	if (len < sizeof(header))
		return "it is too short";
	memcpy(&header, data, sizeof(header));
	if (header.version != NETWORK_WIRE_VERSION)
		return "it is of another version: restart xe-guest-agent and "
		       "xe-guest-network";
	if (header.type != type)
		return "it is of another type";
	return len == size ? NULL : "it has another length";
}

static int wrong(const char *why, const char **ret_why)
{
	*ret_why = why;
	return -EBADMSG;
}

/* ---- OFFER ---- */

void network_wire_put_offer(const char *backend, const char *why,
			    struct network_offer *ret)
{
	*ret = (struct network_offer){ .header = header_of(NETWORK_OFFER),
				       .usable = backend != NULL };
	if (backend)
		put_text(ret->backend, sizeof(ret->backend), backend);
	else
		put_text(ret->why, sizeof(ret->why), why);
}

int network_wire_get_offer(const void *data, size_t len, struct network_offer *ret,
			   const char **ret_why)
{
	const char *why = wrong_header(data, len, NETWORK_OFFER, sizeof(*ret));
	struct network_offer m;

	if (why)
		return wrong(why, ret_why);
	memcpy(&m, data, sizeof(m));
	if (m.usable > 1)
		return wrong("its flag is neither 0 nor 1", ret_why);
	if (!is_text(m.backend, sizeof(m.backend)) || !is_text(m.why, sizeof(m.why)))
		return wrong("a text in it is not printable, or has no end", ret_why);
	if ((m.backend[0] != '\0') != (m.usable == 1))
		return wrong("it names a back end and has none, or the other way round",
			     ret_why);
	*ret = m;
	return 0;
}

/* ---- APPLY ---- */

static void put_family(const struct netconf_family *f, size_t len,
		       struct network_wire_family *ret)
{
	static const uint8_t modes[] = { [NETCONF_KEEP] = WIRE_KEEP,
					 [NETCONF_NONE] = WIRE_NONE,
					 [NETCONF_STATIC] = WIRE_STATIC,
					 [NETCONF_AUTO] = WIRE_AUTO };

	*ret = (struct network_wire_family){ .mode = modes[f->mode] };
	if (f->mode != NETCONF_STATIC)
		return;
	ret->prefix = f->prefix;
	ret->has_gateway = f->has_gateway;
	memcpy(ret->address, &f->address, len);
	if (f->has_gateway)
		memcpy(ret->gateway, &f->gateway, len);
}

void network_wire_put_apply(uint32_t id, const struct netconf *want,
			    struct network_apply *ret)
{
	*ret = (struct network_apply){ .header = header_of(NETWORK_APPLY), .id = id };
	put_text(ret->ifname, sizeof(ret->ifname), want->ifname);
	memcpy(ret->mac, want->mac, sizeof(ret->mac));
	put_family(&want->v4, sizeof(struct in_addr), &ret->v4);
	put_family(&want->v6, sizeof(struct in6_addr), &ret->v6);
}

/* The form, not the sense. */
static const char *wrong_form(const struct network_wire_family *f, size_t len)
{
	size_t rest = sizeof(f->address) - len;

	if (f->mode > WIRE_AUTO)
		return "a mode in it is unknown";
	if (f->has_gateway > 1 || f->zero)
		return "a flag in it is neither 0 nor 1";
	if (f->mode != WIRE_STATIC && !is_zero(&f->prefix, sizeof(*f) - 1))
		return "it has an address where none belongs";
	if (!is_zero(f->address + len, rest) || !is_zero(f->gateway + len, rest))
		return "an address in it is too long";
	if (!f->has_gateway && !is_zero(f->gateway, len))
		return "it has a gateway where none belongs";
	return NULL;
}

static void get_family(const struct network_wire_family *f, size_t len,
		       struct netconf_family *ret)
{
	static const enum netconf_mode modes[] = { [WIRE_KEEP] = NETCONF_KEEP,
						   [WIRE_NONE] = NETCONF_NONE,
						   [WIRE_STATIC] = NETCONF_STATIC,
						   [WIRE_AUTO] = NETCONF_AUTO };

	*ret = (struct netconf_family){ .mode = modes[f->mode],
					.prefix = f->prefix,
					.has_gateway = f->has_gateway };
	memcpy(&ret->address, f->address, len);
	memcpy(&ret->gateway, f->gateway, len);
}

static const char *wrong_apply(const struct network_apply *m)
{
	const char *why;

	if (!is_text(m->ifname, sizeof(m->ifname)) || !netconf_name_good(m->ifname))
		return "an interface cannot have that name";
	if (!netconf_mac_good(m->mac))
		return "an interface cannot have that MAC address";
	if (!is_zero(m->zero, sizeof(m->zero)))
		return "its padding is not zero";
	why = wrong_form(&m->v4, sizeof(struct in_addr));
	if (!why)
		why = wrong_form(&m->v6, sizeof(struct in6_addr));
	if (!why && m->v4.mode == WIRE_KEEP && m->v6.mode == WIRE_KEEP)
		why = "it asks for nothing";
	return why;
}

int network_wire_get_apply(const void *data, size_t len, uint32_t *ret_id,
			   struct netconf *ret_want, const char **ret_why)
{
	struct network_apply m;
	const char *why = wrong_header(data, len, NETWORK_APPLY, sizeof(m));
	struct netconf want = { 0 };

	if (why)
		return wrong(why, ret_why);
	memcpy(&m, data, sizeof(m));
	why = wrong_apply(&m);
	if (why)
		return wrong(why, ret_why);
	memcpy(want.ifname, m.ifname, sizeof(want.ifname));
	memcpy(want.mac, m.mac, sizeof(want.mac));
	get_family(&m.v4, sizeof(struct in_addr), &want.v4);
	get_family(&m.v6, sizeof(struct in6_addr), &want.v6);
	if (netconf_wrong_family(AF_INET, &want.v4, &why) ||
	    netconf_wrong_family(AF_INET6, &want.v6, &why))
		return wrong("an address in it makes no sense", ret_why);
	*ret_id = m.id;
	*ret_want = want;
	return 0;
}

/* ---- RESULT ---- */

void network_wire_put_result(uint32_t id, int code, const char *text,
			     struct network_result *ret)
{
	*ret = (struct network_result){ .header = header_of(NETWORK_RESULT),
					.id = id,
					.code = code };
	if (code)
		put_text(ret->text, sizeof(ret->text), text);
}

int network_wire_get_result(const void *data, size_t len, struct network_result *ret,
			    const char **ret_why)
{
	const char *why = wrong_header(data, len, NETWORK_RESULT, sizeof(*ret));
	struct network_result m;

	if (why)
		return wrong(why, ret_why);
	memcpy(&m, data, sizeof(m));
	if (m.code > 0 || m.code < -ERRNO_MAX)
		return wrong("its code is no errno", ret_why);
	if (!is_text(m.text, sizeof(m.text)))
		return wrong("its text is not printable, or has no end", ret_why);
	if (m.code == 0 && m.text[0])
		return wrong("it is a success with an error's text", ret_why);
	*ret = m;
	return 0;
}
