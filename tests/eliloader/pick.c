/* SPDX-License-Identifier: BSD-2-Clause */
/* The search over repositories that are tables; notes and metadata go over a real socket. */
#include "eliloader/pick.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

#define H1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define H2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define JOB                                                                              \
	"limit/kernel = \"1000\"\n"                                                      \
	"limit/ramdisk = \"2000\"\n"
#define CANDIDATE(n, k, i, sums)                                                         \
	"candidate/" n "/kernel = \"" k "\"\ncandidate/" n "/ramdisk = \"" i             \
	"\"\ncandidate/" n "/media = \"" n "\"\ncandidate/" n "/sums = \"" sums "\"\n"
#define TREEINFO "treeinfo = \"1\"\narch = \"x86_64\"\n"
#define IMAGES                                                                           \
	"[general]\nfamily = Fedora\nversion = 41\n[images-x86_64]\n"                    \
	"kernel = images/k\ninitrd = images/i\n"

#define SUSE                                                                             \
	"[general]\nfamily = openSUSE Leap\nversion = 15.6\n[images-x86_64]\n"           \
	"kernel = boot/k\ninitrd = boot/i\n"

#define FILES_MAX 8

/* A file of the repository; without text, what asking for it gives. */
struct file {
	const char *path, *text;
	int r;
};

struct pick_case {
	const char *name, *job;
	struct file files[FILES_MAX];
	const char *says; /* part of the failure's text, or else of one of the notes */
	const char *kernel, *sums_path; /* of the offer; NULL: empty */
	int r;
	unsigned media; /* enum media; of candidate NN the job says NN */
	unsigned known; /* bit 0: the kernel's digest, bit 1: the ramdisk's */
	enum sums_kind sums;
	unsigned metadata;	 /* messages */
	enum wire_result result; /* when @r is an error */
};

static const struct pick_case cases[] = {
	{ .name = ".treeinfo with a digest",
	  .job = JOB TREEINFO,
	  .files = { { ".treeinfo", IMAGES "[checksums]\nimages/i = sha256:" H1 "\n", 0 },
		     { "images/k", "k", 0 },
		     { "images/i", "i", 0 } },
	  .kernel = "images/k",
	  .media = MEDIA_ANACONDA,
	  .known = 2,
	  .sums = SUMS_TREEINFO },
	{ .name = "SUSE's .treeinfo has no digests, CHECKSUMS has",
	  .job = JOB TREEINFO,
	  .files = { { ".treeinfo", SUSE, 0 },
		     { "CHECKSUMS", H1 "  ./boot/k\n" H2 "  ./boot/i\n", 0 },
		     { "content", NULL, -EIO },
		     { "boot/k", "k", 0 },
		     { "boot/i", "i", 0 } },
	  .kernel = "boot/k",
	  .media = MEDIA_YAST,
	  .known = 3,
	  .sums = SUMS_CONTENT },
	{ .name = "... or else content",
	  .job = JOB TREEINFO,
	  .files = { { ".treeinfo", SUSE, 0 },
		     { "content", "HASH SHA256 " H1 "  boot/i\n", 0 },
		     { "boot/k", "k", 0 },
		     { "boot/i", "i", 0 } },
	  .kernel = "boot/k",
	  .media = MEDIA_YAST,
	  .known = 2,
	  .sums = SUMS_CONTENT },
	{ .name = "... or none",
	  .job = JOB TREEINFO,
	  .files = { { ".treeinfo", SUSE, 0 },
		     { "boot/k", "k", 0 },
		     { "boot/i", "i", 0 } },
	  .kernel = "boot/k",
	  .media = MEDIA_YAST },
	{ .name = "treeinfo without a dot",
	  .job = JOB TREEINFO,
	  .files = { { "treeinfo", IMAGES, 0 },
		     { "images/k", "k", 0 },
		     { "images/i", "i", 0 } },
	  .kernel = "images/k",
	  .media = MEDIA_ANACONDA },
	{ .name = ".treeinfo is a web page, treeinfo is not",
	  .job = JOB TREEINFO,
	  .files = { { ".treeinfo", "<html>\n", 0 },
		     { "treeinfo", IMAGES, 0 },
		     { "images/k", "k", 0 },
		     { "images/i", "i", 0 } },
	  .kernel = "images/k",
	  .media = MEDIA_ANACONDA,
	  .says = "'.treeinfo' is malformed" },
	{ .name = ".treeinfo is not asked for",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", ""),
	  .files = { { ".treeinfo", NULL, -EIO }, { "a/k", "k", 0 }, { "a/i", "i", 0 } },
	  .kernel = "a/k" },
	{ .name = ".treeinfo names what is not there",
	  .job = JOB TREEINFO CANDIDATE("00", "a/k", "a/i", ""),
	  .files = { { ".treeinfo", IMAGES, 0 },
		     { "images/k", "k", 0 },
		     { "a/k", "k", 0 },
		     { "a/i", "i", 0 } },
	  .kernel = "a/k",
	  .says = "which are not both there" },
	{ .name = "a .treeinfo that is too large",
	  .job = JOB TREEINFO CANDIDATE("00", "a/k", "a/i", ""),
	  .files = { { ".treeinfo", NULL, -EFBIG },
		     { "a/k", "k", 0 },
		     { "a/i", "i", 0 } },
	  .kernel = "a/k",
	  .says = "too large" },
	{ .name = "a pair comes from one place",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "") CANDIDATE("01", "b/k", "b/i", ""),
	  .files = { { "a/k", "k", 0 }, { "b/k", "k", 0 }, { "b/i", "i", 0 } },
	  .kernel = "b/k",
	  .media = 1,
	  .says = "'a/k' is there, but 'a/i' is not" },
	{ .name = "the first of two",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "") CANDIDATE("01", "b/k", "b/i", ""),
	  .files = { { "a/k", "k", 0 },
		     { "a/i", "i", 0 },
		     { "b/k", "k", 0 },
		     { "b/i", "i", 0 } },
	  .kernel = "a/k" },
	{ .name = "nothing is there",
	  .job = JOB TREEINFO CANDIDATE("00", "a/k", "a/i", "")
		  CANDIDATE("01", "b/k", "b/i", ""),
	  .r = -ENOENT,
	  .result = RESULT_ABSENT,
	  .says = "looked for .treeinfo, a/k with i, b/k with i" },
	{ .name = "no answer is not absence",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "") CANDIDATE("01", "b/k", "b/i", ""),
	  .files = { { "a/k", NULL, -ETIMEDOUT }, { "b/k", "k", 0 }, { "b/i", "i", 0 } },
	  .r = -ETIMEDOUT,
	  .result = RESULT_ACCESS,
	  .says = "asking for 'a/k' failed" },
	{ .name = "no answer for the ramdisk",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "") CANDIDATE("01", "b/k", "b/i", ""),
	  .files = { { "a/k", "k", 0 },
		     { "a/i", NULL, -ECONNRESET },
		     { "b/k", "k", 0 },
		     { "b/i", "i", 0 } },
	  .r = -ECONNRESET,
	  .result = RESULT_ACCESS },
	{ .name = "no answer for .treeinfo",
	  .job = JOB TREEINFO CANDIDATE("00", "a/k", "a/i", ""),
	  .files = { { ".treeinfo", NULL, -EIO }, { "a/k", "k", 0 }, { "a/i", "i", 0 } },
	  .r = -EIO,
	  .result = RESULT_ACCESS },
	{ .name = "no answer for the checksum list",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "a/SHA256SUMS"),
	  .files = { { "a/SHA256SUMS", NULL, -EIO },
		     { "a/k", "k", 0 },
		     { "a/i", "i", 0 } },
	  .r = -EIO,
	  .result = RESULT_ACCESS },
	{ .name = "a refusal of ours",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", ""),
	  .files = { { "a/k", NULL, -EPERM } },
	  .r = -EPERM,
	  .result = RESULT_REFUSED },
	{ .name = "a kernel over its limit",
	  .job = "limit/kernel = \"3\"\nlimit/ramdisk = \"9\"\n" CANDIDATE("00", "a/k",
									   "a/i", ""),
	  .files = { { "a/k", "kkkk", 0 }, { "a/i", "i", 0 } },
	  .r = -EFBIG,
	  .result = RESULT_LIMIT,
	  .says = "'a/k' has 4 bytes and exceeds the limit of 3 bytes" },
	{ .name = "both at their limits",
	  .job = "limit/kernel = \"1\"\nlimit/ramdisk = \"2\"\n" CANDIDATE("00", "a/k",
									   "a/i", ""),
	  .files = { { "a/k", "k", 0 }, { "a/i", "ii", 0 } },
	  .kernel = "a/k" },
	{ .name = "SHA256SUMS above the pair",
	  .job = JOB CANDIDATE("00", "m/xen/k", "m/xen/i", "m/SHA256SUMS"),
	  .files = { { "m/SHA256SUMS", H1 "  ./xen/k\n" H2 "  ./xen/i\n", 0 },
		     { "m/xen/k", "k", 0 },
		     { "m/xen/i", "i", 0 } },
	  .kernel = "m/xen/k",
	  .known = 3,
	  .sums = SUMS_SHA256SUMS },
	{ .name = "content names one of the two",
	  .job = JOB CANDIDATE("00", "boot/k", "boot/i", "content"),
	  .files = { { "content", "HASH SHA256 " H1 "  boot/k\n", 0 },
		     { "boot/k", "k", 0 },
		     { "boot/i", "i", 0 } },
	  .kernel = "boot/k",
	  .known = 1,
	  .sums = SUMS_CONTENT },
	{ .name = "CHECKSUMS names neither",
	  .job = JOB CANDIDATE("00", "boot/k", "boot/i", "CHECKSUMS"),
	  .files = { { "CHECKSUMS", H1 "  x\n", 0 },
		     { "boot/k", "k", 0 },
		     { "boot/i", "i", 0 } },
	  .kernel = "boot/k",
	  .says = "'CHECKSUMS' names neither kernel nor ramdisk" },
	{ .name = "a list that lies elsewhere",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "b/SHA256SUMS"),
	  .files = { { "b/SHA256SUMS", H1 "  k\n" H2 "  i\n", 0 },
		     { "a/k", "k", 0 },
		     { "a/i", "i", 0 } },
	  .kernel = "a/k" },
	{ .name = "the list is not there",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "a/SHA256SUMS"),
	  .files = { { "a/k", "k", 0 }, { "a/i", "i", 0 } },
	  .kernel = "a/k",
	  .says = "'a/SHA256SUMS' is not there" },
	{ .name = "the list has the kernel and then nonsense",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "a/SHA256SUMS"),
	  .files = { { "a/SHA256SUMS", H1 "  k\nnonsense\n", 0 },
		     { "a/k", "k", 0 },
		     { "a/i", "i", 0 } },
	  .kernel = "a/k",
	  .says = "'a/SHA256SUMS' is malformed" },
	{ .name = "a list that is good for the kernel only",
	  .job = JOB CANDIDATE("00", "a/k", "a/i", "a/SHA256SUMS"),
	  .files = { { "a/SHA256SUMS", H1 "  k\n" H1 "  i\n" H2 "  i\n", 0 },
		     { "a/k", "k", 0 },
		     { "a/i", "i", 0 } },
	  .kernel = "a/k",
	  .says = "'a/SHA256SUMS' is malformed" },
	{ .name = "InRelease above the list",
	  .job = JOB
	  "inrelease = \"1\"\n" CANDIDATE("00", "dists/x/main/installer-amd64/k",
					  "dists/x/main/installer-amd64/i",
					  "dists/x/main/installer-amd64/SHA256SUMS"),
	  .files = { { "dists/x/main/installer-amd64/SHA256SUMS", H1 "  k\n", 0 },
		     { "dists/x/main/installer-amd64/k", "k", 0 },
		     { "dists/x/main/installer-amd64/i", "i", 0 },
		     { "dists/x/InRelease", "signed", 0 } },
	  .kernel = "dists/x/main/installer-amd64/k",
	  .known = 1,
	  .sums = SUMS_SHA256SUMS,
	  .sums_path = "main/installer-amd64/SHA256SUMS",
	  .metadata = 2 },
	{ .name = "InRelease where the address ends in dists/x/",
	  .job = JOB "inrelease = \"1\"\n" CANDIDATE("00", "main/installer-amd64/k",
						     "main/installer-amd64/i",
						     "main/installer-amd64/SHA256SUMS"),
	  .files = { { "main/installer-amd64/SHA256SUMS", H1 "  k\n", 0 },
		     { "main/installer-amd64/k", "k", 0 },
		     { "main/installer-amd64/i", "i", 0 },
		     { "InRelease", "signed", 0 } },
	  .kernel = "main/installer-amd64/k",
	  .known = 1,
	  .sums = SUMS_SHA256SUMS,
	  .sums_path = "main/installer-amd64/SHA256SUMS",
	  .metadata = 2 },
	{ .name = "no InRelease",
	  .job = JOB
	  "inrelease = \"1\"\n" CANDIDATE("00", "dists/x/main/installer-amd64/k",
					  "dists/x/main/installer-amd64/i",
					  "dists/x/main/installer-amd64/SHA256SUMS"),
	  .files = { { "dists/x/main/installer-amd64/SHA256SUMS", H1 "  k\n", 0 },
		     { "dists/x/main/installer-amd64/k", "k", 0 },
		     { "dists/x/main/installer-amd64/i", "i", 0 } },
	  .kernel = "dists/x/main/installer-amd64/k",
	  .known = 1,
	  .sums = SUMS_SHA256SUMS,
	  .says = "'dists/x/InRelease' is not there" },
	{ .name = "InRelease is not asked for",
	  .job = JOB CANDIDATE("00", "main/installer-amd64/k", "main/installer-amd64/i",
			       "main/installer-amd64/SHA256SUMS"),
	  .files = { { "main/installer-amd64/SHA256SUMS", H1 "  k\n", 0 },
		     { "main/installer-amd64/k", "k", 0 },
		     { "main/installer-amd64/i", "i", 0 },
		     { "InRelease", NULL, -EIO } },
	  .kernel = "main/installer-amd64/k",
	  .known = 1,
	  .sums = SUMS_SHA256SUMS },
};

struct table {
	struct pick_source source;
	const struct file *files;
};

static int table_find(struct pick_source *s, const char *path, const char **ret_text)
{
	const struct table *t = (const struct table *)s;

	for (const struct file *f = t->files; f < t->files + FILES_MAX && f->path; f++) {
		if (strcmp(f->path, path) != 0)
			continue;
		*ret_text = f->text;
		if (!f->text)
			(void)snprintf(s->error, sizeof(s->error),
				       "asking for '%s' failed", path);
		return f->r;
	}
	return -ENOENT;
}

static int table_read(struct pick_source *s, const char *path, size_t max,
		      char **ret_text, size_t *ret_len)
{
	const char *text;
	int r = table_find(s, path, &text);

	if (r < 0)
		return r;
	if (strlen(text) > max)
		return -EFBIG;
	*ret_len = strlen(text);
	*ret_text = strdup(text);
	return *ret_text ? 0 : -ENOMEM;
}

static int table_probe(struct pick_source *s, const char *path,
		       struct wire_offer_file *ret_file)
{
	const char *text;
	int r = table_find(s, path, &text);

	if (r >= 0)
		ret_file->size = strlen(text);
	return r;
}

static int read_job(const char *text, struct tree *tree, struct job *job)
{
	autofree char *copy = strdup(text);
	size_t line;

	if (!copy || tree_scan(copy, strlen(copy), tree, &line) < 0)
		abort(); /* the case itself is wrong */
	return job_read(tree, job);
}

/* All that was sent: the count of METADATA, and whether a note has @says in it. */
static unsigned drain(int fd, const char *says, bool *said)
{
	struct wire_header h;
	unsigned metadata = 0;

	while (wire_receive(fd, 0, &h) >= 0) {
		struct wire_note note;
		autofree char *body = malloc(h.len + 1);

		if (!body || wire_receive_body(fd, body, h.len) < 0)
			abort();
		if (h.type == WIRE_METADATA)
			metadata++;
		if (h.type != WIRE_NOTE || h.len != sizeof(note))
			continue;
		memcpy(&note, body, sizeof(note));
		if (says && strstr(note.text, says))
			*said = true;
	}
	return metadata;
}

static bool offer_is(const struct wire_offer *o, const struct pick_case *c)
{
	unsigned known = o->file[0].sha256_known | o->file[1].sha256_known << 1;

	return strcmp(o->file[STREAM_KERNEL].path, c->kernel) == 0 &&
	       o->media == c->media && known == c->known && o->sums == c->sums &&
	       strcmp(o->sums_path, c->sums_path ? c->sums_path : "") == 0;
}

static void check(const struct pick_case *c)
{
	struct table t = { { .read = table_read, .probe = table_probe }, c->files };
	struct pick_failure failure = { 0 };
	autotree struct tree tree = { 0 };
	struct wire_offer offer = { 0 };
	bool said, good;
	unsigned metadata;
	struct job job;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
	    read_job(c->job, &tree, &job) < 0)
		abort();
	t.source.wire = pair[0];
	r = pick_pair(&t.source, &job, &offer, &failure);
	said = !c->says || strstr(failure.text, c->says);
	metadata = drain(pair[1], c->says, &said);
	good = r == c->r && said;
	if (r == 0)
		good = good && offer_is(&offer, c) && metadata == c->metadata;
	else
		good = good && failure.result == c->result && failure.text[0];
	if (!ok(good, "%s", c->name))
		printf("# %d, '%s' of media %u, %u %u '%s', %u; %d '%s'\n", r,
		       offer.file[0].path, offer.media, offer.sums, metadata,
		       offer.sums_path, (unsigned)said, (int)failure.result,
		       failure.text);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void test_release(void)
{
	static const struct pick_case c = { .job = JOB TREEINFO,
					    .files = { { ".treeinfo", IMAGES, 0 },
						       { "images/k", "kk", 0 },
						       { "images/i", "i", 0 } } };
	struct table t = { { .read = table_read, .probe = table_probe, .wire = -1 },
			   c.files };
	struct pick_failure failure;
	autotree struct tree tree = { 0 };
	struct wire_offer offer;
	struct job job;

	if (read_job(c.job, &tree, &job) < 0)
		abort();
	is_int(pick_pair(&t.source, &job, &offer, &failure), 0, "a treeinfo's offer");
	is_str(offer.release, "Fedora 41", "... says what it is");
	is_int(offer.media, MEDIA_ANACONDA, "... and how it is told things");
	is_int((long long)offer.file[STREAM_KERNEL].size, 2, "... and the kernel's size");
}

/* All candidates there may be, each with the longest path: the list is cut. */
static void test_long_list(void)
{
	static const struct file none[FILES_MAX];
	struct table t = { { .read = table_read, .probe = table_probe, .wire = -1 },
			   none };
	struct job job = { .candidate_count = CANDIDATES_MAX };
	struct pick_failure failure;
	struct wire_offer offer;

	for (unsigned i = 0; i < CANDIDATES_MAX; i++) {
		memset(job.candidate[i].kernel, 'k', REPO_PATH_MAX - 1);
		memset(job.candidate[i].ramdisk, 'i', REPO_PATH_MAX - 1);
	}
	is_int(pick_pair(&t.source, &job, &offer, &failure), -ENOENT, "a long list");
	ok(strlen(failure.text) < sizeof(failure.text) &&
		   strstr(failure.text, " and 29 more"),
	   "... tells the first, and how many more");
}

static void test_job(void)
{
	static const struct {
		const char *name, *text;
		int r;
	} jobs[] = {
		{ "limits are enough", JOB, 0 },
		{ "no limits", "url = \"http://x/\"\n", -EBADMSG },
		{ "a limit that is no number",
		  "limit/kernel = \"-1\"\nlimit/ramdisk = \"1\"\n", -EBADMSG },
		{ "treeinfo without an architecture", JOB "treeinfo = \"1\"\n",
		  -EBADMSG },
		{ "a flag that is none", JOB "inrelease = \"yes\"\n", -EBADMSG },
		{ "no tries", JOB "tries = \"0\"\n", -EBADMSG },
		{ "a candidate without a ramdisk",
		  JOB "candidate/00/kernel = \"k\"\ncandidate/00/media = \"1\"\n", 0 },
		{ "a candidate of an unknown kind",
		  JOB "candidate/00/kernel = \"k\"\ncandidate/00/ramdisk = \"i\"\n"
		      "candidate/00/media = \"99\"\n",
		  -EBADMSG },
		{ "a path that leaves the repository",
		  JOB CANDIDATE("00", "../k", "i", ""), -EBADMSG },
		{ "a list's path that does", JOB CANDIDATE("00", "k", "i", "/SHA256SUMS"),
		  -EBADMSG },
		{ "a NUL in an address", JOB "url = \"http://a\\x00b/\"\n", -EBADMSG },
		{ "a NUL in an allowed host", JOB "allow-host/00 = \"a\\x00b\"\n",
		  -EBADMSG },
	};
	struct job job;

	for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++) {
		autotree struct tree tree = { 0 };

		is_int(read_job(jobs[i].text, &tree, &job), jobs[i].r, jobs[i].name);
	}
}

static void test_job_values(void)
{
	autotree struct tree tree = { 0 };
	struct job job;

	is_int(read_job(JOB "allow-host/00 = \"a.example\"\nallow-host/01 = \"*.b\"\n"
			    "tries = \"2\"\nurl = \"http://x/\"\n" CANDIDATE(
				    "00", "k", "i", "SHA256SUMS"),
			&tree, &job),
	       0, "a job");
	ok(job.allow_host_count == 2 && strcmp(job.allow_host[1], "*.b") == 0,
	   "... has its hosts");
	ok(job.tries == 2 && job.stall_timeout_s == STALL_TIMEOUT_S, "... its numbers");
	ok(job.candidate_count == 1 && strcmp(job.candidate[0].sums, "SHA256SUMS") == 0,
	   "... its candidate");
	ok(!job.proxy && strcmp(job.url, "http://x/") == 0, "... its texts");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&cases[i]);
	test_release();
	test_long_list();
	test_job();
	test_job_values();
	return tap_done();
}
