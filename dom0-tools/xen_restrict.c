/* SPDX-License-Identifier: BSD-2-Clause */
/* xen-restrict - runs a program that serves one domain where it can reach no other. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/room.h"
#include "dom0-tools/room_reap.h"
#include "dom0-tools/verify.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"

enum { STATUS_FAILED = 1 };
enum mode { MODE_RUN, MODE_DRY, MODE_REAP, MODE_VERIFY };
#define STOP_MAX_S 86400 /* a day: more is a mistake */

struct options {
	struct room_options room;
	enum mode mode;
	const char *reap;
	pid_t verify;
	bool of_room; /* an option was given that --reap has no use for */
};

static const char usage[] =
	"usage: xen-restrict --domid N [OPTION...] -- PROGRAM [ARG...]\n"
	"       xen-restrict --verify PID [--domid N] [--profile P] [--json] "
	"[OPTION...]\n"
	"       xen-restrict --reap UID|DOMID [--user BASE] [--json]\n"
	"\n"
	"Runs PROGRAM, which serves domain N, in a room without doors: xenstore, event\n"
	"channels and privileged commands of that domain only, as a user of its own.\n"
	"PROGRAM is a path: PATH is not searched.\n"
	"\n"
	"  -d, --domid N          the domain, 1 to 32751\n"
	"  -p, --profile P        a profile's name or file (guest)\n"
	"  -u, --user BASE        uid and gid are BASE + N: a user's name or a number\n"
	"                         over 32751 (1879048192)\n"
	"      --keep-fd FD       leave descriptor FD to PROGRAM\n"
	"      --bind SRC[:DST]   a file or directory in the room, read-only\n"
	"      --bind-rw SRC[:DST]  the same, writable\n"
	"      --lib-dir DIR      look for libraries there first\n"
	"      --env NAME=VALUE   in PROGRAM's environment, which is empty otherwise\n"
	"      --net              the host's network\n"
	"      --no-handles       no Xen handles, whatever the profile says\n"
	"      --no-xenstore      no xenstore\n"
	"      --require-cgroup   fail where there is no control group\n"
	"      --stop-timeout S   SIGKILL so long after a signal to end (10)\n"
	"      --pid-file FILE    write PROGRAM's process id there when it has started\n"
	"      --dry-run          print what would be so (--explain is the same)\n"
	"      --verify PID       is process PID restricted as it should be?\n"
	"      --reap UID|DOMID   kill all that runs under a room's uid\n"
	"  -j, --json             JSON instead of text\n"
	"  -v, --verbose          say more\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Exit status: PROGRAM's, 128 and the signal that ended it; 1 a step failed, 2 "
	"usage.\n";

/* Not so low that a domid could be taken for a uid, nor so high that a sum is negative. */
static uid_t parse_base(const char *text)
{
	uid_t max = INT32_MAX - ROOM_DOMID_MAX;
	const struct passwd *user = NULL;

	if (text[0] < '0' || text[0] > '9') {
		user = getpwnam(text);
		if (!user) {
			log_error("--user: there is no user '%s'", text);
			exit(STATUS_FAILED);
		}
	}
	if (!user)
		return options_number("user", text, ROOM_DOMID_MAX + 1, max);
	if (user->pw_uid <= ROOM_DOMID_MAX || user->pw_uid > max) {
		log_error("--user: '%s' is uid %u, a base is from %u to %u", text,
			  user->pw_uid, ROOM_DOMID_MAX + 1, max);
		exit(STATUS_FAILED);
	}
	return user->pw_uid;
}

static void add_word(const char *what, struct text_list *l, const char *text)
{
	if (text_list_add(l, text) == 0)
		return;
	options_wrong("--%s: too many, or out of memory", what);
}

static void add_lib_dir(struct text_list *l, const char *text)
{
	if (text[0] != '/')
		options_wrong("--lib-dir: '%s' is not an absolute path", text);
	add_word("lib-dir", l, text);
}

static void add_env(struct text_list *l, const char *text)
{
	static const char *const ours[] = { "XENSTORED_", "XENRESTRICT_", "LD_" };

	if (text[0] == '=' || !strchr(text, '='))
		options_wrong("--env: '%s' is not NAME=VALUE", text);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strncmp(text, ours[i], strlen(ours[i])) == 0)
			options_wrong("--env: what begins with %s is not free", ours[i]);
	add_word("env", l, text);
}

static void add_fd(struct room_options *o, const char *text)
{
	int fd = (int)options_number("keep-fd", text, 0, INT32_MAX);

	if (fd == ROOM_EVTCHN_FD || fd == ROOM_PRIVCMD_FD)
		options_wrong("--keep-fd: %d and %d are where Xen's handles are",
			      ROOM_EVTCHN_FD, ROOM_PRIVCMD_FD);
	if (o->keep_count == ROOM_KEEP_MAX)
		options_wrong("--keep-fd: over %d descriptors", ROOM_KEEP_MAX);
	o->keep[o->keep_count++] = fd;
}

enum { /* of options without a letter */
       OPT_KEEP_FD = 256,
       OPT_BIND,
       OPT_BIND_RW,
       OPT_LIB_DIR,
       OPT_ENV,
       OPT_NET,
       OPT_NO_HANDLES,
       OPT_NO_XENSTORE,
       OPT_REQUIRE_CGROUP,
       OPT_STOP_TIMEOUT,
       OPT_PID_FILE,
       OPT_DRY_RUN,
       OPT_VERIFY,
       OPT_REAP,
};

static const struct option longs[] = {
	{ "domid", required_argument, NULL, 'd' },
	{ "profile", required_argument, NULL, 'p' },
	{ "user", required_argument, NULL, 'u' },
	{ "keep-fd", required_argument, NULL, OPT_KEEP_FD },
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "bind-rw", required_argument, NULL, OPT_BIND_RW },
	{ "lib-dir", required_argument, NULL, OPT_LIB_DIR },
	{ "env", required_argument, NULL, OPT_ENV },
	{ "net", no_argument, NULL, OPT_NET },
	{ "no-handles", no_argument, NULL, OPT_NO_HANDLES },
	{ "no-xenstore", no_argument, NULL, OPT_NO_XENSTORE },
	{ "require-cgroup", no_argument, NULL, OPT_REQUIRE_CGROUP },
	{ "stop-timeout", required_argument, NULL, OPT_STOP_TIMEOUT },
	{ "pid-file", required_argument, NULL, OPT_PID_FILE },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "explain", no_argument, NULL, OPT_DRY_RUN },
	{ "verify", required_argument, NULL, OPT_VERIFY },
	{ "reap", required_argument, NULL, OPT_REAP },
	{ "json", no_argument, NULL, 'j' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void set_mode(struct options *opt, enum mode mode)
{
	if (opt->mode != MODE_RUN && opt->mode != mode)
		options_wrong("only one of --dry-run, --verify and --reap");
	opt->mode = mode;
}

/* What the room is to be. */
static bool take_room_option(struct room_options *o, int c)
{
	switch (c) {
	case 'd':
		o->domid = options_number("domid", optarg, 1, ROOM_DOMID_MAX);
		return true;
	case 'p':
		o->profile = optarg;
		return true;
	case OPT_KEEP_FD:
		add_fd(o, optarg);
		return true;
	case OPT_BIND:
		add_word("bind", &o->binds, optarg);
		return true;
	case OPT_BIND_RW:
		add_word("bind-rw", &o->writes, optarg);
		return true;
	case OPT_LIB_DIR:
		add_lib_dir(&o->lib_dirs, optarg);
		return true;
	case OPT_ENV:
		add_env(&o->env, optarg);
		return true;
	case OPT_NET:
		return o->network = true;
	case OPT_NO_HANDLES:
		return o->no_handles = true;
	case OPT_NO_XENSTORE:
		return o->no_xenstore = true;
	case OPT_REQUIRE_CGROUP:
		return o->require_cgroup = true;
	case OPT_STOP_TIMEOUT:
		o->stop_s = options_number("stop-timeout", optarg, 0, STOP_MAX_S);
		return true;
	case OPT_PID_FILE:
		o->pid_file = optarg;
		return true;
	default:
		return false;
	}
}

static void take_option(struct options *opt, int c)
{
	switch (c) {
	case 'u':
		opt->room.base = parse_base(optarg);
		break;
	case 'j':
		opt->room.json = true;
		break;
	case 'v':
		opt->room.verbose = true;
		break;
	case OPT_DRY_RUN:
		set_mode(opt, MODE_DRY);
		break;
	case OPT_VERIFY:
		opt->verify = (pid_t)options_number("verify", optarg, 1, INT32_MAX);
		set_mode(opt, MODE_VERIFY);
		break;
	case OPT_REAP:
		opt->reap = optarg;
		set_mode(opt, MODE_REAP);
		break;
	default:
		break;
	}
}

static void check_options(const struct options *opt, int words)
{
	bool runs = opt->mode == MODE_RUN || opt->mode == MODE_DRY;

	if (runs && opt->room.domid == 0)
		options_wrong("--domid is missing");
	if (runs && words == 0)
		options_wrong("there is no program to run");
	if (!runs && words > 0)
		options_wrong("unexpected argument '%s'", opt->room.argv[0]);
	if (opt->mode == MODE_REAP && opt->of_room)
		options_wrong("with --reap go --user, --json and --verbose only");
	if (opt->room.json && opt->mode == MODE_RUN)
		options_wrong("--json is for --dry-run, --verify and --reap");
}

static void options_parse(int argc, char *argv[], struct options *opt)
{
	static const struct options_program program = { usage, "+d:p:u:jvhV", longs,
							STATUS_FAILED };
	int c;

	*opt = (struct options){ .room = { .base = ROOM_USER_BASE,
					   .profile = ROOM_PROFILE,
					   .stop_s = ROOM_STOP_S } };
	while ((c = options_next(&program, argc, argv)) != -1)
		if (take_room_option(&opt->room, c))
			opt->of_room = true;
		else
			take_option(opt, c);
	opt->room.argv = argv + optind;
	check_options(opt, argc - optind);
}

/* Before anything of ours is opened: what is not open now could be ours later, and would
 * be closed as if it were the caller's.  Nothing comes through exec that exec closes. */
static int check_keep(const struct room_options *o)
{
	for (size_t i = 0; i < o->keep_count; i++) {
		int flags = fcntl(o->keep[i], F_GETFD);

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			continue;
		log_error("descriptors: --keep-fd: descriptor %d is not open",
			  o->keep[i]);
		return -EBADF;
	}
	return 0;
}

static int run(const struct options *opt)
{
	switch (opt->mode) {
	case MODE_DRY:
		return room_manifest(&opt->room);
	case MODE_REAP:
		return room_reap_main(opt->room.base, opt->reap, opt->room.json);
	case MODE_VERIFY:
		return verify_main(opt->verify, &opt->room);
	case MODE_RUN:
	default:
		return check_keep(&opt->room) < 0 ? STATUS_FAILED : room_main(&opt->room);
	}
}

int main(int argc, char *argv[])
{
	struct options opt;
	int status;

	if (io_reserve_std_fds() < 0)
		return STATUS_FAILED;
	log_open("xen-restrict", false, false);
	options_parse(argc, argv, &opt);
	log_open("xen-restrict", false, opt.room.verbose);
	status = run(&opt);
	text_list_done(&opt.room.binds);
	text_list_done(&opt.room.writes);
	text_list_done(&opt.room.env);
	text_list_done(&opt.room.lib_dirs);
	return status;
}
