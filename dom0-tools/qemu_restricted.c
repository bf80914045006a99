/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu-xen-restricted - xl's device_model_override: qemu in a room of xen-restrict(8). */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/qemu_args.h"
#include "dom0-tools/qemu_needs.h"
#include "dom0-tools/room_profile.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/version.h"

/* From where we are installed; the Makefile makes them of LIBEXECDIR, SBINDIR and LIBDIR. */
#ifndef LAUNCHER_DIR
#define LAUNCHER_DIR "../../sbin"
#define PRELOAD_DIR  "../../lib/xen-pv-tools"
#endif
#define PROFILE	     "qemu"
#define ROOM_PRELOAD "/qemu-pty-preload.so" /* in the room */
#define PTYS_ROOM    1024		    /* bytes: QEMU_NEEDS_MAX of them */

static const char usage[] =
	"usage: qemu-xen-restricted QEMU-ARGUMENT...\n"
	"       qemu-xen-restricted --explain QEMU-ARGUMENT...\n"
	"\n"
	"Starts the device model of an HVM guest in a room of xen-restrict: a stand-in "
	"for\n"
	"qemu in xl.cfg(5), device_model_override=\"...\", best with dm_restrict=1.  "
	"The\n"
	"arguments are libxl's; sockets, disks and tap devices are opened and handed "
	"in.\n"
	"\n"
	"  --explain  print what would be opened and executed, a line each, and end\n"
	"  --help     this text\n"
	"  --version  the version\n"
	"\n"
	"Exit status: qemu's, 1 when it could not be started so, 2 usage.\n";

/* Where distributions have the qemu that libxl starts, then the general ones. */
static const char *const qemu_places[] = {
	"/usr/libexec/xen-qemu-system-i386", /* Debian */
	"/usr/lib/xen/bin/qemu-system-i386",
	"/usr/lib64/xen/bin/qemu-system-i386",
	"/usr/libexec/xen/bin/qemu-system-i386",
	"/usr/local/lib/xen/bin/qemu-system-i386",
	"/usr/bin/qemu-system-i386",
	"/usr/bin/qemu-system-x86_64",
	NULL,
};

/* What qemu reads while it starts: key maps, option ROMs, the VGA BIOS. */
static const char *const data_places[] = {
	"/usr/share/qemu",
	"/usr/share/seabios",
	"/usr/share/qemu-xen",
	"/usr/lib/ipxe/qemu",
	"/usr/lib/xen/share/qemu",
	"/usr/share/qemu-firmware",
	NULL,
};

static const char *const environment[] = { "XEN_QEMU_CONSOLE_LIMIT", "XEN_DOMAIN_ID",
					   NULL };

struct command {
	char *argv[QEMU_ARGS_MAX + 4 * QEMU_NEEDS_MAX];
	size_t argc;
};

/* Words live until exec, or the end. */
__attribute__((format(printf, 2, 3))) static void add(struct command *c, const char *fmt,
						      ...)
{
	va_list ap;
	int n;

	if (c->argc + 1 == sizeof(c->argv) / sizeof(c->argv[0])) {
		log_error("too many arguments");
		exit(EXIT_FAILURE);
	}
	va_start(ap, fmt);
	n = vasprintf(&c->argv[c->argc], fmt, ap);
	va_end(ap);
	if (n < 0) {
		log_error("out of memory");
		exit(EXIT_FAILURE);
	}
	c->argc++;
}

static void add_need(struct command *c, const struct qemu_need *n, unsigned domid)
{
	switch (n->kind) {
	case QEMU_NEED_BIND:
		add(c, "--bind");
		add(c, "%s", n->what);
		break;
	case QEMU_NEED_VNC:
		add(c, "--bind-rw");
		add(c, QEMU_VNC_DIR "-%u:" QEMU_ROOM_VNC, domid);
		break;
	case QEMU_NEED_PTY:
		add(c, "--keep-fd");
		add(c, "%d", n->fd);
		add(c, "--keep-fd");
		add(c, "%d", n->fd + 1);
		break;
	default:
		add(c, "--keep-fd");
		add(c, "%d", n->fd);
	}
}

/* @option and each directory of data that there is. */
static void add_data(struct command *c, const char *option)
{
	size_t i;

	for (i = 0; data_places[i]; i++) {
		if (access(data_places[i], R_OK) < 0)
			continue;
		add(c, "%s", option);
		add(c, "%s", data_places[i]);
	}
}

static void add_environment(struct command *c)
{
	size_t i;

	for (i = 0; environment[i]; i++) {
		const char *value = getenv(environment[i]);

		if (!value)
			continue;
		add(c, "--env");
		add(c, "%s=%s", environment[i], value);
	}
}

/* Another file of ours: it lies beside us (a build), or where `make install` puts it.
 * The caller frees it. */
static char *find_ours(const char *name, const char *dir)
{
	char there[PATH_MAX], path[PATH_MAX] = "";
	char *found = NULL;

	if (io_beside(name, path, sizeof(path)) == 0)
		found = realpath(path, NULL);
	(void)snprintf(there, sizeof(there), "%s/%s", dir, name); /* both ours: fits */
	if (!found && io_beside(there, path, sizeof(path)) == 0)
		found = realpath(path, NULL);
	if (found)
		return found;
	log_error("'%s' is neither beside this program nor at '%s'", name, path);
	exit(EXIT_FAILURE);
}

static const char *find_qemu(void)
{
	size_t i;

	for (i = 0; qemu_places[i]; i++)
		if (access(qemu_places[i], X_OK) == 0)
			return qemu_places[i];
	log_error("no qemu: neither '%s' nor the other usual places", qemu_places[0]);
	exit(EXIT_FAILURE);
}

/* See qemu_preload.c; that it is loaded is the profile's to say. */
static void add_ptys(struct command *c, const char *ptys)
{
	autofree char *preload = find_ours("libqemu-pty-preload.so", PRELOAD_DIR);

	add(c, "--bind");
	add(c, "%s:%s", preload, ROOM_PRELOAD);
	if (!ptys[0])
		return;
	add(c, "--env");
	add(c, "QEMU_ROOM_PTYS=%s", ptys);
}

static void command_build(struct command *c, const struct qemu_plan *p, const char *ptys)
{
	autofree char *launcher = find_ours("xen-restrict", LAUNCHER_DIR);
	size_t i;

	add(c, "%s", launcher);
	add(c, "--domid");
	add(c, "%u", p->domid);
	add(c, "--profile");
	add(c, PROFILE);
	add(c, "--user");
	add(c, "%u", (unsigned)p->uid - p->domid);
	for (i = 0; i < p->needs; i++)
		add_need(c, &p->need[i], p->domid);
	add_data(c, "--bind");
	add_environment(c);
	add_ptys(c, ptys);
	add(c, "--");
	add(c, "%s", find_qemu());
	/* without /proc/self/exe it does not find them by itself */
	add_data(c, "-L");
	for (i = 1; i < p->argc; i++)
		add(c, "%s", p->argv[i]);
}

static int explain(const struct command *c, const struct qemu_plan *p)
{
	static const char *const names[] = {
		[QEMU_NEED_LISTEN] = "listen", [QEMU_NEED_DISK] = "disk",
		[QEMU_NEED_TAP] = "tap",       [QEMU_NEED_KEEP] = "keep",
		[QEMU_NEED_BIND] = "bind",     [QEMU_NEED_VNC] = "vnc",
		[QEMU_NEED_PTY] = "pty",
	};
	size_t i;

	for (i = 0; i < p->needs; i++) {
		const struct qemu_need *n = &p->need[i];

		printf("%s %d %s %s\n", names[n->kind], n->fd, n->writable ? "rw" : "ro",
		       n->what ? n->what : "-");
	}
	for (i = 0; i < c->argc; i++)
		printf("+ %s\n", c->argv[i]);
	return options_printed(0, EXIT_FAILURE);
}

/* The uid that libxl kills by (xen-qemuuser-range-base), else the launcher's own range. */
static int choose_uid(struct qemu_plan *p)
{
	uid_t uid = p->uid ? p->uid : ROOM_USER_BASE + p->domid;

	if (uid <= p->domid) {
		log_error("-runas: uid %u is no base + domid %u", (unsigned)uid,
			  p->domid);
		return -EINVAL;
	}
	return qemu_args_end(p, uid);
}

static int print_and_end(const char *text)
{
	(void)fputs(text, stdout); /* options_printed() sees it */
	return options_printed(0, EXIT_FAILURE);
}

int main(int argc, char *argv[])
{
	static struct command command; /* large */
	autoqemuplan struct qemu_plan plan = { 0 };
	bool only_explain = argc > 1 && strcmp(argv[1], "--explain") == 0;
	char why[LOG_LINE_MAX], ptys[PTYS_ROOM];
	int r;

	if (io_reserve_std_fds() < 0)
		return EXIT_FAILURE;
	log_open("qemu-xen-restricted", false, false);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return print_and_end(usage);
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return print_and_end("qemu-xen-restricted " XPT_VERSION "\n");
	r = qemu_args_read(argc - only_explain, argv + only_explain, qemu_needs_is_block,
			   &plan, why, sizeof(why));
	if (r < 0) {
		log_error("%s", why);
		return options_try_help();
	}
	if (choose_uid(&plan) < 0)
		return OPTIONS_WRONG;
	if (only_explain) {
		command_build(&command, &plan, "");
		return explain(&command, &plan);
	}
	r = qemu_needs_open(&plan, ptys, sizeof(ptys), why, sizeof(why));
	if (r < 0) {
		log_error("%s", why);
		return EXIT_FAILURE;
	}
	command_build(&command, &plan, ptys);
	execv(command.argv[0], command.argv);
	log_error("cannot execute '%s': %s", command.argv[0], strerror(errno));
	return EXIT_FAILURE;
}
