#!/bin/bash
# schemes.t - every family from every kind of repository, as both toolstacks ask: whole
# starts against nginx (http, https), vsftpd, nfs-ganesha and ISO images.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"

eli_dir
families=(
	"el5 tree_el5 images/xen/vmlinuz images/xen/initrd.img rhlike x86_64"
	"el6 tree_el6 images/pxeboot/vmlinuz images/pxeboot/initrd.img rhlike x86_64"
	"fedora tree_fedora images/pxeboot/vmlinuz images/pxeboot/initrd.img rhlike x86_64"
	"sles10 tree_sles10 boot/x86_64/vmlinuz-xen boot/x86_64/initrd-xen sleslike x86_64"
	"leap15 tree_leap15 boot/x86_64/loader/linux boot/x86_64/loader/initrd sleslike x86_64"
	"debian tree_debian dists/bookworm/main/installer-amd64/current/images/netboot/xen/vmlinuz dists/bookworm/main/installer-amd64/current/images/netboot/xen/initrd.gz debianlike amd64"
	"casper tree_casper casper/vmlinuz casper/initrd debianlike amd64"
	"alpine tree_alpine releases/x86_64/netboot/vmlinuz-virt releases/x86_64/netboot/initramfs-virt alpine x86_64"
	"arch tree_arch arch/boot/x86_64/vmlinuz-linux arch/boot/x86_64/initramfs-linux.img arch x86_64"
	"mageia tree_mageia isolinux/x86_64/vmlinuz isolinux/x86_64/all.rdz mageia x86_64"
)
for family in "${families[@]}"; do
	read -r name tree _ <<< "$family"
	"$tree" "$dir/www/$name"
done
{ cert_authority ca && cert_new server ca; } || bail "certificates"
serve "$dir/www" || bail "nginx"
serve_https server "$dir/www" || bail "nginx with TLS"
serve_ftp "$dir/www" || bail "vsftpd"
serve_nfs "$dir/www" || bail "nfs-ganesha"
printf '%s\n' "ca-bundle = $dir/ca.crt" "cache = off" >> "$dir/eliloader.conf"

# address SCHEME NAME : the repository's address
address() {
	case $1 in
	http) echo "$www/$2/" ;;
	https) echo "https://localhost:$https_port/$2" ;;
	ftp) echo "$ftp/$2/" ;;
	nfs3) echo "nfs://127.0.0.1$nfs_path/$2" ;;
	nfs3-old) echo "nfs:127.0.0.1:$nfs_path/$2" ;;
	nfs4) echo "nfs://127.0.0.1/repo/$2?version=4" ;;
	esac
}

# told DISTRO SCHEME NAME : the installer is told where it came from, in its own words
told() {
	local address

	address=$(address "$2" "$3")
	case "$1 $2" in
	"rhlike nfs"*) like "$(xl_result args)" '(method|inst\.repo)=nfs:(nfsvers=4:)?127\.0\.0\.1:/' "$2, $3: Anaconda's form" ;;
	rhlike*) like "$(xl_result args)" "(method|inst\.repo)=$address" "$2, $3: the address" ;;
	sleslike*) like "$(xl_result args)" 'install=' "$2, $3: the address" ;;
	esac
}

for scheme in http https ftp nfs3 nfs3-old nfs4; do
	for family in "${families[@]}"; do
		read -r name _ kernel ramdisk distro arch <<< "$family"
		keys=("install-repository=$(address $scheme "$name")" "install-distro=$distro"
			"install-arch=$arch" debian-release=bookworm)
		ok "$scheme, $name" xl_start "$name" "${keys[@]}"
		same "$(xl_result kernel)" "$dir/www/$name/$kernel" "$scheme, $name: the kernel"
		same "$(xl_result ramdisk)" "$dir/www/$name/$ramdisk" "$scheme, $name: the ramdisk"
		told "$distro" $scheme "$name"
		[ $tap_bad = 0 ] || diag "$(cat "$dir/said")"
		rm "$dir/state/$name.state"
		xl_toolstack
	done
done

# CDs: the families that have them
for name in el6 fedora sles10 leap15 casper; do
	for family in "${families[@]}"; do
		read -r this _ kernel ramdisk distro arch <<< "$family"
		[ "$this" = "$name" ] || continue
		xorriso -as mkisofs -quiet -R -J -o "$dir/$name.iso" "$dir/www/$name" 2> /dev/null
		EXTRA=(--cdrom "$dir/$name.iso")
		ok "cdrom, $name" xl_start "$name" install-repository=cdrom "install-distro=$distro" \
			"install-arch=$arch"
		same "$(xl_result kernel)" "$dir/www/$name/$kernel" "cdrom, $name: the kernel"
		same "$(xl_result ramdisk)" "$dir/www/$name/$ramdisk" "cdrom, $name: the ramdisk"
		rm "$dir/state/$name.state"
		xl_toolstack
	done
done
done_testing
