#!/bin/bash
# store.t - xs_restrict() that restricts: the real store daemons, the real broker.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=tests/librestrict/lib.sh
. "$(dirname "$0")/lib.sh"
need_root
export XEN_PV_TOOLS_PROFILES=$O/profiles

# script NAME LINE... : a program
script() {
	printf '%s\n' '#!/bin/sh' "${@:2}" > "$STORE_DIR/$1"
	chmod 755 "$STORE_DIR/$1"
}

# The broker, and what it is given: its number; its descriptors (this shell's own are 10 to
# 19), ignored and blocked signals, what is preloaded or handed down.
wrapper() {
	sed "s,@BROKER@,$O/xenstore-broker," > "$STORE_DIR/wrapper" << 'END'
#!/bin/sh
echo $$ > "$0.pid"
{
	list=''
	for f in /proc/$$/fd/*; do
		n=${f##*/}
		if [ -e "$f" ] && { [ "$n" -lt 10 ] || [ "$n" -ge 20 ]; }; then list="$list$n "; fi
	done
	echo "$list"
	# (no command: sh blocks signals around one)
	while read -r key value; do
		case $key in SigBlk: | SigIgn:) echo "$key $value" ;; esac
	done < /proc/$$/status
	echo "${LD_PRELOAD:-${XENRESTRICT_EVTCHN_FD:-nothing}}"
} > "$0.sees"
exec @BROKER@ "$@"
END
	chmod 755 "$STORE_DIR/wrapper"
}

for store in C O; do
	store_start $store || bail "$store: daemon starts"
	ok "$store: two domains" eval "domain_new 5 libxl && domain_new 6 xenopsd"
	wrapper
	script ends 'exit 1'
	script hangs 'exec cat <&3'
	script liar "exec $O/tests/librestrict/liar \"\$@\""
	script closes 'printf r >&4'
	for program in store copies; do
		tap_of "$store: $program" env XENSTORED_PATH="$DOM0_SOCK" XENSTORE_BROKER="$O/xenstore-broker" \
			"$O/tests/librestrict/$program" 5 6 "$STORE_DIR/wrapper" "$STORE_DIR"
	done
	ok "$store: the daemon lives" kill -0 "$STORE_PID"
	store_stop
done
done_testing
