/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/room_reap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "dom0-tools/room_cgroup.h"
#include "dom0-tools/room_lock.h"
#include "dom0-tools/room_profile.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/sandbox_parts.h"

#define ROUND_NS   20000000L
#define STATUS_MAX 8192 /* bytes of /proc/PID/status: usual are 1500 */

/* What the processes that look and kill answer by their exit status. */
enum { NOBODY = 10, SOMEBODY = 11, FAILED = 12 };

/* @action in a process of its own, which ends with what it gives. */
static int in_child(int (*action)(uid_t base, uid_t uid), uid_t base, uid_t uid,
		    int *ret_answer)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(action(base, uid));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	/* who counts has the uid itself: whoever else has it may kill that */
	*ret_answer = WIFSIGNALED(status) ? SOMEBODY : WEXITSTATUS(status);
	return *ret_answer == NOBODY || *ret_answer == SOMEBODY ? 0 : -EIO;
}

/* With room for two of that uid, this one and one more: is there a third?  A limit is what
 * asks the kernel's own count; /proc would have to be read process by process. */
static int count(uid_t base, uid_t uid)
{
	const struct rlimit two = { 2, 2 };
	pid_t pid;

	(void)base; /* the same form as kill_all() */
	if (setrlimit(RLIMIT_NPROC, &two) < 0 || setgroups(0, NULL) < 0 ||
	    setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		return FAILED;
	/* whose securebits keep them over setresuid() is not held to the limit */
	if (rights_set_caps(0) < 0)
		return FAILED;
	pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno == EAGAIN ? SOMEBODY : FAILED;
	return waitpid(pid, NULL, 0) == pid ? NOBODY : FAILED;
}

int room_uid_is_used(uid_t uid, bool *ret_used)
{
	int answer = FAILED;
	int r = uid == 0 ? -EINVAL : in_child(count, uid, uid, &answer);

	if (r == 0)
		*ret_used = answer == SOMEBODY;
	return r;
}

/* No right is left that lets signals reach others than the two uids, neither of them
 * root's: all of it is looked at again, since what follows hits whoever it may. */
static bool may_kill_only(uid_t base, uid_t uid)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	uid_t real, effective, saved;

	if (getresuid(&real, &effective, &saved) < 0 ||
	    syscall(SYS_capget, &header, caps) < 0)
		return false;
	return real == base && effective == uid && saved == 0 && base != 0 && uid != 0 &&
	       base != uid && caps[0].effective == 0 && caps[1].effective == 0;
}

static int kill_all(uid_t base, uid_t uid)
{
	if (setresuid(base, uid, 0) < 0 || rights_set_caps(0) < 0 ||
	    !may_kill_only(base, uid))
		return FAILED;
	return kill(-1, SIGKILL) == 0 || errno == ESRCH || errno == EPERM ? NOBODY
									  : FAILED;
}

/* Signals for @base would reach its processes, too: there must be none. */
static int check_base(uid_t base)
{
	bool used = false;
	int r = room_uid_is_used(base, &used);

	return r < 0 ? r : used ? -EBUSY : 0;
}

/* One process: does it have the real uid, and is it more than a zombie? */
static bool is_alive(const char *pid, uid_t uid)
{
	autofree char *text = NULL;
	char path[32], state = 'X';
	unsigned real = 0;
	const char *line;

	(void)snprintf(path, sizeof(path), "/proc/%.10s/status", pid); /* fits */
	if (io_read_file_at(AT_FDCWD, path, STATUS_MAX, &text, NULL) < 0)
		return false; /* gone */
	line = strstr(text, "\nState:\t");
	if (line)
		state = line[strlen("\nState:\t")];
	line = strstr(text, "\nUid:\t");
	if (line)
		real = (unsigned)strtoul(line + strlen("\nUid:\t"), NULL, 10);
	return line && real == uid && state != 'Z' && state != 'X';
}

/* Reliable after kill_all(): what is to die makes no others. */
static int look_for_living(uid_t uid, bool *ret_living)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;

	if (!dir)
		return -errno;
	*ret_living = false;
	while (!*ret_living && (e = readdir(dir)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			*ret_living = is_alive(e->d_name, uid);
	(void)closedir(dir);
	return 0;
}

/* One round; zombies may stay, until who has made them looks. */
static int kill_round(uid_t base, uid_t uid, bool *ret_living)
{
	int answer = FAILED, r = check_base(base);

	if (r == 0)
		r = in_child(kill_all, base, uid, &answer);
	return r == 0 ? look_for_living(uid, ret_living) : r;
}

static int kill_rounds(uid_t base, uid_t uid)
{
	const struct timespec round = { .tv_nsec = ROUND_NS };
	bool living = true;
	int r = 0;

	for (int i = 0; r == 0 && living; i++) {
		if (i == REAP_ROUNDS)
			return -EBUSY;
		r = kill_round(base, uid, &living);
		if (r == 0 && living)
			(void)nanosleep(&round, NULL); /* a signal makes it shorter */
	}
	return r;
}

/* The lock of the range: two that kill have the same real uid, and would kill each other. */
int room_uid_reap(uid_t base, uid_t uid, bool *ret_killed)
{
	int lock = -1, r;

	if (base == 0 || uid <= base || uid - base > ROOM_DOMID_MAX)
		return -EINVAL;
	r = room_uid_is_used(uid, ret_killed);
	if (r < 0 || !*ret_killed)
		return r;
	r = room_lock_wait(base, &lock);
	if (r == 0)
		r = kill_rounds(base, uid);
	room_lock_drop(base, &lock);
	return r;
}

/* A domid is below all uids that are ours to take, as --user makes sure. */
static int parse_whom(uid_t base, const char *whom, uid_t *ret_uid)
{
	uint64_t value;

	if (io_parse_u64(whom, UINT32_MAX - 1, &value) < 0 || value == 0)
		return -EINVAL;
	if (value <= ROOM_DOMID_MAX && value + base <= UINT32_MAX - 1)
		value += base;
	if (value <= base || value - base > ROOM_DOMID_MAX)
		return -ERANGE;
	*ret_uid = (uid_t)value;
	return 0;
}

/* The status. */
static int print_result(uid_t base, uid_t uid, bool killed, int result, bool json)
{
	json_t *o;
	int r = 0;

	if (!json) {
		printf("uid %u (domain %u): %s\n", uid, uid - base,
		       result < 0 ? strerror(-result)
		       : killed	  ? "all ended"
				  : "nothing was running");
	} else {
		o = json_pack("{s:I, s:I, s:b, s:b}", "uid", (json_int_t)uid, "domid",
			      (json_int_t)(uid - base), "killed", killed, "empty",
			      result == 0);
		if (json_dumpf(o, stdout, JSON_INDENT(2)) < 0 && !ferror(stdout))
			r = -ENOMEM;
		json_decref(o);
		putchar('\n');
	}
	return options_printed(r, 1);
}

static int reap(uid_t base, uid_t uid, bool *ret_killed)
{
	int r = room_uid_reap(base, uid, ret_killed);

	if (r == -EBUSY)
		log_error("reap: something runs under uid %u still, or under the base %u",
			  uid, base);
	else if (r < 0)
		log_error("reap: uid %u: %s", uid, strerror(-r));
	return r;
}

int room_reap_main(uid_t base, const char *whom, bool json)
{
	const char *name = NULL;
	bool killed = false;
	uid_t uid;
	int r = parse_whom(base, whom, &uid);

	if (r < 0) {
		log_error(
			"reap: '%s' is neither a domid (1 to %u) nor a uid from %u to %u",
			whom, ROOM_DOMID_MAX, base + 1, base + ROOM_DOMID_MAX);
		return options_try_help();
	}
	r = room_uid_is_known(uid, &name);
	if (r < 0 || name) {
		log_error("reap: uid %u is %s", uid, name ? "a user's" : strerror(-r));
		return 1;
	}
	r = reap(base, uid, &killed);
	if (r == 0)
		room_cgroup_remove_of(uid);
	return print_result(base, uid, killed, r, json) == 0 && r == 0 ? 0 : 1;
}
