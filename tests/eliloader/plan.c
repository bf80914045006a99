/* SPDX-License-Identifier: BSD-2-Clause */
/* Rounds: which plan, with which changes, for each family. */
#include "tests/eliloader/plan_case.h"

static const char *const network_families[] = {
	"rhlike", "sleslike", "debianlike", "pygrub", "rhel41",
	"rhel44", "alpine",   "arch",	    "mageia",
};

static void set_family(struct plan_case *c, const char *family)
{
	char word[64];

	(void)snprintf(word, sizeof(word), "install-distro=%s", family);
	case_set(c, word);
	case_set(c,
		 "install-repository=http://mirror.example/tree debian-release=bookworm "
		 "install-kernel=vmlinuz install-ramdisk=initrd.img");
}

#define FINISH                                                                           \
	"eliloader-installed=pygrub -install-round -install-distro bootloader=pygrub "   \
	"-eliloader-installed"

static void test_round_1(const char *family)
{
	struct plan_case c;
	bool dom0 = strncmp(family, "rhel4", 5) == 0;

	case_init(&c, XAPI);
	set_family(&c, family);
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == (dom0 ? PLAN_DOM0_FILES : PLAN_INSTALL) && !c.plan.again &&
		   c.plan.round == 1,
	   "%s, round 1: the installer", family);
	is_str(case_changes(&c), "install-round=2", "and then round 2");
	ok(dom0 == (c.plan.candidate_count == 0) &&
		   c.plan.candidate_count < CANDIDATES_MAX,
	   "and %zu places to look", c.plan.candidate_count);
	case_done(&c);
}

static void test_round_2(const char *family)
{
	bool dom0 = strncmp(family, "rhel4", 5) == 0;
	struct plan_case c;

	case_init(&c, XAPI);
	set_family(&c, family);
	case_set(&c, "install-round=2");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_DISK && c.plan.distro && c.plan.change_count == 0,
	   "%s, round 2: the disk is looked at, and nothing changes", family);
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c), FINISH, "it boots: the keys go, then pygrub comes");
	is_int(c.plan.action, PLAN_DISK, "and the disk is booted");
	case_plan(&c, DISK_EMPTY);
	ok(c.plan.action == (dom0 ? PLAN_DOM0_FILES : PLAN_INSTALL) && c.plan.again,
	   "it is empty: the installer again");
	is_str(case_changes(&c), "eliloader-attempts=2", "which is counted");
	case_done(&c);
}

static void test_no_dead_end(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(
		&c,
		"install-distro=rhlike install-repository=gopher://gone install-round=2");
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_DISK, "round 2 does not need the repository");
	case_plan(&c, DISK_BOOTS);
	is_int(c.plan.action, PLAN_DISK, "nor does its end");
	case_plan(&c, DISK_EMPTY);
	is_str(c.plan.error_name, "UNSUPPORTED_INSTALL_METHOD", "but the installer does");
	case_done(&c);
}

static void test_nothing_to_install(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_DISK && !c.plan.distro && c.plan.change_count == 0,
	   "no install keys: the disk, and nothing changes");
	case_plan(&c, DISK_EMPTY);
	ok(c.plan.action == PLAN_DISK && c.plan.change_count == 0,
	   "even when it does not boot");
	case_set(&c, "install-repository=http://h/t install-distro=rhlike "
		     "PV-bootloader=pygrub");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_DISK && !c.plan.distro && c.plan.change_count == 0,
	   "PV-bootloader pygrub: finished, whatever other keys say");
	case_done(&c);
}

static void test_updates_disk(void)
{
	struct record_vbd vbds[] = {
		{ .userdevice = "0", .bootable = true },
		{ .userdevice = "1", .updates_disk = true },
		{ .userdevice = "2" },
		{ .userdevice = "3", .cd = true, .updates_disk = true },
	};
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c,
		 "install-distro=rhel41 install-repository=http://h/t install-round=2");
	case_plan(&c, DISK_BOOTS);
	ok(c.plan.needs_vbds, "rhel41, round 2: the VBDs are wanted");
	c.record.vbd = vbds;
	c.record.vbd_count = 4;
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c), "destroy-1 " FINISH,
	       "the updates disk goes first, and no other");
	ok(!c.plan.needs_vbds, "and now they are known");
	case_set(&c, "install-distro=rhlike");
	case_plan(&c, DISK_BOOTS);
	is_str(case_changes(&c), FINISH, "rhlike removes none");
	c.record.vbd = NULL;
	c.record.vbd_count = 0;
	case_done(&c);
}

static void test_dom0_files(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-distro=rhel44 install-repository=nfs:server:/el4");
	case_plan(&c, DISK_NOT_ASKED);
	is_str(c.plan.kernel_path,
	       "/opt/xensource/packages/files/guest-installer/rhel44-vmlinuz",
	       "rhel44: dom0's kernel");
	is_str(c.plan.ramdisk_path,
	       "/opt/xensource/packages/files/guest-installer/rhel44-initrd",
	       "and ramdisk");
	c.config.rhel44_kernel = strdup("/srv/k");
	c.config.rhel44_ramdisk = strdup("/srv/i");
	case_plan(&c, DISK_NOT_ASKED);
	is_str(c.plan.kernel_path, "/srv/k", "a setting overrides");
	is_str(c.plan.ramdisk_path, "/srv/i", "both");
	case_set(&c, "install-repository=cdrom");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "no ISO support"),
	   "no ISO support");
	case_done(&c);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(network_families) / sizeof(*network_families);
	     i++) {
		test_round_1(network_families[i]);
		test_round_2(network_families[i]);
	}
	test_no_dead_end();
	test_nothing_to_install();
	test_updates_disk();
	test_dom0_files();
	return tap_done();
}
