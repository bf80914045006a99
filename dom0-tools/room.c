/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/room.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/room_cgroup.h"
#include "dom0-tools/room_lock.h"
#include "dom0-tools/room_reap.h"
#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/log.h"

const struct room_step room_steps_outside[] = {
	{ "user", room_step_user, "a uid and gid that are nobody else's" },
	{ "lock", room_step_lock, "one room for a uid" },
	{ "unused", room_step_unused, "nothing runs under the uid" },
	{ "program", room_step_program,
	  "the program is opened; it is never looked up again" },
	{ "libraries", room_step_libraries,
	  "the closure of what a dynamic program needs" },
	{ "environment", room_step_environment, "nothing of the launcher's" },
	{ "handles", room_step_handles, "Xen handles: opened, restricted, proved" },
	{ "path", room_step_path, "an address that nothing can be mapped at later" },
	{ "filter", room_step_filter, "the system calls that are left" },
	{ "cgroup", room_step_cgroup, "a control group: tasks and memory" },
	{ "broker", room_step_broker, "xenstore as the domain sees it" },
	{ NULL, NULL, NULL },
};

const struct room_step room_steps_start[] = {
	{ "start", room_step_start, "process 1 of a new PID namespace" },
	{ "cgroup place", room_step_place, "process 1 is put into the control group" },
	{ "broker ready", room_step_broker_ready, "it has reached the store and serves" },
	{ "release", room_step_release, "process 1 may go on" },
	{ NULL, NULL, NULL },
};

const struct room_step room_steps_inside[] = {
	{ "parent death", room_step_death, "SIGKILL when the launcher ends" },
	{ "session", room_step_session, "no terminal, signals as by default" },
	{ "descriptors", room_step_descriptors, "none but those listed, no directory" },
	{ "namespaces", room_step_namespaces, "mount, IPC, UTS, network" },
	{ "mount", room_step_mount, "an empty tmpfs" },
	{ "binds", room_step_binds, "what the room has" },
	{ "root", room_step_root,
	  "the tmpfs is the root, read-only; the old is detached" },
	{ "released", room_step_released, "the launcher has done its part" },
	{ "cgroup namespace", room_step_cgroup_namespace,
	  "its control group is the root" },
	{ NULL, NULL, NULL },
};

const struct room_step room_steps_program[] = {
	{ "empty path", room_step_empty_path,
	  "what exec names; only at this address may it be" },
	{ "limits", room_step_limits, "resource limits" },
	{ "bounding set", room_step_bounding, "no capability can come back" },
	{ "ids", room_step_ids, "no groups; gid, uid" },
	{ "capabilities", room_step_capabilities, "none" },
	{ "proof", room_step_proof, "root cannot be had back" },
	{ "program death", room_step_death, "SIGKILL when process 1 ends" },
	{ "no_new_privs", room_step_no_new_privs, "no gain by exec" },
	{ "process 1", room_step_init, "it has given up its rights" },
	{ "landlock", room_step_landlock, "files, once more" },
	{ "seccomp", room_step_seccomp, "the filter" },
	{ "exec", room_step_exec, "the program, from its descriptor" },
	{ NULL, NULL, NULL },
};

int room_run(struct room *room, const struct room_step *steps,
	     const struct room_step **ret_failed)
{
	for (; steps->name; steps++) {
		int r;

		room->why[0] = '\0';
		r = steps->run(room);
		if (r == 0)
			continue;
		if (!room->why[0])
			(void)room_fail(room, r, "%s", strerror(-r));
		*ret_failed = steps;
		return r;
	}
	return 0;
}

int room_fail(struct room *room, int r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(room->why, sizeof(room->why), fmt, args); /* cut: a sentence */
	va_end(args);
	return r;
}

static void init(struct room *room, const struct room_options *opt)
{
	memset(room, 0, sizeof(*room));
	room->opt = opt;
	room->lock = room->program = room->evtchn = room->privcmd = -1;
	room->listener = room->broker_ready = room->link = room->turn = -1;
	room->path = ROOM_ANYWHERE;
}

static int add_binds(struct room_profile *p, const struct text_list *words, bool writable)
{
	for (size_t i = 0; i < words->count; i++) {
		int r = room_profile_bind(p, words->item[i], writable);

		if (r == 0)
			continue;
		log_error("binds: '%s': %s", words->item[i],
			  r == -EINVAL ? "not a plain absolute path" : strerror(-r));
		return r;
	}
	return 0;
}

int room_read_profile(const struct room_options *opt, unsigned domid,
		      struct room_profile *ret)
{
	char why[ROOM_WHY_MAX] = "";
	int r = room_profile_read(opt->profile, domid, ret, why, sizeof(why));

	if (r < 0) {
		log_error("profile: %s", why[0] ? why : strerror(-r));
		return r;
	}
	ret->network |= opt->network;
	ret->xenstore &= !opt->no_xenstore;
	r = add_binds(ret, &opt->binds, false);
	return r < 0 ? r : add_binds(ret, &opt->writes, true);
}

int room_open(struct room *room, const struct room_options *opt)
{
	init(room, opt);
	return room_read_profile(opt, opt->domid, &room->profile);
}

/* With process 1 all goes that is in the room. */
static void end_inside(struct room *room)
{
	if (room->init == 0)
		return;
	(void)kill(room->init, SIGKILL); /* our child: it is this one */
	while (waitpid(room->init, NULL, 0) < 0 && errno == EINTR)
		;
	room->init = 0;
}

/* Nobody can be left when the room's namespace has ended; that is looked at. */
static void end_uid(const struct room *room)
{
	bool killed = false;
	int r;

	if (!room->started) /* whoever it is, it is none of ours */
		return;
	r = room_uid_reap(room->opt->base, room->uid, &killed);
	if (r < 0)
		log_warning("something may still run under uid %u: %s", room->uid,
			    strerror(-r));
	else if (killed)
		log_warning("something ran under uid %u when its room had ended: killed",
			    room->uid);
}

void room_done(struct room *room)
{
	end_inside(room);
	room_broker_end(room);
	end_uid(room);
	room_cgroup_remove(room);
	close_fd(&room->program);
	close_fd(&room->evtchn);
	close_fd(&room->privcmd);
	close_fd(&room->listener);
	close_fd(&room->broker_ready);
	close_fd(&room->link);
	if (room->pid_written)
		(void)unlink(room->opt->pid_file); /* or another did */
	room_lock_drop(room->uid, &room->lock);
	text_list_done(&room->env);
	libraries_done(&room->libraries);
	room_profile_done(&room->profile);
	free(room->calls.filter);
	free(room->init_calls.filter);
}
