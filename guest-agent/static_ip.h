/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip - addresses that the host sets: from xenstore to the privileged helper
 * (network_serve.h), and the result back.
 *
 * Every VIF or VF that a toolstack plugs gets xenserver/device/{vif,net-sriov-vf}/N/
 * static-ip-setting with mac, enabled, address and gateway, and the same for IPv6 with a 6
 * at the end: 0 the guest decides, 1 static, 2 DHCP or autoconfiguration.  It is an order
 * as long as enabled is there; who has obeyed removes it and says in error-code and
 * error-msg how that went.  On resume and migration the toolstack writes all of it again,
 * and it is applied again; a helper that finds it applied does nothing.
 *
 * It never blocks but for single answers of xenstore: the helper has a socket that does
 * not block and one request under way.  A family is one request: that one is wrong does
 * not spoil the other.
 *
 * Owns:   its socket and its watch.
 * Trust:  all of xenstore is hostile; see static_ip_setting.h.
 * Errors: 0 or a negative errno; -ENOTCONN: the watch or xenstore is gone (as in agent.h).
 *         What goes wrong with the helper withdraws the feature and is told in the log.
 * Source: xen-api ocaml/xenopsd/xc/xenops_server_xen.ml (VIF), its pull request 7118;
 *         win-xenguestagent FeatureStaticIpSetting.cs
 */
#pragma once
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/io.h"
#include "lib/xs.h"

#define STATIC_IP_FDS	       2
#define STATIC_IP_DEVICE_MS    60000 /* for an interface to appear: then it is an error */
#define STATIC_IP_RESULT_MS    180000 /* for the helper: netconf_apply() needs a minute */
#define STATIC_IP_AGAIN_MS     1000   /* for what xenstore did not take; doubles */
#define STATIC_IP_AGAIN_MAX_MS 600000

struct static_ip_device {
	bool vf; /* of xenserver/device/net-sriov-vf */
	uint32_t devid;
	uint8_t mac[MAC_LEN];
};

/* Which network interface is @device: its own, by devid (vif) or MAC, which must be the
 * device's in either case.  Called from within static_ip_handle() only.
 * -ENODEV: none (yet).  -EBUSY: it is a port of another (a bridge, bond or team), so that
 * addresses do not belong on it; then @ret_ifname is the name of that other one. */
typedef int static_ip_find(void *arg, const struct static_ip_device *device,
			   char ret_ifname[IF_NAMESIZE]);

struct static_ip;

/* Before privileges are dropped: connects to the helper at @socket_path (NETWORK_SOCKET)
 * and asks for the watch.  Call only where the administrator has enabled it.
 * Without a helper: -ECONNREFUSED, -ENOENT or as connect() says, told in the log; the
 * agent goes on without. */
int static_ip_open(const char *socket_path, static_ip_find *find, void *arg,
		   struct static_ip **ret_static_ip);
/* NULL is fine here and in all that follow: nothing is done, false, never. */
void static_ip_free(struct static_ip *s);
static inline void static_ip_freep(struct static_ip **s)
{
	static_ip_free(*s);
}
#define autostaticip __attribute__((cleanup(static_ip_freep)))

/* Publish control/feature-static-ip-setting?  May change in static_ip_handle() only. */
bool static_ip_usable(const struct static_ip *s);

/* What poll() is to wait for: fills STATIC_IP_FDS places (fd -1: nothing). */
void static_ip_poll(const struct static_ip *s, struct pollfd *ret_fds);
/* When static_ip_handle() has something to do without an event (CLOCK_MONOTONIC);
 * UINT64_MAX: never. */
uint64_t static_ip_due_ms(const struct static_ip *s);
/* Do what is due; cheap when nothing is, so call it after every poll().  @xs: where
 * requests go, not in a transaction. */
int static_ip_handle(struct static_ip *s, struct xs_conn *xs);
/* Interfaces may have changed: those that were looked for in vain are looked for again, in
 * the next static_ip_handle(). */
void static_ip_interfaces_changed(struct static_ip *s);
