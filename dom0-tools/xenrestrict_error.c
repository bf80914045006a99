/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/xenrestrict_priv.h"

#define SENTENCE_MAX 256 /* bytes: a path and what is wrong with it */

static __thread char sentence[SENTENCE_MAX];

const char *xenrestrict_error(void)
{
	return sentence;
}

int xr_fail(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, ap); /* cut when too long */
	va_end(ap);
	return err;
}

int xr_fail_errno(int err, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	len = strlen(sentence);
	(void)snprintf(sentence + len, sizeof(sentence) - len, ": %s", strerror(-err));
	return err;
}

int xr_check_domid(unsigned domid)
{
	if (domid >= 1 && domid <= XENRESTRICT_DOMID_LAST)
		return 0;
	return xr_fail(-EINVAL, "domid %u: not one of 1 to %u", domid,
		       XENRESTRICT_DOMID_LAST);
}
