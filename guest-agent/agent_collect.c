/* SPDX-License-Identifier: BSD-2-Clause */
/* From the system to facts.  A collector that fails leaves what it found before. */
#include <stdlib.h>
#include <string.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/meminfo.h"
#include "lib/io.h"
#include "lib/log.h"

static void complain(const char *what, int r)
{
	static struct log_limit limit = { .burst = 5, .interval_ms = 600 * 1000 };

	if (r < 0)
		log_limited(&limit, LOG_LEVEL_WARNING, "cannot read %s: %s", what,
			    strerror(-r));
}

/* A free memory that hardly moved stays what it was. */
static void sample_memory(struct agent *a)
{
	struct memory_facts *m = &a->facts.memory;

	if (!a->config.memory) {
		*m = (struct memory_facts){ 0 };
		return;
	}
	complain("memory", collect_memory(a->rootfd, m));
	if (memory_has_moved(m, a->told_free_kib))
		a->told_free_kib = m->free_kib;
	m->free_kib = a->told_free_kib;
}

void agent_sample_drivers(struct agent *a)
{
	struct driver_facts *d = &a->facts.drivers;

	complain("drivers", collect_drivers(a->rootfd, d));
	/* once settled it stays so: later targets are the host's own doing */
	if (d->balloon && !d->balloon_settled)
		d->balloon_settled = collect_balloon_at_target(a->rootfd);
}

void agent_sample(struct agent *a)
{
	sample_memory(a);
	agent_sample_drivers(a);
	a->at_ms[TIMER_SAMPLE] = io_now_ms() + a->config.memory_interval_s * UINT64_C(1000);
	a->dirty = true;
}

/* Addresses that could not be read stay what they were, and are asked for again soon. */
void agent_collect_addresses(struct agent *a)
{
	int r = netlink_collect(&a->netlink, a->rootfd, &a->facts.net);

	complain("addresses", r);
	a->at_ms[TIMER_ADDRESSES] = r < 0 ? io_now_ms() + AGENT_AGAIN_MS : AGENT_NEVER;
	a->dirty = true;
}

void agent_collect_all(struct agent *a)
{
	a->told_free_kib = 0;
	if (a->config.os)
		complain("the distribution", collect_os(a->rootfd, &a->facts.os));
	agent_collect_addresses(a);
	agent_sample(a);
}
