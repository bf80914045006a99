/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "guest-agent/facts.h"
#include "guest-agent/os_release.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define RELEASE_FILE_MAX (64 * 1024) /* bytes; such files have under 1 KiB */

static int parse_debian(const char *text, struct os_facts *os)
{
	return os_version_parse(text, "debian", "Debian GNU/Linux", os);
}

static int parse_alpine(const char *text, struct os_facts *os)
{
	return os_version_parse(text, "alpine", "Alpine Linux", os);
}

/* In order of trust; the first that says something is taken. */
static const struct {
	const char *path;
	int (*parse)(const char *text, struct os_facts *os);
} sources[] = {
	{ "etc/os-release", os_release_parse },
	{ "usr/lib/os-release", os_release_parse },
	{ "etc/lsb-release", os_release_parse },
	{ "etc/redhat-release", os_redhat_parse },
	{ "etc/alpine-release", parse_alpine },
	{ "etc/debian_version", parse_debian },
};

/* These know the minor version where os-release gives the major alone. */
static const char *const minor_sources[] = { "etc/debian_version", "etc/redhat-release" };

static int read_release(int rootfd, const char *path, char **ret_text)
{
	autoclose int fd = io_open_file_at(rootfd, path);

	return fd < 0 ? fd : io_read_limited(fd, RELEASE_FILE_MAX, ret_text, NULL);
}

static void collect_distribution(int rootfd, struct os_facts *os)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		autofree char *text = NULL;

		if (read_release(rootfd, sources[i].path, &text) >= 0 &&
		    sources[i].parse(text, os) >= 0)
			return;
	}
	memcpy(os->name, "Linux", sizeof("Linux"));
	memcpy(os->distro, "linux", sizeof("linux"));
}

static int collect_uname(int rootfd, char *out)
{
	autofree char *text = NULL;
	struct utsname u;
	size_t n;

	if (read_release(rootfd, "proc/sys/kernel/osrelease", &text) < 0) {
		if (uname(&u) < 0)
			return -errno;
		text = strdup(u.release);
		if (!text)
			return -ENOMEM;
	}
	/* one word: it is part of the driver lines too */
	n = strcspn(text, " \t\r\n");
	if (n == 0 || n >= OS_TEXT_MAX)
		return -EBADMSG;
	memcpy(out, text, n);
	out[n] = '\0';
	return 0;
}

int collect_os(int rootfd, struct os_facts *ret)
{
	struct os_facts os = { 0 };
	int r;

	collect_distribution(rootfd, &os);
	for (size_t i = 0; i < sizeof(minor_sources) / sizeof(*minor_sources); i++) {
		autofree char *text = NULL;

		if (read_release(rootfd, minor_sources[i], &text) >= 0)
			os_complete_minor(text, &os);
	}
	r = collect_uname(rootfd, os.uname);
	if (r >= 0)
		*ret = os;
	return r;
}
