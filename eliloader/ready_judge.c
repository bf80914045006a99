/* SPDX-License-Identifier: BSD-2-Clause */
/* Can a kernel run as this guest?  Pure. */
#include "eliloader/ready.h"

const char *ready_judge(const struct wire_kernel *k, enum guest_type type)
{
	static const char none[] = "it can run neither as a PV nor as a PVH guest (EL 8, "
				   "9 and 10 kernels are "
				   "built so): install this distribution as an HVM "
				   "guest, or use another medium";

	if (k->payload == PAYLOAD_UNKNOWN)
		return "it is not a Linux kernel image or ELF file, or is packed in a "
		       "way that "
		       "is not known";
	if (!k->xen_known)
		return "it is damaged: its ELF notes cannot be read";
	if (!k->pv && !k->pvh)
		return none;
	if (type == GUEST_PV && !k->pv)
		return "it cannot run as a PV guest, only as PVH: set type=\"pvh\" (xl) "
		       "or "
		       "domain-type=pvh (xapi)";
	if (type == GUEST_PVH && !k->pvh)
		return "it cannot run as a PVH guest, only as PV: set type=\"pv\" (xl) "
		       "or "
		       "domain-type=pv (xapi)";
	return NULL;
}
