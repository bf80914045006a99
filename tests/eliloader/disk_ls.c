/* SPDX-License-Identifier: BSD-2-Clause */
/* What grub-fstest prints of devices and directories, and what stands on devices without a
 * file system. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_ls.h"
#include "eliloader/disk_signs.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

/* ---- devices ---- */

static const struct names_case {
	const char *name, *text, *want; /* names, with a blank after each */
} names_cases[] = {
	{ "a disk with partitions", "(proc) (loop0) (loop0,gpt1) (loop0,gpt2) (host) ",
	  "loop0 loop0,gpt1 loop0,gpt2 " },
	{ "volumes and arrays",
	  "(proc) (md/0) (md/host:home) (lvm/vg-root) (loop0) (host)",
	  "loop0 md/0 md/host:home lvm/vg-root " },
	{ "another order",
	  "(loop0,gpt10) (loop0,gpt2) (lvm/b) (loop0,gpt1) (lvm/a) (loop0)",
	  "loop0 loop0,gpt1 loop0,gpt2 loop0,gpt10 lvm/b lvm/a " },
	{ "nested tables", "(loop0,msdos1,bsd1)", "loop0,msdos1,bsd1 " },
	{ "only surroundings", "(host) (proc) (hd0) (memdisk)", "" },
	{ "a name that opens another", "(lvm/a(host)) (md/(host))", "" },
	{ "what begins like ours", "(loop00) (loop1) (loop0,) (lvm/) (lvm) (md/)", "" },
	{ "a name with a newline", "(lvm/a\nb) (loop0)", "loop0 " },
	{ "an end too early", "(loop0) (loop0,gpt1", "loop0 " },
	{ "nothing", "", "" },
};

static void test_devices(void)
{
	static struct boot_device d[BOOT_DEVICES_MAX];

	for (size_t i = 0; i < sizeof(names_cases) / sizeof(*names_cases); i++) {
		const struct names_case *c = &names_cases[i];
		size_t count = disk_ls_devices(c->text, d);
		char got[512] = "", *at = got;

		for (size_t k = 0; k < count; k++)
			at += sprintf(at, "%s ", d[k].name);
		is_str(got, c->want, c->name);
	}
}

static void test_many_devices(void)
{
	static struct boot_device d[BOOT_DEVICES_MAX];
	autofree char *text = calloc(1000, 16);
	char *at = text;

	for (int i = 0; i < 1000; i++)
		at += sprintf(at, "(loop0,gpt%d) ", i + 1);
	is_int((long long)disk_ls_devices(text, d), BOOT_DEVICES_MAX, "too many devices");
	is_str(d[BOOT_DEVICES_MAX - 1].name, "loop0,gpt128", "the first are taken");
}

#define MTIME " - Last modification time 2026-11-21 15:43:13 Saturday"
#define UUID  "79a9e28b-dc84-4d56-bf78-0f918c711275"

static const struct line_case {
	const char *name, *line;
	const char *fs, *label, *uuid;
	uint64_t size, start;
} line_cases[] = {
	{ "all there is",
	  "\tPartition loop0,gpt1: Filesystem type ext* - Label `my root'" MTIME
	  ", UUID " UUID " - Partition start at 1024KiB - Total size 500000KiB",
	  "ext*", "my root", UUID, 512000000, 1048576 },
	{ "nothing known",
	  "\tPartition loop0,gpt1: No known filesystem detected - Partition start at "
	  "31.5KiB"
	  " - Total size 1KiB",
	  "", "", "", 1024, 32256 },
	{ "no label, no time",
	  "\tPartition loop0,gpt1: Filesystem type fat, UUID ABCD-EF01 - Partition start "
	  "at "
	  "1024KiB - Total size 1024KiB",
	  "fat", "", "ABCD-EF01", 1048576, 1048576 },
	{ "a label alone",
	  "\tPartition loop0,gpt1: Filesystem type xfs - Label `x' - Partition start at "
	  "1KiB - "
	  "Total size 2KiB",
	  "xfs", "x", "", 2048, 1024 },
	{ "a label like what follows",
	  "\tPartition loop0,gpt1: Filesystem type ext* - Label `', UUID 1 - Total size "
	  "7KiB'" MTIME ", UUID " UUID " - Partition start at 1024KiB - Total size 5KiB",
	  "ext*", "', UUID 1 - Total size 7KiB", UUID, 5120, 1048576 },
	{ "an empty label",
	  "\tPartition loop0,gpt1: Filesystem type ext* - Label `' - Total size 1KiB",
	  "ext*", "", "", 1024, 0 },
	{ "an open label", "\tPartition loop0,gpt1: Filesystem type ext* - Label `",
	  "ext* - Label `", "", "", 0, 0 },
	{ "the whole disk",
	  "Device loop0,gpt1: Filesystem type iso9660 - Label `CD' - Sector size 512B - "
	  "Total "
	  "size 18014398509481984KiB",
	  "iso9660", "CD", "", 0, 0 },
	{ "nothing after the colon", "Device loop0,gpt1:", "", "", "", 0, 0 },
};

static void test_lines(void)
{
	for (size_t i = 0; i < sizeof(line_cases) / sizeof(*line_cases); i++) {
		const struct line_case *c = &line_cases[i];
		struct boot_device d = { .name = "loop0,gpt1" };
		char text[1024];
		const char *p = text;
		uint64_t start = 1;
		int r;

		(void)snprintf(text, sizeof(text), "%s%s\nrest", "Device loop0: x\n",
			       c->line);
		r = disk_ls_device(&p, &d, &start);
		ok(r == 0 && strcmp(p, "rest") == 0, "a device: %s", c->name);
		is_str(d.fs, c->fs, "  its file system");
		is_str(d.label, c->label, "  its label");
		is_str(d.uuid, c->uuid, "  its UUID");
		is_int((long long)d.size, (long long)c->size, "  its size");
		is_int((long long)start, (long long)c->start, "  its start");
	}
}

static void test_absent_line(void)
{
	struct boot_device d = { .name = "loop0,gpt1" };
	const char text[] = "Device loop0,gpt10: Filesystem type xfs\n", *p = text;
	uint64_t start;

	is_int(disk_ls_device(&p, &d, &start), -EBADMSG, "a device that has no line");
	ok(p == text, "nothing is passed over");
}

/* ---- names ---- */

#define MARK "Device loop0: No known filesystem detected"
#define DATE " 20261121154313 "
#define DIR_ "DIR         " DATE

#define LONG  DISK_LS_LONG
#define SHORT DISK_LS_SHORT

static const struct listing_case {
	const char *name, *text,
		*want; /* names, with '/' and a blank, or =SIZE and a blank */
	const char *rest;
	int r;
	bool broken, dots; /* it is not whole; it has "." */
	enum disk_ls_form form;
} listing_cases[] = {
	{ "files and directories",
	  DIR_ "./\n" DIR_ "../\n" DIR_ "boot/\n8200000     " DATE "vmlinuz\n\nrest",
	  "boot/ vmlinuz=8200000 ", "rest", 0, false, true, LONG },
	{ "without dates", "DIR         EFI/\n12          a b\n\n", "EFI/ a b=12 ", "", 0,
	  false, false, LONG },
	{ "a size as long as its column",
	  "3221225472000" DATE "big\n123456789012" DATE "x\n\n",
	  "big=3221225472000 x=123456789012 ", "", 0, false, false, LONG },
	{ "blanks and dates in names",
	  "1           " DATE " x\n2           " DATE "20261121154313 y\n\n",
	  " x=1 20261121154313 y=2 ", "", 0, false, false, LONG },
	{ "an empty directory", "\n" MARK "\n", "", MARK "\n", 0, false, false, LONG },
	{ "no directory, and the mark", MARK "\n" DIR_ "x/\n", "", NULL, -ENOENT, false,
	  false, LONG },
	{ "no directory, and another device", "\tPartition loop0,gpt2: x\n", "", NULL,
	  -ENOENT, false, false, LONG },
	{ "no directory, and the end", "", "", NULL, -ENOENT, false, false, LONG },
	{ "an end that a name has eaten", DIR_ "a\n" MARK "\n", "a/ ", MARK "\n", 0, true,
	  false, LONG },
	{ "no end", "1           " DATE "x", "x=1 ", "", 0, true, false, LONG },
	{ "one that ends in the midst", DIR_ "./\n" DIR_ "a\n", "a/ ", "", 0, true, true,
	  LONG },
	{ "files are no dots", "1           " DATE ".\n\n", "", "", 0, false, false,
	  LONG },
	{ "what is no name",
	  "hello\nDIR\n12\n" DIR_ "\n1           " DATE "a/b\n-5          " DATE "c\n\n",
	  "", "", 0, false, false, LONG },
	{ "a name that is not UTF-8", "7           " DATE "\xff\xfe\x1b\n\n",
	  "\xff\xfe\x1b=7 ", "", 0, false, false, LONG },
	{ "short", "./ ../ boot/ vmlinuz .x \nrest", "boot/ vmlinuz=1 .x=1 ", "rest", 0,
	  false, true, SHORT },
	{ "short, names in parts", "System Volume Information/ a  b \n\n",
	  "System=1 Volume=1 Information/ a=1 b=1 ", "\n", 0, false, false, SHORT },
	{ "short and empty", "\n" MARK "\n", "", MARK "\n", 0, false, false, SHORT },
	{ "short, and no directory", MARK "\na \n", "", NULL, -ENOENT, false, false,
	  SHORT },
	{ "short, a newline in a name", "a x\ny b \nrest", "a=1 x=1 y=1 b=1 ", "rest", 0,
	  false, false, SHORT },
	{ "short, and ends in the midst", "./ a b", "a=1 b=1 ", "", 0, true, true,
	  SHORT },
	{ "short, and ends in the midst of a name", "./ a/ b\n" MARK "\n", "a/ b=1 ",
	  MARK "\n", 0, true, true, SHORT },
	{ "short, what is no name", "/ // a/b c// ... \n", "...=1 ", "", 0, false, false,
	  SHORT },
};

static void test_listings(void)
{
	for (size_t i = 0; i < sizeof(listing_cases) / sizeof(*listing_cases); i++) {
		const struct listing_case *c = &listing_cases[i];
		autolisting struct disk_listing l = { .whole = false };
		const struct boot_names *names = &l.names;
		const char *p = c->text;
		char got[512] = "", *at = got;
		int r = disk_ls_names(&p, MARK, c->form, &l);

		for (size_t k = 0; k < names->count; k++)
			if (names->item[k].kind == BOOT_DIR)
				at += sprintf(at, "%s/ ", names->item[k].name);
			else
				at += sprintf(at, "%s=%llu ", names->item[k].name,
					      (unsigned long long)names->item[k].size);
		is_int(r, c->r, c->name);
		is_str(got, c->want, "  its names");
		is_str(p, c->rest ? c->rest : c->text, "  what is behind it");
		ok(l.whole == (r == 0 && !c->broken), "  is it whole?");
		ok(l.dots == c->dots, "  \".\"");
	}
}

static void many_names(enum disk_ls_form form, const char *name)
{
	autolisting struct disk_listing l = { .whole = true };
	const size_t many = DISK_NAMES_MAX + 5;
	autofree char *text = calloc(many + 1, 16);
	const char *p = text;
	char *at = text;

	for (size_t i = 0; i < many; i++)
		at += sprintf(at, "%s", name);
	memcpy(at, "\n", 2);
	is_int(disk_ls_names(&p, MARK, form, &l), 0, "a directory that is too large");
	is_int((long long)l.names.count, DISK_NAMES_MAX, "  is cut");
	ok(!l.whole, "  which is told");
	is_str(p, "", "  all of it is passed over");
}

static void test_many_names(void)
{
	many_names(DISK_LS_LONG, "1           x\n");
	many_names(DISK_LS_SHORT, "x ");
}

static void test_count(void)
{
	ok(disk_ls_ends_in_device("a\n\n" MARK "\n"), "a device's line is the last");
	ok(!disk_ls_ends_in_device(MARK "\na\n\n"), "or is not");
	ok(!disk_ls_ends_in_device(""), "or there is none");
	is_int((long long)disk_ls_count("1           a\n\n\n1           b\n",
					DISK_LS_LONG),
	       2, "directories that have an end");
	is_int((long long)disk_ls_count("a \n\nb\nc \nd", DISK_LS_SHORT), 3,
	       "the same of short ones");
	is_int((long long)disk_ls_count("", DISK_LS_LONG), 0, "none");
}

static void test_skip(void)
{
	is_str(disk_ls_skip("x\n" MARK " y\n" MARK "\nz\n", MARK), "z\n",
	       "behind the next mark");
	ok(!disk_ls_skip("x\ny", MARK), "or nowhere");
}

/* ---- signs ---- */

#define SIGNS_SIZE (3 * 1024 * 1024 + 512)

static uint8_t disk[SIGNS_SIZE];

static int read_disk(void *arg, uint64_t offset, void *data, size_t len)
{
	if (arg || offset > sizeof(disk) || len > sizeof(disk) - offset)
		return -EIO;
	memcpy(data, disk + offset, len);
	return 0;
}

static const struct sign_case {
	const char *name, *what;
	size_t at, size;
	const char *fs;
	bool blank, swap;
} sign_cases[] = {
	{ "zeros", "", 0, SIGNS_SIZE, "", true, false },
	{ "zeros but for the middle", "x", 3 * 1024 * 1024 / 2, SIGNS_SIZE, "", true,
	  false },
	{ "a byte at the beginning", "x", 0, SIGNS_SIZE, "", false, false },
	{ "a byte at the end", "x", SIGNS_SIZE - 1, SIGNS_SIZE, "", false, false },
	{ "swap", "SWAPSPACE2", 4086, SIGNS_SIZE, "", false, true },
	{ "swap with pages of 64 KiB", "SWAPSPACE2", 65526, SIGNS_SIZE, "", false, true },
	{ "swap in the wrong place", "SWAPSPACE2", 4087, SIGNS_SIZE, "", false, false },
	{ "LVM", "LABELONE", 512, SIGNS_SIZE, "lvm-other", false, false },
	{ "LVM in the fifth sector", "LABELONE", 2048, SIGNS_SIZE, "", false, false },
	{ "RAID 1.2", "\xfc\x4e\x2b\xa9", 4096, SIGNS_SIZE, "mdraid", false, false },
	{ "RAID 1.1", "\xfc\x4e\x2b\xa9", 0, SIGNS_SIZE, "mdraid", false, false },
	/* 6145 sectors: 16 before the end, at a multiple of eight */
	{ "RAID 1.0", "\xfc\x4e\x2b\xa9", 6128 * 512, SIGNS_SIZE, "mdraid", false,
	  false },
	/* 64 KiB before the last multiple of it */
	{ "RAID 0.90", "\xfc\x4e\x2b\xa9", (6144 - 128) * 512, SIGNS_SIZE, "mdraid",
	  false, false },
	{ "LUKS", "LUKS\xba\xbe", 0, SIGNS_SIZE, "luks", false, false },
	{ "a small device", "x", 511, 512, "", false, false },
	{ "one without a byte", "", 0, 0, "", false, false },
};

static void test_signs(void)
{
	for (size_t i = 0; i < sizeof(sign_cases) / sizeof(*sign_cases); i++) {
		const struct sign_case *c = &sign_cases[i];
		struct boot_device d = { .size = c->size };

		memset(disk, 0, sizeof(disk));
		memcpy(disk + c->at, c->what, strlen(c->what));
		is_int(disk_signs(&d, read_disk, NULL), 0, c->name);
		is_str(d.fs, c->fs, "  what it is");
		ok(d.blank == c->blank && d.swap == c->swap, "  blank or swap");
	}
}

static void test_unreadable(void)
{
	struct boot_device d = { .size = SIGNS_SIZE + 1 };

	is_int(disk_signs(&d, read_disk, NULL), -EIO,
	       "a device that is shorter than it says");
	ok(!d.blank, "is not blank");
}

int main(void)
{
	test_devices();
	test_many_devices();
	test_lines();
	test_absent_line();
	test_listings();
	test_many_names();
	test_count();
	test_skip();
	test_signs();
	test_unreadable();
	return tap_done();
}
