/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_client - plays eliloader to one worker: gives it a job, keeps what it sends, prints
 * what it says.
 *
 *	wire_client [OPTION...] PROGRAM JOBFILE
 *
 *	--fd=PATH       open PATH read-only for the worker: descriptor 4, the next one 5, ...
 *	--rwfd=PATH     the same, for reading and writing
 *	--uid=N, --gid=N  what the worker shall become (65534)
 *	--out=DIR       where streams go: DIR/kernel, DIR/ramdisk, DIR/sums, DIR/inrelease;
 *	                without it they are counted only
 *	--want=kernel|ramdisk|none  what GO asks for (both)
 *	--pick=N|KERNEL[,RAMDISK]|none  what is wanted of a disk worker after its REPORT: an
 *	                entry by its number, files by their paths, nothing (none)
 *	--after-offer=COMMAND  run by sh between OFFER and GO or REPORT and PICK, to change
 *	                what is served or look at the worker, whose pid is in WORKER_PID
 *	--timeout=S     of silence (30)
 *
 * JOBFILE holds the job's tree, a line per key: limit/kernel = "1000" (see job.h).
 * Printed, a line for each message, texts in quotes as log_escape() makes them:
 *	note LEVEL "TEXT"                       LEVEL: debug, info, warning
 *	metadata STREAM LEN
 *	offer media=N sums=N release="TEXT" sums-path="PATH"
 *	file STREAM path="PATH" size=N sha256=HEX|- validator="TEXT"   two, after the offer
 *	restart STREAM
 *	end STREAM LEN
 *	kernel payload=NAME bzimage=N pv=N phys32=N pvh=N bits=N known=N unpacked=N
 *		os="TEXT" release="TEXT"  (one line)
 *	digests kernel=HEX|- ramdisk=HEX|-
 *	report LEN, and the lines of its tree
 *	done RESULT "TEXT"                      RESULT: ok, absent, access, limit, ...
 *	exit STATUS   or   signal N             the worker's end
 * Exit status: 0 the worker said ok, 1 it said something else, 3 it ended without DONE,
 * said something out of place, or was silent.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eliloader/wire.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define FDS_MAX	     8
#define FD_MOVED     32 /* where descriptors wait until 3 and up are free */
#define METADATA_CAP (2 * METADATA_MAX)
#define ENDED	     1 /* the worker was sent away */

static const char *const stream_names[] = { "kernel", "ramdisk", "sums", "inrelease" };
#define STREAM_NAMES (sizeof(stream_names) / sizeof(*stream_names))

struct client {
	const char *out, *after_offer, *pick;
	uint8_t wanted[STREAMS];
	int fd, timeout_ms;
	int sink[STREAM_NAMES]; /* -1: nothing has come */
	uint64_t len[STREAM_NAMES];
	char *buffer; /* WIRE_CHUNK or METADATA_CAP bytes */
};

struct options {
	int fds[FDS_MAX];
	unsigned count;
	const char *uid, *gid;
};

static void print_text(const char *text, size_t size)
{
	char escaped[8192];

	(void)log_escape(escaped, sizeof(escaped), text, strnlen(text, size));
	printf("\"%s\"", escaped);
}

static void print_hex(uint8_t known, const uint8_t digest[SHA256_LEN])
{
	for (int i = 0; known && i < SHA256_LEN; i++)
		printf("%02x", digest[i]);
	if (!known)
		putchar('-');
}

static void print_offer(const struct wire_offer *o)
{
	printf("offer media=%u sums=%u release=", o->media, o->sums);
	print_text(o->release, sizeof(o->release));
	printf(" sums-path=");
	print_text(o->sums_path, sizeof(o->sums_path));
	for (unsigned i = 0; i < STREAMS; i++) {
		const struct wire_offer_file *f = &o->file[i];

		printf("\nfile %s path=", stream_names[i]);
		print_text(f->path, sizeof(f->path));
		printf(" size=%" PRIu64 " sha256=", f->size);
		print_hex(f->sha256_known, f->sha256);
		printf(" validator=");
		print_text(f->validator, sizeof(f->validator));
	}
	putchar('\n');
}

static void print_kernel(const struct wire_kernel *k)
{
	static const char *const kinds[PAYLOAD_KINDS] = { "none", "gzip", "xz",
							  "zstd", "lzma", "bzip2",
							  "lz4",  "lzo",  "unknown" };

	printf("kernel payload=%s bzimage=%u pv=%u phys32=%u pvh=%u bits=%u known=%u "
	       "unpacked=%" PRIu64 " os=",
	       k->payload < PAYLOAD_KINDS ? kinds[k->payload] : "?", k->bzimage, k->pv,
	       k->phys32, k->pvh, k->bits, k->xen_known, k->unpacked);
	print_text(k->guest_os, sizeof(k->guest_os));
	printf(" release=");
	print_text(k->release, sizeof(k->release));
	putchar('\n');
}

static void print_digests(const struct wire_digests *d)
{
	printf("digests kernel=");
	print_hex(d->known[STREAM_KERNEL], d->sha256[STREAM_KERNEL]);
	printf(" ramdisk=");
	print_hex(d->known[STREAM_RAMDISK], d->sha256[STREAM_RAMDISK]);
	putchar('\n');
}

static void print_note(const struct wire_note *n)
{
	static const char *const levels[] = { "debug", "info", "warning" };

	printf("note %s ", n->level < 3 ? levels[n->level] : "?");
	print_text(n->text, sizeof(n->text));
	putchar('\n');
}

static void print_done(const struct wire_done *d)
{
	static const char *const results[RESULTS] = { "ok",	 "absent",  "access",
						      "limit",	 "invalid", "refused",
						      "internal" };

	printf("done %s ", d->result < RESULTS ? results[d->result] : "?");
	print_text(d->text, sizeof(d->text));
	putchar('\n');
}

static int keep(struct client *c, unsigned stream, const void *data, size_t len)
{
	autofree char *path = NULL;

	c->len[stream] += len;
	if (!c->out)
		return 0;
	if (c->sink[stream] < 0) {
		if (asprintf(&path, "%s/%s", c->out, stream_names[stream]) < 0)
			return -ENOMEM;
		c->sink[stream] =
			open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (c->sink[stream] < 0)
			return -errno;
	}
	return io_write_all(c->sink[stream], data, len);
}

static int restart(struct client *c, unsigned stream)
{
	printf("restart %s\n", stream_names[stream]);
	c->len[stream] = 0;
	if (c->sink[stream] < 0)
		return 0;
	if (ftruncate(c->sink[stream], 0) < 0 || lseek(c->sink[stream], 0, SEEK_SET) < 0)
		return -errno;
	return 0;
}

static void export_pid(pid_t pid)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	(void)setenv("WORKER_PID", text, 1);
}

static int after_offer(const struct client *c)
{
	(void)fflush(stdout);
	/* the test's own words */
	if (c->after_offer && system(c->after_offer) != 0) /* NOLINT(cert-env33-c) */
		return -ECANCELED;
	return 0;
}

static int go(struct client *c, const struct wire_offer *offer)
{
	struct wire_go go = { 0 };
	int r;

	print_offer(offer);
	r = after_offer(c);
	if (r < 0)
		return r;
	memcpy(go.wanted, c->wanted, sizeof(go.wanted));
	return wire_send(c->fd, WIRE_GO, 0, &go, sizeof(go));
}

/* "3", "/vmlinuz" or "/vmlinuz,/initrd" */
static void parse_pick(const char *text, struct wire_pick *ret)
{
	const char *comma = strchrnul(text, ',');

	*ret = (struct wire_pick){ .entry = PICK_BY_PATH };
	if (*text >= '0' && *text <= '9') {
		ret->entry = (uint32_t)strtoul(text, NULL, 10);
		return;
	}
	(void)snprintf(ret->kernel, sizeof(ret->kernel), "%.*s", (int)(comma - text),
		       text);
	if (*comma)
		(void)snprintf(ret->ramdisk, sizeof(ret->ramdisk), "%s", comma + 1);
}

static int report(struct client *c, size_t len)
{
	struct wire_pick pick;
	int r;

	printf("report %zu\n%.*s", len, (int)len, c->buffer);
	r = after_offer(c);
	if (r < 0 || strcmp(c->pick, "none") == 0)
		return r < 0 ? r : ENDED;
	parse_pick(c->pick, &pick);
	return wire_send(c->fd, WIRE_PICK, 0, &pick, sizeof(pick));
}

/* Has @h the size that its type wants? */
static bool size_fits(const struct wire_header *h)
{
	static const struct {
		size_t min, max;
	} sizes[] = {
		[WIRE_METADATA] = { 0, METADATA_CAP },
		[WIRE_OFFER] = { sizeof(struct wire_offer), sizeof(struct wire_offer) },
		[WIRE_DATA] = { 1, WIRE_CHUNK },
		[WIRE_RESTART] = { 0, 0 },
		[WIRE_END] = { 0, 0 },
		[WIRE_KERNEL] = { sizeof(struct wire_kernel),
				  sizeof(struct wire_kernel) },
		[WIRE_DIGESTS] = { sizeof(struct wire_digests),
				   sizeof(struct wire_digests) },
		[WIRE_NOTE] = { sizeof(struct wire_note), sizeof(struct wire_note) },
		[WIRE_DONE] = { sizeof(struct wire_done), sizeof(struct wire_done) },
		[WIRE_REPORT] = { 0, REPORT_MAX },
	};

	return h->type < sizeof(sizes) / sizeof(*sizes) && h->stream < STREAM_NAMES &&
	       h->len >= sizes[h->type].min && h->len <= sizes[h->type].max;
}

static int handle(struct client *c, const struct wire_header *h)
{
	int r = 0;

	switch (h->type) {
	case WIRE_METADATA:
		printf("metadata %s %" PRIu64 "\n", stream_names[h->stream], h->len);
		return keep(c, h->stream, c->buffer, h->len);
	case WIRE_OFFER:
		return go(c, (const struct wire_offer *)(const void *)c->buffer);
	case WIRE_DATA:
		return keep(c, h->stream, c->buffer, h->len);
	case WIRE_RESTART:
		return restart(c, h->stream);
	case WIRE_END:
		r = keep(c, h->stream, "", 0); /* an empty file, too, is one */
		printf("end %s %" PRIu64 "\n", stream_names[h->stream],
		       c->len[h->stream]);
		return r;
	case WIRE_KERNEL:
		print_kernel((const struct wire_kernel *)(const void *)c->buffer);
		return 0;
	case WIRE_DIGESTS:
		print_digests((const struct wire_digests *)(const void *)c->buffer);
		return 0;
	case WIRE_NOTE:
		print_note((const struct wire_note *)(const void *)c->buffer);
		return 0;
	case WIRE_REPORT:
		return report(c, h->len);
	default:
		return -EBADMSG;
	}
}

/* Until DONE, or the worker is sent away: 0 when it says ok, else 1; 3 when it never comes. */
static int listen_to(struct client *c)
{
	for (;;) {
		const struct wire_done *done = (const void *)c->buffer;
		struct wire_header h;
		int r = wire_receive(c->fd, c->timeout_ms, &h);

		if (r >= 0 && !size_fits(&h))
			r = -EBADMSG;
		if (r >= 0)
			r = wire_receive_body(c->fd, c->buffer, h.len);
		if (r >= 0 && h.type == WIRE_DONE) {
			print_done(done);
			return done->result == RESULT_OK ? 0 : 1;
		}
		if (r >= 0)
			r = handle(c, &h);
		if (r == ENDED)
			return 0;
		if (r < 0) {
			printf("failed: %s\n", strerror(-r));
			return 3;
		}
		(void)fflush(stdout);
	}
}

/* In the child: the socket as WIRE_FD, the files after it, nothing else. */
static void become(const char *program, const struct options *o, int sock)
{
	autofree char *uid = NULL, *gid = NULL;
	unsigned i;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* all far up first: none of them may lie where another one shall go */
	if (dup2(sock, FD_MOVED) < 0)
		_exit(126);
	for (i = 0; i < o->count; i++)
		if (dup2(o->fds[i], FD_MOVED + 1 + (int)i) < 0)
			_exit(126);
	for (i = 0; i <= o->count; i++)
		if (dup2(FD_MOVED + (int)i, WIRE_FD + (int)i) < 0)
			_exit(126);
	for (int fd = WIRE_FD + (int)i; fd < 256; fd++)
		(void)close(fd); /* most are not open */
	if (asprintf(&uid, "--uid=%s", o->uid) < 0 ||
	    asprintf(&gid, "--gid=%s", o->gid) < 0)
		_exit(126);
	char *argv[] = { (char *)(uintptr_t)program, uid, gid, NULL };
	char *none[] = { NULL };
	execve(program, argv, none);
	_exit(127);
}

static pid_t start(struct client *c, const char *program, const struct options *o)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become(program, o, pair[1]);
	(void)close(pair[1]);
	c->fd = pair[0];
	export_pid(pid);
	return pid;
}

static int send_job(struct client *c, const char *path)
{
	autotree struct tree job = { 0 };
	autofree char *text = NULL;
	size_t len, line = 0;
	int r;

	r = io_read_file_at(AT_FDCWD, path, RECORD_MAX, &text, &len);
	if (r >= 0)
		r = tree_scan(text, len, &job, &line);
	if (r >= 0)
		r = wire_send_tree(c->fd, &job);
	if (r < 0)
		(void)fprintf(stderr, "wire_client: %s, line %zu: %s\n", path, line,
			      strerror(-r));
	return r;
}

static void print_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		printf("lost\n");
	else if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		printf("exit %d\n", WEXITSTATUS(status));
}

static void add_fd(struct options *o, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0 || o->count == FDS_MAX) {
		(void)fprintf(stderr, "wire_client: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	o->fds[o->count++] = fd;
}

static void want(struct client *c, const char *what)
{
	c->wanted[STREAM_KERNEL] = strcmp(what, "kernel") == 0;
	c->wanted[STREAM_RAMDISK] = strcmp(what, "ramdisk") == 0;
}

static void parse_options(int argc, char *argv[], struct client *c, struct options *o)
{
	static const struct option longs[] = {
		{ "fd", required_argument, NULL, 'f' },
		{ "rwfd", required_argument, NULL, 'w' },
		{ "uid", required_argument, NULL, 'u' },
		{ "gid", required_argument, NULL, 'g' },
		{ "out", required_argument, NULL, 'o' },
		{ "want", required_argument, NULL, 'n' },
		{ "after-offer", required_argument, NULL, 'a' },
		{ "pick", required_argument, NULL, 'p' },
		{ "timeout", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (opt == 'f')
			add_fd(o, optarg, O_RDONLY);
		else if (opt == 'w')
			add_fd(o, optarg, O_RDWR);
		else if (opt == 'u')
			o->uid = optarg;
		else if (opt == 'g')
			o->gid = optarg;
		else if (opt == 'o')
			c->out = optarg;
		else if (opt == 'n')
			want(c, optarg);
		else if (opt == 'a')
			c->after_offer = optarg;
		else if (opt == 'p')
			c->pick = optarg;
		else if (opt == 't')
			c->timeout_ms = (int)strtol(optarg, NULL, 10) * 1000;
		else
			exit(2);
	}
	if (argc - optind != 2) {
		(void)fprintf(stderr, "usage: wire_client [OPTION...] PROGRAM JOBFILE\n");
		exit(2);
	}
}

int main(int argc, char *argv[])
{
	struct client c = { .wanted = { 1, 1 },
			    .pick = "none",
			    .timeout_ms = 30000,
			    .sink = { -1, -1, -1, -1 } };
	struct options o = { .uid = "65534", .gid = "65534" };
	pid_t pid;
	int status;

	parse_options(argc, argv, &c, &o);
	c.buffer = malloc(METADATA_CAP);
	pid = c.buffer ? start(&c, argv[optind], &o) : -1;
	if (pid < 0) {
		perror("wire_client");
		return 2;
	}
	/* A worker that ends before it has read its job may have said why. */
	(void)send_job(&c, argv[optind + 1]);
	status = listen_to(&c);
	if (status == 3)
		(void)kill(pid, SIGKILL); /* it may hang */
	(void)close(c.fd);
	print_end(pid);
	free(c.buffer);
	return status;
}
