/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * version - the project's version, also what the agent reports as the version of the
 * guest tools: XAPI takes four integers and treats anything else as "no tools"
 * (xapi_pv_driver_version).  Major is never 0: Xen Orchestra hides that.
 */
#pragma once

#define XPT_VERSION_MAJOR 1
#define XPT_VERSION_MINOR 0
#define XPT_VERSION_MICRO 0
#define XPT_VERSION_BUILD 1

#define XPT_STR_(x) #x
#define XPT_STR(x)  XPT_STR_(x)
#define XPT_VERSION                                                                      \
	XPT_STR(XPT_VERSION_MAJOR)                                                       \
	"." XPT_STR(XPT_VERSION_MINOR) "." XPT_STR(XPT_VERSION_MICRO)
