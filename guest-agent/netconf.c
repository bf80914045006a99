/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "guest-agent/netconf_backend.h"
#include "guest-agent/netconf_check.h"
#include "guest-agent/netconf_file.h"
#include "guest-agent/netconf_link.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define LOCK_FILE  "/run/xe-guest-network.lock"
#define STATIC_MS  15000 /* duplicate-address detection takes one or two seconds */
#define AUTO_MS	   30000 /* DHCP servers that ping first take some seconds */
#define KEPT_MS	   3000
#define STATE_MODE 0644

/* In this order: NetworkManager and networkd say themselves which interfaces they have;
 * that /etc/network/interfaces names one counts when neither does. */
static const struct netconf_backend *const backends[] = {
	&netconf_networkmanager,
	&netconf_networkd,
	&netconf_netplan,
	&netconf_ifupdown,
};

#define BACKENDS (sizeof(backends) / sizeof(backends[0]))

struct job {
	const struct netconf_backend *backend;
	struct netconf_state now, next;
	struct netconf_change change;
	struct netconf_link before;
	struct netconf_why *why;
};

static const struct netconf_backend *by_name(const char *name)
{
	for (size_t i = 0; i < BACKENDS; i++)
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
	return NULL;
}

/* Whose interface is it? */
static int find_backend(struct netconf_state *s, const struct netconf_backend **ret,
			struct netconf_why *why)
{
	for (size_t i = 0; i < BACKENDS; i++) {
		int r = backends[i]->owns(s, why);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		(void)snprintf(s->backend, sizeof(s->backend), "%s", /* fits */
			       backends[i]->name);
		*ret = backends[i];
		return 0;
	}
	return netconf_why(
		why, -EOPNOTSUPP,
		"interface %s is managed by none of NetworkManager, "
		"systemd-networkd, netplan and ifupdown: let one of them have it",
		s->set.ifname);
}

static void state_path(const char *ifname, char *ret, size_t size)
{
	(void)snprintf(ret, size, NETCONF_DIR "/%s.state", ifname); /* fits */
}

/* What is ours on @ifname; where there is no file, nothing. */
static int load_state(const char *ifname, struct netconf_state *ret,
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

static int add_state_file(struct job *j)
{
	char path[NETCONF_PATH_MAX], *text = NULL;

	state_path(j->next.set.ifname, path, sizeof(path));
	if (!netconf_state_empty(&j->next) && netconf_state_format(&j->next, &text) < 0)
		return netconf_why(j->why, -ENOMEM, "no memory");
	return netconf_change_add(&j->change, path, text, text ? strlen(text) : 0,
				  STATE_MODE, j->why);
}

/* All files, under the new state. */
static int plan(struct job *j)
{
	const struct netconf_backend *was = by_name(j->now.backend);
	struct netconf_state empty = { 0 };
	int r = 0;

	memcpy(empty.set.ifname, j->next.set.ifname, sizeof(empty.set.ifname));
	memcpy(j->change.ifname, j->next.set.ifname, sizeof(j->change.ifname));
	(void)snprintf(j->change.backend, sizeof(j->change.backend), "%s",
		       j->backend->name);
	if (was && was != j->backend && was->files) /* the interface changed hands */
		r = was->files(&empty, &j->change, j->why);
	if (r >= 0 && j->backend->files &&
	    !(was && was->files == j->backend->files && was != j->backend))
		r = j->backend->files(&j->next, &j->change, j->why);
	return r < 0 ? r : add_state_file(j);
}

static int wait_set(const struct netconf *set, struct netconf_why *why)
{
	return netconf_link_wait(set, set->v4.mode == NETCONF_AUTO ? AUTO_MS : STATIC_MS,
				 why);
}

static int stop(const struct netconf_backend *b, const struct netconf_state *s,
		struct netconf_why *why)
{
	return b->stop ? b->stop(s, why) : 0;
}

/* The change has begun and failed: everything as it was, and looked at. */
static void roll_back(struct job *j)
{
	struct netconf_why why = { "" };
	int r;

	(void)stop(j->backend, &j->next, &why); /* half of it may be there */
	r = netconf_change_back(&j->change, &why);
	if (r < 0) {
		netconf_why_more(j->why,
				 "the old files could not be restored (%s), the "
				 "next start tries again",
				 why.text);
		return;
	}
	r = j->backend->start(&j->now, &why);
	if (r >= 0)
		r = netconf_link_wait_like(j->now.set.ifname, &j->before, STATIC_MS,
					   &why);
	if (r >= 0)
		r = netconf_change_commit(&why);
	else
		(void)netconf_change_commit(
			&why); /* the files are back: nothing to undo */
	if (r < 0)
		netconf_why_more(j->why, "the old configuration is there again, but: %s",
				 why.text);
	else
		netconf_why_more(j->why, "the old configuration is back");
}

/* What is not ours has gone through the same restart: it may need a moment.  An address that
 * no configuration names does not come back, which is no failure of ours. */
static void wait_kept(const struct job *j)
{
	struct netconf_link kept = { 0 };
	struct netconf_why ignored = { "" };

	for (size_t i = 0; i < j->before.count; i++) {
		const struct netconf_address *a = &j->before.address[i];
		bool v4 = a->family == AF_INET;
		const struct netconf_family *was = v4 ? &j->now.set.v4 : &j->now.set.v6;
		const struct netconf_family *set = v4 ? &j->next.set.v4 : &j->next.set.v6;

		if (was->mode == NETCONF_KEEP && set->mode == NETCONF_KEEP)
			kept.address[kept.count++] = *a;
	}
	(void)netconf_link_wait_like(j->next.set.ifname, &kept, KEPT_MS, &ignored);
}

/* Where the program failed because another machine has the address, that is what is said. */
static int start_next(struct job *j)
{
	struct netconf_why words = { "" }, duplicate = { "" };
	struct netconf_link l;
	int r = j->backend->start(&j->next, &words);

	if (r >= 0)
		return 0;
	if (netconf_link_read(j->next.set.ifname, &l) >= 0 &&
	    netconf_link_has(&l, &j->next.set, &duplicate) == -EADDRINUSE)
		return netconf_why(j->why, -EADDRINUSE, "%s", duplicate.text);
	return netconf_why(j->why, r, "%s", words.text);
}

static int carry_out(struct job *j)
{
	int r = netconf_change_begin(&j->change, j->why);

	if (r < 0)
		return r;
	r = stop(j->backend, &j->now, j->why);
	if (r >= 0)
		r = netconf_change_write(&j->change, j->why);
	if (r >= 0)
		r = start_next(j);
	if (r >= 0)
		r = wait_set(&j->next.set, j->why);
	if (r < 0) {
		roll_back(j);
		return r;
	}
	wait_kept(j);
	netconf_link_wait_gone(&j->now.set, &j->next.set);
	return netconf_change_commit(j->why);
}

/* Is there nothing to be done? */
static bool done_already(const struct job *j)
{
	struct netconf_why ignored = { "" };

	return j->change.count == 0 &&
	       netconf_link_has(&j->before, &j->next.set, &ignored) == 0;
}

/* A change that a kill or a power cut ended is taken back. */
static int recover(struct netconf_why *why)
{
	struct netconf_change c;
	struct netconf_state was, old;
	struct netconf_why ignored = { "" };
	const struct netconf_backend *b;
	int r = netconf_change_load(&c, why);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	log_warning("a change of %s was not ended: what was there before is restored",
		    c.ifname);
	b = by_name(c.backend);
	if (load_state(c.ifname, &was, &ignored) < 0)
		memset(&was, 0, sizeof(was));
	memcpy(was.set.ifname, c.ifname, sizeof(was.set.ifname));
	if (b)
		(void)stop(b, &was, &ignored); /* it may be down */
	r = netconf_change_back(&c, why);
	if (r >= 0)
		r = load_state(c.ifname, &old, why);
	if (r >= 0 && !old.original[0])
		memcpy(old.original, was.original, sizeof(old.original));
	ignored.text[0] = '\0';
	if (r >= 0 && b && b->start(&old, &ignored) < 0)
		log_warning("%s: %s", c.ifname, ignored.text); /* its files are back */
	if (r >= 0)
		r = netconf_change_commit(why);
	netconf_change_done(&c);
	return r;
}

static int change(struct job *j)
{
	int r = find_backend(&j->next, &j->backend, j->why);

	if (r == -EOPNOTSUPP && netconf_state_empty(&j->next) &&
	    by_name(j->now.backend)) {
		j->backend = by_name(j->now.backend); /* who had it, takes it away */
		j->why->text[0] = '\0';
		r = 0;
	}
	if (r >= 0 && !j->now.original[0])
		memcpy(j->now.original, j->next.original, sizeof(j->now.original));
	if (r >= 0)
		r = netconf_link_read(j->next.set.ifname, &j->before);
	if (r >= 0)
		r = plan(j);
	if (r < 0 || done_already(j))
		return r;
	return carry_out(j);
}

static int apply(const struct netconf *want, struct netconf_why *why)
{
	struct job *j;
	int r = recover(why);

	if (r >= 0)
		r = netconf_link_check(want->ifname, want->mac, why);
	if (r < 0)
		return r;
	j = calloc(1, sizeof(*j));
	if (!j)
		return netconf_why(why, -ENOMEM, "no memory");
	j->why = why;
	r = load_state(want->ifname, &j->now, why);
	if (r >= 0) {
		j->next = j->now;
		netconf_state_merge(&j->next, want);
	}
	/* nothing of ours, and nothing wanted: there is nothing to take away */
	if (r >= 0 && !(netconf_state_empty(&j->now) && netconf_state_empty(&j->next)))
		r = change(j);
	netconf_change_done(&j->change);
	free(j);
	return r;
}

/* One at a time on this machine, by whatever program. */
static int lock(int *ret_fd, struct netconf_why *why)
{
	autoclose int fd =
		open(LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return netconf_why(why, -errno, "cannot open %s: %s", LOCK_FILE,
				   strerror(errno));
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
		r = apply(want, &why);
	tell(&why, r, ret_why, size);
	return r;
}

int netconf_repair(char *ret_why, size_t size)
{
	struct netconf_why why = { "" };
	autoclose int fd = -1;
	int r = lock(&fd, &why);

	if (r >= 0)
		r = recover(&why);
	tell(&why, r, ret_why, size);
	return r;
}

int netconf_probe_interface(const char *ifname, char *ret_backend, size_t size,
			    char *ret_why, size_t why_size)
{
	const struct netconf_backend *b = NULL;
	static const uint8_t any[6];
	struct netconf_why why = { "" };
	struct netconf_state s = { 0 };
	int r = 0;

	if (!netconf_name_good(ifname))
		r = netconf_why(&why, -EINVAL, "'%s' is no interface's name", ifname);
	if (r >= 0)
		r = netconf_link_check(ifname, any, &why);
	if (r >= 0)
		r = load_state(ifname, &s, &why);
	if (r >= 0)
		r = find_backend(&s, &b, &why);
	if (r >= 0)
		(void)snprintf(ret_backend, size, "%s", b->name); /* longer is cut */
	tell(&why, r, ret_why, why_size);
	return r;
}
