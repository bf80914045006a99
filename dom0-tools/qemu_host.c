/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/qemu_host.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/text.h"

/* @what is copied; *@ret_fd: the number it gets. */
static int add_need(struct qemu_reading *r, enum qemu_need_kind kind, const char *what,
		    bool writable, int *ret_fd)
{
	struct qemu_plan *p = r->plan;
	struct qemu_need *n = &p->need[p->needs];

	if (p->needs == QEMU_NEEDS_MAX)
		return qemu_refuse(r, -E2BIG, "over %d descriptors", QEMU_NEEDS_MAX);
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

static int check_path(struct qemu_reading *r, const char *path)
{
	if (path[0] != '/')
		return qemu_refuse(r, -EINVAL, "'%s' is no absolute path", path);
	return 0;
}

static int keep_fd(struct qemu_reading *r, const char *text)
{
	uint64_t value;
	int fd;

	if (io_parse_u64(text, INT_MAX, &value) < 0 || value <= 2)
		return qemu_refuse(r, -EINVAL, "'%s' is no descriptor's number", text);
	fd = (int)value;
	return add_need(r, QEMU_NEED_KEEP, NULL, false, &fd);
}

/* "pty" of -serial, or "pty,..." of -chardev */
static int add_pty(struct qemu_reading *r)
{
	int master = -1, err = add_need(r, QEMU_NEED_PTY, NULL, true, &master);

	r->plan->next_fd++; /* the slave's */
	return err;
}

int qemu_read_serial(struct qemu_reading *r, const char *value)
{
	int err = strcmp(value, "pty") == 0 ? add_pty(r) : 0;

	return err < 0 ? err : qemu_pass(r, value);
}

/* A server's "path=" in @text becomes "fd=", and that is what *@ret_text gets. */
static int listen_instead(struct qemu_reading *r, const char *text, char **ret_text)
{
	static const char *const drop[] = { "path", "abstract", "tight", NULL };
	autofree char *path = NULL, *server = NULL;
	char add[32];
	int fd = -1, err = qemu_opts_get(text, "path", &path);

	if (err < 0)
		return err;
	if (qemu_opts_get(text, "server", &server) < 0 || strcmp(server, "off") == 0 ||
	    strcmp(server, "no") == 0)
		return qemu_refuse(r, -EOPNOTSUPP,
				   "'%s': qemu would have to connect out of its room",
				   path);
	err = check_path(r, path);
	if (err >= 0)
		err = add_need(r, QEMU_NEED_LISTEN, path, true, &fd);
	if (err < 0)
		return err;
	(void)snprintf(add, sizeof(add), "fd=%d", fd);
	*ret_text = qemu_opts_edit(text, drop, add);
	return *ret_text ? 0 : -ENOMEM;
}

int qemu_read_chardev(struct qemu_reading *r, const char *value)
{
	autofree char *fd = NULL, *changed = NULL;
	int err;

	if (strncmp(value, "pty,", 4) == 0) {
		err = add_pty(r);
		return err < 0 ? err : qemu_pass(r, value);
	}
	if (strncmp(value, "socket,", 7) != 0)
		return qemu_pass(r, value);
	err = qemu_opts_get(value, "fd", &fd);
	if (err == 0) {
		err = keep_fd(r, fd);
		return err < 0 ? err : qemu_pass(r, value);
	}
	err = listen_instead(r, value, &changed);
	if (err == -ENOENT) /* of the internet: the room has none */
		return qemu_refuse(r, -EOPNOTSUPP, "'%s' is a socket without a path",
				   value);
	/* (there is text whenever it went well) */
	return err < 0 || !changed ? err : qemu_pass(r, changed);
}

/* -qmp unix:PATH,server=on,wait=off, said with -chardev and -mon */
int qemu_read_qmp(struct qemu_reading *r, const char *value)
{
	autofree char *text = NULL, *changed = NULL, *mon = NULL;
	size_t n = r->plan->needs;
	int err;

	if (strncmp(value, "unix:", 5) != 0)
		return qemu_pass(r, value);
	text = text_printf("socket,id=room-qmp%zu,path=%s", n, value + 5);
	mon = text_printf("chardev=room-qmp%zu,mode=control", n);
	if (!text || !mon)
		return -ENOMEM;
	err = listen_instead(r, text, &changed);
	if (err < 0 || !changed)
		return err;
	err = qemu_add_pair(r->plan, "-chardev", changed);
	return err < 0 ? err : qemu_add_pair(r->plan, "-mon", mon);
}

/* Is @file what qemu takes for "protocol:..."? */
static bool has_protocol(const char *file)
{
	return file[strcspn(file, ":/")] == ':';
}

static int add_fdset(struct qemu_reading *r, const char *path, bool writable, int set,
		     int *ret_fd)
{
	char text[64];
	int err = add_need(r, QEMU_NEED_DISK, path, writable, ret_fd);

	if (err < 0)
		return err;
	(void)snprintf(text, sizeof(text), "fd=%d,set=%d", *ret_fd,
		       set >= 0 ? set : *ret_fd);
	return qemu_add_pair(r->plan, "-add-fd", text);
}

/* The disk's descriptors, and the number of the fdset that leads to them.  qemu opens a
 * disk for reading first, then anew for writing, and takes a descriptor only if it is
 * open in exactly that way. */
static int add_disk(struct qemu_reading *r, const char *path, bool writable, int *ret_set)
{
	int more = -1, err;

	*ret_set = -1;
	err = add_fdset(r, path, false, -1, ret_set);
	if (err >= 0 && writable)
		err = add_fdset(r, path, true, *ret_set, &more);
	return err;
}

int qemu_read_drive(struct qemu_reading *r, const char *value)
{
	static const char *const drop[] = { "file", NULL };
	autofree char *file = NULL, *readonly = NULL, *changed = NULL;
	char add[96];
	int fd = -1, block, err = qemu_opts_get(value, "file", &file);

	if (err == -ENOENT)
		return qemu_pass(r, value); /* an empty CD drive */
	if (err < 0)
		return err;
	if (has_protocol(file))
		return qemu_refuse(r, -EOPNOTSUPP, "'%s' is no file or block device",
				   file);
	err = check_path(r, file);
	if (err < 0)
		return err;
	block = r->is_block(file);
	if (block < 0)
		return qemu_refuse(r, block, "'%s': %s", file, strerror(-block));
	err = qemu_opts_get(value, "readonly", &readonly);
	err = add_disk(r, file, err < 0 || strcmp(readonly, "off") == 0, &fd);
	if (err < 0)
		return err;
	(void)snprintf(add, sizeof(add),
		       block ? "file.driver=host_device,file.filename=/dev/fdset/%d"
			     : "file=/dev/fdset/%d",
		       fd);
	changed = qemu_opts_edit(value, drop, add);
	return changed ? qemu_pass(r, changed) : -ENOMEM;
}

int qemu_read_file(struct qemu_reading *r, const char *value)
{
	int err = check_path(r, value);

	if (err >= 0)
		err = add_need(r, QEMU_NEED_BIND, value, false, NULL);
	return err < 0 ? err : qemu_pass(r, value);
}

int qemu_read_netdev(struct qemu_reading *r, const char *value)
{
	static const char *const drop[] = { "ifname",	  "br",	    "script",
					    "downscript", "helper", NULL };
	autofree char *name = NULL, *script = NULL, *changed = NULL;
	char add[32];
	int fd = -1, err;

	if (strncmp(value, "tap,", 4) != 0 && strncmp(value, "type=tap,", 9) != 0)
		return qemu_refuse(r, -EOPNOTSUPP, "'%s' is no tap device", value);
	if (qemu_opts_get(value, "ifname", &name) < 0)
		return qemu_refuse(r, -EINVAL, "'%s' has no ifname", value);
	if (qemu_opts_get(value, "script", &script) < 0 || strcmp(script, "no") != 0)
		return qemu_refuse(r, -EOPNOTSUPP, "qemu runs no script in its room");
	err = add_need(r, QEMU_NEED_TAP, name, true, &fd);
	if (err < 0)
		return err;
	(void)snprintf(add, sizeof(add), "fd=%d", fd);
	changed = qemu_opts_edit(value, drop, add);
	return changed ? qemu_pass(r, changed) : -ENOMEM;
}

int qemu_read_incoming(struct qemu_reading *r, const char *value)
{
	int err;

	if (strncmp(value, "fd:", 3) != 0)
		return qemu_refuse(r, -EOPNOTSUPP, "'%s' is no descriptor", value);
	r->plan->incoming = true;
	err = keep_fd(r, value + 3);
	return err < 0 ? err : qemu_pass(r, value);
}

int qemu_read_add_fd(struct qemu_reading *r, const char *value)
{
	autofree char *fd = NULL;
	int err = qemu_opts_get(value, "fd", &fd);

	if (err < 0)
		return qemu_refuse(r, -EINVAL, "'%s' has no fd", value);
	err = keep_fd(r, fd);
	return err < 0 ? err : qemu_pass(r, value);
}

/* The address is another one; what follows it (a password, say) stays. */
int qemu_read_vnc(struct qemu_reading *r, const char *value)
{
	static const char *const drop[] = { "to", NULL };
	autofree char *all = NULL, *changed = NULL;
	int err;

	if (strcmp(value, "none") == 0)
		return qemu_pass(r, value);
	all = text_printf("unix:" QEMU_ROOM_VNC "/socket%s", value + strcspn(value, ","));
	changed = all ? qemu_opts_edit(all, drop, NULL) : NULL;
	if (!changed)
		return -ENOMEM;
	err = add_need(r, QEMU_NEED_VNC, NULL, true, NULL);
	return err < 0 ? err : qemu_pass(r, changed);
}
