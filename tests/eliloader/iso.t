#!/bin/bash
# iso.t - eliloader-iso with images made by xorriso, good and hostile, in its sandbox as root
# starts it.  wire_client plays eliloader.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
: "${O:=build}"
work=$(mktemp -d /tmp/xpt.iso.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# job NAME LINE... : a job file with limits of 1 MB and 4 MB and those lines
job() {
	printf '%s\n' 'limit/kernel = "1000000"' 'limit/ramdisk = "4000000"' "${@:2}" > "$work/$1.job"
}
# candidate NN KERNEL RAMDISK [SUMS] : its lines
candidate() {
	printf 'candidate/%s/%s\n' "$1" "kernel = \"$2\"" "$1" "ramdisk = \"$3\"" \
		"$1" 'media = "2"' "$1" "sums = \"${4:-}\""
}
# serve JOB IMAGE [OPTION...] : run the worker; what it said is in $said, streams in $work/out
serve() {
	rm -rf "$work/out"
	mkdir "$work/out"
	said=$(timeout 100 "$O/tests/eliloader/wire_client" --out="$work/out" --fd="$2" "${@:3}" \
		"$O/eliloader-iso" "$work/$1.job" 2>&1)
}
# pair_is DIR NAME : the last serve brought kernel and ramdisk of $work/DIR, byte by byte
pair_is() {
	if cmp -s "$work/out/kernel" "$work/$1/kernel" &&
		cmp -s "$work/out/ramdisk" "$work/$1/ramdisk"; then
		pass "$2"
	else
		fail "$2"
		diag "$said"
	fi
}
# says RESULT REGEX NAME : it ended with one DONE, of that kind, and by itself
says() {
	like "$(tail -n 2 <<< "$said" | tr '\n' ' ')" "^done $1 \".*$2.*\" exit [01] $" "$3"
	[ "$(grep -c '^done ' <<< "$said")" = 1 ] || fail "$3: one DONE"
}
# image FILE DIR XORRISO-OPTION... : the tree DIR as an image
image() {
	rm -f "$work/$1"
	xorriso -report_about FATAL -outdev "stdio:$work/$1" "${@:3}" -map "$work/$2" / -commit \
		> "$work/xorriso.log" 2>&1 || bail "xorriso makes $1"
}
# patch IMAGE OFFSET OCTAL-BYTES : overwrite bytes
patch() { printf %b "$3" | dd of="$work/$1" bs=1 seek="$2" conv=notrunc status=none; }
# record IMAGE NAME [N] : where the N-th (1) directory record with that name starts
record() {
	local at

	at=$(LC_ALL=C grep -abo -F -- "$2" "$work/$1" | sed -n "${3:-1}p")
	[ -n "$at" ] || bail "'$2' is in $1"
	echo $((${at%%:*} - 33))
}

# --- the trees ---
mkdir -p "$work/pair" "$work/el/images/pxeboot" "$work/el/isolinux" "$work/plain/boot"
head -c 700001 /dev/urandom > "$work/pair/kernel"
head -c 3000000 /dev/urandom > "$work/pair/ramdisk"
el=$work/el/images/pxeboot
cp "$work/pair/kernel" "$el/vmlinuz"
cp "$work/pair/ramdisk" "$el/initrd.img"
ln "$el/vmlinuz" "$work/el/isolinux/vmlinuz"
ln -s ../images/pxeboot/initrd.img "$work/el/isolinux/initrd.img"
sha() { sha256sum < "$1" | cut -d' ' -f1; }
cat > "$work/el/.treeinfo" <<- EOF
	[general]
	family = Fedora
	version = 41
	arch = x86_64
	[images-x86_64]
	kernel = images/pxeboot/vmlinuz
	initrd = images/pxeboot/initrd.img
	[checksums]
	images/pxeboot/vmlinuz = sha256:$(sha "$work/pair/kernel")
	images/pxeboot/initrd.img = sha256:$(sha "$work/pair/ramdisk")
EOF
cp "$work/pair/kernel" "$work/plain/boot/vmlinuz"
cp "$work/pair/ramdisk" "$work/plain/boot/initrd.img"
printf 'HASH SHA256 %s  boot/vmlinuz\n' "$(sha "$work/pair/kernel")" > "$work/plain/content"

mapfile -t pxeboot < <(candidate 00 images/pxeboot/vmlinuz images/pxeboot/initrd.img)
mapfile -t isolinux < <(candidate 00 isolinux/vmlinuz isolinux/initrd.img)
mapfile -t boot < <(candidate 00 boot/vmlinuz boot/initrd.img content)
job treeinfo 'treeinfo = "1"' 'arch = "x86_64"' "${pxeboot[@]}"
job pxeboot "${pxeboot[@]}"
job isolinux "${isolinux[@]}"
job boot "${boot[@]}"

# --- kinds of images ---
image rr.iso el -rockridge on -joliet off
serve treeinfo "$work/rr.iso"
pair_is pair "Rock Ridge, by .treeinfo"
like "$said" "^offer media=2 sums=1 release=\"Fedora 41\"" "... which the offer says"
like "$said" "^file kernel .* size=700001 sha256=$(sha "$work/pair/kernel")" "... with the kernel's digest"
like "$said" "^file ramdisk .* size=3000000 sha256=$(sha "$work/pair/ramdisk")" "... and the ramdisk's"
says ok '' "... and it ends well"

serve isolinux "$work/rr.iso"
pair_is pair "a hard link's and a symbolic link's file"
serve pxeboot "$work/rr.iso" --want=ramdisk
is "$(ls "$work/out")" ramdisk "only what GO asks for is sent"
serve pxeboot "$work/rr.iso" --want=none
is "$(ls "$work/out")" '' "... which may be nothing"
says ok '' "... and that is fine"

image joliet.iso el -rockridge off -joliet on
serve treeinfo "$work/joliet.iso"
pair_is pair "Joliet without Rock Ridge"
image both.iso el -rockridge on -joliet on
serve treeinfo "$work/both.iso"
pair_is pair "Rock Ridge and Joliet"

image plain.iso plain -rockridge off -joliet off -compliance iso_9660_level=1
is "$(LC_ALL=C grep -ao -i 'initrd\.img;1' "$work/plain.iso")" 'INITRD.IMG;1' "a plain image has that name once, in upper case"
serve boot "$work/plain.iso"
pair_is pair "a plain image: case does not count"
like "$said" "^file kernel .* sha256=$(sha "$work/pair/kernel")" "... nor for the checksum list"

mkdir -p "$work/mapped/install.amd"
cp "$work/pair/kernel" "$work/mapped/install.amd/vmlinuz-xen"
cp "$work/pair/ramdisk" "$work/mapped/install.amd/initrd-xen"
mapfile -t mapped < <(candidate 00 install.amd/vmlinuz-xen install.amd/initrd-xen)
job mapped "${mapped[@]}"
image mapped.iso mapped -rockridge off -joliet off -compliance iso_9660_level=3
serve mapped "$work/mapped.iso"
pair_is pair "a plain image: '_' for what its names may not have"

image lower.iso plain
sed -i s,boot/vmlinuz,BOOT/VMLINUZ, "$work/boot.job"
serve boot "$work/lower.iso"
says absent 'BOOT/VMLINUZ' "in other images case does count"
job boot "${boot[@]}"

image hybrid.iso el -boot_image any partition_offset=16 -boot_image any partition_table=on
is "$(od -An -tx1 -j510 -N2 "$work/hybrid.iso" | tr -d ' ')" 55aa "a hybrid image has a partition table"
serve treeinfo "$work/hybrid.iso"
pair_is pair "a hybrid image"

# Debian's: dists/stable is a link, and a signed list lies above
debian=$work/debian/dists/bookworm/main/installer-amd64/current/images
mkdir -p "$debian/cdrom/xen"
ln -s bookworm "$work/debian/dists/stable"
cp "$work/pair/kernel" "$debian/cdrom/xen/vmlinuz"
cp "$work/pair/ramdisk" "$debian/cdrom/xen/initrd.gz"
(cd "$debian" && sha256sum ./cdrom/xen/*) > "$debian/SHA256SUMS"
echo signed > "$work/debian/dists/bookworm/InRelease"
images=dists/stable/main/installer-amd64/current/images
mapfile -t stable < <(candidate 00 $images/cdrom/xen/vmlinuz $images/cdrom/xen/initrd.gz $images/SHA256SUMS)
job stable 'inrelease = "1"' "${stable[@]}"
image debian.iso debian
serve stable "$work/debian.iso"
pair_is pair "a link on the way"
like "$said" 'sums=3 .* sums-path="main/installer-amd64/current/images/SHA256SUMS"' "... a list"
ok "... is handed over" cmp "$work/out/sums" "$debian/SHA256SUMS"
ok "... and so is the InRelease above it" cmp "$work/out/inrelease" "$work/debian/dists/bookworm/InRelease"

# --- what cannot be had ---
serve boot "$work/rr.iso"
says absent 'looked for boot/vmlinuz with initrd.img' "no pair is there"
mapfile -t dirs < <(candidate 00 images images/pxeboot)
job dirs "${dirs[@]}"
serve dirs "$work/rr.iso"
says absent 'images with pxeboot' "directories are no files"
job pxeboot 'limit/ramdisk = "2999999"' "${pxeboot[@]}"
serve pxeboot "$work/rr.iso"
says limit 'initrd.img.* 3000000 bytes.* 2999999 bytes' "a ramdisk over its limit"
is "$(ls "$work/out")" '' "... of which nothing is sent"
job pxeboot "${pxeboot[@]}"
job broken 'candidate/00/kernel = "../x"' 'candidate/00/ramdisk = "y"' 'candidate/00/media = "1"'
serve broken "$work/rr.iso"
says internal 'job is malformed' "a job with a path that leaves the image"

links=$work/links
mkdir -p "$links/a"
cp "$work/pair/kernel" "$links/kernel"
ln -s ../../../../../../etc/passwd "$links/a/up"
ln -s /kernel "$links/a/root"
ln -s loop "$links/loop"
ln -s two "$links/one"
ln -s one "$links/two"
for i in 1 2 3 4 5 6 7 8 9; do ln -s "$((i + 1))" "$links/$i"; done
ln -s kernel "$links/10"
image links.iso links
# the ramdisk is looked for under each name, the kernel is there
for name in a/up loop one one/x 1; do
	mapfile -t link < <(candidate 00 kernel "$name")
	job link "${link[@]}"
	serve link "$work/links.iso"
	says absent "kernel with ${name##*/}" "a link that leads nowhere: $name"
done
for name in a/root 3; do
	mapfile -t link < <(candidate 00 kernel "$name")
	job link "${link[@]}"
	serve link "$work/links.iso"
	ok "a link within the image: $name" cmp "$work/out/ramdisk" "$work/pair/kernel"
done

# --- hostile images ---
head -c 2000000 /dev/zero > "$work/zero.iso"
serve treeinfo "$work/zero.iso"
says invalid 'is not an ISO 9660 image' "zeros"
head -c 2000000 /dev/urandom > "$work/random.iso"
serve treeinfo "$work/random.iso"
says invalid 'is not an ISO 9660 image' "random bytes"
: > "$work/empty.iso"
serve treeinfo "$work/empty.iso"
says invalid 'is not an ISO 9660 image' "nothing at all"
serve treeinfo /dev/null
says invalid 'is not an ISO 9660 image' "a device that has nothing"

size=$(stat -c %s "$work/rr.iso")
for cut in 33000 40000 60000 600000 $((size / 2)); do
	head -c "$cut" "$work/rr.iso" > "$work/cut.iso"
	serve treeinfo "$work/cut.iso"
	says invalid 'image' "cut after $cut bytes"
done
root=$(od -An -tu4 -j$((32768 + 156 + 2)) -N4 "$work/plain.iso" | tr -d ' ') # its extent
cp "$work/plain.iso" "$work/noise.iso"
dd if=/dev/urandom of="$work/noise.iso" bs=2048 seek="$root" count=2 conv=notrunc status=none
serve boot "$work/noise.iso"
says '(invalid|absent)' '' "random bytes for directories"

# a directory that is its own child: BOOT's record points to the root's extent
cp "$work/plain.iso" "$work/loop.iso"
at=$(record loop.iso BOOT 1)
printf -v le '\\%03o\\%03o\\%03o\\%03o' $((root & 255)) $((root >> 8 & 255)) $((root >> 16 & 255)) $((root >> 24))
patch loop.iso $((at + 2)) "$le"
serve boot "$work/loop.iso"
says '(invalid|absent)' '' "a directory that contains itself"

# a root directory of 4 GB, which libarchive would have in memory
cp "$work/plain.iso" "$work/memory.iso"
patch memory.iso $((32768 + 156 + 10)) '\000\000\000\377'
serve boot "$work/memory.iso"
says invalid 'image' "a directory that claims 4 GB"

# the ramdisk's extent lies past the end
cp "$work/plain.iso" "$work/beyond.iso"
patch beyond.iso $(($(record beyond.iso 'INITRD.IMG') + 2)) '\000\000\000\177'
serve boot "$work/beyond.iso"
says '(invalid|absent)' '' "a file that lies past the end"
# ... it begins in the image and ends past it
cp "$work/plain.iso" "$work/long.iso"
patch long.iso $(($(record long.iso 'INITRD.IMG') + 10)) '\000\000\075\000'
serve boot "$work/long.iso"
says '(invalid|absent)' '' "a file that ends past the end"
# ... and claims 4 GiB
cp "$work/plain.iso" "$work/huge.iso"
patch huge.iso $(($(record huge.iso 'INITRD.IMG') + 10)) '\377\377\377\377'
serve boot "$work/huge.iso"
says '(invalid|limit|absent)' '' "a file that claims 4 GiB"

# a file of 4 GB, of which the disk has only holes: made with a small one, whose record is
# changed, and the image's own size with it
mkdir "$work/large"
cp "$work/pair/kernel" "$work/large/kernel"
cp "$work/pair/kernel" "$work/large/ramdisk"
mapfile -t large < <(candidate 00 kernel ramdisk)
job large "${large[@]}"
image large.iso large -rockridge off -joliet off -compliance iso_9660_level=3
patch large.iso $(($(record large.iso RAMDISK) + 10)) '\000\000\000\377'
patch large.iso $((32768 + 80)) '\377\377\377\000'
truncate -s 5000000000 "$work/large.iso"
serve large "$work/large.iso"
says limit 'ramdisk.* 4278190080 bytes' "a file of 4 GB in a sparse image"
# ... and one for which the limit is high enough, in an image that is cut
job large 'limit/ramdisk = "5000000000"' "${large[@]}"
truncate -s 2000000 "$work/large.iso"
serve large "$work/large.iso"
says invalid 'cut short or damaged' "... which the disk does not have"

# --- the sandbox ---
if [ "$(id -u)" = 0 ]; then
	# run by wire_client while the worker waits for GO
	cat > "$work/look" <<- 'EOF'
		cat "/proc/$WORKER_PID/status" > "$1/status"
		ls -A "/proc/$WORKER_PID/root/" > "$1/root"
		ls "/proc/$WORKER_PID/fd" > "$1/fds"
	EOF
	serve pxeboot "$work/rr.iso" --want=none --after-offer="bash $work/look $work"
	like "$(grep ^Uid: "$work/status" | tr '\t' ' ')" 'Uid: 65534 65534 65534 65534' "it runs as the user it is told"
	like "$(grep ^CapEff: "$work/status")" '0000000000000000' "... without capabilities"
	like "$(grep ^CapBnd: "$work/status")" '0000000000000000' "... or a way to get them"
	like "$(grep ^Seccomp: "$work/status")" '2' "... with a filter for system calls"
	is "$(cat "$work/root")" '' "... sees no file"
	is "$(tr '\n' ' ' < "$work/fds")" '0 1 2 3 4 ' "... and has its socket and the image open, no more"
fi
said=$("$O/eliloader-iso" 2>&1)
is "$? $said" "2 eliloader-iso: this is a part of eliloader, which starts it" "by hand it does nothing"

done_testing
