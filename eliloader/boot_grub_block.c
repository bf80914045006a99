/* SPDX-License-Identifier: BSD-2-Clause */
/* GRUB's environment blocks, which grub-editenv and save_env write. */
#include <errno.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"
#include "lib/cleanup.h"

static const char block_signature[] = "# GRUB Environment Block\n";

/* The end of the line at @p: a newline that no backslash is before; NULL: it has none. */
static const char *line_end(const char *p, const char *end)
{
	for (; p < end && *p != '\n'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p : NULL;
}

/* A value without its backslashes, NUL-terminated. */
static void unescape(const char *from, const char *end, char *out)
{
	for (; from < end; from++) {
		if (*from == '\\' && from + 1 < end)
			from++;
		*out++ = *from == '\n' ? ' ' : *from;
	}
	*out = '\0';
}

int grub_env_parse(const char *text, size_t len,
		   void (*set)(void *arg, const char *name, const char *value), void *arg)
{
	const char *p = text + sizeof(block_signature) - 1, *end = text + len;
	autofree char *line = malloc(len + 1);

	if (!line)
		return -ENOMEM;
	if (len < sizeof(block_signature) ||
	    memcmp(text, block_signature, sizeof(block_signature) - 1) != 0)
		return -EBADMSG;
	while (p < end) {
		const char *stop = line_end(p, end);
		const char *eq = stop ? memchr(p, '=', (size_t)(stop - p)) : NULL;

		if (!stop) /* what fills the block up */
			return 0;
		if (eq && eq > p && *p != '#' && !memchr(p, '\0', (size_t)(stop - p))) {
			memcpy(line, p, (size_t)(eq - p));
			line[eq - p] = '\0';
			unescape(eq + 1, stop, line + (eq - p) + 1);
			set(arg, line, line + (eq - p) + 1);
		}
		p = stop + 1;
	}
	return 0;
}
