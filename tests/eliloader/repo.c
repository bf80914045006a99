/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: what is taken, what it becomes, what is refused. */
#include "eliloader/repo.h"

#include "tests/tap.h"

static const struct {
	const char *text, *url, *host; /* url NULL: refused */
	const char *mount, *anaconda;  /* NULL: not looked at */
} cases[] = {
	{ "http://mirror.example/tree", "http://mirror.example/tree/", "mirror.example",
	  NULL, NULL },
	{ "http://mirror.example", "http://mirror.example/", "mirror.example", NULL,
	  NULL },
	{ "HTTP://Mirror.Example/Tree/", "http://mirror.example/Tree/", "mirror.example",
	  NULL, NULL },
	{ "https://h:8443/a/b", "https://h:8443/a/b/", "h", NULL, NULL },
	{ "ftp://user:secret@h/pub", "ftp://user:secret@h/pub/", "h", NULL, NULL },
	{ "ftp://user@h/", "ftp://user@h/", "h", NULL, NULL },
	{ "http://[2001:db8::1]:80/x", "http://[2001:db8::1]:80/x/", "2001:db8::1", NULL,
	  NULL },
	{ "http://192.0.2.1/a%20b", "http://192.0.2.1/a%20b/", "192.0.2.1", NULL, NULL },
	{ "http://h/a(b)+c=d,e;f&g$h!i*j~k", "http://h/a(b)+c=d,e;f&g$h!i*j~k/", "h",
	  NULL, NULL },
	{ "http://h/a..b/...", "http://h/a..b/.../", "h", NULL, NULL },
	{ "nfs://server/export/el6", "nfs://server/export/el6/", "server",
	  "server:/export/el6/", "nfs:server:/export/el6/" },
	{ "nfs://server:/export", "nfs://server/export/", "server", "server:/export/",
	  "nfs:server:/export/" },
	{ "nfs:server:/export/", "nfs://server/export/", "server", "server:/export/",
	  "nfs:server:/export/" },
	{ "nfs:server:/", "nfs://server/", "server", "server:/", "nfs:server:/" },
	{ "nfs:nfsvers=4,ro:server:/e", "nfs://server/e/?version=4", "server",
	  "server:/e/", "nfs:nfsvers=4,ro:server:/e/" },
	{ "nfs:vers=4.2,port=2050:server:/e", "nfs://server/e/?version=4&nfsport=2050",
	  "server", "server:/e/", "nfs:vers=4.2,port=2050:server:/e/" },
	{ "nfs:[2001:db8::2]:/e", "nfs://[2001:db8::2]/e/", "2001:db8::2",
	  "[2001:db8::2]:/e/", "nfs:[2001:db8::2]:/e/" },
	{ "nfs:ro:[2001:db8::2]:/e", "nfs://[2001:db8::2]/e/", "2001:db8::2",
	  "[2001:db8::2]:/e/", "nfs:ro:[2001:db8::2]:/e/" },
	{ "nfs://server/e?version=4&nfsport=12049",
	  "nfs://server/e/?version=4&nfsport=12049", "server", "server:/e/",
	  "nfs:nfsvers=4,port=12049:server:/e/" },
	{ "nfs://server:12049/e", "nfs://server/e/?nfsport=12049", "server", "server:/e/",
	  "nfs:port=12049:server:/e/" },
	{ "cdrom", "", "", NULL, NULL },

	{ "", NULL, NULL, NULL, NULL },
	{ "nfs://server/e?uid=0&gid=5", NULL, NULL, NULL, NULL },
	{ "Cdrom", NULL, NULL, NULL, NULL },
	{ "cdrom ", NULL, NULL, NULL, NULL },
	{ "httpfoo://h/", NULL, NULL, NULL, NULL },
	{ "http:h/x", NULL, NULL, NULL, NULL },
	{ "file:///etc/shadow", NULL, NULL, NULL, NULL },
	{ "gopher://h/", NULL, NULL, NULL, NULL },
	{ "http:///x", NULL, NULL, NULL, NULL },
	{ "http://", NULL, NULL, NULL, NULL },
	{ "http://:80/", NULL, NULL, NULL, NULL },
	{ "http://h:/", NULL, NULL, NULL, NULL },
	{ "http://h:70000/", NULL, NULL, NULL, NULL },
	{ "http://h:8o/", NULL, NULL, NULL, NULL },
	{ "http://h/x y", NULL, NULL, NULL, NULL },
	{ "http://h/x\ny", NULL, NULL, NULL, NULL },
	{ "http://h/x\ty", NULL, NULL, NULL, NULL },
	{ "http://h/x\"y", NULL, NULL, NULL, NULL },
	{ "http://h/x'y", NULL, NULL, NULL, NULL },
	{ "http://h/x`y", NULL, NULL, NULL, NULL },
	{ "http://h/x\\y", NULL, NULL, NULL, NULL },
	{ "http://h/\xc3\xa4", NULL, NULL, NULL, NULL },
	{ "http://h/x\x7f", NULL, NULL, NULL, NULL },
	{ "http://h/x#y", NULL, NULL, NULL, NULL },
	{ "http://h/x?y=z", NULL, NULL, NULL, NULL },
	{ "http://h?y", NULL, NULL, NULL, NULL },
	{ "http://h/a/../b", NULL, NULL, NULL, NULL },
	{ "http://h/..", NULL, NULL, NULL, NULL },
	{ "http://h/a/%2e%2E/b", NULL, NULL, NULL, NULL },
	{ "http://h/a/.%2e/b", NULL, NULL, NULL, NULL },
	{ "http://h/a%0ab", NULL, NULL, NULL, NULL },
	{ "http://h/a%00", NULL, NULL, NULL, NULL },
	{ "http://h/a%zz", NULL, NULL, NULL, NULL },
	{ "http://h/a%4", NULL, NULL, NULL, NULL },
	{ "http://good@evil@h/", NULL, NULL, NULL, NULL },
	{ "http://a[b@h/", NULL, NULL, NULL, NULL },
	{ "http://[::1/", NULL, NULL, NULL, NULL },
	{ "http://[h]/", NULL, NULL, NULL, NULL },
	{ "http://[::1]x/", NULL, NULL, NULL, NULL },
	{ "http://-h/", NULL, NULL, NULL, NULL },
	{ "http://h..x/", NULL, NULL, NULL, NULL },
	{ "http://h%41/", NULL, NULL, NULL, NULL },
	{ "http://h;x/", NULL, NULL, NULL, NULL },
	{ "nfs:server", NULL, NULL, NULL, NULL },
	{ "nfs://server", NULL, NULL, NULL, NULL },
	{ "nfs:server:export", NULL, NULL, NULL, NULL },
	{ "nfs::/e", NULL, NULL, NULL, NULL },
	{ "nfs://u@server/e", NULL, NULL, NULL, NULL },
	{ "nfs:u@server:/e", NULL, NULL, NULL, NULL },
	{ "nfs://server/e?readahead=1", NULL, NULL, NULL, NULL },
	{ "nfs://server/e?version=5", NULL, NULL, NULL, NULL },
	{ "nfs://server/e?version=4&version=3", NULL, NULL, NULL, NULL },
	{ "nfs://server:1/e?nfsport=2", NULL, NULL, NULL, NULL },
	{ "nfs://server/e?", NULL, NULL, NULL, NULL },
	{ "nfs://server/e%41", NULL, NULL, NULL, NULL },
	{ "nfs:a b:server:/e", NULL, NULL, NULL, NULL },
	{ "nfs:port=x:server:/e", NULL, NULL, NULL, NULL },
	{ "nfs:server:/e/../..", NULL, NULL, NULL, NULL },
};

static void test_case(size_t i)
{
	char why[256] = "", out[URL_LEN_MAX];
	struct repo r;
	int ret = repo_parse(cases[i].text, &r, why, sizeof(why));

	if (!cases[i].url) {
		ok(ret < 0 && why[0], "refused: case %zu: %s", i, why);
		return;
	}
	if (!ok(ret == 0, "'%s' is an address %s", cases[i].text, why))
		return;
	is_str(r.url, cases[i].url, "its normal form");
	is_str(r.host, cases[i].host, "its host");
	is_str(r.given, cases[i].text, "as it was given");
	if (!cases[i].mount)
		return;
	ok(repo_format(&r, FORM_MOUNT, out, sizeof(out)) == 0, "as mount takes it");
	is_str(out, cases[i].mount, "...");
	ok(repo_format(&r, FORM_ANACONDA, out, sizeof(out)) == 0, "as Anaconda takes it");
	is_str(out, cases[i].anaconda, "...");
	ok(repo_format(&r, FORM_URL, out, sizeof(out)) == 0 && !strchr(out, '?'),
	   "as a URL it has no query of libnfs");
}

static void test_lengths(void)
{
	char text[URL_LEN_MAX + 16], again[URL_LEN_MAX], why[256];
	struct repo r;

	memset(text, 'a', sizeof(text));
	memcpy(text, "http://h/", 9);
	text[URL_LEN_MAX - 2] = '\0';
	ok(repo_parse(text, &r, why, sizeof(why)) == 0 &&
		   strlen(r.url) == URL_LEN_MAX - 1,
	   "the longest address");
	memcpy(again, r.url, sizeof(again));
	ok(repo_parse(again, &r, why, sizeof(why)) == 0 && strcmp(r.url, again) == 0,
	   "which is taken again in its normal form");
	text[URL_LEN_MAX - 2] = 'a';
	text[URL_LEN_MAX - 1] = '\0';
	ok(repo_parse(text, &r, why, sizeof(why)) < 0, "one byte more: %s", why);
	memset(text, 'h', sizeof(text));
	memcpy(text, "http://", 7);
	text[7 + 254] = '\0';
	ok(repo_parse(text, &r, why, sizeof(why)) < 0, "a host name of 254 bytes: %s",
	   why);
}

static void test_display(void)
{
	char why[256], out[URL_LEN_MAX];
	struct repo r;

	(void)repo_parse("ftp://user:secret@h:21/pub", &r, why, sizeof(why));
	repo_display(&r, out, sizeof(out));
	is_str(out, "ftp://user:***@h:21/pub/", "a password is not shown");
	(void)repo_parse("http://h:80/a@b:c", &r, why, sizeof(why));
	repo_display(&r, out, sizeof(out));
	is_str(out, "http://h:80/a@b:c/", "what only looks like one is");
	(void)repo_parse("cdrom", &r, why, sizeof(why));
	repo_display(&r, out, sizeof(out));
	is_str(out, "cdrom", "cdrom");
}

static void test_proxy(void)
{
	static const struct {
		const char *text, *url;
	} proxies[] = {
		{ "http://proxy:3128", "http://proxy:3128/" },
		{ "proxy:3128", "http://proxy:3128/" },
		{ "https://u:p@proxy/", "https://u:p@proxy/" },
		{ "socks5://proxy", NULL },
		{ "ftp://proxy", NULL },
		{ "http://proxy/path", NULL },
		{ "http://proxy:3128 x", NULL },
		{ "cdrom://x", NULL },
		{ "nfs:x", NULL },
	};
	char why[256];
	struct repo r;

	for (size_t i = 0; i < sizeof(proxies) / sizeof(*proxies); i++) {
		int ret = repo_parse_proxy(proxies[i].text, &r, why, sizeof(why));

		ok(proxies[i].url ? ret == 0 && strcmp(r.url, proxies[i].url) == 0
				  : ret < 0,
		   "proxy '%s'", proxies[i].text);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(i);
	test_lengths();
	test_display();
	test_proxy();
	return tap_done();
}
