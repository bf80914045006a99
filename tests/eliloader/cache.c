/* SPDX-License-Identifier: BSD-2-Clause */
/* cache - what is kept, found, shared and let go. */
#include "eliloader/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

#define PATH	"/tmp/cache"
#define KIB	1024
#define CONTENT 20000 /* bytes of the files of parallel starts */

static char name[CACHE_NAME_MAX];

/* A name for @text. */
static const char *note(const char *text)
{
	cache_name("note", &text, 1, name);
	return name;
}

static bool has(struct cache *c, const char *what)
{
	struct stat st;

	return fstatat(c->dir, note(what), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static mode_t mode_of(struct cache *c, const char *what)
{
	struct stat st = { 0 };

	(void)fstatat(c->dir, note(what), &st, AT_SYMLINK_NOFOLLOW);
	return st.st_mode & 07777;
}

static void age(struct cache *c, const char *what, time_t seconds)
{
	struct timespec times[2];

	(void)clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	(void)utimensat(c->dir, note(what), times, 0);
}

static int put_size(struct cache *c, const char *what, size_t len)
{
	autofree char *data = calloc(1, len + 1);

	return cache_put_bytes(c, note(what), data, len);
}

static int get_text(struct cache *c, const char *what, char **ret_text)
{
	autoclose int fd = -1;
	uint64_t len = 0;
	size_t got = 0;
	int r = cache_get(c, note(what), &fd, &len);

	*ret_text = NULL;
	if (r == 0)
		r = io_read_limited(fd, KIB * KIB, ret_text, &got);
	return r == 0 && got != len ? -EIO : r;
}

static void is_kept(struct cache *c, const char *what, const char *want, const char *test)
{
	autofree char *text = NULL;

	(void)get_text(c, what, &text);
	is_str(text, want, test);
}

static void test_names(void)
{
	const char *one[] = { "ab", "c" }, *two[] = { "a", "bc" };
	char first[CACHE_NAME_MAX], second[CACHE_NAME_MAX];
	const uint8_t digest[SHA256_LEN] = { 0x01, 0xab };

	cache_name("vm", one, 2, first);
	cache_name("vm", two, 2, second);
	ok(strcmp(first, second) != 0, "where a part ends makes a difference");
	cache_name("made", one, 2, second);
	ok(strcmp(first + 3, second + 5) == 0 && strncmp(second, "made-", 5) == 0,
	   "the kind is in front");
	cache_hex(digest, first);
	is_str(first, "01ab000000000000000000000000000000000000000000000000000000000000",
	       "a digest in hex");
}

static void test_directory(void)
{
	struct cache c;
	struct stat st = { 0 };

	is_int(cache_open(PATH, 1 << 20, &c), 0, "the directory is made");
	cache_close(&c);
	ok(stat(PATH, &st) == 0 && (st.st_mode & 07777) == 0700, "for root alone");
	(void)chmod(PATH, 0770);
	is_int(cache_open(PATH, 1 << 20, &c), -EPERM, "one that a group may write");
	(void)chmod(PATH, 0702);
	is_int(cache_open(PATH, 1 << 20, &c), -EPERM, "one that others may write");
	(void)chmod(PATH, 0700);
	must(chown(PATH, 61234, 0) == 0);
	is_int(cache_open(PATH, 1 << 20, &c), -EPERM, "one that somebody else owns");
	must(chown(PATH, 0, 0) == 0);
	must(symlink(PATH, "/tmp/link") == 0);
	ok(cache_open("/tmp/link", 1 << 20, &c) < 0, "a symbolic link");
	is_int(cache_open("/tmp/no/where", 1 << 20, &c), -ENOENT, "no place for it");
	is_int(c.dir, -1, "what cannot be opened is off");
	is_int(cache_put_bytes(&c, note("a"), "a", 1), 0, "then nothing is kept");
	is_int(get_text(&c, "a", &(char *){ NULL }), -ENOENT, "and nothing found");
}

static void test_keep(void)
{
	struct cache c;
	autoclose int out = open("/run/out", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	autoclose int near = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	autoclose int wide = open("/tmp/wide", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	struct stat st = { 0 };

	if (cache_open(PATH, 1 << 20, &c) < 0)
		return;
	is_int(cache_put_bytes(&c, note("a"), "text", 4), 0, "bytes are kept");
	is_kept(&c, "a", "text", "and found again");
	is_int(cache_put_bytes(&c, note("a"), "other", 5), 0, "what is there stays");
	is_kept(&c, "a", "text", "as it is");
	(void)io_write_all(out, "far", 3);
	is_int(cache_put(&c, note("b"), out), 0, "a file of another file system");
	is_kept(&c, "b", "far", "is copied");
	(void)io_write_all(near, "near", 4);
	is_int(cache_put(&c, note("c"), near), 0, "an unnamed one of the same");
	ok(fstat(near, &st) == 0 && st.st_nlink == 1, "is linked");
	is_kept(&c, "c", "near", "and found");
	(void)io_write_all(wide, "wide", 4);
	is_int(cache_put(&c, note("d"), wide), 0, "one that others may read");
	ok(fstat(wide, &st) == 0 && st.st_nlink == 1 && mode_of(&c, "d") == 0600,
	   "is copied: the cache's is for root alone");
	cache_close(&c);
}

/* Three of 30 KiB fit, the fourth makes room. */
static void test_room(void)
{
	struct cache c;
	uint64_t len;
	int handed = -1;
	char *text = NULL;

	if (cache_open("/tmp/room", 110 * KIB, &c) < 0)
		return;
	(void)close(openat(c.dir, "foreign", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	(void)put_size(&c, "1", 30 * KIB);
	(void)put_size(&c, "2", 30 * KIB);
	(void)put_size(&c, "3", 30 * KIB);
	age(&c, "1", 30);
	age(&c, "2", 20);
	age(&c, "3", 10);
	(void)cache_get(&c, note("2"), &handed, &len);
	ok(get_text(&c, "1", &text) == 0, "one is used");
	free(text);
	is_int(put_size(&c, "4", 30 * KIB), 0, "one more");
	ok(has(&c, "1") && has(&c, "2") && !has(&c, "3") && has(&c, "4"),
	   "the one that was not used for longest goes");
	is_int(put_size(&c, "5", 100 * KIB), 0, "a large one");
	ok(!has(&c, "1") && !has(&c, "2") && !has(&c, "4") && has(&c, "5"),
	   "all others go");
	ok(io_read_limited(handed, 64 * KIB, &text, NULL) == 0,
	   "what was handed out can be read to its end");
	free(text);
	(void)close(handed);
	is_int(put_size(&c, "6", 200 * KIB), -EFBIG, "one larger than the cache");
	ok(has(&c, "5") && !has(&c, "6"), "changes nothing");
	ok(faccessat(c.dir, "foreign", F_OK, 0) == 0, "files of others are let alone");
	cache_close(&c);
}

/* What a power failure may have cut does not survive a boot. */
static void test_boot(void)
{
	struct cache c;

	if (cache_open("/tmp/boot", 1 << 20, &c) < 0)
		return;
	(void)put_size(&c, "young", 10);
	(void)put_size(&c, "old", 10);
	age(&c, "old", 100);
	(void)put_size(&c, "last", 10);
	ok(mode_of(&c, "old") == 0400 && mode_of(&c, "young") == 0600,
	   "what is old enough is marked as being on the disk");
	cache_close(&c);
	(void)cache_open("/tmp/boot", 1 << 20, &c);
	ok(has(&c, "young") && has(&c, "old"), "in the same boot all are good");
	cache_close(&c);
	must(truncate("/tmp/boot/.boot", 10) == 0);
	(void)cache_open("/tmp/boot", 1 << 20, &c);
	ok(!has(&c, "young") && has(&c, "old"),
	   "after a boot only those that are marked");
	(void)put_size(&c, "new", 10);
	cache_close(&c);
	(void)cache_open("/tmp/boot", 1 << 20, &c);
	ok(has(&c, "new"), "and new ones");
	cache_close(&c);
}

static void test_locked(void)
{
	autoclose int holder = -1;
	struct cache c;

	if (cache_open("/tmp/locked", 50 * KIB, &c) < 0)
		return;
	holder = open("/tmp/locked", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)flock(holder, LOCK_EX);
	(void)put_size(&c, "1", 30 * KIB);
	is_int(put_size(&c, "2", 30 * KIB), 0, "while another makes room");
	ok(has(&c, "1") && has(&c, "2"), "nobody else does");
	(void)unlinkat(c.dir, ".boot", 0);
	cache_close(&c);
	is_int(cache_open("/tmp/locked", 1 << 20, &c), -EWOULDBLOCK,
	       "a lock that is never given back does not hold a start up for ever");
}

/* ---- parallel starts ---- */

#define NAMES 4 /* that the children put, each again and again */

static void fill(char *content, unsigned which)
{
	memset(content, 'a' + (int)which, CONTENT);
	content[CONTENT] = '\0';
}

/* Put and remove all names until killed, or @rounds times. */
static void churn(unsigned rounds, int ready)
{
	char content[CONTENT + 1], which[2] = "0";
	struct cache c;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* never alone */
	if (cache_open("/tmp/shared", (uint64_t)(NAMES - 1) * CONTENT, &c) < 0)
		_exit(1);
	for (unsigned i = 0; rounds == 0 || i < rounds; i++) {
		fill(content, i % NAMES);
		which[0] = (char)('0' + i % NAMES);
		if (cache_put_bytes(&c, note(which), content, CONTENT) < 0)
			_exit(1);
		if (i == NAMES && write(ready, "x", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

/* Every file that is there is whole and of the right content. */
static bool all_whole(struct cache *c)
{
	char want[CONTENT + 1], which[2] = "0";

	for (unsigned i = 0; i < NAMES; i++) {
		autofree char *text = NULL;
		int r;

		which[0] = (char)('0' + i);
		fill(want, i);
		r = get_text(c, which, &text);
		if (r != -ENOENT && (!text || strcmp(text, want) != 0))
			return false;
	}
	return true;
}

/* Names in the directory beside the cache's own. */
static unsigned strays(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	unsigned count = 0;

	while (dir && (e = readdir(dir)))
		count += e->d_name[0] != '.' && strncmp(e->d_name, "note-", 5) != 0;
	if (dir)
		closedir(dir);
	return count;
}

static void test_parallel(void)
{
	int ready[2], status = 0, good = 0;
	pid_t pid[6];
	struct cache c;
	char byte;

	if (pipe2(ready, O_CLOEXEC) < 0 || cache_open("/tmp/shared", 1 << 20, &c) < 0)
		return;
	for (int i = 0; i < 6; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			churn(100, ready[1]);
	}
	for (int i = 0; i < 6; i++)
		good += waitpid(pid[i], &status, 0) == pid[i] && status == 0;
	is_int(good, 6, "six starts put the same files at a time");
	ok(all_whole(&c), "each is whole");
	for (int i = 0; i < 6; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			churn(0, ready[1]);
	}
	for (int i = 0; i < 12; i++) /* of both generations: all are at work */
		good += read(ready[0], &byte, 1) == 1;
	for (int i = 0; i < 6; i++) {
		(void)kill(pid[i], SIGKILL);
		(void)waitpid(pid[i], &status, 0);
		good += WIFSIGNALED(status);
	}
	is_int(good, 6 + 12 + 6, "six more are killed at it");
	ok(all_whole(&c), "what they leave is whole");
	is_int(strays("/tmp/shared"), 0, "and nothing else is left");
	is_int(put_size(&c, "after", 10), 0, "the next one finds no lock");
	ok(has(&c, "after"), "and is kept");
	cache_close(&c);
}

int main(void)
{
	if (!scratch_enter())
		return scratch_skip();
	test_names();
	test_directory();
	test_keep();
	test_room();
	test_boot();
	test_locked();
	test_parallel();
	return tap_done();
}
