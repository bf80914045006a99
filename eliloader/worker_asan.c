/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker_asan - a part of each worker's program: under AddressSanitizer its leak check comes
 * before DONE, not at its end.  Who has a worker's answer kills it, and a check that is cut
 * off so complains on stderr.  What its functions still point to is no leak then.
 *
 * Source: sanitizer/lsan_interface.h
 */
#include "eliloader/wire.h"
#include "lib/sandbox_calls.h"

#if SANDBOX_ASAN
#include <sanitizer/lsan_interface.h>

void wire_before_done(void)
{
	__lsan_do_leak_check(); /* the first one is the last */
}
#endif
