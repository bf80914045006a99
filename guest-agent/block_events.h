/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_events - word that block devices came, went or changed.
 *
 * Both the kernel's own and udev's, which comes when udev's record has been written.  What
 * they say is not read but for the class: everything is looked at again.
 * Owns:   the socket is the caller's.
 * Errors: 0 or a negative errno.
 * Source: linux lib/kobject_uevent.c; systemd src/libsystemd/sd-device/device-monitor.c
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The socket, or a negative errno.  It needs no right. */
int block_events_open(void);
/* Take all that has come; true: some of it is about block devices, or was lost. */
bool block_events_drain(int fd);
/* Is an event of @len bytes about a block device? */
bool block_event_is_ours(const char *event, size_t len);
