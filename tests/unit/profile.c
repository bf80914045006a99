/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/profile.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

#define W15  " b c d e f g h i j k l m n o p"
#define X64  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X512 X64 X64 X64 X64 X64 X64 X64 X64

/* What was visited: words joined by ',', lines ended by ';'. */
struct seen {
	char text[1024];
	int r;
	const char *why;
};

static int visit(void *arg, unsigned argc, char *const *argv, char *why, size_t size)
{
	struct seen *s = arg;
	size_t at = strlen(s->text);

	for (unsigned i = 0; i < argc; i++) {
		int n = snprintf(s->text + at, sizeof(s->text) - at, "%s%c", argv[i],
				 i + 1 < argc ? ',' : ';');

		at += (size_t)n;
	}
	if (s->why)
		(void)snprintf(why, size, "%s", s->why);
	return s->r;
}

static const struct {
	const char *name;
	const char *text;
	int r;
	const char *seen;
	const char *why;
} texts[] = {
	{ "lines", "[room]\na b\nc\n", 0, "a,b;c;", "" },
	{ "no newline at the end", "[room]\na", 0, "a;", "" },
	{ "comments and blanks", "# x\n\n[room] # y\n \ta\t b # c\n\t\n", 0, "a,b;", "" },
	{ "another section", "[xenstore]\na\n[room]\nb\n[xenstore]\nc\n", 0, "b;", "" },
	{ "a section twice", "[room]\na\n[room]\nb\n", 0, "a;b;", "" },
	{ "an empty section", "[room]\n", 0, "", "" },
	{ "16 words", "[room]\na" W15 "\n", 0, "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p;", "" },
	{ "17 words", "[room]\na" W15 " q\n", -EINVAL, "", "t:2: more than 16 words" },
	{ "512 bytes", "[room]\n#" X512 "\n", -EINVAL, "", "t:2: more than 512 bytes" },
	{ "no section", "", -ENOENT, "", "t: no section [room]" },
	{ "only another", "[xenstore]\n", -ENOENT, "", "t: no section [room]" },
	{ "before a section", "a\n[room]\n", -EINVAL, "",
	  "t:1: a directive before any section" },
	{ "an unknown section", "[room]\na\n[rom]\n", -EINVAL, "a;",
	  "t:3: unknown section 'rom'" },
	{ "an open section", "[room\n", -EINVAL, "",
	  "t:1: no ']' behind the name of a section" },
	{ "only a bracket", "[\n", -EINVAL, "",
	  "t:1: no ']' behind the name of a section" },
	{ "words behind", "[room] a\n", -EINVAL, "",
	  "t:1: words behind the name of a section" },
	{ "a control byte", "[room]\na\x01\n", -EINVAL, "",
	  "t:2: a byte that is not printable ASCII" },
	{ "a carriage return", "[room]\r\n", -EINVAL, "",
	  "t:1: a byte that is not printable ASCII" },
	{ "a high byte in a comment", "# \xc3\xa9\n[room]\n", -EINVAL, "",
	  "t:1: a byte that is not printable ASCII" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct seen s = { 0 };
		char why[128] = "";
		int r = profile_parse("t", texts[i].text, strlen(texts[i].text), "room",
				      visit, &s, why, sizeof(why));

		if (!ok(r == texts[i].r && strcmp(s.text, texts[i].seen) == 0 &&
				strcmp(why, texts[i].why) == 0,
			"%s", texts[i].name))
			printf("# %d '%s' '%s'\n", r, s.text, why);
	}
}

static void test_visitor(void)
{
	struct seen s = { .r = -ERANGE, .why = "too much" };
	char why[128] = "", small[8];
	int r = profile_parse("t", "[room]\na\nb\n", 11, "room", visit, &s, why,
			      sizeof(why));

	ok(r == -ERANGE && strcmp(s.text, "a;") == 0 && strcmp(why, "t:2: too much") == 0,
	   "the visitor's sentence: %s", why);
	s = (struct seen){ .r = -ENOMEM };
	r = profile_parse("t", "[room]\na\n", 9, "room", visit, &s, why, sizeof(why));
	ok(r == -ENOMEM && strncmp(why, "t:2: ", 5) == 0 && why[5], "or the errno's: %s",
	   why);
	r = profile_parse("t", "[room]\n\0a\n", 10, "room", visit, &s, why, sizeof(why));
	ok(r == -EINVAL, "a NUL is no text");
	r = profile_parse("a-long-label", "x\n", 2, "room", visit, &s, small,
			  sizeof(small));
	ok(r == -EINVAL && strcmp(small, "a-long-") == 0, "a sentence is cut");
}

static char dir[] = "/tmp/profile-test-XXXXXX";

/* A file of @mode in @dir. */
static void make(const char *name, const char *text, mode_t mode)
{
	autofree char *path = NULL;
	autoclose int fd = -1;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		abort();
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || io_write_all(fd, text, strlen(text)) < 0 || fchmod(fd, mode) < 0)
		abort();
}

static int read_profile(const char *name, char seen[1024], char why[256])
{
	struct seen s = { 0 };
	int r;

	why[0] = '\0';
	r = profile_read(name, "room", visit, &s, why, 256);
	memcpy(seen, s.text, sizeof(s.text));
	return r;
}

static void test_files(void)
{
	static const struct {
		const char *name; /* with "%s": the directory */
		int r;
		const char *seen;
		const char *why; /* a part of it */
	} files[] = {
		{ "good", 0, "a;", "" },
		{ "%s/good.profile", 0, "a;", "" },
		{ "bad", -EINVAL, "", "bad.profile:2: " },
		{ "none", -ENOENT, "",
		  "no profile 'none.profile' in $XEN_PV_TOOLS_PROFILES, "
		  "/etc/xen-pv-tools" },
		{ "none", -ENOENT, "",
		  "from the program; a file elsewhere is named with a slash" },
		{ "%s/none", -ENOENT, "", "/none': No such file" },
		{ "group", -EPERM, "", "/group.profile' may be written by group or" },
		{ "others", -EPERM, "", "/others.profile' may be written by group or" },
		{ "directory", -EPERM, "", "/directory.profile' is not a regular file" },
		{ "long", -EFBIG, "", "/long.profile': File too large" },
		{ "", -EINVAL, "", "cannot open profile '.profile'" },
		{ ".hidden", -EINVAL, "", "cannot open profile" },
		{ "a b", -EINVAL, "", "cannot open profile" },
		{ X64 "x", -EINVAL, "", "cannot open profile" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char name[256], seen[1024], why[256];
		int r;

		if (strncmp(files[i].name, "%s", 2) == 0)
			(void)snprintf(name, sizeof(name), "%s%s", dir,
				       files[i].name + 2);
		else
			(void)snprintf(name, sizeof(name), "%s", files[i].name);
		r = read_profile(name, seen, why);
		if (!ok(r == files[i].r && strcmp(seen, files[i].seen) == 0 &&
				strstr(why, files[i].why) && !why[0] == !files[i].why[0],
			"file '%s'", files[i].name))
			printf("# %d '%s' '%s'\n", r, seen, why);
	}
}

static void test_owner(void)
{
	autofree char *path = NULL;
	char seen[1024], why[256];

	if (asprintf(&path, "%s/good.profile", dir) < 0)
		abort();
	/* only root can give a file away: not so, the check has not been made */
	ok(chown(path, 65534, 0) == 0 && read_profile("good", seen, why) == -EPERM &&
		   strstr(why, "belongs neither to root nor to the caller"),
	   "another's file: %s", why);
}

static void remove_all(void)
{
	static const char *const names[] = { "good", "bad", "group", "others", "long" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.profile", dir, names[i]);
		(void)unlink(path); /* its absence is as good */
	}
	(void)snprintf(path, sizeof(path), "%s/directory.profile", dir);
	(void)rmdir(path); /* the same */
	(void)rmdir(dir);
}

int main(void)
{
	autofree char *path = NULL, *large = calloc(1, PROFILE_MAX + 2);

	test_texts();
	test_visitor();
	if (!large || !mkdtemp(dir) || asprintf(&path, "%s/directory.profile", dir) < 0 ||
	    setenv("XEN_PV_TOOLS_PROFILES", dir, 1) < 0)
		abort();
	memset(large, '#', PROFILE_MAX + 1);
	make("good.profile", "[room]\na\n", 0644);
	make("bad.profile", "[room]\na\x7f\n", 0644);
	make("group.profile", "[room]\na\n", 0664);
	make("others.profile", "[room]\na\n", 0646);
	make("long.profile", large, 0644);
	if (mkdir(path, 0755) < 0)
		abort();
	test_files();
	test_owner();
	remove_all();
	return tap_done();
}
