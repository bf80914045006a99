/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inmate - a program for tests of xen-restrict: says what it sees in its room.
 *
 *	inmate env | fds | who | tree      prints one fact a line
 *	inmate exit N | raise N            ends so
 *	inmate wait                        prints "ready", waits for signals
 *	inmate handle STATUS               the same; SIGTERM: exit STATUS
 *	inmate ignore                      the same; SIGTERM does nothing
 *	inmate touch PATH | cat PATH       the result, or the error's number
 *	inmate exec PATH                   by path and by the launcher's descriptor
 *	inmate bomb                        processes until no more can be made; "ready N"
 *	inmate assassin                    kills all that it may, again and again; "ready"
 *	inmate hog MIB                     touches so much memory
 *	inmate thread                      one thread
 *	inmate orphan                      leaves children behind, waits
 *	inmate read PATH | write PATH VALUE | watch PATH   xenstore; watch prints "set" first
 *	inmate late DIR UID                what a program does that restricts itself, then "who"
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <pthread.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xenstore.h>

#define FDS_MAX 4096 /* over any limit that a test sets */

static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static int command_env(char *argv[])
{
	(void)argv;
	for (char **e = environ; *e; e++)
		puts(*e);
	return 0;
}

static int command_fds(char *argv[])
{
	(void)argv;
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d ", fd);
	putchar('\n');
	return 0;
}

static int command_who(char *argv[])
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uid_t r, e, s;

	(void)argv;
	if (getresuid(&r, &e, &s) < 0 || syscall(SYS_capget, &header, caps) < 0)
		return 1;
	printf("pid %d parent %d uid %u %u %u gid %u groups %d\n", getpid(), getppid(), r,
	       e, s, getgid(), getgroups(0, NULL));
	printf("effective %x%08x permitted %x%08x inheritable %x%08x\n",
	       caps[1].effective, caps[0].effective, caps[1].permitted, caps[0].permitted,
	       caps[1].inheritable, caps[0].inheritable);
	return 0;
}

static void list(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char below[4096];
	struct stat st;

	if (!dir) {
		printf("%s: %d\n", path, errno);
		return;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		puts(below);
		if (lstat(below, &st) == 0 && S_ISDIR(st.st_mode))
			list(below);
	}
	(void)closedir(dir);
}

static int command_tree(char *argv[])
{
	(void)argv;
	list("");
	list("/");
	return 0;
}

static int command_exit(char *argv[])
{
	return number(argv[0]);
}

static int command_raise(char *argv[])
{
	return raise(number(argv[0])) == 0 ? 99 : 98; /* neither is to be reached */
}

__attribute__((noreturn)) static void ready_and_wait(void)
{
	puts("ready");
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}

static int command_wait(char *argv[])
{
	(void)argv;
	ready_and_wait();
}

static int status_at_end;

static void on_term(int number)
{
	(void)number;
	if (status_at_end >= 0)
		_exit(status_at_end);
}

static int command_handle(char *argv[])
{
	status_at_end = number(argv[0]);
	(void)signal(SIGTERM, on_term);
	ready_and_wait();
}

static int command_ignore(char *argv[])
{
	(void)argv;
	status_at_end = -1;
	(void)signal(SIGTERM, on_term);
	ready_and_wait();
}

static int command_touch(char *argv[])
{
	int fd = open(argv[0], O_WRONLY | O_CREAT, 0600);

	printf("%d\n", fd < 0 || write(fd, "x", 1) != 1 ? errno : 0);
	return 0;
}

static int command_cat(char *argv[])
{
	char buf[256];
	int fd = open(argv[0], O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

	if (n < 0)
		printf("%d\n", errno);
	else
		(void)fwrite(buf, 1, (size_t)n, stdout);
	return 0;
}

static int command_exec(char *argv[])
{
	char *const none[] = { NULL };
	struct rlimit nofile;

	(void)execve(argv[0], none, none);
	printf("execve %d\n", errno);
	(void)syscall(SYS_execveat, AT_FDCWD, argv[0], none, none, 0);
	printf("execveat path %d\n", errno);
	if (getrlimit(RLIMIT_NOFILE, &nofile) < 0)
		return 1;
	(void)syscall(SYS_execveat, (int)nofile.rlim_max, "", none, none, AT_EMPTY_PATH);
	printf("execveat descriptor %d\n", errno);
	(void)syscall(SYS_execveat, (int)nofile.rlim_max, argv[0], none, none,
		      AT_EMPTY_PATH);
	printf("execveat descriptor and path %d\n", errno);
	printf("dup2 to its number %d\n", dup2(0, (int)nofile.rlim_max) < 0 ? errno : 0);
	return 0;
}

/* Each child makes more; all wait for ever. */
__attribute__((noreturn)) static int command_bomb(char *argv[])
{
	int made = 0, failed = 0;

	(void)argv;
	(void)signal(SIGTERM, SIG_IGN);
	while (failed < 100) {
		pid_t pid = fork();

		if (pid < 0)
			failed++;
		else if (pid == 0)
			made = INT_MIN; /* a child says nothing */
		else
			made += made >= 0;
	}
	if (made >= 0) {
		printf("ready %d\n", made);
		(void)fflush(stdout);
	}
	for (;;)
		(void)pause();
}

__attribute__((noreturn)) static int command_assassin(char *argv[])
{
	(void)argv;
	if (getuid() == 0)
		exit(3); /* never as root */
	puts("ready");
	(void)fflush(stdout);
	for (;;)
		(void)kill(-1, SIGKILL); /* as the user that it is: root's are safe */
}

static int command_hog(char *argv[])
{
	size_t len = (size_t)number(argv[0]) << 20;
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED) {
		printf("%d\n", errno);
		return 0;
	}
	memset(p, 1, len);
	puts("0");
	return 0;
}

static void *nothing(void *arg)
{
	return arg;
}

static int command_thread(char *argv[])
{
	pthread_t thread;

	(void)argv;
	printf("%d\n", pthread_create(&thread, NULL, nothing, NULL));
	return 0;
}

static int command_orphan(char *argv[])
{
	(void)argv;
	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			if (fork() == 0)
				for (;;)
					(void)pause();
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	ready_and_wait();
}

static int command_read(char *argv[])
{
	struct xs_handle *xs = xs_open(0);
	unsigned len;
	char *value = xs ? xs_read(xs, XBT_NULL, argv[0], &len) : NULL;

	if (!xs)
		printf("no store %d\n", errno);
	else if (!value)
		printf("%d\n", errno);
	else
		printf("%.*s\n", (int)len, value);
	free(value);
	return 0;
}

static int command_write(char *argv[])
{
	struct xs_handle *xs = xs_open(0);

	if (!xs || !argv[1])
		return 1;
	printf("%d\n", xs_write(xs, XBT_NULL, argv[0], argv[1], (unsigned)strlen(argv[1]))
			       ? 0
			       : errno);
	return 0;
}

static int command_watch(char *argv[])
{
	struct xs_handle *xs = xs_open(0);
	unsigned count;

	if (!xs || !xs_watch(xs, argv[0], "token"))
		return 1;
	puts("set");
	for (;;) {
		char **event = xs_read_watch(xs, &count);

		if (!event)
			return 2;
		printf("event %s\n", event[XS_WATCH_PATH]);
		(void)fflush(stdout);
		free(event);
	}
}

static int command_late(char *argv[])
{
	uid_t uid = (uid_t)strtoul(argv[1], NULL, 10);

	command_who(argv);
	if (chroot(argv[0]) < 0 || chdir("/") < 0 || setgroups(0, NULL) < 0 ||
	    setgid(uid) < 0 || setuid(uid) < 0) {
		printf("late: %d\n", errno);
		return 1;
	}
	printf("root again %d\n", setuid(0) < 0 ? errno : 0);
	return command_who(argv);
}

static const struct {
	const char *name;
	int (*run)(char *argv[]);
	int args;
} commands[] = {
	{ "env", command_env, 0 },	     { "fds", command_fds, 0 },
	{ "who", command_who, 0 },	     { "tree", command_tree, 0 },
	{ "exit", command_exit, 1 },	     { "raise", command_raise, 1 },
	{ "wait", command_wait, 0 },	     { "handle", command_handle, 1 },
	{ "ignore", command_ignore, 0 },     { "touch", command_touch, 1 },
	{ "cat", command_cat, 1 },	     { "exec", command_exec, 1 },
	{ "bomb", command_bomb, 0 },	     { "hog", command_hog, 1 },
	{ "thread", command_thread, 0 },     { "orphan", command_orphan, 0 },
	{ "assassin", command_assassin, 0 }, { "read", command_read, 1 },
	{ "write", command_write, 2 },	     { "watch", command_watch, 1 },
	{ "late", command_late, 2 },
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0 &&
		    argc >= commands[i].args + 2)
			return commands[i].run(argv + 2);
	(void)fputs("inmate: which command?\n", stderr);
	return 2;
}
