#!/bin/bash
# boot.t [PART...] - a disk with a system, and no word of an install: what is booted by which
# words, the menu on the console, what is refused, and that nothing of it is kept.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"
# shellcheck source=tests/eliloader/images.sh
. "$top/tests/eliloader/images.sh"

eli_dir
# no two kernels are the same
kernel_of() { cp "${2:-$kernel_file}" "$dir/t/boot/$1" && echo "$1" >> "$dir/t/boot/$1"; }

# disk_new TIMEOUT : an MBR disk with a menu of four entries, the second of which is the default
disk_new() {
	rm -rf "$dir/t"
	mkdir -p "$dir/t/boot/grub"
	kernel_small "$dir/el9.elf" el9
	kernel_of vmlinuz-a
	kernel_of vmlinuz-b
	kernel_of vmlinuz-9 "$dir/el9.elf"
	echo ramdisk a > "$dir/t/boot/initrd-a"
	echo ramdisk b > "$dir/t/boot/initrd-b"
	cat > "$dir/t/boot/grub/grub.cfg" <<- END
		set timeout=${1:-0}
		set default=1
		menuentry "System A" {
			linux /boot/vmlinuz-a root=/dev/a ro
			initrd /boot/initrd-a
		}
		menuentry "System B" {
			linux /boot/vmlinuz-b root=/dev/b ro
			initrd /boot/initrd-b
		}
		menuentry "EL 9" {
			linux /boot/vmlinuz-9 root=/dev/c
		}
		menuentry "Windows" {
			chainloader +1
		}
	END
	fs_ext "$dir/fs" 16 "$dir/t" root && disk_mbr "$dir/sys.img" 1 "$dir/fs"
	DISK=$dir/sys.img
}

# started NAME a|b ARGS : that system was given out
started() {
	same "$(xl_result kernel)" "$dir/t/boot/vmlinuz-$2" "$1: the kernel"
	is "$(cat "$(xl_result ramdisk)" 2>&1)" "ramdisk $2" "$1: the ramdisk"
	is "$(xl_result args)" "$3" "$1: the arguments"
	xl_toolstack
}
# boots NAME a|b ARGS [WORD...] : a start with these words
boots() {
	local name=$1 which=$2 args=$3

	shift 3
	EXTRA=("$@")
	ok "$name" xl_start sys
	EXTRA=()
	[ "$tap_bad" = 0 ] || diag "$(cat "$dir/said")"
	started "$name" "$which" "$args"
}
# fails NAME REGEX [WORD...]
fails() {
	local name=$1 why=$2

	shift 2
	EXTRA=("$@")
	xl_start sys
	is $? 1 "$name: no start"
	EXTRA=()
	like "$(cat "$dir/said")" "$why" "$name: says why"
	is "$(grep -vc "^eliloader: booting " "$dir/said")" 1 "$name: in one line"
	is "$(boot_files)" 0 "$name: nothing is left"
	xl_toolstack
}

words() {
	disk_new
	boots "the default entry" b "root=/dev/b ro console=hvc0"
	like "$(cat "$dir/said")" '^eliloader: booting System B$' "the console says what is booted"
	boots "--entry by number" a "root=/dev/a ro console=hvc0" --entry=0
	boots "--entry by title" a "root=/dev/a ro console=hvc0" --entry "System A"
	boots "--entry that is not there" b "root=/dev/b ro console=hvc0" --entry=77
	like "$(cat "$dir/said")" "no entry '77'" "is a warning"
	boots "--kernel" a console=hvc0 --kernel=/boot/vmlinuz-a --ramdisk=/boot/initrd-a
	boots "--kernel on a device" a console=hvc0 "--kernel=(hd0,msdos1)/boot/vmlinuz-a" \
		--ramdisk=/boot/initrd-a
	boots "--args twice" b "root=/dev/b ro console=hvc0 single" --args=single
	EXTRA=(--kernel=/boot/vmlinuz-a)
	ok "--kernel alone" xl_start sys
	is "$(xl_result ramdisk)" "" "has no ramdisk"
	xl_toolstack
	EXTRA=()
	fails "--kernel that is not there" '/boot/nothing' --kernel=/boot/nothing
	fails "--ramdisk that is not there" '/boot/nothing' --kernel=/boot/vmlinuz-a --ramdisk=/boot/nothing
	fails "--kernel out of the disk" '/etc/hostname' --kernel=/../../../../etc/hostname
	fails "--kernel of the surroundings" 'proc' "--kernel=(proc)/version"
	fails "--kernel of the surroundings" 'host' "--kernel=(host)/etc/hostname"
	fails "an entry of EL 9" 'neither as a PV nor as a PVH' --entry="EL 9"
	fails "an entry that loads no Linux" "'Windows'.*chainloader" --entry=3
	fails "a kernel over its limit" '^eliloader: LIMITS: .*1000' --set=platform:pv-kernel-max-size=1000
	fails "a ramdisk over its limit" '^eliloader: LIMITS: .* 5( |$)' --set=platform:pv-ramdisk-max-size=5
	ok "no state is kept" test ! -e "$dir/state"
	: > "$dir/t/boot/initrd-b"
	fs_ext "$dir/fs" 16 "$dir/t" root && disk_mbr "$dir/sys.img" 1 "$dir/fs"
	fails "a ramdisk that a power cut has emptied" 'the ramdisk is empty'
}

# The same as people and other toolstacks ask for it.
others() {
	disk_new
	ok "eliloader boot" eval 'eli boot "$DISK" > "$dir/answer" 2> "$dir/said"'
	same "$(xapi_result kernel)" "$dir/t/boot/vmlinuz-b" "the kernel"
	is "$(xapi_result args)" "root=/dev/b ro" "the arguments"
	xapi_toolstack
	ok "no state is kept" test ! -e "$dir/state"
	boots "boot as a word of xl's configuration" b "root=/dev/b ro console=hvc0" boot
	EXTRA=(boot --set=install-round=1)
	xl_start sys
	is $? 2 "but not with a key"
	EXTRA=()
	xl_toolstack
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	sed -i 's,^state-directory = .*,state-directory = /proc/none,' "$dir/eliloader.conf"
	boots "without a place for a state" b "root=/dev/b ro console=hvc0"
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
	xapi_start "$dir"
	new_uuid
	xapi_vm "$uuid" plain
	xapi_forget
	ok "under xapi" xapi_boot "$uuid"
	same "$(xapi_result kernel)" "$dir/t/boot/vmlinuz-b" "xapi: the kernel"
	ok "xapi: nothing changes" test -z "$(xapi_methods | grep -E 'remove|add|set')"
	xapi_toolstack
	ok "with words of PV-bootloader-args" xapi_boot "$uuid" --entry 0 --args single
	is "$(xapi_result args)" "root=/dev/a ro single" "xapi: these count"
	xapi_toolstack
	xapi_boot "$uuid" --entry 2
	is $? 1 "xapi: an entry that cannot run"
	like "$(tr '\n' ' ' < "$dir/said")" '^RuntimeError: INVALID_SOURCE .*neither as a PV' "xapi: says why"
	new_uuid
	xapi_vm "$uuid" second other-config:install-repository=http://h/ other-config:install-round=2
	xapi_forget
	ok "--explain of a second round" eval \
		'eli --xapi-socket "$XAPI_SOCKET" --explain --vm "$uuid" "$DISK" > "$dir/explained"'
	like "$(cat "$dir/explained")" "^on the disk: entry 1, 'System B'" "asks the disk"
	like "$(cat "$dir/explained")" '^pygrub is asked in the start itself' "but not pygrub"
	xapi_untouched "--explain: "
}

# What a configuration may put into the arguments of its kernel.
bytes() {
	disk_new
	printf 'menuentry "\\"latin\xe9\\" \x1b[2J" {\nlinux /boot/vmlinuz-a x=\xe9 "a b"\n}\n' \
		> "$dir/t/boot/grub/grub.cfg"
	fs_ext "$dir/fs" 16 "$dir/t" && disk_mbr "$dir/sys.img" 1 "$dir/fs"
	ok "bytes that are no UTF-8" xl_start sys
	is "$(xl_result args | od -An -c | tr -d ' \n')" "$(printf 'x=\xe9 "a b" console=hvc0\n' | od -An -c | tr -d ' \n')" \
		"are carried through"
	like "$(cat "$dir/said")" '^eliloader: booting "latin\\xe9" [^[:cntrl:]]+\[2J$' "and escaped on the console"
	xl_toolstack
	printf 'menuentry x {\nlinux /boot/vmlinuz-a "x\nkernel /etc/shadow"\n}\n' > "$dir/t/boot/grub/grub.cfg"
	fs_ext "$dir/fs" 16 "$dir/t" && disk_mbr "$dir/sys.img" 1 "$dir/fs"
	if xl_start sys; then
		is "$(tr '\0' '\n' < "$dir/out/sys.out" | grep -c '^kernel')" 1 "a newline adds no result"
		ok "of another file" eval '[ "$(xl_result kernel)" != /etc/shadow ]'
	else
		ok "a newline is refused" grep -q cannot "$dir/said"
		is "$(wc -c < "$dir/out/sys.out")" 0 "and adds no result"
	fi
	xl_toolstack
	printf 'menuentry x {\nlinux /boot/vmlinuz-a\001\n}\n' > "$dir/t/boot/grub/grub.cfg"
	rm "$dir/t/boot/vmlinuz-9" # which cannot run
	fs_ext "$dir/fs" 16 "$dir/t" && disk_mbr "$dir/sys.img" 1 "$dir/fs"
	ok "a configuration that is not understood" xl_start sys
	is "$(xl_result args)" console=hvc0 "a kernel is booted without it"
	like "$(cat "$dir/said")" \
		'^eliloader: a kernel is booted without a boot configuration: \(loop0,msdos1\)/boot/grub/grub.cfg: .*control' \
		"which is said"
	xl_toolstack
	EXTRA=(--kernel=/boot/vmlinuz-a)
	ok "with --kernel" xl_start sys
	is "$(grep -c 'without a boot' "$dir/said")" 0 "there is nothing to say"
	EXTRA=()
	xl_toolstack
	printf 'menuentry x {\nlinux /boot/vmlinuz-a %s\n}\n' "$(head -c 3000 /dev/zero | tr '\0' x)" \
		> "$dir/t/boot/grub/grub.cfg"
	fs_ext "$dir/fs" 16 "$dir/t" && disk_mbr "$dir/sys.img" 1 "$dir/fs"
	fails "arguments without an end" 'LIMITS.*arguments'
}

# What is no disk, and what has no system.
nothing() {
	DISK=$dir/none.img fails "no such file" 'none\.img.*No such file'
	mkdir -p "$dir/none.d"
	DISK=$dir/none.d fails "a directory" 'none\.d'
	mkfifo "$dir/fifo"
	DISK=$dir/fifo fails "a fifo" 'fifo'
	DISK=/dev/zero fails "a character device" '/dev/zero'
	: > "$dir/empty.img"
	DISK=$dir/empty.img fails "an empty file" 'empty\.img'
	truncate -s 16M "$dir/zeros.img"
	DISK=$dir/zeros.img fails "a blank disk" 'zeros\.img.*nothing is installed'
	mkdir -p "$dir/e"
	fs_ext "$dir/ext.img" 16 "$dir/e"
	DISK=$dir/ext.img fails "an empty file system" 'ext\.img.*nothing is installed'
	head -c 4M /dev/urandom > "$dir/random.img"
	DISK=$dir/random.img fails "bytes of no meaning" 'random\.img.*cannot be booted'
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	sed -i 's,^grub-fstest = .*,grub-fstest = /nonexistent/grub-fstest,' "$dir/eliloader.conf"
	disk_new
	fails "no grub-fstest" 'SUPPORT_PACKAGE_MISSING.*grub-fstest'
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
}

kept() { find "$dir/state" "$dir/cache" /run/xend 2> /dev/null | sort; }
lists() {
	local before

	disk_new 7
	before=$(kept)
	ok "--list-entries" eval 'eli --list-entries "$DISK" > "$dir/listed"'
	is "$(head -n 5 "$dir/listed")" "title: System A
  root: loop0,msdos1
  kernel: /boot/vmlinuz-a
  args: root=/dev/a ro
  initrd: /boot/initrd-a" "as pygrub has it"
	is "$(grep -c ^title: "$dir/listed")" 4 "all entries"
	ok "--explain" eval 'eli --explain "$DISK" > "$dir/explained"'
	like "$(cat "$dir/explained")" "^on the disk: entry 1, 'System B': /boot/vmlinuz-b \+ /boot/initrd-b$" \
		"asks the disk"
	ok "--explain of an entry that cannot run" eval 'eli --explain --entry=2 "$DISK" > "$dir/explained"'
	like "$(cat "$dir/explained")" '^on the disk: .*vmlinuz-9: it can run neither as a PV' "says why"
	ok "--explain --json" eval 'eli --json "$DISK" > "$dir/json"'
	is "$(jq -r .disk "$dir/json")" "entry 1, 'System B': /boot/vmlinuz-b + /boot/initrd-b" "tells of the disk, too"
	ok "--explain of a second round" eval 'eli --explain --set install-repository=http://h/ \
		--set install-round=2 "$DISK" > "$dir/explained"'
	like "$(cat "$dir/explained")" "^on the disk: entry 1, 'System B'" "asks the disk, too"
	like "$(cat "$dir/explained")" 'other-config:install-round is removed' "and shows what changes"
	printf 'menuentry A { linux /boot/vmlinuz-a a; }\nsubmenu "More of it" {\nmenuentry A { linux /boot/vmlinuz-a b; }
		menuentry B { linux /boot/vmlinuz-b c; }\n}\nmenuentry C { chainloader +1; }\n' > "$dir/t/boot/grub/grub.cfg"
	fs_ext "$dir/fs" 16 "$dir/t" root && disk_mbr "$dir/sub.img" 1 "$dir/fs"
	is "$(eli --json --entry "More of it>1" "$dir/sub.img" | jq -r .disk)" "entry 2, 'B': /boot/vmlinuz-b" \
		"--entry in a submenu"
	is "$(eli inspect --json "$dir/sub.img" | jq -c .menu.submenus)" \
		'[{"title":"More of it","first":1,"end":3,"depth":0}]' "which inspect tells of"
	truncate -s 16M "$dir/zeros.img"
	ok "of an empty disk" eval 'eli --explain --set install-repository=http://h/ \
		--set install-round=2 "$dir/zeros.img" > "$dir/explained"'
	like "$(cat "$dir/explained")" '^plan: give out the installer again$' "it is the installer's"
	like "$(cat "$dir/explained")" '^on the disk: no system$' "since there is no system"
	is "$(kept)" "$before" "and nothing is left by any of these"
	ok "inspect" eval 'eli inspect "$DISK" > "$dir/inspected"'
	like "$(cat "$dir/inspected")" '^   1 \* System B$' "the default"
	like "$(cat "$dir/inspected")" ', time-out 7 s$' "the time-out"
	like "$(cat "$dir/inspected")" 'PV, PVH' "what a kernel can"
	is "$(grep -c 'cannot be booted: ' "$dir/inspected")" 2 "and what cannot be booted"
	ok "inspect --json" eval 'eli inspect --json "$DISK" > "$dir/json"'
	is "$(jq -c '[.table, .menu.kind, .menu.default, .menu.timeout, .bootable]' "$dir/json")" \
		'["mbr","grub",1,7,true]' "the same"
	is "$(jq -c '[.menu.entries[] | .bootable]' "$dir/json")" '[true,true,false,false]' "by entry"
	like "$(jq -r '.menu.entries[2].why' "$dir/json")" 'neither as a PV nor as a PVH' "why not"
	truncate -s 16M "$dir/zeros.img"
	eli inspect "$dir/zeros.img" > "$dir/inspected"
	is $? 1 "inspect of a blank disk"
	like "$(cat "$dir/inspected")" 'nothing is installed on it' "says so"
	chmod 755 "$dir"
	setpriv --reuid=65534 --clear-groups "$O/eliloader" inspect "$DISK" > "$dir/inspected" 2> "$dir/said"
	is $? 1 "inspect by somebody else than root"
	like "$(cat "$dir/said")" 'wants to be run by root' "says what it wants"
}

# on_console KEYS WORD... : a start as xl makes it, on a terminal, where these are typed when the
# menu is seen; what that shows is in $dir/said
on_console() {
	local keys=$1 words

	shift
	EXTRA=("$@")
	xl_words sys
	EXTRA=()
	xl_name=sys
	mkdir -m 600 "$dir/out/sys.d"
	install -m 600 /dev/null "$dir/out/sys.out"
	timeout 60 python3 "$top/tests/eliloader/console.py" "$keys" "$O/eliloader" \
		--config "$dir/eliloader.conf" --domain sys "${words[@]}" > "$dir/said" < /dev/null
}
menus() {
	disk_new 3600
	ok "a menu on the console" on_console '\x1b[A\r'
	started "the one above the default" a "root=/dev/a ro console=hvc0"
	like "$(tr '\r' '\n' < "$dir/said")" 'booted in 60 s' "it counts down, but not for ever"
	like "$(tr '\r' '\n' < "$dir/said")" 'booting System A' "what was chosen is said"
	ok "a number" on_console '0\r'
	started "that entry" a "root=/dev/a ro console=hvc0"
	on_console '\x03'
	is $? 1 "^C: no start"
	is "$(boot_files)" 0 "and nothing is left"
	xl_toolstack
	ok "no menu with --quiet" on_console '' --quiet
	started "--quiet" b "root=/dev/b ro console=hvc0"
	ok "nor with --entry" on_console '' --entry=0
	started "--entry" a "root=/dev/a ro console=hvc0"
	ok "nor where the console is no terminal" xl_start sys
	started "no terminal" b "root=/dev/b ro console=hvc0"
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	echo "menu = off" >> "$dir/eliloader.conf"
	ok "nor with menu = off" on_console ''
	started "menu = off" b "root=/dev/b ro console=hvc0"
	cp "$dir/eliloader.conf.before" "$dir/eliloader.conf"
	echo "menu-timeout = 1" >> "$dir/eliloader.conf"
	ok "menu-timeout" on_console ''
	started "nobody chose" b "root=/dev/b ro console=hvc0"
	like "$(tr '\r' '\n' < "$dir/said")" 'booted in 1 s' "after that time"
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
	disk_new 0
	ok "a configuration that shows none" on_console ''
	started "time-out 0" b "root=/dev/b ro console=hvc0"
}

# lies WHAT REGEX : a worker that was taken over says WHAT (liar.py)
lies() {
	local O=$dir/bin

	echo "$1" > "$dir/bin/lie"
	fails "$1" "$2"
}
# One start is lost with a message, and nothing else.
liars() {
	disk_new
	mkdir -p "$dir/bin"
	cp "$O/eliloader" "$O/eliloader-check" "$dir/bin/"
	install -m 755 "$top/tests/eliloader/liar.py" "$dir/bin/eliloader-disk"
	lies nothing 'eliloader-disk ended without a word'
	lies killed 'eliloader-disk ended without a word'
	lies garbage 'eliloader-disk said something malformed'
	lies device 'eliloader-disk said something malformed'
	lies chosen 'eliloader-disk said something malformed'
	lies missing 'eliloader-disk said something malformed'
	lies newline 'cannot be (passed on|read)'
	lies escape 'cannot be (passed on|read)'
	lies twice 'eliloader-disk said something malformed'
	lies endless 'LIMITS: .* over its limit'
	lies half 'eliloader-disk said something malformed'
	lies empty 'the kernel is empty'
	lies ramdisk 'eliloader-disk said something malformed'
	lies words 'x\\n\\x1b\[2JRuntimeError: y$'
	lies no-end 'eliloader-disk said something malformed'
}

# The other reader.
by_pygrub() {
	disk_new
	cp "$dir/eliloader.conf" "$dir/eliloader.conf.before"
	echo "disk-reader = pygrub" >> "$dir/eliloader.conf"
	boots "disk-reader = pygrub" b "root=/dev/b ro console=hvc0"
	boots "--entry" a "root=/dev/a ro console=hvc0" --entry=0
	truncate -s 16M "$dir/zeros.img"
	DISK=$dir/zeros.img fails "a blank disk" 'cannot be booted'
	mv "$dir/eliloader.conf.before" "$dir/eliloader.conf"
}

if [ $# = 0 ]; then set -- words others bytes nothing lists menus liars by_pygrub; fi
for part; do "$part"; done
done_testing
