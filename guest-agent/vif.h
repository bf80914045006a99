/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vif - which Xen virtual interface (vif) a Linux network device is.
 * Source: nodename.h
 * Owns:   nothing; results are copied out, arguments are borrowed.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The vif behind interface @ifname, from sys/class/net below @rootfd.
 * -ENOENT: it is no Xen device (or gone by now). */
int vif_read_devid(int rootfd, const char *ifname, uint32_t *ret_devid);
/* Has interface @ifname hardware, or what stands for it?  (A bond or VLAN has none, whatever
 * its MAC address.) */
bool vif_is_hardware(int rootfd, const char *ifname);
