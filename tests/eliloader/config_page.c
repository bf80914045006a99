/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader.conf(5) tells of each key that there is, and of no other. */
#include <fcntl.h>
#include <stdlib.h>

#include "eliloader/config.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

#define PAGE	 "docs/man/eliloader.conf.5" /* tests run in the top directory */
#define PAGE_MAX 65536
#define KEYS_MAX 64

static bool told[KEYS_MAX]; /* by their places in the table */

static bool tell(const char *key)
{
	const char *name;

	for (size_t i = 0; i < KEYS_MAX && (name = config_key_name(i)); i++)
		if (strcmp(name, key) == 0) {
			told[i] = true;
			return true;
		}
	return false;
}

/* "a , b , c" */
static void look_at_item(char *item)
{
	char *key;

	while ((key = strsep(&item, " ,")))
		if (*key)
			ok(tell(key), "the page's '%s' is a key", key);
}

int main(void)
{
	static const char mark[] = ".It Cm ";
	autofree char *text = NULL;
	const char *name;
	char *rest, *line;

	if (io_read_file_at(AT_FDCWD, PAGE, PAGE_MAX, &text, NULL) < 0) {
		ok(false, "%s can be read", PAGE);
		return tap_done();
	}
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, mark, sizeof(mark) - 1) == 0)
			look_at_item(line + sizeof(mark) - 1);
	for (size_t i = 0; (name = config_key_name(i)); i++)
		ok(i < KEYS_MAX && told[i], "the key '%s' is in the page", name);
	return tap_done();
}
