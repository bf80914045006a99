/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: an address, of a repository and of a proxy.  What is taken must be one word, and
 * must be taken again as itself. */
#include "eliloader/repo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_word(const char *text)
{
	for (; *text; text++)
		require(*text > 0x20 && *text < 0x7f && *text != '"' && *text != '\'');
}

static void check(const struct repo *r)
{
	char out[URL_LEN_MAX + 512], why[256];
	struct repo again;

	check_word(r->url);
	check_word(r->host);
	check_word(r->nfs_path);
	repo_display(r, out, sizeof(out));
	check_word(out);
	for (int form = FORM_URL; form <= FORM_ANACONDA; form++)
		if (r->url[0] &&
		    repo_format(r, (enum repo_form)form, out, sizeof(out)) == 0)
			check_word(out);
	if (!r->url[0])
		return;
	require(r->url[strcspn(r->url, "?") - 1] == '/' && r->host[0]);
	require(repo_parse(r->url, &again, why, sizeof(why)) == 0);
	require(strcmp(again.url, r->url) == 0 && strcmp(again.host, r->host) == 0 &&
		again.scheme == r->scheme);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), why[256];
	struct repo r;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (repo_parse(text, &r, why, sizeof(why)) == 0)
		check(&r);
	if (repo_parse_proxy(text, &r, why, sizeof(why)) == 0)
		check(&r);
	free(text);
	return 0;
}
