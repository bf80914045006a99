/* SPDX-License-Identifier: BSD-2-Clause */
/* Which redirects are followed, and for which hosts no proxy is asked. */
#include "eliloader/net_url.h"

#include "tests/tap.h"

static void test_parse(void)
{
	static const struct {
		const char *text, *host, *port, *shown; /* host NULL: refused */
	} cases[] = {
		{ "http://a.test/x", "a.test", "80", "http://a.test/x" },
		{ "https://a.test:8443/", "a.test", "8443", "https://a.test:8443/" },
		{ "ftp://a.test", "a.test", "21", "ftp://a.test/" },
		{ "http://[::1]:80/x", "::1", "80", "http://[::1]:80/x" },
		{ "http://me:secret@a.test/x?token=1", "a.test", "80",
		  "http://a.test/x" },
		{ "http://a.test@b.test/", "b.test", "80", "http://b.test/" },
		{ "file:///etc/passwd", NULL, NULL, NULL },
		{ "gopher://a.test/1x", NULL, NULL, NULL },
		{ "dict://a.test/", NULL, NULL, NULL },
		{ "http:///a.test/x", "a.test", "80",
		  "http://a.test/x" }, /* libcurl's way */
		{ "http://a.test/a b", NULL, NULL, NULL },
		{ "http://a.test/\r\nX: y", NULL, NULL, NULL },
		{ "http://a.test:99999/", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct net_url u;
		int r = net_url_parse(cases[i].text, &u);
		bool good = cases[i].host
				    ? r == 0 && strcmp(u.host, cases[i].host) == 0 &&
					      strcmp(u.port, cases[i].port) == 0 &&
					      strcmp(u.shown, cases[i].shown) == 0
				    : r < 0;

		ok(good, "address %zu: %s", i, cases[i].host ? cases[i].host : "refused");
	}
}

static void test_redirect(void)
{
	static const struct {
		const char *from, *to;
		bool good;
	} cases[] = {
		{ "http://a.test/", "http://b.test/", true },
		{ "http://a.test/", "https://b.test/", true },
		{ "https://a.test/", "https://b.test/", true },
		{ "https://a.test/", "http://a.test/", false },
		{ "http://a.test/", "ftp://a.test/", false },
		{ "https://a.test/", "ftp://a.test/", false },
		{ "ftp://a.test/", "http://a.test/", true }, /* a proxy has said so */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct net_url from, to;
		bool good = net_url_parse(cases[i].from, &from) == 0 &&
			    net_url_parse(cases[i].to, &to) == 0 &&
			    (net_url_check_redirect(&from, &to) == 0) == cases[i].good;

		ok(good, "from %s to %s: %s", cases[i].from, cases[i].to,
		   cases[i].good ? "yes" : "no");
	}
}

static void test_direct(void)
{
	static const struct {
		const char *list, *host;
		bool direct;
	} cases[] = {
		{ NULL, "a.test", false },
		{ "", "a.test", false },
		{ "*", "a.test", true },
		{ "a.test", "a.test", true },
		{ "A.Test", "a.test", true },
		{ ".a.test", "a.test", true },
		{ "a.test", "b.a.test", true },
		{ "a.test", "ba.test", false },
		{ "other, a.test", "a.test", true },
		{ "other a.test", "a.test", true },
		{ ",,", "a.test", false },
		{ "1.2.3.4", "1.2.3.4", true },
		{ "3.4", "1.2.3.4", false },
		{ "10.0.0.0/8", "10.200.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },
		{ "10.128.0.0/9", "10.127.0.1", false },
		{ "10.0.0.0/33", "10.0.0.0", false },
		{ "10.0.0.0/x", "10.0.0.0", false },
		{ "10.0.0.0/0", "99.0.0.1", true },
		{ "fd00::/8", "fd12::1", true },
		{ "fd00::/8", "fe00::1", false },
		{ "::1", "0:0::1", true },
		{ "10.0.0.0/8", "fd00::1", false },
		{ "10.0.0.0/8", "a.test", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(net_url_is_direct(cases[i].list, cases[i].host) == cases[i].direct,
		   "no proxy for '%s': %s %s", cases[i].list ? cases[i].list : "(none)",
		   cases[i].host, cases[i].direct ? "yes" : "no");
}

int main(void)
{
	test_parse();
	test_redirect();
	test_direct();
	return tap_done();
}
