/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/fixup.h"
#include "eliloader/job.h"
#include "eliloader/vouch.h"
#include "eliloader/worker.h"
#include "lib/cleanup.h"
#include "lib/log.h"

static const char *const stream_name[STREAMS] = { "kernel", "ramdisk" };

struct fetch {
	struct run *run;
	const struct plan *plan;
	struct output *output;
	struct fetched *to;
	struct wire_offer offer;
	bool offered;
	struct sink sink[STREAMS];
	bool md5[STREAMS];   /* is it wanted? */
	int cached[STREAMS]; /* owned */
	char name[STREAMS]
		 [CACHE_NAME_MAX]; /* in the cache; empty: it is not to be kept */
	struct vouch_text metadata[VOUCH_TEXTS]; /* owned */
};

/* What is kept beside a cached file, so that it need not be read to be known. */
struct digests {
	uint8_t sha256[SHA256_LEN];
	uint8_t md5[MD5_LEN];
};

/* Only the maps of fix-ups know ramdisks by MD5; it costs more than all else of a fetch. */
static bool wants_md5(const struct fetch *f, unsigned stream)
{
	return stream == STREAM_RAMDISK && fixup_any_map(f->run->config.installer_dir);
}

static void digests_name(const char *file, bool md5, char ret_name[CACHE_NAME_MAX])
{
	const char *const parts[] = { "digests", md5 ? "md5" : "", file };

	cache_name("note", parts, 3, ret_name);
}

/* What this file is called in the cache: by repository and content where a list tells that,
 * else by VM, place and version; empty when nothing tells its version.  The content alone
 * would not do: a digest is no secret, and whoever lists it would get the file. */
static void name_file(struct fetch *f, unsigned stream)
{
	const struct wire_offer_file *file = &f->offer.file[stream];
	const char *url = f->plan->repo.url; /* of a CD empty: its VM's own */
	char digest[SHA256_TEXT_MAX];
	const char *const listed[] = { url, *url ? "" : f->run->vm, file->path, digest };
	const char *const own[] = { f->run->vm, url, file->path, file->validator };

	f->name[stream][0] = '\0';
	cache_hex(file->sha256, digest);
	if (file->sha256_known && (*url || *f->run->vm))
		cache_name("repo", listed, 4, f->name[stream]);
	else if (*file->validator && *f->run->vm && *url)
		cache_name("vm", own, 4, f->name[stream]);
}

/* Is it in the cache, with its digests? */
static bool find_cached(struct fetch *f, unsigned stream)
{
	struct fetch_file *to = &f->to->file[stream];
	char name[CACHE_NAME_MAX];
	struct digests d;
	autoclose int note = -1;
	uint64_t len;

	if (!*f->name[stream])
		return false;
	digests_name(f->name[stream], f->md5[stream], name);
	if (cache_get(&f->run->cache, name, &note, &len) < 0 || len != sizeof(d) ||
	    pread(note, &d, sizeof(d), 0) != sizeof(d) ||
	    cache_get(&f->run->cache, f->name[stream], &f->cached[stream], &to->len) < 0)
		return false;
	if (to->len > f->sink[stream].max) {
		close_fd(&f->cached[stream]);
		return false; /* refused by its size when it comes again */
	}
	memcpy(to->sha256, d.sha256, sizeof(to->sha256));
	memcpy(to->md5, d.md5, sizeof(to->md5));
	return true;
}

static int on_offer(void *arg, const struct wire_offer *offer, struct wire_go *ret_go)
{
	struct fetch *f = arg;
	uint64_t total = 0;

	f->offer = *offer;
	f->offered = true;
	if (*offer->release)
		progress_say(&f->run->progress, "found %s", offer->release);
	for (unsigned i = 0; i < STREAMS; i++) {
		const struct wire_offer_file *file = &offer->file[i];

		name_file(f, i);
		f->to->file[i].cached = find_cached(f, i);
		ret_go->wanted[i] = *file->path && !f->to->file[i].cached;
		snprintf(f->to->file[i].path, sizeof(f->to->file[i].path), "%s",
			 file->path);
		progress_say(&f->run->progress, "%s: %s%s", stream_name[i],
			     *file->path ? file->path : "none",
			     f->to->file[i].cached ? " (from the cache)" : "");
		if (!ret_go->wanted[i])
			f->sink[i].fd = -1;
		else if (file->size == 0)
			total = UINT64_MAX;
		else if (total != UINT64_MAX)
			total += file->size;
	}
	progress_start(&f->run->progress, total == UINT64_MAX ? 0 : total);
	return 0;
}

static int on_metadata(void *arg, unsigned stream, const void *data, size_t len)
{
	struct fetch *f = arg;
	struct vouch_text *to = &f->metadata[stream - STREAM_SUMS];

	if (to->data)
		return -EBADMSG;
	to->data = malloc(len ? len : 1);
	if (!to->data)
		return -ENOMEM;
	memcpy(to->data, data, len);
	to->len = len;
	return 0;
}

static void on_note(void *arg, const struct wire_note *note)
{
	struct fetch *f = arg;

	if (note->level == NOTE_WARNING && f->run->progress.style == PROGRESS_NONE)
		log_warning("%s", note->text);
	else if (note->level == NOTE_DEBUG)
		log_debug("%s", note->text);
	else
		progress_say(&f->run->progress, "%s", note->text);
}

static uint64_t received(const struct fetch *f)
{
	return f->sink[STREAM_KERNEL].len + f->sink[STREAM_RAMDISK].len;
}

static void on_progress(void *arg)
{
	const struct fetch *f = arg;

	progress_update(&f->run->progress, received(f));
}

static const char *source_text(const struct plan *p, char *out, size_t size)
{
	if (p->repo.scheme == SCHEME_CDROM)
		snprintf(out, size, "the install medium");
	else
		repo_display(&p->repo, out, size);
	return out;
}

/* What a worker's last word means to the toolstack. */
static int worker_failed(struct fetch *f, const struct wire_done *done)
{
	struct failure *to = &f->run->failure;
	char where[URL_LEN_MAX];

	source_text(f->plan, where, sizeof(where));
	switch (done->result) {
	case RESULT_ACCESS:
		return failure_set(to, -EIO, "", "Could not access %s: %s", where,
				   done->text);
	case RESULT_LIMIT:
		return failure_set(to, -EFBIG, FAILURE_LIMITS, "%s", done->text);
	case RESULT_INVALID: /* of a CD's image: it is no ISO 9660 */
		return failure_set(to, -EMEDIUMTYPE, FAILURE_SOURCE, "%s: %s", where,
				   done->text);
	case RESULT_ABSENT:
	case RESULT_REFUSED:
		return failure_set(to, -EINVAL, FAILURE_SOURCE, "%s: %s", where,
				   done->text);
	default:
		return failure_set(to, -EIO, FAILURE_INTERNAL, "%s: %s", where,
				   done->text);
	}
}

static int start_worker(struct fetch *f, int image, struct worker *w)
{
	bool cdrom = f->plan->repo.scheme == SCHEME_CDROM;
	const char *program = cdrom ? "eliloader-iso" : "eliloader-net";
	autotree struct tree job = { 0 };
	int r;

	r = job_make(f->plan, &f->run->config, f->run->config.signature != SIGNATURE_OFF,
		     &job);
	if (r == 0)
		r = worker_start(w, program, f->run->uid, f->run->gid, &image,
				 cdrom ? 1 : 0);
	if (r < 0)
		return failure_set(&f->run->failure, r, FAILURE_INTERNAL,
				   "%s cannot be started: %s", program, strerror(-r));
	r = wire_send_tree(w->fd, &job);
	if (r < 0) {
		(void)worker_end(w); /* the first failure is the one to tell */
		return failure_set(&f->run->failure, r, FAILURE_INTERNAL,
				   "%s takes no job: %s", program, strerror(-r));
	}
	return 0;
}

static int listen_worker(struct fetch *f, struct worker *w)
{
	const struct worker_handler handler = {
		.metadata = on_metadata,
		.offer = on_offer,
		.note = on_note,
		.progress = on_progress,
		.arg = f,
		.sinks = f->sink,
	};
	struct wire_done done;
	int r, status;

	r = worker_listen(w, &handler, &done);
	status = worker_end(w);
	if (received(f))
		progress_end(&f->run->progress, received(f));
	if (r == 0 && done.result != RESULT_OK)
		return worker_failed(f, &done);
	if (r == -EFBIG)
		return failure_set(
			&f->run->failure, r, FAILURE_LIMITS,
			"a file exceeds its limit (kernel %llu, ramdisk %llu bytes)",
			(unsigned long long)f->plan->limits.kernel,
			(unsigned long long)f->plan->limits.ramdisk);
	if (r == -ENOSPC)
		return failure_set(
			&f->run->failure, r, FAILURE_LIMITS,
			"there is no room for kernel and ramdisk in %s: free some, or "
			"lower ramdisk-max-size in eliloader.conf",
			f->output->dir_path);
	if (r < 0 || !f->offered)
		return failure_set(&f->run->failure, r < 0 ? r : -EBADMSG,
				   FAILURE_INTERNAL, "the worker failed: %s (status %d)",
				   strerror(r < 0 ? -r : EBADMSG), status);
	return 0;
}

static const char *sums_name(const struct fetch *f)
{
	static const char *const names[SUMS_KINDS] = { "nobody", ".treeinfo", "content",
						       "SHA256SUMS" };

	return names[f->offer.sums];
}

static int digest_differs(struct fetch *f, unsigned i)
{
	return failure_set(
		&f->run->failure, -EBADMSG, FAILURE_SOURCE,
		"'%s' is not the file that %s lists: its SHA-256 differs.  Was the "
		"repository changed meanwhile, or is its mirror broken?",
		f->offer.file[i].path, sums_name(f));
}

/* What came, against what was promised. */
static int settle(struct fetch *f)
{
	f->to->media = f->offer.media;
	for (unsigned i = 0; i < STREAMS; i++) {
		struct fetch_file *to = &f->to->file[i];

		if (!*to->path)
			continue;
		if (!to->cached) {
			to->len = f->sink[i].len;
			sink_sha256(&f->sink[i], to->sha256);
			if (f->md5[i])
				sink_md5(&f->sink[i], to->md5);
		}
		if (f->offer.file[i].sha256_known &&
		    memcmp(to->sha256, f->offer.file[i].sha256, SHA256_LEN) != 0)
			return digest_differs(f, i);
		if (to->len == 0)
			return failure_set(&f->run->failure, -ENODATA, FAILURE_SOURCE,
					   "'%s' is empty", f->offer.file[i].path);
	}
	return 0;
}

/* On whose word the files are what they are. */
static void tell_checks(struct fetch *f, bool is_signed)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		if (!*f->to->file[i].path)
			continue;
		if (f->offer.file[i].sha256_known)
			progress_say(&f->run->progress, "%s: verified by %s%s",
				     stream_name[i], sums_name(f),
				     is_signed ? " and its signature" : "");
		else
			progress_say(&f->run->progress,
				     "%s: not verified, no list has its checksum",
				     stream_name[i]);
	}
}

static void keep(struct fetch *f, unsigned i)
{
	struct digests d;
	char name[CACHE_NAME_MAX];

	if (f->to->file[i].cached || !*f->name[i])
		return;
	memcpy(d.sha256, f->to->file[i].sha256, sizeof(d.sha256));
	memcpy(d.md5, f->to->file[i].md5, sizeof(d.md5));
	digests_name(f->name[i], f->md5[i], name);
	if (cache_put(&f->run->cache, f->name[i], f->output->fd[i]) == 0)
		(void)cache_put_bytes(&f->run->cache, name, &d,
				      sizeof(d)); /* only slower */
}

static int take_or_keep(struct fetch *f)
{
	char why[256];
	int r = 0;

	for (unsigned i = 0; r == 0 && i < STREAMS; i++) {
		if (!*f->to->file[i].path)
			output_drop(f->output, i);
		else if (f->to->file[i].cached)
			r = output_take(f->output, i, f->cached[i], why, sizeof(why));
		else
			keep(f, i);
	}
	if (r < 0)
		return failure_set(&f->run->failure, r, FAILURE_INTERNAL, "%s", why);
	return 0;
}

static int open_sinks(struct fetch *f)
{
	const uint64_t max[STREAMS] = { f->plan->limits.kernel, f->plan->limits.ramdisk };
	char why[256];

	for (unsigned i = 0; i < STREAMS; i++) {
		int r = output_file(f->output, i, why, sizeof(why));

		if (r < 0)
			return failure_set(&f->run->failure, r, FAILURE_INTERNAL, "%s",
					   why);
		sink_init(&f->sink[i], f->output->fd[i], max[i]);
		f->md5[i] = wants_md5(f, i);
		if (!f->md5[i])
			sink_without_md5(&f->sink[i]);
	}
	return 0;
}

static void fetch_free(struct fetch *f)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		sink_done(&f->sink[i]);
		if (f->cached[i] >= 0)
			(void)close(f->cached[i]); /* was only read */
	}
	for (unsigned i = 0; i < VOUCH_TEXTS; i++)
		free(f->metadata[i].data);
}

int fetch_pair(struct run *run, const struct plan *plan, int image, struct output *output,
	       struct fetched *ret)
{
	__attribute__((cleanup(fetch_free))) struct fetch f = {
		.run = run,
		.plan = plan,
		.output = output,
		.to = ret,
		.cached = { -1, -1 },
	};
	char where[URL_LEN_MAX];
	struct worker w = { .fd = -1 };
	bool is_signed = false;
	int r;

	memset(ret, 0, sizeof(*ret));
	progress_say(&run->progress, "installing from %s",
		     source_text(plan, where, sizeof(where)));
	r = open_sinks(&f);
	if (r == 0)
		r = start_worker(&f, image, &w);
	if (r == 0)
		r = listen_worker(&f, &w);
	if (r == 0)
		r = settle(&f);
	if (r == 0)
		r = vouch_check(run, &f.offer, f.metadata, ret, &is_signed);
	if (r == 0)
		tell_checks(&f, is_signed);
	if (r == 0)
		r = take_or_keep(&f);
	return r;
}

/* Read once for its digests. */
static int digest_file(int fd, uint64_t max, struct fetch_file *to)
{
	autofree uint8_t *chunk = malloc(WIRE_CHUNK);
	struct sha256_ctx sha256;
	struct md5_ctx md5;
	ssize_t n;

	if (!chunk)
		return -ENOMEM;
	sha256_init(&sha256);
	md5_init(&md5);
	for (to->len = 0; (n = read(fd, chunk, WIRE_CHUNK)) > 0; to->len += (uint64_t)n) {
		if (to->len + (uint64_t)n > max)
			return -EFBIG;
		sha256_update(&sha256, (size_t)n, chunk);
		md5_update(&md5, (size_t)n, chunk);
	}
	if (n < 0)
		return -errno;
	sha256_digest(&sha256, SHA256_LEN, to->sha256);
	md5_digest(&md5, sizeof(to->md5), to->md5);
	return 0;
}

int fetch_dom0_file(struct run *run, const char *path, enum wire_stream stream,
		    struct output *output, struct fetched *f)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char why[256];
	int r;

	if (fd < 0)
		return failure_set(&run->failure, -errno, FAILURE_PACKAGE,
				   "Dom0 does not contain a required file: %s", path);
	r = digest_file(
		fd, stream == STREAM_KERNEL ? KERNEL_MAX_CEILING : RAMDISK_MAX_CEILING,
		&f->file[stream]);
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_PACKAGE, "%s: %s", path,
				   strerror(-r));
	r = output_take(output, stream, fd, why, sizeof(why));
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why);
	snprintf(f->file[stream].path, sizeof(f->file[stream].path), "%s", path);
	return 0;
}
