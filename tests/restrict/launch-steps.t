#!/bin/bash
# launch-steps.t - each step of xen-restrict, when it fails: its name is told, the program has
# not run, and nothing is left.  In the end the steps that were made to fail are compared with
# those that the launcher itself lists: a new one needs its case here.
#
# Some fail by what a host can be like, the others by a call that gives EIO (failcall.c).
# One pair cannot fail on a host whose vm.mmap_min_addr is below a page, for then there is
# nothing to do: "path" and "empty path".
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

declare -A failed # steps

# told STEP NAME STATUS OUTPUT [REASON] : what a launcher says that has failed in STEP
told() {
	is "$3" 1 "$1: $2: status"
	like "$4" "^xen-restrict: $1: ${5:-.}" "$1: $2: named"
	is "$(grep -c inmate-ran <<< "$4")" 0 "$1: $2: the program did not run"
	failed[$1]=yes
}

# refused STEP NAME REASON OPTION... : it must fail in STEP, before the program does anything
refused() {
	local out

	out=$(room --domid 7 "${@:4}")
	told "$1" "$2" $? "$out" "$3"
}

# fails STEP NAME OPTION... : the same, and nothing is left of it
fails() {
	refused "$1" "$2" . "${@:3}"
	is "$(room_traces 7)" "" "$1: $2: nothing is left"
}
ran() { "$INMATE" env > /dev/null; } # what is run below says so by its environment
run=(--env inmate-ran=1 --no-handles -- "$INMATE" env)
alone=(--no-xenstore "${run[@]}")

# injected STEP FAILCALL : a call that the step makes gives EIO
injected() { INJECT=$2 fails "$1" "$2" "${alone[@]}"; }

ok "the program itself" ran
# does the kernel have Landlock, and its scope?
abi=$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, 0, 0, 1))')
LANDLOCK=$([ "$abi" -lt 6 ] || echo yes)
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
refused lock taken 'uid [0-9]+ has a room already' "${alone[@]}"
ok "lock: the other goes on" kill -0 "$ROOM_CHILD"
kill "$ROOM_PID" && room_wait
setpriv --reuid $((ROOM_BASE + 7)) --regid 0 --clear-groups sleep 300 &
squatter=$!
wait_for 10 uid_runs $((ROOM_BASE + 7))
refused unused "somebody has the uid" 'something runs under uid' "${alone[@]}"
ok "unused: who is not killed for it" kill -0 $squatter
kill $squatter && wait $squatter 2> /dev/null
nobody=$(id -u nobody)
refused user "a uid that is somebody's" '.* is the ' --user $((nobody - 7)) "${alone[@]}"
ROOM_UNDER=(setpriv --reuid 12345 --regid 0 --clear-groups)
refused user "not root" 'only root' "${alone[@]}"
for cap in kill setuid setgid setpcap sys_admin sys_chroot; do
	ROOM_UNDER=(setpriv --bounding-set "-$cap" --inh-caps "-$cap")
	refused user "without CAP_${cap^^}" "root lacks CAP_${cap^^}\$" "${alone[@]}"
done
ROOM_UNDER=()
is "$(room_traces 7)" "" "user: nothing is left"
setpriv --reuid $((ROOM_BASE + 7)) --regid 0 --clear-groups sleep 300 &
squatter=$!
wait_for 10 uid_runs $((ROOM_BASE + 7))
ROOM_UNDER=(setpriv --securebits +no_setuid_fixup)
refused unused "rights that outlast setuid() do not hide who has the uid" 'something runs under uid' \
	"${alone[@]}"
kill $squatter && wait $squatter 2> /dev/null
ROOM_UNDER=()
INJECT=flock refused lock "no locks here" . "${alone[@]}"
rm -f "/run/xen-pv-tools/uid-$((ROOM_BASE + 7)).lock" # whose it is, it cannot know
ROOM_UNDER=(prlimit --nofile=30:30)
fails program "few descriptors" "${alone[@]}"
mkdir -m 755 "$work/run"
ROOM_UNDER=(unshare -m sh -c "mount --bind '$work/run' /run/xen-pv-tools && exec \"\$@\"" sh)
refused lock "a directory that others can look into" '/run/xen-pv-tools must be' "${alone[@]}"
ROOM_UNDER=()
many=() # as many as are allowed; the launcher's own are too many then
for ((i = 1; i < 256; i++)); do many+=(--env "N$i="); done
fails environment "too many words" "${many[@]}" "${alone[@]}"
profile net 'net host'
for how in --net "--profile $PROFILE"; do
	# shellcheck disable=SC2086 # it is one option or two words
	INJECT=syscall:444 fails landlock "a kernel without, and $how" $how "${alone[@]}"
done
like "$(room --domid 7 --net "${alone[@]}")" "$([ -n "$LANDLOCK" ] && echo inmate-ran=1 || echo abstract)" \
	"landlock: a kernel with its scope: --net"
like "$(INJECT=syscall:444 room --domid 7 "${alone[@]}")" inmate-ran=1 \
	"landlock: a kernel without, and no --net: it is not needed"
# The launcher has been restricted so often already (to nothing that it needs: no TCP) that
# the kernel takes no more.
restricted_often() {
	exec python3 -c '
import ctypes, os, struct, sys
call = ctypes.CDLL(None, use_errno=True).syscall
for layer in range(16):
    rules = call(444, struct.pack("=QQ", 0, 3), 16, 0)
    if rules < 0 or call(446, rules, 0) < 0:
        sys.exit("layer %d: %s" % (layer, os.strerror(ctypes.get_errno())))
    os.close(rules)
os.execv(sys.argv[1], sys.argv[1:])' "$@"
}
export -f restricted_often
for call in 444@2=2 445@2 446@2; do
	[ "$abi" -lt 1 ] || injected landlock syscall:$call
done
if [ -n "$LANDLOCK" ]; then # (it is newer than rules for TCP)
	ROOM_UNDER=(bash -c 'restricted_often "$@"' bash "$(command -v env)")
	refused landlock "no layer is left" "$(python3 -c 'import os; print(os.strerror(7))')" "${alone[@]}"
	is "$(room_traces 7)" "" "landlock: no layer is left: and nothing else"
	ROOM_UNDER=()
fi

# The launcher stops itself between its control group and process 1, and the group goes.
group_of() { ls -d /sys/fs/cgroup/{,pids/,memory/}"xen-restrict/$((ROOM_BASE + 7))" 2> /dev/null; }
is_stopped() { grep -q '^State:.T' "/proc/$launcher/status"; }
FAILCALL='socketpair=1!' LD_PRELOAD=$O/tests/restrict/failcall.so setpriv --pdeathsig KILL \
	"$O/xen-restrict" --user "$ROOM_BASE" --domid 7 "${alone[@]}" > "$work/placed" 2>&1 &
launcher=$!
ok "cgroup place: the launcher waits" wait_for 20 is_stopped
group_of > "$work/groups"
ok "cgroup place: there is a control group" test -s "$work/groups"
ok "cgroup place: which is taken away" xargs rmdir < "$work/groups"
kill -CONT $launcher
wait $launcher
told "cgroup place" "the group is gone" $? "$(cat "$work/placed")" "cannot write '[0-9]+' to .*cgroup.procs: "
is "$(room_traces 7)" "" "cgroup place: the group is gone: nothing is left"

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
	setresuid@1+ process 1
	prctl:38@1+ process 1
	prctl:22@1+ process 1
	recv@2 process 1
END
# the page below what others may map: its address, as the launcher finds it
page=$(getconf PAGESIZE) min=$(cat /proc/sys/vm/mmap_min_addr)
never=' '
if [ "$min" -ge "$page" ]; then
	injected path "munmap:$(((min - page) / page * page))"
	injected "empty path" "mmap:$(((min - page) / page * page))@2"
else
	diag "vm.mmap_min_addr is $min: no path, which cannot fail"
	never='path|empty path'
fi

# Neither the profile nor process 1's fork() is a step of the sequence.
listed() { # of the manifest
	room --domid 7 --dry-run --json "${alone[@]}" | python3 -c '
import json, sys
for step in json.load(sys.stdin)["steps"]:
    print(step["step"])'
}
is "$(printf '%s\n' "${!failed[@]}" | grep -vxE "profile|fork" | sort)" \
	"$(listed | grep -vxE "$never" | sort)" "each step has a case, and no other"
ok "which are more than thirty" test "$(listed | sort -u | wc -l)" -gt 30
done_testing
