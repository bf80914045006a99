/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/xapi_guard.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/unix_socket.h"

static const int guarded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE };
#define GUARDED (sizeof(guarded) / sizeof(*guarded))

/* Written with the signals held, read in the handler. */
static struct {
	struct sockaddr_un address;
	const char *text;
	size_t len;
	pid_t pid;
} guard;

/* Only what signal-safety(7) allows, here and in the handler. */
static void send_request(void)
{
	struct timeval tv = { .tv_sec = XAPI_GUARD_S };
	char answer[512];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	/* each failure leads to the next call's; there is nobody to tell */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (connect(fd, (const struct sockaddr *)&guard.address, sizeof(guard.address)) ==
		    0 &&
	    send(fd, guard.text, guard.len, MSG_NOSIGNAL) == (ssize_t)guard.len)
		(void)recv(fd, answer, sizeof(answer), 0); /* it is done then */
	(void)close(fd);
}

static void on_signal(int number)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	if (guard.text && guard.pid == getpid())
		send_request();
	(void)sigaction(number, &action, NULL);
	(void)raise(number); /* delivered when this handler returns */
}

void xapi_guard_hold(sigset_t *ret_old)
{
	sigset_t set;

	(void)sigemptyset(&set); /* none of these can fail for known signals */
	for (size_t i = 0; i < GUARDED; i++)
		(void)sigaddset(&set, guarded[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_old);
}

void xapi_guard_release(const sigset_t *old)
{
	(void)sigprocmask(SIG_SETMASK, old, NULL);
}

/* Replace one disposition by another, where it is the one. */
static void change_handlers(void (*from)(int), void (*to)(int))
{
	for (size_t i = 0; i < GUARDED; i++) {
		struct sigaction action;

		if (sigaction(guarded[i], NULL, &action) < 0 ||
		    (action.sa_flags & SA_SIGINFO) || action.sa_handler != from)
			continue;
		action = (struct sigaction){ .sa_handler = to };
		for (size_t k = 0; k < GUARDED; k++)
			(void)sigaddset(&action.sa_mask, guarded[k]);
		(void)sigaction(guarded[i], &action, NULL);
	}
}

void xapi_guard_set(const char *path, const char *text, size_t len)
{
	sigset_t old;

	xapi_guard_hold(&old);
	(void)unix_address(path, &guard.address); /* connect() has taken it */
	guard.text = text;
	guard.len = len;
	guard.pid = getpid();
	change_handlers(SIG_DFL, on_signal);
	xapi_guard_release(&old);
}

void xapi_guard_clear(void)
{
	sigset_t old;

	xapi_guard_hold(&old);
	guard.text = NULL;
	change_handlers(on_signal, SIG_DFL);
	xapi_guard_release(&old);
}
