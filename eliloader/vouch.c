/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/vouch.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "eliloader/check_run.h"
#include "eliloader/signature.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

/* Where the configuration names none; gpgv is given those that are there. */
static const char *const default_keyring[] = {
	"/usr/share/keyrings/debian-archive-keyring.gpg",
	"/usr/share/keyrings/ubuntu-archive-keyring.gpg",
};
#define DEFAULT_KEYRINGS (sizeof(default_keyring) / sizeof(default_keyring[0]))

struct vouch {
	struct run *run;
	const struct wire_offer *offer;
	const struct vouch_text *text;
	const struct fetched *fetched;
};

/* The signed list against the digests of what came: parsed by a worker. */
struct release_check {
	struct wire_digests digests;
	bool told;
};

static int on_digests(void *arg, const struct wire_digests *digests)
{
	struct release_check *c = arg;

	c->digests = *digests;
	c->told = true;
	return 0;
}

/* @path as the list names it: from the list's own directory on. */
static const char *in_list(const char *path, const char *sums_path)
{
	const char *slash = strrchr(sums_path, '/');
	size_t len = slash ? (size_t)(slash + 1 - sums_path) : 0;

	for (const char *at = path; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, sums_path, len) == 0)
			return at + len;
	}
	return path; /* the worker will not find it */
}

static int ask_release(struct vouch *f, int text, int sums, struct release_check *c)
{
	const int fds[] = { text, sums };
	const struct worker_handler handler = { .digests = on_digests, .arg = c };
	autotree struct tree job = { 0 };
	struct wire_done done = { 0 };
	int r;

	tree_init(&job);
	if (tree_setf(&job, "release", "1") < 0 ||
	    tree_setf(&job, "sums-path", "%s", f->offer->sums_path) < 0 ||
	    tree_setf(&job, "path/kernel", "%s",
		      in_list(f->offer->file[STREAM_KERNEL].path, f->offer->sums_path)) <
		    0 ||
	    tree_setf(&job, "path/ramdisk", "%s",
		      in_list(f->offer->file[STREAM_RAMDISK].path, f->offer->sums_path)) <
		    0)
		return -ENOMEM;
	r = check_run(f->run, &job, fds, 2, &handler, &done);
	if (r == 0 && (done.result != RESULT_OK || !c->told)) {
		log_warning("InRelease: %s", done.text);
		r = -EBADMSG;
	}
	return r;
}

static int check_listed(struct vouch *f, int text)
{
	autoclose int sums = memfd_create("SHA256SUMS", MFD_CLOEXEC);
	struct release_check c = { 0 };
	int r;

	if (sums < 0)
		return -errno;
	r = io_write_all(sums, f->text[VOUCH_SUMS].data, f->text[VOUCH_SUMS].len);
	if (r == 0 && lseek(sums, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		r = ask_release(f, text, sums, &c);
	for (unsigned i = 0; r == 0 && i < STREAMS; i++)
		if (!c.digests.known[i] ||
		    memcmp(c.digests.sha256[i], f->fetched->file[i].sha256, SHA256_LEN) !=
			    0)
			r = -EBADMSG;
	return r;
}

static const char *signature_text(int r)
{
	switch (r) {
	case -ENOENT:
		return "gpgv or the keyring is not installed";
	case -ENOKEY:
		return "it is signed, but not by a key of the keyrings";
	case -EKEYREJECTED:
		return "its signature is bad or missing";
	case -EBADMSG:
		return "what it signs does not list these files";
	case -ENODATA:
		return "there is no InRelease, or no whole list of checksums below it";
	default:
		return strerror(-r);
	}
}

static int check_signature(const struct vouch *f, int *ret_plain)
{
	const struct config *c = &f->run->config;
	const struct vouch_text *t = &f->text[VOUCH_INRELEASE];
	bool own = c->keyrings.count > 0;

	/* (C has no conversion of pointers to pointers that only adds a const) */
	return signature_check(t->data, t->len,
			       own ? (const char *const *)c->keyrings.item
				   : default_keyring,
			       own ? c->keyrings.count : DEFAULT_KEYRINGS, f->run->uid,
			       f->run->gid, ret_plain);
}

/* A bad signature always ends it; a missing one only where the configuration says so. */
int vouch_check(struct run *run, const struct wire_offer *offer,
		const struct vouch_text text[VOUCH_TEXTS], const struct fetched *fetched,
		bool *ret_signed)
{
	struct vouch *f = &(struct vouch){ run, offer, text, fetched };
	const struct config *c = &f->run->config;
	bool must = c->signature == SIGNATURE_REQUIRE;
	autoclose int plain = -1;
	int r = -ENODATA;

	*ret_signed = false;
	if (c->signature == SIGNATURE_OFF)
		return 0;
	for (size_t i = 0; i < c->keyrings.count; i++)
		if (access(c->keyrings.item[i], R_OK) < 0)
			return failure_set(
				&f->run->failure, -errno, FAILURE_PACKAGE,
				"the keyring %s of the configuration cannot be read: "
				"%s",
				c->keyrings.item[i], strerror(errno));
	if (text[VOUCH_SUMS].data && text[VOUCH_INRELEASE].data)
		r = check_signature(f, &plain);
	if (r == 0)
		r = check_listed(f, plain);
	*ret_signed = r == 0;
	/* what cannot be checked though all is there for it, is as good as bad */
	if ((r < 0 && r != -ENOENT && r != -ENOKEY && r != -ENODATA) || (must && r < 0))
		return failure_set(
			&f->run->failure, r, FAILURE_SOURCE,
			"the repository's InRelease does not vouch for kernel and "
			"ramdisk: %s%s",
			signature_text(r),
			must ? " (signature = require in the configuration)" : "");
	if (r < 0 && r != -ENODATA)
		progress_say(&f->run->progress, "InRelease not used: %s",
			     signature_text(r));
	return 0;
}
