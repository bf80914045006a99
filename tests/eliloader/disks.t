#!/bin/bash
# disks.t [LAYOUT...] - disks as distributions leave them (layouts.sh; without LAYOUT the first
# of them, disks-more.t has the rest): what inspect says of each, what a start of eliloader
# gives out, and what pygrub does with the same image.  Each is a row of the table in
# README.md, which must say that.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/images.sh
. "$top/tests/eliloader/images.sh"
# shellcheck source=tests/eliloader/layouts.sh
. "$top/tests/eliloader/layouts.sh"
eli_dir
pygrub=$top/build/xen/usr/lib/xen-4.17/bin/pygrub

# escaped TEXT : as inspect says what is not UTF-8
escaped() { perl -pe 'utf8::decode(my $copy = $_) or s/([\x80-\xff])/sprintf("\\x%02x", ord($1))/ge' <<< "$1"; }

# of_default FIELD : of the entry that is the default
of_default() { jq -r ".menu.entries[.menu.default]$1" "$dir/json"; }
check_inspect() {
	eli inspect --json "$img" > "$dir/json" 2> "$dir/said"
	is $? "$([ -z "$want_why" ]; echo $?)" "$name: inspect: whether it can be booted"
	[ ! -s "$dir/said" ] || diag "$(cat "$dir/said")"
	if [ -n "$want_why" ]; then
		like "$(jq -r '.menu.entries[0].why' "$dir/json")" "$want_why" "$name: inspect: why not"
		return
	fi
	[ -z "$want_title" ] ||
		is "$(of_default .title)" "$(escaped "$want_title")" "$name: inspect: the title"
	is "$(of_default .args)" "$want_args" "$name: inspect: the arguments"
	is "$(of_default '.kernel | .pv')" true "$name: inspect: what its kernel can"
}

# right KERNEL RAMDISK : are they what the guest's own loader would load?
right() {
	cmp -s "$1" "$dir/$layout.kernel" || return
	if [ -e "$dir/$layout.ramdisk" ]; then cmp -s "$2" "$dir/$layout.ramdisk"; else [ -z "$2" ]; fi
}

# check_start : sets $eli_says
check_start() {
	DISK=$img xl_start "disk-$name"
	if [ $? != "$([ -z "$want_why" ]; echo $?)" ]; then
		fail "$name: a start"
		diag "$(cat "$dir/said")"
		eli_says=no
		return
	fi
	if [ -n "$want_why" ]; then
		like "$(cat "$dir/said")" "$want_why" "$name: a start says why not"
		eli_says="no; says why"
		return
	fi
	eli_says=no
	ok "$name: kernel and ramdisk" right "$(xl_result kernel)" "$(xl_result ramdisk)"
	is "$(xl_result args)" "${want_args:+$want_args }console=hvc0" "$name: the arguments"
	! right "$(xl_result kernel)" "$(xl_result ramdisk)" || eli_says=yes
	xl_toolstack
}

# pygrub_answer KEY
pygrub_answer() { tr '\0' '\n' < "$dir/pygrub.out" | sed -n "s/^$1 //p"; }
# ask_pygrub : sets $pygrub_says.  Its exit status is 0 also when it failed.
ask_pygrub() {
	local at=$dir/pygrub.d

	rm -rf "$at" && mkdir "$at" && : > "$dir/pygrub.out"
	timeout 60 unshare --mount --propagation private "$pygrub" -q --runas=65534 \
		"--output=$dir/pygrub.out" --output-format=simple0 "--output-directory=$at" "$img" \
		> "$dir/pygrub.said" 2>&1 < /dev/null
	pygrub_says=no
	[ ! -s "$(pygrub_answer kernel)" ] || pygrub_says="another entry"
	! right "$(pygrub_answer kernel)" "$(pygrub_answer ramdisk)" || pygrub_says=yes
	[ "$pygrub_says" != yes ] || [ -z "$want_why" ] || pygrub_says="gives out a kernel that cannot run"
}

# check_table ROW : README.md has it
check_table() {
	is "$(grep -F "| ${layout_text[$layout]} |" "$top/README.md")" "$1" \
		"$layout: as README.md says"
}

[ $# != 0 ] || set -- "${layout_names[@]:0:18}"
is "$(sed -n '/^| disk | pygrub | eliloader |$/,/^$/p' "$top/README.md" | grep -c '^|')" \
	$((${#layout_names[@]} + 2)) "README.md has a row for each disk"
for layout; do
	if ! layout "$layout"; then
		fail "$layout: the image is made"
		continue
	fi
	check_inspect
	check_start
	ask_pygrub
	check_table "| ${layout_text[$layout]} | $pygrub_says | $eli_says |"
	rm -f "$img" "$dir/$layout".*
done
done_testing
