#!/bin/bash
# start.t - whole starts of eliloader, as xl and as xapi make them: every family from a real
# HTTP server, rounds, cache, fix-ups, limits, and what is said when it cannot be done.
# shellcheck disable=SC2119 # functions with optional arguments
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

eli_dir
serve "$dir/www"
xapi_start "$dir"
next_uuid=0
# uuid : a new one
new_uuid() {
	next_uuid=$((next_uuid + 1))
	uuid=$(printf '6d2f9a3e-1111-4222-8333-%012d' "$next_uuid")
}

# family NAME TREE KERNEL RAMDISK ARGS KEY=VALUE... : the tree is made and served as
# $www/NAME/ (@R@ in ARGS); both toolstacks get its pair and these arguments
family() {
	local name=$1 tree=$2 kernel=$3 ramdisk=$4 args=${5//@R@/$www/$1/}

	shift 5
	"$tree" "$dir/www/$name"
	set -- "install-repository=$www/$name/" "$@"
	ok "$name under xl" xl_start "$name" "$@"
	same "$(xl_result kernel)" "$dir/www/$name/$kernel" "$name under xl: the kernel"
	same "$(xl_result ramdisk)" "$dir/www/$name/$ramdisk" "$name under xl: the ramdisk"
	is "$(xl_result args)" "console=hvc0${args:+ $args}" "$name under xl: the arguments"
	is "$(sed -n 's/^other-config:install-round=//p' "$dir/state/$name.state")" 2 \
		"$name under xl: the round"
	[ "$tap_bad" = 0 ] || diag "$(cat "$dir/said")"
	xl_toolstack

	new_uuid
	xapi_vm "$uuid" "$name" "${@/#/other-config:}" PV-args=console=hvc0
	xapi_forget
	ok "$name under xapi" xapi_boot "$uuid"
	[ "$tap_bad" = 0 ] || diag "$(cat "$dir/said")"
	is "$(sed 's, /var/run/xend/boot/[^/]*$, FILE,' "$dir/answer")" "kernel FILE
ramdisk FILE${args:+
args $args}" "$name under xapi: the answer"
	same "$(xapi_result kernel)" "$dir/www/$name/$kernel" "$name under xapi: the kernel"
	same "$(xapi_result ramdisk)" "$dir/www/$name/$ramdisk" "$name under xapi: the ramdisk"
	is "$(xapi_get "$uuid" other-config:install-round)" 2 "$name under xapi: the round"
	is "$(xapi_sessions)" 0 "$name under xapi: no session is left"
	ok "$name under xapi: at most 6 calls ($(xapi_calls))" test "$(xapi_calls)" -le 6
	xapi_toolstack
	is "$(boot_files)" 0 "$name: no file is left"
}

families() {
	local boot=boot/x86_64 di=main/installer-amd64/current

	family el5 tree_el5 images/xen/vmlinuz images/xen/initrd.img method=@R@ \
		install-distro=rhlike
	family el6 tree_el6 images/pxeboot/vmlinuz images/pxeboot/initrd.img \
		"method=@R@ vnc vncpassword=secret1" install-vnc=1 install-vncpasswd=secret1
	family el7 tree_el7 images/pxeboot/vmlinuz images/pxeboot/initrd.img \
		"inst.repo=@R@ inst.ks=http://ks/x" install-distro=rhlike install-args=inst.ks=http://ks/x
	family fedora tree_fedora images/pxeboot/vmlinuz images/pxeboot/initrd.img \
		"inst.repo=@R@ inst.vnc" install-distro=rhlike install-vnc=true
	family sles10 tree_sles10 "$boot/vmlinuz-xen" "$boot/initrd-xen" install=@R@ \
		install-distro=sleslike install-arch=x86_64
	family leap42 tree_leap42 "$boot/loader/linux" "$boot/loader/initrd" install=@R@ \
		install-distro=sleslike install-arch=x86_64
	family leap15 tree_leap15 "$boot/loader/linux" "$boot/loader/initrd" install=@R@ \
		install-distro=sleslike install-arch=x86_64
	family debian tree_debian "dists/bookworm/$di/images/netboot/xen/vmlinuz" \
		"dists/bookworm/$di/images/netboot/xen/initrd.gz" "" \
		install-distro=debianlike debian-release=bookworm install-arch=amd64
	family trixie tree_debian_plain \
		"dists/trixie/$di/images/netboot/debian-installer/amd64/linux" \
		"dists/trixie/$di/images/netboot/debian-installer/amd64/initrd.gz" "" \
		install-distro=debianlike debian-release=trixie install-arch=amd64
	family focal tree_ubuntu_legacy "dists/focal/$di/legacy-images/netboot/xen/vmlinuz" \
		"dists/focal/$di/legacy-images/netboot/xen/initrd.gz" "" \
		install-distro=debianlike debian-release=focal install-arch=amd64
}

# refused NAME WHY KEY=VALUE... : both toolstacks are told WHY (a regular expression), and
# nothing changes
refused() {
	local name=$1 why=$2

	shift 2
	xl_start "$name" "$@"
	is $? 1 "$name: no start under xl"
	like "$(cat "$dir/said")" "$why" "$name: xl's log says why"
	ok "$name: no state is kept" test ! -e "$dir/state/$name.state"
	xl_toolstack
	new_uuid
	xapi_vm "$uuid" "$name" "${@/#/other-config:}"
	xapi_forget
	xapi_boot "$uuid"
	is $? 1 "$name: no start under xapi"
	is "$(wc -c < "$dir/answer")" 0 "$name: nothing on stdout"
	like "$(sed -z 's/.*RuntimeError: //; s/\n/ /g' "$dir/said")" "$why" "$name: XAPI's error says why"
	like "$(cat "$dir/said")" '^RuntimeError: ' "$name: in the form that xenopsd takes"
	ok "$name: nothing was written" test -z "$(xapi_methods | grep -E 'remove|add|set')"
	is "$(xapi_sessions)" 0 "$name: no session is left"
	is "$(boot_files)" 0 "$name: no file is left"
}

refusals() {
	new_uuid
	xapi_vm "$uuid" norepo other-config:install-distro=rhlike
	xapi_boot "$uuid"
	is "$(cat "$dir/said"; echo x)" "RuntimeError: UNSUPPORTED_INSTALL_METHOD
other-config:install-repository was not set to an appropriate value, and this is required for the selected distribution type.

x" "the words that reports know"
	refused foo "Distribution 'foo' is not supported" install-distro=foo "install-repository=$www/"
	refused file UNSUPPORTED_INSTALL_METHOD install-distro=rhlike install-repository=file:///etc/
	refused nothing "INVALID_SOURCE.*$www/nothing/.*images/pxeboot/vmlinuz" \
		install-distro=rhlike "install-repository=$www/nothing/"
	refused unreachable 'Could not access http://127\.0\.0\.1:9/' install-distro=rhlike \
		install-repository=http://127.0.0.1:9/
	tree_el5 "$dir/www/el5"
	refused third 'install-round.*3' install-distro=rhlike "install-repository=$www/el5/" install-round=3
	refused round 'install-round' install-distro=rhlike "install-repository=$www/el5/" install-round=two
	refused newline install-vncpasswd install-distro=rhlike "install-repository=$www/el5/" \
		install-vncpasswd='x rdinit=/bin/sh'
	tree_el7 "$dir/www/half"
	rm "$dir/www/half/images/pxeboot/initrd.img"
	refused half INVALID_SOURCE install-distro=rhlike "install-repository=$www/half/"
	tree_el7 "$dir/www/wrong"
	echo more >> "$dir/www/wrong/images/pxeboot/initrd.img"
	refused wrong "INVALID_SOURCE.*images/pxeboot/initrd\.img.*\.treeinfo" install-distro=rhlike \
		"install-repository=$www/wrong/"
	kernel_small "$dir/el9" el9
	kernel_file=$dir/el9 tree_el7 "$dir/www/el9"
	refused el9 'neither as a PV nor as a PVH' install-distro=rhlike "install-repository=$www/el9/"
	kernel_file=$dir/disk.img tree_el7 "$dir/www/empty"
	refused empty INVALID_SOURCE install-distro=rhlike "install-repository=$www/empty/"
}

limits() {
	tree_el7 "$dir/www/el7"
	new_uuid
	xapi_vm "$uuid" limits "other-config:install-repository=$www/el7/" platform:pv-ramdisk-max-size=5000
	xapi_boot "$uuid"
	is $? 1 "a ramdisk over the VM's own limit"
	like "$(tr '\n' ' ' < "$dir/said")" '^RuntimeError: LIMITS .*5000' "is refused by its size"
	is "$(boot_files)" 0 "and leaves nothing"
}

# start_el NAME : of the tree of that name, as VM "one" or "two"
start_tree() { xl_start "$2" "install-repository=$www/$1/" install-distro=rhlike; }
caching() {
	rm -f "$dir/cache/"*
	tree_el7 "$dir/www/listed"
	tree_el5 "$dir/www/unlisted"
	# what comes later is newer: nginx tells versions by the second and the size
	find "$dir/www/unlisted" -exec touch -d 2020-01-01 {} +
	ok "a first VM" start_tree listed one
	ok "a second one" start_tree listed two
	same "$(xl_result ramdisk)" "$dir/www/listed/images/pxeboot/initrd.img" "gets the same"
	is "$(requests /listed/images)" 2 "without a download"
	ok "unlisted: a first VM" start_tree unlisted three
	rm "$dir/state/three.state"
	ok "unlisted: the same again" start_tree unlisted three
	is "$(requests /unlisted/images)" 2 "from the cache: the server says that it is unchanged"
	ok "unlisted: a second VM" start_tree unlisted four
	is "$(requests /unlisted/images)" 4 "does not get what nobody vouched for"
	tree_el7 "$dir/www/listed"
	ok "a changed repository" start_tree listed five
	same "$(xl_result ramdisk)" "$dir/www/listed/images/pxeboot/initrd.img" "is noticed"
	tree_el5 "$dir/www/unlisted"
	rm "$dir/state/three.state"
	ok "an unlisted one" start_tree unlisted three
	same "$(xl_result ramdisk)" "$dir/www/unlisted/images/xen/initrd.img" "too"
	EXTRA=(--cache=off)
	ok "without the cache" start_tree listed six
	EXTRA=()
	is "$(requests /listed/images)" 5 "all is fetched"
	rm -f "$dir/cache/"*
	ok "an emptied cache" start_tree listed seven
	rm -r "$dir/out/"*
}

overlays() {
	local md5 initrd

	tree_el7 "$dir/www/fix"
	initrd=$dir/www/fix/images/pxeboot/initrd.img
	mkdir -p "$dir/ov/sbin"
	echo '#!/bin/sh' > "$dir/ov/sbin/vncproxy"
	(cd "$dir/ov" && find . | cpio --quiet -o -H newc) > "$dir/installer/el7.cpio"
	md5=$(md5sum < "$initrd" | cut -d ' ' -f 1)
	printf '%s\n' "# vendors" "broken line" "$md5 cpio el7.cpio CentOS 7" > "$dir/installer/el7.map"
	ok "a ramdisk that a map names" start_tree fix fix1
	ok "is longer by the overlay" test "$(stat -c %s "$(xl_result ramdisk)")" -ge \
		$(($(stat -c %s "$initrd") + $(stat -c %s "$dir/installer/el7.cpio")))
	ok "begins as it was" cmp -n "$(stat -c %s "$initrd")" "$initrd" "$(xl_result ramdisk)"
	is "$(tail -c 4 "$(xl_result ramdisk)" | od -An -tx1 | tr -d ' ')" 00000000 "and ends in zeros"
	cp "$(xl_result ramdisk)" "$dir/fixed"
	ok "a second VM" start_tree fix fix2
	same "$(xl_result ramdisk)" "$dir/fixed" "gets the same"
	rm "$dir/installer/el7.cpio"
	ok "an overlay that is gone" eval '! start_tree fix fix3'
	like "$(cat "$dir/said")" 'SUPPORT_PACKAGE_MISSING: Dom0 does not contain a required file: .*el7.cpio' "is named"
	rm "$dir/installer/el7.map"
	sha256_of "$initrd" | sed 's/$/ cpio new.cpio CentOS 7/' > "$dir/installer/new.map"
	(cd "$dir/ov" && find . | cpio --quiet -o -H newc) > "$dir/installer/new.cpio"
	ok "a map by SHA-256" start_tree fix fix4
	ok "works, too" eval '! cmp -s "$(xl_result ramdisk)" "$initrd"'
	rm -r "$dir/installer/"* "$dir/out/"*
}

# a disk as an installer leaves it
installed_disk() {
	mkdir -p "$dir/root/boot/grub"
	cp "$kernel_file" "$dir/root/boot/vmlinuz"
	echo initrd > "$dir/root/boot/initrd.img"
	cat > "$dir/root/boot/grub/grub.cfg" <<- 'END'
		set default=0
		menuentry "Linux" {
			linux /boot/vmlinuz root=/dev/xvda ro
			initrd /boot/initrd.img
		}
	END
	rm -f "$dir/installed.img"
	mke2fs -q -t ext4 -d "$dir/root" "$dir/installed.img" 32M
}

rounds() {
	tree_el7 "$dir/www/el7"
	tree_sles10 "$dir/www/sles10"
	installed_disk
	# under xapi
	new_uuid
	xapi_vm "$uuid" rounds "other-config:install-repository=$www/el7/" other-config:install-distro=rhlike
	ok "round 1" xapi_boot "$uuid"
	xapi_toolstack
	ok "round 2 with an empty disk" xapi_boot "$uuid"
	same "$(xapi_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "is the installer again"
	is "$(xapi_get "$uuid" other-config:install-round)" 2 "and stays round 2"
	is "$(xapi_get "$uuid" PV-bootloader)" eliloader "with the same bootloader"
	xapi_toolstack
	DISK=$dir/installed.img
	ok "round 2 with an installed disk" xapi_boot "$uuid"
	is "$(cat "$(xapi_result ramdisk)")" initrd "is that disk's"
	is "$(xapi_result args)" "root=/dev/xvda ro" "with its arguments"
	is "$(xapi_get "$uuid" PV-bootloader)" pygrub "the bootloader becomes pygrub"
	ok "the keys of the install are gone" eval \
		'! xapi_has "$uuid" other-config:install-round && ! xapi_has "$uuid" other-config:install-distro'
	xapi_toolstack
	is "$(boot_files)" 0 "no file is left"
	# SLES writes no menu
	rm "$dir/root/boot/grub/grub.cfg"
	mv "$dir/root/boot/vmlinuz" "$dir/root/boot/vmlinuz-xen"
	mv "$dir/root/boot/initrd.img" "$dir/root/boot/initrd-xen"
	rm "$dir/installed.img"
	mke2fs -q -t ext4 -d "$dir/root" "$dir/installed.img" 32M
	new_uuid
	xapi_vm "$uuid" sles "other-config:install-repository=$www/sles10/" other-config:install-round=2 \
		other-config:install-distro=sleslike other-config:install-arch=x86_64
	ok "SLES, round 2, a disk without a menu" xapi_boot "$uuid"
	is "$(xapi_get "$uuid" PV-bootloader-args)" "--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" \
		"PV-bootloader-args as domUloader's"
	xapi_toolstack
	xl_start sles "install-repository=$www/sles10/" install-distro=sleslike install-arch=x86_64
	ok "SLES under xl, round 2" xl_start sles "install-repository=$www/sles10/" \
		install-distro=sleslike install-arch=x86_64
	is "$(xl_result args)" console=hvc0 "boots with the arguments of xl's configuration"
	like "$(cat "$dir/state/sles.state")" '^PV-bootloader-args=--kernel /boot/vmlinuz-xen' "which the state keeps"
	ok "SLES under xl, later" xl_start sles "install-repository=$www/sles10/" \
		install-distro=sleslike install-arch=x86_64
	is "$(cat "$(xl_result ramdisk)")" initrd "boots the same"
	xl_toolstack
	# under xl
	installed_disk
	mv "$dir/root/boot/vmlinuz-xen" "$dir/root/boot/vmlinuz" 2> /dev/null
	DISK=$dir/disk.img
	ok "xl: round 1" start_tree el7 xlrounds
	ok "xl: round 2 with an empty disk" start_tree el7 xlrounds
	same "$(xl_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "xl: is the installer again"
	DISK=$dir/installed.img
	ok "xl: round 2 with an installed disk" start_tree el7 xlrounds
	is "$(cat "$(xl_result ramdisk)")" initrd "xl: is that disk's"
	is "$(xl_result args)" "root=/dev/xvda ro console=hvc0" "xl: with both arguments"
	ok "xl: and from then on" start_tree el7 xlrounds
	is "$(cat "$(xl_result ramdisk)")" initrd "xl: it boots the disk"
	DISK=$dir/disk.img
	ok "xl: forgotten" eli --forget xlrounds
	ok "xl: it is round 1 again" start_tree el7 xlrounds
	same "$(xl_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "xl: with the installer"
	unset DISK
	xl_toolstack
}

# key NAME : make a signing key, its public part in $dir/NAME.gpg
key() {
	gpg --batch -q --pinentry-mode loopback --passphrase '' --quick-gen-key "$1@example.org" ed25519 sign never &&
		gpg --batch -q --export "$1@example.org" > "$dir/$1.gpg"
}
# sign NAME : InRelease above the list of checksums of $dir/www/signed
sign() {
	local dist=$dir/www/signed/dists/bookworm sums=main/installer-amd64/current/images/SHA256SUMS

	rm -f "$dist/InRelease"
	printf '%s\n' 'Origin: Test' 'SHA256:' " $(sha256_of "$dist/$sums") $(stat -c %s "$dist/$sums") $sums" |
		gpg --batch -q --pinentry-mode loopback --passphrase '' -u "$1@example.org" --clearsign > "$dist/InRelease"
}
# start_signed NAME [LINE...] : with these lines more in the configuration
start_signed() {
	local name=$1 rc

	shift
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	printf '%s\n' "$@" >> "$dir/eliloader.conf"
	xl_start "$name" "install-repository=$www/signed/" install-distro=debianlike \
		debian-release=bookworm install-arch=amd64
	rc=$?
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
	return "$rc"
}
signatures() {
	local images=$dir/www/signed/dists/bookworm/main/installer-amd64/current/images

	export GNUPGHOME=$dir/gnupg
	mkdir -m 700 "$GNUPGHOME"
	tree_debian "$dir/www/signed"
	ok "keys" eval 'key good && key other'
	ok "no InRelease is fine" start_signed s1 "keyring = $dir/good.gpg"
	ok "but not where one is required" eval '! start_signed s2 "keyring = $dir/good.gpg" "signature = require"'
	like "$(cat "$dir/said")" 'there is no InRelease.*signature = require' "which is said"
	sign good
	ok "signed by a known key" start_signed s3 "keyring = $dir/good.gpg" "signature = require"
	sign other
	ok "signed by a stranger" start_signed s4 "keyring = $dir/good.gpg"
	like "$(cat "$dir/said")" 'InRelease not used: .*not by a key' "which is said"
	ok "is not enough where it is required" eval '! start_signed s5 "keyring = $dir/good.gpg" "signature = require"'
	sign good
	sed -i 's/^Origin: Test/Origin: Tess/' "$dir/www/signed/dists/bookworm/InRelease"
	ok "a signature that is bad" eval '! start_signed s6 "keyring = $dir/good.gpg"'
	like "$(cat "$dir/said")" 'INVALID_SOURCE: .*InRelease.*bad or missing' "ends it"
	ok "unless nobody looks" start_signed s7 "signature = off"
	sign good
	echo "$(sha256_of "$kernel_file")  ./other" >> "$images/SHA256SUMS"
	ok "a list that is not the signed one" eval '! start_signed s8 "keyring = $dir/good.gpg"'
	like "$(cat "$dir/said")" 'INVALID_SOURCE: .*InRelease' "is refused"
	gpgconf --kill all
	unset GNUPGHOME
	rm -r "$dir/out/"*
}

# iso TREE : an ISO image of it
iso() { xorriso -as mkisofs -quiet -R -J -o "$1.iso" "$1" 2> /dev/null; }
start_cd() {
	EXTRA=(--cdrom "$dir/www/cd.iso")
	xl_start "$1" install-repository=cdrom install-distro=rhlike
	local rc=$?
	EXTRA=()
	return "$rc"
}
cdroms() {
	tree_el7 "$dir/www/cd"
	iso "$dir/www/cd"
	ok "cdrom under xl" start_cd cd1
	same "$(xl_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "the ramdisk of the CD"
	ok "cdrom, round 2, an empty disk" start_cd cd1
	same "$(xl_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "the CD again"
	installed_disk
	DISK=$dir/installed.img
	ok "cdrom, round 2, an installed disk" start_cd cd1
	is "$(cat "$(xl_result ramdisk)")" initrd "boots the disk"
	unset DISK
	rm -r "$dir/out/"*

	new_uuid
	xapi_vm "$uuid" cd other-config:install-repository=cdrom other-config:install-distro=rhlike
	xapi_vbd "$uuid" 0 false
	xapi_vbd "$uuid" 3 true CD
	DISK=$dir/www/cd.iso
	ok "cdrom under xapi" xapi_boot "$uuid"
	same "$(xapi_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "xapi: the ramdisk of the CD"
	is "$(xapi_vbd_get "$uuid" 0 bootable) $(xapi_vbd_get "$uuid" 3 bootable)" "true false" \
		"the disk is bootable now, the CD is not"
	xapi_toolstack
	DISK=$dir/disk.img # as XAPI does now
	xapi_boot "$uuid"
	is $? 1 "an aborted install: the disk does not boot"
	like "$(tr '\n' ' ' < "$dir/said")" '^RuntimeError: .*start' "and the next start is said to bring the CD"
	is "$(xapi_vbd_get "$uuid" 0 bootable) $(xapi_vbd_get "$uuid" 3 bootable)" "false true" "which is bootable again"
	DISK=$dir/www/cd.iso
	ok "it does" xapi_boot "$uuid"
	xapi_toolstack
	DISK=$dir/installed.img
	ok "an install that came to its end" xapi_boot "$uuid"
	is "$(cat "$(xapi_result ramdisk)")" initrd "xapi: boots the disk"
	is "$(xapi_get "$uuid" PV-bootloader)" pygrub "with pygrub from then on"
	xapi_toolstack
	unset DISK
}

# The whole of Debian's installer, as its package has it.
real_debian() {
	kernel_file=$netboot/linux tree_debian "$dir/www/real"
	cp "$netboot/initrd.gz" "$dir/www/real/dists/bookworm/main/installer-amd64/current/images/netboot/xen/"
	sums_new "$dir/www/real/dists/bookworm/main/installer-amd64/current/images"
	ok "Debian's installer" xl_start real "install-repository=$www/real/" install-distro=debianlike \
		debian-release=bookworm install-arch=amd64
	same "$(xl_result kernel)" "$netboot/linux" "its kernel can be booted"
	same "$(xl_result ramdisk)" "$netboot/initrd.gz" "its ramdisk is whole"
	xl_toolstack
}

hosts() {
	tree_el7 "$dir/www/el7"
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	echo 'allow-host = *.example.org' >> "$dir/eliloader.conf"
	refused host 'allow-host' install-distro=rhlike "install-repository=$www/el7/"
	echo 'allow-host = 127.0.0.1' >> "$dir/eliloader.conf"
	ok "a host that is allowed" start_tree el7 hosts
	echo 'allow-hots = x' >> "$dir/eliloader.conf"
	ok "a key that is misspelt" eval '! start_tree el7 hosts'
	like "$(cat "$dir/said")" 'eliloader.conf:[0-9]+: .*allow-hots' "is named with its line"
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
	xl_toolstack
}

# install-kernel alone, as for NetBSD
no_ramdisk() {
	put "$kernel_file" "$dir/www/bsd/netbsd-INSTALL"
	ok "a kernel without a ramdisk" xl_start bsd "install-repository=$www/bsd/" install-distro=pygrub \
		install-kernel=netbsd-INSTALL
	same "$(xl_result kernel)" "$kernel_file" "is given out"
	is "$(xl_result ramdisk)" "" "alone"
	ok "a second time, from the cache" xl_start bsd2 "install-repository=$www/bsd/" install-distro=pygrub \
		install-kernel=netbsd-INSTALL
	is "$(xl_result ramdisk)" "" "the same"
	rm -r "$dir/out/"*
}

explaining() {
	local before

	tree_debian "$dir/www/debian"
	new_uuid
	xapi_vm "$uuid" explain "other-config:install-repository=$www/debian/" other-config:install-arch=amd64 \
		other-config:install-distro=debianlike other-config:debian-release=bookworm
	xapi_forget
	before=$(find "$dir/cache" "$dir/state" /run/xend | sort)
	ok "--explain" eval 'eli --xapi-socket "$XAPI_SOCKET" --explain --vm "$uuid" > "$dir/explained"'
	like "$(cat "$dir/explained")" 'netboot/xen/vmlinuz' "shows what would be fetched"
	like "$(cat "$dir/explained")" 'install-round' "and what would change"
	ok "--json" eval 'eli --xapi-socket "$XAPI_SOCKET" --explain --json --vm "$uuid" | jq -e . > /dev/null'
	ok "writes nothing" test -z "$(xapi_methods | grep -E 'remove|add|set')"
	is "$(find "$dir/cache" "$dir/state" /run/xend | sort)" "$before" "and leaves no file"
}

program() {
	like "$("$O/eliloader" --version)" '^eliloader [0-9.]+$' "--version"
	like "$("$O/eliloader" --help)" '--explain' "--help"
	"$O/eliloader" --no-such > "$dir/said" 2>&1
	is "$?" 2 "a word that is not known"
	like "$(cat "$dir/said")" "no-such" "is named"
	like "$(cat "$dir/said")" "^Try 'eliloader --help'\.$" "with where to look"
	"$O/eliloader" --help > /dev/full 2> /dev/null
	is "$?" 1 "--help that cannot be printed"
}

if [ $# = 0 ]; then set -- program families refusals limits caching overlays rounds
	set -- "$@" signatures cdroms no_ramdisk real_debian hosts explaining
fi
for part; do "$part"; done
done_testing
