/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/qemu_args.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define DOMID_LAST 0x7fefU /* DOMID_FIRST_RESERVED - 1 of xen.h */

struct reading {
	struct qemu_plan *plan;
	qemu_is_block *is_block;
	const char *option; /* the one that is being read */
	char *why;
	size_t why_size;
};

typedef int read_option(struct reading *r, const char *value);

__attribute__((format(printf, 3, 4))) static int refuse(struct reading *r, int err,
							const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(r->why, r->why_size, "%s: ", r->option);

	if (n < 0 || (size_t)n >= r->why_size)
		return err;
	va_start(ap, fmt);
	(void)vsnprintf(r->why + n, r->why_size - (size_t)n, fmt, ap);
	va_end(ap);
	return err;
}

static int add_arg(struct qemu_plan *p, const char *text)
{
	char *copy;

	if (p->argc + 1 >= QEMU_ARGS_MAX)
		return -E2BIG;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	p->argv[p->argc++] = copy;
	return 0;
}

static int add_pair(struct qemu_plan *p, const char *option, const char *value)
{
	int r = add_arg(p, option);

	return r < 0 ? r : add_arg(p, value);
}

/* @what is copied; *@ret_fd: the number it gets. */
static int add_need(struct reading *r, enum qemu_need_kind kind, const char *what,
		    bool writable, int *ret_fd)
{
	struct qemu_plan *p = r->plan;
	struct qemu_need *n = &p->need[p->needs];

	if (p->needs == QEMU_NEEDS_MAX)
		return refuse(r, -E2BIG, "over %d descriptors", QEMU_NEEDS_MAX);
	n->kind = kind;
	n->what = what ? strdup(what) : NULL;
	if (what && !n->what)
		return -ENOMEM;
	n->writable = writable;
	n->fd = -1;
	if (ret_fd)
		n->fd = *ret_fd >= 0 ? *ret_fd : p->next_fd++;
	p->needs++;
	if (ret_fd)
		*ret_fd = n->fd;
	return 0;
}

static int check_path(struct reading *r, const char *path)
{
	if (path[0] != '/')
		return refuse(r, -EINVAL, "'%s' is no absolute path", path);
	return 0;
}

static int keep_fd(struct reading *r, const char *text)
{
	uint64_t value;
	int fd;

	if (io_parse_u64(text, INT_MAX, &value) < 0 || value <= 2)
		return refuse(r, -EINVAL, "'%s' is no descriptor's number", text);
	fd = (int)value;
	return add_need(r, QEMU_NEED_KEEP, NULL, false, &fd);
}

static int read_domid(struct reading *r, const char *value)
{
	uint64_t domid;

	if (r->plan->domid)
		return refuse(r, -EINVAL, "given twice");
	if (io_parse_u64(value, DOMID_LAST, &domid) < 0 || domid == 0)
		return refuse(r, -EINVAL, "'%s' is no guest's domid", value);
	r->plan->domid = (unsigned)domid;
	return add_pair(r->plan, r->option, value);
}

/* "UID:GID"; of the two the gid is ours: the same number */
static int read_runas(struct reading *r, const char *value)
{
	autofree char *uid = strndup(value, strcspn(value, ":"));
	uint64_t number;

	if (!uid)
		return -ENOMEM;
	if (io_parse_u64(uid, INT_MAX, &number) < 0 || number == 0)
		return refuse(r, -EINVAL,
			      "'%s' is not UID:GID (with device_model_user set? a "
			      "range by xen-qemuuser-range-base is wanted)",
			      value);
	r->plan->uid = (uid_t)number;
	return 0;
}

/* qemu 9's form of -chroot and -runas */
static int read_run_with(struct reading *r, const char *value)
{
	static const char *const drop[] = { "chroot", "user", NULL };
	autofree char *user = NULL, *rest = NULL;
	int err = qemu_opts_get(value, "user", &user);

	if (err == -ENOMEM)
		return err;
	err = user ? read_runas(r, user) : 0;
	if (err < 0)
		return err;
	r->plan->run_with = true;
	rest = qemu_opts_edit(value, drop, NULL);
	if (!rest)
		return -ENOMEM;
	return rest[0] ? add_pair(r->plan, r->option, rest) : 0;
}

static int read_restrict(struct reading *r, const char *value)
{
	(void)value;
	r->plan->restricted = true; /* set anew at the end */
	return 0;
}

static int drop_value(struct reading *r, const char *value)
{
	(void)r;
	(void)value;
	return 0;
}

static int pass_value(struct reading *r, const char *value)
{
	return add_pair(r->plan, r->option, value);
}

/* "pty" of -serial, or "pty,..." of -chardev */
static int add_pty(struct reading *r)
{
	int master = -1, err = add_need(r, QEMU_NEED_PTY, NULL, true, &master);

	r->plan->next_fd++; /* the slave's */
	return err;
}

static int read_serial(struct reading *r, const char *value)
{
	int err = strcmp(value, "pty") == 0 ? add_pty(r) : 0;

	return err < 0 ? err : pass_value(r, value);
}

/* A server's "path=" in @text becomes "fd=", and that is what *@ret_text gets. */
static int listen_instead(struct reading *r, const char *text, char **ret_text)
{
	static const char *const drop[] = { "path", "abstract", "tight", NULL };
	autofree char *path = NULL, *server = NULL;
	char add[32];
	int fd = -1, err = qemu_opts_get(text, "path", &path);

	if (err < 0)
		return err;
	if (qemu_opts_get(text, "server", &server) < 0 || strcmp(server, "off") == 0 ||
	    strcmp(server, "no") == 0)
		return refuse(r, -EOPNOTSUPP,
			      "'%s': qemu would have to connect out of its room", path);
	err = check_path(r, path);
	if (err >= 0)
		err = add_need(r, QEMU_NEED_LISTEN, path, true, &fd);
	if (err < 0)
		return err;
	(void)snprintf(add, sizeof(add), "fd=%d", fd);
	*ret_text = qemu_opts_edit(text, drop, add);
	return *ret_text ? 0 : -ENOMEM;
}

static int read_chardev(struct reading *r, const char *value)
{
	autofree char *fd = NULL, *changed = NULL;
	int err;

	if (strncmp(value, "pty,", 4) == 0) {
		err = add_pty(r);
		return err < 0 ? err : pass_value(r, value);
	}
	if (strncmp(value, "socket,", 7) != 0)
		return pass_value(r, value);
	err = qemu_opts_get(value, "fd", &fd);
	if (err == 0) {
		err = keep_fd(r, fd);
		return err < 0 ? err : pass_value(r, value);
	}
	err = listen_instead(r, value, &changed);
	if (err == -ENOENT) /* of the internet: the room has none */
		return refuse(r, -EOPNOTSUPP, "'%s' is a socket without a path", value);
	/* (there is text whenever it went well) */
	return err < 0 || !changed ? err : pass_value(r, changed);
}

/* -qmp unix:PATH,server=on,wait=off, said with -chardev and -mon */
static int read_qmp(struct reading *r, const char *value)
{
	static const char form[] = "socket,id=room-qmp%zu,path=%s";
	autofree char *text = NULL, *changed = NULL, *mon = NULL;
	size_t n = r->plan->needs;
	int err;

	if (strncmp(value, "unix:", 5) != 0)
		return pass_value(r, value);
	if (asprintf(&text, form, n, value + 5) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	err = listen_instead(r, text, &changed);
	if (err < 0 || !changed)
		return err;
	if (asprintf(&mon, "chardev=room-qmp%zu,mode=control", n) < 0) {
		mon = NULL;
		return -ENOMEM;
	}
	err = add_pair(r->plan, "-chardev", changed);
	return err < 0 ? err : add_pair(r->plan, "-mon", mon);
}

/* Is @file what qemu takes for "protocol:..."? */
static bool has_protocol(const char *file)
{
	return file[strcspn(file, ":/")] == ':';
}

static int add_fdset(struct reading *r, const char *path, bool writable, int set,
		     int *ret_fd)
{
	char text[64];
	int err = add_need(r, QEMU_NEED_DISK, path, writable, ret_fd);

	if (err < 0)
		return err;
	(void)snprintf(text, sizeof(text), "fd=%d,set=%d", *ret_fd,
		       set >= 0 ? set : *ret_fd);
	return add_pair(r->plan, "-add-fd", text);
}

/* The disk's descriptors, and the number of the fdset that leads to them.  qemu opens a
 * disk for reading first, then anew for writing, and takes a descriptor only if it is
 * open in exactly that way. */
static int add_disk(struct reading *r, const char *path, bool writable, int *ret_set)
{
	int more = -1, err;

	*ret_set = -1;
	err = add_fdset(r, path, false, -1, ret_set);
	if (err >= 0 && writable)
		err = add_fdset(r, path, true, *ret_set, &more);
	return err;
}

static int read_drive(struct reading *r, const char *value)
{
	static const char *const drop[] = { "file", NULL };
	autofree char *file = NULL, *readonly = NULL, *changed = NULL;
	char add[96];
	int fd = -1, block, err = qemu_opts_get(value, "file", &file);

	if (err == -ENOENT)
		return pass_value(r, value); /* an empty CD drive */
	if (err < 0)
		return err;
	if (has_protocol(file))
		return refuse(r, -EOPNOTSUPP, "'%s' is no file or block device", file);
	err = check_path(r, file);
	if (err < 0)
		return err;
	block = r->is_block(file);
	if (block < 0)
		return refuse(r, block, "'%s': %s", file, strerror(-block));
	err = qemu_opts_get(value, "readonly", &readonly);
	err = add_disk(r, file, err < 0 || strcmp(readonly, "off") == 0, &fd);
	if (err < 0)
		return err;
	(void)snprintf(add, sizeof(add),
		       block ? "file.driver=host_device,file.filename=/dev/fdset/%d"
			     : "file=/dev/fdset/%d",
		       fd);
	changed = qemu_opts_edit(value, drop, add);
	return changed ? pass_value(r, changed) : -ENOMEM;
}

static int read_file(struct reading *r, const char *value)
{
	int err = check_path(r, value);

	if (err >= 0)
		err = add_need(r, QEMU_NEED_BIND, value, false, NULL);
	return err < 0 ? err : pass_value(r, value);
}

static int read_netdev(struct reading *r, const char *value)
{
	static const char *const drop[] = { "ifname",	  "br",	    "script",
					    "downscript", "helper", NULL };
	autofree char *name = NULL, *script = NULL, *changed = NULL;
	char add[32];
	int fd = -1, err;

	if (strncmp(value, "tap,", 4) != 0 && strncmp(value, "type=tap,", 9) != 0)
		return refuse(r, -EOPNOTSUPP, "'%s' is no tap device", value);
	if (qemu_opts_get(value, "ifname", &name) < 0)
		return refuse(r, -EINVAL, "'%s' has no ifname", value);
	if (qemu_opts_get(value, "script", &script) < 0 || strcmp(script, "no") != 0)
		return refuse(r, -EOPNOTSUPP, "qemu runs no script in its room");
	err = add_need(r, QEMU_NEED_TAP, name, true, &fd);
	if (err < 0)
		return err;
	(void)snprintf(add, sizeof(add), "fd=%d", fd);
	changed = qemu_opts_edit(value, drop, add);
	return changed ? pass_value(r, changed) : -ENOMEM;
}

static int read_incoming(struct reading *r, const char *value)
{
	int err;

	if (strncmp(value, "fd:", 3) != 0)
		return refuse(r, -EOPNOTSUPP, "'%s' is no descriptor", value);
	r->plan->incoming = true;
	err = keep_fd(r, value + 3);
	return err < 0 ? err : pass_value(r, value);
}

static int read_add_fd(struct reading *r, const char *value)
{
	autofree char *fd = NULL;
	int err = qemu_opts_get(value, "fd", &fd);

	if (err < 0)
		return refuse(r, -EINVAL, "'%s' has no fd", value);
	err = keep_fd(r, fd);
	return err < 0 ? err : pass_value(r, value);
}

/* The address is another one; what follows it (a password, say) stays. */
static int read_vnc(struct reading *r, const char *value)
{
	static const char *const drop[] = { "to", NULL };
	autofree char *all = NULL, *changed = NULL;
	int err;

	if (strcmp(value, "none") == 0)
		return pass_value(r, value);
	if (asprintf(&all, "unix:" QEMU_ROOM_VNC "/socket%s",
		     value + strcspn(value, ",")) < 0) {
		all = NULL;
		return -ENOMEM;
	}
	changed = qemu_opts_edit(all, drop, NULL);
	if (!changed)
		return -ENOMEM;
	err = add_need(r, QEMU_NEED_VNC, NULL, true, NULL);
	return err < 0 ? err : pass_value(r, changed);
}

static int refuse_option(struct reading *r, const char *value)
{
	(void)value;
	return refuse(r, -EOPNOTSUPP, "cannot be had in a restricted room");
}

static int refuse_attach(struct reading *r, const char *value)
{
	(void)value;
	return refuse(r, -EOPNOTSUPP,
		      "a PV or PVH guest's back ends map grants, which nothing can "
		      "restrict: only an HVM guest's device model can be");
}

/* What is not here passes as it is, word by word.  Those that only pass are named because
 * their value might look like an option. */
static const struct option_reader {
	const char *name;
	bool value;
	read_option *read;
} readers[] = {
	{ "xen-domid", true, read_domid },
	{ "xen-domid-restrict", false, read_restrict },
	{ "xen-attach", false, refuse_attach },
	{ "chroot", true, drop_value }, /* set anew at the end */
	{ "runas", true, read_runas },
	{ "run-with", true, read_run_with },
	{ "user", true, refuse_option },
	{ "chardev", true, read_chardev },
	{ "qmp", true, read_qmp },
	{ "drive", true, read_drive },
	{ "kernel", true, read_file },
	{ "initrd", true, read_file },
	{ "netdev", true, read_netdev },
	{ "incoming", true, read_incoming },
	{ "add-fd", true, read_add_fd },
	{ "vnc", true, read_vnc },
	{ "sdl", false, refuse_option },
	{ "spice", true, refuse_option },
	{ "daemonize", false, refuse_option },
	{ "pidfile", true, refuse_option },
	{ "append", true, pass_value },
	{ "name", true, pass_value },
	{ "mon", true, pass_value },
	{ "monitor", true, read_serial },
	{ "serial", true, read_serial },
	{ "parallel", true, read_serial },
	{ "display", true, pass_value },
	{ "device", true, pass_value },
	{ "object", true, pass_value },
	{ "global", true, pass_value },
	{ "machine", true, pass_value },
	{ "M", true, pass_value },
	{ "m", true, pass_value },
	{ "k", true, pass_value },
	{ "smp", true, pass_value },
	{ "boot", true, pass_value },
	{ "net", true, pass_value },
	{ "vga", true, pass_value },
	{ "soundhw", true, pass_value },
	{ "audiodev", true, pass_value },
	{ "usbdevice", true, pass_value },
	{ "rtc", true, pass_value },
	{ "sandbox", true, pass_value },
	{ NULL, false, NULL },
};

/* qemu takes -option and --option */
static const struct option_reader *reader_of(const char *word)
{
	const struct option_reader *o;

	if (word[0] != '-' || !word[1])
		return NULL;
	word += word[1] == '-' ? 2 : 1;
	for (o = readers; o->name; o++)
		if (strcmp(o->name, word) == 0)
			return o;
	return NULL;
}

/* Ours go above all numbers that libxl's words might name. */
static int first_fd(int argc, char *const argv[])
{
	long first = QEMU_FD_FIRST;
	int i;

	for (i = 1; i < argc; i++) {
		const char *p = argv[i];

		while ((p = strstr(p, "fd"))) {
			p += 2;
			if ((*p == '=' || *p == ':') && isdigit((unsigned char)p[1])) {
				long n = strtol(p + 1, NULL, 10);

				if (n >= first && n < INT_MAX / 2)
					first = n + 1;
			}
		}
	}
	return (int)first;
}

static int read_words(struct reading *r, int argc, char *const argv[])
{
	int i, err = 0;

	for (i = 1; i < argc && err >= 0; i++) {
		const struct option_reader *o = reader_of(argv[i]);

		r->option = argv[i];
		if (!o) {
			err = add_arg(r->plan, argv[i]);
		} else if (!o->value) {
			err = o->read(r, NULL);
		} else if (i + 1 == argc) {
			err = refuse(r, -EINVAL, "its value is missing");
		} else {
			err = o->read(r, argv[++i]);
		}
	}
	return err;
}

int qemu_args_read(int argc, char *const argv[], qemu_is_block *is_block,
		   struct qemu_plan *ret, char *why, size_t why_size)
{
	struct qemu_plan plan = { .next_fd = first_fd(argc, argv), .argc = 1 };
	struct reading r = {
		.plan = &plan, .is_block = is_block, .why = why, .why_size = why_size
	};
	int err;

	why[0] = '\0';
	plan.argv = calloc(QEMU_ARGS_MAX + 1, sizeof(*plan.argv));
	if (!plan.argv)
		return -ENOMEM;
	err = read_words(&r, argc, argv);
	if (err >= 0 && !plan.domid) {
		r.option = "-xen-domid";
		err = refuse(&r, -EINVAL, "is missing");
	}
	if (err >= 0 && plan.incoming && !plan.restricted) {
		r.option = "-incoming";
		err = refuse(&r, -EOPNOTSUPP,
			     "a saved guest needs dm_restrict=1: libxl would wait for a "
			     "node that the restricted qemu cannot write");
	}
	if (err < 0) {
		if (!why[0])
			(void)snprintf(why, why_size, "%s", strerror(-err));
		qemu_plan_done(&plan);
		return err;
	}
	*ret = plan;
	return 0;
}

int qemu_args_end(struct qemu_plan *p, uid_t uid)
{
	char runas[64];
	int r = add_arg(p, "-xen-domid-restrict");

	p->uid = uid;
	if (r < 0)
		return r;
	(void)snprintf(runas, sizeof(runas), "%s%u:%u",
		       p->run_with ? "chroot=" QEMU_ROOM_ROOT ",user=" : "",
		       (unsigned)uid, (unsigned)uid);
	if (p->run_with)
		return add_pair(p, "-run-with", runas);
	r = add_pair(p, "-chroot", QEMU_ROOM_ROOT);
	return r < 0 ? r : add_pair(p, "-runas", runas);
}

void qemu_plan_done(struct qemu_plan *p)
{
	size_t i;

	for (i = 0; p->argv && i < p->argc; i++)
		free(p->argv[i]);
	free(p->argv);
	for (i = 0; i < p->needs; i++)
		free(p->need[i].what);
	memset(p, 0, sizeof(*p));
}
