/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: a byte that says which file it is, then its text: os-release, redhat-release, a
 * file that holds a version alone, /proc/meminfo. */
#include "guest-agent/os_release.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/meminfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* One line that a store takes, cut inside its array. */
static void check_text(const char *text)
{
	require(memchr(text, '\0', OS_TEXT_MAX) != NULL);
	for (; *text; text++)
		require((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void check_number(const char *text)
{
	check_text(text);
	require(text[strspn(text, "0123456789")] == '\0');
}

static void check_os(int r, struct os_facts *os)
{
	require(r == 0 || r == -ENODATA);
	if (r < 0)
		return;
	require(*os->name && *os->distro);
	check_text(os->name);
	check_text(os->distro);
	check_number(os->major);
	check_number(os->minor);
}

static void check_meminfo(const char *text)
{
	struct memory_facts m = { 0 };
	int r = meminfo_parse(text, &m);

	require(r == -EBADMSG ||
		(r == 0 && m.total_kib > 0 && m.free_kib <= m.total_kib));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct os_facts os = { 0 };
	char *text = size > 0 ? strndup((const char *)data + 1, size - 1) : NULL;

	if (!text)
		return 0;
	switch (data[0] % 4) {
	case 0:
		check_os(os_release_parse(text, &os), &os);
		break;
	case 1:
		check_os(os_redhat_parse(text, &os), &os);
		break;
	case 2:
		check_os(os_version_parse(text, "debian", "Debian GNU/Linux", &os), &os);
		break;
	default:
		check_meminfo(text);
		break;
	}
	os_complete_minor(text, &os);
	check_number(os.minor);
	free(text);
	return 0;
}
