# shellcheck shell=bash
# shellcheck disable=SC2154 # tap_bad: tap.sh's
# install.sh - sourced in dom0 by the tests of whole installs: a repository of each family,
# VMs that are installed from it, and what is seen of them.  In /job are eliloader's
# programs, grub-fstest, and what tests/xen/installer/build made.
# A VM NAME has its disk /run/NAME.img and its configuration /run/NAME.cfg.
www=http://10.77.0.1
# what is installed as which family, what it says of itself, the file system that the kernel
# lies on, the kernel's arguments
declare -A layout_family=([debian]=debianlike [fedora]=rhlike [sles]=sleslike [opensuse]=sleslike)
declare -A layout_id=([debian]=debian [fedora]=fedora [sles]=sles [opensuse]=opensuse-leap)
declare -A layout_fs=([debian]=ext4 [fedora]=xfs [sles]=ext4 [opensuse]=btrfs)
declare -A layout_args=(
	[debian]="root=UUID=[-0-9a-f]+ ro console=hvc0 quiet"
	[fedora]="root=UUID=[-0-9a-f]+ ro console=hvc0"
	[sles]="" [opensuse]="root=UUID=[-0-9a-f]+ splash=silent console=hvc0")
# where inspect finds what is booted
declare -A layout_shown=(
	[debian]='boot menu \(grub\): \(loop0,msdos1\)/boot/grub/grub\.cfg'
	[fedora]='\(loop0,gpt2\)/(loader/entries|grub2/grub\.cfg)'
	[sles]='kernel +\(loop0,msdos2\)/boot/vmlinuz-'
	[opensuse]='boot menu \(grub\): \(loop0,gpt2\)/@/boot/grub2/grub\.cfg')

# install_prepare : the programs where libxl looks, with their libraries where an empty
# environment finds them; what all repositories share
install_prepare() {
	mv /job/bin/* /usr/bin/
	mv -n /job/lib/* /lib/x86_64-linux-gnu/
	mkdir -p /run/www/target /var/cache
	mv /job/{vmlinuz,root.tar} /run/www/target/
	: > /job/ext4.cpio # the guests' RAM disk has it
	rm /guest/vmlinux  # the packed one is used: dom0's memory is small
}

# repository LAYOUT : its kernel and the installer where the family has them, and below
# /target what the installer fetches
repository() {
	local at=/run/www/$1 fs=${layout_fs[$1]} pair

	case $1 in
	debian) at+=/dists/bookworm/main/installer-amd64/current/images pair="netboot/xen/vmlinuz netboot/xen/initrd.gz" ;;
	fedora) pair="images/pxeboot/vmlinuz images/pxeboot/initrd.img" ;;
	sles) pair="boot/x86_64/vmlinuz-xen boot/x86_64/initrd-xen" ;;
	opensuse) pair="boot/x86_64/loader/linux boot/x86_64/loader/initrd" ;;
	esac
	mkdir -p "$at/$(dirname "${pair% *}")"
	ln /run/www/target/vmlinuz "$at/${pair% *}"
	cat /guest/initrd /job/{installer,"$fs"}.cpio > "$at/${pair#* }"
	cat /guest/initrd /job/{target,"$fs"}.cpio > /run/www/target/initrd
	[ "$1" != debian ] || (cd "$at" && sha256sum netboot/xen/* > SHA256SUMS)
}

# vm_config NAME TYPE LAYOUT [WORD...] : of a VM to be installed; WORDs are the installer's
vm_config() {
	local name=$1 type=$2 layout=$3 args=''

	shift 3
	rm -rf "/run/www/$layout"
	repository "$layout"
	set -- "install-repository=$www/$layout/" "install-distro=${layout_family[$layout]}" \
		install-arch=x86_64 debian-release=bookworm \
		"install-args=lab_layout=$layout lab_url=$www/target $*"
	for word; do args+="${args:+, }'--set', '$word'"; done
	truncate -s 700M "/run/$name.img"
	cat > "/run/$name.cfg" <<- CFG
		name = "$name"
		type = "$type"
		bootloader = "eliloader"
		bootloader_args = [ $args ]
		extra = "console=hvc0 loglevel=4 panic=1"
		memory = 256
		vcpus = 1
		vif = [ "mac=00:16:3e:00:00:02,bridge=xenbr0" ]
		disk = [ "file:/run/$name.img,xvda,w" ]
		on_crash = "destroy"
	CFG
}

vm_console() { tr -d '\r' < "/var/log/xen/console/guest-$1.log"; }

# The waits below start as few processes as they can: these cost the guest its time.
mkfifo /run/nap && exec {nap}<> /run/nap
nap() { read -r -t "${1:-0.5}" -u "$nap" || return 0; }
# nap_for SECONDS COMMAND... : wait_for, for commands that are processes
nap_for() {
	local end=$((SECONDS + $1)); shift

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		nap 1
	done
}
# vm_said NAME TEXT [TIMES] : its console has that, at least so often
vm_said() {
	local said='' less

	[ ! -e "/var/log/xen/console/guest-$1.log" ] ||
		IFS= read -r -d '' said < "/var/log/xen/console/guest-$1.log"
	less=${said//"$2"/}
	[ $(((${#said} - ${#less}) / ${#2})) -ge "${3:-1}" ]
}
# vm_says NAME TEXT [TIMES] : waits for that, not for longer than its system lives
vm_says() {
	local end=$((SECONDS + 300))

	until vm_said "$@"; do
		if [ $SECONDS -ge $end ] || vm_said "$1" '@@guest failed' || vm_said "$1" 'Kernel panic'; then
			return 1
		fi
		nap
	done
}
vm_gone() { ! xl domid "$1" > /dev/null 2>&1; }
# what the bootloaders of this VM have said since vm_forget_logs
vm_bootloader_log() { cat /var/log/xen/bootloader.*.log 2> /dev/null | tr -d '\r'; }
vm_forget_logs() { rm -f /var/log/xen/bootloader.*.log; }
vm_state() { grep -v '^#' "/var/lib/eliloader/$1.state" | LC_ALL=C sort; }
# vm_explain_failure BAD NAME : when there are more failures than BAD
vm_explain_failure() {
	[ "$tap_bad" != "$1" ] || return 0
	diag "the bootloaders' logs:
$(vm_bootloader_log | sed 's/.*\x1b\[K//' | tail -n 30)
the console of $2:
$(vm_console "$2" | tail -n 40)
the state of $2:
$(vm_state "$2")
dom0's memory:
$(df -m /run; grep -E 'MemTotal|MemAvailable' /proc/meminfo)"
}
no_leftovers() { [ -z "$(find /var/lib/xen -name 'bootloader.*')" ]; }

# vm_start NAME
vm_start() { quiet xl create "/run/$1.cfg"; }

# vm_start_watched NAME TEXT : started by who watches its console, on a terminal of its own,
# until that shows TEXT
vm_start_watched() {
	local end=$((SECONDS + 60))

	mkfifo "/run/$1.keys" && exec {vm_keys}<> "/run/$1.keys" || return
	script -q -f -c "exec xl create -c /run/$1.cfg" "/run/$1.screen" <&"$vm_keys" > /dev/null 2>&1 &
	until grep -qF "$2" "/run/$1.screen" 2> /dev/null; do
		[ $SECONDS -lt $end ] || return 1
		nap
	done
}
# vm_type KEYS : on the console of the last that was started so; as printf(1) has them
vm_type() { printf '%b' "$1" >&"$vm_keys"; }
# vm_screen NAME : what that console has shown
vm_screen() { tr -d '\r' < "/run/$1.screen"; }
# vm_silent NAME : its kernel has not begun, the domain being there
vm_silent() { xl domid "$1" > /dev/null && [ "$(xl list "$1" | awk 'NR == 2 { print $6 }')" = 0.0 ]; }

# vm_off NAME : as if its plug were pulled
vm_off() { quiet xl destroy "$1" && nap_for 60 vm_gone "$1"; }

# vm_remove NAME : with all that is known of it
vm_remove() {
	vm_gone "$1" || vm_off "$1"
	rm -rf "/run/$1".{img,cfg,keys,screen} "/var/lib/eliloader/$1.state" /var/cache/eliloader
	vm_forget_logs
}

# ---- what is seen; NAME is the VM's and that of the test

# installs NAME LAYOUT : round 1 has begun; up to its end
installs() {
	local where=$www/$2/

	ok "$1: the installer runs" vm_says "$1" '@@installer begins'
	case ${layout_family[$2]} in
	rhlike) like "$(vm_console "$1")" "@@installer begins:.* inst\.repo=$where( |\$)" \
		"$1: and is told its repository as Anaconda is" ;;
	sleslike) like "$(vm_console "$1")" "@@installer begins:.* install=$where( |\$)" \
		"$1: and is told its repository as YaST is" ;;
	esac
	ok "$1: the state keeps that round 2 is next" grep -qx 'other-config:install-round=2' \
		"/var/lib/eliloader/$1.state"
}

# installed_up NAME TIMES
installed_up() { ok "$1: the installed system is up" vm_says "$1" '@@installed up' "$2"; }

published() { guest-metrics --json "$1" > /run/metrics.json && grep -q '10\.77\.0\.2' /run/metrics.json; }

# lives NAME LAYOUT : the installed system is the disk's, and the agent in it reports
lives() {
	local name=$1 layout=$2

	like "$(guest cat /proc/cmdline)" "^${layout_args[$layout]} *console=hvc0 loglevel=4 panic=1\$" \
		"$name: its arguments are those of its disk, then xl's"
	like "$(guest mount)" '^/dev/xvda[123] on / type ' "$name: its root is the disk"
	ok "$name: the agent in it reports through guest-metrics" nap_for 60 published "$name"
	like "$(cat /run/metrics.json)" "\"${layout_id[$layout]}\"" "$name: which system it is"
	ok "$name: nothing is left of what was handed over" no_leftovers
}

# finished NAME : the record says so
finished() {
	local state

	state=$(vm_state "$1")
	like "$state" '^other-config:eliloader-installed=eliloader$' "$1: the state keeps that it is installed"
	is "$(grep -E '^other-config:(install-round|eliloader-attempts)=' <<< "$state")" "" \
		"$1: and no round any more"
}

# inspected NAME LAYOUT : `eliloader inspect` of the disk, with the VM off
inspected() {
	local said rc

	said=$(eliloader inspect "/run/$1.img" 2>&1)
	rc=$?
	is $rc 0 "$1: eliloader inspect finds something to boot"
	like "$said" "${layout_shown[$2]}" "$1: in the configuration that its installer wrote"
	diag "$said"
}
