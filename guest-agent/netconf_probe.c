/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf.h: which interfaces there are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest-agent/netconf.h"
#include "guest-agent/netconf_check.h"
#include "guest-agent/vif.h"
#include "lib/cleanup.h"

#define MASTER	  "sys/class/net/%s/master"
#define PATH_ROOM (sizeof(MASTER "/bonding") + IF_NAMESIZE)

/* Its MAC.  False: not Ethernet, or gone. */
static bool mac_of(int fd, const char *ifname, uint8_t ret[MAC_LEN])
{
	struct ifreq req = { 0 };

	(void)snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", ifname);
	if (ioctl(fd, SIOCGIFHWADDR, &req) < 0 ||
	    req.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return false;
	memcpy(ret, req.ifr_hwaddr.sa_data, MAC_LEN);
	return true;
}

/* The name of the bridge or bond of which it is a port, "" of none.  (Those alone have
 * such a directory: in a VRF an interface keeps its addresses.) */
static void port_of(int root, const char *ifname, char ret[IF_NAMESIZE])
{
	char path[PATH_ROOM], target[PATH_MAX] = "";
	const char *name;

	*ret = '\0';
	(void)snprintf(path, sizeof(path), MASTER "/bridge", ifname); /* these fit */
	if (faccessat(root, path, F_OK, 0) < 0) {
		(void)snprintf(path, sizeof(path), MASTER "/bonding", ifname);
		if (faccessat(root, path, F_OK, 0) < 0)
			return;
	}
	(void)snprintf(path, sizeof(path), MASTER, ifname);
	if (readlinkat(root, path, target, sizeof(target) - 1) < 0)
		return; /* it is none any more */
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strlen(name) < IF_NAMESIZE)
		memcpy(ret, name, strlen(name) + 1);
}

static int by_index(const void *a, const void *b)
{
	const struct netconf_interface *x = a, *y = b;

	if (x->vif != y->vif)
		return x->vif ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Those that are vifs, or those that are not; the new count. */
static size_t add(int root, int fd, const struct if_nameindex *all, bool vif,
		  struct netconf_interface *ret, size_t max, size_t count)
{
	for (; all->if_index && count < max; all++) {
		struct netconf_interface *n = &ret[count];
		uint32_t devid;

		memset(n, 0, sizeof(*n));
		if (!netconf_name_good(all->if_name) ||
		    (vif_read_devid(root, all->if_name, &devid) == 0) != vif ||
		    !mac_of(fd, all->if_name, n->mac))
			continue;
		(void)snprintf(n->ifname, sizeof(n->ifname), "%s", all->if_name);
		n->index = all->if_index;
		n->vif = vif;
		port_of(root, n->ifname, n->port_of);
		count++;
	}
	return count;
}

int netconf_list(struct netconf_interface *ret, size_t max, size_t *ret_count)
{
	autoclose int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct if_nameindex *all = if_nameindex();
	size_t count;

	if (!all || fd < 0 || root < 0) {
		int r = -errno;

		if (all)
			if_freenameindex(all);
		return r;
	}
	/* those of containers, of which there may be many, fill what is left */
	count = add(root, fd, all, true, ret, max, 0);
	count = add(root, fd, all, false, ret, max, count);
	if_freenameindex(all);
	qsort(ret, count, sizeof(*ret), by_index);
	*ret_count = count;
	return 0;
}

int netconf_probe(char *ret_backend, size_t size, char *ret_why, size_t why_size)
{
	struct netconf_interface list[NETCONF_INTERFACES_MAX] = { 0 };
	size_t count = 0;
	int r = netconf_list(list, NETCONF_INTERFACES_MAX, &count);

	if (r < 0 || count == 0) {
		if (why_size > 0)
			(void)snprintf(ret_why, why_size, "there is no interface: %s",
				       r < 0 ? strerror(-r) : "none of Ethernet");
		return r < 0 ? r : -EOPNOTSUPP;
	}
	r = -EOPNOTSUPP;
	for (size_t i = 0; i < count && r < 0; i++)
		if (list[i].vif || !list[0].vif)
			r = netconf_probe_interface(list[i].ifname, ret_backend, size,
						    ret_why, why_size);
	return r < 0 ? -EOPNOTSUPP : 0;
}
