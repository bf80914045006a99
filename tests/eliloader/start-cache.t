#!/bin/bash
# start-cache.t [PART...] - the cache of pairs, overlays on ramdisks, and a kernel without a
# ramdisk, in whole starts under xl.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"

eli_dir
serve "$dir/www"

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

# overlaid INITRD OVERLAY NAME : the ramdisk given out is one behind the other
overlaid() {
	local size at

	size=$(stat -c %s "$1")
	at=$(((size + 3) / 4 * 4))
	ok "$3: begins as it was" cmp -n "$size" "$1" "$(xl_result ramdisk)"
	ok "$3: then the overlay" cmp -n "$(stat -c %s "$2")" -i "0:$at" "$2" "$(xl_result ramdisk)"
	ok "$3: is longer by the overlay" test "$(stat -c %s "$(xl_result ramdisk)")" -ge \
		$((at + $(stat -c %s "$2")))
	is "$(tail -c 4 "$(xl_result ramdisk)" | od -An -tx1 | tr -d ' ')" 00000000 "$3: ends in zeros"
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
	overlaid "$initrd" "$dir/installer/el7.cpio" "by MD5"
	cp "$(xl_result ramdisk)" "$dir/fixed"
	ok "a second VM" start_tree fix fix2
	same "$(xl_result ramdisk)" "$dir/fixed" "gets the same"
	rm "$dir/installer/el7.cpio"
	ok "an overlay that is gone" eval '! start_tree fix fix3'
	like "$(cat "$dir/said")" 'SUPPORT_PACKAGE_MISSING: Dom0 does not contain a required file: .*el7.cpio' "is named"
	rm "$dir/installer/el7.map"
	sha256_of "$initrd" | sed 's/$/ cpio new.cpio CentOS 7/' > "$dir/installer/new.map"
	echo 'another one' > "$dir/ov/sbin/vncproxy"
	(cd "$dir/ov" && find . | cpio --quiet -o -H newc) > "$dir/installer/new.cpio"
	ok "a map by SHA-256" start_tree fix fix4
	overlaid "$initrd" "$dir/installer/new.cpio" "by SHA-256"
	rm -r "$dir/installer/"* "$dir/out/"*
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

if [ $# = 0 ]; then set -- caching overlays no_ramdisk; fi
for part; do "$part"; done
done_testing
