/* SPDX-License-Identifier: BSD-2-Clause */
/* fixup RAMDISK OVERLAY OUT : how long fixup_append() takes, in microseconds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "eliloader/fixup.h"
#include "lib/cleanup.h"

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int argc, char *argv[])
{
	if (argc != 4)
		return 2;

	autoclose int ramdisk = open(argv[1], O_RDONLY | O_CLOEXEC);
	autoclose int overlay = open(argv[2], O_RDONLY | O_CLOEXEC);
	autoclose int out = open(argv[3], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	long long start = now_us();
	int r = fixup_append(ramdisk, overlay, out, 1024 * MIB);

	if (r < 0) {
		fprintf(stderr, "fixup: %s\n", strerror(-r));
		return 1;
	}
	printf("%lld\n", now_us() - start);
	return 0;
}
