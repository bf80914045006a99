/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_decoy UID ABSTRACT PATH - what lies outside of the room: a process of a user of its
 * own that listens at an abstract name and at a path, until it or its parent is killed.
 */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* "@NAME" is abstract. */
static int listen_at(const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t len = strlen(name);

	if (fd < 0 || len >= sizeof(addr.sun_path))
		return -1;
	memcpy(addr.sun_path, name, len);
	if (name[0] == '@')
		addr.sun_path[0] = '\0';
	else
		len++;
	if (bind(fd, (const struct sockaddr *)&addr,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		return -1;
	return listen(fd, 64);
}

int main(int argc, char *argv[])
{
	pid_t parent = getppid();

	if (argc != 4 || listen_at(argv[2]) < 0 || listen_at(argv[3]) < 0 ||
	    setuid((uid_t)strtoul(argv[1], NULL, 10)) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) {
		perror("probe_decoy");
		return 1;
	}
	puts("ready");
	if (fflush(stdout) != 0)
		return 1;
	while (getppid() == parent)
		(void)pause();
	return 0;
}
