/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_fstest - in the place of grub-fstest: a program that has been taken over, or works
 * badly.  What it does is the first word on the disk:
 *	hang  burn  deaf	wait, loop, or wait with all signals ignored and all closed
 *	flood  flood-err	write for ever
 *	crash  exit  silent	end
 *	lie			names of devices and files that nobody should believe
 *	long  short  stall	a kernel that is longer or shorter than it says, or stops
 *	slow			configurations beside a kernel, which take too much time to read
 *	probe			try all that it should not be able to do (fake_probe.c)
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/eliloader/fake_probe.h"

static int is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void wait_for_ever(void)
{
	const struct timespec day = { .tv_sec = 86400 };

	for (;;)
		(void)nanosleep(&day, NULL);
}

static void burn(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void be_deaf(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGALRM, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)close(0);
	(void)close(1);
	(void)close(2);
	wait_for_ever();
}

static void flood(int fd)
{
	static char text[65536];

	memset(text, 'x', sizeof(text));
	while (write(fd, text, sizeof(text)) > 0)
		;
	exit(0);
}

/* "ls": the devices; else a disk of one file system with one file. */
static void list(int argc, const char *names, const char *file)
{
	if (argc == 3) {
		printf("%s\n", names);
		return;
	}
	for (int i = 4; i < 100; i++)
		printf("Device loop0: Filesystem type ext* - Sector size 512B - Total "
		       "size "
		       "1024KiB\n"
		       "DIR          20260101000000 ./\n%s\n",
		       file);
}

static void lie(int argc, const char *command)
{
	if (is(command, "cat"))
		flood(1);
	list(argc, "(host) (proc) (loop0) (loop0,gpt1)/etc) (lvm/../../etc) (md/a b)",
	     "DIR          20260101000000 ../../etc/\n"
	     "1            20260101000000 /etc/shadow\n"
	     "DIR          20260101000000 boot/\n"
	     "99999999999999999999999 20260101000000 vmlinuz\n"
	     "5            20260101000000 vmlinuz\n");
}

static void give(int argc, const char *command, const char *what)
{
	if (!is(command, "cat")) {
		list(argc, "(loop0)", "5            20260101000000 vmlinuz\n");
		return;
	}
	if (is(what, "long"))
		flood(1);
	printf(is(what, "stall") ? "12" : "123");
	(void)fflush(stdout);
	if (is(what, "stall"))
		burn();
}

static void be_slow(int argc, const char *command)
{
	if (is(command, "cat"))
		burn();
	list(argc, "(loop0)",
	     "DIR          20260101000000 boot/\n"
	     "DIR          20260101000000 grub/\n"
	     "5            20260101000000 grub.cfg\n"
	     "5            20260101000000 menu.lst\n"
	     "5            20260101000000 vmlinuz\n");
}

static void act(const char *word, int argc, const char *command)
{
	if (is(word, "hang"))
		wait_for_ever();
	else if (is(word, "burn"))
		burn();
	else if (is(word, "deaf"))
		be_deaf();
	else if (is(word, "flood"))
		flood(1);
	else if (is(word, "flood-err"))
		flood(2);
	else if (is(word, "crash"))
		abort();
	else if (is(word, "lie"))
		lie(argc, command);
	else if (is(word, "probe"))
		probe();
	else if (is(word, "slow"))
		be_slow(argc, command);
	else if (!is(word, "silent") && !is(word, "exit"))
		give(argc, command, word);
}

int main(int argc, char *argv[])
{
	char word[32] = "";
	int fd = argc < 3 ? -1 : open(argv[1], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, word, sizeof(word) - 1) <= 0) {
		perror("the disk");
		return 2;
	}
	word[strcspn(word, "\n")] = '\0';
	act(word, argc, argv[2]);
	if (is(word, "exit"))
		fprintf(stderr, "grub-fstest: error: a bad\x1b[2J day.\n");
	return is(word, "exit");
}
