/* SPDX-License-Identifier: BSD-2-Clause */
/* room_exec - the last step: the program takes the place of ours. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dom0-tools/room_inside.h"
#include "dom0-tools/room_steps.h"

int room_step_exec(struct room *room)
{
	sigset_t none;
	int r = room_report(room, "", ""); /* now; what follows cannot be told twice */

	if (r < 0)
		return r;
	(void)sigemptyset(&none); /* both cannot fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)syscall(SYS_execveat, room->program, "", room->opt->argv, room->env.item,
		      AT_EMPTY_PATH);
	r = -errno; /* it came back */
	if (r == -ENOENT)
		return room_fail(room, r, "'%s' needs a loader that the room lacks",
				 room->opt->argv[0]);
	return room_fail(room, r, "'%s': %s", room->opt->argv[0], strerror(-r));
}
