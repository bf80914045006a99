/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

__attribute__((format(printf, 2, 0))) static void append(struct netconf_why *why,
							 const char *fmt, va_list ap)
{
	size_t used = strlen(why->text);
	char raw[NETCONF_WHY_MAX];
	int n = vsnprintf(raw, sizeof(raw), fmt, ap);

	if (n > 0) /* what is too long is cut */
		(void)log_escape_line(why->text + used, sizeof(why->text) - used, raw,
				      strlen(raw));
}

int netconf_why(struct netconf_why *why, int r, const char *fmt, ...)
{
	va_list ap;

	if (why->text[0])
		return r;
	va_start(ap, fmt);
	append(why, fmt, ap);
	va_end(ap);
	return r;
}

void netconf_why_more(struct netconf_why *why, const char *fmt, ...)
{
	size_t used = strlen(why->text);
	va_list ap;

	(void)snprintf(why->text + used, sizeof(why->text) - used, "%s",
		       used ? "; " : ""); /* a full line stays as it is */
	va_start(ap, fmt);
	append(why, fmt, ap);
	va_end(ap);
}
