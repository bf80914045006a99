/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: a map of xenstore-data, lines or JSON, as `vm-data populate` reads it: what is
 * taken can be written and listed. */
#include "guest-agent/vm_data_map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void problem(void *arg, const char *text)
{
	size_t *problems = arg;

	require(*text != '\0');
	++*problems;
}

static void leave_out(void *arg, const char *text)
{
	(void)arg;
	require(strstr(text, "ignored") != NULL);
}

static void check_node(const struct tree *t, const struct tree_entry *e)
{
	const char *slash = strrchr(e->path, '/');
	autofree char *parent =
		slash ? strndup(e->path, (size_t)(slash - e->path)) : NULL;

	require(tree_path_check(e->path) == 0 && strlen(e->path) <= VM_DATA_KEY_MAX);
	require(e->value_len <= VM_DATA_VALUE_MAX);
	require(!slash || (parent && tree_find(t, parent)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t problems = 0;
	struct vm_data_map_sink sink = { problem, leave_out, &problems };
	autotree struct tree nodes = { 0 };
	autofree char *text = malloc(size); /* no byte more, for the sanitizer */
	int r;

	require(text || size == 0);
	if (size > 0)
		memcpy(text, data, size);
	r = vm_data_map_read(text, size, &sink, &nodes);
	require(r == 0 ? problems == 0 : r == -EBADMSG && problems > 0);
	for (size_t i = 0; r == 0 && i < nodes.count; i++)
		check_node(&nodes, &nodes.entry[i]);
	require(r < 0 || nodes.count < VM_DATA_NODES_MAX);
	return 0;
}
