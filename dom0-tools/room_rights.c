/* SPDX-License-Identifier: BSD-2-Clause */
/* room_rights - limits, ids, capabilities: what the program's process may still do. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "lib/sandbox_parts.h"

#define LATE_CAPS (1ULL << CAP_SETUID | 1ULL << CAP_SETGID | 1ULL << CAP_SYS_CHROOT)

/* A late program is root with these until it drops them itself. */
static uint64_t caps(const struct room *room)
{
	return room->profile.late ? LATE_CAPS | room->profile.caps : 0;
}

int room_step_limits(struct room *room)
{
	int r = 0;

	for (int i = 0; i < ROOM_RLIMITS && r == 0; i++)
		if (room->profile.limit[i] != ROOM_LIMIT_AS_IS)
			r = rights_limit(i, room->profile.limit[i]);
	/* a log that has grown to its limit shall not kill the program */
	if (r == 0 && signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		r = -errno;
	return r;
}

/* Root is no reason for rights; none of this can be changed any more. */
int room_step_bounding(struct room *room)
{
	unsigned bits = SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED |
			SECBIT_KEEP_CAPS_LOCKED;
	unsigned ambient =
		SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	if (!room->profile.late)
		bits |= SECBIT_NOROOT;
	/* (before Linux 4.3 there are no ambient ones) */
	if (prctl(PR_SET_SECUREBITS, bits | ambient, 0, 0, 0) < 0 &&
	    (errno != EPERM || prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0))
		return -errno;
	return rights_bound_caps(caps(room));
}

int room_step_ids(struct room *room)
{
	if (setgroups(0, NULL) < 0)
		return -errno;
	if (room->profile.late)
		return 0;
	if (setresgid(room->uid, room->uid, room->uid) < 0 ||
	    setresuid(room->uid, room->uid, room->uid) < 0)
		return -errno;
	return 0;
}

int room_step_capabilities(struct room *room)
{
	return rights_set_caps(caps(room));
}

int room_step_proof(struct room *room)
{
	uint64_t keep = caps(room);

	if (!room->profile.late)
		return rights_prove_ids(room->uid, room->uid);
	for (unsigned long cap = 0; cap < 64; cap++) {
		int has = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

		if (has > 0 && !(keep >> cap & 1))
			return -EPERM;
	}
	return getgroups(0, NULL) == 0 ? 0 : -EPERM;
}

int room_step_no_new_privs(struct room *room)
{
	(void)room; /* the form of all steps */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}
