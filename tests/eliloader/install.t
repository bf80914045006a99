#!/bin/bash
# install.t - make install: what is where, and that eliloader finds its workers from there.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"

eli_dir
root=$dir/root
# make_does TARGET DESTDIR : with what is built, as it is; nothing of the make that runs the tests
make_does() {
	(
		unset MAKEFLAGS MFLAGS MAKELEVEL
		make -s -C "$top" -o setup-build -o all O="$O" DESTDIR="$2" PREFIX=/usr "$1" > "$dir/make" 2>&1
	) || { diag "$(cat "$dir/make")"; bail "make $1"; }
	pass "make $1 DESTDIR=... PREFIX=/usr"
}
make_does install "$root"
is "$(cd "$root/usr" && find bin/ libexec/ -name 'eliloader*' | LC_ALL=C sort | tr '\n' ' ')" \
	"bin/eliloader libexec/xen-pv-tools/eliloader-check libexec/xen-pv-tools/eliloader-disk libexec/xen-pv-tools/eliloader-iso libexec/xen-pv-tools/eliloader-net " \
	"the program, and its workers elsewhere"
ok "their user, for systemd-sysusers" grep -q '^u eliloader ' "$root/usr/lib/sysusers.d/eliloader.conf"
is "$(cd "$root/usr/share/man" && echo */eliloader*)" \
	"man5/eliloader.conf.5 man8/eliloader.8" "the pages"
is "$(find "$root" -type f -perm /022)" "" "no file that others may write"
is "$(cd "$root" && echo * usr/*)" "usr usr/bin usr/include usr/lib usr/libexec usr/sbin usr/share" "nothing elsewhere"

# installed NAME KEY=VALUE... : a start of what was installed
installed() {
	local O=$root/usr/bin

	xl_start "$@"
}
tree_el7 "$dir/www/el7"
xorriso -as mkisofs -quiet -R -J -o "$dir/el7.iso" "$dir/www/el7" 2> /dev/null
serve "$dir/www"
# shellcheck disable=SC2154 # set by serve
ok "a start from there, by network" installed net "install-repository=$www/el7/" install-distro=rhlike
same "$(xl_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "the ramdisk comes"
EXTRA=(--cdrom "$dir/el7.iso")
ok "a start from there, by CD" installed cd install-repository=cdrom install-distro=rhlike
same "$(xl_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "the ramdisk comes from it"
[ "$tap_bad" = 0 ] || diag "$(cat "$dir/said")"
rm "$root/usr/libexec/xen-pv-tools/eliloader-iso"
ok "without its worker" eval '! installed none install-repository=cdrom install-distro=rhlike'
like "$(cat "$dir/said")" 'eliloader-iso' "is named"

# one file of somebody else's, and one of ours missing by now
: > "$root/usr/bin/other"
make_does uninstall "../${top##*/}/$(realpath --relative-to="$top" "$root")" # seen from the Makefile
is "$(cd "$root" && find . ! -type d)" ./usr/bin/other "what was installed is gone, and nothing else"
is "$(find "$root" -name 'xen-pv-tools*')" "" "nor are our directories left"
done_testing
