/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of records are hostile: what is refused, by which name, and that no error text
 * carries the bytes on. */
#include "tests/eliloader/plan_case.h"

#define METHOD "UNSUPPORTED_INSTALL_METHOD"

static const struct {
	const char *words, *key, *value; /* @key: put beside the words, with any text */
	const char *error, *text;	 /* NULL: it is taken; a part of the text */
} cases[] = {
	{ "install-distro=rhlike", NULL, NULL, METHOD,
	  "other-config:install-repository was not set to an appropriate value, and this "
	  "is "
	  "required for the selected distribution type." },
	{ "", "other-config/install-distro", "foo", METHOD,
	  "Distribution 'foo' is not supported." },
	{ "", "other-config/install-distro", "a\nb", METHOD, "Distribution 'a\\nb'" },
	{ "", "other-config/install-repository", "http://h/\nramdisk /etc/shadow", METHOD,
	  "the character '\\n'" },
	{ "", "other-config/install-repository", "file:///etc/passwd", METHOD,
	  "not set to an appropriate value" },
	{ "", "other-config/install-repository", "http://h/ init=/bin/sh", METHOD,
	  "' '" },
	{ "", "other-config/install-repository", "http://user:p@SECRET@host/ x", METHOD,
	  "It is 'http://***@host/ x'" },
	{ "", "other-config/install-repository", "http://user:se/cret@host/x?", METHOD,
	  "It is 'http://***@host/x?'" },
	{ "", "other-config/install-repository", "http:user:SECRET@host/", METHOD,
	  "It is 'http://***@host/'" },
	{ "", "other-config/install-repository", "\x1b[2J", METHOD, "\\x1b[2J" },
	{ "install-repository=http://h/", "other-config/install-round", "3", METHOD,
	  "xe vm-param-set uuid=" CASE_UUID " other-config:install-round=1" },
	{ "install-repository=http://h/", "other-config/install-round", "3", METHOD,
	  "xe vm-param-remove uuid=" CASE_UUID " param-name=other-config "
	  "param-key=install-round; xe vm-param-set uuid=" CASE_UUID
	  " PV-bootloader=pygrub" },
	{ "install-repository=http://h/", "other-config/install-round", "0", METHOD,
	  "'0'" },
	{ "install-repository=http://h/", "other-config/install-round", "-1", METHOD,
	  "'-1'" },
	{ "install-repository=http://h/", "other-config/install-round", "", METHOD,
	  "''" },
	{ "install-repository=http://h/", "other-config/install-round", "1 ", METHOD,
	  "'1 '" },
	{ "install-repository=http://h/", "other-config/install-round",
	  "99999999999999999999999", METHOD, "999" },
	{ "install-repository=http://h/", "other-config/install-round", "two\n", METHOD,
	  "'two\\n'" },
	{ "install-repository=http://h/", "other-config/install-round", "1", NULL, NULL },
	{ "install-repository=http://h/", "other-config/install-vncpasswd",
	  "secret init=/bin/sh", METHOD, "install-vncpasswd" },
	{ "install-repository=http://h/", "other-config/install-vncpasswd", "a\tb",
	  METHOD, "install-vncpasswd" },
	{ "install-repository=http://h/", "other-config/install-vncpasswd", "a\"b",
	  METHOD, "install-vncpasswd" },
	{ "install-repository=http://h/", "other-config/install-vncpasswd", "a$b", METHOD,
	  "install-vncpasswd" },
	{ "install-repository=http://h/", "other-config/install-vncpasswd", "\xc3\xa4",
	  METHOD, "install-vncpasswd" },
	{ "install-repository=http://h/", "other-config/install-vncpasswd",
	  "0123456789012345678901234567890123456789012345678901234567890123", METHOD,
	  "63" },
	{ "install-repository=http://h/", "other-config/install-vncpasswd",
	  "012345678901234567890123456789012345678901234567890123456789012", NULL, NULL },
	{ "install-repository=http://h/", "other-config/install-vncpasswd", "a=b,c;d#",
	  NULL, NULL },
	{ "install-repository=http://h/", "other-config/install-args",
	  "x\nkernel /etc/shadow", METHOD, "'x\\nkernel /etc/shadow'" },
	{ "install-repository=http://h/", "other-config/install-args", "a\x7f", METHOD,
	  "\\x7f" },
	{ "install-repository=http://h/", "other-config/install-args", "a=\"b c", METHOD,
	  "quotes that close" },
	{ "install-repository=http://h/", "other-config/install-args", "a=\"b c\" d",
	  NULL, NULL },
	{ "install-repository=http://h/", "other-config/install-args", "", NULL, NULL },
	{ "install-repository=http://h/", "other-config/install-arch", "sparc", METHOD,
	  "install-arch is 'sparc'" },
	{ "install-repository=http://h/ install-distro=arch", "other-config/install-arch",
	  "i386", METHOD, "x86_64 only" },
	{ "install-repository=http://h/ install-distro=debianlike",
	  "other-config/debian-release", "../../..", METHOD,
	  "debian-release is '../../..'" },
	{ "install-repository=http://h/ install-distro=pygrub", NULL, NULL,
	  "INVALID_SOURCE", "install-kernel is not set" },
	{ "install-repository=http://h/ install-distro=pygrub",
	  "other-config/install-kernel", "../vmlinuz", "INVALID_SOURCE",
	  "install-kernel is '../vmlinuz'" },
	{ "install-repository=http://h/ install-distro=pygrub",
	  "other-config/install-kernel", "a b", "INVALID_SOURCE", "install-kernel" },
	{ "install-repository=http://h/ install-distro=pygrub install-kernel=k",
	  "other-config/install-ramdisk", "x\n", "INVALID_SOURCE",
	  "install-ramdisk is 'x\\n'" },
	{ "install-repository=http://h/", "other-config/install-proxy", "socks://x",
	  METHOD, "install-proxy is 'socks://x'" },
	{ "install-repository=http://h/", "other-config/install-proxy", "http://p:3128\n",
	  METHOD, "\\n" },
	{ "install-repository=http://h/", "other-config/install-proxy", "http://p:3128",
	  NULL, NULL },
	{ "install-repository=nfs:s:/t", "other-config/install-proxy", "what ever\n",
	  NULL, NULL },
	{ "install-repository=http://h/", "platform/pv-kernel-max-size", "lots", "LIMITS",
	  "platform:pv-kernel-max-size is 'lots'" },
	{ "install-repository=http://h/", "platform/pv-ramdisk-max-size", "0", "LIMITS",
	  "pv-ramdisk-max-size is '0'" },
	{ "install-repository=http://h/", "platform/pv-ramdisk-max-size", "-5", "LIMITS",
	  "'-5'" },
};

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

static void test_case(size_t i)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, cases[i].words);
	if (cases[i].key)
		case_put(&c, cases[i].key, cases[i].value);
	case_plan(&c, DISK_NOT_ASKED);
	if (cases[i].error)
		ok(c.plan.action == PLAN_ERROR &&
			   strcmp(c.plan.error_name, cases[i].error) == 0 &&
			   strstr(c.plan.error_text, cases[i].text) &&
			   is_clean(c.plan.error_text),
		   "refused: case %zu: %s", i,
		   c.plan.error_text ? c.plan.error_text : "not at all");
	else
		ok(c.plan.action == PLAN_INSTALL, "taken: case %zu", i);
	ok(c.plan.action != PLAN_ERROR || c.plan.change_count == 0,
	   "an error changes nothing");
	case_done(&c);
}

/* The text that is in reports of users, to the letter. */
static void test_exact_text(void)
{
	struct plan_case c;

	case_init(&c, XAPI);
	case_set(&c, "install-distro=sleslike");
	case_plan(&c, DISK_NOT_ASKED);
	is_str(c.plan.error_text,
	       "other-config:install-repository was not set to an appropriate value, and "
	       "this "
	       "is required for the selected distribution type.",
	       "no repository: the text that users know");
	case_put(&c, "other-config/install-repository", "");
	case_plan(&c, DISK_NOT_ASKED);
	is_str(c.plan.error_name, METHOD, "an empty one is none");
	case_done(&c);
}

static void test_long_values(void)
{
	static char text[100000];
	static const char *const keys[] = {
		"other-config/install-repository", "other-config/install-distro",
		"other-config/install-round",	   "other-config/install-args",
		"other-config/install-vncpasswd",  "other-config/install-arch",
		"other-config/install-proxy",	   "platform/pv-kernel-max-size",
	};

	memset(text, '%', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct plan_case c;

		case_init(&c, XAPI);
		case_set(&c, "install-repository=http://h/");
		case_put(&c, keys[i], text);
		case_plan(&c, DISK_NOT_ASKED);
		ok(c.plan.action == PLAN_ERROR && strlen(c.plan.error_text) < 1500,
		   "%s of 100000 bytes: refused, in few words", keys[i]);
		case_done(&c);
	}
}

static void test_allow_list(void)
{
	char conf[] = "allow-host = *.example\n", why[256];
	struct plan_case c;

	case_init(&c, XAPI);
	(void)config_parse(&c.config, "t", conf, strlen(conf), why, sizeof(why));
	case_set(&c, "install-repository=http://mirror.example/t");
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_INSTALL, "a host that is allowed");
	case_set(&c, "install-proxy=http://evil:3128");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_ERROR && strstr(c.plan.error_text, "'evil'"),
	   "a proxy that is not: %s", c.plan.error_text);
	case_set(&c, "install-repository=http://mirror.example@evil/t");
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action == PLAN_ERROR &&
		   strcmp(c.plan.error_name, "INVALID_SOURCE") == 0 &&
		   strstr(c.plan.error_text, "allow-host in /etc/eliloader.conf"),
	   "a host that is not: %s", c.plan.error_text);
	case_set(&c, "install-repository=cdrom");
	c.request.vm_uuid = NULL;
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_INSTALL, "cdrom has no host");
	case_done(&c);
}

static void test_limits(void)
{
	static const struct {
		const char *name, *platform;
		uint64_t vm, host, configured, want;
	} limits[] = {
		{ "nothing said", NULL, 0, 0, 64 * MIB, 64 * MIB },
		{ "the host's key", NULL, 0, 7, 64 * MIB, 7 },
		{ "the VM's key before it", NULL, 8, 7, 64 * MIB, 8 },
		{ "platform before it", "9", 8, 7, 64 * MIB, 9 },
		{ "no more than the ceiling", "99999999999", 0, 0, 64 * MIB,
		  KERNEL_MAX_CEILING },
		{ "a configuration above it", "99999999999", 0, 0, 300 * MIB, 300 * MIB },
		{ "keys are bounded, too", NULL, 0, 1ULL << 40, 64 * MIB,
		  KERNEL_MAX_CEILING },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct plan_case c;

		case_init(&c, XAPI);
		case_set(&c, "install-repository=http://h/");
		if (limits[i].platform)
			case_put(&c, "platform/pv-kernel-max-size", limits[i].platform);
		c.store.vm_kernel = limits[i].vm;
		c.store.host_kernel = limits[i].host;
		c.config.kernel_max = limits[i].configured;
		case_plan(&c, DISK_NOT_ASKED);
		is_int((long long)c.plan.limits.kernel, (long long)limits[i].want,
		       limits[i].name);
		case_done(&c);
	}
}

static void test_words(void)
{
	static const struct {
		const char *value;
		bool vnc;
	} vnc[] = { { "1", true },    { "true", true }, { "True", false },
		    { "yes", false }, { "0", false },	{ "false", false },
		    { "", false },    { "1\n", false } };

	for (size_t i = 0; i < sizeof(vnc) / sizeof(*vnc); i++) {
		struct plan_case c;

		case_init(&c, XAPI);
		case_set(&c, "install-repository=http://h/");
		case_put(&c, "other-config/install-vnc", vnc[i].value);
		case_plan(&c, DISK_NOT_ASKED);
		ok(c.plan.vnc == vnc[i].vnc && c.plan.action == PLAN_INSTALL,
		   "install-vnc, case %zu", i);
		case_done(&c);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(i);
	test_exact_text();
	test_long_values();
	test_allow_list();
	test_limits();
	test_words();
	return tap_done();
}
