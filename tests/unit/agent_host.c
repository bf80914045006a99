/* SPDX-License-Identifier: BSD-2-Clause */
/* The agent's own keys, what can be plugged, and the time a suspend may take. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/metrics_record.h"
#include "guest-agent/facts.h"
#include "guest-agent/freeze.h"
#include "guest-agent/schema_host.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/version.h"
#include "tests/tap.h"
#include "tests/unit/own_root.h"

#define VERSION_LINE                                                                     \
	"data/service/xe-guest-agent/version=" XPT_VERSION "-" XPT_STR(XPT_VERSION_BUILD)

static void check_tree(const struct host_facts *h, const char *want, const char *what)
{
	autotree struct tree t = { 0 };
	char got[1024] = "";
	size_t len = 0;
	int r = schema_want_host(h, &t);

	for (size_t i = 0; i < t.count && len < sizeof(got); i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s=%s\n",
					t.entry[i].path, (char *)t.entry[i].value);
	ok(r == 0, "%s: made", what);
	is_str(got, want, what);
}

static void test_keys(void)
{
	struct host_facts h = { .names = { "", "" } };

	check_tree(&h, "data/service/xe-guest-agent/health=ok\n" VERSION_LINE "\n",
		   "nothing known");
	h = (struct host_facts){ .names = { "web", "example.org" },
				 .vbd_hotplug = true,
				 .vif_hotplug = true,
				 .health = "it hurts" };
	check_tree(&h,
		   "data/domain=example.org\ndata/host_name_dns=web\n"
		   "data/service/xe-guest-agent/health=it hurts\n" VERSION_LINE "\n"
		   "feature/hotplug/vbd=1\nfeature/hotplug/vif=1\n",
		   "everything");
	h.names.domain[0] = '\0';
	h.vbd_hotplug = false;
	check_tree(&h,
		   "data/host_name_dns=web\n"
		   "data/service/xe-guest-agent/health=it hurts\n" VERSION_LINE "\n"
		   "feature/hotplug/vif=1\n",
		   "no domain, no disks: absent, not empty and not 0");
	h = (struct host_facts){ .names = { "", "example.org" } };
	check_tree(&h, "data/service/xe-guest-agent/health=ok\n" VERSION_LINE "\n",
		   "a domain without a host is not told");
}

/* The value of a key in one of XAPI's maps; NULL: not there. */
static const char *shown(const struct metrics_map *map, const char *key)
{
	const struct metrics_pair *pair = metrics_map_find(map, key);

	return pair ? pair->value : NULL;
}

static void test_seen_by_xapi(void)
{
	struct host_facts h = { .names = { "web", "example.org" },
				.vbd_hotplug = true,
				.vif_hotplug = true };
	struct host_facts bare = { .names = { "web", "" } };
	autotree struct tree full = { 0 }, less = { 0 };
	autorecord struct metrics_record a = { 0 }, b = { 0 };

	if (schema_want_host(&h, &full) < 0 || metrics_record_new(&full, &a) < 0 ||
	    schema_want_host(&bare, &less) < 0 || metrics_record_new(&less, &b) < 0)
		abort();
	is_str(shown(&a.netbios_name, "host_name"), "web.example.org", "XAPI: the name");
	is_str(shown(&b.netbios_name, "host_name"), "web", "no dot without a domain");
	is_str(shown(&a.services, "xe-guest-agent/version"),
	       XPT_VERSION "-" XPT_STR(XPT_VERSION_BUILD), "the agent's version");
	is_str(shown(&a.services, "xe-guest-agent/health"), "ok", "its health");
	is_int(a.can_use_hotplug_vbd, METRICS_YES, "disks can be plugged");
	is_int(a.can_use_hotplug_vif, METRICS_YES, "interfaces can be plugged");
	ok(b.can_use_hotplug_vbd == METRICS_UNSPECIFIED &&
		   b.can_use_hotplug_vif == METRICS_UNSPECIFIED,
	   "what is not known forbids nothing");
}

static void test_health(void)
{
	struct host_facts h = { .health = "before" };
	char why[512];

	schema_host_health(&h, 0, "", false);
	is_str(h.health, "", "nothing is wrong");
	schema_host_health(&h, 1, "/etc/x:1: bad", false);
	is_str(h.health, "bad configuration: /etc/x:1: bad", "one error");
	schema_host_health(&h, 3, "/etc/x:1: bad", false);
	is_str(h.health, "bad configuration: 3 errors, the first: /etc/x:1: bad",
	       "three of them");
	schema_host_health(&h, 0, "", true);
	is_str(h.health, "xenstore refuses some keys: is its quota used up?",
	       "keys that are refused");
	schema_host_health(&h, 1, "/etc/x:1: bad", true);
	is_str(h.health,
	       "xenstore refuses some keys: is its quota used up?; "
	       "bad configuration: /etc/x:1: bad",
	       "both");
	memset(why, 'x', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	schema_host_health(&h, 2, why, true);
	is_int((long long)strlen(h.health), HEALTH_MAX - 1, "too long: cut");
}

static char root[] = "/tmp/agent_host.XXXXXX";
static int rootfd = -1;

static void test_hotplug(void)
{
	struct host_facts h = { .vbd_hotplug = true, .vif_hotplug = true };

	collect_hotplug(rootfd, &h);
	ok(!h.vbd_hotplug && !h.vif_hotplug, "no Xen bus");
	must(mkdirat(rootfd, "sys", 0755));
	must(mkdirat(rootfd, "sys/bus", 0755));
	must(mkdirat(rootfd, "sys/bus/xen", 0755));
	must(mkdirat(rootfd, "sys/bus/xen/drivers", 0755));
	must(mkdirat(rootfd, "sys/bus/xen/drivers/vif", 0755));
	collect_hotplug(rootfd, &h);
	ok(!h.vbd_hotplug && h.vif_hotplug, "network interfaces only");
	must(mkdirat(rootfd, "sys/bus/xen/drivers/vbd", 0755));
	collect_hotplug(rootfd, &h);
	ok(h.vbd_hotplug && h.vif_hotplug, "disks, too");
}

#define FREEZE_FILE "sys/power/pm_freeze_timeout"

static void put(const char *text)
{
	root_put(rootfd, FREEZE_FILE, text);
}

/* The first line of the file. */
static const char *now(void)
{
	static char line[64];
	autofree char *text = NULL;

	must(io_read_file_at(rootfd, FREEZE_FILE, 64, &text, NULL));
	text[strcspn(text, "\n")] = '\0';
	(void)snprintf(line, sizeof(line), "%s", text);
	return line;
}

static void test_freeze_absent(void)
{
	struct freeze f;

	ok(freeze_open(rootfd, &f) == 0 && f.fd == -1, "a kernel without it");
	ok(freeze_set(&f, 300) == 0, "is left alone");
	freeze_close(&f);
	must(mkdirat(rootfd, "sys/power", 0755));
	must(symlinkat("pm_freeze_timeout", rootfd, FREEZE_FILE));
	ok(freeze_open(rootfd, &f) == -ELOOP && f.fd == -1, "what cannot be opened");
	ok(freeze_set(&f, 300) == 0, "is, too");
	freeze_close(&f);
	must(unlinkat(rootfd, FREEZE_FILE, 0));
}

static void test_freeze(void)
{
	static const struct {
		const char *what, *before;
		unsigned seconds;
		int r;
		const char *during, *after;
	} cases[] = {
		{ "the kernel's own is raised and put back", "20000\n", 300, 0, "300000",
		  "20000" },
		{ "another time", "20000\n", 3600, 0, "3600000", "20000" },
		{ "off", "20000\n", 0, 0, "20000", "20000" },
		{ "20 s are the kernel's own", "20000\n", 20, 0, "20000", "20000" },
		{ "the administrator's stays", "60000\n", 300, 0, "60000", "60000" },
		{ "so a longer one", "900000\n", 300, 0, "900000", "900000" },
		{ "one that was killed is put back", "300000\n", 300, 0, "300000",
		  "20000" },
		{ "not so when it is off", "300000\n", 0, 0, "300000", "300000" },
		{ "no number", "soon\n", 300, -EBADMSG, "soon", "soon" },
		{ "an empty file", "", 300, -EBADMSG, "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct freeze f;

		put(cases[i].before);
		ok(freeze_open(rootfd, &f) == 0 && f.fd >= 0, "%s: opened",
		   cases[i].what);
		is_int(freeze_set(&f, cases[i].seconds), cases[i].r, "set");
		is_str(now(), cases[i].during, cases[i].what);
		freeze_close(&f);
		is_str(now(), cases[i].after, "and at the end");
		is_int(f.fd, -1, "closed");
	}
}

static void test_freeze_changed(void)
{
	struct freeze f;

	put("20000\n");
	must(freeze_open(rootfd, &f));
	must(freeze_set(&f, 300));
	must(freeze_set(&f, 100));
	is_str(now(), "100000", "another time while it runs");
	must(freeze_set(&f, 0));
	is_str(now(), "20000", "off while it runs");
	must(freeze_set(&f, 50));
	is_str(now(), "50000", "and on again");
	put("70000\n");
	must(freeze_set(&f, 300));
	is_str(now(), "70000", "the administrator's, while it runs, stays");
	freeze_close(&f);
	is_str(now(), "70000", "at the end, too");
	put("20000\n");
	must(freeze_open(rootfd, &f));
	must(freeze_set(&f, 300));
	put("70000\n");
	freeze_close(&f);
	is_str(now(), "70000", "also when only the end sees it");
}

int main(void)
{
	test_keys();
	test_seen_by_xapi();
	test_health();
	rootfd = root_make(root);
	test_hotplug();
	test_freeze_absent();
	test_freeze();
	test_freeze_changed();
	must(close(rootfd));
	root_remove(root);
	return tap_done();
}
