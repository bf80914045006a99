/* SPDX-License-Identifier: BSD-2-Clause */
/* fixup: lines of map files, and finding an initrd's rule among many maps. */
#include "eliloader/fixup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

#define MD5    "00112233445566778899aabbccddeeff"
#define SHA256 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"

static void test_lines(void)
{
	static const struct {
		const char *name, *line;
		int r;
		unsigned digest_len;
		bool ext2;
		const char *overlay, *distro;
	} cases[] = {
		{ "MD5", MD5 " cpio el5.cpio CentOS 5.4 (64)", 1, 16, false, "el5.cpio",
		  "CentOS 5.4 (64)" },
		{ "SHA-256", SHA256 "\tcpio\tel9.cpio\tEL 9", 1, 32, false, "el9.cpio",
		  "EL 9" },
		{ "ext2", "  " MD5 "   ext2  el4.cpio  EL4", 1, 16, true, "el4.cpio",
		  "EL4" },
		{ "carriage return", MD5 " cpio a b\r", 1, 16, false, "a", "b" },
		{ "blank", "", 0, 0, false, "", "" },
		{ "only blanks", " \t \r", 0, 0, false, "", "" },
		{ "comment", "# " MD5 " cpio a b", 0, 0, false, "", "" },
		{ "comment after blanks", "  #x", 0, 0, false, "", "" },
		{ "three fields", MD5 " cpio a", -EBADMSG, 0, false, "", "" },
		{ "one field", MD5, -EBADMSG, 0, false, "", "" },
		{ "another type", MD5 " tar a b", -EBADMSG, 0, false, "", "" },
		{ "no digest", "xyz cpio a b", -EBADMSG, 0, false, "", "" },
		{ "a digit that is none", "g0112233445566778899aabbccddeeff cpio a b",
		  -EBADMSG, 0, false, "", "" },
		{ "a digest of another length", MD5 "00 cpio a b", -EBADMSG, 0, false, "",
		  "" },
		{ "a path", MD5 " cpio ../a b", -EBADMSG, 0, false, "", "" },
		{ "an absolute path", MD5 " cpio /etc/shadow b", -EBADMSG, 0, false, "",
		  "" },
		{ "the directory", MD5 " cpio .. b", -EBADMSG, 0, false, "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixup f = { 0 };
		uint8_t digest[SHA256_LEN];
		unsigned len = 0;
		char line[256];
		int r;

		(void)snprintf(line, sizeof(line), "%s", cases[i].line);
		r = fixup_parse_line(line, &f, digest, &len);
		ok(r == cases[i].r && len == cases[i].digest_len &&
			   f.ext2 == cases[i].ext2 &&
			   strcmp(f.overlay, cases[i].overlay) == 0 &&
			   strcmp(f.distro, cases[i].distro) == 0,
		   "line: %s", cases[i].name);
	}
}

static void test_long_fields(void)
{
	struct fixup f;
	uint8_t digest[SHA256_LEN];
	unsigned len;
	char line[1024], name[600];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(line, sizeof(line), MD5 " cpio %s b", name);
	is_int(fixup_parse_line(line, &f, digest, &len), -EBADMSG, "a name too long");
	(void)snprintf(line, sizeof(line), MD5 " cpio a %s", name);
	is_int(fixup_parse_line(line, &f, digest, &len), -EBADMSG, "a text too long");
}

static void digest_is(const char *text, unsigned want_len, uint8_t last)
{
	struct fixup f;
	uint8_t digest[SHA256_LEN];
	unsigned len = 0;
	char line[256];

	(void)snprintf(line, sizeof(line), "%s cpio a b", text);
	(void)fixup_parse_line(line, &f, digest, &len);
	ok(len == want_len && digest[len - 1] == last, "digest of %u bytes", want_len);
}

static const char dir[] = "/tmp/maps";

static void write_file(const char *name, const char *text, size_t len)
{
	autofree char *path = NULL;
	autoclose int fd = -1;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		exit(2);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || io_write_all(fd, text, len) < 0)
		exit(2);
}

static void write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

/* The overlay that is found, less the directory; NULL: none. */
static const char *found(uint8_t md5_byte, uint8_t sha_byte)
{
	static struct fixup f;
	uint8_t md5[16], sha256[SHA256_LEN];

	memset(md5, md5_byte, sizeof(md5));
	memset(sha256, sha_byte, sizeof(sha256));
	if (fixup_find(dir, md5, sha256, &f) < 0 ||
	    strncmp(f.overlay, dir, strlen(dir)) != 0)
		return NULL;
	return f.overlay + strlen(dir);
}

#define X16 "11111111111111111111111111111111"
#define Y16 "22222222222222222222222222222222"
#define Z16 "33333333333333333333333333333333"

static void test_find(void)
{
	static const char nul[] = "\0" X16 " cpio nul.cpio of a file that is no text\n";

	write_text("a.map", "# old ones\n\nbroken line\n" X16 " cpio ../evil X\n" X16
			    " cpio one.cpio Distribution 1\n");
	write_text("b.map", X16 " cpio second.cpio never seen\n" Y16 Y16
				" cpio two.cpio by SHA-256\n");
	write_file("c.map", nul, sizeof(nul) - 1);
	write_text("z.map", Z16 " ext2 three.cpio no newline at the end");
	write_text("other.txt", "44444444444444444444444444444444 cpio four.cpio x\n");
	is_str(found(0x11, 0), "/one.cpio", "by MD5, past broken lines");
	is_str(found(0, 0x22), "/two.cpio", "by SHA-256");
	is_str(found(0x33, 0), "/three.cpio", "past a map that is no text");
	is_str(found(0x44, 0), NULL, "files of other names are no maps");
	is_str(found(0x22, 0), NULL, "half a SHA-256 is no MD5");
	is_str(found(0, 0), NULL, "unknown");
}

static void test_bad_maps(void)
{
	autofree char *path = NULL, *huge = calloc(1, 2 * MIB);

	if (!huge || asprintf(&path, "%s/dir.map", dir) < 0)
		exit(2);
	memset(huge, '\n', 2 * MIB);
	memcpy(huge, X16 " cpio huge.cpio x", strlen(X16 " cpio huge.cpio x"));
	write_file("a.map", huge, 2 * MIB);
	is_str(found(0x11, 0), "/second.cpio", "a map over the limit is passed over");
	if (mkdir(path, 0700) < 0)
		exit(2);
	is_str(found(0x33, 0), "/three.cpio", "so is a directory");
}

int main(void)
{
	struct fixup f;
	uint8_t zero[SHA256_LEN] = { 0 };

	if (!scratch_enter())
		return scratch_skip();
	log_open("fixup", false, false);
	test_lines();
	test_long_fields();
	digest_is(MD5, 16, 0xff);
	digest_is(SHA256, 32, 0xef);
	is_int(fixup_find("/nonexistent", zero, zero, &f), -ENOENT, "no such directory");
	must(mkdir(dir, 0700) == 0);
	is_int(fixup_find(dir, zero, zero, &f), -ENOENT, "an empty directory");
	test_find();
	test_bad_maps();
	return tap_done();
}
