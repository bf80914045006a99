/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/distros.h"

#include <string.h>

/* EL 4.5 and 5 keep a kernel of their own for Xen; since EL 6 and Fedora 11 any does. */
static const struct pair rhlike[] = {
	{ ANYWHERE, NULL, "images/xen/vmlinuz", "images/xen/initrd.img",
	  MEDIA_ANACONDA_OLD, NULL },
	{ ANYWHERE, NULL, "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img",
	  MEDIA_ANACONDA_ANY, NULL },
	{ ANYWHERE, NULL, "isolinux/vmlinuz", "isolinux/initrd.img", MEDIA_ANACONDA_ANY,
	  NULL },
	{ .kernel = NULL },
};

/* kernel-xen till SLES 12 SP1; kernel-default does the same since SP2.  Trees that have
 * CHECKSUMS instead of content have a .treeinfo as well, which comes first. */
static const struct pair sleslike[] = {
	{ ANYWHERE, "64", "boot/x86_64/vmlinuz-xen", "boot/x86_64/initrd-xen", MEDIA_YAST,
	  "content" },
	{ ANYWHERE, "32", "boot/i386/vmlinuz-xenpae", "boot/i386/initrd-xenpae",
	  MEDIA_YAST, "content" },
	{ ANYWHERE, NULL, "boot/%A/loader/linux", "boot/%A/loader/initrd", MEDIA_YAST,
	  "content" },
	{ ANYWHERE, NULL, "boot/%A/linux", "boot/%A/initrd", MEDIA_YAST, "content" },
	{ .kernel = NULL },
};

#define DI_DIR	  "dists/%R/main/installer-%A/current/images/"
#define DI_LEGACY "dists/%R/main/installer-%A/current/legacy-images/"
#define DI_SUMS	  "SHA256SUMS"

static const struct pair debianlike[] = {
	{ ON_NETWORK, NULL, DI_DIR "netboot/xen/vmlinuz", DI_DIR "netboot/xen/initrd.gz",
	  MEDIA_DEBIAN, DI_DIR DI_SUMS },
	{ ON_NETWORK, NULL, DI_LEGACY "netboot/xen/vmlinuz",
	  DI_LEGACY "netboot/xen/initrd.gz", MEDIA_DEBIAN, DI_LEGACY DI_SUMS },
	{ ON_NETWORK, NULL, DI_DIR "netboot/debian-installer/%A/linux",
	  DI_DIR "netboot/debian-installer/%A/initrd.gz", MEDIA_DEBIAN, DI_DIR DI_SUMS },
	{ ON_NETWORK, NULL, DI_DIR "netboot/ubuntu-installer/%A/linux",
	  DI_DIR "netboot/ubuntu-installer/%A/initrd.gz", MEDIA_DEBIAN, DI_DIR DI_SUMS },
	{ ON_NETWORK, NULL, DI_LEGACY "netboot/ubuntu-installer/%A/linux",
	  DI_LEGACY "netboot/ubuntu-installer/%A/initrd.gz", MEDIA_DEBIAN,
	  DI_LEGACY DI_SUMS },
	{ ON_NETWORK, NULL, "daily/netboot/xen/vmlinuz", "daily/netboot/xen/initrd.gz",
	  MEDIA_DEBIAN, "daily/" DI_SUMS },
	{ ON_NETWORK, NULL, "daily/netboot/debian-installer/%A/linux",
	  "daily/netboot/debian-installer/%A/initrd.gz", MEDIA_DEBIAN, "daily/" DI_SUMS },
	{ ON_NETWORK, NULL, "netboot/%A/linux", "netboot/%A/initrd", MEDIA_SUBIQUITY,
	  NULL },
	{ ON_CDROM, "32", "install.386/xen/vmlinuz", "install.386/xen/initrd.gz",
	  MEDIA_DEBIAN, NULL },
	{ ON_CDROM, "32", "install.386/vmlinuz", "install.386/initrd.gz", MEDIA_DEBIAN,
	  NULL },
	{ ON_CDROM, "64", "install.amd/xen/vmlinuz", "install.amd/xen/initrd.gz",
	  MEDIA_DEBIAN, NULL },
	{ ON_CDROM, "64", "install.amd/vmlinuz", "install.amd/initrd.gz", MEDIA_DEBIAN,
	  NULL },
	{ ON_CDROM, NULL, "install/vmlinuz", "install/initrd.gz", MEDIA_DEBIAN, NULL },
	{ ANYWHERE, NULL, "casper/vmlinuz", "casper/initrd", MEDIA_CASPER, NULL },
	{ ON_CDROM, NULL, "casper/vmlinuz", "casper/initrd.lz", MEDIA_CASPER, NULL },
	{ .kernel = NULL },
};

static const struct pair alpine[] = {
	{ ON_NETWORK, NULL, "releases/%A/netboot/vmlinuz-virt",
	  "releases/%A/netboot/initramfs-virt", MEDIA_ALPINE, NULL },
	{ ON_NETWORK, NULL, "releases/%A/netboot/vmlinuz-lts",
	  "releases/%A/netboot/initramfs-lts", MEDIA_ALPINE_LTS, NULL },
	{ ON_CDROM, NULL, "boot/vmlinuz-virt", "boot/initramfs-virt", MEDIA_ALPINE,
	  NULL },
	{ ON_CDROM, NULL, "boot/vmlinuz-lts", "boot/initramfs-lts", MEDIA_ALPINE_LTS,
	  NULL },
	{ .kernel = NULL },
};

static const struct pair arch[] = {
	{ ON_NETWORK, NULL, "arch/boot/%A/vmlinuz-linux",
	  "arch/boot/%A/initramfs-linux.img", MEDIA_ARCH, NULL },
	{ .kernel = NULL },
};

static const struct pair mageia[] = {
	{ ANYWHERE, NULL, "isolinux/%A/vmlinuz", "isolinux/%A/all.rdz", MEDIA_MAGEIA,
	  NULL },
	{ .kernel = NULL },
};

/* pygrub's pair is install-kernel and install-ramdisk; rhel41's and rhel44's are dom0's. */
static const struct pair none[] = { { .kernel = NULL } };

static const struct distro distros[] = {
	{ "rhlike", true, true, .treeinfo = true, .arch32 = "i386", .arch64 = "x86_64",
	  .media = MEDIA_ANACONDA_ANY, .newest = MEDIA_ANACONDA, .pairs = rhlike },
	{ "sleslike", true, true, .treeinfo = true, .arch32 = "i386", .arch64 = "x86_64",
	  .default32 = true, .media = MEDIA_YAST, .newest = MEDIA_AGAMA,
	  .pairs = sleslike },
	{ "debianlike", true, true, .release = true, .arch32 = "i386", .arch64 = "amd64",
	  .default32 = true, .media = MEDIA_DEBIAN, .pairs = debianlike },
	{ "pygrub", true, true, .arch32 = "i386", .arch64 = "x86_64",
	  .media = MEDIA_PLAIN, .pairs = none },
	{ "rhel41", true, false, .dom0_files = true, .arch32 = "i386", .arch64 = "x86_64",
	  .media = MEDIA_ANACONDA_OLD, .pairs = none },
	{ "rhel44", true, false, .dom0_files = true, .arch32 = "i386", .arch64 = "x86_64",
	  .media = MEDIA_ANACONDA_OLD, .pairs = none },
	{ "alpine", true, true, .arch32 = "x86", .arch64 = "x86_64",
	  .media = MEDIA_ALPINE, .pairs = alpine },
	{ "arch", true, false, .arch64 = "x86_64", .media = MEDIA_ARCH, .pairs = arch },
	{ "mageia", true, true, .arch32 = "i586", .arch64 = "x86_64",
	  .media = MEDIA_MAGEIA, .pairs = mageia },
};

/* Left out is what needs to know more than a repository's address tells: Ubuntu's
 * installers want the address of an ISO (url=...), Mageia's asks. */
static const struct media_words words[MEDIA_KINDS] = {
	[MEDIA_UNKNOWN] = { .name = "an installer of unknown kind" },
	[MEDIA_ANACONDA_OLD] = { .name = "Anaconda till EL 6",
				 .repository = "method=%U",
				 .repository_nfs = "method=%N",
				 .vnc = "vnc",
				 .vncpassword = "vncpassword=%P" },
	[MEDIA_ANACONDA] = { .name = "Anaconda",
			     .repository = "inst.repo=%U",
			     .repository_nfs = "inst.repo=%N",
			     .vnc = "inst.vnc",
			     .vncpassword = "inst.vncpassword=%P" },
	/* The old one does not know the new words, the new one drops the old ones. */
	[MEDIA_ANACONDA_ANY] = { .name = "Anaconda of any age",
				 .repository = "method=%U inst.repo=%U",
				 .repository_nfs = "method=%N inst.repo=%N",
				 .vnc = "vnc inst.vnc",
				 .vncpassword = "vncpassword=%P inst.vncpassword=%P" },
	/* hd: the CD drive of a PV guest is a disk to linuxrc (contract par. 3.4). */
	[MEDIA_YAST] = { .name = "YaST",
			 .repository = "install=%U",
			 .repository_nfs = "install=%U",
			 .repository_cdrom = "install=hd",
			 .vnc = "vnc=1",
			 .vncpassword = "vncpassword=%P" },
	[MEDIA_AGAMA] = { .name = "Agama",
			  .repository = "root=live:%ULiveOS/squashfs.img rd.neednet=1 "
					"ip=dhcp" },
	[MEDIA_DEBIAN] = { .name = "debian-installer" },
	[MEDIA_CASPER] = { .name = "Ubuntu's live system",
			   .repository = "boot=casper ip=dhcp",
			   .repository_nfs = "boot=casper ip=dhcp netboot=nfs nfsroot=%S",
			   .repository_cdrom = "boot=casper" },
	[MEDIA_SUBIQUITY] = { .name = "Ubuntu's network installer",
			      .repository = "ip=dhcp",
			      .repository_nfs = "ip=dhcp" },
	[MEDIA_ALPINE] = { .name = "Alpine (virt)",
			   .repository = "ip=dhcp alpine_repo=%Umain "
					 "modloop=%Ureleases/%A/netboot/modloop-virt" },
	[MEDIA_ALPINE_LTS] = { .name = "Alpine (lts)",
			       .repository =
				       "ip=dhcp alpine_repo=%Umain "
				       "modloop=%Ureleases/%A/netboot/modloop-lts" },
	[MEDIA_ARCH] = { .name = "Arch",
			 .repository = "archisobasedir=arch archiso_http_srv=%U ip=dhcp",
			 .repository_nfs =
				 "archisobasedir=arch archiso_nfs_srv=%S ip=dhcp" },
	[MEDIA_MAGEIA] = { .name = "Mageia's installer" },
	[MEDIA_PLAIN] = { .name = "a kernel of the user's choice" },
};

const struct distro *distro_at(size_t index)
{
	return index < sizeof(distros) / sizeof(distros[0]) ? &distros[index] : NULL;
}

const struct distro *distro_find(const char *name)
{
	const struct distro *d;

	for (size_t i = 0; (d = distro_at(i)); i++)
		if (strcmp(d->name, name) == 0)
			return d;
	return NULL;
}

const struct media_words *media_words(enum media media)
{
	/* The number may come from a worker. */
	return &words[(unsigned)media < MEDIA_KINDS ? media : MEDIA_UNKNOWN];
}
