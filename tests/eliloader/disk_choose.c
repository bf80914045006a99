/* SPDX-License-Identifier: BSD-2-Clause */
/* Which system of a disk is booted: the toolstack's words, those of PV-bootloader-args, the
 * disk's own default; and the arguments it gets. */
#include "eliloader/disk_choose.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/tap.h"

static struct run run;
static struct request request;
static struct record record;
static struct disk_words words;
static struct disk_report report;

static void read_words(void)
{
	run.request = &request;
	run.failure.text[0] = '\0';
	progress_init(&run.progress, stderr, PROGRESS_NONE);
	if (disk_words_read(&run, &record, &words) < 0)
		ok(false, "words: %s", run.failure.text);
}

static void keep(const char *args)
{
	if (record_put(&record, "PV-bootloader-args", args) < 0)
		abort();
}

static void test_words(void)
{
	record_init(&record);
	request = (struct request){ .entry = "2" };
	read_words();
	ok(disk_words_choose(&words), "words of the toolstack");
	is_str(words.entry, "2", "an entry");
	ok(!words.kernel && !words.args, "and nothing else");
	disk_words_done(&words);

	request = (struct request){ .kernel = "/k", .ramdisk = "/r", .entry = "2" };
	read_words();
	ok(!words.entry, "a kernel counts more than an entry");
	is_str(words.ramdisk, "/r", "its ramdisk");
	disk_words_done(&words);

	request = (struct request){ .ramdisk = "/r" };
	read_words();
	ok(!disk_words_choose(&words) && !words.ramdisk, "a ramdisk alone says nothing");
	disk_words_done(&words);

	keep("--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen");
	request = (struct request){ .args = NULL };
	read_words();
	is_str(words.kernel, "/boot/vmlinuz-xen", "what the state keeps");
	is_str(words.ramdisk, "/boot/initrd-xen", "...");
	disk_words_done(&words);

	request = (struct request){ .entry = "1" };
	read_words();
	is_str(words.entry, "1", "the configuration counts more than the state");
	ok(!words.kernel, "...");
	disk_words_done(&words);

	request = (struct request){ .vm_uuid = "x" };
	read_words();
	ok(!disk_words_choose(&words), "under xapi they came as words, or not at all");
	disk_words_done(&words);
	record_done(&record);
}

static void test_bad_words(void)
{
	char many[512] = "";

	for (int i = 0; i < 40; i++)
		memcpy(many + (size_t)i * 8, "--quiet ", 9); /* 321 bytes */
	record_init(&record);
	request = (struct request){ .args = NULL };
	keep("--output=/etc/passwd --set=install-round=1 --bad");
	ok(disk_words_read(&run, &record, &words) == -EINVAL &&
		   strstr(run.failure.text, "PV-bootloader-args"),
	   "words that mean nothing: %s", run.failure.text);
	disk_words_done(&words);
	keep(many);
	is_int(disk_words_read(&run, &record, &words), -EINVAL, "too many");
	disk_words_done(&words);
	record_done(&record);
}

static void add(const char *title, const char *why)
{
	struct boot_entry *e = boot_menu_add(&report.menu);

	if (!e)
		abort();
	e->title = strdup(title);
	e->why = why ? strdup(why) : NULL;
}

static int choose(const char *entry, size_t usual)
{
	size_t index;
	int r;

	words = (struct disk_words){ .entry = entry };
	r = disk_choose(&run, &report, &words, usual, &index);
	return r < 0 ? r : (int)index;
}

static void test_entries(void)
{
	boot_menu_init(&report.menu);
	add("Debian", NULL);
	add("Debian, old", NULL);
	add("Windows", "chainloader");
	is_int(choose(NULL, 1), 1, "the usual one");
	is_int(choose("0", 1), 0, "a number");
	is_int(choose("Debian, old", 0), 1, "a title");
	is_int(choose("99", 1), 1,
	       "one that is not there: the usual one, as pygrub does");
	is_int(choose("Nothing", 1), 1, "...");
	is_int(choose("-1", 1), 1, "...");
	is_int(choose("2", 1), -ENOEXEC, "one that cannot be booted");
	ok(strstr(run.failure.text, "'Windows'") &&
		   strstr(run.failure.text, "chainloader"),
	   "is named: %s", run.failure.text);
	is_int(choose(NULL, 3), -ENODATA, "there is none");
	boot_menu_done(&report.menu);
	is_int(choose("0", 0), -ENODATA, "an empty menu");
}

static void test_args(void)
{
	static char many[ARGS_MAX];
	char args[ARGS_MAX];

	ok(disk_join_args(&run, "root=/dev/xvda1 ro", "console=hvc0", args) == 0,
	   "arguments of both");
	is_str(args, "root=/dev/xvda1 ro console=hvc0", "the disk's first");
	ok(disk_join_args(&run, "", "console=hvc0", args) == 0, "...");
	is_str(args, "console=hvc0", "no blank where one is empty");
	ok(disk_join_args(&run, "ro", NULL, args) == 0, "...");
	is_str(args, "ro", "...");
	memset(many, 'x', ARGS_MAX - 2);
	ok(disk_join_args(&run, many, "", args) == 0, "the longest");
	is_int(disk_join_args(&run, many, "y", args), -ENAMETOOLONG, "one more");
}

int main(void)
{
	test_words();
	test_bad_words();
	test_entries();
	test_args();
	return tap_done();
}
