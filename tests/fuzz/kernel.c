/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel file: bzImage, packed or plain ELF. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/kernel.h"

#define ELF_MAX (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void unpack_all(const struct kernel_place *place)
{
	autounpack struct unpack *u = NULL;
	const uint8_t *piece;
	uint64_t all = 0;
	size_t len = 1;

	if (unpack_open(&place->in, place->payload, ELF_MAX, &u) < 0)
		return;
	while (len > 0 && unpack_next(u, &piece, &len) == 0)
		all += len;
	if (all > ELF_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unpack_in file = { .fd = -1, .mem = data, .end = size };
	struct kernel_place place;
	struct wire_kernel k;
	char why[256] = "";

	if (kernel_examine(&file, ELF_MAX, &k, why, sizeof(why)) == 0) {
		if (strnlen(k.guest_os, sizeof(k.guest_os)) == sizeof(k.guest_os) ||
		    strnlen(k.release, sizeof(k.release)) == sizeof(k.release) ||
		    k.payload >= PAYLOAD_KINDS || (!k.xen_known && (k.pv || k.pvh)))
			abort();
	} else if (why[0] == '\0') {
		abort(); /* without a sentence */
	}
	if (kernel_locate(&file, &place, why, sizeof(why)) == 0)
		unpack_all(&place);
	return 0;
}
