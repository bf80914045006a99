/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/pygrub_find.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define VERSIONS    "/usr/lib/xen-*/bin/pygrub"
#define PREFIX_LEN  (sizeof("/usr/lib/xen-") - 1)
#define RUNNING_DIR "/sys/hypervisor/version/"

/* Where there is one Xen. */
static const char *const places[] = {
	"/usr/lib/xen/bin/pygrub",
	"/usr/libexec/xen/bin/pygrub",
	"/usr/bin/pygrub",
};

static bool is_version(const char *path, const char *version)
{
	size_t len = strlen(version);

	return strncmp(path + PREFIX_LEN, version, len) == 0 &&
	       path[PREFIX_LEN + len] == '/';
}

size_t pygrub_choose(const char *const *path, size_t count, const char *running)
{
	size_t best = 0;

	for (size_t i = 0; i < count; i++) {
		if (running && is_version(path[i], running))
			return i;
		if (strverscmp(path[i], path[best]) > 0)
			best = i;
	}
	return best;
}

/* "4.17"; false: not on Xen, or it does not say. */
static bool running_version(char *out, size_t size)
{
	autofree char *major = NULL, *minor = NULL;

	if (io_read_file_at(AT_FDCWD, RUNNING_DIR "major", 32, &major, NULL) < 0 ||
	    io_read_file_at(AT_FDCWD, RUNNING_DIR "minor", 32, &minor, NULL) < 0)
		return false;
	return snprintf(out, size, "%.*s.%.*s", (int)strcspn(major, "\n"), major,
			(int)strcspn(minor, "\n"), minor) < (int)size;
}

static int take(const char *path, char *ret_path, size_t size)
{
	if (access(path, X_OK) < 0)
		return -ENOENT;
	return snprintf(ret_path, size, "%s", path) < (int)size ? 0 : -ENAMETOOLONG;
}

static int find_version(char *ret_path, size_t size)
{
	char running[16];
	bool known = running_version(running, sizeof(running));
	glob_t found;
	int r = -ENOENT;

	if (glob(VERSIONS, 0, NULL, &found) == 0 && found.gl_pathc > 0)
		r = take(found.gl_pathv[pygrub_choose((const char *const *)found.gl_pathv,
						      found.gl_pathc,
						      known ? running : NULL)],
			 ret_path, size);
	globfree(&found);
	return r;
}

int pygrub_find(const char *configured, char *ret_path, size_t size)
{
	int r;

	if (configured)
		return take(configured, ret_path, size);
	r = find_version(ret_path, size);
	for (size_t i = 0; r == -ENOENT && i < sizeof(places) / sizeof(places[0]); i++)
		r = take(places[i], ret_path, size);
	return r;
}
