/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of states of eliloader(8), row by row: what the keys and the disk are, what is
 * done, and what changes; and that the page has no row that is not here. */
#include <stdbool.h>

#include "tests/eliloader/plan_case.h"

#define PAGE   "docs/man/eliloader.8"
#define TREE   "install-distro=rhlike install-repository=http://h/t "
#define TO_ELI "eliloader-installed=eliloader -install-round -install-distro"
#define TO_PYG                                                                           \
	"eliloader-installed=pygrub -install-round -install-distro bootloader=pygrub "   \
	"-eliloader-installed"

static const struct disk_verdict not_asked = { .state = DISK_NOT_ASKED },
				 empty = { .state = DISK_EMPTY },
				 half = { .state = DISK_EMPTY, .why = "it has kernels" },
				 foreign = { .state = DISK_FOREIGN, .why = "luks\n" },
				 anyhow = { .state = DISK_BOOTS_ANYHOW },
				 ours = { .state = DISK_BOOTS },
				 theirs = { .state = DISK_BOOTS, .pygrub_boots = true },
				 both = { .state = DISK_BOOTS,
					  .pygrub = true,
					  .pygrub_boots = true },
				 sles = { .state = DISK_BOOTS,
					  .pygrub = true,
					  .pygrub_boots = true,
					  .selection = "--kernel /k --ramdisk /i" },
				 uek = { .state = DISK_BOOTS, .selection = "--entry 1" };

struct state_case {
	unsigned row; /* of the page */
	enum toolstack toolstack;
	const char *keys;
	const struct disk_verdict *disk;
	enum plan_action action;
	const char *changes;
	const char *text; /* of the error, or of a reason */
};

static const struct state_case states[] = {
	{ 1, XAPI, "", &not_asked, PLAN_DISK, "", "nothing to install" },
	{ 1, XL, "", &not_asked, PLAN_DISK, "", "nothing to install" },
	{ 1, XL, "install-round=2", &empty, PLAN_DISK, "", "nothing to install" },
	{ 2, XAPI, TREE "PV-bootloader=pygrub", &not_asked, PLAN_DISK, "", "finished" },
	{ 2, XL, TREE "PV-bootloader=pygrub", &not_asked, PLAN_DISK, "", "finished" },
	{ 2, XAPI, TREE "PV-bootloader=pygrub other-config:eliloader-installed=pygrub",
	  &not_asked, PLAN_DISK, "-install-distro -eliloader-installed", "finished" },
	{ 3, XAPI, TREE "other-config:eliloader-installed=eliloader", &not_asked,
	  PLAN_DISK, "-install-distro", "install-round is not" },
	{ 3, XAPI, "install-repository=http://h/t other-config:eliloader-installed=x",
	  &not_asked, PLAN_DISK, "", "install-round is not" },
	{ 3, XL,
	  TREE "other-config:eliloader-installed=eliloader "
	       "other-config:eliloader-attempts=3",
	  &not_asked, PLAN_DISK, "-eliloader-attempts -install-distro",
	  "install-round is not" },
	{ 4, XAPI, TREE "other-config:eliloader-installed=pygrub", &not_asked, PLAN_DISK,
	  "-install-distro bootloader=pygrub -eliloader-installed", "was cut" },
	{ 4, XAPI,
	  "install-repository=http://h/t other-config:eliloader-installed=pygrub",
	  &not_asked, PLAN_DISK, "bootloader=pygrub -eliloader-installed", "was cut" },
	{ 4, XAPI,
	  "install-repository=http://h/t other-config:eliloader-installed=pygrub "
	  "install-bootloader=eliloader",
	  &not_asked, PLAN_DISK, "", "finished" },
	{ 5, XAPI, TREE, &not_asked, PLAN_INSTALL, "install-round=2",
	  "install-round is 1" },
	{ 5, XAPI, TREE "install-round=1", &not_asked, PLAN_INSTALL, "install-round=2",
	  "install-round is 1" },
	{ 5, XAPI,
	  TREE "install-round=1 other-config:eliloader-installed=eliloader "
	       "other-config:eliloader-attempts=5",
	  &not_asked, PLAN_INSTALL,
	  "-eliloader-installed -eliloader-attempts install-round=2",
	  "install-round is 1" },
	{ 5, XL, TREE "install-round=1", &not_asked, PLAN_INSTALL, "install-round=2",
	  "install-round is 1" },
	{ 6, XL, TREE, &empty, PLAN_INSTALL, "install-round=2", "install-round is 1" },
	{ 7, XL, TREE, &foreign, PLAN_ERROR, "",
	  "is not empty: luks\\n. To install over" },
	{ 7, XL, TREE, &both, PLAN_ERROR, "", "a system that boots" },
	{ 7, XL, TREE, &anyhow, PLAN_ERROR, "", "--set install-round=1" },
	{ 8, XAPI, TREE "install-round=2", &both, PLAN_DISK, TO_PYG, "pygrub would" },
	{ 8, XAPI, TREE "install-round=2 other-config:eliloader-attempts=4", &both,
	  PLAN_DISK,
	  "eliloader-installed=pygrub -install-round -eliloader-attempts "
	  "-install-distro bootloader=pygrub -eliloader-installed",
	  "pygrub would" },
	{ 8, XAPI, TREE "install-round=2 install-bootloader=pygrub", &theirs, PLAN_DISK,
	  TO_PYG, "install-bootloader is pygrub" },
	{ 8, XAPI, TREE "install-round=2", &sles, PLAN_DISK,
	  "bootloader-args=--kernel /k --ramdisk /i " TO_PYG, "pygrub would" },
	{ 8, XAPI, TREE "install-round=2 PV-bootloader-args=-v~--cache~off~~--args=q",
	  &sles, PLAN_DISK, "bootloader-args=--args=q --kernel /k --ramdisk /i " TO_PYG,
	  "pygrub would" },
	{ 8, XAPI, TREE "install-round=2 PV-bootloader-args=--cache=off~--entry~2", &both,
	  PLAN_DISK, "bootloader-args=--entry 2 " TO_PYG, "pygrub would" },
	{ 8, XAPI, TREE "install-round=2 PV-bootloader-args=--kernel~/k", &both,
	  PLAN_DISK, TO_PYG, "pygrub would" },
	{ 9, XAPI, TREE "install-round=2", &ours, PLAN_DISK, TO_ELI, "pygrub would not" },
	{ 9, XAPI, TREE "install-round=2", &theirs, PLAN_DISK, TO_ELI,
	  "pygrub would not" },
	{ 9, XAPI, TREE "install-round=2 install-bootloader=eliloader", &both, PLAN_DISK,
	  TO_ELI, "install-bootloader is eliloader" },
	{ 9, XAPI, TREE "install-round=2 install-bootloader=pygrub", &ours, PLAN_DISK,
	  TO_ELI, "finds nothing to boot" },
	{ 8, XAPI, TREE "install-round=2 install-bootloader=auto", &both, PLAN_DISK,
	  TO_PYG, "pygrub would" },
	{ 9, XAPI, TREE "install-round=2 PV-bootloader-args=--cache=off", &uek, PLAN_DISK,
	  "bootloader-args=--cache=off --entry 1 " TO_ELI, "pygrub would not" },
	{ 9, XL, TREE "install-round=2", &both, PLAN_DISK, TO_ELI, "finished" },
	{ 9, XL, TREE "install-round=2", &sles, PLAN_DISK,
	  "bootloader-args=--kernel /k --ramdisk /i " TO_ELI, "finished" },
	{ 10, XAPI, TREE "install-round=2", &anyhow, PLAN_DISK, "", "the round stays" },
	{ 10, XL, TREE "install-round=2", &anyhow, PLAN_DISK, "", "the round stays" },
	{ 11, XAPI, TREE "install-round=2", &empty, PLAN_INSTALL, "eliloader-attempts=2",
	  "time 2 of 5" },
	{ 11, XAPI, TREE "install-round=2 other-config:eliloader-attempts=4", &half,
	  PLAN_INSTALL, "eliloader-attempts=5", "it has kernels: the installer again" },
	{ 11, XL, TREE "install-round=2 other-config:eliloader-attempts=2", &empty,
	  PLAN_INSTALL, "eliloader-attempts=3", "time 3 of 5" },
	{ 12, XAPI, TREE "install-round=2 other-config:eliloader-attempts=5", &half,
	  PLAN_ERROR, "",
	  "given out 5 times, and the disk still holds no system: it has kernels. The "
	  "VM's console tells what it came to. To try again: xe vm-param-set "
	  "uuid=" CASE_UUID " other-config:install-round=1." },
	{ 12, XL, TREE "install-round=2 other-config:eliloader-attempts=99999", &empty,
	  PLAN_ERROR, "", "To try again: eliloader --forget NAME" },
	{ 12, XAPI, TREE "install-round=2 other-config:eliloader-attempts=five", &empty,
	  PLAN_ERROR, "", "eliloader-attempts is 'five'" },
	{ 12, XAPI, TREE "install-round=2 other-config:eliloader-attempts=0", &empty,
	  PLAN_ERROR, "", "eliloader-attempts is '0'" },
	{ 13, XAPI, TREE "install-round=2", &foreign, PLAN_ERROR, "",
	  "cannot be booted: luks\\n. To install again, over what it holds: xe "
	  "vm-param-set uuid=" CASE_UUID " other-config:install-round=1." },
	{ 13, XL, TREE "install-round=2", &foreign, PLAN_ERROR, "",
	  "eliloader --forget NAME, and --set install-round=1" },
	{ 14, XAPI, TREE "install-round=3", &not_asked, PLAN_ERROR, "", "is '3'" },
	{ 14, XL, TREE "install-round=0", &not_asked, PLAN_ERROR, "", "is '0'" },
};

#define ROWS 14

static bool has_text(const struct plan *p, const char *text)
{
	bool found = p->error_text && strstr(p->error_text, text);

	for (size_t i = 0; i < p->reason_count && !found; i++)
		found = strstr(p->reason[i], text);
	return found;
}

static void test_state(const struct state_case *s)
{
	struct plan_case c;

	case_init(&c, s->toolstack);
	case_set(&c, s->keys);
	case_judged(&c, s->disk);
	ok(c.plan.action == s->action, "row %u: %s %s", s->row,
	   s->toolstack == XAPI ? "xapi:" : "xl:", s->keys);
	is_str(case_changes(&c), s->changes, "what changes, in this order");
	ok(has_text(&c.plan, s->text), "and it is said: '%s'", s->text);
	case_done(&c);
}

/* Rows of the page begin with ".It " and a number. */
static void test_page(void)
{
	bool tested[ROWS + 1] = { false };
	FILE *page = fopen(PAGE, "re");
	char line[512], *end;
	unsigned row, next = 1;

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		tested[states[i].row] = true;
	while (page && fgets(line, sizeof(line), page)) {
		if (strncmp(line, ".It ", 4) != 0)
			continue;
		row = (unsigned)strtoul(line + 4, &end, 10);
		if (end == line + 4 || strncmp(end, " Ta", 3) != 0)
			continue;
		ok(row == next, "the page's row %u", next);
		ok(next <= ROWS && tested[next], "row %u is tested here", next);
		next++;
	}
	is_int(next, ROWS + 1, "the page has each row");
	if (page)
		(void)fclose(page); /* only read */
}

/* What the caller is asked to find out first. */
static void test_questions(void)
{
	struct plan_case c;

	case_init(&c, XL);
	case_set(&c, TREE);
	case_judged(&c, &not_asked);
	ok(c.plan.action == PLAN_INSTALL && c.plan.guards,
	   "xl, nothing is known: the disk is looked at before");
	case_judged(&c, &empty);
	ok(!c.plan.guards, "once");
	c.request.cdrom = "/srv/install.iso";
	case_set(&c, "install-repository=cdrom");
	case_judged(&c, &not_asked);
	ok(c.plan.guards, "also with the installer on another image");
	c.request.cdrom = NULL;
	case_judged(&c, &not_asked);
	ok(!c.plan.guards, "not where the image is the installer's");
	case_set(&c, TREE "install-round=2");
	case_judged(&c, &not_asked);
	ok(!c.plan.guards && !c.plan.asks_pygrub, "xl, round 2: pygrub is not asked");
	case_done(&c);
	case_init(&c, XAPI);
	case_set(&c, TREE);
	case_judged(&c, &not_asked);
	ok(!c.plan.guards, "xapi, round 1: nobody looks at the disk");
	case_set(&c, "install-round=2");
	case_judged(&c, &not_asked);
	ok(c.plan.asks_pygrub, "xapi, round 2: pygrub is asked");
	case_set(&c, "install-bootloader=eliloader");
	case_judged(&c, &not_asked);
	ok(!c.plan.asks_pygrub, "but not when it shall not be");
	case_set(&c, "install-round=1 install-bootloader=lilo");
	case_judged(&c, &not_asked);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "is 'lilo'"),
	   "a wrong install-bootloader is told before the install");
	case_done(&c);
}

/* What a bad word was meant to say is not known, and the switch to pygrub is for good. */
static void test_bad_bootloader(void)
{
	static const char *const words[] = {
		TREE "install-round=2 install-bootloader=grub",
		"install-repository=cdrom install-distro=pygrub install-round=1 "
		"install-bootloader=Pygrub",
		"install-repository=cdrom install-distro=rhlike install-round=2 "
		"install-bootloader=eliloader~",
	};
	static const struct disk_verdict *const disks[] = { &not_asked, &both, &ours,
							    &anyhow, &empty };
	struct plan_case c;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		for (size_t n = 0; n < sizeof(disks) / sizeof(*disks); n++) {
			case_init(&c, n % 2 ? XL : XAPI);
			case_set(&c, words[i]);
			case_judged(&c, disks[n]);
			ok(c.plan.action == PLAN_ERROR && c.plan.change_count == 0 &&
				   strstr(c.plan.error_text, "install-bootloader is '"),
			   "a wrong install-bootloader: words %zu, disk %zu", i, n);
			case_done(&c);
		}
	case_init(&c, XAPI);
	case_set(&c,
		 "install-bootloader=grub other-config:eliloader-installed=eliloader");
	case_judged(&c, &not_asked);
	is_int(c.plan.action, PLAN_DISK, "when the install is over it says nothing");
	case_done(&c);
}

static void test_attempts(void)
{
	struct plan_case c;

	case_init(&c, XL);
	c.config.install_attempts = 1;
	case_set(&c, TREE "install-round=2");
	case_judged(&c, &empty);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "given out 1 times"),
	   "install-attempts = 1: never again");
	case_set(&c, "install-repository=cdrom");
	case_judged(&c, &not_asked);
	ok(c.plan.action == PLAN_INSTALL && c.plan.iso_unsure,
	   "where the image may be the CD or the disk, it is looked at");
	case_judged(&c, &(struct disk_verdict){ .state = DISK_NOT_ISO });
	is_int(c.plan.action, PLAN_DISK, "and the disk is booted, however often");
	case_set(&c, TREE);
	case_judged(&c, &ours);
	is_int(c.plan.action, PLAN_DISK, "but what boots is booted");
	case_done(&c);
}

static void test_cd_attempts(void)
{
	struct record_vbd vbds[] = {
		{ .userdevice = "0" },
		{ .userdevice = "3", .cd = true, .bootable = true },
	};
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-repository=cdrom install-round=2 "
		     "other-config:eliloader-attempts=5");
	c.record.vbd = vbds;
	c.record.vbd_count = 2;
	case_judged(&c, &not_asked);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "take the CD out"),
	   "a CD that is the only boot device is not given out for ever");
	case_set(&c, "install-distro=pygrub");
	case_judged(&c, &not_asked);
	is_int(c.plan.action, PLAN_ERROR, "nor is one with a menu of its own");
	case_set(&c, "other-config:eliloader-attempts=4");
	case_judged(&c, &not_asked);
	is_str(case_changes(&c), "vbd-0=true eliloader-attempts=5 vbd-3=false",
	       "whose times are counted");
	c.record.vbd = NULL;
	c.record.vbd_count = 0;
	case_done(&c);
}

static void test_limits(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, TREE "install-round=2 platform:pv-kernel-max-size=1048576 "
			  "platform:pv-postinstall-kernel-max-size=4096 "
			  "platform:pv-postinstall-ramdisk-max-size=99999999999999");
	case_judged(&c, &not_asked);
	ok(c.plan.limits.kernel == 4096 && c.plan.limits.ramdisk == RAMDISK_MAX_CEILING,
	   "the disk is read with the limits of after the install, and the host's");
	case_set(&c, "platform:pv-postinstall-kernel-max-size=much");
	case_judged(&c, &not_asked);
	is_int((long long)c.plan.limits.kernel, 1048576, "a bad one does not count");
	case_set(&c, "install-round=1");
	case_judged(&c, &not_asked);
	is_int((long long)c.plan.limits.ramdisk, RAMDISK_MAX_DEFAULT,
	       "the installer has those of before");
	case_done(&c);
}

static void test_long_words(void)
{
	struct plan_case c;
	char args[300];

	memset(args, 'a', sizeof(args));
	args[sizeof(args) - 1] = '\0';
	case_init(&c, XAPI);
	case_set(&c, TREE "install-round=2");
	case_put(&c, "PV-bootloader-args", args);
	case_judged(&c, &both);
	is_str(case_changes(&c), TO_ELI,
	       "PV-bootloader-args too long to be looked at: "
	       "eliloader stays");
	case_put(&c, "PV-bootloader-args", "--args=\xff");
	case_judged(&c, &both);
	is_str(case_changes(&c), TO_ELI, "and when they are not ASCII");
	case_done(&c);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		test_state(&states[i]);
	test_page();
	test_questions();
	test_bad_bootloader();
	test_attempts();
	test_cd_attempts();
	test_limits();
	test_long_words();
	return tap_done();
}
