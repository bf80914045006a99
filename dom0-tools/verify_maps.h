/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_maps - the lines of a maps file.
 * Source: proc(5).  The kernel escapes '\n' in a file's name, so that no line is the
 *         process' own.
 * Owns:   nothing; results are copied out.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct verify_map {
	uint64_t from, to;
	bool shared; /* what is written goes to what is mapped */
	bool backed; /* by a file or a device */
};

/* The line at *@text, which is moved behind it.  -ENODATA: none is left.  -EBADMSG. */
int verify_maps_next(const char **text, struct verify_map *ret);
