/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/output.h"
#include "lib/cleanup.h"

/* Control bytes are in no value of ours: not only the format's own separator is refused,
 * but all that a parser, a log or a console could take for one. */
static bool is_clean(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool is_empty(const char *text)
{
	return !text || !*text;
}

/* Key, a space, the value, @separator: one item. */
static void print_simple(FILE *out, const char *key, const char *value, char separator)
{
	if (!is_empty(value))
		fprintf(out, "%s %s%c", key, value, separator);
}

/* In an s-expression, what would end a word or a quoted text. */
static bool is_sxp_word(const char *text)
{
	return !text || !strpbrk(text, " ()\"'\\");
}

static bool is_sxp_text(const char *text)
{
	return !text || !strpbrk(text, "\"\\");
}

static void print_sxp(FILE *out, const char *kernel, const char *ramdisk,
		      const char *args)
{
	fprintf(out, "linux (kernel %s)", kernel);
	if (!is_empty(ramdisk))
		fprintf(out, "(ramdisk %s)", ramdisk);
	if (!is_empty(args))
		fprintf(out, "(args \"%s\")", args);
	fputc('\n', out);
}

static bool can_be_told(enum output_format format, const char *kernel,
			const char *ramdisk, const char *args)
{
	if (is_empty(kernel) || !is_clean(kernel) || !is_clean(ramdisk) ||
	    !is_clean(args))
		return false;
	return format != FORMAT_SXP ||
	       (is_sxp_word(kernel) && is_sxp_word(ramdisk) && is_sxp_text(args));
}

int output_format(enum output_format format, const char *kernel, const char *ramdisk,
		  const char *args, char **ret_text, size_t *ret_len)
{
	autofree char *text = NULL;
	char separator = format == FORMAT_SIMPLE0 ? '\0' : '\n';
	size_t len = 0;
	FILE *out;

	if (!can_be_told(format, kernel, ramdisk, args))
		return -EINVAL;
	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	if (format == FORMAT_SXP) {
		print_sxp(out, kernel, ramdisk, args);
	} else {
		print_simple(out, "kernel", kernel, separator);
		print_simple(out, "ramdisk", ramdisk, separator);
		print_simple(out, "args", args, separator);
	}
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret_len = len;
	*ret_text = steal_ptr(text);
	return 0;
}
