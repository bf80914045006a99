/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_limits - what /proc/PID/limits says.
 * Source: proc(5), getrlimit(2)
 * Owns:   nothing; results are copied out.
 * Errors: 0 or a negative errno; -EBADMSG: a limit is missing or does not read as it
 *         should.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#define VERIFY_UNLIMITED UINT64_MAX

struct verify_limit {
	uint64_t soft;
	uint64_t hard;
};

/* Indexed by RLIMIT_...; all that Linux has. */
struct verify_limits {
	struct verify_limit limit[RLIM_NLIMITS];
};

int verify_limits_parse(const char *text, size_t len, struct verify_limits *ret);
/* "RLIMIT_NOFILE" without its first seven bytes, in small letters; "?": no such limit. */
const char *verify_limit_name(unsigned resource);
