/* SPDX-License-Identifier: BSD-2-Clause */
/* CD installs: what is bootable, what is the image, and that each state which kills and
 * ejected media can leave is led on to an installed VM.  A small model of the toolstack
 * plays all of it. */
#include "tests/eliloader/plan_case.h"

#define VBDS 3

/* The disk, another one and the CD, listed in that order or the CD first. */
static struct record_vbd vbd[VBDS];
static struct record_vbd *disk_vbd, *cd_vbd;

static void vbds_set(struct plan_case *c, bool cd_first, bool disk, bool cd)
{
	disk_vbd = &vbd[cd_first ? 1 : 0];
	cd_vbd = &vbd[cd_first ? 0 : 2];
	vbd[cd_first ? 2 : 1] = (struct record_vbd){ .userdevice = "1" };
	*disk_vbd = (struct record_vbd){ .userdevice = "0", .bootable = disk };
	*cd_vbd = (struct record_vbd){ .userdevice = "3", .bootable = cd, .cd = true };
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
	bool disk, cd;	/* bootable before */
	bool cd_listed; /* before the disk */
	bool empty;	/* no medium in the CD drive */
};

static const struct flags_case flags_cases[] = {
	{ "CD only, round 1", "vbd-0=true install-round=2 vbd-3=false", 1, DISK_NOT_ASKED,
	  PLAN_INSTALL, false, false, true, false, false },
	{ "CD only, round 2: killed after the round",
	  "vbd-0=true eliloader-attempts=2 vbd-3=false", 2, DISK_NOT_ASKED, PLAN_INSTALL,
	  false, false, true, false, false },
	{ "both, round 1", "install-round=2 vbd-3=false", 1, DISK_NOT_ASKED, PLAN_INSTALL,
	  true, true, true, false, false },
	{ "both, round 1, no medium", "", 1, DISK_NOT_ASKED, PLAN_ERROR, false, true,
	  true, false, true },
	{ "both, round 2", "eliloader-attempts=2 vbd-3=false", 2, DISK_NOT_ASKED,
	  PLAN_INSTALL, true, true, true, false, false },
	{ "both, round 2, no medium", "eliloader-attempts=2 vbd-3=false", 2,
	  DISK_NOT_ASKED, PLAN_INSTALL, true, true, true, false, true },
	{ "both, round 1, no ISO", "vbd-0=false", 1, DISK_NOT_ISO, PLAN_ERROR, false,
	  true, true, false, false },
	{ "both, round 1, no ISO, but the CD is listed first", "vbd-0=false", 1,
	  DISK_NOT_ISO, PLAN_ERROR, false, true, true, true, false },
	{ "both, round 2, no ISO", "", 2, DISK_NOT_ISO, PLAN_DISK, false, true, true,
	  false, false },
	{ "disk only, round 1", "vbd-3=true vbd-0=false", 1, DISK_NOT_ASKED, PLAN_ERROR,
	  false, true, false, false, false },
	{ "disk only, round 1, the CD is listed first", "vbd-3=true", 1, DISK_NOT_ASKED,
	  PLAN_ERROR, false, true, false, true, false },
	{ "disk only, round 1, no medium", "", 1, DISK_NOT_ASKED, PLAN_ERROR, false, true,
	  false, false, true },
	{ "disk only, round 2", "", 2, DISK_NOT_ASKED, PLAN_DISK, false, true, false,
	  false, false },
	{ "disk only, round 2, boots",
	  "eliloader-installed=pygrub -install-round -install-distro "
	  "bootloader=pygrub -eliloader-installed",
	  2, DISK_BOOTS, PLAN_DISK, false, true, false, false, false },
	{ "disk only, round 2, boots, no medium",
	  "eliloader-installed=pygrub -install-round -install-distro "
	  "bootloader=pygrub -eliloader-installed",
	  2, DISK_BOOTS, PLAN_DISK, false, true, false, false, true },
	{ "disk only, round 2, empty", "vbd-3=true vbd-0=false", 2, DISK_EMPTY,
	  PLAN_ERROR, false, true, false, false, false },
	{ "disk only, round 2, empty, the CD is listed first", "vbd-3=true", 2,
	  DISK_EMPTY, PLAN_ERROR, false, true, false, true, false },
	{ "disk only, round 2, empty, no medium", "", 2, DISK_EMPTY, PLAN_ERROR, false,
	  true, false, false, true },
	{ "disk only, round 2, empty, no medium, the CD is listed first", "", 2,
	  DISK_EMPTY, PLAN_ERROR, false, true, false, true, true },
	{ "both, round 2, empty", "vbd-0=false", 2, DISK_EMPTY, PLAN_ERROR, false, true,
	  true, false, false },
	{ "both, round 2, empty, no medium", "", 2, DISK_EMPTY, PLAN_ERROR, false, true,
	  true, false, true },
};

static void test_flags(const struct flags_case *f)
{
	const char *advice =
		f->empty ? "xe vm-cd-insert vm=" CASE_UUID : "start the VM once more";
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-distro=rhlike install-repository=cdrom");
	case_put(&c, "other-config/install-round", f->round == 1 ? "1" : "2");
	vbds_set(&c, f->cd_listed, f->disk, f->cd);
	cd_vbd->empty = f->empty;
	case_plan(&c, f->looked);
	ok(c.plan.action == f->action && c.plan.iso_unsure == f->unsure &&
		   !c.plan.needs_vbds,
	   "%s: the plan", f->name);
	is_str(case_changes(&c), f->changes, "and what changes, in order");
	if (c.plan.action == PLAN_ERROR)
		ok(strstr(c.plan.error_text, advice) != NULL, "and it says what to do");
	vbds_done(&c);
}

/* A VM under a toolstack that takes the first (@cd_first or not) of what is bootable and
 * not empty; the record lists them in that order (@honest) or in another one. */
struct machine {
	struct plan_case c;
	bool cd_first, honest;
	bool installed, finished, offered;
	unsigned failed; /* starts */
};

enum image { IMAGE_NONE, IMAGE_IS_DISK, IMAGE_IS_CD };

static enum image image(const struct machine *m)
{
	bool disk = disk_vbd->bootable, cd = cd_vbd->bootable && !cd_vbd->empty;

	if (cd && (m->cd_first || !disk))
		return IMAGE_IS_CD;
	return disk ? IMAGE_IS_DISK : IMAGE_NONE;
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
	enum image given = image(m);

	m->offered = false;
	if (given ==
	    IMAGE_NONE) { /* "there is no bootable device", and nobody is asked */
		m->failed++;
		return;
	}
	case_plan(&m->c, DISK_NOT_ASKED);
	if (p->action == PLAN_INSTALL && p->iso_unsure && given == IMAGE_IS_DISK)
		case_plan(&m->c, DISK_NOT_ISO);
	if (p->action == PLAN_DISK && p->distro)
		case_plan(&m->c, m->installed ? DISK_BOOTS : DISK_EMPTY);
	if (p->action == PLAN_INSTALL)
		ok(given == IMAGE_IS_CD, "what is read as the CD is the CD");
	for (size_t i = 0; i < p->change_count; i++) {
		if (kill >= 0 && i == (size_t)kill)
			return;
		apply(m, &p->change[i]);
		if (image(m) == IMAGE_NONE)
			ok(false, "something bootable is not empty");
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

static void machine_init(struct machine *m, bool cd_first, bool honest)
{
	*m = (struct machine){ .cd_first = cd_first, .honest = honest };
	case_init(&m->c, XAPI);
	case_set(&m->c, "install-distro=rhlike install-repository=cdrom");
	m->c.config.install_attempts = 50; /* bounds are another test's */
	vbds_set(&m->c, cd_first == honest, false, true);
}

static void test_killed(bool cd_first, int first, int second)
{
	struct machine m;

	machine_init(&m, cd_first, true);
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
	ok(m.finished && disk_vbd->bootable && !cd_vbd->bootable &&
		   record_get(&m.c.record, "PV-bootloader"),
	   "installed, the first start killed: finished");
	vbds_done(&m.c);
}

static void test_smooth(void)
{
	struct machine m;

	machine_init(&m, true, true);
	start(&m, -1);
	ok(m.offered, "first start: the installer");
	m.installed = true;
	cd_vbd->empty = true;
	start(&m, -1);
	ok(m.finished && m.failed == 0,
	   "second start, the CD ejected: the disk, and no start has failed");
	vbds_done(&m.c);
}

/* -- every state that starts, kills, ejecting and inserting can lead to */

#define STATES 16

static unsigned state_of(const struct machine *m)
{
	const char *round = record_other(&m->c.record, "install-round");

	return (unsigned)disk_vbd->bootable | (unsigned)cd_vbd->bootable << 1 |
	       (unsigned)!cd_vbd->empty << 2 |
	       (unsigned)(round && strcmp(round, "2") == 0) << 3;
}

static void state_set(struct machine *m, unsigned state)
{
	disk_vbd->bootable = state & 1;
	cd_vbd->bootable = state & 2;
	cd_vbd->empty = !(state & 4);
	case_put(&m->c, "other-config/install-round", state & 8 ? "2" : "1");
	tree_remove(&m->c.record.keys, "other-config/eliloader-attempts");
	tree_remove(&m->c.record.keys, "other-config/eliloader-installed");
	m->offered = m->finished = m->installed = false;
	m->failed = 0;
}

static const char *state_name(unsigned state)
{
	static char out[64];

	(void)snprintf(out, sizeof(out), "round %d,%s%s%s", state & 8 ? 2 : 1,
		       state & 1 ? " disk" : "", state & 2 ? " CD" : "",
		       state & 4 ? "" : ", no medium");
	return out;
}

/* Nothing bootable is not empty: only in a VM that was made so and not started yet, or
 * whose CD cannot be had beside the disk. */
static void check_boots(const struct machine *m, unsigned state)
{
	bool as_made = !(state & 8), alone = !m->cd_first || !m->honest;

	ok(image(m) != IMAGE_NONE || (!(state & 4) && (as_made || alone)),
	   "%s: something bootable is not empty", state_name(state));
}

static void check_no_medium(struct machine *m, unsigned state)
{
	if (image(m) == IMAGE_NONE || state & 4)
		return;
	start(m, -1);
	ok(m->failed == 1 && strstr(m->c.plan.error_text, "xe vm-cd-insert") != NULL,
	   "%s: a start says to insert it", state_name(state));
	ok(state_of(m) == state, "%s: and changes nothing", state_name(state));
	if (!(state & 8))
		return;
	m->installed = true;
	start(m, -1);
	ok(m->finished, "%s: an installed disk is booted", state_name(state));
	tree_remove(&m->c.record.keys, "PV-bootloader");
	case_set(&m->c, "install-distro=rhlike");
}

static void check_state(struct machine *m, unsigned state)
{
	state_set(m, state);
	check_boots(m, state);
	check_no_medium(m, state);
	state_set(m, state | 4);
	ok(start_until_offered(m, m->honest ? 2 : 3),
	   "%s: with the medium, the installer comes", state_name(state));
}

static void take_step(struct machine *m, int event)
{
	if (event == 5)
		cd_vbd->empty = !cd_vbd->empty;
	else
		start(m, event - 1);
}

static void test_states(bool cd_first, bool honest)
{
	bool seen[STATES] = { false }, more = true;
	struct machine m;

	machine_init(&m, cd_first, honest);
	seen[state_of(&m)] = true;
	seen[1 | 4] = true; /* made for another kind of repository: only the disk */
	while (more) {
		more = false;
		for (unsigned i = 0; i < STATES * 6; i++) {
			if (!seen[i / 6])
				continue;
			state_set(&m, i / 6);
			take_step(&m, (int)(i % 6));
			more |= !seen[state_of(&m)];
			seen[state_of(&m)] = true;
		}
	}
	for (unsigned i = 0; i < STATES; i++)
		if (seen[i])
			check_state(&m, i);
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
	case_plan(&c, DISK_EMPTY);
	ok(c.plan.action == PLAN_INSTALL && c.plan.again,
	   "it is empty: the installer again");
	case_done(&c);
}

static void test_odd(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-repository=cdrom");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.needs_vbds, "the VBDs are wanted");
	vbds_set(&c, false, true, false);
	cd_vbd->cd = false;
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "no CD drive"),
	   "no CD drive");
	is_str(case_changes(&c), "", "and nothing changes");
	vbds_set(&c, false, false, true);
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
	vbds_set(&c, false, false, true);
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_DISK, "pygrub and cdrom: the CD's own menu");
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c), "vbd-0=true install-round=2 vbd-3=false",
	       "it boots: that was the installer, not the end");
	case_plan(&c, DISK_EMPTY);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "install-kernel"),
	   "it does not: the error tells of install-kernel");
	vbds_set(&c, false, true, true);
	cd_vbd->empty = true;
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "xe vm-cd-insert"),
	   "no medium: the error tells of that");
	vbds_set(&c, false, true, false);
	case_set(&c, "install-round=2");
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c),
	       "eliloader-installed=pygrub -install-round -install-distro "
	       "bootloader=pygrub -eliloader-installed",
	       "the disk boots: that is the end");
	vbds_set(&c, false, false, true);
	case_set(&c, "install-round=1 install-kernel=boot/k");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_INSTALL && c.plan.candidate_count == 1,
	   "with install-kernel: that file of the CD");
	vbds_done(&c);
}

int main(void)
{
	static const bool orders[] = { false, true };

	for (size_t i = 0; i < sizeof(flags_cases) / sizeof(*flags_cases); i++)
		test_flags(&flags_cases[i]);
	test_smooth();
	for (int first = 0; first <= 3; first++)
		for (int second = 0; second <= 3; second++) {
			test_killed(true, first, second);
			test_killed(false, first, second);
		}
	for (size_t i = 0; i < 4; i++)
		test_states(orders[i / 2], orders[i % 2]);
	test_xl();
	test_odd();
	test_menu();
	return tap_done();
}
