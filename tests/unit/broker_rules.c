/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "dom0-tools/broker_rules.h"
#include "tests/tap.h"

#define R    RULE_READ
#define W    RULE_WRITE
#define GR   RULE_GRANT_READ
#define GW   RULE_GRANT_WRITE
#define UUID "/vm/5f5b7d4c-0000-4000-8000-000000000005"

#define PROFILES "packaging/profiles/"

static const char text[] = "# a profile\n"
			   "[room]\n"
			   "read relative-words-of-another-section # not ours\n"
			   "[xenstore]\n"
			   "read /local/domain/{domid}	# its own\n"
			   "\twrite\t/local/domain/{domid}/data  \n"
			   "grant-read /local/domain/0/backend/*/{domid}\n"
			   "grant-write /local/domain/0/backend/*/{domid}/*/state\n"
			   "read {vm}\n"
			   "write {vm}/rtc\n"
			   "write /a{domid}b/{domid}{domid}\n"
			   "release-event\n"
			   "home dom0\n";

static const struct {
	const char *path;
	unsigned bits;
} allowed[] = {
	{ "/local/domain/5", R },
	{ "/local/domain/5/name", R },
	{ "/local/domain/5/data", R | W },
	{ "/local/domain/5/data/a/b", R | W },
	{ "/local/domain/5/database", R },
	{ "/local/domain/55", 0 },
	{ "/local/domain/55/data", 0 },
	{ "/local/domain", 0 },
	{ "/", 0 },
	{ "@releaseDomain", 0 },
	{ "/local/domain/0/backend/vbd/5", GR },
	{ "/local/domain/0/backend/vbd/5/768/params", GR },
	{ "/local/domain/0/backend/vbd/6", 0 },
	{ "/local/domain/0/backend/5", 0 },
	{ "/local/domain/0/backend/vbd/x/5", 0 },
	{ "/local/domain/0/backend/vbd", 0 },
	{ "/local/domain/0/backend/vkbd/5/0/state", GR | GW },
	{ "/local/domain/0/backend/vkbd/5/0/state/x", GR | GW },
	{ "/local/domain/0/backend/vkbd/5/0/states", GR },
	{ "/local/domain/0/backend/vkbd/5/state", GR },
	{ UUID, R },
	{ UUID "/rtc/timeoffset", R | W },
	{ UUID "0", 0 },
	{ "/vm", 0 },
	{ "/vm/6f5b7d4c-0000-4000-8000-000000000006", 0 },
	{ "/a5b/55", W },
};

/* All are wrong in their second line. */
static const struct {
	const char *line;
	const char *why;
} refused[] = {
	{ "read", "t:2: 'read' takes one path" },
	{ "read /a /b", "t:2: 'read' takes one path" },
	{ "read a", "t:2: 'a' is not an absolute path of xenstore" },
	{ "read /a/", "t:2: '/a/' is not an absolute path of xenstore" },
	{ "read //", "t:2: '//' is not an absolute path of xenstore" },
	{ "read /a//b", "t:2: '/a//b' is not an absolute path of xenstore" },
	{ "read /a.b", "t:2: '/a.b' is not an absolute path of xenstore" },
	{ "read /a*", "t:2: '/a*' is not an absolute path of xenstore" },
	{ "read /*a", "t:2: '/*a' is not an absolute path of xenstore" },
	{ "read /**", "t:2: '/**' is not an absolute path of xenstore" },
	{ "read *", "t:2: '*' is not an absolute path of xenstore" },
	{ "read @releaseDomain",
	  "t:2: '@releaseDomain' is not an absolute path of xenstore" },
	{ "read /{domi}", "t:2: '/{domi}' is not an absolute path of xenstore" },
	{ "read /x{vm}", "t:2: '/x{vm}' is not an absolute path of xenstore" },
	{ "read {vm}x", "t:2: '{vm}x' is not an absolute path of xenstore" },
	{ "read {vm}/", "t:2: '{vm}/' is not an absolute path of xenstore" },
	{ "deny /a", "t:2: unknown directive 'deny'" },
	{ "READ /a", "t:2: unknown directive 'READ'" },
	{ "release-event /a", "t:2: 'release-event' takes no path" },
	{ "home", "t:2: 'home' takes the word 'dom0'" },
	{ "home 5", "t:2: 'home' takes the word 'dom0'" },
};

static const struct {
	const char *vm;
	bool good;
} vms[] = {
	{ UUID, true },	      { "", true },
	{ NULL, true },	      { "/vm/", false },
	{ "/vm", false },     { "/", false },
	{ "/vm/a/b", false }, { "/vm/../local", false },
	{ "vm/a", false },    { "/local/domain/6", false },
	{ "/vm/a*", false },
};

/* Of the profiles that are shipped, for domain 5 of VM @UUID. */
static const struct {
	const char *profile;
	const char *path;
	unsigned bits;
} shipped[] = {
	{ "guest", "/", R | W },
	{ "guest", "/local/domain/6/data", R | W },
	{ "guest", "@x", R | W },
	{ "qemu", "/local/domain/0/device-model/5/state", GR | GW },
	{ "qemu", "/local/domain/0/device-model/5/backends/vkbd", GR | GW },
	{ "qemu", "/local/domain/0/device-model/5/physmap", GR },
	{ "qemu", "/local/domain/0/device-model/5", GR },
	{ "qemu", "/local/domain/0/device-model", 0 },
	{ "qemu", "/local/domain/0/device-model/6/state", 0 },
	{ "qemu", "/local/domain/0/device-model/55/state", 0 },
	{ "qemu", "/local/domain/0/backend/vbd/5/768/params", GR },
	{ "qemu", "/local/domain/0/backend/vbd/5/768/state", GR },
	{ "qemu", "/local/domain/0/backend/vkbd/5", GR },
	{ "qemu", "/local/domain/0/backend/vkbd/5/0/state", GR | GW },
	{ "qemu", "/local/domain/0/backend/vkbd/5/0/frontend", GR },
	{ "qemu", "/local/domain/0/backend/vkbd/6/0/state", 0 },
	{ "qemu", "/local/domain/0/backend/vkbd", 0 },
	{ "qemu", "/local/domain/0/backend", 0 },
	{ "qemu", "/local/domain/5/console/tty", R },
	{ "qemu", "/local/domain/5/device/vkbd/0/state", R },
	{ "qemu", "/local/domain/6/name", 0 },
	{ "qemu", UUID "/uuid", R },
	{ "qemu", "/libxl/5", 0 },
	{ "qemu", "/", 0 },
	{ "qemu-traditional", "/local/domain/0/device-model/5/command", GR | GW },
	{ "qemu-traditional", "/local/domain/0/device-model/5/logdirty/ret", GR | GW },
	{ "qemu-traditional", "/local/domain/0/device-model/5/logdirty", GR },
	{ "qemu-traditional", "/local/domain/5/data/report_clipboard", R | W },
	{ "qemu-traditional", "/local/domain/5/data/other", R },
	{ "qemu-traditional", "/local/domain/5/console/vnc-port", R | GW },
	{ "qemu-traditional", "/local/domain/0/backend/vbd/5/768/params", GR },
	{ "qemu-traditional", "/local/domain/6/console/vnc-port", 0 },
	{ "vncterm", "/local/domain/5/console/tty", R },
	{ "vncterm", "/local/domain/5/console/vnc-port", R | GW },
	{ "vncterm", "/local/domain/5/console/tc-port", R | GW },
	{ "vncterm", "/local/domain/5/console/statefile", R | GW },
	{ "vncterm", "/local/domain/5/serial/0/tty", R },
	{ "vncterm", "/local/domain/5/serial/0/vnc-port", R | GW },
	{ "vncterm", "/local/domain/5/name", 0 },
	{ "vncterm", "/local/domain/6/console/tty", 0 },
	{ "vncterm", "/local/domain/0/console/tty", 0 },
};

static void test_text(void)
{
	autorules struct rules *r = NULL;
	char why[256] = "";
	int err = rules_parse("t", text, sizeof(text) - 1, 5, UUID, &r, why, sizeof(why));

	if (!ok(err == 0 && rules_release_event(r) && rules_home(r) == 0, "read: %d %s",
		err, why))
		return;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		unsigned bits = rules_allowed(r, allowed[i].path);

		ok(bits == allowed[i].bits, "%s: %u", allowed[i].path, bits);
	}
	ok(rules_set_vm(r, NULL, why, sizeof(why)) == 0 && rules_allowed(r, UUID) == 0 &&
		   rules_allowed(r, "/a5b/55") != 0,
	   "without a VM its lines are left out");
}

/* "*" is a component that is there. */
static void test_star(void)
{
	static const char lines[] = "[xenstore]\nread /*\n";
	autorules struct rules *r = NULL;
	char why[256] = "";
	int err =
		rules_parse("t", lines, sizeof(lines) - 1, 5, NULL, &r, why, sizeof(why));

	ok(err == 0 && rules_allowed(r, "/a") == R && rules_allowed(r, "/a/b") == R &&
		   rules_allowed(r, "/") == 0 && rules_allowed(r, "@a") == 0,
	   "'*' alone");
}

static void test_refused(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		autorules struct rules *r = NULL;
		char lines[256], why[256] = "";
		int n = snprintf(lines, sizeof(lines), "[xenstore]\n%s\n",
				 refused[i].line);
		int err =
			rules_parse("t", lines, (size_t)n, 5, NULL, &r, why, sizeof(why));

		if (!ok(err == -EINVAL && !r && strcmp(why, refused[i].why) == 0,
			"refused: %s", refused[i].line))
			printf("# %d: %s\n", err, why);
	}
}

static void test_vms(void)
{
	static const char lines[] = "[xenstore]\nread {vm}\n";

	for (size_t i = 0; i < sizeof(vms) / sizeof(vms[0]); i++) {
		autorules struct rules *r = NULL;
		char why[256] = "";
		int err = rules_parse("t", lines, sizeof(lines) - 1, 5, vms[i].vm, &r,
				      why, sizeof(why));

		ok(err == (vms[i].good ? 0 : -EINVAL) && !why[0] == vms[i].good,
		   "VM %s: %s", vms[i].vm ? vms[i].vm : "(none)", why);
	}
}

/* One line more than there is room for. */
static void test_many(void)
{
	static char lines[RULES_MAX * 16];
	autorules struct rules *r = NULL;
	char why[256] = "";
	int n = snprintf(lines, sizeof(lines), "[xenstore]\n");
	int err;

	for (int i = 0; i < RULES_MAX; i++)
		n += snprintf(lines + n, sizeof(lines) - (size_t)n, "read /%d\n", i);
	err = rules_parse("t", lines, (size_t)n, 5, NULL, &r, why, sizeof(why));
	ok(err == 0 && rules_allowed(r, "/255") == R && rules_home(r) == 5 &&
		   !rules_release_event(r),
	   "as many lines as there may be");
	rules_free(r);
	r = NULL;
	n += snprintf(lines + n, sizeof(lines) - (size_t)n, "read /x\n");
	err = rules_parse("t", lines, (size_t)n, 5, NULL, &r, why, sizeof(why));
	ok(err == -EINVAL && strcmp(why, "t:258: more than 256 paths") == 0,
	   "one more: %s", why);
}

static void test_shipped(void)
{
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		autorules struct rules *r = NULL;
		char file[128], why[256] = "";
		unsigned bits = ~0U;

		(void)snprintf(file, sizeof(file), PROFILES "%s.profile",
			       shipped[i].profile);
		if (rules_load(file, 5, UUID, &r, why, sizeof(why)) == 0)
			bits = rules_allowed(r, shipped[i].path);
		if (!ok(bits == shipped[i].bits, "%s: %s", shipped[i].profile,
			shipped[i].path))
			printf("# %u %s\n", bits, why);
	}
}

int main(void)
{
	test_text();
	test_star();
	test_refused();
	test_vms();
	test_many();
	test_shipped();
	return tap_done();
}
