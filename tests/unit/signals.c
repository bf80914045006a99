/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/signals */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "lib/cleanup.h"
#include "lib/signals.h"
#include "tests/tap.h"

static bool is_blocked(int number)
{
	sigset_t now;

	return sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, number) == 1;
}

static void test_read(void)
{
	autoclose int fd = signals_open((const int[]){ SIGHUP, SIGTERM, 0 });
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (!ok(fd >= 0, "opened"))
		return;
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "not for programs that are started");
	is_int(poll(&p, 1, 0), 0, "none has come");
	is_int(signals_next(fd), 0, "and none is read, without waiting");
	(void)raise(SIGTERM);
	(void)raise(SIGHUP);
	(void)raise(SIGHUP);
	is_int(poll(&p, 1, 0), 1, "some have come, and we are still here");
	is_int(signals_next(fd), SIGHUP, "each is read");
	is_int(signals_next(fd), SIGTERM, "once");
	is_int(signals_next(fd), 0, "that is all");
	/* as nohup(1) and a shell's background leave them */
	(void)signal(SIGHUP, SIG_IGN);
	(void)raise(SIGHUP);
	is_int(signals_next(fd), SIGHUP, "one that was ignored comes, too");
	(void)signal(SIGHUP, SIG_DFL);
}

static void test_others(void)
{
	autoclose int first = signals_open((const int[]){ SIGUSR1, 0 });
	autoclose int second = signals_open((const int[]){ SIGUSR2, 0 });

	ok(is_blocked(SIGUSR1) && is_blocked(SIGUSR2), "what was blocked stays so");
	ok(!is_blocked(SIGINT), "others do not become so");
	(void)raise(SIGUSR1);
	is_int(signals_next(second), 0, "others are not read");
	is_int(signals_next(first), SIGUSR1, "but by who asked for them");
}

/* A signal that came before, as to a program that was started with it blocked. */
static void test_pending(void)
{
	autoclose int fd = -1;
	sigset_t quit;

	(void)sigemptyset(&quit);
	(void)sigaddset(&quit, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &quit, NULL);
	(void)raise(SIGQUIT);
	fd = signals_open((const int[]){ SIGQUIT, 0 });
	is_int(signals_next(fd), SIGQUIT, "one that waits already is read");
}

static void test_wrong(void)
{
	is_int(signals_open((const int[]){ SIGINT, 1000, 0 }), -EINVAL, "no signal");
	ok(!is_blocked(SIGINT), "then nothing is blocked");
}

int main(void)
{
	test_read();
	test_others();
	test_pending();
	test_wrong();
	return tap_done();
}
