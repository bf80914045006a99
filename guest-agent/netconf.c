/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_check.h"
#include "guest-agent/netconf_job.h"
#include "guest-agent/netconf_link.h"
#include "guest-agent/netconf_state_file.h"
#include "lib/cleanup.h"

#define LOCK_FILE "/run/xe-guest-network.lock"

/* One at a time on this machine, by whatever program. */
static int lock(int *ret_fd, struct netconf_why *why)
{
	autoclose int fd =
		open(LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return netconf_why(why, -errno, "cannot open %s: %s%s", LOCK_FILE,
				   strerror(errno),
				   errno == EACCES ? "; run it as root" : "");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return netconf_why(why, errno == EWOULDBLOCK ? -EBUSY : -errno,
				   "another xe-guest-network is changing addresses: try "
				   "again when it has ended");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static void tell(const struct netconf_why *why, int r, char *ret, size_t size)
{
	if (size > 0) /* longer is cut */
		(void)snprintf(ret, size, "%s",
			       r < 0 && !why->text[0] ? strerror(-r) : why->text);
}

int netconf_apply(const struct netconf *want, char *ret_why, size_t size)
{
	struct netconf_why why = { "" };
	autoclose int fd = -1;
	int r = netconf_check(want, why.text, sizeof(why.text));

	if (r >= 0)
		r = lock(&fd, &why);
	if (r >= 0)
		r = netconf_job_apply(want, &why);
	tell(&why, r, ret_why, size);
	return r;
}

int netconf_repair(char *ret_why, size_t size)
{
	struct netconf_why why = { "" };
	autoclose int fd = -1;
	int r = lock(&fd, &why);

	if (r >= 0)
		r = netconf_job_repair(&why);
	tell(&why, r, ret_why, size);
	return r;
}

int netconf_probe_interface(const char *ifname, char *ret_backend, size_t size,
			    char *ret_why, size_t why_size)
{
	const struct netconf_backend *b = NULL;
	static const uint8_t any[MAC_LEN];
	struct netconf_why why = { "" };
	struct netconf_state s = { 0 };
	int r = 0;

	if (!netconf_name_good(ifname))
		r = netconf_why(&why, -EINVAL, "'%s' is no interface's name", ifname);
	if (r >= 0)
		r = netconf_link_check(ifname, any, &why);
	if (r >= 0)
		r = netconf_state_load(ifname, &s, &why);
	if (r >= 0)
		r = netconf_backend_find(&s, &b, &why);
	if (r >= 0)
		(void)snprintf(ret_backend, size, "%s", b->name); /* longer is cut */
	tell(&why, r, ret_why, why_size);
	return r;
}
