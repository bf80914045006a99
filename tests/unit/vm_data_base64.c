/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 there and back, and what is none; an INI file of keys. */
#include <errno.h>
#include <stdlib.h>

#include "guest-agent/vm_data_base64.h"
#include "guest-agent/vm_data_ini.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

#define V(text) text, sizeof(text) - 1

/* RFC 4648, section 10, and bytes of all kinds. */
static const struct {
	const char *data;
	size_t len;
	const char *text;
} pairs[] = {
	{ V(""), "" },
	{ V("f"), "Zg==" },
	{ V("fo"), "Zm8=" },
	{ V("foo"), "Zm9v" },
	{ V("foob"), "Zm9vYg==" },
	{ V("fooba"), "Zm9vYmE=" },
	{ V("foobar"), "Zm9vYmFy" },
	{ V("\0"), "AA==" },
	{ V("\xff\xff\xff\xfb\xf0"), "////+/A=" },
};

static const struct {
	const char *name, *text, *want;
	size_t bad;
} reads[] = {
	{ "no padding, one byte", "Zg", "f", 0 },
	{ "no padding, two bytes", "Zm8", "fo", 0 },
	{ "lines and blanks", " Zm9v\r\nYm\tFy\n", "foobar", 0 },
	{ "blanks in the padding", "Zg= =\n", "f", 0 },
	{ "blanks alone", " \n", "", 0 },
	{ "bits that belong to no byte", "Zh==", "f", 0 },
	{ "one digit", "Z", NULL, 2 },
	{ "one digit, padded", "Z===", NULL, 5 },
	{ "half the padding", "Zg=", NULL, 4 },
	{ "padding where none belongs", "Zm9v=", NULL, 5 },
	{ "too much padding", "Zm8==", NULL, 5 },
	{ "padding alone", "=", NULL, 1 },
	{ "more after the padding", "Zg==Zg==", NULL, 5 },
	{ "another character", "Zm9v!Zm9v", NULL, 5 },
	{ "the alphabet of URLs", "__-_", NULL, 1 },
	{ "UTF-8", "Zm9v\xc3\xa9", NULL, 5 },
};

static void test_pairs(void)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		autofree char *text = NULL, *data = NULL;
		size_t text_len = 0, len = 0, bad;

		(void)vm_data_base64_encode(pairs[i].data, pairs[i].len, &text,
					    &text_len);
		is_str(text, pairs[i].text, "written");
		ok(text_len == strlen(pairs[i].text) &&
			   text_len == VM_DATA_BASE64_LEN(pairs[i].len),
		   "its length: '%s'", pairs[i].text);
		ok(vm_data_base64_decode(text, text_len, &data, &len, &bad) == 0 &&
			   len == pairs[i].len && memcmp(data, pairs[i].data, len) == 0,
		   "and back: '%s'", pairs[i].text);
	}
}

static void test_reads(void)
{
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		autofree char *data = NULL;
		size_t len = 0, bad = 0;
		int r = vm_data_base64_decode(reads[i].text, strlen(reads[i].text), &data,
					      &len, &bad);

		is_int(r, reads[i].want ? 0 : -EBADMSG, reads[i].name);
		is_str(data, reads[i].want, reads[i].name);
		is_int((long long)bad, (long long)reads[i].bad, reads[i].name);
	}
}

/* Of each length, every byte. */
static void test_round_trips(void)
{
	char in[600];
	bool good = true;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)(i * 7);
	for (size_t n = 0; n <= sizeof(in); n++) {
		autofree char *text = NULL, *out = NULL;
		size_t text_len = 0, len = 0, bad;

		(void)vm_data_base64_encode(in, n, &text, &text_len);
		good &= vm_data_base64_decode(text, text_len, &out, &len, &bad) == 0 &&
			len == n && memcmp(in, out, n) == 0;
	}
	ok(good, "there and back, of 0 to %zu bytes", sizeof(in));
}

static const struct {
	const char *name;
	struct {
		const char *key, *value;
		size_t len;
	} pair[4];
	const char *want; /* NULL: refused */
	const char *key, *other;
} inis[] = {
	{ "no keys", { { 0 } }, "", NULL, NULL },
	{ "vm-data itself first, then directories in order, each once",
	  { { "b", V("1") },
	    { "a/b/c", V("2") },
	    { "a/x", V("3") },
	    { "a/b-c", V("4") } },
	  "[vm-data]\nb=1\n\n[vm-data/a]\nb-c=4\nx=3\n\n[vm-data/a/b]\nc=2\n",
	  NULL,
	  NULL },
	{ "a directory with a value",
	  { { "a", V("1") }, { "a/b", V("2") } },
	  "[vm-data]\na=1\n\n[vm-data/a]\nb=2\n",
	  NULL,
	  NULL },
	{ "a directory called vm-data",
	  { { "vm-data/a", V("1") }, { "a", V("2") } },
	  "[vm-data]\na=2\n\n[vm-data/vm-data]\na=1\n",
	  NULL,
	  NULL },
	{ "names with the same beginning",
	  { { "ab/x", V("1") }, { "a/x", V("2") }, { "a-b/x", V("3") } },
	  "[vm-data/a]\nx=2\n\n[vm-data/a-b]\nx=3\n\n[vm-data/ab]\nx=1\n",
	  NULL,
	  NULL },
	{ "what looks like syntax",
	  { { "a", V("[b]=c;d #e '\"\\") } },
	  "[vm-data]\na=[b]=c;d #e '\"\\\n",
	  NULL,
	  NULL },
	{ "a newline", { { "ok", V("1") }, { "x", V("a\nb") } }, NULL, "x", NULL },
	{ "a tab", { { "x", V("a\tb") } }, NULL, "x", NULL },
	{ "a NUL", { { "x", V("a\0b") } }, NULL, "x", NULL },
	{ "no UTF-8", { { "x", V("\xff") } }, NULL, "x", NULL },
	{ "NEL", { { "x", V("a\xc2\x85") } }, NULL, "x", NULL },
	{ "a line separator", { { "x", V("a\xe2\x80\xa8z") } }, NULL, "x", NULL },
	{ "a space before it", { { "x", V(" a") } }, NULL, "x", NULL },
	{ "a space after it", { { "x", V("a ") } }, NULL, "x", NULL },
	{ "a hard space after it", { { "x", V("a\xc2\xa0") } }, NULL, "x", NULL },
	{ "spaces within",
	  { { "x", V("a \xc2\xa0 b") } },
	  "[vm-data]\nx=a \xc2\xa0 b\n",
	  NULL,
	  NULL },
	{ "names but for their case",
	  { { "a", V("1") }, { "A", V("2") } },
	  NULL,
	  "A",
	  "a" },
	{ "directories but for their case",
	  { { "d/a", V("1") }, { "b", V("1") }, { "D/a", V("2") } },
	  NULL,
	  "D/a",
	  "d/a" },
};

static void test_ini(size_t i)
{
	struct vm_data_fault fault = { 0 };
	autofree struct tree_entry *keys = NULL;
	autotree struct tree nodes = { 0 };
	autofree char *text = NULL;
	size_t n = 0, len;
	FILE *f = open_memstream(&text, &len);
	int r;

	for (size_t k = 0; k < 4 && inis[i].pair[k].key; k++)
		(void)tree_set(&nodes, inis[i].pair[k].key, inis[i].pair[k].value,
			       inis[i].pair[k].len);
	(void)vm_data_keys(&nodes, &keys, &n);
	r = vm_data_format(f, VM_DATA_INI, keys, n, &fault);
	(void)fclose(f);
	is_int(r, inis[i].want ? 0 : -EILSEQ, inis[i].name);
	is_str(text, inis[i].want ? inis[i].want : "", inis[i].name);
	is_str(fault.key, inis[i].key, inis[i].name);
	is_str(fault.other, inis[i].other, inis[i].name);
}

int main(void)
{
	test_pairs();
	test_reads();
	test_round_trips();
	for (size_t i = 0; i < sizeof(inis) / sizeof(inis[0]); i++)
		test_ini(i);
	return tap_done();
}
