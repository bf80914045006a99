/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_version - orders of versions and of file names with versions in them, as boot
 * loaders sort their menus.  Pure; each returns <0, 0 or >0.
 *
 * Source: rpm's manual (rpm-version(7)); the Version Format Specification of uapi-group.org
 *         (systemd-boot); GRUB's blscfg as Fedora has it
 */
#pragma once

/* rpm's is boot_version_compare() in boot_menu.h. */

/* The UAPI group's: "arch" is newer than "arch-fallback", "6.1" than "6.1~rc1". */
int boot_version_compare_uapi(const char *a, const char *b);
/* blscfg's of file names: NAME-VERSION-RELEASE taken apart, each compared as rpm does. */
int boot_version_compare_package(const char *a, const char *b);
