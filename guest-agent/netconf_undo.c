/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_change.h: the undo file.  For each file its bytes before and after the change:
 *
 *	xe-guest-network undo 1
 *	backend ifupdown
 *	interface eth0
 *	file /etc/network/interfaces
 *	old 644 12
 *	<12 bytes>
 *	new 644 8
 *	<8 bytes>
 *	file /etc/network/interfaces.d/eth0
 *	old 644 3
 *	<3 bytes>
 *	new none
 *	end
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_check.h"
#include "guest-agent/netconf_file.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define HEAD	      "xe-guest-network undo 1\n"
#define UNDO_LINE_MAX (NETCONF_PATH_MAX + 64) /* bytes: a word and a path */
#define VALUE_MAX     32		      /* bytes: a mode and a length */

/* fclose() tells of failures. */
static void put_text(FILE *out, const char *which, const char *text, size_t len,
		     mode_t mode)
{
	if (!text) {
		(void)fprintf(out, "%s none\n", which);
		return;
	}
	(void)fprintf(out, "%s %o %zu\n", which, (unsigned)mode, len);
	(void)fwrite(text, 1, len, out);
	(void)fputc('\n', out);
}

int netconf_undo_format(const struct netconf_change *c, char **ret_text, size_t *ret_len)
{
	autofree char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	(void)fprintf(out, HEAD "backend %s\ninterface %s\n", c->backend, c->ifname);
	for (size_t i = 0; i < c->count; i++) {
		const struct netconf_file *f = &c->file[i];

		(void)fprintf(out, "file %s\n", f->path);
		put_text(out, "old", f->old_text, f->old_len, f->old_mode);
		put_text(out, "new", f->new_text, f->new_len, f->new_mode);
	}
	(void)fputs("end\n", out);
	if (fclose(out) != 0) /* ENOMEM of any of the above */
		return -ENOMEM;
	*ret_text = steal_ptr(text);
	*ret_len = len;
	return 0;
}

struct reader {
	const char *at, *end;
	char line[UNDO_LINE_MAX];
};

static int next_line(struct reader *in)
{
	const char *eol = memchr(in->at, '\n', (size_t)(in->end - in->at));
	size_t len = eol ? (size_t)(eol - in->at) : 0;

	if (!eol || len >= sizeof(in->line) || memchr(in->at, '\0', len))
		return -EBADMSG;
	memcpy(in->line, in->at, len);
	in->line[len] = '\0';
	in->at = eol + 1;
	return 0;
}

/* The next line is "@name VALUE". */
static int take_value(struct reader *in, const char *name, char *ret, size_t size)
{
	size_t skip = strlen(name);

	if (next_line(in) < 0 || strncmp(in->line, name, skip) != 0 ||
	    in->line[skip] != ' ' || strlen(in->line + skip + 1) >= size)
		return -EBADMSG;
	memcpy(ret, in->line + skip + 1, strlen(in->line + skip + 1) + 1); /* it fits */
	return *ret ? 0 : -EBADMSG;
}

bool netconf_undo_takes(const char *path)
{
	static const char etc[] = "/etc/", own[] = NETCONF_DIR "/";

	return (strncmp(path, etc, sizeof(etc) - 1) == 0 ||
		strncmp(path, own, sizeof(own) - 1) == 0) &&
	       !strstr(path, "/.") && !strchr(path, '\n') &&
	       strlen(path) < NETCONF_PATH_MAX;
}

static int octal(const char *text, mode_t *ret)
{
	size_t len = strlen(text);

	*ret = 0;
	if (len == 0 || len > 3 || strspn(text, "01234567") != len)
		return -EBADMSG;
	for (; *text; text++)
		*ret = *ret * 8 + (mode_t)(*text - '0');
	return 0;
}

/* "@which MODE LENGTH", then the bytes; or "@which none". */
static int take_text(struct reader *in, const char *which, char **ret_text,
		     size_t *ret_len, mode_t *ret_mode)
{
	char value[VALUE_MAX], *length;
	uint64_t len;

	if (take_value(in, which, value, sizeof(value)) < 0)
		return -EBADMSG;
	if (strcmp(value, "none") == 0)
		return 0;
	length = strchr(value, ' ');
	if (!length)
		return -EBADMSG;
	*length++ = '\0';
	if (octal(value, ret_mode) < 0 ||
	    io_parse_u64(length, NETCONF_FILE_MAX, &len) < 0 ||
	    (size_t)(in->end - in->at) <= len || in->at[len] != '\n')
		return -EBADMSG;
	*ret_text = malloc(len + 1);
	if (!*ret_text)
		return -ENOMEM;
	memcpy(*ret_text, in->at, len);
	(*ret_text)[len] = '\0';
	*ret_len = len;
	in->at += len + 1;
	return 0;
}

static int take_file(struct reader *in, struct netconf_file *f)
{
	int r;

	if (strncmp(in->line, "file ", 5) != 0 || !netconf_undo_takes(in->line + 5))
		return -EBADMSG;
	memcpy(f->path, in->line + 5, strlen(in->line + 5) + 1); /* it fits */
	r = take_text(in, "old", &f->old_text, &f->old_len, &f->old_mode);
	return r < 0 ? r : take_text(in, "new", &f->new_text, &f->new_len, &f->new_mode);
}

static int take_files(struct reader *in, struct netconf_change *c)
{
	int r = next_line(in);

	while (r >= 0 && strcmp(in->line, "end") != 0) {
		if (c->count == NETCONF_FILES_MAX)
			return -EBADMSG;
		r = take_file(in, &c->file[c->count++]);
		if (r >= 0)
			r = next_line(in);
	}
	return r < 0 || in->at != in->end ? -EBADMSG : 0;
}

int netconf_undo_parse(const char *text, size_t len, struct netconf_change *ret)
{
	struct reader in = { .at = text, .end = text + len };
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	if (len < sizeof(HEAD) - 1 || memcmp(text, HEAD, sizeof(HEAD) - 1) != 0)
		return -EBADMSG;
	in.at += sizeof(HEAD) - 1;
	if (take_value(&in, "backend", ret->backend, sizeof(ret->backend)) < 0 ||
	    take_value(&in, "interface", ret->ifname, sizeof(ret->ifname)) < 0 ||
	    !netconf_name_good(ret->ifname))
		r = -EBADMSG;
	if (r >= 0)
		r = take_files(&in, ret);
	if (r < 0)
		netconf_change_done(ret);
	return r;
}
