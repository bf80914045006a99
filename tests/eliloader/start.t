#!/bin/bash
# start.t [PART...] - whole starts of eliloader, as xl and as xapi make them: every family from
# a real HTTP server, limits, what is said when it cannot be done, and what is explained.
# shellcheck disable=SC2119 # functions with optional arguments
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

eli_dir
serve "$dir/www"
xapi_start "$dir"

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
	xapi_untouched "$name: "
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

if [ $# = 0 ]; then set -- program families refusals limits real_debian hosts explaining; fi
for part; do "$part"; done
done_testing
