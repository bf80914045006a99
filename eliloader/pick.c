/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/pick.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/sums.h"
#include "eliloader/worker_side.h"
#include "lib/cleanup.h"

/* One search. */
struct pick {
	struct pick_source *source;
	const struct job *job;
	struct wire_offer *offer;
	struct pick_failure *failure;
	char tried[1600]; /* ".treeinfo, A with B, ..." */
	unsigned untold;  /* pairs for which there was no room in it */
};

__attribute__((format(printf, 4, 5))) static int
fail(struct pick *p, enum wire_result result, int r, const char *fmt, ...)
{
	va_list ap;

	p->failure->result = result;
	va_start(ap, fmt);
	(void)vsnprintf(p->failure->text, sizeof(p->failure->text), fmt, ap);
	va_end(ap);
	return r;
}

/* The source could not say whether there is such a file, or would not. */
static int fail_source(struct pick *p, const char *path, int r)
{
	enum wire_result result = worker_result(r, RESULT_ACCESS);

	if (p->source->error[0])
		return fail(p, result, r, "%s", p->source->error);
	return fail(p, result, r, "'%s' cannot be read: %s", path, strerror(-r));
}

/* The last part of a path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void note_tried(struct pick *p, const char *kernel, const char *ramdisk)
{
	size_t len = strlen(p->tried), room = sizeof(p->tried) - len;
	int n = snprintf(p->tried + len, room, "%s%s with %s", len ? ", " : "", kernel,
			 base_name(ramdisk));

	if (n >= 0 && (size_t)n < room)
		return;
	p->tried[len] = '\0';
	p->untold++;
}

static int fail_absent(struct pick *p)
{
	char more[32] = "";

	if (p->untold > 0)
		(void)snprintf(more, sizeof(more), " and %u more", p->untold);
	return fail(p, RESULT_ABSENT, -ENOENT,
		    "no kernel and ramdisk are there; looked for %s%s", p->tried, more);
}

static int probe(struct pick *p, const char *path, struct wire_offer_file *ret_file)
{
	struct wire_offer_file file = { 0 };
	int r = p->source->probe(p->source, path, &file);

	if (r == -ENOENT)
		return r;
	if (r < 0)
		return fail_source(p, path, r);
	(void)snprintf(file.path, sizeof(file.path), "%s", path);
	*ret_file = file;
	return 0;
}

/* Both or none: 0, -ENOENT (told in a note when one of them is there), or the end. */
static int probe_pair(struct pick *p, const char *kernel, const char *ramdisk)
{
	int r;

	r = probe(p, kernel, &p->offer->file[STREAM_KERNEL]);
	if (r >= 0 && *ramdisk) {
		r = probe(p, ramdisk, &p->offer->file[STREAM_RAMDISK]);
		if (r == -ENOENT)
			wire_note(p->source->wire, NOTE_WARNING,
				  "'%s' is there, but '%s' is not", kernel, ramdisk);
	}
	if (r == -ENOENT)
		note_tried(p, kernel, ramdisk);
	return r;
}

static int check_limit(struct pick *p, unsigned stream)
{
	const struct wire_offer_file *file = &p->offer->file[stream];
	uint64_t limit = p->job->limit[stream];

	if (file->size <= limit)
		return 0;
	return fail(p, RESULT_LIMIT, -EFBIG,
		    "'%s' has %" PRIu64 " bytes and exceeds the limit of %" PRIu64
		    " bytes",
		    file->path, file->size, limit);
}

/* A small file that may be absent, or no use: both are -ENOENT, noted. */
static int read_optional(struct pick *p, const char *path, char **ret_text,
			 size_t *ret_len)
{
	int r = p->source->read(p->source, path, METADATA_MAX, ret_text, ret_len);

	if (r == -EFBIG) {
		wire_note(p->source->wire, NOTE_WARNING,
			  "'%s' is too large to be what its name says: not used", path);
		return -ENOENT;
	}
	if (r == -ENOENT)
		wire_note(p->source->wire, NOTE_DEBUG, "'%s' is not there", path);
	return r < 0 && r != -ENOENT ? fail_source(p, path, r) : r;
}

static const struct sums_format {
	const char *name; /* of the file */
	enum sums_kind kind;
	int (*find)(const char *text, size_t len, const char *path,
		    uint8_t ret_sha256[SHA256_LEN]);
} sums_formats[] = {
	{ "SHA256SUMS", SUMS_SHA256SUMS, sums_sha256sums },
	{ "content", SUMS_CONTENT, sums_content },
	{ "CHECKSUMS", SUMS_CONTENT, sums_content },
};

static const struct sums_format *sums_format(const char *path)
{
	for (size_t i = 0; i < sizeof(sums_formats) / sizeof(*sums_formats); i++)
		if (strcmp(base_name(path), sums_formats[i].name) == 0)
			return &sums_formats[i];
	return NULL;
}

/* Take what the list at @path says of both files into the offer; paths in a list are
 * relative to where it lies.  -EBADMSG: it is malformed. */
static int take_sums(struct wire_offer *offer, const struct sums_format *format,
		     const char *path, const char *text, size_t len)
{
	size_t dir = (size_t)(base_name(path) - path);

	for (unsigned i = 0; i < STREAMS; i++) {
		struct wire_offer_file *file = &offer->file[i];
		int r;

		if (!*file->path || strncmp(file->path, path, dir) != 0)
			continue; /* there is none, or it lies elsewhere */
		r = format->find(text, len, file->path + dir, file->sha256);
		if (r < 0 && r != -ENOENT)
			return r;
		file->sha256_known = r >= 0;
	}
	if (offer->file[STREAM_KERNEL].sha256_known ||
	    offer->file[STREAM_RAMDISK].sha256_known)
		offer->sums = format->kind;
	return 0;
}

/* Where the InRelease lies that lists the list @path, and by what path: dists/X/InRelease
 * lists "main/installer-...".  The repository's address may end in dists/X/ itself.
 * False: @path is no such list. */
static bool inrelease_of(const char *path, char ret_inrelease[REPO_PATH_MAX],
			 const char **ret_listed)
{
	const char *main = strstr(path, "main/installer-");
	size_t dir;

	if (!main || (main != path && main[-1] != '/'))
		return false;
	dir = (size_t)(main - path);
	if (dir > 0 && !strstr(path, "dists/"))
		return false;
	*ret_listed = main;
	return snprintf(ret_inrelease, REPO_PATH_MAX, "%.*sInRelease", (int)dir, path) <
	       REPO_PATH_MAX;
}

static int send_metadata(struct pick *p, unsigned stream, const char *text, size_t len)
{
	int r = wire_send(p->source->wire, WIRE_METADATA, stream, text, len);

	return r < 0 ? fail(p, RESULT_INTERNAL, r, "cannot report: %s", strerror(-r)) : 0;
}

/* Hand over the list @sums and the InRelease above it, when there is one. */
static int send_inrelease(struct pick *p, const char *path, const char *sums, size_t len)
{
	autofree char *inrelease = NULL;
	char inrelease_path[REPO_PATH_MAX];
	const char *listed;
	size_t inrelease_len;
	int r;

	if (!inrelease_of(path, inrelease_path, &listed))
		return 0;
	r = read_optional(p, inrelease_path, &inrelease, &inrelease_len);
	if (r == -ENOENT)
		return 0;
	if (r >= 0)
		r = send_metadata(p, STREAM_SUMS, sums, len);
	if (r >= 0)
		r = send_metadata(p, STREAM_INRELEASE, inrelease, inrelease_len);
	if (r >= 0)
		(void)snprintf(p->offer->sums_path, sizeof(p->offer->sums_path), "%s",
			       listed);
	return r;
}

static int pick_sums(struct pick *p, const char *path)
{
	const struct sums_format *format = sums_format(path);
	autofree char *text = NULL;
	size_t len;
	int r;

	if (!format)
		return 0;
	r = read_optional(p, path, &text, &len);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (take_sums(p->offer, format, path, text, len) < 0) {
		wire_note(p->source->wire, NOTE_WARNING,
			  "'%s' is malformed: nothing is checked against it", path);
		for (unsigned i = 0; i < STREAMS; i++)
			p->offer->file[i].sha256_known = 0;
		return 0;
	}
	if (p->offer->sums == SUMS_NONE)
		wire_note(p->source->wire, NOTE_INFO,
			  "'%s' names neither kernel nor ramdisk", path);
	if (p->offer->sums != SUMS_SHA256SUMS || !p->job->inrelease)
		return 0;
	return send_inrelease(p, path, text, len);
}

/* SUSE's media have a list at their top whether or not .treeinfo has digests: the newer
 * name first. */
static int pick_suse_sums(struct pick *p)
{
	int r;

	if (p->offer->media != MEDIA_YAST && p->offer->media != MEDIA_AGAMA)
		return 0;
	r = pick_sums(p, "CHECKSUMS");
	return r >= 0 && p->offer->sums == SUMS_NONE ? pick_sums(p, "content") : r;
}

static void offer_treeinfo(struct wire_offer *offer, const struct treeinfo *info)
{
	offer->media = info->media;
	(void)snprintf(offer->release, sizeof(offer->release), "%.31s%s%.31s",
		       info->family, *info->family && *info->version ? " " : "",
		       info->version);
	for (unsigned i = 0; i < STREAMS; i++) {
		if (!info->sha256_known[i])
			continue;
		offer->sums = SUMS_TREEINFO;
		offer->file[i].sha256_known = 1;
		memcpy(offer->file[i].sha256, info->sha256[i], SHA256_LEN);
	}
}

/* What @path, a .treeinfo, names.  -ENOENT: nothing that is there. */
static int pick_treeinfo(struct pick *p, const char *path)
{
	autofree char *text = NULL;
	struct treeinfo info;
	size_t len;
	int r;

	r = read_optional(p, path, &text, &len);
	if (r < 0)
		return r;
	r = sums_treeinfo(text, len, p->job->arch, &info);
	if (r < 0) {
		wire_note(p->source->wire, NOTE_WARNING,
			  r == -ENOENT ? "'%s' names no kernel and ramdisk for %s"
				       : "'%s' is malformed and not used (for %s)",
			  path, p->job->arch);
		return -ENOENT;
	}
	r = probe_pair(p, info.kernel, info.ramdisk);
	if (r == -ENOENT)
		wire_note(p->source->wire, NOTE_WARNING,
			  "'%s' names '%s' and '%s', which are not both there", path,
			  info.kernel, info.ramdisk);
	if (r < 0)
		return r;
	offer_treeinfo(p->offer, &info);
	return p->offer->sums == SUMS_NONE ? pick_suse_sums(p) : 0;
}

static int pick_candidate(struct pick *p, unsigned index)
{
	const struct plan_candidate *c = &p->job->candidate[index];
	int r = probe_pair(p, c->kernel, c->ramdisk);

	if (r < 0)
		return r;
	p->offer->media = c->media;
	return c->sums[0] ? pick_sums(p, c->sums) : 0;
}

/* The first pair that is there. */
static int search(struct pick *p)
{
	int r = -ENOENT;

	if (p->job->treeinfo) {
		memcpy(p->tried, ".treeinfo", sizeof(".treeinfo"));
		r = pick_treeinfo(p, ".treeinfo");
		if (r == -ENOENT)
			r = pick_treeinfo(p, "treeinfo");
	}
	for (unsigned i = 0; r == -ENOENT && i < p->job->candidate_count; i++)
		r = pick_candidate(p, i);
	return r == -ENOENT ? fail_absent(p) : r;
}

int pick_pair(struct pick_source *s, const struct job *job, struct wire_offer *ret_offer,
	      struct pick_failure *ret_failure)
{
	struct wire_offer offer = { 0 };
	struct pick p = { s, job, &offer, ret_failure, "", 0 };
	int r;

	r = search(&p);
	if (r >= 0)
		r = check_limit(&p, STREAM_KERNEL);
	if (r >= 0)
		r = check_limit(&p, STREAM_RAMDISK);
	if (r >= 0)
		*ret_offer = offer;
	return r;
}

/* The files that GO asks for. */
static int send_wanted(struct pick_source *s, const struct job *job,
		       const struct wire_offer *offer, const struct wire_go *go)
{
	int r = 0;

	s->error[0] = '\0';
	for (unsigned i = 0; i < STREAMS && r == 0; i++) {
		if (!go->wanted[i])
			continue;
		r = s->send(s, &offer->file[i], i, job->limit[i]);
		if (r == 0)
			r = wire_send(s->wire, WIRE_END, i, NULL, 0);
	}
	return r;
}

int pick_serve(struct pick_source *s, const struct job *job)
{
	struct pick_failure failure = { 0 };
	struct wire_offer offer;
	struct wire_go go = { 0 };
	int r;

	if (pick_pair(s, job, &offer, &failure) < 0)
		return wire_done(s->wire, failure.result, "%s", failure.text);
	r = wire_send(s->wire, WIRE_OFFER, 0, &offer, sizeof(offer));
	if (r == 0)
		r = worker_receive_go(s->wire, &go);
	if (r < 0)
		return wire_done(s->wire, RESULT_INTERNAL, "no order came: %s",
				 strerror(-r));
	r = send_wanted(s, job, &offer, &go);
	if (r == 0)
		return wire_done(s->wire, RESULT_OK, "%s", "");
	return wire_done(s->wire, worker_result(r, RESULT_ACCESS), "%s",
			 *s->error ? s->error : strerror(-r));
}
