/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/block_events.h"
#include "guest-agent/volumes_asker.h"
#include "guest-agent/volumes_look.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

struct volumes {
	int rootfd;		    /* borrowed */
	int changes;		    /* owned; POLLPRI: mounts have changed; -1: none */
	int events;		    /* owned; of block devices; below 0: none */
	struct volume_asker *asker; /* owned; NULL: not started */
	struct volume_facts facts;  /* what is told */
	struct volume_facts found;  /* what was looked at last, without answers */
	size_t asks;		    /* of the question that is on its way */
	bool waiting;		    /* for the answers that belong to found */
	bool late;		    /* and what there is has been told without them */
	bool again;		    /* look again when it is answered */
	uint64_t look_at_ms;	    /* for a change; UINT64_MAX: none */
	uint64_t looked_ms;
	uint64_t overdue_ms;
};

int volumes_open(int rootfd, struct volumes **ret_volumes)
{
	struct volumes *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->rootfd = rootfd;
	v->look_at_ms = UINT64_MAX;
	/* without these changes are seen at the next sample */
	v->events = block_events_open();
	v->changes = openat(rootfd, VOLUMES_MOUNTINFO, O_RDONLY | O_CLOEXEC);
	*ret_volumes = v;
	return 0;
}

int volumes_start(struct volumes *v, int (*enter)(void))
{
	return volume_asker_new(v->rootfd, enter, &v->asker);
}

void volumes_free(struct volumes *v)
{
	if (!v)
		return;
	volume_asker_free(v->asker);
	volume_facts_done(&v->facts);
	volume_facts_done(&v->found);
	cleanup_close(&v->changes);
	cleanup_close(&v->events);
	free(v);
}

const struct volume_facts *volumes_facts(const struct volumes *v)
{
	return &v->facts;
}

void volumes_poll(const struct volumes *v, struct pollfd fds[VOLUMES_FDS])
{
	/* a mount table is always readable: POLLPRI is its word of a change */
	fds[0] = (struct pollfd){ .fd = v->changes, .events = POLLPRI };
	fds[1] = (struct pollfd){ .fd = v->asker ? volume_asker_fd(v->asker) : -1,
				  .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = v->events, .events = POLLIN };
}

uint64_t volumes_due_ms(const struct volumes *v)
{
	bool by_then = v->waiting && !v->late;

	return by_then ? io_earlier(v->look_at_ms, v->overdue_ms) : v->look_at_ms;
}

static const struct volume_fact *find(const struct volume_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->count; i++)
		if (strcmp(facts->volume[i].name, name) == 0)
			return &facts->volume[i];
	return NULL;
}

/* Does only a dataset's sum of used and free waver? */
static bool same_size(const struct volume_fact *old, const struct volume_fact *now)
{
	if (old->size == now->size)
		return true;
	return now->filesystem && strcmp(now->filesystem, "zfs") == 0 &&
	       !volume_free_moved(now->size, old->size, now->size);
}

/* What was told stays while it is true enough, or while there is no answer. */
static void keep_told(const struct volume_fact *old, struct volume_fact *now,
		      bool missing)
{
	if (!old || !old->has_free)
		return;
	if (!missing && !(now->has_free && same_size(old, now) &&
			  !volume_free_moved(now->size, old->free, now->free)))
		return;
	now->size = old->size;
	now->has_free = true;
	now->free = old->free;
}

static bool is_missing(const struct volume_answer *answer, size_t answers, size_t volume)
{
	for (size_t i = 0; i < answers; i++)
		if (answer[i].volume == volume && !answer[i].done)
			return true;
	return false;
}

/* What was found, with these answers, is what is told from now on. */
static int tell(struct volumes *v, const struct volume_answer *answer, size_t answers)
{
	struct volume_facts now = { 0 };
	int r = volume_facts_copy(&now, &v->found);

	if (r < 0)
		return r;
	volume_answers_apply(&now, answer, answers);
	for (size_t i = 0; i < now.count; i++)
		keep_told(find(&v->facts, now.volume[i].name), &now.volume[i],
			  is_missing(answer, answers, i));
	if (volume_facts_equal(&now, &v->facts)) {
		volume_facts_done(&now);
		return 0;
	}
	volume_facts_done(&v->facts);
	v->facts = now;
	return 1;
}

static void complain_stuck(struct volumes *v)
{
	static struct log_limit limit = { .burst = 1, .interval_ms = 600 * 1000 };
	char path[256];

	if (volume_asker_stuck_at(v->asker, path, sizeof(path)))
		log_limited(&limit, LOG_LEVEL_WARNING,
			    "the file system at '%s' does not answer: free space of all "
			    "volumes stays as it was last told until it does",
			    path);
}

/* Nobody to ask: all that would be asked stays as it was. */
static int tell_unasked(struct volumes *v, const struct volume_plan *plan)
{
	autofree struct volume_answer *none = calloc(plan->asks + 1, sizeof(*none));

	if (!none)
		return -ENOMEM;
	for (size_t i = 0; i < plan->asks; i++)
		none[i].volume = plan->ask[i].volume;
	return tell(v, none, plan->asks);
}

static int ask(struct volumes *v, struct volume_plan *plan)
{
	bool busy = v->asker && volume_asker_is_busy(v->asker);
	int r;

	volume_facts_done(&v->found);
	v->found = plan->facts;
	plan->facts = (struct volume_facts){ 0 };
	v->waiting = false; /* what is on its way belongs to what was found before */
	v->again = busy;
	if (!v->asker || busy || plan->asks == 0)
		return tell_unasked(v, plan);
	r = volume_asker_ask(v->asker, plan->ask, plan->asks);
	if (r < 0)
		return r;
	v->asks = plan->asks;
	plan->ask = NULL; /* the asker's now */
	plan->asks = 0;
	v->waiting = true;
	v->late = false;
	v->overdue_ms = io_now_ms() + VOLUMES_OVERDUE_MS;
	return 0;
}

int volumes_ask(struct volumes *v)
{
	static struct log_limit limit = { .burst = 5, .interval_ms = 600 * 1000 };
	struct volume_plan plan = { 0 };
	int r;

	v->looked_ms = io_now_ms();
	v->look_at_ms = UINT64_MAX;
	if (v->waiting && !v->late) {
		v->again = true; /* the answer is about to come */
		return 0;
	}
	if (v->asker)
		complain_stuck(v);
	r = volumes_look(v->rootfd, &plan);
	if (r >= 0)
		r = ask(v, &plan);
	volume_plan_done(&plan);
	if (r < 0)
		log_limited(&limit, LOG_LEVEL_WARNING,
			    "cannot read volumes: %s; they stay as they were told",
			    strerror(-r));
	return r;
}

/* All answers, or those there are when the others are late. */
static int take(struct volumes *v)
{
	autofree struct volume_answer *answer = calloc(v->asks + 1, sizeof(*answer));
	bool done;
	int r = 0, again = 0;

	if (!answer)
		return -ENOMEM;
	done = volume_asker_take(v->asker, answer, v->asks) > 0;
	if (v->waiting)
		r = tell(v, answer, v->asks);
	v->late = !done;
	if (!done)
		complain_stuck(v);
	else
		v->waiting = false;
	if (done && v->again) {
		v->again = false;
		again = volumes_ask(v);
	}
	return r < 0 || again == 0 ? r : again;
}

static void look_soon(struct volumes *v)
{
	uint64_t at = io_now_ms() + VOLUMES_SOON_MS;

	if (at < v->looked_ms + VOLUMES_PAUSE_MS)
		at = v->looked_ms + VOLUMES_PAUSE_MS;
	v->look_at_ms = io_earlier(v->look_at_ms, at);
}

static bool is_overdue(const struct volumes *v)
{
	return v->waiting && !v->late && io_now_ms() >= v->overdue_ms;
}

int volumes_turn(struct volumes *v, const struct pollfd fds[VOLUMES_FDS])
{
	int r = 0, more = 0;

	if (fds[0].revents || (fds[2].revents && block_events_drain(v->events)))
		look_soon(v);
	if (fds[1].revents || is_overdue(v))
		r = take(v);
	if (io_now_ms() >= v->look_at_ms)
		more = volumes_ask(v);
	return r < 0 || more == 0 ? r : more;
}

int volumes_wait(struct volumes *v, int ms)
{
	uint64_t end = io_now_ms() + (uint64_t)ms;

	while (v->waiting && io_now_ms() < end) {
		struct pollfd fd = { .fd = volume_asker_fd(v->asker), .events = POLLIN };

		if (poll(&fd, 1, io_wait_ms(end)) > 0)
			return take(v);
	}
	return v->waiting ? take(v) : 0;
}
