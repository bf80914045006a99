/* SPDX-License-Identifier: BSD-2-Clause */
/* from facts to the wanted tree (of addresses: see schema_net.c) */
#include "guest-agent/schema.h"

#include <stdlib.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

static void test_whole(void)
{
	struct facts f = {
		.os = { "Debian GNU/Linux 12", "debian", "12", "", "6.1.0" },
		.drivers = { .count = 2,
			     .driver = { { "xen-blkfront", false },
					 { "xen-netfront", true } },
			     .balloon = true,
			     .balloon_settled = true },
		.memory = { 2048, 1024 },
	};
	autotree struct tree t = { 0 };
	autofree char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	is_int(schema_wanted(&f, &t), 0, "the whole tree");
	tree_print(out, &t);
	fclose(out);
	is_str(text,
	       "attr/PVAddons/BuildVersion = \"1\"\n"
	       "attr/PVAddons/Installed = \"1\"\n"
	       "attr/PVAddons/MajorVersion = \"1\"\n"
	       "attr/PVAddons/MicroVersion = \"0\"\n"
	       "attr/PVAddons/MinorVersion = \"0\"\n"
	       "control/feature-balloon = \"1\"\n"
	       "data/meminfo_free = \"1024\"\n"
	       "data/meminfo_total = \"2048\"\n"
	       "data/os_distro = \"debian\"\n"
	       "data/os_majorver = \"12\"\n"
	       "data/os_name = \"Debian GNU/Linux 12\"\n"
	       "data/os_uname = \"6.1.0\"\n"
	       "data/service/xe-guest-agent/health = \"ok\"\n"
	       "data/service/xe-guest-agent/version = \"1.0.0-1\"\n"
	       "data/updated = \"1\"\n"
	       "drivers/0 = \"Linux xen-blkfront 6.1.0 in-tree\"\n"
	       "drivers/1 = \"Linux xen-netfront 6.1.0 out-of-tree\"\n",
	       "every key, and none for what is not known");
	for (size_t i = 0; i < t.count; i++)
		if (!schema_is_own(t.entry[i].path))
			ok(false, "%s is wanted, so it must be our own", t.entry[i].path);
}

int main(void)
{
	test_whole();
	return tap_done();
}
