/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check-run - gives eliloader-check one job and prints what it says, for tests.
 *	check-run [-o FILE] [-u UID] WORKER KEY=VALUE... -- FILE...
 * FILEs are opened for reading, "rw:FILE" made and opened for both, and passed in order.
 * Prints a line per message: "kernel pv=1 ...", "digests kernel=HEX ramdisk=-",
 * "end N bytes" (written to -o), "note TEXT", "done RESULT TEXT".  Then, with -m,
 * "rss-kib N" and "cpu-ms N" of the worker.  Exit status: the worker's; 3 on trouble.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "eliloader/wire.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define FILES_MAX 3
#define FD_APART  20 /* where descriptors wait before they get their numbers */

struct run {
	const char *worker, *out;
	unsigned uid;
	bool measure;
	int fd[FILES_MAX];
	size_t fds;
	struct tree job;
};

__attribute__((noreturn)) static void die(const char *what)
{
	(void)fprintf(stderr, "check-run: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void add_key(struct run *run, char *arg)
{
	char *value = strchr(arg, '=');

	if (!value)
		die(arg);
	*value++ = '\0';
	if (tree_set(&run->job, arg, value, strlen(value)) < 0)
		die(arg);
}

static void add_file(struct run *run, const char *arg)
{
	bool rw = strncmp(arg, "rw:", 3) == 0;
	int fd = rw ? open(arg + 3, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
		    : open(arg, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || run->fds == FILES_MAX)
		die(arg);
	run->fd[run->fds++] = fd;
}

static void parse(struct run *run, int argc, char *argv[])
{
	int c, i;

	while ((c = getopt(argc, argv, "+o:u:m")) != -1) {
		if (c == 'o')
			run->out = optarg;
		else if (c == 'u')
			run->uid = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'm')
			run->measure = true;
		else
			exit(3);
	}
	if (optind >= argc)
		exit(3);
	run->worker = argv[optind];
	for (i = optind + 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		add_key(run, argv[i]);
	for (i++; i < argc; i++)
		add_file(run, argv[i]);
}

/* In the child: descriptors from WIRE_FD on, then the worker. */
__attribute__((noreturn)) static void become_worker(const struct run *run, int sock)
{
	char uid[32], gid[32];
	int apart[1 + FILES_MAX];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	apart[0] = fcntl(sock, F_DUPFD_CLOEXEC, FD_APART);
	for (size_t i = 0; i < run->fds; i++)
		apart[i + 1] = fcntl(run->fd[i], F_DUPFD_CLOEXEC, FD_APART);
	for (size_t i = 0; i <= run->fds; i++)
		if (dup2(apart[i], WIRE_FD + (int)i) < 0)
			_exit(3);
	(void)snprintf(uid, sizeof(uid), "--uid=%u", run->uid);
	(void)snprintf(gid, sizeof(gid), "--gid=%u", run->uid);
	execl(run->worker, run->worker, uid, gid, (char *)NULL);
	_exit(3);
}

static void print_text(const char *text, size_t size)
{
	char escaped[8192];

	(void)log_escape(escaped, sizeof(escaped), text, strnlen(text, size));
	printf(" %s\n", escaped);
}

static void print_kernel(const struct wire_kernel *k)
{
	static const char *const kinds[PAYLOAD_KINDS] = { "none", "gzip", "xz",
							  "zstd", "lzma", "bzip2",
							  "lz4",  "lzo",  "unknown" };

	printf("kernel payload=%s bzimage=%u pv=%u phys32=%u pvh=%u bits=%u known=%u "
	       "unpacked=%llu os=%s release=",
	       k->payload < PAYLOAD_KINDS ? kinds[k->payload] : "?", k->bzimage, k->pv,
	       k->phys32, k->pvh, k->bits, k->xen_known, (unsigned long long)k->unpacked,
	       k->guest_os);
	print_text(k->release, sizeof(k->release));
}

static void print_digests(const struct wire_digests *d)
{
	static const char *const names[STREAMS] = { " kernel=", " ramdisk=" };

	printf("digests");
	for (size_t i = 0; i < STREAMS; i++) {
		printf("%s%s", names[i], d->known[i] ? "" : "-");
		for (size_t n = 0; d->known[i] && n < SHA256_LEN; n++)
			printf("%02x", d->sha256[i][n]);
	}
	printf("\n");
}

static const char *const results[RESULTS] = { "ok",	 "absent",  "access",  "limit",
					      "invalid", "refused", "internal" };

/* One message; true at the last. */
static bool print_message(const struct wire_header *h, const void *body, uint64_t *len,
			  int out)
{
	const struct wire_done *done = body;
	const struct wire_note *note = body;

	if (h->type == WIRE_DATA && h->stream == STREAM_KERNEL) {
		*len += h->len;
		if (out >= 0 && io_write_all(out, body, h->len) < 0)
			die("write");
	} else if (h->type == WIRE_END) {
		printf("end %llu bytes\n", (unsigned long long)*len);
	} else if (h->type == WIRE_KERNEL && h->len == sizeof(struct wire_kernel)) {
		print_kernel(body);
	} else if (h->type == WIRE_DIGESTS && h->len == sizeof(struct wire_digests)) {
		print_digests(body);
	} else if (h->type == WIRE_NOTE && h->len == sizeof(*note)) {
		printf("note");
		print_text(note->text, sizeof(note->text));
	} else if (h->type == WIRE_DONE && h->len == sizeof(*done)) {
		printf("done %s", done->result < RESULTS ? results[done->result] : "?");
		print_text(done->text, sizeof(done->text));
		return true;
	} else {
		printf("bad message, type %u, %llu bytes\n", h->type,
		       (unsigned long long)h->len);
	}
	return false;
}

static void listen_to(int sock, int out)
{
	static char body[WIRE_CHUNK];
	struct wire_header h;
	uint64_t len = 0;
	int r;

	for (;;) {
		r = wire_receive(sock, -1, &h);
		if (r == 0 && h.len > sizeof(body))
			r = -EMSGSIZE;
		if (r == 0)
			r = wire_receive_body(sock, body, h.len);
		if (r < 0) {
			printf("the worker ended without a word: %s\n", strerror(-r));
			return;
		}
		if (print_message(&h, body, &len, out))
			return;
	}
}

static int end(const struct run *run, pid_t pid)
{
	struct rusage usage;
	int status;

	if (wait4(pid, &status, 0, &usage) < 0)
		die("wait");
	if (run->measure)
		printf("rss-kib %ld\ncpu-ms %ld\n", usage.ru_maxrss,
		       usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
			       usage.ru_stime.tv_sec * 1000 +
			       usage.ru_stime.tv_usec / 1000);
	if (WIFSIGNALED(status)) {
		printf("the worker was killed by signal %d\n", WTERMSIG(status));
		return 3;
	}
	return WEXITSTATUS(status);
}

int main(int argc, char *argv[])
{
	struct run run = { .uid = 65534 };
	autoclose int out = -1;
	int pair[2];
	pid_t pid;

	log_open("check-run", false, false);
	parse(&run, argc, argv);
	if (run.out) {
		out = open(run.out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (out < 0)
			die(run.out);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		die("socketpair");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		become_worker(&run, pair[1]);
	close(pair[1]);
	if (wire_send_tree(pair[0], &run.job) < 0)
		die("job");
	listen_to(pair[0], out);
	close(pair[0]);
	tree_done(&run.job);
	return end(&run, pid);
}
