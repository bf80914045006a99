/* SPDX-License-Identifier: BSD-2-Clause */
/* From the system to facts.  A collector that fails leaves what it found before. */
#include <stdlib.h>
#include <string.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/meminfo.h"
#include "guest-agent/names.h"
#include "lib/io.h"
#include "lib/log.h"

void agent_complain(const char *what, int r)
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
	agent_complain("memory", collect_memory(a->rootfd, m));
	if (memory_has_moved(m, a->told_free_kib))
		a->told_free_kib = m->free_kib;
	m->free_kib = a->told_free_kib;
}

void agent_sample_drivers(struct agent *a)
{
	struct driver_facts *d = &a->facts.drivers;

	agent_complain("drivers", collect_drivers(a->rootfd, d));
	if (!a->config.drivers)
		d->count = 0;
	/* once settled it stays so: later targets are the host's own doing */
	if (d->balloon && !d->balloon_settled)
		d->balloon_settled = collect_balloon_at_target(a->rootfd);
	d->balloon_settled = d->balloon_settled && a->config.balloon;
	collect_hotplug(a->rootfd, &a->facts.host);
	if (!a->config.hot_plug)
		a->facts.host.vbd_hotplug = a->facts.host.vif_hotplug = false;
}

void agent_collect_names(struct agent *a)
{
	if (a->config.host_name)
		agent_complain("the host name",
			       collect_names(a->rootfd, &a->facts.host.names));
	else
		a->facts.host.names = (struct name_facts){ 0 };
	a->dirty = true;
}

void agent_ask_volumes(struct agent *a)
{
	if (!a->config.volumes || !a->volumes) {
		a->facts.volumes = NULL;
		a->at_ms[TIMER_VOLUMES] = AGENT_NEVER;
		return;
	}
	a->at_ms[TIMER_VOLUMES] =
		io_now_ms() + a->config.volumes_interval_s * UINT64_C(1000);
	(void)volumes_ask(a->volumes); /* what failed is told in the log */
	a->facts.volumes = volumes_facts(a->volumes);
	a->dirty = true;
}

void agent_sample(struct agent *a)
{
	sample_memory(a);
	agent_sample_drivers(a);
	agent_collect_names(a);
	a->at_ms[TIMER_SAMPLE] =
		io_now_ms() + a->config.memory_interval_s * UINT64_C(1000);
	a->dirty = true;
}

void agent_await_volumes(struct agent *a)
{
	if (a->facts.volumes)
		(void)volumes_wait(a->volumes, AGENT_VOLUMES_MS); /* or without */
}

void agent_collect_all(struct agent *a)
{
	a->told_free_kib = 0;
	/* the kernel's release is part of the drivers' lines */
	agent_complain("the distribution", collect_os(a->rootfd, &a->facts.os));
	a->facts.without_os = !a->config.os;
	agent_collect_addresses(a);
	agent_sample(a);
	agent_ask_volumes(a);
}
