# shellcheck shell=bash
# shellcheck disable=SC2154 # O, job_dir: lib.sh's
# install.sh - sourced after lib.sh by install-*.t: what they send into dom0, and the courses
# that an install can take there.  See dom0/install.sh for what they are made of.
made=$(tests/xen/installer/build) || bail "the installer"
send_program "$O"/eliloader{,-net,-iso,-check,-disk} "$O/guest-metrics" build/xen/usr/bin/grub-fstest \
	"$(command -v script)"
send tests/xen/dom0/install.sh "$made"/{vmlinuz,{installer,target,xfs,btrfs}.cpio,root.tar}
install -D "$O/static/xe-guest-agent" "$job_dir/agent/usr/sbin/xe-guest-agent"
tar -C "$job_dir/agent" --owner=0 --group=0 -rf "$job_dir/root.tar" ./usr/sbin/xe-guest-agent

# send_xapi : the XAPI of eliloader's own tests and a pygrub, with as much of Python as they load
send_xapi() {
	local python=/usr/bin/python3 pygrub=build/xen/usr/lib/xen-4.17 file

	send tests/xen/dom0/xenopsd.sh tests/eliloader/xapi{.sh,_server.py}
	send_program "$(command -v jq)"
	mkdir "$job_dir/pygrub"
	cp -r $pygrub/bin/pygrub $pygrub/lib/python "$job_dir/pygrub/" || bail "pygrub"
	cp -rL /usr/lib/xen-4.17/lib/x86_64-linux-gnu "$job_dir/pygrub/fsimage" || bail "libfsimage"
	{
		echo "import __future__"
		sed -n '/^import\|^from/p' tests/eliloader/xapi_server.py
		sed -n '/^import [a-z]*fsimage/d; /^import grub/d; /^import/p' $pygrub/bin/pygrub
		cat <<- 'END'
			import encodings.idna, sys
			for module in list(sys.modules.values()):
			    if getattr(module, "__file__", None):
			        print(module.__file__, getattr(module, "__cached__", None) or "", sep="\n")
		END
	} > "$job_dir/loads.py"
	$python -I -S "$job_dir/loads.py" | while read -r file; do
		[ ! -f "$file" ] || install -D -p -m 644 "$file" "$job_dir/python$file"
	done
	install -D "$(readlink -f $python)" "$job_dir/python$python"
	# with those that dom0 lacks: one that is in use must not be written over
	find "$job_dir"/{python,pygrub} -name '*.so*' -exec ldd "$job_dir/python$python" {} + |
		grep -o '/[^ ]*' | grep -vE ':$|/(libc|libm|libxen[a-z]*|ld-linux-x86-64)\.so' | sort -u |
		xargs cp -L -t "$job_dir/lib"
}

# dom0_rounds TYPE LAYOUT... : two rounds of each, which is inspected afterwards
dom0_rounds() {
	local type=$1 layout bad

	shift
	# shellcheck source=tests/xen/dom0/install.sh
	. /job/install.sh
	install_prepare
	for layout; do
		bad=$tap_bad
		dom0_two_rounds "$type" "$layout"
		vm_explain_failure "$bad" "$layout"
		vm_remove "$layout"
	done
}

# dom0_two_rounds TYPE LAYOUT : Debian's installer reboots, the others switch the VM off.
# Nothing is waited for after a failure.
dom0_two_rounds() {
	local type=$1 layout=$2 end=off bad=$tap_bad

	[ "$layout" != debian ] || end=reboot
	vm_config "$layout" "$type" "$layout" lab_end=$end
	ok "$layout: xl create" vm_start "$layout"
	[ "$tap_bad" = "$bad" ] || return
	installs "$layout" "$layout"
	[ "$tap_bad" = "$bad" ] || return
	ok "$layout: the installer comes to its end" vm_says "$layout" '@@installer done'
	[ "$tap_bad" = "$bad" ] || return
	if [ $end = off ]; then
		ok "$layout: the VM is off" nap_for 60 vm_gone "$layout"
		ok "$layout: xl create, again" vm_start "$layout"
		[ "$tap_bad" = "$bad" ] || return
	fi
	installed_up "$layout" 1
	[ "$tap_bad" = "$bad" ] || return
	lives "$layout" "$layout"
	finished "$layout"
	if [ $end = reboot ]; then
		guest 'setsid reboot -f > /dev/null 2>&1 &'
		installed_up "$layout" 2
		like "$(vm_bootloader_log)" 'what shall be booted\?' "$layout: its boot menu was shown then"
	fi
	ok "$layout: off" vm_off "$layout"
	inspected "$layout" "$layout"
}

# dom0_cut TYPE LAYOUT : switched off in the midst of it, and started again; then its boot menu
dom0_cut() {
	local type=$1 layout=$2 bad=$tap_bad

	# shellcheck source=tests/xen/dom0/install.sh
	. /job/install.sh
	install_prepare
	vm_config cut "$type" "$layout"
	touch /run/www/target/hold
	ok "cut: xl create" vm_start cut
	ok "cut: the installer is half way" vm_says cut '@@installer half way'
	is "$(vm_state cut)" 'other-config:install-round=2' "cut: round 2 would be next"
	ok "cut: the power fails" vm_off cut
	rm /run/www/target/hold
	dom0_again "$layout"
	[ "$tap_bad" != "$bad" ] || dom0_menu cut
	vm_explain_failure "$bad" cut
	vm_remove cut
}

# dom0_again LAYOUT : of that VM, up to its installed system
dom0_again() {
	local layout=$1

	vm_forget_logs
	ok "cut: xl create, again" vm_start cut
	ok "cut: the installer begins again" vm_says cut '@@installer begins' 2
	like "$(vm_bootloader_log)" 'installing from http' "cut: as the console shows"
	like "$(vm_state cut)" '^other-config:eliloader-attempts=' "cut: the attempt is counted"
	ok "cut: and comes to its end" vm_says cut '@@installer done'
	ok "cut: the VM is off" nap_for 60 vm_gone cut
	ok "cut: xl create, the third time" vm_start cut
	installed_up cut 1
	lives cut "$layout"
	finished cut
}

# dom0_menu NAME : the boot menu of its disk, on its console, where another entry is chosen
dom0_menu() {
	local name=$1

	ok "$name: off" vm_off "$name"
	echo "menu-timeout = 300" > /etc/eliloader.conf
	ok "$name: xl create -c shows a menu" vm_start_watched "$name" 'what shall be booted?'
	like "$(vm_screen "$name")" '^ +1 +Debian GNU/Linux, with Linux 6\.1\.0-18-amd64 \(recovery mode\)' \
		"$name: with the entries of its disk"
	like "$(vm_screen "$name")" '^ +Advanced options for Debian GNU/Linux' "$name: and its submenu's title"
	ok "$name: nothing boots meanwhile" vm_silent "$name"
	vm_type '\x1b[B\r'
	installed_up "$name" 2
	like "$(guest cat /proc/cmdline)" ' ro single console=hvc0 ' "$name: what was chosen is what runs"
	rm /etc/eliloader.conf
}

# dom0_xapi TYPE : SLES, whose bootloader words are written
dom0_xapi() {
	local bad=$tap_bad

	# shellcheck source=tests/xen/dom0/install.sh
	. /job/install.sh
	# shellcheck source=tests/xen/dom0/xenopsd.sh
	. /job/xenopsd.sh
	install_prepare
	ok "xapi: a XAPI in dom0" xenopsd_begin
	xenopsd_vm xapi "$1" sles
	ok "xapi: round 1" xenopsd_start xapi
	ok "xapi: the installer runs" vm_says xapi '@@installer begins'
	is "$(xapi_get "$vm_uuid" other-config:install-round)" 2 "xapi: the record keeps that round 2 is next"
	is "$(xapi_get "$vm_uuid" PV-bootloader)" eliloader "xapi: the bootloader is not switched by that"
	ok "xapi: the installer comes to its end" vm_says xapi '@@installer done'
	ok "xapi: the VM is off" nap_for 60 vm_gone xapi
	[ "$tap_bad" != "$bad" ] || dom0_xapi_installed
	[ "$tap_bad" != "$bad" ] || dom0_xapi_pygrub
	vm_explain_failure "$bad" xapi
	xapi_stop
	vm_remove xapi
}

# dom0_xapi_installed : the second start, and a third one
dom0_xapi_installed() {
	local key

	ok "xapi: round 2" xenopsd_start xapi
	installed_up xapi 1
	like "$(guest cat /proc/cmdline)" '^ *console=hvc0 loglevel=4 panic=1$' "xapi: PV-args are its arguments"
	ok "xapi: the agent in it reports through guest-metrics" nap_for 60 published xapi
	is "$(xapi_get "$vm_uuid" PV-bootloader-args)" \
		"--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" "xapi: the words that domUloader wrote"
	for key in install-round install-distro eliloader-attempts; do
		is "$(xapi_get "$vm_uuid" "other-config:$key")" "" "xapi: no $key any more"
	done
	is "$(xapi_get "$vm_uuid" PV-bootloader)" eliloader "xapi: without pygrub in dom0 eliloader stays"
	is "$(xapi_get "$vm_uuid" other-config:eliloader-installed)" eliloader "xapi: marked as installed"
	is "$(xapi_sessions)" 0 "xapi: no session is left"
	ok "xapi: off" vm_off xapi
	ok "xapi: a later start" xenopsd_start xapi
	installed_up xapi 2
	ok "xapi: nothing is left of what was handed over" \
		test -z "$(find /run/xend/boot /var/lib/xen -name '*boot*' -type f)"
}

# dom0_xapi_pygrub : the second start once more, in a dom0 with a pygrub, and what pygrub boots
dom0_xapi_pygrub() {
	ok "xapi: off, after that" vm_off xapi
	ok "xapi: dom0 gets a pygrub" xenopsd_pygrub
	xapi_unset "$vm_uuid" other-config:eliloader-installed
	xapi_set "$vm_uuid" PV-bootloader-args ""
	xapi_set "$vm_uuid" other-config:install-distro sleslike
	xapi_set "$vm_uuid" other-config:install-round 2
	ok "xapi: round 2, with a pygrub" xenopsd_start xapi
	installed_up xapi 3
	is "$(xapi_get "$vm_uuid" PV-bootloader)" pygrub "xapi: pygrub boots it from now on"
	is "$(xapi_get "$vm_uuid" PV-bootloader-args)" \
		"--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" "xapi: with what domUloader wrote"
	is "$(xapi_get "$vm_uuid" other-config:eliloader-installed)" "" "xapi: no key is left"
	ok "xapi: off, for pygrub" vm_off xapi
	ok "xapi: a start by pygrub" xenopsd_start xapi
	installed_up xapi 4
}
