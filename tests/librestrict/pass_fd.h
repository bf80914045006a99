/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pass_fd - a descriptor over a socket, for tests.
 * Owns:   the receiver owns what it gets.
 * Errors: -1 with errno.
 */
#pragma once
#include <string.h>
#include <sys/socket.h>

union pass_control {
	struct cmsghdr head; /* for its alignment */
	char room[CMSG_SPACE(sizeof(int))];
};

static inline struct msghdr pass_message(struct iovec *iov, union pass_control *control)
{
	memset(control, 0, sizeof(*control));
	return (struct msghdr){ .msg_iov = iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof(*control) };
}

static inline int send_fd(int sock, int fd)
{
	char byte = 'f';
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union pass_control control;
	struct msghdr m = pass_message(&iov, &control);
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(sock, &m, 0) == 1 ? 0 : -1;
}

static inline int receive_fd(int sock)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union pass_control control;
	struct msghdr m = pass_message(&iov, &control);
	struct cmsghdr *c;
	int fd = -1;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}
