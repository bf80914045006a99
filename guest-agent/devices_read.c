/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cleanup.h"

/* 1: no more are wanted. */
static int read_device(struct xs_conn *c, const char *dir, const char *name,
		       enum device_class class, struct device_list *list)
{
	char path[TREE_PATH_MAX + 1];
	autofree char *mac = NULL;
	size_t len;
	int r, n = snprintf(path, sizeof(path), "%s/%s/mac", dir, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return 0; /* no number is so long */
	r = xs_conn_read(c, path, &mac, &len);
	if (r < 0)
		return xs_is_absent(r) ? 0 : r;
	r = devices_add(list, class, name, mac, len);
	if (r == -E2BIG)
		return 1;
	return r == -EBADMSG ? 0 : r;
}

static int read_class(struct xs_conn *c, const char *dir, enum device_class class,
		      struct device_list *list)
{
	autofree char **names = NULL;
	unsigned count;
	int r = xs_conn_list(c, dir, &names, &count);

	if (r < 0)
		return xs_is_absent(r) ? 0 : r;
	/* (in a hostile crowd most names may be of no device: they count, too) */
	for (unsigned i = 0; r == 0 && i < count && i < DEVICES_MAX; i++)
		r = read_device(c, dir, names[i], class, list);
	return r < 0 ? r : 0;
}

int devices_read(struct xs_conn *c, struct device_list *list)
{
	autodevices struct device_list found = { 0 };
	int r = read_class(c, "device/vif", DEVICE_VIF, &found);

	if (r >= 0)
		r = read_class(c, "xenserver/device/net-sriov-vf", DEVICE_VF, &found);
	if (r < 0)
		return r;
	devices_done(list);
	*list = found;
	found = (struct device_list){ 0 };
	return 0;
}
