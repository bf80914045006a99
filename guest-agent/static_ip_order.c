/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/static_ip_order.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guest-agent/netconf_check.h"
#include "lib/io.h"
#include "lib/log.h"

void static_ip_order_end(struct static_ip_order *o, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(o->why, sizeof(o->why), fmt, ap); /* cut is fine */
	va_end(ap);
	o->state = STATIC_IP_ENDED;
	o->code = code;
	o->at_ms = 0;
}

static void log_end(const struct static_ip_order *o)
{
	static struct log_limit limit = { .burst = 20, .interval_ms = 600 * 1000 };
	const char *kind = o->vf ? "VF" : "vif";
	const char *family = o->family == AF_INET6 ? "IPv6" : "IPv4";
	struct netconf_family want = { 0 };
	char text[NETCONF_WHY_MAX] = "";
	uint8_t mac[MAC_LEN];

	if (o->code < 0) {
		log_limited(&limit, LOG_LEVEL_WARNING,
			    "cannot do what the host wants of %s %u, %s: %s", kind,
			    o->devid, family, o->why);
		return;
	}
	if (static_ip_parse(o->family, &o->setting, mac, &want, text, sizeof(text)) < 0)
		return;
	static_ip_describe(o->family, &want, text, sizeof(text));
	/* that the guest decides is said at every plug */
	log_limited(&limit, want.mode == NETCONF_NONE ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
		    "%s %u, %s, as the host wants it: %s", kind, o->devid, family, text);
}

/* Is there an interface for it?  Else it waits, or has ended. */
static bool find_interface(struct static_ip_order *o, static_ip_find *find, void *arg,
			   const struct netconf_family *want, struct netconf *conf)
{
	struct static_ip_device device = { .vf = o->vf, .devid = o->devid };
	bool none = want->mode == NETCONF_NONE; /* what is not there has no address */
	int r;

	memcpy(device.mac, conf->mac, sizeof(device.mac));
	r = find(arg, &device, conf->ifname);
	if (r >= 0 && netconf_name_good(conf->ifname))
		return true;
	if (r == -ENODEV && o->state == STATIC_IP_NEW) {
		o->state = STATIC_IP_WAITS;
		o->at_ms = io_now_ms() + STATIC_IP_DEVICE_MS;
	} else if (r == -ENODEV && io_now_ms() < o->at_ms) {
		return false;
	} else if (r == -ENODEV) {
		static_ip_order_end(o, none ? 0 : r,
				    "no interface of this guest is %s %u with MAC %s",
				    o->vf ? "VF" : "vif", o->devid, o->setting.mac.text);
	} else if (r == -EBUSY) {
		static_ip_order_end(o, none ? 0 : r,
				    "its interface is a port of '%s': that one's "
				    "addresses are set in "
				    "the guest",
				    conf->ifname);
	} else {
		static_ip_order_end(o, none ? 0 : -EINVAL,
				    "its interface has a name that cannot be used here");
	}
	return false;
}

void static_ip_order_begin(struct static_ip_order *o, struct static_ip_helper *helper,
			   static_ip_find *find, void *arg)
{
	struct netconf conf = { .v4.mode = NETCONF_KEEP, .v6.mode = NETCONF_KEEP };
	struct netconf_family *want = o->family == AF_INET6 ? &conf.v6 : &conf.v4;
	char why[NETCONF_WHY_MAX];
	int r = static_ip_parse(o->family, &o->setting, conf.mac, want, why, sizeof(why));

	if (r < 0)
		static_ip_order_end(o, r, "%s", why);
	else if (find_interface(o, find, arg, want, &conf)) {
		if (static_ip_helper_send(helper, &conf) >= 0)
			o->state = STATIC_IP_SENT;
		/* else it has gone, and the order stays for the next */
	}
}

uint64_t static_ip_pause_ms(uint64_t pause_ms)
{
	pause_ms = pause_ms ? pause_ms * 2 : STATIC_IP_AGAIN_MS;
	return pause_ms > STATIC_IP_AGAIN_MAX_MS ? STATIC_IP_AGAIN_MAX_MS : pause_ms;
}

int static_ip_order_tell(struct static_ip_order *o, struct xs_conn *xs)
{
	static struct log_limit limit = { .burst = 3, .interval_ms = 600 * 1000 };
	int r = static_ip_store_finish(xs, o);

	if (r >= 0) {
		if (r == 0)
			log_end(o);
		return 1;
	}
	if (xs_conn_is_dead(xs))
		return r;
	o->pause_ms = static_ip_pause_ms(o->pause_ms);
	o->at_ms = io_now_ms() + o->pause_ms;
	log_limited(&limit, LOG_LEVEL_WARNING, "cannot %s; next try in %llu ms",
		    xs_conn_error(xs), (unsigned long long)o->pause_ms);
	return 0;
}
