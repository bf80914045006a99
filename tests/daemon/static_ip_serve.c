/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip_serve [--until-idle] SOCKET|- DIR - the helper's server in front of a back end
 * that only writes down what it is asked for.  "-": the socket is systemd's.
 *
 * DIR/backend      its name; without it there is none
 * DIR/applied      a line for each request, appended
 * DIR/hold         while it is there, a request does not end
 * DIR/answer       "CODE TEXT" for the next requests; without it they succeed
 * Ends with its parent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "guest-agent/netconf.h"
#include "guest-agent/network_serve.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/signals.h"

static const char *dir;

static FILE *open_in_dir(const char *name, const char *mode)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, mode);
}

static void read_line(const char *name, char *out, size_t size)
{
	autofclose FILE *f = open_in_dir(name, "re");

	out[0] = '\0';
	if (f && fgets(out, (int)size, f))
		out[strcspn(out, "\n")] = '\0';
}

int netconf_probe(char *ret_backend, size_t size, char *ret_why, size_t why_size)
{
	read_line("backend", ret_backend, size);
	if (ret_backend[0])
		return 0;
	(void)snprintf(ret_why, why_size, "there is no back end: install one");
	return -EOPNOTSUPP;
}

static void print_family(FILE *f, const char *name, int family,
			 const struct netconf_family *w)
{
	static const char *const modes[] = { "keep", "none", "static", "auto" };
	char text[INET6_ADDRSTRLEN];

	fprintf(f, " %s=%s", name, modes[w->mode]);
	if (w->mode != NETCONF_STATIC)
		return;
	fprintf(f, " %s/%u", inet_ntop(family, &w->address, text, sizeof(text)),
		w->prefix);
	if (w->has_gateway)
		fprintf(f, " via %s", inet_ntop(family, &w->gateway, text, sizeof(text)));
}

int netconf_apply(const struct netconf *want, char *ret_why, size_t size)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	autofclose FILE *f = open_in_dir("applied", "ae");
	char answer[256], hold[256], *rest;
	long code;

	if (!f)
		return -errno;
	fprintf(f, "%s", want->ifname);
	print_family(f, "v4", AF_INET, &want->v4);
	print_family(f, "v6", AF_INET6, &want->v6);
	fprintf(f, "\n");
	fflush(f);
	(void)snprintf(hold, sizeof(hold), "%s/hold", dir);
	while (access(hold, F_OK) == 0)
		(void)nanosleep(&pause, NULL);
	read_line("answer", answer, sizeof(answer));
	code = strtol(answer, &rest, 10); /* 0 when there is none */
	(void)snprintf(ret_why, size, "%s", rest + (*rest == ' '));
	return (int)code;
}

int main(int argc, char *argv[])
{
	bool until_idle = argc == 4 && strcmp(argv[1], "--until-idle") == 0;
	autoclose int signals = signals_open((const int[]){ SIGTERM, 0 });
	autoclose int fd = -1;
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	log_open("static_ip_serve", false, true);
	if (argc - until_idle != 3)
		return 2;
	dir = argv[2 + until_idle];
	r = strcmp(argv[1 + until_idle], "-") == 0
		    ? network_serve_inherited(&fd)
		    : network_serve_listen(argv[1 + until_idle], &fd);
	if (r >= 0)
		r = network_serve(fd, signals, until_idle);
	return r < 0 ? 1 : 0;
}
