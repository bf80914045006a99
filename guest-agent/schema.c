/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema.h"

#include <inttypes.h>
#include <stdio.h>

#include "guest-agent/schema_host.h"
#include "guest-agent/schema_volumes.h"
#include "lib/version.h"

static int want_drivers(const struct facts *f, struct tree *want)
{
	int r = 0;

	/* "vendor name version attributes", as XAPI splits it */
	for (size_t i = 0; r >= 0 && i < f->drivers.count; i++) {
		const struct driver_fact *d = &f->drivers.driver[i];
		char path[32];

		(void)snprintf(path, sizeof(path), "drivers/%zu", i);
		r = tree_setf(want, path, "Linux %s %s %s", d->name, f->os.uname,
			      d->out_of_tree ? "out-of-tree" : "in-tree");
	}
	return r;
}

/* An empty value would say something to XAPI: it is left out. */
static int want_text(struct tree *want, const char *path, const char *value)
{
	return *value ? tree_setf(want, path, "%s", value) : 0;
}

static int want_os(const struct os_facts *os, struct tree *want)
{
	int r = want_text(want, "data/os_name", os->name);

	if (r >= 0)
		r = want_text(want, "data/os_distro", os->distro);
	if (r >= 0)
		r = want_text(want, "data/os_majorver", os->major);
	if (r >= 0)
		r = want_text(want, "data/os_minorver", os->minor);
	if (r >= 0)
		r = want_text(want, "data/os_uname", os->uname);
	return r;
}

static int want_memory(const struct memory_facts *m, struct tree *want)
{
	int r;

	if (m->total_kib == 0)
		return 0;
	r = tree_setf(want, "data/meminfo_total", "%" PRIu64, m->total_kib);
	if (r >= 0)
		r = tree_setf(want, "data/meminfo_free", "%" PRIu64, m->free_kib);
	return r;
}

static int want_identity(const struct facts *f, struct tree *want)
{
	static const struct {
		const char *path;
		int value;
	} version[] = {
		{ "attr/PVAddons/MajorVersion", XPT_VERSION_MAJOR },
		{ "attr/PVAddons/MinorVersion", XPT_VERSION_MINOR },
		{ "attr/PVAddons/MicroVersion", XPT_VERSION_MICRO },
		{ "attr/PVAddons/BuildVersion", XPT_VERSION_BUILD },
		{ "attr/PVAddons/Installed", 1 },
		{ SCHEMA_LAST_KEY, 1 },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(version) / sizeof(*version); i++)
		r = tree_setf(want, version[i].path, "%d", version[i].value);
	/* "0" would count as "1": to say no the key must be absent.  The host takes its
	 * measure of the guest's overhead in the moment it sees the key. */
	if (r >= 0 && f->drivers.balloon_settled)
		r = tree_setf(want, "control/feature-balloon", "1");
	if (r >= 0 && f->static_ip)
		r = tree_setf(want, "control/feature-static-ip-setting", "1");
	return r;
}

int schema_wanted(const struct facts *facts, struct tree *ret_wanted)
{
	autotree struct tree want = { 0 };
	int r = want_identity(facts, &want);

	if (r >= 0 && !facts->without_os)
		r = want_os(&facts->os, &want);
	if (r >= 0)
		r = want_memory(&facts->memory, &want);
	if (r >= 0)
		r = want_drivers(facts, &want);
	if (r >= 0)
		r = schema_want_addresses(&facts->net, &want);
	if (r >= 0)
		r = schema_want_host(&facts->host, &want);
	if (r >= 0 && facts->volumes)
		r = schema_want_volumes(facts->volumes, &want);
	if (r >= 0)
		tree_swap(&want, ret_wanted);
	return r;
}
