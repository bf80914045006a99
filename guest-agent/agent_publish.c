/* SPDX-License-Identifier: BSD-2-Clause */
/* From facts to xenstore: when, how often, and what after a failure. */
#include <errno.h>
#include <string.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/schema.h"
#include "guest-agent/schema_host.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/notify.h"

int agent_connect(struct agent *a)
{
	struct xs_conn *conn;
	int r = xs_conn_open(&conn);

	if (r < 0) {
		log_error("cannot open xenstore: %s", strerror(-r));
		return -ENOTCONN;
	}
	publish_init(&a->publisher, conn);
	return 0;
}

int agent_wanted(struct agent *a, struct tree *ret_want)
{
	struct facts *f = &a->facts;

	f->static_ip = static_ip_usable(a->static_ip);
	schema_host_health(&f->host, a->config.errors, a->config.why, a->refused);
	return schema_wanted(&a->facts, ret_want);
}

static int publish_facts(struct agent *a)
{
	autotree struct tree want = { 0 };
	int r = agent_wanted(a, &want);

	return r < 0 ? r : publish(&a->publisher, &want);
}

/* What failed, in words. */
static const char *failure(const struct agent *a, int r)
{
	return r == -ENOMEM ? "get memory" : xs_conn_error(a->publisher.conn);
}

/* After a failure (@r < 0) or a refusal: later, and then as if nothing were known.  What
 * a refusal left out holds nothing else back. */
static void retry_later(struct agent *a, int r)
{
	static struct log_limit limit = { .burst = 3, .interval_ms = 600 * 1000 };
	uint64_t max_ms = r < 0 ? AGENT_FAILED_MAX_MS : AGENT_RETRY_MAX_MS;

	a->retry_ms = a->retry_ms ? a->retry_ms * 2 : AGENT_RETRY_FIRST_MS;
	if (a->retry_ms > max_ms)
		a->retry_ms = max_ms;
	a->retry_at_ms = io_now_ms() + a->retry_ms;
	if (r < 0) {
		a->publish_at_ms = a->retry_at_ms;
		log_limited(&limit, LOG_LEVEL_WARNING, "cannot %s; next try in %llu ms",
			    failure(a, r), (unsigned long long)a->retry_ms);
	}
}

/* Publications one soon after another come ever less often: a storm of changes is told at
 * its end. */
static void pause_publications(struct agent *a)
{
	uint64_t now = io_now_ms();
	bool soon = a->published_at_ms && now - a->published_at_ms < AGENT_CALM_MS;

	a->pause_ms = soon ? a->pause_ms * 2 : AGENT_PAUSE_MS;
	if (a->pause_ms > AGENT_PAUSE_MAX_MS)
		a->pause_ms = AGENT_PAUSE_MAX_MS;
	a->published_at_ms = now;
	a->publish_at_ms = now + a->pause_ms;
}

static int publish_now(struct agent *a, bool again)
{
	bool all = again || !a->publisher.known;
	uint64_t from = io_now_ms();
	int r;

	if (again)
		publish_forget(&a->publisher);
	r = publish_facts(a);
	if (r < 0 && xs_conn_is_dead(a->publisher.conn)) {
		log_error("xenstore is gone: cannot %s",
			  xs_conn_error(a->publisher.conn));
		return -ENOTCONN;
	}
	if (r >= 0 && all)
		log_debug("published everything in %llu ms",
			  (unsigned long long)(io_now_ms() - from));
	pause_publications(a);
	a->dirty = r < 0 || a->refused != (r > 0); /* the health tells of it */
	if (r >= 0)
		a->refused = r > 0;
	if (r < 0 || (r > 0 && (again || !a->retry_ms))) {
		retry_later(a, r);
	} else if (r == 0 && a->retry_ms) {
		a->retry_ms = 0;
		log_info("everything is published again");
	}
	if (r >= 0 && !a->ready) {
		a->ready = true;
		(void)notify_systemd("READY=1"); /* nobody may be listening */
	}
	return 0;
}

uint64_t agent_publish_at_ms(const struct agent *a)
{
	uint64_t at = a->watched && a->dirty ? a->publish_at_ms : AGENT_NEVER;

	return a->retry_ms ? io_earlier(at, a->retry_at_ms) : at;
}

int agent_publish_due(struct agent *a)
{
	uint64_t now = io_now_ms();

	if (now < agent_publish_at_ms(a))
		return 0;
	return publish_now(a, a->retry_ms && now >= a->retry_at_ms);
}

void agent_publish_anew(struct agent *a)
{
	publish_forget(&a->publisher);
	a->retry_ms = 0;
	a->publish_at_ms = 0;
	a->dirty = true;
}

void agent_look_again(struct agent *a)
{
	if (publish_is_intact(&a->publisher))
		return;
	if (a->publisher.known)
		log_info("this domain is new in xenstore: publishing everything");
	a->facts.drivers.balloon_settled =
		a->config.balloon && collect_balloon_at_target(a->rootfd);
	if (a->unexplained) { /* in a new domain a device may have another number */
		agent_forget_devices(a);
		agent_collect_addresses(a);
	}
	agent_publish_anew(a); /* with the facts that are known: the host is waiting */
}

int agent_publish_once(struct agent *a)
{
	int r;

	agent_collect_all(a);
	agent_await_volumes(a);
	r = publish_facts(a);
	if (r < 0)
		log_error("cannot %s", failure(a, r));
	return r == 0 ? 0 : -ENOTCONN;
}
