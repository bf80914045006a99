/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fastclock - makes a thousand seconds of one, for xenstored's limit of writes.
 * While any transaction is open, xenstored lets all guests together write 200 times a
 * second (XSA-206); a million requests would take hours.  It reckons in CLOCK_MONOTONIC.
 * Preloaded before fakexen.so.  A guest's unread events expire after 20 s of that clock:
 * the daemon needs --timeout watch-event=0.
 */
#include <dlfcn.h>
#include <time.h>

#define FASTER 1000

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);
	long long ns;
	int r;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT,
								    "clock_gettime");
	r = real(clock, ts);
	if (r < 0 || clock != CLOCK_MONOTONIC)
		return r;
	ns = ts->tv_nsec * (long long)FASTER;
	ts->tv_sec = ts->tv_sec * FASTER + ns / 1000000000;
	ts->tv_nsec = (long)(ns % 1000000000);
	return 0;
}
