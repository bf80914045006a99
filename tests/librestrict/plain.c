/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain DOMID PATH... - a program that knows libxenstore alone: prints what xs_restrict()
 * gives and what can be read afterwards.  With -w it sets a watch first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

int main(int argc, char *argv[])
{
	struct xs_handle *h = xs_open(0);
	int at = 1;

	if (!h || argc < 3) {
		printf("xs_open: %s\n", strerror(errno));
		return 1;
	}
	if (strcmp(argv[at], "-w") == 0) {
		printf("watch %d\n", xs_watch(h, argv[2], "t"));
		at++;
	}
	errno = 0;
	printf("restrict %d", xs_restrict(h, (unsigned)strtoul(argv[at], NULL, 10)));
	printf(" %s\n", strerror(errno));
	for (at++; at < argc; at++) {
		char *value = xs_read(h, XBT_NULL, argv[at], NULL);

		printf("%s %s\n", argv[at], value ? value : strerror(errno));
		free(value);
	}
	xs_close(h);
	return 0;
}
