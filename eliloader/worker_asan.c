/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker_asan - a part of each worker's program: it has no leak check at its end.  Who has a
 * worker's answer kills it, and a check that is cut off so complains on stderr.  (In the room
 * there is none anyway.)
 *
 * Source: sanitizer/lsan_interface.h
 */
#include "lib/sandbox_calls.h"

#if SANDBOX_ASAN
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "detect_leaks=0";
}
#endif
