/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/metrics_json.h"
#include "dom0-tools/metrics_table.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/signals.h"
#include "lib/xs_watch.h"

#define EVENTS_AT_ONCE 1000 /* then it looks, shows and pauses */

static const char clear_screen[] = "\033[H\033[2J";

static void print_json(FILE *out, const struct metrics_guest *g)
{
	json_t *o = g->gone ? metrics_json_gone(g->domid, g->name)
			    : metrics_json(&g->record, g->domid, g->name);

	if (o && json_dumpf(o, out, METRICS_JSON_LINE) == 0)
		fputc('\n', out);
	json_decref(o);
}

static void print_row(FILE *out, const struct metrics_guest *g)
{
	struct metrics_row row;

	if (g->gone)
		metrics_row_gone(&row, g->domid, g->name);
	else
		metrics_row_fill(&row, g->domid, g->name, &g->record);
	metrics_rows_print(out, &row, 1);
}

static void print_full(FILE *out, const struct metrics_guest *g)
{
	if (g->gone) {
		print_row(out, g);
	} else {
		metrics_record_print(out, g->domid, g->name, &g->record);
		fputc('\n', out);
	}
}

static void print_header(void)
{
	struct metrics_row row;

	metrics_row_header(&row);
	metrics_rows_print(stdout, &row, 1);
}

/* What to append for @g, on the heap; NULL: no memory. */
static char *text_of(const struct metrics_guest *g,
		     const struct metrics_watch_options *opt)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (opt->json)
		print_json(out, g);
	else if (opt->full)
		print_full(out, g);
	else
		print_row(out, g);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* A record may be read again and be the same. */
static int append(struct metrics_fleet *f, const struct metrics_watch_options *opt)
{
	for (size_t i = 0; i < f->count; i++) {
		struct metrics_guest *g = &f->guest[i];
		autofree char *text = NULL;

		if (!g->changed)
			continue;
		g->changed = false;
		text = text_of(g, opt);
		if (!text)
			return -ENOMEM;
		if (g->shown && strcmp(g->shown, text) == 0)
			continue;
		fputs(text, stdout);
		free(g->shown);
		g->shown = steal_ptr(text);
	}
	return 0;
}

static int draw_table(const struct metrics_fleet *f)
{
	autofree struct metrics_row *rows = calloc(f->count + 1, sizeof(*rows));
	size_t count = 1;

	if (!rows)
		return -ENOMEM;
	metrics_row_header(&rows[0]);
	for (size_t i = 0; i < f->count; i++) {
		const struct metrics_guest *g = &f->guest[i];

		if (!g->gone)
			metrics_row_fill(&rows[count++], g->domid, g->name, &g->record);
	}
	metrics_rows_print(stdout, rows, count);
	return 0;
}

static int draw(struct metrics_fleet *f, const struct metrics_watch_options *opt)
{
	int r = 0;

	fputs(clear_screen, stdout);
	if (!opt->full)
		r = draw_table(f);
	for (size_t i = 0; i < f->count; i++) {
		if (opt->full)
			print_full(stdout, &f->guest[i]);
		f->guest[i].changed = false;
	}
	return r;
}

static bool any_change(const struct metrics_fleet *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->guest[i].changed)
			return true;
	return false;
}

static int show(struct metrics_fleet *f, const struct metrics_watch_options *opt,
		bool first)
{
	bool terminal = !opt->json && isatty(STDOUT_FILENO);
	int r = 0;

	if (first && !terminal && !opt->json && !opt->full)
		print_header();
	if (!terminal)
		r = append(f, opt);
	else if (first || any_change(f))
		r = draw(f, opt);
	if (r < 0)
		log_error("out of memory");
	if (r < 0)
		return r;
	return options_printed(0, 1) == 0 ? 0 : -EPIPE;
}

/* What the watch has to tell, so much at once that a guest which writes without end
 * cannot keep us here. */
static int take_paths(struct xs_watch *watch, struct metrics_fleet *f)
{
	for (int i = 0; i < EVENTS_AT_ONCE; i++) {
		autofree char *path = NULL;
		int r = xs_watch_next(watch, &path);

		if (r <= 0)
			return r;
		metrics_fleet_note(f, path);
	}
	return 0;
}

/* Take what happened and read it. */
static int look(struct xs_conn *xs, struct xs_watch *watch, struct metrics_fleet *f)
{
	int r = take_paths(watch, f);

	if (r < 0) {
		log_error("the connection to xenstore is lost");
		return -ENOTCONN;
	}
	r = metrics_fleet_refresh(f, xs);
	if (r == -ENOMEM)
		log_error("out of memory");
	else if (r < 0)
		log_error("cannot %s", xs_conn_error(xs));
	/* -EPIPE is about the output */
	return r == -EPIPE ? -ENOTCONN : r;
}

/* One round: sleep, look, show.  1: a signal to end. */
static int turn(struct xs_conn *xs, struct xs_watch *watch, int signal_fd,
		struct metrics_fleet *f, const struct metrics_watch_options *opt,
		bool first)
{
	struct pollfd fds[] = {
		{ .fd = signal_fd, .events = POLLIN },
		{ .fd = xs_watch_fd(watch), .events = POLLIN },
		{ .fd = STDOUT_FILENO }, /* a pipe or terminal that nobody reads */
	};
	int r;

	if (poll(fds, 3, -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[0].revents)
		return 1;
	if (fds[2].revents)
		return -EPIPE;
	r = look(xs, watch, f);
	if (r >= 0)
		r = show(f, opt, first);
	/* a guest that writes without end must not keep dom0 busy */
	if (r >= 0 && poll(fds, 1, METRICS_WATCH_PAUSE_MS) > 0)
		return 1;
	return r;
}

int metrics_watch(struct xs_conn *xs, struct metrics_fleet *fleet,
		  const struct metrics_watch_options *opt)
{
	autowatch struct xs_watch *watch = NULL;
	autoclose int signal_fd = signals_open((const int[]){ SIGINT, SIGTERM, 0 });
	int r;

	if (signal_fd < 0) {
		log_error("cannot take signals: %s", strerror(-signal_fd));
		return signal_fd;
	}
	r = xs_watch_new(DOMAINS_DIR, &watch);
	if (r < 0) {
		log_error("cannot watch %s: %s", DOMAINS_DIR, strerror(-r));
		return r;
	}
	r = turn(xs, watch, signal_fd, fleet, opt, true);
	while (r == 0)
		r = turn(xs, watch, signal_fd, fleet, opt, false);
	return r < 0 ? r : 0;
}
