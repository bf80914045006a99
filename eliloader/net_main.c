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
#include "eliloader/worker_side.h"
#include "lib/cleanup.h"
#include "lib/sandbox.h"

#define BACK_OFF_MS	500 /* doubled with each try */
#define BACK_OFF_MAX_MS 8000
#define FDS_MAX		32 /* connections: one is used, libcurl keeps some open */

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
	const struct config c = { .allow_hosts = { (char **)(uintptr_t)job->allow_host,
						   job->allow_host_count } };

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

static int source_send(struct pick_source *s, const struct wire_offer_file *file,
		       unsigned stream, uint64_t max)
{
	struct net *n = net_of(s);
	struct net_out out;
	int r;

	net_out_wire(&out, s->wire, stream, max);
	n->expected = file;
	r = try_file(n, file->path, NULL, &out);
	if (r == 0)
		r = net_out_flush(&out);
	net_out_done(&out);
	n->expected = NULL;
	return r;
}

static int done_failed(const struct net *n, int r)
{
	return wire_done(n->source.wire, worker_result(r, RESULT_ACCESS), "%s",
			 *n->source.error ? n->source.error : strerror(-r));
}

/* Old glibc loads these when a name is looked up first, which is too late in the sandbox. */
static void load_resolver(void)
{
	(void)dlopen("libnss_files.so.2", RTLD_LAZY); /* absent: part of libc */
	(void)dlopen("libnss_dns.so.2", RTLD_LAZY);
}

static int enter(const struct net *n, const struct worker_ids *ids)
{
	const struct sandbox box = {
		.uid = ids->uid,
		.gid = ids->gid,
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

static int run(int wire, const struct worker_ids *ids)
{
	autotree struct tree tree = { 0 };
	struct job job = { 0 };
	struct net n = { .source = { .read = source_read,
				     .probe = source_probe,
				     .send = source_send,
				     .wire = wire },
			 .job = &job };
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
	r = enter(&n, ids);
	if (r < 0)
		return wire_done(wire, RESULT_INTERNAL,
				 "the sandbox cannot be entered: %s", strerror(-r));
	r = pick_serve(&n.source, &job);
	n.ops->done(&n);
	return r;
}

int main(int argc, char *argv[])
{
	struct worker_ids ids = worker_ids("eliloader-net", argc, argv);

	return run(WIRE_FD, &ids);
}
