/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kernels the entries name, and what that means for an entry; pure. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/inspect.h"
#include "eliloader/ready.h"

static bool same_path(const struct boot_path *a, const struct boot_path *b)
{
	return a->device == b->device && strcmp(a->path, b->path) == 0;
}

static struct inspect_kernel *find(const struct inspect *in, const struct boot_path *path)
{
	for (size_t i = 0; i < in->kernel_count; i++)
		if (same_path(&in->kernel[i].path, path))
			return &in->kernel[i];
	return NULL;
}

int inspect_list_kernels(struct inspect *in)
{
	const struct boot_menu *m = &in->report->menu;

	in->kernel_count = 0;
	in->kernel = calloc(INSPECT_KERNELS, sizeof(*in->kernel));
	if (!in->kernel)
		return -ENOMEM;
	for (size_t i = 0; i < m->count && in->kernel_count < INSPECT_KERNELS; i++) {
		const struct boot_path *path = &m->entry[i].kernel;

		if (*path->path && !m->entry[i].why && !find(in, path))
			in->kernel[in->kernel_count++].path = *path;
	}
	return 0;
}

void inspect_done(struct inspect *in)
{
	free(in->kernel);
	in->kernel = NULL;
	in->kernel_count = 0;
}

const struct inspect_kernel *inspect_kernel_of(const struct inspect *in, size_t entry)
{
	const struct inspect_kernel *k = find(in, &in->report->menu.entry[entry].kernel);

	return k && !*k->why ? k : NULL;
}

const char *inspect_why(const struct inspect *in, size_t entry)
{
	const struct boot_entry *e = &in->report->menu.entry[entry];
	const struct inspect_kernel *k = find(in, &e->kernel);

	if (e->why)
		return e->why;
	if (!*e->kernel.path)
		return "it names no kernel";
	if (!k) /* one of too many */
		return NULL;
	return *k->why ? k->why : ready_judge(&k->facts, GUEST_UNKNOWN);
}

const char *inspect_payload(const struct wire_kernel *k)
{
	static const char *const names[PAYLOAD_KINDS] = {
		[PAYLOAD_NONE] = "none",       [PAYLOAD_GZIP] = "gzip",
		[PAYLOAD_XZ] = "xz",	       [PAYLOAD_ZSTD] = "zstd",
		[PAYLOAD_LZMA] = "lzma",       [PAYLOAD_BZIP2] = "bzip2",
		[PAYLOAD_LZ4] = "lz4",	       [PAYLOAD_LZO] = "lzo",
		[PAYLOAD_UNKNOWN] = "unknown",
	};

	return names[k->payload];
}

size_t inspect_bootable(const struct inspect *in)
{
	size_t count = 0;

	for (size_t i = 0; i < in->report->menu.count; i++)
		count += inspect_why(in, i) == NULL;
	return count;
}
