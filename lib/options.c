/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/options.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "lib/log.h"
#include "lib/version.h"

int options_try_help(void)
{
	(void)fprintf(stderr, "Try '%s --help'.\n", log_name()); /* nowhere to say so */
	return OPTIONS_WRONG;
}

void options_wrong(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_msg_va(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
	exit(options_try_help());
}

int options_printed(int r, int failed)
{
	if (r >= 0)
		r = io_flush(stdout);
	if (r >= 0)
		return EXIT_SUCCESS;
	log_error("cannot print: %s", strerror(-r));
	return failed;
}

int options_next(const struct options_program *p, int argc, char *argv[])
{
	static char name[64]; /* in what getopt_long() says */
	int c;

	(void)snprintf(name, sizeof(name), "%s", log_name()); /* fits */
	if (argc > 0)
		argv[0] = name;
	c = getopt_long(argc, argv, p->letters, p->longs, NULL);
	switch (c) {
	case 'h':
		(void)fputs(p->usage, stdout); /* options_printed() sees it */
		exit(options_printed(0, p->failed));
	case 'V':
		printf("%s " XPT_VERSION "\n", name);
		exit(options_printed(0, p->failed));
	case '?': /* it has said why */
		exit(options_try_help());
	default:
		return c;
	}
}

unsigned options_number(const char *option, const char *text, unsigned min, unsigned max)
{
	uint64_t value;

	if (io_parse_u64(text, max, &value) == 0 && value >= min)
		return (unsigned)value;
	options_wrong("--%s: '%s' is no number from %u to %u", option, text, min, max);
}
