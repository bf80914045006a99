/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devices - the network devices that the host gave this guest, by MAC address.
 *
 * For interfaces whose driver does not say in sysfs which device they are: the emulated
 * ones of an HVM guest (same MAC as the vif beside them) and SR-IOV VFs.
 * Owns:   struct device_list owns its array.
 * Errors: 0 or a negative errno.
 * Source: xen.git docs/misc/xenstore-paths.pandoc (device/vif); xen-api
 *         ocaml/xenopsd/xc/device.ml (xenserver/device/net-sriov-vf)
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/net_facts.h"
#include "lib/xs.h"

#define DEVICES_MAX 256 /* of a class: XAPI allows 16, and each costs a request */

struct device {
	enum device_class class;
	uint32_t devid;
	uint8_t mac[MAC_LEN];
};

struct device_list {
	struct device *device; /* owned; by class, then devid */
	size_t count;
};

void devices_done(struct device_list *list);
#define autodevices __attribute__((cleanup(devices_done)))

/* Read the list: a request for each class and for each device.  What is not there, may
 * not be read or makes no sense is left out; an error means that the connection has
 * trouble (see xs_conn_error()), and leaves *@list as it was. */
int devices_read(struct xs_conn *c, struct device_list *list);

/* Pure: add the device of class @class named @devid (a name below its class) with the MAC
 * address @mac, of @len bytes.  -EBADMSG: one of them is none.  -E2BIG: too many. */
int devices_add(struct device_list *list, enum device_class class, const char *devid,
		const char *mac, size_t len);
/* The first device in order with this address, or NULL. */
const struct device *devices_find(const struct device_list *list, const uint8_t *mac);
