/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "tests/broker/oracle_extra.h"

#define TOKENS_MAX (1U << 22) /* of one run */

static unsigned char first_came[TOKENS_MAX / 8];

static const char *token_of(const struct event *e)
{
	size_t path = strnlen(e->body, e->len);

	return path < e->len ? e->body + path + 1 : "";
}

/* ---- what may be missed ---- */

/* Each watch has a token of its own, "t" and a number. */
static bool is_first(const struct event *e)
{
	unsigned long n = strtoul(token_of(e) + 1, NULL, 10) % TOKENS_MAX;
	bool first = !(first_came[n / 8] & (1U << n % 8));

	first_came[n / 8] |= (unsigned char)(1U << n % 8);
	return first;
}

static int judge(struct side *side, struct event *e)
{
	char path[PATH_TEXT_MAX + sizeof(ORACLE_HOME)];
	bool seen = false;
	int r;

	e->judged = true;
	if (is_first(e))
		return 0;
	path_absolute(e->body, path, sizeof(path));
	r = path_visible(side, 0, path, &seen, NULL);
	e->may_miss = !seen;
	return r;
}

int events_judge(struct side *side, bool broker)
{
	struct events *events = &side->guest.events;
	size_t i = events->count;
	int r = 0;

	while (broker && i > 0 && !events->list[i - 1].judged)
		i--;
	for (; broker && i < events->count && r == 0; i++)
		r = judge(side, &events->list[i]);
	return r;
}

/* ---- what may be more ---- */

static int judge_extra(struct side *side, struct event *e)
{
	char path[PATH_TEXT_MAX + sizeof(ORACLE_HOME)];

	e->judged = true;
	path_absolute(e->body, path, sizeof(path));
	if (!extra_allowed(path))
		return 0;
	return path_visible(side, 0, path, &e->may_be_more, NULL);
}

int events_judge_extra(struct side *side)
{
	struct events *events = &side->guest.events;
	size_t i = events->count;
	int r = 0;

	while (i > 0 && !events->list[i - 1].judged)
		i--;
	for (; i < events->count && r == 0; i++)
		r = judge_extra(side, &events->list[i]);
	return r;
}

/* ---- comparing ---- */

/* By watch; what one watch got stays in its order. */
struct sorted {
	const struct event *event;
	size_t at;
};

static int by_token(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int r = strcmp(token_of(a->event), token_of(b->event));

	if (r)
		return r;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct sorted *events_sorted(const struct events *events)
{
	struct sorted *s = calloc(events->count + 1, sizeof(*s));

	if (!s)
		return NULL;
	for (size_t i = 0; i < events->count; i++)
		s[i] = (struct sorted){ .event = &events->list[i], .at = i };
	qsort(s, events->count, sizeof(*s), by_token);
	return s;
}

static void event_text(const struct event *e, char *out, size_t size)
{
	if (e)
		(void)log_escape(out, size, e->body, e->len);
	else
		(void)snprintf(out, size, "(none)");
}

static bool equal(const struct event *a, const struct event *b)
{
	return a && b && a->len == b->len && memcmp(a->body, b->body, a->len) == 0;
}

/* Does one that equals @r come later, with nothing in between that may not be missed? */
static bool comes_later(const struct sorted *a, size_t i, size_t count,
			const struct event *r)
{
	for (; i < count && a[i].event->may_miss; i++)
		if (equal(a[i].event, r))
			return true;
	return i < count && equal(a[i].event, r);
}

/* An equal one that follows is taken for it, if that one may not be missed. */
static bool later_needed(const struct sorted *a, size_t i, size_t count)
{
	for (size_t k = i + 1; k < count && equal(a[i].event, a[k].event); k++)
		if (!a[k].event->may_miss)
			return true;
	return false;
}

/* How many of the @left ones are of the first one's watch? */
static size_t of_watch(const struct sorted *s, size_t left)
{
	size_t n = 0;

	while (n < left && strcmp(token_of(s[n].event), token_of(s->event)) == 0)
		n++;
	return n;
}

/* What to do with the next of both. */
enum step { STEP_BOTH, STEP_MISSED, STEP_EXTRA, STEP_DIFFER };

static enum step next_step(const struct sorted *sa, size_t left_a,
			   const struct sorted *sb, size_t left_b)
{
	const struct event *l = left_a ? sa->event : NULL, *r = left_b ? sb->event : NULL;

	if (equal(l, r) && !(l->may_miss && of_watch(sa, left_a) > of_watch(sb, left_b) &&
			     later_needed(sa, 0, left_a)))
		return STEP_BOTH;
	if (l && l->may_miss && (equal(l, r) || comes_later(sa, 0, left_a, r)))
		return STEP_MISSED;
	if (r && r->may_be_more)
		return STEP_EXTRA;
	return l && l->may_miss ? STEP_MISSED : STEP_DIFFER;
}

int events_compare(const struct side *a, const struct side *b, char *why, size_t size,
		   uint64_t *ret_missed, uint64_t *ret_extra)
{
	size_t count_a = a->guest.events.count, count_b = b->guest.events.count;
	autofree struct sorted *sa = events_sorted(&a->guest.events);
	autofree struct sorted *sb = events_sorted(&b->guest.events);
	char left[200], right[200];
	uint64_t missed = 0, extra = 0;
	size_t i = 0, j = 0;

	if (!sa || !sb)
		return -ENOMEM;
	while (i < count_a || j < count_b) {
		enum step step = next_step(sa + i, count_a - i, sb + j, count_b - j);

		if (step == STEP_DIFFER) {
			event_text(i < count_a ? sa[i].event : NULL, left, sizeof(left));
			event_text(j < count_b ? sb[j].event : NULL, right,
				   sizeof(right));
			(void)snprintf(why, size,
				       "events: left '%s', right '%s' (%zu and %zu)",
				       left, right, count_a, count_b);
			return 1;
		}
		missed += step == STEP_MISSED;
		extra += step == STEP_EXTRA;
		i += step != STEP_EXTRA;
		j += step != STEP_MISSED;
	}
	*ret_missed += missed;
	*ret_extra += extra;
	return 0;
}
