/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: argv, words ended by NUL.  What stands after --vm must reach nothing of dom0's. */
#include "eliloader/request.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_vm(const struct request *r, char *const *argv, int argc)
{
	int vm = 0;

	/* the words before --vm are the toolstack's: only look at inputs without any */
	if (argc > 1 && strcmp(argv[1], "--vm") == 0)
		vm = 1;
	if (!vm || !request_is_xapi(r))
		return;
	require(!r->output && !r->output_directory && !r->record_file && !r->set &&
		!r->config_given && !r->xapi_socket && !r->cdrom && !r->forget &&
		!r->have_runas && !r->domain);
	require(strlen(r->vm_uuid) == 36 && !strchr(r->vm_uuid, '/'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), *argv[WORDS_MAX + 1], name[] = "eliloader",
	     why[128];
	struct request r;
	int argc = 1;

	require(copy != NULL);
	memcpy(copy, data, size);
	copy[size] = '\0';
	argv[0] = name;
	for (size_t at = 0; at < size && argc < WORDS_MAX; at += strlen(copy + at) + 1)
		argv[argc++] = copy + at;
	argv[argc] = NULL;
	switch (request_parse(argc, argv, &r, why, sizeof(why))) {
	case REQUEST_RUN:
		check_vm(&r, argv, argc);
		require(r.image || r.explain || r.forget);
		break;
	case REQUEST_WRONG:
		require(why[0] != '\0');
		for (const char *p = why; *p; p++)
			require(*p >= 0x20 && *p <= 0x7e);
		break;
	default:
		break;
	}
	request_done(&r);
	free(copy);
	return 0;
}
