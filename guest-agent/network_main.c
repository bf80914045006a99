/* SPDX-License-Identifier: BSD-2-Clause */
/* xe-guest-network - set addresses as the host asks, see xe-guest-network(8). */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/netconf.h"
#include "guest-agent/netconf_check.h"
#include "guest-agent/netconf_state.h"
#include "guest-agent/network_serve.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/signals.h"

enum {
	EXIT_DONE = 0,
	EXIT_NOT_APPLIED = 1,
	EXIT_USAGE = OPTIONS_WRONG,
	EXIT_NO_BACKEND = 3,
};

static const char usage[] =
	"usage: xe-guest-network VERB ...\n"
	"  probe                    print each interface and what configures it\n"
	"  apply --interface NAME | --mac MAC\n"
	"        [--ipv4 none|auto|ADDRESS/PREFIX] [--gateway ADDRESS]\n"
	"        [--ipv6 none|auto|ADDRESS/PREFIX] [--gateway6 ADDRESS]\n"
	"                           set an interface's addresses, to last\n"
	"  repair                   take back a change that was not ended\n"
	"  serve [--socket PATH]    do it for xe-guest-agent; without --socket, on the\n"
	"                           socket that systemd passes\n"
	"  -v, --verbose            tell more on stderr\n"
	"      --version            print the version\n"
	"  -h, --help               print this\n"
	"none: take away what was set, and have back what was there before.\n"
	"auto: DHCP, router advertisements.  A family that is not named stays as it is.\n"
	"Exit status: 0 done, 1 not done and as it was before, 2 usage, 3 nothing that "
	"we\n"
	"know configures the interface.\n";

enum { O_INTERFACE = 256, O_MAC, O_IPV4, O_GATEWAY, O_IPV6, O_GATEWAY6, O_SOCKET, O_END };

static const struct option long_options[] = {
	{ "interface", required_argument, NULL, O_INTERFACE },
	{ "mac", required_argument, NULL, O_MAC },
	{ "ipv4", required_argument, NULL, O_IPV4 },
	{ "gateway", required_argument, NULL, O_GATEWAY },
	{ "ipv6", required_argument, NULL, O_IPV6 },
	{ "gateway6", required_argument, NULL, O_GATEWAY6 },
	{ "socket", required_argument, NULL, O_SOCKET },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct options {
	const char *value[O_END - O_INTERFACE]; /* NULL: not given */
	const char *verb;
	bool verbose;
};

static const char *value(const struct options *o, int option)
{
	return o->value[option - O_INTERFACE];
}

static struct options options_parse(int argc, char *argv[])
{
	static const struct options_program program = { usage, "vh", long_options,
							EXIT_NOT_APPLIED };
	struct options o = { .verb = NULL };
	int c;

	while ((c = options_next(&program, argc, argv)) != -1) {
		if (c == 'v')
			o.verbose = true;
		else if (o.value[c - O_INTERFACE])
			options_wrong("--%s twice", long_options[c - O_INTERFACE].name);
		else
			o.value[c - O_INTERFACE] = optarg;
	}
	if (optind == argc)
		options_wrong("no verb");
	o.verb = argv[optind];
	if (optind + 1 < argc)
		options_wrong("unexpected argument '%s'", argv[optind + 1]);
	return o;
}

/* Which options has the verb?  Ends the program when there is another one. */
static void only(const struct options *o, int first, int last)
{
	for (int i = O_INTERFACE; i < O_END; i++)
		if (value(o, i) && (i < first || i > last))
			options_wrong("--%s is no option of %s",
				      long_options[i - O_INTERFACE].name, o->verb);
}

static void take_family(int family, const char *what, const char *text,
			const char *gateway, struct netconf_family *ret)
{
	if (!text && gateway)
		options_wrong("a gateway needs an address: --%s", what);
	if (!text)
		return; /* NETCONF_KEEP */
	if (strcmp(text, "none") == 0)
		ret->mode = NETCONF_NONE;
	else if (strcmp(text, "auto") == 0)
		ret->mode = NETCONF_AUTO;
	else if (netconf_parse_cidr(family, text, ret) < 0)
		options_wrong("--%s: '%s' is not none, auto or ADDRESS/PREFIX", what,
			      text);
	if (!gateway)
		return;
	if (ret->mode != NETCONF_STATIC)
		options_wrong("a gateway goes with an address only");
	if (inet_pton(family, gateway, &ret->gateway) != 1)
		options_wrong("'%s' is no %s address", gateway, what);
	ret->has_gateway = true;
}

/* The interface that has @mac; of several (a VLAN has its vif's), a vif first.  What
 * fails is told. */
static int find_mac(struct netconf *want, const char *mac)
{
	struct netconf_interface list[NETCONF_INTERFACES_MAX] = { 0 };
	size_t count = 0, i = 0;
	int r = netconf_list(list, NETCONF_INTERFACES_MAX, &count);

	if (r < 0) {
		log_error("cannot list the interfaces: %s", strerror(-r));
		return r;
	}
	while (i < count && memcmp(list[i].mac, want->mac, sizeof(want->mac)) != 0)
		i++;
	if (i == count) {
		log_error("there is no interface with MAC %s", mac);
		return -ENODEV;
	}
	if (list[i].port_of[0]) {
		log_error("%s, which has MAC %s, is a port of %s: name the one whose "
			  "addresses are to be set by --interface",
			  list[i].ifname, mac, list[i].port_of);
		return -EBUSY;
	}
	memcpy(want->ifname, list[i].ifname, sizeof(want->ifname));
	return 0;
}

static struct netconf take_want(const struct options *o)
{
	const char *name = value(o, O_INTERFACE), *mac = value(o, O_MAC);
	struct netconf want = { .v4.mode = NETCONF_KEEP };

	if (!name && !mac)
		options_wrong("apply needs --interface or --mac");
	if (!value(o, O_IPV4) && !value(o, O_IPV6))
		options_wrong("apply needs --ipv4 or --ipv6");
	if (name && !netconf_name_good(name))
		options_wrong("--interface: '%s' is no interface's name", name);
	if (name)
		(void)snprintf(want.ifname, sizeof(want.ifname), "%s", name); /* fits */
	if (mac &&
	    (io_parse_mac(mac, strlen(mac), want.mac) < 0 || !netconf_mac_good(want.mac)))
		options_wrong("--mac: '%s' is no interface's MAC", mac);
	take_family(AF_INET, "ipv4", value(o, O_IPV4), value(o, O_GATEWAY), &want.v4);
	take_family(AF_INET6, "ipv6", value(o, O_IPV6), value(o, O_GATEWAY6), &want.v6);
	return want;
}

/* A change under way is finished or taken back: what would end us waits until then, and a
 * log that nobody reads any more does not end us. */
static int hold_signals(void)
{
	int fd = signals_open((const int[]){ SIGTERM, SIGINT, SIGHUP, 0 });

	(void)signal(SIGPIPE, SIG_IGN); /* cannot fail */
	if (fd < 0)
		log_error("cannot take signals: %s", strerror(-fd));
	return fd;
}

static int verb_apply(const struct options *o)
{
	struct netconf want = take_want(o);
	autoclose int signals = hold_signals();
	char why[NETCONF_WHY_MAX];
	int r;

	if (signals < 0)
		return EXIT_NOT_APPLIED;
	if (!want.ifname[0] && find_mac(&want, value(o, O_MAC)) < 0)
		return EXIT_NOT_APPLIED;
	r = netconf_apply(&want, why, sizeof(why));
	if (r >= 0)
		return EXIT_DONE;
	log_error("%s: %s", want.ifname, why);
	return r == -EOPNOTSUPP ? EXIT_NO_BACKEND : EXIT_NOT_APPLIED;
}

static int verb_repair(const struct options *o)
{
	autoclose int signals = hold_signals();
	char why[NETCONF_WHY_MAX];

	(void)o;
	if (signals < 0)
		return EXIT_NOT_APPLIED;
	if (netconf_repair(why, sizeof(why)) >= 0)
		return EXIT_DONE;
	log_error("%s", why);
	return EXIT_NOT_APPLIED;
}

static int verb_probe(const struct options *o)
{
	struct netconf_interface list[NETCONF_INTERFACES_MAX] = { 0 };
	char backend[NETCONF_BACKEND_MAX], why[NETCONF_WHY_MAX];
	size_t count = 0, usable = 0;
	int r = netconf_list(list, NETCONF_INTERFACES_MAX, &count), printed;

	(void)o;
	if (r < 0)
		log_error("cannot list the interfaces: %s", strerror(-r));
	for (size_t i = 0; i < count; i++) {
		r = netconf_probe_interface(list[i].ifname, backend, sizeof(backend), why,
					    sizeof(why));
		usable += r >= 0;
		printf("%s\t%s\n", list[i].ifname, r >= 0 ? backend : "-");
		if (r < 0)
			log_info("%s", why);
	}
	printed = options_printed(0, EXIT_NOT_APPLIED);
	if (printed != EXIT_SUCCESS)
		return printed;
	return usable > 0 ? EXIT_DONE : EXIT_NO_BACKEND;
}

static int verb_serve(const struct options *o)
{
	const char *path = value(o, O_SOCKET);
	char why[NETCONF_WHY_MAX];
	autoclose int signals = hold_signals(), fd = -1;
	int r;

	if (signals < 0)
		return EXIT_NOT_APPLIED;
	r = path ? network_serve_listen(path, &fd) : network_serve_inherited(&fd);
	if (r < 0)
		return EXIT_NOT_APPLIED; /* it is in the log */
	if (netconf_repair(why, sizeof(why)) < 0)
		log_warning("%s", why);
	return network_serve(fd, signals, !path) < 0 ? EXIT_NOT_APPLIED : EXIT_DONE;
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		int first, last; /* of its options */
		int (*run)(const struct options *o);
	} verbs[] = { { "probe", O_END, O_END, verb_probe },
		      { "apply", O_INTERFACE, O_GATEWAY6, verb_apply },
		      { "repair", O_END, O_END, verb_repair },
		      { "serve", O_SOCKET, O_SOCKET, verb_serve } };
	struct options o;

	if (io_reserve_std_fds() < 0)
		return EXIT_NOT_APPLIED;
	log_open("xe-guest-network", log_is_journal(), false);
	o = options_parse(argc, argv);
	log_open("xe-guest-network", log_is_journal(), o.verbose);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(o.verb, verbs[i].name) == 0) {
			only(&o, verbs[i].first, verbs[i].last);
			return verbs[i].run(&o);
		}
	options_wrong("there is no verb '%s'", o.verb);
}
