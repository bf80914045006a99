/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int signals_open(const int *numbers)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set); /* cannot fail */
	for (; *numbers; numbers++)
		if (sigaddset(&set, *numbers) < 0)
			return -errno;
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int signals_next(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}
