/* SPDX-License-Identifier: BSD-2-Clause */
/* The question that decides who boots from now on: would pygrub hand over the same? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/finish.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define PIECE 65536 /* bytes compared at once */

/* Of two readable files; 1, 0 or -errno. */
static int same_bytes(int a, int b, uint64_t len)
{
	autofree char *mine = malloc(2 * PIECE);
	uint64_t at = 0;

	if (!mine)
		return -ENOMEM;
	while (at < len) {
		size_t want = len - at < PIECE ? (size_t)(len - at) : PIECE;
		ssize_t n = pread(a, mine, want, (off_t)at);
		ssize_t m = n > 0 ? pread(b, mine + PIECE, (size_t)n, (off_t)at) : n;

		if (n <= 0 || m < 0)
			return n < 0 || m < 0 ? -errno : -EIO;
		if (m == 0 || memcmp(mine, mine + PIECE, (size_t)m) != 0)
			return 0;
		at += (uint64_t)m;
	}
	return 1;
}

/* The same file, or none in both? */
static int same_file(int a, int b)
{
	struct stat mine, theirs;

	if (a < 0 || b < 0)
		return a < 0 && b < 0;
	if (fstat(a, &mine) < 0 || fstat(b, &theirs) < 0)
		return -errno;
	return mine.st_size == theirs.st_size ? same_bytes(a, b, (uint64_t)mine.st_size)
					      : 0;
}

/* The verdict's words as a choice; @text (written over) holds them. */
static void take_selection(char *text, struct pygrub_choice *choice)
{
	char *ramdisk;

	if (strncmp(text, "--entry ", 8) == 0) {
		choice->entry = text + 8;
	} else if (strncmp(text, "--kernel ", 9) == 0) {
		choice->kernel = text + 9;
		ramdisk = strstr(text, " --ramdisk ");
		if (ramdisk) {
			*ramdisk = '\0';
			choice->ramdisk = ramdisk + strlen(" --ramdisk ");
		}
	}
}

/* What differs; NULL: nothing. */
static const char *compare(const struct pygrub_files *files, const char *theirs,
			   const struct output *output, const char *args)
{
	static const char *const names[STREAMS] = {
		[STREAM_KERNEL] = "pygrub gives out another kernel",
		[STREAM_RAMDISK] = "pygrub gives out another ramdisk"
	};

	for (unsigned i = 0; i < STREAMS; i++) {
		int r = same_file(output->fd[i], files->fd[i]);

		if (r < 0)
			return strerror(-r);
		if (r == 0)
			return names[i];
	}
	return finish_same_args(args, theirs) ? NULL : "pygrub gives out other arguments";
}

/* pygrub was wanted by the administrator, and that wish counts for more than ours. */
static bool is_wanted(const struct record *record)
{
	const char *value = record_other(record, "install-bootloader");

	return value && strcmp(value, "pygrub") == 0;
}

static void report(const struct run *run, const struct record *record,
		   const struct disk_verdict *verdict, const char *why)
{
	if (!why)
		log_debug("%s: pygrub gives out the same", run->vm);
	else if (!is_wanted(record))
		log_info("%s: eliloader stays the bootloader: %s", run->vm, why);
	else if (verdict->pygrub_boots)
		log_warning("%s: pygrub becomes the bootloader, as install-bootloader "
			    "says, but: %s",
			    run->vm, why);
	else
		log_warning("%s: install-bootloader is pygrub, but eliloader stays the "
			    "bootloader: %s",
			    run->vm, why);
}

void finish_ask_pygrub(struct run *run, const struct record *record, const char *image,
		       const struct pygrub_choice *choice, const struct output *output,
		       const char *args, struct disk_verdict *verdict)
{
	autopygrubfiles struct pygrub_files files = { .fd = { -1, -1 } };
	struct pygrub_choice wanted = *choice;
	struct failure before = run->failure;
	struct pygrub_result result;
	char selection[sizeof(verdict->selection)];
	const char *why = NULL;
	int r;

	memcpy(selection, verdict->selection, sizeof(selection));
	take_selection(selection, &wanted);
	r = pygrub_ask(run, image, &wanted, 0, &files, &result);
	verdict->pygrub_boots = r == 0;
	if (r == 0)
		why = compare(&files, result.args, output, args);
	else
		why = run->failure.text;
	verdict->pygrub = !why;
	report(run, record, verdict, why);
	run->failure = before; /* it was a question */
}
