# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # $top, $dir: the test's; $netboot: for it
# trees.sh - sourced: repositories laid out as distributions lay them out, with a kernel
# and a small ramdisk of their own.
#
# tree_FAMILY DIR ... makes one.  kernel_file, ramdisk_file: what the trees are made of; the
# kernel is a small ELF file that says of itself what a PV and PVH kernel says, unless
# a test sets kernel_file=$netboot/linux, which is that of Debian's installer.
netboot=$top/build/xen/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64

# xen_note TYPE DIRECTIVE VALUE : one ELF note for the assembler
xen_note() {
	printf '.long 4, 2f - 1f, %s\n.asciz "Xen"\n1: %s %s\n2: .balign 4\n' "$@"
}

# kernel_small FILE [NOTES] : an ELF file with Xen's notes (see xen/include/public/elfnote.h):
# "both" PV and PVH (default), "pv", "el9" (a PVH entry but not for Xen), "none"
kernel_small() {
	{
		printf '.globl _start\n.text\n_start: hlt\n.balign 4096\n'
		[ "${2:-both}" = none ] || printf '.section .note.Xen,"a",@note\n.balign 4\n'
		case ${2:-both} in
		both | pv)
			xen_note 1 .quad _start
			xen_note 3 .quad 0xffffffff80000000
			xen_note 5 .asciz '"xen-3.0"'
			xen_note 6 .asciz '"linux"'
			;;
		esac
		case ${2:-both} in
		both) xen_note 18 .quad _start; xen_note 17 .long '1 << 15' ;;
		el9) xen_note 18 .quad _start; xen_note 6 .asciz '"linux"' ;;
		esac
	} > "$1.s"
	gcc -nostdlib -static -no-pie -Wl,--build-id=none -o "$1" "$1.s" && rm "$1.s"
}

# put FROM TO : a file of the tree, its directories made
put() { mkdir -p "${2%/*}" && cp "$1" "$2"; }

# A small ramdisk of its own for each tree: newc and gzip, as installers' are.
ramdisk_new() {
	mkdir -p "$dir/rd.d"
	echo "${RANDOM}${RANDOM}" > "$dir/rd.d/id"
	head -c 100000 /dev/urandom > "$dir/rd.d/data"
	(cd "$dir/rd.d" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1) > "$dir/rd.gz"
	ramdisk_file=$dir/rd.gz
}

# pair DIR KERNEL RAMDISK
pair() {
	ramdisk_new
	put "$kernel_file" "$1/$2"
	put "$ramdisk_file" "$1/$3"
}

sha256_of() { sha256sum < "$1" | cut -d ' ' -f 1; }

# treeinfo DIR FAMILY VERSION KERNEL RAMDISK [FILE] : with checksums, in lorax's layout
treeinfo() {
	cat > "$1/${6:-.treeinfo}" <<- END
		[checksums]
		$4 = sha256:$(sha256_of "$1/$4")
		$5 = sha256:$(sha256_of "$1/$5")

		[general]
		arch = x86_64
		family = $2
		name = $2 $3
		platforms = x86_64,xen
		version = $3

		[images-x86_64]
		initrd = $5
		kernel = $4

		[images-xen]
		initrd = $5
		kernel = $4

		[tree]
		arch = x86_64
		platforms = x86_64,xen
	END
}

tree_el5() { pair "$1" images/xen/vmlinuz images/xen/initrd.img; }
tree_el6() {
	pair "$1" images/pxeboot/vmlinuz images/pxeboot/initrd.img
	treeinfo "$1" "Red Hat Enterprise Linux" 6.3 images/pxeboot/vmlinuz images/pxeboot/initrd.img
}
tree_el7() {
	pair "$1" images/pxeboot/vmlinuz images/pxeboot/initrd.img
	treeinfo "$1" CentOS 7 images/pxeboot/vmlinuz images/pxeboot/initrd.img
}
tree_fedora() {
	pair "$1" images/pxeboot/vmlinuz images/pxeboot/initrd.img
	treeinfo "$1" Fedora 41 images/pxeboot/vmlinuz images/pxeboot/initrd.img
}
tree_sles10() { pair "$1" boot/x86_64/vmlinuz-xen boot/x86_64/initrd-xen; }
# SUSE before .treeinfo: the file "content"
tree_leap42() {
	pair "$1" boot/x86_64/loader/linux boot/x86_64/loader/initrd
	cat > "$1/content" <<- END
		CONTENTSTYLE     11
		DISTRO           cpe:/o:opensuse:leap:42.3,openSUSE Leap 42.3
		HASH SHA256 $(sha256_of "$1/boot/x86_64/loader/initrd")  boot/x86_64/loader/initrd
		HASH SHA256 $(sha256_of "$1/boot/x86_64/loader/linux")  boot/x86_64/loader/linux
	END
}
tree_leap15() {
	pair "$1" boot/x86_64/loader/linux boot/x86_64/loader/initrd
	treeinfo "$1" "openSUSE Leap" 15.6 boot/x86_64/loader/linux boot/x86_64/loader/initrd
}

# sums_new DIR : the list of checksums of what is below it
sums_new() {
	local sums

	sums=$(cd "$1" && find . -type f ! -name SHA256SUMS -exec sha256sum {} +)
	echo "$sums" > "$1/SHA256SUMS"
}

# tree_debian DIR [RELEASE [BELOW-IMAGES]] : with the list of checksums that Debian has
tree_debian() {
	local images=$1/dists/${2:-bookworm}/main/installer-amd64/current/${4:-images}

	pair "$images" "${3:-netboot/xen}/vmlinuz" "${3:-netboot/xen}/initrd.gz"
	sums_new "$images"
}
# without a Xen directory: the ordinary netboot pair
tree_debian_plain() {
	local images=$1/dists/trixie/main/installer-amd64/current/images

	pair "$images" netboot/debian-installer/amd64/linux netboot/debian-installer/amd64/initrd.gz
	sums_new "$images"
}
tree_ubuntu_legacy() { tree_debian "$1" focal netboot/xen legacy-images; }
tree_ubuntu_netboot() { pair "$1" netboot/amd64/linux netboot/amd64/initrd; }
tree_casper() { pair "$1" casper/vmlinuz casper/initrd; }
tree_alpine() { pair "$1" releases/x86_64/netboot/vmlinuz-virt releases/x86_64/netboot/initramfs-virt; }
tree_arch() { pair "$1" arch/boot/x86_64/vmlinuz-linux arch/boot/x86_64/initramfs-linux.img; }
tree_mageia() { pair "$1" isolinux/x86_64/vmlinuz isolinux/x86_64/all.rdz; }
