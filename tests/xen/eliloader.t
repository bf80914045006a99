#!/bin/bash
# eliloader.t - xl's bootloader on real Xen: the real Debian installer is fetched from a
# repository that dom0 serves, and boots to its first screen, as a PV and as a PVH guest;
# then what xl shows when it cannot be had.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/trees.sh
. tests/eliloader/trees.sh
send_program "$O"/eliloader{,-net,-iso,-check}
mkdir "$job_dir/repo"
ln "$netboot/linux" "$job_dir/repo/vmlinuz" 2> /dev/null || cp "$netboot/linux" "$job_dir/repo/vmlinuz"
for kind in pv el9; do kernel_small "$job_dir/kernel-$kind" $kind || bail "a small kernel"; done
ln "$netboot/initrd.gz" "$job_dir/repo/" 2> /dev/null || cp "$netboot/initrd.gz" "$job_dir/repo/"

# The programs where libxl looks, with their libraries where an empty environment finds
# them; the repository.
dom0_prepare() {
	local images=/run/www/debian/dists/bookworm/main/installer-amd64/current/images

	mv /job/bin/eliloader* /usr/bin/
	mv -n /job/lib/* /lib/x86_64-linux-gnu/
	mkdir -p "$images/netboot" /var/cache
	mv /job/repo "$images/netboot/xen"
	(cd "$images" && sha256sum netboot/xen/* > SHA256SUMS)
	repo=http://10.77.0.1/debian/
}

# dom0_config NAME TYPE REPOSITORY [WORD...] : an xl.cfg of a VM to be installed
dom0_config() {
	local name=$1 type=$2 repository=$3 word args

	shift 3
	args="'--set', 'install-repository=$repository', '--set', 'install-distro=debianlike'"
	args+=", '--set', 'debian-release=bookworm', '--set', 'install-arch=amd64'"
	for word; do args+=", '$word'"; done
	truncate -s 64M "/run/$name.img"
	cat > "/run/$name.cfg" <<- CFG
		name = "$name"
		type = "$type"
		bootloader = "eliloader"
		bootloader_args = [ $args ]
		extra = "console=hvc0"
		memory = 1024
		vcpus = 1
		disk = [ "file:/run/$name.img,xvda,w" ]
		on_crash = "destroy"
	CFG
}

dom0_console_has() { grep -qsE "$2" "/var/log/xen/console/guest-$1.log"; }
# the log of the last bootloader that ran
dom0_bootloader_log() {
	local logs=(/var/log/xen/bootloader.*.log)

	cat "${logs[@]}" | tr -d '\r'
}
dom0_no_leftovers() {
	[ -z "$(find /var/lib/xen -name 'bootloader.*')" ]
}

# dom0_installer TYPE : to the first screen of the installer
dom0_installer() {
	dom0_prepare
	rm -f /var/log/xen/bootloader.*.log
	dom0_config "$1" "$1" "$repo"
	ok "xl create" quiet xl create -q "/run/$1.cfg"
	like "$(dom0_bootloader_log)" 'kernel: dists/bookworm/main/.*/netboot/xen/vmlinuz' \
		"the console shows what is fetched"
	like "$(dom0_bootloader_log)" '100% of 49\.0 MB' "and how far it is"
	ok "nothing is left of what was handed over" dom0_no_leftovers
	ok "the installer shows its first screen" wait_for 240 dom0_console_has "$1" \
		'Select a language|Choose language'
	like "$(cat "/var/lib/eliloader/$1.state")" '^other-config:install-round=2$' \
		"the round is kept"
	[ "$tap_bad" = 0 ] || tail -n 30 "/var/log/xen/console/guest-$1.log" | tr -cd '\n -~'
	xl destroy "$1"
}

# dom0_refused NAME WHY : xl create fails, and the log says why
dom0_refused() {
	local said

	rm -f /var/log/xen/bootloader.*.log
	said=$(xl create "/run/$1.cfg" 2>&1)
	is $? 3 "$1: xl create fails"
	like "$said" 'bootloader failed - consult logfile' "$1: xl points to the log"
	like "$(dom0_bootloader_log)" "$2" "$1: which says why"
	ok "$1: nothing is left" dom0_no_leftovers
}

dom0_failures() {
	dom0_prepare
	dom0_config absent pv "${repo}no/"
	dom0_refused absent 'INVALID_SOURCE.*netboot/xen/vmlinuz'
	dom0_config nobody pv http://10.77.0.99/
	dom0_refused nobody 'Could not access http://10\.77\.0\.99/'
	mv /job/kernel-* /run/www/
	dom0_config only-pv pvh http://10.77.0.1/ --set install-distro=pygrub --set install-kernel=kernel-pv
	dom0_refused only-pv 'cannot run as a PVH guest, only as PV'
	dom0_config el9 pvh http://10.77.0.1/ --set install-distro=pygrub --set install-kernel=kernel-el9
	dom0_refused el9 'neither as a PV nor as a PVH guest'
	dom0_config scheme pv file:///etc/passwd
	dom0_refused scheme 'UNSUPPORTED_INSTALL_METHOD'
}

# libxl's restricted mode: --runas, --quiet and a time limit
dom0_restricted() {
	dom0_prepare
	echo 'xen-qemuuser-range-base:x:131072:65534::/:/bin/false' >> /etc/passwd
	export LIBXL_BOOTLOADER_RESTRICT=1
	dom0_config restricted pv "$repo"
	ok "restricted: xl create" quiet xl create -q /run/restricted.cfg
	ok "restricted: the kernel runs" wait_for 60 dom0_console_has restricted 'Linux version'
	xl destroy restricted
}

# in two parts, since two machines run at a time
case ${1:-pv} in
pv)
	LIMIT=330 on C-none dom0_installer pv
	on C-none dom0_failures
	;;
pvh)
	LIMIT=330 on C-none dom0_installer pvh
	on O-none dom0_restricted
	;;
*) LIMIT=330 on "$1" "dom0_$2" "${@:3}" ;;
esac
done_testing
