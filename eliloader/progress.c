/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/log.h"

#define BAR_EVERY_MS  200
#define LINE_EVERY_MS 5000
#define COLUMNS	      80 /* a guest's console says nothing else */
#define MB	      1000000.0

void progress_init(struct progress *p, FILE *out, enum progress_style style)
{
	struct winsize w = { 0 };

	memset(p, 0, sizeof(*p));
	p->out = out;
	p->style = style;
	p->columns = COLUMNS;
	if (style == PROGRESS_BAR && ioctl(fileno(out), TIOCGWINSZ, &w) == 0 &&
	    w.ws_col >= 20)
		p->columns = w.ws_col;
}

static void time_left(uint64_t done, uint64_t total, uint64_t ms, char *out, size_t size)
{
	uint64_t s;

	out[0] = '\0';
	if (total <= done || done == 0 || ms < 1000)
		return;
	s = (uint64_t)((double)(total - done) * (double)ms / (double)done / 1000.0);
	if (s < 360000) /* 100 hours */
		snprintf(out, size, ", %u:%02u left", (unsigned)(s / 60),
			 (unsigned)(s % 60));
}

void progress_line(enum progress_style style, uint64_t done, uint64_t total, uint64_t ms,
		   unsigned columns, char *out, size_t size)
{
	char numbers[96], left[32], bar[256];
	double rate = ms ? (double)done / MB * 1000.0 / (double)ms : 0;
	unsigned percent = 0, width, filled;
	size_t used;

	time_left(done, total, ms, left, sizeof(left));
	if (total == 0) {
		snprintf(out, size, "%.1f MB, %.1f MB/s", (double)done / MB, rate);
		return;
	}
	percent = done >= total ? 100 : (unsigned)(done * 100 / total);
	snprintf(numbers, sizeof(numbers), "%3u%% of %.1f MB, %.1f MB/s%s", percent,
		 (double)total / MB, rate, left);
	used = strlen(numbers) + 4; /* brackets, blank, and the last column */
	if (style != PROGRESS_BAR || columns < used + 10) {
		snprintf(out, size, "%s", numbers);
		return;
	}
	width = columns - (unsigned)used;
	if (width > sizeof(bar) - 1)
		width = sizeof(bar) - 1;
	filled = width * percent / 100;
	memset(bar, '=', filled);
	memset(bar + filled, ' ', width - filled);
	bar[width] = '\0';
	snprintf(out, size, "[%s] %s", bar, numbers);
}

static void show(struct progress *p, uint64_t done)
{
	char line[512];

	p->shown_ms = io_now_ms();
	progress_line(p->style, done, p->total, p->shown_ms - p->start_ms, p->columns,
		      line, sizeof(line));
	if (p->style == PROGRESS_BAR)
		fprintf(p->out, "\r%s\033[K", line);
	else
		fprintf(p->out, "%s\n", line);
	fflush(p->out);
	p->open = p->style == PROGRESS_BAR;
}

void progress_start(struct progress *p, uint64_t total)
{
	p->total = total;
	p->start_ms = p->shown_ms = io_now_ms();
}

void progress_update(struct progress *p, uint64_t done)
{
	uint64_t every = p->style == PROGRESS_BAR ? BAR_EVERY_MS : LINE_EVERY_MS;

	if (p->style != PROGRESS_NONE && io_now_ms() - p->shown_ms >= every)
		show(p, done);
}

static void close_bar(struct progress *p)
{
	if (p->open)
		fputs("\n", p->out);
	p->open = false;
}

void progress_end(struct progress *p, uint64_t done)
{
	if (p->style == PROGRESS_NONE)
		return;
	show(p, done);
	close_bar(p);
	fflush(p->out);
}

void progress_say(struct progress *p, const char *fmt, ...)
{
	char text[1024], safe[4096];
	va_list ap;

	if (p->style == PROGRESS_NONE)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)log_escape_line(safe, sizeof(safe), text, strlen(text));
	close_bar(p);
	fprintf(p->out, "eliloader: %s\n", safe);
	fflush(p->out);
}
