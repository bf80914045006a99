/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/room_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/fds.h"
#include "lib/sandbox_parts.h"

#define STATUS_FAILED 1

int room_report(const struct room *room, const char *step, const char *why)
{
	struct room_report report;

	memset(&report, 0, sizeof(report)); /* all of it crosses */
	(void)snprintf(report.step, sizeof(report.step), "%s", step);
	(void)snprintf(report.why, sizeof(report.why), "%s", why);
	return send(room->link, &report, sizeof(report), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Its own session, no terminal, all signals as by default but held. */
int room_step_session(struct room *room)
{
	(void)room; /* the form of all steps */
	for (int number = 1; number < _NSIG; number++)
		(void)signal(number, SIG_DFL); /* KILL, STOP and libc's own refuse */
	return setsid() < 0 ? -errno : 0;
}

/* The launcher may have died before the signal was asked for: its end is closed then. */
int room_step_death(struct room *room)
{
	struct pollfd p = { .fd = room->link };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	if (poll(&p, 1, 0) < 0)
		return -errno;
	return (p.revents & POLLHUP) != 0 ? -ESRCH : 0;
}

/* To @number and no longer closed by exec; nothing of ours may be there. */
static int place_fd(int *fd, int number)
{
	if (*fd < 0)
		return 0;
	if (dup2(*fd, number) < 0)
		return -errno;
	*fd = number;
	return 0;
}

/* Out of the way of the numbers that are fixed. */
static int lift_fd(int *fd)
{
	int high = *fd < 0 ? -1 : fcntl(*fd, F_DUPFD_CLOEXEC, ROOM_PRIVCMD_FD + 1);

	if (*fd >= 0 && high < 0)
		return -errno;
	*fd = high;
	return 0;
}

/* No Xen device, or one of the profile's kinds that is restricted to the domain. */
static int prove_fd(struct room *room, int fd)
{
	static const struct {
		unsigned handle;
		enum xenrestrict_kind kind;
	} kinds[] = { { ROOM_HANDLE_EVTCHN, XENRESTRICT_KIND_EVTCHN },
		      { ROOM_HANDLE_PRIVCMD, XENRESTRICT_KIND_PRIVCMD } };
	unsigned domid = room->opt->domid;
	int r = xenrestrict_prove_fd(fd, domid, XENRESTRICT_KIND_NONE);

	for (size_t i = 0; r < 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (room->profile.handles & kinds[i].handle)
			r = xenrestrict_prove_fd(fd, domid, kinds[i].kind);
	return r < 0 ? room_fail(
			       room, r,
			       "descriptor %d is no restricted one of the profile's: %s",
			       fd, xenrestrict_error())
		     : 0;
}

/* Is none of them a directory, through which the old tree could be reached?  @ret_bad: the
 * one that is. */
static int check_fds(const int *fds, size_t count, int *ret_bad)
{
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		*ret_bad = fds[i];
		if (fds[i] < 0)
			continue;
		if (fstat(fds[i], &st) < 0)
			return -errno;
		if (S_ISDIR(st.st_mode))
			return -EISDIR;
	}
	return 0;
}

int room_step_descriptors(struct room *room)
{
	int keep[ROOM_KEEP_MAX + 7] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	size_t count = 3, given;
	int bad = -1, r = lift_fd(&room->link);

	for (size_t i = 0; i < room->opt->keep_count; i++)
		keep[count++] = room->opt->keep[i];
	given = count;
	r = r < 0 ? r : lift_fd(&room->evtchn);
	r = r < 0 ? r : lift_fd(&room->privcmd);
	r = r < 0 ? r : place_fd(&room->evtchn, ROOM_EVTCHN_FD);
	r = r < 0 ? r : place_fd(&room->privcmd, ROOM_PRIVCMD_FD);
	if (r < 0)
		return r;
	keep[count++] = room->evtchn;
	keep[count++] = room->privcmd;
	r = check_fds(keep, count, &bad);
	if (r < 0)
		return room_fail(room, r, "descriptor %d: %s", bad,
				 r == -EISDIR ? "a directory is a way out"
					      : strerror(-r));
	for (size_t i = 0; i < given && r == 0; i++)
		r = prove_fd(room, keep[i]);
	if (r < 0)
		return r;
	keep[count++] = room->program;
	keep[count++] = room->link;
	return fds_close_but(keep, count);
}

int room_step_namespaces(struct room *room)
{
	int flags = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;

	if (unshare(room->profile.network ? flags : flags | CLONE_NEWNET) < 0)
		return -errno;
	if (sethostname("room", 4) < 0) /* the host's name is the host's */
		return -errno;
	/* what is mounted from here on must not show outside */
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : 0;
}

int room_step_released(struct room *room)
{
	char byte;
	ssize_t n;

	do
		n = recv(room->link, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return room_fail(room, -ESRCH, "the launcher has ended");
	return n < 0 ? -errno : 0;
}

/* Its root is the control group that we have been put into by now. */
int room_step_cgroup_namespace(struct room *room)
{
	(void)room; /* the form of all steps */
	/* EINVAL: a kernel without (before 4.6) */
	return unshare(CLONE_NEWCGROUP) < 0 && errno != EINVAL ? -errno : 0;
}

/* The program waits for process 1, whose failure would come too late for it otherwise. */
int room_step_init(struct room *room)
{
	char byte;
	ssize_t n;

	do
		n = recv(room->turn, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		for (;;) /* it has said why, ends, and we with it */
			(void)pause();
	return 0;
}

/* EPIPE: the program has failed already, and its report says in what. */
static int let_program_go(struct room *room)
{
	if (send(room->turn, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		return -errno;
	(void)close(room->turn); /* nothing that close() could lose */
	return 0;
}

__attribute__((noreturn)) static void fail(struct room *room, const char *step)
{
	(void)room_report(room, step, room->why); /* it is dead, or sees the end of us */
	_exit(STATUS_FAILED);
}

__attribute__((noreturn)) static void run_program(struct room *room)
{
	const struct room_step *failed = NULL;

	(void)room_run(room, room_steps_program,
		       &failed); /* comes back when one failed */
	fail(room, failed ? failed->name : "exec");
}

/* Process 1 has no use for anything but waiting. */
static int give_up_rights(struct room *room)
{
	int r = rights_bound_caps(0);

	if (r == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(room->uid, room->uid, room->uid) < 0 ||
	     setresuid(room->uid, room->uid, room->uid) < 0))
		r = -errno;
	if (r == 0)
		r = rights_set_caps(0);
	if (r == 0)
		r = rights_prove_ids(room->uid, room->uid);
	if (r == 0 && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0))
		r = -errno;
	if (r == 0)
		r = room_step_death(room); /* a change of ids has ended it */
	return r == 0 ? room_calls_init(room) : r;
}

/* By number: there is no /proc here any more.  room_step_descriptors() left no others. */
static void close_all_but_links(const struct room *room)
{
	const int above[] = { room->program, room->evtchn, room->privcmd };
	int highest = (int)room->profile.limit[RLIMIT_NOFILE];

	for (int fd = 0; fd <= highest; fd++)
		if (fd != room->link && fd != room->turn)
			(void)close(fd); /* most are not open */
	for (size_t i = 0; i < sizeof(above) / sizeof(*above); i++)
		(void)close(above[i]); /* -1, or closed already: no matter */
	/* who gave them may have had a higher limit than the program's */
	for (size_t i = 0; i < room->opt->keep_count; i++)
		(void)close(room->opt->keep[i]); /* (the link is elsewhere) */
}

/* The program's end is the room's; others are orphans of its. */
static void reap(pid_t program)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == program)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status)
						: 128 + WTERMSIG(status));
}

/* What comes from outside is handed on.  (Nothing is ignored though it is process 1: what
 * is blocked waits.) */
__attribute__((noreturn)) static void wait_for(pid_t program, const sigset_t *all)
{
	for (;;) {
		int number = sigwaitinfo(all, NULL);

		if (number == SIGCHLD)
			reap(program);
		else if (number > 0)
			(void)kill(program, number); /* a late one is root's at first */
	}
}

/* The number of the program's process, for process 1: it comes back in that alone. */
static pid_t start_program(struct room *room)
{
	int ends[2];
	pid_t program;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	program = fork();
	if (program < 0)
		return -errno;
	(void)close(ends[program == 0]); /* the other's */
	room->turn = ends[program != 0];
	if (program == 0)
		run_program(room);
	return program;
}

void room_inside(struct room *room)
{
	const struct room_step *failed;
	sigset_t all;
	pid_t program;
	int r;

	(void)sigfillset(&all); /* both cannot fail */
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	if (room_run(room, room_steps_inside, &failed) < 0)
		fail(room, failed->name);
	program = start_program(room);
	if (program < 0) {
		(void)room_fail(room, program, "%s", strerror(-program));
		fail(room, "fork");
	}
	close_all_but_links(room);
	r = give_up_rights(room);
	if (r == 0)
		r = let_program_go(room);
	if (r < 0) {
		(void)room_fail(room, r, "%s", strerror(-r));
		fail(room, "process 1");
	}
	(void)close(room->link);
	wait_for(program, &all);
}
