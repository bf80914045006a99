/* SPDX-License-Identifier: BSD-2-Clause */
/* What a disk's report means for an install; and when two lines of arguments are the
 * same. */
#include <stdlib.h>
#include <string.h>

#include "eliloader/finish.h"
#include "tests/tap.h"

/* An entry in a few words: "TITLE|KERNEL|RAMDISK|WHY". */
#define ENTRIES_MAX 4

struct judge_case {
	const char *name;
	const char *distro;    /* NULL: none */
	const char *keys;      /* of the record, or NULL */
	const char *args;      /* --args, or NULL */
	const char *device[2]; /* "fs:blank:swap" of up to two, by words: "ext2", "blank",
				* "swap", "luks" */
	const char *entry[ENTRIES_MAX];
	enum boot_config kind;
	int chosen; /* -1: none */
	const char *note;
	/* what it shall be */
	size_t take;
	const char *selection, *why; /* why: a part of it */
	enum disk_state state;
	bool words, passed; /* what it is given, too */
};

#define FILES(k, i) "|" k "|" i "|"
#define DEBIAN	    "Debian|/vmlinuz|/initrd.img|"
#define UEK	    "Oracle Linux Server (2.6.39-300.el5uek)|/vmlinuz-uek|/initrd-uek|"
#define EL5	    "Oracle Linux Server (2.6.18-348.el5xen)|/vmlinuz-el|/initrd-el|"
#define XEN64	    "SLES|/boot/vmlinuz-xen|/boot/initrd-xen|"
#define XEN32	    "SLES|/boot/vmlinuz-xenpae|/boot/initrd-xenpae|"
#define BARE	    "vmlinuz-6.1|/boot/vmlinuz-6.1|/boot/initrd.img-6.1|"

static const struct judge_case cases[] = {
	{ .name = "blank",
	  .distro = "rhlike",
	  .device = { "blank" },
	  .state = DISK_EMPTY },
	{ .name = "file systems and swap space without a system",
	  .distro = "debianlike",
	  .device = { "ext2", "swap" },
	  .state = DISK_EMPTY },
	{ .name = "blank, whatever words there are",
	  .distro = "sleslike",
	  .words = true,
	  .device = { "blank" },
	  .state = DISK_EMPTY },
	{ .name = "something that cannot be read",
	  .distro = "rhlike",
	  .device = { "ext2", "luks" },
	  .state = DISK_FOREIGN,
	  .why = "encrypted data" },
	{ .name = "a menu",
	  .distro = "debianlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB,
	  .entry = { "other|/a|/b|", DEBIAN },
	  .chosen = 1,
	  .state = DISK_BOOTS,
	  .take = 1,
	  .selection = "" },
	{ .name = "a menu beside what cannot be read",
	  .distro = "rhlike",
	  .device = { "ext2", "luks" },
	  .kind = BOOT_BLS,
	  .entry = { DEBIAN },
	  .state = DISK_BOOTS },
	{ .name = "a menu of which nothing boots",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB,
	  .entry = { "Windows|||chainloader" },
	  .chosen = -1,
	  .state = DISK_FOREIGN,
	  .why = "of /boot/c, 'Windows': chainloader" },
	{ .name = "a menu without an entry",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB,
	  .chosen = -1,
	  .state = DISK_FOREIGN,
	  .why = "/boot/c has no entry to boot" },
	{ .name = "no menu, though there is a configuration",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .note = "(loop0)/boot/grub/grub.cfg: no entries",
	  .state = DISK_FOREIGN,
	  .why = "grub.cfg: no entries" },
	{ .name = "words, and a menu",
	  .distro = "rhlike",
	  .words = true,
	  .device = { "ext2" },
	  .kind = BOOT_GRUB_LEGACY,
	  .entry = { UEK, EL5 },
	  .state = DISK_BOOTS },
	{ .name = "Oracle's kernel for EL 5",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB_LEGACY,
	  .entry = { UEK, "other|||no such file", EL5 },
	  .state = DISK_BOOTS,
	  .take = 2,
	  .selection = "--entry 2" },
	{ .name = "Oracle's kernel for EL 5 in capitals, not the first",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB_LEGACY,
	  .entry = { EL5, "ORACLE (2.6.32-100.EL5UEK)|/u|/i|" },
	  .chosen = 1,
	  .state = DISK_BOOTS,
	  .take = 0,
	  .selection = "--entry 0" },
	{ .name = "Oracle's kernel for EL 5, and not the default",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB_LEGACY,
	  .entry = { UEK, EL5 },
	  .chosen = 1,
	  .state = DISK_BOOTS,
	  .take = 1 },
	{ .name = "Oracle's kernel for EL 5 alone",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB_LEGACY,
	  .entry = { UEK },
	  .state = DISK_BOOTS,
	  .take = 0 },
	{ .name = "the same words in another family",
	  .distro = "debianlike",
	  .device = { "ext2" },
	  .kind = BOOT_GRUB_LEGACY,
	  .entry = { UEK, EL5 },
	  .state = DISK_BOOTS,
	  .take = 0 },
	{ .name = "SLES of 64 bits without a menu",
	  .distro = "sleslike",
	  .keys = "install-arch=x86_64",
	  .device = { "reiserfs" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE, XEN32, XEN64 },
	  .state = DISK_BOOTS,
	  .take = 2,
	  .selection = "--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" },
	{ .name = "SLES of 32 bits without a menu",
	  .distro = "sleslike",
	  .device = { "reiserfs" },
	  .kind = BOOT_KERNELS,
	  .entry = { XEN64, XEN32 },
	  .state = DISK_BOOTS,
	  .take = 1,
	  .selection = "--kernel /boot/vmlinuz-xenpae --ramdisk /boot/initrd-xenpae" },
	{ .name = "SLES of an architecture that nobody has said",
	  .distro = "sleslike",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { XEN64 },
	  .state = DISK_BOOTS,
	  .take = 0,
	  .selection = "--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" },
	{ .name = "SLES with kernels of other names: cut",
	  .distro = "sleslike",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { "|/boot/vmlinuz|/boot/initrd|" },
	  .state = DISK_EMPTY,
	  .why = "kernels, but no boot configuration" },
	{ .name = "SLES whose ramdisk is not there yet: cut",
	  .distro = "sleslike",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { "|/boot/vmlinuz-xen||" },
	  .state = DISK_EMPTY },
	{ .name = "SUSE's names in another family: cut",
	  .distro = "rhlike",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { XEN64 },
	  .state = DISK_EMPTY },
	{ .name = "kernels without a configuration: cut",
	  .distro = "debianlike",
	  .device = { "ext2", "swap" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE },
	  .state = DISK_EMPTY },
	{ .name = "kernels without a configuration, and something else",
	  .distro = "debianlike",
	  .device = { "ext2", "luks" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE },
	  .state = DISK_FOREIGN,
	  .why = "encrypted data" },
	{ .name = "kernels, and words",
	  .distro = "debianlike",
	  .words = true,
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE },
	  .state = DISK_BOOTS },
	{ .name = "kernels, and root= from xapi",
	  .distro = "debianlike",
	  .keys = "PV-args=quiet~root=/dev/xvda1",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { "|/a||nothing", BARE },
	  .chosen = 1,
	  .state = DISK_BOOTS,
	  .take = 1,
	  .selection = "--kernel /boot/vmlinuz-6.1 --ramdisk /boot/initrd.img-6.1" },
	{ .name = "kernels, and root= from xl",
	  .distro = "debianlike",
	  .args = "root=/dev/xvda1 ro",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { "|/k||" },
	  .state = DISK_BOOTS,
	  .selection = "--kernel /k" },
	{ .name = "kernels of a name that is no word, and root=",
	  .distro = "debianlike",
	  .args = "root=/dev/xvda1 ro",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { "|/k 1|/i|" },
	  .state = DISK_BOOTS,
	  .selection = "" },
	{ .name = "kernels, and nfsroot= is not root=",
	  .distro = "debianlike",
	  .args = "nfsroot=h:/x",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE },
	  .state = DISK_EMPTY },
	{ .name = "kernels, and a configuration that was passed over",
	  .distro = "debianlike",
	  .device = { "ext2" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE },
	  .passed = true,
	  .state = DISK_BOOTS_ANYHOW,
	  .why = "understood" },
	{ .name = "the family pygrub, of a CD",
	  .distro = "pygrub",
	  .device = { "iso9660" },
	  .kind = BOOT_KERNELS,
	  .entry = { BARE },
	  .state = DISK_BOOTS,
	  .selection = "--kernel /boot/vmlinuz-6.1 --ramdisk /boot/initrd.img-6.1" },
};

static void set_device(struct boot_device *d, const char *word, unsigned number)
{
	(void)snprintf(d->name, sizeof(d->name), "loop0,gpt%u", number + 1);
	d->blank = strcmp(word, "blank") == 0;
	d->swap = strcmp(word, "swap") == 0;
	if (!d->blank && !d->swap)
		(void)snprintf(d->fs, sizeof(d->fs), "%s", word);
}

static void set_entry(struct boot_entry *e, const char *text)
{
	char *copy = strdup(text), *rest = copy, *kernel, *ramdisk;

	e->title = strdup(strsep(&rest, "|"));
	kernel = strsep(&rest, "|");
	ramdisk = strsep(&rest, "|");
	(void)snprintf(e->kernel.path, sizeof(e->kernel.path), "%s", kernel);
	if (*ramdisk) {
		e->ramdisk = calloc(1, sizeof(*e->ramdisk));
		e->ramdisk_count = 1;
		(void)snprintf(e->ramdisk->path, sizeof(e->ramdisk->path), "%s", ramdisk);
	}
	if (*rest)
		e->why = strdup(rest);
	free(copy);
}

static void make_report(const struct judge_case *k, struct disk_report *r)
{
	struct boot_menu *m = &r->menu;

	memset(r, 0, sizeof(*r));
	boot_menu_init(m);
	r->device = calloc(2, sizeof(*r->device));
	for (; r->device_count < 2 && k->device[r->device_count]; r->device_count++)
		set_device(&r->device[r->device_count], k->device[r->device_count],
			   (unsigned)r->device_count);
	for (size_t i = 0; i < ENTRIES_MAX && k->entry[i]; i++)
		set_entry(boot_menu_add(m), k->entry[i]);
	r->have_menu = m->count > 0 || k->chosen < 0;
	m->note = k->note ? strdup(k->note) : NULL;
	m->kind = k->kind;
	m->passed = k->passed;
	m->chosen = k->chosen < 0 ? m->count : (size_t)k->chosen;
	if (k->kind != BOOT_KERNELS)
		(void)snprintf(m->config.path, sizeof(m->config.path), "/boot/c");
}

static void test_judge(const struct judge_case *k)
{
	struct request request = { .args = k->args ? strdup(k->args) : NULL };
	struct record record;
	struct finish_from from = { .request = &request,
				    .record = &record,
				    .distro = k->distro ? distro_find(k->distro) : NULL,
				    .words = k->words };
	struct disk_report report;
	struct disk_verdict verdict;
	char keys[128], *p;
	size_t entry = 99;

	record_init(&record);
	(void)snprintf(keys, sizeof(keys), "%s", k->keys ? k->keys : "");
	for (p = keys; *p; p++)
		*p = *p == '~' ? ' ' : *p;
	if (*keys && record_set(&record, keys) < 0)
		abort();
	make_report(k, &report);
	finish_judge(&from, &report, &entry, &verdict);
	is_int(verdict.state, k->state, k->name);
	if (k->state >= DISK_BOOTS_ANYHOW && !k->words)
		ok(entry == k->take, "entry %zu of it (%zu)", k->take, entry);
	is_str(verdict.selection, k->selection ? k->selection : "", "the words for it");
	ok(k->why ? strstr(verdict.why, k->why) != NULL
		  : verdict.why[0] == '\0' || k->state == DISK_EMPTY,
	   "why: '%s'", verdict.why);
	ok(!verdict.pygrub && !verdict.pygrub_boots, "of pygrub nothing is said");
	disk_report_done(&report);
	record_done(&record);
	free(request.args);
}

static void test_first(void)
{
	static const struct {
		const char *device[2];
		const char *why; /* NULL: blank */
	} firsts[] = {
		{ { "blank" }, NULL },
		{ { "blank", "blank" }, NULL },
		{ { "ext2" }, "ext2 on loop0,gpt1" },
		{ { "blank", "swap" }, "swap space on loop0,gpt2" },
		{ { "swap", "ntfs" }, "ntfs on loop0,gpt2" },
		{ { "" }, "something on loop0,gpt1" },
		{ { NULL }, "something that was not understood" },
	};

	for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		struct judge_case k = { .device = { firsts[i].device[0],
						    firsts[i].device[1] } };
		struct disk_report report;
		struct disk_verdict verdict;

		make_report(&k, &report);
		finish_judge_first(&report, &verdict);
		ok(verdict.state == (firsts[i].why ? DISK_FOREIGN : DISK_EMPTY),
		   "before a first install: %s", firsts[i].why ? firsts[i].why : "blank");
		is_str(verdict.why, firsts[i].why ? firsts[i].why : "", "which is said");
		disk_report_done(&report);
	}
}

static void test_args(void)
{
	static const struct {
		const char *ours, *pygrubs;
		bool same;
	} args[] = {
		{ "", "", true },
		{ "ro quiet", " ro\tquiet ", true },
		{ "ro quiet", "ro", false },
		{ "ro", "ro quiet", false },
		{ "root=/dev/a ro", "root=/dev/b ro", false },
		{ "root=/dev/a ro", "root=$root ro", false },
		{ "ro quiet splash", "ro quiet splash $vt_handoff", true },
		{ "ro $x", "ro $x", true },
		{ "ro", "$a ro $b", true },
		{ "ro $x", "ro", false },
		{ "a b", "b a", false },
	};

	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++)
		ok(finish_same_args(args[i].ours, args[i].pygrubs) == args[i].same,
		   "'%s' and pygrub's '%s' are %sthe same", args[i].ours, args[i].pygrubs,
		   args[i].same ? "" : "not ");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_judge(&cases[i]);
	test_first();
	test_args();
	return tap_done();
}
