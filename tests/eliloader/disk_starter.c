/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_starter - the process that starts programs, and the one that asks it: what each can
 * still do, and what becomes of requests that only somebody would make who has taken the
 * other over.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "eliloader/disk_room.h"
#include "eliloader/disk_starter.h"
#include "lib/cleanup.h"
#include "lib/sandbox_calls.h"
#include "tests/eliloader/fake_place.h"
#include "tests/eliloader/room_loose.h"
#include "tests/tap.h"

#define FAKE_NO_DISK 2 /* what fake_fstest says when it cannot read its disk */
#define WAIT_MS	     30000

static struct sandbox_bind binds[] = { { FAKE_PLACE, DISK_ROOM_PROGRAM, false },
				       { NULL, NULL, false } };
static const char *const ls[] = { "ls", "/", NULL };
static int pair[2];

/* Each probe returns 0 when it holds, else the number of the step that went wrong. */

/* (the pair is made in the room, so that nobody else holds an end of it) */
static int begin(void)
{
	int r = disk_starter_pair(pair);

	if (r == 0)
		r = sandbox_program_open(DISK_ROOM_PROGRAM);
	return r == 0 ? disk_starter_begin(pair) : r;
}

static bool denied(long r)
{
	return r < 0 && errno == EPERM;
}

static int reader_is_narrow(void)
{
	char *none[] = { NULL };
	int ends[2];

	if (begin() < 0)
		return 1;
	if (!denied(fork()) ||
	    !denied(syscall(SYS_clone, CLONE_VM | CLONE_VFORK, NULL)) ||
	    !denied(syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, NULL)))
		return 2;
	if (!denied(syscall(SYS_execveat, SANDBOX_PROGRAM_FD, DISK_ROOM_PROGRAM, none,
			    none, AT_EMPTY_PATH)))
		return 3;
	if (fcntl(SANDBOX_PROGRAM_FD, F_GETFD) >= 0 || errno != EBADF)
		return 4;
	if (!denied(open(DISK_ROOM_PROGRAM, O_RDONLY)) || !denied(access("/", R_OK)))
		return 5;
	if (!denied(prctl(PR_SET_PDEATHSIG, 0)) ||
	    (!SANDBOX_ASAN && !denied(pipe2(ends, 0)))) /* whose reports need one */
		return 6;
	return denied(kill(getppid(), 0)) ? 0 : 7;
}

/* One that is started ends at once: it has no disk. */
static int run_one(void)
{
	int out = -1, err = -1, status = 0;
	int number = disk_starter_start(ls, 5, 30, &out, &err);
	char byte;

	if (number <= 0 || out < 0 || err < 0)
		return -1;
	while (read(err, &byte, 1) == 1)
		;
	(void)close(out);
	(void)close(err);
	if (disk_starter_end(number, WAIT_MS, &status) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int programs_run(void)
{
	if (begin() < 0)
		return 1;
	for (int i = 0; i < 3 * DISK_STARTER_RUNS; i++)
		if (run_one() != FAKE_NO_DISK)
			return 2;
	return 0;
}

static int runs_are_counted(void)
{
	int out, err, status;

	if (begin() < 0)
		return 1;
	for (int i = 0; i < DISK_STARTER_RUNS; i++)
		if (disk_starter_start(ls, 5, 30, &out, &err) != i + 1)
			return 2;
	/* (they may have ended: nobody has asked) */
	if (disk_starter_start(ls, 5, 30, &out, &err) != -EAGAIN)
		return 3;
	if (disk_starter_end(2, WAIT_MS, &status) < 0 ||
	    disk_starter_end(2, WAIT_MS, &status) != -ESRCH)
		return 4;
	return disk_starter_start(ls, 5, 30, &out, &err) == 2 ? 0 : 5;
}

static int numbers_are_checked(void)
{
	static const int numbers[] = {
		0, 1, DISK_STARTER_RUNS, DISK_STARTER_RUNS + 1, -1, INT32_MAX, INT32_MIN
	};
	int status;

	if (begin() < 0)
		return 1;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (disk_starter_end(numbers[i], WAIT_MS, &status) != -ESRCH)
			return 2;
	return run_one() == FAKE_NO_DISK ? 0 : 3;
}

static int words_are_bounded(void)
{
	autofree char *word = malloc(DISK_STARTER_WORDS + 1);
	const char *args[] = { word, NULL };
	int out, err;

	if (!word || begin() < 0)
		return 1;
	memset(word, 'x', DISK_STARTER_WORDS);
	word[DISK_STARTER_WORDS] = '\0';
	if (disk_starter_start(args, 5, 30, &out, &err) != -E2BIG)
		return 2;
	return run_one() == FAKE_NO_DISK ? 0 : 3;
}

/* What is no request ends the starter: nothing more is started for whoever says it. */
static int says(const void *data, size_t len, bool whole)
{
	int out, err;
	char byte;

	if (begin() < 0)
		return 1;
	if (send(pair[0], data, len, MSG_NOSIGNAL) != (ssize_t)len)
		return 2;
	if (!whole && shutdown(pair[0], SHUT_WR) < 0)
		return 3;
	if (recv(pair[0], &byte, 1, 0) > 0) /* it is closed */
		return 4;
	return disk_starter_start(ls, 5, 30, &out, &err) == -EPIPE ? 0 : 5;
}

static int long_words(void)
{
	const uint32_t ask[] = { 1, 0, 5, 30, DISK_STARTER_WORDS + 1, 0 };

	return says(ask, sizeof(ask), true);
}

static int no_words(void)
{
	const uint32_t ask[] = { 1, 0, 5, 30, 0, 0 };

	return says(ask, sizeof(ask), true);
}

static int half_a_request(void)
{
	const uint32_t ask[] = { 1, 0, 5 };

	return says(ask, sizeof(ask), false);
}

static void test_argv(void)
{
	autofree const char **argv = NULL;

	is_int(disk_starter_argv("", 0, &argv), -EINVAL, "no word");
	is_int(disk_starter_argv("ls", 2, &argv), -EINVAL, "a word without an end");
	is_int(disk_starter_argv("ls\0/\0x", 6, &argv), -EINVAL, "a second one");
	is_int(disk_starter_argv("ls\0\0/a b\0", 9, &argv), 0, "three words");
	is_str(argv[0], "grub-fstest", "come after the program");
	is_str(argv[1], DISK_ROOM_DISK, "and the disk");
	is_str(argv[2], "ls", "the first");
	is_str(argv[3], "", "an empty one");
	is_str(argv[4], "/a b", "the last");
	ok(!argv[5], "no more");
}

static void test_room(void)
{
	static const struct probe {
		const char *name;
		int (*call)(void);
	} probes[] = {
		{ "who reads can start, open and make nothing", reader_is_narrow },
		{ "programs are started, one after the other", programs_run },
		{ "only so many at once", runs_are_counted },
		{ "of no others is the end told", numbers_are_checked },
		{ "a command has a bound", words_are_bounded },
		{ "who says more is not served", long_words },
		{ "nor who says nothing", no_words },
		{ "nor who stops in the middle", half_a_request },
	};
	static const char *const calls[] = { "socketpair", NULL };
	struct sandbox box = loose;

	box.programs = binds;
	box.calls = calls;
	box.processes = 100;
	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++)
		is_int(room_run(&box, probes[i].call), 0, probes[i].name);
}

int main(void)
{
	test_argv();
	if (!fake_place_enter())
		return scratch_skip();
	test_room();
	return tap_done();
}
