/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay - runs a fuzz target over its saved inputs, and over each cut short, as a test.
 * The inputs are tests/fuzz/inputs/NAME/ of the program's name.
 */
#include <dirent.h>
#include <fcntl.h>

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
	(void)LLVMFuzzerTestOneInput(copy, size); /* always 0 */
	free(copy);
}

static void replay(int dir, const char *name)
{
	autofree char *text = NULL;
	size_t len, i;

	if (io_read_file_at(dir, name, INPUT_MAX, &text, &len) < 0) {
		ok(false, "%s can be read", name);
		return;
	}
	one(text, len);
	for (i = 0; i < CUTS; i++)
		one(text, len * i / CUTS);
	ok(true, "%s, whole and cut", name);
}

int main(int argc, char *argv[])
{
	autofree char *path = NULL;
	const char *name = strrchr(argv[0], '/');
	struct dirent *e;
	DIR *dir;

	if (argc > 2 ||
	    asprintf(&path, "tests/fuzz/inputs/%s", name ? name + 1 : argv[0]) < 0)
		return 2;
	dir = opendir(path);
	if (!dir) {
		ok(false, "%s is there", path);
		return tap_done();
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			replay(dirfd(dir), e->d_name);
	closedir(dir);
	return tap_done();
}
