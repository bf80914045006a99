/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/menu.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

unsigned menu_seconds(const struct boot_menu *m, const struct config *c)
{
	unsigned seconds = m->timeout_s > 0 ? (unsigned)m->timeout_s : MENU_WAIT_MAX_S;

	if (!c->menu || m->count < 2 || m->timeout_s == 0)
		return 0;
	if (c->menu_timeout_s)
		return c->menu_timeout_s;
	return seconds < MENU_WAIT_MAX_S ? seconds : MENU_WAIT_MAX_S;
}

struct terminal {
	int fd;
	bool changed;
	struct termios before;
};

/* Keys as they come, unseen; ^C as a key, so that the modes are put back after it, too.
 * What is no terminal is fine as it is. */
static void terminal_raw(struct terminal *t, int fd)
{
	struct termios raw;

	*t = (struct terminal){ .fd = fd };
	if (tcgetattr(fd, &t->before) < 0)
		return;
	raw = t->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	t->changed = tcsetattr(fd, TCSANOW, &raw) == 0;
}

static void terminal_restore(struct terminal *t)
{
	if (t->changed)
		(void)tcsetattr(t->fd, TCSADRAIN, &t->before); /* it may be gone */
}

/* In one write, so that it does not flicker.  A console that is gone shows in poll(). */
static int show(const struct menu_view *v, int fd)
{
	autofree char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return -ENOMEM;
	menu_draw(v, out);
	if (fclose(out) != 0)
		return -ENOMEM;
	(void)io_write_all(fd, text, len); /* see above */
	return 0;
}

/* Wait for a byte, at most until @end_ms.  1: there is one; 0: the time is over; -ENODATA: the
 * console is closed. */
static int wait_for_key(int fd, uint64_t end_ms, unsigned char *ret_byte)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now = io_now_ms(), left = end_ms > now ? end_ms - now : 0;
	ssize_t n;
	int r;

	do
		r = poll(&p, 1, (int)left);
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r < 0 ? -errno : 0;
	do
		n = read(fd, ret_byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 1 : -ENODATA;
}

/* 1: the default, as nobody chose. */
static int run(struct menu_view *v, unsigned open_s, int in, int out)
{
	enum menu_end end = MENU_GOES_ON;
	uint64_t next_ms = io_now_ms(), close_ms = 0;
	unsigned char byte = 0;
	int r = 0;

	while (end == MENU_GOES_ON) {
		if (v->left_s == 0 && close_ms == 0)
			close_ms = io_now_ms() + open_s * 1000ULL;
		if (v->left_s == 0 && io_now_ms() >= close_ms)
			return 1;
		r = show(v, out);
		if (r == 0) {
			next_ms += 1000;
			r = wait_for_key(in, v->left_s ? next_ms : close_ms, &byte);
		}
		if (r == 1)
			end = menu_key(v, byte);
		else if (r < 0)
			return r == -ENODATA ? 1 : r;
		else if (v->left_s > 0 && --v->left_s == 0)
			return 1;
	}
	return end == MENU_CANCELED ? -ECANCELED : 0;
}

int menu_choose(int in, int out, const struct boot_menu *m, unsigned seconds,
		unsigned open_s, size_t *ret_index)
{
	struct menu_view v;
	struct terminal t;
	int r;

	menu_view_init(&v, m, seconds);
	terminal_raw(&t, in);
	r = run(&v, open_s, in, out);
	terminal_restore(&t);
	(void)io_write_all(out, "\r\n", 2); /* only looks worse */
	if (r < 0)
		return r;
	*ret_index = r == 1 ? m->chosen : v.at;
	return 0;
}
