/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_backend.h: systemd-networkd, and netplan where it makes files for networkd.
 *
 * Ours is one file below /etc/systemd/network that sorts before the one which the interface
 * had.  netplan's own files cannot say it: lists of addresses in several of them add up,
 * so that the old address would stay. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_link.h"
#include "guest-agent/netconf_networkd_text.h"
#include "guest-agent/netconf_run.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define OWN_PREFIX    "/etc/systemd/network/00-00-xe-guest-network-"
#define NETPLAN	      "/run/systemd/network/10-netplan-"
#define RELOAD_SINCE  244 /* the first with `networkctl reload` */
#define LINK_FILE_MAX 65536
#define COMM_MAX      32 /* bytes of /proc/PID/comm: 16 at most */
#define LOOK_MS	      20
#define LET_GO_MS     10000 /* until networkd has let go of our file; it needs some 20 */
#define LOST_MS	      2000  /* until it has taken addresses away, if it does */

static void own_path(const char *ifname, char *ret, size_t size)
{
	(void)snprintf(ret, size, OWN_PREFIX "%s.network", ifname); /* fits */
}

/* Does a process of networkd's run?  (Its files in /run outlive it.) */
static bool running(void)
{
	DIR *proc = opendir("/proc");
	bool found = false;
	struct dirent *e;

	while (proc && !found && (e = readdir(proc)) != NULL) {
		char path[sizeof("/proc//comm") + sizeof(e->d_name)];
		autofree char *comm = NULL;

		(void)snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		if (*e->d_name >= '1' && *e->d_name <= '9' &&
		    io_read_file_at(AT_FDCWD, path, COMM_MAX, &comm, NULL) == 0)
			found = strcmp(comm, "systemd-network\n") == 0;
	}
	if (proc)
		(void)closedir(proc); /* nothing was written */
	return found;
}

/* The value of @key in a file of lines KEY=VALUE. */
static bool value_of(const char *text, const char *key, char *ret, size_t size)
{
	size_t len = strlen(key);

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) == 0 && p[len] == '=') {
			int n = (int)strcspn(p + len + 1, "\n");

			return snprintf(ret, size, "%.*s", n, p + len + 1) < (int)size;
		}
	}
	return false;
}

/* The .network file of the interface, as networkd tells in its directory of /run.
 * -ENOENT: it has none, or networkd leaves the interface alone. */
static int network_file(const char *ifname, char *ret, size_t size)
{
	char path[64], state[32] = "";
	autofree char *text = NULL;
	int r;

	(void)snprintf(path, sizeof(path), "/run/systemd/netif/links/%u",
		       if_nametoindex(ifname));
	r = io_read_file_at(AT_FDCWD, path, LINK_FILE_MAX, &text, NULL);
	if (r < 0)
		return r;
	(void)value_of(text, "ADMIN_STATE", state, sizeof(state)); /* else "" */
	if (strcmp(state, "unmanaged") == 0 ||
	    !value_of(text, "NETWORK_FILE", ret, size) || ret[0] != '/')
		return -ENOENT;
	return running() ? 0 : -ENOENT;
}

static int owns(struct netconf_state *s, bool netplan)
{
	char file[NETCONF_ORIGINAL_MAX], own[NETCONF_PATH_MAX], path[64];
	bool by_netplan;

	if (network_file(s->set.ifname, file, sizeof(file)) < 0)
		return 0;
	own_path(s->set.ifname, own, sizeof(own));
	if (strcmp(file, own) != 0)
		memcpy(s->original, file, sizeof(s->original));
	by_netplan = strncmp(s->original, NETPLAN, sizeof(NETPLAN) - 1) == 0 &&
		     netconf_has_program("netplan", path, sizeof(path));
	return by_netplan == netplan;
}

static int networkd_owns(struct netconf_state *s, struct netconf_why *why)
{
	(void)why;
	return owns(s, false);
}

static int netplan_owns(struct netconf_state *s, struct netconf_why *why)
{
	(void)why;
	return owns(s, true);
}

static int networkd_files(const struct netconf_state *next, struct netconf_change *c,
			  struct netconf_why *why)
{
	const char *base = strrchr(next->original, '/');
	autofree char *original = NULL;
	char path[NETCONF_PATH_MAX], *text = NULL;
	size_t len = 0;
	int r;

	own_path(next->set.ifname, path, sizeof(path));
	if (netconf_state_empty(next))
		return netconf_change_add(c, path, NULL, 0, 0644, why);
	if (base && strcmp(base, strrchr(path, '/')) < 0)
		return netconf_why(why, -EOPNOTSUPP,
				   "%s sorts before %s, which would have no effect: give "
				   "it another name",
				   next->original, path);
	r = netconf_networkd_original(next->original, &original, &len, why);
	if (r < 0)
		return r;
	r = netconf_networkd_render(original, len, next->original, &next->set, &text);
	if (r < 0)
		return netconf_why(why, r, "cannot use %s: %s", next->original,
				   r == -EBADMSG ? "it has a NUL byte" : strerror(-r));
	return netconf_change_add(c, path, text, strlen(text), 0644, why);
}

/* "systemd 252 (252.38-1)": 252; 0: not known. */
static unsigned version(void)
{
	static const char *const argv[] = { "networkctl", "--version", NULL };
	char output[NETCONF_RUN_OUTPUT];
	struct netconf_why ignored = { "" };
	unsigned number = 0;

	if (netconf_run(argv, NETCONF_RUN_QUICK, output, &ignored) < 0)
		return 0;
	for (const char *p = output + strcspn(output, "0123456789");
	     *p >= '0' && *p <= '9' && number < 100000; p++)
		number = number * 10 + (unsigned)(*p - '0');
	return number;
}

/* Our file is gone: the next change must not take it for the administrator's. */
static int wait_let_go(const char *ifname, struct netconf_why *why)
{
	char file[NETCONF_ORIGINAL_MAX], own[NETCONF_PATH_MAX];
	uint64_t end = io_now_ms() + LET_GO_MS;

	own_path(ifname, own, sizeof(own));
	while (network_file(ifname, file, sizeof(file)) >= 0 && strcmp(file, own) == 0) {
		if (io_now_ms() >= end)
			return netconf_why(why, -ETIMEDOUT,
					   "systemd-networkd still uses %s after %u s",
					   own, LET_GO_MS / 1000);
		(void)poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

/* A reload configures each interface whose file has another time, so ours is given one: its
 * text may be the same.  (To ask for the interface by name as well would take the new
 * addresses away once more.) */
static int reload(const char *ifname, struct netconf_why *why)
{
	static const char *const again[] = { "networkctl", "reload", NULL };
	static const char *const restart[] = { "systemctl", "restart",
					       "systemd-networkd.service", NULL };
	char own[NETCONF_PATH_MAX];

	own_path(ifname, own, sizeof(own));
	(void)utimensat(AT_FDCWD, own, NULL, AT_SYMLINK_NOFOLLOW); /* there may be none */
	return netconf_run(version() < RELOAD_SINCE ? restart : again, NETCONF_RUN_LONG,
			   NULL, why);
}

/* networkd answers before it begins, and begins with taking all addresses away.  So where
 * the interface has all that it shall have, this is waited for.  (Newer versions answer at
 * the end, and keep what stays.) */
static int networkd_start(const struct netconf_state *next, struct netconf_why *why)
{
	const char *ifname = next->set.ifname;
	struct netconf_why ignored = { "" };
	struct netconf_link had;
	autoclose int watch = -1;
	bool goes;
	int r;

	if (netconf_state_empty(next)) {
		r = reload(ifname, why);
		return r < 0 ? r : wait_let_go(ifname, why);
	}
	goes = netconf_link_watch(&watch) >= 0 && netconf_link_read(ifname, &had) >= 0 &&
	       netconf_link_has(&had, &next->set, &ignored) == 0;
	r = reload(ifname, why);
	if (r >= 0 && goes)
		(void)netconf_link_wait_lost(watch, &had, LOST_MS); /* else see above */
	return r;
}

const struct netconf_backend netconf_networkd = {
	.name = "systemd-networkd",
	.owns = networkd_owns,
	.files = networkd_files,
	.start = networkd_start,
};

const struct netconf_backend netconf_netplan = {
	.name = "netplan",
	.owns = netplan_owns,
	.files = networkd_files,
	.start = networkd_start,
};
