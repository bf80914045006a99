/* SPDX-License-Identifier: BSD-2-Clause */
/* room_supervise - the launcher from the start of a room to its end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/room.h"
#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/signals.h"

#define STATUS_FAILED 1

/* All but SIGCHLD are handed on to the program; the first three also ask it to end. */
static const int taken[] = { SIGTERM, SIGINT,  SIGHUP,	SIGQUIT,
			     SIGUSR1, SIGUSR2, SIGCHLD, 0 };
#define ENDING 3

struct supervisor {
	struct room *room;
	int signals;	     /* owned: a signalfd */
	uint64_t stop_at_ms; /* CLOCK_MONOTONIC; 0: nobody has asked */
	bool failed;	     /* a step inside; told */
	bool broker_ended;
	int status; /* of process 1; -1: it runs */
};

static int write_pid(struct room *room)
{
	autoclose int fd = -1;
	char text[16];

	if (!room->opt->pid_file)
		return 0;
	fd = open(room->opt->pid_file,
		  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return -errno;
	room->pid_written = true;
	(void)snprintf(text, sizeof(text), "%d\n", (int)room->program_pid); /* fits */
	return io_write_all(fd, text, strlen(text));
}

/* All that was opened for the program is the program's alone from now on. */
static void on_started(struct supervisor *s)
{
	struct room *room = s->room;
	int r = write_pid(room);

	close_fd(&room->program);
	close_fd(&room->evtchn);
	close_fd(&room->privcmd);
	for (size_t i = 0; i < room->opt->keep_count; i++)
		if (room->opt->keep[i] > STDERR_FILENO)
			(void)close(room->opt->keep[i]);
	if (room->socket[0])
		(void)unlink(room->socket); /* it stays in the room */
	room->socket[0] = '\0';
	if (r < 0)
		log_error("pid file: '%s': %s", room->opt->pid_file, strerror(-r));
	s->failed |= r < 0;
	log_debug("process %d runs as uid %u", (int)room->program_pid, room->uid);
}

/* The text of a process that may have been made hostile meanwhile: log_ escapes it. */
static int take_report(struct supervisor *s, const struct room_report *report, pid_t from)
{
	if (report->step[ROOM_STEP_MAX - 1] || report->why[ROOM_WHY_MAX - 1])
		return -EBADMSG;
	if (!report->step[0]) {
		s->room->program_pid = from;
		return 0;
	}
	log_error("%s: %s", report->step, report->why);
	s->failed = true;
	return 0;
}

static pid_t sender(const struct msghdr *m)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct ucred who;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS ||
	    c->cmsg_len != CMSG_LEN(sizeof(who)))
		return 0;
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	return who.pid;
}

/* One report, or the end of them: nobody has the other end any more. */
static int on_link(struct supervisor *s)
{
	struct room_report report;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec part = { .iov_base = &report, .iov_len = sizeof(report) };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(s->room->link, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	/* ECONNRESET: it has ended without our release; what it said before is still there */
	if (n < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNRESET ? 0
										: -errno;
	if (n == (ssize_t)sizeof(report))
		return take_report(s, &report, sender(&m));
	if (n > 0)
		return -EBADMSG;
	close_fd(&s->room->link);
	/* what was about to become the program has, and exec closed its end (or it was
	 * killed just then: process 1 is ending, too) */
	if (s->room->program_pid != 0 && !s->failed)
		on_started(s);
	return 0;
}

static void on_child(struct supervisor *s)
{
	int status;

	if (waitpid(s->room->init, &status, WNOHANG) == s->room->init) {
		s->room->init = 0;
		s->status =
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	if (s->room->broker != 0 &&
	    waitpid(s->room->broker, &status, WNOHANG) == s->room->broker) {
		s->room->broker = 0;
		s->broker_ended = true;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			log_info("dom%u: its xenstore is closed, the program is ended",
				 s->room->opt->domid);
		else
			log_error("dom%u: the broker has failed, the program is ended",
				  s->room->opt->domid);
	}
}

static void forward(struct supervisor *s, int number)
{
	for (size_t i = 0; i < ENDING; i++)
		if (number == taken[i] && s->stop_at_ms == 0)
			s->stop_at_ms = io_now_ms() + 1000ULL * s->room->opt->stop_s;
	(void)kill(s->room->init, number); /* our child, not yet waited for */
}

static void on_signals(struct supervisor *s)
{
	int number;

	while ((number = signals_next(s->signals)) != 0) {
		if (number == SIGCHLD)
			on_child(s);
		else if (s->room->init != 0)
			forward(s, number);
	}
}

static int wait_ms(const struct supervisor *s)
{
	return s->stop_at_ms == 0 ? -1 : io_wait_ms(s->stop_at_ms);
}

/* Until process 1 has ended and has nothing more to tell. */
static int watch(struct supervisor *s)
{
	int r = 0;

	while (r == 0 && (s->room->init != 0 || s->room->link >= 0)) {
		struct pollfd p[] = { { .fd = s->signals, .events = POLLIN },
				      { .fd = s->room->link, .events = POLLIN } };
		bool kill_now = s->broker_ended || s->failed;

		if (s->room->init != 0 && (kill_now || wait_ms(s) == 0))
			(void)kill(s->room->init, SIGKILL); /* and all with it */
		if (poll(p, 2,
			 s->room->init != 0 && !kill_now && wait_ms(s) != 0 ? wait_ms(s)
									    : -1) < 0 &&
		    errno != EINTR)
			return -errno;
		on_signals(s);
		if (s->room->link >= 0)
			r = on_link(s);
	}
	return r;
}

static void tell(const struct room_step *failed, const struct room *room)
{
	log_error("%s: %s", failed->name, room->why);
}

static int run(struct supervisor *s)
{
	const struct room_step *failed = NULL;
	int r = room_run(s->room, room_steps_outside, &failed);

	if (r == 0)
		r = room_run(s->room, room_steps_start, &failed);
	if (r < 0 && s->room->init == 0) {
		tell(failed, s->room);
		return STATUS_FAILED;
	}
	if (r < 0) { /* what went wrong inside, if anything, is the better reason */
		struct pollfd p = { .fd = s->room->link, .events = POLLIN };

		while (!s->failed && s->room->link >= 0 && poll(&p, 1, 0) > 0 &&
		       on_link(s) == 0)
			;
		if (!s->failed)
			tell(failed, s->room);
		return STATUS_FAILED;
	}
	r = watch(s);
	if (r < 0)
		log_error("supervision: %s", strerror(-r));
	else if (s->room->program_pid == 0 && !s->failed)
		log_error("start: the room ended before its program was started");
	return r < 0 || s->failed || s->room->program_pid == 0 ? STATUS_FAILED
							       : s->status;
}

int room_main(const struct room_options *opt)
{
	struct room room;
	struct supervisor s = { .room = &room, .status = -1 };
	int status = STATUS_FAILED;

	if (room_open(&room, opt) == 0) {
		s.signals = signals_open(taken);
		if (s.signals < 0) {
			log_error("signals: %s", strerror(-s.signals));
		} else {
			status = run(&s);
			(void)close(s.signals);
		}
	}
	room_done(&room);
	return status;
}
