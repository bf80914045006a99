/* SPDX-License-Identifier: BSD-2-Clause */
/* --explain: that it tells all of a plan, hides passwords, and that --json is JSON. */
#include <jansson.h>

#include "tests/eliloader/plan_case.h"

/* What plan_print() prints; free() it. */
static char *print(const struct plan *p)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	plan_print(f, p);
	(void)fclose(f);
	return text;
}

static json_t *print_json_of(const struct plan *p, const char *disk)
{
	char *text = NULL;
	json_t *json;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	ok(plan_print_json(f, p, disk) == 0, "it is printed as JSON");
	(void)fclose(f);
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ok(json != NULL, "which can be read");
	free(text);
	return json;
}

static json_t *print_json(const struct plan *p)
{
	return print_json_of(p, "");
}

static const char *member(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static void is_in(const char *text, const char *part)
{
	if (!ok(strstr(text, part) != NULL, "it says: %.60s", part))
		printf("# %s\n", part);
}

static void test_install(void)
{
	struct plan_case c;
	json_t *json;
	char *text;

	case_init(&c, XAPI);
	case_set(&c, "install-repository=https://user:hidden1@h/t install-vnc=1 "
		     "install-vncpasswd=hidden2 install-args=ks=x "
		     "install-proxy=http://a:hidden3@p");
	case_plan(&c, DISK_NOT_ASKED);
	text = print(&c.plan);
	is_in(text, "plan: give out the installer\n");
	is_in(text, "  install-distro is rhlike (not set)\n");
	is_in(text, "  install-round is 1 (not set): the installer\n");
	is_in(text, "below https://user:***@h/t/, the first pair counts:\n"
		    "  what .treeinfo or treeinfo names for x86_64\n"
		    "  images/xen/vmlinuz + images/xen/initrd.img\n"
		    "  images/pxeboot/vmlinuz + images/pxeboot/initrd.img\n");
	is_in(text,
	      "  Anaconda: inst.repo=https://user:***@h/t/ inst.vnc inst.vncpassword=*** "
	      "ks=x\n");
	is_in(text, "  Anaconda till EL 6: method=https://user:***@h/t/ vnc");
	is_in(text,
	      "limits: kernel 67108864, ramdisk 536870912, unpacked 268435456 bytes\n");
	is_in(text,
	      "then changed, in this order:\n  other-config:install-round becomes '2'\n");
	ok(!strstr(text, "hidden"), "no password is in it");
	free(text);

	json = print_json(&c.plan);
	is_str(member(json, "action"), "install", "action");
	is_str(member(json, "distro"), "rhlike", "distro");
	is_str(member(json, "repository"), "https://user:***@h/t/", "repository");
	is_int(json_integer_value(json_object_get(json, "round")), 1, "round");
	ok(json_array_size(json_object_get(json, "candidates")) == 3, "candidates");
	ok(json_array_size(json_object_get(json, "args")) == 3,
	   "arguments of each installer");
	ok(json_array_size(json_object_get(json, "changes")) == 1, "changes");
	ok(json_array_size(json_object_get(json, "reasons")) == c.plan.reason_count &&
		   c.plan.reason_count > 3,
	   "reasons");
	is_int(json_integer_value(
		       json_object_get(json_object_get(json, "limits"), "ramdisk")),
	       (long long)RAMDISK_MAX_DEFAULT, "limits");
	ok(!json_object_get(json, "error"), "no error");
	text = json_dumps(json, 0);
	ok(text && !strstr(text, "hidden"), "no password is in it");
	free(text);
	json_decref(json);
	case_done(&c);
}

static void test_error(void)
{
	struct plan_case c;
	json_t *json;
	char *text;

	case_init(&c, XAPI);
	case_set(&c, "install-distro=x\x1b");
	case_plan(&c, DISK_NOT_ASKED);
	text = print(&c.plan);
	is_in(text, "plan: fail\nerror: UNSUPPORTED_INSTALL_METHOD\n");
	is_in(text, "'x\\x1b'");
	ok(!strchr(text, '\x1b'), "nothing drives the terminal");
	free(text);
	json = print_json(&c.plan);
	is_str(member(json, "action"), "error", "action");
	is_str(member(json_object_get(json, "error"), "name"),
	       "UNSUPPORTED_INSTALL_METHOD", "its name");
	json_decref(json);
	case_done(&c);
}

static void test_others(void)
{
	struct record_vbd vbds[] = {
		{ .userdevice = "0", .bootable = true },
		{ .userdevice = "xvdd\n", .cd = true, .updates_disk = true },
		{ .userdevice = "1", .updates_disk = true },
	};
	struct plan_case c;
	json_t *json;
	char *text;

	case_init(&c, XAPI);
	case_set(&c,
		 "install-distro=rhel44 install-repository=http://h/ install-round=2");
	c.record.vbd = vbds;
	c.record.vbd_count = 3;
	case_plan(&c, DISK_NOT_ASKED);
	text = print(&c.plan);
	is_in(text, "plan: boot what is on the disk\n");
	free(text);
	case_plan(&c, DISK_BOOTS);
	text = print(&c.plan);
	is_in(text, "  disk 1 (updates) is removed\n"
		    "  other-config:eliloader-installed becomes 'pygrub'\n"
		    "  other-config:install-round is removed\n"
		    "  other-config:install-distro is removed\n"
		    "  PV-bootloader becomes 'pygrub'\n"
		    "  other-config:eliloader-installed is removed\n");
	free(text);
	case_plan(&c, DISK_EMPTY);
	text = print(&c.plan);
	is_in(text, "guest-installer/rhel44-vmlinuz\n");
	is_in(text, "method=http://h/\n");
	free(text);
	json = print_json(&c.plan);
	is_str(member(json, "action"), "install-from-dom0-files", "action");
	ok(json_is_true(json_object_get(json, "again")), "again");
	json_decref(json);
	case_set(&c, "install-distro=rhlike install-repository=cdrom install-round=1");
	case_plan(&c, DISK_NOT_ASKED);
	text = print(&c.plan);
	is_in(text, "then changed, in this order, before it fails:\n"
		    "  disk xvdd\\n becomes bootable\n  disk 0 becomes not bootable\n");
	free(text);
	c.record.vbd = NULL;
	c.record.vbd_count = 0;
	case_plan(&c, DISK_NOT_ASKED);
	text = print(&c.plan);
	is_in(text, "the VM's disks (VBDs) count");
	free(text);
	case_done(&c);
}

/* What was found on the disk is in both forms (start.c prints the one for people). */
static void test_disk(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "entry 3, 'Debian': /vmlinuz + /initrd.img",
		  "entry 3, 'Debian': /vmlinuz + /initrd.img" },
		{ "entry 0, 'G\xc3\xa4st \"x\"': /k",
		  "entry 0, 'G\xc3\xa4st \"x\"': /k" },
		{ "entry 0, '\xff\033[2J\n'", "entry 0, '\\xff\\x1b[2J\\n'" },
		{ "", NULL },
	};
	struct plan_case c;

	case_init(&c, XL);
	case_plan(&c, DISK_NOT_ASKED);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *json = print_json_of(&c.plan, cases[i].text);

		is_str(member(json, "disk"), cases[i].want, "disk");
		ok(cases[i].want || json_is_null(json_object_get(json, "disk")),
		   "or null");
		json_decref(json);
	}
	case_done(&c);
}

int main(void)
{
	test_install();
	test_error();
	test_others();
	test_disk();
	return tap_done();
}
