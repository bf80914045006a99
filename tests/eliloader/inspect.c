/* SPDX-License-Identifier: BSD-2-Clause */
/* What `eliloader inspect` prints of a report, for people and for programs, and which entries
 * it says can be booted. */
#include "eliloader/inspect.h"

#include <jansson.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

static struct disk_report report;
static struct inspect in;

static void add(const char *title, unsigned device, const char *kernel,
		const char *ramdisk, const char *args, const char *why)
{
	struct boot_entry *e = boot_menu_add(&report.menu);

	if (!e)
		abort();
	e->title = strdup(title);
	free(e->args);
	e->args = strdup(args);
	e->why = why ? strdup(why) : NULL;
	e->kernel.device = device;
	(void)snprintf(e->kernel.path, sizeof(e->kernel.path), "%s", kernel);
	if (!*ramdisk)
		return;
	e->ramdisk = calloc(1, sizeof(*e->ramdisk));
	if (!e->ramdisk)
		abort();
	e->ramdisk_count = 1;
	e->ramdisk[0].device = device;
	(void)snprintf(e->ramdisk[0].path, sizeof(e->ramdisk[0].path), "%s", ramdisk);
}

static void make(void)
{
	static const struct boot_device devices[] = {
		{ .name = "loop0,gpt1",
		  .fs = "fat",
		  .uuid = "1234-ABCD",
		  .size = 512 << 20 },
		{ .name = "loop0,gpt2",
		  .fs = "ext*",
		  .label = "ro\033ot",
		  .uuid = "6d2f9a3e-1111-4222-8333-000000000001",
		  .size = 8ULL << 30,
		  .active = true },
		{ .name = "loop0,gpt3", .swap = true },
		{ .name = "loop0,gpt4" },
	};

	report = (struct disk_report){ .table = "gpt", .have_menu = true };
	report.device = calloc(4, sizeof(*report.device));
	if (!report.device)
		abort();
	memcpy(report.device, devices, sizeof(devices));
	report.device_count = 4;
	boot_menu_init(&report.menu);
	report.menu.kind = BOOT_GRUB;
	report.menu.config = (struct boot_path){ 1, "/boot/grub/grub.cfg" };
	report.menu.timeout_s = 5;
	report.menu.note = strdup("line 3: no such command 'x\033'");
	add("Debian", 1, "/boot/vmlinuz", "/boot/initrd.img", "root=UUID=1 ro", NULL);
	add("Debian, older", 1, "/boot/vmlinuz.old", "", "", NULL);
	add("Debian again", 1, "/boot/vmlinuz", "", "single", NULL);
	add("Win\xff\033[2J\ndows", 0, "", "", "", "chainloader");
	report.menu.chosen = 1;
	in = (struct inspect){ .image = "/dev/vg/x", .report = &report };
}

static void done(void)
{
	inspect_done(&in);
	disk_report_done(&report);
}

/* What a look into the two kernels shows. */
static void look(void)
{
	in.kernel[0].len = 8 << 20;
	in.kernel[0].facts = (struct wire_kernel){ .payload = PAYLOAD_XZ,
						   .bzimage = 1,
						   .pv = 1,
						   .phys32 = 1,
						   .pvh = 1,
						   .bits = 64,
						   .xen_known = 1,
						   .release = "6.1.0-13-amd64" };
	in.kernel[1].facts = (struct wire_kernel){ .payload = PAYLOAD_GZIP,
						   .bits = 64,
						   .xen_known = 1 };
}

/* What @print_it prints; free() it. */
static char *printed(void (*print_it)(FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	print_it(out);
	if (fclose(out) != 0)
		abort();
	return text;
}

static void for_people(FILE *out)
{
	inspect_print(out, &in);
}

static void for_programs(FILE *out)
{
	ok(inspect_print_json(out, &in) == 0, "for programs");
}

static void as_pygrub(FILE *out)
{
	inspect_print_entries(out, &report);
}

static void test_kernels(void)
{
	make();
	ok(inspect_list_kernels(&in) == 0 && in.kernel_count == 2,
	   "each kernel that is named, once");
	is_str(in.kernel[1].path.path, "/boot/vmlinuz.old", "in the menu's order");
	look();
	ok(!inspect_why(&in, 0), "a PV and PVH kernel can be booted");
	ok(!inspect_why(&in, 2), "from wherever it is named");
	ok(inspect_why(&in, 1) && strstr(inspect_why(&in, 1), "neither as a PV"),
	   "one that is neither cannot");
	is_str(inspect_why(&in, 3), "chainloader", "the configuration's own reason");
	is_int((long long)inspect_bootable(&in), 2, "how many can");
	(void)snprintf(in.kernel[0].why, sizeof(in.kernel[0].why), "cannot be read");
	is_int((long long)inspect_bootable(&in), 0, "none, when it cannot be read");
	ok(!inspect_kernel_of(&in, 0), "and nothing is known of it");
	done();
}

static void test_many(void)
{
	char path[32];

	make();
	for (int i = 0; i < 100; i++) {
		(void)snprintf(path, sizeof(path), "/k%d", i);
		add(path, 1, path, "", "", NULL);
	}
	ok(inspect_list_kernels(&in) == 0 && in.kernel_count == INSPECT_KERNELS,
	   "not too many kernels are read");
	ok(!inspect_why(&in, report.menu.count - 1) &&
		   !inspect_kernel_of(&in, report.menu.count - 1),
	   "of the others nothing is claimed");
	done();
}

static void test_people(void)
{
	static const char want[] =
		"/dev/vg/x: GPT, 4 devices\n"
		"  loop0,gpt1: fat, 512.0 MiB, UUID 1234-ABCD\n"
		"  loop0,gpt2: ext*, 8.0 GiB, label ro\\x1bot, UUID "
		"6d2f9a3e-1111-4222-8333-000000000001, active\n"
		"  loop0,gpt3: swap space\n"
		"  loop0,gpt4: no file system that is known\n"
		"boot menu (grub): (loop0,gpt2)/boot/grub/grub.cfg, time-out 5 s\n"
		"   0   Debian\n"
		"      kernel  (loop0,gpt2)/boot/vmlinuz\n"
		"      (PV, PVH, 64 bits, packed: xz, 8.0 MiB, 6.1.0-13-amd64)\n"
		"      ramdisk (loop0,gpt2)/boot/initrd.img\n"
		"      args    root=UUID=1 ro\n"
		"   1 * Debian, older\n"
		"      kernel  (loop0,gpt2)/boot/vmlinuz.old\n"
		"      (neither PV nor PVH, 64 bits, packed: gzip)\n";
	autofree char *text = NULL;

	make();
	if (inspect_list_kernels(&in) < 0)
		abort();
	look();
	text = printed(for_people);
	ok(strncmp(text, want, strlen(want)) == 0, "for people");
	if (tap_failed)
		printf("# %s\n", text);
	ok(strstr(text, "   3   Win\\xff\\x1b[2J\\ndows\n"
			"      cannot be booted: chainloader\n"),
	   "an entry that cannot be booted, in one line");
	ok(strstr(text, "\nnote: line 3: no such command 'x\\x1b'\n"), "the note");
	ok(strstr(text, "\n2 of 4 entries can be booted\n"), "the sum");
	for (const char *p = text; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\n') || (unsigned char)*p > '~')
			ok(false, "byte %02x", (unsigned char)*p);
	done();
}

static void test_programs(void)
{
	autofree char *text = NULL;
	json_t *root, *j, *entry;

	make();
	if (inspect_list_kernels(&in) < 0)
		abort();
	look();
	text = printed(for_programs);
	root = j = json_loads(text, 0, NULL);
	ok(root != NULL, "it is JSON");
	is_str(json_string_value(json_object_get(j, "table")), "gpt", "table");
	ok(json_array_size(json_object_get(j, "devices")) == 4, "devices");
	ok(json_is_true(json_object_get(j, "bootable")), "bootable");
	j = json_object_get(j, "menu");
	is_int(json_integer_value(json_object_get(j, "default")), 1, "default");
	entry = json_array_get(json_object_get(j, "entries"), 0);
	is_str(json_string_value(
		       json_object_get(json_object_get(entry, "kernel"), "path")),
	       "/boot/vmlinuz", "kernel");
	ok(json_is_true(json_object_get(json_object_get(entry, "kernel"), "pvh")), "PVH");
	ok(json_is_null(json_object_get(entry, "why")), "nothing is wrong with it");
	entry = json_array_get(json_object_get(j, "entries"), 3);
	is_str(json_string_value(json_object_get(entry, "title")),
	       "Win\\xff\\x1b[2J\\ndows", "a title that is no UTF-8");
	is_str(json_string_value(json_object_get(entry, "why")), "chainloader", "why");
	ok(json_is_null(json_object_get(entry, "kernel")), "no kernel");
	json_decref(root);
	done();
}

static void test_nothing(void)
{
	autofree char *text = NULL, *list = NULL;

	make();
	list = printed(as_pygrub);
	ok(strncmp(list,
		   "title: Debian\n  root: loop0,gpt2\n  kernel: /boot/vmlinuz\n"
		   "  args: root=UUID=1 ro\n  initrd: /boot/initrd.img\ntitle: Deb",
		   100) == 0,
	   "--list-entries, in pygrub's words");
	boot_menu_done(&report.menu);
	report.have_menu = false;
	report.device_count = 3;
	if (inspect_list_kernels(&in) < 0)
		abort();
	text = printed(for_people);
	ok(strstr(text, "\nnothing is installed on it\n"), "a disk without a system");
	done();
}

static void make_submenus(void)
{
	struct boot_menu *m = &report.menu;

	make();
	(void)boot_menu_enter(m, "Advanced\033", "id");
	add("Debian 6.1", 0, "", "", "", "gone");
	(void)boot_menu_enter(m, "Older", NULL);
	add("Debian 5.10", 0, "", "", "", "gone, too");
	boot_menu_leave(m);
	boot_menu_leave(m);
	(void)boot_menu_enter(m, "Nothing\xff", NULL);
	boot_menu_leave(m);
	if (inspect_list_kernels(&in) < 0)
		abort();
}

static void test_submenus(void)
{
	static const char inspected[] = "chainloader\n"
					"       submenu, entries 4 to 5: Advanced\\x1b\n"
					"   4   Debian 6.1\n"
					"      cannot be booted: gone\n"
					"       submenu, entries 5 to 5: Older\n"
					"   5   Debian 5.10\n"
					"      cannot be booted: gone, too\n"
					"       submenu, empty: Nothing\\xff\n"
					"note: ";
	static const char listed[] =
		"title: Debian 6.1\n  root: None\n  kernel: None\n  args: \n"
		"  initrd: None\n  submenu: Advanced\\x1b\n  cannot be booted: gone\n"
		"title: Debian 5.10\n  root: None\n  kernel: None\n  args: \n"
		"  initrd: None\n  submenu: Advanced\\x1b\n  submenu: Older\n";
	autofree char *people = NULL, *list = NULL;

	make_submenus();
	people = printed(for_people);
	if (!ok(strstr(people, inspected), "submenus, for people"))
		printf("# %s\n", people);
	list = printed(as_pygrub);
	if (!ok(strstr(list, listed), "which an entry lies in"))
		printf("# %s\n", list);
	done();
}

static void is_submenu(const json_t *submenus, size_t i, const char *title, int first,
		       int end, int depth)
{
	const json_t *j = json_array_get(submenus, i);

	is_str(json_string_value(json_object_get(j, "title")), title, "title");
	is_int(json_integer_value(json_object_get(j, "first")), first, "first");
	is_int(json_integer_value(json_object_get(j, "end")), end, "end");
	is_int(json_integer_value(json_object_get(j, "depth")), depth, "depth");
}

static void test_submenus_json(void)
{
	autofree char *text = NULL;
	json_t *root, *submenus;

	make_submenus();
	text = printed(for_programs);
	root = json_loads(text, 0, NULL);
	submenus = json_object_get(json_object_get(root, "menu"), "submenus");
	ok(json_array_size(submenus) == 3, "three submenus");
	is_submenu(submenus, 0, "Advanced\033", 4, 6, 0);
	is_submenu(submenus, 1, "Older", 5, 6, 1);
	is_submenu(submenus, 2, "Nothing\\xff", 6, 6, 0);
	json_decref(root);
	done();
}

int main(void)
{
	test_kernels();
	test_many();
	test_people();
	test_programs();
	test_submenus();
	test_submenus_json();
	test_nothing();
	return tap_done();
}
