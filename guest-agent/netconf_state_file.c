/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_state_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest-agent/netconf_file.h"
#include "lib/cleanup.h"

#define STATE_MODE 0644

static void state_path(const char *ifname, char *ret, size_t size)
{
	(void)snprintf(ret, size, NETCONF_DIR "/%s.state", ifname); /* fits */
}

int netconf_state_load(const char *ifname, struct netconf_state *ret,
		       struct netconf_why *why)
{
	autofree char *text = NULL;
	char path[NETCONF_PATH_MAX];
	size_t len;
	int r;

	memset(ret, 0, sizeof(*ret));
	(void)snprintf(ret->set.ifname, sizeof(ret->set.ifname), "%s", ifname);
	state_path(ifname, path, sizeof(path));
	r = netconf_file_read(path, &text, &len, NULL, why);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	r = netconf_state_parse(text, len, ret);
	if (r < 0 || strcmp(ret->set.ifname, ifname) != 0)
		return netconf_why(why, -EBADMSG,
				   "%s is damaged: look at the interface's "
				   "configuration, then remove that file",
				   path);
	return 0;
}

int netconf_state_save(const struct netconf_state *s, struct netconf_change *c,
		       struct netconf_why *why)
{
	char path[NETCONF_PATH_MAX], *text = NULL;

	state_path(s->set.ifname, path, sizeof(path));
	if (!netconf_state_empty(s) && netconf_state_format(s, &text) < 0)
		return netconf_why(why, -ENOMEM, "no memory");
	return netconf_change_add(c, path, text, text ? strlen(text) : 0, STATE_MODE,
				  why);
}
