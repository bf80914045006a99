/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram of rtnetlink, whose messages have the number 7, up to the wanted tree. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/links.h"
#include "guest-agent/netlink_parse.h"
#include "guest-agent/schema_net.h"
#include "guest-agent/schema_nodes.h"
#include "lib/tree.h"

#define SEQ 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	if (strnlen(text, size) == size || strchr(text, '/'))
		abort();
}

/* What is underneath is a device, and one of these. */
static void check_links(const struct net_facts *net)
{
	for (size_t i = 0; i < net->link_count; i++) {
		const struct link_fact *l = &net->link[i];

		check_text(l->name, sizeof(l->name));
		if (strnlen(l->kind, sizeof(l->kind)) == sizeof(l->kind))
			abort();
		if (l->device != DEVICE_NONE && l->under != l)
			abort();
		if (l->under &&
		    (l->under < net->link || l->under >= net->link + net->link_count ||
		     l->under->device == DEVICE_NONE))
			abort();
	}
}

static void check_tree(const struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (tree_path_check(t->entry[i].path) < 0 ||
		    !schema_is_own(t->entry[i].path) || t->entry[i].value_len == 0 ||
		    strlen(t->entry[i].value) != t->entry[i].value_len)
			abort();
}

static void use(struct net_facts *net)
{
	static const char *const macs[] = { "02:00:00:00:00:01", "02:00:00:00:00:02",
					    "02:00:00:00:00:03" };
	struct device_list list = { 0 };
	struct tree t = { 0 };

	for (size_t i = 0; i < sizeof(macs) / sizeof(*macs); i++)
		(void)devices_add(&list, i == 1 ? DEVICE_VF : DEVICE_VIF, i ? "1" : "0",
				  macs[i], strlen(macs[i]));
	for (size_t i = 0; i < net->link_count; i++)
		net->link[i].by_mac = net->link[i].has_mac || net->link[i].has_born_mac;
	(void)links_unexplained(net);
	if (links_attach(net) == 0 && links_resolve(net, &list) == 0) {
		check_links(net);
		if (schema_want_addresses(net, &t) == 0)
			check_tree(&t);
	}
	tree_done(&t);
	devices_done(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net_facts net = { 0 };
	bool disturbed = false;
	void *copy = malloc(size ? size : 1); /* to be changed, and aligned */

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	if (netlink_parse_dump(copy, size, SEQ, &net, &disturbed) >= 0)
		use(&net);
	net_facts_done(&net);
	free(copy);
	return 0;
}
