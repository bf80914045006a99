/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_format.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/vm_data_ini.h"
#include "lib/text.h"
#include "lib/utf8.h"

#define NAME_PREFIX "VM_DATA_" /* keeps a key called PATH or LD_PRELOAD harmless */

int vm_data_format_parse(const char *name, enum vm_data_format *ret_format)
{
	static const char *const names[] = {
		[VM_DATA_JSON] = "json",
		[VM_DATA_SHELL] = "shell",
		[VM_DATA_ENV] = "env",
		[VM_DATA_INI] = "ini",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret_format = (enum vm_data_format)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int compare_keys(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

int vm_data_keys(const struct tree *nodes, struct tree_entry **ret_keys,
		 size_t *ret_count)
{
	struct tree_entry *keys = calloc(nodes->count + 1, sizeof(*keys));
	size_t n = 0;

	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < nodes->count; i++) {
		const struct tree_entry *e = &nodes->entry[i];

		if (e->value_len > 0 || !tree_has_below(nodes, e->path))
			keys[n++] = *e;
	}
	qsort(keys, n, sizeof(*keys), compare_keys);
	*ret_keys = keys;
	*ret_count = n;
	return 0;
}

void vm_data_print_visible(FILE *out, const char *text, size_t len)
{
	while (len > 0) {
		uint32_t point = 0;
		size_t n = utf8_first(text, len, &point);

		if (n > 0 &&
		    (!utf8_is_control(point) || point == '\n' || point == '\t')) {
			(void)fwrite(text, 1, n, out);
		} else {
			n = 1; /* of C1 the two bytes come one by one: neither is alone
				  valid */
			(void)fprintf(out, "\\x%02x", (unsigned char)*text);
		}
		text += n;
		len -= n;
	}
}

/* What the shell cannot hold, or NULL. */
static const char *shell_objection(const char *value, size_t len)
{
	return memchr(value, '\0', len) ? "its value has a NUL byte" : NULL;
}

/* What systemd would drop the assignment for, or NULL.  Control characters are refused by
 * its versions before 248, newlines only by those before 239. */
static const char *env_objection(const char *value, size_t len)
{
	while (len > 0) {
		uint32_t p = 0;
		size_t n = utf8_first(value, len, &p);

		if (n == 0)
			return "its value is not UTF-8";
		if (p == 0)
			return "its value has a NUL byte";
		if ((p < 0x20 && p != '\n' && p != '\t') || p == 0x7f)
			return "its value has a control character";
		if ((p >= 0xfdd0 && p <= 0xfdef) || (p & 0xfffe) == 0xfffe)
			return "its value has a Unicode noncharacter";
		value += n;
		len -= n;
	}
	return NULL;
}

/* 'value', with each quote as '\'' */
static void print_shell_value(FILE *out, const char *value, size_t len)
{
	(void)fputc('\'', out);
	for (size_t i = 0; i < len; i++) {
		if (value[i] == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(value[i], out);
	}
	(void)fputc('\'', out);
}

/* "value": of what systemd unescapes between double quotes, all; newlines stay raw. Other
 * characters have no escape: before them the backslash would stay. */
static void print_env_value(FILE *out, const char *value, size_t len)
{
	(void)fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		char c = value[i];

		if (c == '"' || c == '\\' || c == '`' || c == '$')
			(void)fputc('\\', out);
		(void)fputc(c, out);
	}
	(void)fputc('"', out);
}

struct variable {
	char *name; /* owned */
	const struct tree_entry *key;
};

static int compare_variables(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d ? d : strcmp(x->key->path, y->key->path);
}

static char *variable_name(const char *key)
{
	char *name = text_printf(NAME_PREFIX "%s", key);

	for (char *c = name; c && *c; c++) {
		if (*c >= 'a' && *c <= 'z') /* toupper() would ask the locale */
			*c = (char)(*c - 'a' + 'A');
		else if (!(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9'))
			*c = '_';
	}
	return name;
}

/* Can every one of @vars, sorted by name, be an assignment? */
static int check_variables(const struct variable *vars, size_t count,
			   const char *(*objection)(const char *value, size_t len),
			   struct vm_data_fault *ret_fault)
{
	for (size_t i = 0; i < count; i++) {
		const struct tree_entry *key = vars[i].key;
		const char *why = objection(key->value, key->value_len);
		const char *other = NULL;

		if (i + 1 < count && strcmp(vars[i].name, vars[i + 1].name) == 0) {
			why = "both would be the same variable";
			other = vars[i + 1].key->path;
		}
		if (!why)
			continue;
		*ret_fault = (struct vm_data_fault){ key->path, other, why };
		return -EILSEQ;
	}
	return 0;
}

static int print_variables(FILE *out, bool shell, const struct variable *vars,
			   size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		(void)fprintf(out, "%s=", vars[i].name);
		(shell ? print_shell_value : print_env_value)(out, vars[i].key->value,
							      vars[i].key->value_len);
		if (fputc('\n', out) == EOF)
			r = -EIO;
	}
	return r;
}

static int format_variables(FILE *out, bool shell, const struct tree_entry *keys,
			    size_t count, struct vm_data_fault *ret_fault)
{
	struct variable *vars = calloc(count + 1, sizeof(*vars));
	int r = 0;

	if (!vars)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		vars[i] = (struct variable){ variable_name(keys[i].path), &keys[i] };
		if (!vars[i].name)
			r = -ENOMEM;
	}
	if (r >= 0) {
		qsort(vars, count, sizeof(*vars), compare_variables);
		r = check_variables(vars, count, shell ? shell_objection : env_objection,
				    ret_fault);
	}
	if (r >= 0)
		r = print_variables(out, shell, vars, count);
	for (size_t i = 0; i < count; i++)
		free(vars[i].name);
	free(vars);
	return r;
}

static int format_json(FILE *out, const struct tree_entry *keys, size_t count,
		       struct vm_data_fault *ret_fault)
{
	json_t *object = json_object();
	int r = object ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < count; i++) {
		/* NULL for what is not UTF-8: JSON has no other strings */
		json_t *value = json_stringn(keys[i].value, keys[i].value_len);

		if (!value) {
			*ret_fault = (struct vm_data_fault){ keys[i].path, NULL,
							     "its value is not UTF-8" };
			r = -EILSEQ;
		} else if (json_object_set_new(object, keys[i].path, value) < 0) {
			r = -ENOMEM;
		}
	}
	if (r >= 0 &&
	    (json_dumpf(object, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF))
		r = -EIO;
	json_decref(object);
	return r;
}

int vm_data_format(FILE *out, enum vm_data_format format, const struct tree_entry *keys,
		   size_t count, struct vm_data_fault *ret_fault)
{
	if (format == VM_DATA_JSON)
		return format_json(out, keys, count, ret_fault);
	if (format == VM_DATA_INI)
		return vm_data_ini(out, keys, count, ret_fault);
	return format_variables(out, format == VM_DATA_SHELL, keys, count, ret_fault);
}
