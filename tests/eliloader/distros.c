/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of distributions: that each line can be used, and what a family looks for. */
#include "eliloader/job.h"
#include "eliloader/sums.h"
#include "tests/eliloader/plan_case.h"

/* The pairs as one text: "a b a b". */
static const char *pairs(const struct plan_case *c)
{
	static char out[8192];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < c->plan.candidate_count; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s %s",
					i ? " " : "", c->plan.candidate[i].kernel,
					c->plan.candidate[i].ramdisk);
	return out;
}

#define DI  "dists/bookworm/main/installer-amd64/current/images/"
#define DIL "dists/bookworm/main/installer-amd64/current/legacy-images/"

static const struct {
	const char *name, *words, *pairs;
} cases[] = {
	{ "rhlike", "install-distro=rhlike install-repository=http://h/t",
	  "images/xen/vmlinuz images/xen/initrd.img images/pxeboot/vmlinuz "
	  "images/pxeboot/initrd.img isolinux/vmlinuz isolinux/initrd.img" },
	{ "rhlike by default, cdrom", "install-repository=cdrom",
	  "images/xen/vmlinuz images/xen/initrd.img images/pxeboot/vmlinuz "
	  "images/pxeboot/initrd.img isolinux/vmlinuz isolinux/initrd.img" },
	{ "sleslike, 64 bits",
	  "install-distro=sleslike install-arch=x86_64 install-repository=http://h/t",
	  "boot/x86_64/vmlinuz-xen boot/x86_64/initrd-xen boot/x86_64/loader/linux "
	  "boot/x86_64/loader/initrd boot/x86_64/linux boot/x86_64/initrd" },
	{ "sleslike, 32 bits",
	  "install-distro=sleslike install-arch=i386 install-repository=cdrom",
	  "boot/i386/vmlinuz-xenpae boot/i386/initrd-xenpae boot/i386/loader/linux "
	  "boot/i386/loader/initrd boot/i386/linux boot/i386/initrd" },
	{ "sleslike without install-arch",
	  "install-distro=sleslike install-repository=nfs:s:/t",
	  "boot/i386/vmlinuz-xenpae boot/i386/initrd-xenpae boot/i386/loader/linux "
	  "boot/i386/loader/initrd boot/i386/linux boot/i386/initrd "
	  "boot/x86_64/vmlinuz-xen "
	  "boot/x86_64/initrd-xen boot/x86_64/loader/linux boot/x86_64/loader/initrd "
	  "boot/x86_64/linux boot/x86_64/initrd" },
	{ "debianlike, network",
	  "install-distro=debianlike install-arch=amd64 debian-release=bookworm "
	  "install-repository=http://h/debian",
	  DI "netboot/xen/vmlinuz " DI "netboot/xen/initrd.gz " DIL
	     "netboot/xen/vmlinuz " DIL "netboot/xen/initrd.gz " DI
	     "netboot/debian-installer/amd64/linux " DI
	     "netboot/debian-installer/amd64/initrd.gz " DI
	     "netboot/ubuntu-installer/amd64/linux " DI
	     "netboot/ubuntu-installer/amd64/initrd.gz " DIL
	     "netboot/ubuntu-installer/amd64/linux " DIL
	     "netboot/ubuntu-installer/amd64/initrd.gz "
	     "daily/netboot/xen/vmlinuz daily/netboot/xen/initrd.gz "
	     "daily/netboot/debian-installer/amd64/linux "
	     "daily/netboot/debian-installer/amd64/initrd.gz "
	     "netboot/amd64/linux netboot/amd64/initrd casper/vmlinuz casper/initrd" },
	{ "debianlike, cdrom, 64 bits",
	  "install-distro=debianlike install-arch=x86_64 install-repository=cdrom",
	  "install.amd/xen/vmlinuz install.amd/xen/initrd.gz install.amd/vmlinuz "
	  "install.amd/initrd.gz install/vmlinuz install/initrd.gz casper/vmlinuz "
	  "casper/initrd "
	  "casper/vmlinuz casper/initrd.lz" },
	{ "debianlike, cdrom, without install-arch",
	  "install-distro=debianlike install-repository=cdrom",
	  "install.386/xen/vmlinuz install.386/xen/initrd.gz install.386/vmlinuz "
	  "install.386/initrd.gz install.amd/xen/vmlinuz install.amd/xen/initrd.gz "
	  "install.amd/vmlinuz install.amd/initrd.gz install/vmlinuz install/initrd.gz "
	  "casper/vmlinuz casper/initrd casper/vmlinuz casper/initrd.lz" },
	{ "pygrub",
	  "install-distro=pygrub install-repository=http://h/t install-kernel=/boot/k "
	  "install-ramdisk=i",
	  "boot/k i" },
	{ "pygrub without ramdisk",
	  "install-distro=pygrub install-repository=ftp://h/t install-kernel=netbsd.gz",
	  "netbsd.gz " },
	{ "rhel41", "install-distro=rhel41 install-repository=http://h/t", "" },
	{ "alpine", "install-distro=alpine install-repository=http://h/v3.20",
	  "releases/x86_64/netboot/vmlinuz-virt releases/x86_64/netboot/initramfs-virt "
	  "releases/x86_64/netboot/vmlinuz-lts releases/x86_64/netboot/initramfs-lts" },
	{ "alpine, 32 bits, cdrom",
	  "install-distro=alpine install-arch=i386 install-repository=cdrom",
	  "boot/vmlinuz-virt boot/initramfs-virt boot/vmlinuz-lts boot/initramfs-lts" },
	{ "arch", "install-distro=arch install-repository=http://h/iso/latest",
	  "arch/boot/x86_64/vmlinuz-linux arch/boot/x86_64/initramfs-linux.img" },
	{ "mageia, 32 bits",
	  "install-distro=mageia install-arch=i386 install-repository=http://h/t",
	  "isolinux/i586/vmlinuz isolinux/i586/all.rdz" },
};

static void test_case(size_t i)
{
	struct plan_case c;

	case_init(&c, XL);
	case_set(&c, cases[i].words);
	case_plan(&c, DISK_NOT_ASKED);
	ok(c.plan.action != PLAN_ERROR, "%s: %s", cases[i].name,
	   c.plan.error_text ? c.plan.error_text : "planned");
	is_str(pairs(&c), cases[i].pairs, "the pairs, in order");
	case_done(&c);
}

/* Whatever the plan says, a worker must understand as it was meant. */
static void test_job(size_t i)
{
	struct plan_case c;
	struct tree tree = { 0 };
	struct job job = { 0 };

	case_init(&c, XL);
	case_set(&c, cases[i].words);
	case_plan(&c, DISK_NOT_ASKED);
	if (c.plan.action != PLAN_INSTALL || !c.plan.candidate[0].ramdisk[0]) {
		case_done(&c);
		return;
	}
	ok(job_make(&c.plan, &c.config, true, &tree) == 0 && job_read(&tree, &job) == 0,
	   "%s: a job", cases[i].name);
	ok(job.candidate_count == c.plan.candidate_count &&
		   memcmp(job.candidate[0].kernel, c.plan.candidate[0].kernel,
			  strlen(job.candidate[0].kernel) + 1) == 0 &&
		   job.candidate[0].media == c.plan.candidate[0].media,
	   "its pairs");
	ok((!job.url && c.plan.repo.scheme == SCHEME_CDROM) ||
		   (job.url && strcmp(job.url, c.plan.repo.url) == 0),
	   "its address");
	ok(job.treeinfo == c.plan.treeinfo && job.arch &&
		   strcmp(job.arch, c.plan.arch) == 0 && job.inrelease &&
		   job.limit[STREAM_KERNEL] == c.plan.limits.kernel &&
		   job.limit[STREAM_RAMDISK] == c.plan.limits.ramdisk && job.tries > 0,
	   "and the rest");
	tree_done(&tree);
	case_done(&c);
}

static void test_job_network(void)
{
	struct plan_case c;
	struct tree tree = { 0 };
	struct job job = { 0 };
	char conf[] = "allow-host=*.example\nallow-host=proxy\nca-bundle=/ca.pem\n"
		      "pinned-public-key=sha256//x\nno-proxy=a,b\nconnect-timeout=3\n"
		      "stall-timeout=4\nfetch-tries=5\n",
	     why[256];

	case_init(&c, XAPI);
	ok(config_parse(&c.config, "t", conf, strlen(conf), why, sizeof(why)) == 0,
	   "settings");
	case_set(&c, "install-repository=https://m.example/t "
		     "install-proxy=http://u:p@proxy:3128");
	case_plan(&c, DISK_NOT_ASKED);
	ok(job_make(&c.plan, &c.config, false, &tree) == 0 && job_read(&tree, &job) == 0,
	   "a job %s", c.plan.error_text ? c.plan.error_text : "");
	is_str(job.proxy, "http://u:p@proxy:3128", "proxy");
	is_str(job.no_proxy, "a,b", "no-proxy");
	is_str(job.ca_bundle, "/ca.pem", "ca-bundle");
	is_str(job.pinned_key, "sha256//x", "pinned-key");
	ok(job.allow_host_count == 2 && strcmp(job.allow_host[0], "*.example") == 0,
	   "hosts");
	ok(job.connect_timeout_s == 3 && job.stall_timeout_s == 4 && job.tries == 5,
	   "times");
	ok(!job.inrelease, "no InRelease");
	tree_done(&tree);
	case_done(&c);
}

/* Release and base, taken from the address. */
static void test_dists(void)
{
	static const struct {
		const char *repo, *release, *url, *got;
	} dists[] = {
		{ "http://h/debian/dists/trixie", NULL, "http://h/debian/", "trixie" },
		{ "http://h/debian/dists/trixie/", "bookworm", "http://h/debian/",
		  "trixie" },
		{ "http://h/dists/trixie/main/installer-amd64/current/", NULL,
		  "http://h/", "trixie" },
		{ "http://h/debian/dists/", "bookworm", "http://h/debian/dists/",
		  "bookworm" },
		{ "nfs:s:/srv/debian/dists/sid", NULL, "nfs://s/srv/debian/", "sid" },
		{ "nfs://s/dists/sid?version=4", NULL, "nfs://s/?version=4", "sid" },
		{ "http://h/debian", "bookworm-proposed-updates", "http://h/debian/",
		  "bookworm-proposed-updates" },
		{ "http://h/debian", NULL, NULL, NULL },
		{ "http://h/debian", "", NULL, NULL },
		{ "http://h/debian", "..", NULL, NULL },
		{ "http://h/debian", "a/b", NULL, NULL },
		{ "http://h/debian", "a b", NULL, NULL },
		{ "http://h/debian", "a%2fb", NULL, NULL },
		{ "http://h/debian", "a\nb", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(dists) / sizeof(*dists); i++) {
		struct plan_case c;

		case_init(&c, XAPI);
		case_set(&c, "install-distro=debianlike");
		case_put(&c, "other-config/install-repository", dists[i].repo);
		if (dists[i].release)
			case_put(&c, "other-config/debian-release", dists[i].release);
		case_plan(&c, DISK_NOT_ASKED);
		if (!dists[i].url) {
			ok(c.plan.action == PLAN_ERROR &&
				   strcmp(c.plan.error_name,
					  "UNSUPPORTED_INSTALL_METHOD") == 0 &&
				   strstr(c.plan.error_text, "debian-release"),
			   "release %zu: %s", i,
			   c.plan.error_text ? c.plan.error_text : "");
		} else {
			is_str(c.plan.repo.url, dists[i].url, dists[i].repo);
			is_str(c.plan.release, dists[i].got, "its release");
		}
		case_done(&c);
	}
}

/* Each line of the table, whatever the architecture: nothing but what may be asked for. */
static void test_table(void)
{
	static const char *const archs[] = { "i386", "x86_64", "" };
	const struct distro *d;

	for (size_t i = 0; (d = distro_at(i)); i++) {
		size_t lines = 0, bad = 0, places = 0;

		for (size_t a = 0; a < 3; a++) {
			struct plan_case c;

			case_init(&c, XL);
			case_put(&c, "other-config/install-distro", d->name);
			case_put(&c, "other-config/install-arch", archs[a]);
			case_set(&c, "install-repository=http://h/ debian-release=x "
				     "install-kernel=k");
			case_plan(&c, DISK_NOT_ASKED);
			for (size_t n = 0; n < c.plan.candidate_count; n++) {
				const struct plan_candidate *x = &c.plan.candidate[n];

				bad += sums_check_path(x->kernel) < 0 ||
				       (x->ramdisk[0] &&
					sums_check_path(x->ramdisk) < 0) ||
				       (x->sums[0] && sums_check_path(x->sums) < 0) ||
				       x->media == MEDIA_UNKNOWN;
			}
			places += c.plan.candidate_count;
			case_done(&c);
		}
		for (const struct pair *p = d->pairs; p->kernel; p++)
			lines++;
		ok(bad == 0 && (lines == 0 || places > 0) && distro_find(d->name) == d,
		   "%s: %zu lines, %zu places", d->name, lines, places);
		ok(media_words(d->media)->name != NULL, "its usual installer has a name");
	}
	ok(!distro_find("RHLIKE") && !distro_find(""), "names are exact");
	ok(media_words((enum media)999) == media_words(MEDIA_UNKNOWN), "a wrong number");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		test_case(i);
		test_job(i);
	}
	test_job_network();
	test_dists();
	test_table();
	return tap_done();
}
