/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domtree - plays the toolstack: makes domains known to the daemon of FAKEXEN_DIR and
 * their xenstore trees as xenopsd or libxl does, each in one transaction.
 *
 *	domtree wait                               until the daemon answers
 *	domtree new DOMID xenopsd|libxl NAME [UUID]  the domain, its tree, the
 *introduction domtree vif DOMID DEVID MAC                a network interface (both ends)
 *	domtree unvif DOMID DEVID                  removes it
 *	domtree vm-data DOMID [KEY=VALUE...]       what sets vm-data of a running VM
 *	domtree boot-data DOMID [KEY=VALUE...]     what sets vm-data before it runs
 *	domtree renew OLDID NEWID                  restore or migration: the same VM is
 *another domain with a new tree (vm-data stays with xenopsd); OLDID may be NEWID domtree
 *destroy DOMID                      tree, rings and domain go away
 *
 * dom0's connection is XENSTORED_PATH.
 * Exit:   0, 1 failed (one line says why), 2 usage.
 */
#include "tests/daemon/domtree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "tests/daemon/fakexen.h"

#define WAIT_MS	  5000 /* of a start that takes milliseconds */
#define RING_SIZE 4096
#define STORE_GFN 1 /* where a ring is does not matter: fakexen goes by domid */

static int usage(void)
{
	(void)fprintf(
		stderr,
		"usage: domtree wait | new DOMID xenopsd|libxl NAME [UUID] |\n"
		"               vif DOMID DEVID MAC | unvif DOMID DEVID |\n"
		"               vm-data|boot-data DOMID [KEY=VALUE...] |\n"
		"               renew OLDID NEWID | destroy DOMID | vanish DOMID\n");
	return 2;
}

static int domid_of(const char *text, unsigned *ret_domid)
{
	uint64_t domid;

	if (io_parse_u64(text, FAKEXEN_DOMAINS - 1, &domid) < 0) {
		log_error("not a domid: '%s'", text);
		return -EINVAL;
	}
	*ret_domid = (unsigned)domid;
	return 0;
}

/* ---- the hypervisor's part ---- */

static int domain_file(char *path, unsigned domid, const char *kind)
{
	const char *dir = getenv("FAKEXEN_DIR");

	if (!dir)
		return -ENOENT;
	(void)snprintf(path, PATH_MAX, "%s/dom%u.%s", dir, domid, kind);
	return 0;
}

/* A new page each time: the daemon may still have an earlier one mapped. */
static int domain_files_make(unsigned domid)
{
	char path[PATH_MAX];
	autoclose int fd = -1;
	int r = domain_file(path, domid, "notify");

	if (r < 0)
		return r;
	if (mkfifo(path, 0600) < 0)
		return -errno;
	(void)domain_file(path, domid, "ring");
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, RING_SIZE) < 0)
		return -errno;
	return 0;
}

/* Whether the domain was there. */
static bool domain_files_remove(unsigned domid)
{
	static const char *const kinds[] = { "ring", "notify" };
	char path[PATH_MAX];
	bool there;

	there = domain_file(path, domid, "ring") == 0 && access(path, F_OK) == 0;

	for (size_t i = 0; i < 2; i++)
		if (domain_file(path, domid, kinds[i]) == 0)
			(void)unlink(path); /* absent after a half-made domain */
	return there;
}

/* VIRQ_DOM_EXC: a domain has ended. */
static int domain_vanish(unsigned domid)
{
	const uint32_t port = FAKEXEN_PORT_VIRQ;
	const char *dir = getenv("FAKEXEN_DIR");
	char path[PATH_MAX];
	autoclose int fd = -1;

	if (!dir)
		return -ENOENT;
	if (!domain_files_remove(domid))
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "%s/evtchn", dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return io_write_all(fd, &port, sizeof(port));
}

/* ---- the toolstack's part ---- */

static int with_transaction(struct xs_handle *h, bool (*body)(struct domtree *),
			    struct domtree *t)
{
	for (int tries = 0; tries < 100; tries++) {
		t->h = h;
		t->tx = xs_transaction_start(h);
		if (t->tx == XBT_NULL)
			return -errno;
		if (!body(t)) {
			int e = errno;

			(void)xs_transaction_end(h, t->tx, true); /* given up anyway */
			return e ? -e : -EIO;
		}
		if (xs_transaction_end(h, t->tx, false))
			return 0;
		if (errno != EAGAIN)
			return -errno;
	}
	return -EAGAIN;
}

static int domain_new(struct xs_handle *h, struct domtree *t)
{
	int r;

	r = domain_files_make(t->domid);
	if (r < 0)
		return r;
	r = with_transaction(h, domtree_make, t);
	if (r < 0)
		return r;
	if (!xs_introduce_domain(h, t->domid, STORE_GFN, DOMTREE_STORE_PORT))
		return -errno;
	return 0;
}

static int domain_destroy(struct xs_handle *h, struct domtree *t)
{
	int r = with_transaction(h, domtree_remove, t);

	if (r < 0)
		return r;
	/* the domain ends first: only then do both daemons forget it on RELEASE */
	if (!domain_files_remove(t->domid))
		return 0; /* it vanished before, and the daemon knows */
	return xs_release_domain(h, t->domid) ? 0 : -errno;
}

static int domain_renew(struct xs_handle *h, struct domtree *t, unsigned new_domid)
{
	int r;

	t->h = h;
	t->tx = XBT_NULL;
	r = domtree_load(t);
	if (r < 0)
		return r;
	r = domain_destroy(h, t);
	if (r < 0)
		return r;
	t->domid = new_domid;
	return domain_new(h, t);
}

static int wait_for_daemon(void)
{
	uint64_t end = io_now_ms() + WAIT_MS;
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (;;) {
		struct xs_handle *h = xs_open(0);
		char *value = h ? xs_read(h, XBT_NULL, "/tool/xenstored", NULL) : NULL;
		bool there = value;

		free(value);
		xs_close(h);
		if (there)
			return 0;
		if (io_now_ms() > end)
			return -ETIMEDOUT;
		(void)nanosleep(&pause, NULL);
	}
}

static int run(struct xs_handle *h, struct domtree *t, int argc, char *argv[])
{
	const char *verb = argv[1];
	unsigned new_domid;

	t->arg = argv + 3;
	t->arg_count = argc - 3;
	if (strcmp(verb, "new") == 0 && (argc == 5 || argc == 6))
		return domtree_init(t, argv[3], argv[4], argc == 6 ? argv[5] : NULL) < 0
			       ? -EINVAL
			       : domain_new(h, t);
	if (strcmp(verb, "vif") == 0 && argc == 5)
		return with_transaction(h, domtree_vif, t);
	if (strcmp(verb, "unvif") == 0 && argc == 4)
		return with_transaction(h, domtree_unvif, t);
	if (strcmp(verb, "vm-data") == 0)
		return with_transaction(h, domtree_vm_data, t);
	if (strcmp(verb, "boot-data") == 0)
		return with_transaction(h, domtree_boot_data, t);
	if (strcmp(verb, "renew") == 0 && argc == 4)
		return domid_of(argv[3], &new_domid) < 0 ? -EINVAL
							 : domain_renew(h, t, new_domid);
	if (strcmp(verb, "destroy") == 0 && argc == 3)
		return domain_destroy(h, t);
	if (strcmp(verb, "vanish") == 0 && argc == 3)
		return domain_vanish(t->domid);
	return -ENOSYS;
}

int main(int argc, char *argv[])
{
	struct domtree t = { 0 };
	struct xs_handle *h;
	int r;

	log_open("domtree", false, false);
	if (argc == 2 && strcmp(argv[1], "wait") == 0) {
		r = wait_for_daemon();
		if (r < 0)
			log_error("no daemon: %s", strerror(-r));
		return r < 0;
	}
	if (argc < 3)
		return usage();
	if (domid_of(argv[2], &t.domid) < 0)
		return 2;
	h = xs_open(0);
	if (!h) {
		log_error("cannot reach the daemon: %s", strerror(errno));
		return 1;
	}
	r = run(h, &t, argc, argv);
	xs_close(h);
	domtree_done(&t);
	if (r == -ENOSYS)
		return usage();
	if (r < 0)
		log_error("%s %s: %s", argv[1], argv[2], strerror(-r));
	return r < 0;
}
