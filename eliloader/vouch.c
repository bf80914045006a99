/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/vouch.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "eliloader/signature.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

struct vouch {
	struct run *run;
	const struct wire_offer *offer;
	const struct vouch_text *text;
	struct fetched *to;
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
	struct worker w;
	struct wire_done done;
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
	r = worker_start(&w, "eliloader-check", f->run->uid, f->run->gid, fds, 2);
	if (r < 0)
		return r;
	r = wire_send_tree(w.fd, &job);
	if (r == 0)
		r = worker_listen(&w, &handler, &done);
	(void)worker_end(&w); /* what it said is what counts */
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
	r = io_write_all(sums, f->text[0].data, f->text[0].len);
	if (r == 0 && lseek(sums, 0, SEEK_SET) < 0)
		r = -errno;
	if (r == 0)
		r = ask_release(f, text, sums, &c);
	for (unsigned i = 0; r == 0 && i < STREAMS; i++)
		if (!c.digests.known[i] ||
		    memcmp(c.digests.sha256[i], f->to->file[i].sha256, SHA256_LEN) != 0)
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
		return "there is no InRelease";
	default:
		return strerror(-r);
	}
}

/* A bad signature always ends it; a missing one only where the configuration says so. */
int vouch_check(struct run *run, const struct wire_offer *offer,
		const struct vouch_text text[2], struct fetched *fetched)
{
	struct vouch *f = &(struct vouch){ run, offer, text, fetched };
	const struct config *c = &f->run->config;
	bool must = c->signature == SIGNATURE_REQUIRE;
	autoclose int plain = -1;
	int r = -ENODATA;

	if (c->signature == SIGNATURE_OFF)
		return 0;
	if (f->text[0].data && f->text[1].data)
		r = signature_check(f->text[1].data, f->text[1].len, c->keyrings,
				    c->keyring_count, f->run->uid, f->run->gid, &plain);
	if (r == 0)
		r = check_listed(f, plain);
	f->to->is_signed = r == 0;
	if (r == -EKEYREJECTED || r == -EBADMSG || (must && r < 0))
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
