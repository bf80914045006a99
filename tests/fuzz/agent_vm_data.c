/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: a value of vm-data; it is decoded from base64, encoded, shown on a terminal, and
 * written in each format that can express it. */
#include "guest-agent/vm_data_base64.h"
#include "guest-agent/vm_data_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_base64(const char *text, size_t size)
{
	char *out = NULL, *again = NULL, *back = NULL;
	size_t len = 0, again_len = 0, back_len = 0, bad = 0;
	int r = vm_data_base64_decode(text, size, &out, &len, &bad);

	require(r == 0 ? len <= size / 4 * 3 + 2 : r == -EBADMSG && bad > 0);
	require(r == 0 || bad <= size + 1);
	free(out);
	require(vm_data_base64_encode(text, size, &again, &again_len) == 0);
	require(again_len == VM_DATA_BASE64_LEN(size) && strlen(again) == again_len);
	require(vm_data_base64_decode(again, again_len, &back, &back_len, &bad) == 0);
	require(back_len == size && memcmp(back, text, size) == 0);
	free(again);
	free(back);
}

/* One line for the section and one for the key, with nothing added and nothing lost. */
static void check_ini(const char *text, size_t len, const char *value, size_t size)
{
	static const char head[] = "[vm-data/a]\nb=";

	require(len == sizeof(head) - 1 + size + 1 &&
		memcmp(text, head, sizeof(head) - 1) == 0);
	require(memcmp(text + sizeof(head) - 1, value, size) == 0 &&
		text[len - 1] == '\n');
	require(!memchr(value, '\n', size) && !memchr(value, '\r', size) &&
		!memchr(value, '\0', size));
	require(size == 0 || (value[0] != ' ' && value[size - 1] != ' '));
}

static void check_formats(char *value, size_t size)
{
	char path[] = "a/b";
	const struct tree_entry key = { path, value, size };

	for (int how = VM_DATA_JSON; how <= VM_DATA_INI; how++) {
		struct vm_data_fault fault = { 0 };
		char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);
		int r = vm_data_format(f, (enum vm_data_format)how, &key, 1, &fault);

		(void)fclose(f);
		require(r == 0 ? len > 0 : r == -EILSEQ && len == 0 && fault.why);
		if (r == 0 && how == VM_DATA_INI)
			check_ini(text, len, value, size);
		free(text);
	}
}

static void check_visible(const char *value, size_t size)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	vm_data_print_visible(f, value, size);
	(void)fclose(f);
	for (size_t i = 0; i < len; i++)
		require((unsigned char)text[i] >= ' ' || text[i] == '\n' ||
			text[i] == '\t');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = malloc(size + 1);

	require(value != NULL);
	memcpy(value, data, size);
	value[size] = '\0';
	check_base64(value, size);
	check_formats(value, size);
	check_visible(value, size);
	free(value);
	return 0;
}
