/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runs N BEFORE COMMAND... [--and COMMAND...]...
 *	by turns, N times: the shell command BEFORE and then, measured, a COMMAND.  A line for
 *	each COMMAND: the median wall time in milliseconds, the most resident memory of its
 *	largest process in KiB, how often it failed, and the median CPU time in milliseconds, of
 *	it and of all that it waited for, or that ended with it.  A small program, since memory
 *	counts from the fork on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX     10000
#define COMMANDS_MAX 8
#define ORPHANS_MS   1000 /* that we wait for those that a command leaves */

struct command {
	char **argv; /* borrowed; ends with NULL */
	double wall_ms[RUNS_MAX], cpu_ms[RUNS_MAX];
	long kib, failed;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double time_ms(const struct timeval *t)
{
	return (double)t->tv_sec * 1e3 + (double)t->tv_usec / 1e3;
}

/* What it has not waited for is ours: those that die with it, as a worker's programs do. */
static void add_orphans(struct rusage *sum)
{
	const struct timespec nap = { .tv_nsec = 200000 };
	double end = now_ms() + ORPHANS_MS;
	struct rusage u;
	pid_t pid;

	while ((pid = wait4(-1, NULL, WNOHANG, &u)) >= 0 && now_ms() < end) {
		if (pid == 0) {
			(void)nanosleep(&nap, NULL); /* shorter is fine */
			continue;
		}
		timeradd(&sum->ru_utime, &u.ru_utime, &sum->ru_utime);
		timeradd(&sum->ru_stime, &u.ru_stime, &sum->ru_stime);
		if (u.ru_maxrss > sum->ru_maxrss)
			sum->ru_maxrss = u.ru_maxrss;
	}
}

/* Its exit status, or -1. */
static int run(char *const argv[], struct rusage *ret)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(127);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, ret) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void measure(struct command *c, long turn)
{
	struct rusage usage = { .ru_maxrss = 0 };
	double begin = now_ms();

	c->failed += run(c->argv, &usage) != 0;
	c->wall_ms[turn] = now_ms() - begin;
	add_orphans(&usage);
	c->cpu_ms[turn] = time_ms(&usage.ru_utime) + time_ms(&usage.ru_stime);
	if (usage.ru_maxrss > c->kib)
		c->kib = usage.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *ms, long n)
{
	qsort(ms, (size_t)n, sizeof(*ms), compare);
	return ms[n / 2];
}

/* How many there are; 0: none, or one of no word, or too many. */
static unsigned split(char *argv[], struct command *ret)
{
	unsigned count = 1;

	ret[0].argv = argv;
	for (; *argv; argv++) {
		if (strcmp(*argv, "--and") != 0)
			continue;
		*argv = NULL;
		if (count == COMMANDS_MAX)
			return 0;
		ret[count++].argv = argv + 1;
	}
	for (unsigned i = 0; i < count; i++)
		if (!ret[i].argv[0])
			return 0;
	return count;
}

int main(int argc, char *argv[])
{
	static char shell[] = "sh", option[] = "-c";
	static struct command command[COMMANDS_MAX];
	long n = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
	unsigned count = n < 1 || n > RUNS_MAX ? 0 : split(argv + 3, command);
	struct rusage unused;

	if (count == 0)
		return 2;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return 1;

	char *const before[] = { shell, option, argv[2], NULL };

	for (long i = 0; i < n; i++)
		for (unsigned j = 0; j < count; j++) {
			if (run(before, &unused) != 0)
				return 1;
			measure(&command[j], i);
		}
	for (unsigned j = 0; j < count; j++)
		printf("%.1f %ld %ld %.1f\n", median(command[j].wall_ms, n),
		       command[j].kib, command[j].failed, median(command[j].cpu_ms, n));
	return 0;
}
