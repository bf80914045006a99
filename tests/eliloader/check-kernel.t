#!/bin/bash
# check-kernel.t - what eliloader-check says of kernels: Debian's own, the same one packed
# in all ways that Linux knows, small ones with other notes, and broken ones.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=check.sh
. "$(dirname "$0")/check.sh"

# the installer's; or the lab's, the same kind
debian=$(find "$top/build/xen/usr/lib/debian-installer" "$top/build/xen/boot" \
	\( -path '*/text/*/amd64/linux' -o -name 'vmlinuz-*' \) 2> /dev/null | head -n 1)
[ -n "$debian" ] || bail "Debian's kernel is there (tools/setup check)"
cd "$tmp" || exit 2
mkdir out
LIMIT=limit/unpacked=$((256 * MIB))

# says ERE NAME FILE : the kernel's line
says() { check kernel=1 "$LIMIT" -- "$3"; like "$OUT" "$1" "$2"; }
# refuses RESULT ERE NAME FILE : nothing is said of the kernel but that
refuses() { check kernel=1 "$LIMIT" -- "$4"; like "$OUT:$RC" "^done $1 .*$2.*:1\$" "$3"; }
# unpacks FILE EXPECTED NAME : the ELF file comes out
unpacks() {
	check_options=(--out=out)
	check unpack=1 "$LIMIT" -- "$1"
	check_options=()
	is "$OUT:$RC" "end kernel $(stat -c %s "$2")"$'\n'"done ok :0" "$3: said"
	ok "$3: the same bytes" cmp out/kernel "$2"
}

# --- Debian's kernel
sectors=$(peek "$debian" $((0x1f1)) 1)
start=$(((sectors + 1) * 512 + $(peek "$debian" $((0x248)) 4)))
length=$(peek "$debian" $((0x24c)) 4)
tail -c +$((start + 1)) "$debian" | head -c "$length" > payload.xz
xz -dc --single-stream < payload.xz > vmlinux || bail "Debian's kernel can be unpacked by xz"
says '^kernel payload=xz bzimage=1 pv=1 phys32=1 pvh=1 bits=64 known=1 unpacked=[0-9]{8} os="linux" release="[0-9.]+-[0-9a-z-]+ ' \
	"Debian's kernel: PV and PVH" "$debian"
like "$OUT" "unpacked=$(stat -c %s vmlinux) " "its length unpacked"
unpacks "$debian" vmlinux "Debian's kernel unpacked"

# --- its first part in other packings, behind its own setup sectors
head -c $((25 * MIB)) vmlinux > part # the notes are within
head -c "$start" "$debian" > shell
# bzimage PAYLOAD OUT [size] : with size, the length goes behind the payload, as Linux's
# build has it for all but gzip, which ends in it itself
bzimage() {
	cat shell "$1" > "$2"
	[ $# = 2 ] || le32 "$(stat -c %s part)" >> "$2"
	le32 $(($(stat -c %s "$2") - start)) | patch "$2" $((0x24c))
}
gzip -1 < part > p.gzip
zstd -q -3 --long=27 < <(cat part) > p.zstd # by a pipe: the window of Linux's build, 128 MiB
xz -0 --check=crc32 < part > p.xz
xz -0 --format=lzma < part > p.lzma
bzip2 -1 < part > p.bzip2
lz4 -l -q < part > p.lz4
lzop -1 < part > p.lzo
cp part p.none
for kind in gzip zstd xz lzma bzip2 lz4 lzo none; do
	case $kind in gzip | none) bzimage p.$kind b.$kind ;; *) bzimage p.$kind b.$kind size ;; esac
	says "^kernel payload=$kind bzimage=1 pv=1 phys32=1 pvh=1 bits=64 known=1 unpacked=$(stat -c %s part) os=\"linux\" release=\"[0-9]" \
		"payload of $kind" b.$kind
	unpacks b.$kind part "payload of $kind"
done

# --- cut and spoilt ones
for kind in gzip zstd xz lzma bzip2 lz4 lzo; do
	size=$(stat -c %s p.$kind)
	head -c $((size / 3)) p.$kind > short
	bzimage short b.cut
	refuses invalid 'cut short|damaged' "$kind cut short" b.cut
	check unpack=1 "$LIMIT" -- b.cut
	like "$OUT" '^done invalid ' "$kind cut short is not unpacked"
	cp p.$kind bad
	head -c 4000 /dev/zero | patch bad $((size / 4))
	bzimage bad b.bad size
	check unpack=1 "$LIMIT" -- b.bad
	like "$OUT" '^done invalid ' "$kind with 4000 bytes spoilt is not unpacked"
done
# cut between two blocks lz4 looks whole, but for the length
cat <(head -c $((4 + 4 + $(peek p.lz4 4 4))) p.lz4) > short
bzimage short b.cut size
check unpack=1 "$LIMIT" -- b.cut
like "$OUT" "^done invalid the kernel's payload holds 8388608 bytes, not $((25 * MIB))\$" "lz4 cut between blocks"
head -c 100000 "$debian" > short
refuses invalid 'cut short: its payload goes to byte' "a bzImage whose payload is not there" short
for n in 0 1 5 500; do
	head -c $n "$debian" > short
	check kernel=1 "$LIMIT" -- short
	is "${OUT%%$'\n'*}" "kernel payload=unknown bzimage=0 pv=0 phys32=0 pvh=0 bits=0 known=0 unpacked=0 os=\"\" release=\"\"" \
		"$n bytes of a kernel are nothing that can be looked into"
done
head -c 600 "$debian" > short # its header is whole
refuses invalid 'cut short: its payload goes to byte [0-9]+ of 600' "600 bytes of one" short
cp "$debian" old
printf '\x07\x02' | patch old $((0x206))
says '^kernel payload=unknown bzimage=0 pv=0 .* known=0 .* release="[0-9]' "a bzImage of before protocol 2.08" old

# --- small kernels with other notes
tiny() { # tiny OUT [cc options]
	local out=$1
	shift
	gcc -nostdlib -static -Wl,--build-id=none -Wl,-z,noexecstack -o "$out" "$@" "$top/tests/eliloader/notes.S" ||
		bail "gcc makes $out"
}
tiny pv -DPV -DOS='"linux"'
says '^kernel payload=none bzimage=0 pv=1 phys32=0 pvh=0 bits=64 known=1 unpacked=[0-9]+ os="linux" release=""$' "plain ELF, PV only" pv
gzip -k pv
says '^kernel payload=gzip bzimage=0 pv=1 phys32=0 pvh=0 bits=64 known=1 unpacked='"$(stat -c %s pv)"' ' "gzipped ELF" pv.gz
tiny pv32 -m32 -DPV -DPHYS32 -DFEATURES=0x8801 -DOS='"linux"'
says ' pv=1 phys32=1 pvh=1 bits=32 known=1 ' "ELF of 32 bits" pv32
tiny none
says ' pv=0 phys32=0 pvh=0 bits=64 known=1 .* os="" ' "no notes for Xen (EL 8), though one of another name has the type" none
tiny el9 -DBASE -DPHYS32 -DFEATURES=0x800 -DOS='"linux"'
says ' pv=0 phys32=1 pvh=0 bits=64 known=1 .* os="linux" ' "PHYS32_ENTRY without Xen's PVH (EL 9)" el9
tiny kvm -DPHYS32
says ' pv=0 phys32=1 pvh=0 ' "PHYS32_ENTRY of a kernel without Xen" kvm
tiny bsd -DPHYS32 -DOS='"NetBSD"'
says ' pv=0 phys32=1 pvh=1 .* os="NetBSD" ' "another system's PHYS32_ENTRY is meant for Xen" bsd
tiny names -DPHYS32 -DOS='"linux"' -DNAMES='"!writable_page_tables|!linux_rsdp_unrestricted|dom0"'
says ' phys32=1 pvh=1 ' "the feature by its name" names
tiny lookalike -DPHYS32 -DOS='"linux"' -DNAMES='"linux_rsdp_unrestricted_not"'
says ' phys32=1 pvh=0 ' "a name that only begins so" lookalike
tiny hidden -DHIDE -DPV -DOS='"Mini-OS"'
says ' pv=1 phys32=0 pvh=0 .* os="Mini-OS" ' "notes in a section alone" hidden
tiny legacy -m32 -DGUEST='"GUEST_OS=linux,GUEST_VER=2.6,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000"'
says ' pv=1 phys32=0 pvh=0 bits=32 known=1 .* os="linux" ' "the __xen_guest string" legacy
gzip -k legacy
says ' payload=gzip .* pv=1 .* os="linux" ' "the same packed" legacy.gz
tiny escape -DPV -DOS='"li\nux"'
says ' os="li" release' "text that is none ends there" escape

# Debian's kernel with the bit taken away that says PVH
at=$(LC_ALL=C grep -obUaP '\x04\0\0\0\x04\0\0\0\x11\0\0\0Xen\0' part | head -n 1 | cut -d : -f 1)
at=$((at + 16))
cp part nopvh
le32 $(($(peek nopvh $at 4) & ~0x8000)) | patch nopvh $at
says ' pv=1 phys32=1 pvh=0 ' "Debian's kernel without the feature bit of PVH" nopvh
gzip -1 < nopvh > p.nopvh
bzimage p.nopvh b.4
release_at=$(($(peek "$debian" $((0x20e)) 2) + 512))
printf '4.15' | patch b.4 "$release_at"
says ' pv=1 phys32=1 pvh=1 ' "... is PVH when it is a 4.x with PV" b.4

# --- ELF files that lie
index=$(readelf -lW pv | awk '/^  [A-Z]/ && $1 != "Type" { if ($1 == "NOTE") print n + 0; n++ }' | head -n 1)
phdr=$((64 + index * 56))
cp pv far
printf '\0\0\0\x40\0\0\0\0' | patch far $((phdr + 8)) # p_offset: 1 GiB
refuses invalid 'cut short' "notes past the end" far
cp pv huge
printf '\xff\xff\xff\xff\xff\xff\xff\x7f' | patch huge $((phdr + 32)) # p_filesz
refuses invalid 'cut short' "notes of 2^63 bytes" huge
cp pv negative
printf '\xff\xff\xff\xff\xff\xff\xff\xff' | patch negative $((phdr + 8))
refuses invalid 'cut short' "notes at the end of numbers" negative
cp pv many
printf '\xff\xff' | patch many 56 # e_phnum
refuses invalid 'damaged' "65535 program headers" many
cp pv arm
printf '\xb7\0' | patch arm 18 # e_machine
refuses invalid 'not for x86' "a kernel for other machines" arm
cp hidden sections
printf '\xff\xff\xff\xff\xff\xff\xff\x7f' | patch sections 40 # e_shoff
refuses invalid 'cut short' "section headers past the end" sections
cp pv big-endian
printf '\x02' | patch big-endian 5
refuses invalid 'no ELF file' "an ELF file of the other byte order" big-endian

# --- bombs: they end at the limit
zeros() { head -c $((1100 * MIB)) /dev/zero; }
zeros | zstd -q -1 > zeros.zst
refuses invalid 'no ELF file' "1 GiB of zeros is no ELF file" zeros.zst
cat far <(zeros) | zstd -q -1 > far.zst
refuses limit 'over the limit' "notes after 1 GiB of zeros" far.zst
check unpack=1 limit/unpacked=$((8 * MIB)) -- far.zst
like "$OUT" '^done limit the unpacked kernel exceeds the limit of 8388608 bytes$' "... are not unpacked"
ok "what was sent of it is within the limit" test "$(wc -l <<< "$OUT")" = 1
check unpack=1 limit/unpacked="$(stat -c %s part)" -- b.gzip
like "$OUT" '^done ok' "as much as the limit is unpacked"
check unpack=1 limit/unpacked=$(($(stat -c %s part) - 1)) -- b.gzip
like "$OUT" '^done limit' "a byte more is not"
cp p.lzma wide
printf '\0\0\0\x40' | patch wide 1 # a dictionary of 1 GiB
check kernel=1 "$LIMIT" -- wide
like "$OUT" '^done limit .*too much memory' "a window of 1 GiB"
zstd -q -1 --long=31 < pv > wide
refuses invalid damaged "a zstd window of 2 GiB" wide

# --- the job and the room
check kernel=0 "$LIMIT" -- pv
like "$OUT:$RC" '^done internal .*:1$' "a job that is none of its own"
check kernel=1 limit/unpacked=many -- pv
like "$OUT:$RC" '^done internal .*:1$' "a limit that is no number"
check_options=(--uid=0 --gid=0)
check kernel=1 "$LIMIT" -- pv
like "$OUT:$RC" '^done internal the sandbox cannot be entered: .*:1$' "it does not work as root"
"$O/eliloader-check" < /dev/null > by-hand 2>&1
is "$?:$(< by-hand)" "2:eliloader-check: this is a part of eliloader, which starts it" "started by hand"
done_testing
