/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_change.h: the undo file.  A line for each file, followed by its bytes:
 *
 *	xe-guest-network undo 1
 *	backend ifupdown
 *	interface eth0
 *	old 644 12 /etc/network/interfaces
 *	<12 bytes>
 *	none /var/lib/xe-guest-network/eth0.state
 *	end
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_file.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define HEAD	      "xe-guest-network undo 1\n"
#define UNDO_LINE_MAX (NETCONF_PATH_MAX + 64) /* bytes: a path, a mode and a length */

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

		if (!f->old_text) {
			(void)fprintf(out, "none %s\n", f->path);
			continue;
		}
		(void)fprintf(out, "old %o %zu %s\n", (unsigned)f->old_mode, f->old_len,
			      f->path);
		(void)fwrite(f->old_text, 1, f->old_len, out);
		(void)fputc('\n', out);
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

static int take_path(struct netconf_file *f, const char *path)
{
	static const char etc[] = "/etc/", own[] = NETCONF_DIR "/";

	if (strncmp(path, etc, sizeof(etc) - 1) != 0 &&
	    strncmp(path, own, sizeof(own) - 1) != 0)
		return -EBADMSG;
	if (strstr(path, "/.") || strlen(path) >= sizeof(f->path))
		return -EBADMSG;
	memcpy(f->path, path, strlen(path) + 1);
	return 0;
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

/* "MODE LENGTH PATH", then the bytes. */
static int take_old(struct reader *in, struct netconf_file *f)
{
	char *mode = in->line + strlen("old "), *length = strchr(mode, ' '), *path;
	uint64_t len;

	path = length ? strchr(length + 1, ' ') : NULL;
	if (!path)
		return -EBADMSG;
	*length++ = '\0';
	*path++ = '\0';
	if (octal(mode, &f->old_mode) < 0 ||
	    io_parse_u64(length, NETCONF_FILE_MAX, &len) < 0 || take_path(f, path) < 0 ||
	    (size_t)(in->end - in->at) <= len || in->at[len] != '\n')
		return -EBADMSG;
	f->old_text = malloc(len + 1);
	if (!f->old_text)
		return -ENOMEM;
	memcpy(f->old_text, in->at, len);
	f->old_text[len] = '\0';
	f->old_len = len;
	in->at += len + 1;
	return 0;
}

static int take_files(struct reader *in, struct netconf_change *c)
{
	int r = next_line(in);

	while (r >= 0 && strcmp(in->line, "end") != 0) {
		if (c->count == NETCONF_FILES_MAX)
			return -EBADMSG;
		if (strncmp(in->line, "none ", 5) == 0)
			r = take_path(&c->file[c->count], in->line + 5);
		else if (strncmp(in->line, "old ", 4) == 0)
			r = take_old(in, &c->file[c->count]);
		else
			r = -EBADMSG;
		if (r < 0)
			return r;
		c->count++;
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
