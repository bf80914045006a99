/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fakexen.h - what the stand-in for the hypervisor and the parts that play toolstack and
 * guest agree on; the files are described in fakexen.c.
 */
#pragma once

#define FAKEXEN_DOMAINS	  0x7ff0 /* DOMID_FIRST_RESERVED */
#define FAKEXEN_PORT_VIRQ 1	 /* a domain ended: both daemons look at all of them */
#define FAKEXEN_PORT_BASE 16	 /* + domid: the daemon's end of that domain's channel */
