/* SPDX-License-Identifier: BSD-2-Clause */
/* A checksum list. */
#include "eliloader/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t digest[SHA256_LEN];

	(void)sums_sha256sums((const char *)data, size, "xen/vmlinuz", digest);
	return 0;
}
