/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_probe - the collector of volumes, driven by lines on stdin: its answers on
 * stdout, each ended by a line "end"; what it logs on stderr.
 *
 *	volumes_probe ROOT USER [DIR]	in ROOT by chroot(), as this user (a number), or
 *					without any right, as the agent is: "agent"; all
 *					lies below DIR
 *	ask | wait MS | print | turn MS	(turn: handle events until the facts change)
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "guest-agent/privileges.h"
#include "guest-agent/schema_volumes.h"
#include "guest-agent/volumes.h"
#include "lib/io.h"
#include "lib/log.h"

static int turn(struct volumes *v, int ms)
{
	uint64_t end = io_now_ms() + (uint64_t)ms;

	for (uint64_t now = io_now_ms(); now < end; now = io_now_ms()) {
		uint64_t due = volumes_due_ms(v) < end ? volumes_due_ms(v) : end;
		struct pollfd fds[VOLUMES_FDS];
		int r;

		volumes_poll(v, fds);
		(void)poll(fds, VOLUMES_FDS, due > now ? (int)(due - now) : 0);
		r = volumes_turn(v, fds);
		if (r != 0)
			return r;
	}
	return 0;
}

static void print(struct volumes *v)
{
	struct tree tree = { 0 };

	if (schema_want_volumes(volumes_facts(v), &tree) >= 0)
		tree_print(stdout, &tree);
	tree_done(&tree);
}

/* "NAME 123": the number; false: another command. */
static bool is_command(const char *line, const char *name, int *ret_ms)
{
	size_t n = strlen(name);

	if (strncmp(line, name, n) != 0)
		return false;
	*ret_ms = (int)strtol(line + n, NULL, 10);
	return true;
}

static void obey(struct volumes *v, const char *line)
{
	uint64_t from = io_now_ms();
	int ms = 0;

	if (strcmp(line, "ask\n") == 0)
		printf("ask %d\n", volumes_ask(v));
	else if (is_command(line, "wait ", &ms))
		printf("wait %d\n", volumes_wait(v, ms));
	else if (is_command(line, "turn ", &ms))
		printf("turn %d\n", turn(v, ms));
	else
		print(v);
	if (strcmp(line, "ask\n") == 0 && io_now_ms() - from > 1000)
		printf("it took %d ms\n", (int)(io_now_ms() - from));
	printf("end\n");
	(void)fflush(stdout);
}

static bool start_as(struct volumes *v, uid_t uid)
{
	return setgroups(0, NULL) >= 0 && setgid((gid_t)uid) >= 0 && setuid(uid) >= 0 &&
	       prctl(PR_SET_DUMPABLE, 1) >= 0 && /* or the leak check could not look */
	       volumes_start(v, NULL) >= 0;
}

static bool start_as_agent(struct volumes *v, int rootfd)
{
	return privileges_drop(rootfd, NULL) >= 0 &&
	       volumes_start(v, privileges_seal_thread) >= 0 && privileges_seal() >= 0;
}

int main(int argc, char *argv[])
{
	bool as_agent = argc > 2 && strcmp(argv[2], "agent") == 0;
	struct volumes *v = NULL;
	uint64_t uid = 0;
	char line[64];
	int fd;

	log_open("volumes_probe", false, true);
	if (argc < 3 || argc > 4 || (!as_agent && io_parse_u64(argv[2], 65534, &uid) < 0))
		return 2;
	if (chroot(argv[1]) < 0 || chdir("/") < 0)
		return 1;
	fd = open(argc > 3 ? argv[3] : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (volumes_open(fd, &v) < 0 ||
	    !(as_agent ? start_as_agent(v, fd) : start_as(v, (uid_t)uid))) {
		perror("volumes_probe");
		return 1;
	}
	while (fgets(line, sizeof(line), stdin))
		obey(v, line);
	if (as_agent)
		_exit(0); /* the leak check needs rights that it has not */
	volumes_free(v);
	(void)close(fd); /* it only named */
	return 0;
}
