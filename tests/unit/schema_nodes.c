/* SPDX-License-Identifier: BSD-2-Clause */
/* which nodes are the agent's, when they are written, what each is worth */
#include "guest-agent/schema_nodes.h"

#include "tests/tap.h"

static void test_own(void)
{
	static const char *const own[] = {
		"attr/vif",
		"attr/vif/0",
		"attr/vif/10/ipv6",
		"attr/vif/0/ipv4/12",
		"attr/vif/0/ipv4/1/prefix",
		"attr/vif/0/name",
		"attr/vif/4294967295/mac/0",
		"attr/eth0",
		"attr/eth12/ipv6/3/addr",
		"xenserver/attr/net-sriov-vf/7/ipv6/0/prefix",
		"drivers/7",
		"data/updated",
		"data/service/xe-guest-agent/health",
		"data/volumes",
		"data/volumes/3/mount_points/0",
		"data/volumes/3/extents/0/target",
		"feature/hotplug/vif",
		"attr/PVAddons/Installed",
	};
	static const char *const others[] = {
		"attr",
		"attr/vif/0/note",
		"attr/vif/x",
		"attr/vif/0/ipv4/a",
		"attr/vif/0/ipv5",
		"attr/vif/0/ipv4/1/prefix/0",
		"attr/eth0/mtu",
		"attr/ethx/ip",
		"drivers",
		"drivers/x",
		"data/volumes/c",
		"data/service",
		"data/service/other/health",
		"feature/hotplug",
		"feature/hotplug/vcpu",
		"xenserver/attr",
		"attr/PVAddons/Application",
		"control/feature-suspend",
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		ok(schema_is_own(own[i]), "our own: %s", own[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ok(!schema_is_own(others[i]), "another's: %s", others[i]);
}

static void test_stages(void)
{
	static const struct {
		const char *path;
		enum schema_stage stage;
	} cases[] = {
		{ "data/os_name", SCHEMA_UNWATCHED },
		{ "data/volumes/0/free", SCHEMA_UNWATCHED },
		{ "drivers/0", SCHEMA_UNWATCHED },
		{ "attr/vif/0/ipv4/0", SCHEMA_WATCHED },
		{ "xenserver/attr/net-sriov-vf/0/ipv4/0", SCHEMA_WATCHED },
		{ "control/feature-balloon", SCHEMA_WATCHED },
		{ "feature/hotplug/vbd", SCHEMA_WATCHED },
		{ "data/service/xe-guest-agent/health", SCHEMA_WATCHED },
		{ "data/updated", SCHEMA_UPDATED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(schema_stage(cases[i].path) == cases[i].stage,
		   "what is watched comes after what is not: %s", cases[i].path);
}

static void test_denied(void)
{
	ok(schema_may_be_denied("control/feature-balloon") &&
		   schema_may_be_denied("feature/hotplug/vbd") &&
		   schema_may_be_denied("xenserver/attr/net-sriov-vf/0/ipv4/0"),
	   "what not every toolstack makes may be denied");
	ok(!schema_may_be_denied("data/updated") && !schema_may_be_denied("attr/vif/0") &&
		   !schema_may_be_denied("drivers/0"),
	   "what every toolstack makes may not");
}

static void test_unheard(void)
{
	static const char *const unheard[] = { "data/os_name", "data/os_uname",
					       "data/host_name_dns", "data/domain",
					       "drivers/0" };
	static const char *const others[] = { "data/meminfo_free", "data/volumes/0/free",
					      "data/updated", SCHEMA_BELL_KEY,
					      "attr/vif/0/ipv4/0" };

	for (size_t i = 0; i < sizeof(unheard) / sizeof(*unheard); i++)
		ok(schema_is_unheard(unheard[i]), "the host has to be told of: %s",
		   unheard[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ok(!schema_is_unheard(others[i]), "it sees by itself: %s", others[i]);
	ok(schema_stage(SCHEMA_BELL_KEY) == SCHEMA_WATCHED &&
		   schema_is_own(SCHEMA_BELL_KEY),
	   "what it is told by is watched, and ours");
}

/* each is worth more than the next */
static void test_ranks(void)
{
	static const char *const order[] = {
		"attr/PVAddons/MajorVersion", "data/os_name",
		"attr/vif/3/ipv4/0",	      "attr/vif/0/ipv4/1",
		"attr/vif/0/ipv6/20",	      "attr/vif/0/ipv6/299",
		"attr/vif/0/ipv4/999",	      "attr/vif/0/ipv4/1000",
		"data/volumes/0/size",	      "data/volumes/9/mount_points",
		"data/volumes/127/size",      "attr/vif/0/ipv4/0/prefix",
		"attr/eth0/ipv6/500/addr",
	};

	for (size_t i = 1; i < sizeof(order) / sizeof(*order); i++)
		ok(schema_rank(order[i - 1]) < schema_rank(order[i]),
		   "%s is worth more than %s", order[i - 1], order[i]);
	is_int(schema_rank("attr/vif/0/ipv4/4294967295"),
	       schema_rank("attr/vif/0/ipv4/10000"), "numbers beyond count alike");
	ok(schema_rank("attr/vif/0/ipv4/4294967295") < schema_rank("data/volumes/0/size"),
	   "any address is worth more than a volume");
	ok(schema_rank("data/volumes/9/extents/0/target") >
		   schema_rank("data/volumes/1/name"),
	   "the keys of a volume go together");
	ok(schema_rank("attr/vif/0/name") > schema_rank("data/volumes/0/size"),
	   "what XAPI does not read is worth the least");
}

int main(void)
{
	test_own();
	test_stages();
	test_denied();
	test_unheard();
	test_ranks();
	return tap_done();
}
