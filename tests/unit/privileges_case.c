/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/privileges_case.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "guest-agent/privileges.h"
#include "lib/log.h"

char case_top[64], case_said[SAID_MAX];
int case_root;

int case_in_child(void (*body)(void))
{
	int pipes[2], status = -1;
	ssize_t n;
	pid_t pid;

	if (pipe(pipes) < 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)dup2(pipes[1], STDERR_FILENO);
		(void)close(pipes[0]);
		body();
		_exit(0);
	}
	(void)close(pipes[1]);
	for (size_t used = 0;
	     (n = read(pipes[0], case_said + used, sizeof(case_said) - 1 - used)) > 0;
	     used += (size_t)n)
		case_said[used + (size_t)n] = '\0';
	(void)close(pipes[0]);
	(void)waitpid(pid, &status, 0);
	return status;
}

bool case_passes(void (*body)(void))
{
	int status;

	*case_said = '\0';
	status = case_in_child(body);
	if (status != 0 && *case_said)
		printf("# said: %s", case_said);
	return status == 0;
}

void case_put(const char *path, const char *text)
{
	int fd = openat(case_root, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, 0666) < 0)
		exit(2);
	(void)close(fd);
}

bool case_status_is(const char *of, const char *key, const char *value)
{
	char path[64], line[256], want[128];
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%s/status", of);
	(void)snprintf(want, sizeof(want), "%s:\t%s", key, value);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found |= strncmp(line, want, strlen(want)) == 0 &&
			 strspn(line + strlen(want), " ") == strlen(line + strlen(want));
	}
	if (f)
		(void)fclose(f);
	return found;
}

void case_drop(void)
{
	expect(privileges_drop(case_root, NULL) == 0);
}

void case_seal(void)
{
	case_drop();
	expect(privileges_seal() == 0);
}

bool case_limit_is(int resource, rlim_t want)
{
	struct rlimit l;

	return getrlimit(resource, &l) == 0 && l.rlim_cur == want && l.rlim_max == want;
}

static int make_place(void)
{
	(void)snprintf(case_top, sizeof(case_top), "/tmp/agent-privileges.XXXXXX");
	if (!mkdtemp(case_top) || chmod(case_top, 0777) < 0)
		return -1;
	case_root = open(case_top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (case_root < 0 || mkdirat(case_root, "etc", 0777) < 0 ||
	    mkdirat(case_root, "outside", 0777) < 0 ||
	    fchmodat(case_root, "etc", 0777, 0) < 0 ||
	    fchmodat(case_root, "outside", 0777, 0) < 0)
		return -1;
	case_put("etc/passwd", OWN_LINE);
	case_put("etc/open", "x");
	case_put("outside/file", "x");
	case_put("outside/true", "#!/bin/true\n");
	return fchmodat(case_root, "outside/true", 0777, 0);
}

bool case_end(void)
{
	static const char *const files[] = {
		"etc/passwd", "etc/open",     "etc/grows",
		"etc/log",    "outside/file", "outside/true"
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		(void)unlinkat(case_root, files[i], 0);
	return unlinkat(case_root, "outside", AT_REMOVEDIR) == 0 &&
	       unlinkat(case_root, "etc", AT_REMOVEDIR) == 0 && rmdir(case_top) == 0;
}

bool case_begin(int *ret_status)
{
	*ret_status = 0;
	log_open("privileges", false, false);
	if (geteuid() != 0 && !getenv("CI")) {
		printf("1..0 # SKIP needs root\n");
		return false;
	}
	*ret_status = make_place() < 0 ? 2 : 0;
	if (*ret_status)
		printf("Bail out! no place below /tmp, or not root\n");
	return *ret_status == 0;
}
