/* SPDX-License-Identifier: BSD-2-Clause */
/* CD installs: what is bootable, what is the image, and that each state which a kill can
 * leave is led on to an installed VM.  A small model of the toolstack plays all of it. */
#include "tests/eliloader/plan_case.h"

#define VBDS 3

static void vbds_set(struct plan_case *c, bool disk, bool cd)
{
	static struct record_vbd vbd[VBDS];

	vbd[0] = (struct record_vbd){ .userdevice = "0", .bootable = disk };
	vbd[1] = (struct record_vbd){ .userdevice = "1" };
	vbd[2] = (struct record_vbd){ .userdevice = "3", .bootable = cd, .cd = true };
	c->record.vbd = vbd;
	c->record.vbd_count = VBDS;
}

static void vbds_done(struct plan_case *c)
{
	c->record.vbd = NULL;
	c->record.vbd_count = 0;
	case_done(c);
}

struct flags_case {
	const char *name, *changes;
	unsigned round;
	enum disk_state looked;
	enum plan_action action;
	bool unsure;
	bool disk, cd; /* bootable before */
};

static const struct flags_case flags_cases[] = {
	{ "CD only, round 1", "vbd-0=true install-round=2 vbd-3=false", 1, DISK_NOT_ASKED,
	  PLAN_INSTALL, false, false, true },
	{ "CD only, round 2: killed after the round", "vbd-0=true vbd-3=false", 2,
	  DISK_NOT_ASKED, PLAN_INSTALL, false, false, true },
	{ "both, round 1", "install-round=2 vbd-3=false", 1, DISK_NOT_ASKED, PLAN_INSTALL,
	  true, true, true },
	{ "both, round 2", "vbd-3=false", 2, DISK_NOT_ASKED, PLAN_INSTALL, true, true,
	  true },
	{ "both, round 1, no ISO", "vbd-0=false", 1, DISK_NOT_ISO, PLAN_ERROR, false,
	  true, true },
	{ "both, round 2, no ISO", "", 2, DISK_NOT_ISO, PLAN_DISK, false, true, true },
	{ "disk only, round 1", "vbd-3=true vbd-0=false", 1, DISK_NOT_ASKED, PLAN_ERROR,
	  false, true, false },
	{ "disk only, round 2", "", 2, DISK_NOT_ASKED, PLAN_DISK, false, true, false },
	{ "disk only, round 2, boots", "bootloader=pygrub -install-round -install-distro",
	  2, DISK_BOOTS, PLAN_DISK, false, true, false },
	{ "disk only, round 2, does not boot", "vbd-3=true vbd-0=false", 2,
	  DISK_DOES_NOT_BOOT, PLAN_ERROR, false, true, false },
	{ "both, round 2, does not boot", "vbd-0=false", 2, DISK_DOES_NOT_BOOT,
	  PLAN_ERROR, false, true, true },
};

static void test_flags(const struct flags_case *f)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-distro=rhlike install-repository=cdrom");
	case_put(&c, "other-config/install-round", f->round == 1 ? "1" : "2");
	vbds_set(&c, f->disk, f->cd);
	case_plan(&c, f->looked);
	ok(c.plan.action == f->action && c.plan.iso_unsure == f->unsure &&
		   !c.plan.needs_vbds,
	   "%s: the plan", f->name);
	is_str(case_changes(&c), f->changes, "and what changes, in order");
	if (c.plan.action == PLAN_ERROR)
		ok(strstr(c.plan.error_text, "start the VM once more") != NULL,
		   "and it says what to do");
	vbds_done(&c);
}

/* A VM under a toolstack that takes the first (@cd_first or not) of what is bootable. */
struct machine {
	struct plan_case c;
	bool cd_first;
	bool installed, finished, offered;
	unsigned failed; /* starts */
};

static bool image_is_cd(const struct machine *m)
{
	const struct record_vbd *v = m->c.record.vbd;

	return v[2].bootable && (m->cd_first || !v[0].bootable);
}

static void apply(struct machine *m, const struct change *x)
{
	struct tree *keys = &m->c.record.keys;
	char path[128];

	(void)snprintf(path, sizeof(path), "other-config/%s", x->key);
	switch (x->kind) {
	case CHANGE_BOOTABLE:
		m->c.record.vbd[x->vbd].bootable = strcmp(x->value, "true") == 0;
		break;
	case CHANGE_OTHER_CONFIG_SET:
		case_put(&m->c, path, x->value);
		break;
	case CHANGE_OTHER_CONFIG_REMOVE:
		tree_remove(keys, path);
		break;
	case CHANGE_BOOTLOADER:
		case_put(&m->c, "PV-bootloader", x->value);
		break;
	default:
		abort();
	}
}

/* What eliloader does in one start, killed after @kill changes (-1: not killed). */
static void start(struct machine *m, int kill)
{
	struct plan *p = &m->c.plan;

	m->offered = false;
	case_plan(&m->c, DISK_NOT_ASKED);
	if (p->action == PLAN_INSTALL && p->iso_unsure && !image_is_cd(m))
		case_plan(&m->c, DISK_NOT_ISO);
	if (p->action == PLAN_DISK && p->distro)
		case_plan(&m->c, m->installed ? DISK_BOOTS : DISK_DOES_NOT_BOOT);
	if (p->action == PLAN_INSTALL)
		ok(image_is_cd(m), "what is read as the CD is the CD");
	for (size_t i = 0; i < p->change_count; i++) {
		if (kill >= 0 && i == (size_t)kill)
			return;
		apply(m, &p->change[i]);
		if (!m->c.record.vbd[0].bootable && !m->c.record.vbd[2].bootable)
			ok(false, "something is bootable");
	}
	if (kill >= 0)
		return; /* killed before the result is printed */
	m->offered = p->action == PLAN_INSTALL;
	m->finished = p->action == PLAN_DISK;
	m->failed += p->action == PLAN_ERROR;
}

/* Start until the installer is offered; at most @starts. */
static bool start_until_offered(struct machine *m, unsigned starts)
{
	for (unsigned i = 0; i < starts && !m->offered; i++)
		start(m, -1);
	return m->offered;
}

static void machine_init(struct machine *m, bool cd_first)
{
	*m = (struct machine){ .cd_first = cd_first };
	case_init(&m->c, XAPI);
	case_set(&m->c, "install-distro=rhlike install-repository=cdrom");
	vbds_set(&m->c, false, true);
}

static void test_killed(bool cd_first, int first, int second)
{
	struct machine m;

	machine_init(&m, cd_first);
	start(&m, first);
	start(&m, second);
	ok(start_until_offered(&m, 3) && m.failed <= 1,
	   "killed after %d and %d changes: the installer comes, after %u failed starts",
	   first, second, m.failed);
	m.offered = false;
	start(&m, -1); /* the installer was aborted */
	ok(start_until_offered(&m, 2), "aborted: it comes again");
	m.installed = true;
	start(&m, first);
	start(&m, -1);
	ok(m.finished && m.c.record.vbd[0].bootable && !m.c.record.vbd[2].bootable &&
		   record_get(&m.c.record, "PV-bootloader"),
	   "installed, the first start killed: finished");
	vbds_done(&m.c);
}

static void test_smooth(void)
{
	struct machine m;

	machine_init(&m, true);
	start(&m, -1);
	ok(m.offered, "first start: the installer");
	m.installed = true;
	start(&m, -1);
	ok(m.finished && m.failed == 0,
	   "second start: the disk, and no start has failed");
	vbds_done(&m.c);
}

static void test_xl(void)
{
	struct plan_case c;

	case_init(&c, XL);
	case_set(&c, "install-repository=cdrom");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_INSTALL && c.plan.iso_unsure && !c.plan.needs_vbds,
	   "xl: the first disk is tried as the ISO");
	is_str(c.plan.iso, "/dev/image", "it is the image");
	is_str(case_changes(&c), "install-round=2", "there are no flags to change");
	case_plan(&c, DISK_NOT_ISO);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "--cdrom") &&
		   c.plan.change_count == 0,
	   "it is none: the error tells of --cdrom");
	c.request.cdrom = "/srv/install.iso";
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_INSTALL && !c.plan.iso_unsure,
	   "with --cdrom it is sure");
	is_str(c.plan.iso, "/srv/install.iso", "which file");
	case_set(&c, "install-round=2");
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_DISK, "round 2 asks the disk, which is the image");
	case_plan(&c, DISK_DOES_NOT_BOOT);
	ok(c.plan.action == PLAN_INSTALL && c.plan.again && c.plan.change_count == 0,
	   "it does not boot: the installer again");
	case_done(&c);
}

static void test_odd(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-repository=cdrom");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.needs_vbds, "the VBDs are wanted");
	vbds_set(&c, true, false);
	c.record.vbd[2].cd = false;
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "no CD drive"),
	   "no CD drive");
	is_str(case_changes(&c), "", "and nothing changes");
	vbds_set(&c, false, true);
	c.request.cdrom = "/etc/shadow";
	case_plan(&c, DISK_NOT_ASKED);
	is_str(c.plan.iso, "/dev/image", "under xapi --cdrom means nothing");
	c.request.cdrom = NULL;
	case_set(&c, "install-distro=arch");
	case_plan(&c, DISK_NOT_ASKED);
	is_str(c.plan.error_name, "UNSUPPORTED_INSTALL_METHOD", "a family without CDs");
	vbds_done(&c);
}

static void test_menu(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-distro=pygrub install-repository=cdrom");
	vbds_set(&c, false, true);
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_DISK, "pygrub and cdrom: the CD's own menu");
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c), "vbd-0=true install-round=2 vbd-3=false",
	       "it boots: that was the installer, not the end");
	case_plan(&c, DISK_DOES_NOT_BOOT);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "install-kernel"),
	   "it does not: the error tells of install-kernel");
	vbds_set(&c, true, false);
	case_set(&c, "install-round=2");
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c), "bootloader=pygrub -install-round -install-distro",
	       "the disk boots: that is the end");
	vbds_set(&c, false, true);
	case_set(&c, "install-round=1 install-kernel=boot/k");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_INSTALL && c.plan.candidate_count == 1,
	   "with install-kernel: that file of the CD");
	vbds_done(&c);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(flags_cases) / sizeof(*flags_cases); i++)
		test_flags(&flags_cases[i]);
	test_smooth();
	for (int first = 0; first <= 3; first++)
		for (int second = 0; second <= 3; second++) {
			test_killed(true, first, second);
			test_killed(false, first, second);
		}
	test_xl();
	test_odd();
	test_menu();
	return tap_done();
}
