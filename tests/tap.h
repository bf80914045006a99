/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap - the Test Anything Protocol for tests in C.
 *
 *	int main(void)
 *	{
 *		ok(1 + 1 == 2, "sums: %s", "small");
 *		is_str(name, "vif", "the class");
 *		return tap_done();
 *	}
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool ok(bool good, const char *fmt,
							     ...)
{
	va_list ap;

	tap_run++;
	if (!good)
		tap_failed++;
	printf("%sok %d - ", good ? "" : "not ", tap_run);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return good;
}

__attribute__((unused)) static bool is_int(long long got, long long want,
					   const char *name)
{
	if (ok(got == want, "%s", name))
		return true;
	printf("# got %lld, wanted %lld\n", got, want);
	return false;
}

/* Either may be NULL. */
__attribute__((unused)) static bool is_str(const char *got, const char *want,
					   const char *name)
{
	if (ok((!got && !want) || (got && want && strcmp(got, want) == 0), "%s", name))
		return true;
	printf("# got    '%s'\n# wanted '%s'\n", got ? got : "(null)",
	       want ? want : "(null)");
	return false;
}

/* Print the plan; the exit status of the test program. */
__attribute__((unused)) static int tap_done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed == 0 && tap_run > 0 ? 0 : 1;
}
