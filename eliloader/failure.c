/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

int failure_set(struct failure *f, int r, const char *name, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->name, sizeof(f->name), "%s", name);
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return r;
}

void failure_print(const struct failure *f, bool xapi)
{
	char safe[4 * sizeof(f->text)];

	(void)log_escape_line(safe, sizeof(safe), f->text, strlen(f->text)); /* fits */
	if (xapi) /* xenopsd takes all that follows the first of these words */
		fprintf(stderr, "RuntimeError: %s%s%s\n\n", f->name, *f->name ? "\n" : "",
			safe);
	else
		fprintf(stderr, "eliloader: %s%s%s\n", f->name, *f->name ? ": " : "",
			safe);
}
