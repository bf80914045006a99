#!/bin/bash
# launch-steps.t - each step of xen-restrict, when it fails: named, and nothing is left.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

# fails STEP NAME OPTION... : it must fail in STEP, before the program does anything
fails() {
	local out rc step=$1 name=$2
	shift 2
	out=$(room --domid 7 "$@")
	rc=$?
	is "$rc" 1 "$step: $name: status"
	like "$out" "^xen-restrict: $step: ." "$step: $name: named"
	is "$(grep -c inmate-ran <<< "$out")" 0 "$step: $name: the program did not run"
	is "$(room_traces 7)" "" "$step: $name: nothing is left"
}
ran() { "$INMATE" env > /dev/null; } # what is run below says so by its environment
run=(--env inmate-ran=1 --no-handles -- "$INMATE" env)
alone=(--no-xenstore "${run[@]}")

# injected STEP FAILCALL : a call that the step makes gives EIO
injected() { INJECT=$2 fails "$1" "$2" "${alone[@]}"; }

ok "the program itself" ran
# does the kernel know Landlock's scope?
LANDLOCK=$(python3 -c 'import ctypes; print("yes" if ctypes.CDLL(None).syscall(444, 0, 0, 1) >= 6 else "")')
like "$(room --domid 7 "${alone[@]}")" 'inmate-ran=1' "what is run, runs"

# 1. a reason that a host can have
fails profile "none of that name" --profile nosuch "${run[@]}"
profile noroom && sed -i '/room/d' "$PROFILE"
fails profile "no [room] in it" --profile "$PROFILE" "${alone[@]}"
profile typo 'tasks 8' 'talks 8'
fails profile "an unknown directive" --profile "$PROFILE" "${alone[@]}"
fails program "not there" --no-xenstore --no-handles -- "$work/nothing"
printf '#!/bin/sh\necho inmate-ran\n' > "$work/script" && chmod 755 "$work/script"
fails libraries "a script" --no-xenstore --no-handles -- "$work/script"
fails program "a directory" --no-xenstore --no-handles -- "$work"
head -c 4096 "$INMATE" > "$work/short" && chmod 755 "$work/short"
fails libraries "a file that is cut" --no-xenstore --no-handles -- "$work/short"
cp "$INMATE" "$work/setuid" && chmod 4755 "$work/setuid"
fails program "setuid" --no-xenstore --no-handles -- "$work/setuid"
sed 's/libxenstore\.so\.4/libxenstoreXsoX4/' "$INMATE" > "$work/nolib" && chmod 755 "$work/nolib"
fails libraries "one is missing" --no-xenstore --no-handles -- "$work/nolib"
fails handles "a host without Xen" --no-xenstore --env inmate-ran=1 -- "$INMATE" env
fails "broker ready" "no store" "${run[@]}"
XENSTORE_BROKER=$work/nothing fails broker "no program" "${run[@]}"
XENSTORE_BROKER=/bin/false fails "broker ready" "it ends" "${run[@]}"
fails binds "not there" --bind "$work/nothing" "${alone[@]}"
fails binds "no path" --bind relative "${alone[@]}"
fails binds "below another" --bind "$work:/a" --bind "$work:/a/b" "${alone[@]}"
mkdir "$work/linked" && ln -s / "$work/linked/root"
fails binds "through a link of another" --bind "$work/linked:/a" --bind "$work:/a/root/b" \
	"${alone[@]}"
is "$(ls "$work/linked")" root "binds: nothing was made in what is bound"
fails descriptors "a directory" --keep-fd 9 "${alone[@]}" 9< "$work"
fails descriptors "one that is not open" --keep-fd 9 "${alone[@]}" 9>&-
for fd in 3 4 5 6 7 8; do # numbers that the launcher's own descriptors would get
	fails descriptors "$fd, not open" --keep-fd $fd "${alone[@]}" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&-
done
# A Xen device (a fake one) that nobody has restricted; the launcher gets it from hand_down.
given() {
	# shellcheck disable=SC2086 # --free, or nothing
	timeout 60 env FAKEDEV_DOMAINS="5 6 7" LD_PRELOAD="$O/tests/librestrict/fakedev.so" \
		"$O/tests/librestrict/hand_down" $1 7 bash -c "
			LD_PRELOAD=\$LD_PRELOAD exec '$O/xen-restrict' --user $ROOM_BASE --domid 7 $2 \"\$@\"" \
		bash "${@:3}" 2>&1
}
profile handles 'handle evtchn privcmd'
for fd in EVTCHN PRIVCMD; do
	like "$(given --free "--keep-fd \$XENRESTRICT_${fd}_FD" "${alone[@]}")" \
		'^xen-restrict: descriptors: descriptor [0-9]+ is no restricted' "descriptors: a free ${fd,,}"
	like "$(given --free "0<&\$XENRESTRICT_${fd}_FD" "${alone[@]}")" \
		'^xen-restrict: descriptors: descriptor 0 is no restricted' "descriptors: a free ${fd,,} as input"
	like "$(given --free "--profile $PROFILE --keep-fd \$XENRESTRICT_${fd}_FD" "${alone[@]}")" \
		'^xen-restrict: descriptors: descriptor [0-9]+ is no restricted' \
		"descriptors: a free ${fd,,}, and the profile has that handle"
	like "$(given "" "--profile $PROFILE --keep-fd \$XENRESTRICT_${fd}_FD" "${alone[@]}")" \
		'inmate-ran=1' "descriptors: a restricted ${fd,,} of the profile's"
done
fails descriptors "a directory as input" "${alone[@]}" < "$work"
profile device 'device /dev/null' 'late yes' && sed -i "s|/dev/null|$work/script|" "$PROFILE"
fails binds "a device that is none" --profile "$PROFILE" "${alone[@]}"
room_start --domid 7 --no-xenstore --no-handles -- "$INMATE" wait || bail "a room to be in the way"
like "$(room --domid 7 "${alone[@]}")" '^xen-restrict: lock: uid [0-9]+ has a room already' \
	"lock: taken"
ok "lock: the other goes on" kill -0 "$ROOM_CHILD"
kill "$ROOM_PID" && room_wait
setpriv --reuid $((ROOM_BASE + 7)) --regid 0 --clear-groups sleep 300 &
squatter=$!
wait_for 10 uid_runs $((ROOM_BASE + 7))
like "$(room --domid 7 "${alone[@]}")" '^xen-restrict: unused: something runs under uid' \
	"unused: somebody has the uid"
ok "unused: who is not killed for it" kill -0 $squatter
kill $squatter && wait $squatter 2> /dev/null
nobody=$(id -u nobody)
like "$(timeout 20 "$O/xen-restrict" --user $((nobody - 7)) --domid 7 "${alone[@]}" 2>&1)" \
	'^xen-restrict: user: .* is the ' "user: a uid that is somebody's"
like "$(timeout 20 setpriv --reuid 12345 --regid 0 --clear-groups "$O/xen-restrict" --domid 7 \
	"${alone[@]}" 2>&1)" '^xen-restrict: user: only root' "user: not root"
# rootwithout CAP... : the launcher has all rights but these
rootwithout() {
	timeout 20 setpriv --bounding-set "-$1" --inh-caps "-$1" "$O/xen-restrict" \
		--user "$ROOM_BASE" --domid 7 "${alone[@]}" 2>&1
}
for cap in kill setuid setgid setpcap sys_admin sys_chroot; do
	is "$(rootwithout $cap)" "xen-restrict: user: root lacks CAP_${cap^^}" "user: without CAP_${cap^^}"
done
is "$(room_traces 7)" "" "user: nothing is left"
setpriv --reuid $((ROOM_BASE + 7)) --regid 0 --clear-groups sleep 300 &
squatter=$!
wait_for 10 uid_runs $((ROOM_BASE + 7))
like "$(timeout 20 setpriv --securebits +no_setuid_fixup "$O/xen-restrict" --user "$ROOM_BASE" \
	--domid 7 "${alone[@]}" 2>&1)" '^xen-restrict: unused: something runs under uid' \
	"unused: rights that outlast setuid() do not hide who has the uid"
kill $squatter && wait $squatter 2> /dev/null
like "$(INJECT=flock room --domid 7 "${alone[@]}")" '^xen-restrict: lock: ' "lock: no locks here"
rm -f "/run/xen-pv-tools/uid-$((ROOM_BASE + 7)).lock" # whose it is, it cannot know
like "$(ulimit -n 30; room --domid 7 "${alone[@]}")" '^xen-restrict: program: the limit of desc' \
	"program: few descriptors"
mkdir -m 755 "$work/run"
like "$(timeout 20 unshare -m sh -c "mount --bind '$work/run' /run/xen-pv-tools &&
	exec '$O/xen-restrict' --domid 7 \"\$@\"" sh "${alone[@]}" 2>&1)" \
	'^xen-restrict: lock: /run/xen-pv-tools must be' "lock: a directory that others can look into"
profile net 'net host'
for how in --net "--profile $PROFILE"; do
	# shellcheck disable=SC2086 # it is one option or two words
	INJECT=syscall:444 fails landlock "a kernel without, and $how" $how "${alone[@]}"
done
like "$(room --domid 7 --net "${alone[@]}")" "$([ -n "$LANDLOCK" ] && echo inmate-ran=1 || echo abstract)" \
	"landlock: a kernel with its scope: --net"

# 2. what no host does at will
while read -r call step; do injected "$step" "$call"; done <<- 'END'
	getpwuid user
	getgrgid user
	fork unused
	setresuid unused
	seccomp_export_bpf filter
	mkdir=3 cgroup
	socketpair start
	syscall:56 start
	send release
	prctl:1 parent death
	setsid session
	syscall:217 descriptors
	unshare namespaces
	sethostname namespaces
	mount namespaces
	mount=2 mount
	mount=4 binds
	syscall:155 root
	umount2 root
	mount=11 root
	recv released
	unshare=2 cgroup namespace
	fork@1 fork
	setrlimit@2 limits
	prctl:28 bounding set
	prctl:24@2 bounding set
	setgroups@2 ids
	setresgid@2 ids
	setresuid@2 ids
	syscall:126@2 capabilities
	getresuid@2 proof
	prctl:1@2 program death
	prctl:38@2 no_new_privs
	prctl:22@2 seccomp
	send@2 start
	syscall:322 exec
	setresuid@1 process 1
	prctl:38@1 process 1
	prctl:22@1 process 1
END
done_testing
