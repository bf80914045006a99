#!/bin/bash
# check-release.t - eliloader-check compares a signed list with SHA256SUMS.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=check.sh
. "$(dirname "$0")/check.sh"
cd "$tmp" || exit 2

images=main/installer-amd64/current/images
kernel=$(printf kernel | sha256sum | cut -d ' ' -f 1)
ramdisk=$(printf ramdisk | sha256sum | cut -d ' ' -f 1)
cat > SHA256SUMS <<- END
	$kernel  ./netboot/xen/vmlinuz
	$ramdisk  ./netboot/xen/initrd.gz
END
# release DIGEST SIZE : a list as Debian's, that has SHA256SUMS so
release() {
	cat <<- END
		Origin: Debian
		Codename: bookworm
		MD5Sum:
		 $(printf x | md5sum | cut -d ' ' -f 1)    1234 $images/SHA256SUMS
		SHA256:
		 $(printf x | sha256sum | cut -d ' ' -f 1)    1234 main/binary-amd64/Packages
		 $1 $2 $images/SHA256SUMS
	END
}
digest=$(sha256sum SHA256SUMS | cut -d ' ' -f 1) size=$(stat -c %s SHA256SUMS)
release "$digest" "$size" > Release
# ask RELEASE SUMS [KEY=VALUE...]
ask() {
	local release=$1 sums=$2
	shift 2
	check release=1 sums-path=$images/SHA256SUMS path/kernel=netboot/xen/vmlinuz \
		path/ramdisk=netboot/xen/initrd.gz "$@" -- "$release" "$sums"
}

ask Release SHA256SUMS
is "$OUT:$RC" "digests kernel=$kernel ramdisk=$ramdisk"$'\n'"done ok :0" "both files"
ask Release SHA256SUMS path/ramdisk=netboot/gtk/initrd.gz
is "$OUT" "digests kernel=$kernel ramdisk=-"$'\n'"done ok " "a file that the list does not name"
sed 's/^./0/' SHA256SUMS > other
ask Release other
is "$OUT:$RC" "done invalid $images/SHA256SUMS is not the one that the signed release lists:1" "another list"
release "$digest" $((size + 1)) > Release.size
ask Release.size SHA256SUMS
like "$OUT" '^done invalid .* is not the one' "the length is another"
ask Release SHA256SUMS sums-path=main/installer-i386/SHA256SUMS
is "$OUT:$RC" "done invalid the signed release does not list main/installer-i386/SHA256SUMS:1" "a list that it does not name"
: > empty
ask empty SHA256SUMS
like "$OUT" '^done invalid the signed release' "an empty release"
sed '/^SHA256:/,$d' Release > Release.md5
ask Release.md5 SHA256SUMS
like "$OUT" '^done invalid the signed release' "MD5 alone is not enough"
head -c $((4 * MIB + 1)) /dev/zero > huge
ask huge SHA256SUMS
like "$OUT" '^done limit the signed release cannot be read' "a release over the limit"
ask Release huge
like "$OUT" '^done limit the list of checksums cannot be read' "a list over the limit"
done_testing
