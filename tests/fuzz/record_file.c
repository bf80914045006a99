/* SPDX-License-Identifier: BSD-2-Clause */
/* Record files and states: any text; a state that was read is written as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/record.h"
#include "eliloader/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *copy(const void *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static void try_record(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct record r;
	size_t line = 0;

	record_init(&r);
	if (record_parse(&r, text, size, &line) < 0 && line == 0)
		abort();
	record_done(&r);
	free(text);
}

static void again(const struct state *s, const char *text, size_t len)
{
	char *own = copy(text, len);
	struct state read;
	size_t line;

	state_init(&read);
	if (state_parse(&read, own, len, &line) < 0 || !tree_equal(&read.keys, &s->keys))
		abort();
	state_done(&read);
	free(own);
}

static void try_state(const uint8_t *data, size_t size)
{
	char *text = copy(data, size), *written;
	struct state s;
	struct record r;
	size_t line = 0, len;

	state_init(&s);
	record_init(&r);
	if (state_parse(&s, text, size, &line) == 0) {
		if (state_format(&s, text, &written, &len) < 0 || state_apply(&s, &r) < 0)
			abort();
		again(&s, written, len);
		free(written);
	} else if (line == 0) {
		abort();
	}
	record_done(&r);
	state_done(&s);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_record(data, size);
	try_state(data, size);
	return 0;
}
