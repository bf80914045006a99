/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/net_curl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/version.h"

#define BUFFER_SIZE   (128 * 1024L) /* more is not read at once over TCP */
#define CA_BUNDLE_MAX (4 * MIB)	    /* Debian's has 0.2 */
#define DROPPED_MAX   (64 * 1024)   /* of an error's page, to keep the connection */

/* The administrator's bundle, or the system's where this libcurl or a distribution keeps
 * it.  Opened now, since the sandbox has no files, and read when TLS is spoken. */
static int prepare_ca(struct net *n, struct net_curl *c)
{
	const char *const places[] = {
		curl_version_info(CURLVERSION_NOW)->cainfo,
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem",
	};
	const char *path = n->job->ca_bundle;

	if (path)
		c->ca_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	for (size_t i = 0; !path && c->ca_fd < 0 && i < sizeof(places) / sizeof(*places);
	     i++)
		if (places[i])
			c->ca_fd = open(places[i], O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (path && c->ca_fd < 0)
		return net_fail(n, -EIO, "the CA bundle '%s' cannot be read: %s", path,
				strerror(errno));
	return 0;
}

/* TLS will be spoken.  That none of a server's certificates can be good is said before it
 * is asked: libcurl's words are about files that the sandbox does not have. */
static int need_ca(const struct net_ask *a)
{
	struct net_curl *c = a->n->state;
	int r;

	if (c->ca)
		return 0;
	if (c->ca_fd < 0)
		return net_fail(a->n, -EIO,
				"%s: no certificates: set ca-bundle in eliloader.conf",
				a->url.shown);
	r = io_read_limited(c->ca_fd, CA_BUNDLE_MAX, &c->ca, &c->ca_len);
	(void)close(steal_fd(&c->ca_fd)); /* was only read */
	return r < 0 ? net_fail(a->n, -EIO, "the CA bundle cannot be read: %s",
				strerror(-r))
		     : 0;
}

/* Its host is asked, too: an allow-list would be worth nothing if anybody could stand
 * between. */
static int prepare_proxy(struct net *n, struct net_curl *c)
{
	struct repo proxy;
	char why[128];

	if (!n->job->proxy || !*n->job->proxy)
		return 0;
	if (repo_parse_proxy(n->job->proxy, &proxy, why, sizeof(why)) < 0)
		return net_fail(n, -EPERM, "the proxy's address: %s", why);
	if (net_url_parse(proxy.url, &c->proxy) < 0)
		return net_fail(n, -EPERM, "the proxy's address cannot be used");
	memcpy(c->proxy_url, proxy.url, sizeof(c->proxy_url));
	return net_check_host(n, c->proxy.host);
}

int net_curl_prepare(struct net *n)
{
	struct net_curl *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	n->state = c;
	c->ca_fd = -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return net_fail(n, -ENOMEM, "libcurl cannot be used");
	c->easy = curl_easy_init();
	if (!c->easy)
		return -ENOMEM;
	if (n->job->pinned_key && strncmp(n->job->pinned_key, "sha256//", 8) != 0)
		return net_fail(n, -EPERM,
				"pinned-public-key does not begin with sha256//");
	if (net_url_parse(n->repo.url, &c->base) < 0)
		return net_fail(n, -EPERM, "the address cannot be used");
	r = prepare_ca(n, c);
	return r < 0 ? r : prepare_proxy(n, c);
}

static void forget_addresses(struct net_curl *c)
{
	curl_slist_free_all(c->addresses);
	c->addresses = NULL;
	c->resolved[0] = '\0';
}

void net_curl_done(struct net *n)
{
	struct net_curl *c = n->state;

	if (!c)
		return;
	curl_easy_cleanup(c->easy);
	forget_addresses(c);
	if (c->ca_fd >= 0)
		(void)close(c->ca_fd); /* was only read */
	free(c->ca);
	free(c);
	n->state = NULL;
}

static size_t on_data(char *data, size_t one, size_t len, void *arg)
{
	struct net_ask *a = arg;
	uint64_t before;

	(void)one;		   /* always 1 */
	if (a->method == NET_HEAD) /* ftp's, by libcurl: lines like HTTP's */
		return len;
	if (!a->begun) {
		a->begun = true;
		a->error = net_curl_begin(a);
	}
	if (a->error < 0)
		return 0;
	if (a->out && !a->enough && (a->ftp || a->reply.code / 100 == 2)) {
		before = io_now_ms();
		a->error = net_out_add(a->out, data, len);
		a->moved_ms +=
			io_now_ms() - before; /* eliloader's time, not the server's */
		if (a->error == -EFBIG)
			(void)net_fail(a->n, -EFBIG, "%s is over the limit of %llu bytes",
				       a->url.shown, (unsigned long long)a->out->max);
		return a->error < 0 ? 0 : len;
	}
	a->dropped += len;
	if (a->dropped > DROPPED_MAX)
		a->enough = true;
	return a->enough ? 0 : len;
}

/* Connected, and about to ask: from now on silence counts. */
static int on_start(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct net_ask *a = arg;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	a->moved_ms = io_now_ms();
	return CURL_PREREQFUNC_OK;
}

/* libcurl calls this about once a second when nothing comes.  (Its own limit for slow
 * transfers sees silence some seconds late, by its way of averaging.) */
static int on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up)
{
	struct net_ask *a = arg;
	uint64_t ms = io_now_ms();
	uint64_t enough = (uint64_t)a->n->job->stall_timeout_s * STALL_BYTES_S;

	(void)total;
	(void)up_total;
	(void)up;
	if (a->moved_ms == 0)
		return 0;
	/* a first byte counts; then a drop now and then is no transfer */
	if (now != a->moved && (a->moved == 0 || (uint64_t)(now - a->moved) >= enough)) {
		a->moved = now;
		a->moved_ms = ms;
	}
	a->silent = ms - a->moved_ms > a->n->job->stall_timeout_s * 1000ULL;
	return a->silent ? 1 : 0;
}

/* "HOST:PORT:ADDRESS,ADDRESS", as CURLOPT_RESOLVE takes it. */
static int list_addresses(const struct net_url *to, const struct net_address *address,
			  unsigned count, struct curl_slist **ret)
{
	char text[NET_ADDRESSES * (sizeof(address[0].text) + 3) + sizeof(to->host) +
		  sizeof(to->port) + 2];
	int n = snprintf(text, sizeof(text), "%s:%s", to->host, to->port);

	for (unsigned i = 0; i < count; i++) {
		bool v6 = strchr(address[i].text, ':');

		/* fits: it is measured for the longest */
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%c%s%s%s",
			      i == 0 ? ':' : ',', v6 ? "[" : "", address[i].text,
			      v6 ? "]" : "");
	}
	*ret = curl_slist_append(NULL, text);
	return *ret ? 0 : -ENOMEM;
}

static bool is_numeric(const char *host)
{
	uint8_t addr[16];

	return inet_pton(AF_INET, host, addr) == 1 ||
	       inet_pton(AF_INET6, host, addr) == 1;
}

/* The host that will be connected to is resolved here: libcurl would make a thread. */
static int resolve(struct net_ask *a, bool direct)
{
	struct net_curl *c = a->n->state;
	const struct net_url *to = direct ? &a->url : &c->proxy;
	struct net_address address[NET_ADDRESSES];
	char key[sizeof(c->resolved)];
	unsigned count = 0;
	int r;

	(void)snprintf(key, sizeof(key), "%s:%s", to->host, to->port);
	if (strcmp(key, c->resolved) == 0)
		return 0;
	forget_addresses(c);
	if (is_numeric(to->host))
		return 0;
	r = net_resolve(a->n, to->host, address, &count);
	if (r == 0)
		r = list_addresses(to, address, count, &c->addresses);
	if (r == 0)
		memcpy(c->resolved, key, sizeof(key));
	return r;
}

static void set_security(const struct net *n, const struct net_curl *c)
{
	struct curl_blob ca = { c->ca, c->ca_len, CURL_BLOB_NOCOPY };
	CURL *e = c->easy;

	/* all other protocols are shut, whoever asks for them */
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https,ftp");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	/* no file of libcurl's own choice: the sandbox has none */
	curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(e, CURLOPT_PROXY_CAPATH, NULL);
	if (c->ca) {
		curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &ca);
		curl_easy_setopt(e, CURLOPT_PROXY_CAINFO_BLOB, &ca);
	}
	curl_easy_setopt(e, CURLOPT_PINNEDPUBLICKEY, n->job->pinned_key);
	curl_easy_setopt(e, CURLOPT_FTP_SKIP_PASV_IP,
			 1L); /* where it says is not asked */
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static void set_transfer(const struct net *n, struct net_ask *a, CURL *e)
{
	curl_easy_setopt(e, CURLOPT_URL, a->url.text);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, a->curl_error);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, BUFFER_SIZE);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "eliloader/" XPT_VERSION);
	curl_easy_setopt(e, CURLOPT_FILETIME, 1L); /* ftp */
	curl_easy_setopt(e, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, (long)n->job->connect_timeout_s);
	curl_easy_setopt(e, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 (long)n->job->stall_timeout_s); /* ftp */
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_start);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, a);
	curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(e, CURLOPT_XFERINFODATA, a);
	curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
	if (a->method == NET_HEAD)
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
}

/* Never what the environment says. */
static void set_proxy(const struct net_curl *c, bool direct)
{
	CURL *e = c->easy;

	curl_easy_setopt(e, CURLOPT_NOPROXY, "");
	curl_easy_setopt(e, CURLOPT_PROXY, direct ? "" : c->proxy_url);
	if (direct)
		return;
	curl_easy_setopt(e, CURLOPT_PROXYPORT, strtol(c->proxy.port, NULL, 10));
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/* Which bytes: with If-Range, so that another version comes whole. */
static int set_range(struct net_ask *a, struct curl_slist **ret_headers)
{
	const struct net_curl *c = a->n->state;
	char range[32], header[REPO_PATH_MAX + 16];

	if (a->ftp) {
		curl_easy_setopt(c->easy, CURLOPT_RESUME_FROM_LARGE,
				 (curl_off_t)a->offset);
		return 0;
	}
	if (a->method == NET_FIRST_BYTE)
		curl_easy_setopt(c->easy, CURLOPT_RANGE, "0-0");
	if (a->method != NET_GET || a->offset == 0)
		return 0;
	(void)snprintf(range, sizeof(range), "%llu-", (unsigned long long)a->offset);
	(void)snprintf(header, sizeof(header), "If-Range: %s", c->version);
	*ret_headers = curl_slist_append(NULL, header);
	if (!*ret_headers)
		return -ENOMEM;
	curl_easy_setopt(c->easy, CURLOPT_RANGE, range);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, *ret_headers);
	return 0;
}

static int fail_certificate(const struct net_ask *a)
{
	return net_fail(a->n, -EIO,
			"%s: the server's certificate is not trusted (%s); ca-bundle in "
			"eliloader.conf names CAs of your own",
			a->url.shown, a->curl_error);
}

/* Absent, for an ftp server. */
static bool is_ftp_absent(const struct net_ask *a, CURLcode code)
{
	return a->ftp &&
	       (code == CURLE_REMOTE_FILE_NOT_FOUND ||
		(a->reply.code == 550 && (code == CURLE_REMOTE_ACCESS_DENIED ||
					  code == CURLE_FTP_COULDNT_RETR_FILE)));
}

static bool may_pass(CURL *e, CURLcode code)
{
	long connect_code = 0;

	curl_easy_getinfo(e, CURLINFO_HTTP_CONNECTCODE, &connect_code);
	if (connect_code >= 400 && connect_code < 500)
		return false; /* the proxy does not want to */
	switch (code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_FTP_COULDNT_RETR_FILE:
		return true;
	default:
		return false;
	}
}

static int fail_curl(const struct net_ask *a, CURLcode code)
{
	const struct net_curl *c = a->n->state;
	const char *text = *a->curl_error ? a->curl_error : curl_easy_strerror(code);

	if (a->silent)
		return net_fail(a->n, -EAGAIN, "%s: hardly a byte came for %u seconds",
				a->url.shown, a->n->job->stall_timeout_s);
	if (is_ftp_absent(a, code))
		return net_fail(a->n, -ENOENT, "%s is not there", a->url.shown);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return fail_certificate(a);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return net_fail(a->n, -EIO, "the CA bundle holds no certificates: %s",
				text);
	if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		return net_fail(a->n, -EIO,
				"%s: the server's key is not that of pinned-public-key",
				a->url.shown);
	if (code == CURLE_OUT_OF_MEMORY)
		return -ENOMEM;
	return net_fail(a->n, may_pass(c->easy, code) ? -EAGAIN : -EIO, "%s: %s",
			a->url.shown, text);
}

static void note_next(struct net_ask *a, CURL *e)
{
	char *next = NULL;

	a->next[0] = '\0';
	if (curl_easy_getinfo(e, CURLINFO_REDIRECT_URL, &next) == CURLE_OK && next &&
	    strlen(next) < sizeof(a->next))
		memcpy(a->next, next, strlen(next) + 1);
}

static int perform(struct net_ask *a)
{
	const struct net_curl *c = a->n->state;
	CURLcode code = curl_easy_perform(c->easy);

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &a->reply.code);
	note_next(a, c->easy);
	if (code == CURLE_WRITE_ERROR && a->enough)
		return 0;
	if (code == CURLE_OK && !a->begun) { /* it had no body */
		a->begun = true;
		a->error = net_curl_begin(a);
	}
	if (a->error < 0)
		return a->error;
	return code == CURLE_OK ? 0 : fail_curl(a, code);
}

int net_curl_ask(struct net_ask *a)
{
	struct net_curl *c = a->n->state;
	struct curl_slist *headers = NULL;
	bool direct =
		!*c->proxy.text || net_url_is_direct(a->n->job->no_proxy, a->url.host);
	int r = resolve(a, direct);

	if (r == 0 && (strcmp(a->url.scheme, "https") == 0 ||
		       (!direct && strcmp(c->proxy.scheme, "https") == 0)))
		r = need_ca(a);
	if (r < 0)
		return r;
	a->ftp = direct && strcmp(a->url.scheme, "ftp") == 0;
	curl_easy_reset(c->easy); /* the options; connections stay */
	set_security(a->n, c);
	set_transfer(a->n, a, c->easy);
	set_proxy(c, direct);
	curl_easy_setopt(c->easy, CURLOPT_RESOLVE, c->addresses);
	r = set_range(a, &headers);
	if (r == 0)
		r = perform(a);
	curl_easy_reset(c->easy); /* nothing of ours is pointed to any more */
	curl_slist_free_all(headers);
	if (r < 0)
		forget_addresses(c); /* the name may lead elsewhere by now */
	return r;
}
