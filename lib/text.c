/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>

char *text_printf(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : text;
}
