#!/bin/bash
# profile.t - what profiles allow: those of the distribution, that of the man page, and one's
# own.  Both must allow: the profile and the domain's permissions.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"


# The store that all of them meet: VALUE is what is in each node.
nodes() {
	local home=/local/domain/5 path
	for path in "$home/data/x" "$home/data/quiet" "$home/control/backup" "$home/console/tty" \
		$home/console/vnc-port /local/domain/0/secret /local/domain/6/data/x \
		/local/domain/0/device-model/5/state /local/domain/0/device-model/5/physmap/1/name \
		/local/domain/0/device-model/6/state /local/domain/0/backend/vkbd/5/0/state \
		/local/domain/0/backend/vkbd/5/0/frontend /local/domain/0/backend/vkbd/6/0/state \
		"$(xs0 read "$home/vm")/rtc/timeoffset" /mh/driver-blacklist/x; do
		xs0 write "$path" VALUE
	done
	xs0 chmod "$home/control/backup" n0 r5
	xs0 chmod "$home/console/tty" n0 r5
	xs0 chmod "$home/console/vnc-port" n0 r5
	# one that the domain may write and not read
	xs0 write "$home/data/drop" VALUE
	xs0 chmod "$home/data/drop" n0 w5
}

# table NAME < lines of "RESULT OP PATH": RESULT is ok or an error; {vm} is the VM's path.
# What is written is what is there already.
table() {
	local want op path got vm
	vm=$(xs0 read /local/domain/5/vm)
	while read -r want op path; do
		path=${path//\{vm\}/$vm}
		case $op in
		read) got=$(client c read "$path") ;;
		write) got=$(client c write "$path" VALUE) ;;
		list) got=$(client c count "$path") ;;
		make) got=$(client c mkdir "$path") ;;
		remove) got=$(client c rm "$path") ;;
		esac
		case $got in
		error\ *) got=${got#error } ;;
		*) got=ok ;; # or a value, or a number of children
		esac
		is "$got" "$want" "$STORE, profile $1: $op $path"
	done
}

# with NAME FILE < table : a broker with that profile and a client of it
with() {
	nodes
	broker_up --limiter turn --profile "$2" || { fail "$STORE: profile $1 is taken"; return; }
	client_open c "$BROKER_SOCK"
	table "$1"
	client_close c
	ok "$STORE, profile $1: it ends well" broker_down
}

missing() { ! xs0 exists "$1"; }
shipped() {
	with guest guest << 'END'
		ok      read    /local/domain/5/name
		ok      list    /local/domain/5
		ok      read    data/x
		ok      write   data/x
		ok      make    data/new
		ok      remove  data/new
		EACCES  read    data/drop
		ok      write   data/drop
		ok      read    control/backup
		EACCES  write   control/backup
		EACCES  read    /local/domain/0/secret
		EACCES  write   /local/domain/0/secret
		EACCES  read    /local/domain/0/device-model/5/state
		EACCES  read    /local/domain/6/data/x
		EACCES  write   /local/domain/6/data/x
		EACCES  list    /
		EACCES  list    /local/domain
END
	with vncterm vncterm << 'END'
		ok      read    /local/domain/5/console/tty
		EACCES  write   /local/domain/5/console/tty
		ok      write   /local/domain/5/console/vnc-port
		ok      write   console/vnc-port
		ok      write   console/tc-port
		EACCES  write   console/other
		EACCES  read    /local/domain/5/name
		EACCES  read    data/x
		EACCES  write   data/x
		EACCES  read    /local/domain/0/secret
		EACCES  write   /local/domain/6/console/vnc-port
END
	with qemu qemu << 'END'
		ok      read    /local/domain/5/data/x
		EACCES  write   /local/domain/5/data/x
		EACCES  make    /local/domain/5/data/new
		ok      read    {vm}/rtc/timeoffset
		ok      read    /local/domain/0/device-model/5/state
		ok      write   /local/domain/0/device-model/5/state
		ok      read    device-model/5/physmap/1/name
		EACCES  write   device-model/5/physmap/1/name
		EACCES  read    /local/domain/0/device-model/6/state
		EACCES  write   /local/domain/0/device-model/6/state
		EACCES  list    /local/domain/0/device-model
		EACCES  list    /local/domain/0
		ok      list    backend/vkbd/5
		ok      read    /local/domain/0/backend/vkbd/5/0/frontend
		EACCES  write   /local/domain/0/backend/vkbd/5/0/frontend
		ok      write   /local/domain/0/backend/vkbd/5/0/state
		EACCES  read    /local/domain/0/backend/vkbd/6/0/state
		EACCES  write   /local/domain/0/backend/vkbd/6/0/state
		EACCES  make    /local/domain/0/backend/vkbd/5/99/state
		ENOENT  list    /local/domain/0/backend/vkbd/5/99
		ok      make    /local/domain/0/backend/vkbd/5/0/hotplug-status
		ok      make    device-model/5/backends/vkbd/0
		EACCES  read    /local/domain/0/secret
		EACCES  read    /local/domain/6/data/x
END
	with qemu-traditional qemu-traditional << 'END'
		ok      read    /local/domain/5/data/x
		EACCES  write   /local/domain/5/data/x
		ok      write   /local/domain/0/device-model/5/command
		EACCES  write   /local/domain/0/device-model/5/other
		ok      write   /local/domain/5/console/vnc-port
		EACCES  write   /local/domain/5/console/tty
		EACCES  make    /local/domain/5/device-other
		EACCES  write   /local/domain/5/device/vbd/768/state
		EACCES  write   /local/domain/6/device-misc/dm-ready
		EACCES  read    /mh/driver-blacklist/x
		EACCES  read    /local/domain/0/device-model/6/state
		EACCES  read    /local/domain/0/secret
END
}

# What Xen's early device model says on its way, and where nobody has said it before: only
# what the toolstack makes is there.
traditional() {
	local node
	xs0 rm /local/domain/0/device-model/5
	xs0 write /local/domain/0/device-model/5/logdirty/cmd enable
	guest_bus 5
	broker_up --limiter turn --profile qemu-traditional || bail "$STORE: the broker starts"
	client_open c "$BROKER_SOCK"
	for node in device-model/5/state /local/domain/5/console/vnc-port \
		device-model/5/logdirty/ret /local/domain/5/data/set_clipboard; do
		is "$(client c write "$node" 1)" ok "$STORE: an early device model writes $node"
	done
	ok "$STORE: nobody has made device-misc" missing /local/domain/5/device-misc
	is "$(client c write /local/domain/5/device-misc/dm-ready 1)" ok \
		"$STORE: it says that it is ready"
	is "$(xsg 5 read device-misc/dm-ready)" 1 "$STORE: which the guest's drivers read"
	ok "$STORE: and cannot write" eval '! xsg 5 write device-misc/dm-ready 2 2> /dev/null'
	client_close c
	ok "$STORE: the early device model's broker ends well" broker_down
	guest_bus_stop 5
}

# What the man page tells, in its words.
man_page() {
	awk '/^# \/etc\/xen-pv-tools\/profiles\/backup/ {on = 1} /^\.Ed/ {on = 0} on' \
		"$top/docs/man/xenstore-broker.8" > "$STORE_DIR/backup.profile"
	like "$(cat "$STORE_DIR/backup.profile")" '^grant-write ' "$STORE: the man page has a profile"
	with "of the man page" "$STORE_DIR/backup.profile" << 'END'
		ok      read    data/x
		ok      write   control/backup
		ok      read    control/backup
		EACCES  write   data/x
		EACCES  list    /local/domain/6
		EACCES  read    control/shutdown
		EACCES  write   control/shutdown
		EACCES  read    /local/domain/0/secret
END
}

own() {
	local dir=$STORE_DIR/profiles
	mkdir "$dir"
	cat > "$dir/parts.profile" << 'END'
# whole components, a star for one, writing is not reading
[xenstore]
read /local/domain/{domid}/data/*/in
write /local/domain/{domid}/data/out
grant-read /local/domain/0/sec
read /local/domain/0/secret		# dom0's: this grants nothing
write /local/domain/6
[room]
END
	xs0 write /local/domain/5/data/a/in VALUE
	xs0 write /local/domain/5/data/a/b/in VALUE
	xs0 write /local/domain/5/data/a/in/deep VALUE
	xs0 write /local/domain/5/data/a/inner VALUE
	XEN_PV_TOOLS_PROFILES=$dir with parts parts << 'END'
		ok      read    data/a/in
		ok      read    data/a/in/deep
		EACCES  read    data/a/inner
		EACCES  read    data/a/b/in
		EACCES  read    data/a
		EACCES  write   data/a/in
		ok      write   data/out
		ok      write   data/out/below
		EACCES  read    data/out
		EACCES  list    data/out
		EACCES  write   data/outer
		EACCES  read    /local/domain/0/secret
		EACCES  write   /local/domain/6/data/x
		EACCES  read    /local/domain/6/data/x
END
	# leave to make a node is none to make what is missing above it
	printf '%s\n' '[xenstore]' 'write /local/domain/{domid}/data/new/leaf' \
		'grant-write /local/domain/0/corner/{domid}/leaf' > "$dir/leaf.profile"
	with "with leaves" "$dir/leaf.profile" << 'END'
		EACCES  write   data/new/leaf
		EACCES  make    data/new/leaf/below
		EACCES  write   /local/domain/0/corner/5/leaf
END
	ok "$STORE: nothing was made above one leaf" missing /local/domain/5/data/new
	ok "$STORE: nor above the other" missing /local/domain/0/corner
	printf '[xenstore]\n' > "$dir/empty.profile"
	with "that is empty" "$dir/empty.profile" << 'END'
		EACCES  read    name
		EACCES  write   data/x
		EACCES  list    /
END
}

# What a profile takes away is not told by watches either.
watches() {
	nodes
	printf '[xenstore]\nread /local/domain/{domid}/data/x\n' > "$STORE_DIR/x.profile"
	broker_up --limiter turn --profile "$STORE_DIR/x.profile" || bail "$STORE: the broker starts"
	client_open c "$BROKER_SOCK"
	is "$(client c watch data w)" ok "$STORE: a watch on what the profile does not allow"
	is "$(client c event)" "data w" "$STORE: its first event"
	xs0 write /local/domain/5/data/quiet 1
	xs0 write /local/domain/5/data/new 1
	xs0 write /local/domain/5/data/x 1
	is "$(client c event)" "data/x w" "$STORE: tells only of what it allows"
	is "$(client c quiet)" quiet "$STORE: and nothing else"
	client_close c
	ok "$STORE: it ends well" broker_down
}

# refused NAME REGEX [PROFILE] : $STORE_DIR/bad.profile, or that one
refused() {
	local said
	said=$(broker_start_fails 5 --profile "${3:-$STORE_DIR/bad.profile}")
	is $? 0 "$STORE: $1 is refused"
	like "$said" "$2" "$STORE: $1: and told"
}
bad() {
	local bad=$STORE_DIR/bad.profile
	printf '[xenstore]\nread /local\nreed /local\n' > "$bad"
	refused "a directive that is none" 'bad.profile:3: '
	printf '[xenstore]\nread local\n' > "$bad"
	refused "a relative path" 'bad.profile:2: '
	printf '[xenstore]\nread /local/{name}\n' > "$bad"
	refused "an unknown word in braces" 'bad.profile:2: '
	printf '[xenstore]\nread\n' > "$bad"
	refused "a line without a path" 'bad.profile:2: '
	printf '[xenstor]\nread /\n' > "$bad"
	refused "a section that is none" 'bad.profile:1: '
	printf '[room]\n' > "$bad"
	refused "a profile without the section" 'xenstore'
	printf '[xenstore]\nread /\n' > "$bad"
	chmod 666 "$bad"
	refused "a file that all may write" 'bad.profile'
	chmod 600 "$bad"
	chown 990 "$bad"
	refused "another user's file" 'bad.profile'
	refused "no such file" 'absent.profile' "$STORE_DIR/absent.profile"
	refused "no such name" 'absent' absent
}

body() {
	domain_new 6 libxl
	shipped
	traditional
	man_page
	own
	watches
	[ "$STORE" = O ] || bad
}
both body
done_testing
