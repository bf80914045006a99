/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_starter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "eliloader/disk_room.h"
#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/libraries.h"
#include "lib/sandbox.h"

#define PIPE_SIZE      (1024 * 1024) /* what an unprivileged process may have */
#define NAP_FIRST_NS   20000
#define NAP_LONGEST_NS 10000000

enum request { START = 1, END };

/* After START come the words, each ended by NUL. */
struct ask {
	uint32_t request, number;
	uint32_t cpu_s, wall_s, len;
	uint32_t wait_ms;
};

/* With START's come the two descriptors. */
struct answer {
	int32_t result, status;
	uint64_t cpu_ms;
};

union control {
	char bytes[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr align;
};

/* ---- both sides ---- */

int disk_starter_pair(int ret_pair[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_pair) < 0 ? -errno
										: 0;
}

static int receive(int sock, void *data, size_t len)
{
	ssize_t n;

	do
		n = recv(sock, data, len, MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len ? 0 : -EPIPE;
}

/* ---- the starter ---- */

struct starter {
	int sock;
	pid_t pid[DISK_STARTER_RUNS]; /* 0: none */
};

int disk_starter_argv(const char *words, size_t len, const char ***ret_argv)
{
	static const char *const first[] = { "grub-fstest", DISK_ROOM_DISK };
	const size_t head = sizeof(first) / sizeof(*first);
	size_t count = head;
	const char **argv;

	if (len == 0 || words[len - 1] != '\0')
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		count += words[i] == '\0';
	argv = calloc(count + 1, sizeof(*argv));
	if (!argv)
		return -ENOMEM;
	memcpy(argv, first, sizeof(first));
	for (size_t i = head; i < count; i++, words += strlen(words) + 1)
		argv[i] = words;
	*ret_argv = argv;
	return 0;
}

/* Between fork() and exec(). */
__attribute__((noreturn)) static void become(int out, int err,
					     const struct sandbox_program *p)
{
	if (dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0) {
		for (int fd = STDERR_FILENO + 1; fd < SANDBOX_PROGRAM_FDS; fd++)
			(void)close(fd); /* the socket; most are not open */
		(void)sandbox_program(p);
	}
	_exit(127);
}

static int make_pipe(int *ret_ours, int *ret_theirs)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_ours = ends[0];
	*ret_theirs = ends[1];
	return 0;
}

static int run(const struct ask *ask, const char *const *argv, int ret_fds[2],
	       pid_t *ret_pid)
{
	static const char *const env[] = { "LD_LIBRARY_PATH=" LIBRARIES_DIR, NULL };
	const struct sandbox_program p = { .argv = argv,
					   .env = env,
					   .parent = getpid(),
					   .memory_max = DISK_MEMORY_MAX,
					   .cpu_s = ask->cpu_s,
					   .wall_s = ask->wall_s };
	autoclose int our_out = -1, our_err = -1, out = -1, err = -1;
	int r = make_pipe(&our_out, &out);

	if (r == 0)
		r = make_pipe(&our_err, &err);
	if (r < 0)
		return r;
	(void)fcntl(our_out, F_SETPIPE_SZ, PIPE_SIZE); /* only for speed */
	*ret_pid = fork();
	if (*ret_pid < 0)
		return -errno;
	if (*ret_pid == 0)
		become(out, err, &p);
	ret_fds[0] = steal_fd(&our_out);
	ret_fds[1] = steal_fd(&our_err);
	return 0;
}

/* -EPIPE: no more can be understood of what comes. */
static int start(struct starter *s, const struct ask *ask, int ret_fds[2])
{
	autofree char *words = NULL;
	autofree const char **argv = NULL;
	unsigned slot = 0;
	int r;

	if (ask->len == 0 || ask->len > DISK_STARTER_WORDS)
		return -EPIPE;
	words = malloc(ask->len + 1);
	if (!words || receive(s->sock, words, ask->len) < 0)
		return -EPIPE;
	while (slot < DISK_STARTER_RUNS && s->pid[slot])
		slot++;
	if (slot == DISK_STARTER_RUNS)
		return -EAGAIN;
	r = disk_starter_argv(words, ask->len, &argv);
	if (r == 0)
		r = run(ask, argv, ret_fds, &s->pid[slot]);
	if (r < 0)
		s->pid[slot] = 0;
	return r < 0 ? r : (int)slot + 1;
}

static uint64_t cpu_ms(const struct rusage *u)
{
	return (uint64_t)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000 +
	       (uint64_t)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1000;
}

/* It has closed all that the other side knows of it, so it is about to end. */
static int end(struct starter *s, const struct ask *ask, struct answer *a)
{
	pid_t *pid = &s->pid[(ask->number - 1) % DISK_STARTER_RUNS], done;
	uint64_t end_ms = io_now_ms() + ask->wait_ms;
	struct timespec nap = { .tv_nsec = NAP_FIRST_NS };
	struct rusage used;

	if (ask->number == 0 || ask->number > DISK_STARTER_RUNS || !*pid)
		return -ESRCH;
	while ((done = wait4(*pid, &a->status, WNOHANG, &used)) == 0) {
		if (io_now_ms() >= end_ms)
			return -ETIMEDOUT;
		(void)nanosleep(&nap, NULL); /* shorter is fine */
		if (nap.tv_nsec < NAP_LONGEST_NS)
			nap.tv_nsec *= 2;
	}
	*pid = 0;
	if (done < 0)
		return -errno;
	a->cpu_ms = cpu_ms(&used);
	return 0;
}

static int send_answer(int sock, const struct answer *a, int fds[2])
{
	struct iovec iov = { (void *)(uintptr_t)a, sizeof(*a) };
	union control control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	bool passes = fds[0] >= 0;
	ssize_t n;

	if (passes) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, 2 * sizeof(int));
	}
	n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	for (unsigned i = 0; passes && i < 2; i++)
		(void)close(fds[i]); /* the worker has them now */
	return n == (ssize_t)sizeof(*a) ? 0 : -EPIPE;
}

static int serve_one(struct starter *s)
{
	int fds[2] = { -1, -1 };
	struct answer a = { .result = -EINVAL };
	struct ask ask;
	int r = receive(s->sock, &ask, sizeof(ask));

	if (r == 0 && ask.request == START)
		r = a.result = start(s, &ask, fds);
	else if (r == 0 && ask.request == END)
		a.result = end(s, &ask, &a);
	return r == -EPIPE ? r : send_answer(s->sock, &a, fds);
}

/* Nothing of the disk's, and nothing that eliloader listens to. */
static void keep_only(int sock)
{
	for (int fd = STDERR_FILENO + 1; fd < DISK_ROOM_FDS; fd++)
		if (fd != sock && fd != SANDBOX_PROGRAM_FD)
			(void)close(fd); /* most are not open */
}

__attribute__((noreturn)) static void serve(int sock, pid_t worker)
{
	struct starter s = { .sock = sock };

	keep_only(sock);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != worker)
		_exit(1);
	while (serve_one(&s) == 0)
		;
	_exit(0); /* what runs dies with us */
}

/* ---- the worker ---- */

static int starter = -1;    /* the socket */
static uint64_t all_cpu_ms; /* of what has ended */

int disk_starter_begin(const int pair[2])
{
	pid_t worker = getpid(), child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		serve(pair[1], worker);
	(void)close(pair[1]);
	(void)close(SANDBOX_PROGRAM_FD);
	starter = pair[0];
	return sandbox_narrow();
}

static int send_all(const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = send(starter, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int receive_answer(struct answer *ret, int ret_fds[2])
{
	struct iovec iov = { ret, sizeof(*ret) };
	union control control = { 0 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	do
		n = recvmsg(starter, &msg, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*ret))
		return -EPIPE;
	if (msg.msg_controllen >= CMSG_LEN(2 * sizeof(int)))
		memcpy(ret_fds, CMSG_DATA(&control.align), 2 * sizeof(int));
	return ret->result;
}

/* @args one after the other, each with its NUL. */
static int join_words(const char *const *args, char **ret_words, size_t *ret_len)
{
	size_t len = 0;
	char *at;

	for (size_t i = 0; args[i]; i++)
		len += strlen(args[i]) + 1;
	if (len > DISK_STARTER_WORDS)
		return -E2BIG;
	at = *ret_words = malloc(len + 1);
	if (!at)
		return -ENOMEM;
	for (size_t i = 0; args[i]; i++)
		at = stpcpy(at, args[i]) + 1;
	*ret_len = len;
	return 0;
}

int disk_starter_start(const char *const *args, unsigned cpu_s, unsigned wall_s,
		       int *ret_out, int *ret_err)
{
	struct ask ask = { .request = START, .cpu_s = cpu_s, .wall_s = wall_s };
	autofree char *words = NULL;
	int fds[2] = { -1, -1 }, r;
	struct answer a = { 0 };
	size_t len = 0;

	r = join_words(args, &words, &len);
	ask.len = (uint32_t)len;
	if (r == 0)
		r = send_all(&ask, sizeof(ask));
	if (r == 0)
		r = send_all(words, len);
	if (r == 0)
		r = receive_answer(&a, fds);
	if (r > 0) {
		*ret_out = fds[0];
		*ret_err = fds[1];
	}
	return r;
}

int disk_starter_end(int number, unsigned wait_ms, int *ret_status)
{
	const struct ask ask = { .request = END,
				 .number = (uint32_t)number,
				 .wait_ms = wait_ms };
	int unused[2], r = send_all(&ask, sizeof(ask));
	struct answer a = { 0 };

	if (r == 0)
		r = receive_answer(&a, unused);
	if (r < 0)
		return r;
	all_cpu_ms += a.cpu_ms;
	*ret_status = a.status;
	return 0;
}

uint64_t disk_starter_cpu_ms(void)
{
	return all_cpu_ms;
}
