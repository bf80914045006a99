/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "dom0-tools/verify_checks.h"
#include "dom0-tools/verify_kinds.h"
#include "dom0-tools/verify_sockets.h"
#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"

#define NAME_ROOM   64
#define SHOWN	    "%.160s" /* of a link: a line that can be read */
#define FILE_WANTED "read-only, or a log"

/* One descriptor that is looked at. */
struct one {
	struct verify_context *ctx;
	unsigned number;
	char name[NAME_ROOM]; /* of the check */
	int dup;	      /* -1: the kernel cannot give one */
	struct verify_descriptor d;
	char link[VERIFY_LINK_MAX];
};

static void tell(const struct one *o, enum verify_verdict verdict, const char *wanted,
		 const char *what)
{
	verify_add(&o->ctx->rep, verdict, o->name, wanted, "%s " SHOWN, what, o->link);
}

/* ---- kinds that need more than a name ---- */

/* O_APPEND tells what a file was opened for, and keeps nobody: F_SETFL takes it off. */
static void tell_file(const struct one *o)
{
	unsigned mode = o->d.flags & O_ACCMODE;

	if (mode == O_RDONLY)
		tell(o, VERIFY_OK, FILE_WANTED, "file, read-only:");
	else if (verify_is_bound(o->ctx, o->link, true))
		tell(o, VERIFY_OK, "writable where bound so", "file, writable:");
	else if (mode == O_WRONLY && o->d.flags & O_APPEND)
		tell(o, VERIFY_OK, FILE_WANTED, "log, which it can overwrite:");
	else
		tell(o, VERIFY_FAIL, FILE_WANTED, "file, writable:");
}

bool verify_is_handle(const struct verify_context *ctx, unsigned handle)
{
	return !ctx->opt->no_handles && (ctx->room.late || ctx->room.handles & handle);
}

static void tell_xen(const struct one *o, enum xenrestrict_kind kind, unsigned handle)
{
	char wanted[NAME_ROOM];
	int r;

	(void)snprintf(wanted, sizeof(wanted), "restricted to domain %u", o->ctx->domid);
	if (!verify_is_handle(o->ctx, handle)) {
		tell(o, VERIFY_FAIL, "none, says the profile", "Xen handle");
		return;
	}
	if (o->dup < 0) {
		tell(o, VERIFY_UNKNOWN, wanted, "cannot be duplicated on this kernel:");
		return;
	}
	r = xenrestrict_prove_fd(o->dup, o->ctx->domid, kind);
	verify_add(&o->ctx->rep, verify_verdict_of(r == 0), o->name, wanted,
		   SHOWN ": %.160s", o->link, r == 0 ? "proved" : xenrestrict_error());
}

/* One that has its interface can get no other without a capability. */
static void tell_tun(const struct one *o)
{
	struct ifreq ifr = { 0 };

	if (o->dup < 0)
		tell(o, VERIFY_UNKNOWN, "attached",
		     "cannot be duplicated on this kernel:");
	else if (ioctl(o->dup, TUNGETIFF, &ifr) < 0)
		tell(o, VERIFY_FAIL, "attached", "network tap without an interface:");
	else
		verify_add(&o->ctx->rep, VERIFY_OK, o->name, "attached",
			   "network tap of %.*s", IFNAMSIZ, ifr.ifr_name);
}

/* A terminal is for what is printed; a profile, or --bind-rw (the master of one that was
 * handed in), may list others. */
static void tell_device(const struct one *o)
{
	if (verify_is_device(o->ctx, o->link) || verify_is_bound(o->ctx, o->link, true))
		tell(o, VERIFY_OK, "of the profile", "device");
	else if (o->number <= STDERR_FILENO && o->dup >= 0 && isatty(o->dup))
		tell(o, VERIFY_OK, "of the profile, or a terminal on 0, 1, 2",
		     "terminal");
	else
		tell(o, VERIFY_FAIL, "of the profile, or a terminal on 0, 1, 2",
		     "device");
}

static void tell_block(const struct one *o)
{
	bool bound =
		verify_is_bound(o->ctx, o->link, (o->d.flags & O_ACCMODE) != O_RDONLY);

	tell(o, verify_verdict_of(bound), "bound by name", "block device");
}

static void tell_kind(const struct one *o, enum verify_kind kind)
{
	switch (kind) {
	case VERIFY_KIND_FILE:
		tell_file(o);
		return;
	case VERIFY_KIND_SOCKET:
		verify_socket(o->ctx, o->name, o->dup);
		return;
	case VERIFY_KIND_EVTCHN:
		tell_xen(o, XENRESTRICT_KIND_EVTCHN, ROOM_HANDLE_EVTCHN);
		return;
	case VERIFY_KIND_PRIVCMD:
		tell_xen(o, XENRESTRICT_KIND_PRIVCMD, ROOM_HANDLE_PRIVCMD);
		return;
	case VERIFY_KIND_TUN:
		tell_tun(o);
		return;
	case VERIFY_KIND_DEVICE:
		tell_device(o);
		return;
	case VERIFY_KIND_BLOCK:
		tell_block(o);
		return;
	case VERIFY_KIND_MEMORY:
	case VERIFY_KIND_PIPE:
	case VERIFY_KIND_EVENT:
	case VERIFY_KIND_PLAIN:
		tell(o, VERIFY_OK, "nothing that leads out", verify_kind_name(kind));
		return;
	default:
		tell(o, VERIFY_FAIL, "nothing that leads out", verify_kind_name(kind));
		return;
	}
}

/* ---- reading one ---- */

/* @dir's "fd/N" and "fdinfo/N", of the process or of our duplicate. */
static int describe(struct one *o, int dir, unsigned number)
{
	autofree char *text = NULL;
	char name[NAME_ROOM];
	dev_t on;
	int r;

	(void)snprintf(name, sizeof(name), "fd/%u", number);
	r = verify_proc_describe(dir, name, o->link, &o->d, &on);
	(void)snprintf(name, sizeof(name), "fdinfo/%u", number);
	if (r == 0)
		r = verify_proc_read(dir, name, &text, NULL);
	return r == 0 ? verify_flags_parse(text, &o->d.flags) : r;
}

/* Of a duplicate all that is said is said of one thing; the process may change its own
 * meanwhile. */
static int read_one(struct one *o, int own)
{
	int r = verify_proc_getfd(&o->ctx->proc, o->number, &o->dup);

	if (r == 0)
		return describe(o, own, (unsigned)o->dup);
	return r == -ENOSYS ? describe(o, o->ctx->proc.dir, o->number) : r;
}

/* -EBADF and -ENOENT: closed meanwhile. */
static void look_at(struct verify_context *ctx, const char *misc, int own,
		    unsigned number)
{
	struct one o = { .ctx = ctx, .number = number, .dup = -1 };
	int r;

	(void)snprintf(o.name, sizeof(o.name), "descriptor-%u", number);
	r = read_one(&o, own);
	if (r == 0)
		tell_kind(&o, verify_kind_of(&o.d, misc));
	else if (r != -EBADF && r != -ENOENT)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, o.name, "to be looked at", "%s",
			   strerror(-r));
	cleanup_close(&o.dup);
}

/* ---- all of them ---- */

/* Those of @now that @before does not have. */
static size_t look_at_new(struct verify_context *ctx, const char *misc, int own,
			  const unsigned *now, size_t count, const unsigned *before,
			  size_t before_count)
{
	size_t looked = 0;

	for (size_t i = 0; i < count; i++)
		if (!verify_proc_has(before, before_count, now[i])) {
			look_at(ctx, misc, own, now[i]);
			looked++;
		}
	return looked;
}

/* Again, until a list has none that was not looked at. */
static int look_at_all(struct verify_context *ctx, const char *misc, int own)
{
	autofree unsigned *before = NULL;
	size_t before_count = 0;

	for (int round = 0; round < VERIFY_ROUNDS_MAX; round++) {
		unsigned *now;
		size_t count;
		int r = verify_proc_numbers(ctx->proc.dir, "fd", &now, &count);

		if (r < 0)
			return r;
		r = look_at_new(ctx, misc, own, now, count, before, before_count) > 0;
		free(before);
		before = now;
		before_count = count;
		if (r == 0)
			return 0;
	}
	return -EBUSY;
}

void verify_fds(struct verify_context *ctx)
{
	autofree char *misc = NULL;
	autoclose int own = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = own < 0 ? -errno : verify_proc_read(AT_FDCWD, "/proc/misc", &misc, NULL);

	if (r == 0)
		r = look_at_all(ctx, misc, own);
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "descriptors", "all looked at",
			   "%s", strerror(-r));
}
