/* SPDX-License-Identifier: BSD-2-Clause */
/* order SOCKET IFNAME MAC V4 V6 - what the agent says to `xe-guest-network serve`, once.
 * V4 and V6: keep, none, auto or ADDRESS/PREFIX.  Prints the result's code and text. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest-agent/netconf_state.h"
#include "guest-agent/network_wire.h"
#include "lib/io.h"
#include "lib/unix_socket.h"

static int take_family(int family, const char *text, struct netconf_family *ret)
{
	static const char *const modes[] = {
		[NETCONF_KEEP] = "keep", [NETCONF_NONE] = "none", [NETCONF_AUTO] = "auto"
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (modes[i] && strcmp(text, modes[i]) == 0) {
			ret->mode = (enum netconf_mode)i;
			return 0;
		}
	return netconf_parse_cidr(family, text, ret);
}

static int take_want(char *argv[], struct netconf *ret)
{
	(void)snprintf(ret->ifname, sizeof(ret->ifname), "%s", argv[2]);
	if (io_parse_mac(argv[3], strlen(argv[3]), ret->mac) < 0)
		return -1;
	return take_family(AF_INET, argv[4], &ret->v4) < 0 ||
			       take_family(AF_INET6, argv[5], &ret->v6) < 0
		       ? -1
		       : 0;
}

int main(int argc, char *argv[])
{
	struct netconf want = { .v4.mode = NETCONF_KEEP };
	union network_message m;
	struct network_result result;
	const char *why = NULL;
	int fd;

	if (argc != 6 || take_want(argv, &want) < 0)
		return 2;
	fd = unix_connect(argv[1], SOCK_SEQPACKET);
	network_wire_put_apply(1, &want, &m.apply);
	if (fd < 0 || send(fd, &m.apply, sizeof(m.apply), MSG_NOSIGNAL) < 0)
		return 1;
	for (;;) { /* offers come before it */
		ssize_t n = recv(fd, &m, sizeof(m), 0);

		if (n <= 0)
			return 1;
		if (network_wire_get_result(&m, (size_t)n, &result, &why) == 0)
			break;
	}
	printf("%d %s\n", result.code, result.text);
	return close(fd) < 0;
}
