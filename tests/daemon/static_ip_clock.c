/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A clock that a test can set forward: linked with --wrap=io_now_ms,--wrap=poll.  It is
 * ahead by the milliseconds in the file that STATIC_IP_CLOCK names; waiting ends often
 * enough to see that.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define LOOK_MS 20

uint64_t __real_io_now_ms(void);
uint64_t __wrap_io_now_ms(void);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms);

uint64_t __wrap_io_now_ms(void)
{
	const char *path = getenv("STATIC_IP_CLOCK");
	autofree char *text = NULL;
	uint64_t ahead = 0;

	if (path && io_read_file_at(AT_FDCWD, path, 32, &text, NULL) >= 0)
		(void)io_parse_u64(text, UINT32_MAX, &ahead); /* half written: no step */
	return __real_io_now_ms() + ahead;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	if (timeout_ms < 0 || timeout_ms > LOOK_MS)
		timeout_ms = LOOK_MS;
	return __real_poll(fds, count, timeout_ms);
}
