/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_ini.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"
#include "lib/utf8.h"

/* What Python's strip() takes off, controls left out. */
static bool is_space(uint32_t p)
{
	return p == ' ' || p == 0xa0 || p == 0x1680 || (p >= 0x2000 && p <= 0x200a) ||
	       p == 0x202f || p == 0x205f || p == 0x3000;
}

/* What readers would lose, or NULL. */
static const char *objection(const char *value, size_t len)
{
	size_t all = len;

	while (len > 0) {
		uint32_t point = 0;
		size_t n = utf8_first(value, len, &point);

		if (n == 0)
			return "its value is not UTF-8";
		if (utf8_is_control(point))
			return "its value has a control character or more than one line";
		/* what Python's splitlines() and others take for the end of a line */
		if (point == 0x2028 || point == 0x2029)
			return "its value has a Unicode line separator";
		if (is_space(point) && (len == all || len == n))
			return "its value begins or ends with a space";
		value += n;
		len -= n;
	}
	return NULL;
}

/* Bytes of the directory that @path lies in; 0: it is vm-data itself. */
static size_t dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* By directory, then by name. */
static int compare(const void *a, const void *b)
{
	const struct tree_entry *x = *(const struct tree_entry *const *)a;
	const struct tree_entry *y = *(const struct tree_entry *const *)b;
	size_t m = dir_len(x->path), n = dir_len(y->path);
	int d = memcmp(x->path, y->path, m < n ? m : n);

	if (d == 0 && m != n)
		d = m < n ? -1 : 1;
	return d ? d : strcmp(x->path + m, y->path + n);
}

static int compare_no_case(const void *a, const void *b)
{
	const struct tree_entry *x = *(const struct tree_entry *const *)a;
	const struct tree_entry *y = *(const struct tree_entry *const *)b;
	int d = strcasecmp(x->path, y->path); /* ASCII: there is no locale here */

	return d ? d : strcmp(x->path, y->path);
}

/* @sorted: by compare_no_case(). */
static int check(const struct tree_entry *const *sorted, size_t count,
		 struct vm_data_fault *ret_fault)
{
	for (size_t i = 0; i < count; i++) {
		const struct tree_entry *e = sorted[i];
		const char *why = objection(e->value, e->value_len);
		const char *other = NULL;

		if (i + 1 < count && strcasecmp(e->path, sorted[i + 1]->path) == 0) {
			why = "their names differ in case only";
			other = sorted[i + 1]->path;
		}
		if (!why)
			continue;
		*ret_fault = (struct vm_data_fault){ e->path, other, why };
		return -EILSEQ;
	}
	return 0;
}

/* @sorted: by compare(). */
static int print(FILE *out, const struct tree_entry *const *sorted, size_t count)
{
	const char *dir = NULL;
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		const struct tree_entry *e = sorted[i];
		size_t n = dir_len(e->path);

		if (!dir || n != len || memcmp(dir, e->path, n) != 0) {
			(void)fprintf(out, "%s[vm-data%s%.*s]\n", dir ? "\n" : "",
				      n ? "/" : "", (int)n, e->path);
			dir = e->path;
			len = n;
		}
		(void)fprintf(out, "%s=", e->path + (n ? n + 1 : 0));
		(void)fwrite(e->value, 1, e->value_len, out);
		(void)fputc('\n', out);
	}
	return ferror(out) ? -EIO : 0;
}

int vm_data_ini(FILE *out, const struct tree_entry *keys, size_t count,
		struct vm_data_fault *ret_fault)
{
	autofree const struct tree_entry **sorted = calloc(count + 1, sizeof(*sorted));
	int r;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &keys[i];
	qsort(sorted, count, sizeof(*sorted), compare_no_case);
	r = check(sorted, count, ret_fault);
	if (r < 0)
		return r;
	qsort(sorted, count, sizeof(*sorted), compare);
	return print(out, sorted, count);
}
