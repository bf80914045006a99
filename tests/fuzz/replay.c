/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay - runs a fuzz target over its saved inputs, and over each cut short, as a test.
 * The inputs are tests/fuzz/inputs/NAME/ of the program's name.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

#define INPUT_MAX (1024 * 1024)
#define CUTS	  64 /* of each input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of just that size, so that reading past it is seen by the sanitizer. */
static void one(const char *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (LLVMFuzzerTestOneInput(copy, size) != 0)
		abort(); /* a target takes every input */
	free(copy);
}

/* In a process of its own, so that a crash is told by its input's name and the others are
 * still replayed: the wait status of it. */
static int whole_and_cut(const char *text, size_t len)
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout); /* or the child would print it again */
	pid = fork();
	if (pid == 0) {
		one(text, len);
		for (size_t i = 0; i < CUTS; i++)
			one(text, len * i / CUTS);
		exit(0); /* not _exit(): the sanitizer looks for leaks then */
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static void replay(int dir, const char *name)
{
	autofree char *text = NULL;
	size_t len;
	int status;

	if (io_read_file_at(dir, name, INPUT_MAX, &text, &len) < 0) {
		ok(false, "%s can be read", name);
		return;
	}
	status = whole_and_cut(text, len);
	if (!ok(status == 0, "%s, whole and cut", name))
		printf("# wait status %#x\n", (unsigned)status);
}

static int is_input(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int main(int argc, char *argv[])
{
	/* static: at a child's end nothing of ours is a leak */
	static struct dirent **names;
	autofree char *path = NULL;
	const char *name = strrchr(argv[0], '/');
	int count, dir;

	if (argc > 2 ||
	    asprintf(&path, "tests/fuzz/inputs/%s", name ? name + 1 : argv[0]) < 0)
		return 2;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	count = scandir(path, &names, is_input, alphasort);
	if (!ok(dir >= 0 && count > 0, "%s has inputs", path))
		return tap_done();
	for (int i = 0; i < count; i++) {
		replay(dir, names[i]->d_name);
		free(names[i]);
		names[i] = NULL;
	}
	free(names);
	names = NULL;
	(void)close(dir); /* it was only read */
	return tap_done();
}
