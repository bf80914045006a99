#!/bin/bash
# append.t - a cpio overlay behind an initrd: by the kernel's grammar (zeros, archives,
# packed archives; one that is not packed begins at a multiple of 4), as cpio and gzip see
# it, and as Xen before 4.20 does, which takes the last four bytes for gzip's length.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=check.sh
. "$(dirname "$0")/check.sh"
cd "$tmp" || exit 2

# append RAMDISK OVERLAY OUT [MAX] : sets OUT and RC
append() {
	OUT=$("$O/tests/eliloader/append" "$1" "$2" "$3" "${4:-$((1024 * MIB))}")
	RC=$?
	TOOK=${OUT#* }
	OUT=${OUT% *}
}
archive() { (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc --quiet); }

mkdir -p v/sbin o/sbin o/tmp/updates
echo old > v/sbin/loader
echo kept > v/kept
echo new > o/sbin/loader
echo update > o/tmp/updates/anaconda
chmod 755 o/sbin/loader
archive v > v.cpio
archive o > o.cpio

# follows RAMDISK NAME : OUT is RAMDISK, zeros to a multiple of 4, the overlay, zeros
follows() {
	local size at end
	size=$(stat -c %s "$1")
	at=$(((size + 3) / 4 * 4))
	end=$((at + $(stat -c %s o.cpio)))
	append "$1" o.cpio out
	is "$OUT" 0 "$2: said"
	ok "$2: the initrd is first" cmp -n "$size" "$1" out
	ok "$2: zeros up to a multiple of 4" cmp -s -n $((at - size)) -i "$size:0" out /dev/zero
	ok "$2: the overlay" cmp -n $((end - at)) -i "$at:0" out o.cpio
	ok "$2: four zeros and more at the end" test $(($(stat -c %s out) - end)) -ge 4
	ok "$2: nothing else there" cmp -s -n $(($(stat -c %s out) - end)) -i "$end:0" out /dev/zero
	is $(($(stat -c %s out) % 4)) 0 "$2: the length is a multiple of 4"
}
follows v.cpio "plain"
gzip -k v.cpio
xz -k --check=crc32 v.cpio
zstd -q -k v.cpio
for packed in v.cpio.gz v.cpio.xz v.cpio.zst; do
	follows $packed "$packed"
done
for n in 1 2 3; do
	cat v.cpio.gz <(head -c $n /dev/zero) > padded
	follows padded "$n zeros behind it"
done

# the kernel's order: what comes later is put over what was there
append v.cpio.gz o.cpio out
mkdir root
(cd root && gzip -dcq ../out 2> /dev/null | cpio -idmu --quiet)
at=$((($(stat -c %s v.cpio.gz) + 3) / 4 * 4))
(cd root && tail -c +$((at + 1)) ../out | cpio -idmu --quiet)
is "$(cat root/sbin/loader root/kept root/tmp/updates/anaconda)" $'new\nkept\nupdate' "unpacked in order, the overlay is over the initrd"
is "$(stat -c %a root/sbin/loader)" 755 "with its mode"

# --- an earlier, longer file
head -c 100000 /dev/urandom > out
append v.cpio o.cpio out
ok "what the output file held is gone" cmp -n "$(stat -c %s v.cpio)" v.cpio out
is "$(stat -c %s out)" $(((($(stat -c %s v.cpio) + $(stat -c %s o.cpio) + 4) + 511) / 512 * 512)) "all of it"

# --- what is refused
size=$(stat -c %s out)
append v.cpio o.cpio out2 "$size"
is "$OUT" 0 "as long as the limit"
append v.cpio o.cpio out2 $((size - 1))
is "$OUT:$RC" EFBIG:1 "a byte over it"
append v.cpio v.cpio.gz out2
is "$OUT" EBADMSG "an overlay that is packed"
: > empty
append v.cpio empty out2
is "$OUT" EBADMSG "an empty overlay"
sed 's/^070701/070707/' o.cpio > odc
append v.cpio odc out2
is "$OUT" EBADMSG "an overlay of another format"
truncate -s $((65 * MIB)) o.cpio
append v.cpio o.cpio out2
is "$OUT" EFBIG "an overlay over its limit"
append v.cpio /dev/null out2
is "$OUT" EINVAL "an overlay that is no file"

# --- on another file system than the initrd's, where blocks cannot be shared
archive o > o.cpio
other=$(mktemp -d /dev/shm/xpt.append.XXXXXX) || bail "a directory on another file system"
trap 'rm -rf "$tmp" "$other"' EXIT
append v.cpio.gz o.cpio "$other/out"
append v.cpio.gz o.cpio out
ok "the same onto another file system" cmp out "$other/out"

# --- as long as Debian's initrd
head -c $((41 * MIB)) /dev/urandom > large
append large o.cpio "$other/large"
is "$OUT" 0 "41 MiB"
diag "41 MiB and an overlay: $TOOK ms"
done_testing
