#!/bin/bash
# check-ext2.t - eliloader-check puts overlays made by cpio into images made by mke2fs;
# debugfs and e2fsck look at what comes out.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=check.sh
. "$(dirname "$0")/check.sh"
cd "$tmp" || exit 2
LIMIT=limit/unpacked=$((32 * MIB))

# inside FILE COMMAND : what debugfs says
inside() { debugfs -R "$2" "$1" 2> /dev/null | tr -d '\0'; } # it pads inline files
# has FILE PATH ERE NAME : a line of the image's directory listing
has() { like "$(inside "$1" "ls -l $(dirname "$2")" | grep " $(basename "$2")\$")" "$3" "$4"; }
whole() { e2fsck -fn "$1" > e2fsck.log 2>&1; }
overlay() { (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > "$1.cpio"; }
# put RAMDISK OVERLAY OUT : the worker's work
put() { check ext2=1 "$LIMIT" -- "$1" "$2" rw:"$3"; }

# --- a vendor's initrd, and an overlay as those of EL 4 are
mkdir -p v/sbin v/tmp v/lib v/etc
echo old > v/sbin/loader
ln v/sbin/loader v/sbin/loader.too
head -c 200000 /dev/urandom > v/lib/replaced
echo kept > v/lib/kept
ln -s sbin v/bin
ln -s loop v/loop
ln -s /etc v/lib/abs
mkdir -p o/sbin o/bin o/tmp/updates o/dev o/new/deep o/lib/abs o/empty
head -c 300000 /dev/urandom > o/sbin/loader
chmod 4751 o/sbin/loader
echo replaced > o/lib/replaced
echo "by a link" > o/bin/tool
echo "by an absolute link" > o/lib/abs/conf
echo hello > o/tmp/updates/anaconda
chown 7:70000 o/tmp/updates/anaconda
chmod 1777 o/empty
ln -s ../../sbin/loader o/new/deep/link
ln -s "$(printf 'x%.0s' {1..100})" o/new/long
echo twice > o/new/one
ln o/new/one o/new/two
touch o/new/nothing
mknod o/dev/xvda b 202 1
mknod o/dev/wide c 4 300
mkfifo o/dev/pipe
overlay o

for type in 'ext2 -b 1024' 'ext2 -b 1024 -I 128 -O none' 'ext3 -b 4096' 'ext4 -b 1024'; do
	rm -f img.gz
	# shellcheck disable=SC2086 # options
	mke2fs -q -F -t $type -d v img 8192 > mke2fs.log 2>&1 || bail "mke2fs -t $type"
	gzip -k img
	put img.gz o.cpio out
	is "$OUT:$RC" "done ok :0" "$type, gzipped: said"
	ok "$type: the image is whole" whole out
	is "$(stat -c %s out)" "$(stat -c %s img)" "$type: of the same length"
	for f in sbin/loader lib/replaced bin/tool tmp/updates/anaconda new/one new/two new/nothing; do
		debugfs -R "cat $f" out 2> /dev/null | cmp -s - "o/$f" || fail "$type: $f holds what the overlay's does"
	done
	is "$(inside out 'cat etc/conf')" "by an absolute link" "$type: a link's way stays in the image"
	is "$(inside out 'cat lib/kept')" kept "$type: other files are as they were"
	is "$(inside out 'cat sbin/loader.too')" old "$type: another name of a replaced file is as it was"
done
has out sbin/loader ' 104751 .* 300000 ' "mode"
has out tmp/updates/anaconda ' 100644 .* 7  *70000 ' "owner and group, of 32 bits"
has out empty ' 41777 ' "an empty directory and its mode"
like "$(inside out 'stat new/deep/link')" 'Fast link dest: "\.\./\.\./sbin/loader"' "a symbolic link"
is "$(inside out 'cat new/long')" "$(readlink o/new/long)" "a long one"
like "$(inside out 'stat new/one')" 'Links: 2' "two names of one file"
like "$(inside out 'stat dev/xvda')" 'block special .*Mode: *0644.*' "a block device"
like "$(inside out 'stat dev/xvda' | tr '\n' ' ')" 'Device major/minor number: 202:0?1 ' "its numbers"
like "$(inside out 'stat dev/wide' | tr '\n' ' ')" 'Device major/minor number: 0?4:300 ' "numbers over a byte"
like "$(inside out 'stat dev/pipe')" 'Type: FIFO' "a pipe"
like "$(inside out 'stat sbin/loader')" "mtime: 0x0*$(printf %x "$(stat -c %Y o/sbin/loader)")" "time"

put img o.cpio out
is "$OUT:$RC" "done ok :0" "an image that is not packed"
xz -k -0 --check=crc32 img
put img.xz o.cpio out2
is "$OUT:$RC" "done ok :0" "one packed by xz"
ok "... gives the same" cmp out out2

# --- directories of many files, and a tree that fills its directory's block
mkdir -p many/d
(cd many/d && seq -f "a-name-of-some-length-%04.0f" 1 300 | xargs touch)
overlay many
mke2fs -q -F -t ext2 -b 1024 -N 600 -d v img 8192 > mke2fs.log
put img many.cpio out
is "$OUT:$(inside out 'ls d' | grep -o 'a-name' | wc -l)" "done ok :300" "300 files in one directory"
ok "... is whole" whole out

# --- what cannot be
mkdir -p big/lib
head -c $((5 * MIB)) /dev/urandom > big/lib/big
overlay big
mke2fs -q -F -t ext2 -b 1024 -d v img 4096 > mke2fs.log
put img big.cpio out
is "$OUT:$RC" "done invalid the ext2 image has no room for lib/big:1" "the image is full"
mke2fs -q -F -t ext2 -b 1024 -N 32 -d v img 4096 > mke2fs.log
put img many.cpio out
like "$OUT" '^done invalid the ext2 image has no room for d/a-name' "no inode is left"
mkdir -p dirs/sbin/loader
overlay dirs
put img dirs.cpio out
like "$OUT" '^done invalid the ext2 image: sbin/loader: ' "a directory in a file's place"
mkdir -p files
echo x > files/sbin
overlay files
put img files.cpio out
like "$OUT" '^done invalid the ext2 image: sbin: ' "a file in a directory's place"
mkdir -p loops/loop
echo x > loops/loop/x
overlay loops
put img loops.cpio out
like "$OUT" '^done invalid the ext2 image: loop' "a symbolic link to itself"
mkdir up
echo x > up/x
(cd up && echo ../up/x | cpio -o -H newc --quiet) > up.cpio
put img up.cpio out
like "$OUT" '^done invalid the overlay cannot be read' "an overlay's name with '..'"
head -c 1000 o.cpio > short.cpio
put img short.cpio out
like "$OUT" '^done invalid the overlay cannot be read' "an overlay cut short"
gzip -k o.cpio
put img o.cpio.gz out
like "$OUT" '^done invalid the overlay cannot be read' "an overlay that is packed"
put o.cpio o.cpio out
like "$OUT" '^done invalid the ext2 image: opening it: ' "an initrd that is no image"
: > empty
put empty o.cpio out
like "$OUT" '^done invalid the ext2 image: opening it: ' "an empty one"
head -c 3000000 img > short
put short o.cpio out
like "$OUT" '^done invalid the ext2 image cannot be used: it is cut short' "an image cut short"
gzip -c img | head -c 10000 > short.gz
put short.gz o.cpio out
like "$OUT" '^done invalid the ramdisk cannot be unpacked' "gzip cut short"
mke2fs -q -F -t ext3 -b 1024 -d v img 8192 > mke2fs.log
debugfs -w -R 'feature needs_recovery' img > /dev/null 2>&1
put img o.cpio out
like "$OUT" '^done invalid .*: its journal was not played back' "a journal with something in it"
mke2fs -q -F -t ext4 -O inline_data -b 1024 -d v img 8192 > mke2fs.log 2>&1
put img o.cpio out
like "$OUT" '^done invalid .*: it has features that no initrd needs' "another feature"
mke2fs -q -F -t ext2 -b 1024 -d v img 8192 > mke2fs.log 2>&1
le32 65 | patch img $((1024 + 20)) # s_first_data_block
put img o.cpio out
like "$OUT" '^done invalid ' "a first block that is none"
head -c $((33 * MIB)) /dev/zero | gzip > bomb.gz
put bomb.gz o.cpio out
is "$OUT" "done limit the unpacked ramdisk exceeds the limit of $((32 * MIB)) bytes" "over the limit"
ok "... no more is written" test "$(stat -c %s out)" -le $((32 * MIB))

# --- a directory of 16 million blocks, all of them the same one
mke2fs -q -F -t ext2 -b 1024 -O none -d v img 8192 > mke2fs.log 2>&1
read -r block _ < <(debugfs -R 'blocks sbin' img 2> /dev/null)
next=8000 # free, as those behind it
for where in IND DIND TIND; do
	for ((i = 0; i < 256; i++)); do le32 "$block"; done | patch img $((next * 1024))
	block=$next next=$((next + 1))
	debugfs -w -R "set_inode_field sbin block[$where] $block" img > debugfs.log 2>&1
done
debugfs -w -R 'set_inode_field sbin size 4294966272' img > debugfs.log 2>&1
like "$(debugfs -R 'stat sbin' img 2> /dev/null)" 'TIND' "the endless directory is made"
rm -rf endless
mkdir -p endless/sbin
echo x > endless/sbin/not-there
overlay endless
began=$SECONDS
put img endless.cpio out
is "$OUT" "done invalid the ext2 image: sbin/not-there: takes too long" "... and given up"
diag "$((SECONDS - began)) s"

# --- spoilt images: whatever it says, it says it, and soon
mke2fs -q -F -t ext4 -b 1024 -d v good 8192 > mke2fs.log
RANDOM=5 # the same ones each time
said=0 tries=60
for ((i = 0; i < tries; i++)); do
	cp good img
	for ((n = 0; n < 8; n++)); do # in the first 64 KiB: the super block, groups, bitmaps, inodes
		head -c $((1 + RANDOM % 4)) /dev/urandom | patch img $((1024 + (RANDOM * 2) % 65000))
	done
	put img o.cpio out
	if [[ $OUT =~ ^done\ (ok|invalid|limit)\  ]]; then said=$((said + 1)); else diag "$i: $OUT"; cp img "${KEEP:-/dev/null}" 2> /dev/null; fi
done
is $said $tries "$tries images with spoilt bytes end in a word"
done_testing
