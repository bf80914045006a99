/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runs N BEFORE COMMAND... : run the shell command BEFORE and then, measured, COMMAND, N
 * times; prints the median wall time in milliseconds, the most resident memory of the
 * largest process in KiB, and how often COMMAND failed.  A small program, since memory counts
 * from the fork on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 10000

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Its exit status, or -1; *@kib (unless NULL) grows to its largest process's. */
static int run(char *const argv[], long *kib)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(127);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return -1;
	if (kib && usage.ru_maxrss > *kib)
		*kib = usage.ru_maxrss;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char *argv[])
{
	static char shell[] = "sh", option[] = "-c";
	static double ms[RUNS_MAX];
	long n = argc > 3 ? strtol(argv[1], NULL, 10) : 0, kib = 0, failed = 0;

	if (n < 1 || n > RUNS_MAX)
		return 2;

	char *const before[] = { shell, option, argv[2], NULL };

	for (long i = 0; i < n; i++) {
		if (run(before, NULL) != 0)
			return 1;
		ms[i] = now_ms();
		failed += run(argv + 3, &kib) != 0;
		ms[i] = now_ms() - ms[i];
	}
	qsort(ms, (size_t)n, sizeof(ms[0]), compare);
	printf("%.1f %ld %ld\n", ms[n / 2], kib, failed);
	return 0;
}
