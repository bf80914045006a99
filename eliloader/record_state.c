/* SPDX-License-Identifier: BSD-2-Clause */
/* A record's changes in a state file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/record.h"
#include "eliloader/state.h"
#include "lib/cleanup.h"
#include "lib/log.h"

struct state_store {
	struct record_store store;
	struct state_place place;
	struct state state;
	char about[512];  /* the file's comment */
	char *dir, *name; /* owned: for sentences */
};

static void store_close(struct record_store *store)
{
	struct state_store *s = (struct state_store *)store;

	state_place_close(&s->place);
	state_done(&s->state);
	free(s->dir);
	free(s->name);
	free(s);
}

/* "VM "web": the state in /var/lib/eliloader/web.state cannot be ...: reason" */
static int say(const char *dir, const char *name, const char *what, int r, size_t line,
	       char *why, size_t size)
{
	char safe[160], encoded[STATE_NAME_MAX] = "?";

	(void)log_escape(safe, sizeof(safe), name, strlen(name)); /* cut is fine */
	(void)state_encode(name, encoded);			  /* then it stays "?" */
	if (r == -EBUSY)
		(void)snprintf(
			why, size,
			"VM \"%s\": another start of it is still at work (its state "
			"has been locked for %d s)",
			safe, STATE_WAIT_S);
	else if (line)
		(void)snprintf(
			why, size,
			"VM \"%s\": line %zu of %s/%s.state is not a line of a state; "
			"mend it, or begin anew with eliloader --forget",
			safe, line, dir, encoded);
	else
		(void)snprintf(why, size,
			       "VM \"%s\": the state %s/%s.state cannot be %s: %s", safe,
			       dir, encoded, what, strerror(-r));
	return r;
}

static int store_change(struct record_store *store, const struct record *r,
			const struct change *c, size_t count, char *why, size_t size)
{
	struct state_store *s = (struct state_store *)store;
	autostate struct state next;
	int ret;

	(void)r; /* disks are not known here */
	state_init(&next);
	ret = tree_copy(&next.keys, &s->state.keys);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = state_change(&next, &c[i]);
	if (ret == 0)
		ret = state_write(&s->place, &next, s->about);
	if (ret == 0)
		tree_swap(&s->state.keys, &next.keys);
	return ret < 0 ? say(s->dir, s->name, "written", ret, 0, why, size) : 0;
}

static const struct record_store_ops ops = {
	.change = store_change,
	.close = store_close,
};

static int open_store(struct state_store *s, const char *dir, const char *name,
		      struct record *r, char *why, size_t size)
{
	size_t line = 0;
	int ret;

	s->dir = strdup(dir);
	s->name = strdup(name);
	ret = s->dir && s->name ? state_place_open(dir, name, true, &s->place) : -ENOMEM;
	if (ret == 0)
		ret = state_place_lock(&s->place, STATE_WAIT_S);
	if (ret == 0)
		ret = state_read(&s->place, &s->state, &line);
	if (ret == 0)
		ret = state_apply(&s->state, r);
	return ret < 0 ? say(dir, name, "used", ret, line, why, size) : 0;
}

int record_open_state(const char *dir, const char *name, const char *uuid,
		      struct record *r, struct record_store **ret, char *why, size_t size)
{
	struct state_store *s = calloc(1, sizeof(*s));
	int result;

	if (!s)
		return say(dir, name, "used", -ENOMEM, 0, why, size);
	s->store.ops = &ops;
	s->place = STATE_PLACE_NONE;
	state_init(&s->state);
	(void)snprintf(s->about, sizeof(s->about), "VM %.200s%s%.100s",
		       name, /* cut is fine */
		       uuid ? ", uuid " : "", uuid ? uuid : "");
	result = open_store(s, dir, name, r, why, size);
	if (result < 0) {
		store_close(&s->store);
		return result;
	}
	*ret = &s->store;
	return 0;
}

int record_peek_state(const char *dir, const char *name, struct record *r, char *why,
		      size_t size)
{
	autoplace struct state_place place = STATE_PLACE_NONE;
	autostate struct state state;
	size_t line = 0;
	int ret = state_place_open(dir, name, false, &place);

	state_init(&state);
	if (ret == -ENOENT)
		return 0; /* no directory, no state */
	if (ret == 0)
		ret = state_read(&place, &state, &line);
	if (ret == 0)
		ret = state_apply(&state, r);
	return ret < 0 ? say(dir, name, "read", ret, line, why, size) : 0;
}

int record_forget_state(const char *dir, const char *name)
{
	autoplace struct state_place place = STATE_PLACE_NONE;
	int r = state_place_open(dir, name, false, &place);

	if (r == 0)
		r = state_place_lock(&place, STATE_WAIT_S);
	return r < 0 ? r : state_remove(&place);
}
