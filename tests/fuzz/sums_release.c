/* SPDX-License-Identifier: BSD-2-Clause */
/* A Release or InRelease text. */
#include "eliloader/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t digest[SHA256_LEN];
	uint64_t bytes;

	(void)sums_release((const char *)data, size, "main/SHA256SUMS", digest, &bytes);
	return 0;
}
