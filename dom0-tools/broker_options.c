/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_limit.h"
#include "lib/domains.h"
#include "lib/options.h"

#define CLIENTS_DEFAULT 128
#define CLIENTS_MAX	1024 /* two descriptors each */
#define RECONNECT_S	30
#define RATE_MAX	1000000

static const char usage[] =
	"usage: xenstore-broker --domid N --listen PATH [OPTION...]\n"
	"       xenstore-broker --domid N --serve-fd FD [OPTION...]\n"
	"\n"
	"Shows its clients the store as domain N sees it: what they may read and write "
	"is\n"
	"what that domain may and what the profile allows, and ends with the domain.\n"
	"\n"
	"  -d, --domid N            the domain\n"
	"  -l, --listen PATH        serve clients on this socket\n"
	"      --owner UID[:GID]    whose it is (root's)\n"
	"      --mode OCTAL         its permissions (0600)\n"
	"      --listen-fd FD       serve on an inherited listening socket; without any "
	"of\n"
	"                           these three: the one of systemd's socket activation\n"
	"      --serve-fd FD        serve one inherited connection and end with it\n"
	"  -u, --upstream PATH      the store daemon's socket\n"
	"  -p, --profile NAME|FILE  what is allowed at all (guest)\n"
	"      --limiter bucket|turn  tokens, or one operation in turn only (bucket)\n"
	"      --rate R             tokens a second (200)\n"
	"      --burst B            tokens at most (1000)\n"
	"      --max-clients N      at once (128)\n"
	"      --metrics PATH       counters on this socket, over HTTP\n"
	"      --ready-fd FD        gets one byte when clients are served\n"
	"      --reconnect S        how long a daemon that restarts is waited for (30)\n"
	"      --user NAME          whom the process that reads clients runs as\n"
	"  -v, --verbose            say more\n"
	"  -h, --help               this text\n"
	"  -V, --version            the version\n"
	"\n"
	"Exit status: 0 told to end, or the domain ended; 1 failed; 2 usage.\n";

static void parse_owner(struct broker_options *opt, char *text)
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon = '\0';
	opt->owner = options_number("owner", text, 0, UINT32_MAX - 1);
	if (colon)
		opt->group = options_number("owner", colon + 1, 0, UINT32_MAX - 1);
}

static void parse_mode(struct broker_options *opt, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 4 || strspn(text, "01234567") != len ||
	    strtoul(text, NULL, 8) > 0777)
		options_wrong("--mode: '%s' is no octal number up to 0777", text);
	opt->mode = (mode_t)strtoul(text, NULL, 8);
}

static void parse_limiter(struct broker_options *opt, const char *text)
{
	opt->turn = strcmp(text, "turn") == 0;
	if (opt->turn || strcmp(text, "bucket") == 0)
		return;
	options_wrong("--limiter: '%s' is neither bucket nor turn", text);
}

enum {
	OPT_OWNER = 256,
	OPT_MODE,
	OPT_LISTEN_FD,
	OPT_SERVE_FD,
	OPT_LIMITER,
	OPT_RATE,
	OPT_BURST,
	OPT_CLIENTS,
	OPT_METRICS,
	OPT_READY_FD,
	OPT_RECONNECT,
	OPT_USER,
};

static const struct option longs[] = {
	{ "domid", required_argument, NULL, 'd' },
	{ "listen", required_argument, NULL, 'l' },
	{ "upstream", required_argument, NULL, 'u' },
	{ "profile", required_argument, NULL, 'p' },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "listen-fd", required_argument, NULL, OPT_LISTEN_FD },
	{ "serve-fd", required_argument, NULL, OPT_SERVE_FD },
	{ "limiter", required_argument, NULL, OPT_LIMITER },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "max-clients", required_argument, NULL, OPT_CLIENTS },
	{ "metrics", required_argument, NULL, OPT_METRICS },
	{ "ready-fd", required_argument, NULL, OPT_READY_FD },
	{ "reconnect", required_argument, NULL, OPT_RECONNECT },
	{ "user", required_argument, NULL, OPT_USER },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* The longer half of the table. */
static void take_long(struct broker_options *opt, int c)
{
	switch (c) {
	case OPT_OWNER:
		parse_owner(opt, optarg);
		break;
	case OPT_MODE:
		parse_mode(opt, optarg);
		break;
	case OPT_LISTEN_FD:
		opt->listen_fd = (int)options_number("listen-fd", optarg, 3, INT32_MAX);
		break;
	case OPT_SERVE_FD:
		opt->serve_fd = (int)options_number("serve-fd", optarg, 3, INT32_MAX);
		break;
	case OPT_LIMITER:
		parse_limiter(opt, optarg);
		break;
	case OPT_RATE:
		opt->rate = options_number("rate", optarg, 1, RATE_MAX);
		break;
	case OPT_BURST:
		opt->burst =
			options_number("burst", optarg, LIMIT_COST_TRANSACTION, RATE_MAX);
		break;
	case OPT_CLIENTS:
		opt->max_clients = options_number("max-clients", optarg, 1, CLIENTS_MAX);
		break;
	case OPT_METRICS:
		opt->metrics = optarg;
		break;
	case OPT_READY_FD:
		opt->ready_fd = (int)options_number("ready-fd", optarg, 3, INT32_MAX);
		break;
	case OPT_RECONNECT:
		opt->reconnect_s = options_number("reconnect", optarg, 0, 86400);
		break;
	case OPT_USER:
		opt->user = optarg;
		break;
	default:
		break;
	}
}

static void take(struct broker_options *opt, int c)
{
	switch (c) {
	case 'd':
		opt->domid = options_number("domid", optarg, 1, DOMAINS_LAST);
		break;
	case 'l':
		opt->listen = optarg;
		break;
	case 'u':
		opt->upstream = optarg;
		break;
	case 'p':
		opt->profile = optarg;
		break;
	case 'v':
		opt->verbose = true;
		break;
	default:
		take_long(opt, c);
	}
}

static void check(const struct broker_options *opt, int argc, char *argv[])
{
	unsigned ways =
		(opt->listen != NULL) + (opt->serve_fd >= 0) + (opt->listen_fd >= 0);

	if (optind < argc)
		options_wrong("unexpected argument '%s'", argv[optind]);
	if (opt->domid == 0)
		options_wrong("--domid is missing");
	if (ways > 1)
		options_wrong("--listen, --listen-fd and --serve-fd exclude one another");
}

struct broker_options broker_options_parse(int argc, char *argv[])
{
	static const struct options_program program = { usage, "d:l:u:p:vhV", longs,
							EXIT_FAILURE };
	struct broker_options opt = {
		.profile = "guest",
		.rate = LIMIT_RATE,
		.burst = LIMIT_BURST,
		.owner = (uid_t)-1,
		.group = (gid_t)-1,
		.mode = 0600,
		.serve_fd = -1,
		.listen_fd = -1,
		.ready_fd = -1,
		.max_clients = CLIENTS_DEFAULT,
		.reconnect_s = RECONNECT_S,
	};
	int c;

	while ((c = options_next(&program, argc, argv)) != -1)
		take(&opt, c);
	check(&opt, argc, argv);
	return opt;
}
