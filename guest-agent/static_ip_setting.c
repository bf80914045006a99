/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/static_ip_setting.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest-agent/netconf_check.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/prefix.h"

void static_ip_value_set(struct static_ip_value *v, const char *text, size_t len)
{
	size_t n = len < STATIC_IP_VALUE_MAX ? len : STATIC_IP_VALUE_MAX;

	*v = (struct static_ip_value){ .there = true, .len = len };
	memcpy(v->text, text, n);
}

static bool value_equal(const struct static_ip_value *a, const struct static_ip_value *b)
{
	return a->there == b->there && a->len == b->len &&
	       memcmp(a->text, b->text, sizeof(a->text)) == 0;
}

bool static_ip_setting_equal(const struct static_ip_setting *a,
			     const struct static_ip_setting *b)
{
	return value_equal(&a->mac, &b->mac) && value_equal(&a->enabled, &b->enabled) &&
	       value_equal(&a->address, &b->address) &&
	       value_equal(&a->gateway, &b->gateway);
}

/* A text without NUL, whole. */
static bool is_whole(const struct static_ip_value *v)
{
	return v->there && strlen(v->text) == v->len;
}

static bool value_is(const struct static_ip_value *v, const char *text)
{
	return is_whole(v) && strcmp(v->text, text) == 0;
}

__attribute__((format(printf, 3, 4))) static int wrong(char *ret_why, size_t size,
						       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(ret_why, size, fmt, ap); /* cut is fine */
	va_end(ap);
	return -EINVAL;
}

/* "address6 is '10.0.0.1/2\n': " and what it should be. */
static int wrong_value(const char *name, int family, const struct static_ip_value *v,
		       const char *should, char *ret_why, size_t size)
{
	char text[4 * STATIC_IP_VALUE_MAX + 1];
	size_t n = v->len < STATIC_IP_VALUE_MAX ? v->len : STATIC_IP_VALUE_MAX;
	const char *six = family == AF_INET6 ? "6" : "";

	if (!v->there)
		return wrong(ret_why, size, "there is no %s%s: %s", name, six, should);
	(void)log_escape(text, sizeof(text), v->text, n); /* the room is enough */
	return wrong(ret_why, size, "%s%s is '%s%s': %s", name, six, text,
		     v->len > n ? "..." : "", should);
}

int static_ip_parse_mac(const struct static_ip_value *v, uint8_t ret_mac[MAC_LEN])
{
	uint8_t mac[MAC_LEN];

	if (!is_whole(v) || io_parse_mac(v->text, v->len, mac) < 0 ||
	    !netconf_mac_good(mac))
		return -EINVAL;
	memcpy(ret_mac, mac, sizeof(mac));
	return 0;
}

/* "ADDRESS/PREFIX" */
static int parse_address(int family, const struct static_ip_value *v,
			 struct netconf_family *ret)
{
	unsigned bits;

	if (!is_whole(v) || prefix_parse(family, v->text, &ret->address, &bits) < 0)
		return -EINVAL;
	ret->prefix = (uint8_t)bits;
	return 0;
}

static int parse_gateway(int family, const struct static_ip_value *v,
			 struct netconf_family *ret)
{
	ret->has_gateway = v->there && v->len > 0;
	if (!ret->has_gateway)
		return 0;
	return is_whole(v) && inet_pton(family, v->text, &ret->gateway) == 1 ? 0
									     : -EINVAL;
}

static int parse_static(int family, const struct static_ip_setting *s,
			struct netconf_family *ret, char *ret_why, size_t size)
{
	const char *what, *why;

	if (parse_address(family, &s->address, ret) < 0)
		return wrong_value("address", family, &s->address,
				   family == AF_INET ? "wanted is one as 192.0.2.5/24"
						     : "wanted is one as 2001:db8::5/64",
				   ret_why, size);
	if (parse_gateway(family, &s->gateway, ret) < 0)
		return wrong_value("gateway", family, &s->gateway,
				   family == AF_INET ? "wanted is one as 192.0.2.1"
						     : "wanted is one as 2001:db8::1",
				   ret_why, size);
	why = netconf_wrong_family(family, ret, &what);
	if (why)
		return wrong(ret_why, size, "%s%s%s: %s %s", s->address.text,
			     ret->has_gateway ? ", gateway " : "",
			     ret->has_gateway ? s->gateway.text : "", what, why);
	return 0;
}

int static_ip_parse(int family, const struct static_ip_setting *setting,
		    uint8_t ret_mac[MAC_LEN], struct netconf_family *ret_want,
		    char *ret_why, size_t size)
{
	struct netconf_family want = { 0 };
	uint8_t mac[MAC_LEN];
	int r = 0;

	if (static_ip_parse_mac(&setting->mac, mac) < 0)
		return wrong_value("mac", AF_INET, &setting->mac,
				   "wanted is an interface's, as 00:16:3e:00:00:01",
				   ret_why, size);
	if (value_is(&setting->enabled, "0"))
		want.mode = NETCONF_NONE;
	else if (value_is(&setting->enabled, "1"))
		want.mode = NETCONF_STATIC;
	else if (value_is(&setting->enabled, "2"))
		want.mode = NETCONF_AUTO;
	else
		return wrong_value("enabled", family, &setting->enabled,
				   "known are 0 (none), 1 (static) and 2 (automatic)",
				   ret_why, size);
	if (want.mode == NETCONF_STATIC)
		r = parse_static(family, setting, &want, ret_why, size);
	if (r < 0)
		return r;
	memcpy(ret_mac, mac, sizeof(mac));
	*ret_want = want;
	return 0;
}

void static_ip_describe(int family, const struct netconf_family *want, char *out,
			size_t size)
{
	char address[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN];

	if (want->mode == NETCONF_STATIC) {
		(void)inet_ntop(family, &want->address, address, sizeof(address));
		(void)inet_ntop(family, &want->gateway, gateway, sizeof(gateway));
		(void)snprintf(out, size, "%s/%u%s%s", address, want->prefix,
			       want->has_gateway ? ", gateway " : "",
			       want->has_gateway ? gateway : "");
	} else if (want->mode == NETCONF_AUTO) {
		(void)snprintf(out, size, "%s",
			       family == AF_INET ? "DHCP" : "autoconfiguration");
	} else {
		(void)snprintf(out, size, "no address of the host's");
	}
}
