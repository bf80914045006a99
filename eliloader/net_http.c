/* SPDX-License-Identifier: BSD-2-Clause */
/* Files by http, https and ftp: redirects, versions, resuming. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/net_curl.h"
#include "lib/io.h"

/* A header of the answer; empty when it is not there, or too long to be of use. */
static void get_header(CURL *e, const char *name, char *out, size_t size)
{
	struct curl_header *h;

	out[0] = '\0';
	if (curl_easy_header(e, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK &&
	    strlen(h->value) < size)
		memcpy(out, h->value, strlen(h->value) + 1);
}

/* "bytes FIRST-LAST/SIZE": 0, or -EBADMSG.  @ret_size: 0 when it is "*". */
static int parse_content_range(char *text, uint64_t *ret_first, uint64_t *ret_size)
{
	char *dash, *slash;

	if (strncmp(text, "bytes ", 6) != 0)
		return -EBADMSG;
	text += 6;
	dash = strchr(text, '-');
	slash = strchr(text, '/');
	if (!dash || !slash || slash < dash)
		return -EBADMSG;
	*dash = *slash = '\0';
	*ret_size = 0;
	if (strcmp(slash + 1, "*") != 0 &&
	    io_parse_u64(slash + 1, INT64_MAX, ret_size) < 0)
		return -EBADMSG;
	return io_parse_u64(text, INT64_MAX, ret_first) < 0 ? -EBADMSG : 0;
}

/* A part of the file: is it the one that was asked for? */
static int take_part(struct net_ask *a, CURL *e)
{
	uint64_t first, size, wanted = a->method == NET_GET ? a->offset : 0;
	char text[80];

	get_header(e, "Content-Range", text, sizeof(text));
	if (parse_content_range(text, &first, &size) < 0 || first != wanted)
		return net_fail(a->n, -EIO,
				"%s: the server sends another part than asked",
				a->url.shown);
	a->reply.sized = size > 0;
	a->reply.size = size;
	return 0;
}

static void take_length(struct net_ask *a, CURL *e)
{
	curl_off_t len = -1;

	curl_easy_getinfo(e, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &len);
	a->reply.sized = len >= 0;
	if (len >= 0) /* ftp tells what is left */
		a->reply.size = (uint64_t)len + (a->ftp ? a->offset : 0);
}

/* The version in words that If-Range takes: a strong ETag, else a date. */
static const char *version_of(const struct net_reply *r)
{
	return *r->etag && strncmp(r->etag, "W/", 2) != 0 ? r->etag : r->modified;
}

static struct net_found *find(struct net_curl *c, const char *path)
{
	for (unsigned i = 0; i < NET_FOUND_MAX; i++)
		if (strcmp(c->found[i].path, path) == 0)
			return &c->found[i];
	return NULL;
}

static void describe(const struct net_reply *r, struct wire_offer_file *file)
{
	size_t size = sizeof(file->validator);
	int n = 0;

	file->size = r->sized ? r->size : 0;
	if (*r->etag)
		n = snprintf(file->validator, size, "etag %s", r->etag);
	else if (*r->modified && r->sized)
		n = snprintf(file->validator, size, "modified %s %" PRIu64, r->modified,
			     r->size);
	else if (r->ftp_time >= 0 && r->sized)
		n = snprintf(file->validator, size, "ftp %lld %" PRIu64,
			     (long long)r->ftp_time, r->size);
	if (n < 0 || (size_t)n >= size)
		file->validator[0] = '\0'; /* half of one would not tell versions apart */
}

static int fail_changed(const struct net_ask *a)
{
	return net_fail(a->n, -EIO, "%s has changed on the server while it was read",
			a->url.shown);
}

static int check_size(const struct net_ask *a)
{
	const struct wire_offer_file *expected = a->n->expected;

	if (!a->out || !a->reply.sized)
		return 0;
	if (a->reply.size > a->out->max)
		return net_fail(a->n, -EFBIG,
				"%s has %" PRIu64
				" bytes and exceeds the limit of %" PRIu64 " bytes",
				a->url.shown, a->reply.size, a->out->max);
	if (expected && expected->size && expected->size != a->reply.size)
		return fail_changed(a);
	return 0;
}

/* Both known, and not the same? */
static bool differ(const char *a, const char *b)
{
	return *a && *b && strcmp(a, b) != 0;
}

/* Is it the version that was offered?  A checksum will tell better where there is one;
 * and servers behind one name may have ETags of their own, but have one date. */
static int check_version(const struct net_ask *a)
{
	const struct wire_offer_file *expected = a->n->expected;
	const struct net_found *f = find(a->n->state, a->path);
	struct wire_offer_file now = { 0 };

	if (!expected || expected->sha256_known)
		return 0;
	describe(&a->reply, &now);
	if (a->ftp)
		return differ(expected->validator, now.validator) ? fail_changed(a) : 0;
	if (!f || (*f->modified && strcmp(f->modified, a->reply.modified) == 0))
		return 0;
	return differ(f->etag, a->reply.etag) || differ(f->modified, a->reply.modified)
		       ? fail_changed(a)
		       : 0;
}

/* A server that tells neither the length nor where the end is (HTTP/1.0). */
static void note_no_length(const struct net_ask *a, CURL *e)
{
	char encoding[32];

	get_header(e, "Transfer-Encoding", encoding, sizeof(encoding));
	if (a->out && !a->ftp && !a->reply.sized && !*encoding)
		wire_note(
			a->n->source.wire, NOTE_WARNING,
			"%s: the server does not tell its length; were the transfer cut, "
			"that could not be seen",
			a->url.shown);
}

/* The whole file, or what is left of it, begins to come. */
static int begin_body(struct net_ask *a)
{
	struct net_curl *c = a->n->state;
	bool whole = a->offset == 0 || (!a->ftp && a->reply.code != 206);

	int r = check_version(a);

	if (r == 0 && a->ftp && !whole && a->reply.ftp_time != c->ftp_time)
		r = fail_changed(a);
	if (r < 0)
		return r;
	c->ftp_time = a->reply.ftp_time;
	(void)snprintf(c->version, sizeof(c->version), "%s", version_of(&a->reply));
	return whole ? net_out_restart(a->out) : 0;
}

int net_curl_begin(struct net_ask *a)
{
	const struct net_curl *c = a->n->state;
	int r = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &a->reply.code);
	a->reply.ftp_time = -1;
	if (a->ftp)
		curl_easy_getinfo(c->easy, CURLINFO_FILETIME_T, &a->reply.ftp_time);
	else if (a->reply.code / 100 != 2)
		return 0;
	if (!a->ftp) {
		get_header(c->easy, "ETag", a->reply.etag, sizeof(a->reply.etag));
		get_header(c->easy, "Last-Modified", a->reply.modified,
			   sizeof(a->reply.modified));
	}
	if (!a->ftp && a->reply.code == 206)
		r = take_part(a, c->easy);
	else
		take_length(a, c->easy);
	note_no_length(a, c->easy);
	if (a->method == NET_FIRST_BYTE)
		a->enough = true;
	if (r == 0)
		r = check_size(a);
	return r == 0 && a->out ? begin_body(a) : r;
}

static int follow(struct net_ask *a)
{
	struct net_url to;

	if (!*a->next)
		return net_fail(a->n, -EIO, "%s: the server redirects to nowhere",
				a->url.shown);
	if (net_url_parse(a->next, &to) < 0 || net_url_check_redirect(&a->url, &to) < 0)
		return net_fail(a->n, -EPERM,
				"%s: the server redirects to an address that is not "
				"allowed: %.200s",
				a->url.shown, a->next);
	if (net_check_host(a->n, to.host) < 0)
		return net_fail(a->n, -EPERM,
				"%s: the server redirects to a host that allow-host does "
				"not name: %s",
				a->url.shown, to.host);
	a->url = to;
	return 0;
}

/* What an answer means that brings no file. */
static int refuse_code(struct net_ask *a)
{
	long code = a->reply.code;

	switch (code) {
	case 404:
	case 410:
		return net_fail(a->n, -ENOENT, "%s is not there", a->url.shown);
	case 408:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return net_fail(a->n, -EAGAIN, "%s: the server answered %ld",
				a->url.shown, code);
	default:
		return net_fail(a->n, -EIO, "%s: the server answered %ld", a->url.shown,
				code);
	}
}

/* Ask until an answer is no redirect. */
static int ask(struct net_ask *a)
{
	for (unsigned hops = 0; hops <= REDIRECTS_MAX; hops++) {
		int r = net_curl_ask(a);

		if (r < 0 || a->ftp || a->reply.code / 100 == 2)
			return r;
		if (a->reply.code / 100 != 3 || a->reply.code == 304)
			return refuse_code(a);
		r = follow(a);
		if (r < 0)
			return r;
		a->begun = a->enough = false;
		a->dropped = a->moved_ms = 0;
		a->moved = 0;
	}
	return net_fail(a->n, -EIO, "%s: more than %d redirects", a->url.shown,
			REDIRECTS_MAX);
}

static void remember(struct net_curl *c, const struct net_ask *a, bool elsewhere)
{
	struct net_found *f = find(c, a->path);

	if (!f) {
		f = &c->found[c->found_next];
		c->found_next = (c->found_next + 1) % NET_FOUND_MAX;
	}
	*f = (struct net_found){ .url = a->url, .elsewhere = elsewhere };
	(void)snprintf(f->path, sizeof(f->path), "%s", a->path); /* fits, all three */
	(void)snprintf(f->etag, sizeof(f->etag), "%s", a->reply.etag);
	(void)snprintf(f->modified, sizeof(f->modified), "%s", a->reply.modified);
}

/* Where @path is asked for: where it was found before, else below the repository. */
static int address(struct net *n, const char *path, struct net_url *ret)
{
	struct net_curl *c = n->state;
	const struct net_found *f = find(c, path);
	char text[NET_URL_MAX];

	if (f && f->elsewhere) {
		*ret = f->url;
		return 0;
	}
	(void)snprintf(text, sizeof(text), "%s%s", n->repo.url, path); /* 1 KiB each */
	return net_url_parse(text, ret) < 0
		       ? net_fail(n, -EIO, "'%s' cannot be part of an address", path)
		       : 0;
}

static bool is_no_head(const struct net_ask *a)
{
	return a->method == NET_HEAD && !a->ftp &&
	       (a->reply.code == 405 || a->reply.code == 501);
}

static int look(struct net *n, const char *path, struct wire_offer_file *file)
{
	struct net_curl *c = n->state;
	struct net_ask a = { .n = n,
			     .path = path,
			     .method = c->no_head ? NET_FIRST_BYTE : NET_HEAD };
	struct net_url asked;
	int r = address(n, path, &asked);

	a.url = asked;
	if (r == 0)
		r = ask(&a);
	if (r == -EIO && is_no_head(&a)) {
		c->no_head = true;
		return look(n, path, file); /* once: no_head is set */
	}
	if (r < 0)
		return r;
	remember(c, &a, strcmp(a.url.text, asked.text) != 0);
	describe(&a.reply, file);
	return 0;
}

/* Is what came all there is? */
static int check_whole(const struct net_ask *a)
{
	uint64_t size = a->reply.sized	 ? a->reply.size
			: a->n->expected ? a->n->expected->size
					 : 0;

	if (size == 0 || a->out->len == size)
		return 0;
	return net_fail(a->n, a->out->len < size ? -EAGAIN : -EIO,
			"%s ended after %" PRIu64 " of %" PRIu64 " bytes", a->url.shown,
			a->out->len, size);
}

/* From where to go on; what has come of a version that cannot be named is lost. */
static uint64_t resume_at(const struct net_curl *c, const struct net_out *out)
{
	return *c->version || c->ftp_time > 0 ? out->len : 0;
}

static int get(struct net *n, const char *path, struct net_out *out)
{
	struct net_curl *c = n->state;
	struct net_ask a = { .n = n,
			     .path = path,
			     .method = NET_GET,
			     .out = out,
			     .offset = resume_at(c, out) };
	struct net_found *found = find(c, path);
	uint64_t before = out->len;
	int r = address(n, path, &a.url);

	if (r == 0)
		r = ask(&a);
	if (r == 0)
		r = check_whole(&a);
	if (a.reply.code == 416) { /* it is shorter now than what we have */
		c->version[0] = '\0';
		r = -EAGAIN;
	}
	if (found && found->elsewhere && out->len <= before &&
	    (r == -EAGAIN || r == -EIO || r == -ENOENT)) {
		found->elsewhere =
			false; /* the repository may know a better place by now */
		r = -EAGAIN;
	}
	return r;
}

static void forget(struct net *n)
{
	struct net_curl *c = n->state;

	c->version[0] = '\0';
	c->ftp_time = -1;
}

const struct net_ops net_curl_ops = {
	.prepare = net_curl_prepare,
	.look = look,
	.get = get,
	.forget = forget,
	.done = net_curl_done,
};
