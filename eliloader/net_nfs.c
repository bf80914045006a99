/* SPDX-License-Identifier: BSD-2-Clause */
/* Files by NFS, versions 3 and 4: libnfs speaks it, nothing is mounted. */
#include <sys/time.h> /* libnfs.h wants it */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <nfsc/libnfs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/net.h"
#include "lib/io.h"

#define READ_SIZE (1024 * 1024) /* what servers give at most; less is fine */
#define POLL_MS	  100		/* libnfs looks after its own timers */
#define NOBODY	  65534		/* who we are to the server: nobody it would trust */

/* One call and its answer. */
struct answer {
	bool done;
	int status; /* as libnfs gives it: 0 or more, or a negative errno */
	struct nfs_stat_64 stat;
	struct nfsfh *fh;
	struct net_out *out; /* bytes go there */
	int out_error;
	char text[256];
};

struct net_nfs {
	struct nfs_context *nfs;       /* NULL: not mounted */
	struct answer answer;	       /* here, since cancelled calls still write to it */
	char args[128];		       /* "nfsport=2049&mountport=..." */
	int version;		       /* 3, 4; 0: whatever the server has */
	char validator[REPO_PATH_MAX]; /* of the version the bytes so far are of */
};

/* What of the address's query is passed on, by name: libnfs knows uid and gid, too, by which
 * whoever may write a VM's record could read any user's files on any server that trusts this
 * host.  (repo.h refuses those.) */
static int take_query(struct net *n, struct net_nfs *s, const char *query)
{
	char copy[URL_LEN_MAX], *text = copy, *item;
	size_t len;

	(void)snprintf(copy, sizeof(copy), "%s", query); /* it is shorter */
	while ((item = strsep(&text, "&"))) {
		if (strncmp(item, "version=", 8) == 0) {
			s->version =
				item[8] == '4' ? 4 : 3; /* repo.h lets nothing else */
		} else if (strncmp(item, "nfsport=", 8) == 0 ||
			   strncmp(item, "mountport=", 10) == 0) {
			len = strlen(s->args);
			if (len + strlen(item) + 2 > sizeof(s->args))
				return net_fail(n, -EPERM, "the address is too long");
			(void)snprintf(s->args + len, sizeof(s->args) - len, "&%s", item);
		}
	}
	return 0;
}

static int prepare(struct net *n)
{
	struct net_nfs *s = calloc(1, sizeof(*s));
	const char *query = strchr(n->repo.url, '?');

	if (!s)
		return -ENOMEM;
	n->state = s;
	if (n->job->proxy && *n->job->proxy)
		wire_note(n->source.wire, NOTE_WARNING,
			  "install-proxy is not used: NFS knows no proxies");
	return query ? take_query(n, s, query + 1) : 0;
}

static void unmount(struct net_nfs *s)
{
	if (s->nfs)
		nfs_destroy_context(s->nfs); /* calls under way are answered: cancelled */
	s->nfs = NULL;
}

static void done(struct net *n)
{
	struct net_nfs *s = n->state;

	if (s)
		unmount(s);
	free(s);
	n->state = NULL;
}

/* What is worth keeping of an answer, which is gone after this. */
static void keep(struct answer *a, int status, void *data)
{
	if (a->done)
		return; /* given up already, and cancelled */
	a->done = true;
	a->status = status;
	if (status < 0 && data)
		(void)snprintf(a->text, sizeof(a->text), "%s", (const char *)data);
}

static void on_answer(int status, struct nfs_context *nfs, void *data, void *arg)
{
	(void)nfs;
	keep(arg, status, data);
}

static void on_stat(int status, struct nfs_context *nfs, void *data, void *arg)
{
	struct answer *a = arg;

	(void)nfs;
	keep(a, status, data);
	if (status >= 0)
		a->stat = *(struct nfs_stat_64 *)data;
}

static void on_open(int status, struct nfs_context *nfs, void *data, void *arg)
{
	struct answer *a = arg;

	(void)nfs;
	keep(a, status, data);
	a->fh = status >= 0 ? data : NULL;
}

static void on_read(int status, struct nfs_context *nfs, void *data, void *arg)
{
	struct answer *a = arg;

	(void)nfs;
	keep(a, status, data);
	if (status > 0)
		a->out_error = net_out_add(a->out, data, (size_t)status);
}

/* Until the call is answered; -ETIMEDOUT, -ECONNABORTED, or 0: see answer.status. */
static int wait_answer(struct net_nfs *s, unsigned timeout_s)
{
	uint64_t end = io_now_ms() + timeout_s * 1000ULL;

	while (!s->answer.done) {
		struct pollfd p = { .fd = nfs_get_fd(s->nfs),
				    .events = (short)nfs_which_events(s->nfs) };
		int count = poll(&p, 1, POLL_MS);

		if (count < 0 && errno != EINTR)
			return -errno;
		if (nfs_service(s->nfs, count > 0 ? p.revents : 0) < 0)
			return s->answer.done ? 0 : -ECONNABORTED;
		if (io_now_ms() > end)
			return -ETIMEDOUT;
	}
	return 0;
}

/* A call was made (@queued: what libnfs said to that): its answer, a status of 0 or more or
 * a negative errno. */
static int answer_of(struct net_nfs *s, int queued, unsigned timeout_s)
{
	int r = queued < 0 ? -ENOMEM : wait_answer(s, timeout_s);

	if (r == 0)
		return s->answer.status;
	if (!s->answer.text[0])
		(void)snprintf(s->answer.text, sizeof(s->answer.text), "%s",
			       r == -ETIMEDOUT ? "the server does not answer"
					       : nfs_get_error(s->nfs));
	s->answer.done = true;
	unmount(s); /* whatever comes late must not be taken for another's answer */
	return r;
}

static struct answer *new_answer(struct net_nfs *s)
{
	s->answer = (struct answer){ 0 };
	return &s->answer;
}

/* Settings go into a context by an address only. */
static int configure(struct net_nfs *s, int version)
{
	struct nfs_url *url;
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "nfs://server/path?version=%d&auto-traverse-mounts=0%s", version,
		       s->args); /* fits */
	url = nfs_parse_url_dir(s->nfs, text);
	if (!url)
		return -EINVAL;
	nfs_destroy_url(url);
	nfs_set_uid(s->nfs, NOBODY);
	nfs_set_gid(s->nfs, NOBODY);
	nfs_set_autoreconnect(s->nfs, 0); /* we try again, and count */
	return 0;
}

static int mount_address(struct net *n, const char *address, int version)
{
	struct net_nfs *s = n->state;
	struct answer *a = new_answer(s);
	int r;

	s->nfs = nfs_init_context();
	if (!s->nfs || configure(s, version) < 0) {
		unmount(s);
		return -ENOMEM;
	}
	r = nfs_mount_async(s->nfs, address, n->repo.nfs_path, on_answer, a);
	r = answer_of(s, r, n->job->connect_timeout_s);
	if (r < 0)
		unmount(s);
	return r < 0 ? r : 0;
}

static int mount_version(struct net *n, const struct net_address *address, unsigned count,
			 int version)
{
	const struct net_nfs *s = n->state;
	int r = -ENOENT;

	for (unsigned i = 0; i < count; i++) {
		r = mount_address(n, address[i].text, version);
		if (r == 0)
			break;
		wire_note(n->source.wire, NOTE_DEBUG, "NFS version %d at %s: %s", version,
			  address[i].text, s->answer.text);
	}
	return r;
}

/* Version 4 first, as mount(8) does: it needs one port only, which firewalls let through. */
static int mount_any(struct net *n, const struct net_address *address, unsigned count)
{
	struct net_nfs *s = n->state;
	char why[sizeof(s->answer.text)] = "";
	int r;

	if (s->version != 3) {
		r = mount_version(n, address, count, 4);
		if (r == 0 || s->version == 4)
			return r == 0 ? 0
				      : net_fail(n, -EAGAIN, "NFS version 4: %s",
						 s->answer.text);
		memcpy(why, s->answer.text, sizeof(why));
	}
	r = mount_version(n, address, count, 3);
	if (r == 0)
		return 0;
	return net_fail(n, -EAGAIN, "%s%s%sNFS version 3: %s",
			*why ? "NFS version 4: " : "", why, *why ? "; " : "",
			s->answer.text);
}

static int ready(struct net *n)
{
	struct net_nfs *s = n->state;
	struct net_address address[NET_ADDRESSES];
	unsigned count = 0;
	int r;

	if (s->nfs)
		return 0;
	r = net_resolve(n, n->repo.host, address, &count);
	return r < 0 ? r : mount_any(n, address, count);
}

/* A call about @path has failed. */
static int fail_call(struct net *n, const char *path, int r)
{
	struct net_nfs *s = n->state;

	if (r == -ENOENT || r == -ENOTDIR)
		return net_fail(n, -ENOENT, "%s is not there", path);
	if (r == -EACCES || r == -EPERM)
		return net_fail(n, -EIO, "%s may not be read by others: %s", path,
				s->answer.text);
	unmount(s); /* a new connection may help */
	return net_fail(n, r == -ENOMEM ? r : -EAGAIN, "%s: %s", path,
			*s->answer.text ? s->answer.text : strerror(-r));
}

static int look(struct net *n, const char *path, struct wire_offer_file *file)
{
	struct net_nfs *s = n->state;
	const struct nfs_stat_64 *st = &s->answer.stat;
	char full[REPO_PATH_MAX + 1];
	int r = ready(n);

	if (r < 0)
		return r;
	(void)snprintf(full, sizeof(full), "/%s", path); /* fits */
	r = nfs_stat64_async(s->nfs, full, on_stat, new_answer(s));
	r = answer_of(s, r, n->job->stall_timeout_s);
	if (r < 0)
		return fail_call(n, path, r);
	if (!S_ISREG(st->nfs_mode))
		return net_fail(n, -ENOENT, "%s is no file", path);
	file->size = st->nfs_size;
	(void)snprintf(file->validator, sizeof(file->validator),
		       "nfs %" PRIu64 ".%09" PRIu64 " %" PRIu64, st->nfs_mtime,
		       st->nfs_mtime_nsec, st->nfs_size); /* fits */
	return 0;
}

/* What is there now against what was there: when it was offered, and at the last try. */
static int check_version(struct net *n, const char *path,
			 const struct wire_offer_file *now, struct net_out *out)
{
	struct net_nfs *s = n->state;

	if (now->size > out->max)
		return net_fail(n, -EFBIG,
				"%s has %" PRIu64
				" bytes and exceeds the limit of %" PRIu64 " bytes",
				path, now->size, out->max);
	/* (where there is a checksum, that will tell) */
	if (n->expected && (n->expected->size != now->size ||
			    (!n->expected->sha256_known &&
			     strcmp(n->expected->validator, now->validator) != 0)))
		return net_fail(n, -EIO, "%s has changed on the server while it was read",
				path);
	if (out->len > 0 && strcmp(s->validator, now->validator) == 0)
		return 0;
	memcpy(s->validator, now->validator, sizeof(s->validator));
	return net_out_restart(out);
}

static int read_rest(struct net *n, const char *path, struct nfsfh *fh, uint64_t size,
		     struct net_out *out)
{
	struct net_nfs *s = n->state;

	while (out->len < size) {
		struct answer *a = new_answer(s);
		uint64_t want = size - out->len;
		int r;

		a->out = out;
		r = nfs_pread_async(s->nfs, fh, out->len,
				    want < READ_SIZE ? want : READ_SIZE, on_read, a);
		r = answer_of(s, r, n->job->stall_timeout_s);
		if (r < 0)
			return fail_call(n, path, r);
		if (a->out_error < 0)
			return a->out_error == -EFBIG
				       ? net_fail(n, -EFBIG, "%s is over its limit", path)
				       : a->out_error;
		if (r == 0)
			return net_fail(n, -EAGAIN,
					"%s ended after %" PRIu64 " of %" PRIu64 " bytes",
					path, out->len, size);
	}
	return out->len == size
		       ? 0
		       : net_fail(n, -EIO, "%s: the server sends too much", path);
}

static int get(struct net *n, const char *path, struct net_out *out)
{
	struct net_nfs *s = n->state;
	struct wire_offer_file now = { 0 };
	char full[REPO_PATH_MAX + 1];
	struct nfsfh *fh;
	int r = look(n, path, &now);

	if (r == 0)
		r = check_version(n, path, &now, out);
	if (r < 0)
		return r;
	(void)snprintf(full, sizeof(full), "/%s", path); /* fits */
	r = nfs_open_async(s->nfs, full, O_RDONLY, on_open, new_answer(s));
	r = answer_of(s, r, n->job->stall_timeout_s);
	if (r < 0)
		return fail_call(n, path, r);
	fh = s->answer.fh;
	r = read_rest(n, path, fh, now.size, out);
	if (s->nfs && nfs_close_async(s->nfs, fh, on_answer, new_answer(s)) == 0)
		(void)answer_of(s, 0, n->job->stall_timeout_s); /* we have what we want */
	return r;
}

static void forget(struct net *n)
{
	struct net_nfs *s = n->state;

	s->validator[0] = '\0';
}

const struct net_ops net_nfs_ops = {
	.prepare = prepare,
	.look = look,
	.get = get,
	.forget = forget,
	.done = done,
	.reserved_ports = true,
};
