/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/version.h"

int schema_want_host(const struct host_facts *h, struct tree *want)
{
	const struct {
		const char *path, *value;
	} keys[] = {
		{ "data/host_name_dns", h->names.host },
		{ "data/domain", h->names.host[0] ? h->names.domain : "" },
		{ "feature/hotplug/vbd", h->vbd_hotplug ? "1" : "" },
		{ "feature/hotplug/vif", h->vif_hotplug ? "1" : "" },
		{ SCHEMA_SERVICE "/version", XPT_VERSION "-" XPT_STR(XPT_VERSION_BUILD) },
		{ SCHEMA_SERVICE "/health", h->health[0] ? h->health : "ok" },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].value[0])
			r = tree_setf(want, keys[i].path, "%s", keys[i].value);
	return r;
}

__attribute__((format(printf, 2, 3))) static void add(struct host_facts *h,
						      const char *fmt, ...)
{
	size_t len = strlen(h->health);
	va_list ap;

	va_start(ap, fmt);
	/* cut at its room */
	(void)vsnprintf(h->health + len, sizeof(h->health) - len, fmt, ap);
	va_end(ap);
}

void schema_host_health(struct host_facts *h, size_t errors, const char *why,
			bool refused)
{
	h->health[0] = '\0';
	if (refused)
		add(h, "xenstore refuses some keys: is its quota used up?");
	if (errors > 0)
		add(h, "%sbad configuration: ", refused ? "; " : "");
	if (errors > 1)
		add(h, "%zu errors, the first: ", errors);
	if (errors > 0)
		add(h, "%s", why);
}
