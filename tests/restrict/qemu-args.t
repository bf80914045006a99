#!/bin/bash
# qemu-args.t - qemu-xen-restricted itself, without Xen: what it opens, what it executes and
# what it refuses.  Stand-ins for qemu and xen-restrict show what they were given.  (What
# becomes of each argument: qemu_args.c.)
. "$(dirname "$0")/../tap.sh"
need_root
top=$(cd "$(dirname "$0")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
# a place of our own for qemu, and a /run that nobody else has
if [ -z "${OWN_MOUNTS:-}" ]; then
	exec env OWN_MOUNTS=1 unshare -m --propagation private "$BASH" "$0" "$@"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/qemu-args.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p /usr/libexec "$dir/bin" "$dir/lib"
mount -t tmpfs libexec /usr/libexec || bail "a /usr/libexec of our own"
mount -t tmpfs run /run || bail "a /run of our own"
mkdir /run/xen
printf '#!/bin/sh\n' > /usr/libexec/xen-qemu-system-i386
chmod +x /usr/libexec/xen-qemu-system-i386
cp "$O/qemu-xen-restricted" "$dir/bin/"
: > "$dir/bin/libqemu-pty-preload.so"
# the launcher: its arguments, then what each descriptor leads to, and how it is open
cat > "$dir/bin/xen-restrict" << 'SH'
#!/bin/bash
printf '+ %s\n' "$@"
for fd in 17 100 101 102 103 104; do
	[ -e "/proc/self/fd/$fd" ] || continue
	echo "$fd $(readlink "/proc/self/fd/$fd" | sed 's/\[.*//') $(sed -n 's/^flags:.*\(..\)$/\1/p' "/proc/self/fdinfo/$fd")"
done
exit 7
SH
chmod +x "$dir/bin/xen-restrict"

# run ARGUMENT... : sets said (both streams) and status
run() {
	said=$("$dir/bin/qemu-xen-restricted" "$@" 2>&1 < /dev/null 17< "$dir")
	status=$?
}

truncate -s 4096 "$dir/disk"
run -xen-domid 5 -chardev "socket,id=libxl-cmd,path=/run/xen/qmp-libxl-5,server=on,wait=off" \
	-drive "file=$dir/disk,format=raw" -serial pty -runas 131077:65534
is "$status" 7 "its status is the launcher's"
said="$said
"
like "$said" '^100 socket: 02$' "a socket is open"
ok "at the path that libxl knows" test -S /run/xen/qmp-libxl-5
is "$(stat -c '%a %u' /run/xen/qmp-libxl-5)" "700 0" "for root alone"
like "$said" "^101 $dir/disk 00$" "the disk for reading"
like "$said" "^102 $dir/disk 02$" "and for writing"
like "$said" '^103 /dev/(pts/)?ptmx 02$' "a terminal's master"
like "$said" '^104 /dev/pts/[0-9]+ 02$' "and its slave"
terminal=$(sed -n 's,^104 /dev/pts/\([0-9]*\) .*,\1,p' <<< "$said")
like "$said" "^\+ QEMU_ROOM_PTYS=103:104:$terminal$" "by which qemu knows them"
is "$(sed -n 's/^+ //p' <<< "$said" | head -n 6 | tr '\n' ' ')" \
	"--domid 5 --profile qemu --user 131072 " "the domain, and libxl's base of users"
like "$said" "^\+ $dir/bin/libqemu-pty-preload.so:/qemu-pty-preload.so$" "the object for terminals"
is "$(sed -n 's/^+ //p' <<< "$said" | tail -n 5 | tr '\n' ' ')" \
	"-xen-domid-restrict -chroot /empty -runas 131077:131077 " "qemu restricts itself"
is "$(grep -c -- "$dir/disk" <<< "$(grep '^+' <<< "$said")")" 0 "the disk's name goes nowhere"

run -xen-domid 5 -chardev "socket,id=libxl-cmd,path=/run/xen/qmp-libxl-5,server=on"
is "$status" 7 "a socket that an earlier qemu left is replaced"
like "$said" '^\+ 1879048192$' "the launcher's own base without -runas"
run -xen-domid 5 -chardev "socket,id=a,path=$dir/disk,server=on"
is "$status:$said" "1:qemu-xen-restricted: cannot listen on '$dir/disk': Address already in use" \
	"what is no socket stays"
run -xen-domid 5 -chardev socket,id=libxl-cmd,fd=17,server=on
like "$said" "^17 $dir " "libxl's own descriptor is kept"
run -xen-domid 5 -chardev socket,id=libxl-cmd,fd=18,server=on
is "$status:$said" "1:qemu-xen-restricted: cannot use descriptor 18: Bad file descriptor" \
	"one that is not open"
run -xen-domid 5 -drive "file=$dir/none"
is "$status" 2 "a disk that is not there"
like "$said" "^qemu-xen-restricted: -drive: '$dir/none': No such file or directory$" "is named"
run -xen-domid 5 -netdev type=tap,id=net0,ifname=a-name-that-is-too-long,script=no
is "$status:$said" \
	"1:qemu-xen-restricted: cannot open tap device 'a-name-that-is-too-long': Invalid argument" \
	"a tap device with a name that is too long"

run -xen-domid 5 -vnc 127.0.0.1:0,to=99
is "$(stat -c '%F %a' /run/xen/vnc-room-5)" "directory 700" "a directory for VNC"
like "$said" '^\+ /run/xen/vnc-room-5:/vnc$' "which is bound"
rmdir /run/xen/vnc-room-5
ln -s "$dir" /run/xen/vnc-room-5
run -xen-domid 5 -vnc 127.0.0.1:0
is "$status" 1 "not if it is something else"
rm /run/xen/vnc-room-5

run --explain -xen-domid 5 -drive "file=$dir/disk,readonly=on" -chardev socket,path=/run/xen/new,server=on
is "$status" 0 "--explain"
like "$said" "^disk 100 ro $dir/disk$" "tells what would be opened"
like "$said" '^\+ -xen-domid-restrict$' "and executed"
ok "and opens nothing" test ! -e /run/xen/new
run -m 32
is "$status:$said" "2:qemu-xen-restricted: -xen-domid: is missing
Try 'qemu-xen-restricted --help'." "no domain"
run -xen-domid 5 -runas 5:5
is "$status" 2 "a uid that is no base + domid"
run --help
is "$status" 0 "--help"
like "$said" '^usage: qemu-xen-restricted' "tells the usage"
run --version
like "$said" '^qemu-xen-restricted [0-9.]+$' "--version"
"$dir/bin/qemu-xen-restricted" --help > /dev/full 2>&1
is $? 1 "help that cannot be written"
rm "$dir/bin/xen-restrict"
run -xen-domid 5
is "$status" 1 "no launcher"
like "$said" "'xen-restrict' is neither beside" "is told"
done_testing
