/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/qemu_host.h"
#include "dom0-tools/room_profile.h"
#include "lib/cleanup.h"
#include "lib/io.h"

int qemu_refuse(struct qemu_reading *r, int err, const char *fmt, ...)
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

int qemu_add_pair(struct qemu_plan *p, const char *option, const char *value)
{
	int r = add_arg(p, option);

	return r < 0 ? r : add_arg(p, value);
}

static int read_domid(struct qemu_reading *r, const char *value)
{
	uint64_t domid;

	if (r->plan->domid)
		return qemu_refuse(r, -EINVAL, "given twice");
	if (io_parse_u64(value, ROOM_DOMID_MAX, &domid) < 0 || domid == 0)
		return qemu_refuse(r, -EINVAL, "'%s' is no guest's domid", value);
	r->plan->domid = (unsigned)domid;
	return qemu_add_pair(r->plan, r->option, value);
}

/* "UID:GID"; of the two the gid is ours: the same number */
static int read_runas(struct qemu_reading *r, const char *value)
{
	autofree char *uid = strndup(value, strcspn(value, ":"));
	uint64_t number;

	if (!uid)
		return -ENOMEM;
	if (io_parse_u64(uid, INT_MAX, &number) < 0 || number == 0)
		return qemu_refuse(r, -EINVAL,
				   "'%s' is not UID:GID (with device_model_user set? a "
				   "range by xen-qemuuser-range-base is wanted)",
				   value);
	r->plan->uid = (uid_t)number;
	return 0;
}

/* qemu 9's form of -chroot and -runas */
static int read_run_with(struct qemu_reading *r, const char *value)
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
	return rest[0] ? qemu_add_pair(r->plan, r->option, rest) : 0;
}

static int read_restrict(struct qemu_reading *r, const char *value)
{
	(void)value;
	r->plan->restricted = true; /* set anew at the end */
	return 0;
}

static int drop_value(struct qemu_reading *r, const char *value)
{
	(void)r;
	(void)value;
	return 0;
}

int qemu_pass(struct qemu_reading *r, const char *value)
{
	return qemu_add_pair(r->plan, r->option, value);
}

static int refuse_option(struct qemu_reading *r, const char *value)
{
	(void)value;
	return qemu_refuse(r, -EOPNOTSUPP, "cannot be had in a restricted room");
}

static int refuse_attach(struct qemu_reading *r, const char *value)
{
	(void)value;
	return qemu_refuse(r, -EOPNOTSUPP,
			   "a PV or PVH guest's back ends map grants, which nothing can "
			   "restrict: only an HVM guest's device model can be");
}

/* What is not here passes as it is, word by word.  Those that only pass are named because
 * their value might look like an option. */
static const struct option_reader {
	const char *name;
	bool value;
	qemu_read_option *read;
} readers[] = {
	{ "xen-domid", true, read_domid },
	{ "xen-domid-restrict", false, read_restrict },
	{ "xen-attach", false, refuse_attach },
	{ "chroot", true, drop_value }, /* set anew at the end */
	{ "runas", true, read_runas },
	{ "run-with", true, read_run_with },
	{ "user", true, refuse_option },
	{ "chardev", true, qemu_read_chardev },
	{ "qmp", true, qemu_read_qmp },
	{ "drive", true, qemu_read_drive },
	{ "kernel", true, qemu_read_file },
	{ "initrd", true, qemu_read_file },
	{ "netdev", true, qemu_read_netdev },
	{ "incoming", true, qemu_read_incoming },
	{ "add-fd", true, qemu_read_add_fd },
	{ "vnc", true, qemu_read_vnc },
	{ "sdl", false, refuse_option },
	{ "spice", true, refuse_option },
	{ "daemonize", false, refuse_option },
	{ "pidfile", true, refuse_option },
	{ "append", true, qemu_pass },
	{ "name", true, qemu_pass },
	{ "mon", true, qemu_pass },
	{ "monitor", true, qemu_read_serial },
	{ "serial", true, qemu_read_serial },
	{ "parallel", true, qemu_read_serial },
	{ "display", true, qemu_pass },
	{ "device", true, qemu_pass },
	{ "object", true, qemu_pass },
	{ "global", true, qemu_pass },
	{ "machine", true, qemu_pass },
	{ "M", true, qemu_pass },
	{ "m", true, qemu_pass },
	{ "k", true, qemu_pass },
	{ "smp", true, qemu_pass },
	{ "boot", true, qemu_pass },
	{ "net", true, qemu_pass },
	{ "vga", true, qemu_pass },
	{ "soundhw", true, qemu_pass },
	{ "audiodev", true, qemu_pass },
	{ "usbdevice", true, qemu_pass },
	{ "rtc", true, qemu_pass },
	{ "sandbox", true, qemu_pass },
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

static int read_words(struct qemu_reading *r, int argc, char *const argv[])
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
			err = qemu_refuse(r, -EINVAL, "its value is missing");
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
	struct qemu_reading r = {
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
		err = qemu_refuse(&r, -EINVAL, "is missing");
	}
	if (err >= 0 && plan.incoming && !plan.restricted) {
		r.option = "-incoming";
		err = qemu_refuse(
			&r, -EOPNOTSUPP,
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
		return qemu_add_pair(p, "-run-with", runas);
	r = qemu_add_pair(p, "-chroot", QEMU_ROOM_ROOT);
	return r < 0 ? r : qemu_add_pair(p, "-runas", runas);
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
