/* SPDX-License-Identifier: BSD-2-Clause */
/* An ext2 image that an overlay is put into: a file, a directory, a link and a device. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "eliloader/ext2_overlay.h"
#include "lib/cleanup.h"
#include "lib/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t archive[8192];
static size_t archive_len;

static void add(const char *name, unsigned mode, const char *content)
{
	char *to = (char *)archive + archive_len;
	unsigned len = (unsigned)strlen(content), name_len = (unsigned)strlen(name) + 1;

	(void)snprintf(to, 111,
		       "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1,
		       mode, 0, 0, 1, 1000, len, 0, 0, 202, 1, name_len, 0);
	memcpy(to + 110, name, name_len);
	archive_len = (archive_len + 110 + name_len + 3) & ~(size_t)3;
	memcpy(archive + archive_len, content, len);
	archive_len = (archive_len + len + 3) & ~(size_t)3;
}

static void make_archive(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	add("sbin/loader", 0100755, text);
	add("new/deep", 040755, "");
	add("new/deep/link", 0120777, "../../sbin/loader");
	add("dev/xvda", 060600, "");
	add("TRAILER!!!", 0, "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unpack_in in = { .fd = -1, .mem = archive };
	autoclose int image = memfd_create("image", MFD_CLOEXEC);
	char why[1280] = "";

	if (archive_len == 0)
		make_archive();
	in.end = archive_len;
	if (image < 0 || io_write_all(image, data, size) < 0)
		return 0;
	if (ext2_overlay(image, &in, why, sizeof(why)) < 0 && why[0] == '\0')
		abort(); /* without a sentence */
	return 0;
}
