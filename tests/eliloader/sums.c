/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/sums.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "tests/tap.h"

#define H1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define H2 "FEDCBA9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define B1 0x01 /* the first byte of each */
#define B2 0xfe

/* A copy of just that size: reading past it is seen by the sanitizer. */
static char *copy_of(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, text, len);
	return copy;
}

struct list_case {
	const char *name, *text, *path;
	int r;
	unsigned first; /* byte of the digest */
};

typedef int find_fn(const char *text, size_t len, const char *path,
		    uint8_t ret_sha256[SHA256_LEN]);

static void check_list(find_fn *find, const char *kind, const struct list_case *c)
{
	uint8_t digest[SHA256_LEN] = { 0 };
	size_t len = strlen(c->text);
	autofree char *text = copy_of(c->text, len);
	int r = find(text, len, c->path, digest);

	if (!ok(r == c->r && digest[0] == c->first, "%s: %s", kind, c->name))
		printf("# %d, %02x\n", r, digest[0]);
}

static void test_sha256sums(void)
{
	static const struct list_case cases[] = {
		{ "as sha256sum writes it", H1 "  vmlinuz\n" H2 "  initrd.gz\n",
		  "vmlinuz", 0, B1 },
		{ "binary mode", H1 " *vmlinuz\n", "vmlinuz", 0, B1 },
		{ "Debian writes ./ before", H2 "  ./netboot/xen/vmlinuz\n",
		  "netboot/xen/vmlinuz", 0, B2 },
		{ "no newline at the end", H1 "  a\n" H2 "  b", "b", 0, B2 },
		{ "CRLF", H1 "  a\r\n" H2 "  b\r\n", "a", 0, B1 },
		{ "comments and empty lines", "# made today\n\n" H1 "  a\n", "a", 0, B1 },
		{ "the same twice", H1 "  a\n" H1 "  ./a\n", "a", 0, B1 },
		{ "not listed", H1 "  a\n", "b", -ENOENT, 0 },
		{ "a longer name", H1 "  vmlinuz.old\n", "vmlinuz", -ENOENT, 0 },
		{ "a name in another directory", H1 "  x/vmlinuz\n", "vmlinuz", -ENOENT,
		  0 },
		{ "twice, with different digests", H1 "  a\n" H2 "  ./a\n", "a", -EBADMSG,
		  0 },
		{ "empty", "", "a", -EBADMSG, 0 },
		{ "a web page", "<html>not found</html>\n", "a", -EBADMSG, 0 },
		{ "a page after an entry", H1 "  a\n<html>\n", "a", -EBADMSG, 0 },
		{ "63 digits",
		  "123456789abcdef0123456789abcdef0123456789abcdef0123456789"
		  "abcdef  a\n",
		  "a", -EBADMSG, 0 },
		{ "65 digits", "0" H1 "  a\n", "a", -EBADMSG, 0 },
		{ "no name", H1 "  \n", "a", -EBADMSG, 0 },
		{ "MD5", "d41d8cd98f00b204e9800998ecf8427e  a\n", "a", -EBADMSG, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_list(sums_sha256sums, "SHA256SUMS", &cases[i]);
}

static void test_content(void)
{
	static const struct list_case cases[] = {
		{ "openSUSE 42.3",
		  "CONTENTSTYLE     11\nDATADIR suse\nHASH SHA256 " H1
		  "  boot/x86_64/loader/linux\nHASH SHA256 " H2
		  "  boot/x86_64/loader/initrd\n",
		  "boot/x86_64/loader/initrd", 0, B2 },
		{ "SLES 15's CHECKSUMS", H1 "  ./boot/x86_64/loader/linux\n",
		  "boot/x86_64/loader/linux", 0, B1 },
		{ "SLES 10 knows SHA1 only",
		  "META SHA1 0000 packages.gz\nHASH SHA1 "
		  "da39a3ee5e6b4b0d3255bfef95601890afd80709  boot/x86_64/vmlinuz-xen\n",
		  "boot/x86_64/vmlinuz-xen", -ENOENT, 0 },
		{ "not listed", "HASH SHA256 " H1 "  a\n", "b", -ENOENT, 0 },
		{ "both digests of one file",
		  "HASH SHA1 da39a3ee5e6b4b0d3255bfef95601890afd80709 a\nHASH SHA256 " H1
		  " a\n",
		  "a", 0, B1 },
		{ "a digest cut short", "HASH SHA256 0123  a\n", "a", -EBADMSG, 0 },
		{ "HASH alone", "HASH\n", "a", -EBADMSG, 0 },
		{ "twice, with different digests",
		  "HASH SHA256 " H1 " a\nHASH SHA256 " H2 " a\n", "a", -EBADMSG, 0 },
		{ "a web page", "<html>\nnothing\n</html>\n", "a", -EBADMSG, 0 },
		{ "empty", "", "a", -EBADMSG, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_list(sums_content, "content", &cases[i]);
}

static void test_release(void)
{
	static const struct {
		const char *name, *text;
		int r;
		unsigned first;
		uint64_t size;
	} cases[] = {
		{ "Debian's",
		  "Origin: Debian\nMD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 0 "
		  "p\nSHA256:\n " H2 "      100 q\n " H1
		  "    77333 p\nAcquire-By-Hash: yes\n",
		  0, B1, 77333 },
		{ "with the signature's lines",
		  "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256:\n " H1
		  " 5 p\n-----BEGIN PGP SIGNATURE-----\n\niQIz\n",
		  0, B1, 5 },
		{ "not listed", "SHA256:\n " H1 " 5 q\n", -ENOENT, 0, 0 },
		{ "under another heading", "SHA256:\n " H1 " 5 q\nSHA512:\n " H1 " 5 p\n",
		  -ENOENT, 0, 0 },
		{ "two lists", "SHA256:\n " H1 " 5 p\nSHA256:\n " H1 " 5 p\n", -EBADMSG,
		  0, 0 },
		{ "no size", "SHA256:\n " H1 " p\n", -EBADMSG, 0, 0 },
		{ "a size that is none", "SHA256:\n " H1 " 5x p\n", -EBADMSG, 0, 0 },
		{ "a size over 64 bits", "SHA256:\n " H1 " 18446744073709551616 p\n",
		  -EBADMSG, 0, 0 },
		{ "one file, two sizes", "SHA256:\n " H1 " 5 p\n " H1 " 6 p\n", -EBADMSG,
		  0, 0 },
		{ "no list", "Origin: Debian\n", -EBADMSG, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);
		autofree char *text = copy_of(cases[i].text, len);
		uint8_t digest[SHA256_LEN] = { 0 };
		uint64_t size = 0;
		int r = sums_release(text, len, "p", digest, &size);

		if (!ok(r == cases[i].r && digest[0] == cases[i].first &&
				size == cases[i].size,
			"Release: %s", cases[i].name))
			printf("# %d, %02x, %" PRIu64 "\n", r, digest[0], size);
	}
}

static void test_check_path(void)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{ "images/pxeboot/vmlinuz", 0 },
		{ "boot/x86_64/loader/linux", 0 },
		{ "a/~b+c_d-e.f", 0 },
		{ "", -EBADMSG },
		{ "/etc/passwd", -EBADMSG },
		{ "../x", -EBADMSG },
		{ "a/../../x", -EBADMSG },
		{ "a/", -EBADMSG },
		{ "a b", -EBADMSG },
		{ "a\nb", -EBADMSG },
		{ "a?b=c", -EBADMSG },
		{ "a#b", -EBADMSG },
		{ "a%2e%2e", -EBADMSG },
		{ "http://x/y", -EBADMSG },
		{ "caf\xc3\xa9", -EBADMSG },
	};
	char longest[REPO_PATH_MAX + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_int(sums_check_path(cases[i].path), cases[i].r, "a path");
	memset(longest, 'a', sizeof(longest));
	longest[REPO_PATH_MAX - 1] = '\0';
	is_int(sums_check_path(longest), 0, "the longest path");
	longest[REPO_PATH_MAX - 1] = 'a';
	longest[REPO_PATH_MAX] = '\0';
	is_int(sums_check_path(longest), -EBADMSG, "one byte longer");
}

struct treeinfo_case {
	const char *name, *text, *kernel, *ramdisk;
	int r;
	enum media media;
	unsigned major;
	unsigned known; /* bit 0: the kernel's digest, bit 1: the ramdisk's */
};

static const struct treeinfo_case treeinfo_cases[] = {
	{ "Fedora 41",
	  "[general]\nfamily = Fedora\nname = Fedora 41\nversion = 41\narch = x86_64\n"
	  "[images-x86_64]\nkernel = images/pxeboot/vmlinuz\n"
	  "initrd = images/pxeboot/initrd.img\n[checksums]\n"
	  "images/pxeboot/vmlinuz = sha256:" H1 "\n"
	  "images/pxeboot/initrd.img = sha256:" H2 "\n",
	  "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", 0, MEDIA_ANACONDA, 41,
	  3 },
	{ "RHEL 6 writes no spaces, and an images-xen",
	  "[checksums]\nimages/pxeboot/vmlinuz=sha256:" H1 "\n[general]\n"
	  "family=Red Hat Enterprise Linux\nversion=6.3\n[images-xen]\n"
	  "kernel=images/pxeboot/vmlinuz\ninitrd=images/pxeboot/initrd.img\n"
	  "[images-x86_64]\nkernel=a\ninitrd=b\n",
	  "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", 0, MEDIA_ANACONDA_OLD, 6,
	  1 },
	{ "RHEL 5",
	  "[general]\nfamily = Red Hat Enterprise Linux Server\nversion = "
	  "5\n[images-xen]\n"
	  "kernel = images/xen/vmlinuz\ninitrd = images/xen/initrd.img\n",
	  "images/xen/vmlinuz", "images/xen/initrd.img", 0, MEDIA_ANACONDA_OLD, 5, 0 },
	{ "CentOS Stream 10, by [release]",
	  "[header]\nversion = 1.2\n[release]\nname = CentOS Stream\nversion = 10\n"
	  "[images-x86_64]\nkernel = images/pxeboot/vmlinuz\n"
	  "initrd = images/pxeboot/initrd.img\n",
	  "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", 0, MEDIA_ANACONDA, 10,
	  0 },
	{ "a rebuild of EL with a name of its own",
	  "[general]\nfamily = EuroLinux\nversion = 9.4\n[images-x86_64]\n"
	  "kernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n",
	  "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", 0, MEDIA_ANACONDA, 9,
	  0 },
	{ "Fedora 14",
	  "[general]\nfamily = Fedora\nversion = 14\n[images-x86_64]\nkernel = k\ninitrd "
	  "= "
	  "i\n",
	  "k", "i", 0, MEDIA_ANACONDA_OLD, 14, 0 },
	{ "Fedora Rawhide has no number",
	  "[general]\nfamily = Fedora\nversion = Rawhide\n[images-x86_64]\nkernel = k\n"
	  "initrd = i\n",
	  "k", "i", 0, MEDIA_ANACONDA, 0, 0 },
	{ "openSUSE Leap 15.6",
	  "[general]\nfamily = openSUSE Leap\nversion = 15.6\n[images-x86_64]\n"
	  "initrd = boot/x86_64/loader/initrd\nkernel = boot/x86_64/loader/linux\n",
	  "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd", 0, MEDIA_YAST, 15, 0 },
	{ "Leap 42.3 is older than 15",
	  "[general]\nfamily = openSUSE Leap\nversion = 42.3\n[images-x86_64]\nkernel = "
	  "k\n"
	  "initrd = i\n",
	  "k", "i", 0, MEDIA_YAST, 42, 0 },
	{ "Leap 16.0",
	  "[general]\nfamily = openSUSE Leap\nversion = 16.0\n[images-x86_64]\nkernel = "
	  "k\n"
	  "initrd = i\n",
	  "k", "i", 0, MEDIA_AGAMA, 16, 0 },
	{ "SLES 16",
	  "[general]\nfamily = SLES\nversion = 16.0\n[images-x86_64]\nkernel = k\ninitrd "
	  "= "
	  "i\n",
	  "k", "i", 0, MEDIA_AGAMA, 16, 0 },
	{ "Tumbleweed's version is a date",
	  "[general]\nfamily = openSUSE Tumbleweed\nversion = 20260815\n[images-x86_64]\n"
	  "kernel = k\ninitrd = i\n",
	  "k", "i", 0, MEDIA_YAST, 20260815, 0 },
	{ "nobody knows whose",
	  "[general]\nfamily = Something\nversion = 1\n[images-x86_64]\nkernel = "
	  "k\ninitrd "
	  "= i\n",
	  "k", "i", 0, MEDIA_UNKNOWN, 1, 0 },
	{ "images-xen names only a kernel",
	  "[general]\n[images-xen]\nkernel = x\n[images-x86_64]\nkernel = k\ninitrd = "
	  "i\n",
	  "k", "i", 0, MEDIA_UNKNOWN, 0, 0 },
	{ "CRLF",
	  "[general]\r\nfamily = Fedora\r\nversion = 40\r\n[images-x86_64]\r\nkernel = "
	  "k\r\ninitrd = i\r\n",
	  "k", "i", 0, MEDIA_ANACONDA, 40, 0 },
	{ "MD5 counts for nothing",
	  "[general]\n[images-x86_64]\nkernel = k\ninitrd = i\n[checksums]\nk = "
	  "md5:d41d8cd98f00b204e9800998ecf8427e\n",
	  "k", "i", 0, MEDIA_UNKNOWN, 0, 0 },
	{ "of another architecture",
	  "[general]\narch = aarch64\n[images-aarch64]\nkernel = k\ninitrd = i\n", NULL,
	  NULL, -ENOENT, 0, 0, 0 },
	{ "no ramdisk", "[general]\n[images-x86_64]\nkernel = k\n", NULL, NULL, -ENOENT,
	  0, 0, 0 },
	{ "a path that leaves the repository",
	  "[general]\n[images-x86_64]\nkernel = ../k\ninitrd = i\n", NULL, NULL, -EBADMSG,
	  0, 0, 0 },
	{ "an absolute path",
	  "[general]\n[images-x86_64]\nkernel = k\ninitrd = /etc/shadow\n", NULL, NULL,
	  -EBADMSG, 0, 0, 0 },
	{ "an address", "[general]\n[images-x86_64]\nkernel = http://x/k\ninitrd = i\n",
	  NULL, NULL, -EBADMSG, 0, 0, 0 },
	{ "a digest that is none",
	  "[general]\n[images-x86_64]\nkernel = k\ninitrd = i\n[checksums]\nk = "
	  "sha256:1234\n",
	  NULL, NULL, -EBADMSG, 0, 0, 0 },
	{ "a web page", "<html>[general]</html>\n", NULL, NULL, -EBADMSG, 0, 0, 0 },
	{ "empty", "", NULL, NULL, -EBADMSG, 0, 0, 0 },
};

static void check_treeinfo(const struct treeinfo_case *c)
{
	size_t len = strlen(c->text);
	autofree char *text = copy_of(c->text, len);
	struct treeinfo info = { 0 };
	int r = sums_treeinfo(text, len, "x86_64", &info);
	bool good = r == c->r;

	if (good && r == 0)
		good = strcmp(info.kernel, c->kernel) == 0 &&
		       strcmp(info.ramdisk, c->ramdisk) == 0 && info.media == c->media &&
		       info.major == c->major &&
		       (info.sha256_known[0] | info.sha256_known[1] << 1) ==
			       (int)c->known;
	if (!ok(good, "treeinfo: %s", c->name))
		printf("# %d: '%s' '%s' %d %u %d %d\n", r, info.kernel, info.ramdisk,
		       (int)info.media, info.major, info.sha256_known[0],
		       info.sha256_known[1]);
}

static void test_treeinfo_text(void)
{
	static const char text[] =
		"[general]\nfamily = A\x1b[31m\xff"
		"B\nversion = 1\n[images-x86_64]\nkernel = k\ninitrd = i\n";
	static const char nul[] =
		"[general]\n[images-x86_64]\nkernel = a\0b\ninitrd = i\n";
	struct treeinfo info;

	is_int(sums_treeinfo(text, sizeof(text) - 1, "x86_64", &info), 0,
	       "treeinfo: bytes that drive a terminal");
	is_str(info.family, "A?[31m?B", "... are not taken over");
	is_int(sums_treeinfo(nul, sizeof(nul) - 1, "x86_64", &info), -EBADMSG,
	       "treeinfo: a NUL in a path");
}

int main(void)
{
	test_sha256sums();
	test_content();
	test_release();
	test_check_path();
	for (size_t i = 0; i < sizeof(treeinfo_cases) / sizeof(*treeinfo_cases); i++)
		check_treeinfo(&treeinfo_cases[i]);
	test_treeinfo_text();
	return tap_done();
}
