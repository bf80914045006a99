/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's arguments: each family, scheme and generation of installers. */
#include "tests/eliloader/plan_case.h"

#define HTTP  "install-repository=http://h/t"
#define HTTPS "install-repository=https://u:p@h/t/"
#define FTP   "install-repository=ftp://h/t"
#define NFS   "install-repository=nfs:s:/t"
#define NFSO  "install-repository=nfs:vers=3,ro:s:/t"
#define NFSU  "install-repository=nfs://s/t?version=4"
#define CD    "install-repository=cdrom"
#define VNC   "install-vnc=1 install-vncpasswd=secret7"

static const struct {
	const char *name, *words, *args;
	enum media media;
} cases[] = {
	{ "EL 5, http", HTTP, "method=http://h/t/", MEDIA_ANACONDA_OLD },
	{ "EL 6, https with a password", HTTPS, "method=https://u:p@h/t/",
	  MEDIA_ANACONDA_OLD },
	{ "EL 5, ftp", FTP, "method=ftp://h/t/", MEDIA_ANACONDA_OLD },
	{ "EL 5, nfs", NFS, "method=nfs:s:/t/", MEDIA_ANACONDA_OLD },
	{ "EL 5, nfs with options", NFSO, "method=nfs:vers=3,ro:s:/t/",
	  MEDIA_ANACONDA_OLD },
	{ "EL 5, nfs as a URL", NFSU, "method=nfs:nfsvers=4:s:/t/", MEDIA_ANACONDA_OLD },
	{ "EL 5, cdrom", CD, "", MEDIA_ANACONDA_OLD },
	{ "EL 5, VNC", HTTP " " VNC, "method=http://h/t/ vnc vncpassword=secret7",
	  MEDIA_ANACONDA_OLD },
	{ "EL 5, cdrom, VNC", CD " " VNC, "vnc vncpassword=secret7", MEDIA_ANACONDA_OLD },
	{ "EL 5, a password without VNC", HTTP " install-vncpasswd=abcdef",
	  "method=http://h/t/ vncpassword=abcdef", MEDIA_ANACONDA_OLD },
	{ "EL 9, http", HTTP, "inst.repo=http://h/t/", MEDIA_ANACONDA },
	{ "EL 9, https", HTTPS, "inst.repo=https://u:p@h/t/", MEDIA_ANACONDA },
	{ "EL 9, ftp", FTP, "inst.repo=ftp://h/t/", MEDIA_ANACONDA },
	{ "EL 9, nfs", NFSU, "inst.repo=nfs:nfsvers=4:s:/t/", MEDIA_ANACONDA },
	{ "EL 9, cdrom", CD, "", MEDIA_ANACONDA },
	{ "EL 9, VNC", HTTP " " VNC,
	  "inst.repo=http://h/t/ inst.vnc inst.vncpassword=secret7", MEDIA_ANACONDA },
	{ "EL of an age not known", HTTP " " VNC,
	  "method=http://h/t/ inst.repo=http://h/t/ vnc inst.vnc vncpassword=secret7 "
	  "inst.vncpassword=secret7",
	  MEDIA_UNKNOWN },
	{ "SLES, http", "install-distro=sleslike " HTTP, "install=http://h/t/",
	  MEDIA_YAST },
	{ "SLES, http, by the family", "install-distro=sleslike " HTTP,
	  "install=http://h/t/", MEDIA_UNKNOWN },
	{ "SLES, nfs", "install-distro=sleslike " NFSU, "install=nfs://s/t/",
	  MEDIA_YAST },
	{ "SLES, ftp", "install-distro=sleslike " FTP, "install=ftp://h/t/", MEDIA_YAST },
	{ "SLES, cdrom", "install-distro=sleslike " CD, "install=hd", MEDIA_YAST },
	{ "SLES, VNC", "install-distro=sleslike " HTTP " " VNC,
	  "install=http://h/t/ vnc=1 vncpassword=secret7", MEDIA_YAST },
	{ "SLES 16, http", "install-distro=sleslike " HTTP,
	  "root=live:http://h/t/LiveOS/squashfs.img rd.neednet=1 ip=dhcp", MEDIA_AGAMA },
	{ "SLES 16, cdrom", "install-distro=sleslike " CD, "", MEDIA_AGAMA },
	{ "Debian, http", "install-distro=debianlike debian-release=x " HTTP, "",
	  MEDIA_DEBIAN },
	{ "Debian, cdrom", "install-distro=debianlike " CD, "", MEDIA_DEBIAN },
	{ "Debian, VNC means nothing", "install-distro=debianlike " CD " " VNC, "",
	  MEDIA_DEBIAN },
	{ "Ubuntu netboot", "install-distro=debianlike debian-release=x " HTTP, "ip=dhcp",
	  MEDIA_SUBIQUITY },
	{ "casper, nfs", "install-distro=debianlike debian-release=x " NFS,
	  "boot=casper ip=dhcp netboot=nfs nfsroot=s:/t/", MEDIA_CASPER },
	{ "casper, cdrom", "install-distro=debianlike " CD, "boot=casper", MEDIA_CASPER },
	{ "pygrub", "install-distro=pygrub install-kernel=k " HTTP " install-args=a~b",
	  "a b", MEDIA_PLAIN },
	{ "rhel44", "install-distro=rhel44 " NFS " " VNC,
	  "method=nfs:s:/t/ vnc vncpassword=secret7", MEDIA_UNKNOWN },
	{ "Alpine", "install-distro=alpine " HTTP,
	  "ip=dhcp alpine_repo=http://h/t/main "
	  "modloop=http://h/t/releases/x86_64/netboot/modloop-virt",
	  MEDIA_ALPINE },
	{ "Alpine lts, 32 bits", "install-distro=alpine install-arch=i386 " HTTP,
	  "ip=dhcp alpine_repo=http://h/t/main "
	  "modloop=http://h/t/releases/x86/netboot/modloop-lts",
	  MEDIA_ALPINE_LTS },
	{ "Alpine, cdrom", "install-distro=alpine " CD, "", MEDIA_ALPINE },
	{ "Arch", "install-distro=arch " HTTP,
	  "archisobasedir=arch archiso_http_srv=http://h/t/ ip=dhcp", MEDIA_ARCH },
	{ "Arch, nfs", "install-distro=arch " NFS,
	  "archisobasedir=arch archiso_nfs_srv=s:/t/ ip=dhcp", MEDIA_ARCH },
	{ "Mageia", "install-distro=mageia " HTTP, "", MEDIA_MAGEIA },
	{ "install-args come last", HTTP " install-args=ks=http://h/ks~rd.break",
	  "inst.repo=http://h/t/ ks=http://h/ks rd.break", MEDIA_ANACONDA },
	{ "a wrong number from a worker", "install-distro=sleslike " HTTP,
	  "install=http://h/t/", (enum media)77 },
};

static void test_case(size_t i)
{
	char args[ARGS_MAX];
	struct plan_case c;

	case_init(&c, XL);
	case_set(&c, cases[i].words);
	case_plan(&c, DISK_NOT_ASKED);
	ok(plan_args(&c.plan, cases[i].media, args) == 0, "%s %s", cases[i].name,
	   c.plan.error_text ? c.plan.error_text : "");
	is_str(args, cases[i].args, "its arguments");
	case_done(&c);
}

static void test_request_args(void)
{
	char args[ARGS_MAX], given[] = "console=hvc0 -- quiet";
	struct plan_case c;

	case_init(&c, XL);
	c.request.args = given;
	case_set(&c, HTTP " install-args=z=\"a~b\"");
	case_plan(&c, DISK_NOT_ASKED);
	(void)plan_args(&c.plan, MEDIA_ANACONDA, args);
	is_str(args, "console=hvc0 inst.repo=http://h/t/ z=\"a b\" -- quiet",
	       "what --args gave comes first, but what is for the installed system last");
	given[0] = '\n';
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_ERROR, "a line break in it");
	case_done(&c);
}

static void test_length(void)
{
	char args[ARGS_MAX], url[URL_LEN_MAX] = "http://h/", text[VALUE_MAX];
	struct plan_case c;

	memset(url + 9, 'a', sizeof(url) - 20);
	memset(text, 'b', sizeof(text));
	text[VALUE_MAX - 1] = '\0';
	case_init(&c, XL);
	case_put(&c, "other-config/install-repository", url);
	case_put(&c, "other-config/install-args", text);
	case_plan(&c, DISK_NOT_ASKED);
	is_int(c.plan.action, PLAN_INSTALL, "the longest values");
	is_int(plan_args(&c.plan, MEDIA_ANACONDA_ANY, args), -36,
	       "twice the address: too long");
	case_put(&c, "other-config/install-args", "x");
	case_plan(&c, DISK_NOT_ASKED);
	is_int(plan_args(&c.plan, MEDIA_ANACONDA, args), 0, "once: not");
	ok(strlen(args) < ARGS_MAX && strcmp(args + strlen(args) - 3, "/ x") == 0,
	   "whole to the end");
	case_done(&c);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		test_case(i);
	test_request_args();
	test_length();
	return tap_done();
}
