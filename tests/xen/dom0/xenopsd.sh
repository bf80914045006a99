# shellcheck shell=bash
# shellcheck disable=SC2154 # layout_family, www: install.sh's
# xenopsd.sh - sourced after install.sh: what XAPI's toolstack does of a VM's start, with
# the XAPI of tests/eliloader/xapi_server.py: the bootloader of the VM's record is run with
# the words of the record, and the domain is made of what it answers.  A VM NAME has the
# record $vm_uuid, and the files of install.sh.
# shellcheck source=tests/eliloader/xapi.sh
. /job/xapi.sh
vm_uuid=6c61622d-7661-7069-8000-0000000000aa

# xenopsd_begin : XAPI, where eliloader looks for it
xenopsd_begin() {
	cp -a /job/python/. / && mkdir -p /var/lib/xcp || return
	# Python is slow here
	xapi_start /var/lib/xcp || nap_for 60 xapi_is_up
}

# xenopsd_vm NAME TYPE LAYOUT : as vm_config, but its keys are in the record
xenopsd_vm() {
	vm_config "$@"
	sed -i '/^bootloader/d; /^extra/d; /^on_/d' "/run/$1.cfg"
	echo 'on_crash = "destroy"' >> "/run/$1.cfg"
	xapi_vm "$vm_uuid" "$1" "domain-type=$2" "PV-args=console=hvc0 loglevel=4 panic=1" \
		"other-config:install-repository=$www/$3/" \
		"other-config:install-distro=${layout_family[$3]}" \
		other-config:install-arch=x86_64 other-config:debian-release=bookworm \
		"other-config:install-args=lab_layout=$3 lab_url=$www/target"
	xapi_vbd "$vm_uuid" 0 true
}

# answer KEY : of the bootloader, "simple" lines
answer() { sed -n "s/^$1 //p" /run/answer; }

# xenopsd_pygrub : dom0 gets a pygrub, where Xen has it
xenopsd_pygrub() {
	local to=/usr/lib/xen-4.17

	mkdir -p $to/lib /var/run/xen/pygrub && mv /job/pygrub/pygrub $to/bin/ && mv /job/pygrub/python $to/lib/ &&
		mv /job/pygrub/fsimage $to/lib/x86_64-linux-gnu
}

# bootloader WORD... : that of the record, as xenopsd calls it; WORDs are the record's and the disk
bootloader() {
	case $(xapi_get "$vm_uuid" PV-bootloader) in
	pygrub) set -- /usr/lib/xen-4.17/bin/pygrub --output-format=simple -q --runas=65534 "$@" ;;
	*) set -- /usr/bin/eliloader -q --vm "$vm_uuid" "$@" ;;
	esac
	env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin "$@" > /run/answer 2> /run/said
}

# xenopsd_start NAME : the words are split at each single space, and PV-args come last
xenopsd_start() {
	local words rc

	mapfile -t -d ' ' words < <(xapi_get "$vm_uuid" PV-bootloader-args | tr -d '\n')
	bootloader "${words[@]}" "/run/$1.img" || {
		cat /run/said
		return 1
	}
	grep -vE '^(kernel|ramdisk|extra) = ' "/run/$1.cfg" > "/run/$1.start"
	printf '%s = "%s"\n' kernel "$(answer kernel)" ramdisk "$(answer ramdisk)" \
		extra "$(answer args) $(xapi_get "$vm_uuid" PV-args)" >> "/run/$1.start"
	quiet xl create "/run/$1.start"
	rc=$?
	rm "$(answer kernel)" "$(answer ramdisk)"
	return $rc
}
