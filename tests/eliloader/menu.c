/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot menu: keys, what is shown of hostile titles, and a real terminal (a pty). */
#include "eliloader/menu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

#define SHOWN_MAX 65536

static void add(struct boot_menu *m, const char *title, unsigned depth, const char *why)
{
	struct boot_entry *e = boot_menu_add(m);

	if (!e)
		abort();
	e->title = strdup(title);
	e->depth = depth;
	e->why = why ? strdup(why) : NULL;
}

/* @count entries; the default is 1. */
static void make(struct boot_menu *m, unsigned count)
{
	char title[32];

	boot_menu_init(m);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(title, sizeof(title), "entry %u.", i);
		add(m, title, 0, NULL);
	}
	m->chosen = 1;
	m->timeout_s = 5;
}

/* Type @keys; where the bar is then, or -1 for MENU_CANCELED. */
static int type(struct menu_view *v, const char *keys)
{
	for (; *keys; keys++)
		switch (menu_key(v, (unsigned char)*keys)) {
		case MENU_CANCELED:
			return -1;
		case MENU_BOOT:
			return (int)v->at + 1000;
		default:
			break;
		}
	return (int)v->at;
}

static void test_keys(void)
{
	static const struct {
		const char *keys;
		int at; /* + 1000: booted */
	} cases[] = {
		{ "", 1 },
		{ "\033[A", 0 },
		{ "\033[A\033[A\033[A", 0 },
		{ "\033[B", 2 },
		{ "\033OB", 2 },
		{ "\033[1;5B", 2 },
		{ "\033[B\033[B\r", 1003 },
		{ "jj", 3 },
		{ "jk", 1 },
		{ "\x0e\x0e\x10", 2 },
		{ "\033[F", 19 },
		{ "\033[F\033[B", 19 },
		{ "\033[H", 0 },
		{ "7", 7 },
		{ "17", 17 },
		{ "1x7", 7 },
		{ "27", 7 },
		{ "199", 9 },
		{ "\n", 1001 },
		{ "q", 1 },
		{ "\033x\r", 1001 },
		{ "\x03", -1 },
	};
	__attribute__((cleanup(boot_menu_done))) struct boot_menu m;

	make(&m, 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct menu_view v;

		menu_view_init(&v, &m, 5);
		is_int(type(&v, cases[i].keys), cases[i].at, "keys");
		ok((v.left_s == 0) == (*cases[i].keys != '\0'),
		   "%zu: a key stops the countdown", i);
		ok(v.at >= v.top && v.at < v.top + MENU_LINES, "%zu: the bar is seen", i);
	}
}

static char *draw(const struct menu_view *v)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	menu_draw(v, out);
	if (fclose(out) != 0)
		abort();
	return text;
}

static void test_unbootable(void)
{
	autobootmenu struct boot_menu m;
	autofree char *text = NULL;
	struct menu_view v;

	make(&m, 2);
	add(&m, "Windows", 0, "chain\033loader");
	menu_view_init(&v, &m, 0);
	is_int(type(&v, "2\r"), 2, "Enter does not boot what cannot be");
	text = draw(&v);
	ok(strstr(text, "cannot be booted: chain\\x1bloader"), "but says why");
	ok(strstr(text, "Windows (-)"), "as the list does");
}

static void test_hostile(void)
{
	static const char title[] = "\033]0;x\007\033[2J\x9b"
				    "31m\ttab\xffé \\";
	autobootmenu struct boot_menu m;
	autofree char *text = NULL, *many = NULL;
	struct menu_view v;
	size_t escapes = 0;

	boot_menu_init(&m);
	add(&m, title, 3, NULL);
	add(&m, "", 100000, NULL);
	many = malloc(BOOT_TEXT_MAX);
	if (!many)
		abort();
	memset(many, 'M', BOOT_TEXT_MAX - 1);
	many[BOOT_TEXT_MAX - 1] = '\0';
	add(&m, many, 0, NULL);
	menu_view_init(&v, &m, 5);
	text = draw(&v);
	for (const char *p = text; *p; p++) {
		escapes += *p == '\033';
		if (((unsigned char)*p < ' ' && !strchr("\033\r\n", *p)) ||
		    (unsigned char)*p > '~')
			ok(false, "byte %02x", (unsigned char)*p);
	}
	is_int((long long)escapes, 2 + 3 * 2 + 1 + 1, "no escape sequence but our own");
	ok(strstr(text, "      \\x1b]0;x\\x07"), "it is shown escaped, below its menu");
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		ok(end - line < 100, "a line of %td bytes", end - line);
}

/* The columns that the line with @text takes, without escape sequences; 0: there is none. */
static size_t columns(const char *screen, const char *text)
{
	const char *at = strstr(screen, text);
	size_t n = 0;

	while (at && at > screen && at[-1] != '\n')
		at--;
	for (bool escape = false; at && *at && *at != '\r'; at++) {
		escape = escape || *at == '\033';
		n += !escape;
		escape = escape && !((*at >= 'A' && *at <= 'Z') || *at == 'm');
	}
	return n;
}

/* A title has all the room that its line has. */
static void test_wide(void)
{
	static const char recovery[] =
		"Debian GNU/Linux, with Linux 6.1.0-18-amd64 (recovery mode)";
	static const char seventy[] = "seventy: 0123456789012345678901234567890123456789"
				      "012345678901234567890";
	autobootmenu struct boot_menu m;
	autofree char *text = NULL;
	char many[4][2 * MENU_COLUMNS];
	struct menu_view v;

	boot_menu_init(&m);
	add(&m, seventy, 0, NULL);
	add(&m, recovery, 1, NULL);
	for (size_t i = 0; i < 4; i++) {
		memset(many[i], 'A' + (int)i, sizeof(many[i]) - 1);
		many[i][sizeof(many[i]) - 1] = '\0';
		add(&m, many[i], i < 2 ? 0 : 100, i % 2 ? "no" : NULL);
	}
	menu_view_init(&v, &m, 5);
	text = draw(&v);
	is_int(sizeof(seventy) - 1, 70, "a title of 70 bytes");
	ok(strstr(text, seventy) != NULL, "is whole");
	ok(strstr(text, recovery) != NULL, "so is Debian's longest, in its submenu");
	for (size_t i = 0; i < 4; i++)
		is_int((long long)columns(text,
					  (char[]){ 'A' + (int)i, 'A' + (int)i, 0 }),
		       MENU_COLUMNS - 1, "a longer one is cut at the end of the line");
	is_int((long long)columns(text, recovery), 8 + sizeof(recovery) - 1,
	       "a short one ends where it ends");
}

static void test_long(void)
{
	autobootmenu struct boot_menu m;
	struct menu_view v;

	make(&m, BOOT_ENTRIES_MAX);
	m.chosen = 200;
	menu_view_init(&v, &m, 5);
	for (unsigned i = 0; i < 2 * BOOT_ENTRIES_MAX; i++) {
		autofree char *text = NULL;
		char want[32];
		unsigned lines = 0;

		(void)type(&v, i < BOOT_ENTRIES_MAX ? "k" : "j");
		text = draw(&v);
		for (const char *p = text; (p = strchr(p, '\n')); p++)
			lines++;
		(void)snprintf(want, sizeof(want), "\033[7m%3zu  entry %zu.", v.at, v.at);
		if (!strstr(text, want) || lines > 24) {
			ok(false, "at %zu: %u lines", v.at, lines);
			return;
		}
	}
	ok(v.at == BOOT_ENTRIES_MAX - 1, "all entries are reached, on 24 lines");
}

/* As grub-mkconfig makes it: the default, and @count more in a submenu, the last of them in
 * one of its own. */
static void make_debian(struct boot_menu *m, unsigned count)
{
	char title[32];

	boot_menu_init(m);
	add(m, "Debian GNU/Linux", 0, NULL);
	(void)boot_menu_enter(m, "Advanced \033options", "id");
	(void)boot_menu_enter(m, "Nothing in it", NULL);
	boot_menu_leave(m);
	for (unsigned i = 1; i < count; i++) {
		(void)snprintf(title, sizeof(title), "Linux %u.", i);
		add(m, title, 1, NULL);
	}
	(void)boot_menu_enter(m, "Older", NULL);
	add(m, "Linux 2.6", 2, NULL);
	boot_menu_leave(m);
	boot_menu_leave(m);
	add(m, "UEFI", 0, "fwsetup");
}

static void test_submenus(void)
{
	autobootmenu struct boot_menu m;
	autofree char *text = NULL;
	struct menu_view v;

	make_debian(&m, 2);
	menu_view_init(&v, &m, 0);
	text = draw(&v);
	ok(strstr(text, "  0  Debian GNU/Linux\033[0m\033[K\r\n"
			"      Advanced \\x1boptions\033[0m\033[K\r\n"
			"   1    Linux 1.\033[0m\033[K\r\n"
			"        Older\033[0m\033[K\r\n"
			"   2      Linux 2.6\033[0m\033[K\r\n"
			"   3  UEFI (-)\033[0m\033[K\r\n"
			"\r\n arrows") != NULL,
	   "a submenu's title is above its first entry, without a number");
	ok(!strstr(text, "Nothing"), "but none that is empty");
	is_int(type(&v, "jj"), 2, "a title is no line to choose");
}

static unsigned lines_of(const char *text)
{
	unsigned lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

/* Each entry is seen on a screen of 24 lines, whatever titles there are. */
static void check_seen(const struct boot_menu *m, const char *title, const char *name)
{
	size_t first = m->submenu[m->submenu_count - 1].first;
	struct menu_view v;
	size_t wrong = 0, titles = 0;

	menu_view_init(&v, m, 0);
	for (size_t i = 0; i < 2 * m->count; i++) {
		autofree char *text = NULL;

		(void)type(&v, i < m->count ? "k" : "j");
		text = draw(&v);
		wrong += !strstr(text, "\033[7m") || lines_of(text) > 24;
		titles += v.at == first && strstr(text, title);
	}
	ok(wrong == 0 && v.at == m->count - 1, "%s: the bar is always seen", name);
	ok(titles > 0, "%s: and the last submenu's title", name);
}

static void test_many_submenus(void)
{
	autobootmenu struct boot_menu m, deep;

	make_debian(&m, 40);
	m.chosen = 39;
	check_seen(&m, "Older", "a long submenu");
	boot_menu_init(&deep);
	for (unsigned i = 0; i < 40; i++) {
		(void)boot_menu_enter(&deep, i < 39 ? "deeper" : "deepest", NULL);
		if (i % 8 == 7)
			add(&deep, "entry", i + 1, NULL);
	}
	for (unsigned i = 0; i < 40; i++)
		boot_menu_leave(&deep);
	check_seen(&deep, "deepest", "one in another");
	for (size_t i = 0; i < deep.submenu_count; i++) {
		deep.submenu[i].first = 2;
		deep.submenu[i].end = deep.count;
		deep.submenu[i].depth = 65535;
	}
	check_seen(&deep, "deeper", "all at once, as no configuration has it");
}

static void test_seconds(void)
{
	static const struct {
		int timeout_s;
		unsigned count, configured, want;
		bool on;
	} cases[] = {
		{ 5, 2, 0, 5, true },	    { 0, 2, 0, 0, true },  { -1, 2, 0, 60, true },
		{ 100000, 2, 0, 60, true }, { 5, 1, 0, 0, true },  { 5, 2, 0, 0, false },
		{ 5, 2, 3000, 3000, true }, { -1, 2, 7, 7, true }, { 0, 2, 7, 0, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct config c = { .menu = cases[i].on,
					  .menu_timeout_s = cases[i].configured };
		autobootmenu struct boot_menu m;

		make(&m, cases[i].count);
		m.timeout_s = cases[i].timeout_s;
		is_int(menu_seconds(&m, &c), cases[i].want, "how long a menu shows");
	}
}

/* ---- with a terminal ---- */

struct console {
	int ours, theirs;
};

static bool console_open(struct console *c)
{
	c->ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->ours < 0 || grantpt(c->ours) < 0 || unlockpt(c->ours) < 0)
		return ok(false, "a pty: %s", strerror(errno));
	c->theirs = open(ptsname(c->ours), O_RDWR | O_NOCTTY | O_CLOEXEC);
	return c->theirs >= 0 || ok(false, "its other side: %s", strerror(errno));
}

/* Read until @want has come. */
static bool expect(int fd, const char *want)
{
	static char text[SHOWN_MAX];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 &&
	       (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)n;
		text[len] = '\0';
		if (strstr(text, want))
			return true;
	}
	return false;
}

/* The exit status of a child in which somebody chooses: the entry, or 100. */
static pid_t start_open(const struct console *c, const struct boot_menu *m,
			unsigned seconds, unsigned open_s)
{
	pid_t pid = fork();
	size_t index;

	if (pid != 0)
		return pid;
	(void)close(c->ours);
	_exit(menu_choose(c->theirs, c->theirs, m, seconds, open_s, &index) < 0
		      ? 100
		      : (int)index);
}

static pid_t start(const struct console *c, const struct boot_menu *m, unsigned seconds)
{
	return start_open(c, m, seconds, 3600);
}

static int end(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static bool same_modes(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
	       a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
	       memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc)) == 0;
}

/* Until it has ended; as end(). */
static int type_for_ever(const struct console *c, pid_t pid)
{
	char shown[4096];
	int status = 0, r;

	(void)fcntl(c->ours, F_SETFL, O_NONBLOCK);
	while ((r = waitpid(pid, &status, WNOHANG)) == 0) {
		(void)!write(c->ours, "j", 1); /* full is fine */
		(void)!read(c->ours, shown, sizeof(shown));
	}
	(void)fcntl(c->ours, F_SETFL, 0);
	(void)tcflush(c->theirs, TCIOFLUSH);
	return r == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_terminal(void)
{
	autobootmenu struct boot_menu m;
	struct termios before = { 0 }, after = { 0 };
	struct console c = { .ours = -1, .theirs = -1 };
	pid_t pid;

	make(&m, 4);
	if (!console_open(&c))
		return;
	(void)tcgetattr(c.theirs, &before);
	pid = start(&c, &m, 3600);
	ok(expect(c.ours, "booted in 3600 s"), "the menu is shown");
	(void)tcgetattr(c.theirs, &after);
	ok(!(after.c_lflag & (ICANON | ECHO)), "keys are taken one by one");
	ok(io_write_all(c.ours, "\033[B", 3) == 0 && expect(c.ours, "Enter boots"),
	   "a key is answered");
	ok(io_write_all(c.ours, "\r", 1) == 0, "Enter");
	is_int(end(pid), 2, "the entry that was chosen");
	(void)tcgetattr(c.theirs, &after);
	ok(same_modes(&before, &after), "the modes are put back");
	pid = start(&c, &m, 3600);
	ok(expect(c.ours, "booted in") && io_write_all(c.ours, "\x03", 1) == 0, "^C");
	is_int(end(pid), 100, "ends it without a choice");
	(void)tcgetattr(c.theirs, &after);
	ok(same_modes(&before, &after), "the modes are put back");
	pid = start(&c, &m, 1);
	is_int(end(pid), 1, "nobody there: the default");
	pid = start_open(&c, &m, 3600, 1);
	ok(expect(c.ours, "booted in") && io_write_all(c.ours, "j", 1) == 0, "a key");
	is_int(end(pid), 1, "and nobody any more: the default");
	pid = start_open(&c, &m, 3600, 1);
	ok(expect(c.ours, "booted in"), "keys without an end");
	ok(type_for_ever(&c, pid) == 1, "do not hold it, either");
	m.hidden = true;
	pid = start(&c, &m, 3600);
	ok(expect(c.ours, "any key for the boot menu"), "a hidden one");
	ok(io_write_all(c.ours, "\r", 1) == 0 && expect(c.ours, "entry 3."),
	   "shows after a key");
	ok(io_write_all(c.ours, "0\r", 2) == 0, "and is as any");
	is_int(end(pid), 0, "then");
	pid = start(&c, &m, 3600);
	ok(expect(c.ours, "any key"), "once more");
	(void)close(c.theirs);
	(void)close(c.ours);
	is_int(end(pid), 1, "a console that is closed: the default");
}

static void test_no_terminal(void)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	autobootmenu struct boot_menu m;
	size_t index = 77;

	make(&m, 3);
	ok(menu_choose(null, null, &m, 3600, 3600, &index) == 0 && index == 1,
	   "no terminal at all: the default");
}

int main(void)
{
	test_keys();
	test_unbootable();
	test_hostile();
	test_wide();
	test_long();
	test_submenus();
	test_many_submenus();
	test_seconds();
	test_terminal();
	test_no_terminal();
	return tap_done();
}
