/* SPDX-License-Identifier: BSD-2-Clause */
/* Why addresses are left out. */
#include <linux/if_addr.h>
#include <string.h>

#include "guest-agent/schema_net.h"

/* Said of an interface of this kind, with nothing underneath. */
static const char *reason_by_kind(const char *kind)
{
#define REASON(kind)                                                                     \
	{                                                                                \
		kind, "its interface is of kind " kind ", with no vif underneath"        \
	}
	static const struct {
		const char *kind, *reason;
	} reasons[] = {
		REASON("bond"),	     REASON("bridge"),	    REASON("dummy"),
		REASON("geneve"),    REASON("gre"),	    REASON("gretap"),
		REASON("ifb"),	     REASON("ip6tnl"),	    REASON("ipip"),
		REASON("ipvlan"),    REASON("ipvtap"),	    REASON("macsec"),
		REASON("macvlan"),   REASON("macvtap"),	    REASON("netkit"),
		REASON("ppp"),	     REASON("sit"),	    REASON("team"),
		REASON("tun"),	     REASON("veth"),	    REASON("vlan"),
		REASON("vrf"),	     REASON("vti"),	    REASON("vxlan"),
		REASON("wireguard"), REASON("openvswitch"),
	};
#undef REASON

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strcmp(kind, reasons[i].kind) == 0)
			return reasons[i].reason;
	return "its interface is no vif";
}

static const char *reason_by_link(const struct link_fact *l)
{
	if (!l)
		return "its interface is gone";
	if (l->excluded)
		return "its interface is excluded by the configuration";
	if (l->under)
		return NULL;
	if (l->by_mac)
		return "its interface is no vif, and no device of the host has its MAC "
		       "address";
	return reason_by_kind(l->kind);
}

const char *schema_left_out(const struct address_fact *a)
{
	const char *reason = reason_by_link(a->link);

	if (reason)
		return reason;
	if (a->excluded)
		return "excluded by the configuration";
	if (a->family == AF_INET6 && (a->flags & IFA_F_DADFAILED))
		return "another host has it (duplicate address)";
	if (a->family == AF_INET6 && (a->flags & IFA_F_TENTATIVE))
		return "tentative until duplicate-address detection ends";
	if (a->flags & IFA_F_DEPRECATED)
		return "deprecated: its preferred lifetime is over";
	return NULL;
}
