/* SPDX-License-Identifier: BSD-2-Clause */
/* xenstore-broker - the store as one domain sees it, for programs in dom0. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dom0-tools/broker_child.h"
#include "dom0-tools/broker_connect.h"
#include "dom0-tools/broker_listen.h"
#include "dom0-tools/broker_options.h"
#include "lib/fds.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/sandbox.h"
#include "lib/signals.h"

#define DEFAULT_USER "xenstore-broker"
#define OTHER_USER   "nobody"

static int open_sockets(const struct broker_options *opt, struct child *child)
{
	int r = 0;

	if (opt->serve_fd >= 0) {
		child->serve_fd = opt->serve_fd;
		r = listen_check(opt->serve_fd, false, "--serve-fd");
	} else if (opt->listen_fd >= 0) {
		child->listen_fd = opt->listen_fd;
		r = listen_check(opt->listen_fd, true, "--listen-fd");
	} else if (opt->listen) {
		r = listen_at(opt->listen, opt->owner, opt->group, opt->mode,
			      &child->listen_fd);
	} else {
		r = listen_activated(&child->listen_fd);
		if (r == -ENOENT)
			log_error("no socket: neither --listen nor --serve-fd nor "
				  "--listen-fd, and none of socket activation");
	}
	if (r == 0 && opt->metrics)
		r = listen_at(opt->metrics, opt->owner, opt->group, opt->mode,
			      &child->metrics_fd);
	return r;
}

/* Whoever started us may have left more open: that is nothing for who reads clients. */
static int keep_own(const struct child *c)
{
	const int keep[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, c->connector,
			     c->listen_fd, c->serve_fd,	  c->metrics_fd };

	return fds_close_but(keep, sizeof(keep) / sizeof(*keep));
}

static void close_all(const struct child *child)
{
	const int fds[] = { child->listen_fd, child->serve_fd, child->metrics_fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]); /* the child has it */
}

__attribute__((noreturn)) static void run_child(struct child *child, pid_t parent)
{
	int r = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? -errno : 0;

	if (getppid() != parent)
		r = -ESRCH;
	if (r == 0)
		r = keep_own(child);
	if (r == 0)
		r = child->signals = signals_open((const int[]){ SIGTERM, SIGINT, 0 });
	if (r < 0)
		log_error("cannot start: %s", strerror(-r));
	exit(r < 0 ? EXIT_FAILURE : child_run(child));
}

static int run(const struct broker_options *opt, struct child *child, int signals)
{
	struct connector c = { .upstream = child->upstream,
			       .signals = signals,
			       .ready_fd = opt->ready_fd };
	pid_t parent = getpid();
	int pair[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		log_error("cannot start: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	c.child = fork();
	if (c.child < 0) {
		log_error("cannot start: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (c.child == 0) {
		child->connector = pair[1];
		run_child(child, parent);
	}
	(void)close(pair[1]); /* the child's end */
	close_all(child);
	c.sock = pair[0];
	return connector_run(&c);
}

static int find_user(const struct broker_options *opt, struct child *child)
{
	int r = sandbox_user(opt->user ? opt->user : DEFAULT_USER,
			     opt->user ? NULL : OTHER_USER, &child->uid, &child->gid);

	if (r < 0)
		log_error("no user '%s' to read clients as: %s",
			  opt->user ? opt->user : DEFAULT_USER, strerror(-r));
	return r;
}

int main(int argc, char *argv[])
{
	char upstream[128];
	struct child child = {
		.listen_fd = -1, .serve_fd = -1, .metrics_fd = -1, .signals = -1
	};
	struct broker_options opt;
	int signals, status = EXIT_FAILURE;

	if (io_reserve_std_fds() < 0)
		return EXIT_FAILURE;
	/* who reads --ready-fd or our messages may go: that ends nobody's session */
	(void)signal(SIGPIPE, SIG_IGN); /* cannot fail */
	log_open("xenstore-broker", log_is_journal(), false);
	opt = broker_options_parse(argc, argv);
	log_open("xenstore-broker", log_is_journal(), opt.verbose);
	if (geteuid() != 0) {
		log_error("must be started by root: without it clients cannot be kept "
			  "in a sandbox");
		return EXIT_FAILURE;
	}
	child.opt = &opt;
	child.upstream =
		opt.upstream ? opt.upstream : connect_default(upstream, sizeof(upstream));
	/* first, or one that comes meanwhile would leave the sockets' files */
	signals = signals_open((const int[]){ SIGTERM, SIGINT, SIGCHLD, 0 });
	if (signals < 0)
		log_error("cannot start: %s", strerror(-signals));
	else if (find_user(&opt, &child) == 0 && open_sockets(&opt, &child) == 0)
		status = run(&opt, &child, signals);
	if (opt.listen && child.listen_fd >= 0)
		(void)unlink(opt.listen); /* whoever removed it before us */
	if (opt.metrics && child.metrics_fd >= 0)
		(void)unlink(opt.metrics); /* whoever removed it before us */
	return status;
}
