/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader-net --uid=N --gid=N: started by eliloader, spoken to over descriptor WIRE_FD. */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "eliloader/net.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/sandbox.h"

#define BACK_OFF_MS	500 /* doubled with each try */
#define BACK_OFF_MAX_MS 8000
#define FDS_MAX		32 /* connections: one is used, libcurl keeps some open */
#define ID_MAX		(UINT32_MAX - 1)

/* What a resolver reads (nsswitch.conf(5), gai.conf(5), host.conf(5)). */
static const struct sandbox_file resolver_files[] = {
	{ "/etc/resolv.conf" },
	{ "/etc/hosts" },
	{ "/etc/nsswitch.conf" },
	{ "/etc/host.conf" },
	{ "/etc/gai.conf" },
	{ "/etc/services" },
	{ NULL },
};

static const char *const calls[] = {
	"socket",     "connect",    "bind",  "getsockname", "getpeername",
	"setsockopt", "getsockopt", "fcntl", "fcntl64",	    "sendmmsg",
	"geteuid",    "getegid",    NULL,
};

int net_fail(struct net *n, int r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(n->source.error, sizeof(n->source.error), fmt,
			ap); /* cut is fine */
	va_end(ap);
	return r;
}

int net_check_host(struct net *n, const char *host)
{
	const struct job *job = n->job;
	/* only read, as the function's const says */
	const struct config c = { .allow_hosts = (char **)(uintptr_t)job->allow_host,
				  .allow_host_count = job->allow_host_count };

	return config_allows_host(&c, host)
		       ? 0
		       : net_fail(n, -EPERM, "allow-host does not name the host '%s'",
				  host);
}

static struct net *net_of(struct pick_source *s)
{
	return (struct net *)s; /* its first member */
}

static void rest(unsigned tried)
{
	unsigned ms = BACK_OFF_MS;
	struct timespec t;

	while (--tried > 0 && ms < BACK_OFF_MAX_MS)
		ms *= 2;
	t = (struct timespec){ .tv_sec = ms / 1000,
			       .tv_nsec = (long)(ms % 1000) * 1000000 };
	(void)nanosleep(&t, NULL); /* a signal may cut it short */
}

/* A file, to be looked at (@file) or fetched (@out), as often as it is worth it. */
static int try_file(struct net *n, const char *path, struct wire_offer_file *file,
		    struct net_out *out)
{
	unsigned tries = n->job->tries;
	char last[sizeof(n->source.error)];
	int r;

	n->ops->forget(n);
	for (unsigned i = 1;; i++) {
		n->source.error[0] = '\0';
		r = out ? n->ops->get(n, path, out) : n->ops->look(n, path, file);
		if (r != -EAGAIN || i >= tries)
			break;
		wire_note(n->source.wire, NOTE_INFO, "%s; trying again (%u of %u)",
			  n->source.error, i + 1, tries);
		rest(i);
	}
	if (r == -EAGAIN && tries > 1) {
		memcpy(last, n->source.error, sizeof(last));
		r = net_fail(n, -EIO, "%.400s (tried %u times)", last, tries);
	}
	return r == -EAGAIN ? -EIO : r;
}

static int source_probe(struct pick_source *s, const char *path,
			struct wire_offer_file *ret_file)
{
	return try_file(net_of(s), path, ret_file, NULL);
}

static int source_read(struct pick_source *s, const char *path, size_t max,
		       char **ret_text, size_t *ret_len)
{
	struct net_out out;
	int r;

	net_out_memory(&out, max);
	r = try_file(net_of(s), path, NULL, &out);
	if (r == 0 && !out.buf) /* an empty file */
		out.buf = malloc(1);
	if (r == 0 && !out.buf)
		r = -ENOMEM;
	if (r < 0) {
		net_out_done(&out);
		return r;
	}
	out.buf[out.used] = '\0';
	*ret_text = out.buf;
	*ret_len = out.used;
	return 0;
}

static int send_file(struct net *n, const struct wire_offer *offer, unsigned stream)
{
	struct net_out out;
	int r;

	net_out_wire(&out, n->source.wire, stream, n->job->limit[stream]);
	n->expected = &offer->file[stream];
	r = try_file(n, offer->file[stream].path, NULL, &out);
	if (r == 0)
		r = net_out_flush(&out);
	if (r == 0 && wire_send(n->source.wire, WIRE_END, stream, NULL, 0) < 0)
		r = -EPIPE;
	net_out_done(&out);
	n->expected = NULL;
	return r;
}

static int receive_go(int wire, struct wire_go *ret_go)
{
	struct wire_header header;
	int r = wire_receive(wire, -1, &header);

	if (r < 0)
		return r;
	if (header.type != WIRE_GO || header.len != sizeof(*ret_go))
		return -EBADMSG;
	return wire_receive_body(wire, ret_go, sizeof(*ret_go));
}

static enum wire_result result_of(int r)
{
	switch (r) {
	case -EPERM:
		return RESULT_REFUSED;
	case -EFBIG:
		return RESULT_LIMIT;
	case -EBADMSG:
		return RESULT_INVALID;
	case -ENOMEM:
	case -EPIPE:
		return RESULT_INTERNAL;
	default:
		return RESULT_ACCESS;
	}
}

static int done_failed(const struct net *n, int r)
{
	return wire_done(n->source.wire, result_of(r), "%s",
			 *n->source.error ? n->source.error : strerror(-r));
}

/* The search, the offer, the files: in the sandbox. */
static int serve(struct net *n)
{
	struct pick_failure failure = { 0 };
	struct wire_offer offer = { 0 };
	struct wire_go go;
	int wire = n->source.wire, r;

	if (pick_pair(&n->source, n->job, &offer, &failure) < 0)
		return wire_done(wire, failure.result, "%s", failure.text);
	r = wire_send(wire, WIRE_OFFER, 0, &offer, sizeof(offer));
	if (r == 0)
		r = receive_go(wire, &go);
	if (r < 0)
		return wire_done(wire, RESULT_INTERNAL, "eliloader: %s", strerror(-r));
	for (unsigned i = 0; i < STREAMS && r == 0; i++)
		if (go.wanted[i])
			r = send_file(n, &offer, i);
	return r < 0 ? done_failed(n, r) : wire_done(wire, RESULT_OK, "%s", "");
}

/* Old glibc loads these when a name is looked up first, which is too late in the sandbox. */
static void load_resolver(void)
{
	(void)dlopen("libnss_files.so.2", RTLD_LAZY); /* absent: part of libc */
	(void)dlopen("libnss_dns.so.2", RTLD_LAZY);
}

static int enter(const struct net *n, uint32_t uid, uint32_t gid)
{
	const struct sandbox box = {
		.uid = uid,
		.gid = gid,
		.network = true,
		.reserved_ports = n->ops->reserved_ports,
		.files = resolver_files,
		.memory_max = WORKER_MEMORY_MAX,
		.fds_max = FDS_MAX,
		.calls = calls,
	};

	return sandbox_enter(&box);
}

static int prepare(struct net *n)
{
	char why[128];

	if (!n->job->url || repo_parse(n->job->url, &n->repo, why, sizeof(why)) < 0 ||
	    n->repo.scheme == SCHEME_CDROM)
		return net_fail(n, -EPERM, "the job's address cannot be used");
	n->ops = n->repo.scheme == SCHEME_NFS ? &net_nfs_ops : &net_curl_ops;
	load_resolver();
	return n->ops->prepare(n);
}

static int run(int wire, uint32_t uid, uint32_t gid)
{
	autotree struct tree tree = { 0 };
	struct job job = { 0 };
	struct net n = {
		.source = { .read = source_read, .probe = source_probe, .wire = wire },
		.job = &job
	};
	int r = wire_receive_job(wire, &tree);

	if (r == 0)
		r = job_read(&tree, &job);
	if (r < 0)
		return wire_done(wire, RESULT_INTERNAL, "the job: %s", strerror(-r));
	r = prepare(&n);
	if (r == 0)
		r = net_check_host(&n, n.repo.host);
	if (r < 0)
		return done_failed(&n, r);
	r = enter(&n, uid, gid);
	if (r < 0)
		return wire_done(wire, RESULT_INTERNAL, "no sandbox: %s", strerror(-r));
	r = serve(&n);
	n.ops->done(&n);
	return r;
}

static int read_id(int argc, char *argv[], int at, const char *name, uint32_t *ret)
{
	size_t len = strlen(name);
	uint64_t value;

	if (at >= argc || strncmp(argv[at], name, len) != 0 ||
	    io_parse_u64(argv[at] + len, ID_MAX, &value) < 0)
		return -EINVAL;
	*ret = (uint32_t)value;
	return 0;
}

int main(int argc, char *argv[])
{
	uint32_t uid, gid;

	log_open("eliloader-net", false, false);
	if (argc != 3 || read_id(argc, argv, 1, "--uid=", &uid) < 0 ||
	    read_id(argc, argv, 2, "--gid=", &gid) < 0) {
		log_error("this is started by eliloader");
		return 2;
	}
	return run(WIRE_FD, uid, gid);
}
