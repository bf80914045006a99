/* SPDX-License-Identifier: BSD-2-Clause */
/* xe-guest-agent - publish this guest's metrics in xenstore, see xe-guest-agent(8). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/agent.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/version.h"

enum {
	EXIT_STOPPED = 0,
	EXIT_USAGE = 2,
	EXIT_NO_GUEST = 3,
	EXIT_NO_XENSTORE = 4,
};

struct options {
	bool dry_run, once, verbose;
	const char *root;
};

static void usage(FILE *out)
{
	fputs("usage: xe-guest-agent [--dry-run | --once] [--root DIR] [--verbose]\n"
	      "Publish this Xen guest's metrics in xenstore, and keep them true.\n"
	      "  -n, --dry-run    print what would be published, and why addresses are "
	      "left\n"
	      "                   out on stderr; xenstore is not touched\n"
	      "  -1, --once       publish once and exit\n"
	      "  -r, --root DIR   read /proc, /sys and /etc below DIR\n"
	      "  -v, --verbose    tell more on stderr\n"
	      "      --version    print the version\n"
	      "  -h, --help       print this\n"
	      "Exit status: 0 stopped, 2 usage, 3 not a Xen guest, 4 xenstore "
	      "unusable.\n",
	      out);
}

static void usage_error(void)
{
	fputs("Try 'xe-guest-agent --help'.\n", stderr);
	exit(EXIT_USAGE);
}

/* The status after what was asked for went to stdout. */
static int printed(void)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static struct options options_parse(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "once", no_argument, NULL, '1' },
		{ "root", required_argument, NULL, 'r' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static char name[] = "xe-guest-agent";
	struct options opt = { .root = "/" };
	int c;

	if (argc > 0)
		argv[0] = name; /* in what getopt_long() says */
	while ((c = getopt_long(argc, argv, "n1r:vh", longs, NULL)) != -1) {
		switch (c) {
		case 'n':
			opt.dry_run = true;
			break;
		case '1':
			opt.once = true;
			break;
		case 'r':
			opt.root = optarg;
			break;
		case 'v':
			opt.verbose = true;
			break;
		case 'V':
			puts("xe-guest-agent " XPT_VERSION);
			exit(printed());
		case 'h':
			usage(stdout);
			exit(printed());
		default:
			usage_error();
		}
	}
	if (optind < argc) {
		fprintf(stderr, "xe-guest-agent: unexpected argument '%s'\n",
			argv[optind]);
		usage_error();
	}
	if (opt.dry_run && opt.once) {
		fputs("xe-guest-agent: --dry-run and --once exclude each other\n",
		      stderr);
		usage_error();
	}
	return opt;
}

/* The whole run; a negative errno, -ENOTCONN when it is xenstore's fault. */
static int run(const struct options *opt, int rootfd)
{
	autoagent struct agent *agent = NULL;
	int r = agent_open(rootfd, &agent);

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
	int rootfd, r;

	if (io_reserve_std_fds() < 0)
		return EXIT_FAILURE;
	opt = options_parse(argc, argv);
	log_open("xe-guest-agent", log_is_journal(), opt.verbose);
	rootfd = open(opt.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0) {
		log_error("cannot open '%s': %s", opt.root, strerror(errno));
		return EXIT_USAGE;
	}
	if (!opt.dry_run && guest_detect(rootfd, &reason) < 0) {
		log_error("not a Xen guest: %s", reason);
		return EXIT_NO_GUEST;
	}
	r = run(&opt, rootfd);
	if (r == -ENOTCONN)
		return EXIT_NO_XENSTORE;
	return r < 0 ? EXIT_FAILURE : EXIT_STOPPED;
}
