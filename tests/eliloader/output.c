/* SPDX-License-Identifier: BSD-2-Clause */
/* output - the result's formats, the files' names, and that none is left behind. */
#include "eliloader/output.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

#define UUID "6f7f4fa2-8ee3-4bd9-8ea3-3c1a0d3f5a01"

static char why[256];

/* ---- the text ---- */

#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *name;
	enum output_format format;
	const char *kernel, *ramdisk, *args;
	const char *text; /* NULL: refused */
	size_t len;
} formats[] = {
	{ "simple", FORMAT_SIMPLE, "/k", "/r", "a b",
	  TEXT("kernel /k\nramdisk /r\nargs a b\n") },
	{ "simple without a ramdisk", FORMAT_SIMPLE, "/k", NULL, "a",
	  TEXT("kernel /k\nargs a\n") },
	{ "simple without arguments", FORMAT_SIMPLE, "/k", "", "", TEXT("kernel /k\n") },
	{ "simple0", FORMAT_SIMPLE0, "/k", "/r", "a b",
	  TEXT("kernel /k\0ramdisk /r\0args a b\0") },
	{ "sxp", FORMAT_SXP, "/k", "/r", "a (b) 'c'",
	  TEXT("linux (kernel /k)(ramdisk /r)(args \"a (b) 'c'\")\n") },
	{ "sxp with a kernel only", FORMAT_SXP, "/k", NULL, NULL,
	  TEXT("linux (kernel /k)\n") },
	{ "quotes where they mean nothing", FORMAT_SIMPLE, "/k", NULL, "a=\"b c\"",
	  TEXT("kernel /k\nargs a=\"b c\"\n") },
	{ "no kernel", FORMAT_SIMPLE, "", "/r", "", NULL, 0 },
	{ "a newline in the arguments", FORMAT_SIMPLE, "/k", "/r",
	  "a\nramdisk /etc/shadow", NULL, 0 },
	{ "a newline in a path", FORMAT_SIMPLE, "/k\nramdisk /x", NULL, "", NULL, 0 },
	{ "a newline in simple0", FORMAT_SIMPLE0, "/k", NULL, "a\nb", NULL, 0 },
	{ "a carriage return", FORMAT_SIMPLE, "/k", NULL, "a\rb", NULL, 0 },
	{ "an escape", FORMAT_SIMPLE, "/k", NULL, "a\x1b[2J", NULL, 0 },
	{ "a delete", FORMAT_SIMPLE, "/k", NULL, "a\x7f", NULL, 0 },
	{ "a quote in sxp", FORMAT_SXP, "/k", NULL, "a\")(ramdisk /etc/shadow", NULL, 0 },
	{ "a backslash in sxp", FORMAT_SXP, "/k", NULL, "a\\", NULL, 0 },
	{ "a bracket in an sxp path", FORMAT_SXP, "/k)(ramdisk /x", NULL, "", NULL, 0 },
	{ "a space in an sxp path", FORMAT_SXP, "/k x", NULL, "", NULL, 0 },
};

static void test_formats(void)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		autofree char *text = NULL;
		size_t len = 0;
		int r = output_format(formats[i].format, formats[i].kernel,
				      formats[i].ramdisk, formats[i].args, &text, &len);

		if (formats[i].text)
			ok(r == 0 && len == formats[i].len &&
				   memcmp(text, formats[i].text, len) == 0,
			   "%s", formats[i].name);
		else
			ok(r == -EINVAL && !text, "refused: %s", formats[i].name);
	}
}

/* ---- the files ---- */

/* The names in a directory, sorted, with a space after each. */
static char *names(const char *path)
{
	struct dirent **list = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int n = scandir(path, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			fprintf(out, "%s ", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	fclose(out);
	return text;
}

static void is_names(const char *path, const char *want, const char *name)
{
	autofree char *got = names(path);

	is_str(got, want, name);
}

static void is_content(const char *path, const char *want, size_t len, const char *name)
{
	autofree char *text = NULL;
	size_t got = 0;
	int r = io_read_file_at(AT_FDCWD, path, 4096, &text, &got);

	ok(r == 0 && got == len && memcmp(text, want, len) == 0, "%s", name);
}

static void put(struct output *o, enum wire_stream stream, const char *text)
{
	if (output_file(o, stream, why, sizeof(why)) == 0)
		(void)io_write_all(o->fd[stream], text, strlen(text));
}

/* Both files, written. */
static int open_and_put(const struct request *request, struct output *o)
{
	int r = output_open(request, o, why, sizeof(why));

	if (r < 0) {
		printf("# %s\n", why);
		return r;
	}
	put(o, STREAM_KERNEL, "the kernel");
	put(o, STREAM_RAMDISK, "the ramdisk");
	return 0;
}

#define XAPI_NAMES "eliloader-" UUID "-kernel eliloader-" UUID "-ramdisk "

/* What is printed when stdout is a file, as xenopsd has it. */
static int result_to_file(const struct request *request, const struct output *o,
			  const char *args, const char *path)
{
	int saved = dup(STDOUT_FILENO), r;
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	(void)dup2(fd, STDOUT_FILENO);
	r = output_result(request, o, args, why, sizeof(why));
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	return r;
}

static void test_xapi(void)
{
	const struct request request = { .vm_uuid = UUID, .format = FORMAT_SIMPLE };
	static const char want[] =
		"kernel /var/run/xend/boot/eliloader-" UUID "-kernel\n"
		"ramdisk /var/run/xend/boot/eliloader-" UUID "-ramdisk\nargs a b\n";
	struct output o;
	struct stat st = { 0 };

	is_int(open_and_put(&request, &o), 0, "xapi: the directory need not be there");
	ok(stat(XAPI_BOOT_DIRECTORY, &st) == 0 && (st.st_mode & 07777) == 0700,
	   "it is made for root alone");
	is_names(XAPI_BOOT_DIRECTORY, "", "files have no name before the end");
	is_int(output_link(&o, why, sizeof(why)), 0, "they get them");
	is_names(XAPI_BOOT_DIRECTORY, XAPI_NAMES, "both of them");
	ok(stat(XAPI_BOOT_DIRECTORY "/eliloader-" UUID "-kernel", &st) == 0 &&
		   (st.st_mode & 07777) == 0600,
	   "for root alone");
	is_int(result_to_file(&request, &o, "a b", "/tmp/stdout"), 0, "the result");
	is_content("/tmp/stdout", want, strlen(want), "to the letter, nothing else");
	output_close(&o, true);
	is_names(XAPI_BOOT_DIRECTORY, XAPI_NAMES, "they stay for the toolstack");
	is_int(output_open(&request, &o, why, sizeof(why)), 0, "the VM's next start");
	is_names(XAPI_BOOT_DIRECTORY, "", "removes what a killed one left");
	output_close(&o, false);
}

static void test_libxl(void)
{
	const struct request request = { .format = FORMAT_SIMPLE0,
					 .output = "/tmp/out",
					 .output_directory = "/tmp/bl.d/" };
	struct output o;
	autofree char *text = NULL;
	size_t len = 0;
	char want[256];
	int n;

	(void)mkdir("/tmp/bl.d", 0600);
	(void)close(open("/tmp/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	is_int(open_and_put(&request, &o), 0, "libxl: its own directory");
	is_int(output_link(&o, why, sizeof(why)), 0, "the files' names");
	is_int(output_result(&request, &o, "a", why, sizeof(why)), 0, "the result");
	n = snprintf(want, sizeof(want),
		     "kernel /tmp/bl.d/eliloader-%d-kernel%cramdisk "
		     "/tmp/bl.d/eliloader-%d-ramdisk%cargs a%c",
		     getpid(), 0, getpid(), 0, 0);
	ok(io_read_file_at(AT_FDCWD, "/tmp/out", 4096, &text, &len) == 0 &&
		   len == (size_t)n && memcmp(text, want, len) == 0,
	   "in its file, with NULs");
	output_close(&o, false);
	is_names("/tmp/bl.d", "", "without success, nothing stays");
}

static void test_refused(void)
{
	static const struct {
		const char *name, *directory, *uuid;
		int r;
	} cases[] = {
		{ "a relative directory", "bl.d", NULL, -EINVAL },
		{ "no directory", "/tmp/absent", NULL, -ENOENT },
		{ "a file", "/tmp/out", NULL, -ENOTDIR },
		{ "one that others may write", "/tmp/open.d", NULL, -EPERM },
		{ "one of somebody else", "/tmp/foreign.d", NULL, -EPERM },
		{ "a UUID with a way out", "/tmp/bl.d", "../../x", -EINVAL },
		{ "an empty UUID", "/tmp/bl.d", "", -EINVAL },
	};

	(void)mkdir("/tmp/open.d", 0700);
	(void)chmod("/tmp/open.d", 0777);
	(void)mkdir("/tmp/foreign.d", 0700);
	must(chown("/tmp/foreign.d", 61234, 61234) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct request request = { .vm_uuid = cases[i].uuid,
					   .output_directory = cases[i].directory };
		struct output o;
		int r;

		why[0] = '\0';
		r = output_open(&request, &o, why, sizeof(why));
		ok(r == cases[i].r && why[0], "refused: %s (%s)", cases[i].name, why);
	}
}

/* libxl's restricted mode: the directory is the domain's user's. */
static void test_restricted(void)
{
	const struct request request = { .output_directory = "/tmp/foreign.d",
					 .have_runas = true,
					 .runas = 61234 };
	struct output o;
	struct stat st = { 0 };

	is_int(open_and_put(&request, &o), 0, "restricted: the user's own directory");
	is_int(output_link(&o, why, sizeof(why)), 0, "takes the files");
	ok(fstat(o.fd[STREAM_KERNEL], &st) == 0 && st.st_uid == 0 &&
		   (st.st_mode & 07777) == 0600,
	   "which stay root's: the user cannot change them");
	output_close(&o, false);
}

static void test_failures(void)
{
	const struct request request = { .vm_uuid = UUID, .output = "/dev/full" };
	struct output o;

	if (open_and_put(&request, &o) < 0)
		return;
	(void)mkdir(XAPI_BOOT_DIRECTORY "/eliloader-" UUID "-ramdisk", 0700);
	is_int(output_link(&o, why, sizeof(why)), -EEXIST, "one name is taken");
	(void)rmdir(XAPI_BOOT_DIRECTORY "/eliloader-" UUID "-ramdisk");
	is_names(XAPI_BOOT_DIRECTORY, "", "then the other file gets none");
	is_int(output_link(&o, why, sizeof(why)), 0, "but can be given one later");
	is_int(output_result(&request, &o, "a", why, sizeof(why)), -ENOSPC,
	       "a result that cannot be written is an error");
	is_int(output_result(&request, &o, "a\nb", why, sizeof(why)), -EINVAL,
	       "one that cannot be told is, too");
	output_close(&o, false);
	is_names(XAPI_BOOT_DIRECTORY, "", "nothing stays");
	if (output_open(&request, &o, why, sizeof(why)) < 0)
		return;
	put(&o, STREAM_RAMDISK, "alone");
	is_int(output_link(&o, why, sizeof(why)), -ENOENT, "no kernel is an error");
	output_close(&o, false);
}

/* A file of the cache: the same one where it can be, else a copy; again after a failed
 * attempt with another content. */
static void test_take(const char *where, bool same)
{
	const struct request request = { .vm_uuid = UUID };
	autoclose int fd = open(where, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat kept = { 0 }, given = { 0 };
	struct output o;

	(void)io_write_all(fd, "from the cache", 14);
	if (open_and_put(&request, &o) < 0)
		return;
	is_int(output_take(&o, STREAM_KERNEL, fd, why, sizeof(why)), 0,
	       "a file that is there already");
	is_int(output_link(&o, why, sizeof(why)), 0, "is given the name");
	(void)fstat(fd, &kept);
	(void)stat(XAPI_BOOT_DIRECTORY "/eliloader-" UUID "-kernel", &given);
	ok((kept.st_dev == given.st_dev && kept.st_ino == given.st_ino) == same,
	   same ? "it is the same file" : "it is a copy: another file system");
	is_content(XAPI_BOOT_DIRECTORY "/eliloader-" UUID "-kernel", "from the cache", 14,
		   "with that content");
	output_close(&o, false);
	is_content(where, "from the cache", 14, "and the cache keeps its own");
}

/* A child does its work up to @link, says so, and is killed. */
static void be_killed(const struct request *request, bool link)
{
	struct output o;
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* never alone */
		if (open_and_put(request, &o) == 0 && link)
			(void)output_link(&o, why, sizeof(why));
		(void)io_write_all(ready[1], "x", 1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	ok(read(ready[0], &byte, 1) == 1, "a start that will be killed");
	(void)close(ready[0]);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void test_killed(void)
{
	const struct request request = { .vm_uuid = UUID };
	const struct request other = { .vm_uuid = "other-vm" };
	struct output o;

	be_killed(&request, false);
	is_names(XAPI_BOOT_DIRECTORY, "", "killed before the end: nothing is left");
	be_killed(&request, true);
	is_names(XAPI_BOOT_DIRECTORY, XAPI_NAMES, "killed after the names were given");
	is_int(output_open(&other, &o, why, sizeof(why)), 0, "another VM's start");
	output_close(&o, false);
	is_names(XAPI_BOOT_DIRECTORY, XAPI_NAMES, "lets them be");
	is_int(output_open(&other, &o, why, sizeof(why)), 0, "and one");
	output_remove_old(o.dir, time(NULL) + OUTPUT_OLD_S - 60);
	is_names(XAPI_BOOT_DIRECTORY, XAPI_NAMES, "short of an hour later, too");
	if (mknodat(o.dir, "eliloader-x-kernel", S_IFIFO | 0600, 0) < 0 ||
	    mknodat(o.dir, "vmlinuz-kernel", S_IFREG | 0600, 0) < 0)
		abort();
	output_remove_old(o.dir, time(NULL) + OUTPUT_OLD_S + 60);
	is_names(XAPI_BOOT_DIRECTORY, "eliloader-x-kernel vmlinuz-kernel ",
		 "after it, only what is not ours stays");
	(void)unlinkat(o.dir, "eliloader-x-kernel", 0);
	(void)unlinkat(o.dir, "vmlinuz-kernel", 0);
	output_close(&o, false);
	be_killed(&request, true);
	is_int(output_open(&request, &o, why, sizeof(why)), 0, "its own next start");
	output_close(&o, false);
	is_names(XAPI_BOOT_DIRECTORY, "", "removes them");
}

int main(void)
{
	if (!scratch_enter())
		return scratch_skip();
	test_formats();
	test_xapi();
	test_libxl();
	test_refused();
	test_restricted();
	test_failures();
	test_take("/run/kept", true);
	test_take("/mnt/kept", false);
	test_killed();
	return tap_done();
}
