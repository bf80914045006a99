/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "lib/tree.h"

/* One list of a directory costs less than a read of each key that may be there. */
const struct schema_own schema_own[] = {
	{ "attr", 5, true }, /* vif/N/ipv4/M/prefix */
	{ "control/feature-balloon", 0, false },
	{ "control/feature-static-ip-setting", 0, false },
	{ "data", 1, true },
	{ "data/service/xe-guest-agent", 1, false },
	{ "data/volumes", 4, false }, /* i/extents/j/target */
	{ "drivers", 1, true },
	{ "feature/hotplug", 1, true },
	{ "xenserver/attr/net-sriov-vf", 4, false },
};
const size_t schema_own_count = sizeof(schema_own) / sizeof(*schema_own);

/* Ranks.  A key that is one of many adds its number, up to RANK_STEPS: more than there is
 * room for, so that the last of a kind still comes before the first of the next. */
enum {
	RANK_STEPS = 10000,
	RANK_IDENTITY = 0, /* that there is an agent, and which */
	RANK_SYSTEM = 1,
	RANK_ADDRESS = 2,
	RANK_VOLUME = RANK_ADDRESS + RANK_STEPS + 1,
	RANK_EXTRA = RANK_VOLUME + RANK_STEPS + 1, /* what XAPI of today does not read */
};

/* Every node that the agent may make; '#' stands for a decimal number; the
 * last is the key's number among its like.  '*' is a number that does not count: the keys
 * of a volume belong together. */
static const struct node {
	const char *pattern;
	unsigned rank;
} nodes[] = {
	{ "attr/PVAddons", RANK_IDENTITY },
	{ "attr/PVAddons/BuildVersion", RANK_IDENTITY },
	{ "attr/PVAddons/Installed", RANK_IDENTITY },
	{ "attr/PVAddons/MajorVersion", RANK_IDENTITY },
	{ "attr/PVAddons/MicroVersion", RANK_IDENTITY },
	{ "attr/PVAddons/MinorVersion", RANK_IDENTITY },
	{ "attr/eth#", RANK_EXTRA },
	{ "attr/eth#/ip", RANK_EXTRA },
	{ "attr/eth#/ipv6", RANK_EXTRA },
	{ "attr/eth#/ipv6/#", RANK_EXTRA },
	{ "attr/eth#/ipv6/#/addr", RANK_EXTRA },
	{ "attr/vif", RANK_ADDRESS },
	{ "control/feature-balloon", RANK_IDENTITY },
	{ "control/feature-static-ip-setting", RANK_IDENTITY },
	{ "data/domain", RANK_SYSTEM },
	{ "data/host_name_dns", RANK_SYSTEM },
	{ "data/meminfo_free", RANK_SYSTEM },
	{ "data/meminfo_total", RANK_SYSTEM },
	{ "data/os_distro", RANK_SYSTEM },
	{ "data/os_majorver", RANK_SYSTEM },
	{ "data/os_minorver", RANK_SYSTEM },
	{ "data/os_name", RANK_SYSTEM },
	{ "data/os_uname", RANK_SYSTEM },
	{ "data/service/xe-guest-agent", RANK_IDENTITY },
	{ "data/service/xe-guest-agent/health", RANK_IDENTITY },
	{ "data/service/xe-guest-agent/version", RANK_IDENTITY },
	{ "data/updated", RANK_IDENTITY },
	{ "data/volumes", RANK_VOLUME },
	{ "data/volumes/#", RANK_VOLUME },
	{ "data/volumes/#/filesystem", RANK_VOLUME },
	{ "data/volumes/#/free", RANK_VOLUME },
	{ "data/volumes/#/name", RANK_VOLUME },
	{ "data/volumes/#/size", RANK_VOLUME },
	{ "data/volumes/#/volume_name", RANK_VOLUME },
	{ "data/volumes/#/extents", RANK_VOLUME },
	{ "data/volumes/#/extents/*", RANK_VOLUME },
	{ "data/volumes/#/extents/*/length", RANK_VOLUME },
	{ "data/volumes/#/extents/*/offset", RANK_VOLUME },
	{ "data/volumes/#/extents/*/target", RANK_VOLUME },
	{ "data/volumes/#/mount_points", RANK_VOLUME },
	{ "data/volumes/#/mount_points/*", RANK_VOLUME },
	{ "drivers/#", RANK_SYSTEM },
	{ "feature/hotplug/vbd", RANK_SYSTEM },
	{ "feature/hotplug/vif", RANK_SYSTEM },
	{ "xenserver/attr/net-sriov-vf", RANK_ADDRESS },
};

/* Below a directory of devices with addresses. */
static const char *const device_dirs[] = { "attr/vif/", "xenserver/attr/net-sriov-vf/" };
static const struct node device_nodes[] = {
	{ "#", RANK_ADDRESS },
	{ "#/ipv4", RANK_ADDRESS },
	{ "#/ipv4/#", RANK_ADDRESS },
	{ "#/ipv4/#/prefix", RANK_EXTRA },
	{ "#/ipv6", RANK_ADDRESS },
	{ "#/ipv6/#", RANK_ADDRESS },
	{ "#/ipv6/#/prefix", RANK_EXTRA },
	{ "#/mac", RANK_EXTRA },
	{ "#/mac/#", RANK_EXTRA },
	{ "#/name", RANK_EXTRA },
};

/* @ret_number: the key's number among its like, 0 when it has none. */
static bool matches(const char *path, const char *pattern, unsigned *ret_number)
{
	*ret_number = 0;
	for (; *pattern; pattern++) {
		bool number = *pattern == '#' || *pattern == '*';
		size_t digits = number ? strspn(path, "0123456789") : 0;

		if (number ? digits == 0 : *path != *pattern)
			return false;
		if (*pattern == '#')
			*ret_number = digits < 5 ? (unsigned)strtoul(path, NULL, 10)
						 : RANK_STEPS;
		path += digits ? digits : 1;
	}
	return *path == '\0';
}

static const struct node *find_among(const struct node *table, size_t count,
				     const char *path, unsigned *ret_number)
{
	for (size_t i = 0; i < count; i++)
		if (matches(path, table[i].pattern, ret_number))
			return &table[i];
	return NULL;
}

static const struct node *find_node(const char *path, unsigned *ret_number)
{
	for (size_t i = 0; i < sizeof(device_dirs) / sizeof(*device_dirs); i++) {
		size_t n = strlen(device_dirs[i]);

		if (strncmp(path, device_dirs[i], n) == 0)
			return find_among(device_nodes,
					  sizeof(device_nodes) / sizeof(*device_nodes),
					  path + n, ret_number);
	}
	return find_among(nodes, sizeof(nodes) / sizeof(*nodes), path, ret_number);
}

bool schema_is_own(const char *path)
{
	unsigned number;

	return find_node(path, &number) != NULL;
}

unsigned schema_rank(const char *path)
{
	unsigned number;
	const struct node *node = find_node(path, &number);

	if (!node || node->rank < RANK_ADDRESS)
		return node ? node->rank : RANK_SYSTEM;
	return node->rank + number;
}

enum schema_stage schema_stage(const char *path)
{
	static const char *const watched[] = { "attr", "control", "feature",
					       "data/service", "xenserver/attr" };

	if (strcmp(path, SCHEMA_LAST_KEY) == 0)
		return SCHEMA_UPDATED;
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		if (tree_path_is_in(path, watched[i]))
			return SCHEMA_WATCHED;
	return SCHEMA_UNWATCHED;
}

bool schema_is_unheard(const char *path)
{
	return tree_path_is_in(path, "drivers") || strncmp(path, "data/os_", 8) == 0 ||
	       strcmp(path, "data/host_name_dns") == 0 ||
	       strcmp(path, "data/domain") == 0;
}

bool schema_may_be_denied(const char *path)
{
	return tree_path_is_in(path, "control") || tree_path_is_in(path, "feature") ||
	       tree_path_is_in(path, "xenserver");
}
