/* SPDX-License-Identifier: BSD-2-Clause */
/* xe-guest-agent - publish this guest's metrics in xenstore, see xe-guest-agent(8). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/agent.h"
#include "guest-agent/config.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/signals.h"

enum {
	EXIT_STOPPED = 0,
	EXIT_USAGE = OPTIONS_WRONG,
	EXIT_NO_GUEST = 3,
	EXIT_NO_XENSTORE = 4,
};

struct options {
	bool dry_run, once, check, verbose;
	const char *root;
};

static const char usage[] =
	"usage: xe-guest-agent [--dry-run | --once | --check-config] [--root DIR]\n"
	"                      [--verbose]\n"
	"Publish this Xen guest's metrics in xenstore, and keep them true.\n"
	"  -n, --dry-run    print what would be published, and why addresses are "
	"left\n"
	"                   out on stderr; xenstore is not touched\n"
	"  -1, --once       publish once and exit\n"
	"  -c, --check-config\n"
	"                   tell what is wrong in /etc/xe-guest-agent.conf and its\n"
	"                   drop-ins, and exit\n"
	"  -r, --root DIR   read /proc, /sys and /etc below DIR\n"
	"  -v, --verbose    tell more on stderr\n"
	"      --version    print the version\n"
	"  -h, --help       print this\n"
	"Exit status: 0 stopped, 2 usage or configuration, 3 not a Xen guest, 4 xenstore "
	"unusable.\n";

static struct options options_parse(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "once", no_argument, NULL, '1' },
		{ "check-config", no_argument, NULL, 'c' },
		{ "root", required_argument, NULL, 'r' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static const struct options_program program = { usage, "n1cr:vh", longs,
							EXIT_FAILURE };
	struct options opt = { .root = "/" };
	int c;

	while ((c = options_next(&program, argc, argv)) != -1) {
		switch (c) {
		case 'n':
			opt.dry_run = true;
			break;
		case '1':
			opt.once = true;
			break;
		case 'c':
			opt.check = true;
			break;
		case 'r':
			opt.root = optarg;
			break;
		case 'v':
			opt.verbose = true;
			break;
		default:
			break;
		}
	}
	if (optind < argc)
		options_wrong("unexpected argument '%s'", argv[optind]);
	if (opt.dry_run + opt.once + opt.check > 1)
		options_wrong("--dry-run, --once and --check-config exclude each other");
	return opt;
}

/* What comes during the start is obeyed after it.  -1: a single run, which it ends. */
static int open_signals(const struct options *opt, int *ret_fd)
{
	bool single = opt->dry_run || opt->once || opt->check;
	int fd = single ? -1 : signals_open((const int[]){ SIGTERM, SIGINT, SIGHUP, 0 });

	if (!single && fd < 0) {
		log_error("cannot take signals: %s", strerror(-fd));
		return fd;
	}
	*ret_fd = fd;
	return 0;
}

/* The whole run; a negative errno, -ENOTCONN when it is xenstore's fault. */
static int run(const struct options *opt, int rootfd, int signals)
{
	autoagent struct agent *agent = NULL;
	int r = agent_open(rootfd, &agent);

	if (r < 0)
		return r;
	if (!opt->dry_run)
		r = opt->once ? agent_connect(agent) : agent_start(agent, signals);
	if (r >= 0)
		r = agent_drop_privileges(agent);
	if (r < 0)
		return r;
	if (opt->dry_run)
		return agent_dry_run(agent);
	return opt->once ? agent_publish_once(agent) : agent_run(agent);
}

int main(int argc, char *argv[])
{
	const char *reason = NULL;
	struct options opt;
	autoclose int signals = -1;
	int rootfd, r;

	if (io_reserve_std_fds() < 0)
		return EXIT_FAILURE;
	log_open("xe-guest-agent", log_is_journal(), false);
	opt = options_parse(argc, argv);
	log_open("xe-guest-agent", log_is_journal(), opt.verbose);
	if (open_signals(&opt, &signals) < 0)
		return EXIT_FAILURE;
	rootfd = open(opt.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0) {
		log_error("cannot open '%s': %s", opt.root, strerror(errno));
		return EXIT_USAGE;
	}
	if (opt.check)
		return agent_config_check(rootfd) < 0 ? EXIT_USAGE : EXIT_STOPPED;
	if (!opt.dry_run && guest_detect(rootfd, &reason) < 0) {
		log_error("not a Xen guest: %s", reason);
		return EXIT_NO_GUEST;
	}
	r = run(&opt, rootfd, signals);
	if (r == -ENOTCONN)
		return EXIT_NO_XENSTORE;
	return r < 0 ? EXIT_FAILURE : EXIT_STOPPED;
}
